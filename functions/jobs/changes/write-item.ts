/** The writes that put an item of another kind into an instance, settled. */
import { type Entry, idOf, labelOf } from '../../core/kinds.ts';
import { type Item, isContainer, type RestoredKind } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import type { Clock } from '../instance/activation-wait.ts';
import { PATIENCE_MS, type Sight, settle, type Write } from './settled-write.ts';
import { exportedDesign, sightOf } from './write-content.ts';

export interface ItemContent {
  readonly kind: RestoredKind;
  /** As a snapshot tells it, or its file. */
  readonly entry: Entry;
  readonly bytes: Uint8Array;
  readonly designSha256: string;
}

/** As the instance lists it, by what it is known by on every instance. */
export const findItem = async (oic: OicClient, kind: RestoredKind, id: string): Promise<Item | undefined> =>
  (await kind.archive.itemOn?.(oic, id)) ??
  (await kind.archive.itemsOn(oic)).items.find((item) => idOf(kind, item) === id);

/** Undefined when it is absent or locked. */
export const itemDesign = (oic: OicClient, { archive }: RestoredKind, item: Item): Promise<string | undefined> =>
  exportedDesign(() => archive.export(oic, item));

/** Adds one that the instance does not have. */
export const addItem = (oic: OicClient, content: ItemContent, clock: Clock): Promise<void> => {
  const { kind, entry, bytes, designSha256 } = content;
  const look = async (isTaken: boolean): Promise<Sight> => {
    // A container is exported by an id that the instance gives it.
    const there = isContainer(kind) ? await findItem(oic, kind, idOf(kind, entry)) : entry;
    if (!there) return 'before';
    if (isContainer(kind) && isTaken) return 'done';
    return sightOf(await itemDesign(oic, kind, there), designSha256, undefined);
  };
  return settle(
    { ...writeOf(oic, 'importing', kind, entry), send: () => kind.restore.add(oic, entry, bytes), look },
    clock,
  );
};

/** Replaces one that it has. @param was the design that is there now */
export const replaceItem = (
  oic: OicClient,
  { kind, entry, bytes, designSha256 }: ItemContent,
  own: Item,
  was: string | undefined,
  clock: Clock,
): Promise<void> => {
  const look = async () => sightOf(await itemDesign(oic, kind, own), designSha256, was);
  return settle(
    { ...writeOf(oic, 'replacing', kind, entry), send: () => kind.restore.replace(oic, entry, bytes), look },
    clock,
  );
};

export const writeOf = (
  { instance }: OicClient,
  doing: string,
  kind: RestoredKind,
  entry: Entry,
): Pick<Write, 'what' | 'patienceMs' | 'lookAt' | 'command'> => {
  const lookAt = `${labelOf(kind, entry)} on ${instance}`;
  const patienceMs = isContainer(kind) ? PATIENCE_MS.container : PATIENCE_MS.content;
  return { what: `${doing} ${lookAt}`, patienceMs, lookAt, command: `oic list ${instance} --kind ${kind.name}` };
};
