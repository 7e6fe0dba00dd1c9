/** Where everything lies in the vault (format 1) and in the drop box. Every key is built and read here. */

import { hash } from 'node:crypto';
import { type IntegrationRef, isCode, isVersion } from './integration.ts';
import { PART, partOf } from './key-parts.ts';
import type { Entry, KindFacts, OtherKind } from './kinds.ts';

const archivePrefix = (instance: string): string => `integrations/${instance}/`;
export const archiveKey = (instance: string, ref: IntegrationRef): string => `${archivePrefix(instance)}${fileOf(ref)}`;

const fileOf = ({ code, version }: IntegrationRef): string => {
  if (!isCode(code) || !isVersion(version)) throw new Error(`not an integration: ${code} ${version}`);
  return `${partOf(code)}/${version}.iar`;
};

/** An item of a kind that has archives. */
export const itemKey = <E extends Entry>(
  instance: string,
  { name, file }: Pick<KindFacts<E>, 'name' | 'file'>,
  item: E,
): string => {
  if (!file) throw new Error(`${name} have no archives`);
  const [last = '', ...folders] = file.partsOf(item).toReversed();
  return [name, instance, ...folders.toReversed().map((folder) => partOf(folder)), partOf(last, file.ending)].join('/');
};

/** The folders of archives, each with one folder an instance. */
export const archiveFolders = (kinds: readonly KindFacts[]): readonly ArchiveKind[] => [
  'integrations',
  ...kinds.filter(({ file }) => file).map(({ name }) => name),
];

/** Where the archives of one instance lie, of every kind that has any. */
export const archivePrefixes = (instance: string, kinds: readonly KindFacts[]): readonly string[] =>
  archiveFolders(kinds).map((folder) => `${folder}/${instance}/`);

/** Which kind of archive a key names; undefined for one that is none of this instance's. */
export const archiveKindOfKey = (
  instance: string,
  key: string,
  kinds: readonly KindFacts[],
): ArchiveKind | undefined => {
  const [folder, owner, ...rest] = key.split('/');
  if (owner !== instance) return undefined;
  const name = rest.join('/');
  if (folder === 'integrations') {
    const [, code = '', version = ''] = /^([^/]*)\/([^/]*)\.iar$/.exec(name) ?? [];
    return PART.test(code) && isVersion(version) ? folder : undefined;
  }
  const kind = kinds.find((one) => one.name === folder && one.file && name.endsWith(one.file.ending));
  if (!kind?.file) return undefined;
  const parts = name.slice(0, -kind.file.ending.length).split('/');
  return parts.length === kind.file.parts && parts.every((part) => PART.test(part)) ? kind.name : undefined;
};

export type ArchiveKind = 'integrations' | OtherKind;

/** Those of one instance and kind whose folder or file differs from another one's in nothing but capitals. */
export const twinKeys = (keys: readonly string[]): ReadonlySet<string> => {
  const nameIn = (key: string): string => key.split('/')[2] ?? '';
  const alike = Map.groupBy(new Set(keys.map(nameIn)), (name) => name.toLowerCase());
  return new Set(keys.filter((key) => (alike.get(nameIn(key).toLowerCase())?.length ?? 0) > 1));
};

export const SNAPSHOT_FOLDER = 'snapshots/';
export const snapshotPrefix = (instance: string): string => `${SNAPSHOT_FOLDER}${instance}/`;
export const snapshotKey = (instance: string, snapshot: string): string => {
  if (!isSnapshotName(snapshot)) throw new Error(`not a snapshot name: ${snapshot}`);
  return `${snapshotPrefix(instance)}${snapshot}.json`;
};

/** Which snapshots were pruned: what is in there is missing for a reason. */
export const prunedKey = (instance: string): string => `${snapshotPrefix(instance)}pruned.json`;

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

/** Whatever is put below it gets a receipt. */
export const DROPS = 'deploy/';
export const dropPrefix = (instance: string): string => `${DROPS}${instance}/`;

/** The instance a drop is for, whether there is one of that name or not; undefined when the key names none. */
export const instanceOfDrop = (key: string): string | undefined => /^deploy\/([^/]+)\/./s.exec(key)?.[1];

/** Where receipts lie of what was dropped for no instance; no instance may have that name. */
export const NO_INSTANCE = 'unknown';

export const receiptPrefix = (instance: string): string => `receipts/${instance}/`;
/**
 * Beside the drop, under its own key. S3 takes keys that no path can be (`a//b`, `../b`): what is odd in them is written as
 * in a URL; and where the key of a drop leaves no room for more, a digest takes the place of its end.
 */
export const receiptKey = (instance: string, dropKey: string, versionId: string): string => {
  const before = receiptPrefix(instance);
  const after = `/${versionId}.json`;
  const room = MAX_KEY_BYTES - Buffer.byteLength(before) - Buffer.byteLength(after);
  return `${before}${shortened(dropKey.split('/').map(pathPart).join('/'), room)}${after}`;
};

/** Of S3 (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html). */
const MAX_KEY_BYTES = 1_024;

/** Whether every store takes the key: none of its parts is empty, `.` or `..`, nor holds NUL. */
export const isPlainKey = (key: string): boolean => key.split('/').every((part) => pathPart(part) === part);

