import { holdClock } from '../../core/chain/clocks.ts';
import { ConfigError, Refused } from '../../core/errors.ts';
import type { Integration } from '../../core/integration.ts';
import { archiveKey, twinKeys } from '../../core/keys.ts';
import type { Listing } from '../../core/odd-item.ts';
import { type Known, knownArchives, mustAskSchedule, planBackup } from '../../core/plan/plan-backup.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { createFilter, namesWithoutMatch } from '../../core/snapshot/filter.ts';
import type { BackupFilter, SnapshotIntegration } from '../../core/snapshot/manifest.ts';
import { nameOfVersion } from '../../core/snapshot/scrub.ts';
import type { OicClient } from '../../oic/client.ts';
import { COMMIT, type Journal, mapLimited } from '../journal/journal.ts';
import { createSemaphore } from '../journal/semaphore.ts';
import type { BackUpOptions, BackUpServices, BackupReport, Outcome } from './back-up-options.ts';
import { commitSnapshot } from './commit-snapshot.ts';
import { type Gathered, gather, type IntegrationStep } from './gather.ts';
import { gatherKinds } from './gather-kinds.ts';
import { createPrefetch, type Prefetch } from './prefetch.ts';
import { beginFromVault } from './read-earlier.ts';

/** Small enough to be over in minutes, large enough that thousands of integrations are hundreds of steps. */
const GATHER = 'gather';
const BATCH = 25;
const FIRST_BATCH = 12;
/** Archives in memory for each that is being downloaded: the others are being checked and stored meanwhile. */
const ARCHIVES_HELD = 1.25;

type KnownIntegrations = ReadonlyMap<string, Known<SnapshotIntegration>>;

/** What tells whether it was saved. */
const timeOf = ({ lastUpdated }: Pick<Integration, 'lastUpdated'>) => lastUpdated;

/** @throws Refused when the name stood for another instance before and `newOrigin` does not say that this is meant */
export const backUp = async (given: BackUpServices, options: BackUpOptions): Promise<BackupReport> => {
  const { oic, journal, now, progress } = given;
  const { instance } = oic;
  const { earlier, own, unsettled, since, vault, ...begun } = await beginFromVault(given, options);
  const services = { ...given, vault };
  // What a run that was cut off stored is as good as what a snapshot names: the vault is asked below whether it is there.
  const left = leftArchives(journal);
  const entries = own.flatMap(({ integrations }) => integrations);
  const known: KnownIntegrations = new Map([
    ...knownArchives(entries, timeOf),
    ...[...left].map(([id, one]) => [id, { stamp: timeOf(one), archive: one.archive }] as const),
  ]);
  const inSlot = createSemaphore(Math.ceil(options.concurrency * ARCHIVES_HELD));
  const gatherOne = (step: IntegrationStep) => gather(services, step, inSlot);
  const prefetch = createPrefetch(Math.ceil(options.concurrency / 2), gatherOne);
  // Side by side: one waits for the instance, the other for the vault.
  const [listed, lost] = await bothOf(
    journal.step('list integrations', async () => {
      const listing = await listWanted(oic, options, known, prefetch);
      // No request of its own: the answers to these have told the time.
      return { ...listing, clock: checkClock(oic, now()) };
    }),
    journal.step('check the vault', async () => {
      const isHeld = await vault.archivesHeld(
        instance,
        [...known.values()].map(({ archive }) => archive),
      );
      const isWhole = (archive: ArchiveRef) => isHeld(archive) && !options.damaged?.has(nameOfVersion(archive));
      return [...known].filter(([, { archive }]) => !isWhole(archive)).map(([id]) => id);
    }),
  );
  const lostKeys = new Set(lost.map((id) => known.get(id)?.archive.key));
  const plan = planBackup(listed.items, timeOf, known, ({ key }) => !lostKeys.has(key), options.full);

  const work = plan.filter((step) => step.do === 'export' || mustAskSchedule(step.item));
  const twins = twinKeys(plan.map(({ item }) => archiveKey(instance, item)));
  progress.listed(plan.length, plan.filter((step) => step.do === 'export').length);
  // Half a batch first, then two at a time: one is in its midst while the other ends, so the instance is never idle.
  const cuts = Array.from({ length: Math.ceil(work.length / BATCH) + 1 }, (_, n) => n * BATCH + FIRST_BATCH);
  const batches = cuts.map((end) => work.slice(Math.max(0, end - BATCH), end)).filter(({ length }) => length > 0);
  const [results, others] = await bothOf(
    journal.all(GATHER, batches, 2, (batch) =>
      mapLimited(batch, options.concurrency, async (step) => {
        const hasTwin = twins.has(archiveKey(instance, step.item));
        const early = await prefetch.claim(step);
        const gathered = early && !hasTwin ? early : await gather(services, step, inSlot, hasTwin);
        // As a batch of one: what is stored is used again also when this batch is cut off.
        if (gathered.archive) await journal.note(GATHER, [gathered]);
        progress.done(step.item.id, outcomeOf(step, gathered));
        return gathered;
      }),
    ),
    gatherKinds(services, options, own),
  );
  const found = new Map(results.flat().map((result) => [result.id, result]));
  const unanswered = work.find(({ item }) => !found.has(item.id));
  if (unanswered) {
    // Without this a journal of other batches, as another version of oic may have left, would leave archives out in silence.
    throw new RangeError(`the journal of ${instance} has no result of ${unanswered.item.id}; no snapshot was made`);
  }
  for (const { archive, dependencies } of [...left.values(), ...found.values()])
    if (archive && dependencies) services.onArchiveRead?.(archive.contentSha256, dependencies);
  return journal.step(COMMIT, () =>
    commitSnapshot(
      services,
      options,
      { ...begun, clock: listed.clock, origin: { ...oic.origin, ...(since !== undefined && { since }) } },
      {
        plan,
        found,
        odd: listed.odd,
        earlier,
        own,
        unsettled,
        left: [...left.values()].map(({ archive }) => archive.versionId),
      },
      others,
    ),
  );
};

