/**
 * Drops of two integrations, delivered in any order, twice, at once, with workers that die at any operation: in the end
 * the target has what was dropped last, running as it ran before, and no drop was imported twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DropEvent } from '../../../functions/core/drop/drop-event.ts';
import { type DropServices, handleDrop } from '../../../functions/jobs/deploy/handle-drop.ts';
import { createDropBox } from '../../../functions/store/drop-box.ts';
import { connectTo } from '../../oic/simulated.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { startSimulator } from '../../simulator/server.ts';
import { openInstallBench } from './install-bench.ts';

const LEASE_MS = 600;
const MANY_TRIES = Array<number>(1_000).fill(0);

/** Not an Error: nothing in the program may take a death for a failure and go on. */
const DEATH = Symbol('the worker died');

/** Calls to `target` count; from the one that is fatal on, nothing is done any more (or just that one still is). */
const mortal = <T extends object>(target: T, life: { left: number; isDoneFirst: boolean }): T =>
  new Proxy(target, {
    get: (object, name, receiver) => {
      const value = Reflect.get(object, name, receiver) as unknown;
      if (name === 'guarded')
        return (check: () => Promise<void>) => mortal((value as (check: unknown) => T)(check), life);
      if (
        typeof value !== 'function' ||
        ['requests', 'close', 'describe', 'list', 'listVersions'].includes(String(name))
      )
        return value;
      return async (...args: unknown[]) => {
        life.left--;
        if (life.left < 0) throw DEATH;
        const result = await (value as (...args: unknown[]) => Promise<unknown>).apply(object, args);
        if (life.left === 0 && life.isDoneFirst) {
          life.left = -1;
          throw DEATH;
        }
        return result;
      };
    },
  });

const CODES = ['FIRST', 'SECOND'] as const;
const idOf = (which: 0 | 1) => `${CODES[which]}|01.00.0000` as const;

const delivery = fc.record({
  /** Which of the drops put so far. */
  which: fc.nat({ max: 5 }),
  diesAfter: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined, freq: 4 }),
  isDoneFirst: fc.boolean(),
});
const scenario = fc.array(
  fc.record({
    integration: fc.constantFrom<0 | 1>(0, 1),
    /** Delivered at once, after this drop was put. */
    deliveries: fc.array(delivery, { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 6 },
);

test('any interleaving of drops and deaths ends in the state of the newest drops', async () => {
  const property = fc.asyncProperty(scenario, async (drops) => {
    const bench = await openInstallBench();
    const simulator = await startSimulator();
    const oic = connectTo(simulator);
    try {
      const archiveOf = (which: 0 | 1, marker: string) =>
        buildSampleArchive({ code: CODES[which], version: '01.00.0000', marker, schedule: 'FREQ=DAILY' });
      simulator.instance.add(archiveOf(0, 'old'), {
        status: 'ACTIVATED',
        scheduleState: 'started',
        tracing: { tracing: true },
      });
      simulator.onRequest(() => {
        for (const connection of simulator.instance.connections.values()) connection.status = 'CONFIGURED';
      });
      const deliver = async (event: DropEvent, life: { left: number; isDoneFirst: boolean }): Promise<boolean> => {
        const base = bench.services(mortal(oic, life), 'dev', {
          worker: `${Math.random()}`,
          ttlMs: LEASE_MS,
          patienceMs: LEASE_MS / 2 + 100,
          retries: MANY_TRIES,
        });
        const services: DropServices = { ...base, dropBox: createDropBox(mortal(bench.store, life)) };
        try {
          return (await handleDrop(services, event)).kind === 'receipt';
        } catch (error) {
          if (error !== DEATH) throw error;
          return false;
        }
      };
      const events: DropEvent[] = [];
      const newest = new Map<0 | 1, string>();
      for (const [n, { integration, deliveries }] of drops.entries()) {
        const key = `deploy/dev/${CODES[integration]}.iar`;
        const { versionId } = await bench.store.put(key, archiveOf(integration, `drop ${n}`));
        events.push({ key, versionId });
        newest.set(integration, `drop ${n}`);
        await Promise.all(
          deliveries.map(({ which, diesAfter, isDoneFirst }) =>
            deliver(events[which % events.length] as DropEvent, {
              left: diesAfter ?? Number.POSITIVE_INFINITY,
              isDoneFirst,
            }),
          ),
        );
      }
      // A queue delivers what has not been acknowledged again, until it is.
      const until = Date.now() + 20_000;
      for (let waiting = events; waiting.length > 0 && Date.now() < until; await sleep(LEASE_MS / 4)) {
        const done = await Promise.all(
          waiting.map((event) => deliver(event, { left: Number.POSITIVE_INFINITY, isDoneFirst: false })),
        );
        waiting = waiting.filter((_, n) => !done[n]);
      }

      for (const [which, marker] of newest) {
        const now = simulator.instance.get(idOf(which));
        simulator.instance.add(archiveOf(which, marker), { status: 'CONFIGURED' });
        expect(now?.contentDigest, `${CODES[which]} has ${marker}`).toBe(
          simulator.instance.get(idOf(which))?.contentDigest,
        );
        expect(now?.status).toBe('ACTIVATED');
        if (which === 0) expect(now).toMatchObject({ schedule: 'started', tracing: { tracing: true } });
        const written = simulator.requests.filter(
          ({ kind, id, status }) => ['import', 'replace'].includes(kind) && id === idOf(which) && (status ?? 500) < 300,
        );
        expect(written.length).toBeLessThanOrEqual(drops.filter(({ integration }) => integration === which).length);
      }
    } finally {
      await oic.close();
      await simulator.close();
      await bench.close();
    }
  });
  await fc.assert(property, { numRuns: rounds(6, 25), endOnFailure: true });
}, 170_000);
