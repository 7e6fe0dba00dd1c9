/** How a command is defined: what all of them have, and its action, loaded when it is used. */
import { type Command, Option } from 'commander';
import { DEFAULTS } from '../command-line.ts';

type Action = (...args: never[]) => Promise<number>;

/** A command with the options all have, an example, and its action loaded lazily. */
export type Define = (usage: string, summary: string, example: string, load: () => Promise<Action>) => Command;

/** A command that needs one takes it from the environment where it is not typed. */
export const vaultOption = (what: string): Option =>
  new Option('--vault <location>', what).default(DEFAULTS['--vault']).env('OIC_VAULT');

export const VAULT = vaultOption('a directory or s3://bucket');

export const DROP_BOX = [
  '--drop-box <location>',
  'a directory or s3://bucket, for drops, receipts and safety copies',
  DEFAULTS['--drop-box'],
] as const;

/** Of what is changed or taken away the target's own goes there first. */
export const SAFE = vaultOption('a directory or s3://bucket, for the copy of what was there');

export const CONFIRM = [
  '--confirm <name>',
  'the name of the instance that is changed, for scripts: where its settings have `deploy.confirm` a person is asked for it',
] as const;

export const defineIn =
  (program: Command): Define =>
  (usage, summary, example, load) =>
    program
      .command(usage)
      .description(summary)
      .option('--json', 'one JSON document on stdout, nothing else')
      .addOption(
        new Option(
          '--config <file>',
          'settings: a cdk.json or a file that holds its `oic` object (default: ./cdk.json)',
        ).env('OIC_CONFIG'),
      )
      .addOption(
        new Option(
          '--credentials <file>',
          'JSON file: instance -> credentials document (default: environment, then Secrets Manager)',
        ).env('OIC_CREDENTIALS'),
      )
      .addHelpText('after', `\nExample:\n  $ oic ${example}`)
      .action(async (...args: unknown[]) => {
        const action = await load();
        // Commander gives the arguments, then the options, then the command itself.
        process.exitCode = await action(...(args.slice(0, -1) as never[]));
      });
