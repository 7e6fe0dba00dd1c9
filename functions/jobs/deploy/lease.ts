/**
 * The right of one worker to change one code on one instance: taken when nobody has it or its holder has let it expire,
 * renewed while the work goes on, given back at the end. It also remembers, for whoever comes next, what a worker that
 * died has left undone, and which drop of each version was the newest. A lease is no fence: a worker that finds its lease
 * lost stops before the next change.
 *
 * Clocks are set, by days, and machines sleep. So nobody takes a lease from another by its time alone: it must also have
 * been seen to stand still, for longer than a living holder ever lets it. And a holder that may have slept asks before it
 * goes on: a write that only the holder can do.
 */
import type { DropEvent } from '../../core/drop/drop-event.ts';
import type { Document } from '../../store/drop-box.ts';
import { LeaseLost, type Undo, type UndoLog } from './install-services.ts';
import { type Content, NOBODY, readContent, withoutRivals } from './lease-content.ts';

export interface Lease {
  /** @throws LeaseLost */
  readonly mayGoOn: () => Promise<void>;
  /** What time it is by the clock of the store. */
  readonly storeTime: () => Promise<Date>;
  /** @param drop that is being installed, if it is one: what it leaves undone is its own to finish */
  readonly undoLogOf: (drop?: DropEvent) => UndoLog;
  /** Whether an install of this drop was cut off and has left something to undo, or an earlier version's of any drop. */
  readonly wasBegunBy: (id: string, drop: DropEvent) => boolean;
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
  /** By the clock of the store; what earlier versions have left has none. */
  readonly handledAt?: string | undefined;
  readonly key: string;
  readonly versionId: string;
  readonly state: 'deployed' | 'unchanged' | 'rejected' | 'failed' | 'rolled-back' | 'unknown';
  readonly message: string;
}

