/** What there is to type about snapshots: to take, check, compare, forget and restore them. */

import { DEFAULTS } from '../command-line.ts';
import { EITHER, KIND_WORDS } from '../kinds/option.ts';
import { CONFIRM, type Define, VAULT, vaultOption } from './define.ts';

const KINDS = KIND_WORDS.join(', ');

export const defineSnapshots = (command: Define): void => {
  command(
    'backup <instance>',
    'one snapshot of everything the instance holds, and a page about it',
    'backup prod --vault s3://acme-oic-vault',
    async () => (await import('../backup.ts')).backup,
  )
    .addOption(VAULT)
    .option('--full', 'export everything, also what has not changed')
    .option(
      '--new-origin',
      'the name stands for another instance than in the snapshots so far, and that is meant: everything is exported',
    )
    .option('--accept-loss', 'what earlier backups told as gone was meant to go; the snapshots before it need not stay')
    .addHelpText(
      'after',
      '\nThe page, reports/INSTANCE/latest.html in the vault, shows what changed since the snapshot before.',
    );

  command(
    'snapshots <instance>',
    'the snapshots in the vault, newest first',
    'snapshots prod',
    async () => (await import('../vault/snapshots.ts')).snapshots,
  )
    .option('--deleted', 'instead those that were removed or overwritten, when, and the command that brings each back')
    .option('--bring-back <snapshot>', 'bring back one of those')
    .addOption(VAULT);

  command(
    'verify <instance>',
    'read every archive of a snapshot back and check it',
    'verify prod --snapshot 2026-11-23T04-15-00Z',
    async () => (await import('../vault/verify.ts')).verify,
  )
    .option('--snapshot <name>', 'which one (default: the newest)')
    .option('--kind <kinds>', `only integrations, ${EITHER.archived}; several with commas`)
    .option('--rehearse', 'also restore it into a throw-away simulated instance and compare the result')
    .addOption(VAULT);

  command(
    'scrub <instance>',
    'read a share of all that is stored back and check it, what was read longest ago first',
    'scrub prod --share 1/30',
    async () => (await import('../scrub.ts')).scrub,
  )
    .option('--share <share>', 'how much of it: 1/30, or a number up to 1', '1/30')
    .addOption(VAULT)
    .addHelpText(
      'after',
      `
What is damaged is exported again by the next backup, when the instance still has it. backup.scrub in the settings does
the same after each backup.`,
    );

  command(
    'prune <instance>',
    'forget snapshots by rules, then drop the archives that none of the others needs',
    'prune prod --keep-daily 14 --keep-monthly 12 --dry-run',
    async () => (await import('../vault/prune.ts')).prune,
  )
    .option('--keep-daily <n>', 'the newest of each of the last n days that have one (UTC)')
    .option('--keep-weekly <n>', 'the newest of each of the last n weeks that have one')
    .option('--keep-monthly <n>', 'the newest of each of the last n months that have one')
    .option('--keep-yearly <n>', 'the newest of each of the last n years that have one')
    .option('--keep-last <n>', 'the last n, whatever their day')
    .option('--keep-within <time>', 'all within this time before the newest: 36h, 14d, 1y, or 3m for three months')
    .option(
      '--forget <snapshot>',
      'instead of rules: take this one away, which is dated ahead, cannot be read or is of another instance',
    )
    .option('--dry-run', 'tell what would go, change nothing')
    .addOption(vaultOption('a directory; a bucket has its lifecycle'))
    .addHelpText(
      'after',
      `
The newest complete snapshot is always kept. Without any rule those of the settings count: vault.keep, and everything
of the last retentionDays days.`,
    );

  command(
    'diff <a> <b>',
    'what differs between two snapshots or instances, or between two archives',
    'diff prod@latest prod',
    async () => (await import('../diff/diff.ts')).diff,
  )
    .option('--id <id>', 'compare the archives of this one integration in full')
    .option('--kind <kinds>', `only these, with commas: ${KINDS}`)
    .addOption(VAULT)
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
    async () => (await import('../vault/report.ts')).report,
  )
    .option('--out <file>', 'write the page there and nothing into the vault (default: reports/INSTANCE/ in the vault)')
    .addOption(VAULT)
    .addHelpText('after', '\nEach backup writes it as well, with pictures of what changed only.');

  command(
    'restore <instance>',
    'recreate a snapshot in an instance',
    'restore prod --to dr --at 2026-11-23T06:00:00Z --dry-run',
    async () => (await import('../restore/restore.ts')).restore,
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
    .option('--existing <how>', 'what is there with other content: skip or replace', DEFAULTS['--existing'])
    .option('--mirror', 'also deactivate and delete what the snapshot does not hold')
    .option('--activation <how>', 'as-captured or never', DEFAULTS['--activation'])
    .option('--schedule-parameters', 'also give schedules the parameters they had, such as the time of the last run')
    .option('--allow-incomplete', 'take an incomplete snapshot too')
    .option('--dry-run', 'print every step with its reason, change nothing')
    .option('--yes', 'do not ask before anything is replaced, taken out of service or deleted')
    .option(...CONFIRM)
    .addOption(VAULT);
};
