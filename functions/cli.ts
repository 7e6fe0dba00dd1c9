#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { ALL_KINDS } from './cli/kinds/option.ts';
import { holdYoungGeneration } from './cli/young-generation.ts';
/** The `oic` command line: what there is to type. What each command does is in cli/, loaded when it is used. */
import { ConfigError, isProgrammingError } from './core/errors.ts';

type Action = (...args: never[]) => Promise<number>;

const program = new Command('oic')
  .description('Backups, deployments and disaster recovery for Oracle Integration Cloud')
  .showHelpAfterError('(add --help for how it is used)')
  .exitOverride();

/** A command with the options all have, an example, and its action loaded lazily. */
const command = (usage: string, summary: string, example: string, load: () => Promise<Action>): Command =>
  program
    .command(usage)
    .description(summary)
    .option('--json', 'one JSON document on stdout, nothing else')
    .option('--config <file>', 'settings: a cdk.json or a file that holds its `oic` object (default: ./cdk.json)')
    .option(
      '--credentials <file>',
      'JSON file: instance -> credentials document (default: environment, then Secrets Manager)',
    )
    .addHelpText('after', `\nExample:\n  $ oic ${example}`)
    .action(async (...args: unknown[]) => {
      const action = await load();
      // Commander gives the arguments, then the options, then the command itself.
      process.exitCode = await action(...(args.slice(0, -1) as never[]));
    });

const DROP_BOX = [
  '--drop-box <location>',
  'a directory or s3://bucket, for drops, receipts and safety copies',
  './drop-box',
] as const;
const VAULT = ['--vault <location>', 'a directory or s3://bucket', './vault'] as const;

const KINDS = ALL_KINDS.join(', ');

command(
  'list <instance>',
  'all integrations, or all of another kind',
  'list prod --status ACTIVATED',
  async () => (await import('./cli/integrations.ts')).list,
)
  .option('--status <status>', 'only those with this status, e.g. ACTIVATED or CONFIGURED')
  .option('--name <text>', 'only those whose name contains this text')
  .option('--kind <kind>', `instead of integrations one of ${KINDS}`);

command(
  'show <instance> [id]',
  'one integration',
  'show prod HELLO_WORLD/01.00.0000',
  async () => (await import('./cli/integrations.ts')).show,
)
  .option('--picture', 'draw its flow as SVG')
  .option('--out <file>', 'file or directory to draw to (default: CODE_VERSION.svg here)')
  .option('--vault <location>', "draw the archive of the newest snapshot there, not the instance's own")
  .addHelpText(
    'after',
    `  $ oic show prod HELLO_WORLD/01.00.0000 --picture
  $ oic show hello.iar --picture
  $ oic show before.iar after.iar --picture

Of two archives it is drawn what was added, removed and changed. A file needs no instance and no settings.`,
  );

command(
  'export <instance> <id>',
  'one archive to a file',
  'export prod HELLO_WORLD/01.00.0000 --out hello.iar',
  async () => (await import('./cli/integrations.ts')).exportOne,
)
  .option('--out <file>', 'file or directory to write to (default: CODE_VERSION.iar here)')
  .option('--kind <kind>', 'instead of an integration a project, lookup, library or package')
  .addHelpText(
    'after',
    `  $ oic export prod SHOP --kind project
  $ oic export prod TOOLS/01.00.0000 --kind library`,
  );

command(
  'import <instance> <files...>',
  'add, or replace what is there; nothing is activated',
  'import test HELLO_WORLD_01.00.0000.iar',
  async () => (await import('./cli/changes.ts')).importFiles,
)
  .option('--kind <kind>', 'the files are not of integrations but projects, lookups or libraries')
  .option(...VAULT)
  .addHelpText(
    'after',
    `  $ oic import test CODES.csv --kind lookup
  $ oic import test SHOP.car --kind project

A lookup has the name that its first line tells; a file that tells none is refused. Before a project that is there is replaced, its own
archive is kept below safety/ in the vault; what ran in it runs again afterwards, and when it cannot, its own is put back.`,
  );

