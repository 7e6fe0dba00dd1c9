/** Connections: what they are, never their secrets, and the settings an instance's own need after an import. */
import { type Connection, readDone, readJson, readTestResult, toConnection } from './answers.ts';
import type { ConnectionSettings } from './credentials.ts';
import { OicError } from './errors.ts';
import { orUndefined, type Requests } from './requests.ts';

export interface Connections {
  /** Properties come where Oracle's listing has them. */
  listConnections(): Promise<readonly Connection[]>;
  getConnection(id: string): Promise<Connection | undefined>;
  updateConnection(id: string, settings: ConnectionSettings): Promise<void>;
  /** @throws OicError when the test fails; a good test makes the connection CONFIGURED. */
  testConnection(id: string): Promise<void>;
}

/**
 * @param root path of the listing, `/connections` or below a project
 * @param where for messages: empty, or ` in project SHOP`
 */
export const connections = (requests: Requests, root = '/connections', where = ''): Connections => {
  const { instance, get, list, post, patch } = requests;
  const pathOf = (id: string): string => `${root}/${encodeURIComponent(id)}`;
  return {
    listConnections: () => list(`listing the connections${where}`, root, toConnection),
    getConnection: (id) =>
      orUndefined(get(`reading connection ${id}${where}`, pathOf(id), (answer) => toConnection(readJson(answer)))),
    updateConnection: (id, settings) =>
      patch({ what: `updating connection ${id}${where}`, path: pathOf(id), read: readDone }, settings),
    testConnection: async (id) => {
      const what = `testing connection ${id}${where}`;
      const path = `${pathOf(id)}/test`;
      const result = await post(what, path, undefined, readTestResult);
      if (result.status.toUpperCase() === 'SUCCESS') return;
      const message = `${what} on ${instance} failed: "${result.details}"; check its settings in the credentials document`;
      throw new OicError('rejected', message, { method: 'POST', path, oracle: result.details });
    },
  };
};
