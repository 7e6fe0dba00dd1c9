/**
 * Compares two states, each a snapshot or an instance as it is now. An instance is asked for its listing, the state of
 * the schedules that may run, and as few archives as will do: none of an integration whose `lastUpdated` is the one in a
 * snapshot of the same instance, nor of one that only one side has. Never more than `concurrency` at a time; only reads.
 */

import { type KindsDiff, type KindsState, withoutValues } from '../../core/diff/diff-kinds.ts';
import {
  diffSnapshots,
  type InstanceState,
  type SnapshotDiff,
  stateOfManifest,
} from '../../core/diff/diff-snapshots.ts';
import { undecided, withDesigns } from '../../core/diff/undecided.ts';
import type { IntegrationId } from '../../core/integration.ts';
import type { IncludedKinds, OtherKind } from '../../core/kinds.ts';
import { mustAskSchedule, scheduleState } from '../../core/plan/plan-backup.ts';
import { scheduleFields } from '../../core/schedule.ts';
import type { KnownContent } from '../../core/snapshot/known-content.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import { onlyKinds } from '../../kinds/included-kinds.ts';
import { describeSchedule } from '../../kinds/read-schedule.ts';
import { readSections } from '../../kinds/read-sections.ts';
import type { OicClient } from '../../oic/client.ts';
import type { Vault } from '../../store/vault.ts';
import { askInstance } from '../instance/ask-instance.ts';
import { storedDesigns } from '../instance/stored-designs.ts';
import { mapLimited } from '../journal/journal.ts';
import {
  type ComparedDetails,
  compareDetails,
  exportContent,
  type KindsSide,
  readKindsState,
} from './compare-kinds.ts';

export type Source =
  | { readonly manifest: Manifest }
  /** An instance as it is now. */
  | { readonly oic: OicClient; readonly concurrency: number; readonly kinds: IncludedKinds };

export interface CompareOptions {
  /** Compare integrations. */
  readonly integrations: boolean;
  /** What else to compare, as far as both sides look at it. */
  readonly kinds: IncludedKinds;
}

export interface Comparison {
  readonly diff: SnapshotDiff;
  readonly details: ComparedDetails;
}

export interface CompareProgress {
  /** So many archives have to be exported from that instance. */
  exporting(instance: string, archives: number): void;
  exported(): void;
}

export const compare = async (
  from: Source,
  to: Source,
  { integrations, kinds }: CompareOptions,
  vault: Vault,
  progress: CompareProgress,
): Promise<Comparison> => {
  const [before, after] = integrations
    ? await Promise.all([readState(from, to), readState(to, from)])
    : [NOTHING, NOTHING];
  const [first, second] = await Promise.all([readSide(from, to, kinds), readSide(to, from, kinds)]);
  const isOneInstance = instanceOf(from) === instanceOf(to);
  const comparable = (others: KindsState): KindsState => (isOneInstance ? others : withoutValues(others));
  const states = [
    {
      ...(await withContents(from, before, to, after, progress)),
      others: comparable(await readKindsState(first, second)),
      oddOthers: first.odd,
    },
    {
      ...(await withContents(to, after, from, before, progress)),
      others: comparable(await readKindsState(second, first)),
      oddOthers: second.odd,
    },
  ] as const;
  const diff = diffSnapshots(
    await decided(from, states[0], states[1], vault),
    await decided(to, states[1], states[0], vault),
  );
  const others = withUnlooked(diff.others, from, to, kinds);
  return {
    diff: { ...diff, ...(others && { others }) },
    details: await compareDetails(others?.kinds, first, second, vault),
  };
};

/** An instance is not asked for what the snapshot on the other side does not tell: that is said as well. */
const withUnlooked = (
  others: KindsDiff | undefined,
  from: Source,
  to: Source,
  wanted: IncludedKinds,
): KindsDiff | undefined => {
  const isTold = (source: Source, kind: OtherKind): boolean =>
    'manifest' in source
      ? source.manifest[kind] !== undefined || source.manifest.notOnInstance?.includes(kind) === true
      : source.kinds[kind];
  const names = ALL_KINDS.map(({ name }) => name);
  const unlooked = names.filter((kind) => wanted[kind] && isTold(from, kind) !== isTold(to, kind));
  const { kinds = {}, notCompared = [] } = others ?? {};
  if (!others && unlooked.length === 0) return undefined;
  return { kinds, notCompared: names.filter((kind) => [...notCompared, ...unlooked].includes(kind)) };
};

