/** The messages of a queue, one after the other: each handled, or put off until later. */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { hideWhileAlive } from './visibility.ts';

export interface MessageWork<T> {
  /** What a message is about. */
  readonly parse: (body: string) => readonly T[];
  /** @returns after how many seconds to try again; undefined: it has been handled */
  readonly handle: (about: T) => Promise<number | undefined>;
  /** Seconds until a message is tried again with which nothing at all could be done. */
  readonly retries: readonly number[];
  /** Nothing at all could be done: neither handled nor put off. */
  readonly onFailure: (error: Error) => void;
  readonly onTrouble: (error: Error) => void;
}

export const handleMessages = async <T>({ Records }: SQSEvent, work: MessageWork<T>): Promise<SQSBatchResponse> => {
  const failed: SQSRecord[] = [];
  for (const record of Records) if (!(await handleMessage(record, work))) failed.push(record);
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};

const handleMessage = async <T>(record: SQSRecord, work: MessageWork<T>): Promise<boolean> => {
  const visibility = await hideWhileAlive(record, work.onTrouble);
  try {
    const seconds = await handleAll(record.body, work);
    if (seconds === undefined) return true;
    await visibility.later(seconds);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    work.onFailure(error);
    const tried = Number(record.attributes.ApproximateReceiveCount);
    await visibility.later(work.retries[tried - 1] ?? work.retries.at(-1) ?? 0);
  } finally {
    visibility.stop();
  }
  return false;
};

const handleAll = async <T>(body: string, { parse, handle }: MessageWork<T>): Promise<number | undefined> => {
  for (const about of parse(body)) {
    const seconds = await handle(about);
    if (seconds !== undefined) return seconds;
  }
  return undefined;
};
