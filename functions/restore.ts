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
import { OTHER_KIND_ORDER } from './core/kinds.ts';
import { parseSnapshotChoice } from './core/snapshot/choose-snapshot.ts';
import { restore } from './jobs/restore/restore.ts';
import type { RestoreReport } from './jobs/restore/restore-options.ts';
import { findSnapshot } from './jobs/restore/scope.ts';
import { createDurableJournal, runName } from './lambda/durable-journal.ts';
import { VAULT_VARIABLE } from './lambda/names.ts';
import { createLog } from './lambda/telemetry.ts';
import { createFunctionRuntime } from './runtime.ts';
import { openStore } from './store/open-store.ts';
import { createRunStore } from './store/run-store.ts';
import { createVault } from './store/vault.ts';

const EVENT = z.strictObject({
  from: z.string(),
  snapshot: z.optional(z.string()),
  at: z.optional(z.string()),
  only: z._default(z.array(z.string()), []),
  kinds: z.optional(z.array(z.enum(['integrations', ...OTHER_KIND_ORDER]))),
  existing: z._default(z.enum(['skip', 'replace']), 'skip'),
  mirror: z._default(z.boolean(), false),
  activation: z._default(z.enum(['as-captured', 'never']), 'as-captured'),
  scheduleParameters: z._default(z.boolean(), false),
  allowIncomplete: z._default(z.boolean(), false),
  dryRun: z._default(z.boolean(), false),
  /** `mirror` deletes: nobody can be asked here, so it must be said twice. */
  yes: z._default(z.boolean(), false),
});

export const handler = withDurableExecution(async (input: unknown, context: DurableContext) => {
  const { from, snapshot, at, yes, ...options } = parseEvent(input);
  const { instance, connect, credentials, location } = createFunctionRuntime(process.env);
  const { name, concurrency } = instance;
  if (options.mirror && !options.dryRun && !yes) {
    throw new ConfigError(
      `mirror deletes from ${name} what the snapshot does not hold; add "yes": true if that is meant`,
    );
  }
  const run = runName(context);
  const log = createLog(name, run);
  context.configureLogger({ customLogger: log });
  const store = await openStore(location(VAULT_VARIABLE));
  const vault = createVault(store);
  const runs = createRunStore(store, name);
  const journal = createDurableJournal(context, runs);
  const oic = connect();
  try {
    const choice = parseSnapshotChoice(snapshot, at);
    const chosen = await journal.step(
      'choose',
      async () => (await findSnapshot(vault, from, choice, options.allowIncomplete)).snapshot,
    );
    const manifest = await vault.getSnapshot(from, chosen);
    const { connections } = await credentials();
    const waiting = { deadlineMs: 120_000, now: Date.now, sleep: (ms: number) => sleep(ms) };
    const progress = {
      phase: (phase: string, total: number) => context.logger.info('Phase', { phase, total }),
      tick: () => undefined,
    };
    const services = { oic, vault, journal, connections, waiting, progress };
    const report = await restore(services, manifest, { ...options, concurrency });
    return await journal.step('report', async () => {
      log.info('Restore finished', {
        ...report,
        plan: report.plan.length,
        failures: report.failures.length,
        byHand: report.byHand.length,
      });
      return answerOf(report, (text) => runs.keep(run, 'report', text));
    });
  } catch (error) {
    await journal.step('report the failure', async () => {
      log.error('Restore failed', error as Error);
    });
    throw error;
  } finally {
    await oic.close();
  }
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

/** Larger answers than this a durable execution does not take. */
const MAX_ANSWER_BYTES = 150_000;

/** The report; when it is too large, without its plan, and where (gzip) the whole lies in the vault. */
const answerOf = async (report: RestoreReport, keep: (text: string) => Promise<object>): Promise<object> => {
  const text = JSON.stringify(report);
  if (Buffer.byteLength(text) <= MAX_ANSWER_BYTES) return report;
  const { plan, failures, byHand, ...rest } = report;
  const first = { plan: plan.slice(0, 100), failures: failures.slice(0, 100), byHand: byHand.slice(0, 100) };
  return { ...rest, ...first, whole: await keep(text) };
};
