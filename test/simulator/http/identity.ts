/**
 * Who may log in at one simulator: one OAuth client with every grant, and one user. All secrets are drawn anew for each
 * simulator and can be enumerated, so that a test can search everything it produced for them.
 */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

export type Grant = 'client' | 'password' | 'jwt' | 'basic';

/** The credentials document of an instance, as it lies in Secrets Manager. */
export interface CredentialsDocument {
  readonly tokenUrl?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly scope?: string;
  readonly username?: string;
  readonly password?: string;
  readonly privateKey?: string;
  readonly keyId?: string;
  readonly basic?: { readonly username: string; readonly password: string };
}

/** Every secret of a simulator holds it, so that all that tests leave behind can be searched for any of them. */
export const MARK = 'K33P0UT';

export interface Identity {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
  readonly keyId: string;
  /** For the Developer API alone; for calls of integrations as well. */
  readonly scopes: readonly [string, string];
  /** The key assertions are verified with; none before anybody asked for the private one. */
  readonly publicKey: () => KeyObject | undefined;
  readonly credentials: (grant: Grant, tokenUrl: string) => CredentialsDocument;
}

export const createIdentity = (secrets: Set<string>): Identity => {
  const draw = (): string => `${MARK}${randomBytes(18).toString('base64url')}`;
  const audience = `https://${randomBytes(16).toString('hex').toUpperCase()}.integration.sim-region-1.ocp.oraclecloud.com:443`;
  const clientId = randomBytes(16).toString('hex');
  const [clientSecret, password] = [draw(), draw()];
  const username = 'lifecycle@example.com';
  const keyId = 'lifecycle-key';
  const scopes = [`${audience}/ic/api/`, `${audience}urn:opc:resource:consumer::all`] as const;
  let keys: { publicKey: KeyObject; pem: string } | undefined;
  for (const secret of [clientSecret, password]) secrets.add(secret);
  for (const pair of [`${clientId}:${clientSecret}`, `${username}:${password}`]) {
    secrets.add(Buffer.from(pair).toString('base64'));
  }

  const privateKey = (): string => {
    keys ??= createKeys(secrets);
    return keys.pem;
  };
  return {
    clientId,
    clientSecret,
    username,
    password,
    keyId,
    scopes,
    publicKey: () => keys?.publicKey,
    credentials: (grant, tokenUrl) => {
      const client = { tokenUrl, clientId, clientSecret, scope: scopes[0] };
      switch (grant) {
        case 'client':
          return client;
        case 'password':
          return { ...client, username, password };
        case 'jwt':
          return { ...client, username, privateKey: privateKey(), keyId };
        case 'basic':
          return { basic: { username, password } };
      }
    },
  };
};

/** Each line of the key is a secret of its own: a document in JSON holds no line ends to search for. */
const createKeys = (secrets: Set<string>): { publicKey: KeyObject; pem: string } => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const lines = pem.split('\n').filter((line) => line.length === 64);
  for (const line of lines) secrets.add(line);
  return { publicKey, pem };
};
