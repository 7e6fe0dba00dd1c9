/** Every name that Oracle can hold is saved and restored, in a directory and in a bucket. */
import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { backUp } from '../../../functions/jobs/backup/back-up.ts';
import { createForgetfulJournal } from '../../../functions/jobs/journal/journal.ts';
import { verify } from '../../../functions/jobs/vault/verify.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import type { ObjectStore } from '../../../functions/store/object-store.ts';
import { createS3Store } from '../../../functions/store/s3/s3-store.ts';
import { createVault, type Vault } from '../../../functions/store/vault.ts';
import { buildLibrary, buildProject } from '../../core/archive/kinds-forge.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import type { Simulator } from '../../simulator/server.ts';
import { sharedMoto } from '../../store/shared-moto.ts';
import { makeTemporaryDirectory } from '../../store/temporary-directory.ts';
import { KINDS } from '../restore/one-of-each.ts';
import { restoringFrom } from '../restore/restore-bench.ts';
import { useWorkshop } from '../workshop.ts';

const moto = sharedMoto();

const NAMES = rounds(12, 500);
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
process.stdout.write(`${NAMES} names with SEED=${seed}\n`);

const STORES: readonly (readonly [string, (() => Promise<ObjectStore>) | undefined])[] = [
  ['a directory', async () => createDirectoryStore(await makeTemporaryDirectory())],
  [
    'a bucket',
    moto &&
      (async () => {
        const bucket = `test-${randomUUID()}`;
        const client = new S3Client({ ...moto.clientConfig, forcePathStyle: true });
        await client.send(new CreateBucketCommand({ Bucket: bucket }));
        const VersioningConfiguration = { Status: 'Enabled' } as const;
        await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
        return createS3Store({ bucket, client });
      }),
  ],
];

const RESERVED = [
  'CON',
  'nul',
  'aux.x',
  'COM1',
  'lpt9',
  'v0000000001',
  'foo.part',
  'desktop.ini',
  'a.tmp',
  'trailing.',
  'b.swp',
];
const ALPHABETS = ['abcXYZ0189', 'абвгДЖЯ', '国語漢字', '😀🚀🧪', 'éßøÅñ', "a-_.()!~#&+=;@'$% b", 'مرحبا', 'नमस्ते'].map(
  (text) => [...text],
);

/** So many different names: odd ones, and such as differ in capitals only. */
const inventNames = (
  random: Random,
  count: number,
  reserved: readonly string[],
  alphabets: readonly string[][],
): string[] => {
  const names = new Set(reserved);
  while (names.size < count) {
    const letters = random.pick(alphabets as [string[], ...string[][]]);
    const length = random.next() < 0.3 ? 200 + random.below(56) : 1 + random.below(40);
    let name = '';
    while (name.length < length) name += random.pick(letters as [string, ...string[]]);
    // Half a letter at the cut would be no text, and blanks around it no name.
    name = Array.from(name.slice(0, length))
      .filter((letter) => letter.isWellFormed())
      .join('')
      .trim();
    if (name === '') continue;
    names.add(name);
    if (random.next() < 0.3) names.add(name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase());
  }
  return [...names].filter((name) => name.length <= 255);
};

const CODE_LETTERS = [[...'ABCXYZabcxyz0189_'], [...'AB_c-']];
const isCode = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) && !name.includes('..');

const fill = ({ instance }: Simulator, names: readonly string[], codes: readonly string[]): void => {
  for (const name of names) instance.saveLookup(name, ['a', 'b'], [['1', name]]);
  for (const code of codes.slice(0, PROJECTS)) {
    instance.addProject(buildProject({ code, integrations: [], deployments: [] }));
  }
  for (const code of codes) {
    instance.add(buildSampleArchive({ code, version: '01.00.0000', name: code }));
    instance.saveLibrary(code, '01.00.0000', buildLibrary({ code, version: '01.00.0000' }));
  }
};

/** As many as one page lists: a restore looks each up in a list that grows meanwhile. */
const PROJECTS = 90;

const holds = ({ instance }: Simulator) => ({
  lookups: [...instance.lookups.keys()].sort(),
  projects: instance
    .listProjects()
    .map(({ code }) => code)
    .sort(),
  libraries: [...instance.libraries.keys()].sort(),
  integrations: instance
    .list()
    .map(({ id }) => id)
    .sort(),
});

const takeSnapshot = async (vault: Vault, oic: OicClient) => {
  const progress = {
    listed: () => undefined,
    listedKinds: () => undefined,
    done: () => undefined,
    note: () => undefined,
  };
  const journal = createForgetfulJournal(() => Promise.resolve());
  const services = { oic, vault, journal, now: () => new Date(), progress };
  return backUp(services, { full: false, filter: {}, concurrency: 8, kinds: KINDS });
};

const workshop = useWorkshop({ behaviour: { importedConnection: 'CONFIGURED' } });

describe.each(STORES)('%s', (_, open) => {
  test.skipIf(!open)(
    'keeps and gives back whatever Oracle calls a thing, twins apart',
    async () => {
      const store = await open?.();
      if (!store) return;
      const vault = createVault(store, ALL_KINDS);
      const random = createRandom(seed);
      const names = inventNames(random, NAMES, RESERVED, ALPHABETS);
      const codes = inventNames(random, NAMES, RESERVED.filter(isCode), CODE_LETTERS).filter(isCode);
      const [source, target] = [await workshop.start(), await workshop.start()];
      fill(source.simulator, names, codes);

      const report = await takeSnapshot(vault, source.oic);

      expect({ failures: report.failures, complete: report.complete }).toEqual({ failures: [], complete: true });
      const manifest = await vault.getSnapshot('dev', report.snapshot);
      expect(manifest.lookups).toHaveLength(names.length);
      const { damaged, checked } = await verify(vault, manifest, () => undefined);
      expect({ damaged, checked }).toEqual({
        damaged: [],
        checked: names.length + 2 * codes.length + Math.min(codes.length, PROJECTS),
      });
      const sections = [manifest.integrations, manifest.projects, manifest.lookups, manifest.libraries];
      const keys = sections.flatMap((section) => (section ?? []).map(({ archive }) => archive?.key.toLowerCase()));
      expect(new Set(keys).size).toBe(keys.length);
      // The next night finds all of it where it was.
      expect(await takeSnapshot(vault, source.oic)).toMatchObject({
        complete: true,
        exported: 0,
        others: { exported: 0 },
      });

      const restored = await restoringFrom({ vault })(target.oic, manifest);

      expect(restored.failures).toEqual([]);
      expect(holds(target.simulator)).toEqual(holds(source.simulator));
    },
    600_000,
  );
});

test('a name that is no text costs itself alone', async () => {
  const { simulator, oic } = await workshop.start();
  for (const name of ['GOOD', 'half \ud83d a letter']) simulator.instance.saveLookup(name, ['a', 'b'], []);

  const report = await workshop.backUp(oic, { kinds: KINDS });

  expect(report.complete).toBe(false);
  expect(report.failures).toMatchObject([{ id: 'lookup half \ud83d a letter' }]);
  const { lookups = [] } = await workshop.latest();
  expect(lookups.filter(({ archive }) => archive).map(({ id }) => id)).toEqual(['GOOD']);
});