command(
  'activate <instance> <ids...>',
  'activate and wait until it is so',
  'activate test HELLO_WORLD/01.00.0000',
  async () => (await import('./cli/changes.ts')).activate,
);

command(
  'deactivate <instance> <ids...>',
  'deactivate and wait until it is so; a running schedule is stopped',
  'deactivate test HELLO_WORLD/01.00.0000',
  async () => (await import('./cli/changes.ts')).deactivate,
);

command(
  'delete <instance> <ids...>',
  'delete; an active one only with --deactivate',
  'delete test HELLO_WORLD/01.00.0000 --deactivate',
  async () => (await import('./cli/changes.ts')).deleteIntegrations,
).option('--deactivate', 'deactivate it first when it is active');

command(
  'backup <instance>',
  'one snapshot of everything the instance holds, and a page about it',
  'backup prod --vault s3://acme-oic-vault',
  async () => (await import('./cli/backup.ts')).backup,
)
  .option(...VAULT)
  .option('--full', 'export everything, also what has not changed')
  .addHelpText(
    'after',
    '\nThe page, reports/INSTANCE/latest.html in the vault, shows what changed since the snapshot before.',
  );

command(
  'snapshots <instance>',
  'the snapshots in the vault, newest first',
  'snapshots prod',
  async () => (await import('./cli/backup.ts')).snapshots,
).option(...VAULT);

command(
  'verify <instance>',
  'read every archive of a snapshot back and check it',
  'verify prod --snapshot 2026-11-23T04-15-00Z',
  async () => (await import('./cli/backup.ts')).verify,
)
  .option('--snapshot <name>', 'which one (default: the newest)')
  .option('--kind <kinds>', 'only integrations, projects, lookups or libraries; several with commas')
  .option('--rehearse', 'also restore it into a throw-away simulated instance and compare the result')
  .option(...VAULT);

command(
  'prune <instance>',
  'forget snapshots by rules, then drop the archives that none of the others needs',
  'prune prod --keep-daily 14 --keep-monthly 12 --dry-run',
  async () => (await import('./cli/prune.ts')).prune,
)
  .option('--keep-daily <n>', 'the newest of each of the last n days that have one (UTC)')
  .option('--keep-weekly <n>', 'the newest of each of the last n weeks that have one')
  .option('--keep-monthly <n>', 'the newest of each of the last n months that have one')
  .option('--keep-within <time>', 'all within this time before the newest, e.g. 36h, 14d, 3m, 1y')
  .option('--dry-run', 'tell what would go, change nothing')
  .option('--vault <directory>', 'a directory; a bucket has its lifecycle', './vault')
  .addHelpText('after', '\nThe newest complete snapshot is always kept. At least one rule is needed.');

command(
  'diff <a> <b>',
  'what differs between two snapshots or instances, or between two archives',
  'diff prod@latest prod',
  async () => (await import('./cli/diff/diff.ts')).diff,
)
  .option('--id <id>', 'compare the archives of this one integration in full')
  .option('--kind <kinds>', `only these, with commas: ${KINDS}`)
  .option(...VAULT)
  .addHelpText(
    'after',
    `
A and B are each INSTANCE@SNAPSHOT (also @latest) or INSTANCE as it is now; or both are files of one kind: .iar, .car (project)
or .par (package). A kind that only one side looked at is not compared.
Of an instance as many archives are exported as are needed to compare contents, at most \`concurrency\` (settings)
at a time: none of an integration not updated since a snapshot of the same instance.
The exit code is 0 whether or not there are differences, 1 when they could not be compared.`,
  );

