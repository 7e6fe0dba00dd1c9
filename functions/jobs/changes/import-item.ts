/** One item of another kind into an instance: added when it lacks it, replaced when it differs and Oracle can. */
import { Refused } from '../../core/errors.ts';
import { idOf, labelOf } from '../../core/kinds.ts';
import { personName } from '../../core/people.ts';
import { isContainer, type ReadFile, type RestoredKind } from '../../kinds/kind.ts';
import type { Vault } from '../../store/vault.ts';
import type { ImportAction } from './import-archive.ts';
import { type ContainerServices, putContainer } from './put-container.ts';
import { addItem, findItem, itemDesign, replaceItem } from './write-item.ts';

interface ImportServices extends Pick<ContainerServices, 'oic' | 'connections' | 'waiting'> {
  /** Where the copy of a container that is replaced is kept; opened for that only. */
  readonly openVault: () => Promise<Vault>;
}

/** @throws Refused when it is locked, RestoreTrouble about a container that could not be replaced */
export const importItem = async (
  services: ImportServices,
  kind: RestoredKind,
  file: ReadFile,
  bytes: Uint8Array,
): Promise<ImportAction> => {
  const { oic, waiting } = services;
  const { entry, designSha256, integrations = [], connections = [], callOrder = [] } = file;
  const content = { kind, entry, bytes, designSha256 };
  const own = await findItem(oic, kind, idOf(kind, entry));
  if (!own) {
    await addItem(oic, content, waiting);
    return 'imported';
  }
  const was = await itemDesign(oic, kind, own);
  if (was === designSha256) return 'unchanged';
  if (own.lockedBy !== undefined) {
    throw new Refused(
      `replacing ${labelOf(kind, entry)} on ${oic.instance} was refused: ${personName(own.lockedBy, oic.people) || 'somebody'} has it open; ask them to close it`,
    );
  }
  if (isContainer(kind)) {
    // What ran in it runs again once it is replaced.
    const whole = { ...content, kind, integrations, connections, callOrder };
    await putContainer({ ...services, vault: await services.openVault() }, whole, true);
  } else await replaceItem(oic, content, own, was, waiting);
  return 'replaced';
};
