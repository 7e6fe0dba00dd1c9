/**
 * The drop box: the place where people put archives to deploy, and beside them what became of each drop (receipts), the
 * target's own copies (safety), and the leases that let one worker at a time change one code. Everything that two
 * workers may write at once is written with a condition; whoever loses is told, never overwritten.
 */
import type { IntegrationRef } from '../core/integration.ts';
import { DROPS, leaseKey, leasePrefix, receiptKey, safetyKey } from '../core/keys.ts';
import { redactDocument } from '../core/redaction.ts';
import { type ObjectStore, type ObjectVersion, PreconditionFailed, type StoredObject } from './object-store.ts';
import { StoreError } from './store-error.ts';

export interface DropBox {
  readonly name: string;
  /** As events of S3 name it; a directory is called by its name. */
  readonly bucket: string;
  /** What was dropped: exactly that version of the key. */
  getDrop(key: string, versionId: string): Promise<StoredObject | undefined>;
  headDrop(key: string, versionId: string): Promise<ObjectVersion | undefined>;
  /** What lies at the key now; undefined when it was taken away. */
  newestDrop(key: string): Promise<ObjectVersion | undefined>;
  /** Everything below `deploy/`, and the files that lie in the root. */
  listDrops(): AsyncIterable<ObjectVersion>;
  receipts(instance: string, key: string, versionId: string): Document;
  lease(instance: string, code: string): Document;
  /** Of all codes that ever had one. */
  leases(instance: string): AsyncIterable<Document>;
  /** Keeps the target's own copy before it is replaced. */
  keepSafe(instance: string, ref: IntegrationRef, bytes: Uint8Array): Promise<{ key: string; versionId: string }>;
  getSafe(copy: { readonly key: string; readonly versionId: string }): Promise<Uint8Array | undefined>;
  /** What a person types to put a safety copy back. */
  returnCommand(copy: { readonly key: string; readonly versionId: string }, instance: string): string;
}

/** One JSON document that several may want to write. */
export interface Document {
  readonly key: string;
  read(): Promise<{ readonly content: unknown; readonly etag: string; readonly writtenAt: Date } | undefined>;
  /** @param etag of the content this one replaces; undefined: there must be none. @returns the new etag, undefined: somebody else was first */
  write(content: object, etag: string | undefined): Promise<string | undefined>;
}

const bucketOf = (name: string): string | undefined => /^s3:\/\/([^/]+)/.exec(name)?.[1];

export const createDropBox = (store: ObjectStore): DropBox => ({
  name: store.name,
  bucket: bucketOf(store.name) ?? store.name,
  getDrop: (key, versionId) => store.get(key, versionId),
  headDrop: (key, versionId) => store.head(key, versionId),
  newestDrop: (key) => store.head(key),
  listDrops: () => listDrops(store),
  receipts: (instance, key, versionId) => createDocument(store, receiptKey(instance, key, versionId)),
  lease: (instance, code) => createDocument(store, leaseKey(instance, code)),
  leases: (instance) => listLeases(store, instance),
  keepSafe: async (instance, ref, bytes) => {
    const { key, versionId } = await store.put(safetyKey(instance, ref), bytes);
    return { key, versionId };
  },
  getSafe: async ({ key, versionId }) => (await store.get(key, versionId))?.body,
  returnCommand: ({ key, versionId }, instance) => {
    const deploy = (file: string) =>
      `\`oic deploy ${instance} ${/[^\w./@:-]/.test(file) ? JSON.stringify(file) : file}\``;
    const bucket = bucketOf(store.name);
    if (bucket === undefined) return deploy(`${store.name.replace(/\/$/, '')}/${key}`);
    const fetch = `aws s3api get-object --bucket ${bucket} --key ${key} --version-id ${versionId} old.iar`;
    return `\`${fetch}\`, then ${deploy('old.iar')}`;
  },
});

async function* listDrops(store: ObjectStore): AsyncGenerator<ObjectVersion> {
  yield* store.list('', 'flat');
  yield* store.list(DROPS);
}

async function* listLeases(store: ObjectStore, instance: string): AsyncGenerator<Document> {
  for await (const { key } of store.list(leasePrefix(instance))) {
    if (key.endsWith('.json')) yield createDocument(store, key);
  }
}

const parse = (key: string, body: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new StoreError('failed', `${key} in the drop box is not JSON: it was damaged; move it away and try again`);
  }
};

const createDocument = (store: ObjectStore, key: string): Document => ({
  key,
  read: async () => {
    const object = await store.get(key);
    return object && { content: parse(key, object.body), etag: object.etag, writtenAt: object.lastModified };
  },
  write: async (content, etag) => {
    const body = Buffer.from(`${JSON.stringify(redactDocument(content), null, 2)}\n`);
    try {
      return (await store.put(key, body, etag === undefined ? { ifAbsent: true } : { ifMatch: etag })).etag;
    } catch (error) {
      if (error instanceof PreconditionFailed) return undefined;
      throw error;
    }
  },
});
