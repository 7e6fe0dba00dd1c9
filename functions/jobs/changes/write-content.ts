/**
 * The writes that put an archive into an instance, settled: when an answer is lost, the instance is read to learn what
 * became of the write, and only a write that was not done is sent again. The exact bytes are sent, for Oracle refuses
 * edited archives.
 */
import type { Archive } from '../../core/archive/integration-archive.ts';
import type { OicClient } from '../../oic/client.ts';
import { isAnswerLost, isOicError } from '../../oic/http/errors.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';

const TRIES = 3;
/** A write whose answer was lost may still be under way; this long it is given before the instance is read. */
const SETTLING_MS = 1_000;

export const writeContent = (
  oic: OicClient,
  how: 'import' | 'replace',
  archive: Archive,
  bytes: Uint8Array,
  sleep: ActivationWait['sleep'],
): Promise<void> =>
  writeSettled(
    () => (how === 'import' ? oic.importIntegration(archive.id, bytes) : oic.replaceIntegration(archive.id, bytes)),
    () => holdsContent(oic, archive),
    sleep,
  );

/** @param isDone reads the instance: whether it has what was to be written */
export const writeSettled = async (
  write: () => Promise<unknown>,
  isDone: () => Promise<boolean>,
  sleep: ActivationWait['sleep'],
): Promise<void> => {
  for (let tried = 1; ; tried++) {
    try {
      await write();
      return;
    } catch (error) {
      // After a lost import, "it is there already" may well speak of our own.
      const mayBeDone = isAnswerLost(error) || (tried > 1 && isOicError(error, 'conflict'));
      if (!mayBeDone) throw error;
      await sleep(SETTLING_MS);
      if (await isDone()) return;
      if (tried === TRIES || !isAnswerLost(error)) throw error;
    }
  }
};

/** Whether the instance has exactly this content; an integration that is absent or locked has not. */
export const holdsContent = (oic: OicClient, { id, designSha256 }: Archive): Promise<boolean> =>
  hasContent(() => oic.exportIntegration(id), designSha256);

/** Whether what is exported has this content; what is absent or locked has not. */
export const hasContent = async (
  exportOne: () => Promise<{ readonly archive: { readonly designSha256: string } }>,
  designSha256: string,
): Promise<boolean> => {
  try {
    return (await exportOne()).archive.designSha256 === designSha256;
  } catch (error) {
    if (isOicError(error, 'not-found', 'locked')) return false;
    throw error;
  }
};
