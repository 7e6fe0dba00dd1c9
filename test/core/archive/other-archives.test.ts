import { describe, expect, it } from 'vitest';
import { readLibraryArchive } from '../../../functions/core/archive/library-archive.ts';
import { readPackageArchive } from '../../../functions/core/archive/package-archive.ts';
import { ArchiveError } from '../../../functions/core/formats/archive-error.ts';
import { forgeZip } from './archive-forge.ts';
import { buildLibrary, buildPackage, buildProject } from './kinds-forge.ts';

const reasonOf = async (reading: Promise<unknown>): Promise<string> => {
  const result = await reading.catch((error: unknown) => error);
  if (!(result instanceof ArchiveError)) throw new Error('not refused, or for no reason given', { cause: result });
  return `${result.reason}: ${result.message}`;
};

const MONDAY = { exportedAt: new Date('2026-01-05T04:15:00Z'), entrySeed: 1 };
const FRIDAY = { exportedAt: new Date('2026-02-06T07:08:10Z'), entrySeed: 2 };

describe('an exported package', () => {
  const PACK = {
    name: 'acme.orders',
    integrations: [
      { code: 'ORDER_SYNC', version: '01.00.0000' },
      { code: 'NOTIFY', version: '02.00.0001' },
    ],
  };

  it('tells its name and the integrations in it', async () => {
    const { name, integrations } = await readPackageArchive(buildPackage(PACK));
    expect(name).toBe('acme.orders');
    expect(integrations.map(({ id }) => id)).toEqual(['NOTIFY|02.00.0001', 'ORDER_SYNC|01.00.0000']);
  });

  it('has one content digest in two exports, and another when an integration in it changes', async () => {
    const first = await readPackageArchive(buildPackage({ ...PACK, ...MONDAY }));
    const again = await readPackageArchive(buildPackage({ ...PACK, ...FRIDAY }));
    const [one, two] = PACK.integrations;
    const changed = buildPackage({ name: PACK.name, integrations: [{ code: '', version: '', ...one, marker: 'b' }] });
    const other = await readPackageArchive(changed);
    expect(two).toBeDefined();
    expect(again.sha256).not.toBe(first.sha256);
    expect(again.contentSha256).toBe(first.contentSha256);
    expect(other.contentSha256).not.toBe(first.contentSha256);
  });

  it('is refused when it is something else, or when one inside is damaged or there twice', async () => {
    const twice = buildPackage({ name: 'P', integrations: [...PACK.integrations, ...PACK.integrations] });
    const broken = forgeZip([{ name: 'icspackage_P.iar', data: Buffer.from('<html>') }]);
    expect(await reasonOf(readPackageArchive(buildProject({ code: 'P' })))).toMatch(/^another-kind: .*\.car/);
    expect(await reasonOf(readPackageArchive(twice))).toMatch(/^ambiguous: .*more than once/);
    expect(await reasonOf(readPackageArchive(broken))).toMatch(/^not-a-zip: In the package, .*icspackage_P\.iar/);
  });
});

describe('an exported library', () => {
  const LIBRARY = { code: 'TEXT_TOOLS', version: '01.00.0000' };

  it('tells its code and version where Oracle put them in', async () => {
    expect(await readLibraryArchive(buildLibrary(LIBRARY))).toMatchObject(LIBRARY);
    const plain = forgeZip([{ name: 'tools.js', data: Buffer.from('1') }]);
    expect(await readLibraryArchive(plain)).toMatchObject({ code: undefined, version: undefined });
  });

  it('has one content digest in two exports, and another when its script changes', async () => {
    const first = await readLibraryArchive(buildLibrary({ ...LIBRARY, ...MONDAY }));
    const again = await readLibraryArchive(buildLibrary({ ...LIBRARY, ...FRIDAY }));
    const changed = await readLibraryArchive(buildLibrary({ ...LIBRARY, script: '2' }));
    expect(again.sha256).not.toBe(first.sha256);
    expect(again.contentSha256).toBe(first.contentSha256);
    expect(changed.contentSha256).not.toBe(first.contentSha256);
  });

  it('is refused when it is empty or no zip', async () => {
    expect(await reasonOf(readLibraryArchive(forgeZip([])))).toMatch(/^another-kind: /);
    expect(await reasonOf(readLibraryArchive(Buffer.from('{}')))).toMatch(/^not-a-zip: /);
  });
});
