import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { ArchiveError } from '../../../functions/core/formats/archive-error.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { readZip } from '../../simulator/archives/zip.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import { dataSurvives, edited, forgeZip, layoutOf, replaceIn } from './archive-forge.ts';

const SEED = Number(process.env.ARCHIVE_FUZZ_SEED ?? Date.now() % 2 ** 31);

type Reason = ArchiveError['reason'];
/** Bytes that are no whole archive any more, and the reasons that would be right. */
type Damage = (whole: Buffer, random: Random) => { bytes: Buffer; reasons: Reason[] };

const SAMPLES = [
  buildSampleArchive({ code: 'PING', version: '01.00.0000', generation: 'gen2' }),
  buildSampleArchive({ code: 'ORDER_SYNC', version: '01.02.0003', paddingBytes: 9_000 }),
  buildSampleArchive({
    code: 'NIGHTLY_LOAD',
    version: '02.00.0000',
    schedule: 'FREQ=DAILY',
    lookups: { COUNTRIES: [['iso'], ['DE']] },
    libraries: ['TOOLS'],
    calls: [{ code: 'PING', version: '01.00.0000' }],
  }),
] as const;

const flip = (bytes: Buffer, at: number, random: Random): void => {
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
};

const entryOf = (zip: Buffer, random: Random) => {
  const { entries } = layoutOf(zip);
  const entry = entries[random.below(entries.length)];
  if (entry === undefined) throw new Error('a sample without entries');
  return { entry, nameLength: Buffer.byteLength(entry.name) };
};

const somewhereIn = (ranges: readonly (readonly [start: number, length: number])[], random: Random): number => {
  const [start, length] = ranges[random.below(ranges.length)] ?? [0, 1];
  return start + random.below(length);
};

const cut: Damage = (whole, random) => {
  const length = random.below(whole.length);
  return { bytes: whole.subarray(0, length), reasons: [length < 4 ? 'not-a-zip' : 'cut'] };
};

/** Deflate has bits without a meaning (padding, equal matches), so it is tried until the data really differ. */
const flippedData: Damage = (whole, random) => {
  for (;;) {
    const bytes = Buffer.from(whole);
    const { entry } = entryOf(bytes, random);
    flip(bytes, entry.dataAt + random.below(entry.dataEnd - entry.dataAt), random);
    if (!dataSurvives(bytes, entry)) return { bytes, reasons: ['damaged'] };
  }
};

/** All of a directory record but versions, times and attributes, which change nothing in the contents. */
const flippedDirectory: Damage = (whole, random) => {
  const bytes = Buffer.from(whole);
  const { entry, nameLength } = entryOf(bytes, random);
  const at = entry.directoryAt;
  flip(
    bytes,
    somewhereIn(
      [
        [at, 4],
        [at + 8, 4],
        [at + 16, 18],
        [at + 42, 4],
        [at + 46, nameLength],
      ],
      random,
    ),
    random,
  );
  return { bytes, reasons: ['damaged', 'hostile'] };
};

const flippedEnd: Damage = (whole, random) => {
  const bytes = Buffer.from(whole);
  const { endAt } = layoutOf(bytes);
  flip(
    bytes,
    somewhereIn(
      [
        [endAt, 4],
        [endAt + 4, 2],
        [endAt + 8, 14],
      ],
      random,
    ),
    random,
  );
  return { bytes, reasons: ['damaged', 'cut', 'hostile'] };
};

/** Of a local header the times and the sizes, zero here, do not count; what stands in the data descriptor does. */
const flippedHeader: Damage = (whole, random) => {
  const bytes = Buffer.from(whole);
  const { entry, nameLength } = entryOf(bytes, random);
  const at = entry.localAt;
  flip(
    bytes,
    somewhereIn(
      [
        [at, 4],
        [at + 6, 4],
        [at + 26, 4 + nameLength],
        [entry.dataEnd, 16],
      ],
      random,
    ),
    random,
  );
  return { bytes, reasons: ['damaged'] };
};

const shifted: Damage = (whole, random) => {
  const at = random.below(whole.length);
  const junk = Buffer.from(Array.from({ length: 1 + random.below(300) }, () => random.below(256)));
  const lost = Math.min(1 + random.below(300), whole.length - at);
  const bytes = random.pick([
    Buffer.concat([junk, whole]),
    Buffer.concat([whole, junk]),
    Buffer.concat([whole.subarray(0, at), junk, whole.subarray(at)]),
    Buffer.concat([whole.subarray(0, at), whole.subarray(at + lost)]),
    Buffer.concat([whole.subarray(0, at), Buffer.alloc(lost, 0xa5), whole.subarray(at + lost), junk]),
  ]);
  return { bytes, reasons: ['damaged', 'cut', 'not-a-zip', 'hostile'] };
};

