/**
 * Writes the page after each backup. When that goes wrong it is told, and the backup is none the worse. It listens to the
 * backup, so that it need not read the archives and manifests again that the backup has just read.
 */

import type { Dependencies } from '../../core/archive/dependencies.ts';
import type { People } from '../../core/people.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import type { ReportStore } from '../../store/report-store.ts';
import type { Vault } from '../../store/vault.ts';
import type { Journal } from '../journal/journal.ts';

export interface BackupPage {
  /** null: the page could not be written; the first of the problems says why. */
  readonly key: string | null;
  /** The same page, under one name every morning. */
  readonly latestKey: string | null;
  /** What could not be read or written, as sentences. */
  readonly problems: readonly string[];
}

export interface PageWriter {
  /** What the backup is to tell it. */
  readonly listening: {
    readonly onArchiveRead: (contentSha256: string, dependencies: Dependencies) => void;
    readonly onManifest: (manifest: Manifest) => void;
  };
  /** One step of the journal, to be called when the snapshot is committed. Never fails. */
  write(): Promise<BackupPage>;
}

export interface PageWriterServices {
  readonly vault: Vault;
  readonly reports: ReportStore;
  readonly journal: Journal;
  readonly now: () => Date;
  /** What those who changed something are called. */
  readonly people: People;
}

export const createPageWriter = (
  { vault, reports, journal, now, people }: PageWriterServices,
  instance: string,
): PageWriter => {
  const learned = new Map<string, Dependencies>();
  const manifests = new Map<string, Manifest>();
  /** A manifest that the backup has just read is not read again. */
  const recalling: Vault = {
    ...vault,
    getSnapshot: async (of, snapshot) => manifests.get(snapshot) ?? (await vault.getSnapshot(of, snapshot)),
  };
  const work = async (): Promise<BackupPage> => {
    try {
      // Loaded only now: a backup need not wait for the code that lays out pictures, nor hold it in memory.
      const { writeReportUnasked } = await import('./report.ts');
      const services = { vault: recalling, reports, now, people, progress: UNWATCHED };
      const { key, latestKey, problems } = await writeReportUnasked(services, instance, learned);
      return { key, latestKey, problems: problems.slice(0, MAX_PROBLEMS) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const problem = `the report was not written: ${why}; \`oic report ${instance}\` writes it`;
      return { key: null, latestKey: null, problems: [problem] };
    }
  };
  return {
    listening: {
      onArchiveRead: (digest, dependencies) => learned.set(digest, dependencies),
      onManifest: (manifest) => manifests.set(manifest.snapshot, manifest),
    },
    write: () => journal.step('write the report', work),
  };
};

const UNWATCHED = { reading: () => undefined, read: () => undefined };

/** The journal keeps them; the page itself tells all. */
const MAX_PROBLEMS = 10;
