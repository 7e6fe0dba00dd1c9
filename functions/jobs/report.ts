/**
 * The report about the newest snapshot of an instance, from the vault alone:
 *
 *   snapshots, oldest first -> archives not looked at before -> what changed, drawn -> one page
 *
 * An archive is read once in its life: what it calls and uses is kept beside the reports, and its flow is drawn there. So a
 * night costs the manifests and what changed. One archive or manifest that cannot be read is told on the page.
 */
import { openArchive } from '../core/archive.ts';
import { ArchiveError } from '../core/archive-error.ts';
import type { ChangedIntegration } from '../core/diff-snapshots.ts';
import { drawPicture, drawPictureFile } from '../core/draw-picture.ts';
import { readFlow } from '../core/flow.ts';
import { flowDifferencePicture } from '../core/flow-difference.ts';
import { flowPicture } from '../core/flow-picture.ts';
import { flowPictureName } from '../core/keys.ts';
import { type ArchiveRef, type Manifest, ManifestError } from '../core/manifest.ts';
import { createHistory, type SnapshotHistory } from '../core/report-history.ts';
import { renderReport } from '../core/report-page.ts';
import { mapSnapshot } from '../core/snapshot-map.ts';
import { type Surroundings, surroundingsOf } from '../core/surroundings.ts';
import type { ReportStore } from '../store/report-store.ts';
import { type Vault, VaultError } from '../store/vault.ts';
import { mapLimited } from './journal.ts';

export interface ReportServices {
  readonly vault: Vault;
  readonly reports: ReportStore;
  readonly now: () => Date;
  readonly progress: ReportProgress;
}

export interface ReportProgress {
  /** So many archives have not been looked at before. */
  reading(archives: number): void;
  read(): void;
}

export interface Report {
  readonly instance: string;
  readonly snapshot: string;
  readonly html: string;
  /** What could not be read, as sentences; the page says it, too. */
  readonly problems: readonly string[];
}

export interface WrittenReport extends Omit<Report, 'html'> {
  readonly key: string;
  readonly latestKey: string;
  readonly bytes: number;
}

/** The timeline of a season; more would not be told apart. */
const MAX_SNAPSHOTS = 90;
/** Manifests on their way: each of thousands of integrations is a megabyte or two. */
const MANIFESTS_AHEAD = 4;
const CONCURRENCY = 8;
/** Pictures in the page itself; the rest is linked. */
const MAX_PICTURES = 40;
const MAX_PICTURE_CHARS = 2_000_000;

/** Puts the page and the pictures it links to into the vault. @throws VaultError when there is no snapshot that can be read */
export const writeReport = async (services: ReportServices, instance: string): Promise<WrittenReport> => {
  const { html, ...report } = await gatherReport(services, instance, true);
  const keys = await services.reports.putPage(report.snapshot, html);
  return { ...report, ...keys, bytes: Buffer.byteLength(html) };
};

/** The page alone, which links to no pictures; nothing is written. @throws VaultError as above */
export const makeReport = (services: ReportServices, instance: string): Promise<Report> =>
  gatherReport(services, instance, false);

const gatherReport = async (services: ReportServices, instance: string, keeps: boolean): Promise<Report> => {
  const problems: string[] = [];
  const { history, olderSnapshots } = await readHistory(services.vault, instance, problems);
  const { newest: manifest } = history;
  if (!manifest) {
    const why = problems[0] ?? `there is none of ${instance} yet; \`oic backup ${instance}\` makes one`;
    throw new VaultError(`${services.vault.name} holds no snapshot of ${instance} that can be read: ${why}`);
  }
  const { surroundings, hasPicture } = await lookAround(services, manifest, keeps, problems);
  const pictures = await drawChanges(services.vault, history, problems);
  const html = renderReport({
    manifest,
    history,
    olderSnapshots,
    map: mapSnapshot(
      manifest.integrations.flatMap(({ id, name, archive }) => {
        const found = archive && surroundings.get(archive.contentSha256);
        return found ? [{ id, name, ...found }] : [];
      }),
    ),
    pictures,
    linkTo: ({ archive }) =>
      archive && hasPicture(archive.contentSha256) ? flowPictureName(archive.contentSha256) : undefined,
    problems,
    writtenAt: services.now(),
  });
  return { instance, snapshot: manifest.snapshot, html, problems };
};

