/**
 * The shapes of Oracle's answers, checked by schema: what we use must be there, unknown fields do no harm, a wrong
 * shape is an error and never a guess. The wire is camelCase as recorded; the hyphenated names of Oracle's OIC 3 pages are
 * read as well, for scripts that work read lookups and packages by them.
 */
import * as z from 'zod/mini';
import { type Integration, integrationRef, isCode, isVersion } from '../core/integration.ts';
import type { RunState, ScheduleParameter } from '../core/schedule.ts';
import { looksLikeHtml, parseJson } from './http/oracle-words.ts';
import type { Answer, Taken } from './http/request.ts';
import { looksSecret } from './secret-values.ts';

export const flag = z.optional(z.nullable(z.boolean()));
export const text = z.optional(z.nullable(z.string()));
/** As text by all that is recorded; a number is taken for ms since 1970. */
export const time = z.optional(z.nullable(z.union([z.string(), z.number()])));

/** Not loose: there may be ten thousand, each with fifty fields that nobody looks at. */
const INTEGRATION = z.object({
  code: z.string().check(z.refine(isCode, 'not an integration code')),
  version: z.string().check(z.refine(isVersion, 'not a version like 01.00.0000')),
  name: text,
  status: z.string(),
  activationStatus: text,
  created: time,
  lastUpdated: time,
  lastUpdatedBy: text,
  lockedFlag: flag,
  lockedBy: text,
  projectType: text,
  packageName: text,
  scheduleDefinedFlag: flag,
  scheduleParams: z.optional(z.nullable(z.array(z.unknown()))),
  tracingEnabledFlag: flag,
  payloadTracingEnabledFlag: flag,
  recordEnabledFlag: flag,
});

/** A number, also one written as text; anything else tells nothing. */
const count = z.pipe(
  z.unknown(),
  z.transform((value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : undefined;
  }),
);

const ENVELOPE = z.object({
  items: z.optional(z.nullable(z.array(z.unknown()))),
  hasMore: flag,
  totalResults: z.optional(count),
  'has-more': flag,
  'total-results': z.optional(count),
});

/** @throws Error saying what does not fit, without quoting the answer. */
export const readJson = (answer: Answer): unknown => {
  const body = answer.body.toString('utf8');
  const json = parseJson(body);
  if (json !== undefined) return json;
  if (!body.trim()) throw new Error('it is empty');
  throw new Error(looksLikeHtml(body) ? 'it is an HTML page, perhaps a login page' : 'it is not JSON');
};

/** One item, spelled as recorded. @throws as `readJson` */
export const readItem = (answer: Answer): unknown => {
  const json = readJson(answer);
  return isHyphenated(json) ? inCamelCase(json) : json;
};

/** The body of the answer to a write says nothing we need; but a web page is somebody else's 200. */
export const readDone = (answer: Answer): Taken => {
  if (looksLikeHtml(answer.body.toString('utf8', 0, 200))) throw new Error('it is an HTML page, perhaps a login page');
  return answer.status === 202 ? 'goes-on' : 'done';
};

export const check = <T extends z.core.$ZodType>(schema: T, value: unknown): z.output<T> => {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues
    .map(({ code, path, message }) => `${path.join('.') || 'the whole'}${code === 'custom' ? `: ${message}` : ''}`)
    .slice(0, 5);
  throw new Error(`it has not the shape Oracle documents (${fields.join(', ')})`);
};

interface Envelope {
  readonly items: readonly unknown[];
  /** Both undefined when the server does not say whether there is more. */
  readonly hasMore: boolean | undefined;
  readonly totalResults: number | undefined;
}

/**
 * Items that are spelled with hyphens, whatever the envelope, are read as if they were spelled as recorded. A list without
 * an envelope counts as one that tells nothing but its items; counts without items tell of none.
 */
export const readEnvelope = (answer: Answer): Envelope => {
  const json = readJson(answer);
  const envelope = check(ENVELOPE, Array.isArray(json) ? { items: json } : json);
  const hasMore = envelope.hasMore ?? envelope['has-more'] ?? undefined;
  const totalResults = envelope.totalResults ?? envelope['total-results'] ?? undefined;
  const { items } = envelope;
  if (!items && hasMore === undefined && totalResults === undefined) {
    throw new Error('it has not the shape Oracle documents (items)');
  }
  return { items: items?.map((item) => (isHyphenated(item) ? inCamelCase(item) : item)) ?? [], hasMore, totalResults };
};

/** A key is looked at until one is found: an item spelled as recorded has none. */
const isHyphenated = (item: unknown): boolean => {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return false;
  for (const key in item) if (key.includes('-') && /^[a-z]+-[a-z]/.test(key)) return true;
  return false;
};

