import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { createExporter } from '../../simulator/archives/exporter.ts';
import { readCompressed } from '../../simulator/archives/zip.ts';
import { promoted } from '../diff/promoted.ts';

/** Real archives hold addresses and secrets of real companies, so none is in this repository. */
const corpus = process.env.OIC_ARCHIVE_CORPUS;
const files = corpus
  ? readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.iar'))
  : [];

if (!corpus) process.stdout.write('Real archives: skipped, OIC_ARCHIVE_CORPUS names no directory.\n');

describe.skipIf(!corpus)('real archives', () => {
  it('are there', () => expect(files).not.toEqual([]));

  it.each(files)('%s is read, and means the same when it is exported again', async (file) => {
    const bytes = readFileSync(join(corpus ?? '', file));
    const archive = await readArchive(bytes);
    expect(archive.connections).not.toEqual([]);
    const again = createExporter(readCompressed(bytes))({ exportedAt: new Date('2026-05-06T07:08:09Z'), entrySeed: 5 });
    const { id, contentSha256, designSha256 } = archive;
    expect(await readArchive(again)).toMatchObject({ id, contentSha256, designSha256 });
    expect(await readArchive(promoted(bytes, 5))).toMatchObject({ id, designSha256 });
  });
});
