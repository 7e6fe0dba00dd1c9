/** The seven measurements. Each starts its instances, runs what is compared one after another, and gives rows of ratios. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBucket } from './bucket.ts';
import { type BenchInstance, type InstancePlan, startInstance } from './instance.ts';
import {
  bareListing,
  bareLoop,
  CONCURRENCY,
  curlOneByOne,
  inDirectory,
  type Run,
  sequentialScript,
  setUp,
  xargsCurl,
} from './programs.ts';

export interface Row {
  readonly what: string;
  readonly value: number;
  /** What must be shown; undefined for figures that are only told. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The figures behind it. */
  readonly from: string;
}

const LATENCY_MS = 200;
const ACTIVATION_MS = 2_000;

const withInstance = async <T>(plan: InstancePlan, work: (instance: BenchInstance) => Promise<T>): Promise<T> => {
  const instance = await startInstance(plan);
  try {
    return await work(instance);
  } finally {
    await instance.close();
  }
};

const backup = (instance: BenchInstance, concurrency?: number): Promise<Run & { report: Record<string, unknown> }> =>
  inDirectory(async (directory) => (await setUp(directory, { dev: instance }, concurrency))('backup', 'dev'));

/** From the first request to the last, without the start of the process. */
const secondsOf = ({ startedAt, finishedAt }: Record<string, unknown>): number =>
  (Date.parse(String(finishedAt)) - Date.parse(String(startedAt))) / 1000;

const s = (seconds: number): string => `${seconds.toFixed(2)} s`;

/** 1: a full backup, process start included, against what people use today and against the bound; the better of two. */
export const measureBackup = (count: number): Promise<Row[]> =>
  withInstance({ count, archives: {}, options: { latencyMs: { export: LATENCY_MS } } }, async (instance) => {
    const betterOfTwo = async (run: () => Promise<Run>): Promise<number> =>
      Math.min((await run()).seconds, (await run()).seconds);
    const seconds = await betterOfTwo(() => backup(instance));
    const xargs = await betterOfTwo(() => xargsCurl(instance));
    const curl = (await curlOneByOne(instance)).seconds;
    const script = (await sequentialScript(instance)).seconds;
    const bound = (count * LATENCY_MS) / 1000 / CONCURRENCY;
    const of = (other: number): string => `${s(other)} : ${s(seconds)}`;
    return [
      {
        what: `1  ${count} at ${LATENCY_MS} ms: times as fast as a sequential script`,
        value: script / seconds,
        atLeast: 7,
        from: of(script),
      },
      { what: '1  times as fast as one curl after another', value: curl / seconds, from: of(curl) },
      { what: '1  times as fast as xargs -P8 curl', value: xargs / seconds, atLeast: 1, from: of(xargs) },
      {
        what: '1  share of the bound N x latency / concurrency',
        value: bound / seconds,
        atLeast: 0.92,
        from: of(bound),
      },
    ];
  });

/** 2: the same without latency, against downloading and hashing alone; the better of three, by turns. */
export const measureOverhead = (count: number): Promise<Row[]> =>
  withInstance({ count, archives: {} }, async (instance) => {
    const [bare, ours]: [number[], number[]] = [[], []];
    for (let round = 0; round < 3; round++) {
      bare.push(await bareLoop(instance));
      ours.push(secondsOf((await backup(instance)).report));
    }
    const [least, seconds] = [Math.min(...bare), Math.min(...ours)];
    return [
      {
        what: `2  ${count} without latency: share of a bare loop`,
        value: least / seconds,
        atLeast: 0.6,
        from: `${s(least)} : ${s(seconds)}`,
      },
    ];
  });

/** Projects, lookups, libraries, packages, connections, certificates and agent groups: one page of each. */
const OTHER_KINDS = 7;

/** What a page of a listing takes on an instance that is near and idle. */
const PAGE_MS = 20;

/** 3: a night on which nothing changed, the best of three, by turns with the listing; and the peak memory of the first. */
const measureNights = (count: number, pageMs: number): Promise<{ rows: Row[]; peakMb: number }> =>
  withInstance({ count, archives: 'samples', options: { latencyMs: { list: pageMs } } }, (instance) =>
    inDirectory(async (directory) => {
      const oic = await setUp(directory, { dev: instance });
      const { peakMb } = await oic('backup', 'dev');
      const [nights, listings]: [Record<string, unknown>[], number[]] = [[], []];
      for (let round = 0; round < 3; round++) {
        nights.push((await oic('backup', 'dev')).report);
        listings.push(await bareListing(instance));
      }
      const expected = Math.ceil(count / 100) + OTHER_KINDS + 1 + instance.startedSchedules;
      const requests = Math.max(...nights.map((night) => Number(night.requests)));
      const [seconds, listing] = [Math.min(...nights.map(secondsOf)), Math.min(...listings)];
      const what = `3  ${count} unchanged, ${pageMs} ms a page`;
      const rows = [
        {
          what: `${what}: requests more than pages + token + schedules`,
          value: requests - expected,
          atMost: 0,
          from: `${requests} requests`,
        },
        {
          what: `${what}: times as long as listing alone`,
          value: seconds / listing,
          ...(count === 10_000 && { atMost: 3 }),
          from: `${s(seconds)} : ${s(listing)}`,
        },
      ];
      return { rows, peakMb };
    }),
  );

