/**
 * A versioned bucket in memory with S3's lifecycle, which runs at each midnight of UTC by rules as a template has them.
 *
 * From the S3 User Guide: "Expiring objects" (an expired current version gets a delete marker and is non-current from then
 * on; a marker below which nothing is left goes by its own rule), "Lifecycle configuration elements" (days count from
 * the creation of a version, or from when it became non-current, and are rounded up to the next midnight; of several
 * rules that fit the earliest counts; a filter by tag goes by the tags of that version, and what lacks the tag does not fit).
 *
 * Two things S3 leaves open are taken at their worst: what ends at one midnight goes archives first, and a current version
 * may go `lateDays` after its time.
 */
import { createHash } from 'node:crypto';
import { type ObjectStore, type ObjectVersion, PreconditionFailed } from '../../../functions/store/object-store.ts';

export interface LifecycleRule {
  readonly Id: string;
  readonly Status: string;
  readonly Prefix?: string;
  readonly TagFilters?: readonly { readonly Key: string; readonly Value: string }[];
  readonly ExpirationInDays?: number;
  readonly ExpiredObjectDeleteMarker?: boolean;
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays: number };
  readonly AbortIncompleteMultipartUpload?: object;
}

const UNDERSTOOD = new Set([
  'Id',
  'Status',
  'Prefix',
  'TagFilters',
  'ExpirationInDays',
  'ExpiredObjectDeleteMarker',
  'NoncurrentVersionExpiration',
  'AbortIncompleteMultipartUpload',
]);

export const DAY_MS = 86_400_000;

export interface StoredVersion extends ObjectVersion {
  readonly body: Uint8Array;
  readonly createdMs: number;
  /** undefined: current, with no marker above it. */
  noncurrentMs: number | undefined;
  tags: Readonly<Record<string, string>>;
}

/** What the lifecycle did at a midnight. */
export interface Events {
  /** A current version got a delete marker. */
  hidden(version: StoredVersion, now: number): void;
  /** A version is gone for good. */
  removed(version: StoredVersion, now: number): void;
}

export interface ModelBucket {
  readonly store: ObjectStore;
  setTime(ms: number): void;
  setRules(rules: readonly LifecycleRule[]): void;
  /** Everything that is due at this midnight. */
  runLifecycle(midnight: number): void;
  /** As a person does it: a marker above the current version. */
  hide(key: string): void;
  /** The newest first; those of a key. */
  versionsOf(key: string): readonly StoredVersion[];
  has(key: string, versionId: string): boolean;
  /** Of all there are. */
  count(which: (version: StoredVersion) => boolean): number;
}

