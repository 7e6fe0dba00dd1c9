import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { type ArchiveDiff, diffArchives } from '../../../functions/core/diff/diff-archives.ts';
import { rounds } from '../../rounds.ts';
import { createExporter } from '../../simulator/archives/exporter.ts';
import { buildSampleArchive, type SampleArchive } from '../../simulator/archives/sample-archive.ts';
import { readCompressed } from '../../simulator/archives/zip.ts';
import { edited, replaceIn } from '../archive/archive-forge.ts';
import { promoted } from './promoted.ts';

const code = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);
const cell = fc.string({ maxLength: 6, unit: 'grapheme-ascii' });
const samples: fc.Arbitrary<SampleArchive> = fc.record(
  {
    code: fc.constant('SAMPLE'),
    version: fc.constant('01.00.0000'),
    generation: fc.constantFrom('gen2' as const, 'oic3' as const),
    name: fc.string({ minLength: 1, maxLength: 12 }).filter((name) => name.trim() !== ''),
    connections: fc
      .uniqueArray(code, { minLength: 1, maxLength: 6 })
      .map((ids) => ids.map((id) => ({ id, properties: ['connectionUrl', 'host'] }))),
    lookups: fc.dictionary(code, fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 4 }), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    libraries: fc.uniqueArray(code, { maxLength: 2 }),
    calls: fc
      .array(code, { maxLength: 3 })
      .map((codes) => codes.map((each) => ({ code: each, version: '01.00.0000' }))),
    schedule: fc.option(fc.constantFrom('FREQ=DAILY', 'FREQ=HOURLY'), { nil: undefined }),
    marker: fc.string({ maxLength: 8, unit: 'grapheme-ascii' }),
  },
  { requiredKeys: ['code', 'version', 'schedule'] },
);
const seeds = fc.integer({ min: 1, max: 1_000_000 });

const foundIn = ({ added, removed, changed, terms }: ArchiveDiff) => [
  ...[...added, ...removed, ...changed].map(({ member }) => member),
  ...Object.values(terms).flatMap((term) => (Array.isArray(term) ? term : Object.values(term).flat())),
];

describe('whatever the integration', () => {
  it('differs in nothing from what the instance exports a second time', () =>
    fc.assert(
      fc.asyncProperty(samples, seeds, async (sample, entrySeed) => {
        const again = { ...sample, entrySeed, exportedAt: new Date(Date.UTC(2026, 3, 1) + entrySeed * 1000) };
        expect(foundIn(await diffArchives(buildSampleArchive(sample), buildSampleArchive(again)))).toEqual([]);
      }),
      { numRuns: rounds(8, 50) },
    ));

  it('differs in nothing from what another instance exports after it was saved there', () =>
    fc.assert(
      fc.asyncProperty(samples, seeds, async (sample, seed) => {
        const archive = buildSampleArchive(sample);
        expect(foundIn(await diffArchives(archive, promoted(archive, seed)))).toEqual([]);
      }),
      { numRuns: rounds(8, 50) },
    ));

  it('shows an edit in the same members, whether or not it was saved elsewhere', () =>
    fc.assert(
      fc.asyncProperty(samples, seeds, async (sample, seed) => {
        const archive = buildSampleArchive({ ...sample, connections: [{ id: 'A' }, { id: 'B' }, { id: 'C' }] });
        const edit = edited(archive, replaceIn('Step1_REQUEST.jca', '"/step/1"', '"/elsewhere"'));
        const here = await diffArchives(archive, edit);
        const there = await diffArchives(archive, promoted(edit, seed));
        expect(here.changed).toHaveLength(1);
        expect(there).toEqual(here);
      }),
      { numRuns: rounds(8, 50) },
    ));

  it('is found to differ where its content digest does, for a change people make, from either side', () =>
    fc.assert(
      fc.asyncProperty(samples, samples, async (one, other) => {
        const [a, b] = [
          buildSampleArchive(one),
          buildSampleArchive({ ...other, generation: one.generation ?? 'oic3' }),
        ];
        const [there, back] = [await diffArchives(a, b), await diffArchives(b, a)];
        const isSame = (await readArchive(a)).contentSha256 === (await readArchive(b)).contentSha256;
        expect(there.added.length + there.removed.length + there.changed.length === 0).toBe(isSame);
        expect(back.changed).toHaveLength(there.changed.length);
        expect([back.added.length, back.removed.length]).toEqual([there.removed.length, there.added.length]);
      }),
      { numRuns: rounds(8, 50) },
    ));

  it('is compared without an error when its files are not what their names say', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom('.xsl', '.jca', 'expr.properties', 'A.xml', '.dvm', '_properties.properties', 'layout3.json'),
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
          fc.constantFrom(
            '<a>'.repeat(5_000),
            `${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}`,
            `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
            '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
            '<x:a/>',
            '<constructor xmlns:toString="u" toString:x="valueOf:y"/>',
            'XpathExpression : constructor:a\nNamespaceList : =x  y',
            '{"__proto__": {"a": 1}}',
          ),
        ),
        async (ending, content) => {
          const sample = { code: 'SAMPLE', version: '01.00.0000', libraries: ['LIB'], lookups: { L: [['A']] } };
          const archive = buildSampleArchive({ ...sample, connections: [{ id: 'A' }, { id: 'B' }] });
          const broken = edited(archive, replaceIn(ending, /^.*$/s, content.replaceAll('$', '$$$$')));
          await readArchive(broken).then(
            async () => {
              expect(foundIn(await diffArchives(archive, broken))).not.toEqual([]);
              await diffArchives(broken, archive);
            },
            () => undefined,
          );
        },
      ),
      { numRuns: rounds(15, 100) },
    ));
});

/** Real archives hold addresses and secrets of real companies, so none is in this repository. */
const corpus = process.env.OIC_ARCHIVE_CORPUS;
const files = corpus
  ? readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.iar'))
  : [];

describe.skipIf(!corpus)('real archives', () => {
  it.each(files)('%s differs in nothing from its next export, here or elsewhere', async (file) => {
    const bytes = readFileSync(join(corpus ?? '', file));
    const again = createExporter(readCompressed(bytes))({ exportedAt: new Date('2026-05-06T07:08:09Z'), entrySeed: 5 });
    expect(foundIn(await diffArchives(bytes, again))).toEqual([]);
    expect(foundIn(await diffArchives(bytes, promoted(bytes, 5)))).toEqual([]);
  });
});
