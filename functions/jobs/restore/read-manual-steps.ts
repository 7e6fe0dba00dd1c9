/** Reads off the target what is left of a snapshot for a person to do. Only reads, and only the kinds the snapshot tells of. */
import { onlyKinds } from '../../core/kinds.ts';
import { withKnown } from '../../core/odd-item.ts';
import { KINDS_BY_HAND, leftByHand, type WorkByHand } from '../../core/plan/manual-steps.ts';
import type { OtherKinds } from '../../core/snapshot/sections.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import { listKinds } from '../../kinds/list-kinds.ts';
import { askInstance } from '../instance/ask-instance.ts';
import type { RestoreOptions, RestoreServices } from './restore-options.ts';
import type { Scope } from './scope.ts';

/** @param brought connections that archives bring along and that are not there yet */
export const readByHand = async (
  { oic, journal }: RestoreServices,
  scope: Scope,
  brought: ReadonlySet<string>,
  { mirror, concurrency }: RestoreOptions,
): Promise<readonly WorkByHand[]> => {
  const wanted = onlyKinds(
    (kind) => (mirror && scope[kind] !== undefined) || (KINDS_BY_HAND.includes(kind) && (scope[kind]?.length ?? 0) > 0),
  );
  if (!Object.values(wanted).includes(true)) return [];
  return journal.step('see what is left', async () => {
    const listed = await listKinds(askInstance(oic, concurrency, scope), wanted);
    const target: OtherKinds = Object.fromEntries(
      ALL_KINDS.map(({ name }) => {
        const there: readonly { readonly id: string }[] | undefined = listed[name];
        // What cannot be read there is there all the same, so it is no work for anybody.
        return [name, there && withKnown(there, scope[name], listed.odd[name])];
      }),
    );
    return leftByHand(scope, target, { brought, mirror });
  });
};
