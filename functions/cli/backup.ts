import { ARCHIVE_FOLDERS } from '../core/keys.ts';
import { describeCounts, includedKinds, isOfIntegration } from '../core/kinds.ts';
import { archivedItems } from '../core/snapshot/archived-items.ts';
import { ManifestError } from '../core/snapshot/manifest.ts';
import { backUp } from '../jobs/backup/back-up.ts';
import type { BackupReport, KindCounts } from '../jobs/backup/back-up-options.ts';
import { openFileJournal } from '../jobs/journal/file-journal.ts';
import { createPageWriter } from '../jobs/report/after-backup.ts';
import { verify as verifySnapshot } from '../jobs/vault/verify.ts';
import { journalPath } from '../runtime.ts';
import type { Vault } from '../store/vault.ts';
import { type CommonOptions, openSession, withInstance } from './command.ts';
import { placeOf } from './files.ts';
import { kindsOption } from './kinds/option.ts';
import { count, formatTable, type Output, type Progress } from './output.ts';
import { readChosenSnapshot } from './restore/chosen-snapshot.ts';

interface VaultOption {
  readonly vault: string;
}

export const backup = async (
  name: string,
  options: CommonOptions & VaultOption & { full?: boolean },
): Promise<number> => {
  const session = await openSession(options);
  const { out, runtime } = session;
  const settings = runtime.instance(name);
  const { include, exclude } = settings.backup ?? {};
  const full = options.full ?? false;
  const { page, ...report } = await withInstance(session, name, async (oic) => {
    const vault = await runtime.openVault(options.vault);
    const reports = await runtime.openReports(options.vault, name);
    const kinds = includedKinds(settings.include, settings.integrationInstance);
    const { concurrency, scan } = settings;
    const subject = { job: 'backup', instance: name, url: settings.url, full, include, exclude, kinds, scan };
    const path = journalPath(options.vault, 'backup', name, process.env);
    const journal = await openFileJournal(path, subject, Date.now);
    if (journal.isResumed) out.note(`an earlier backup of ${name} was cut off; going on where it was`);
    const progress = backupProgress(out, name);
    try {
      const now = () => new Date();
      const writer = createPageWriter({ vault, reports, journal, now, people: oic.people }, name);
      const services = { oic, vault, journal, now, progress, ...writer.listening };
      const { objectLock } = runtime.settings.vault;
      const made = await backUp(services, { full, filter: { include, exclude }, concurrency, kinds, scan, objectLock });
      const page = await writer.write();
      await journal.finish();
      return { ...made, page };
    } finally {
      progress.stop();
      await journal.close();
    }
  });
  for (const problem of page.problems) out.note(`warning: ${problem}`);
  const { key, latestKey } = page;
  out.result({ ...report, report: { key, latestKey, problems: page.problems } }, () => [
    ...reportLines(report, options.vault),
    ...(latestKey === null ? [] : [`the morning after, as a page: ${placeOf(options.vault, latestKey)}`]),
  ]);
  return report.complete ? 0 : 1;
};

const backupProgress = (out: Output, name: string) => {
  let bar: Progress | undefined;
  return {
    listed: (integrations: number, toExport: number): void => {
      out.note(`${name} has ${count(integrations, 'integration')}, ${toExport} to export`);
      if (toExport > 0) bar = out.progress('exporting', toExport);
    },
    listedKinds: (counts: KindCounts, toExport: number): void => {
      if (Object.keys(counts).length > 0) out.note(`${name} also has ${describeCounts(counts)}; ${toExport} to export`);
    },
    done: (): void => bar?.tick(),
    note: (message: string): void => out.note(message),
    stop: (): void => bar?.stop(),
  };
};

