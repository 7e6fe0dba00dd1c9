/**
 * Connections of an imported integration: those that are not configured get the target's own settings and are tested.
 * What is configured is not touched. Values are secrets and appear in no message.
 */
import type { Archive } from '../core/archive.ts';
import { connectionTemplate, LOCAL_CALLS, missingSettings } from '../core/connection-template.ts';
import type { OicClient } from '../oic/client.ts';
import type { ConnectionSettings } from '../oic/credentials.ts';
import { OicError } from '../oic/errors.ts';

export interface UnreadyConnection {
  readonly id: string;
  /** Names of the settings without a value. */
  readonly missing: readonly string[];
  readonly problem: string;
  /** What to put into the target's credentials document under `connections`, every value to fill. */
  readonly template: object;
}

type Connections = Pick<OicClient, 'instance' | 'getConnection' | 'updateConnection' | 'testConnection'>;

export const connect = async (
  oic: Connections,
  { connections }: Pick<Archive, 'connections'>,
  settings: Readonly<Record<string, ConnectionSettings>>,
): Promise<UnreadyConnection[]> => {
  const unready: UnreadyConnection[] = [];
  for (const { id, type } of connections) {
    if (type === LOCAL_CALLS) continue;
    const problem = await connectOne(oic, id, settings[id]);
    if (problem !== undefined) unready.push(problem);
  }
  return unready;
};

const connectOne = async (
  oic: Connections,
  id: string,
  settings: ConnectionSettings | undefined,
): Promise<UnreadyConnection | undefined> => {
  const connection = await oic.getConnection(id);
  if (!connection || connection.status === 'CONFIGURED') return undefined;
  const unready = (problem: string): UnreadyConnection => ({
    id,
    missing: missingSettings(connection),
    problem,
    template: connectionTemplate([connection])[id] ?? {},
  });
  if (!settings) return unready(`the credentials document of ${oic.instance} has no settings for it`);
  try {
    await oic.updateConnection(id, settings);
    await oic.testConnection(id);
    return undefined;
  } catch (error) {
    if (!(error instanceof OicError)) throw error;
    return unready(error.message);
  }
};
