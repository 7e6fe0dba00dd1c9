import { expect, test } from 'vitest';
import { seedSamples } from '../simulator/archives/samples.ts';
import { startSimulator } from '../simulator/server.ts';
import { openDesk } from './typed.ts';

test('an interrupted backup ends at once, with the line that says which command goes on', async () => {
  const desk = await openDesk();
  const simulator = await startSimulator({ latencyMs: { export: 300 } });
  try {
    await desk.configure({ dev: simulator });
    seedSamples(simulator, { count: 60 });
    const exported = (): number => simulator.requests.filter(({ kind }) => kind === 'export').length;
    const run = desk.start('backup', 'dev');
    const underWay = Promise.withResolvers<void>();
    const end = simulator.onRequest(() => {
      if (exported() >= 10) underWay.resolve();
    });
    await underWay.promise;
    end();
    const began = performance.now();
    run.process.kill('SIGINT');
    const { exitCode, stderr } = await run.ended;

    expect(exitCode).toBe(130);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^oic: interrupted\..*`oic backup dev` goes on/);
    // Half a minute, when what is abandoned is tried again and again.
    expect(performance.now() - began).toBeLessThan(5000);
    expect(exported()).toBeLessThan(60);
    expect((await desk.oic('backup', 'dev')).exitCode).toBe(0);
  } finally {
    await simulator.close();
    await desk.close();
  }
}, 60_000);
