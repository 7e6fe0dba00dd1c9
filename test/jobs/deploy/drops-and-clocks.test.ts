/**
 * Drops of every sort (of many integrations, under keys of their own and under the same, withdrawn, dated 2099, of other
 * kinds, under keys that no path can be, for no instance), delivered twice and out of order to workers that fall asleep at
 * any operation, on a machine whose clock is set by days, back and forth. In the end each drop has one receipt, and what it
 * says is so.
 */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { DropEvent } from '../../../functions/core/drop/drop-event.ts';
import { parseReceipt, type Receipt } from '../../../functions/core/drop/receipt.ts';
import { handleDrop } from '../../../functions/jobs/deploy/handle-drop.ts';
import { handleStray } from '../../../functions/jobs/deploy/handle-stray.ts';
import { createDropBox } from '../../../functions/store/drop-box.ts';
import { connectTo } from '../../oic/simulated.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { createRandom } from '../../simulator/random.ts';
import { startSimulator } from '../../simulator/server.ts';
import { openInstallBench } from './install-bench.ts';

const COUNT = rounds(30, 500);
const LEASE_MS = 900;
const DAY = 24 * 3_600_000;
const MANY_TRIES = Array<number>(1_000).fill(0);
const TARGETS = new Map([['dev', true]]);

afterEach(() => void vi.restoreAllMocks());

interface Dropped extends DropEvent {
  readonly number: number;
  readonly sort: 'whole' | 'withdrawn' | 'other' | 'odd' | 'stray';
  readonly id: string;
  /** Of what is in it. */
  readonly digest: string | undefined;
  /** The time of its file. */
  readonly droppedAt: number;
}

/** Sleeps now and then when it has done something, for longer than its lease lives; what else it does sleeps with it. */
const createSleeper = (isTired: () => boolean, doesClockStop: boolean) => {
  let asleep: Promise<void> | undefined;
  let slept = 0;
  const rest = async (): Promise<void> => {
    if (!asleep && isTired()) {
      asleep = sleep(LEASE_MS * 1.3).then(() => {
        slept += doesClockStop ? LEASE_MS * 1.3 : 0;
        asleep = undefined;
      });
    }
    await asleep;
  };
  const drowsy = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (object, name, receiver) => {
        const value = Reflect.get(object, name, receiver) as unknown;
        if (name === 'guarded') return (check: unknown) => drowsy((value as (check: unknown) => T)(check));
        if (typeof value !== 'function' || ['list', 'listVersions', 'requests'].includes(String(name))) return value;
        return async (...args: unknown[]) => {
          const result = await (value as (...args: unknown[]) => Promise<unknown>).apply(object, args);
          await rest();
          return result;
        };
      },
    });
  return {
    drowsy,
    elapsed: () => performance.now() - slept,
    sleep: async (ms: number, signal?: AbortSignal) => {
      await sleep(ms, undefined, signal && { signal });
      await asleep;
    },
  };
};

