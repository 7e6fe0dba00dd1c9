/** What the tests of jobs work with: a temporary vault, a client, a journal; all cleaned up by `close`. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backUp } from '../../functions/jobs/backup/back-up.ts';
import type { BackUpOptions, BackupReport } from '../../functions/jobs/backup/back-up-options.ts';
import { openFileJournal } from '../../functions/jobs/journal/file-journal.ts';
import type { OicClient } from '../../functions/oic/client.ts';
import { createDirectoryStore } from '../../functions/store/directory-store.ts';
import type { ObjectStore } from '../../functions/store/object-store.ts';
import { createVault, type Vault } from '../../functions/store/vault.ts';

export interface Workshop {
  readonly directory: string;
  readonly store: ObjectStore;
  readonly vault: Vault;
  backUp(oic: OicClient, options?: Partial<BackUpOptions>): Promise<BackupReport>;
  /** Paths of all files in the vault, but for journals. */
  files(): Promise<string[]>;
  /** All bytes of all files below the directory, as one text to search. */
  everything(): Promise<string>;
  close(): Promise<void>;
}

export const openWorkshop = async (): Promise<Workshop> => {
  const directory = await mkdtemp(join(tmpdir(), 'oic-vault-'));
  const store = createDirectoryStore(directory);
  const vault = createVault(store);
  const files = async (): Promise<string[]> => {
    const found = await readdir(directory, { recursive: true, withFileTypes: true });
    return found
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1));
  };
  return {
    directory,
    store,
    vault,
    backUp: async (oic, options = {}) => {
      const journal = await openFileJournal(join(directory, '.journal', 'backup.ndjson'), { options }, Date.now);
      try {
        const progress = {
          listed: () => undefined,
          listedKinds: () => undefined,
          done: () => undefined,
          note: () => undefined,
        };
        const report = await backUp(
          { oic, vault, journal, now: () => new Date(), progress },
          { full: false, filter: {}, concurrency: 8, ...options },
        );
        await journal.finish();
        return report;
      } finally {
        await journal.close();
      }
    },
    files: async () => (await files()).filter((file) => !file.startsWith('.journal')).sort(),
    everything: async () =>
      (await Promise.all((await files()).map((file) => readFile(join(directory, file), 'latin1')))).join('\n'),
    close: () => rm(directory, { recursive: true, force: true }),
  };
};
