/**
 * A connection of a simulated instance: what an archive knows of it (never a secret), what the instance was given for it,
 * and what is still missing before it can be CONFIGURED.
 */
import { randomBytes } from 'node:crypto';
import type { ConnectionFacts } from '../archives/archive-facts.ts';
import { ADAPTERS, POLICIES, type PropertySlot, unknownProperty } from './adapters.ts';
import type { Connection } from './holdings.ts';

/** A value that every instance has to fill in for itself comes as `%%CONNECTION_property`. */
const isPlaceholder = (value: string | undefined): boolean => value?.startsWith('%%') ?? false;

export const createConnection = (facts: ConnectionFacts, by: string, at: number): Connection => {
  // The connection for local calls belongs to every instance; nobody configures it.
  const status = facts.adapter === 'collocatedics' ? 'CONFIGURED' : 'DRAFT';
  const adapter = ADAPTERS[facts.adapter];
  const isOfAdapter = facts.properties.some(({ name }) => adapter?.properties?.some((slot) => slot.name === name));
  const { properties: own = [], initially = {} } = isOfAdapter && adapter ? adapter : {};
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
    properties: new Map([
      ...Object.entries(initially),
      ...known.map(({ name, value }) => [name, value ?? ''] as const),
    ]),
    credentials: new Map(),
    attachments: new Map(),
    slots: [
      ...own,
      ...facts.properties
        .filter(({ name }) => !own.some((slot) => slot.name === name))
        .map(({ name, value }) => unknownProperty(name, isPlaceholder(value))),
    ],
    testFailure: undefined,
    created: at,
    createdBy: by,
    lastUpdated: at,
    lastUpdatedBy: by,
  };
};

/** Connection properties, then what its security policy asks for; of a policy nobody knows, what it was given. */
export const slotsOf = (connection: Connection): PropertySlot[] => {
  const given = [...connection.credentials.keys()];
  const credentials = POLICIES[connection.securityPolicy] ?? given.map((name) => givenCredential(name));
  return [...connection.slots, ...credentials];
};

const givenCredential = (name: string): PropertySlot => ({
  name,
  displayName: name,
  group: 'CREDENTIALS',
  type: /password|secret|key/i.test(name) ? 'PASSWORD' : 'STRING',
  isRequired: true,
  isHidden: false,
});

/** Not of one that was set to nothing. */
export const slotValue = (connection: Connection, slot: PropertySlot): string | undefined =>
  (slot.group === 'CONNECTION_PROPS' ? connection.properties : connection.credentials).get(slot.name) || undefined;

export const isAgentRequired = ({ adapter }: Connection): boolean => ADAPTERS[adapter]?.agentRequired ?? false;

/** What keeps it from being tested. */
export const missingProperties = (connection: Connection): string[] => [
  ...slotsOf(connection)
    .filter(({ isRequired, isHidden }) => isRequired && !isHidden)
    .filter((slot) => !slotValue(connection, slot) && !connection.attachments.has(slot.name))
    .map(({ name }) => name),
  ...(isAgentRequired(connection) && !connection.agentGroupId ? ['agentGroupId'] : []),
];

/** Fills what is missing with values of no meaning, as if somebody had configured it long ago. */
export const configure = (connection: Connection, secrets: Set<string>): void => {
  for (const slot of slotsOf(connection)) {
    if (!slot.isRequired || slot.isHidden || slotValue(connection, slot)) continue;
    if (slot.type === 'FILE') {
      connection.attachments.set(slot.name, randomBytes(200));
      continue;
    }
    if (slot.type === 'CHOICE') {
      connection.properties.set(slot.name, slot.keys?.[0]?.[0] ?? '');
      continue;
    }
    if (slot.group === 'CONNECTION_PROPS') {
      connection.properties.set(slot.name, `https://${connection.id.toLowerCase()}.example.com`);
      continue;
    }
    const value = `${slot.name}-${randomBytes(12).toString('hex')}`;
    connection.credentials.set(slot.name, value);
    if (slot.type === 'PASSWORD') secrets.add(value);
  }
  if (isAgentRequired(connection)) connection.agentGroupId ??= 'SOME_AGENTS';
  connection.status = 'CONFIGURED';
};
