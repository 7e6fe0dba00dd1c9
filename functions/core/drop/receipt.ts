/** What became of one drop, as it lies in the drop box under `receipts/`. */
import * as z from 'zod/mini';
import type { Unknown } from '../errors.ts';

const STATES = [
  'started',
  'waiting',
  'deployed',
  'unchanged',
  'rejected',
  'failed',
  'rolled-back',
  'unknown',
  'superseded',
] as const;

export interface Receipt {
  readonly formatVersion: 1;
  readonly instance: string;
  /** Of the drop. */
  readonly key: string;
  readonly versionId: string;
  /** `started` until it has ended, `waiting` while nobody has approved it; one of the others then, for good. */
  readonly state: (typeof STATES)[number];
  readonly id?: string | undefined;
  readonly startedAt: string;
  readonly finishedAt?: string | undefined;
  readonly message: string;
  readonly steps: readonly ReceiptStep[];
  /** How often it was begun to be handled; a worker that died had one of these. */
  readonly tries?: number | undefined;
  /** Of a drop that needs somebody's approval. */
  readonly approval?: Approval | undefined;
  /** What was sent and read, and where to look, when the state is `unknown`. */
  readonly unknown?: Unknown | undefined;
  /** Connections to be configured before the integration can be activated. */
  readonly connections?: readonly object[] | undefined;
}

/** What a person says to a drop that waits. */
export interface ApprovalAnswer {
  readonly answer: 'approved' | 'refused';
  /** Who it was, by the name they gave. */
  readonly by: string;
  /** Why it was refused. */
  readonly reason?: string | undefined;
}

export interface Approval {
  /** Absent until somebody has answered, or in AWS its time has run out. */
  readonly answer?: ApprovalAnswer['answer'] | 'expired' | undefined;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  /** Until when it can be given. */
  readonly until: string;
  /** When it was given, or refused. */
  readonly at?: string | undefined;
  /** Of the durable execution that waits for it in AWS. */
  readonly callbackId?: string | undefined;
}

interface ReceiptStep {
  readonly do: string;
  readonly id: string;
  readonly reason: string;
  readonly outcome: string;
  readonly message?: string | undefined;
}

const text = z.string();

const APPROVAL = z.looseObject({
  until: text,
  callbackId: z.optional(text),
  answer: z.optional(z.enum(['approved', 'refused', 'expired'])),
  by: z.optional(text),
  at: z.optional(text),
  reason: z.optional(text),
});

const RECEIPT = z.looseObject({
  formatVersion: z.literal(1),
  instance: text,
  key: text,
  versionId: text,
  state: z.enum(STATES),
  id: z.optional(text),
  startedAt: text,
  finishedAt: z.optional(text),
  message: text,
  steps: z.array(z.looseObject({ do: text, id: text, reason: text, outcome: text, message: z.optional(text) })),
  tries: z.optional(z.int()),
  approval: z.optional(APPROVAL),
  unknown: z.optional(z.looseObject({ sent: text, read: text, lookAt: text, command: text })),
  connections: z.optional(z.array(z.looseObject({}))),
});

/** @param where its key, for the message. @throws Error when it is not a receipt of format 1 */
export const parseReceipt = (value: unknown, where: string): Receipt => {
  const parsed = RECEIPT.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${where} is not a receipt of format 1; remove it if the drop is to be handled again`);
};

/** What has an end keeps it. */
export const hasEnded = ({ state }: Receipt): boolean => state !== 'started' && state !== 'waiting';
