/**
 * The credentials document of one instance, as it lies in Secrets Manager or in a credentials file (design.md,
 * "Settings"). Which fields are there selects the grant. Messages name fields, never values.
 */
import * as z from 'zod/mini';
import { isLoopback } from './design-host.ts';

/** The settings of one connection. What is empty in them is never sent. */
export interface ConnectionSettings<File = PropertyFile> {
  readonly securityPolicy?: string | undefined;
  readonly connectionProperties?: readonly PropertySetting<File>[] | undefined;
  readonly securityProperties?: readonly PropertySetting<File>[] | undefined;
  readonly agentGroupId?: string | undefined;
}

export interface PropertySetting<File = PropertyFile> {
  readonly propertyName: string;
  readonly propertyValue?: string | File | undefined;
  readonly propertyGroup?: string | undefined;
  readonly propertyType?: string | undefined;
}

/** A wallet, a keystore, a key: to be uploaded with exactly these bytes. */
export interface PropertyFile {
  readonly filename: string;
  readonly bytes: Uint8Array;
}

/** How the document gives a file: where it lies, or its bytes. */
export type WrittenFile = { readonly file: string } | { readonly base64: string };

interface OAuthClient {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

export type Login =
  | { readonly grant: 'basic'; readonly username: string; readonly password: string }
  | (OAuthClient & { readonly grant: 'client-credentials' })
  | (OAuthClient & { readonly grant: 'password'; readonly username: string; readonly password: string })
  | (OAuthClient & {
      readonly grant: 'jwt';
      readonly username: string;
      readonly privateKey: string;
      readonly keyId: string;
    });

export interface Credentials<File = WrittenFile> {
  readonly login: Login;
  readonly connections: Readonly<Record<string, ConnectionSettings<File>>>;
}

/** The document cannot be used. `problems` are complete: one line each, without values. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  readonly problems: readonly string[];

  constructor(instance: string, problems: readonly string[]) {
    super(`the credentials of ${instance} cannot be used: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

const text = z.string().check(z.minLength(1));

/** Loose: a template tells beside each value what it may be. */
const property = z.looseObject({
  propertyName: text,
  propertyValue: z.optional(
    z.union([z.string(), z.strictObject({ file: z.string() }), z.strictObject({ base64: z.string() })]),
  ),
  propertyGroup: z.optional(z.string()),
  propertyType: z.optional(z.string()),
});

const connections = z.optional(
  z.record(
    z.string(),
    z.strictObject({
      securityPolicy: z.optional(z.string()),
      connectionProperties: z.optional(z.array(property)),
      securityProperties: z.optional(z.array(property)),
      agentGroupId: z.optional(z.string()),
    }),
  ),
);

const DOCUMENT = z.strictObject({
  tokenUrl: z.optional(text),
  clientId: z.optional(text),
  clientSecret: z.optional(text),
  scope: z.optional(text),
  username: z.optional(text),
  password: z.optional(text),
  privateKey: z.optional(text),
  keyId: z.optional(text),
  basic: z.optional(z.strictObject({ username: text, password: text })),
  connections,
});

type Document = z.infer<typeof DOCUMENT>;

const OAUTH_FIELDS = ['tokenUrl', 'clientId', 'clientSecret', 'scope'] as const;
const USER_FIELDS = ['username', 'password', 'privateKey', 'keyId'] as const;

/** @throws CredentialsError with every problem at once. @param isOic3 Basic is refused there (Oracle: "You must use OAuth"). */
export const parseCredentials = (document: unknown, instance: string, isOic3: boolean): Credentials => {
  const parsed = DOCUMENT.safeParse(document);
  if (!parsed.success) {
    throw new CredentialsError(
      instance,
      parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the document'}: ${describeIssue(issue)}`),
    );
  }
  const problems: string[] = [];
  const login = parsed.data.basic ? basicLogin(parsed.data, isOic3, problems) : oauthLogin(parsed.data, problems);
  if (problems.length > 0 || !login) throw new CredentialsError(instance, problems);
  return { login, connections: parsed.data.connections ?? {} };
};

/** Words of our own for zod's issues: theirs may quote what was received, and that may be a secret. */
const describeIssue = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    case 'invalid_type':
      return `must be ${issue.expected === 'record' ? 'an object' : `a ${issue.expected}`}`;
    case 'too_small':
      return 'must not be empty';
    case 'invalid_union':
      return 'must be a text, or of a file {"file": "path"} or {"base64": "its bytes"}';
    default:
      return 'is not valid';
  }
};

const basicLogin = (document: Document, isOic3: boolean, problems: string[]): Login | undefined => {
  if (isOic3) {
    problems.push('basic: Oracle Integration 3 takes OAuth only; give tokenUrl, clientId, clientSecret and scope');
  }
  for (const name of [...OAUTH_FIELDS, ...USER_FIELDS]) {
    if (document[name] !== undefined) problems.push(`${name}: does not go together with basic`);
  }
  return document.basic && { grant: 'basic', ...document.basic };
};

const oauthLogin = (document: Document, problems: string[]): Login | undefined => {
  for (const name of OAUTH_FIELDS) if (document[name] === undefined) problems.push(`${name}: is missing`);
  const {
    tokenUrl = '',
    clientId = '',
    clientSecret = '',
    scope = '',
    username,
    password,
    privateKey,
    keyId,
  } = document;
  if (tokenUrl) checkTokenUrl(tokenUrl, problems);
  const client = { tokenUrl, clientId, clientSecret, scope };
  if (privateKey !== undefined || keyId !== undefined) {
    if (password !== undefined) problems.push('password: does not go together with privateKey and keyId');
    if (username === undefined) problems.push('username: is missing beside privateKey and keyId');
    if (privateKey === undefined) problems.push('privateKey: is missing beside keyId');
    if (keyId === undefined) problems.push('keyId: is missing beside privateKey');
    return { grant: 'jwt', ...client, username: username ?? '', privateKey: privateKey ?? '', keyId: keyId ?? '' };
  }
  if (username === undefined && password === undefined) return { grant: 'client-credentials', ...client };
  if (username === undefined) problems.push('username: is missing beside password');
  if (password === undefined) problems.push('password: is missing beside username (or privateKey and keyId)');
  return { grant: 'password', ...client, username: username ?? '', password: password ?? '' };
};

const checkTokenUrl = (tokenUrl: string, problems: string[]): void => {
  const url = URL.parse(tokenUrl);
  if (!url) problems.push('tokenUrl: is not a URL');
  else if (url.protocol !== 'https:' && !isLoopback(url.hostname)) problems.push('tokenUrl: must begin with https:');
};