const reportLines = (report: BackupReport, vault: string): string[] => {
  const { instance, snapshot, integrations, exported, unchanged, others, failures, warnings } = report;
  const seconds = (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000;
  const ownFailures = failures.filter(({ id }) => isOfIntegration(id)).length;
  const without = integrations - exported - unchanged - ownFailures;
  return [
    ...failures.map(({ message }) => `FAILED   ${message}`),
    ...warnings.map(({ id, message }) => `warning  ${id} ${message}`),
    `${report.complete ? 'complete' : 'INCOMPLETE'} snapshot ${snapshot} of ${instance} in ${vault}`,
    `${count(integrations, 'integration')}: ${exported} exported, ${unchanged} unchanged, ${ownFailures} failed` +
      `${without > 0 ? `, ${without} without an archive` : ''}; ` +
      `${count(report.requests, 'request')} in ${seconds.toFixed(1)} s`,
    ...(Object.keys(others.counts).length > 0
      ? [
          `beside them ${describeCounts(others.counts)}: ${others.exported} exported, ${others.unchanged} unchanged, ${failures.length - ownFailures} failed`,
        ]
      : []),
    ...(report.complete
      ? []
      : [`run \`oic backup ${instance}\` again for what failed; the rest is stored and will not be exported again`]),
  ];
};

export const snapshots = async (name: string, options: CommonOptions & VaultOption): Promise<number> => {
  const { out, runtime } = await openSession(options);
  runtime.instance(name);
  const vault = await runtime.openVault(options.vault);
  const found: SnapshotRow[] = [];
  for (const snapshot of await vault.listSnapshots(name)) found.push(await describeSnapshot(vault, name, snapshot));
  out.result({ snapshots: found }, () =>
    found.length === 0
      ? `${vault.name} holds no snapshot of ${name} yet; \`oic backup ${name}\` makes one`
      : formatTable(
          ['SNAPSHOT', 'STATE', 'INTEGRATIONS', 'BYTES', 'FAILED', 'WARNINGS'],
          found.map((row) => [
            row.snapshot,
            row.state,
            `${row.integrations}`,
            `${row.bytes}`,
            `${row.failures}`,
            `${row.warnings}`,
          ]),
        ),
  );
  return found.some(({ state }) => state === 'unreadable') ? 1 : 0;
};

interface SnapshotRow {
  readonly snapshot: string;
  readonly state: 'complete' | 'incomplete' | 'unreadable';
  readonly complete: boolean;
  readonly integrations: number;
  readonly bytes: number;
  readonly failures: number;
  readonly warnings: number;
  readonly problem?: string;
}

const describeSnapshot = async (vault: Vault, name: string, snapshot: string): Promise<SnapshotRow> => {
  try {
    const manifest = await vault.getSnapshot(name, snapshot);
    const { complete, integrations, failures, warnings } = manifest;
    return {
      snapshot,
      state: complete ? 'complete' : 'incomplete',
      complete,
      integrations: integrations.length,
      bytes: archivedItems(manifest).reduce((sum, { archive }) => sum + (archive?.bytes ?? 0), 0),
      failures: failures.length,
      warnings: warnings.length,
    };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const nothing = { integrations: 0, bytes: 0, failures: 0, warnings: 0 };
    return { snapshot, state: 'unreadable', complete: false, ...nothing, problem: error.message };
  }
};

export const verify = async (
  name: string,
  options: CommonOptions & VaultOption & { snapshot?: string; kind?: string; rehearse?: boolean },
): Promise<number> => {
  const kinds = kindsOption(options.kind, ARCHIVE_FOLDERS);
  const { out, runtime } = await openSession(options);
  runtime.instance(name);
  const vault = await runtime.openVault(options.vault);
  const manifest = await readChosenSnapshot(vault, name, options.snapshot);
  const bar = out.progress('checking', archivedItems(manifest).length);
  const result = await verifySnapshot(vault, manifest, bar.tick, kinds).finally(bar.stop);
  const rehearsal = options.rehearse
    ? await (await import('./restore/rehearse.ts')).rehearse(vault, manifest)
    : undefined;
  const { snapshot, checked, damaged, withoutArchive } = result;
  out.result({ ...result, ...(rehearsal && { rehearsal }) }, () => [
    ...damaged.map(({ id, problem }) => `DAMAGED  ${id}: ${problem}`),
    ...withoutArchive.map((id) => `warning  ${id} is in the snapshot without an archive`),
    ...(rehearsal?.differences ?? []).map(({ id, problem }) => `DIFFERS  ${id}: ${problem}`),
    `snapshot ${snapshot} of ${name} in ${vault.name}: ${count(checked, 'archive')} checked, ${damaged.length} damaged`,
    ...(damaged.length > 0
      ? [
          `\`oic backup ${name} --full\` stores anew what the instance still has as it was; older snapshots stay damaged`,
        ]
      : []),
    ...(rehearsal
      ? [
          `rehearsed: ${[count(rehearsal.restored, 'integration'), describeCounts(rehearsal.others)].filter(Boolean).join(', ')} restored into a simulated instance, ${rehearsal.differences.length} differ`,
        ]
      : []),
  ]);
  return damaged.length === 0 && (rehearsal?.differences.length ?? 0) === 0 ? 0 : 1;
};
