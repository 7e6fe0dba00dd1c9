/**
 * An archive as the simulator keeps it: its members still deflated, what it says about itself, and the digest of its
 * meaning, which is the same for two exports of one unchanged integration, from one instance or two. The normalisation is the simulator's own and
 * shares nothing with the code under test.
 */
import { createHash } from 'node:crypto';
import { type ArchiveFacts, ATTRIBUTES_FILE, BadArchive, readFacts } from './archive-facts.ts';
import { createExporter } from './exporter.ts';
import { isStamped, type Stamps, stampMember, withoutStamps } from './stamping.ts';
import { type CompressedEntry, compressEntry, expandEntry, readCompressed, type ZipEntry } from './zip.ts';

/** @param stamps of the instance that keeps it */
type Write = (occasion: Parameters<ReturnType<typeof createExporter>>[0], stamps: Stamps | undefined) => Buffer;

export interface StoredArchive {
  readonly facts: ArchiveFacts;
  readonly contentDigest: string;
  readonly members: readonly CompressedEntry[];
  /** Writes it out as an export of that moment: other bytes each time, one meaning. */
  readonly write: Write;
}

/** Far beyond the largest real archive; a zip bomb stays below. */
const MAX_EXPANDED_BYTES = 256 * 1024 * 1024;

/** Keys of the attributes file that change from export to export while the integration does not. */
const VOLATILE_KEYS = new Set(['validity', 'mod', 'project_transient_state', 'project_persisted_state', 'modelType']);

/** @throws BadArchive, as Oracle refuses it. */
export const readArchive = (bytes: Uint8Array): StoredArchive => {
  const members = readMembers(bytes);
  return storeArchive(members, expandAll(members));
};

/** The archive with one member added or exchanged, as after an edit in the designer. */
export const withMember = (archive: StoredArchive, entry: ZipEntry): StoredArchive => {
  const members = [...archive.members.filter(({ name }) => name !== entry.name), compressEntry(entry)];
  return storeArchive(members, expandAll(members));
};

const storeArchive = (members: readonly CompressedEntry[], entries: readonly ZipEntry[]): StoredArchive => {
  let exporter: ReturnType<typeof createExporter> | undefined;
  return {
    facts: readFacts(entries),
    contentDigest: digest(entries),
    members,
    write: (occasion, stamps) => {
      exporter ??= createExporter(stamps ? members.map((member) => stamped(member, stamps)) : members);
      return exporter(occasion);
    },
  };
};

const stamped = (member: CompressedEntry, stamps: Stamps): CompressedEntry =>
  isStamped(member.name)
    ? compressEntry({ name: member.name, data: stampMember(expandEntry(member), stamps) })
    : member;

const readMembers = (bytes: Uint8Array): readonly CompressedEntry[] => {
  try {
    return readCompressed(bytes);
  } catch {
    throw new BadArchive('ICS-20099', 'Unable to retrieve integration from the archive');
  }
};

const expandAll = (members: readonly CompressedEntry[]): ZipEntry[] => {
  const expandedBytes = members.reduce((sum, { size }) => sum + size, 0);
  if (expandedBytes > MAX_EXPANDED_BYTES) throw new BadArchive('ICS-20099', 'The archive is too large');
  try {
    return members.map(expandEntry);
  } catch {
    throw new BadArchive('ICS-20099', 'Unable to retrieve integration from the archive');
  }
};

const digest = (entries: readonly ZipEntry[]): string => {
  const whole = createHash('sha256');
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    whole.update(`${entry.name}\0${createHash('sha256').update(meaningOf(entry)).digest('hex')}\n`);
  }
  return whole.digest('hex');
};

const meaningOf = (entry: ZipEntry): Uint8Array => {
  const { name } = entry;
  const data = withoutStamps(entry);
  if (!name.endsWith('.properties')) return data;
  const lines = Buffer.from(data)
    .toString('latin1')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'));
  if (!name.endsWith(`/${ATTRIBUTES_FILE}`)) return Buffer.from(lines.join('\n'), 'latin1');
  const kept = lines.filter((line) => line && !VOLATILE_KEYS.has(line.slice(0, line.indexOf('='))));
  return Buffer.from(kept.toSorted().join('\n'), 'latin1');
};
