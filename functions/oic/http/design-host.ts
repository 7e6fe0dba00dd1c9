/**
 * Which redirect may be followed with the token. On OIC 3 the service host answers design-time calls with a 307 to the
 * region's shared design host (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/SendRequests.html);
 * anything else that asks us to come over gets nothing.
 */

const SERVICE_HOST =
  /^[a-z0-9-]+\.integration\.([a-z0-9-]+)\.ocp\.(oraclecloud\.com|oraclegovcloud\.com|oraclecloud\.eu)$/;

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host);

/** True when `to` is the design host of the region and realm in which `from` lives (or both are this machine). */
export const isDesignHostFor = (from: URL, to: URL): boolean => {
  if (to.username || to.password) return false;
  if (isLoopback(from.hostname)) return isLoopback(to.hostname);
  const match = SERVICE_HOST.exec(from.hostname);
  if (!match || to.protocol !== 'https:' || to.port !== '') return false;
  return to.hostname === `design.integration.${match[1]}.ocp.${match[2]}`;
};
