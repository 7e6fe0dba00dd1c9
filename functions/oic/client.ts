/**
 * Oracle Integration's design-time REST API (Gen 2 and OIC 3), as verbs on one instance. Every call is one request to the
 * transport, which authorizes, paces and repeats; what comes back has been checked. Writes are never repeated blindly:
 * when the answer to one is lost (`isAnswerLost`), re-read the instance to learn what became of it.
 *
 *   const oic = createOicClient({ instance: 'dev', url, integrationInstance, concurrency: 8, isReadOnly: true, credentials });
 *   for (const { id } of await oic.listIntegrations()) await oic.exportIntegration(id);
 *
 * Pages: https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/api-integrations-integrations.html
 */
import { setTimeout as sleep } from 'node:timers/promises';
import FormData from 'form-data';
import { type Archive, readArchive } from '../core/archive.ts';
import type { Integration, IntegrationId, Tracing } from '../core/integration.ts';
import {
  type ConnectionAnswer,
  readActivationErrors,
  readActivationStatus,
  readDone,
  readEnvelope,
  readJson,
  readScheduleIsStarted,
  readTestResult,
  toConnection,
  toIntegration,
} from './answers.ts';
import type { ConnectionSettings } from './credentials.ts';
import { isOicError, OicError } from './errors.ts';
import { readListing } from './listing.ts';
import { parseJson } from './oracle-words.ts';
import { type Answer, createTransport, type OicRequest, type TransportOptions } from './transport.ts';

export interface OicClient {
  readonly instance: string;
  /** All integrations outside projects, each exactly once. @throws ListingError */
  listIntegrations(): Promise<readonly Integration[]>;
  /** undefined when the instance has none with this id. */
  getIntegration(id: IntegrationId): Promise<Integration | undefined>;
  /** The archive as Oracle sent it, proved to be whole and to be the one asked for. */
  exportIntegration(id: IntegrationId): Promise<ExportedArchive>;
  /** Adds an integration the instance does not have (409 `conflict` otherwise). It is not activated. */
  importIntegration(id: IntegrationId, bytes: Uint8Array): Promise<void>;
  /** Replaces one the instance has (404 `not-found` otherwise). It must not be active. */
  replaceIntegration(id: IntegrationId, bytes: Uint8Array): Promise<void>;
  /** Asks for activation and gives the status right after; on OIC 3 it goes on in the background. */
  activate(id: IntegrationId, tracing?: Tracing): Promise<string>;
  deactivate(id: IntegrationId): Promise<string>;
  getActivationStatus(id: IntegrationId): Promise<string>;
  /** Oracle's words (with their HTML) on why an activation failed; undefined when it has none. */
  getActivationErrors(id: IntegrationId): Promise<string | undefined>;
  /** Deleting what is not there is `not-found`; an active or locked one is refused. */
  deleteIntegration(id: IntegrationId): Promise<void>;
  /** True while the schedule submits runs; undefined when the integration has none. */
  isScheduleStarted(id: IntegrationId): Promise<boolean | undefined>;
  startSchedule(id: IntegrationId): Promise<void>;
  /** Stopping what does not run is no error. */
  stopSchedule(id: IntegrationId): Promise<void>;
  listConnections(): Promise<readonly ConnectionAnswer[]>;
  getConnection(id: string): Promise<ConnectionAnswer | undefined>;
  updateConnection(id: string, settings: ConnectionSettings): Promise<void>;
  /** @throws OicError when the test fails; a good test makes the connection CONFIGURED. */
  testConnection(id: string): Promise<void>;
  /** Requests sent so far: repeats, redirects and tokens count. */
  requests(): number;
  close(): Promise<void>;
}

export interface ExportedArchive {
  readonly bytes: Uint8Array;
  readonly archive: Archive;
}

export interface OicClientOptions extends TransportOptions {
  /** Settings without `deploy`: everything but reading is refused before it is sent. */
  readonly isReadOnly: boolean;
}

