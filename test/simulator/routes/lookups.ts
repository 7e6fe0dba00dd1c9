/**
 * `/lookups`: list, export, import, replace. A lookup's name is its id
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-lookups-archive-post.html).
 */

import type { Lookup, State } from '../holds/holdings.ts';
import { readLookup, saveLookup, writeLookup } from '../holds/lookup.ts';
import { type Answer, emptyAnswer, jsonAnswer, Refusal } from '../http/answer.ts';
import { fileAnswer, linksTo, wireTime } from '../http/wire.ts';
import { listAnswer } from './kind-listing.ts';
import type { Call, Route } from './route.ts';
import { fileTitle, readFilePart } from './uploads.ts';

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
        toJson: (lookup) => lookupItem(state, call, lookup),
      }),
  },
  { method: 'GET', path: 'lookups/:id/archive', kind: 'lookup-export', handle: ({ id }) => exportLookup(state, id) },
  {
    method: 'POST',
    path: 'lookups/archive',
    kind: 'lookup-import',
    isChange: true,
    identify: fileTitle,
    handle: (call) => {
      const sent = readSent(state, call);
      if (state.lookups.has(sent.name)) throw new Refusal(409, `Lookup ${sent.name} already exists`);
      saveLookup(state, sent, call.caller);
      return emptyAnswer(state.behaviour.importSuccess, { location: lookupUrl(state, call, sent.name) });
    },
  },
  {
    method: 'PUT',
    path: 'lookups/archive',
    kind: 'lookup-replace',
    isChange: true,
    identify: fileTitle,
    handle: (call) => {
      const sent = readSent(state, call);
      const { lockedBy } = find(state, sent.name);
      if (lockedBy !== undefined) throw new Refusal(state.behaviour.putOnLocked, `Lookup ${sent.name} is locked`);
      const saved = saveLookup(state, sent, call.caller);
      return state.behaviour.lookupReplaced === 204
        ? emptyAnswer(204, { location: lookupUrl(state, call, sent.name) })
        : jsonAnswer(200, lookupItem(state, call, saved));
    },
  },
];

const find = (state: State, name: string): Lookup => {
  const found = state.lookups.get(name);
  if (!found) throw new Refusal(404, `Lookup ${name} not found`);
  return found;
};

const readSent = (state: State, call: Call) => {
  const { body, filename } = readFilePart(call);
  try {
    return readLookup(body, state.behaviour.lookupShape, filename);
  } catch (error) {
    throw new Refusal(state.behaviour.badArchiveStatus, error instanceof Error ? error.message : 'no lookup');
  }
};

const exportLookup = (state: State, name: string): Answer => {
  const lookup = find(state, name);
  if (lookup.lockedBy !== undefined) throw new Refusal(423, `Lookup ${name} is locked by ${lookup.lockedBy}`);
  return fileAnswer(`${name}.csv`, writeLookup(lookup, state.behaviour.lookupShape));
};

const lookupUrl = ({ baseUrl }: State, { query }: Pick<Call, 'query'>, name: string): string => {
  const instance = query.get('integrationInstance');
  const url = `${baseUrl}/ic/api/integration/v1/lookups/${encodeURIComponent(name.toWellFormed())}`;
  return instance === null ? url : `${url}?integrationInstance=${encodeURIComponent(instance)}`;
};

/** Keys as Oracle's page of the listing has them. */
const lookupItem = (state: State, call: Pick<Call, 'query'>, lookup: Lookup): object => {
  const { name, description, lockedBy, lastUpdated, lastUpdatedBy } = lookup;
  return {
    name,
    description,
    lockedFlag: lockedBy !== undefined,
    ...(lockedBy !== undefined && { lockedBy }),
    lastUpdated: wireTime(lastUpdated),
    lastUpdatedBy,
    links: linksTo(lookupUrl(state, call, name)),
  };
};
