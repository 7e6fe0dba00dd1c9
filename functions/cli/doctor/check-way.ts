/** The way to an instance, as `oic doctor` tries it: the proxy, or the host by itself, then TLS. */
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { proxyFor } from '../../network/proxy.ts';
import { openTunnel } from '../../network/tunnel.ts';
import { type Check, sentence } from './check.ts';

const PATIENCE_MS = 10_000;

/** Up to the first that fails. */
export const checkWay = async (url: URL): Promise<Check[]> => {
  const proxy = proxyFor(url);
  if (!proxy) {
    const host = await checkHost(url);
    return host.ok ? [host, await checkTls(url)] : [host];
  }
  try {
    const tunnel = await openTunnel(proxy, url);
    const found: Check = { name: 'proxy', ok: true, advice: `${proxy.host} (HTTPS_PROXY) leads to ${url.host}` };
    return [found, await checkTls(url, tunnel)];
  } catch (error) {
    return [{ name: 'proxy', ok: false, advice: sentence(error) }];
  }
};

const checkHost = async (url: URL): Promise<Check> => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  try {
    await lookup(host);
  } catch {
    return {
      name: 'host',
      ok: false,
      advice: `${host} cannot be looked up: check the url in the settings, DNS or VPN here, and whether HTTPS_PROXY has to name a proxy`,
    };
  }
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const failure = await opens(() => connectTcp({ host, port }), 'connect');
  return failure === undefined
    ? { name: 'host', ok: true, advice: `${url.host} answers` }
    : {
        name: 'host',
        ok: false,
        advice: `${url.host} does not take connections (${failure}): check url and firewall, and whether HTTPS_PROXY has to name a proxy`,
      };
};

const checkTls = async (url: URL, tunnel?: Socket): Promise<Check> => {
  if (url.protocol !== 'https:') return { name: 'tls', ok: true, advice: 'not used: this is your own machine' };
  const failure = await opens(
    () =>
      connectTls(
        tunnel
          ? { socket: tunnel, servername: url.hostname }
          : { host: url.hostname, port: Number(url.port || 443), servername: url.hostname },
      ),
    'secureConnect',
  );
  return failure === undefined
    ? { name: 'tls', ok: true, advice: 'the certificate is trusted' }
    : {
        name: 'tls',
        ok: false,
        advice: `no trusted TLS connection (${failure}): where a proxy reads along, NODE_EXTRA_CA_CERTS has to name a file with the CA it signs with`,
      };
};

/** undefined when the socket reaches `event`, else the reason's code. */
const opens = (open: () => ReturnType<typeof connectTcp>, event: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = open();
    const end = (reason: string | undefined): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(PATIENCE_MS, () => end('no answer in time'));
    socket.once(event, () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
