/** Asks a simulator over a real socket, without the client under test: no retries, no redirects, no opinion on statuses. */
import { afterEach } from 'vitest';
import { buildSampleArchive, type SampleArchive } from '../archives/sample-archive.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../server.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** The body as JSON; undefined when it is none. */
  readonly body: unknown;
}

interface RawCall {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly form?: FormData;
  readonly signal?: AbortSignal;
}

export type RawClient = (method: string, path: string, call?: RawCall) => Promise<RawAnswer>;

export const readAnswer = async (response: Response): Promise<RawAnswer> => {
  const bytes = Buffer.from(await response.arrayBuffer());
  const { status, headers } = response;
  try {
    return { status, headers, bytes, body: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return { status, headers, bytes, body: undefined };
  }
};

export const askForToken = async (
  simulator: Simulator,
  fields: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> => {
  const { clientId, clientSecret, scope = '' } = simulator.credentials();
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope, ...fields });
  return readAnswer(
    await fetch(simulator.tokenUrl, { method: 'POST', body: form, headers: { authorization, ...headers } }),
  );
};

/** Logged in once; paths are below `/ic/api/integration/v1/` unless they begin with a slash. */
const connectRaw = async (simulator: Simulator): Promise<RawClient> => {
  const { access_token } = (await askForToken(simulator)).body as { access_token: string };
  const instance = simulator.integrationInstance;
  return async (method, path, call = {}) => {
    const url = new URL(path.startsWith('/') ? path : `/ic/api/integration/v1/${path}`, simulator.url);
    for (const [name, value] of Object.entries({ ...(instance && { integrationInstance: instance }), ...call.query })) {
      url.searchParams.set(name, value);
    }
    const headers = { authorization: `Bearer ${access_token}`, ...call.headers };
    const body = call.form ?? (call.json === undefined ? undefined : JSON.stringify(call.json));
    const signal = call.signal ?? null;
    return readAnswer(await fetch(url, { method, headers, redirect: 'manual', signal, ...(body && { body }) }));
  };
};

/** Starts simulators that are closed after each test. */
export const useSimulators = (): ((
  options?: SimulatorOptions,
) => Promise<{ readonly simulator: Simulator; readonly api: RawClient }>) => {
  const open: Simulator[] = [];
  afterEach(async () => {
    for (const simulator of open.splice(0)) await simulator.close();
  });
  return async (options) => {
    const simulator = await startSimulator(options);
    open.push(simulator);
    return { simulator, api: await connectRaw(simulator) };
  };
};

export const pathOf = (id: string): string => `integrations/${encodeURIComponent(id)}`;

/** POST with the override that makes it a PATCH. */
export const patch = (api: RawClient, id: string, json: unknown, query = {}): Promise<RawAnswer> =>
  api('POST', pathOf(id), { json, query, headers: { 'x-http-method-override': 'PATCH' } });

export const activate = (api: RawClient, id = HELLO, more = {}): Promise<RawAnswer> =>
  patch(api, id, { status: 'ACTIVATED', ...more });

export const deactivate = (api: RawClient, id = HELLO, more = {}): Promise<RawAnswer> =>
  patch(api, id, { status: 'CONFIGURED', ...more });

export const download = (api: RawClient, id: string): Promise<RawAnswer> => api('GET', `${pathOf(id)}/archive`);

export const upload = (
  api: RawClient,
  method: 'POST' | 'PUT',
  archive: Uint8Array,
  part = 'file',
): Promise<RawAnswer> => {
  const form = new FormData();
  form.append(part, new Blob([new Uint8Array(archive)]), 'some name (5).iar');
  form.append('type', 'application/octet-stream');
  return api(method, 'integrations/archive', { form });
};

/** Sends a file, and fields beside it, to any path. */
export const sendFile = (
  api: RawClient,
  method: 'POST' | 'PUT',
  path: string,
  file: Uint8Array | string,
  { name = 'some name (5)', fields = {} }: { name?: string; fields?: Readonly<Record<string, string>> } = {},
): Promise<RawAnswer> => {
  const form = new FormData();
  form.append('file', new Blob([typeof file === 'string' ? file : new Uint8Array(file)]), name);
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  return api(method, path, { form });
};

/** The items of a listing. */
export const itemsOf = ({ body }: RawAnswer): readonly Readonly<Record<string, unknown>>[] =>
  (body as { items: readonly Record<string, unknown>[] }).items;

export const HELLO = 'HELLO|01.00.0000';

/** Adds versions of HELLO. */
export const addVersions = (
  { instance }: Simulator,
  versions: Readonly<Record<string, 'ACTIVATED' | 'CONFIGURED'>>,
): void => {
  for (const [version, status] of Object.entries(versions)) instance.add(sample('HELLO', { version }), { status });
};

export const statuses = ({ instance }: Simulator): Record<string, string> =>
  Object.fromEntries(instance.list().map(({ id, status }) => [id, status]));

/** A sample by its code, version 01.00.0000 unless said otherwise. */
export const sample = (code: string, more: Partial<SampleArchive> = {}): Buffer =>
  buildSampleArchive({ code, version: '01.00.0000', ...more });
