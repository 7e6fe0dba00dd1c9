/** Where the vault keeps what the target had: of everything that was replaced or deleted, which is kept first. */
import { parseIntegrationId } from '../../core/integration.ts';
import { safetyKey } from '../../core/keys.ts';
import type { Phase, PlannedStep } from '../../core/plan/plan-restore-steps.ts';
import { copyKeyOf } from '../changes/keep-copy.ts';
import type { VerifiedItem } from './prove-items.ts';
import type { RestoreReport, SafetyCopy } from './restore-options.ts';

const TAKING_AWAY: readonly Phase['does'][] = ['put-items', 'put-contents', 'remove'];

/** @param proved items of other kinds, by label */
export const copiesOf = (
  steps: readonly PlannedStep[],
  { failures, left }: Pick<RestoreReport, 'failures' | 'left'>,
  proved: ReadonlyMap<string, VerifiedItem>,
  instance: string,
): SafetyCopy[] => {
  const notDone = new Set([
    ...failures.filter(({ step }) => step === 'replace' || step === 'delete').map(({ id }) => id),
    ...left.filter(({ does }) => TAKING_AWAY.includes(does)).map(({ id }) => id),
  ]);
  return steps.flatMap(({ do: what, id }) => {
    if ((what !== 'replace' && what !== 'delete') || notDone.has(id)) return [];
    const [ref, item] = [parseIntegrationId(id), proved.get(id)];
    if (item) return [{ id, key: copyKeyOf(instance, item) }];
    return ref ? [{ id, key: safetyKey(instance, ref) }] : [];
  });
};
