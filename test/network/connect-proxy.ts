/** A company's proxy on loopback. It knows one place for every host: an end of TLS, with plain http behind it. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

/** Key and certificate, made for the tests and known to everybody. */
export const CERTIFICATE = join(import.meta.dirname, 'loopback.pem');

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const listen = (server: Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

export interface ConnectProxy {
  readonly port: number;
  /** Where TLS ends, for who comes without the proxy. */
  readonly tlsPort: number;
  /** What was asked for, as `host:port`. */
  readonly asked: string[];
  close(): void;
}

/** @param login `user:password`, which the proxy asks for. @param refused it leads to none of these hosts */
export const startConnectProxy = async (
  behindPort: number,
  { login, refused = [] }: { readonly login?: string; readonly refused?: readonly string[] } = {},
): Promise<ConnectProxy> => {
  const pem = readFileSync(CERTIFICATE);
  const tls = createTlsServer({ key: pem, cert: pem }, (socket) => {
    const behind = connect(behindPort, '127.0.0.1');
    socket.on('error', () => behind.destroy()).pipe(behind);
    behind.on('error', () => socket.destroy()).pipe(socket);
  });
  tls.on('tlsClientError', () => undefined);
  await listen(tls);
  const asked: string[] = [];
  const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`;
  const proxy = createServer().on('connect', ({ url = '', headers }, socket) => {
    asked.push(url);
    socket.on('error', () => undefined);
    if (wanted && headers['proxy-authorization'] !== wanted) return socket.end('HTTP/1.1 407 Who?\r\n\r\n');
    if (refused.some((host) => url.startsWith(host))) return socket.end('HTTP/1.1 403 No\r\n\r\n');
    const onward = connect(portOf(tls), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Here you go\r\n\r\n');
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on('error', () => socket.destroy());
  });
  await listen(proxy);
  return {
    port: portOf(proxy),
    tlsPort: portOf(tls),
    asked,
    close: () => {
      proxy.close();
      tls.close();
    },
  };
};
