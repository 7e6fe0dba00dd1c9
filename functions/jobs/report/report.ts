/**
 * The report about the newest snapshot of an instance, from the vault alone:
 *
 *   history of snapshots -> what archives call and use -> what changed, drawn -> one page -> notes for the next
 *
 * Asked for by a person it reads everything anew and draws every flow that is not drawn yet. After a backup it goes on from
 * the notes and draws what changed: the cost of two manifests. What cannot be read is told on the page.
 */

import type { Dependencies } from '../../core/archive/dependencies.ts';
import { flowPictureName } from '../../core/keys.ts';
import type { People } from '../../core/people.ts';
import { mapSnapshot } from '../../core/picture/snapshot-map.ts';
import { renderReport } from '../../core/report/page.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import type { ReportStore } from '../../store/report-store.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import { readHistory } from './history.ts';
import { drawChanges, type PictureWork, readDependencies } from './pictures.ts';

export interface ReportServices {
  readonly vault: Vault;
  readonly reports: ReportStore;
  readonly now: () => Date;
  /** What those who changed something are called. */
  readonly people: People;
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

/** Puts the page and the pictures it links to into the vault. @throws VaultError when there is no snapshot that can be read */
export const writeReport = (services: ReportServices, instance: string): Promise<WrittenReport> =>
  write(services, instance, { isUnasked: false, learned: new Map() });

/**
 * The same after a backup, when nobody waits for it: it goes on from earlier notes, and of archives it reads few.
 *
 * @param learned what the archives exported just now call and use, by content digest
 */
export const writeReportUnasked = (
  services: ReportServices,
  instance: string,
  learned: ReadonlyMap<string, Dependencies>,
): Promise<WrittenReport> => write(services, instance, { isUnasked: true, learned });

/** The page alone, which links to no pictures; nothing is written. @throws VaultError as above */
export const makeReport = async (services: ReportServices, instance: string): Promise<Report> =>
  (await gather(services, instance, { isUnasked: false, learned: new Map() }, undefined)).report;

interface Manner {
  readonly isUnasked: boolean;
  readonly learned: ReadonlyMap<string, Dependencies>;
}

const write = async (services: ReportServices, instance: string, manner: Manner): Promise<WrittenReport> => {
  const { reports, now } = services;
  const held = new Set(await reports.picturesHeld(now()));
  const { report, notes, newDependencies } = await gather(services, instance, manner, held);
  const { html, ...told } = report;
  const keys = await reports.putPage(report.snapshot, html);
  if (newDependencies) await reports.keepDependencies(newDependencies);
  await reports.keepNotes(notes);
  return { ...told, ...keys, bytes: Buffer.byteLength(html) };
};

const gather = async (
  services: ReportServices,
  instance: string,
  { isUnasked, learned }: Manner,
  held: Set<string> | undefined,
) => {
  const { vault, reports, now, people, progress } = services;
  const { history, olderSnapshots, notes, ahead } = await readHistory(
    vault,
    instance,
    isUnasked ? await reports.readNotes() : undefined,
    now(),
  );
  const problems = [...notes.unreadable.values(), ...(ahead === undefined ? [] : [ahead])];
  const { newest: manifest } = history;
  if (!manifest) {
    const why = problems[0] ?? `there is none of ${instance} yet; \`oic backup ${instance}\` makes one`;
    throw new VaultError(`${vault.name} holds no snapshot of ${instance} that can be read: ${why}`);
  }
  const work: PictureWork = { vault, reports, held, isUnasked, problems };
  const stored = await reports.readDependencies();
  const dependencies = await readDependencies(work, manifest, new Map([...stored, ...learned]), progress);
  const changePictures = await drawChanges(work, history);
  const mapped = manifest.integrations.flatMap(({ id, name, archive }) => {
    const found = archive && dependencies.get(archive.contentSha256);
    return found ? [{ id, name, ...found }] : [];
  });
  const html = renderReport({
    manifest,
    kinds: ALL_KINDS,
    history,
    olderSnapshots,
    map: mapSnapshot(mapped),
    notMapped: manifest.integrations.filter(({ archive }) => archive).length - mapped.length,
    changePictures,
    linkTo: ({ archive }) =>
      archive && held?.has(archive.contentSha256) ? flowPictureName(archive.contentSha256) : undefined,
    people,
    problems,
    writtenAt: now(),
  });
  const isNew = [...dependencies.keys()].some((digest) => !stored.has(digest));
  return {
    report: { instance, snapshot: manifest.snapshot, html, problems },
    notes,
    newDependencies: isNew ? dependencies : undefined,
  };
};
