/**
 * Who calls whom in an exported project. A call within it is told apart by its context (INTRA_PROJECT) and may leave the
 * version out, which then is the active one of that code, else the newest. What is called elsewhere, by whatever context, is
 * not in the project and waits for nothing here.
 */

import { type Calling, orderByCalls } from '../call-order.ts';
import type { IntegrationId, IntegrationRef } from '../integration.ts';
import { INTRA_PROJECT, type LocalCall, readLocalCall } from './local-call.ts';

interface Callable extends IntegrationRef {
  readonly persistedState: string | undefined;
}

/** @param members by name, from `project/` on. @returns for each that calls others those it calls, by id */
export const readProjectCalls = (
  members: ReadonlyMap<string, Buffer>,
  integrations: readonly Callable[],
): ReadonlyMap<IntegrationId, readonly IntegrationRef[]> => {
  const folders = new Map(integrations.map((one) => [`${one.code}_${one.version}`, one.id]));
  const byCode = Map.groupBy(integrations, ({ code }) => code);
  const calls = new Map<IntegrationId, Map<IntegrationId, IntegrationRef>>();
  for (const [name, data] of members) {
    const caller = folders.get(/^project\/integrations\/([^/]+)\/.*\.jca$/.exec(name)?.[1] ?? '');
    if (caller === undefined) continue;
    const call = readLocalCall(data);
    const called = call && calledIn(byCode.get(call.code) ?? [], call);
    if (!called || called.id === caller) continue;
    const known = calls.get(caller) ?? new Map<IntegrationId, IntegrationRef>();
    calls.set(caller, known.set(called.id, { id: called.id, code: called.code, version: called.version }));
  }
  return new Map([...calls].map(([id, called]) => [id, [...called.values()].sort((a, b) => (a.id < b.id ? -1 : 1))]));
};

const calledIn = (versions: readonly Callable[], { version, context }: LocalCall): Callable | undefined => {
  if (context !== undefined && context !== INTRA_PROJECT) return undefined;
  if (version !== undefined) return versions.find((one) => one.version === version);
  if (context === undefined) return undefined;
  const active = versions.filter(({ persistedState }) => persistedState === 'ACTIVATED');
  return newestOf(active) ?? newestOf(versions);
};

const newestOf = (versions: readonly Callable[]): Callable | undefined =>
  versions.toSorted((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }))[0];

/** Those that call or are called, called integrations before their callers; the others may come at any time. */
export const callOrderIn = (integrations: readonly Calling[]): readonly IntegrationId[] => {
  const called = new Set(integrations.flatMap(({ calls }) => calls.map(({ id }) => id)));
  return orderByCalls(integrations.filter(({ id, calls }) => calls.length > 0 || called.has(id))).order;
};

/** In that order; those that are not in it come first. */
export const inCallOrder = <T extends { readonly id: IntegrationId }>(
  items: readonly T[],
  order: readonly IntegrationId[],
): T[] => {
  const places = new Map(order.map((id, place) => [id, place]));
  const placeOf = ({ id }: T): number => places.get(id) ?? -1;
  return items.toSorted((a, b) => placeOf(a) - placeOf(b));
};
