/** `oic approve`: somebody lets a drop go on that waits for it, or refuses it. */
import { formatAnswer } from '../core/drop/approval-answer.ts';
import { type ApprovalAnswer, parseReceipt, type Receipt } from '../core/drop/receipt.ts';
import { ConfigError, Refused } from '../core/errors.ts';
import { dropPrefix } from '../core/keys.ts';
import { answerApproval, isOpen } from '../jobs/deploy/approval.ts';
import type { Document, DropBox } from '../store/drop-box.ts';
import { type CommonOptions, openSession } from './command.ts';
import type { DropBoxOption } from './deploy.ts';

interface ApproveOptions extends CommonOptions, DropBoxOption {
  readonly by: string;
  readonly refuse?: string;
}

export const approve = async (name: string, drop: string, options: ApproveOptions): Promise<number> => {
  const { out, runtime } = await openSession(options);
  runtime.instance(name);
  const by = options.by.trim();
  if (by === '') throw new ConfigError('--by needs the name of who approves it');
  const answer: ApprovalAnswer =
    options.refuse === undefined ? { answer: 'approved', by } : { answer: 'refused', by, reason: options.refuse };
  const dropBox = await runtime.openDropBox(options.dropBox);
  const { receipt, document } = await findReceipt(dropBox, name, drop);
  if (!isOpen(receipt, Date.now())) throw new Refused(tooLate(receipt));
  const { callbackId } = receipt.approval;
  if (callbackId !== undefined) {
    const isTaken = await runtime.answerCallback(callbackId, formatAnswer(answer));
    if (!isTaken) throw new Refused(tooLate(parseReceipt((await document.read())?.content, document.key)));
  } else if (/^s3:/i.test(dropBox.name)) {
    throw new Refused(`${receipt.key} waits, but not yet for an answer: try again in a minute`);
  } else {
    const { receipt: now, isNew } = await answerApproval(document, answer, Date.now());
    if (!isNew) throw new Refused(tooLate(now));
  }
  const { id, key, versionId } = receipt;
  out.result({ instance: name, key, versionId, id, ...answer, receipt: document.key }, () => [
    `${answer.answer} by ${by}: ${id} (${key}) for ${name}; what becomes of it is in ${document.key}`,
  ]);
  return 0;
};

/** @param drop its key, the rest of it after `deploy/INSTANCE/`, or `KEY@VERSION` */
const findReceipt = async (
  dropBox: DropBox,
  name: string,
  drop: string,
): Promise<{ readonly receipt: Receipt; readonly document: Document }> => {
  const full = drop.startsWith(dropPrefix(name)) ? drop : `${dropPrefix(name)}${drop}`;
  const newest = await dropBox.newestDrop(full);
  const at = full.lastIndexOf('@');
  const [key, versionId] = newest || at < 0 ? [full, newest?.versionId] : [full.slice(0, at), full.slice(at + 1)];
  if (versionId === undefined) throw new Refused(`there is no ${key} in ${dropBox.name}: see \`--drop-box\``);
  const document = dropBox.receipts(name, key, versionId);
  const found = await document.read();
  if (!found) throw new Refused(`${key} has no receipt yet (${document.key}): it has not been looked at`);
  return { receipt: parseReceipt(found.content, document.key), document };
};

const tooLate = ({ key, state, message, approval }: Receipt): string => {
  const said = approval?.by && `${approval.by} has ${approval.answer} it already, at ${approval.at}`;
  if (state === 'waiting') return said ?? `too late: ${key} could be approved until ${approval?.until}; drop it again`;
  if (approval) return `too late: ${said ? `${said}; ` : ''}${key} is ${state}: ${message}`;
  return `${key} does not wait for an approval: it is ${state}: ${message}`;
};
