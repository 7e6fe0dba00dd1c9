/**
 * What a backup to a bucket has to say of how long things are kept, decided without touching anything.
 *
 *   put an archive: no tag, never goes -> commit a snapshot: no tag, never goes; it says what it takes the place of
 *   -> the next backup gives that its class, before it commits its own
 *
 * A snapshot hands on only what an earlier one held: when it is complete the newest complete one before it, else the one
 * right before it, and the archive versions that are named no longer. That one has the class of the units that ended in
 * between: the last complete snapshot of its month is kept as one of the month. An archive version has the class of all
 * units that ended while snapshots named it, for which each entry says `since` when one has.
 *
 * What is to be given stands in the newest manifest until a later one is committed. So a backup that was cut off anywhere
 * is made good by the next, at no request, and as long as there is no next nothing of the newest complete snapshot goes.
 */
import { snapshotKey, snapshotTime } from '../keys.ts';
import type { ArchiveRef } from './archive-ref.ts';
import { archivesIn, withArchives } from './archived-items.ts';
import { CALENDAR } from './calendar.ts';
import type { Keeping } from './handed-on.ts';
import { classOfUnits, GRACE_DAYS, type KeepClass, LONGEST_CLASS, NEEDED, unitsBetween } from './keep-classes.ts';
import type { Manifest } from './manifest.ts';

export interface Before {
  /** The snapshot right before this one; undefined for the first. */
  readonly last: Manifest | undefined;
  /** The newest complete one before it; often the same. */
  readonly complete: Manifest | undefined;
  /** The ids of the versions that were put for this snapshot. */
  readonly stored: ReadonlySet<string>;
}

/** What is to be tagged before the snapshot is committed. What it names itself is not given a class, and loses one it had. */
export const tagsDue = (next: Manifest, { last, complete, stored }: Before): Keeping[] => {
  const named = archivesOf(next);
  const held = new Map([...archivesOf(last), ...(last?.complete ? [] : archivesOf(complete))]);
  const given = (last?.handedOn?.versions ?? []).filter(
    (version) => version.class === NEEDED || !named.has(nameOf(version)),
  );
  const regained = [...named.values()].filter((one) => !held.has(nameOf(one)) && !stored.has(one.versionId));
  return [...given, ...regained.map(({ key, versionId }) => ({ key, versionId, class: NEEDED }) as const)];
};

/**
 * A snapshot that is given its class long after its time goes at once, and can be brought back for a while from then on. An
 * archive it names has been out of place for long, and would go before it: that one is to wait until no version of the
 * snapshot's manifest is left.
 */
export const isLate = ({ last }: Keeping, { startedAt }: Manifest): boolean =>
  last !== undefined && Date.parse(startedAt) - snapshotTime(last).getTime() > GRACE_DAYS * 86_400_000;

/** The snapshot as it is to be committed. @param undone what was due, and could not be tagged */
export const handOn = (next: Manifest, before: Before, undone: readonly Keeping[]): Manifest => {
  const { complete, stored } = before;
  const dated = withArchives(next, (archive) =>
    archive.since === undefined && stored.has(archive.versionId) ? { ...archive, since: next.snapshot } : archive,
  );
  const versions = [...undone, ...snapshotsHandedOn(next, before), ...leaving(dated, before)];
  return { ...dated, handedOn: { newestComplete: complete?.snapshot ?? null, versions } };
};

const nameOf = ({ key, versionId }: Pick<Keeping, 'key' | 'versionId'>): string => `${key}\n${versionId}`;

const archivesOf = (manifest: Manifest | undefined): Map<string, ArchiveRef> =>
  new Map((manifest ? archivesIn(manifest) : []).flatMap((archive) => (archive ? [[nameOf(archive), archive]] : [])));

const classBetween = (from: string, to: string): KeepClass =>
  classOfUnits(unitsBetween(snapshotTime(from), snapshotTime(to)));

const snapshotsHandedOn = (next: Manifest, { last, complete }: Before): Keeping[] => {
  const given: Keeping[] = [];
  if (last && !last.complete) {
    // Of a day, week, month or year without a complete snapshot, the last one is better than none.
    const units = unitsBetween(snapshotTime(last.snapshot), snapshotTime(next.snapshot)).filter(
      (unit) => !complete || isApart(unit, complete.snapshot, last.snapshot),
    );
    given.push({ key: snapshotKey(next.instance, last.snapshot), class: classOfUnits(units) });
  }
  if (next.complete && complete) {
    const keepClass = classBetween(complete.snapshot, next.snapshot);
    given.push({ key: snapshotKey(next.instance, complete.snapshot), class: keepClass });
  }
  return given;
};

const isApart = (unit: keyof typeof CALENDAR, a: string, b: string): boolean =>
  CALENDAR[unit](snapshotTime(a)) !== CALENDAR[unit](snapshotTime(b));

/** The archive versions that no snapshot needs as one that never goes, once this one is there. */
const leaving = (next: Manifest, { last, complete }: Before): Keeping[] => {
  const needed = new Set([...archivesOf(next).keys(), ...(next.complete ? [] : archivesOf(complete).keys())]);
  const given = new Map<string, Keeping>();
  for (const snapshot of [...(next.complete ? [complete] : []), last]) {
    for (const [name, { key, versionId, since }] of archivesOf(snapshot)) {
      if (!snapshot || needed.has(name)) continue;
      const keepClass = since === undefined ? LONGEST_CLASS : classBetween(since, next.snapshot);
      given.set(name, { key, versionId, class: keepClass, last: snapshot.snapshot });
    }
  }
  return [...given.values()];
};
