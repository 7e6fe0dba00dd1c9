/** What a key holds, has held and shows to people: each as the store tells it. */
import { join } from 'node:path';
import type { ObjectVersion, VersionEntry } from '../object-store.ts';
import { type FoundVersion, findStored, type KeyState, observe, readOlder } from './changes.ts';
import { glanceAtCopy } from './copies.ts';
import { readWhole, statFile, unless } from './files.ts';
import { keysUnder } from './keys.ts';
import { DELETED, type DirectoryLayout, isVersionOf, stampOf } from './layout.ts';

export const KEYS_AT_ONCE = 32;

export const describe = (key: string, { versionId, file, isOnlyCopy }: FoundVersion): ObjectVersion => ({
  key,
  versionId,
  etag: versionId,
  bytes: Number(file.size),
  lastModified: new Date(Number(file.mtimeNs / 1_000_000n)),
  ...(isOnlyCopy && { isOnlyCopy }),
});

export const describeCurrent = async (
  layout: DirectoryLayout,
  key: string,
  state: KeyState,
): Promise<ObjectVersion[]> => {
  if (!state.current) return [];
  const copy = await glanceAtCopy(layout, key, state);
  return [{ ...describe(key, state.current), ...(copy && { copy }) }];
};

export const findVersion = async (
  layout: DirectoryLayout,
  key: string,
  versionId: string | undefined,
): Promise<FoundVersion | undefined> => {
  const state = await observe(layout, key);
  if (versionId === undefined || versionId === state.current?.versionId) return state.current;
  const changes = await readOlder(layout, key, state);
  // When `.versions` was lost, the next put has kept the copy that people see as one that was put by hand.
  const older =
    changes.find((change) => change.versionId === versionId) ??
    changes.find((change) => change.versionId !== undefined && isVersionOf(versionId, change.versionId));
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
export const readVersion = async (layout: DirectoryLayout, key: string, versionId: string | undefined) => {
  const found = await findVersion(layout, key, versionId);
  if (!found) return { object: undefined };
  const body = await unless(['ENOENT'], readWhole(found.path, found.file));
  return body && { object: { ...describe(key, found), body } };
};

export const listVersionsOf = async (layout: DirectoryLayout, key: string): Promise<VersionEntry[]> => {
  const state = await observe(layout, key);
  const stored = await Promise.all((await readOlder(layout, key, state)).map(findStored));
  const versions = new Map<string, VersionEntry>();
  for (const version of [state.current, ...stored]) {
    if (!version || versions.has(version.versionId)) continue;
    versions.set(version.versionId, { ...describe(key, version), isCurrent: version === state.current });
  }
  return [...versions.values()];
};

export const listRemovalOf = async (layout: DirectoryLayout, key: string) => {
  const { current, newest } = await observe(layout, key);
  if (current || !newest || newest.versionId !== undefined) return [];
  const mark = await statFile(join(newest.directory, DELETED));
  return mark ? [{ key, removedAt: new Date(Number(mark.mtimeNs / 1_000_000n)) }] : [];
};

export const listCurrentOf = async (layout: DirectoryLayout, key: string): Promise<ObjectVersion[]> =>
  describeCurrent(layout, key, await observe(layout, key));

export async function* listKeys<T>(
  placeOf: (key: string) => Promise<DirectoryLayout>,
  prefix: string,
  read: (layout: DirectoryLayout, key: string) => Promise<T[]>,
  isFlat = false,
): AsyncGenerator<T> {
  const keys = await keysUnder(placeOf, prefix, isFlat);
  const readAt = async (key: string): Promise<T[]> => read(await placeOf(key), key);
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    yield* (await Promise.all(keys.slice(from, from + KEYS_AT_ONCE).map(readAt))).flat();
  }
}
