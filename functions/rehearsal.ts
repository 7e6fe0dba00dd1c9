/**
 * The weekly rehearsal of a restore, as a durable function: the newest complete snapshot of one instance is restored into a simulated
 * one on loopback that is thrown away, by the job that a disaster would call for. It reads the vault, and has neither the secret
 * of the instance nor any way to it.
 *
 *   choose the snapshot -> restore it -> hold what came out against the manifest -> metrics, event
 */
import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import * as z from 'zod/mini';
import { ConfigError } from './core/errors.ts';
import { findSnapshot } from './jobs/restore/scope.ts';
import { beginRun } from './lambda/begin-run.ts';
import { createDurableJournal } from './lambda/durable-journal.ts';
import { sendEvent } from './lambda/events.ts';
import { INSTANCE_VARIABLE } from './lambda/names.ts';
import { putMetrics, withoutSecrets } from './lambda/telemetry.ts';
import { rehearse } from './rehearse.ts';
import { openFunctionVault, valueIn } from './runtime.ts';

const EVENT = z.strictObject({ scheduledTime: z.optional(z.string()) });

/** To say that the rest had no room: what is simulated lives no longer than one invocation. */
const LAST_MS = 60_000;
const MOST_TOLD = 100;

const rehearseRestore = async (input: unknown, context: DurableContext): Promise<object> => {
  if (!EVENT.safeParse(input ?? {}).success) throw new ConfigError('the event of a rehearsal is {}');
  const instance = valueIn(process.env, INSTANCE_VARIABLE);
  const { run, log } = beginRun(instance, context);
  const { vault, runs } = await openFunctionVault(instance, process.env);
  const journal = createDurableJournal(context, runs);
  let snapshot: string | null = null;
  const tell = (state: 'done' | 'failed', message: string, restored: number, differences: number): Promise<void> =>
    sendEvent('Rehearsal', { instance, run, state, message, snapshot, restored, differences }, (trouble) =>
      log.warn(trouble),
    );
  try {
    snapshot = await journal.step('choose', async () => {
      const { manifest } = await findSnapshot(vault, instance, { by: 'latest' }, false, new Date());
      return manifest.snapshot;
    });
    const manifest = await vault.getSnapshot(instance, snapshot);
    const result = await journal.step('rehearse', async () => {
      const leftMs = context.lambdaContext.getRemainingTimeInMillis() - LAST_MS;
      const { restored, differences } = await within(leftMs, rehearse(vault, manifest), instance);
      for (const difference of differences.slice(0, MOST_TOLD)) log.error('Differs', { ...difference });
      return { snapshot, restored, differences: differences.length, first: differences[0]?.problem ?? null };
    });
    const { restored, differences } = result;
    if (differences > 0) throw new Differs(restored, differences, `${differences} differ, the first: ${result.first}`);
    await journal.step('report', async () => {
      log.info('Rehearsal finished', result);
      putMetrics(instance, { RehearsalSucceeded: 1, RehearsalDiffers: 0 });
      await tell('done', `${instance}@${snapshot} can be restored`, restored, 0);
    });
    return result;
  } catch (error) {
    await journal.step('report the failure', async () => {
      log.error('Rehearsal failed', error as Error);
      const { restored, differences } = error instanceof Differs ? error : { restored: 0, differences: 0 };
      putMetrics(instance, { RehearsalFailed: 1, RehearsalDiffers: differences });
      await tell('failed', (error as Error).message, restored, differences);
    });
    throw error;
  }
};

export const handler = withDurableExecution(withoutSecrets(rehearseRestore));

/** What came out of it is not what the manifest says. */
class Differs extends Error {
  override readonly name = 'Differs';
  readonly restored: number;
  readonly differences: number;

  constructor(restored: number, differences: number, message: string) {
    super(message);
    this.restored = restored;
    this.differences = differences;
  }
}

/** @throws Error when it takes longer; what goes on then ends with the invocation */
const within = async <T>(leftMs: number, work: Promise<T>, instance: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const message = `the rehearsal takes longer than a function may run; on a machine: \`oic verify ${instance} --rehearse\``;
    timer = setTimeout(() => reject(new Error(message)), leftMs);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
};
