/** What was sent and not seen may be done once everything is put back: so it is looked at once more, later. */
import { NotDone, NotKnown } from '../../core/errors.ts';
import type { Clock } from '../instance/activation-wait.ts';

export const mayStillArrive = (error: Error): boolean => error instanceof NotKnown || error instanceof NotDone;

export const SECOND_LOOK_MS = 60_000;

/** @param what was put back, for what is told meanwhile. @returns false, at once, when there is no time to look again */
export const waitToLookAgain = async (
  what: string,
  { now, sleep, note, endsAt = Number.POSITIVE_INFINITY }: Clock,
): Promise<boolean> => {
  if (now() + SECOND_LOOK_MS > endsAt) return false;
  for (let left = SECOND_LOOK_MS; left > 0; left -= SECOND_LOOK_MS / 2) {
    note?.(
      `${what} was put back as it was; what was sent may still arrive, so it is looked at again in ${left / 1000} s`,
    );
    await sleep(SECOND_LOOK_MS / 2);
  }
  return true;
};
