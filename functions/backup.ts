/**
 * The nightly backup of one instance, as a durable function:
 *
 *   claim the tick -> the job, on the durable journal -> metrics, event -> the page about it -> throws when the snapshot is
 *   incomplete or none
 *
 * Started by a schedule with the time it was meant for, or by hand with `{}`, `{ "full": true }` or, when the name stands for
 * another instance than before, `{ "newOrigin": true }`; or, when much is gone and that was meant, `{ "acceptLoss": true }`.
 */

import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import type { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod/mini';
import { ConfigError } from './core/errors.ts';
import { backUp } from './jobs/backup/back-up.ts';
import type { BackUpProgress, BackupReport } from './jobs/backup/back-up-options.ts';
import { type BackupPage, createPageWriter } from './jobs/report/after-backup.ts';
import { readDamaged } from './jobs/vault/scrub.ts';
import { includedKinds } from './kinds/included-kinds.ts';
import { beginRun } from './lambda/begin-run.ts';
import { createDurableJournal } from './lambda/durable-journal.ts';
import { sendEvent } from './lambda/events.ts';
import { BACKUP_HOURS } from './lambda/names.ts';
import { putMetrics, withoutSecrets } from './lambda/telemetry.ts';
import { createFunctionRuntime, openFunctionVault } from './runtime.ts';

const EVENT = z.strictObject({
  scheduledTime: z.optional(z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text))))),
  full: z._default(z.boolean(), false),
  newOrigin: z._default(z.boolean(), false),
  acceptLoss: z._default(z.boolean(), false),
});

const backUpInstance = async (event: unknown, context: DurableContext) => {
  const { scheduledTime, full, newOrigin, acceptLoss } = parseEvent(event);
  const { instance, settings, connect } = createFunctionRuntime(process.env);
  const { run, log } = beginRun(instance.name, context);
  const { vault, reports, runs } = await openFunctionVault(instance.name, process.env);
  const journal = createDurableJournal(context, runs);
  const oic = connect();
  const now = () => new Date();
  const writer = createPageWriter({ vault, reports, journal, now, people: oic.people }, instance.name);
  const services = { oic, vault, journal, now, progress: progressTo(log, context), ...writer.listening };
  const { include, exclude } = instance.backup ?? {};
  const { concurrency, scan, integrationInstance } = instance;
  const kinds = includedKinds(instance.include, integrationInstance);
  const { objectLock } = settings.vault;
  const options = { full, newOrigin, acceptLoss, filter: { include, exclude }, concurrency, kinds, scan, objectLock };

  const tick = scheduledTime === undefined ? undefined : new Date(scheduledTime);
  /** A run that failed gives its tick back, so that its event can be sent again. */
  const settle = async (ending: 'done' | 'failed'): Promise<void> => {
    if (tick) await journal.step('settle the claim', () => runs.settle(tick, run, ending));
  };
  const takeSnapshot = async (): Promise<(BackupReport & { page: BackupPage }) | undefined> => {
    if (tick) {
      const isOurs = await journal.step('claim', () =>
        runs.claim(tick, run, new Date(Date.now() - BACKUP_HOURS * 3_600_000)),
      );
      if (!isOurs) return undefined;
    }
    // What a scrub found damaged is exported again.
    const damaged = await journal.step('read what is damaged', async () => [
      ...(await readDamaged(vault, instance.name)),
    ]);
    const report = await backUp(services, { ...options, damaged: new Set(damaged) });
    await journal.step('report', () => tell(log, run, report));
    const page = await writer.write();
    await journal.step('report the page', async () => tellPage(log, page));
    return { ...report, page };
  };
  const report = await takeSnapshot().catch(async (error: Error) => {
    await journal.step('report the failure', async () => {
      log.error('Backup failed', error);
      putMetrics(instance.name, { BackupFailed: 1 });
      const nothing = { snapshot: null, integrations: 0, exported: 0, unchanged: 0, failures: 0 };
      const { message } = error;
      await sendEvent('Snapshot', { instance: instance.name, run, state: 'failed', ...nothing, message }, (trouble) =>
        log.warn(trouble),
      );
    });
    // What made the run fail may stand in the way of this too; the tick is then free when no run can have it any more.
    await settle('failed').catch((trouble: Error) => log.warn(trouble.message));
    throw error;
  });
  await oic.close();
  if (report) await settle(report.complete ? 'done' : 'failed');
  if (report === undefined) return { skipped: `another run has the tick of ${scheduledTime}` };
  if (!report.complete) throw new Error(incompleteMessage(report));
  return { ...summarise(report), report: report.page.key };
};

export const handler = withDurableExecution(withoutSecrets(backUpInstance));

const parseEvent = (event: unknown): z.infer<typeof EVENT> => {
  const parsed = EVENT.safeParse(event ?? {});
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    'the event of a backup is {}, or { "full": true }, { "newOrigin": true }, { "acceptLoss": true }, or what its schedule sends',
  );
};

const progressTo = (log: Logger, { logger }: DurableContext): BackUpProgress => ({
  // Not in a step, so by the logger that is silent in a replay.
  listed: (integrations, toExport) => logger.info('Listed', { integrations, toExport }),
  listedKinds: (counts, toExport) => logger.info('Listed the other kinds', { ...counts, toExport }),
  done: (integration, what) => {
    if (what === 'exported') log.info('Exported', { integration });
  },
  note: (message) => log.warn(message),
});

const tell = async (log: Logger, run: string, report: BackupReport): Promise<void> => {
  for (const { id, kind, message } of report.failures) log.error(message, { integration: id, kind });
  for (const { id, message } of report.warnings) log.warn(message, { integration: id });
  log.info('Backup finished', summarise(report));
  putMetrics(report.instance, {
    ...(report.complete ? { BackupSucceeded: 1 } : { SnapshotIncomplete: 1 }),
    ...(report.losses.some(({ isSevere }) => isSevere) && { SuddenLoss: 1 }),
    Integrations: report.integrations,
    Exported: report.exported,
    Unchanged: report.unchanged,
    ExportFailed: report.failures.length,
    BackupSeconds: (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000,
  });
  const { instance, snapshot, complete, integrations, exported, unchanged, failures } = report;
  await sendEvent(
    'Snapshot',
    {
      ...{ instance, run, snapshot, integrations, exported, unchanged },
      state: complete ? 'complete' : 'incomplete',
      failures: failures.length,
      message: complete ? `snapshot ${snapshot} of ${instance} is complete` : incompleteMessage(report),
    },
    (trouble) => log.warn(trouble),
  );
};

const tellPage = (log: Logger, { key, latestKey, problems }: BackupPage): void => {
  for (const problem of problems) log.warn(problem);
  if (key !== null && latestKey !== null) log.info('Report written', { key, latestKey });
};

const summarise = ({
  snapshot,
  complete,
  integrations,
  exported,
  unchanged,
  others,
  failures,
  warnings,
}: BackupReport) => ({
  snapshot,
  complete,
  integrations,
  exported,
  unchanged,
  others,
  failures: failures.length,
  warnings: warnings.length,
});

const incompleteMessage = ({ snapshot, instance, failures }: BackupReport): string => {
  const examples = failures.slice(0, 3).map(({ message }) => message);
  return `snapshot ${snapshot} of ${instance} is incomplete, ${failures.length} failed: ${examples.join('; ')}`;
};
