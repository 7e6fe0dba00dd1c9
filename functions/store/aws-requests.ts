/** How every client of AWS sends its requests: through the proxy that leads there, and never waiting without an end. */
import { TunnelAgent } from '../network/tunnel.ts';

/** For a client's `requestHandler`. @param requestTimeout in ms. @param maxSockets at once */
export const awsRequests = ({ requestTimeout = 15_000, maxSockets = Number.POSITIVE_INFINITY } = {}) => ({
  httpsAgent: new TunnelAgent({ keepAlive: true, maxSockets }),
  connectionTimeout: 5_000,
  requestTimeout,
  throwOnRequestTimeout: true,
});
