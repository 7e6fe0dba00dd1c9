import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRunStore } from '../../functions/store/run-store.ts';
import { openWorkshop, type Workshop } from '../jobs/workshop.ts';

let workshop: Workshop;
beforeEach(async () => {
  workshop = await openWorkshop();
});
afterEach(() => workshop.close());

const tick = new Date('2026-11-23T04:15:00Z');
/** No run is as old. */
const LONG_AGO = new Date(0);

test('of many runs that claim one tick exactly one gets it, and gets it again when it asks again', async () => {
  const runs = createRunStore(workshop.store, 'dev');
  const names = Array.from({ length: 20 }, (_, n) => `run-${n}`);

  const claims = await Promise.all(names.map((name) => runs.claim(tick, name, LONG_AGO)));

  const winner = names[claims.indexOf(true)] ?? '';
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await runs.claim(tick, winner, LONG_AGO)).toBe(true);
  const keys = (await Array.fromAsync(workshop.store.list('runs/'))).map(({ key }) => key);
  expect(keys).toEqual(['runs/dev/2026-11-23T04-15-00Z.json']);
});

test('another tick, and another instance, is another run', async () => {
  await createRunStore(workshop.store, 'dev').claim(tick, 'a', LONG_AGO);

  expect(await createRunStore(workshop.store, 'test').claim(tick, 'b', LONG_AGO)).toBe(true);
  expect(await createRunStore(workshop.store, 'dev').claim(new Date('2026-11-24T04:15:00Z'), 'b', LONG_AGO)).toBe(true);
});

test('a run that failed gives its tick back, one that is done keeps it', async () => {
  const runs = createRunStore(workshop.store, 'dev');
  await runs.claim(tick, 'a', LONG_AGO);
  expect(await runs.claim(tick, 'b', LONG_AGO)).toBe(false);

  await runs.settle(tick, 'a', 'failed');
  const claims = await Promise.all(['b', 'c', 'd'].map((name) => runs.claim(tick, name, LONG_AGO)));
  expect(claims.filter(Boolean)).toHaveLength(1);

  const winner = ['b', 'c', 'd'][claims.indexOf(true)] ?? '';
  await runs.settle(tick, 'a', 'failed'); // comes late, and is not the one that has it
  expect(await runs.claim(tick, 'e', LONG_AGO)).toBe(false);
  await runs.settle(tick, winner, 'done');
  expect(await runs.claim(tick, 'e', new Date(Date.now() + 60_000))).toBe(false);
});

test('a run that was stopped, and could not say so, gives its tick back when no run can last as long', async () => {
  const runs = createRunStore(workshop.store, 'dev');
  await runs.claim(tick, 'a', LONG_AGO);

  expect(await runs.claim(tick, 'b', new Date(Date.now() - 60_000))).toBe(false);
  expect(await runs.claim(tick, 'b', new Date(Date.now() + 60_000))).toBe(true);
});

test('what is kept is read back as it was, and much smaller', async () => {
  const runs = createRunStore(workshop.store, 'dev');
  const text = JSON.stringify(Array.from({ length: 5_000 }, (_, n) => ({ id: `FLOW_${n}|01.00.0000`, name: 'Grüße' })));

  const kept = await runs.keep('a-run', '3', text);

  expect(await runs.read(kept)).toBe(text);
  expect((await workshop.store.head(kept.key))?.bytes).toBeLessThan(text.length / 5);
});

test('what was removed meanwhile is an error that says so', async () => {
  const runs = createRunStore(workshop.store, 'dev');
  const kept = await runs.keep('a-run', '3', 'text');
  await workshop.store.deleteVersion(kept.key, kept.versionId);

  await expect(runs.read(kept)).rejects.toThrow(/runs\/dev\/a-run\/3\.json\.gz version .* is gone/);
});
