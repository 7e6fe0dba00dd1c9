/** What is said to a drop that waits for an approval, as it is sent: `{"by": "NAME"}`, or `{"by": "NAME", "refuse": "REASON"}`. */
import * as z from 'zod/mini';
import type { ApprovalAnswer } from './receipt.ts';

const line = z.string().check(z.trim(), z.minLength(1), z.maxLength(500));
const ANSWER = z.strictObject({ by: line, refuse: z.optional(line) });

export const formatAnswer = ({ answer, by, reason }: ApprovalAnswer): string =>
  JSON.stringify({ by, ...(answer === 'refused' && { refuse: reason ?? 'no reason given' }) });

/** What does not say who it is from refuses: it is no approval of anybody. */
export const parseAnswer = (text: string): ApprovalAnswer => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const { data } = ANSWER.safeParse(json);
  if (!data) return { answer: 'refused', by: 'somebody', reason: 'the answer was not {"by": "NAME"}' };
  const { by, refuse } = data;
  return refuse === undefined ? { answer: 'approved', by } : { answer: 'refused', by, reason: refuse };
};
