/**
 * The identity domain: `POST /oauth2/v1/token` with client credentials, password and JWT user assertion, errors as RFC 6749
 * says. It remembers what it issued and until when, so a token of another simulator, or an old one, is nobody's.
 */
import { randomBytes, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Generation } from '../behaviour.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { type Identity, MARK } from './identity.ts';

export interface TokenService {
  readonly answer: (method: string, headers: IncomingHttpHeaders, body: Buffer) => Answer;
  /** Who an Authorization header stands for; undefined when it is nobody, or not any more. */
  readonly callerOf: (authorization: string | undefined) => string | undefined;
}

export interface TokenServiceOptions {
  readonly generation: Generation;
  readonly identity: Identity;
  readonly secrets: Set<string>;
  readonly lifetimeSeconds: number;
  readonly now: () => number;
}

/** RFC 6749, 5.2. */
class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly status: number;
  readonly error: string;

  constructor(status: number, error: string, description: string) {
    super(description);
    this.status = status;
    this.error = error;
  }
}

const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const JWT_AUDIENCE = 'https://identity.oraclecloud.com/';

export const createTokenService = (options: TokenServiceOptions): TokenService => {
  const { identity, secrets, now } = options;
  const issued = new Map<string, { readonly caller: string; readonly expiresAt: number }>();
  const basicUser = `Basic ${Buffer.from(`${identity.username}:${identity.password}`).toString('base64')}`;

  const issue = (headers: IncomingHttpHeaders, body: Buffer): object => {
    if (!/^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) {
      throw new TokenError(400, 'invalid_request', 'The body is not form-encoded.');
    }
    const form = new URLSearchParams(body.toString('utf8'));
    const assertion = form.get('assertion');
    if (assertion) secrets.add(assertion);
    checkClient(identity, headers.authorization, form);
    const caller = grantedTo(identity, form, now());
    checkScope(identity, form.get('scope'));
    const token = `eyJ${MARK}${randomBytes(90).toString('base64url')}`;
    secrets.add(token);
    issued.set(token, { caller, expiresAt: now() + options.lifetimeSeconds * 1000 });
    return { access_token: token, token_type: 'Bearer', expires_in: options.lifetimeSeconds };
  };

  return {
    answer: (method, headers, body) => {
      if (method !== 'POST') return jsonAnswer(405, { error: 'invalid_request', error_description: 'Use POST.' });
      try {
        // The order of its keys is its own (recorded).
        return jsonAnswer(200, JSON.stringify(issue(headers, body)), { 'cache-control': 'no-store' });
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        const ecid = randomBytes(8).toString('hex');
        return jsonAnswer(error.status, { error: error.error, error_description: error.message, ecid });
      }
    },
    callerOf: (authorization) => {
      if (options.generation === 'gen2' && authorization === basicUser) return identity.username;
      const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
      const known = token === undefined ? undefined : issued.get(token);
      return known && known.expiresAt > now() ? known.caller : undefined;
    },
  };
};

/** By Basic authorization or in the body. */
const checkClient = (identity: Identity, authorization: string | undefined, form: URLSearchParams): void => {
  const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  const given = basic
    ? Buffer.from(basic, 'base64').toString('utf8')
    : `${form.get('client_id') ?? ''}:${form.get('client_secret') ?? ''}`;
  if (given !== `${identity.clientId}:${identity.clientSecret}`) {
    throw new TokenError(401, 'invalid_client', 'Client authentication failed.');
  }
};

/** Who the token is for. */
const grantedTo = (identity: Identity, form: URLSearchParams, now: number): string => {
  switch (form.get('grant_type')) {
    case 'client_credentials':
      return identity.clientId;
    case 'password':
      if (form.get('username') === identity.username && form.get('password') === identity.password) {
        return identity.username;
      }
      throw new TokenError(400, 'invalid_grant', 'You entered an incorrect user name or password.');
    case JWT_GRANT:
      checkAssertion(identity, form.get('assertion') ?? '', now);
      return identity.username;
    default:
      throw new TokenError(400, 'unsupported_grant_type', 'This grant is not allowed.');
  }
};

const checkScope = (identity: Identity, scope: string | null): void => {
  const asked = (scope ?? '').split(' ').filter(Boolean);
  if (asked.length === 0 || !asked.every((one) => identity.scopes.includes(one))) {
    throw new TokenError(400, 'invalid_scope', 'The scope is not allowed for this client.');
  }
};

const checkAssertion = (identity: Identity, assertion: string, now: number): void => {
  const refuse = (why: string): never => {
    throw new TokenError(400, 'invalid_grant', `The assertion is not valid: ${why}.`);
  };
  const [head = '', claims = '', signature = ''] = assertion.split('.');
  const header = readPart(head);
  const payload = readPart(claims);
  const key = identity.publicKey();
  if (header.alg !== 'RS256' || header.kid !== identity.keyId || !key) refuse('unknown key or algorithm');
  const isSigned = key && verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'));
  if (!isSigned) refuse('wrong signature');
  if (payload.iss !== identity.clientId || payload.sub !== identity.username) refuse('wrong issuer or subject');
  if (![payload.aud].flat().includes(JWT_AUDIENCE)) refuse('wrong audience');
  if (typeof payload.exp !== 'number' || payload.exp * 1000 <= now) refuse('expired');
};

const readPart = (part: string): Record<string, unknown> => {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
};
