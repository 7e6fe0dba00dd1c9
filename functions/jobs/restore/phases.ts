/** The phases of a restore, for one integration or one batch each. Each bears being run again after it was cut off. */
import { readArchive } from '../../core/archive/integration-archive.ts';
import type { IntegrationId } from '../../core/integration.ts';
import type { OwnConnections } from '../../core/plan/connection-address.ts';
import type { RemovalStep } from '../../core/plan/plan-restore.ts';
import type { ContentStep, StepOf, Turn } from '../../core/plan/plan-restore-steps.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { underWay } from '../../core/status.ts';
import { isOicError, stopsTheRun } from '../../oic/http/errors.ts';
import { VaultError } from '../../store/vault.ts';
import { deactivateAndWait } from '../changes/activation.ts';
import { applyStep } from '../changes/apply-step.ts';
import { connect, readOwnConnections, type UnreadyConnection } from '../changes/connect.ts';
import { keepBeforeDeletion } from '../changes/keep-copy.ts';
import { setSchedule } from '../changes/schedule.ts';
import { removeContent } from '../changes/write-content.ts';
import { inBatches } from './batches.ts';
import type { RestoreServices } from './restore-options.ts';
import type { ArchiveFacts } from './target.ts';

/** Sends the archive: proved again right before, the target's own copy kept first. */
export const putContent = async (
  { oic, vault, waiting }: RestoreServices,
  { id, steps }: Turn<ContentStep>,
  ref: ArchiveRef | null | undefined,
): Promise<void> => {
  if (!ref) throw new VaultError(`the snapshot holds no archive of ${id}`);
  const bytes = await vault.getArchive(ref);
  const archive = await readArchive(bytes);
  let was: string | undefined;
  if (steps.some((step) => step.do === 'replace')) {
    const own = await oic.exportIntegration(id);
    // A run that was cut off has replaced it: what is there now is no longer the target's own.
    was = own.archive.designSha256;
    if (was === archive.designSha256) return;
    await vault.keepSafe(oic.instance, archive, own.bytes);
  }
  for (const step of steps) await applyStep(oic, step, { bytes, archive, was }, waiting);
};

type Connects = readonly Turn<StepOf<'connect'>>[];
type Facts = ReadonlyMap<IntegrationId, ArchiveFacts>;

const usedBy = (turns: Connects, facts: Facts): ArchiveFacts['connections'] => [
  ...new Map(turns.flatMap(({ id }) => facts.get(id)?.connections ?? []).map((one) => [one.id, one])).values(),
];

/** The target's own of those that are going to be connected, before anything is sent; also as a run that was cut off saw them. */
export const readOwn = async (
  { oic, journal, connections }: RestoreServices,
  turns: Connects,
  facts: Facts,
): Promise<OwnConnections> => {
  const name = 'read own connections';
  const used = usedBy(turns, facts).filter(({ id }) => Object.hasOwn(connections, id));
  const cutOff = journal.leftovers(name) as OwnConnections[];
  const own = await journal.all(name, inBatches(used), 1, (batch) => readOwnConnections(oic, batch, connections));
  return [...own, ...cutOff].flat();
};

/** Each connection of what is to be activated once; gives those that a person has to see to. */
export const connectAll = async (
  { oic, connections, progress, waiting, stop }: RestoreServices,
  turns: Connects,
  facts: Facts,
  own: OwnConnections,
): Promise<UnreadyConnection[]> => {
  const used = usedBy(turns, facts);
  progress.phase('connections', used.length);
  const unready: UnreadyConnection[] = [];
  for (const one of used) {
    if (stop?.aborted) break;
    try {
      unready.push(...(await connect(oic, { connections: [one] }, connections, waiting, own)));
    } catch (error) {
      // One that cannot be read costs only the integrations that use it.
      if (!isOicError(error) || stopsTheRun(error)) throw error;
      unready.push({ id: one.id, missing: [], problem: error.message, template: {} });
    }
    progress.tick();
  }
  return unready;
};

/** Takes one integration out of service, or away, its archive kept first. What is gone already is as wanted. */
export const removeOne = async (
  { oic, vault, waiting }: RestoreServices,
  steps: readonly RemovalStep[],
): Promise<void> => {
  const deleted = steps.find((step) => step.do === 'delete');
  const own = deleted && (await oic.getIntegration(deleted.id));
  if (deleted && !own) return;
  if (own) await keepBeforeDeletion(oic, vault, own);
  for (const step of steps) {
    const there = await oic.getIntegration(step.id);
    if (!there) return;
    if (step.do === 'stop-schedule') await setSchedule(oic, step.id, 'stopped', waiting);
    else if (step.do === 'deactivate') await deactivateAndWait(oic, step.id, waiting);
    else {
      // One that another version has just displaced may still be on its way out.
      if (underWay(there) === 'deactivation') await deactivateAndWait(oic, step.id, waiting);
      await removeContent(oic, step.id, waiting);
    }
  }
};
