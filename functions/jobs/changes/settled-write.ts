/**
 * One way to change an instance, for every change there is:
 *
 *   send -> judge the answer -> prove it by reading the target -> done
 *
 * A write counts when the target shows it. When its answer is lost it may have been done, or be done minutes later: so the
 * target is read with patience before anything is sent again. There are three endings: `settle` returns (done, seen), it
 * throws the refusal or NotDone (not done, seen), or it throws NotKnown, which says what was sent, read, and where to look.
 */
import { NotDone, NotKnown } from '../../core/errors.ts';
import { isAnswerLost, isOicError, type OicError, stopsTheRun } from '../../oic/http/errors.ts';
import { ListingError } from '../../oic/listing.ts';
import type { Clock } from '../instance/activation-wait.ts';

/**
 * What the target shows of a change: it is `done`; all is as `before`; it is on its way (`moving`); or what is read is
 * neither, or does not tell (`unclear`). When it is unclear, an answer that was not lost is believed.
 */
export type Sight = 'done' | 'before' | 'moving' | 'unclear';

export interface Write {
  /** For sentences: "replacing HELLO|01.00.0000 on prod". */
  readonly what: string;
  /** @returns `goes-on` when the instance does it in the background; anything else: it says it is done */
  readonly send: () => Promise<unknown>;
  /**
   * Reads the target.
   *
   * @param isTaken the instance says that it took the write, so that less has to be proved
   * @throws OicError, ListingError when it cannot be read now; any other error ends the waiting
   */
  readonly look: (isTaken: boolean) => Promise<Sight>;
  /** How long a change that is not seen may still arrive. */
  readonly patienceMs: number;
  /** Where a person sees it: "HELLO|01.00.0000 on prod". */
  readonly lookAt: string;
  /** What shows it: "oic show prod 'HELLO|01.00.0000'". */
  readonly command: string;
  /** What the last look showed, in a word or two: "started". */
  readonly shown?: () => string;
  /** How long a refusal may hide that it is done, asked for after each look: what the target shows may lag. @default no time */
  readonly refusedMs?: () => number;
  /** Until the next look, by how long it has been waited. @default soon, then every 15 s */
  readonly pauseMs?: (waitedMs: number) => number;
}

const MINUTE_MS = 60_000;
/** How long what was sent and not answered may still arrive. Activations have a deadline of their own. */
export const PATIENCE_MS = {
  content: 3 * MINUTE_MS,
  container: 10 * MINUTE_MS,
  connection: MINUTE_MS,
  schedule: MINUTE_MS,
} as const;

/** What is said to be done may be shown late: a status was seen to lag 9 s behind. */
export const SHOWN_LATE_MS = 20_000;
const SAY_EVERY_MS = 30_000;
/** How often it is sent in all: again after a lost answer once the patience is over, soon when it was put off. */
const MOST_SENT = { lost: 2, 'put-off': 3 } as const;
const PUT_OFF_MS = 2_000;

/** @throws OicError when it was refused; NotDone; NotKnown */
export const settle = async (write: Write, clock: Clock): Promise<void> => {
  for (let sent = 1; ; sent++) {
    const answer = await send(write);
    const seen = await watch(write, answer, clock);
    if (seen.sight === 'done') return;
    if (mayBeSentAgain(answer, seen, sent) && !isOver(clock)) {
      if (answer.how === 'put-off')
        await clock.sleep(Math.min(MINUTE_MS, answer.error.details.retryAfterMs ?? PUT_OFF_MS));
      continue;
    }
    if (answer.how === 'refused' || answer.how === 'put-off') throw answer.error;
    throw endOf(write, answer, seen, sent);
  }
};

const mayBeSentAgain = ({ how }: Answered, { sight, isWhole }: Seen, sent: number): boolean =>
  (how === 'lost' || how === 'put-off') &&
  (sight === 'before' || sight === 'unclear') &&
  isWhole &&
  sent < MOST_SENT[how];

type Answered =
  | { readonly how: 'done' | 'goes-on' }
  | { readonly how: 'lost'; readonly error: OicError }
  /** It may have been done all the same: our own write may be what is in the way. */
  | { readonly how: 'refused'; readonly error: OicError }
  | { readonly how: 'put-off'; readonly error: OicError };

const send = async ({ send: sendNow }: Write): Promise<Answered> => {
  try {
    return { how: (await sendNow()) === 'goes-on' ? 'goes-on' : 'done' };
  } catch (error) {
    if (!isOicError(error) || stopsTheRun(error) || error.details.reached === false) throw error;
    if (error.details.isPutOff) return { how: 'put-off', error };
    return { how: isAnswerLost(error) ? 'lost' : 'refused', error };
  }
};

interface Seen {
  readonly sight: Sight | 'unread';
  /** Why it could not be read. */
  readonly trouble?: string;
  readonly waitedMs: number;
  /** Whether all of the patience was used: false when time was up before. */
  readonly isWhole: boolean;
}