export const createModelBucket = (events: Events, lateDays: number): ModelBucket => {
  const objects = new Map<string, StoredVersion[]>();
  /** By the midnight at which they may be due; looked at again then, for much may have changed. */
  const agenda = new Map<number, Set<StoredVersion>>();
  let rules: readonly LifecycleRule[] = [];
  let now = 0;
  let count = 0;

  const midnightAfter = (since: number, days: number): number => Math.ceil((since + days * DAY_MS) / DAY_MS) * DAY_MS;

  const fits = ({ Prefix = '', TagFilters = [] }: LifecycleRule, { key, tags }: StoredVersion): boolean =>
    key.startsWith(Prefix) && TagFilters.every(({ Key, Value }) => tags[Key] === Value);

  /** The midnight at which it goes, or is hidden; Infinity when no rule says so. */
  const dueAt = (version: StoredVersion): number => {
    const { createdMs, noncurrentMs } = version;
    const ends = rules
      .filter((rule) => fits(rule, version))
      .map(({ ExpirationInDays, NoncurrentVersionExpiration }) => {
        const days = noncurrentMs === undefined ? ExpirationInDays : NoncurrentVersionExpiration?.NoncurrentDays;
        if (days === undefined) return Number.POSITIVE_INFINITY;
        return midnightAfter(noncurrentMs ?? createdMs, noncurrentMs === undefined ? days + lateDays : days);
      });
    return Math.min(Number.POSITIVE_INFINITY, ...ends);
  };

  const enter = (version: StoredVersion): void => {
    const due = Math.max(dueAt(version), Math.ceil((now + 1) / DAY_MS) * DAY_MS);
    if (due === Number.POSITIVE_INFINITY) return;
    agenda.set(due, (agenda.get(due) ?? new Set()).add(version));
  };

  const currentOf = (key: string): StoredVersion | undefined => {
    const newest = objects.get(key)?.[0];
    return newest?.noncurrentMs === undefined ? newest : undefined;
  };

  const supersede = (key: string): void => {
    const current = currentOf(key);
    if (!current) return;
    current.noncurrentMs = now;
    enter(current);
  };

  const find = (key: string, versionId: string | undefined): StoredVersion | undefined =>
    versionId === undefined ? currentOf(key) : objects.get(key)?.find((version) => version.versionId === versionId);

  const apply = (version: StoredVersion, midnight: number): void => {
    const all = objects.get(version.key) ?? [];
    if (!all.includes(version) || dueAt(version) > midnight) return;
    if (version.noncurrentMs === undefined) {
      supersede(version.key);
      events.hidden(version, midnight);
      return;
    }
    const left = all.filter((other) => other !== version);
    if (left.length > 0) objects.set(version.key, left);
    else objects.delete(version.key);
    events.removed(version, midnight);
  };

  const store: Partial<ObjectStore> = {
    name: 's3://model',
    put: async (key, body, condition) => {
      if (condition && 'ifAbsent' in condition && currentOf(key)) throw new PreconditionFailed(key);
      supersede(key);
      count += 1;
      const etag = createHash('md5').update(body).digest('hex');
      const about = { key, versionId: `v${count}`, etag, bytes: body.length, lastModified: new Date(now) };
      const version: StoredVersion = { ...about, body, createdMs: now, noncurrentMs: undefined, tags: {} };
      objects.set(key, [version, ...(objects.get(key) ?? [])]);
      enter(version);
      return version;
    },
    get: async (key, versionId) => find(key, versionId),
    head: async (key, versionId) => find(key, versionId),
    async *list(prefix) {
      for (const key of [...objects.keys()].sort()) {
        const current = key.startsWith(prefix) ? currentOf(key) : undefined;
        if (current) yield current;
      }
    },
    async *listRemovals(prefix) {
      for (const [key, [newest]] of objects)
        if (key.startsWith(prefix) && newest?.noncurrentMs !== undefined)
          yield { key, removedAt: new Date(newest.noncurrentMs) };
    },
    async *listVersions(prefix) {
      for (const [key, versions] of objects)
        if (key.startsWith(prefix))
          for (const version of versions) yield { ...version, isCurrent: version.noncurrentMs === undefined };
    },
    marks: {
      tag: async (key, versionId, tags) => {
        const version = find(key, versionId);
        if (!version) return false;
        version.tags = tags;
        enter(version);
        return true;
      },
      tagsOf: async (key, versionId) => find(key, versionId)?.tags,
      lock: async () => false,
    },
  };

  return {
    store: store as ObjectStore,
    setTime: (ms) => {
      now = ms;
    },
    setRules: (next) => {
      for (const rule of next) {
        const odd = Object.keys(rule).filter((field) => !UNDERSTOOD.has(field));
        if (odd.length > 0) throw new Error(`the model does not know ${odd} of the rule ${rule.Id}`);
      }
      rules = next.filter(({ Status }) => Status === 'Enabled');
      for (const versions of objects.values()) versions.forEach(enter);
    },
    runLifecycle: (midnight) => {
      now = midnight;
      const due = [...(agenda.get(midnight) ?? [])];
      agenda.delete(midnight);
      for (const version of due.toSorted((a, b) => (a.key < b.key ? -1 : 1))) apply(version, midnight);
    },
    hide: supersede,
    versionsOf: (key) => objects.get(key) ?? [],
    has: (key, versionId) => objects.get(key)?.some((version) => version.versionId === versionId) ?? false,
    count: (which) => [...objects.values()].flat().filter(which).length,
  };
};
