/**
 * A connection of a simulated instance: what an archive knows of it (never a secret), what the instance was given for it,
 * and what is still missing before it can be CONFIGURED.
 */
import { randomBytes } from 'node:crypto';
import type { ConnectionFacts } from './archive-facts.ts';

export interface PropertySlot {
  readonly name: string;
  readonly group: 'CONNECTION_PROPS' | 'CREDENTIALS';
  readonly type: string;
  readonly isRequired: boolean;
}

export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly adapter: string;
  readonly role: string;
  status: 'CONFIGURED' | 'DRAFT';
  securityPolicy: string;
  agentGroupId: string | undefined;
  lockedBy: string | undefined;
  /** Connection properties by name: from the archive at first. */
  readonly properties: Map<string, string>;
  /** Security properties by name. */
  readonly credentials: Map<string, string>;
  readonly slots: readonly PropertySlot[];
  /** When set, every test of the connection fails with these words. */
  testFailure: string | undefined;
  lastUpdated: number;
  lastUpdatedBy: string;
}

const CREDENTIAL_NAMES: Readonly<Record<string, readonly string[]>> = {
  NONE: [],
  BASIC_AUTH: ['username', 'password'],
  USERNAME_PASSWORD_TOKEN: ['username', 'password'],
  JDBC_OVER_SSL: ['username', 'password'],
  OAUTH_CLIENT_CREDENTIALS: ['accessTokenUri', 'clientId', 'clientSecret'],
  FTP_SERVER_ACCESS_POLICY: ['username', 'password'],
};

const isSecretName = (name: string): boolean => /password|secret|key/i.test(name);

/** A value that every instance has to fill in for itself comes as `%%CONNECTION_property`. */
const isPlaceholder = (value: string | undefined): boolean => value?.startsWith('%%') ?? false;

export const createConnection = (facts: ConnectionFacts, by: string, at: number): Connection => {
  // The connection for local calls belongs to every instance; nobody configures it.
  const status = facts.adapter === 'collocatedics' ? 'CONFIGURED' : 'DRAFT';
  const known = facts.properties.filter(({ value }) => value && !isPlaceholder(value));
  return {
    id: facts.id,
    name: facts.name,
    adapter: facts.adapter,
    role: facts.role,
    status,
    securityPolicy: facts.securityPolicy,
    agentGroupId: undefined,
    lockedBy: undefined,
    properties: new Map(known.map(({ name, value }) => [name, value ?? ''])),
    credentials: new Map(),
    slots: facts.properties.map(({ name, value }) => ({
      name,
      group: 'CONNECTION_PROPS',
      type: /url/i.test(name) ? 'URL' : 'STRING',
      isRequired: isPlaceholder(value),
    })),
    testFailure: undefined,
    lastUpdated: at,
    lastUpdatedBy: by,
  };
};

/** Connection properties, then the credentials its security policy asks for. */
export const slotsOf = (connection: Connection): PropertySlot[] => {
  const names = CREDENTIAL_NAMES[connection.securityPolicy] ?? [...connection.credentials.keys()];
  const credentials = names.map(
    (name): PropertySlot => ({
      name,
      group: 'CREDENTIALS',
      type: isSecretName(name) ? 'PASSWORD' : 'STRING',
      isRequired: true,
    }),
  );
  return [...connection.slots, ...credentials];
};

export const slotValue = (connection: Connection, slot: PropertySlot): string | undefined =>
  (slot.group === 'CREDENTIALS' ? connection.credentials : connection.properties).get(slot.name);

export const missingProperties = (connection: Connection): string[] =>
  slotsOf(connection)
    .filter((slot) => slot.isRequired && !slotValue(connection, slot))
    .map(({ name }) => name);

/** Fills what is missing with values of no meaning, as if somebody had configured it long ago. */
export const configure = (connection: Connection, secrets: Set<string>): void => {
  for (const slot of slotsOf(connection)) {
    if (!slot.isRequired || slotValue(connection, slot)) continue;
    if (slot.group === 'CONNECTION_PROPS') {
      connection.properties.set(slot.name, `https://${connection.id.toLowerCase()}.example.com`);
      continue;
    }
    const value = `${slot.name}-${randomBytes(12).toString('hex')}`;
    connection.credentials.set(slot.name, value);
    if (slot.type === 'PASSWORD') secrets.add(value);
  }
  connection.status = 'CONFIGURED';
};