const instanceOf = (source: Source): string => ('manifest' in source ? source.manifest.instance : source.oic.instance);

/** With the designs that decide. */
const decided = async (
  source: Source,
  state: InstanceState,
  other: InstanceState,
  vault: Vault,
): Promise<InstanceState> =>
  'manifest' in source
    ? withDesigns(state, await storedDesigns(vault, source.manifest, undecided(state, other)))
    : state;

const NOTHING: InstanceState = { integrations: [] };
const LISTINGS_AT_ONCE = 8;

/** An instance is not asked for what the snapshot on the other side does not tell. */
const readSide = async (source: Source, other: Source, kinds: IncludedKinds): Promise<KindsSide> => {
  const isWanted = (kind: OtherKind): boolean =>
    kinds[kind] && (!('manifest' in other) || other.manifest[kind] !== undefined);
  if ('manifest' in source) {
    const { manifest } = source;
    const sections = Object.fromEntries(
      ALL_KINDS.filter(({ name }) => kinds[name]).map(({ name }) => [name, manifest[name]]),
    );
    return { sections, manifest, concurrency: LISTINGS_AT_ONCE };
  }
  const { oic, concurrency, kinds: there } = source;
  const wanted = onlyKinds((kind) => there[kind] && isWanted(kind));
  return { ...(await readSections(askInstance(oic, concurrency), wanted)), oic, concurrency };
};

/** Parameters of schedules are asked for where the other side may tell some, too. */
const readState = async (source: Source, other: Source): Promise<InstanceState> => {
  if ('manifest' in source) return stateOfManifest(source.manifest, ALL_KINDS);
  const { oic, concurrency } = source;
  const { items, odd } = await oic.listIntegrations();
  const told = new Set(
    ('manifest' in other ? other.manifest.integrations : []).flatMap(({ id, scheduleParameters = [] }) =>
      scheduleParameters.length > 0 ? [id] : [],
    ),
  );
  const mayTell = (id: IntegrationId): boolean => !('manifest' in other) || told.has(id);
  return {
    odd,
    integrations: await mapLimited(items, concurrency, async (integration) => {
      const asked = mustAskSchedule(integration)
        ? await describeSchedule(oic, integration, mayTell(integration.id))
        : undefined;
      return {
        ...integration,
        ...scheduleFields(scheduleState(integration, asked?.state)),
        scheduleParameters: mayTell(integration.id) ? asked?.parameters : undefined,
        content: integration.isPrebuilt ? PREBUILT : NOT_ASKED,
      };
    }),
  };
};

const PREBUILT: KnownContent = { unknown: 'delivered by Oracle (PREBUILT) and cannot be exported' };
const NOT_ASKED: KnownContent = { unknown: 'only one side has it' };

/** The state with the contents that a comparison with the other side needs. */
const withContents = async (
  source: Source,
  state: InstanceState,
  otherSource: Source,
  other: InstanceState,
  progress: CompareProgress,
): Promise<InstanceState> => {
  if ('manifest' in source) return state;
  const { oic, concurrency } = source;
  const isSameInstance = 'manifest' in otherSource && otherSource.manifest.instance === oic.instance;
  const others = new Map(other.integrations.map((integration) => [integration.id, integration]));
  const known = state.integrations.map((integration) => {
    const there = others.get(integration.id);
    if (!there || !('manifest' in otherSource)) return integration;
    const isUnmoved = integration.lastUpdated !== undefined && integration.lastUpdated === there.lastUpdated;
    const isSettled = (isSameInstance && isUnmoved) || 'unknown' in there.content;
    return isSettled ? { ...integration, content: there.content } : integration;
  });
  const mustExport = known.filter(({ id, content }) => content === NOT_ASKED && others.has(id));
  progress.exporting(oic.instance, mustExport.length);
  const exported = await mapLimited(mustExport, concurrency, async ({ id }) => {
    const content = await exportContent(oic, () => oic.exportIntegration(id));
    progress.exported();
    return [id, content] as const;
  });
  const contents = new Map(exported);
  return { ...state, integrations: known.map((each) => ({ ...each, content: contents.get(each.id) ?? each.content })) };
};
