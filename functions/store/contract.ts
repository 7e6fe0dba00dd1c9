/**
 * Whether a store keeps what the vault and the drop box rely on, tried out on one small object. Some stores that speak S3
 * lack a part of it, and some accept a condition and write all the same.
 */
import { randomUUID } from 'node:crypto';
import { contractProbeKey } from '../core/keys.ts';
import { type ObjectStore, type ObjectVersion, PreconditionFailed } from './object-store.ts';
import { StoreError } from './store-error.ts';

export interface ContractCheck {
  readonly name: 'versions' | 'put-if-absent' | 'put-if-match' | 'listing of versions' | 'tags';
  /** To be read after "it"; undefined: it is kept. */
  readonly problem: string | undefined;
}

const ONE = Buffer.from('one');
const TWO = Buffer.from('two');
const THREE = Buffer.from('three');
const TAGS = { 'oic-probe': 'one' };

/** For a person. */
export const versioningCommand = (bucket: string): string =>
  `aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`;

const NO_VERSIONS = 'gives no version ids';

/** Other errors say nothing about what a store can do. */
const OF_THE_STORE = ['unversioned', 'denied', 'failed'];

/** @returns what is wrong, also when the store cannot do it at all. @throws StoreError when the store cannot be used */
const problemOf = async (what: string, work: () => Promise<string | undefined>): Promise<string | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PreconditionFailed) return `refuses ${what} though its condition holds`;
    if (!(error instanceof StoreError) || !OF_THE_STORE.includes(error.kind)) throw error;
    return error.kind === 'unversioned' ? NO_VERSIONS : `cannot do ${what} (${error.message})`;
  }
};

const isRefused = async (put: Promise<unknown>): Promise<boolean> => {
  try {
    await put;
    return false;
  } catch (error) {
    if (error instanceof PreconditionFailed) return true;
    throw error;
  }
};

const textAt = async (store: ObjectStore, key: string, versionId?: string): Promise<string | undefined> => {
  const object = await store.get(key, versionId);
  return object && Buffer.from(object.body).toString();
};

/** Leaves two versions at the key where the contract is kept. */
const tryConditions = async (store: ObjectStore, key: string) => {
  let first: ObjectVersion | undefined;
  let second: ObjectVersion | undefined;
  const absent = await problemOf('a put with If-None-Match: *', async () => {
    first = await store.put(key, ONE, { ifAbsent: true });
    const isKept = (await isRefused(store.put(key, THREE, { ifAbsent: true }))) && (await textAt(store, key)) === 'one';
    return isKept ? undefined : 'writes over what is there in spite of If-None-Match: *';
  });
  const match = await problemOf('a put with If-Match', async () => {
    const current = await store.put(key, ONE);
    first = current;
    second = await store.put(key, TWO, { ifMatch: current.etag });
    const isKept =
      (await isRefused(store.put(key, THREE, { ifMatch: current.etag }))) && (await textAt(store, key)) === 'two';
    return isKept ? undefined : 'writes over a newer version in spite of If-Match';
  });
  return { absent, match, first, second };
};

const tryVersions = (store: ObjectStore, key: string, first: ObjectVersion, second: ObjectVersion) =>
  problemOf('reading of a version', async () => {
    if (first.versionId === second.versionId) return 'gives two versions one id';
    if ((await textAt(store, key, first.versionId)) !== 'one')
      return 'gives other bytes for the id of an older version';
    await store.delete(key);
    if ((await textAt(store, key)) !== undefined) return 'shows an object that was deleted';
    return (await textAt(store, key, first.versionId)) === 'one'
      ? undefined
      : 'loses older versions when an object is deleted';
  });

const tryListing = (store: ObjectStore, key: string, first: ObjectVersion, second: ObjectVersion) =>
  problemOf('a listing of versions', async () => {
    const listed = await Array.fromAsync(store.listVersions(key));
    const [newest] = listed;
    const isThere = listed.some(({ versionId, isCurrent }) => versionId === first.versionId && !isCurrent);
    return newest?.versionId === second.versionId && newest.isCurrent && isThere
      ? undefined
      : 'does not list all versions, the newest first';
  });

const tryTags = ({ marks }: ObjectStore, key: string, first: ObjectVersion, second: ObjectVersion) =>
  problemOf('tags of a version', async () => {
    if (!marks) return undefined;
    await marks.tag(key, first.versionId, TAGS);
    const kept = JSON.stringify(await marks.tagsOf(key, first.versionId)) === JSON.stringify(TAGS);
    const others = Object.keys((await marks.tagsOf(key, second.versionId)) ?? {}).length;
    if (!kept) return 'forgets the tags of a version';
    return others === 0 ? undefined : 'tags other versions as well';
  });

/** Puts an object, reads it and removes it again. @throws StoreError when that cannot be done */
export const tryWriting = async (store: ObjectStore, key: string): Promise<void> => {
  const { versionId } = await store.put(key, ONE);
  const text = await textAt(store, key, versionId);
  await store.delete(key);
  await store.deleteVersion(key, versionId);
  if (text === 'one') return;
  throw new StoreError('unfit', `${store.name} gives back other bytes than were stored there: take another one`);
};

/** What was written is removed again, as far as the rights go. */
export const checkContract = async (store: ObjectStore): Promise<readonly ContractCheck[]> => {
  const key = contractProbeKey(randomUUID());
  try {
    const { absent, match, first, second } = await tryConditions(store, key);
    const isAsked = first !== undefined && second !== undefined;
    const untried = absent === NO_VERSIONS ? absent : 'was not asked, for a put has failed';
    const listing = isAsked ? await tryListing(store, key, first, second) : untried;
    const tags = isAsked ? await tryTags(store, key, first, second) : untried;
    const versions = isAsked ? await tryVersions(store, key, first, second) : untried;
    const command = versioningCommand(store.name.replace('s3://', ''));
    const checks: readonly ContractCheck[] = [
      {
        name: 'versions',
        problem: versions === NO_VERSIONS ? `${versions}: switch versioning on, if it can (\`${command}\`)` : versions,
      },
      { name: 'put-if-absent', problem: absent },
      { name: 'put-if-match', problem: match },
      { name: 'listing of versions', problem: listing },
      { name: 'tags', problem: tags },
    ];
    return store.marks ? checks : checks.filter(({ name }) => name !== 'tags');
  } finally {
    await clear(store, key).catch(() => undefined);
  }
};

const clear = async (store: ObjectStore, key: string): Promise<void> => {
  const versions = await Array.fromAsync(store.listVersions(key));
  if (versions.some(({ isCurrent }) => isCurrent)) await store.delete(key);
  for (const { versionId } of versions) await store.deleteVersion(key, versionId);
};
