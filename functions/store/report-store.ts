/**
 * Report pages and pictures in the vault, and notes that spare the next report what this one has read. All of it is made
 * from snapshots and archives and can be made again; nothing here is ever read to restore something.
 */

import { type Dependencies, formatDependencies, parseDependencies } from '../core/archive/dependencies.ts';
import {
  dependenciesKey,
  digestOfFlowPicture,
  flowPictureKey,
  flowPicturePrefix,
  PICTURE_DAYS,
  reportKey,
  reportNotesKey,
} from '../core/keys.ts';
import { redact } from '../core/redaction.ts';
import { formatReportNotes, parseReportNotes, type ReportNotes } from '../core/report/notes.ts';
import type { ObjectStore } from './object-store.ts';

export interface ReportStore {
  readonly name: string;
  /** Under the snapshot's name, then as the latest. @returns the keys of both */
  putPage(snapshot: string, html: string): Promise<{ readonly key: string; readonly latestKey: string }>;
  /** Of which archives there are pictures that will be there as long as a page written now, by content digest. */
  picturesHeld(now: Date): Promise<ReadonlySet<string>>;
  putPicture(contentSha256: string, svg: string): Promise<void>;
  /** By content digest; empty when nothing usable is kept. */
  readDependencies(): Promise<Map<string, Dependencies>>;
  keepDependencies(archives: ReadonlyMap<string, Dependencies>): Promise<void>;
  /** undefined when nothing usable is kept. */
  readNotes(): Promise<ReportNotes | undefined>;
  keepNotes(notes: ReportNotes): Promise<void>;
}

const DAY_MS = 86_400_000;

export const createReportStore = (store: ObjectStore, instance: string): ReportStore => {
  const readText = async (key: string): Promise<string> => {
    const object = await store.get(key);
    return object ? Buffer.from(object.body).toString('utf8') : '';
  };
  const putText = (key: string, text: string) => store.put(key, Buffer.from(redact(text)));

  return {
    name: store.name,
    putPage: async (snapshot, html) => {
      const page = Buffer.from(redact(html));
      const { key } = await store.put(reportKey(instance, snapshot), page);
      const { key: latestKey } = await store.put(reportKey(instance), page);
      return { key, latestKey };
    },
    picturesHeld: async (now) => {
      const held = new Set<string>();
      for await (const { key, lastModified, copy } of store.list(flowPicturePrefix(instance))) {
        const digest = digestOfFlowPicture(instance, key);
        if (digest && !copy && now.getTime() - lastModified.getTime() < PICTURE_DAYS * DAY_MS) held.add(digest);
      }
      return held;
    },
    putPicture: async (contentSha256, svg) => {
      await putText(flowPictureKey(instance, contentSha256), svg);
    },
    readDependencies: async () => parseDependencies(await readText(dependenciesKey(instance))),
    keepDependencies: async (archives) => {
      await putText(dependenciesKey(instance), formatDependencies(archives));
    },
    readNotes: async () => parseReportNotes(await readText(reportNotesKey(instance))),
    keepNotes: async (notes) => {
      await putText(reportNotesKey(instance), formatReportNotes(notes));
    },
  };
};
