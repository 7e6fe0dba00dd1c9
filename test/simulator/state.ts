/**
 * What one simulated instance holds: integrations, connections, lookups, libraries, projects. The routes change it as Oracle would, tests
 * change it through `Instance`. It keeps the sort orders of the listing and the JSON of each item until something
 * changes, so that 10,000 integrations are paged quickly.
 */
import { Refusal } from './answer.ts';
import type { Behaviour, Generation } from './behaviour.ts';
import type { Certificate } from './certificate-routes.ts';
import type { Connection } from './connection.ts';
import type { Library } from './library.ts';
import type { Lookup } from './lookup.ts';
import type { Project } from './project.ts';
import type { Random } from './random.ts';
import { hasSchedule } from './schedule.ts';
import { createStamps, type Stamps } from './stamping.ts';
import type { StoredArchive } from './stored-archive.ts';

export type IntegrationStatus =
  | 'INPROGRESS'
  | 'CONFIGURED'
  | 'ACTIVATION_INPROGRESS'
  | 'ACTIVATED'
  | 'DEACTIVATION_INPROGRESS'
  | 'FAILEDACTIVATION';

export type ScheduleState = 'started' | 'stopped' | 'paused' | 'starting' | 'stopping' | 'pausing' | 'resuming';

export interface ScheduleParameter {
  readonly name: string;
  readonly value: string;
}

export interface Tracing {
  readonly tracing: boolean;
  readonly payload: boolean;
  readonly recording: boolean;
}

export interface Integration {
  readonly id: string;
  readonly code: string;
  readonly version: string;
  readonly projectType: 'DEVELOPED' | 'PREBUILT';
  archive: StoredArchive;
  status: IntegrationStatus;
  lock: { readonly by: string; readonly at: number } | undefined;
  readonly created: number;
  readonly createdBy: string;
  lastUpdated: number;
  lastUpdatedBy: string;
  tracing: Tracing;
  schedule: ScheduleState;
  /** What its schedule will be at that time (ms); a schedule in between without it is stuck there. */
  scheduleMoved: { readonly to: ScheduleState; readonly at: number } | undefined;
  /** Created or deleted since the import; undefined: as the archive says. */
  scheduleDefined: boolean | undefined;
  /** Given since it was imported; undefined: the values of its design. */
  parameters: readonly ScheduleParameter[] | undefined;
  /** Oracle's message about the last activation, HTML and all. */
  activationError: string | undefined;
  /** What it will be at that time (ms). */
  pending: { readonly status: IntegrationStatus; readonly at: number; readonly error?: string } | undefined;
  /** What `status` still shows, until that time (ms), while it is something else already. */
  lag: { readonly status: IntegrationStatus; readonly until: number } | undefined;
  /** Its list item, until something changes. */
  json: string | undefined;
}

interface OrderedFailure {
  readonly message: string;
  timesLeft: number;
}

export interface State {
  readonly generation: Generation;
  readonly behaviour: Behaviour;
  readonly random: Random;
  /** Where the API answers, for links. */
  readonly baseUrl: string;
  readonly activationMs: number;
  readonly now: () => number;
  /** What exports are stamped with, when they are. */
  readonly stamps: Stamps | undefined;
  /** Of what is in a project. */
  readonly projectId?: string;
  readonly integrations: ReadonlyMap<string, Integration>;
  readonly connections: Map<string, Connection>;
  /** By name. */
  readonly lookups: Map<string, Lookup>;
  /** By `CODE|VERSION`. */
  readonly libraries: Map<string, Library>;
  /** Those of OIC 3, by code. */
  readonly projects: Map<string, Project>;
  /** Those of OIC 3, by name. */
  readonly certificates: Map<string, Certificate>;
  /** Id to name. */
  readonly agentGroups: Map<string, string>;
  /** Activations that are to fail, by id. */
  readonly orderedFailures: Map<string, OrderedFailure>;
  /** What listings tell in another form than Oracle documents. */
  readonly oddities: Map<string, (item: Readonly<Record<string, unknown>>) => unknown>;
  /** Every password and key somebody saved in a connection. */
  readonly secrets: Set<string>;
  find(id: string): Integration;
  put(integration: Integration): void;
  drop(id: string): void;
  /** To be called after every change of an integration. */
  changed(integration: Integration): void;
  /** Moves `lastUpdated` and calls `changed`. */
  updated(integration: Integration, by: string): void;
  ordered(by: 'name' | 'time'): readonly Integration[];
  /** Lets everything happen that was due by now: activations that run in the background. */
  settle(): void;
}

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
