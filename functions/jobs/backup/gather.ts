/**
 * One integration of a backup: exported, checked, stored, then asked for its schedule. What goes wrong with it is its own
 * affair, told in the result, unless every other one would meet the same.
 */

import { type Dependencies, dependenciesOf } from '../../core/archive/dependencies.ts';
import { type People, personName } from '../../core/people.ts';
import { type BackupStep, mustAskSchedule } from '../../core/plan/plan-backup.ts';
import type { AskedSchedule, ScheduleParameter } from '../../core/schedule.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { isOicError, stopsTheRun } from '../../oic/http/errors.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import { type Asked, describeSchedule } from '../instance/read-schedule.ts';
import type { createSemaphore } from '../journal/semaphore.ts';
import type { BackUpServices } from './back-up-options.ts';

/** What came of one integration; small, for the journal keeps it. */
export interface Gathered {
  readonly id: string;
  /** What its schedule does; absent when it was not asked. */
  readonly schedule?: AskedSchedule;
  readonly scheduleParameters?: readonly ScheduleParameter[];
  /** Why the one or the other is not known. */
  readonly scheduleWarning?: string;
  readonly archive?: ArchiveRef | undefined;
  readonly isNew?: boolean;
  /** What the archive calls and uses, when it was exported. */
  readonly dependencies?: Dependencies;
  /** The archive is an earlier one than the instance has now. */
  readonly isStale?: boolean;
  /** It was deleted while we were at work. */
  readonly isGone?: boolean;
  readonly warning?: string | undefined;
  readonly failure?: { readonly kind: string; readonly message: string };
}

const GONE = { isGone: true, warning: 'was deleted while the snapshot was taken, so it is not in it' } as const;

/** Where it may have changed its archive, checked and stored, and its schedule; without that it is backed up all the same. */
export const gather = async (
  services: Pick<BackUpServices, 'oic' | 'vault'>,
  step: BackupStep,
  inSlot: ReturnType<typeof createSemaphore>,
): Promise<Gathered> => {
  const { oic } = services;
  const { id } = step.integration;
  try {
    const exported = step.do === 'export' ? await inSlot(() => exportOne(services, step)) : {};
    if (exported.isGone || !mustAskSchedule(step.integration)) return { id, ...exported };
    const mayHaveParameters = step.do === 'export' || step.last?.mayHaveParameters !== false;
    const { state, parameters, trouble } = await describeSchedule(oic, step.integration, mayHaveParameters);
    // No schedule where the list had one: a snapshot must not hold what was deleted meanwhile.
    if (state === null && !(await oic.getIntegration(id))) return { id, ...GONE };
    return {
      id,
      schedule: state,
      ...(parameters && { scheduleParameters: parameters }),
      ...(trouble !== undefined && { scheduleWarning: unknownSchedule({ state, trouble }) }),
      ...exported,
    };
  } catch (error) {
    if (!isOicError(error) || stopsTheRun(error)) throw error;
    return { id, failure: { kind: error.kind, message: error.message } };
  }
};

export const unknownSchedule = ({ state, trouble }: Pick<Asked, 'state' | 'trouble'>): string =>
  state === 'unknown'
    ? `what its schedule does is not known, for it could not be asked: ${trouble}`
    : `the parameters of its schedule are not in the snapshot: ${trouble}`;

const exportOne = async (
  { oic, vault }: Pick<BackUpServices, 'oic' | 'vault'>,
  { integration, last }: Extract<BackupStep, { do: 'export' }>,
): Promise<Omit<Gathered, 'id'>> => {
  try {
    const { bytes, archive } = await oic.exportIntegration(integration.id);
    const warning = archive.rezipped ? 'the archive was not written by Oracle: somebody re-zipped it' : undefined;
    const { sha256, contentSha256, designSha256 } = archive;
    const dependencies = dependenciesOf(archive);
    const isHeld = last?.archive.contentSha256 === contentSha256 && (await isWhole(vault, last.archive));
    if (last && isHeld) return { archive: { ...last.archive, designSha256 }, isNew: false, dependencies, warning };
    const stored = await vault.putArchive(oic.instance, integration, bytes);
    const kept = { ...stored, bytes: bytes.length, sha256, contentSha256, designSha256 };
    return { archive: kept, isNew: true, dependencies, warning };
  } catch (error) {
    if (isOicError(error, 'locked')) {
      // Locked since the listing, perhaps: who holds it is told by the instance as it is now.
      const holder = integration.lockedBy ?? (await oic.getIntegration(integration.id))?.lockedBy;
      return { archive: last?.archive, isNew: false, isStale: true, warning: lockedWarning(holder, oic.people, last) };
    }
    if (isOicError(error, 'not-found') && !(await oic.getIntegration(integration.id))) {
      return GONE;
    }
    throw error;
  }
};

/** What was damaged in the vault is stored anew when it is exported again, so `--full` heals. */
export const isWhole = async (vault: Vault, archive: ArchiveRef): Promise<boolean> => {
  try {
    await vault.getArchive(archive);
    return true;
  } catch (error) {
    if (error instanceof VaultError) return false;
    throw error;
  }
};

export const lockedWarning = (lockedBy: string | undefined, people: People, last: object | undefined): string => {
  const holder = lockedBy ? `locked by ${personName(lockedBy, people)}` : 'locked, or delivered by Oracle,';
  return last
    ? `${holder} and cannot be exported: its last archive is kept, which may be older`
    : `${holder} and cannot be exported: it is NOT backed up; ask the holder to close it in the designer`;
};
