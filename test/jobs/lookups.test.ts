/** Lookups through the vault and back, in every shape their exports may have; the first one is as recorded. */
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../functions/core/formats/hashing.ts';
import type { Manifest } from '../../functions/core/snapshot/manifest.ts';
import { compare } from '../../functions/jobs/compare/compare.ts';
import type { RestoreReport } from '../../functions/jobs/restore/restore-options.ts';
import { verify } from '../../functions/jobs/vault/verify.ts';
import { onlyKinds } from '../../functions/kinds/included-kinds.ts';
import type { OicClient } from '../../functions/oic/client.ts';
import type { Behaviour } from '../simulator/behaviour.ts';
import type { Simulator } from '../simulator/server.ts';
import { restoringFrom } from './restore/restore-bench.ts';
import { useWorkshop } from './workshop.ts';

const workshop = useWorkshop();

const LOOKUPS = onlyKinds((kind) => kind === 'lookups');

const start = (behaviour: Partial<Behaviour> = {}) => workshop.start({ behaviour });

const fill = ({ instance }: Simulator, shape: Behaviour['lookupShape']): void => {
  const described = shape === 'untitled' ? {} : { description: 'Where files go, "really"' };
  instance.saveLookup(
    'COUNTRIES',
    ['ISO', 'Name', 'Tax', 'Note'],
    [
      ['DE', 'Germany', '19', ''],
      ['', 'Nowhere', '', 'two\nlines'],
    ],
    described,
  );
  instance.saveLookup('SYSTEMS', ['Key', 'Password'], [['erp', 'hunter2']]);
  instance.saveLookup('CODES', ['Code'], [['A'], ['B, C']]);
  instance.saveLookup('EMPTY', ['A', 'B'], []);
};

