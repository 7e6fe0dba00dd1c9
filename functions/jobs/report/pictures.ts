/** What a report reads of archives: what each calls and uses, and the pictures of flows. */

import { type Dependencies, dependenciesOf } from '../../core/archive/dependencies.ts';
import { openArchive, readCalls, readConnections } from '../../core/archive/integration-archive.ts';
import { readFlow } from '../../core/flow/read-flow.ts';
import { ArchiveError } from '../../core/formats/archive-error.ts';
import { flowDifferencePicture } from '../../core/picture/flow-difference.ts';
import { flowPicture } from '../../core/picture/flow-picture.ts';
import { drawPicture, drawPictureFile } from '../../core/picture/svg.ts';
import type { ChangePicture, ChangePictures } from '../../core/report/changes.ts';
import type { SnapshotHistory } from '../../core/report/history.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { contentChange, digestsOf } from '../../core/snapshot/known-content.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import type { ReportStore } from '../../store/report-store.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import { mapLimited } from '../journal/journal.ts';

const CONCURRENCY = 8;
const UNASKED_CONCURRENCY = 2;
/** Pictures in the page itself. */
const MAX_PICTURES = 50;
const MAX_PICTURE_CHARS = 2_000_000;
/** Ten times the largest real archive; what is larger is not worth the memory of a page nobody asked for. */
const MAX_UNASKED_BYTES = 5_000_000;

export interface PictureWork {
  readonly vault: Vault;
  readonly reports: ReportStore;
  /** Where there is a picture already, by content digest; those drawn here are added. Absent: no picture is kept. */
  readonly held: Set<string> | undefined;
  /** Nobody asked, so it must not cost much. */
  readonly isUnasked: boolean;
  /** What could not be read, as sentences; added to. */
  readonly problems: string[];
}

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

const isWorthIt = ({ isUnasked }: PictureWork, ...archives: (ArchiveRef | undefined)[]): boolean =>
  !isUnasked || archives.every((archive) => (archive?.bytes ?? 0) <= MAX_UNASKED_BYTES);

/** So many archives not looked at before are read for a page nobody asked for. */
const MAX_UNASKED_LOOKS = 50;

/**
 * What the archives of a snapshot call and use, by content digest: what is known, and what had to be read. When somebody
 * asked, each flow that has no picture yet is drawn beside it.
 */
export const readDependencies = async (
  work: PictureWork,
  { integrations }: Manifest,
  known: ReadonlyMap<string, Dependencies>,
  progress: { reading(archives: number): void; read(): void },
): Promise<Map<string, Dependencies>> => {
  const { vault, reports, held, isUnasked, problems } = work;
  const drawsAll = held !== undefined && !isUnasked;
  const wanted = new Map(
    integrations.flatMap(({ id, archive }) => (archive ? [[archive.contentSha256, { id, archive }]] : [])),
  );
  const missing = [...wanted].filter(
    ([digest, { archive }]) => (!known.has(digest) || (drawsAll && !held.has(digest))) && isWorthIt(work, archive),
  );
  const looks = isUnasked ? missing.slice(0, MAX_UNASKED_LOOKS) : missing;
  const found = new Map([...known].filter(([digest]) => wanted.has(digest)));
  progress.reading(looks.length);
  await mapLimited(looks, isUnasked ? UNASKED_CONCURRENCY : CONCURRENCY, async ([digest, { id, archive }]) => {
    const open = await attempt(id, problems, async () => openArchive(await vault.getArchive(archive)));
    if (open) found.set(digest, dependenciesOf({ connections: readConnections(open), calls: readCalls(open) }));
    if (open && drawsAll && !held.has(digest)) {
      await reports.putPicture(digest, drawPictureFile(flowPicture(readFlow(open))));
      held.add(digest);
    }
    progress.read();
  });
  return found;
};

/** The flows of what was added, and of what changed before and after: as many as a page bears. Each is kept by itself, too. */
export const drawChanges = async (
  work: PictureWork,
  { changes, newest, before }: SnapshotHistory,
): Promise<ChangePictures> => {
  const [earlier, later] = [archivesOf(before), archivesOf(newest)];
  const changed = [...(changes?.changed.filter(({ content }) => content) ?? []), ...(changes?.added ?? [])].filter(
    ({ id }) => later.has(id),
  );
  const pictures = new Map<string, ChangePicture>();
  await keepPictures(work, earlier, later);
  let chars = 0;
  for (const { id } of changed) {
    const [from, to] = [earlier.get(id), later.get(id)];
    if (pictures.size === MAX_PICTURES || chars > MAX_PICTURE_CHARS || !to) break;
    if (!isWorthIt(work, from, to)) continue;
    const picture = await attempt(id, work.problems, () => drawChange(work, from, to));
    if (picture === undefined || chars + picture.svg.length > MAX_PICTURE_CHARS) continue;
    chars += picture.svg.length;
    pictures.set(id, picture);
  }
  return { pictures, undrawn: changed.length - pictures.size };
};

/** Of what was stored anew though its design did not change, so that the page can link to it still. */
const keepPictures = async (
  work: PictureWork,
  earlier: ReadonlyMap<string, ArchiveRef>,
  later: ReadonlyMap<string, ArchiveRef>,
): Promise<void> => {
  const { vault, reports, held, problems } = work;
  const restored = [...later].filter(([id, to]) => {
    const from = earlier.get(id);
    return (
      from && from.contentSha256 !== to.contentSha256 && contentChange(digestsOf(from), digestsOf(to)) === undefined
    );
  });
  for (const [id, to] of restored.slice(0, MAX_PICTURES)) {
    if (!held || held.has(to.contentSha256) || !isWorthIt(work, to)) continue;
    await attempt(id, problems, async () => {
      const flow = readFlow(await openArchive(await vault.getArchive(to)));
      await reports.putPicture(to.contentSha256, drawPictureFile(flowPicture(flow)));
      held.add(to.contentSha256);
    });
  }
};

const archivesOf = (manifest: Manifest | undefined): Map<string, ArchiveRef> =>
  new Map(manifest?.integrations.flatMap(({ id, archive }) => (archive ? [[id, archive]] : [])));

const drawChange = async (
  { vault, reports, held }: PictureWork,
  from: ArchiveRef | undefined,
  to: ArchiveRef,
): Promise<ChangePicture> => {
  const bytes = await vault.getArchive(to);
  const drawFlow = async () => flowPicture(readFlow(await openArchive(bytes)));
  if (held && !held.has(to.contentSha256)) {
    await reports.putPicture(to.contentSha256, drawPictureFile(await drawFlow()));
    held.add(to.contentSha256);
  }
  const picture = from ? await flowDifferencePicture(await vault.getArchive(from), bytes) : await drawFlow();
  return { svg: drawPicture(picture), description: picture.description };
};
