/** What a restore does beside integrations outside projects: lookups, libraries, projects and the integrations in them. */

import { inCallOrder } from '../../core/archive/project-calls.ts';
import { planItem, RESTORED_KINDS, type RestoredKind, type ThingPlan } from '../../core/plan/plan-restore-items.ts';
import { type ProjectPlan, planProject, type TargetProject } from '../../core/plan/plan-restore-projects.ts';
import type { RestoreFailure } from './batches.ts';
import { type VerifiedItem, verifyItems } from './prove-items.ts';
import type { KindCounts, RestoreOptions, RestoreServices, ThingCounts } from './restore-options.ts';
import type { Scope } from './scope.ts';
import { readTargetItems } from './target-items.ts';

export interface ItemsPlan {
  readonly things: readonly ThingPlan[];
  readonly projects: readonly ProjectPlan[];
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
  if (proved.length === 0) return { things: [], projects: [], proved: new Map(), failures: unproved };
  const target = await readTargetItems(services, proved, options.scheduleParameters ?? false);
  const able = proved.filter((thing) => !target.unread.has(thing.label));
  const things = able
    .filter(({ kind }) => kind !== 'projects')
    .map((thing) => planItem(thing, target.there.get(thing.label), options.existing));
  const projects = able.flatMap((thing): ProjectPlan[] => {
    if (thing.kind !== 'projects') return [];
    const plan = planProject(thing, target.there.get(thing.label) as TargetProject | undefined, options);
    return [{ ...plan, integrations: inCallOrder(plan.integrations, thing.callOrder) }];
  });
  const refused = [...things, ...projects].filter((plan) => plan.do === 'refuse');
  return {
    things,
    projects,
    proved: new Map(able.map((thing) => [thing.label, thing])),
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
export type Numbers = Readonly<Record<'created' | 'replaced', Readonly<Partial<Record<RestoredKind, number>>>>>;

/** @param scope kinds that are not in it were not restored, and are not counted */
export const countItems = (scope: Scope, plan: ItemsPlan, numbers: Numbers | undefined): KindCounts =>
  Object.fromEntries(
    RESTORED_KINDS.filter((kind) => scope[kind] !== undefined).map((kind): [RestoredKind, ThingCounts] => [
      kind,
      {
        created: numbers?.created[kind] ?? 0,
        replaced: numbers?.replaced[kind] ?? 0,
        skipped: [...plan.things, ...plan.projects].filter(
          (one) => one.kind === kind && (one.do === 'skip' || one.do === 'unchanged'),
        ).length,
      },
    ]),
  );
