/**
 * Which snapshots are kept, and why. The rules are those of restic's `forget`, with every bucket in UTC: of each of the
 * last N days, ISO weeks, months or years that have a snapshot one is kept, the last N whatever their day, and everything
 * within a time before the newest. A bucket keeps its newest complete snapshot, or its newest one when none is complete. The newest complete snapshot is
 * kept whatever the rules say, and so are those before a sudden loss that nobody has called meant. Snapshots of another
 * instance under the same name are counted by themselves: they push out none of the others. To apply the same rules again, also to a part of what they left, forgets nothing new.
 */
import { ConfigError } from '../errors.ts';
import { snapshotTime } from '../keys.ts';
import { CALENDAR, CALENDAR_UNITS } from './calendar.ts';
import type { Keep, KeepSettings } from './keep-classes.ts';

export interface RetentionRules extends Keep {
  /** So many of the newest, complete or not. */
  readonly last?: number | undefined;
  /** As people write it: `14d`, `3m` for months, `1y`, `36h`, or several of them, the largest first: `1y6m`. */
  readonly within?: string | undefined;
}

export interface KeptSnapshot {
  readonly snapshot: string;
  readonly reasons: readonly string[];
}

export interface Retention {
  readonly kept: readonly KeptSnapshot[];
  readonly forgotten: readonly string[];
}

interface Snapshot {
  readonly snapshot: string;
  readonly complete: boolean;
  /** In words; absent in what was written before manifests told it, which is taken for that of the snapshots beside it. */
  readonly origin?: string | undefined;
  readonly beforeLoss?: readonly string[] | undefined;
}

/** Both lists are newest first. @throws ConfigError as `checkRetentionRules` */
export const applyRetention = (snapshots: readonly Snapshot[], rules: RetentionRules): Retention => {
  checkRetentionRules(rules);
  const newestFirst = snapshots.toSorted((a, b) => (a.snapshot < b.snapshot ? 1 : -1));
  const reasons = new Map<string, string[]>();
  const keep = ({ snapshot }: Snapshot, reason: string): void => {
    reasons.set(snapshot, [...(reasons.get(snapshot) ?? []), reason]);
  };
  for (const [n, { origin, snapshots: ofOne }] of byOrigin(newestFirst).entries()) {
    const of = n === 0 ? '' : ` of ${origin}`;
    for (const [snapshot, reason] of pickByRules(ofOne, rules)) keep(snapshot, reason + of);
  }
  return {
    kept: newestFirst.flatMap(({ snapshot }) => {
      const why = reasons.get(snapshot);
      return why ? [{ snapshot, reasons: why }] : [];
    }),
    forgotten: newestFirst.map(({ snapshot }) => snapshot).filter((snapshot) => !reasons.has(snapshot)),
  };
};

/** The instance of the newest snapshot first. */
const byOrigin = (newestFirst: readonly Snapshot[]) => {
  let origin = newestFirst.find((one) => one.origin !== undefined)?.origin;
  const groups = Map.groupBy(newestFirst, (one) => {
    origin = one.origin ?? origin;
    return origin;
  });
  return [...groups].map(([name, snapshots]) => ({ origin: name, snapshots }));
};

const pickByRules = (newestFirst: readonly Snapshot[], rules: RetentionRules): [Snapshot, string][] => {
  const because = (reason: string) => (snapshot: Snapshot) => [snapshot, reason] as [Snapshot, string];
  const beforeLoss = newestFirst.filter(({ snapshot }) => newestFirst[0]?.beforeLoss?.includes(snapshot));
  return [
    ...newestFirst
      .filter(({ complete }) => complete)
      .slice(0, 1)
      .map(because('newest complete snapshot')),
    ...beforeLoss.map(because('before much was gone, which nobody has called meant')),
    ...newestFirst.slice(0, rules.last ?? 0).map(because(`one of the last ${rules.last}`)),
    ...CALENDAR_UNITS.flatMap((unit) =>
      pickFromBuckets(newestFirst, CALENDAR[unit], rules[unit] ?? 0).map(because(`${unit} snapshot`)),
    ),
    ...pickWithin(newestFirst, rules.within).map(because(`within ${rules.within}`)),
  ];
};

/** @throws ConfigError with all that is wrong */
export const checkRetentionRules = (rules: RetentionRules): void => {
  const problems = ([...CALENDAR_UNITS, 'last'] as const).flatMap((name) => {
    const limit = rules[name];
    if (limit === undefined || (Number.isSafeInteger(limit) && limit >= 1)) return [];
    return [`--keep-${name} needs a whole number of at least 1`];
  });
  if (rules.within !== undefined && !parseSpan(rules.within)) {
    problems.push(`--keep-within "${rules.within}" is no time: write e.g. 36h, 14d, 3m (months) or 1y`);
  }
  if (problems.length > 0) throw new ConfigError('nothing was forgotten, for the rules are not clear', problems);
  if (Object.values(rules).every((rule) => rule === undefined)) {
    throw new ConfigError(
      'nothing was forgotten, for nothing says what to keep: give --keep-daily, --keep-weekly, --keep-monthly, --keep-yearly, --keep-last or --keep-within, or set vault.keep',
    );
  }
};

/** What a bucket keeps by its lifecycle, as rules; undefined when the settings have no `vault.keep`. */
export const rulesOfSettings = ({ retentionDays, keep }: KeepSettings): RetentionRules | undefined =>
  keep && { ...keep, within: `${retentionDays}d` };

/** `5m` is five months, which not everybody takes it for. @returns undefined for what is no span */
export const describeSpan = (within: string): string | undefined => {
  const span = parseSpan(within);
  if (!span) return undefined;
  const parts = Object.entries(span).filter(([, number]) => number > 0);
  return parts.map(([unit, number]) => `${number} ${number === 1 ? unit.slice(0, -1) : unit}`).join(', ');
};

/** One of each of the newest `limit` buckets. */
const pickFromBuckets = (
  newestFirst: readonly Snapshot[],
  bucketOf: (at: Date) => string,
  limit: number,
): Snapshot[] => {
  const buckets = Map.groupBy(newestFirst, ({ snapshot }) => bucketOf(snapshotTime(snapshot)));
  return [...buckets.values()]
    .slice(0, limit)
    .flatMap((bucket) => bucket.find(({ complete }) => complete) ?? bucket[0] ?? []);
};

interface Span {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

const SPAN = /^(?=\d)(?:(\d{1,4})y)?(?:(\d{1,5})m)?(?:(\d{1,6})d)?(?:(\d{1,7})h)?$/;

const parseSpan = (text: string): Span | undefined => {
  const parts = SPAN.exec(text);
  if (!parts) return undefined;
  const [years = 0, months = 0, days = 0, hours = 0] = parts.slice(1).map((digits) => Number(digits ?? 0));
  return years + months + days + hours > 0 ? { years, months, days, hours } : undefined;
};

/** Later than the newest snapshot's time less the span, by the calendar: a month before 31 March is 3 March. */
const pickWithin = (newestFirst: readonly Snapshot[], within: string | undefined): Snapshot[] => {
  const span = within === undefined ? undefined : parseSpan(within);
  const [newest] = newestFirst;
  if (!span || !newest) return [];
  const from = snapshotTime(newest.snapshot);
  from.setUTCFullYear(
    from.getUTCFullYear() - span.years,
    from.getUTCMonth() - span.months,
    from.getUTCDate() - span.days,
  );
  from.setUTCHours(from.getUTCHours() - span.hours);
  return newestFirst.filter(({ snapshot }) => snapshotTime(snapshot) > from);
};
