/** How sockets to an instance and its identity domain are opened: through the proxy that leads there, else directly. */
import { buildConnector } from 'undici';
import { proxyFor } from './proxy.ts';
import { openTunnel } from './tunnel.ts';

export const createConnector = (timeoutMs: number): buildConnector.connector => {
  const direct = buildConnector({ timeout: timeoutMs, rejectUnauthorized: true });
  return (options, callback) => {
    const failed = (error: unknown): void => callback(error as Error, null);
    try {
      const to = new URL(`${options.protocol}//${options.hostname}:${options.port}`);
      const proxy = proxyFor(to);
      if (!proxy) return direct(options, callback);
      openTunnel(proxy, to).then((httpSocket) => direct({ ...options, httpSocket }, callback), failed);
    } catch (error) {
      failed(error);
    }
  };
};