/** Oracle's default and maximum. */
const PAGE_SIZE = 100;
const READ_TIMEOUT_MS = 60_000;
const ARCHIVE_TIMEOUT_MS = 300_000;
/** Gen 2 may activate while we wait. */
const ACTIVATION_TIMEOUT_MS = 300_000;

export const createOicClient = (options: OicClientOptions): OicClient => {
  const { instance, isReadOnly } = options;
  const transport = createTransport(options);

  const send = <T>(request: OicRequest<T>): Promise<T> => {
    if (isReadOnly && request.method !== 'GET') {
      const { method, path } = request;
      const message = `${request.what} on ${instance} was refused: ${instance} has no \`deploy\` in the settings, so it is only read`;
      return Promise.reject(new OicError('rejected', message, { method, path, reached: false }));
    }
    return transport.send(request);
  };

  const get = <T>(what: string, path: string, read: (answer: Answer) => T): Promise<T> =>
    send({ what, method: 'GET', path, timeoutMs: READ_TIMEOUT_MS, read });

  const post = (what: string, path: string, json?: object): Promise<void> =>
    send({ what, method: 'POST', path, ...jsonBody(json), timeoutMs: ACTIVATION_TIMEOUT_MS, read: readDone });

  /** Oracle's PATCH: POST with an override header; whether the real verb works is not known. */
  const patch = <T>(request: Pick<OicRequest<T>, 'what' | 'path' | 'query' | 'read'>, json: object): Promise<T> => {
    const { body, headers } = jsonBody(json);
    return send({
      ...request,
      method: 'POST',
      headers: { ...headers, 'x-http-method-override': 'PATCH' },
      body,
      timeoutMs: ACTIVATION_TIMEOUT_MS,
    });
  };

  const list = <T extends { readonly id: string }>(
    nouns: 'integrations' | 'connections',
    toItem: (value: unknown) => T,
  ): Promise<readonly T[]> =>
    readListing(
      `listing the ${nouns} of ${instance}`,
      (offset) =>
        send({
          what: `listing the ${nouns}`,
          method: 'GET',
          path: `/${nouns}`,
          query: { orderBy: 'name', limit: String(PAGE_SIZE), offset: String(offset) },
          timeoutMs: READ_TIMEOUT_MS,
          read: (answer) => {
            const { items, hasMore, totalResults } = readEnvelope(answer);
            const answeredAtMs = Date.parse(answer.headers.date ?? '');
            return {
              items: items.map(toItem),
              hasMore,
              totalResults,
              answeredAtMs: Number.isNaN(answeredAtMs) ? undefined : answeredAtMs,
            };
          },
        }),
      (pass) => sleep(Math.min(4_000, 100 * 2 ** pass)),
    );

  const upload = (what: string, method: 'POST' | 'PUT', id: IntegrationId, bytes: Uint8Array): Promise<void> => {
    const form = new FormData();
    const filename = `${id.replace('|', '_')}.iar`;
    form.append('file', Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      filename,
      contentType: 'application/octet-stream',
    });
    return send({
      what,
      method,
      path: '/integrations/archive',
      headers: form.getHeaders(),
      body: form.getBuffer(),
      timeoutMs: ARCHIVE_TIMEOUT_MS,
      // 204 with Location for POST, 200 for PUT; the scripts that work accept either for both.
      read: readDone,
    });
  };

  const setStatus = (what: string, id: IntegrationId, json: { readonly status: string }): Promise<string> =>
    patch(
      {
        what,
        path: integrationPath(id),
        query: { enableAsyncActivationMode: 'true' },
        read: (answer) => {
          readDone(answer);
          return statusIn(answer) ?? json.status;
        },
      },
      json,
    );

  return {
    instance,
    listIntegrations: () => list('integrations', toIntegration),
    getIntegration: (id) =>
      orUndefined(get(`reading ${id}`, integrationPath(id), (answer) => toIntegration(readJson(answer)))),
    exportIntegration: (id) =>
      send({
        what: `exporting ${id}`,
        method: 'GET',
        path: `${integrationPath(id)}/archive`,
        headers: { accept: 'application/octet-stream' },
        timeoutMs: ARCHIVE_TIMEOUT_MS,
        read: async ({ body }) => {
          const archive = await readArchive(body);
          if (archive.id !== id) throw new Error(`it is the archive of ${archive.id}`);
          return { bytes: body, archive };
        },
      }),
    importIntegration: (id, bytes) => upload(`importing ${id}`, 'POST', id, bytes),
    replaceIntegration: (id, bytes) => upload(`replacing ${id}`, 'PUT', id, bytes),
    activate: (id, tracing) =>
      setStatus(`activating ${id}`, id, {
        status: 'ACTIVATED',
        ...(tracing && {
          tracingEnabledFlag: tracing.tracing,
          payloadTracingEnabledFlag: tracing.payload,
          recordEnabledFlag: tracing.recording,
        }),
      }),
    deactivate: (id) => setStatus(`deactivating ${id}`, id, { status: 'CONFIGURED' }),
    getActivationStatus: (id) =>
      get(`reading the activation status of ${id}`, `${integrationPath(id)}/activationStatus`, readActivationStatus),
    getActivationErrors: (id) =>
      get(`reading the activation errors of ${id}`, `${integrationPath(id)}/activationErrors`, readActivationErrors),
    deleteIntegration: (id) =>
      send({
        what: `deleting ${id}`,
        method: 'DELETE',
        path: integrationPath(id),
        timeoutMs: READ_TIMEOUT_MS,
        read: readDone,
      }),
    isScheduleStarted: (id) =>
      orUndefined(get(`reading the schedule of ${id}`, `${integrationPath(id)}/schedule`, readScheduleIsStarted)),
    startSchedule: (id) =>
      post(`starting the schedule of ${id}`, `${integrationPath(id)}/schedule/start`, { parameters: [] }),
    stopSchedule: async (id) => {
      try {
        await post(`stopping the schedule of ${id}`, `${integrationPath(id)}/schedule/stop`, {});
      } catch (error) {
        if (!isOicError(error, 'conflict')) throw error;
      }
    },
    listConnections: () => list('connections', toConnection),
    getConnection: (id) =>
      orUndefined(get(`reading connection ${id}`, connectionPath(id), (answer) => toConnection(readJson(answer)))),
    updateConnection: (id, settings) =>
      patch({ what: `updating connection ${id}`, path: connectionPath(id), read: readDone }, settings),
    testConnection: async (id) => {
      const what = `testing connection ${id}`;
      const path = `${connectionPath(id)}/test`;
      const result = await send({ what, method: 'POST', path, timeoutMs: READ_TIMEOUT_MS, read: readTestResult });
      if (result.status.toUpperCase() === 'SUCCESS') return;
      const message = `${what} on ${instance} failed: "${result.details}"; check its settings in the credentials document`;
      throw new OicError('rejected', message, { method: 'POST', path, oracle: result.details });
    },
    requests: transport.requests,
    close: transport.close,
  };
};

/** The pipe is no legal URI character (RFC 3986), so it is always sent as %7C. */
const integrationPath = (id: IntegrationId): string => `/integrations/${encodeURIComponent(id)}`;
const connectionPath = (id: string): string => `/connections/${encodeURIComponent(id)}`;

const jsonBody = (json: object | undefined): { headers: Record<string, string>; body: Buffer } => ({
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(json === undefined ? '' : JSON.stringify(json)),
});

const statusIn = (answer: Answer): string | undefined => {
  const json = parseJson(answer.body.toString('utf8'));
  const status = typeof json === 'object' && json !== null ? (json as { status?: unknown }).status : undefined;
  return typeof status === 'string' ? status : undefined;
};

const orUndefined = async <T>(promise: Promise<T>): Promise<T | undefined> => {
  try {
    return await promise;
  } catch (error) {
    if (isOicError(error, 'not-found')) return undefined;
    throw error;
  }
};
