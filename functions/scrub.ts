/**
 * The nightly scrub of one instance, as a durable function: a share of all stored versions is read back and checked, those first
 * that were read longest ago. What there is no time for is read the next night.
 *
 *   read and check -> remember what is damaged, for the next backup -> metrics, event
 */
import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import * as z from 'zod/mini';
import { ConfigError } from './core/errors.ts';
import { parseShare } from './core/share.ts';
import { isHealed, type ScrubReport, scrub } from './jobs/vault/scrub.ts';
import { beginRun } from './lambda/begin-run.ts';
import { createDurableJournal } from './lambda/durable-journal.ts';
import { sendEvent } from './lambda/events.ts';
import { INSTANCE_VARIABLE } from './lambda/names.ts';
import { putMetrics, withoutSecrets } from './lambda/telemetry.ts';
import { openFunctionVault, valueIn } from './runtime.ts';

const EVENT = z.strictObject({ scheduledTime: z.optional(z.string()), share: z._default(z.string(), '1/30') });

/** To find the newest whole version of what is damaged, and to write down what was read. */
const LAST_MS = 3 * 60_000;

const scrubVault = async (input: unknown, context: DurableContext): Promise<object> => {
  const { data } = EVENT.safeParse(input ?? {});
  const share = parseShare(data?.share ?? '');
  if (share === undefined) throw new ConfigError('the event of a scrub is {}, or {"share": "1/30"}');
  const instance = valueIn(process.env, INSTANCE_VARIABLE);
  const { run, log } = beginRun(instance, context);
  const { vault, runs } = await openFunctionVault(instance, process.env);
  const journal = createDurableJournal(context, runs);
  const tell = (state: 'done' | 'failed', message: string, counts: Counts): Promise<void> =>
    sendEvent('Scrub', { instance, run, state, message, ...counts }, (trouble) => log.warn(trouble));
  try {
    return await journal.step('read back', async () => {
      const mayGoOn = () => context.lambdaContext.getRemainingTimeInMillis() > LAST_MS;
      const progress = { begin: () => undefined, tick: () => undefined };
      const report = await scrub(vault, instance, { share, now: new Date(), progress, mayGoOn });
      for (const { id, ...rot } of report.damaged) log.error('Damaged', { integration: id, ...rot });
      const counts = countsOf(report);
      log.info('Scrub finished', { ...counts });
      const { checked, damaged, healed, missing } = counts;
      putMetrics(instance, {
        ScrubChecked: checked,
        ScrubDamaged: damaged,
        ScrubHealed: healed,
        ScrubMissing: missing,
      });
      await tell('done', `${checked} of ${report.versions} stored versions of ${instance} were read back`, counts);
      return counts;
    });
  } catch (error) {
    await journal.step('report the failure', async () => {
      log.error('Scrub failed', error as Error);
      putMetrics(instance, { ScrubFailed: 1 });
      await tell('failed', (error as Error).message, { checked: 0, versions: 0, damaged: 0, healed: 0, missing: 0 });
    });
    throw error;
  }
};

export const handler = withDurableExecution(withoutSecrets(scrubVault));

interface Counts {
  readonly checked: number;
  readonly versions: number;
  readonly damaged: number;
  readonly healed: number;
  readonly missing: number;
}

/** Damaged is what no newer snapshot holds whole; missing, what of it is not there at all. */
const countsOf = ({ checked, versions, damaged }: ScrubReport): Counts => {
  const open = damaged.filter((rot) => !isHealed(rot));
  return {
    checked,
    versions,
    damaged: open.length,
    healed: damaged.length - open.length,
    missing: open.filter(({ isMissing }) => isMissing).length,
  };
};