const inCamelCase = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      inCamelCase(inner),
    ]),
  );
};

/** Only the field is documented, so its items are read as they may come. What looks like a secret is not told. */
const toParameter = (item: unknown): ScheduleParameter[] => {
  const { name, value, defaultValue } = (typeof item === 'object' && item !== null ? item : {}) as Record<
    string,
    unknown
  >;
  if (typeof name !== 'string' || name === '') return [];
  const told = value ?? defaultValue;
  const text = typeof told === 'number' || typeof told === 'boolean' ? String(told) : told;
  return [{ name, ...(typeof text === 'string' && !looksSecret(name, text) && { value: text }) }];
};

export const toIntegration = (value: unknown): Integration => {
  const item = check(INTEGRATION, value);
  return {
    ...integrationRef(item.code, item.version),
    name: item.name ?? item.code,
    status: item.status,
    ...(item.activationStatus && { activationStatus: item.activationStatus }),
    created: isoTime(item.created),
    lastUpdated: isoTime(item.lastUpdated),
    lastUpdatedBy: item.lastUpdatedBy ?? undefined,
    lockedBy: item.lockedFlag ? (item.lockedBy ?? '') : undefined,
    packageName: item.packageName || undefined,
    isPrebuilt: item.projectType === 'PREBUILT',
    hasSchedule: item.scheduleDefinedFlag ?? false,
    ...(item.scheduleParams && { scheduleParameters: item.scheduleParams.flatMap(toParameter) }),
    tracing: {
      tracing: item.tracingEnabledFlag ?? false,
      payload: item.payloadTracingEnabledFlag ?? false,
      recording: item.recordEnabledFlag ?? false,
    },
  };
};

/** Oracle writes `2026-09-17T19:23:49.887+0000`, without the colon ISO 8601 wants; a time we cannot read is no time. */
export const isoTime = (value: string | number | null | undefined): string | undefined => {
  const ms =
    typeof value === 'string' ? Date.parse(value.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')) : (value ?? Number.NaN);
  const isTime = !Number.isNaN(ms) && (typeof value === 'string' || (ms >= EARLIEST_MS && ms < LATEST_MS));
  return isTime ? new Date(ms).toISOString() : undefined;
};

/** A number beyond these years is no time in ms. */
const EARLIEST_MS = Date.UTC(2000);
const LATEST_MS = Date.UTC(2100);

const SCHEDULE = z.looseObject({ state: text, status: text });
const ACTIVATION_STATUS = z.looseObject({ activationStatus: z.string() });
const ACTIVATION_ERRORS = z.looseObject({ hasErrors: flag, errorMessage: text, shortSummaryMessage: text });

/** What asks a schedule to change. */
export type ScheduleVerb = 'start' | 'stop' | 'pause' | 'resume';

export interface Schedule {
  /** What it does or, while it changes, is about to do; `unknown` when Oracle says it in a word we do not know. */
  readonly state: RunState | 'unknown';
  /** That word. */
  readonly said?: string;
  /** The change that is under way. */
  readonly changing?: ScheduleVerb;
}

/** ACTIVE, HOLD and CANCELLED are recorded; PAUSED and STOPPED are how the console calls the last two. */
const SCHEDULE_WORDS: Readonly<Record<string, Schedule>> = {
  ACTIVE: { state: 'started' },
  STARTING: { state: 'started', changing: 'start' },
  RESUMING: { state: 'started', changing: 'resume' },
  HOLD: { state: 'paused' },
  PAUSED: { state: 'paused' },
  PAUSING: { state: 'paused', changing: 'pause' },
  STOPPING: { state: 'stopped', changing: 'stop' },
  CANCELLED: { state: 'stopped' },
  STOPPED: { state: 'stopped' },
};

/** undefined: there is none, which 204 says as well. */
export const readSchedule = (answer: Answer): Schedule | undefined => {
  if (answer.status === 204) return undefined;
  const { state, status } = check(SCHEDULE, readItem(answer));
  const said = (state ?? status ?? '').toUpperCase();
  return SCHEDULE_WORDS[said] ?? { state: 'unknown', said };
};

export const readActivationStatus = (answer: Answer): string =>
  check(ACTIVATION_STATUS, readJson(answer)).activationStatus;

export const readActivationErrors = (answer: Answer): string | undefined => {
  const errors = check(ACTIVATION_ERRORS, readJson(answer));
  if (errors.hasErrors === false) return undefined;
  return errors.errorMessage || errors.shortSummaryMessage || undefined;
};
