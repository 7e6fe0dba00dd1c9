import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { type ArchiveDiff, diffArchives } from '../../../functions/core/diff/diff-archives.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { readZip } from '../../simulator/archives/zip.ts';
import { createRandom } from '../../simulator/random.ts';
import { promoted } from '../diff/promoted.ts';
import { createFlowForge, forgeRandomFlow } from '../flow/flow-forge.ts';
import { edited } from './archive-forge.ts';
import { FACTS, fullArchive, STAMPS, stamped } from './stamped.ts';

const designOf = async (archive: Uint8Array): Promise<string> => (await readArchive(archive)).designSha256;

const foundIn = ({ added, removed, changed, terms }: ArchiveDiff) => [
  ...[...added, ...removed, ...changed].map(({ member }) => member),
  ...Object.values(terms).flatMap((term) => (Array.isArray(term) ? term : Object.values(term).flat())),
];

/** What the digests say, once it is made certain that the difference says the same from either side. */
const haveOneDesign = async (a: Uint8Array, b: Uint8Array): Promise<boolean> => {
  const isOne = (await designOf(a)) === (await designOf(b));
  expect(foundIn(await diffArchives(a, b)).length === 0).toBe(isOne);
  expect(foundIn(await diffArchives(b, a)).length === 0).toBe(isOne);
  return isOne;
};

const places = fc.subarray(Object.keys(STAMPS));
const facts = fc.constantFrom(...Object.keys(FACTS));
const seeds = fc.integer({ min: 1, max: 1_000_000 });
const with_ = (archive: Uint8Array, fact: string): Buffer => edited(archive, (all) => FACTS[fact]?.([...all]) ?? all);

describe('the design of an integration', () => {
  const full = fullArchive();

  test.each(Object.keys(STAMPS))('is the same whatever is stamped on it: %s', async (place) => {
    const other = stamped(full, [place], 7);
    expect(readZip(other)).not.toEqual(readZip(full));
    expect(await haveOneDesign(full, other)).toBe(true);
  });

  test.each(Object.keys(FACTS))('is another one with another fact: %s', async (fact) => {
    expect(await haveOneDesign(full, with_(full, fact))).toBe(false);
  });

  it('is the same whichever instance exports it, with its parts numbered anew or not', () =>
    fc.assert(
      fc.asyncProperty(places, places, seeds, fc.boolean(), async (some, others, seed, numbersAnew) => {
        const [a, b] = [stamped(full, some, seed), stamped(full, others, seed + 1, numbersAnew)];
        expect(await haveOneDesign(a, b)).toBe(true);
      }),
      { numRuns: rounds(8, 60) },
    ));

  it('is another one with another fact, whichever instances export them', () =>
    fc.assert(
      fc.asyncProperty(facts, places, seeds, fc.boolean(), async (fact, some, seed, numbersAnew) => {
        expect(await haveOneDesign(full, stamped(with_(full, fact), some, seed, numbersAnew))).toBe(false);
      }),
      { numRuns: rounds(8, 60) },
    ));

  it('of any flow is the same when its parts are numbered anew, and another one with a step more', () =>
    fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const forge = createFlowForge();
        const steps = forgeRandomFlow(forge, createRandom(seed), 12);
        const archive = forge.archive(steps);
        expect(await haveOneDesign(archive, promoted(archive, seed))).toBe(true);
        const more = forge.archive([...steps, forge.assign('more')]);
        expect(await haveOneDesign(archive, promoted(more, seed))).toBe(false);
      }),
      { numRuns: rounds(4, 25) },
    ));

  it('of twins that differ in nothing but their numbers does not depend on which is which', async () => {
    const forge = createFlowForge();
    const twins = Array.from({ length: 6 }, () => forge.assign('same'));
    const archive = forge.archive(twins);
    for (const seed of [1, 2, 3]) expect(await haveOneDesign(archive, promoted(archive, seed))).toBe(true);
  });

  it('is the same when the contents are, whatever they are', () =>
    fc.assert(
      fc.asyncProperty(places, seeds, async (some, seed) => {
        const other = stamped(full, some, seed);
        const [a, b] = [await readArchive(full), await readArchive(other)];
        if (a.contentSha256 === b.contentSha256) expect(b.designSha256).toBe(a.designSha256);
      }),
      { numRuns: rounds(4, 30) },
    ));

  test('tells two versions of one integration apart', async () => {
    const [one, two] = ['01.00.0000', '01.00.0001'].map((version) => buildSampleArchive({ code: 'A', version }));
    expect(await haveOneDesign(one ?? full, two ?? full)).toBe(false);
  });
});
