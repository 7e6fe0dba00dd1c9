/**
 * In which order integrations that call each other are activated: each after those that it calls. Calls may go round in a
 * circle; such a circle is broken where its first id (by name) is, and told.
 */
import type { IntegrationId } from './integration.ts';

export interface Calling {
  readonly id: IntegrationId;
  readonly calls: readonly { readonly id: IntegrationId }[];
}

export interface CallOrder {
  /** Every id once, called before callers. */
  readonly order: readonly IntegrationId[];
  /** For each id those it has to wait for: its calls within the set, without those a circle forbids to wait for. */
  readonly waitsFor: ReadonlyMap<IntegrationId, readonly IntegrationId[]>;
  /** Each circle as the ids on it, the one that starts without waiting first. */
  readonly cycles: readonly (readonly IntegrationId[])[];
}

export const orderByCalls = (integrations: readonly Calling[]): CallOrder => {
  const sorted = integrations.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const known = new Set(sorted.map(({ id }) => id));
  const callees = new Map(
    sorted.map(({ id, calls }) => [
      id,
      [...new Set(calls.map((call) => call.id))].filter((to) => to !== id && known.has(to)).sort(),
    ]),
  );
  const order: IntegrationId[] = [];
  const cycles: IntegrationId[][] = [];
  const waitsFor = new Map<IntegrationId, IntegrationId[]>();
  const state = new Map<IntegrationId, 'open' | 'done'>();

  // Depth first with a stack of our own: a chain of calls may be longer than the engine's stack bears.
  for (const root of known) {
    if (state.has(root)) continue;
    const path: Array<{ id: IntegrationId; next: number }> = [{ id: root, next: 0 }];
    state.set(root, 'open');
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const to = callees.get(top.id)?.[top.next++];
      if (to === undefined) {
        order.push(top.id);
        state.set(top.id, 'done');
        path.pop();
      } else if (state.get(to) === 'open') {
        cycles.push(path.slice(path.findIndex(({ id }) => id === to)).map(({ id }) => id));
      } else {
        waitsFor.set(top.id, [...(waitsFor.get(top.id) ?? []), to]);
        if (!state.has(to)) {
          state.set(to, 'open');
          path.push({ id: to, next: 0 });
        }
      }
    }
  }
  // The last on a path of a circle is the one whose call back is not waited for.
  return { order, waitsFor, cycles: cycles.map((cycle) => [...cycle.slice(-1), ...cycle.slice(0, -1)]) };
};

/**
 * The order in which these take their turn when one goes after the other: each as soon as all that it waits for have had
 * theirs, and of several the one that could go first.
 * @param ids called before callers
 */
export const inTurn = (ids: readonly IntegrationId[], waitsFor: CallOrder['waitsFor']): readonly IntegrationId[] => {
  const among = new Set(ids);
  const open = new Map(ids.map((id) => [id, (waitsFor.get(id) ?? []).filter((callee) => among.has(callee)).length]));
  const callers = new Map<IntegrationId, IntegrationId[]>();
  for (const id of ids) {
    for (const callee of waitsFor.get(id) ?? []) {
      const known = callers.get(callee);
      if (known) known.push(id);
      else callers.set(callee, [id]);
    }
  }
  const turns = ids.filter((id) => open.get(id) === 0);
  for (const id of turns) {
    for (const caller of callers.get(id) ?? []) {
      const left = (open.get(caller) ?? 0) - 1;
      open.set(caller, left);
      if (left === 0) turns.push(caller);
    }
  }
  return turns;
};