/** Reads until it is done, or there is nothing more to wait for. */
const watch = async (write: Write, answer: Answered, clock: Clock): Promise<Seen> => {
  const { now, endsAt = Number.POSITIVE_INFINITY } = clock;
  const begunAt = now();
  const isTaken = answer.how === 'done' || answer.how === 'goes-on';
  let patienceMs = firstPatience(write, answer);
  const pause = pauseSaying(clock, (waitedMs) => waitingText(write, answer, waitedMs, patienceMs));
  for (;;) {
    const { sight, trouble } = await lookOnce(write, isTaken);
    const waitedMs = now() - begunAt;
    if (sight === 'done' || (sight === 'unclear' && isTaken)) {
      return { sight: 'done', waitedMs, isWhole: true };
    }
    if (sight === 'moving') patienceMs = write.patienceMs;
    else if (answer.how === 'refused') patienceMs = write.refusedMs?.() ?? patienceMs;
    const until = Math.min(begunAt + patienceMs, endsAt);
    if (now() >= until) return { sight, ...(trouble && { trouble }), waitedMs, isWhole: waitedMs >= patienceMs };
    const pauseMs = write.pauseMs?.(waitedMs) ?? Math.min(15_000, Math.max(500, waitedMs * 0.6));
    await pause(Math.min(pauseMs, until - now()));
  }
};

/** Pauses, and says every half minute what is waited for. @param text of how long it has been waited, in ms */
const pauseSaying = ({ now, sleep, note }: Clock, text: (waitedMs: number) => string) => {
  const begunAt = now();
  let sayAt = begunAt + SAY_EVERY_MS;
  return async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; ) {
      const slice = Math.min(left, Math.max(0, sayAt - now()));
      await sleep(slice);
      left -= slice;
      if (now() < sayAt) continue;
      note?.(text(now() - begunAt));
      sayAt = now() + SAY_EVERY_MS;
    }
  };
};

const firstPatience = ({ patienceMs }: Write, { how }: Answered): number => {
  if (how === 'refused' || how === 'put-off') return 0;
  return how === 'done' ? Math.min(patienceMs, SHOWN_LATE_MS) : patienceMs;
};

/** The last look decides: one that fails is made up for by the next. */
const lookOnce = async ({ look }: Write, isTaken: boolean): Promise<{ sight: Seen['sight']; trouble?: string }> => {
  try {
    return { sight: await look(isTaken) };
  } catch (error) {
    if (!isOicError(error) && !(error instanceof ListingError)) throw error;
    return { sight: 'unread', trouble: error.message };
  }
};

const isOver = ({ now, endsAt = Number.POSITIVE_INFINITY }: Clock): boolean => now() >= endsAt;

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

const WAITING_FOR: Partial<Record<Answered['how'], string>> = {
  lost: 'its answer was lost, and it may yet be done',
  refused: 'it was refused, which may mean that it is done already',
};

const waitingText = ({ what, lookAt }: Write, answer: Answered, waitedMs: number, patienceMs: number): string => {
  const why = WAITING_FOR[answer.how] ?? 'it is not shown yet';
  return `${what}: ${why}; ${lookAt} has been read for ${seconds(waitedMs)} and is for at most ${seconds(patienceMs)}`;
};

const endOf = (
  write: Write,
  answer: Exclude<Answered, { how: 'refused' | 'put-off' }>,
  seen: Seen,
  sent: number,
): Error => {
  const { what, lookAt, command } = write;
  const cause = answer.how === 'lost' ? answer.error : undefined;
  const said = cause?.message ?? `${what} is said to ${answer.how === 'done' ? 'be done' : 'go on'}`;
  const times = sent > 1 ? ` (sent ${sent} times)` : '';
  const read = readText(write, seen);
  const isSeen = seen.sight === 'before' && (seen.isWhole || answer.how === 'done');
  if (isSeen) return new NotDone(`${said}${times}, but ${read}`, { cause });
  const unknown = { sent: `${said}${times}`, read, lookAt, command };
  return new NotKnown(
    `whether ${what} was done is not known: ${unknown.sent}, and ${read}. Look at ${lookAt}: \`${command}\``,
    unknown,
    { cause },
  );
};

const readText = ({ lookAt, shown }: Write, { sight, trouble, waitedMs }: Seen): string => {
  const showing = shown ? ` (${shown()})` : '';
  const after = waitedMs >= 1_000 ? `${seconds(waitedMs)} later ` : '';
  if (sight === 'unread') return `${after}${lookAt} could not be read (${trouble})`;
  if (sight === 'moving') return `${after}${lookAt} was still changing${showing}`;
  if (sight === 'unclear') return `${after}${lookAt} was neither as before nor as it was to be${showing}`;
  return `${after}${lookAt} was as before${showing}`;
};
