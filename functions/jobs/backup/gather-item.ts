/**
 * One project, lookup or library of a backup: exported, checked, stored. What goes wrong with it is its own affair, told in
 * the result, unless every other one would meet the same.
 */

import { readLookup } from '../../core/archive/lookup-file.ts';
import { type SecretFinding, scanForSecrets } from '../../core/archive/secret-scan.ts';
import type { Library, Lookup } from '../../core/items.ts';
import { libraryKey, lookupKey, projectKey } from '../../core/keys.ts';
import type { ItemStep, KnownItem } from '../../core/plan/plan-kinds.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError, stopsTheRun } from '../../oic/http/errors.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import type { ListedProject } from '../instance/list-kinds.ts';
import type { SchedulesIn } from '../instance/project-schedules.ts';
import { schedulesIn } from '../instance/project-schedules.ts';
import { isWhole, lockedWarning } from './gather.ts';

/** What came of one item; small, for the journal keeps it. */
export interface GatheredItem {
  /** `project CODE`, `lookup NAME`, `library CODE|VERSION`. */
  readonly name: string;
  readonly archive?: ArchiveRef | undefined;
  readonly isNew?: boolean;
  /** The archive is an earlier one than the instance has now. */
  readonly isStale?: boolean;
  /** It was deleted while we were at work. */
  readonly isGone?: boolean;
  /** Of the integrations of a project that were asked. */
  readonly schedules?: SchedulesIn;
  readonly findings?: readonly SecretFinding[] | undefined;
  readonly warning?: string | undefined;
  readonly failure?: { readonly kind: string; readonly message: string };
}

export type ThingWork =
  | { readonly kind: 'project'; readonly step: ItemStep<ListedProject> }
  | { readonly kind: 'lookup'; readonly step: ItemStep<Lookup>; readonly scan: boolean }
  | { readonly kind: 'library'; readonly step: ItemStep<Library> };

const nameOfWork = (work: ThingWork): string =>
  `${work.kind} ${work.kind === 'project' ? work.step.item.code : work.step.item.id}`;

interface Services {
  readonly oic: OicClient;
  readonly vault: Vault;
}

export const gatherItem = async (services: Services, work: ThingWork): Promise<GatheredItem> => {
  const name = nameOfWork(work);
  try {
    if (work.kind === 'library')
      return { name, ...(await exportItem(services, sourceOf(services.oic, work), work.step)) };
    if (work.kind === 'lookup') return { name, ...(await gatherLookup(services, work)) };
    const { step } = work;
    const exported = step.do === 'export' ? await exportItem(services, sourceOf(services.oic, work), step) : {};
    return {
      name,
      ...exported,
      ...(!exported.isGone && {
        schedules: await schedulesIn(
          services.oic,
          step.item,
          (id) => step.do === 'export' || !step.last?.withoutParameters?.includes(id),
        ),
      }),
    };
  } catch (error) {
    if (!isOicError(error) || stopsTheRun(error)) throw error;
    return { name, failure: { kind: error.kind, message: error.message } };
  }
};

const gatherLookup = async (
  services: Services,
  work: Extract<ThingWork, { kind: 'lookup' }>,
): Promise<Omit<GatheredItem, 'name'>> => {
  const { step, scan } = work;
  let seen: Uint8Array | undefined;
  const source = sourceOf(services.oic, work);
  const exporting = async () => {
    const exported = await source.export();
    seen = exported.bytes;
    return exported;
  };
  const exported =
    step.do === 'export' ? await exportItem(services, { ...source, export: exporting }, step) : undefined;
  if (!scan || exported?.isGone) return exported ?? {};
  const findings = await findSecrets(services.vault, step.item.id, seen, exported?.isStale ? undefined : step.last);
  return { ...exported, findings };
};

/** In the bytes at hand or, of a lookup that is not exported again, in those the vault holds. */
const findSecrets = async (
  vault: Vault,
  name: string,
  seen: Uint8Array | undefined,
  last: KnownItem | undefined,
): Promise<readonly SecretFinding[] | undefined> => {
  try {
    const bytes = seen ?? (last && (await vault.getArchive(last.archive)));
    return bytes && scanForSecrets(await readLookup(bytes, name));
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
};

interface Source {
  readonly key: string;
  readonly lockedBy?: string | undefined;
  export(): Promise<{
    readonly bytes: Uint8Array;
    readonly archive: Pick<ArchiveRef, 'sha256' | 'contentSha256' | 'designSha256'> & { readonly rezipped?: boolean };
  }>;
  isThere(): Promise<boolean>;
}

const sourceOf = (oic: OicClient, work: ThingWork): Source => {
  const { instance } = oic;
  if (work.kind === 'project') {
    const { item } = work.step;
    return {
      key: projectKey(instance, item.code),
      export: () => oic.exportProject(item),
      isThere: async () => (await oic.listProjects()).items.some(({ id }) => id === item.id),
    };
  }
  if (work.kind === 'lookup') {
    const { item } = work.step;
    return {
      key: lookupKey(instance, item.name),
      lockedBy: item.lockedBy,
      export: () => oic.exportLookup(item.name),
      isThere: async () => (await oic.listLookups()).items.some(({ id }) => id === item.id),
    };
  }
  const { item } = work.step;
  return {
    key: libraryKey(instance, item),
    export: () => oic.exportLibrary(item.id),
    isThere: async () => (await oic.listLibraries()).items.some(({ id }) => id === item.id),
  };
};

const exportItem = async (
  { oic, vault }: Services,
  source: Source,
  { last }: ItemStep<unknown>,
): Promise<Omit<GatheredItem, 'name'>> => {
  try {
    const { bytes, archive } = await source.export();
    const { sha256, contentSha256, designSha256 } = archive;
    const warning = archive.rezipped ? 'the archive was not written by Oracle: somebody re-zipped it' : undefined;
    const isHeld = last?.archive.contentSha256 === contentSha256 && (await isWhole(vault, last.archive));
    if (last && isHeld) return { archive: { ...last.archive, designSha256 }, isNew: false, warning };
    const stored = await vault.putAt(source.key, bytes);
    return { archive: { ...stored, bytes: bytes.length, sha256, contentSha256, designSha256 }, isNew: true, warning };
  } catch (error) {
    if (isOicError(error, 'locked')) {
      const warning = lockedWarning(source.lockedBy, oic.people, last);
      return { archive: last?.archive, isNew: false, isStale: true, warning };
    }
    if (isOicError(error, 'not-found') && !(await source.isThere())) {
      return { isGone: true, warning: 'was deleted while the snapshot was taken, so it is not in it' };
    }
    throw error;
  }
};
