/** One archive of a backup: exported, checked, and stored unless the vault holds its content already. */

import { sha256 } from '../../core/formats/hashing.ts';
import { type People, personName } from '../../core/people.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import type { Exported, ReadArchive } from '../../kinds/kind.ts';
import { isOicError } from '../../oic/http/errors.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import type { BackUpServices } from './back-up-options.ts';

/** What came of it; small, for the journal keeps it. */
export interface ExportedOne {
  readonly archive?: ArchiveRef | undefined;
  readonly isNew?: boolean;
  /** The archive is an earlier one than the instance has now. */
  readonly isStale?: boolean;
  /** It was deleted while we were at work. */
  readonly isGone?: boolean;
  readonly warning?: string | undefined;
}

export interface ArchiveSource<E extends Exported> {
  /** As the archive tells it. */
  readonly id: string;
  /** For sentences: `CODE|VERSION`, `lookup NAME`. */
  readonly label: string;
  /** Where in the vault. */
  readonly key: string;
  export(): Promise<E>;
  /** @throws ArchiveError that says why the bytes are none */
  read(bytes: Uint8Array): Promise<Pick<ReadArchive, 'id' | 'contentSha256' | 'designSha256'>>;
  /** Told of it before it is stored. */
  onExported?(exported: E): void;
  /** Who has it open, as far as that is known. */
  holder(): Promise<string | undefined>;
  isThere(): Promise<boolean>;
}

export const GONE = { isGone: true, warning: 'was deleted while the snapshot was taken, so it is not in it' } as const;

/** What earlier snapshots have of an item. */
export interface Earlier {
  /** Its archive, as long as it is the newest at its key. */
  readonly last: ArchiveRef | undefined;
  /** Its archive when there is a newer one at its key that no snapshot names, or none at all. */
  readonly former: ArchiveRef | undefined;
}

/** What came of an item that could not be backed up. */
export interface Failed {
  readonly failure: { readonly kind: string; readonly message: string };
}

export const exportArchive = async <E extends Exported>(
  { oic, vault }: Pick<BackUpServices, 'oic' | 'vault'>,
  source: ArchiveSource<E>,
  { last, former }: Earlier,
): Promise<ExportedOne | Failed> => {
  try {
    const exported = await source.export();
    source.onExported?.(exported);
    const { bytes, archive } = exported;
    const { sha256, contentSha256, designSha256 } = archive;
    const warning = archive.rezipped ? 'the archive was not written by Oracle: somebody re-zipped it' : undefined;
    const isHeld = last?.contentSha256 === contentSha256 && (await isWhole(vault, last));
    if (last && isHeld) return { archive: { ...last, designSha256 }, isNew: false, warning };
    const stored = await vault.putAt(source.key, bytes);
    return { archive: { ...stored, bytes: bytes.length, sha256, contentSha256, designSha256 }, isNew: true, warning };
  } catch (error) {
    if (isOicError(error, 'locked')) {
      const holder = lockedBy(await source.holder(), oic.people);
      const isHeld = last !== undefined && (await isWhole(vault, last));
      const kept = isHeld ? { archive: last, isNew: false } : await keptArchive(vault, source, former);
      if (!kept) return { failure: { kind: 'locked', message: neverSaved(source.label, oic.instance, holder) } };
      const warning = `${holder} and cannot be exported: its last archive is kept, which may be older`;
      return { ...kept, isStale: true, warning };
    }
    if (isOicError(error, 'not-found') && !(await source.isThere())) return GONE;
    throw error;
  }
};

/** What was damaged in the vault is stored anew when it is exported again, so `--full` heals. */
const isWhole = async (vault: Vault, archive: ArchiveRef): Promise<boolean> =>
  (await wholeBytes(vault, archive)) !== undefined;

/**
 * The newest whole archive of it that the vault has, though no snapshot names that one: a run that died may have stored it.
 * One that is older than the newest at its key is put again, for a bucket lets go of what is not the newest.
 */
const keptArchive = async (
  vault: Vault,
  source: Pick<ArchiveSource<Exported>, 'id' | 'key' | 'read'>,
  former: ArchiveRef | undefined,
): Promise<Pick<ExportedOne, 'archive' | 'isNew'> | undefined> => {
  const { key } = source;
  const newest = await vault.getNewest(key);
  const read = newest && (await readIfItsOwn(source, newest.bytes));
  if (newest && read) {
    const { bytes, versionId } = newest;
    const { contentSha256, designSha256 } = read;
    const archive = { key, versionId, bytes: bytes.length, sha256: await sha256(bytes), contentSha256, designSha256 };
    return { archive, isNew: false };
  }
  const bytes = former && (await wholeBytes(vault, former));
  return bytes && { archive: { ...former, ...(await vault.putAt(key, bytes)) }, isNew: true };
};

const readIfItsOwn = async (source: Pick<ArchiveSource<Exported>, 'id' | 'read'>, bytes: Uint8Array) => {
  try {
    const read = await source.read(bytes);
    return read.id === undefined || read.id === source.id ? read : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'ArchiveError') return undefined;
    throw error;
  }
};

/** Undefined when the vault has it no more, or damaged. */
export const wholeBytes = async (vault: Vault, archive: ArchiveRef): Promise<Uint8Array | undefined> => {
  try {
    return await vault.getArchive(archive);
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
};

const lockedBy = (holder: string | undefined, people: People): string =>
  holder ? `locked by ${personName(holder, people)}` : 'locked, or delivered by Oracle,';

const neverSaved = (label: string, instance: string, holder: string): string =>
  `${label} on ${instance} is ${holder} and cannot be exported, and the vault has nothing of it that is whole: it is NOT backed up; ask the holder to close it in the designer`;
