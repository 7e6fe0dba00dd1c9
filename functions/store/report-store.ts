/**
 * Report pages and pictures in the vault. All of it is made from snapshots and archives and can be made again; nothing
 * here is ever read to restore something.
 */
import { flowPictureKey, flowPictureName, reportKey, reportPrefix, surroundingsKey } from '../core/keys.ts';
import { formatSurroundings, parseSurroundings, type Surroundings } from '../core/surroundings.ts';
import type { ObjectStore } from './object-store.ts';

export interface ReportStore {
  readonly name: string;
  /** Under the snapshot's name, then as the latest. @returns the keys of both */
  putPage(snapshot: string, html: string): Promise<{ readonly key: string; readonly latestKey: string }>;
  /** A test for "there is a picture of that archive", by content digest, as it is now. */
  picturesHeld(): Promise<(contentSha256: string) => boolean>;
  putPicture(contentSha256: string, svg: string): Promise<void>;
  /** By content digest; empty when nothing usable is kept. */
  readSurroundings(): Promise<Map<string, Surroundings>>;
  keepSurroundings(archives: ReadonlyMap<string, Surroundings>): Promise<void>;
}

export const createReportStore = (store: ObjectStore, instance: string): ReportStore => ({
  name: store.name,
  putPage: async (snapshot, html) => {
    const page = Buffer.from(html);
    const { key } = await store.put(reportKey(instance, snapshot), page);
    const { key: latestKey } = await store.put(reportKey(instance), page);
    return { key, latestKey };
  },
  picturesHeld: async () => {
    const prefix = reportPrefix(instance);
    const held = new Set<string>();
    for await (const { key } of store.list(`${prefix}flows/`)) held.add(key.slice(prefix.length));
    return (contentSha256) => held.has(flowPictureName(contentSha256));
  },
  putPicture: async (contentSha256, svg) => {
    await store.put(flowPictureKey(instance, contentSha256), Buffer.from(svg));
  },
  readSurroundings: async () => {
    const object = await store.get(surroundingsKey(instance));
    return object ? parseSurroundings(Buffer.from(object.body).toString('utf8')) : new Map();
  },
  keepSurroundings: async (archives) => {
    await store.put(surroundingsKey(instance), Buffer.from(formatSurroundings(archives)));
  },
});
