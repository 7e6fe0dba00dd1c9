/**
 * A restore does not undo: what was replaced and then could not be activated stays replaced, so that the restore can be run
 * again. Its failure says where the target's own archive is, or that the target may have lost more than was asked for.
 */
import { type IntegrationId, parseIntegrationId } from '../../core/integration.ts';
import { safetyKey } from '../../core/keys.ts';
import { hanging } from '../../core/plan/lacks.ts';
import type { InstallPlan } from '../../core/plan/plan-install.ts';
import type { RestorePlan } from '../../core/plan/plan-restore.ts';
import { containerIn } from '../../core/plan/plan-restore-steps.ts';
import { type UnreadyConnection, unreadyText } from '../changes/connect.ts';
import { copyKeyOf } from '../changes/keep-copy.ts';
import type { RestoreFailure } from './batches.ts';
import type { ItemsPlan } from './items.ts';

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
    if (content) return { ...failure, message: staysReplaced(message, copyKeyOf(target, content)) };
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

interface Uses {
  readonly connections: readonly { readonly id: string }[];
  readonly calls: readonly IntegrationId[];
}

/**
 * Each cause once: what was not activated because of a connection hangs on that connection's failure.
 * @param unready of a project with ` in project CODE` behind their id; they count for everything in it
 * @param usesOf what an integration outside projects uses and calls
 */
export const groupByCause = (
  failures: readonly RestoreFailure[],
  unready: readonly UnreadyConnection[],
  usesOf: (id: string) => Uses | undefined,
): RestoreFailure[] => {
  const notActivated = new Map(failures.filter(({ step }) => step === 'activate').map((one) => [one.id, one]));
  /** Its own connections, or those of what it calls and what was not activated either. */
  const causesOf = (id: string, seen: ReadonlySet<string> = new Set()): UnreadyConnection[] => {
    const inside = containerIn(id);
    if (inside !== undefined) return unready.filter((one) => one.id.endsWith(inside));
    const { connections = [], calls = [] } = usesOf(id) ?? {};
    const own = unready.filter((one) => connections.some((used) => used.id === one.id));
    if (own.length > 0) return own;
    const callees = calls.filter((callee) => notActivated.has(callee) && !seen.has(callee));
    return [...new Set(callees.flatMap((callee) => causesOf(callee, new Set([...seen, id]))))];
  };
  const dependents = new Map<UnreadyConnection, string[]>();
  for (const id of notActivated.keys()) {
    for (const cause of causesOf(id)) dependents.set(cause, [...(dependents.get(cause) ?? []), id]);
  }
  const explained = new Set([...dependents.values()].flat());
  return [
    ...[...dependents].map(([cause, ids]): RestoreFailure => {
      const message = `connection ${unreadyText(cause)}; ${hanging('were not activated because of it', ids).replace(/^(1 integration) were/, '$1 was')}`;
      return { id: cause.id, step: 'connect', message, dependents: ids };
    }),
    ...failures.filter(({ id, step }) => step !== 'activate' || !explained.has(id)),
  ];
};
