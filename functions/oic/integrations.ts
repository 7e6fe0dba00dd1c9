/**
 * Integrations, and their schedules. Those in a project answer to the same verbs below the project's path.
 *
 * Pages: https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/api-integrations-integrations.html
 */
import { type Archive, readArchive } from '../core/archive/integration-archive.ts';
import type { Integration, IntegrationId, Tracing } from '../core/integration.ts';
import type { Listing } from '../core/odd-item.ts';
import type { ScheduleParameter } from '../core/schedule.ts';
import {
  readActivationErrors,
  readActivationStatus,
  readDone,
  readItem,
  readSchedule,
  type Schedule,
  type ScheduleVerb,
  toIntegration,
} from './answers.ts';
import { isOicError } from './http/errors.ts';
import { parseJson } from './http/oracle-words.ts';
import type { Answer, Taken } from './http/request.ts';
import { orUndefined, type Requests } from './requests.ts';

interface ScheduleChange {
  /** For one that is stuck: documented for start, pause and resume. */
  readonly isRetry?: boolean;
  /** Of a start. */
  readonly parameters?: readonly ScheduleParameter[];
}

/** What can be done with an integration wherever it is, in a project or outside. */
export interface PlacedIntegrations {
  /**
   * All that are there, each exactly once: outside projects, or in the project.
   * @param see told of each as its page is read, before the list is known to add up: some may come twice, some be gone
   * @throws ListingError
   */
  listIntegrations(see?: (integration: Integration) => void): Promise<Listing<Integration>>;
  /** undefined when there is none with this id. */
  getIntegration(id: IntegrationId): Promise<Integration | undefined>;
  /** Asks for activation and gives the status right after; on OIC 3 it goes on in the background. */
  activate(id: IntegrationId, tracing?: Tracing): Promise<string>;
  deactivate(id: IntegrationId): Promise<string>;
  getActivationStatus(id: IntegrationId): Promise<string>;
  /** Oracle's words (with their HTML) on why an activation failed; undefined when it has none. */
  getActivationErrors(id: IntegrationId): Promise<string | undefined>;
  /** undefined when the integration has none, or there is no such integration. */
  getSchedule(id: IntegrationId): Promise<Schedule | undefined>;
  /**
   * Asks for a change, which goes on in the background: what it comes to is to be read. `conflict` when its state does not
   * allow it: it is started only when stopped, paused when started, resumed when paused, stopped when either.
   *
   * A start is given the parameters that are to hold from then on.
   */
  changeSchedule(id: IntegrationId, verb: ScheduleVerb, options?: ScheduleChange): Promise<Taken>;
  /** Gives parameters of the schedule other values; those that are not named stay. */
  setScheduleParameters(id: IntegrationId, parameters: readonly ScheduleParameter[]): Promise<Taken>;
}

export interface ExportedArchive {
  readonly bytes: Uint8Array;
  readonly archive: Archive;
}

export interface Integrations extends PlacedIntegrations {
  /** The archive as Oracle sent it, proved to be whole and to be the one asked for. */
  exportIntegration(id: IntegrationId): Promise<ExportedArchive>;
  /** Adds an integration the instance does not have (409 `conflict` otherwise). It is not activated. */
  importIntegration(id: IntegrationId, bytes: Uint8Array): Promise<Taken>;
  /** Replaces one the instance has (404 `not-found` otherwise). It must not be active. */
  replaceIntegration(id: IntegrationId, bytes: Uint8Array): Promise<Taken>;
  /** Deleting what is not there is `not-found`; an active or locked one is refused. */
  deleteIntegration(id: IntegrationId): Promise<Taken>;
}

/**
 * @param root path of the listing, `/integrations` or below a project
 * @param where for messages: empty, or ` in project SHOP`
 */
