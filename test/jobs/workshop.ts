/** What the tests of jobs work with: a temporary vault, simulated instances with their clients, a journal; all cleaned up. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Manifest } from '../../functions/core/snapshot/manifest.ts';
import { backUp } from '../../functions/jobs/backup/back-up.ts';
import type { BackUpOptions, BackupReport } from '../../functions/jobs/backup/back-up-options.ts';
import { openFileJournal } from '../../functions/jobs/journal/file-journal.ts';
import { ALL_KINDS } from '../../functions/kinds/all-kinds.ts';
import type { OicClient } from '../../functions/oic/client.ts';
import { createDirectoryStore } from '../../functions/store/directory/directory-store.ts';
import type { ObjectStore } from '../../functions/store/object-store.ts';
import { createVault, type Vault } from '../../functions/store/vault.ts';
import type { VaultUpkeep } from '../../functions/store/vault-upkeep.ts';
import { expectNoSecret } from '../encodings.ts';
import { connectTo } from '../oic/simulated.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/server.ts';

export interface Workshop {
  readonly directory: string;
  readonly store: ObjectStore;
  readonly vault: Vault & VaultUpkeep;
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
  const vault = createVault(store, ALL_KINDS);
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
    close: () =>
      expectNoSecret(directory, '', new Set()).finally(() => rm(directory, { recursive: true, force: true })),
  };
};

interface Started {
  readonly simulator: Simulator;
  readonly oic: OicClient;
}

/** The workshop of the test that runs. */
export interface CurrentWorkshop extends Omit<Workshop, 'close'> {
  /** An instance that lasts as long as the test, and a client of it. */
  start(options?: SimulatorOptions, client?: Parameters<typeof connectTo>[1]): Promise<Started>;
  /** To be closed after the test, the last one first. */
  readonly open: { close(): Promise<void> }[];
  /** Backs up; gives the snapshot. */
  snapshotOf(oic: OicClient, options?: Partial<BackUpOptions>): Promise<Manifest>;
  /** The newest snapshot of the instance `dev`. */
  latest(): Promise<Manifest>;
}

/** One workshop for each test of a file. @param defaults of the instances it starts */
export const useWorkshop = (defaults: SimulatorOptions = {}): CurrentWorkshop => {
  let current: Workshop | undefined;
  const open: { close(): Promise<void> }[] = [];
  beforeEach(async () => {
    current = await openWorkshop();
    open.push(current);
  });
  afterEach(async () => {
    for (const it of open.splice(0).reverse()) await it.close();
  });
  const now = (): Workshop => {
    if (!current) throw new Error('a workshop is there while a test runs');
    return current;
  };
  return {
    get directory() {
      return now().directory;
    },
    get store() {
      return now().store;
    },
    get vault() {
      return now().vault;
    },
    backUp: (oic, options) => now().backUp(oic, options),
    files: () => now().files(),
    everything: () => now().everything(),
    open,
    start: async (options = {}, client = {}) => {
      const behaviour = { ...defaults.behaviour, ...options.behaviour };
      const simulator = await startSimulator({ ...defaults, ...options, behaviour });
      const oic = connectTo(simulator, client);
      open.push(simulator, oic);
      return { simulator, oic };
    },
    snapshotOf: async (oic, options) =>
      now().vault.getSnapshot(oic.instance, (await now().backUp(oic, options)).snapshot),
    latest: async () => now().vault.getSnapshot('dev', (await now().vault.listSnapshots('dev'))[0] ?? ''),
  };
};
