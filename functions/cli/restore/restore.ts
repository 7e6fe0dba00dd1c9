/** `oic restore`: a snapshot into an instance. */

import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../../core/errors.ts';
import { parseSnapshotChoice } from '../../core/snapshot/choose-snapshot.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import { createForgetfulJournal } from '../../jobs/journal/journal.ts';
import { restore as restoreSnapshot } from '../../jobs/restore/restore.ts';
import { findSnapshot } from '../../jobs/restore/scope.ts';
import { type CommonOptions, openSession, withInstance } from '../command.ts';
import { KIND_WORDS, kindsOption, otherKindOf } from '../kinds/option.ts';
import type { Output, Progress } from '../output.ts';
import { WAITING } from '../waiting.ts';
import { chosenLine, passedOverLines, reportLines } from './text.ts';

interface RestoreCommandOptions extends CommonOptions {
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
  readonly yes?: boolean;
}

export const restore = async (name: string, options: RestoreCommandOptions): Promise<number> => {
  const session = await openSession(options);
  const { out, runtime } = session;
  runtime.instance(name);
  const target = runtime.instance(options.to);
  if (!target.deploy) {
    throw new ConfigError(
      `${options.to} has no \`deploy\` in the settings, so it is only read; add it if a restore may change this instance`,
    );
  }
  const choices = {
    only: options.only ?? [],
    kinds: kindsOption(options.kind, KIND_WORDS)?.map((kind) => otherKindOf(kind)?.name ?? 'integrations'),
    existing: oneOf('--existing', options.existing, ['skip', 'replace']),
    mirror: options.mirror ?? false,
    activation: oneOf('--activation', options.activation, ['as-captured', 'never']),
    scheduleParameters: options.scheduleParameters ?? false,
    allowIncomplete: options.allowIncomplete ?? false,
    dryRun: options.dryRun ?? false,
    concurrency: target.concurrency,
  };
  const vault = await runtime.openVault(options.vault);
  const choice = parseSnapshotChoice(options.snapshot, options.at);
  const chosen = await findSnapshot(vault, name, choice, choices.allowIncomplete, new Date());
  const { manifest, passedOver, ahead } = chosen;
  // Before anything is changed, too: the result comes when all of it is done.
  for (const line of passedOverLines(chosen)) out.note(`warning: ${line}`);
  if (choices.mirror && !choices.dryRun && !options.yes) await confirmMirror(options.to, manifest);
  const { connections } = await runtime.credentials(options.to);
  const progress = phaseProgress(out);
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
      },
      manifest,
      choices,
    ).finally(progress.stop),
  );
  out.result({ ...report, passedOver, ...(ahead !== undefined && { ahead }) }, () => [
    chosenLine(chosen),
    ...reportLines(report),
  ]);
  return report.failures.length === 0 ? 0 : 1;
};

const oneOf = <T extends string>(option: string, value: string, values: readonly T[]): T => {
  const found = values.find((one) => one === value);
  if (!found) throw new ConfigError(`${option} is one of ${values.join(', ')}; not "${value}"`);
  return found;
};

/** Deletions are asked for twice: the name of the target has to be typed back. */
const confirmMirror = async (target: string, { snapshot }: Manifest): Promise<void> => {
  if (!process.stdin.isTTY)
    throw new ConfigError(`--mirror deletes from ${target} what ${snapshot} does not hold; add --yes if that is meant`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(
    `--mirror deletes from ${target} what ${snapshot} does not hold. Type the name of the target to go on: `,
  );
  terminal.close();
  if (answer.trim() !== target) throw new ConfigError(`"${answer.trim()}" is not ${target}; nothing was changed`);
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
