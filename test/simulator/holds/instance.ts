/**
 * The hand of a test inside a simulated instance: puts integrations there, changes them as people in the designer would,
 * and looks at what is there without asking the API.
 */

import { readArchive, type StoredArchive, withMember } from '../archives/stored-archive.ts';
import { configure } from './connection.ts';
import type { Connection, Integration, IntegrationStatus, ScheduleState, State, Tracing } from './holdings.ts';
import { placeArchive } from './importing.ts';
import { createKindHands, type KindHands } from './kind-hands.ts';
import { hasSchedule, parametersOf, setParameters } from './schedule.ts';

interface AddOptions {
  /** @default what the archive says it was, when it was exported */
  readonly status?: IntegrationStatus;
  readonly lockedBy?: string;
  readonly projectType?: 'DEVELOPED' | 'PREBUILT';
  /** @default stopped */
  readonly scheduleState?: ScheduleState;
  readonly tracing?: Partial<Tracing>;
  readonly lastUpdated?: Date;
  readonly lastUpdatedBy?: string;
  /** Of the connections it brings along and that are not there yet. @default CONFIGURED */
  readonly connections?: Connection['status'];
}

interface IntegrationSnapshot {
  readonly id: string;
  readonly code: string;
  readonly version: string;
  readonly name: string;
  readonly status: IntegrationStatus;
  readonly lockedBy: string | undefined;
  /** Null when it has none. */
  readonly schedule: ScheduleState | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tracing: Tracing;
  readonly lastUpdated: Date;
  readonly lastUpdatedBy: string;
  /** Equal for archives that mean the same, by the simulator's own normalisation. */
  readonly contentDigest: string;
  /** Ids of the connections it uses, the built-in one for local calls left out. */
  readonly connections: readonly string[];
}

export interface Instance extends KindHands {
  /** Places an archive as it is, whatever was there. Gives the id. @throws BadArchive */
  readonly add: (archive: Uint8Array, options?: AddOptions) => string;
  /** Other content: a marker in one of its files, or another archive of the same integration. `lastUpdated` moves. */
  readonly edit: (id: string, change: { readonly marker: string } | Uint8Array, by?: string) => void;
  /** Saved without a change. */
  readonly touch: (id: string, by?: string) => void;
  readonly remove: (id: string) => void;
  readonly lock: (id: string, user: string) => void;
  readonly unlock: (id: string) => void;
  readonly setStatus: (id: string, status: IntegrationStatus) => void;
  /** One that is put in between, such as `starting`, is stuck there. */
  readonly setSchedule: (id: string, state: ScheduleState) => void;
  /** As a run would leave them. */
  readonly setParameters: (id: string, values: Readonly<Record<string, string>>) => void;
  /** By id; change them as you like. */
  readonly connections: Map<string, Connection>;
  /** By an item's id, name or `CODE|VERSION`, of any kind and in projects too: what listings tell in its place. */
  readonly oddities: State['oddities'];
  /** What is there now, by id. */
  readonly list: () => IntegrationSnapshot[];
  readonly get: (id: string) => IntegrationSnapshot | undefined;
}

const SOMEBODY = 'designer@example.com';

export const createInstance = (state: State): Instance => {
  const setArchive = (id: string, archive: StoredArchive, by: string): void => {
    const integration = state.find(id);
    if (archive.facts.id !== id) throw new Error(`the archive is of ${archive.facts.id}, not of ${id}`);
    integration.archive = archive;
    state.put(integration);
    state.updated(integration, by);
  };
  return {
    ...createSwitches(state),
    ...createKindHands(state),
    add: (bytes, options = {}) => add(state, readArchive(bytes), options),
    edit: (id, content, by = SOMEBODY) => {
      const { archive } = state.find(id);
      setArchive(id, 'marker' in content ? marked(archive, content.marker) : readArchive(content), by);
    },
    touch: (id, by = SOMEBODY) => state.updated(state.find(id), by),
    remove: (id) => state.drop(state.find(id).id),
    connections: state.connections,
    oddities: state.oddities,
    list: () => {
      state.settle();
      return [...state.integrations.values()].map(snapshot).sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    get: (id) => {
      state.settle();
      const integration = state.integrations.get(id);
      return integration && snapshot(integration);
    },
  };
};

/** What can be set without `lastUpdated` moving. */
const createSwitches = (
  state: State,
): Pick<Instance, 'lock' | 'unlock' | 'setStatus' | 'setSchedule' | 'setParameters'> => {
  const change = (id: string, fields: Partial<Integration>): void =>
    state.changed(Object.assign(state.find(id), fields));
  return {
    lock: (id, by) => change(id, { lock: { by, at: state.now() } }),
    unlock: (id) => change(id, { lock: undefined }),
    setStatus: (id, status) => change(id, { status, pending: undefined, lag: undefined }),
    setSchedule: (id, schedule) => change(id, { schedule, scheduleMoved: undefined }),
    setParameters: (id, values) =>
      setParameters(
        state,
        state.find(id),
        Object.entries(values).map(([name, value]) => ({ name, value })),
      ),
  };
};

const add = (state: State, archive: StoredArchive, options: AddOptions): string => {
  const by = options.lastUpdatedBy ?? SOMEBODY;
  const known = new Set(state.connections.keys());
  const integration = placeArchive(state, archive, by, options.lastUpdated?.getTime(), options.projectType);
  if (options.connections !== 'DRAFT') {
    const brought = archive.facts.connections.filter(({ id }) => !known.has(id));
    for (const { id } of brought) {
      const connection = state.connections.get(id);
      if (connection) configure(connection, state.secrets);
    }
  }
  integration.status = options.status ?? statedStatus(archive);
  integration.lock = options.lockedBy === undefined ? undefined : { by: options.lockedBy, at: state.now() };
  integration.schedule = options.scheduleState ?? 'stopped';
  integration.tracing = { ...integration.tracing, ...options.tracing };
  state.changed(integration);
  return integration.id;
};

const statedStatus = ({ facts }: StoredArchive): IntegrationStatus =>
  facts.persistedState === 'ACTIVATED' || facts.persistedState === 'INPROGRESS' ? facts.persistedState : 'CONFIGURED';

/** Files of that kind are in archives of both generations. */
const marked = (archive: StoredArchive, marker: string): StoredArchive => {
  const { code, version } = archive.facts;
  const name = `icspackage/project/${code}_${version}/resources/processor_900/resourcegroup_901/expr.properties`;
  return withMember(archive, { name, data: Buffer.from(`TextExpression : ${marker}\n`, 'utf8') });
};

const snapshot = (integration: Integration): IntegrationSnapshot => {
  const { facts, contentDigest } = integration.archive;
  return {
    id: integration.id,
    code: integration.code,
    version: integration.version,
    name: facts.name,
    status: integration.status,
    lockedBy: integration.lock?.by,
    schedule: hasSchedule(integration) ? integration.schedule : null,
    parameters: Object.fromEntries(parametersOf(integration).map(({ name, value }) => [name, value])),
    tracing: integration.tracing,
    lastUpdated: new Date(integration.lastUpdated),
    lastUpdatedBy: integration.lastUpdatedBy,
    contentDigest,
    connections: facts.connections.filter(({ adapter }) => adapter !== 'collocatedics').map(({ id }) => id),
  };
};
