import { expect, test } from 'vitest';
import { runNights } from './nights.ts';

test('ten nights of faults, edits, locks, deaths and jumping clocks lose, double and damage nothing', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  process.stdout.write(`ten nights with SEED=${seed}\n`);

  const tally = await runNights({ seed, nights: 10 });

  expect(tally.wrong, `SEED=${seed}`).toEqual([]);
  expect(tally.backups).toBe(10);
}, 120_000);
