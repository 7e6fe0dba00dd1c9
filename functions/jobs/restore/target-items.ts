/** What a target has of the lookups, libraries and projects that are to be restored: there or not, content, states. */

import { isNamed, type OddItem } from '../../core/odd-item.ts';
import { withHolderNamed } from '../../core/people.ts';
import type { RestoredKind, TargetItem } from '../../core/plan/plan-restore-items.ts';
import type { TargetProject } from '../../core/plan/plan-restore-projects.ts';
import { kindOf } from '../../kinds/all-kinds.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError, stopsTheRun } from '../../oic/http/errors.ts';
import { ListingError } from '../../oic/listing.ts';
import { readProject } from '../changes/read-project.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { ifExportable } from '../instance/if-exportable.ts';
import { type Journal, mapLimited } from '../journal/journal.ts';
import { inBatches, type RestoreFailure } from './batches.ts';
import { ARCHIVES_HELD, type VerifiedItem } from './prove-items.ts';

export interface TargetItems {
  /** By label. What the target does not have is not among them. */
  readonly there: ReadonlyMap<string, TargetItem | TargetProject>;
  /** Labels of what could not be compared, and so must not be touched. */
  readonly unread: ReadonlySet<string>;
  readonly failures: readonly RestoreFailure[];
}

interface Listed {
  readonly kind: RestoredKind;
  readonly things: readonly {
    readonly id: string;
    readonly projectId?: string;
    readonly lockedBy?: string | undefined;
  }[];
  /** What it has in a form that cannot be read. */
  readonly odd?: readonly OddItem[];
  readonly failure?: string;
}

/** @param hasParameters read those of schedules in projects as well, one request each */
export const readTargetItems = async (
  { oic, journal, waiting }: { readonly oic: OicClient; readonly journal: Journal; readonly waiting: ActivationWait },
  proved: readonly VerifiedItem[],
  hasParameters: boolean,
): Promise<TargetItems> => {
  const byKind = Map.groupBy(proved, ({ kind }) => kind);
  if (byKind.size === 0) return { there: new Map(), unread: new Set(), failures: [] };
  const listed = await journal.step('list other kinds of the target', () =>
    mapLimited([...byKind.keys()], 3, (kind) => list(oic, kind)),
  );
  const lists = new Map(listed.map((one) => [one.kind, one]));
  const refused = listed.flatMap(({ kind, failure }): RestoreFailure[] =>
    failure === undefined ? [] : [{ id: kind, step: 'read-target', message: refusal(oic, kind, byKind, failure) }],
  );
  const known = proved.flatMap((thing) => {
    const one = lists.get(thing.kind)?.things.find(({ id }) => id === thing.id);
    return one ? [{ thing, one }] : [];
  });
  const unreadable = proved.flatMap((thing): RestoreFailure[] => {
    const { things = [], odd = [] } = lists.get(thing.kind) ?? {};
    const one = things.some(({ id }) => id === thing.id) ? undefined : odd.find((each) => isNamed(each, thing.id));
    return one ? [leftAsItIs(oic, thing.label, one.message)] : [];
  });
  const details = await journal.all('compare other kinds', inBatches(known), 1, (batch) =>
    mapLimited(batch, ARCHIVES_HELD, ({ thing, one }) => readOne({ oic, waiting }, thing, one, hasParameters)),
  );
  const found = details.flat();
  const failures = [...unreadable, ...found.flatMap((one) => ('step' in one ? [one] : []))];
  return {
    there: new Map(found.flatMap((one) => ('step' in one ? [] : [[one.label, one.thing]]))),
    unread: new Set([
      ...failures.map(({ id }) => id),
      ...proved.filter(({ kind }) => lists.get(kind)?.failure !== undefined).map(({ label }) => label),
    ]),
    failures: [...refused, ...failures],
  };
};

const refusal = (
  { instance }: OicClient,
  kind: RestoredKind,
  wanted: ReadonlyMap<RestoredKind, readonly unknown[]>,
  words: string,
): string => {
  const number = wanted.get(kind)?.length ?? 0;
  const what = `${number} ${kindOf(kind).nouns[number === 1 ? 0 : 1]}`;
  const gen2 = kind === 'projects' ? '; Gen 2 has no projects' : '';
  return `${what} of the snapshot cannot be restored, for ${instance} does not hand out what it has: ${words}${gen2}`;
};

const list = async (oic: OicClient, kind: RestoredKind): Promise<Listed> => {
  try {
    if (kind === 'lookups') {
      const { items, odd } = await oic.listLookups();
      return { kind, odd, things: items.map(({ id, lockedBy }) => withHolderNamed({ id, lockedBy }, oic.people)) };
    }
    if (kind === 'libraries') {
      const { items, odd } = await oic.listLibraries();
      return { kind, odd, things: items.map(({ id }) => ({ id })) };
    }
    const { items, odd } = await oic.listProjects();
    return { kind, odd, things: items.map(({ id, code }) => ({ id: code, projectId: id })) };
  } catch (error) {
    // Integrations were listed with these credentials, so one refused kind is that kind's affair.
    const isItsOwn =
      error instanceof ListingError || (isOicError(error) && (!stopsTheRun(error) || error.kind === 'unauthorized'));
    if (!isItsOwn) throw error;
    return { kind, things: [], failure: error.message };
  }
};

type Detail = { readonly label: string; readonly thing: TargetItem | TargetProject };

const readOne = async (
  { oic, waiting }: { readonly oic: OicClient; readonly waiting: ActivationWait },
  thing: VerifiedItem,
  { id, projectId = id, lockedBy }: Listed['things'][number],
  hasParameters: boolean,
): Promise<Detail | RestoreFailure> => {
  const label = thing.label;
  try {
    if (thing.kind === 'projects')
      return { label, thing: await readProject(oic, id, projectId, waiting, hasParameters) };
    const designSha256 = await ifExportable(async () => {
      const { archive } = thing.kind === 'lookups' ? await oic.exportLookup(id) : await oic.exportLibrary(id);
      return archive.designSha256;
    });
    return { label, thing: { id, designSha256, lockedBy } };
  } catch (error) {
    if (!(error instanceof ListingError) && (!isOicError(error) || stopsTheRun(error))) throw error;
    return leftAsItIs(oic, label, error.message);
  }
};

const leftAsItIs = ({ instance }: OicClient, label: string, why: string): RestoreFailure => ({
  id: label,
  step: 'read-target',
  message: `${label} was left as it is on ${instance}: ${why}`,
});
