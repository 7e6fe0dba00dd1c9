/** Connections: what they are, never their secrets, and the settings an instance's own need after an import. */
import { type Connection, readDone, readJson, readTestResult, toConnection } from './answers.ts';
import type { ConnectionSettings } from './credentials.ts';
import { OicError } from './errors.ts';
import { orUndefined, type Requests } from './requests.ts';

export interface Connections {
  /** Outside projects. Properties come where Oracle's listing has them. */
  listConnections(): Promise<readonly Connection[]>;
  getConnection(id: string): Promise<Connection | undefined>;
  updateConnection(id: string, settings: ConnectionSettings): Promise<void>;
  /** @throws OicError when the test fails; a good test makes the connection CONFIGURED. */
  testConnection(id: string): Promise<void>;
}

export const connections = ({ instance, get, list, post, patch }: Requests): Connections => ({
  listConnections: () => list('listing the connections', '/connections', toConnection),
  getConnection: (id) =>
    orUndefined(get(`reading connection ${id}`, connectionPath(id), (answer) => toConnection(readJson(answer)))),
  updateConnection: (id, settings) =>
    patch({ what: `updating connection ${id}`, path: connectionPath(id), read: readDone }, settings),
  testConnection: async (id) => {
    const what = `testing connection ${id}`;
    const path = `${connectionPath(id)}/test`;
    const result = await post(what, path, undefined, readTestResult);
    if (result.status.toUpperCase() === 'SUCCESS') return;
    const message = `${what} on ${instance} failed: "${result.details}"; check its settings in the credentials document`;
    throw new OicError('rejected', message, { method: 'POST', path, oracle: result.details });
  },
});

const connectionPath = (id: string): string => `/connections/${encodeURIComponent(id)}`;