command(
  'report <instance>',
  'the newest snapshot and what changed, as one HTML page with a picture of every flow; from the vault alone',
  'report prod --out prod.html',
  async () => (await import('./cli/report.ts')).report,
)
  .option('--out <file>', 'write the page there and nothing into the vault (default: reports/INSTANCE/ in the vault)')
  .option(...VAULT)
  .addHelpText('after', '\nEach backup writes it as well, with pictures of what changed only.');

command(
  'deploy <instance> <files...>',
  'import or replace, connect, activate; put back when it fails',
  'deploy test HELLO_WORLD_01.00.0000.iar --dry-run',
  async () => (await import('./cli/deploy.ts')).deploy,
)
  .option(...DROP_BOX)
  .option('--dry-run', 'print the plan, change nothing')
  .option('--allow-downgrade', 'an older version may displace a newer active one of its major version');

command(
  'watch <instance>',
  'deploy what is put into DIR/deploy/INSTANCE/; one line of JSON a receipt',
  'watch test --drop-box ./drop-box',
  async () => (await import('./cli/watch.ts')).watch,
).option(...DROP_BOX);

command(
  'restore <instance>',
  'recreate a snapshot in an instance',
  'restore prod --to dr --at 2026-11-23T06:00:00Z --dry-run',
  async () => (await import('./cli/restore/restore.ts')).restore,
)
  .requiredOption('--to <instance>', 'the target; its settings must have `deploy`')
  .option('--snapshot <name>', 'which one (default: the latest complete one)')
  .option('--at <time>', 'the newest complete one at or before this time')
  .option(
    '--only <pattern>',
    'glob on the id, e.g. PAYROLL_*, of integrations or of the kinds named; repeatable',
    (value: string, all: string[] = []) => [...all, value],
  )
  .option('--kind <kinds>', `only these, with commas: ${KINDS}`)
  .option('--existing <how>', 'what is there with other content: skip or replace', 'skip')
  .option('--mirror', 'also deactivate and delete what the snapshot does not hold')
  .option('--activation <how>', 'as-captured or never', 'as-captured')
  .option('--schedule-parameters', 'also give schedules the parameters they had, such as the time of the last run')
  .option('--allow-incomplete', 'take an incomplete snapshot too')
  .option('--dry-run', 'print every step with its reason, change nothing')
  .option('--yes', 'do not ask before --mirror deletes')
  .option(...VAULT);

command(
  'connections <instance>',
  'connections, what is required of them and not set, and who has one open',
  'connections test --template',
  async () => (await import('./cli/connections.ts')).connections,
).option(
  '--template',
  'the `connections` part of the credentials document: what Oracle tells is in it, the rest to fill',
);

command(
  'doctor <instance>',
  'what keeps an instance from being backed up',
  'doctor prod',
  async () => (await import('./cli/doctor.ts')).doctor,
).option(...VAULT);

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

/** Every error of ours is a sentence for people; the rest are bugs of ours and say so. Never a stack. */
const fail = (error: unknown, isJson: boolean): void => {
  const isUsage = error instanceof CommanderError;
  if (isUsage && error.exitCode === 0) return;
  const words = error instanceof Error ? error.message : String(error);
  const message = isProgrammingError(error) ? `this is a bug of oic itself, please report it: ${words}` : words;
  const isConfig = error instanceof ConfigError || (error instanceof Error && error.name === 'CredentialsError');
  process.exitCode = isUsage || isConfig ? 2 : 1;
  // Commander has said it already.
  if (!isUsage) process.stderr.write(`oic: ${message}\n`);
  if (isJson) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
};

/** Does what was typed; `process.exitCode` tells how it went. @param typed without the program's own name */
export const run = async (typed: readonly string[]): Promise<void> => {
  try {
    await program.parseAsync(typed, { from: 'user' });
  } catch (error) {
    fail(error, typed.includes('--json'));
  }
};

if (import.meta.main) {
  // Two fifths of the start are compiling what was compiled before. Not in the shared temporary directory, where others write.
  enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'oic'));
  holdYoungGeneration();
  await run(process.argv.slice(2));
}
