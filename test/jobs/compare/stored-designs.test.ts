import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { integrationRef } from '../../../functions/core/integration.ts';
import type { Manifest, SnapshotIntegration } from '../../../functions/core/snapshot/manifest.ts';
import { compare } from '../../../functions/jobs/compare/compare.ts';
import { readHistory } from '../../../functions/jobs/report/history.ts';
import { onlyKinds } from '../../../functions/kinds/included-kinds.ts';
import type { Vault } from '../../../functions/store/vault.ts';
import { STAMPS, stamped } from '../../core/archive/stamped.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { commitSnapshot } from '../vault/random-history.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';

let workshop: Workshop;
/** Archives read from the vault. */
let read: string[];
let vault: Vault;

beforeEach(async () => {
  workshop = await openWorkshop();
  read = [];
  vault = {
    ...workshop.vault,
    getArchive: (ref) => {
      read.push(ref.key);
      return workshop.vault.getArchive(ref);
    },
  };
});
afterEach(() => workshop.close());

/** @param tells the digest of the design, as manifests of now do */
const store = async (bytes: Buffer, tells: boolean): Promise<SnapshotIntegration> => {
  const { code, version, name, sha256, contentSha256, designSha256 } = await readArchive(bytes);
  const ref = integrationRef(code, version);
  const stored = await vault.putArchive('dev', ref, bytes);
  return {
    ...ref,
    name,
    status: 'ACTIVATED',
    schedule: null,
    tracing: { tracing: false, payload: false, recording: false },
    archive: { ...stored, bytes: bytes.length, sha256, contentSha256, ...(tells && { designSha256 }) },
  };
};

const archive = (code: string, marker: string): Buffer => buildSampleArchive({ code, version: '01.00.0000', marker });
const stampedAnew = (bytes: Buffer): Buffer => stamped(bytes, Object.keys(STAMPS), 9);

/** One that was edited between, one that was only stamped anew, one that is as it was. */
const twoNights = async (before: boolean, after: boolean): Promise<[Manifest, Manifest]> => {
  const [edited, touched, same] = [archive('EDITED', 'a'), archive('TOUCHED', 'a'), archive('SAME', 'a')];
  const first = await Promise.all([edited, touched, same].map((bytes) => store(bytes, before)));
  const kept = first[2];
  if (!kept) throw new Error('three were stored');
  const second = [await store(archive('EDITED', 'b'), after), await store(stampedAnew(touched), after), kept];
  const names = [
    await commitSnapshot(vault, new Date('2026-03-01T04:15:00Z'), first),
    await commitSnapshot(vault, new Date('2026-03-02T04:15:00Z'), second),
  ] as const;
  return [await vault.getSnapshot('dev', names[0]), await vault.getSnapshot('dev', names[1])];
};

const changedIn = async (from: Manifest, to: Manifest): Promise<string[]> => {
  const kinds = onlyKinds(() => false);
  const progress = { exporting: () => undefined, exported: () => undefined };
  const { diff } = await compare({ manifest: from }, { manifest: to }, { integrations: true, kinds }, vault, progress);
  return diff.changed.map(({ id }) => id);
};

describe('a comparison of snapshots', () => {
  test.each([
    ['both tell designs', true, true, []],
    ['only the newer one tells designs', false, true, ['EDITED', 'TOUCHED']],
    ['only the older one tells designs', true, false, ['EDITED', 'TOUCHED']],
    ['neither tells designs', false, false, ['EDITED', 'EDITED', 'TOUCHED', 'TOUCHED']],
  ])('finds what was edited and not what was stamped anew when %s', async (_, before, after, mustRead) => {
    const [from, to] = await twoNights(before, after);

    expect(await changedIn(from, to)).toEqual(['EDITED|01.00.0000']);
    expect(read.sort()).toEqual(mustRead.map((code) => `integrations/dev/${code}/01.00.0000.iar`));
  });

  test('takes what cannot be read for changed', async () => {
    const [from, to] = await twoNights(false, true);
    const reading = vault;
    vault = {
      ...vault,
      getArchive: (ref) => reading.getArchive(ref.key.includes('TOUCHED') ? { ...ref, versionId: 'gone' } : ref),
    };

    expect(await changedIn(from, to)).toEqual(['EDITED|01.00.0000', 'TOUCHED|01.00.0000']);
  });
});

describe('the page', () => {
  test.each([
    ['manifests that tell designs', true],
    ['a manifest of before', false],
  ])('tells of the edit and not of the stamps after %s', async (_, before) => {
    await twoNights(before, true);

    const { history } = await readHistory(vault, 'dev', undefined, new Date('2099-01-01T00:00:00Z'));

    expect(history.events.get('EDITED|01.00.0000')).toMatchObject([{ words: 'content' }]);
    expect(history.events.has('TOUCHED|01.00.0000')).toBe(false);
    expect(history.points.map(({ changed }) => changed)).toEqual([0, 1]);
  });
});
