import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { onlyKinds } from '../../../functions/core/kinds.ts';
import { compare, type Source } from '../../../functions/jobs/compare/compare.ts';
import { connectTo } from '../../oic/simulated.ts';
import { startSimulator } from '../../simulator/server.ts';
import { createWholeFake, type FakeWhole } from '../whole-fake.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';

let workshop: Workshop;
let dev: FakeWhole;
const open: Array<{ close(): Promise<void> }> = [];
const ALL = onlyKinds(() => true);
const MONDAY = '2026-09-14T08:00:00.000Z';
const TUESDAY = '2026-09-15T08:00:00.000Z';

beforeEach(async () => {
  workshop = await openWorkshop();
  const simulator = await startSimulator();
  const oic = connectTo(simulator);
  open.push(workshop, simulator, oic);
  dev = createWholeFake(oic);
  dev.projects.set('SHOP', { sample: { code: 'SHOP' }, lastUpdated: MONDAY, started: new Set() });
  dev.lookups.set('CODES', { text: 'iso,name\nDE,Germany\nFR,France\n', lastUpdated: MONDAY });
  dev.lookups.set('OTHER', { text: 'a\n1\n', lastUpdated: MONDAY });
  dev.packages.set('acme', []);
});
afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close();
});

const progress = { exporting: () => undefined, exported: () => undefined };
const run = (from: Source, to: Source, kinds = ALL) =>
  compare(from, to, { integrations: true, kinds }, workshop.vault, progress);
const live = (): Source => ({ oic: dev.client, concurrency: 4, kinds: ALL });
const snapshot = async (): Promise<Source> => {
  const { snapshot: name } = await workshop.backUp(dev.client, { kinds: ALL });
  return { manifest: await workshop.vault.getSnapshot('dev', name) };
};
const exportsSeen = (): string[] => dev.asked.filter((what) => what.startsWith('export'));

describe('an instance against its snapshot', () => {
  test('that has not changed is the same, and nothing is exported', async () => {
    const before = await snapshot();
    dev.asked.splice(0);

    const { diff, lookups } = await run(before, live());

    expect(diff.others?.kinds.lookups).toMatchObject({ changed: [], contentUnknown: [], unchanged: 2 });
    expect(diff.others?.kinds.projects).toMatchObject({ changed: [], unchanged: 1 });
    expect(lookups).toEqual([]);
    expect(exportsSeen()).toEqual([]);
  });

  test('tells which lookups changed in which rows, in numbers and never in values', async () => {
    const before = await snapshot();
    Object.assign(dev.lookups.get('CODES') ?? {}, {
      text: 'iso,title\nDE,Germany\nIT,hunter2\n',
      lastUpdated: TUESDAY,
    });
    dev.lookups.delete('OTHER');

    const comparison = await run(before, live());

    expect(comparison.diff.others?.kinds.lookups).toMatchObject({
      removed: [{ id: 'OTHER' }],
      changed: [{ id: 'CODES', lastUpdated: TUESDAY }],
    });
    expect(comparison.lookups).toEqual([
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
    const { snapshot: name } = await workshop.backUp(dev.client, { kinds: onlyKinds((kind) => kind !== 'packages') });
    const before = { manifest: await workshop.vault.getSnapshot('dev', name) };
    dev.asked.splice(0);

    await run(
      before,
      live(),
      onlyKinds((kind) => kind === 'packages' || kind === 'lookups'),
    );

    expect(dev.asked).toEqual(['list lookups']);
  });

  test('is compared in what it hands out; the rest is said not to be', async () => {
    const before = await snapshot();
    dev.refusals.set('list lookups', 'forbidden');

    expect((await run(before, live())).diff.others).toMatchObject({ notCompared: ['lookups'] });
  });

  test('is refused when a listing fails', async () => {
    const before = await snapshot();
    dev.refusals.set('list lookups', 'unavailable');

    await expect(run(before, live())).rejects.toThrow(/dev was not compared: .*lookups/);
  });
});

test('two snapshots are compared from the vault alone', async () => {
  const before = await snapshot();
  Object.assign(dev.lookups.get('CODES') ?? {}, { text: 'iso,name\nDE,Germany\n', lastUpdated: TUESDAY });
  dev.packages.set('acme', ['A|01.00.0000']);
  const after = await snapshot();
  dev.asked.splice(0);

  const { diff, lookups } = await run(before, after);

  expect(diff.others?.kinds).toMatchObject({
    lookups: { changed: [{ id: 'CODES' }], unchanged: 1 },
    packages: { changed: [{ facts: [{ fact: 'A|01.00.0000', to: 'in it' }] }] },
  });
  expect(lookups).toMatchObject([{ name: 'CODES', rowsAdded: 0, rowsRemoved: 1 }]);
  expect(dev.asked).toEqual([]);
});
