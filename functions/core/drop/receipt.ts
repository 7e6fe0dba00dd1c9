/** What became of one drop, as it lies in the drop box under `receipts/`. */
import * as z from 'zod/mini';
import type { Unknown } from '../errors.ts';

export interface Receipt {
  readonly formatVersion: 1;
  readonly instance: string;
  /** Of the drop. */
  readonly key: string;
  readonly versionId: string;
  /** `started` until it has ended; one of the others then, for good. */
  readonly state:
    | 'started'
    | 'deployed'
    | 'unchanged'
    | 'rejected'
    | 'failed'
    | 'rolled-back'
    | 'unknown'
    | 'superseded';
  readonly id?: string | undefined;
  readonly startedAt: string;
  readonly finishedAt?: string | undefined;
  readonly message: string;
  readonly steps: readonly ReceiptStep[];
  /** How often it was begun to be handled; a worker that died had one of these. */
  readonly tries?: number | undefined;
  /** What was sent and read, and where to look, when the state is `unknown`. */
  readonly unknown?: Unknown | undefined;
  /** Connections to be configured before the integration can be activated. */
  readonly connections?: readonly object[] | undefined;
}

interface ReceiptStep {
  readonly do: string;
  readonly id: string;
  readonly reason: string;
  readonly outcome: string;
  readonly message?: string | undefined;
}

const text = z.string();

const RECEIPT = z.looseObject({
  formatVersion: z.literal(1),
  instance: text,
  key: text,
  versionId: text,
  state: z.enum(['started', 'deployed', 'unchanged', 'rejected', 'failed', 'rolled-back', 'unknown', 'superseded']),
  id: z.optional(text),
  startedAt: text,
  finishedAt: z.optional(text),
  message: text,
  steps: z.array(z.looseObject({ do: text, id: text, reason: text, outcome: text, message: z.optional(text) })),
  tries: z.optional(z.int()),
  unknown: z.optional(z.looseObject({ sent: text, read: text, lookAt: text, command: text })),
  connections: z.optional(z.array(z.looseObject({}))),
});

/** @param where its key, for the message. @throws Error when it is not a receipt of format 1 */
export const parseReceipt = (value: unknown, where: string): Receipt => {
  const parsed = RECEIPT.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${where} is not a receipt of format 1; remove it if the drop is to be handled again`);
};
