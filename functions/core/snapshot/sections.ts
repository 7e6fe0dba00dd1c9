/** How the sections of a manifest are checked: what all entries have, and what a kind says of its own. */
import * as z from 'zod/mini';
import type { IntegrationId } from '../integration.ts';
import { isSnapshotName } from '../keys.ts';
import type { KindFacts } from '../kinds.ts';
import { RUN_STATES } from '../schedule.ts';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

export const INTEGRATION_ID = z.custom<IntegrationId>((value) => typeof value === 'string' && value.includes('|'));

export const ARCHIVE_REF = z.looseObject({
  key: z.string(),
  versionId: z.string(),
  bytes: z.number(),
  sha256,
  contentSha256: sha256,
  designSha256: z.optional(sha256),
  since: z.optional(z.string().check(z.refine(isSnapshotName))),
  lockedUntil: z.optional(z.string()),
});

export const TEXT = z.string();
export const MAYBE_TEXT = z.optional(TEXT);

/** Of an integration, outside projects as within. */
export const INTEGRATION_FIELDS = {
  id: INTEGRATION_ID,
  code: TEXT,
  version: TEXT,
  name: TEXT,
  status: TEXT,
  lastUpdated: MAYBE_TEXT,
  lastUpdatedBy: MAYBE_TEXT,
  schedule: z.nullable(z.enum(RUN_STATES)),
  scheduleUnknown: z.optional(z.literal(true)),
  scheduleParameters: z.optional(z.array(z.looseObject({ name: TEXT, value: MAYBE_TEXT }))),
  tracing: z.looseObject({ tracing: z.boolean(), payload: z.boolean(), recording: z.boolean() }),
};

/** Each may be absent. */
export const sectionsOf = (kinds: readonly KindFacts[]): Record<string, z.core.SomeType> =>
  Object.fromEntries(
    kinds.map(({ name, fields, file }) => [
      name,
      z.optional(
        z.array(
          z.looseObject({
            id: TEXT,
            name: TEXT,
            lastUpdated: MAYBE_TEXT,
            lastUpdatedBy: MAYBE_TEXT,
            ...(file && { archive: z.nullable(ARCHIVE_REF) }),
            ...fields,
          }),
        ),
      ),
    ]),
  );
