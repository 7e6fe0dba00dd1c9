/**
 * An object store in a directory. The current version of a key is a plain file at that path, which a person can open,
 * copy, put there, replace or remove; the versions before it lie under `.versions/`. Files are for this user only.
 *
 * The newest version is always read through the file at the key, so that damage and removal by hand are seen: a file
 * that was overwritten is a new version, without a put; the id it had gives the bytes that lie there now, and is no
 * longer listed. Copies of the directory (cp, rsync, tar) keep all version ids.
 */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
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
import { explainFileError } from './errors.ts';
import {
  ensureDirectory,
  linkOrCopy,
  readWhole,
  statFile,
  sweepStaging,
  unless,
  untilStill,
  withStage,
  writeDurably,
} from './files.ts';
import { keysUnder } from './keys.ts';
import { checkFileKey, createLayout, DELETED, type DirectoryLayout, stampOf, UNPUBLISHED } from './layout.ts';
import { prepareDeletion, removeVersion } from './removal.ts';

const KEYS_AT_ONCE = 32;

interface PreparedObject extends Change {
  readonly versionId: string;
  readonly modified: Date;
}

const describe = (key: string, { versionId, file }: FoundVersion): ObjectVersion => ({
  key,
  versionId,
  etag: versionId,
  bytes: Number(file.size),
  lastModified: new Date(Number(file.mtimeNs / 1_000_000n)),
});

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
  const { newest, current } = state;
  if (versionId === undefined || versionId === current?.versionId) return current;
  if (versionId === newest?.versionId) return current && { ...current, versionId };
  const older = (await readOlder(layout, key, state)).find((change) => change.versionId === versionId);
  return older && findStored(older);
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

const listCurrentOf = async (layout: DirectoryLayout, key: string): Promise<ObjectVersion[]> => {
  const { current } = await observe(layout, key);
  return current ? [describe(key, current)] : [];
};

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
const headAll = async (keys: readonly string[], look: (key: string) => Promise<KeyState>): Promise<ObjectVersion[]> => {
  const found: ObjectVersion[] = [];
  const waiting = keys.values();
  const lane = async (): Promise<void> => {
    for (const key of waiting) {
      const { current } = await look(key);
      if (current) found.push(describe(key, current));
    }
  };
  await Promise.all(Array.from({ length: KEYS_AT_ONCE }, lane));
  return found;
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
  await linkOrCopy(join(directory, versionId), join(directory, UNPUBLISHED));
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
    headAll: (_, keys) => headAll(keys, (key) => explained(key, () => glance(layout, key))),
    list: (prefix, depth) => listExplained(listKeys(layout, prefix, listCurrentOf, depth === 'flat')),
    listVersions: (prefix) => listExplained(listKeys(layout, prefix, listVersionsOf)),
    listRemovals: (prefix) => listExplained(listKeys(layout, prefix, listRemovalOf)),
    delete: (key, condition) => explained(key, () => deleteObject(layout, key, condition)),
    deleteVersion: (key, versionId) => explained(key, () => removeVersion(layout, key, versionId)),
  };
};