const foreign: Damage = (whole, random) => {
  const text = Buffer.from(Array.from({ length: random.below(4_000) }, () => 1 + random.below(70)));
  const [bytes, reason] = random.pick<[Buffer, Reason]>([
    [Buffer.from(`<!DOCTYPE html><html><body>${'Sign in '.repeat(random.below(500))}</body></html>`), 'not-a-zip'],
    [Buffer.from(JSON.stringify({ status: 'HTTP 500 Internal Server Error', detail: random.next() })), 'not-a-zip'],
    [text, 'not-a-zip'],
    [gzipSync(whole), 'not-a-zip'],
    [forgeZip([{ name: `file-${random.below(1_000)}.txt`, data: text }]), 'not-an-integration'],
    [forgeZip([{ name: `icspackage_${random.below(1_000)}.iar`, data: whole, stored: true }]), 'not-an-integration'],
    [forgeZip([{ name: 'SHOP/project/project.yaml', data: text }]), 'not-an-integration'],
  ]);
  return { bytes, reasons: [reason] };
};

const ZEROS = Buffer.alloc(2 ** 20);
const bomb: Damage = (whole, random) => {
  const claimedSize = 2 ** 24 * (2 + random.below(100));
  const claims = { name: 'bomb', data: Buffer.from('x'), claimedSize };
  const lies = { name: 'bomb', data: ZEROS, claimedSize: random.below(ZEROS.length) };
  const [entry, reason] = random.pick<[typeof claims, Reason]>([
    [claims, 'hostile'],
    [lies, 'damaged'],
  ]);
  return { bytes: forgeZip([...readZip(whole), entry]), reasons: [reason] };
};

const pathTrick: Damage = (whole, random) => {
  const up = '../'.repeat(1 + random.below(5));
  const name = random.pick([
    `${up}x`,
    `icspackage/${up}x`,
    `/${up}x`,
    `C:\\x${up}`,
    `a\\..\\${up}`,
    `a/\0${up}`,
    'c:/x',
    'a//b',
    './x',
  ]);
  return {
    bytes: forgeZip(random.shuffle([...readZip(whole), { name, data: Buffer.from('x') }])),
    reasons: ['hostile'],
  };
};

const wrongIdentity: Damage = (whole, random) => {
  const other = `OTHER_${random.below(1_000)}`;
  const version = `09.00.000${random.below(10)}`;
  const change = random.pick([
    replaceIn('ics_project_attributes.properties', /^project_code=.*/m, `project_code=${other}`),
    replaceIn('ics_project_attributes.properties', /^project_version=.*/m, `project_version=${version}`),
    replaceIn('project.xml', /(projectCode>)[^<]+/, `$1${other}`),
    replaceIn('project.xml', /(projectVersion>)[^<]+/, `$1${version}`),
    (entries: { name: string; data: Uint8Array }[]) =>
      entries.map((entry) => ({
        ...entry,
        name: entry.name.replace(/project\/[^/]+\//, `project/${other}_${version}/`),
      })),
  ]);
  return { bytes: edited(whole, change), reasons: ['identity'] };
};

const twoIntegrations: Damage = (whole, random) => {
  const other = buildSampleArchive({ code: `SECOND_${random.below(1_000)}`, version: '01.00.0000' });
  const names = new Set(readZip(whole).map(({ name }) => name));
  const added = readZip(other).filter(({ name }) => !names.has(name));
  return { bytes: edited(whole, (entries) => [...entries, ...added]), reasons: ['ambiguous'] };
};

const DAMAGES = {
  cut,
  flippedData,
  flippedDirectory,
  flippedEnd,
  flippedHeader,
  shifted,
  foreign,
  bomb,
  pathTrick,
  wrongIdentity,
  twoIntegrations,
};

describe(`damaged archives (ARCHIVE_FUZZ_SEED=${SEED})`, () => {
  it('are refused, all of them, each for a reason that is right', async () => {
    const random = createRandom(SEED);
    const kinds = Object.entries(DAMAGES);
    for (let number = 0; number < rounds(130, 500); number++) {
      const [kind, damage] = kinds[number % kinds.length] ?? ['cut', cut];
      const { bytes, reasons } = damage(random.pick(SAMPLES), random);
      const result = await readArchive(bytes).catch((error: unknown) => error);
      const reason = result instanceof ArchiveError ? result.reason : result;
      expect(reasons, `case ${number}, ${kind}`).toContain(reason);
    }
  });

  it('with any one bit flipped are refused or mean the same', async () => {
    const random = createRandom(SEED);
    for (let number = 0; number < rounds(60, 300); number++) {
      const whole = random.pick(SAMPLES);
      const bytes = Buffer.from(whole);
      const at = random.below(bytes.length);
      flip(bytes, at, random);
      const result = await readArchive(bytes).catch((error: unknown) => error);
      if (result instanceof ArchiveError) continue;
      const { id, contentSha256 } = await readArchive(whole);
      expect(result, `case ${number}, byte ${at}`).toMatchObject({ id, contentSha256 });
    }
  });
});
