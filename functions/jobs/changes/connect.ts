/**
 * Connections of an imported integration: those that are not configured get the target's own settings and are tested.
 * What is configured is not touched. Values are secrets and appear in no message.
 */

import {
  connectionTemplate,
  LOCAL_CALLS,
  missingSettings,
  withoutValues,
} from '../../core/archive/connection-template.ts';
import type { Archive } from '../../core/archive/integration-archive.ts';
import { NotDone, NotKnown } from '../../core/errors.ts';
import { personName } from '../../core/people.ts';
import { foreignAddresses, type OwnConnections, ownAddresses } from '../../core/plan/connection-address.ts';
import type { OicClient } from '../../oic/client.ts';
import type { Connection } from '../../oic/connection-answers.ts';
import type { ConnectionSettings, PropertySetting } from '../../oic/http/credentials.ts';
import { isOicError, OicError } from '../../oic/http/errors.ts';
import type { Clock } from '../instance/activation-wait.ts';
import { mapLimited } from '../journal/journal.ts';
import { PATIENCE_MS, type Sight, settle, type Write } from './settled-write.ts';

export interface UnreadyConnection {
  readonly id: string;
  /** Names of the settings without a value. */
  readonly missing: readonly string[];
  readonly problem: string;
  /** What to put into the target's credentials document under `connections`, every value to fill. */
  readonly template: object;
}

/** In one line: what is wrong, and what has no value. */
export const unreadyText = ({ id, missing, problem }: UnreadyConnection): string =>
  `${id}: ${problem}${missing.length > 0 ? ` (without a value: ${missing.join(', ')})` : ''}`;

type Connections = Pick<
  OicClient,
  'instance' | 'people' | 'getConnection' | 'updateConnection' | 'attachToConnection' | 'testConnection'
> & { readonly shownBy?: string };

/** Of those with settings: read before an archive may set them back. What cannot be read is nobody's own. */
export const readOwnConnections = async (
  oic: Pick<OicClient, 'getConnection'>,
  connections: readonly { readonly id: string }[],
  settings: Readonly<Record<string, ConnectionSettings>>,
): Promise<OwnConnections> => {
  const ids = connections.map(({ id }) => id).filter((id) => Object.hasOwn(settings, id));
  const found = await mapLimited(ids, 4, (id) =>
    oic.getConnection(id).catch((error: unknown) => {
      if (!isOicError(error)) throw error;
      return undefined;
    }),
  );
  return found.flatMap((one) => (one ? ownAddresses(one) : []));
};

export const connect = async (
  oic: Connections,
  { connections }: Pick<Archive, 'connections'>,
  settings: Readonly<Record<string, ConnectionSettings>>,
  clock: Clock,
  own: OwnConnections = [],
): Promise<UnreadyConnection[]> => {
  const unready: UnreadyConnection[] = [];
  for (const { id, type } of connections) {
    if (type === LOCAL_CALLS) continue;
    // A connection may be called `constructor`.
    const problem = await connectOne(oic, id, Object.hasOwn(settings, id) ? settings[id] : undefined, clock, own);
    if (problem !== undefined) unready.push(problem);
  }
  return unready;
};

const connectOne = async (
  oic: Connections,
  id: string,
  settings: ConnectionSettings | undefined,
  clock: Clock,
  own: OwnConnections,
): Promise<UnreadyConnection | undefined> => {
  const connection = await oic.getConnection(id);
  if (!connection || connection.status === 'CONFIGURED') return undefined;
  if (!settings) return unready(connection, `the credentials document of ${oic.instance} has no settings for it`);
  const foreign = foreignAddresses(connection, settings, own);
  if (foreign.length > 0)
    return unready(
      connection,
      `its secrets were not sent, for the archive alone says where they would go: add ${foreign.join(', ')} to its settings in the credentials document of ${oic.instance}`,
    );
  if (connection.lockedBy !== undefined)
    return unready(connection, `it was not touched, for ${isLocked(oic, connection)}`);
  try {
    await configure(oic, connection, settings, clock);
    const tested = await oic.getConnection(id);
    if (!tested || tested.status === 'CONFIGURED') return undefined;
    return unready(
      tested,
      `its test succeeded, yet it is still ${tested.status}: open, test and save it in the console`,
    );
  } catch (error) {
    if (!(error instanceof OicError || error instanceof NotDone || error instanceof NotKnown)) throw error;
    const now = (await oic.getConnection(id).catch(() => undefined)) ?? connection;
    return unready(now, now.lockedBy === undefined ? error.message : `${error.message}; ${isLocked(oic, now)}`);
  }
};

