/**
 * A drop that somebody has to approve: its receipt says `waiting` and how to answer, the answer is written into the receipt, and
 * whoever handles the drop next goes by it. Approved are exactly the bytes that were dropped: that version of the key.
 */
import type { Approval, ApprovalAnswer, Receipt } from '../../core/drop/receipt.ts';
import type { IntegrationId } from '../../core/integration.ts';
import { shellWord } from '../../core/plain-text.ts';
import type { Document } from '../../store/drop-box.ts';
import { type Ending, readClaim } from './claim-receipt.ts';

/** Less than what any receipt is kept. */
const APPROVAL_DAYS = 7;

interface Change {
  readonly receipt: Receipt;
  readonly isNew: boolean;
}

/** @param dropBox as the command line writes it */
export const holdForApproval = (document: Document, dropBox: string, id: IntegrationId, now: number): Promise<Change> =>
  change(document, (receipt) => {
    if (receipt.state !== 'started') return undefined;
    const approval = { until: new Date(now + APPROVAL_DAYS * 86_400_000).toISOString() };
    return { ...receipt, id, state: 'waiting', approval, message: waitingMessage(receipt, dropBox, approval) };
  });

/** Where the execution waits that takes the answer in AWS. */
export const noteCallback = (document: Document, dropBox: string, callbackId: string): Promise<Change> =>
  change(document, (receipt) => {
    if (receipt.state !== 'waiting' || !receipt.approval) return undefined;
    const approval = { ...receipt.approval, callbackId };
    return { ...receipt, approval, message: waitingMessage(receipt, dropBox, approval) };
  });

/** The first answer counts, and none that comes too late. @returns the receipt as it is then, and whether this one counts */
export const answerApproval = (document: Document, answer: ApprovalAnswer, now: number): Promise<Change> =>
  change(document, (receipt) => {
    if (!isOpen(receipt, now)) return undefined;
    const approval = { ...receipt.approval, ...answer, at: new Date(now).toISOString() };
    if (answer.answer === 'refused') return { ...receipt, approval, message: `${answer.by} has refused it` };
    // What was tried before it had to wait is no try of the deployment.
    return { ...receipt, state: 'started', tries: 0, approval, message: `approved by ${answer.by}, is being handled` };
  });

/** Its time has run out, whatever other clocks say of it. */
export const expireApproval = (document: Document, now: number): Promise<Change> =>
  change(document, (receipt) => {
    if (receipt.state !== 'waiting' || !receipt.approval || receipt.approval.answer) return undefined;
    return { ...receipt, approval: { ...receipt.approval, answer: 'expired', at: new Date(now).toISOString() } };
  });

/** Whether somebody can still answer. */
export const isOpen = (receipt: Receipt, now: number): receipt is Receipt & { readonly approval: Approval } =>
  receipt.state === 'waiting' &&
  receipt.approval !== undefined &&
  receipt.approval.answer === undefined &&
  now < Date.parse(receipt.approval.until);

/** How the waiting has ended without an approval; undefined while it has not. */
export const refusalOf = ({ instance, approval }: Receipt, now: number): Ending | undefined => {
  const rejected = (reason: string): Ending => ({
    state: 'rejected',
    message: `nothing was sent to ${instance}: ${reason}`,
  });
  if (approval?.answer === 'refused') {
    return rejected(`${approval.by} refused it${approval.reason ? `: ${approval.reason}` : ''}`);
  }
  if (!approval || approval.answer === 'expired' || now >= Date.parse(approval.until)) {
    return rejected(`nobody approved it before ${approval?.until ?? 'its time ran out'}; drop it again`);
  }
  return undefined;
};

const waitingMessage = (
  { instance, key, versionId }: Receipt,
  dropBox: string,
  { until, callbackId }: Approval,
): string => {
  const command = `oic approve ${instance} ${shellWord(`${key}@${versionId}`)} --by NAME --drop-box ${shellWord(dropBox)}`;
  const onAws =
    callbackId === undefined
      ? ''
      : ` Without the command line: \`aws lambda send-durable-execution-callback-success --callback-id ${callbackId} --cli-binary-format raw-in-base64-out --result '{"by":"NAME"}'\`, or '{"by":"NAME","refuse":"REASON"}'`;
  return `nothing was sent to ${instance}: it waits until ${until} for somebody to approve it: \`${command}\`; with --refuse REASON it is refused.${onAws}`;
};

const change = async (document: Document, edit: (receipt: Receipt) => Receipt | undefined): Promise<Change> => {
  for (;;) {
    const { receipt, etag } = await readClaim(document);
    const next = edit(receipt);
    if (!next) return { receipt, isNew: false };
    if ((await document.write(next, etag)) !== undefined) return { receipt: next, isNew: true };
  }
};
