/** The way through a proxy: CONNECT (RFC 9110, 9.3.6), then TLS with the host itself, so that the proxy reads nothing. */
import { request as requestHttp } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { proxyFor } from './proxy.ts';

const PATIENCE_MS = 15_000;

/** Nothing has reached the host. The message names the proxy, and what to do. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** It answers so each time. */
  readonly isRefusal: boolean;

  constructor(message: string, isRefusal: boolean) {
    super(message);
    this.isRefusal = isRefusal;
  }
}

/** @throws ProxyError */
export const openTunnel = (proxy: URL, to: URL): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const authority = `${to.hostname}:${to.port || 443}`;
    const fail = (reason: string, isRefusal = false) =>
      reject(new ProxyError(`the proxy ${proxy.host} ${reason}`, isRefusal));
    const refuse = (status: number) => fail(refusal(status, to.hostname), status < 500);
    const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const request = (proxy.protocol === 'https:' ? requestHttps : requestHttp)({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      headers: {
        host: authority,
        ...(proxy.username !== '' && { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
      },
      agent: false,
      timeout: PATIENCE_MS,
    });
    request.once('connect', ({ statusCode = 0 }, socket: Socket) => {
      if (statusCode >= 200 && statusCode < 300) return resolve(socket.setTimeout(0));
      socket.destroy();
      refuse(statusCode);
    });
    // Some proxies answer as if CONNECT were any other method.
    request.once('response', (response) => {
      response.destroy();
      refuse(response.statusCode ?? 0);
    });
    request.once('timeout', () => request.destroy(new Error('no answer in time')));
    request.once('error', (error: NodeJS.ErrnoException) =>
      fail(`cannot be reached (${error.code ?? error.message}): check HTTPS_PROXY`),
    );
    request.end();
  });

const refusal = (status: number, host: string): string =>
  status === 407
    ? 'wants another user and password (407): write them as HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT'
    : `does not lead to ${host} (${status}): ask who runs it to allow that, or name the host in NO_PROXY`;

/** For libraries that take one of Node's own agents. */
export class TunnelAgent extends Agent {
  override createConnection(
    options: Parameters<Agent['createConnection']>[0],
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const { host, port } = options;
    const to = new URL(`https://${host}:${port ?? 443}`);
    const ended = (error: Error): void => callback?.(error, undefined as never);
    try {
      const proxy = proxyFor(to);
      if (!proxy) return super.createConnection(options, callback);
      const servername = ('servername' in options && options.servername) || to.hostname;
      openTunnel(proxy, to).then((socket) => {
        callback?.(null, connectTls({ ...(options as object), socket, servername: String(servername) }));
      }, ended);
    } catch (error) {
      process.nextTick(ended, error as Error);
    }
    return undefined;
  }
}
