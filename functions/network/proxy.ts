/** Which proxy leads to an address: HTTPS_PROXY and NO_PROXY, as curl reads them. What is plain http is on this machine. */
import { ConfigError } from '../core/errors.ts';
import { hideSecrets, secretsOfUrl } from '../core/redaction.ts';

/** @throws ConfigError when HTTPS_PROXY is no address */
export const proxyFor = (url: URL, env: NodeJS.ProcessEnv = process.env): URL | undefined => {
  const text = env.https_proxy || env.HTTPS_PROXY;
  if (!text || url.protocol !== 'https:' || isExcepted(url, env.no_proxy || env.NO_PROXY || '')) return undefined;
  const proxy = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (proxy?.protocol !== 'http:' && proxy?.protocol !== 'https:') {
    throw new ConfigError(
      'HTTPS_PROXY is not the address of a proxy: write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT',
    );
  }
  hideSecrets(secretsOfUrl(proxy.href));
  return proxy;
};

/** `example.com`, `.example.com` and `*.example.com` are that host and all below it, `*` is every host. */
const isExcepted = ({ hostname, port }: URL, exceptions: string): boolean =>
  exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .some((exception) => {
      if (exception === '*') return true;
      const [, name = '', itsPort] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(exception) ?? [];
      if (name === '' || (itsPort !== undefined && itsPort !== (port || '443'))) return false;
      return hostname === name || hostname.endsWith(`.${name}`);
    });
