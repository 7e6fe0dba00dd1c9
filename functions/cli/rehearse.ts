/**
 * A restore rehearsal: the snapshot is restored, by the very job a disaster would call for, into a simulated instance on
 * loopback that is thrown away, and what came out is compared with the manifest.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest, SnapshotIntegration } from '../core/manifest.ts';
import { createForgetfulJournal, mapLimited } from '../jobs/journal.ts';
import { restore } from '../jobs/restore.ts';
import { createOicClient, type OicClient } from '../oic/client.ts';
import { parseCredentials } from '../oic/credentials.ts';
import type { Vault } from '../store/vault.ts';

export interface Rehearsal {
  readonly restored: number;
  readonly differences: ReadonlyArray<{ readonly id: string; readonly problem: string }>;
}

const CONCURRENCY = 8;

export const rehearse = async (vault: Vault, manifest: Manifest): Promise<Rehearsal> => {
  const { startSimulator } = await import('../../test/simulator/server.ts');
  const activeLimit = manifest.integrations.length;
  // Connections have their settings in the real target only; here they count as configured.
  const simulator = await startSimulator({
    behaviour: { importedConnection: 'CONFIGURED', inactiveCalleeActivation: 'succeeds', activeLimit },
  });
  const oic = createOicClient({
    instance: 'rehearsal',
    url: simulator.url,
    integrationInstance: simulator.integrationInstance,
    concurrency: CONCURRENCY,
    isReadOnly: false,
    credentials: async () => parseCredentials(simulator.credentials(), 'rehearsal', true),
  });
  try {
    const report = await restore(
      {
        oic,
        vault,
        journal: createForgetfulJournal((ms) => sleep(ms)),
        connections: {},
        waiting: { deadlineMs: 60_000, now: Date.now, sleep: (ms) => sleep(ms) },
        progress: { phase: () => undefined, tick: () => undefined },
      },
      manifest,
      {
        only: [],
        existing: 'skip',
        mirror: false,
        activation: 'as-captured',
        allowIncomplete: true,
        dryRun: false,
        concurrency: CONCURRENCY,
      },
    );
    const failures = report.failures.map(({ id, message }) => ({ id, problem: message }));
    const failed = new Set(failures.map(({ id }) => id));
    const rest = manifest.integrations.filter(({ id }) => !failed.has(id));
    const problems = await mapLimited(rest, CONCURRENCY, (entry) => compare(oic, entry));
    return { restored: report.created, differences: [...failures, ...problems.flat()] };
  } finally {
    await oic.close();
    await simulator.close();
  }
};

const compare = async (oic: OicClient, entry: SnapshotIntegration): Promise<Rehearsal['differences']> => {
  const { id, archive, status, schedule } = entry;
  const there = await oic.getIntegration(id);
  if (!there) return [{ id, problem: 'is not there after the restore' }];
  const problems: string[] = [];
  const exported = await oic.exportIntegration(id);
  if (exported.archive.contentSha256 !== archive?.contentSha256) problems.push('has another content');
  if ((there.status === 'ACTIVATED') !== (status === 'ACTIVATED')) problems.push(`is ${there.status}, was ${status}`);
  const isStarted = schedule === null ? false : ((await oic.isScheduleStarted(id)) ?? false);
  if (isStarted !== (schedule === 'started'))
    problems.push(`its schedule ${isStarted ? 'runs' : 'does not run'}, it was ${schedule}`);
  return problems.map((problem) => ({ id, problem }));
};
