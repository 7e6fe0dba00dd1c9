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
import { personName } from '../../core/people.ts';
import type { Connection } from '../../oic/answers.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ConnectionSettings, PropertySetting } from '../../oic/http/credentials.ts';
import { OicError } from '../../oic/http/errors.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { writeSettled } from './write-content.ts';

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
>;

export const connect = async (
  oic: Connections,
  { connections }: Pick<Archive, 'connections'>,
  settings: Readonly<Record<string, ConnectionSettings>>,
  sleep: ActivationWait['sleep'],
): Promise<UnreadyConnection[]> => {
  const unready: UnreadyConnection[] = [];
  for (const { id, type } of connections) {
    if (type === LOCAL_CALLS) continue;
    // A connection may be called `constructor`.
    const problem = await connectOne(oic, id, Object.hasOwn(settings, id) ? settings[id] : undefined, sleep);
    if (problem !== undefined) unready.push(problem);
  }
  return unready;
};

const connectOne = async (
  oic: Connections,
  id: string,
  settings: ConnectionSettings | undefined,
  sleep: ActivationWait['sleep'],
): Promise<UnreadyConnection | undefined> => {
  const connection = await oic.getConnection(id);
  if (!connection || connection.status === 'CONFIGURED') return undefined;
  if (!settings) return unready(connection, `the credentials document of ${oic.instance} has no settings for it`);
  if (connection.lockedBy !== undefined)
    return unready(connection, `it was not touched, for ${isLocked(oic, connection)}`);
  try {
    await configure(oic, connection, settings, sleep);
    const tested = await readTested(oic, id, sleep);
    if (!tested || tested.status === 'CONFIGURED') return undefined;
    return unready(
      tested,
      `its test succeeded, yet it is still ${tested.status}: open, test and save it in the console`,
    );
  } catch (error) {
    if (!(error instanceof OicError)) throw error;
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

/** Files, settings, test; each lost answer is settled by reading. */
const configure = async (
  oic: Connections,
  before: Connection,
  settings: ConnectionSettings,
  sleep: ActivationWait['sleep'],
): Promise<void> => {
  const { id } = before;
  const read = async (isDone: (now: Connection) => boolean): Promise<boolean> => {
    const now = await oic.getConnection(id);
    return now !== undefined && isDone(now);
  };
  const update = () =>
    writeSettled(
      () => oic.updateConnection(id, settings),
      () => read((now) => showsAll(now, before, settings)),
      sleep,
    );
  const attach = async () => {
    for (const { propertyName, propertyValue: file } of propertiesOf(settings)) {
      if (typeof file !== 'object') continue;
      // What is there cannot be compared; the same file once more does no harm.
      await writeSettled(
        () => oic.attachToConnection(id, propertyName, file),
        () => Promise.resolve(false),
        sleep,
      );
    }
  };
  // Another policy has other properties, so its files have no place before it is set.
  const isAnotherPolicy = settings.securityPolicy && settings.securityPolicy !== before.securityPolicy;
  for (const step of isAnotherPolicy ? [update, attach] : [attach, update]) await step();
  await writeSettled(
    () => oic.testConnection(id),
    () => read(({ status }) => status === 'CONFIGURED'),
    sleep,
  );
};

const propertiesOf = ({ connectionProperties = [], securityProperties = [] }: ConnectionSettings) => [
  ...connectionProperties,
  ...securityProperties,
];

/** Whether it has what was sent, as far as it can be seen: a secret that had a value before says nothing. */
const showsAll = (now: Connection, before: Connection, settings: ConnectionSettings): boolean => {
  const stateIn = (connection: Connection, name: string) =>
    [...(connection.connectionProperties ?? []), ...(connection.securityProperties ?? [])].find(
      ({ propertyName }) => propertyName === name,
    );
  const shows = ({ propertyName, propertyValue: sent }: PropertySetting): boolean => {
    if (!sent || typeof sent === 'object') return true;
    const state = stateIn(now, propertyName);
    if (state?.propertyValue !== undefined) return state.propertyValue === sent;
    return state?.isSet === true && stateIn(before, propertyName)?.isSet !== true;
  };
  return (
    (!settings.securityPolicy || settings.securityPolicy === now.securityPolicy) &&
    (!settings.agentGroupId || settings.agentGroupId === now.agentGroupId) &&
    propertiesOf(settings).every(shows)
  );
};

const LOOKS = 3;

/** The status after a good test, which may come a moment later. */
const readTested = async (
  oic: Connections,
  id: string,
  sleep: ActivationWait['sleep'],
): Promise<Connection | undefined> => {
  for (let look = 1; ; look++) {
    const connection = await oic.getConnection(id);
    if (!connection || connection.status === 'CONFIGURED' || look === LOOKS) return connection;
    await sleep(1_000);
  }
};
