/** What one simulated instance holds. */

import type { ProjectFile } from '../archives/project-archive.ts';
import type { Stamps } from '../archives/stamping.ts';
import type { StoredArchive } from '../archives/stored-archive.ts';
import type { CompressedEntry } from '../archives/zip.ts';
import type { Behaviour, Generation } from '../behaviour.ts';
import type { Random } from '../random.ts';
import type { PropertySlot } from './adapters.ts';

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

export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly adapter: string;
  readonly role: string;
  status: 'CONFIGURED' | 'DRAFT';
  securityPolicy: string;
  agentGroupId: string | undefined;
  lockedBy: string | undefined;
  /** Connection properties by name: from the archive at first. */
  readonly properties: Map<string, string>;
  /** Security properties by name. */
  readonly credentials: Map<string, string>;
  /** Uploaded files by the name of their property. */
  readonly attachments: Map<string, Buffer>;
  readonly slots: readonly PropertySlot[];
  /** When set, every test of the connection fails with these words. */
  testFailure: string | undefined;
  readonly created: number;
  readonly createdBy: string;
  lastUpdated: number;
  lastUpdatedBy: string;
}

export interface Library {
  readonly id: string;
  readonly code: string;
  readonly version: string;
  readonly name: string;
  members: readonly CompressedEntry[];
  lastUpdated: number;
  lastUpdatedBy: string;
}

export interface Lookup {
  readonly name: string;
  readonly description: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  lockedBy: string | undefined;
  lastUpdated: number;
  lastUpdatedBy: string;
}

export interface Project {
  readonly code: string;
  file: ProjectFile;
  /** Its integrations and connections. */
  readonly inside: State;
  readonly created: number;
  readonly createdBy: string;
  lastUpdated: number;
  lastUpdatedBy: string;
  /** How often it was saved as a whole. */
  revision: number;
}

export interface Certificate {
  readonly name: string;
  readonly type: 'X509' | 'PGP' | 'SAML' | 'SIGNKEY' | 'DIGITALSIGNATURE';
  readonly category: string;
  readonly installedType: 'USER' | 'SYSTEM';
  readonly expires: Date;
  readonly lastUpdated: number;
  readonly lastUpdatedBy: string;
  /** Who asks for the list must never keep it. */
  readonly content: string;
}
