import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readArchive } from '../../functions/core/archive/integration-archive.ts';
import { rounds } from '../rounds.ts';
import { seedSamples } from '../simulator/archives/samples.ts';
import { createRandom } from '../simulator/random.ts';
import { startSimulator } from '../simulator/server.ts';
import { openDesk } from './typed.ts';

const KILLS = rounds(4, 20);

test('a backup killed at any moment leaves the last snapshot whole, and run again it goes on', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  process.stdout.write(`killing backups with SEED=${seed}\n`);
  const random = createRandom(seed);
  const desk = await openDesk();
  const simulator = await startSimulator({ latencyMs: { export: 250, list: 20 } });
  try {
    await desk.configure({ dev: simulator });
    seedSamples(simulator, { count: 40, seed });
    expect((await desk.oic('backup', 'dev')).exitCode).toBe(0);
    let cutOff = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      for (const [n, { id }] of simulator.instance.list().entries()) {
        if (n % 4 === kill % 4) simulator.instance.edit(id, { marker: `${kill}` });
      }
      const run = desk.start('backup', 'dev');
      await sleep(200 + random.below(600));
      run.process.kill('SIGKILL');
      if ((await run.ended).exitCode === null) cutOff++;

      for (const file of globSync('vault/integrations/**/*.iar', { cwd: desk.directory })) {
        await readArchive(readFileSync(join(desk.directory, file)));
      }
      expect(await desk.oic('verify', 'dev')).toMatchObject({ exitCode: 0 });
      const again = JSON.parse((await desk.oic('backup', 'dev', '--json')).stdout);
      expect(again).toMatchObject({ complete: true, integrations: 40 });
    }
    expect(await desk.oic('verify', 'dev')).toMatchObject({ exitCode: 0 });
    process.stdout.write(`${cutOff} of ${KILLS} runs were cut off\n`);
    expect(cutOff).toBeGreaterThan(KILLS / 2);
    for (const secret of simulator.secrets()) expect(desk.said()).not.toContain(secret);
  } finally {
    await simulator.close();
    await desk.close();
  }
}, 600_000);
