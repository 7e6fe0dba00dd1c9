/** One archive into an instance: added when the instance lacks it, replaced when it has it and it differs; not activated. */

import type { Archive } from '../../core/archive/integration-archive.ts';
import { Refused } from '../../core/errors.ts';
import type { Integration } from '../../core/integration.ts';
import { personName } from '../../core/people.ts';
import { isMeantActive, isUnderWay, underWay } from '../../core/status.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ExportedArchive } from '../../oic/integrations.ts';
import type { Vault } from '../../store/vault.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { ifExportable } from '../instance/if-exportable.ts';
import { deactivateAndWait } from './activation.ts';
import { importContent, replaceContent } from './write-content.ts';

/** What was replaced is kept first, under the key `copy` of the vault. */
export type Imported =
  | { readonly action: 'imported' | 'unchanged' }
  | { readonly action: 'replaced'; readonly copy: string };

export interface ImportServices {
  readonly oic: OicClient;
  readonly waiting: ActivationWait;
  /** Where the copy of what is replaced is kept; opened for that only. */
  readonly openVault: () => Promise<Vault>;
}

/** What an import comes to, read off the target; with what it has now, where that is replaced. */
type Foreseen =
  | { readonly action: 'imported' | 'unchanged' }
  | { readonly action: 'replaced'; readonly there: Integration; readonly own: ExportedArchive };

/** Nothing is changed. @throws Refused when what is there is active or locked, or no copy of it can be kept */
export const foreseeImport = async (oic: OicClient, archive: Archive): Promise<Foreseen> => {
  const there = await oic.getIntegration(archive.id);
  if (!there) return { action: 'imported' };
  const own = await ifExportable(() => oic.exportIntegration(archive.id));
  if (own?.archive.designSha256 === archive.designSha256) return { action: 'unchanged' };
  refuseUnlessReplaceable(oic, there);
  if (own) return { action: 'replaced', there, own };
  throw new Refused(
    `replacing ${archive.id} on ${oic.instance} was refused: no copy of it can be kept, for it cannot be exported`,
  );
};

/** @throws Refused as `foreseeImport` */
export const importArchive = async (
  { oic, waiting, openVault }: ImportServices,
  archive: Archive,
  bytes: Uint8Array,
): Promise<Imported> => {
  const foreseen = await foreseeImport(oic, archive);
  if (foreseen.action === 'imported') await importContent(oic, { archive, bytes }, waiting);
  if (foreseen.action !== 'replaced') return { action: foreseen.action };
  const { there, own } = foreseen;
  // Somebody takes it out of service already.
  if (underWay(there) === 'deactivation') await deactivateAndWait(oic, there.id, waiting);
  const copy = await (await openVault()).keepSafe(oic.instance, archive, own.bytes);
  await replaceContent(oic, { archive, bytes, was: own.archive.designSha256 }, waiting);
  return { action: 'replaced', copy };
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