test(`${COUNT} drops of every sort, clocks that jump by days and workers that sleep: one receipt each, each true`, async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  process.stdout.write(`${COUNT} drops with SEED=${seed}\n`);
  const random = createRandom(seed);
  const realNow = Date.now;
  let offset = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + offset);
  const bench = await openInstallBench();
  const simulator = await startSimulator({ now: realNow });
  const scratch = await startSimulator({ now: realNow });
  const oic = connectTo(simulator);
  simulator.onRequest(() => {
    for (const connection of simulator.instance.connections.values()) connection.status = 'CONFIGURED';
  });
  const held = new Set<string>();
  simulator.onRequest(({ kind }) => {
    if (kind === 'activate') for (const { contentDigest } of simulator.instance.list()) held.add(contentDigest);
  });

  const putFile = async (key: string, body: Uint8Array): Promise<DropEvent & { droppedAt: number }> => {
    const { versionId, lastModified } = await bench.store.put(key, body);
    return { key, versionId, droppedAt: lastModified.getTime() };
  };
  /** As a person does it, with a time from anywhere. */
  const copyFile = async (key: string, body: Uint8Array, time: Date): Promise<DropEvent & { droppedAt: number }> => {
    const path = join(bench.store.name, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
    await utimes(path, time, time);
    const found = await bench.store.head(key);
    if (!found) throw new Error(`${key} was put and is not there`);
    return { key, versionId: found.versionId, droppedAt: found.lastModified.getTime() };
  };

  const drop = async (number: number): Promise<Dropped> => {
    const code = `FLOW_${random.below(Math.ceil(COUNT / 8))}`;
    const archive = buildSampleArchive({ code, version: '01.00.0000', marker: `drop ${number}` });
    const id = scratch.instance.add(archive, { status: 'CONFIGURED' });
    const digest = scratch.instance.get(id)?.contentDigest;
    const key = random.below(2) === 0 ? `deploy/dev/${code}.iar` : `deploy/dev/some folder/drop ${number}.Iar`;
    const base = { number, id, digest };
    const unstored = (sort: 'odd' | 'stray', odd: string): Dropped => {
      return { ...base, sort, key: odd, versionId: `v${number}`, droppedAt: 0, digest: undefined };
    };
    const dice = random.below(100);
    if (dice < 8) {
      const event = await putFile(`deploy/dev/withdrawn ${number}.iar`, archive);
      await bench.store.delete(event.key);
      return { ...base, ...event, sort: 'withdrawn' };
    }
    if (dice < 14)
      return {
        ...base,
        ...(await copyFile(`deploy/dev/by hand/${code}.iar`, archive, new Date(Date.UTC(2099, 5, 1, 0, 0, number)))),
        sort: 'whole',
      };
    if (dice < 20) {
      const ending = ['.car', '.PAR', '.csv', '.jar', '.zip', '.txt', ''][random.below(7)];
      return {
        ...base,
        ...(await putFile(`deploy/dev/other ${number}${ending}`, archive)),
        sort: 'other',
        digest: undefined,
      };
    }
    if (dice < 25) {
      return unstored(
        'odd',
        ['deploy/dev//x.iar', 'deploy/dev/../x.iar', `deploy/dev/${'n/'.repeat(505)}x.txt`][random.below(3)] as string,
      );
    }
    if (dice < 30)
      return unstored(
        'stray',
        ['x.iar', 'deploy/x.iar', 'deploy/nowhere/x.iar', 'deploy/../x.iar'][random.below(4)] as string,
      );
    return { ...base, ...(await putFile(key, archive)), sort: 'whole' };
  };

  const answers = new Map<string, number>();
  const deliver = async ({ key, versionId, sort }: Dropped): Promise<boolean> => {
    const event = { key, versionId };
    const worker = createSleeper(() => random.below(150) === 0, random.below(2) === 0);
    const dropBox = createDropBox(worker.drowsy(bench.store));
    const count = (isNew: boolean) =>
      void answers.set(`${key} ${versionId}`, (answers.get(`${key} ${versionId}`) ?? 0) + (isNew ? 1 : 0));
    if (sort === 'stray') {
      count((await handleStray({ dropBox, targets: TARGETS, now: Date.now }, event)).isNew);
      return true;
    }
    const services = bench.services(worker.drowsy(oic), 'dev', {
      ttlMs: LEASE_MS,
      patienceMs: 6 * LEASE_MS,
      retries: MANY_TRIES,
    });
    const { now } = services.lease;
    const lease = { ...services.lease, now, elapsed: worker.elapsed, sleep: worker.sleep };
    const result = await handleDrop({ ...services, dropBox, lease }, event);
    if (result.kind === 'receipt') count(result.isNew);
    return result.kind === 'receipt';
  };

  const drops: Dropped[] = [];
  const queue: Dropped[] = [];
  let begun = 0;
  /** One after the other: a key shows the file that was put there last. */
  let putting: Promise<unknown> = Promise.resolve();
  const until = performance.now() + 300_000;
  try {
    const work = async (): Promise<void> => {
      while (begun < COUNT || queue.length > 0) {
        if (performance.now() > until) throw new Error(`it takes too long; still waiting: ${JSON.stringify(queue)}`);
        if (random.below(6) === 0) offset = (random.below(11) - 5) * DAY;
        // Twice as fast as it is handled, so that much waits, and comes in any order.
        for (let n = 0; n < 2 && begun < COUNT; n++) {
          const number = begun++;
          const put = putting.then(() => drop(number));
          putting = put;
          const dropped = await put;
          drops.push(dropped);
          queue.push(dropped, ...(random.below(3) === 0 ? [dropped] : []));
        }
        const [next] = queue.splice(random.below(Math.min(queue.length, 20)), 1);
        if (next && !(await deliver(next))) queue.push(next);
      }
    };
    await Promise.all([work(), work(), work(), work()]);

    const receipts = new Map<string, Receipt>();
    for await (const { key } of bench.store.list('receipts/')) {
      const object = await bench.store.get(key);
      const receipt = parseReceipt(JSON.parse(Buffer.from(object?.body ?? '').toString()), key);
      receipts.set(`${receipt.key} ${receipt.versionId}`, receipt);
    }
    expect(drops.filter(({ key, versionId }) => !receipts.has(`${key} ${versionId}`))).toEqual([]);
    expect(receipts.size).toBe(drops.length);
    expect([...answers.values()]).toEqual(Array(drops.length).fill(1));

    const isTold = ({ key, versionId, sort, id, digest = '', droppedAt }: Dropped): boolean => {
      const { state, message } = receipts.get(`${key} ${versionId}`) as Receipt;
      if (sort !== 'whole') {
        const reason = {
          withdrawn: 'withdrawn',
          other: 'type|import|unpack|ending',
          odd: 'key|ending',
          stray: 'instance',
        }[sort];
        return state === 'rejected' && new RegExp(reason).test(message) && !held.has(digest);
      }
      if (state === 'deployed' || state === 'unchanged') return held.has(digest);
      if (state !== 'superseded') return false;
      if (message.startsWith('a newer file')) {
        return drops.some((other) => other.key === key && other.versionId !== versionId);
      }
      return drops.some((other) => other.id === id && message.startsWith(other.key) && other.droppedAt > droppedAt);
    };
    expect(
      drops.filter((one) => !isTold(one)).map((one) => [one, receipts.get(`${one.key} ${one.versionId}`)]),
    ).toEqual([]);

    for await (const { key } of bench.store.list('leases/')) {
      const lease = await bench.store.get(key);
      const { newest } = JSON.parse(Buffer.from(lease?.body ?? '').toString()) as {
        newest: Record<string, { key: string; versionId: string }>;
      };
      for (const [id, last] of Object.entries(newest)) {
        const { digest } = drops.find((one) => one.key === last.key && one.versionId === last.versionId) as Dropped;
        expect(simulator.instance.get(id)).toMatchObject({ contentDigest: digest, status: 'ACTIVATED' });
      }
    }
    const states = [...receipts.values()].map(({ state }) => state);
    process.stdout.write(
      `${JSON.stringify(Object.fromEntries([...new Set(states)].map((one) => [one, states.filter((state) => state === one).length])))}\n`,
    );
  } finally {
    await oic.close();
    await simulator.close();
    await scratch.close();
    await bench.close();
  }
}, 400_000);
