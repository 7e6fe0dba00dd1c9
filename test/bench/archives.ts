/**
 * Archives as large as real ones: of 92 that people have published the median is 73 KB, nine in ten are below 256 KB, the
 * largest has 590 KB; they hold some 70 members and inflate to three or four times their size.
 */
import { createExporter } from '../simulator/archives/exporter.ts';
import { buildSampleArchive, type SampleArchive } from '../simulator/archives/sample-archive.ts';
import { type CompressedEntry, compressEntry, readCompressed } from '../simulator/archives/zip.ts';
import type { Random } from '../simulator/random.ts';

const MEDIAN_BYTES = 73_000;
const MAX_BYTES = 590_000;
/** Of the logarithm: puts the ninth decile at 256 KB. */
const SPREAD = Math.log(256 / 73) / 1.2816;

/** A size drawn from the distribution of real archives. */
export const drawBytes = (random: Random): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Math.min(MAX_BYTES, Math.max(8_300, Math.round(MEDIAN_BYTES * Math.exp(SPREAD * normal))));
};

/** Text that deflates to about a third, as Oracle's XML does. */
const filler = (random: Random, memberBytes: number, sharedBytes: number): CompressedEntry[] => {
  const entries: CompressedEntry[] = [];
  for (let size = 0; size < sharedBytes; size += entries.at(-1)?.deflated.length ?? 0) {
    const n = entries.length;
    const lines = [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">',
    ];
    for (let length = 0; length < memberBytes; length += 100) {
      const [name, value] = [random.next().toString(36), random.next().toString(36)];
      lines.push(`  <xsd:element name="${name.slice(2)}" type="xsd:string" minOccurs="0" value="${value.slice(2)}"/>`);
    }
    lines.push('</xsd:schema>');
    const name = `resources/processor_${n}/resourcegroup_${n}/schema.xsd`;
    entries.push(compressEntry({ name, data: Buffer.from(lines.join('\n')) }));
  }
  return entries;
};

/** Builds archives of wanted sizes; the members that make up the size are deflated once and shared by all. */
export const createArchiveBuilder = (
  random: Random,
  {
    memberBytes = 3_600,
    largestBytes = MAX_BYTES,
  }: { memberBytes?: number | undefined; largestBytes?: number | undefined },
): ((sample: SampleArchive, bytes: number) => Buffer) => {
  const shared = filler(random, memberBytes, largestBytes);
  return (sample, bytes) => {
    const entries = readCompressed(buildSampleArchive(sample));
    const folder = `icspackage/project/${sample.code}_${sample.version}/`;
    let size = entries.reduce((sum, { deflated }) => sum + deflated.length, 0);
    for (const entry of shared) {
      if (size >= bytes) break;
      entries.push({ ...entry, name: folder + entry.name });
      // With its header, its place in the directory and its descriptor.
      size += entry.deflated.length + 2 * (folder.length + entry.name.length) + 92;
    }
    return createExporter(entries)({ exportedAt: new Date('2026-01-05T04:15:00Z'), entrySeed: random.below(2 ** 31) });
  };
};
