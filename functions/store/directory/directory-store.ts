/**
 * An object store in a directory. What counts are the versions under `.versions/`. The current one of each key is also
 * there as a plain file at the key: a copy for people to open, which may be edited, replaced or removed without harm and is
 * made anew by `copies.mend`. Where the store holds nothing, or has deleted it, a file that a person puts at a key is its
 * current version, until it is put over or deleted, which keeps it. Files are for this user only. Keys that differ only in
 * case are kept apart also where the file system does not tell them apart.
 *
 * Copies of the directory (cp, rsync, tar) keep all version ids. When the file of the newest version is lost, its copy
 * serves, as long as that has the time and size that the version's id tells.
 */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  type CopyProblem,
  type ObjectStore,
  type ObjectVersion,
  PreconditionFailed,
  type PutCondition,
} from '../object-store.ts';
import { StoreError } from '../store-error.ts';
import { ignoresCase, placeKey, takePlace } from './case.ts';
import { type Change, commit, type FoundVersion, glance, settle } from './changes.ts';
import { compareCopy, mendCopy } from './copies.ts';
import { explainFileError } from './errors.ts';
import { copyApart, ensureDirectory, sweepStaging, unless, untilStill, withStage, writeDurably } from './files.ts';
import { checkFileKey, createLayout, type DirectoryLayout, stampOf, UNPUBLISHED } from './layout.ts';
import {
  describe,
  describeCurrent,
  findVersion,
  KEYS_AT_ONCE,
  listCurrentOf,
  listKeys,
  listRemovalOf,
  listVersionsOf,
  readVersion,
} from './reading.ts';
import { prepareDeletion, removeVersion } from './removal.ts';
import { createTrust } from './trust.ts';

interface PreparedObject extends Change {
  readonly versionId: string;
  readonly modified: Date;
}

const checkCondition = (key: string, condition: PutCondition | undefined, current: FoundVersion | undefined): void => {
  if (!condition) return;
  const holds = 'ifAbsent' in condition ? current === undefined : current?.versionId === condition.ifMatch;
  if (!holds) throw new PreconditionFailed(key);
};

/** One by one: a walk through all folders reads twice as much. */
const forEach = async (keys: readonly string[], work: (key: string) => Promise<void>): Promise<void> => {
  const waiting = keys.values();
  const lane = async (): Promise<void> => {
    for (const key of waiting) await work(key);
  };
  await Promise.all(Array.from({ length: KEYS_AT_ONCE }, lane));
};

/** Nothing may stand in the way once the change is committed. */
const makeRoom = async (layout: DirectoryLayout, key: string): Promise<void> => {
  const file = layout.file(key);
  await ensureDirectory(dirname(file));
  if ((await unless(['ENOENT'], stat(file)))?.isDirectory()) {
    throw new StoreError('blocked', `${key} cannot be stored: a directory lies at ${file}; move it away`);
  }
};

const prepareObject = async (directory: string, body: Uint8Array): Promise<PreparedObject> => {
  // Whole seconds, as in S3 and because tar keeps no more of a file's time.
  const seconds = Math.floor(Date.now() / 1000);
  const stamp = stampOf({ mtimeNs: BigInt(seconds) * 1_000_000_000n, size: BigInt(body.byteLength) });
  const versionId = `${stamp}-${randomBytes(5).toString('hex')}`;
  const modified = new Date(seconds * 1000);
  await writeDurably(join(directory, versionId), body, modified);
  await copyApart(join(directory, versionId), join(directory, UNPUBLISHED));
  return { directory, versionId, modified };
};

const putObject = (layout: DirectoryLayout, key: string, body: Uint8Array, condition?: PutCondition) =>
  withStage(layout.staging, async (stage): Promise<ObjectVersion> => {
    let prepared: PreparedObject | undefined;
    for (;;) {
      const state = await settle(layout, key);
      checkCondition(key, condition, state.current);
      await makeRoom(layout, key);
      prepared ??= await prepareObject(stage, body);
      if (!(await commit(layout, key, state, prepared))) continue;
      const { versionId, modified } = prepared;
      return { key, versionId, etag: versionId, bytes: body.byteLength, lastModified: modified };
    }
  });