export interface LeaseOptions {
  /** Nobody else's, and of no other lease. */
  readonly worker: string;
  readonly ttlMs: number;
  /** How long to wait for another holder; to take over from one that died takes half of `ttlMs`, or all of it. */
  readonly patienceMs: number;
  /** The time of day, which may be set at any moment. */
  readonly now: () => number;
  /** Milliseconds since any moment, by a clock that nobody sets; it may stand still while the machine sleeps. */
  readonly elapsed: () => number;
  /** Rejects when the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/**
 * Works under the lease. When another worker has taken over meanwhile, waits for its end and does the work anew, which goes on
 * from what it then finds.
 * @returns undefined when another worker holds it for longer than the patience lasts
 * @throws LeaseLost when it is lost again after that
 */
export const withLease = async <T extends object>(
  document: Document,
  options: LeaseOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<T | undefined> => {
  const until = options.elapsed() + options.patienceMs;
  for (;;) {
    const lease = await takeLease(document, { ...options, patienceMs: until - options.elapsed() });
    if (!lease) return undefined;
    try {
      return await work(lease);
    } catch (error) {
      if (!(error instanceof LeaseLost) || options.elapsed() >= until) throw error;
    } finally {
      // What was done is done; a lease that cannot be given back expires.
      await lease.release().catch(() => undefined);
    }
  }
};

/** @returns undefined when another worker holds it for longer than the patience lasts */
export const takeLease = async (document: Document, options: LeaseOptions): Promise<Lease | undefined> => {
  const { worker, ttlMs, now, elapsed, sleep } = options;
  const until = elapsed() + options.patienceMs;
  let seen = { etag: '', since: 0 };
  for (let pauseMs = 50; ; pauseMs = Math.min(2_000, pauseMs * 1.5)) {
    const found = await document.read();
    const content = found ? readContent(found.content, document.key) : NOBODY;
    if (found && found.etag !== seen.etag) seen = { etag: found.etag, since: elapsed() };
    if (isFree(content, elapsed() - seen.since, options)) {
      const at = { now: now(), elapsed: elapsed() };
      const mine: Content = {
        ...content,
        holder: worker,
        takenAt: new Date(at.now).toISOString(),
        expiresAt: new Date(at.now + ttlMs).toISOString(),
      };
      const etag = await document.write(mine, found?.etag);
      if (etag !== undefined) return holdLease(document, options, mine, etag, at);
    } else if (elapsed() >= until) return undefined;
    await sleep(pauseMs);
  }
};

const isFree = (
  { holder, expiresAt }: Content,
  stoodStillMs: number,
  { ttlMs, now }: Pick<LeaseOptions, 'ttlMs' | 'now'>,
): boolean => {
  const leftMs = Date.parse(expiresAt) - now();
  if (holder === null || Number.isNaN(leftMs)) return true;
  // One that would last longer than any lease does was written by another clock than this one.
  const hasExpired = leftMs <= 0 || leftMs > ttlMs;
  return stoodStillMs >= (hasExpired ? ttlMs / 2 : ttlMs);
};

/** A machine may fall asleep while it asks, but not this often. */
const MOST_ASKED = 5;

/** A reading of both clocks. */
interface Moment {
  readonly now: number;
  readonly elapsed: number;
}

const holdLease = (
  document: Document,
  { worker, ttlMs, now, elapsed, sleep }: LeaseOptions,
  taken: Content,
  firstEtag: string,
  takenAt: Moment,
): Lease => {
  let content = taken;
  let etag: string | undefined = firstEtag;
  let renewedAt = takenAt;
  const released = new AbortController();
  let queue: Promise<void> = Promise.resolve();

  /** So soon after it was renewed nobody can have taken it. A machine that slept shows by the time of day alone. */
  const isSure = (): boolean => {
    const passed = [elapsed() - renewedAt.elapsed, now() - renewedAt.now];
    return passed.every((ms) => ms >= 0 && ms < ttlMs / 2);
  };
  const writeOnce = async (next: Content): Promise<string | undefined> => {
    const written = await document.write(next, etag);
    if (written !== undefined) return written;
    // Written by ourselves, and the answer was lost; or moved away by a person. Else another worker has taken over.
    const found = await document.read();
    const isOurs = !found || readContent(found.content, document.key).holder === worker;
    return isOurs ? document.write(next, found?.etag) : undefined;
  };
  /** One write at a time: each needs the etag of the one before. */
  const write = (change: (content: Content) => Content): Promise<void> => {
    queue = queue
      .catch(() => undefined)
      .then(async () => {
        if (etag === undefined) throw lost(document);
        const at = { now: now(), elapsed: elapsed() };
        const next = { ...change(content), expiresAt: new Date(at.now + ttlMs).toISOString() };
        etag = await writeOnce(next);
        if (etag === undefined) throw lost(document);
        content = next;
        renewedAt = at;
      });
    return queue;
  };
  const renewed = () => write((held) => held);
  const renew = async (): Promise<void> => {
    for (;;) {
      await sleep(ttlMs / 3, released.signal);
      // A store that is away for a moment does not cost the lease, as long as it comes back before the lease expires.
      await renewed().catch((error: unknown) => {
        if (error instanceof LeaseLost) throw error;
      });
    }
  };
  // Ends by its release, or by the loss of the lease, which is found out at the next change.
  renew().catch(() => undefined);

  return {
    mayGoOn: async () => {
      for (let asked = 0; asked < MOST_ASKED; asked++) {
        if (etag === undefined) throw lost(document);
        if (isSure()) return;
        await renewed().catch((error: Error) => {
          throw error instanceof LeaseLost ? error : cannotKeep(document, error.message);
        });
      }
      throw cannotKeep(document, 'the drop box takes too long to answer');
    },
    storeTime: async () => (await document.read())?.writtenAt ?? new Date(now()),
    newest: (id) => content.newest[id],
    undoLogOf: (drop) => ({
      recall: async () => content.undo as Record<string, Undo>,
      remember: (id, undo) =>
        write((held) => ({
          ...held,
          undo: {
            ...withoutRivals(held.undo, id),
            [id]: { ...undo, before: [...undo.before], drop: drop ?? null },
          },
        })),
    }),
    wasBegunBy: (id, { key, versionId }) => {
      const undo = content.undo[id];
      if (!undo || undo.drop === null) return false;
      return undo.drop === undefined || (undo.drop.key === key && undo.drop.versionId === versionId);
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

const lost = ({ key }: Document): LeaseLost =>
  new LeaseLost(`the lease ${key} was lost: another worker has taken over`);

/** Whether somebody has it cannot be found out: that is no right to go on either. */
const cannotKeep = ({ key }: Document, reason: string): LeaseLost =>
  new LeaseLost(
    `the lease ${key} could not be kept: ${reason}. What was begun goes on with the next deployment of the same integration`,
  );