const pathPart = (part: string): string => {
  if (part === '') return '%';
  if (part === '.' || part === '..') return part.replaceAll('.', '%2E');
  return part.replaceAll('\0', '%00');
};

const shortened = (key: string, room: number): string => {
  if (Buffer.byteLength(key) <= room) return key;
  const digest = `-${hash('sha256', key)}`;
  const letters = [...key];
  let kept = '';
  for (const letter of letters) {
    if (Buffer.byteLength(kept + letter) > room - digest.length) break;
    kept += letter;
  }
  return `${kept}${digest}`;
};

export const safetyPrefix = (instance: string): string => `safety/${instance}/`;
export const safetyKey = (instance: string, ref: IntegrationRef): string => `${safetyPrefix(instance)}${fileOf(ref)}`;

/** A target's own lookup, library or project, taken before a restore replaced it: as in the vault, below `safety/`. */
export const safetyCopyKey = (instance: string, archiveKey: string): string => {
  const [folder, owner, ...rest] = archiveKey.split('/');
  if (owner !== instance || rest.length === 0) throw new Error(`not an archive of ${instance}: ${archiveKey}`);
  return `${safetyPrefix(instance)}${folder}/${rest.join('/')}`;
};

/** What it takes to put an item back whose replacing was cut off: beside its copy. */
export const undoKey = (instance: string, archiveKey: string): string =>
  safetyCopyKey(instance, archiveKey).replace(/\.\w+$/, '.json');

export const leasePrefix = (instance: string): string => `leases/${instance}/`;

/** One for all versions of a code: activating one may take another out of service. */
export const leaseKey = (instance: string, code: string): string => {
  if (!isCode(code)) throw new Error(`not a code: ${code}`);
  return `${leasePrefix(instance)}${partOf(code, '.json')}`;
};

export const reportPrefix = (instance: string): string => `reports/${instance}/`;

/** The page about a snapshot; without one the page about the newest, under one name every morning. */
export const reportKey = (instance: string, snapshot?: string): string => {
  if (snapshot !== undefined && !isSnapshotName(snapshot)) throw new Error(`not a snapshot name: ${snapshot}`);
  return `${reportPrefix(instance)}${snapshot ?? 'latest'}.html`;
};

/** Which snapshot a page is about; undefined for a key that is no page of one of this instance. */
export const snapshotOfPage = (instance: string, key: string): string | undefined => {
  const prefix = reportPrefix(instance);
  if (!key.startsWith(prefix) || !key.endsWith('.html')) return undefined;
  const name = key.slice(prefix.length, -'.html'.length);
  return isSnapshotName(name) ? name : undefined;
};

/** All pages about one snapshot, and nothing else: for the next thousand years a snapshot's name begins so. */
export const reportPagePrefix = (instance: string): string => `${reportPrefix(instance)}2`;

/** As the page links to it, from beside itself. Named by the archive's content digest: the same flow is drawn once. */
export const flowPictureName = (contentSha256: string): string => `flows/${contentSha256}.svg`;
export const flowPictureKey = (instance: string, contentSha256: string): string =>
  `${reportPrefix(instance)}${flowPictureName(contentSha256)}`;
export const flowPicturePrefix = (instance: string): string => `${reportPrefix(instance)}flows/`;

/** Of which archive a picture is; undefined for a key that is no picture of this instance. */
export const digestOfFlowPicture = (instance: string, key: string): string | undefined => {
  const prefix = flowPicturePrefix(instance);
  if (!key.startsWith(prefix)) return undefined;
  return /^([0-9a-f]{64})\.svg$/.exec(key.slice(prefix.length))?.[1];
};

/** So long a page may link to a picture. A bucket keeps it longer, by as long as it keeps the page. */
export const PICTURE_DAYS = 365;

export const dependenciesKey = (instance: string): string => `${reportPrefix(instance)}surroundings.json`;
export const reportNotesKey = (instance: string): string => `${reportPrefix(instance)}history.json`;

/** Whether this program wrote it, or a person put it there. */
export const isOfReports = (instance: string, key: string): boolean => {
  if ([reportKey(instance), dependenciesKey(instance), reportNotesKey(instance)].includes(key)) return true;
  return snapshotOfPage(instance, key) !== undefined || digestOfFlowPicture(instance, key) !== undefined;
};

/** When which archive was read back, and what was damaged. Beside format 1, not part of it. */
export const scrubKey = (instance: string): string => `scrub/${instance}.json`;

/** What is kept of runs in AWS while they last, and a few days longer. Beside format 1, not part of it. */
export const runPrefix = (instance: string): string => `runs/${instance}/`;

/** One for each tick of a schedule: who claims it has the run. */
export const runMarkerKey = (instance: string, tick: Date): string =>
  `${runPrefix(instance)}${snapshotName(tick)}.json`;

/** What a step of a run gave when that is too large for the journal. */
export const runResultKey = (instance: string, run: string, step: string): string =>
  `${runPrefix(instance)}${run}/${step}.json.gz`;

/** An object that is there for a moment, to try out whether a vault can be written. No snapshot. */
export const writingProbeKey = (instance: string): string => `${snapshotPrefix(instance)}try-of-doctor`;

/** An object that is there for a moment, to try out what a store can do. */
export const contractProbeKey = (id: string): string => `contract-probe/${id}`;
export const isContractProbe = (key: string): boolean => key.startsWith('contract-probe/');