/** 3, and 6 for small archives. @param counts the last two are compared in memory */
export const measureUnchanged = async (counts: readonly [number, number, number]): Promise<Row[]> => {
  const nights = [];
  for (const count of counts) nights.push(await measureNights(count, 0));
  const delayed = await measureNights(counts[2], PAGE_MS);
  const peaks = nights.map(({ peakMb }) => peakMb);
  const [, small = 0, large = 0] = peaks;
  return [
    ...nights.flatMap(({ rows }) => rows),
    ...delayed.rows,
    {
      what: `6  peak memory of ${counts[2]} : ${counts[1]}`,
      value: large / small,
      atMost: 1.3,
      from: peaks.map((mb, n) => `${mb.toFixed(0)} MB for ${counts[n]}`).join(', '),
    },
  ];
};

/** 4: a restore with activations, half of the integrations active. */
export const measureRestore = (count: number, countOneByOne: number): Promise<Row[]> =>
  inDirectory(async (directory) => {
    const run = async (integrations: number, concurrency: number): Promise<number> => {
      const source = await startInstance({ count: integrations, archives: {}, activeShare: 0.5 });
      const target = await startInstance({
        count: 0,
        archives: {},
        options: { latencyMs: { import: LATENCY_MS }, activationMs: ACTIVATION_MS },
      });
      try {
        const oic = await setUp(directory, { prod: source, dr: target }, concurrency);
        const vault = join(directory, `vault-${integrations}`);
        await oic('backup', 'prod', '--vault', vault);
        const { seconds, report } = await oic('restore', 'prod', '--to', 'dr', '--vault', vault);
        if (report.created !== integrations || report.activated !== integrations / 2)
          throw new Error('not all was restored');
        return seconds;
      } finally {
        await Promise.all([source.close(), target.close()]);
      }
    };
    const seconds = await run(count, CONCURRENCY);
    const oneByOne = ((await run(countOneByOne, 1)) * count) / countOneByOne;
    const bound = (count * LATENCY_MS + (count / 2) * ACTIVATION_MS) / 1000 / CONCURRENCY;
    return [
      {
        what: `4  restore of ${count}: share of the bound`,
        value: bound / seconds,
        atLeast: 0.85,
        from: `${s(bound)} : ${s(seconds)}`,
      },
      {
        what: '4  times as fast as one after another',
        value: oneByOne / seconds,
        from: `${s(oneByOne)} (of ${countOneByOne}, scaled) : ${s(seconds)}`,
      },
    ];
  });

/** 5: an instance that takes four at once. */
export const measureLimited = (count: number): Promise<Row[]> =>
  withInstance(
    { count, archives: {}, options: { latencyMs: { export: LATENCY_MS }, concurrencyLimit: 4 } },
    async (instance) => {
      const { seconds } = await backup(instance);
      const exports = (await instance.traffic()).requests.filter(({ kind }) => kind === 'export');
      const later = exports.filter(({ time }) => time > (exports[0]?.time ?? 0) + 1_000);
      const refused = later.filter(({ status }) => status === 429).length;
      const bound = (count * LATENCY_MS) / 1000 / 4;
      return [
        {
          what: '5  takes 4 at once: share of the bound at 4',
          value: bound / seconds,
          atLeast: 0.85,
          from: `${s(bound)} : ${s(seconds)}`,
        },
        {
          what: '5  share refused after the first second',
          value: refused / later.length,
          atMost: 0.05,
          from: `${refused} of ${later.length}`,
        },
      ];
    },
  );

/** 6: archives of 50 MB. */
export const measureLarge = (count: number): Promise<Row[]> =>
  withInstance({ count, archives: { bytes: 50e6, memberBytes: 6e6 } }, async (instance) => {
    const { peakMb } = await backup(instance);
    const base = await inDirectory(async (directory) => {
      await writeFile(join(directory, 'cdk.json'), '{}');
      return withInstance(
        { count: 1, archives: 'samples' },
        async (small) => (await (await setUp(directory, { dev: small }))('backup', 'dev')).peakMb,
      );
    });
    const bound = CONCURRENCY * 50 * 2.5 + base;
    return [
      {
        what: `6  ${count} archives of 50 MB: share of concurrency x 50 MB x 2.5 + base`,
        value: peakMb / bound,
        atMost: 1,
        from: `${peakMb.toFixed(0)} MB : ${bound.toFixed(0)} MB`,
      },
    ];
  });

/** 7: what a bucket is asked on a night on which nothing changed, the fourth; nothing where there is no bucket. */
export const measureBucket = async (count: number): Promise<Row[]> => {
  const bucket = await openBucket();
  if (!bucket) return [];
  try {
    return await withInstance({ count, archives: 'samples' }, (instance) =>
      inDirectory(async (directory) => {
        const { env, location } = bucket;
        const oic = await setUp(directory, { dev: instance }, CONCURRENCY, {
          env,
          vault: { objectLock: { days: 30 }, keep: { monthly: 24 } },
        });
        for (let night = 1; night <= 3; night++) await oic('backup', 'dev', '--vault', location);
        bucket.requests();
        await oic('backup', 'dev', '--vault', location);
        const requests = bucket.requests();
        const told = requests.filter((one) => /[?&](tagging|retention)/.test(one));
        return [
          {
            what: `7  ${count} unchanged in a bucket: requests that say how long something is kept`,
            value: told.length,
            atMost: 1,
            from: `${requests.length} requests to the bucket`,
          },
        ];
      }),
    );
  } finally {
    await bucket.close();
  }
};
