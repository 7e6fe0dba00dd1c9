/**
 * Puts a target back as it was before an install that failed: the old archive, what was active and traced, the schedules
 * that ran, and a version that was displaced. It reads the target and undoes what differs, so it can be run again.
 */
import type { Archive } from '../../core/archive/integration-archive.ts';
import type { IntegrationRef } from '../../core/integration.ts';
import type { OwnConnections } from '../../core/plan/connection-address.ts';
import { type Before, isRival } from '../../core/plan/plan-install.ts';
import { isInService } from '../../core/status.ts';
import type { OicClient } from '../../oic/client.ts';
import { activateAndWait, deactivateAndWait } from '../changes/activation.ts';
import { connect } from '../changes/connect.ts';
import { setSchedule } from '../changes/schedule.ts';
import { exportedDesign, removeContent, replaceContent } from '../changes/write-content.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import type { InstallServices } from './install-services.ts';

export interface WayBack {
  readonly before: readonly Before[];
  /** The target's own archive, from the safety copy; undefined when the target had none. */
  readonly old: { readonly archive: Archive; readonly bytes: Uint8Array } | undefined;
  /** An archive that was new to the target stays, not active, for somebody to complete. */
  readonly keepsNew: boolean;
  /** Those of before, which an archive may have set back. */
  readonly ownConnections?: OwnConnections | undefined;
}

type Services = Pick<InstallServices, 'oic' | 'connections' | 'waiting'>;

export const rollBack = async (services: Services, wanted: IntegrationRef, wayBack: WayBack): Promise<void> => {
  const { oic, waiting } = services;
  const { before, keepsNew } = wayBack;
  const was = before.find(({ id }) => id === wanted.id);
  if (was) {
    await putContentBack(services, wanted, wayBack);
    // With the same content, all there is to undo may be its activation.
    if (!was.isActive) await takeOutOfService(oic, wanted.id, waiting);
  } else if (!keepsNew) await removeNew(oic, wanted, waiting);
  for (const one of before) {
    if (one.id === wanted.id || isRival(wanted, one)) await putStateBack(oic, one, waiting);
  }
};

const putContentBack = async (
  { oic, connections: settings, waiting }: Services,
  { id }: IntegrationRef,
  { old, ownConnections = [] }: WayBack,
): Promise<void> => {
  if (!old) return;
  const now = await exportedDesign(() => oic.exportIntegration(id));
  if (now === old.archive.designSha256) return;
  await takeOutOfService(oic, id, waiting);
  await replaceContent(oic, { ...old, was: now }, waiting);
  const configured = old.archive.connections.filter((one) => ownConnections.some((own) => own.id === one.id));
  await connect(oic, { connections: configured }, settings, waiting, ownConnections);
};

const removeNew = async (oic: OicClient, { id }: IntegrationRef, waiting: ActivationWait): Promise<void> => {
  if (!(await oic.getIntegration(id))) return;
  await takeOutOfService(oic, id, waiting);
  await removeContent(oic, id, waiting);
};

const takeOutOfService = async (oic: OicClient, id: IntegrationRef['id'], waiting: ActivationWait): Promise<void> => {
  const there = await oic.getIntegration(id);
  if (there && isInService(there)) await deactivateAndWait(oic, id, waiting);
};

const putStateBack = async (
  oic: OicClient,
  { id, isActive, schedule, parameters, tracing }: Before,
  waiting: ActivationWait,
): Promise<void> => {
  if (!isActive || !(await oic.getIntegration(id))) return;
  await activateAndWait(oic, id, tracing, waiting);
  // Also one that did not run: an activation may have started it.
  if (schedule !== null) await setSchedule(oic, id, schedule, waiting, { parameters });
};
