/** What a target has of the codes that are to be installed, read from the instance: status, schedules, content. */
import type { IntegrationRef } from '../core/integration.ts';
import { isNamed } from '../core/odd-item.ts';
import { mustAskSchedule, scheduleState } from '../core/plan-backup.ts';
import type { TargetIntegration } from '../core/plan-install.ts';
import type { OicClient } from '../oic/client.ts';
import { isOicError } from '../oic/errors.ts';
import type { ExportedArchive } from '../oic/integrations.ts';
import { ListingError } from '../oic/listing.ts';
import { ActivationError, type Waiting } from './activation.ts';

export interface TargetState {
  /** Every version of the code. */
  readonly integrations: readonly TargetIntegration[];
  /** The target's own archive of the wanted integration, when it has one that can be exported. */
  readonly copy: ExportedArchive | undefined;
}

/** Waits until nothing of this code is being activated or deactivated, so that what is read holds still. */
export const readTarget = async (oic: OicClient, wanted: IntegrationRef, waiting: Waiting): Promise<TargetState> => {
  const versions = await settledVersions(oic, wanted, waiting);
  const there = versions.find(({ id }) => id === wanted.id);
  const copy = there && (await exportIfPossible(oic, wanted));
  const integrations = await Promise.all(
    versions.map(async (integration): Promise<TargetIntegration> => {
      const asked = mustAskSchedule(integration) ? ((await oic.getSchedule(integration.id))?.state ?? null) : undefined;
      const contentSha256 = integration.id === wanted.id ? copy?.archive.contentSha256 : undefined;
      return { ...integration, schedule: scheduleState(integration, asked), contentSha256 };
    }),
  );
  return { integrations, copy };
};

const settledVersions = async (oic: OicClient, { id, code }: IntegrationRef, { deadlineMs, now, sleep }: Waiting) => {
  const until = now() + deadlineMs;
  for (let pauseMs = 250; ; pauseMs = Math.min(4_000, pauseMs * 1.6)) {
    const { items, odd } = await oic.listIntegrations();
    const unread = odd.find((one) => one.code === code || isNamed(one, id));
    if (unread) throw new ListingError(`${id} was left as it is on ${oic.instance}: ${unread.message}`);
    const versions = items.filter((integration) => integration.code === code);
    const busy = versions.find(({ status }) => status.endsWith('_INPROGRESS'));
    if (!busy) return versions;
    if (now() >= until) {
      throw new ActivationError(
        id,
        busy.status,
        `${busy.id} on ${oic.instance} has been ${busy.status} for too long; look at it in the console`,
      );
    }
    await sleep(pauseMs);
  }
};

const exportIfPossible = async (oic: OicClient, { id }: IntegrationRef): Promise<ExportedArchive | undefined> => {
  try {
    return await oic.exportIntegration(id);
  } catch (error) {
    if (isOicError(error, 'locked', 'not-found')) return undefined;
    throw error;
  }
};
