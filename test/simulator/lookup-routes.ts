/**
 * `/lookups`: list, export, import, replace. A lookup's name is its id
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-lookups-archive-post.html).
 */
import { type Answer, emptyAnswer, jsonAnswer, Refusal } from './answer.ts';
import { listAnswer } from './kind-listing.ts';
import { type Lookup, readLookup, writeLookup } from './lookup.ts';
import type { Call, Route } from './route.ts';
import type { State } from './state.ts';
import { readFilePart } from './uploads.ts';
import { fileAnswer, wireTime } from './wire.ts';

export const lookupRoutes = (state: State, pageCap: number | undefined): Route[] => [
  {
    method: 'GET',
    path: 'lookups',
    kind: 'lookup-list',
    handle: (call) =>
      listAnswer(state, call, pageCap, {
        path: 'lookups',
        items: [...state.lookups.values()],
        name: ({ name }) => name,
        toJson: lookupItem,
      }),
  },
  { method: 'GET', path: 'lookups/:id/archive', kind: 'lookup-export', handle: ({ id }) => exportLookup(state, id) },
  {
    method: 'POST',
    path: 'lookups/archive',
    kind: 'lookup-import',
    isChange: true,
    handle: (call) => {
      const sent = readSent(state, call);
      if (state.lookups.has(sent.name)) throw new Refusal(409, `Lookup ${sent.name} already exists`);
      saveLookup(state, sent, call.caller);
      const location = `${state.baseUrl}/ic/api/integration/v1/lookups/${encodeURIComponent(sent.name)}`;
      return emptyAnswer(state.behaviour.importSuccess, { location });
    },
  },
  {
    method: 'PUT',
    path: 'lookups/archive',
    kind: 'lookup-replace',
    isChange: true,
    handle: (call) => {
      const sent = readSent(state, call);
      const { lockedBy } = find(state, sent.name);
      if (lockedBy !== undefined) throw new Refusal(state.behaviour.putOnLocked, `Lookup ${sent.name} is locked`);
      const saved = saveLookup(state, sent, call.caller);
      return state.behaviour.putSuccess === 204 ? emptyAnswer(204) : jsonAnswer(200, lookupItem(saved));
    },
  },
];

/** Puts a lookup there, whatever was there before. */
export const saveLookup = (
  state: State,
  { name, columns, rows }: Pick<Lookup, 'name' | 'columns' | 'rows'>,
  by: string,
  at = Math.max(state.now(), (state.lookups.get(name)?.lastUpdated ?? 0) + 1),
): Lookup => {
  const lookup: Lookup = { name, columns, rows, lockedBy: undefined, lastUpdated: at, lastUpdatedBy: by };
  state.lookups.set(name, lookup);
  return lookup;
};

const find = (state: State, name: string): Lookup => {
  const found = state.lookups.get(name);
  if (!found) throw new Refusal(404, `Lookup ${name} not found`);
  return found;
};

const readSent = (state: State, call: Call) => {
  const { body, filename } = readFilePart(call);
  try {
    return readLookup(body, state.behaviour.lookupTitle ? undefined : filename?.replace(/\.csv$/i, ''));
  } catch (error) {
    throw new Refusal(state.behaviour.badArchiveStatus, error instanceof Error ? error.message : 'no lookup');
  }
};

const exportLookup = (state: State, name: string): Answer => {
  const lookup = find(state, name);
  if (lookup.lockedBy !== undefined) throw new Refusal(423, `Lookup ${name} is locked by ${lookup.lockedBy}`);
  return fileAnswer(`${name}.csv`, writeLookup(lookup, state.behaviour.lookupTitle));
};

const lookupItem = ({ name, columns, rows, lockedBy, lastUpdated, lastUpdatedBy }: Lookup): object => ({
  name,
  description: '',
  status: lockedBy === undefined ? 'CONFIGURED' : 'LOCKED',
  columnCount: columns.length,
  rowCount: rows.length,
  lockedFlag: lockedBy !== undefined,
  ...(lockedBy !== undefined && { lockedBy }),
  lastUpdated: wireTime(lastUpdated),
  lastUpdatedBy,
});
