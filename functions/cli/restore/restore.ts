/** `oic restore`: a snapshot into an instance. */

import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, Refused } from '../../core/errors.ts';
import { parseSnapshotChoice } from '../../core/snapshot/choose-snapshot.ts';
import { originOf, takenElsewhere } from '../../core/snapshot/origin.ts';
import { createForgetfulJournal } from '../../jobs/journal/journal.ts';
import { restore as restoreSnapshot } from '../../jobs/restore/restore.ts';
import { checkMayMirror, findSnapshot } from '../../jobs/restore/scope.ts';
import { type CommonOptions, openSession, withInstance } from '../command.ts';
import { commandLine } from '../command-line.ts';
import { type ConsentOptions, consentTo } from '../consent.ts';
import { nothingBegun, untilInterrupted } from '../interruption.ts';
import { KIND_WORDS, kindsOption, otherKindOf } from '../kinds/option.ts';
import type { Output, Progress } from '../output.ts';
import { WAITING } from '../waiting.ts';
import { chosenLine, intentOf, leftLine, passedOverLines, reportLines } from './text.ts';

interface RestoreCommandOptions extends CommonOptions, ConsentOptions {
  readonly to: string;
  readonly vault: string;
  readonly snapshot?: string;
  readonly at?: string;
  readonly only?: readonly string[];
  readonly kind?: string;
  readonly existing: string;
  readonly mirror?: boolean;
  readonly activation: string;
  readonly scheduleParameters?: boolean;
  readonly allowIncomplete?: boolean;
  readonly dryRun?: boolean;
}

export const restore = async (name: string, options: RestoreCommandOptions): Promise<number> => {
  const session = await openSession(options);
  const { out, runtime } = session;
  const source = runtime.instance(name);
  const target = runtime.instance(options.to);
  if (!target.deploy) {
    throw new ConfigError(
      `${options.to} has no \`deploy\` in the settings, so it is only read; add it if a restore may change this instance`,
    );
  }
  const choices = choicesOf(options, target.concurrency);
  const consent = choices.dryRun ? { confirm: target.name } : options;
  const ask = consentTo(
    out,
    target,
    consent,
    choices.mirror ? { orElse: commandOf(name, { ...options, yes: true }) } : 'at a terminal',
  );
  const vault = await runtime.openVault(options.vault);
  const choice = parseSnapshotChoice(options.snapshot, options.at);
  const chosen = await findSnapshot(vault, name, choice, choices.allowIncomplete, new Date());
  checkMayMirror(chosen, choices.mirror);
  const { manifest, passedOver, ahead } = chosen;
  const elsewhere = takenElsewhere(manifest, originOf(source));
  if (choices.mirror && elsewhere !== undefined && choice.by !== 'name') {
    throw new Refused(
      `${elsewhere}. --mirror would delete from ${options.to} what that other instance does not hold; if that is meant, name the snapshot with --snapshot`,
    );
  }
  const doubts = [...(elsewhere === undefined ? [] : [elsewhere]), ...passedOverLines(chosen)];
  // Before anything is changed, too: the result comes when all of it is done.
  for (const line of doubts) out.note(`warning: ${line}`);
  const { connections } = await runtime.credentials(options.to);
  const progress = phaseProgress(out);
  // With the very snapshot: a newer one may have come meanwhile.
  const { at: _, ...typed } = options;
  const goOn = commandOf(name, { ...typed, snapshot: manifest.snapshot });
  let left: string | undefined = choices.dryRun ? undefined : nothingBegun(goOn);
  return untilInterrupted(
    out,
    () => left,
    async (stop) => {
      const report = await withInstance(session, options.to, (oic) =>
        restoreSnapshot(
          {
            oic,
            vault,
            // What was done is read off the target, so nothing has to be remembered here.
            journal: createForgetfulJournal((ms) => sleep(ms)),
            connections,
            waiting: WAITING,
            progress,
            stop,
            agree: async (plan) => {
              await ask(() => intentOf(plan, options.to), stop);
              left = `${goOn} goes on where this stopped`;
            },
          },
          manifest,
          choices,
        ).finally(progress.stop),
      );
      left = leftLine(report, goOn);
      out.result({ ...report, passedOver, ...(ahead !== undefined && { ahead }) }, () => [
        chosenLine(manifest, doubts),
        ...reportLines(report, options.vault),
      ]);
      return report.failures.length === 0 ? 0 : 1;
    },
  );
};

const choicesOf = (options: RestoreCommandOptions, concurrency: number) => ({
  only: options.only ?? [],
  kinds: kindsOption(options.kind, KIND_WORDS)?.map((kind) => otherKindOf(kind)?.name ?? ('integrations' as const)),
  existing: oneOf('--existing', options.existing, ['skip', 'replace']),
  mirror: options.mirror ?? false,
  activation: oneOf('--activation', options.activation, ['as-captured', 'never']),
  scheduleParameters: options.scheduleParameters ?? false,
  allowIncomplete: options.allowIncomplete ?? false,
  dryRun: options.dryRun ?? false,
  concurrency,
});

const commandOf = (name: string, options: RestoreCommandOptions): string =>
  commandLine(['restore', name], {
    '--to': options.to,
    '--snapshot': options.snapshot,
    '--at': options.at,
    '--only': options.only,
    '--kind': options.kind,
    '--existing': options.existing,
    '--mirror': options.mirror,
    '--activation': options.activation,
    '--schedule-parameters': options.scheduleParameters,
    '--allow-incomplete': options.allowIncomplete,
    '--vault': options.vault,
    '--yes': options.yes,
    '--confirm': options.confirm,
  });

const oneOf = <T extends string>(option: string, value: string, values: readonly T[]): T => {
  const found = values.find((one) => one === value);
  if (!found) throw new ConfigError(`${option} is one of ${values.join(', ')}; not "${value}"`);
  return found;
};

const phaseProgress = (out: Output) => {
  let bar: Progress | undefined;
  return {
    phase: (title: string, total: number): void => {
      bar?.stop();
      if (!process.stderr.isTTY) out.note(`${title}: ${total}`);
      bar = out.progress(title, total);
    },
    tick: (): void => bar?.tick(),
    stop: (): void => bar?.stop(),
  };
};
