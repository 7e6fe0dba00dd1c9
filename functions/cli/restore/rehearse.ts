/**
 * A restore rehearsal: the snapshot is restored, by the very job a disaster would call for, into a simulated instance on
 * loopback that is thrown away, and what came out is compared with the manifest.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { RESTORED_KINDS, type RestoredKind } from '../../core/plan/plan-restore-items.ts';
import { scheduleOf, scheduleWord } from '../../core/schedule.ts';
import type { Manifest, SnapshotIntegration } from '../../core/snapshot/manifest.ts';
import { isActive, isMeantActive } from '../../core/status.ts';
import { compare as compareStates } from '../../jobs/compare/compare.ts';
import { storedDesign } from '../../jobs/instance/stored-designs.ts';
import { createForgetfulJournal, mapLimited } from '../../jobs/journal/journal.ts';
import { restore } from '../../jobs/restore/restore.ts';
import { kindOf } from '../../kinds/all-kinds.ts';
import { onlyKinds } from '../../kinds/included-kinds.ts';
import { createOicClient, type OicClient } from '../../oic/client.ts';
import { parseCredentials } from '../../oic/http/credentials.ts';
import type { Vault } from '../../store/vault.ts';

export interface Rehearsal {
  /** Integrations outside projects. */
  readonly restored: number;
  readonly others: Readonly<Partial<Record<RestoredKind, number>>>;
  readonly differences: ReadonlyArray<{ readonly id: string; readonly problem: string }>;
}

const CONCURRENCY = 8;

export const rehearse = async (vault: Vault, manifest: Manifest): Promise<Rehearsal> => {
  const { startSimulator } = await import('../../../test/simulator/server.ts');
  const inProjects = (manifest.projects ?? []).reduce((sum, { integrations }) => sum + integrations.length, 0);
  const activeLimit = manifest.integrations.length + inProjects;
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
        // Nothing takes long in there.
        waiting: { deadlineMs: 60_000, now: Date.now, sleep: (ms) => sleep(ms / 20) },
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
    const problems = await mapLimited(rest, CONCURRENCY, (entry) => compare(oic, vault, entry));
    const others = await compareOthers(oic, manifest, vault);
    const known = new Set<string>(failures.map(({ id }) => id.replace(/^.* in project /, 'project ')));
    return {
      restored: report.created,
      others: Object.fromEntries(Object.entries(report.kinds).map(([kind, { created }]) => [kind, created])),
      differences: [...failures, ...problems.flat(), ...others.filter(({ id }) => !known.has(id))],
    };
  } finally {
    await oic.close();
    await simulator.close();
  }
};

/** What a comparison finds in the other kinds a restore can bring back. */
const compareOthers = async (oic: OicClient, manifest: Manifest, vault: Vault): Promise<Rehearsal['differences']> => {
  const kinds = onlyKinds((kind) => RESTORED_KINDS.some((restored) => restored === kind));
  const { diff } = await compareStates(
    { manifest },
    { oic, concurrency: CONCURRENCY, kinds },
    { integrations: false, kinds },
    vault,
    { exporting: () => undefined, exported: () => undefined },
  );
  return RESTORED_KINDS.flatMap((kind) => {
    const found = diff.others?.kinds[kind];
    if (!found) return [];
    const tell = (things: readonly { readonly id: string }[], problem: string) =>
      things.map(({ id }) => ({ id: `${kindOf(kind).nouns[0]} ${id}`, problem }));
    return [
      ...tell(found.removed, 'is not there after the restore'),
      ...tell(found.changed, 'is not what it was: another content, or states of what is in it'),
      ...tell(found.contentUnknown, 'could not be compared'),
    ];
  });
};

const compare = async (oic: OicClient, vault: Vault, entry: SnapshotIntegration): Promise<Rehearsal['differences']> => {
  const { id, archive } = entry;
  const there = await oic.getIntegration(id);
  if (!there) return [{ id, problem: 'is not there after the restore' }];
  const problems: string[] = [];
  const exported = await oic.exportIntegration(id);
  const design = archive && (await storedDesign(vault, 'integrations', id, archive));
  if (exported.archive.designSha256 !== design) problems.push('has another content');
  if (isActive(there) !== isMeantActive(entry)) problems.push(`is ${there.status}, was ${entry.status}`);
  const was = scheduleOf(entry);
  const schedule = was === null || was === 'unknown' ? was : ((await oic.getSchedule(id))?.state ?? null);
  if (schedule !== was) problems.push(`its schedule is ${scheduleWord(schedule)}, it was ${scheduleWord(was)}`);
  return problems.map((problem) => ({ id, problem }));
};
