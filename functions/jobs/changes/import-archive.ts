/** One archive into an instance: added when the instance lacks it, replaced when it has it and it differs; not activated. */

import type { Archive } from '../../core/archive/integration-archive.ts';
import { Refused } from '../../core/errors.ts';
import type { Integration } from '../../core/integration.ts';
import { personName } from '../../core/people.ts';
import { isMeantActive, isUnderWay, underWay } from '../../core/status.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { deactivateAndWait } from './activation.ts';
import { exportedDesign, importContent, replaceContent } from './write-content.ts';

export type ImportAction = 'imported' | 'replaced' | 'unchanged';

/** @throws Refused when what is there is active or locked */
export const importArchive = async (
  oic: OicClient,
  archive: Archive,
  bytes: Uint8Array,
  waiting: ActivationWait,
): Promise<ImportAction> => {
  const there = await oic.getIntegration(archive.id);
  if (!there) {
    await importContent(oic, { archive, bytes }, waiting);
    return 'imported';
  }
  const was = await exportedDesign(() => oic.exportIntegration(archive.id));
  if (was === archive.designSha256) return 'unchanged';
  refuseUnlessReplaceable(oic, there);
  // Somebody takes it out of service already.
  if (underWay(there) === 'deactivation') await deactivateAndWait(oic, there.id, waiting);
  await replaceContent(oic, { archive, bytes, was }, waiting);
  return 'replaced';
};

const refuseUnlessReplaceable = ({ instance, people }: OicClient, there: Integration): void => {
  const { id, lockedBy } = there;
  if (lockedBy !== undefined) {
    const holder = personName(lockedBy, people) || 'somebody';
    throw new Refused(
      `replacing ${id} on ${instance} was refused: ${holder} has it open in the designer; ask them to close it`,
    );
  }
  if (isMeantActive(there)) {
    throw new Refused(
      `replacing ${id} on ${instance} was refused: it is ${isUnderWay(there) ? 'being activated' : 'active'}; deactivate it first (\`oic deactivate ${instance} '${id}'\`), or use \`oic deploy\`, which does that and activates it again`,
    );
  }
};
