import { createStamps } from '../archives/stamping.ts';
import { Refusal } from '../http/answer.ts';
import type { Integration, IntegrationStatus, ScheduleState, State } from './holdings.ts';
import { hasSchedule } from './schedule.ts';

export type StateOptions = Pick<State, 'generation' | 'behaviour' | 'random' | 'baseUrl' | 'activationMs' | 'now'>;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const COMPARE = {
  name: (a: Integration, b: Integration): number =>
    compareText(a.archive.facts.name, b.archive.facts.name) || compareText(a.id, b.id),
  time: (a: Integration, b: Integration): number => b.lastUpdated - a.lastUpdated || compareText(a.id, b.id),
};

export const createState = (options: StateOptions): State => {
  const integrations = new Map<string, Integration>();
  const orders = createOrders(integrations);
  const waiting = new Set<Integration>();

  const changed = (integration: Integration): void => {
    orders.forget('time');
    integration.json = undefined;
    if (integration.pending || integration.scheduleMoved) waiting.add(integration);
  };
  const state: State = {
    ...options,
    stamps: options.behaviour.stamping === 'stamps' ? createStamps(options.baseUrl) : undefined,
    integrations,
    connections: new Map(),
    lookups: new Map(),
    libraries: new Map(),
    projects: new Map(),
    certificates: new Map(),
    agentGroups: new Map(),
    orderedFailures: new Map(),
    oddities: new Map(),
    secrets: new Set(),
    find: (id) => {
      const found = integrations.get(id);
      if (!found) throw new Refusal(404, `Integration ${id} not found`);
      return found;
    },
    put: (integration) => {
      integrations.set(integration.id, integration);
      orders.forget('name');
      changed(integration);
    },
    drop: (id) => {
      integrations.delete(id);
      orders.forget('name', 'time');
    },
    changed,
    updated: (integration, by) => {
      integration.lastUpdated = Math.max(options.now(), integration.lastUpdated + 1);
      integration.lastUpdatedBy = by;
      changed(integration);
    },
    ordered: orders.read,
    settle: () => {
      for (const integration of waiting) {
        const { pending, scheduleMoved } = integration;
        if (pending && pending.at <= options.now()) finish(state, integration);
        if (scheduleMoved && scheduleMoved.at <= options.now()) endMove(state, integration, scheduleMoved.to);
        if (!integration.pending && !integration.scheduleMoved) waiting.delete(integration);
      }
    },
  };
  return state;
};

type OrderKey = keyof typeof COMPARE;

/** Sorted lists, kept until they are forgotten. */
const createOrders = (
  integrations: ReadonlyMap<string, Integration>,
): { read: (by: OrderKey) => readonly Integration[]; forget: (...keys: OrderKey[]) => void } => {
  const kept = new Map<OrderKey, readonly Integration[]>();
  return {
    read: (by) => {
      const list = kept.get(by) ?? [...integrations.values()].sort(COMPARE[by]);
      kept.set(by, list);
      return list;
    },
    forget: (...keys) => {
      for (const key of keys) kept.delete(key);
    },
  };
};

/** It must be deactivated before it is changed or deleted, and that must have ended. */
export const isInService = ({ status }: Integration): boolean =>
  status === 'ACTIVATED' || status === 'ACTIVATION_INPROGRESS' || status === 'DEACTIVATION_INPROGRESS';

/** What an exported archive says that it is. */
export const persistedStatus = (status: IntegrationStatus): IntegrationStatus =>
  status.endsWith('_INPROGRESS') ? 'CONFIGURED' : status;

/** Ends what runs in the background for this integration, whether or not its time has come. */
export const finish = (state: State, integration: Integration): void => {
  const { pending } = integration;
  if (!pending) return;
  integration.pending = undefined;
  integration.status = pending.status;
  integration.activationError = pending.error;
  if (pending.status === 'ACTIVATED' && state.behaviour.activationStartsSchedule && hasSchedule(integration)) {
    const { scheduleChangeMs } = state.behaviour;
    integration.schedule = scheduleChangeMs === 0 ? 'started' : 'starting';
    integration.scheduleMoved =
      scheduleChangeMs === 0 ? undefined : { to: 'started', at: state.now() + scheduleChangeMs };
  }
  state.changed(integration);
};

const endMove = (state: State, integration: Integration, to: ScheduleState): void => {
  integration.schedule = to;
  integration.scheduleMoved = undefined;
  state.changed(integration);
};

/** Ends what its schedule was about, for it is not active any more. */
export const stopAtOnce = (integration: Integration): void => {
  integration.schedule = 'stopped';
  integration.scheduleMoved = undefined;
};
