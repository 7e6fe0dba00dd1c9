/** Reads off the target what is left of a snapshot for a person to do. Only reads, and only the kinds the snapshot tells of. */
import type { Entry, OtherKinds } from '../../core/kinds.ts';
import { withKnown } from '../../core/odd-item.ts';
import type { WorkByHand } from '../../core/plan/manual-steps.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import { onlyKinds } from '../../kinds/included-kinds.ts';
import type { Kind } from '../../kinds/kind.ts';
import { listKinds } from '../../kinds/list-kinds.ts';
import { type ByHandOptions, leftByHand } from '../../kinds/manual-steps.ts';
import { askInstance } from '../instance/ask-instance.ts';
import type { RestoreOptions, RestoreServices } from './restore-options.ts';
import type { Scope } from './scope.ts';

export const readByHand = async (
  { oic, journal }: RestoreServices,
  scope: Scope,
  connections: Pick<ByHandOptions, 'brought' | 'configured'>,
  { mirror, concurrency }: RestoreOptions,
): Promise<readonly WorkByHand[]> => {
  const isWanted = ({ name, byHand }: Kind): boolean =>
    (mirror && scope[name] !== undefined) || (byHand !== undefined && (scope[name]?.length ?? 0) > 0);
  const wanted = onlyKinds((name) => ALL_KINDS.some((kind) => kind.name === name && isWanted(kind)));
  if (!Object.values(wanted).includes(true)) return [];
  return journal.step('see what is left', async () => {
    const listed = await listKinds(askInstance(oic, concurrency, scope), wanted);
    const target: OtherKinds = Object.fromEntries(
      ALL_KINDS.map(({ name }) => {
        const there: readonly Entry[] | undefined = listed[name];
        // What cannot be read there is there all the same, so it is no work for anybody.
        return [name, there && withKnown(there, scope[name], listed.odd[name])];
      }),
    );
    return leftByHand(ALL_KINDS, scope, target, { ...connections, mirror });
  });
};
