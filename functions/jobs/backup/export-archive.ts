/** One archive of a backup: exported, checked, and stored unless the vault holds its content already. */

import { type People, personName } from '../../core/people.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import type { Exported } from '../../kinds/kind.ts';
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
  /** Where in the vault. */
  readonly key: string;
  export(): Promise<E>;
  /** Told of it before it is stored. */
  onExported?(exported: E): void;
  /** Who has it open, as far as that is known. */
  holder(): Promise<string | undefined>;
  isThere(): Promise<boolean>;
}

export const GONE = { isGone: true, warning: 'was deleted while the snapshot was taken, so it is not in it' } as const;

/** @param last its archive in an earlier snapshot */
export const exportArchive = async <E extends Exported>(
  { oic, vault }: Pick<BackUpServices, 'oic' | 'vault'>,
  source: ArchiveSource<E>,
  last: ArchiveRef | undefined,
): Promise<ExportedOne> => {
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
      const warning = lockedWarning(await source.holder(), oic.people, last);
      return { archive: last, isNew: false, isStale: true, warning };
    }
    if (isOicError(error, 'not-found') && !(await source.isThere())) return GONE;
    throw error;
  }
};

/** What was damaged in the vault is stored anew when it is exported again, so `--full` heals. */
const isWhole = async (vault: Vault, archive: ArchiveRef): Promise<boolean> => {
  try {
    await vault.getArchive(archive);
    return true;
  } catch (error) {
    if (error instanceof VaultError) return false;
    throw error;
  }
};

const lockedWarning = (lockedBy: string | undefined, people: People, last: object | undefined): string => {
  const holder = lockedBy ? `locked by ${personName(lockedBy, people)}` : 'locked, or delivered by Oracle,';
  return last
    ? `${holder} and cannot be exported: its last archive is kept, which may be older`
    : `${holder} and cannot be exported: it is NOT backed up; ask the holder to close it in the designer`;
};
