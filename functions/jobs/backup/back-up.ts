import { ConfigError } from '../../core/errors.ts';
import type { Integration } from '../../core/integration.ts';
import type { Listing } from '../../core/odd-item.ts';
import {
  type BackupStep,
  type Known,
  knownArchives,
  mustAskSchedule,
  planBackup,
} from '../../core/plan/plan-backup.ts';
import { hasAllArchives } from '../../core/plan/plan-kinds.ts';
import { createFilter, namesWithoutMatch } from '../../core/snapshot/filter.ts';
import { type BackupFilter, type Manifest, ManifestError } from '../../core/snapshot/manifest.ts';
import type { OicClient } from '../../oic/client.ts';
import type { Vault } from '../../store/vault.ts';
import { mapLimited } from '../journal/journal.ts';
import { createSemaphore } from '../journal/semaphore.ts';
import type { BackUpOptions, BackUpProgress, BackUpServices, BackupReport, Outcome } from './back-up-options.ts';
import { commitSnapshot } from './commit-snapshot.ts';
import { type Gathered, gather } from './gather.ts';
import { gatherKinds } from './gather-kinds.ts';
import { createPrefetch, type Prefetch } from './prefetch.ts';

/** Small enough to be over in minutes, large enough that thousands of integrations are hundreds of steps. */
const BATCH = 25;
const FIRST_BATCH = 12;
/** Archives in memory for each that is being downloaded: those beyond are being checked and stored meanwhile. */
const ARCHIVES_HELD = 1.25;

export const backUp = async (services: BackUpServices, options: BackUpOptions): Promise<BackupReport> => {
  const { oic, vault, journal, now, progress } = services;
  const { instance } = oic;
  const read = new Map<string, Manifest>();
  const begun = await journal.step('begin', async () => {
    const startedAt = now().toISOString();
    for (const manifest of await readEarlier(vault, instance, progress)) read.set(manifest.snapshot, manifest);
    return { startedAt, earlier: [...read.keys()] };
  });
  const earlier = await Promise.all(begun.earlier.map((name) => read.get(name) ?? vault.getSnapshot(instance, name)));
  for (const manifest of earlier) services.onManifest?.(manifest);
  const known = knownArchives(earlier);
  const inSlot = createSemaphore(Math.ceil(options.concurrency * ARCHIVES_HELD));
  const gatherOne = (step: BackupStep) => gather(services, step, inSlot);
  const prefetch = createPrefetch(Math.ceil(options.concurrency / 2), gatherOne);
  // Side by side: one waits for the instance, the other for the vault.
  const [listed, lost] = await bothOf(
    journal.step('list integrations', () => listWanted(oic, options, known, prefetch)),
    journal.step('check the vault', async () => {
      const isHeld = await vault.archivesHeld(
        instance,
        [...known.values()].map(({ archive }) => archive),
      );
      return [...known].filter(([, { archive }]) => !isHeld(archive)).map(([id]) => id);
    }),
  );
  const lostKeys = new Set(lost.map((id) => known.get(id)?.archive.key));
  const plan = planBackup(listed.items, known, ({ key }) => !lostKeys.has(key), options.full);

  const work = plan.filter((step) => step.do === 'export' || mustAskSchedule(step.integration));
  progress.listed(plan.length, plan.filter((step) => step.do === 'export').length);
  // Half a batch first, then two at a time: one is in its midst while the other ends, so the instance is never idle.
  const cuts = Array.from({ length: Math.ceil(work.length / BATCH) + 1 }, (_, n) => n * BATCH + FIRST_BATCH);
  const batches = cuts.map((end) => work.slice(Math.max(0, end - BATCH), end)).filter(({ length }) => length > 0);
  const [results, others] = await bothOf(
    journal.all('gather', batches, 2, (batch) =>
      mapLimited(batch, options.concurrency, async (step) => {
        const gathered = (await prefetch.claim(step)) ?? (await gatherOne(step));
        progress.done(step.integration.id, outcomeOf(step, gathered));
        return gathered;
      }),
    ),
    gatherKinds(services, options, earlier),
  );
  const found = new Map(results.flat().map((result) => [result.id, result]));
  const unanswered = work.find(({ integration }) => !found.has(integration.id));
  if (unanswered) {
    // Without this a journal of other batches, as another version of oic may have left, would leave archives out in silence.
    throw new RangeError(
      `the journal of ${instance} has no result of ${unanswered.integration.id}; no snapshot was made`,
    );
  }
  for (const { archive, dependencies } of found.values())
    if (archive && dependencies) services.onArchiveRead?.(archive.contentSha256, dependencies);
  return journal.step('commit', () =>
    commitSnapshot(services, options, begun.startedAt, { plan, found, odd: listed.odd, earlier }, others),
  );
};

/** Both results, or the first failure once neither is at work any more. */
const bothOf = async <A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> => {
  await Promise.allSettled([first, second]);
  return [await first, await second];
};

/** The newest snapshot, and behind it those that fill what it could not: until one is complete. */
const readEarlier = async (vault: Vault, instance: string, progress: BackUpProgress): Promise<Manifest[]> => {
  const manifests: Manifest[] = [];
  for (const name of await vault.listSnapshots(instance)) {
    try {
      const manifest = await vault.getSnapshot(instance, name);
      manifests.push(manifest);
      if (manifest.complete && hasAllArchives(manifest)) break;
      if (manifests.length === 5) break;
    } catch (error) {
      // A broken manifest must not stop every backup after it; one from a newer version must, or we would mix formats.
      if (!(error instanceof ManifestError) || error.reason === 'unknown-format') throw error;
      progress.note(`${error.message}; the snapshot before it is used instead`);
    }
  }
  return manifests;
};

/** The list as it adds up in the end; what its pages show is gathered ahead meanwhile. */
const listWanted = async (
  oic: OicClient,
  { filter, full }: BackUpOptions,
  known: ReadonlyMap<string, Known>,
  prefetch: Prefetch,
): Promise<Listing<Integration>> => {
  const isWanted = createFilter(filter);
  const see = (integration: Integration): void => {
    if (!isWanted(integration.code)) return;
    const [step] = planBackup([integration], known, () => true, full);
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

const outcomeOf = (step: BackupStep, { failure, isGone, isNew }: Gathered): Outcome => {
  if (failure) return 'failed';
  if (step.do !== 'export' || isGone) return 'skipped';
  return isNew ? 'exported' : 'unchanged';
};
