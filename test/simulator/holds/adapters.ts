/**
 * What adapters and security policies ask of a connection, as far as it was recorded (the REST adapter and its policy
 * OAUTH_RESOURCE_OWNER_PASSWORD_CREDENTIALS letter by letter); the others have what their pages name.
 */

export interface PropertySlot {
  readonly name: string;
  readonly displayName: string;
  /** OTHER is the group of some security properties. */
  readonly group: 'CONNECTION_PROPS' | 'CREDENTIALS' | 'OTHER';
  readonly type: 'STRING' | 'URL' | 'CHOICE' | 'PASSWORD' | 'FILE' | 'URL_OR_FILE';
  readonly isRequired: boolean;
  readonly isHidden: boolean;
  /** What a choice may be: key and display name. */
  readonly keys?: readonly (readonly [string, string])[];
  readonly defaultValue?: string;
}

type Details = Partial<Omit<PropertySlot, 'name' | 'displayName' | 'group' | 'type' | 'keys'>> & {
  readonly keys?: Readonly<Record<string, string>>;
  readonly group?: 'OTHER';
};

const slot = (
  group: 'CONNECTION_PROPS' | 'CREDENTIALS',
  name: string,
  displayName: string,
  type: PropertySlot['type'] = 'STRING',
  { keys, ...details }: Details = {},
): PropertySlot => ({
  name,
  displayName,
  group,
  type,
  isRequired: true,
  isHidden: false,
  ...(keys && { keys: Object.entries(keys) }),
  ...details,
});

const property = (...about: Parameters<typeof slot> extends [unknown, ...infer Rest] ? Rest : never): PropertySlot =>
  slot('CONNECTION_PROPS', ...about);
const credential = (...about: Parameters<typeof slot> extends [unknown, ...infer Rest] ? Rest : never): PropertySlot =>
  slot('CREDENTIALS', ...about);

const OPTIONAL = { isRequired: false } as const;
const LOGIN = [credential('username', 'Username'), credential('password', 'Password', 'PASSWORD')];

/** What each security policy asks for. */
export const POLICIES: Readonly<Record<string, readonly PropertySlot[]>> = {
  NONE: [],
  BASIC_AUTH: LOGIN,
  USERNAME_PASSWORD_TOKEN: LOGIN,
  JDBC_OVER_SSL: [...LOGIN, credential('wallet', 'Wallet', 'FILE')],
  OAUTH_CLIENT_CREDENTIALS: [
    credential('accessTokenUri', 'Access Token URI'),
    credential('clientId', 'Client Id'),
    credential('clientSecret', 'Client Secret', 'PASSWORD'),
  ],
  OAUTH_RESOURCE_OWNER_PASSWORD_CREDENTIALS: [
    credential('oauth.access.token.uri', 'Access Token URI'),
    credential('oauth.client.id', 'Client Id'),
    credential('oauth.client.secret', 'Client Secret', 'PASSWORD'),
    credential('oauth.scope', 'Scope', 'STRING', OPTIONAL),
    credential('oauth.request.content.type', 'Auth Request Media Type', 'STRING', { ...OPTIONAL, group: 'OTHER' }),
    ...LOGIN,
    credential('clientAuthentication', 'Client Authentication', 'CHOICE', {
      ...OPTIONAL,
      keys: {
        client_credentials_as_header: 'Send client credentials as basic auth header',
        client_credentials_in_body: 'Send client credentials in body',
      },
      defaultValue: 'client_credentials_as_header',
    }),
  ],
  FTP_SERVER_ACCESS_POLICY: [
    ...LOGIN,
    credential('pgpPublicKey', 'PGP Public Key', 'URL_OR_FILE', OPTIONAL),
    credential('hostKeyAlgorithm', 'Host Key Algorithm', 'STRING', { isHidden: true }),
  ],
};

interface Adapter {
  readonly displayName: string;
  /** It reaches its system through a connectivity agent alone. */
  readonly agentRequired?: true;
  /** Properties it has beside those of an archive that names one of them; the values it begins with. */
  readonly properties?: readonly PropertySlot[];
  readonly initially?: Readonly<Record<string, string>>;
}

export const ADAPTERS: Readonly<Record<string, Adapter>> = {
  rest: {
    displayName: 'REST',
    properties: [
      property('connectionType', 'Connection Type', 'CHOICE', {
        keys: { restUrl: 'REST API Base URL', openApiUrl: 'Open API (1.0/2.0/3.0) URL' },
      }),
      property('tlsVersion', 'TLS Version', 'CHOICE', {
        ...OPTIONAL,
        keys: { 'TLSv1.1': 'TLSv1.1', 'TLSv1.2': 'TLSv1.2' },
      }),
      property('connectionUrl', 'Connection URL', 'URL'),
      property('enableTwoWaySSL', 'Enable two way SSL for outbound connections (Optional)', 'CHOICE', {
        ...OPTIONAL,
        keys: { true: 'Yes', false: 'No' },
      }),
      property('sslCertificateAlias', 'Identity keystore alias name (Optional)', 'STRING', OPTIONAL),
    ],
    initially: { connectionType: 'restUrl' },
  },
  erp: { displayName: 'Oracle ERP Cloud' },
  soap: { displayName: 'SOAP' },
  ftp: { displayName: 'FTP' },
  atpdatabase: { displayName: 'Oracle Autonomous Transaction Processing' },
  ebs: { displayName: 'Oracle E-Business Suite', agentRequired: true },
};

/** The property of an archive that no adapter here knows. */
export const unknownProperty = (name: string, isRequired: boolean): PropertySlot =>
  property(name, name, /url/i.test(name) ? 'URL' : 'STRING', { isRequired });
