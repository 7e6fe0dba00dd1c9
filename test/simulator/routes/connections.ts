/** `/connections`: list, get, update, attach, test, delete. Secrets go in and never come out. */

import { missingProperties, slotsOf } from '../holds/connection.ts';
import type { Connection, State } from '../holds/holdings.ts';
import { type Answer, emptyAnswer, jsonAnswer, jsonText, Refusal } from '../http/answer.ts';
import { connectionItem, updatedConnectionItem } from '../http/wire.ts';
import { pageAnswer } from './listing.ts';
import { createFilter, type Reader } from './query.ts';
import { type Call, type Route, readJsonBody } from './route.ts';
import { readFile } from './uploads.ts';

export const connectionRoutes = (state: State, pageCap: number | undefined): Route[] => [
  { method: 'GET', path: 'connections', kind: 'connection-list', handle: (call) => list(state, call, pageCap) },
  {
    method: 'GET',
    path: 'connections/:id',
    kind: 'connection-get',
    handle: ({ id }) => jsonAnswer(200, connectionItem(state, find(state, id))),
  },
  {
    method: 'PATCH',
    path: 'connections/:id',
    kind: 'connection-update',
    isChange: true,
    handle: (call) => update(state, call),
  },
  {
    method: 'POST',
    path: 'connections/:id/attachments/:property',
    kind: 'connection-attach',
    isChange: true,
    handle: (call) => attach(state, call),
  },
  {
    method: 'POST',
    path: 'connections/:id/test',
    kind: 'connection-test',
    isChange: true,
    handle: (call) => test(state, call),
  },
  {
    method: 'DELETE',
    path: 'connections/:id',
    kind: 'connection-delete',
    isChange: true,
    handle: (call) => remove(state, call),
  },
];

const READERS: Readonly<Record<string, Reader<Connection>>> = {
  name: ({ name }) => name,
  status: ({ status }) => status,
  role: ({ role }) => role,
};

const find = (state: State, id: string): Connection => {
  const found = state.connections.get(id);
  if (!found) throw new Refusal(404, `Connection ${id} not found`);
  return found;
};

const list = (state: State, { query }: Call, pageCap: number | undefined): Answer => {
  const q = query.get('q');
  const key = { name: 'name', type: 'adapter', time: undefined }[query.get('orderBy') ?? 'time'] as
    | 'name'
    | 'adapter'
    | undefined;
  const all = [...state.connections.values()].toSorted((a, b) =>
    key === undefined ? b.lastUpdated - a.lastUpdated || compare(a.id, b.id) : compare(a[key], b[key]),
  );
  return pageAnswer({
    found: q === null ? all : all.filter(readFilter(q)),
    query,
    toJson: (connection) => jsonText(listItem(state, connection)),
    path: 'connections',
    state,
    pageCap,
  });
};

const listItem = (state: State, connection: Connection): object => {
  const { connectionProperties, securityProperties, ...rest } = connectionItem(state, connection);
  return {
    ...rest,
    ...(state.behaviour.listedConnections === 'whole' && { connectionProperties, securityProperties }),
  };
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const readFilter = (q: string): ((connection: Connection) => boolean) => {
  try {
    return createFilter(q, READERS);
  } catch (error) {
    throw new Refusal(400, error instanceof Error ? error.message : 'q cannot be read');
  }
};

/** Honours the four fields Oracle documents; others are ignored. */
const update = (state: State, call: Call): Answer => {
  const connection = find(state, call.id);
  refuseLocked(connection);
  const body = readJsonBody(call.body);
  if (typeof body.securityPolicy === 'string') connection.securityPolicy = body.securityPolicy;
  if (typeof body.agentGroupId === 'string') connection.agentGroupId = body.agentGroupId;
  for (const { name, value } of readProperties(body.connectionProperties)) connection.properties.set(name, value);
  for (const { name, value } of readProperties(body.securityProperties)) {
    connection.credentials.set(name, value);
    const isSecret = slotsOf(connection).some((slot) => slot.name === name && slot.type === 'PASSWORD');
    if (isSecret) state.secrets.add(value);
  }
  connection.lastUpdated = state.now();
  connection.lastUpdatedBy = call.caller;
  const isEnough = state.behaviour.connectionUpdate === 'configures' && missingProperties(connection).length === 0;
  if (isEnough) connection.status = 'CONFIGURED';
  return jsonAnswer(200, updatedConnectionItem(state, connection));
};

/** https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-connections-id-attachments-connpropname-post.html */
const attach = (state: State, call: Call): Answer => {
  const connection = find(state, call.id);
  if (connection.lockedBy !== undefined) throw new Refusal(423, `Connection ${call.id} is locked`);
  const slot = slotsOf(connection).find(({ name, type }) => name === call.property && type.endsWith('FILE'));
  if (!slot) throw new Refusal(404, `Connection ${call.id} has no property ${call.property} that takes a file`);
  connection.attachments.set(slot.name, readFile(call));
  connection.lastUpdated = state.now();
  connection.lastUpdatedBy = call.caller;
  return jsonAnswer(200, updatedConnectionItem(state, connection));
};

const readProperties = (value: unknown): { name: string; value: string }[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Refusal(400, 'connectionProperties and securityProperties are lists');
  return (value as readonly Record<string, unknown>[]).map(({ propertyName, propertyValue }) => {
    if (typeof propertyName !== 'string') throw new Refusal(400, 'A property has no propertyName');
    return { name: propertyName, value: String(propertyValue ?? '') };
  });
};

const test = (state: State, { id }: Call): Answer => {
  const connection = find(state, id);
  refuseLocked(connection);
  const missing = missingProperties(connection);
  if (missing.length > 0) throw new Refusal(409, `Connection ${id} is not configured: ${missing.join(', ')}`);
  if (connection.testFailure !== undefined) throw new Refusal(500, connection.testFailure);
  if (state.behaviour.connectionTest === 'configures') connection.status = 'CONFIGURED';
  return jsonAnswer(200, { details: `Test of ${id} connection succeeded.`, id, status: 'SUCCESS' });
};

const remove = (state: State, { id }: Call): Answer => {
  const connection = find(state, id);
  refuseLocked(connection);
  const user = state.integrations
    .values()
    .find(({ archive }) => archive.facts.connections.some((used) => used.id === id));
  if (user) throw new Refusal(409, `Connection ${id} is used by integration ${user.id}`);
  state.connections.delete(id);
  return emptyAnswer(200);
};

const refuseLocked = ({ id, lockedBy }: Connection): void => {
  if (lockedBy !== undefined) throw new Refusal(412, `Connection ${id} is locked by ${lockedBy}`);
};
