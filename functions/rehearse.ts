/**
 * A restore rehearsal: the snapshot is restored, by the very job a disaster would call for, into a simulated instance on
 * loopback that is thrown away, and what came out is compared with the manifest.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OtherKind } from './core/kinds.ts';
import { scheduleOf, scheduleWord } from './core/schedule.ts';
import type { Manifest, SnapshotIntegration } from './core/snapshot/manifest.ts';
import { isActive, isMeantActive } from './core/status.ts';
import { compare as compareStates } from './jobs/compare/compare.ts';
import { storedDesign } from './jobs/instance/stored-designs.ts';
import { createForgetfulJournal, mapLimited } from './jobs/journal/journal.ts';
import { restore } from './jobs/restore/restore.ts';
import { ALL_KINDS, RESTORED_KINDS } from './kinds/all-kinds.ts';
import { onlyKinds } from './kinds/included-kinds.ts';
import { isContainer } from './kinds/kind.ts';
import { createOicClient, type OicClient } from './oic/client.ts';
import { parseCredentials } from './oic/http/credentials.ts';
import type { Vault } from './store/vault.ts';

export interface Rehearsal {
  /** Integrations that are in no other item. */
  readonly restored: number;
  readonly others: Readonly<Partial<Record<OtherKind, number>>>;
  readonly differences: ReadonlyArray<{ readonly id: string; readonly problem: string }>;
}

const CONCURRENCY = 8;

export const rehearse = async (vault: Vault, manifest: Manifest): Promise<Rehearsal> => {
  const { startSimulator } = await import('../test/simulator/server.ts');
  const inside = ALL_KINDS.flatMap(({ name, integrationsIn }) =>
    (manifest[name] ?? []).flatMap((entry) => integrationsIn?.(entry) ?? []),
  );
  const activeLimit = manifest.integrations.length + inside.length;
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
        waiting: { deadlineMs: 60_000, now: () => performance.now(), sleep: (ms) => sleep(ms / 20) },
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
    const known = new Set<string>(failures.map(({ id }) => containerOf(id) ?? id));
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

/** Of a failure of something in an item, such as `ORDER|01.00.0000 in project SHOP`: the item. */
const containerOf = (id: string): string | undefined =>
  RESTORED_KINDS.filter(isContainer)
    .map(({ nouns: [one] }) => id.indexOf(` in ${one} `))
    .filter((at) => at >= 0)
    .map((at) => id.slice(at + ' in '.length))[0];

/** What a comparison finds in the other kinds a restore can bring back. */
const compareOthers = async (oic: OicClient, manifest: Manifest, vault: Vault): Promise<Rehearsal['differences']> => {
  const kinds = onlyKinds((name) => RESTORED_KINDS.some((restored) => restored.name === name));
  const { diff } = await compareStates(
    { manifest },
    { oic, concurrency: CONCURRENCY, kinds },
    { integrations: false, kinds },
    vault,
    { exporting: () => undefined, exported: () => undefined },
  );
  return RESTORED_KINDS.flatMap((kind) => {
    const found = diff.others?.kinds[kind.name];
    if (!found) return [];
    const tell = (items: readonly { readonly id: string }[], problem: string) =>
      items.map(({ id }) => ({ id: `${kind.nouns[0]} ${id}`, problem }));
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