/** Both results, or the first failure once neither is at work any more. */
const bothOf = async <A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> => {
  await Promise.allSettled([first, second]);
  return [await first, await second];
};

/** @returns a warning when it is off. @throws Refused when it is wrong: a snapshot under another date would mislead everybody */
const checkClock = ({ instance, serverTime }: OicClient, now: Date): string | undefined => {
  const verdict = holdClock(instance, now, serverTime());
  if (verdict.is === 'wrong') {
    throw new Refused(`nothing was backed up: ${verdict.message}; set it right, for snapshots are named by it`);
  }
  return verdict.is === 'off' ? verdict.message : undefined;
};

/** What runs of this job that were cut off stored, by id: at which time of change, and what it calls and uses. */
const leftArchives = (journal: Journal): ReadonlyMap<string, Gathered & { readonly archive: ArchiveRef }> =>
  new Map(
    (journal.leftovers(GATHER) as Gathered[][]).flat().flatMap((gathered) => {
      const { id, lastUpdated, archive, isStale } = gathered;
      return archive && !isStale && lastUpdated !== undefined ? [[id, { ...gathered, archive }] as const] : [];
    }),
  );

/** The list as it adds up in the end; what its pages show is gathered ahead meanwhile. */
const listWanted = async (
  oic: OicClient,
  { filter, full }: BackUpOptions,
  known: KnownIntegrations,
  prefetch: Prefetch,
): Promise<Listing<Integration>> => {
  const isWanted = createFilter(filter);
  const see = (integration: Integration): void => {
    if (!isWanted(integration.code)) return;
    const [step] = planBackup([integration], timeOf, known, () => true, full);
    if (step) prefetch.offer(step);
  };
  try {
    const wanted = selectWanted(await oic.listIntegrations(see), filter);
    void prefetch.close();
    return wanted;
  } catch (error) {
    await prefetch.close();
    throw error;
  }
};

/** What is odd and has no code belongs to it: nothing says that it is left out. */
const selectWanted = ({ items, odd }: Listing<Integration>, filter: BackupFilter): Listing<Integration> => {
  const codes = [...items, ...odd].flatMap(({ code }) => (code === undefined ? [] : [code]));
  const unmatched = namesWithoutMatch(filter, new Set(codes));
  if (unmatched.length > 0) {
    throw new ConfigError(
      'backup.include and backup.exclude name integrations the instance does not have',
      unmatched.map(
        (name) => `${name}: no integration has this code; correct it, or use a wildcard if it may be absent`,
      ),
    );
  }
  const isWanted = createFilter(filter);
  return {
    items: items.filter(({ code }) => isWanted(code)),
    odd: odd.filter(({ code }) => code === undefined || isWanted(code)),
  };
};

const outcomeOf = (step: IntegrationStep, { failure, isGone, isNew }: Gathered): Outcome => {
  if (failure) return 'failed';
  if (step.do !== 'export' || isGone) return 'skipped';
  return isNew ? 'exported' : 'unchanged';
};
