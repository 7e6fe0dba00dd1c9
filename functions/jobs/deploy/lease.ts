/**
 * The right of one worker to change one code on one instance: taken when nobody has it or its holder has let it expire,
 * renewed while the work goes on, given back at the end. It also remembers, for whoever comes next, what a worker that
 * died has left undone, and which drop of each version was the newest. A lease is no fence: a worker that finds its lease
 * lost stops before the next change.
 */
import * as z from 'zod/mini';
import { type IntegrationId, integrationRef, parseIntegrationId } from '../../core/integration.ts';
import { isRival } from '../../core/plan/plan-install.ts';
import { RUN_STATES } from '../../core/schedule.ts';
import type { Document } from '../../store/drop-box.ts';
import { LeaseLost, type Undo, type UndoLog } from './install.ts';

export interface Lease {
  /** @throws LeaseLost */
  readonly mayGoOn: () => void;
  readonly undoLog: UndoLog;
  /** The newest drop of an integration that has been handled, and how it ended. */
  readonly newest: (id: string) => HandledDrop | undefined;
  /** The work on an integration has ended: what it left to undo is forgotten; its drop, if it was one, counts as handled. */
  readonly settle: (id: string, ending: Ending) => Promise<void>;
  /** Lets go. A lease that was lost is no error. */
  readonly release: () => Promise<void>;
}

interface Ending {
  /** Nothing was done, because the target's state forbids it: what an earlier run left undone is still to be undone. */
  readonly wasRefused: boolean;
  readonly drop?: HandledDrop | undefined;
}

export interface HandledDrop {
  readonly droppedAt: string;
  readonly key: string;
  readonly versionId: string;
  readonly state: 'deployed' | 'unchanged' | 'rejected' | 'failed' | 'rolled-back';
  readonly message: string;
}

export interface LeaseOptions {
  readonly worker: string;
  readonly ttlMs: number;
  /** How long to wait for another holder. */
  readonly patienceMs: number;
  readonly now: () => number;
  /** Rejects when the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

const text = z.string();
const flag = z.boolean();

const CONTENT = z.object({
  holder: z.nullable(text),
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
    }),
  ),
  newest: z.record(
    text,
    z.object({
      droppedAt: text,
      key: text,
      versionId: text,
      state: z.enum(['deployed', 'unchanged', 'rejected', 'failed', 'rolled-back']),
      message: text,
    }),
  ),
});

type Content = z.infer<typeof CONTENT>;

const NOBODY: Content = { holder: null, expiresAt: new Date(0).toISOString(), undo: {}, newest: {} };

const readContent = (value: unknown, where: string): Content => {
  const parsed = CONTENT.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${where} is not a lease: it was damaged; look what it says, then move it away and try again`);
};

const withoutRivals = (undo: Content['undo'], id: IntegrationId): Content['undo'] => {
  const [code = '', version = ''] = id.split('|');
  return Object.fromEntries(
    Object.entries(undo).filter(([other]) => {
      const ref = parseIntegrationId(other);
      return !ref || !isRival(integrationRef(code, version), ref);
    }),
  );
};

/** @returns undefined when another worker holds it for longer than the patience lasts */
export const takeLease = async (document: Document, options: LeaseOptions): Promise<Lease | undefined> => {
  const { worker, ttlMs, now, sleep } = options;
  const until = now() + options.patienceMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(2_000, pauseMs * 1.5)) {
    const found = await document.read();
    const content = found ? readContent(found.content, document.key) : NOBODY;
    const isFree = content.holder === null || Date.parse(content.expiresAt) <= now();
    if (isFree) {
      const mine: Content = { ...content, holder: worker, expiresAt: new Date(now() + ttlMs).toISOString() };
      const etag = await document.write(mine, found?.etag);
      if (etag !== undefined) return holdLease(document, options, mine, etag);
    } else if (now() >= until) return undefined;
    await sleep(pauseMs);
  }
};

const holdLease = (
  document: Document,
  { ttlMs, now, sleep }: LeaseOptions,
  taken: Content,
  firstEtag: string,
): Lease => {
  let content = taken;
  let etag: string | undefined = firstEtag;
  const released = new AbortController();
  let queue: Promise<void> = Promise.resolve();

  const mayGoOn = (): void => {
    if (etag === undefined || Date.parse(content.expiresAt) <= now()) {
      throw new LeaseLost(`the lease ${document.key} was lost: another worker has taken over`);
    }
  };
  /** One write at a time: each needs the etag of the one before. */
  const write = (change: (content: Content) => Content): Promise<void> => {
    queue = queue
      .catch(() => undefined)
      .then(async () => {
        mayGoOn();
        const next = { ...change(content), expiresAt: new Date(now() + ttlMs).toISOString() };
        etag = await document.write(next, etag);
        mayGoOn();
        content = next;
      });
    return queue;
  };
  const renew = async (): Promise<void> => {
    for (;;) {
      await sleep(ttlMs / 3, released.signal);
      // A store that is away for a moment does not cost the lease, as long as it comes back before the lease expires.
      await write((held) => held).catch((error: unknown) => {
        if (error instanceof LeaseLost) throw error;
      });
    }
  };
  // Ends by its release, or by the loss of the lease, which is found out at the next change.
  renew().catch(() => undefined);

  return {
    mayGoOn,
    newest: (id) => content.newest[id],
    undoLog: {
      recall: async () => content.undo as Record<string, Undo>,
      remember: (id, undo) =>
        write((held) => ({
          ...held,
          undo: { ...withoutRivals(held.undo, id), [id]: { before: [...undo.before], copy: undo.copy } },
        })),
    },
    settle: (id, { wasRefused, drop }) =>
      write((held) => {
        const { [id]: _done, ...others } = held.undo;
        const undo = wasRefused ? held.undo : others;
        return { ...held, undo, newest: drop ? { ...held.newest, [id]: drop } : held.newest };
      }),
    release: async () => {
      released.abort();
      await write((held) => ({ ...held, holder: null })).catch((error: unknown) => {
        if (!(error instanceof LeaseLost)) throw error;
      });
    },
  };
};
