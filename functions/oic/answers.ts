/**
 * The shapes of Oracle's answers, checked by schema: what we use must be there, unknown fields are let through, a wrong
 * shape is an error and never a guess. The wire is camelCase; the hyphenated names in Oracle's OIC 3 pages are an
 * artefact of their generator.
 */
import * as z from 'zod/mini';
import { type Integration, integrationRef, isCode, isVersion } from '../core/integration.ts';
import { looksLikeHtml, parseJson } from './oracle-words.ts';
import type { Answer } from './transport.ts';

const flag = z.optional(z.nullable(z.boolean()));
const text = z.optional(z.nullable(z.string()));

const INTEGRATION = z.looseObject({
  code: z.string().check(z.refine(isCode, 'not an integration code')),
  version: z.string().check(z.refine(isVersion, 'not a version like 01.00.0000')),
  name: text,
  status: z.string(),
  created: text,
  lastUpdated: text,
  lastUpdatedBy: text,
  lockedFlag: flag,
  lockedBy: text,
  projectType: text,
  scheduleDefinedFlag: flag,
  tracingEnabledFlag: flag,
  payloadTracingEnabledFlag: flag,
  recordEnabledFlag: flag,
});

const ENVELOPE = z.looseObject({
  items: z.array(z.unknown()),
  hasMore: z.optional(z.boolean()),
  totalResults: z.optional(z.number()),
});

const CONNECTION = z.looseObject({
  id: z.string().check(z.minLength(1)),
  name: text,
  status: text,
  adapterType: z.optional(z.unknown()),
  securityPolicy: text,
  connectionProperties: z.optional(z.nullable(z.array(z.looseObject({ propertyName: z.string() })))),
  securityProperties: z.optional(z.nullable(z.array(z.looseObject({ propertyName: z.string() })))),
  agentGroupId: text,
});

export type ConnectionAnswer = z.infer<typeof CONNECTION>;

/** @throws Error saying what does not fit, without quoting the answer. */
export const readJson = (answer: Answer): unknown => {
  const body = answer.body.toString('utf8');
  const json = parseJson(body);
  if (json !== undefined) return json;
  if (!body.trim()) throw new Error('it is empty');
  throw new Error(looksLikeHtml(body) ? 'it is an HTML page, perhaps a login page' : 'it is not JSON');
};

/** The answer to a write says nothing we need; but a web page is somebody else's 200. */
export const readDone = (answer: Answer): void => {
  if (looksLikeHtml(answer.body.toString('utf8', 0, 200))) throw new Error('it is an HTML page, perhaps a login page');
};

const check = <T extends z.core.$ZodType>(schema: T, value: unknown): z.output<T> => {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').slice(0, 5);
  throw new Error(`it has not the shape Oracle documents (${fields.join(', ')})`);
};

export const readEnvelope = (answer: Answer): z.infer<typeof ENVELOPE> => check(ENVELOPE, readJson(answer));

export const toConnection = (value: unknown): ConnectionAnswer => check(CONNECTION, value);

export const toIntegration = (value: unknown): Integration => {
  const item = check(INTEGRATION, value);
  return {
    ...integrationRef(item.code, item.version),
    name: item.name ?? item.code,
    status: item.status,
    created: isoTime(item.created),
    lastUpdated: isoTime(item.lastUpdated),
    lastUpdatedBy: item.lastUpdatedBy ?? undefined,
    lockedBy: item.lockedFlag ? (item.lockedBy ?? '') : undefined,
    isPrebuilt: item.projectType === 'PREBUILT',
    hasSchedule: item.scheduleDefinedFlag ?? false,
    tracing: {
      tracing: item.tracingEnabledFlag ?? false,
      payload: item.payloadTracingEnabledFlag ?? false,
      recording: item.recordEnabledFlag ?? false,
    },
  };
};

/** Oracle writes `2026-09-17T19:23:49.887+0000`, without the colon ISO 8601 wants; a time we cannot read is no time. */
const isoTime = (value: string | null | undefined): string | undefined => {
  const at = new Date(value?.replace(/([+-]\d{2})(\d{2})$/, '$1:$2') ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
};

const SCHEDULE = z.looseObject({ state: text, status: text });
const ACTIVATION_STATUS = z.looseObject({ activationStatus: z.string() });
const ACTIVATION_ERRORS = z.looseObject({ hasErrors: flag, errorMessage: text, shortSummaryMessage: text });
const TEST_RESULT = z.looseObject({ status: text, details: text });

/** True while runs are being submitted; a paused or stopping schedule submits none. */
export const readScheduleIsStarted = (answer: Answer): boolean => {
  const { state, status } = check(SCHEDULE, readJson(answer));
  return ['ACTIVE', 'STARTING', 'RESUMING'].includes((state ?? status ?? '').toUpperCase());
};

export const readActivationStatus = (answer: Answer): string =>
  check(ACTIVATION_STATUS, readJson(answer)).activationStatus;

export const readActivationErrors = (answer: Answer): string | undefined => {
  const errors = check(ACTIVATION_ERRORS, readJson(answer));
  return errors.errorMessage || errors.shortSummaryMessage || undefined;
};

export const readTestResult = (answer: Answer): { status: string; details: string } => {
  readDone(answer);
  const result = check(TEST_RESULT, parseJson(answer.body.toString('utf8')) ?? {});
  return { status: result.status ?? 'SUCCESS', details: result.details ?? '' };
};