export const placedIntegrations = (requests: Requests, root: string, where: string): PlacedIntegrations => {
  const { get, list, post, patch } = requests;
  const pathOf = (id: IntegrationId): string => integrationPath(root, id);

  const setStatus = (what: string, id: IntegrationId, json: { readonly status: string }): Promise<string> =>
    patch(
      {
        what: `${what} ${id}${where}`,
        path: pathOf(id),
        query: { enableAsyncActivationMode: 'true' },
        read: (answer) => {
          readDone(answer);
          return statusIn(answer) ?? json.status;
        },
      },
      json,
    );

  return {
    listIntegrations: (see) => list(`listing the integrations${where}`, root, toIntegration, 'by-name', see),
    getIntegration: (id) =>
      orUndefined(get(`reading ${id}${where}`, pathOf(id), (answer) => toIntegration(readItem(answer)))),
    activate: (id, tracing) =>
      setStatus('activating', id, {
        status: 'ACTIVATED',
        ...(tracing && {
          tracingEnabledFlag: tracing.tracing,
          payloadTracingEnabledFlag: tracing.payload,
          recordEnabledFlag: tracing.recording,
        }),
      }),
    deactivate: (id) => setStatus('deactivating', id, { status: 'CONFIGURED' }),
    getActivationStatus: (id) =>
      get(`reading the activation status of ${id}${where}`, `${pathOf(id)}/activationStatus`, readActivationStatus),
    getActivationErrors: (id) =>
      get(`reading the activation errors of ${id}${where}`, `${pathOf(id)}/activationErrors`, readActivationErrors),
    getSchedule: async (id) => {
      try {
        return await get(`reading the schedule of ${id}${where}`, `${pathOf(id)}/schedule`, readSchedule);
      } catch (error) {
        if (isOicError(error, 'not-found') || hasNone(error)) return undefined;
        throw error;
      }
    },
    changeSchedule: (id, verb, { isRetry = false, parameters = [] } = {}) =>
      post(
        `${DOING[verb]} the schedule of ${id}${where}`,
        `${pathOf(id)}/schedule/${verb}`,
        verb === 'start' ? { parameters } : {},
        readDone,
        { async: 'true', ...(isRetry && { retry: 'true' }) },
      ),
    // The page names the path; the body is taken to be that of a start.
    setScheduleParameters: (id, parameters) =>
      patch(
        {
          what: `setting the parameters of the schedule of ${id}${where}`,
          path: `${pathOf(id)}/schedule/parameters`,
          read: readDone,
        },
        { parameters },
      ),
  };
};

export const integrations = (requests: Requests): Integrations => {
  const { download, upload, remove } = requests;
  const root = '/integrations';
  const send = (what: string, method: 'POST' | 'PUT', id: IntegrationId, bytes: Uint8Array): Promise<Taken> =>
    upload({ what, method, path: `${root}/archive`, filename: `${id.replace('|', '_')}.iar`, bytes });
  return {
    ...placedIntegrations(requests, root, ''),
    exportIntegration: (id) =>
      download(`exporting ${id}`, `${integrationPath(root, id)}/archive`, async (bytes) => {
        const archive = await readArchive(bytes);
        if (archive.id !== id) throw new Error(`it is the archive of ${archive.id}`);
        return { bytes, archive };
      }),
    importIntegration: (id, bytes) => send(`importing ${id}`, 'POST', id, bytes),
    replaceIntegration: (id, bytes) => send(`replacing ${id}`, 'PUT', id, bytes),
    deleteIntegration: (id) => remove(`deleting ${id}`, integrationPath(root, id)),
  };
};

const DOING: Readonly<Record<ScheduleVerb, string>> = {
  start: 'starting',
  stop: 'stopping',
  pause: 'pausing',
  resume: 'resuming',
};

/** 412 "Schedule is not defined for this integration." (recorded); one with words of Oracle's about something else is none. */
const hasNone = (error: unknown): boolean => {
  if (!isOicError(error, 'conflict') || error.details.status !== 412) return false;
  const { oracle } = error.details;
  return oracle === undefined || /not defined|^an HTML page|^HTTP 412/i.test(oracle);
};

/** The pipe is no legal URI character (RFC 3986), so it is always sent as %7C. */
const integrationPath = (root: string, id: IntegrationId): string => `${root}/${encodeURIComponent(id)}`;

const statusIn = (answer: Answer): string | undefined => {
  const json = parseJson(answer.body.toString('utf8'));
  const status = typeof json === 'object' && json !== null ? (json as { status?: unknown }).status : undefined;
  return typeof status === 'string' ? status : undefined;
};
