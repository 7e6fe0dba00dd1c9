import { rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../functions/core/formats/hashing.ts';
import { type ArchiveKind, itemKey } from '../../../functions/core/keys.ts';
import type { OtherKinds } from '../../../functions/core/kinds.ts';
import type { ArchiveRef } from '../../../functions/core/snapshot/archive-ref.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { prune } from '../../../functions/jobs/vault/prune.ts';
import { verify } from '../../../functions/jobs/vault/verify.ts';
import { libraries } from '../../../functions/kinds/libraries.ts';
import { lookups } from '../../../functions/kinds/lookups.ts';
import { projects } from '../../../functions/kinds/projects.ts';
import { readKind } from '../../../functions/kinds/read-archive.ts';
import { buildLibrary, buildProject } from '../../core/archive/kinds-forge.ts';
import { storedFile } from '../../store/stored-file.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';

let workshop: Workshop;
beforeEach(async () => {
  workshop = await openWorkshop();
});
afterEach(() => workshop.close());

const store = async (kind: ArchiveKind, id: string, key: string, bytes: Buffer): Promise<ArchiveRef> => {
  const { contentSha256 } = await readKind(kind, bytes, id);
  return {
    ...(await workshop.vault.putAt(key, bytes)),
    bytes: bytes.length,
    sha256: await sha256(bytes),
    contentSha256,
  };
};

/** Stores one of each kind, with another meaning for another marker, and names them in a snapshot. */
const takeSnapshot = async (day: number, marker: string): Promise<Manifest> => {
  const project = await store(
    'projects',
    'SHOP',
    itemKey('dev', projects, { id: 'SHOP', code: 'SHOP', name: 'Shop', integrations: [] }),
    buildProject({ code: 'SHOP', name: marker }),
  );
  const lookup = await store(
    'lookups',
    'CODES',
    itemKey('dev', lookups, { id: 'CODES', name: 'CODES' }),
    Buffer.from(`a,b\n1,${marker}\n`),
  );
  const library = { code: 'TOOLS', version: '1.0' };
  const tools = await store(
    'libraries',
    'TOOLS|1.0',
    itemKey('dev', libraries, { id: 'TOOLS|1.0', name: 'Tools', ...library }),
    buildLibrary({ ...library, script: marker }),
  );
  const at = new Date(Date.UTC(2090, 0, day, 4, 15)).toISOString();
  const sections: OtherKinds = {
    projects: [{ id: 'SHOP', code: 'SHOP', name: 'Shop', archive: project, integrations: [] }],
    lookups: [
      { id: 'CODES', name: 'CODES', archive: lookup },
      { id: 'LOCKED', name: 'LOCKED', archive: null },
    ],
    libraries: [{ id: 'TOOLS|1.0', ...library, name: 'Tools', archive: tools }],
  };
  const manifest: Manifest = {
    formatVersion: 1,
    instance: 'dev',
    snapshot: `${at.slice(0, 10)}T04-15-00Z`,
    startedAt: at,
    finishedAt: at,
    complete: true,
    integrations: [],
    ...sections,
    failures: [],
    warnings: [],
  };
  await workshop.vault.commitSnapshot(manifest);
  return manifest;
};

const check = (manifest: Manifest, kinds?: readonly ArchiveKind[]) =>
  verify(workshop.vault, manifest, () => undefined, kinds);

describe('verifying a snapshot of all kinds', () => {
  test('reads every archive of every kind, or of those that were asked for', async () => {
    const manifest = await takeSnapshot(1, 'a');

    expect(await check(manifest)).toMatchObject({ checked: 3, damaged: [], withoutArchive: ['lookup LOCKED'] });
    expect(await check(manifest, ['projects', 'libraries'])).toMatchObject({ checked: 2, withoutArchive: [] });
  });

  test('names what is missing, changed or of somebody else', async () => {
    const manifest = await takeSnapshot(1, 'a');
    await rm(await storedFile(workshop.directory, 'projects/dev/SHOP.car'));
    await writeFile(await storedFile(workshop.directory, 'lookups/dev/CODES.csv'), 'a,b\n1,z\n');
    const other = await store(
      'libraries',
      'TOOLS|1.0',
      itemKey('dev', libraries, { id: 'TOOLS|1.0', code: 'TOOLS', version: '1.0', name: 'Tools' }),
      buildLibrary({ code: 'OTHER', version: '1.0' }),
    );
    const swapped = { ...manifest, libraries: manifest.libraries?.map((library) => ({ ...library, archive: other })) };

    const { damaged } = await check(swapped);

    expect(damaged.map(({ id }) => id)).toEqual(['project SHOP', 'lookup CODES', 'library TOOLS|1.0']);
    expect(damaged.map(({ problem }) => problem).join('\n')).toMatch(
      /missing.*\n.*damaged.*\n.*archive of OTHER\|1\.0/,
    );
  });
});

describe('pruning a vault of all kinds', () => {
  const pruneTo = (daily: number) =>
    prune(workshop.vault, 'dev', {
      ...{ rules: { daily }, isDryRun: false, now: new Date('2099-01-01T00:00:00Z') },
      origin: { url: 'https://dev.example' },
    });

  test('drops the versions of every kind that only forgotten snapshots named, and no other', async () => {
    const { vault } = workshop;
    await takeSnapshot(1, 'a');
    const newest = await takeSnapshot(2, 'b');

    expect(await pruneTo(1)).toMatchObject({ removedVersions: 3 });

    expect((await check(newest)).damaged).toEqual([]);
    expect((await vault.listArchiveVersions('dev')).map(({ key }) => key)).toEqual([
      'projects/dev/SHOP.car',
      'lookups/dev/CODES.csv',
      'libraries/dev/TOOLS/1.0.jar',
    ]);
    expect(await pruneTo(1)).toMatchObject({ removedVersions: 0 });
  });

  test('keeps what a snapshot names though a later one was not allowed to look', async () => {
    const { vault } = workshop;
    const first = await takeSnapshot(1, 'a');
    const { projects: _, lookups: __, libraries: ___, ...without } = first;
    await vault.commitSnapshot({ ...without, snapshot: '2090-01-02T04-15-00Z', startedAt: '2090-01-02T04:15:00.000Z' });

    await pruneTo(2);

    expect((await check(first)).damaged).toEqual([]);
  });
});

test('what the vault holds is told for every kind, as its newest version', async () => {
  const { vault } = workshop;
  const [old, young] = [await takeSnapshot(1, 'a'), await takeSnapshot(2, 'b')];
  const refs = ({ projects = [], lookups = [], libraries = [] }: Manifest): ArchiveRef[] =>
    [...projects, ...lookups, ...libraries].flatMap(({ archive }) => archive ?? []);
  const isHeld = await vault.archivesHeld('dev', [...refs(old), ...refs(young)]);

  expect(refs(old).filter(isHeld)).toEqual([]);
  expect(refs(young).filter(isHeld)).toHaveLength(3);
});
