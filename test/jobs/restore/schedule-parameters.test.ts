/** Parameters of a schedule are live state: a restore that replaces an integration leaves them as they were, also when it is cut off. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFileJournal } from '../../../functions/jobs/journal/file-journal.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { useWorkshop } from '../workshop.ts';
import { restoringFrom } from './restore-bench.ts';

const workshop = useWorkshop({ behaviour: { importedConnection: 'CONFIGURED' } });
const { start, snapshotOf } = workshop;
const restoreReplacing = restoringFrom(workshop, { existing: 'replace' });

const ID = 'FLOW|01.00.0000';
const flow = (marker: string) =>
  buildSampleArchive({
    code: 'FLOW',
    version: '01.00.0000',
    marker,
    schedule: 'FREQ=DAILY',
    scheduleParameters: { since: '0' },
  });

describe.each(['started', 'stopped'] as const)('of a schedule that is to be %s', (captured) => {
  test.each(['connections', 'activating', 'starting schedules'])(
    "the target's own are put back after a run that was cut off before %s",
    async (phase) => {
      const source = await start();
      source.simulator.instance.add(flow('captured'), { status: 'ACTIVATED', scheduleState: captured });
      const manifest = await snapshotOf(source.oic);
      const { simulator, oic } = await start();
      simulator.instance.add(flow('old'), { status: 'ACTIVATED', scheduleState: 'started' });
      simulator.instance.setParameters(ID, { since: '77' });
      const run = async (begin: (name: string) => void) => {
        const journal = await openFileJournal(join(workshop.directory, 'restore.ndjson'), {}, Date.now);
        const progress = { phase: begin, tick: () => undefined };
        return restoreReplacing(oic, manifest, {}, { journal, progress }).finally(() => journal.close());
      };
      const since = async () => (await oic.getIntegration(ID))?.scheduleParameters?.[0]?.value;

      await run((name) => {
        if (name === phase) throw new Error('cut off');
      }).catch(() => undefined);
      expect(await since()).toBe('0');

      expect(await run(() => undefined)).toMatchObject({ failures: [] });

      expect(await since()).toBe('77');
      expect(simulator.instance.get(ID)).toMatchObject({ status: 'ACTIVATED', schedule: captured });
    },
  );
});
