/**
 * A restore does not undo: what was replaced and then could not be activated stays replaced, so that the restore can be run
 * again. Its failure says where the target's own archive is, or that the target may have lost more than was asked for.
 */
import { parseIntegrationId } from '../../core/integration.ts';
import { safetyKey } from '../../core/keys.ts';
import type { InstallPlan } from '../../core/plan/plan-install.ts';
import type { RestorePlan } from '../../core/plan/plan-restore.ts';
import type { RestoreFailure } from './batches.ts';
import type { ItemsPlan } from './items.ts';
import { safetyCopyOf } from './put-item.ts';

export const explainFailures = (
  failures: readonly RestoreFailure[],
  { installs }: RestorePlan,
  { items, proved }: Pick<ItemsPlan, 'items' | 'proved'>,
  vaultName: string,
  target: string,
): RestoreFailure[] => {
  const replaced = new Map<string, InstallPlan>(
    installs.filter(({ steps }) => steps.some((step) => step.do === 'replace')).map((install) => [install.id, install]),
  );
  const staysReplaced = (message: string, key: string): string =>
    `${message}; it stays replaced, and the archive that ${target} had before is kept as ${key} in ${vaultName}`;
  return failures.map((failure) => {
    const { id, step, message } = failure;
    const item = items.find(({ do: what, label }) => what === 'replace' && id.endsWith(` in ${label}`));
    const content = item && proved.get(item.label);
    if (content) return { ...failure, message: staysReplaced(message, safetyCopyOf(target, content)) };
    const ref = parseIntegrationId(id);
    const install = replaced.get(id);
    if (!ref || !install) return failure;
    if (step === 'replace') {
      const wasActive = install.steps.some((one) => one.do === 'deactivate');
      return wasActive
        ? { ...failure, message: `${message}; it was active and may be no longer: see \`oic show ${target} '${id}'\`` }
        : failure;
    }
    return { ...failure, message: staysReplaced(message, safetyKey(target, ref)) };
  });
};
