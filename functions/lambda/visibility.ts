/**
 * How long a message of a queue stays out of sight. Lambda asks for a queue that hides a message for as long as a function
 * may run at most; when a worker dies, that is how long nobody else would try. So its worker hides it for minutes only,
 * again and again while it lives.
 */
import type { SQSRecord } from 'aws-lambda';
import { VISIBILITY_SECONDS } from './names.ts';
import { changeVisibility } from './queue.ts';

export interface Visibility {
  /** It is to be tried again so many seconds from now. */
  later(seconds: number): Promise<void>;
  /** Its worker is done with it, and hides it no longer. */
  stop(): void;
}

/**
 * Until it answers, a worker that dies leaves the message hidden for as long as its queue says: so nothing is begun before.
 * @param onTrouble the message comes back later than it should: nobody needs to stop for that
 */
export const hideWhileAlive = async (
  { eventSourceARN, receiptHandle }: SQSRecord,
  onTrouble: (error: Error) => void,
): Promise<Visibility> => {
  let queue: Promise<void> = Promise.resolve();
  const hideFor = (seconds: number): Promise<void> => {
    queue = queue.then(() => changeVisibility(eventSourceARN, receiptHandle, seconds)).catch(onTrouble);
    return queue;
  };
  await hideFor(VISIBILITY_SECONDS);
  const beat = setInterval(() => void hideFor(VISIBILITY_SECONDS), (VISIBILITY_SECONDS / 4) * 1_000);
  return {
    later: (seconds) => {
      clearInterval(beat);
      return hideFor(seconds);
    },
    stop: () => clearInterval(beat),
  };
};
