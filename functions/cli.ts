/** The `oic` command line, started by bin/oic.mjs: what there is to type is in cli/program/; what each command does is in cli/, loaded when it is used. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { Ended } from './cli/interruption.ts';
import { bearLostOutput, createOutput, say } from './cli/output.ts';
import { defineIn } from './cli/program/define.ts';
import { defineInstance } from './cli/program/instance.ts';
import { defineReleases } from './cli/program/releases.ts';
import { defineSnapshots } from './cli/program/snapshots.ts';
import { holdYoungGeneration } from './cli/young-generation.ts';
import { ConfigError, isProgrammingError } from './core/errors.ts';
import { hideSecrets, secretsOfUrl } from './core/redaction.ts';

/** Beside `functions/` in a clone, beside `dist/` in the package. */
const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

const program = new Command('oic')
  .version(VERSION)
  .description('Backups, deployments and disaster recovery for Oracle Integration Cloud')
  .showHelpAfterError('(add --help for how it is used)')
  .configureOutput({ writeErr: (text) => text.trimEnd().split('\n').forEach(say) })
  .exitOverride();

for (const define of [defineInstance, defineSnapshots, defineReleases]) define(defineIn(program));

program
  .command('simulate')
  .description('an OIC on loopback, to try everything on')
  .option('--json', 'one JSON document on stdout, nothing else')
  .option('--port <port>', 'port to listen on (default: any free one)', '0')
  .option(
    '--seed <directory>',
    'load every .iar, .par, .car, .jar and .csv file found there, and say which could not be',
  )
  .addHelpText('after', '\nExample:\n  $ oic simulate --port 8080 --seed ./archives')
  .action(async (options: { json?: boolean; port: string; seed?: string }) => {
    process.exitCode = await (await import('./cli/simulate.ts')).simulate(options);
  });

program
  .command('version')
  .description('which oic this is, and on which Node')
  .addHelpText('after', '\nExample:\n  $ oic version --json')
  .option('--json', 'one JSON document on stdout, nothing else')
  .action(({ json = false }: { json?: boolean }) => {
    const found = { version: VERSION, node: process.versions.node, platform: `${process.platform} ${process.arch}` };
    createOutput(json).result(found, () => [`oic ${VERSION}, on Node ${found.node}, ${found.platform}`]);
  });

/** Every error of ours is a sentence for people; the rest are bugs of ours and say so. Never a stack. */
const fail = (error: unknown, isJson: boolean): void => {
  const isUsage = error instanceof CommanderError;
  if (isUsage && error.exitCode === 0) return;
  const words = error instanceof Error ? error.message : String(error);
  const message = isProgrammingError(error) ? `this is a bug of oic itself, please report it: ${words}` : words;
  const isConfig = error instanceof ConfigError || (error instanceof Error && error.name === 'CredentialsError');
  process.exitCode = error instanceof Ended ? error.exitCode : isUsage || isConfig ? 2 : 1;
  // Commander has said it already. Of wrong settings each problem is a line.
  if (!isUsage) for (const line of isConfig ? `oic: ${message}`.split('\n') : [`oic: ${message}`]) say(line);
  if (isJson) createOutput(isJson).record({ error: message });
};

/** Does what was typed; `process.exitCode` tells how it went. @param typed without the program's own name */
export const run = async (typed: readonly string[]): Promise<void> => {
  hideSecrets(typed.flatMap(secretsOfUrl));
  try {
    await program.parseAsync(typed, { from: 'user' });
  } catch (error) {
    fail(error, typed.includes('--json'));
  }
};

/** As `run`, for a process of its own. */
export const start = async (typed: readonly string[]): Promise<void> => {
  holdYoungGeneration();
  bearLostOutput();
  await run(typed);
};

// A crontab from before there was bin/oic.mjs names this file: a backup that did nothing would look like a good one.
if (import.meta.main) await start(process.argv.slice(2));
