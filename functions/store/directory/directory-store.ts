/**
 * An object store in a directory. What counts are the versions under `.versions/`. The current one of each key is also
 * there as a plain file at the key: a copy for people to open, which may be edited, replaced or removed without harm and is
 * made anew by `copies.mend`. Where the store holds nothing, or has deleted it, a file that a person puts at a key is its
 * current version, until it is put over or deleted, which keeps it. Files are for this user only.
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
  type VersionEntry,
} from '../object-store.ts';
import { StoreError } from '../store-error.ts';
import {
  type Change,
  commit,
  type FoundVersion,
  findStored,
  glance,
  type KeyState,
  observe,
  readOlder,
  settle,
} from './changes.ts';
import { compareCopy, glanceAtCopy, mendCopy } from './copies.ts';
import { explainFileError } from './errors.ts';
import {
  copyApart,
  ensureDirectory,
  readWhole,
  statFile,
  sweepStaging,
  unless,
  untilStill,
  withStage,
  writeDurably,
} from './files.ts';
import { keysUnder } from './keys.ts';
import {
  checkFileKey,
  createLayout,
  DELETED,
  type DirectoryLayout,
  isVersionOf,
  stampOf,
  UNPUBLISHED,
} from './layout.ts';
import { prepareDeletion, removeVersion } from './removal.ts';

const KEYS_AT_ONCE = 32;

interface PreparedObject extends Change {
  readonly versionId: string;
  readonly modified: Date;
}

const describe = (key: string, { versionId, file, isOnlyCopy }: FoundVersion): ObjectVersion => ({
  key,
  versionId,
  etag: versionId,
  bytes: Number(file.size),
  lastModified: new Date(Number(file.mtimeNs / 1_000_000n)),
  ...(isOnlyCopy && { isOnlyCopy }),
});

const describeCurrent = async (layout: DirectoryLayout, key: string, state: KeyState): Promise<ObjectVersion[]> => {
  if (!state.current) return [];
  const copy = await glanceAtCopy(layout, key, state);
  return [{ ...describe(key, state.current), ...(copy && { copy }) }];
};

const checkCondition = (key: string, condition: PutCondition | undefined, current: FoundVersion | undefined): void => {
  if (!condition) return;
  const holds = 'ifAbsent' in condition ? current === undefined : current?.versionId === condition.ifMatch;
  if (!holds) throw new PreconditionFailed(key);
};

const findVersion = async (
  layout: DirectoryLayout,
  key: string,
  versionId: string | undefined,
): Promise<FoundVersion | undefined> => {
  const state = await observe(layout, key);
  if (versionId === undefined || versionId === state.current?.versionId) return state.current;
  const older = (await readOlder(layout, key, state)).find((change) => change.versionId === versionId);
  if (older) return findStored(older);
  return state.newest && !state.newest.isLost ? undefined : findCopy(layout, key, versionId);
};

/** The newest version, when its own file is lost. */
const findCopy = async (layout: DirectoryLayout, key: string, versionId: string): Promise<FoundVersion | undefined> => {
  const path = layout.file(key);
  const file = await statFile(path);
  return file && isVersionOf(versionId, stampOf(file)) ? { versionId, path, file, isOnlyCopy: true } : undefined;
};

/** Undefined when another file has taken its place meanwhile; `object` is undefined when there is no such version. */
const readVersion = async (layout: DirectoryLayout, key: string, versionId: string | undefined) => {
  const found = await findVersion(layout, key, versionId);
  if (!found) return { object: undefined };
  const body = await unless(['ENOENT'], readWhole(found.path, found.file));
  return body && { object: { ...describe(key, found), body } };
};

const listVersionsOf = async (layout: DirectoryLayout, key: string): Promise<VersionEntry[]> => {
  const state = await observe(layout, key);
  const stored = await Promise.all((await readOlder(layout, key, state)).map(findStored));
  const versions = new Map<string, VersionEntry>();
  for (const version of [state.current, ...stored]) {
    if (!version || versions.has(version.versionId)) continue;
    versions.set(version.versionId, { ...describe(key, version), isCurrent: version === state.current });
  }
  return [...versions.values()];
};

const listRemovalOf = async (layout: DirectoryLayout, key: string) => {
  const { current, newest } = await observe(layout, key);
  if (current || !newest || newest.versionId !== undefined) return [];
  const mark = await statFile(join(newest.directory, DELETED));
  return mark ? [{ key, removedAt: new Date(Number(mark.mtimeNs / 1_000_000n)) }] : [];
};

const listCurrentOf = async (layout: DirectoryLayout, key: string): Promise<ObjectVersion[]> =>
  describeCurrent(layout, key, await observe(layout, key));

async function* listKeys<T>(
  layout: DirectoryLayout,
  prefix: string,
  read: (layout: DirectoryLayout, key: string) => Promise<T[]>,
  isFlat = false,
): AsyncGenerator<T> {
  const keys = await keysUnder(layout, prefix, isFlat);
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    yield* (await Promise.all(keys.slice(from, from + KEYS_AT_ONCE).map((key) => read(layout, key)))).flat();
  }
}

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
  let swept: Promise<void> | undefined;
  const sweepOnce = () => {
    swept ??= sweepStaging(layout.staging).catch(() => undefined);
    return swept;
  };
  const explained = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    try {
      checkFileKey(key);
      return await work();
    } catch (error) {
      throw explainFileError(error, root);
    }
  };
  async function* listExplained<T>(entries: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* entries;
    } catch (error) {
      throw explainFileError(error, root);
    }
  }

  return {
    name: location,
    put: (key, body, condition) =>
      explained(key, async () => {
        await sweepOnce();
        return putObject(layout, key, body, condition);
      }),
    get: (key, versionId) =>
      explained(key, async () => (await untilStill(key, () => readVersion(layout, key, versionId))).object),
    head: (key, versionId) =>
      explained(key, async () => {
        const found = await findVersion(layout, key, versionId);
        return found && describe(key, found);
      }),
    headAll: async (_, keys) => {
      const found: ObjectVersion[] = [];
      await forEach(keys, async (key) => {
        found.push(...(await explained(key, async () => describeCurrent(layout, key, await glance(layout, key)))));
      });
      return found;
    },
    list: (prefix, depth) => listExplained(listKeys(layout, prefix, listCurrentOf, depth === 'flat')),
    listVersions: (prefix) => listExplained(listKeys(layout, prefix, listVersionsOf)),
    listRemovals: (prefix) => listExplained(listKeys(layout, prefix, listRemovalOf)),
    delete: (key, condition) => explained(key, () => deleteObject(layout, key, condition)),
    deleteVersion: (key, versionId) => explained(key, () => removeVersion(layout, key, versionId)),
    copies: {
      compare: async (keys) => {
        const problems = new Map<string, CopyProblem>();
        await forEach(keys, async (key) => {
          // What cannot be read is told by whoever reads it.
          const problem = await explained(key, () => compareCopy(layout, key)).catch(() => undefined);
          if (problem) problems.set(key, problem);
        });
        return problems;
      },
      mend: (keys) => forEach(keys, (key) => mendCopy(layout, key).catch(() => undefined)),
    },
  };
};