const readHistory = async (
  vault: Vault,
  instance: string,
  problems: string[],
): Promise<{ history: SnapshotHistory; olderSnapshots: number }> => {
  const names = await vault.listSnapshots(instance);
  const wanted = names.slice(0, MAX_SNAPSHOTS).toReversed();
  const builder = createHistory();
  for (let start = 0; start < wanted.length; start += MANIFESTS_AHEAD) {
    const some = wanted.slice(start, start + MANIFESTS_AHEAD);
    const manifests = await Promise.all(some.map((name) => readManifest(vault, instance, name, problems)));
    for (const manifest of manifests) if (manifest) builder.add(manifest);
  }
  return { history: builder.history(), olderSnapshots: names.length - wanted.length };
};

const readManifest = async (
  vault: Vault,
  instance: string,
  name: string,
  problems: string[],
): Promise<Manifest | undefined> => {
  try {
    return await vault.getSnapshot(instance, name);
  } catch (error) {
    // VaultError: taken away by a prune since it was listed.
    if (error instanceof VaultError) return undefined;
    if (!(error instanceof ManifestError)) throw error;
    problems.push(error.message);
    return undefined;
  }
};

/** undefined, and a problem told, when the archive cannot be read: one of thousands does not cost the page. */
const attempt = async <T>(what: string, problems: string[], work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VaultError || error instanceof ArchiveError)) throw error;
    problems.push(`${what}: ${error.message}`);
    return undefined;
  }
};

interface Around {
  readonly surroundings: ReadonlyMap<string, Surroundings>;
  hasPicture(contentSha256: string): boolean;
}

const lookAround = async (
  { vault, reports, progress }: ReportServices,
  { integrations }: Manifest,
  keeps: boolean,
  problems: string[],
): Promise<Around> => {
  const [known, isDrawn] = await Promise.all([
    reports.readSurroundings(),
    keeps ? reports.picturesHeld() : () => false,
  ]);
  const wanted = new Map(
    integrations.flatMap(({ id, archive }) => (archive ? [[archive.contentSha256, { id, archive }]] : [])),
  );
  const missing = [...wanted].filter(([digest]) => !known.has(digest) || (keeps && !isDrawn(digest)));
  const drawn = new Set<string>();
  progress.reading(missing.length);
  await mapLimited(missing, CONCURRENCY, async ([digest, { id, archive }]) => {
    const found = await attempt(id, problems, async () => openArchive(await vault.getArchive(archive)));
    if (found) known.set(digest, surroundingsOf(found));
    if (found && keeps && !isDrawn(digest)) {
      await reports.putPicture(digest, drawPictureFile(flowPicture(readFlow(found))));
      drawn.add(digest);
    }
    progress.read();
  });
  const surroundings = new Map([...known].filter(([digest]) => wanted.has(digest)));
  if (keeps && missing.length > 0) await reports.keepSurroundings(surroundings);
  return { surroundings, hasPicture: (digest) => keeps && (isDrawn(digest) || drawn.has(digest)) };
};

/** The flows of what was added, and of what changed before and after; the first ones, as many as a page bears. */
const drawChanges = async (
  vault: Vault,
  { changes, newest, before }: SnapshotHistory,
  problems: string[],
): Promise<Map<string, string>> => {
  const archivesOf = (manifest: Manifest | undefined): Map<string, ArchiveRef> =>
    new Map(manifest?.integrations.flatMap(({ id, archive }) => (archive ? [[id, archive]] : [])));
  const [earlier, later] = [archivesOf(before), archivesOf(newest)];
  const hasContent = ({ content }: ChangedIntegration): boolean => content !== undefined;
  const changed = [...(changes?.changed.filter(hasContent) ?? []), ...(changes?.added ?? [])];
  const pictures = new Map<string, string>();
  let chars = 0;
  for (const { id } of changed.slice(0, MAX_PICTURES)) {
    const [from, to] = [earlier.get(id), later.get(id)];
    if (!to) continue;
    const svg = await attempt(id, problems, async () => {
      const bytes = await vault.getArchive(to);
      if (!from) return drawPicture(flowPicture(readFlow(await openArchive(bytes))));
      return drawPicture(await flowDifferencePicture(await vault.getArchive(from), bytes));
    });
    if (svg === undefined || chars + svg.length > MAX_PICTURE_CHARS) continue;
    chars += svg.length;
    pictures.set(id, svg);
  }
  return pictures;
};
