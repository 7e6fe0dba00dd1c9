import { Refused } from '../core/errors.ts';
import { describeCounts, isOfIntegration } from '../core/kinds.ts';
import { backUp } from '../jobs/backup/back-up.ts';
import type { BackupReport, KindCounts } from '../jobs/backup/back-up-options.ts';
import { openFileJournal } from '../jobs/journal/file-journal.ts';
import { stoppableJournal } from '../jobs/journal/journal.ts';
import { journalPath } from '../jobs/journal/journal-path.ts';
import { createPageWriter } from '../jobs/report/after-backup.ts';
import { readDamaged } from '../jobs/vault/scrub.ts';
import { ALL_KINDS } from '../kinds/all-kinds.ts';
import { includedKinds } from '../kinds/included-kinds.ts';
import { type CommonOptions, openSession, withInstance } from './command.ts';
import { commandLine } from './command-line.ts';
import { placeOf } from './files.ts';
import { untilInterrupted } from './interruption.ts';
import { count, type Output, type Progress } from './output.ts';
import { scrubLines, scrubShare } from './scrub.ts';

interface BackupCommandOptions extends CommonOptions {
  readonly vault: string;
  readonly full?: boolean;
  readonly newOrigin?: boolean;
  readonly acceptLoss?: boolean;
}

export const backup = async (name: string, options: BackupCommandOptions): Promise<number> => {
  const session = await openSession(options);
  const { out, runtime } = session;
  const settings = runtime.instance(name);
  const { include, exclude, scrub } = settings.backup ?? {};
  const { full = false, newOrigin = false, acceptLoss = false } = options;
  const goOn = commandLine(['backup', name], {
    ...{ '--vault': options.vault, '--full': full, '--new-origin': newOrigin, '--accept-loss': acceptLoss },
  });
  let left: string | undefined = `What was stored stays; ${goOn} goes on where this stopped`;
  return untilInterrupted(
    out,
    () => left,
    async (stop) => {
      const { page, scrubbed, ...report } = await withInstance(session, name, async (oic) => {
        const vault = await runtime.openVault(options.vault);
        const reports = await runtime.openReports(options.vault, name);
        const kinds = includedKinds(settings.include, settings.integrationInstance);
        const { concurrency, scan } = settings;
        const { origin } = oic;
        const subject = { job: 'backup', instance: name, origin, full, newOrigin, include, exclude, kinds, scan };
        const path = journalPath(options.vault, 'backup', name, process.env);
        const file = await openFileJournal(path, subject, Date.now);
        if (file.isResumed)
          out.note(`an earlier backup of ${name} was cut off; what it stored is used, and everything is listed anew`);
        const progress = backupProgress(out, name);
        try {
          const now = () => new Date();
          const journal = stoppableJournal(file, stop);
          const writer = createPageWriter({ vault, reports, journal, now, people: oic.people }, name);
          const services = { oic, vault, journal, now, progress, ...writer.listening };
          const { objectLock } = runtime.settings.vault;
          const filter = { include, exclude };
          const damaged = await readDamaged(vault, name);
          const options = { full, newOrigin, acceptLoss, filter, concurrency, kinds, scan, objectLock, damaged };
          const made = await backUp(services, options);
          const page = await writer.write();
          await file.finish();
          left = undefined;
          // After it, so that what is found here is exported again tomorrow and not taken for a snapshot that failed.
          const isDue = scrub !== undefined && !stop.aborted;
          const scrubbed = isDue ? await scrubShare(vault, name, scrub, out) : undefined;
          return { ...made, page, scrubbed };
        } catch (error) {
          // Refused as it is, it is not to be gone on with: nothing waits for it, a prune neither.
          if (error instanceof Refused) await file.finish();
          throw error;
        } finally {
          progress.stop();
          await file.close();
        }
      });
      for (const problem of page.problems) out.note(`warning: ${problem}`);
      const { key, latestKey } = page;
      const pages = { key, latestKey, problems: page.problems };
      out.result({ ...report, report: pages, ...(scrubbed && { scrub: scrubbed }) }, () => [
        ...reportLines(report, options.vault),
        ...(latestKey === null ? [] : [`the morning after, as a page: ${placeOf(options.vault, latestKey)}`]),
        ...(scrubbed ? scrubLines(scrubbed) : []),
      ]);
      const isWhole = (scrubbed?.damaged ?? []).length === 0;
      return report.complete && isWhole && !report.losses.some(({ isSevere }) => isSevere) ? 0 : 1;
    },
  );
};

const backupProgress = (out: Output, name: string) => {
  let bar: Progress | undefined;
  return {
    listed: (integrations: number, toExport: number): void => {
      out.note(`${name} has ${count(integrations, 'integration')}, ${toExport} to export`);
      if (toExport > 0) bar = out.progress('exporting', toExport);
    },
    listedKinds: (counts: KindCounts, toExport: number): void => {
      if (Object.keys(counts).length > 0)
        out.note(`${name} also has ${describeCounts(counts, ALL_KINDS)}; ${toExport} to export`);
    },
    done: (): void => bar?.tick(),
    note: (message: string): void => out.note(message),
    // What was in flight then and ends later has nothing to say any more.
    stop: (): void => {
      bar?.stop();
      bar = undefined;
    },
  };
};

const reportLines = (report: BackupReport, vault: string): string[] => {
  const { instance, snapshot, integrations, exported, unchanged, others, failures, warnings } = report;
  const seconds = (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000;
  const ownFailures = failures.filter(({ id }) => isOfIntegration(id, ALL_KINDS)).length;
  const without = integrations - exported - unchanged - ownFailures;
  return [
    ...failures.map(({ message }) => `FAILED   ${message}`),
    ...warnings.map(({ id, message, isLoss }) => `${isLoss ? 'LOSS    ' : 'warning '} ${id} ${message}`),
    `${report.complete ? 'complete' : 'INCOMPLETE'} snapshot ${snapshot} of ${instance} in ${vault}`,
    `${count(integrations, 'integration')}: ${exported} exported, ${unchanged} unchanged, ${ownFailures} failed` +
      `${without > 0 ? `, ${without} without an archive` : ''}; ` +
      `${count(report.requests, 'request')} in ${seconds.toFixed(1)} s`,
    ...(Object.keys(others.counts).length > 0
      ? [
          `beside them ${describeCounts(others.counts, ALL_KINDS)}: ${others.exported} exported, ${others.unchanged} unchanged, ${failures.length - ownFailures} failed`,
        ]
      : []),
    ...(report.complete
      ? []
      : [`run \`oic backup ${instance}\` again for what failed; the rest is stored and will not be exported again`]),
  ];
};
