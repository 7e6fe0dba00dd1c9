/** What a target has of the codes that are to be installed, read from the instance: status, schedules, content. */
import type { Integration, IntegrationRef } from '../../core/integration.ts';
import { isNamed } from '../../core/odd-item.ts';
import { withHolderNamed } from '../../core/people.ts';
import { mustAskSchedule, scheduleState } from '../../core/plan/plan-backup.ts';
import type { TargetIntegration } from '../../core/plan/plan-install.ts';
import { isUnderWay, statusWords } from '../../core/status.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ExportedArchive } from '../../oic/integrations.ts';
import { ListingError } from '../../oic/listing.ts';
import { ActivationError } from '../changes/activation.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { ifExportable } from '../instance/if-exportable.ts';
import { readSettled } from '../instance/read-settled.ts';
import { mapLimited } from '../journal/journal.ts';

export interface TargetState {
  /** Every version of the code. */
  readonly integrations: readonly TargetIntegration[];
  /** The target's own archive of the wanted integration, when it has one that can be exported. */
  readonly copy: ExportedArchive | undefined;
}

/** Waits until nothing of this code is being activated or deactivated, so that what is read holds still. */
export const readTarget = async (
  oic: OicClient,
  wanted: IntegrationRef,
  waiting: ActivationWait,
): Promise<TargetState> => {
  const versions = await settledVersions(oic, wanted, waiting);
  const there = versions.find(({ id }) => id === wanted.id);
  const copy = there && (await ifExportable(() => oic.exportIntegration(wanted.id)));
  const integrations = await Promise.all(
    versions.map(async (integration): Promise<TargetIntegration> => {
      const asked = mustAskSchedule(integration) ? ((await oic.getSchedule(integration.id))?.state ?? null) : undefined;
      const designSha256 = integration.id === wanted.id ? copy?.archive.designSha256 : undefined;
      return { ...withHolderNamed(integration, oic.people), schedule: scheduleState(integration, asked), designSha256 };
    }),
  );
  return { integrations, copy };
};

/** Read one by one after the listing, which does not tell what is under way while the status lags behind. */
const settledVersions = async (
  oic: OicClient,
  { id, code }: IntegrationRef,
  waiting: ActivationWait,
): Promise<readonly Integration[]> => {
  const { items, odd } = await oic.listIntegrations();
  const unread = odd.find((one) => one.code === code || isNamed(one, id));
  if (unread) throw new ListingError(`${id} was left as it is on ${oic.instance}: ${unread.message}`);
  const listed = items.filter((integration) => integration.code === code);
  const readEach = async () => ({
    items: (await mapLimited(listed, 4, (one) => oic.getIntegration(one.id))).filter((there) => there !== undefined),
  });
  const { items: versions } = await readSettled(readEach, () => true, waiting);
  const busy = versions.find(isUnderWay);
  if (!busy) return versions;
  throw new ActivationError(
    id,
    busy.status,
    `${busy.id} on ${oic.instance} has been ${statusWords(busy)} for too long; look at it in the console`,
  );
};
