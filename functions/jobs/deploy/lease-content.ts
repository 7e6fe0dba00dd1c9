/** What lies in a lease: who has it and until when, what is left to undo, and which drops were handled last. */
import * as z from 'zod/mini';
import { type IntegrationId, integrationRef, parseIntegrationId } from '../../core/integration.ts';
import { isRival } from '../../core/plan/plan-install.ts';
import { RUN_STATES } from '../../core/schedule.ts';
import type { Document } from '../../store/drop-box.ts';
import type { Undo } from './install-services.ts';

const text = z.string();
const flag = z.boolean();

const CONTENT = z.object({
  holder: z.nullable(text),
  /** Absent in what earlier versions have left. */
  takenAt: z.optional(text),
  expiresAt: text,
  undo: z.record(
    text,
    z.object({
      before: z.array(
        z.pipe(
          z.object({
            id: z.custom<`${string}|${string}`>((value) => typeof value === 'string'),
            code: text,
            version: text,
            isActive: flag,
            schedule: z.optional(z.nullable(z.enum(RUN_STATES))),
            parameters: z.optional(z.readonly(z.array(z.object({ name: text, value: z.optional(text) })))),
            /** Of what an earlier version has left, instead of `schedule`. */
            isScheduleStarted: z.optional(flag),
            tracing: z.object({ tracing: flag, payload: flag, recording: flag }),
          }),
          z.transform(({ isScheduleStarted, schedule = isScheduleStarted ? 'started' : 'stopped', ...was }) => ({
            ...was,
            schedule,
          })),
        ),
      ),
      copy: z.pipe(
        z.optional(z.object({ key: text, versionId: text })),
        z.transform((copy) => copy),
      ),
      ownConnections: z.optional(
        z.readonly(
          z.array(
            z.object({
              id: text,
              addresses: z.readonly(z.array(z.object({ propertyName: text, propertyValue: z.optional(text) }))),
            }),
          ),
        ),
      ),
      /** That was being installed; null: none, but a file. Absent in what earlier versions have left. */
      drop: z.optional(z.nullable(z.object({ key: text, versionId: text }))),
    }),
  ),
  newest: z.record(
    text,
    z.object({
      droppedAt: text,
      handledAt: z.optional(text),
      key: text,
      versionId: text,
      state: z.enum(['deployed', 'unchanged', 'rejected', 'failed', 'rolled-back', 'unknown']),
      message: text,
    }),
  ),
});

/** What lies in a lease. */
export type Content = z.infer<typeof CONTENT>;

export const NOBODY: Content = { holder: null, expiresAt: new Date(0).toISOString(), undo: {}, newest: {} };

/** @param where its key, for the message. @throws Error when it is not a lease */
export const readContent = (value: unknown, where: string): Content => {
  const parsed = CONTENT.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${where} is not a lease: it was damaged; look what it says, then move it away and try again`);
};

/** Who is at work, or died so lately that nobody may take its place yet. */
export interface UnderWay {
  readonly holder: string;
  readonly takenAt: string | undefined;
  readonly expiresAt: string;
}

/**
 * Whether somebody is at work, else what a worker that died has left undone, by integration.
 * @throws when it is damaged
 */
export const readLease = async (
  document: Document,
  nowMs: number,
): Promise<{ readonly underWay?: UnderWay; readonly undone: Readonly<Record<string, Undo>> }> => {
  const found = await document.read();
  if (!found) return { undone: {} };
  const { holder, takenAt, expiresAt, undo } = readContent(found.content, document.key);
  if (holder !== null && Date.parse(expiresAt) > nowMs) return { underWay: { holder, takenAt, expiresAt }, undone: {} };
  return { undone: undo as Record<string, Undo> };
};

export const withoutRivals = (undo: Content['undo'], id: IntegrationId): Content['undo'] => {
  const [code = '', version = ''] = id.split('|');
  return Object.fromEntries(
    Object.entries(undo).filter(([other]) => {
      const ref = parseIntegrationId(other);
      return !ref || !isRival(integrationRef(code, version), ref);
    }),
  );
};
