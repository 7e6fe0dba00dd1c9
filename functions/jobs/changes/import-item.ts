/** One item of another kind into an instance: added when it lacks it, replaced when it differs and Oracle can. */
import { Refused } from '../../core/errors.ts';
import { idOf, labelOf } from '../../core/kinds.ts';
import { personName } from '../../core/people.ts';
import { type Exported, type Item, isContainer, type ReadFile, type RestoredKind } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import { ifExportable } from '../instance/if-exportable.ts';
import type { Imported, ImportServices } from './import-archive.ts';
import { copyKeyOf } from './keep-copy.ts';
import { type ContainerServices, putContainer } from './put-container.ts';
import { addItem, findItem, replaceItem } from './write-item.ts';

export interface ItemServices extends ImportServices, Pick<ContainerServices, 'connections'> {}

type Foreseen =
  | { readonly action: 'imported' | 'unchanged' }
  | { readonly action: 'replaced'; readonly there: Item; readonly own: Exported };

/** Nothing is changed. @throws Refused when it is locked, or no copy of it can be kept */
export const foreseeItem = async (
  oic: OicClient,
  kind: RestoredKind,
  { entry, designSha256 }: ReadFile,
): Promise<Foreseen> => {
  const there = await findItem(oic, kind, idOf(kind, entry));
  if (!there) return { action: 'imported' };
  const own = await ifExportable(() => kind.archive.export(oic, there));
  if (own?.archive.designSha256 === designSha256) return { action: 'unchanged' };
  const refusal = (why: string) =>
    new Refused(`replacing ${labelOf(kind, entry)} on ${oic.instance} was refused: ${why}`);
  if (there.lockedBy !== undefined) {
    const who = personName(there.lockedBy, oic.people) || 'somebody';
    throw refusal(`${who} has it open; ask them to close it`);
  }
  if (!own) throw refusal('no copy of it can be kept, for it cannot be exported');
  return { action: 'replaced', there, own };
};

/** @throws Refused as `foreseeItem`; RestoreTrouble about a container that could not be replaced */
export const importItem = async (
  services: ItemServices,
  kind: RestoredKind,
  file: ReadFile,
  bytes: Uint8Array,
): Promise<Imported> => {
  const { oic, waiting } = services;
  const { entry, designSha256, integrations = [], connections = [], callOrder = [] } = file;
  const content = { kind, entry, bytes, designSha256 };
  const foreseen = await foreseeItem(oic, kind, file);
  if (foreseen.action === 'imported') await addItem(oic, content, waiting);
  if (foreseen.action !== 'replaced') return { action: foreseen.action };
  const { there, own } = foreseen;
  const vault = await services.openVault();
  const copy = copyKeyOf(oic.instance, content);
  if (isContainer(kind)) {
    // What ran in it runs again once it is replaced.
    await putContainer({ ...services, vault }, { ...content, kind, integrations, connections, callOrder }, true);
  } else {
    await vault.putAt(copy, own.bytes);
    await replaceItem(oic, content, there, own.archive.designSha256, waiting);
  }
  return { action: 'replaced', copy };
};
