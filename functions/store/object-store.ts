/**
 * The object store port: what the vault and the drop box need of a bucket, and no more. Two implementations, S3 and a
 * directory, pass one contract suite (test/store/object-store.contract.ts).
 *
 * Contract: every put makes a new version and keeps the old ones; a reader sees a whole object or none; what a put has
 * answered survives a crash; the current version is the one put last. Keys are `/`-separated, never empty, without `.`
 * or `..` parts. A condition is judged against the current version; a deleted object counts as absent. A store that
 * cannot be used throws a StoreError, whose message says what to do.
 */

export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  /** Opaque; other bytes have another one. Good for `ifMatch` only. */
  readonly etag: string;
  readonly bytes: number;
  readonly lastModified: Date;
  /** What is wrong with the copy that people see, as far as its size and time tell; of what is current and was listed. */
  readonly copy?: CopyProblem | undefined;
  /** What was stored is lost, and this is the copy that people see. */
  readonly isOnlyCopy?: true;
}

/** `shared`: the very file that counts, so that writing into it would damage the version. */
export type CopyProblem = 'gone' | 'differs' | 'shared';

export interface StoredObject extends ObjectVersion {
  readonly body: Uint8Array;
}

export interface VersionEntry extends ObjectVersion {
  readonly isCurrent: boolean;
}

export type PutCondition = { readonly ifAbsent: true } | { readonly ifMatch: string };

export interface ObjectStore {
  /** For people, in messages: the directory's path or `s3://bucket`. */
  readonly name: string;
  /** @throws PreconditionFailed when the condition does not hold. Of many racers with one condition exactly one wins. */
  put(key: string, body: Uint8Array, condition?: PutCondition): Promise<ObjectVersion>;
  /** The current version, or exactly `versionId`; undefined when there is none. */
  get(key: string, versionId?: string): Promise<StoredObject | undefined>;
  head(key: string, versionId?: string): Promise<ObjectVersion | undefined>;
  /** The current versions at many keys, all of them under the prefix: those that are there, in any order. */
  headAll(prefix: string, keys: readonly string[]): Promise<readonly ObjectVersion[]>;
  /** Current versions under a prefix, in key order (code units); `flat`: without those below a further `/`. */
  list(prefix: string, depth?: 'flat'): AsyncIterable<ObjectVersion>;
  /** Every readable version under a prefix: keys in order, newest version of a key first. Delete markers are not listed. */
  listVersions(prefix: string): AsyncIterable<VersionEntry>;
  /** Keys under a prefix whose newest change is a deletion, in key order, and when that was. */
  listRemovals(prefix: string): AsyncIterable<{ readonly key: string; readonly removedAt: Date }>;
  /** Hides the object; its versions stay readable by id. Nothing to delete is no error. @throws PreconditionFailed */
  delete(key: string, condition?: { readonly ifMatch: string }): Promise<void>;
  /** Removes one version for good. A version that is not there is no error. */
  deleteVersion(key: string, versionId: string): Promise<void>;
  /** Absent where nothing but its owner ever removes anything, as in a directory. */
  readonly marks?: VersionMarks;
  /** Absent where people see no files, as in a bucket. */
  readonly copies?: VisibleCopies;
}

/** What counts is what was put. A directory shows people a copy of each current version, as a plain file at its key. */
interface VisibleCopies {
  /** Reads both and compares them. @returns what is wrong with the copy, by key; nothing of those that are right */
  compare(keys: readonly string[]): Promise<ReadonlyMap<string, CopyProblem>>;
  /** Makes them anew where something is wrong with them. What cannot be made stays as it is, for `compare` to tell. */
  mend(keys: readonly string[]): Promise<void>;
}

/** What is told to a bucket about a version: its lifecycle goes by tags, and a lock keeps everybody from removing it. */
export interface VersionMarks {
  /**
   * These take the place of all tags of the version, of the current one when none is named.
   * @returns false when there is no such version
   */
  tag(key: string, versionId: string | undefined, tags: Readonly<Record<string, string>>): Promise<boolean>;
  /** undefined when there is no such version. */
  tagsOf(key: string, versionId: string | undefined): Promise<Readonly<Record<string, string>> | undefined>;
  /** Nobody removes that version before then; a lock is only ever made longer. @returns false when there is no such version */
  lock(key: string, versionId: string | undefined, until: Date, mode: LockMode): Promise<boolean>;
}

/** `governance` can be lifted by whoever has the right to, `compliance` by nobody. */
type LockMode = 'governance' | 'compliance';

export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';
  readonly key: string;

  constructor(key: string) {
    super(`the condition on ${key} did not hold: somebody else wrote it first`);
    this.key = key;
  }
}