const unready = (connection: Connection, problem: string): UnreadyConnection => ({
  id: connection.id,
  missing: missingSettings(connection),
  problem,
  template: connectionTemplate([withoutValues(connection)])[connection.id] ?? {},
});

const isLocked = ({ people }: Connections, { lockedBy }: Connection): string =>
  `it is locked${lockedBy ? ` by ${personName(lockedBy, people)}, who has it open` : ', for somebody has it open'} in the console: have it saved or closed there, and try again`;

/** Files, settings, test; each settled. */
const configure = async (
  oic: Connections,
  before: Connection,
  settings: ConnectionSettings,
  clock: Clock,
): Promise<void> => {
  const write = (doing: string, send: Write['send'], seen: (now: Connection) => Sight) =>
    settle(writeOf(oic, before.id, doing, send, seen), clock);
  const update = () =>
    write(
      'updating',
      () => oic.updateConnection(before.id, settings),
      (now) => sightOf(now, before, settings),
    );
  const attach = async () => {
    for (const { propertyName, propertyValue: file } of propertiesOf(settings)) {
      if (typeof file !== 'object') continue;
      const send = () => oic.attachToConnection(before.id, propertyName, file);
      // What is there cannot be compared; the same file once more does no harm.
      await write(`uploading ${propertyName} of`, send, () => 'unclear');
    }
  };
  // Another policy has other properties, so its files have no place before it is set.
  const isAnotherPolicy = settings.securityPolicy && settings.securityPolicy !== before.securityPolicy;
  for (const step of isAnotherPolicy ? [update, attach] : [attach, update]) await step();

  await testIt(oic, before.id, clock);
};

/** Also returns when a good test came to nothing. @throws OicError when it failed */
const testIt = async (oic: Connections, id: string, clock: Clock): Promise<void> => {
  let result: 'good' | OicError | undefined;
  const send = async () => {
    try {
      await oic.testConnection(id);
      result = 'good';
    } catch (error) {
      if (!isOicError(error, 'rejected')) throw error;
      result = error;
    }
    return 'goes-on';
  };
  const seen = ({ status }: Connection): Sight => {
    if (result instanceof OicError) return 'unclear';
    return status === 'CONFIGURED' ? 'done' : 'before';
  };
  try {
    await settle(writeOf(oic, id, 'testing', send, seen), clock);
  } catch (error) {
    if (!(error instanceof NotDone) || result !== 'good') throw error;
  }
  if (result instanceof OicError) throw result;
};

const writeOf = (
  oic: Connections,
  id: string,
  doing: string,
  send: Write['send'],
  seen: (now: Connection) => Sight,
): Write => ({
  what: `${doing} connection ${id} on ${oic.instance}`,
  send,
  look: async () => {
    const now = await oic.getConnection(id);
    return now ? seen(now) : 'unclear';
  },
  patienceMs: PATIENCE_MS.connection,
  lookAt: `connection ${id} on ${oic.instance}`,
  command: oic.shownBy ?? `oic connections ${oic.instance}`,
});

const propertiesOf = ({ connectionProperties = [], securityProperties = [] }: ConnectionSettings) => [
  ...connectionProperties,
  ...securityProperties,
];

/** As far as it can be seen: of a secret only that it has a value now and had none. */
const sightOf = (now: Connection, before: Connection, settings: ConnectionSettings): Sight => {
  const stateIn = (connection: Connection, name: string) =>
    [...(connection.connectionProperties ?? []), ...(connection.securityProperties ?? [])].find(
      ({ propertyName }) => propertyName === name,
    );
  const sightOfProperty = ({ propertyName, propertyValue: sent }: PropertySetting): Sight => {
    if (!sent || typeof sent === 'object') return 'done';
    const [state, was] = [stateIn(now, propertyName), stateIn(before, propertyName)];
    if (state?.propertyValue !== undefined) return sightOfValue(sent, state.propertyValue, was?.propertyValue);
    return state?.isSet === true && was?.isSet !== true ? 'done' : 'unclear';
  };
  const sights = [
    settings.securityPolicy ? sightOfValue(settings.securityPolicy, now.securityPolicy, before.securityPolicy) : 'done',
    settings.agentGroupId ? sightOfValue(settings.agentGroupId, now.agentGroupId, before.agentGroupId) : 'done',
    ...propertiesOf(settings).map(sightOfProperty),
  ];
  return sights.includes('before') ? 'before' : sights.includes('unclear') ? 'unclear' : 'done';
};

/** Oracle may write a value in its own way. */
const sightOfValue = (sent: string, now: string | undefined, was: string | undefined): Sight => {
  if (now === sent) return 'done';
  return now === was ? 'before' : 'unclear';
};
