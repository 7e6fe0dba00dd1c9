/** A restore holds what it plans in memory, and never the archives: ten times as many must not need much more. */
import { readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { expect, test } from 'vitest';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { startSimulator } from '../../simulator/server.ts';
import { openDesk } from '../typed.ts';

const FEW = 30;
const MANY = rounds(110, 300);
/** Less than what the archives of many alone would take. */
const MOST = rounds(1.25, 1.5);

/** Peak resident memory of a living process, in MB. */
const peakMb = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

const restorePeak = async (count: number): Promise<number> => {
  const desk = await openDesk();
  const source = await startSimulator();
  const target = await startSimulator({ behaviour: { importedConnection: 'CONFIGURED' } });
  try {
    await desk.configure({ prod: source, dr: target });
    for (let n = 0; n < count; n++) {
      // 1 MB of what does not compress: the archives together are far larger than the bound.
      source.instance.add(buildSampleArchive({ code: `FLOW_${n}`, version: '01.00.0000', paddingBytes: 2 ** 20 }), {
        status: n % 10 === 0 ? 'ACTIVATED' : 'CONFIGURED',
        lastUpdated: new Date('2026-01-01'),
      });
    }
    expect((await desk.oic('backup', 'prod')).exitCode).toBe(0);
    const run = desk.start('restore', 'prod', '--to', 'dr', '--json');
    let peak = 0;
    const watch = setInterval(() => {
      try {
        peak = Math.max(peak, peakMb(run.process.pid ?? 0));
      } catch {
        // It has ended between two looks.
      }
    }, 20);
    const { exitCode, stdout } = await run.ended;
    clearInterval(watch);
    expect({ exitCode, created: JSON.parse(stdout).created }).toEqual({ exitCode: 0, created: count });
    return peak;
  } finally {
    await source.close();
    await target.close();
    await desk.close();
  }
};

test.skipIf(platform() !== 'linux')(
  `a restore of ${MANY} needs at most ${MOST} times the memory of one of ${FEW}`,
  async () => {
    const [small, large] = [await restorePeak(FEW), await restorePeak(MANY)];

    process.stdout.write(
      `peak memory of a restore: ${small.toFixed(0)} MB for ${FEW}, ${large.toFixed(0)} MB for ${MANY} (${(large / small).toFixed(2)} times)\n`,
    );
    expect(large / small).toBeLessThan(MOST);
  },
  240_000,
);
