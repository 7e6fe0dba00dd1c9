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
 * Two kinds of snapshots are not handed on, and stay with their archives: those before a loss, until it is settled, and
 * the newest of another instance under the same name.
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
import { isOtherOrigin } from './origin.ts';

export interface Before {
  /** The snapshot right before this one; undefined for the first. */
  readonly last: Manifest | undefined;
  /** The newest complete one before it; often the same. */
  readonly complete: Manifest | undefined;
  /** Those before losses that the last one tells of. */
  readonly unsettled: readonly Manifest[];
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

const stays = (next: Manifest, { snapshot, origin }: Manifest): boolean =>
  next.beforeLoss?.includes(snapshot) === true || isOtherOrigin(origin, next.origin);

/** Those before losses that are settled now. */
const released = (next: Manifest, { last, complete, unsettled }: Before): Manifest[] =>
  unsettled.filter(
    (one) => one.snapshot !== last?.snapshot && one.snapshot !== complete?.snapshot && !stays(next, one),
  );

const snapshotsHandedOn = (next: Manifest, before: Before): Keeping[] => {
  const { last, complete } = before;
  const given = released(next, before).map(
    ({ snapshot }): Keeping => ({
      key: snapshotKey(next.instance, snapshot),
      class: classBetween(snapshot, next.snapshot),
    }),
  );
  if (last && !last.complete && !stays(next, last)) {
    // Of a day, week, month or year without a complete snapshot, the last one is better than none.
    const units = unitsBetween(snapshotTime(last.snapshot), snapshotTime(next.snapshot)).filter(
      (unit) => !complete || isApart(unit, complete.snapshot, last.snapshot),
    );
    given.push({ key: snapshotKey(next.instance, last.snapshot), class: classOfUnits(units) });
  }
  if (next.complete && complete && !stays(next, complete)) {
    const keepClass = classBetween(complete.snapshot, next.snapshot);
    given.push({ key: snapshotKey(next.instance, complete.snapshot), class: keepClass });
  }
  return given;
};

const isApart = (unit: keyof typeof CALENDAR, a: string, b: string): boolean =>
  CALENDAR[unit](snapshotTime(a)) !== CALENDAR[unit](snapshotTime(b));

/** The archive versions that no snapshot needs as one that never goes, once this one is there. */
const leaving = (next: Manifest, before: Before): Keeping[] => {
  const { last, complete, unsettled } = before;
  const staying = [last, complete, ...unsettled].filter((one) => one && stays(next, one));
  const needing = [next, ...(next.complete ? [] : [complete]), ...staying];
  const needed = new Set(needing.flatMap((one) => [...archivesOf(one).keys()]));
  const given = new Map<string, Keeping>();
  for (const snapshot of [...(next.complete ? [complete] : []), last]) {
    for (const [name, { key, versionId, since }] of archivesOf(snapshot)) {
      if (!snapshot || needed.has(name)) continue;
      const keepClass = since === undefined ? LONGEST_CLASS : classBetween(since, next.snapshot);
      given.set(name, { key, versionId, class: keepClass, last: snapshot.snapshot });
    }
  }
  // Snapshots since may have named these too, and are there for as long as any.
  for (const one of released(next, before)) {
    for (const [name, { key, versionId }] of archivesOf(one))
      if (!needed.has(name)) given.set(name, { key, versionId, class: LONGEST_CLASS, last: one.snapshot });
  }
  return [...given.values()];
};
