/** Where everything lies in the vault (format 1). Every key is built and read here. */
import { type IntegrationRef, isCode, isVersion } from './integration.ts';

export const archivePrefix = (instance: string): string => `integrations/${instance}/`;
export const archiveKey = (instance: string, { code, version }: IntegrationRef): string => {
  if (!isCode(code) || !isVersion(version)) throw new Error(`not an integration: ${code} ${version}`);
  return `${archivePrefix(instance)}${code}/${version}.iar`;
};

export const snapshotPrefix = (instance: string): string => `snapshots/${instance}/`;
export const snapshotKey = (instance: string, snapshot: string): string => {
  if (!isSnapshotName(snapshot)) throw new Error(`not a snapshot name: ${snapshot}`);
  return `${snapshotPrefix(instance)}${snapshot}.json`;
};

/** A snapshot's name is the second at which it was begun, in UTC, without the colons some file systems refuse. */
export const snapshotName = (startedAt: Date): string =>
  startedAt
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');

export const isSnapshotName = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z$/.test(text);

/** The moment a snapshot's name tells. */
export const snapshotTime = (snapshot: string): Date =>
  new Date(snapshot.replace(/T(\d{2})-(\d{2})-(\d{2})Z$/, 'T$1:$2:$3Z'));

/** undefined for a key that is not a snapshot of this instance. */
export const snapshotOfKey = (instance: string, key: string): string | undefined => {
  const prefix = snapshotPrefix(instance);
  if (!key.startsWith(prefix) || !key.endsWith('.json')) return undefined;
  const name = key.slice(prefix.length, -'.json'.length);
  return isSnapshotName(name) ? name : undefined;
};
