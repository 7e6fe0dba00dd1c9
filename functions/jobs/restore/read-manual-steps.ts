/** Reads off the target what is left of a snapshot for a person to do. Only reads, and only the kinds the snapshot tells of. */
import { onlyKinds } from '../../core/kinds.ts';
import { withKnown } from '../../core/odd-item.ts';
import { KINDS_BY_HAND, leftByHand, type WorkByHand } from '../../core/plan/manual-steps.ts';
import { listKinds } from '../instance/list-kinds.ts';
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
    const listed = await listKinds(oic, wanted, concurrency, scope.deployments);
    const { projects, lookups, libraries, odd } = listed;
    const bare = <T extends object>(things: readonly T[] | undefined) =>
      things?.map((thing) => ({ ...thing, archive: null }));
    const target = {
      // What cannot be read there is there all the same, so it is no work for anybody.
      ...Object.fromEntries(
        KINDS_BY_HAND.map((kind) => {
          const there: readonly { readonly id: string }[] | undefined = listed[kind];
          return [kind, there && withKnown(there, scope[kind], odd[kind])];
        }),
      ),
      // Only whether they are there counts here.
      projects: projects?.map((project) => ({ ...project, archive: null, integrations: [] })),
      lookups: bare(lookups),
      libraries: bare(libraries),
    };
    return leftByHand(scope, target, { brought, mirror });
  });
};
