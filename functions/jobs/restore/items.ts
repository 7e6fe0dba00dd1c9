/** What a restore does beside integrations outside projects: with items of other kinds, and with the integrations in them. */

import type { OtherKind } from '../../core/kinds.ts';
import { planContainer, type TargetContainer } from '../../core/plan/plan-restore-containers.ts';
import { type ItemPlan, planItem } from '../../core/plan/plan-restore-items.ts';
import { RESTORED_KINDS } from '../../kinds/all-kinds.ts';
import { isContainer } from '../../kinds/kind.ts';
import type { RestoreFailure } from './batches.ts';
import { type VerifiedItem, verifyItems } from './prove-items.ts';
import type { ItemCounts, KindCounts, RestoreOptions, RestoreServices } from './restore-options.ts';
import type { Scope } from './scope.ts';
import { readTargetItems } from './target-items.ts';

export interface ItemsPlan {
  readonly items: readonly ItemPlan[];
  /** By label. */
  readonly proved: ReadonlyMap<string, VerifiedItem>;
  /** Of what could not be read, here or there, and of what is refused. */
  readonly failures: readonly RestoreFailure[];
}

export const planItems = async (
  services: RestoreServices,
  scope: Scope,
  options: RestoreOptions,
): Promise<ItemsPlan> => {
  const { oic } = services;
  const { proved, failures: unproved } = await verifyItems(services, scope);
  if (proved.length === 0) return { items: [], proved: new Map(), failures: unproved };
  const target = await readTargetItems(services, proved, options.scheduleParameters ?? false);
  const able = proved.filter(({ label }) => !target.unread.has(label));
  const items = able.map(({ kind, ...item }): ItemPlan => {
    const wanted = { ...item, kind: kind.name };
    const there = target.there.get(item.label);
    return isContainer(kind)
      ? planContainer(wanted, there as TargetContainer | undefined, options)
      : planItem(wanted, there, options.existing);
  });
  const refused = items.filter((plan) => plan.do === 'refuse');
  return {
    items,
    proved: new Map(
      able.map((item) => [item.label, { ...item, ownConnections: target.there.get(item.label)?.ownConnections }]),
    ),
    failures: [
      ...unproved,
      ...target.failures,
      ...refused.map(
        ({ label, reason }): RestoreFailure => ({
          id: label,
          step: 'refuse',
          message: `${label} was left as it is on ${oic.instance}: it ${reason}`,
        }),
      ),
    ],
  };
};

/** How many of each kind went well. */
export type Numbers = Readonly<Record<'created' | 'replaced', (kind: OtherKind) => number>>;

/** @param scope kinds that are not in it were not restored, and are not counted */
export const countItems = (scope: Scope, { items }: ItemsPlan, numbers: Numbers | undefined): KindCounts =>
  Object.fromEntries(
    RESTORED_KINDS.filter(({ name }) => scope[name] !== undefined).map(({ name }): [OtherKind, ItemCounts] => [
      name,
      {
        created: numbers?.created(name) ?? 0,
        replaced: numbers?.replaced(name) ?? 0,
        skipped: items.filter(({ kind, do: what }) => kind === name && (what === 'skip' || what === 'unchanged'))
          .length,
      },
    ]),
  );
