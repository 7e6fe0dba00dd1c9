/**
 * A snapshot into one instance, as a durable function: the event holds the options of `oic restore`, the answer is the
 * plan (`dryRun`) or the report. Invoked by a person:
 *
 *   aws lambda invoke --function-name …:live --payload '{"from":"prod","dryRun":true}' answer.json
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import * as z from 'zod/mini';
import { ConfigError } from './core/errors.ts';
import { parseSnapshotChoice } from './core/snapshot/choose-snapshot.ts';
import type { ActivationWait } from './jobs/instance/activation-wait.ts';
import { restore } from './jobs/restore/restore.ts';
import type { RestoreReport } from './jobs/restore/restore-options.ts';
import { checkMayMirror, findSnapshot } from './jobs/restore/scope.ts';
import { ALL_KINDS } from './kinds/all-kinds.ts';
import { beginRun } from './lambda/begin-run.ts';
import { boundedAnswer } from './lambda/bounded-answer.ts';
import { createDurableJournal } from './lambda/durable-journal.ts';
import { type EventDetail, sendEvent } from './lambda/events.ts';
import { putMetrics, withoutSecrets } from './lambda/telemetry.ts';
import { createFunctionRuntime, openFunctionVault } from './runtime.ts';
import type { KeptText } from './store/run-store.ts';

const EVENT = z.strictObject({
  from: z.string(),
  snapshot: z.optional(z.string()),
  at: z.optional(z.string()),
  only: z._default(z.array(z.string()), []),
  kinds: z.optional(z.array(z.enum(['integrations', ...ALL_KINDS.map(({ name }) => name)]))),
  existing: z._default(z.enum(['skip', 'replace']), 'skip'),
  mirror: z._default(z.boolean(), false),
  activation: z._default(z.enum(['as-captured', 'never']), 'as-captured'),
  scheduleParameters: z._default(z.boolean(), false),
  allowIncomplete: z._default(z.boolean(), false),
  dryRun: z._default(z.boolean(), false),
  /** `mirror` deletes: nobody can be asked here, so it must be said twice. */
  yes: z._default(z.boolean(), false),
});

const restoreInto = async (input: unknown, context: DurableContext) => {
  const { from, snapshot, at, yes, ...options } = parseEvent(input);
  const { instance, connect, credentials } = createFunctionRuntime(process.env);
  const { name, concurrency } = instance;
  if (options.mirror && !options.dryRun && !yes) {
    throw new ConfigError(
      `mirror deletes from ${name} what the snapshot does not hold; add "yes": true if that is meant`,
    );
  }
  const { run, log } = beginRun(name, context);
  const { vault, runs } = await openFunctionVault(name, process.env);
  const journal = createDurableJournal(context, runs);
  // Of this invocation; a minute is left to write down what became of the batch.
  const leftMs = () => context.lambdaContext.getRemainingTimeInMillis() - 60_000;
  const oic = connect(leftMs);
  const tell = (state: 'done' | 'failed', message: string, report?: RestoreReport): Promise<void> =>
    sendEvent('Restore', { run, state, message, ...countsOf(report, name, from) }, (trouble) => log.warn(trouble));
  let ended: RestoreReport | undefined;
  try {
    const choice = parseSnapshotChoice(snapshot, at);
    const chosen = await journal.step('choose', async () => {
      const found = await findSnapshot(vault, from, choice, options.allowIncomplete, new Date());
      checkMayMirror(found, options.mirror);
      const { manifest, passedOver, ahead, problems } = found;
      for (const newer of passedOver)
        log.warn('A newer snapshot was passed over: it is incomplete, or not what was stored', { ...newer });
      for (const problem of problems) log.warn(`The snapshot is not to be trusted: ${problem}`);
      if (ahead !== undefined) log.warn(ahead);
      return manifest.snapshot;
    });
    const manifest = await vault.getSnapshot(from, chosen);
    const { connections } = await credentials();
    const waiting: ActivationWait = {
      deadlineMs: 120_000,
      // Nobody sets it, by days or at all.
      now: () => performance.now(),
      sleep: (ms) => sleep(ms),
      endsAt: performance.now() + leftMs(),
      note: (sentence) => log.info(sentence),
    };
    const progress = {
      phase: (phase: string, total: number) => context.logger.info('Phase', { phase, total }),
      tick: () => undefined,
    };
    const services = { oic, vault, journal, connections, waiting, progress };
    const report = await restore(services, manifest, { ...options, concurrency });
    ended = report;
    const hasFailed = report.failures.length > 0 && !report.dryRun;
    const answer = await journal.step('report', async () => {
      for (const { id, step, message } of report.failures) log.error(message, { id, step });
      log.info('Restore finished', {
        ...report,
        plan: report.plan.length,
        failures: report.failures.length,
        byHand: report.byHand.length,
        copies: report.copies.length,
        left: report.left.length,
      });
      if (!hasFailed && !report.dryRun)
        await tell('done', `${from}@${report.snapshot} is restored into ${name}`, report);
      return answerOf(report, hasFailed, (text) => runs.keep(run, 'report', text));
    });
    // An execution that failed has an error and no result, so the report is in the vault.
    if (hasFailed) throw new Error(failuresMessage(report, `${vault.name}/${(answer as Kept).whole?.key}`));
    return answer;
  } catch (error) {
    await journal.step('report the failure', async () => {
      log.error('Restore failed', error as Error);
      putMetrics(name, { RestoreFailed: 1 });
      await tell('failed', (error as Error).message, ended);
    });
    throw error;
  } finally {
    await oic.close();
  }
};

export const handler = withDurableExecution(withoutSecrets(restoreInto));

/** Of one that could not begin: nothing was done. */
const countsOf = (
  report: RestoreReport | undefined,
  instance: string,
  from: string,
): Omit<EventDetail<'Restore'>, 'run' | 'state' | 'message'> => ({
  instance,
  from,
  snapshot: report?.snapshot ?? null,
  created: report?.created ?? 0,
  replaced: report?.replaced ?? 0,
  activated: report?.activated ?? 0,
  skipped: report?.skipped ?? 0,
  deleted: report?.deleted ?? 0,
  failures: report?.failures.length ?? 0,
});

const parseEvent = (input: unknown): z.infer<typeof EVENT> => {
  const parsed = EVENT.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path.join('.') || 'the whole',
  );
  throw new ConfigError(
    `the event of a restore holds the options of \`oic restore\`, e.g. {"from": "prod", "dryRun": true}; wrong: ${fields.join(', ')}`,
  );
};

interface Kept {
  readonly whole?: KeptText;
}

/** The report; when it is too large, or something failed, where (gzip) the whole lies in the vault. */
const answerOf = async (
  report: RestoreReport,
  hasFailed: boolean,
  keep: (text: string) => Promise<KeptText>,
): Promise<object & Kept> => {
  const answer = boundedAnswer(report);
  return hasFailed || answer.cut ? { ...answer, whole: await keep(JSON.stringify(report)) } : answer;
};

const failuresMessage = ({ to, from, snapshot, failures }: RestoreReport, place: string): string => {
  const examples = failures.slice(0, 3).map(({ message }) => message);
  const read = `\`aws s3 cp ${place} - | gunzip\``;
  return `the restore of ${from}@${snapshot} into ${to} is not complete, ${failures.length} failed: ${examples.join('; ')}. The whole report: ${read}. Correct what it names and invoke it again: what is done is not done twice`;
};