const deleteObject = (layout: DirectoryLayout, key: string, condition?: { readonly ifMatch: string }) =>
  withStage(layout.staging, async (stage): Promise<void> => {
    let prepared: Change | undefined;
    for (;;) {
      const state = await settle(layout, key);
      checkCondition(key, condition, state.current);
      if (!state.current) return;
      prepared ??= await prepareDeletion(stage);
      if (await commit(layout, key, state, prepared)) return;
    }
  });

export const createDirectoryStore = (location: string): ObjectStore => {
  const root = resolve(location);
  const layout = createLayout(root);
  const trust = createTrust(root);
  let swept: Promise<void> | undefined;
  const sweepOnce = () => {
    swept ??= sweepStaging(layout.staging).catch(() => undefined);
    return swept;
  };
  let isCaseIgnored: boolean | undefined;
  /** Where a key lies. @param mayTake it is to be written */
  const placeOf = async (key: string, mayTake = false): Promise<DirectoryLayout> => {
    if (mayTake && isCaseIgnored === undefined) await ensureDirectory(layout.staging);
    isCaseIgnored ??= await ignoresCase(root);
    if (!isCaseIgnored || key === '') return layout;
    return mayTake ? takePlace(root, layout, key) : placeKey(root, layout, key);
  };
  const explained = async <T>(
    key: string,
    work: (layout: DirectoryLayout) => Promise<T>,
    mayTake = false,
  ): Promise<T> => {
    try {
      checkFileKey(key);
      await trust.check(key);
      return await work(await placeOf(key, mayTake));
    } catch (error) {
      throw explainFileError(error, root);
    }
  };
  async function* listExplained<T>(prefix: string, entries: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      await trust.check(prefix);
      yield* entries;
    } catch (error) {
      throw explainFileError(error, root);
    }
  }

  return {
    name: location,
    put: (key, body, condition) =>
      explained(
        key,
        async (place) => {
          await sweepOnce();
          return putObject(place, key, body, condition);
        },
        true,
      ),
    get: (key, versionId) =>
      explained(key, async (place) => {
        const read = (at: DirectoryLayout) => untilStill(key, () => readVersion(at, key, versionId));
        const { object } = await read(place);
        // Before twins were kept apart one place held the versions of both.
        return object ?? (versionId !== undefined && place !== layout ? (await read(layout)).object : undefined);
      }),
    head: (key, versionId) =>
      explained(key, async (place) => {
        const found = await findVersion(place, key, versionId);
        return found && describe(key, found);
      }),
    headAll: async (_, keys) => {
      const found: ObjectVersion[] = [];
      await forEach(keys, async (key) => {
        found.push(...(await explained(key, async (place) => describeCurrent(place, key, await glance(place, key)))));
      });
      return found;
    },
    list: (prefix, depth) => listExplained(prefix, listKeys(placeOf, prefix, listCurrentOf, depth === 'flat')),
    listVersions: (prefix) => listExplained(prefix, listKeys(placeOf, prefix, listVersionsOf)),
    listRemovals: (prefix) => listExplained(prefix, listKeys(placeOf, prefix, listRemovalOf)),
    delete: (key, condition) => explained(key, (place) => deleteObject(place, key, condition)),
    deleteVersion: (key, versionId) => explained(key, (place) => removeVersion(place, key, versionId)),
    copies: {
      compare: async (keys) => {
        const problems = new Map<string, CopyProblem>();
        await forEach(keys, async (key) => {
          // What cannot be read is told by whoever reads it.
          const problem = await explained(key, (place) => compareCopy(place, key)).catch(() => undefined);
          if (problem) problems.set(key, problem);
        });
        return problems;
      },
      mend: (keys) => forEach(keys, (key) => explained(key, (place) => mendCopy(place, key)).catch(() => undefined)),
    },
  };
};
