/**
 * The Authorization header for one instance. A token is asked for once, shared by everybody who needs it meanwhile, kept
 * until shortly before it expires, and dropped when the instance refuses it. Client secrets go to the token URL only.
 * Grants and bodies: https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/Authentication.html
 */
import { randomUUID, sign } from 'node:crypto';
import * as z from 'zod/mini';
import { hideSecrets } from '../../core/redaction.ts';
import { type Credentials, CredentialsError, type Login } from './credentials.ts';

export interface TokenAnswer {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
}

export interface Authorizer {
  /** The header's value, fetching a token when there is none that lives. */
  header(): Promise<string>;
  /** The instance refused this header: the next `header()` reads the credentials anew and gets another token. */
  refuse(header: string): void;
}

export interface AuthorizerOptions {
  readonly credentials: (options: { readonly fresh: boolean }) => Promise<Credentials>;
  readonly fetchToken: (login: OAuthLogin, form: URLSearchParams) => Promise<TokenAnswer>;
  readonly instance: string;
  readonly now: () => number;
}

export type OAuthLogin = Exclude<Login, { grant: 'basic' }>;

/** The answer of the token endpoint (RFC 6749, 5.1); without `expires_in` Oracle's default of an hour holds. */
export const TOKEN_ANSWER = z.pipe(
  z.looseObject({ access_token: z.string().check(z.minLength(1)), expires_in: z.optional(z.coerce.number()) }),
  z.transform(
    (answer): TokenAnswer => ({ accessToken: answer.access_token, expiresInSeconds: answer.expires_in ?? 3600 }),
  ),
);

export const createAuthorizer = ({ credentials, fetchToken, instance, now }: AuthorizerOptions): Authorizer => {
  let current: Holder | undefined;
  let wasRefused = false;

  const fetchHeader = async (holder: Holder): Promise<string> => {
    const { login } = await credentials({ fresh: wasRefused });
    hideSecrets(secretsOf(login));
    if (login.grant === 'basic') return basicHeader(login.username, login.password);
    const startedMs = now();
    const token = await fetchToken(login, tokenForm(login, instance, startedMs));
    hideSecrets([token.accessToken], 'passing');
    // A fifth of a short life, a minute of a long one: a request under way must not meet its token's end.
    const marginMs = Math.min(60_000, token.expiresInSeconds * 200);
    holder.expiresAtMs = startedMs + token.expiresInSeconds * 1000 - marginMs;
    return `Bearer ${token.accessToken}`;
  };

  return {
    header: () => {
      if (current && now() < current.expiresAtMs) return current.header;
      const holder: Holder = { header: Promise.resolve(''), value: undefined, expiresAtMs: Number.POSITIVE_INFINITY };
      current = holder;
      holder.header = fetchHeader(holder).then(
        (header) => {
          holder.value = header;
          return header;
        },
        (error: unknown) => {
          if (current === holder) current = undefined;
          throw error;
        },
      );
      return holder.header;
    },
    refuse: (header) => {
      // Somebody else may have been refused with the same header and fetched another already: that one stays.
      if (current?.value !== header) return;
      wasRefused = true;
      current = undefined;
    },
  };
};

/** It is a secret as well, and may itself be told in another form. */
export const basicHeader = (name: string, secret: string): string => {
  const value = Buffer.from(`${name}:${secret}`).toString('base64');
  hideSecrets([value]);
  return `Basic ${value}`;
};

interface Holder {
  header: Promise<string>;
  value: string | undefined;
  expiresAtMs: number;
}

const secretsOf = (login: Login): string[] => {
  switch (login.grant) {
    case 'basic':
      return [login.password];
    case 'client-credentials':
      return [login.clientSecret];
    case 'password':
      return [login.clientSecret, login.password];
    case 'jwt':
      return [login.clientSecret, login.privateKey];
  }
};

const tokenForm = (login: OAuthLogin, instance: string, nowMs: number): URLSearchParams => {
  const { scope } = login;
  switch (login.grant) {
    case 'client-credentials':
      return new URLSearchParams({ grant_type: 'client_credentials', scope });
    case 'password':
      return new URLSearchParams({ grant_type: 'password', username: login.username, password: login.password, scope });
    case 'jwt':
      return new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: userAssertion(login, instance, nowMs),
        scope,
      });
  }
};

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT user assertion, RS256, valid for five minutes. */
const userAssertion = (login: Extract<Login, { grant: 'jwt' }>, instance: string, nowMs: number): string => {
  const issuedAt = Math.floor(nowMs / 1000);
  const claims = {
    iss: login.clientId,
    sub: login.username,
    aud: 'https://identity.oraclecloud.com/',
    iat: issuedAt,
    exp: issuedAt + 300,
    jti: randomUUID(),
  };
  const unsigned = `${base64url({ alg: 'RS256', typ: 'JWT', kid: login.keyId })}.${base64url(claims)}`;
  try {
    const assertion = `${unsigned}.${sign('RSA-SHA256', Buffer.from(unsigned), login.privateKey).toString('base64url')}`;
    hideSecrets([assertion], 'passing');
    return assertion;
  } catch {
    // The cause is left out on purpose: OpenSSL's message may quote the key.
    throw new CredentialsError(instance, ['privateKey: is not an RSA private key in PEM form']);
  }
};