const tablesOf = ({ instance }: Simulator) =>
  [...instance.lookups.values()]
    .map(({ name, description, columns, rows }) => ({ name, description, columns, rows }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const writesOf = (simulator: Simulator): number =>
  simulator.requests.filter(({ kind }) => kind === 'lookup-import' || kind === 'lookup-replace').length;

const backUp = (oic: OicClient, full = false): Promise<Manifest> =>
  workshop.snapshotOf(oic, { kinds: LOOKUPS, scan: true, full });

const check = (manifest: Manifest) => verify(workshop.vault, manifest, () => undefined);

const restoreWith = restoringFrom(workshop, { concurrency: 4 });
const restoreInto = (
  oic: OicClient,
  manifest: Manifest,
  existing: 'skip' | 'replace' = 'skip',
): Promise<RestoreReport> => restoreWith(oic, manifest, { existing });

const differences = async (manifest: Manifest, oic: OicClient) => {
  const { diff, details } = await compare(
    { manifest },
    { oic, concurrency: 4, kinds: LOOKUPS },
    { integrations: false, kinds: LOOKUPS },
    workshop.vault,
    { exporting: () => undefined, exported: () => undefined },
  );
  return { ...diff.others?.kinds.lookups, lookups: details.lookups ?? [] };
};

describe.each([
  ['dvm', 204],
  ['dvm', 200],
  ['name-first', 204],
  ['untitled', 204],
] as const)('lookups of the shape %s on an instance that answers a replacement %i', (lookupShape, lookupReplaced) => {
  test('are backed up, verified, restored, and restored again without a write', async () => {
    const dev = await start({ lookupShape, lookupReplaced });
    const target = await start({ lookupShape, lookupReplaced });
    fill(dev.simulator, lookupShape);

    const manifest = await backUp(dev.oic);
    expect(manifest).toMatchObject({ complete: true, lookups: [{}, {}, {}, {}] });
    expect(await check(manifest)).toMatchObject({ checked: 4, damaged: [] });
    expect(await restoreInto(target.oic, manifest)).toMatchObject({ kinds: { lookups: { created: 4 } }, failures: [] });
    expect(tablesOf(target.simulator)).toEqual(tablesOf(dev.simulator));
    expect(await restoreInto(target.oic, manifest, 'replace')).toMatchObject({
      kinds: { lookups: { created: 0, replaced: 0, skipped: 4 } },
      failures: [],
    });
    expect(writesOf(target.simulator)).toBe(4);

    target.simulator.instance.saveLookup('SYSTEMS', ['Key', 'Password'], [['erp', 'other']]);
    expect(await differences(manifest, target.oic)).toMatchObject({
      changed: [{ id: 'SYSTEMS' }],
      unchanged: 3,
      lookups: [{ columns: { from: ['Key', 'Password'] }, rowsAdded: 1, rowsRemoved: 1 }],
    });
    expect(await restoreInto(target.oic, manifest, 'replace')).toMatchObject({
      kinds: { lookups: { created: 0, replaced: 1, skipped: 3 } },
      failures: [],
    });
    expect(tablesOf(target.simulator)).toEqual(tablesOf(dev.simulator));
  });

  test('are scanned under their own columns', async () => {
    const dev = await start({ lookupShape });
    fill(dev.simulator, lookupShape);

    expect((await backUp(dev.oic)).warnings).toEqual([
      { id: 'lookup SYSTEMS', message: expect.stringMatching(/row 1, column "Password" \(a password, by the name/) },
    ]);
  });
});

test('a lookup that only got another description has changed, and no cell of it is told to have', async () => {
  const { simulator, oic } = await start();
  const save = (description: string): void =>
    simulator.instance.saveLookup('CODES', ['A', 'B'], [['1', '2']], { description });
  save('old');
  const manifest = await backUp(oic);
  save('new');

  const { changed, lookups } = await differences(manifest, oic);

  expect(changed).toMatchObject([{ id: 'CODES', content: {} }]);
  expect(lookups).toEqual([
    {
      name: 'CODES',
      columns: { from: ['A', 'B'], to: ['A', 'B'] },
      rows: { from: 1, to: 1 },
      rowsAdded: 0,
      rowsRemoved: 0,
      isDescribedAnew: true,
    },
  ]);
});

describe('a snapshot of before, when the title of a lookup counted as its columns', () => {
  /** The vault as it was left then: the same bytes, another digest in the manifest. */
  const snapshotOfBefore = async (oic: OicClient): Promise<Manifest> => {
    const manifest = await backUp(oic);
    const digest = await sha256(
      [
        JSON.stringify([[], ['DVM', 'FOLDERS']]),
        ...[JSON.stringify(['Input', 'in']), JSON.stringify(['Kind', 'Path'])].sort(),
      ].join('\n'),
    );
    const before: Manifest = {
      ...manifest,
      snapshot: '2024-08-21T04-15-00Z',
      startedAt: '2024-08-21T04:15:00.000Z',
      lookups: (manifest.lookups ?? []).map((lookup) => ({
        ...lookup,
        archive: lookup.archive && { ...lookup.archive, contentSha256: digest },
      })),
    };
    await workshop.vault.commitSnapshot(before);
    return before;
  };

  const begin = async () => {
    const dev = await start();
    dev.simulator.instance.saveLookup('FOLDERS', ['Kind', 'Path'], [['Input', 'in']]);
    return { dev, before: await snapshotOfBefore(dev.oic) };
  };

  test('is whole for `verify`, and still found damaged when its digest is no such one', async () => {
    const { before } = await begin();
    const [lookup] = before.lookups ?? [];
    const wrong = {
      ...before,
      lookups: [{ ...lookup, archive: { ...lookup?.archive, contentSha256: 'f'.repeat(64) } }],
    };

    expect(await check(before)).toMatchObject({ checked: 1, damaged: [] });
    expect(await check(wrong as Manifest)).toMatchObject({ damaged: [{ id: 'lookup FOLDERS' }] });
  });

  test('is restored once, and a second restore writes nothing', async () => {
    const { before } = await begin();
    const target = await start();

    expect(await restoreInto(target.oic, before, 'replace')).toMatchObject({ kinds: { lookups: { created: 1 } } });
    expect(await differences(before, target.oic)).toMatchObject({ changed: [], unchanged: 1, lookups: [] });
    expect(await restoreInto(target.oic, before, 'replace')).toMatchObject({ kinds: { lookups: { replaced: 0 } } });
    expect(writesOf(target.simulator)).toBe(1);
  });

  test('differs from its instance where that has changed since', async () => {
    const { dev, before } = await begin();
    dev.simulator.instance.saveLookup('FOLDERS', ['Kind', 'Path'], []);

    expect(await differences(before, dev.oic)).toMatchObject({ changed: [{ id: 'FOLDERS' }] });
  });
});
