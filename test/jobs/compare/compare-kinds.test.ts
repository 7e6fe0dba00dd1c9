import { beforeEach, describe, expect, test } from 'vitest';
import { compare, type Source } from '../../../functions/jobs/compare/compare.ts';
import { onlyKinds } from '../../../functions/kinds/included-kinds.ts';
import { buildProject } from '../../core/archive/kinds-forge.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { RequestKind } from '../../simulator/http/traffic.ts';
import { askedOf } from '../requests.ts';
import { useWorkshop } from '../workshop.ts';

const workshop = useWorkshop();
const ALL = onlyKinds(() => true);
const MONDAY = { lastUpdated: new Date('2026-09-14T08:00:00.000Z') };
const TUESDAY = { lastUpdated: new Date('2026-09-15T08:00:00.000Z') };
const CODES = ['iso', 'name'];

let dev: Awaited<ReturnType<typeof workshop.start>>;
beforeEach(async () => {
  dev = await workshop.start();
  const { instance } = dev.simulator;
  instance.addProject(buildProject({ code: 'SHOP' }), MONDAY);
  instance.saveLookup(
    'CODES',
    CODES,
    [
      ['DE', 'Germany'],
      ['FR', 'France'],
    ],
    MONDAY,
  );
  instance.saveLookup('OTHER', ['a'], [['1']], MONDAY);
  addToPackage('FIRST');
});
const addToPackage = (code: string) =>
  dev.simulator.instance.add(buildSampleArchive({ code, version: '01.00.0000', packageName: 'acme' }), MONDAY);

const progress = { exporting: () => undefined, exported: () => undefined };
const run = (from: Source, to: Source, kinds = ALL) =>
  compare(from, to, { integrations: true, kinds }, workshop.vault, progress);
const live = (): Source => ({ oic: dev.oic, concurrency: 4, kinds: ALL });
const snapshot = async (kinds = ALL) => {
  const manifest = await workshop.snapshotOf(dev.oic, { kinds });
  return { manifest, asked: dev.simulator.requests.length };
};
const askedSince = (from: number): string[] => askedOf(dev.simulator, from);
const refuse = (kind: RequestKind, status: number) => dev.simulator.faults.add({ match: { kind }, answer: { status } });

describe('an instance against its snapshot', () => {
  test('that has not changed is the same, and nothing is exported', async () => {
    const before = await snapshot();

    const { diff, details } = await run(before, live());

    expect(diff.others?.kinds.lookups).toMatchObject({ changed: [], contentUnknown: [], unchanged: 2 });
    expect(diff.others?.kinds.projects).toMatchObject({ changed: [], unchanged: 1 });
    expect(details).toEqual({});
    expect(askedSince(before.asked).filter((what) => what.includes('export'))).toEqual([]);
  });

  test('tells which lookups changed in which rows, in numbers and never in values', async () => {
    const before = await snapshot();
    const rows = [
      ['DE', 'Germany'],
      ['IT', 'hunter2'],
    ];
    dev.simulator.instance.saveLookup('CODES', ['iso', 'title'], rows, TUESDAY);
    dev.simulator.instance.lookups.delete('OTHER');

    const comparison = await run(before, live());

    expect(comparison.diff.others?.kinds.lookups).toMatchObject({
      removed: [{ id: 'OTHER' }],
      changed: [{ id: 'CODES', lastUpdated: TUESDAY.lastUpdated.toISOString() }],
    });
    expect(comparison.details.lookups).toEqual([
      {
        name: 'CODES',
        columns: { from: ['iso', 'name'], to: ['iso', 'title'] },
        rows: { from: 2, to: 2 },
        rowsAdded: 1,
        rowsRemoved: 1,
      },
    ]);
    expect(JSON.stringify(comparison)).not.toMatch(/hunter2|France/);
  });

  test('is asked for those kinds only that are compared, and that the snapshot tells', async () => {
    const before = await snapshot(onlyKinds((kind) => kind !== 'packages'));

    await run(
      before,
      live(),
      onlyKinds((kind) => kind === 'packages' || kind === 'lookups'),
    );

    expect(askedSince(before.asked)).toEqual(['list', 'lookup-list']);
  });

  test('is compared in what it hands out; the rest is said not to be', async () => {
    const before = await snapshot();
    refuse('lookup-list', 403);

    expect((await run(before, live())).diff.others).toMatchObject({ notCompared: ['lookups'] });
  });

  test('is refused when a listing fails', async () => {
    const before = await snapshot();
    refuse('lookup-list', 503);

    await expect(run(before, live())).rejects.toThrow(/dev was not compared: .*lookups/);
  });
});

test('two snapshots are compared from the vault alone', async () => {
  const before = await snapshot();
  dev.simulator.instance.saveLookup('CODES', CODES, [['DE', 'Germany']], TUESDAY);
  addToPackage('A');
  const after = await snapshot();

  const { diff, details } = await run(before, after);

  expect(diff.others?.kinds).toMatchObject({
    lookups: { changed: [{ id: 'CODES' }], unchanged: 1 },
    packages: { changed: [{ facts: [{ fact: 'A|01.00.0000', to: 'in it' }] }] },
  });
  expect(details.lookups).toMatchObject([{ name: 'CODES', rowsAdded: 0, rowsRemoved: 1 }]);
  expect(askedSince(after.asked)).toEqual([]);
});
