/** `oic prune`: forgets snapshots of a directory vault by rules, and drops the archive versions none needs any more. */

import { readFile } from 'node:fs/promises';
import { holdClock } from '../../core/chain/clocks.ts';
import { ConfigError, Refused } from '../../core/errors.ts';
import { isSnapshotName } from '../../core/keys.ts';
import { originOf } from '../../core/snapshot/origin.ts';
import {
  checkRetentionRules,
  describeSpan,
  type RetentionRules,
  rulesOfSettings,
} from '../../core/snapshot/retention.ts';
import { openFileJournal } from '../../jobs/journal/file-journal.ts';
import { journalPath } from '../../jobs/journal/journal-path.ts';
import { forget } from '../../jobs/vault/forget.ts';
import { type PruneReport, prune as pruneVault } from '../../jobs/vault/prune.ts';
import type { Settings } from '../../settings.ts';
import { VaultError } from '../../store/vault.ts';
import { type CommonOptions, openSession, type Session } from '../command.ts';
import { count, formatTable } from '../output.ts';

interface PruneCommandOptions extends CommonOptions {
  readonly vault: string;
  readonly keepDaily?: string;
  readonly keepWeekly?: string;
  readonly keepMonthly?: string;
  readonly keepYearly?: string;
  readonly keepLast?: string;
  readonly keepWithin?: string;
  readonly forget?: string;
  readonly dryRun?: boolean;
}

export const prune = async (name: string, options: PruneCommandOptions): Promise<number> => {
  const session = await openSession(options);
  const { out, runtime } = session;
  const origin = originOf(runtime.instance(name));
  if (options.forget !== undefined) return forgetOne(session, name, options.forget, options);
  if (/^s3:/i.test(options.vault)) {
    throw new ConfigError(
      `${options.vault} is not pruned from here: a bucket has its lifecycle, set by retentionDays and vault.keep in the settings`,
    );
  }
  const rules = rulesOf(options, runtime.settings);
  checkRetentionRules(rules);
  const span = rules.within === undefined ? undefined : describeSpan(rules.within);
  if (span !== undefined) out.note(`everything within ${span} before the newest snapshot is kept`);
  const vault = await runtime.openVault(options.vault);
  if ((await vault.listSnapshots(name)).length === 0) {
    throw new VaultError(`${vault.name} holds no snapshot of ${name}, so there is nothing to prune`);
  }
  await checkClock(session, name);
  const isDryRun = options.dryRun ?? false;
  const work = (): Promise<PruneReport> =>
    pruneVault(vault, name, {
      rules,
      isDryRun,
      now: new Date(),
      origin,
      keepRemovedDays: runtime.settings.retentionDays,
    });
  const report = isDryRun ? await work() : await withoutBackups(options.vault, name, work);
  out.result({ ...report, dryRun: isDryRun }, () => reportLines(report, vault.name, isDryRun));
  return 0;
};

const hasRules = ({
  keepDaily,
  keepWeekly,
  keepMonthly,
  keepYearly,
  keepLast,
  keepWithin,
}: PruneCommandOptions): boolean =>
  [keepDaily, keepWeekly, keepMonthly, keepYearly, keepLast, keepWithin].some((one) => one !== undefined);

/** Those of the command line, or without any what a bucket would keep by the settings. */
const rulesOf = (options: PruneCommandOptions, { retentionDays, vault: { keep } }: Settings): RetentionRules => {
  const fromSettings = hasRules(options) ? undefined : rulesOfSettings({ retentionDays, keep });
  return (
    fromSettings ?? {
      daily: limitOf(options.keepDaily),
      weekly: limitOf(options.keepWeekly),
      monthly: limitOf(options.keepMonthly),
      yearly: limitOf(options.keepYearly),
      last: limitOf(options.keepLast),
      within: options.keepWithin,
    }
  );
};

/** What goes is decided by the clock. @throws Refused when it is wrong by an hour */
const checkClock = async ({ out, runtime }: Session, name: string): Promise<void> => {
  const verdict = holdClock(name, new Date(), await runtime.serverTime(name));
  if (verdict.is === 'wrong') throw new Refused(`nothing was forgotten: ${verdict.message}; set it right first`);
  if (verdict.is === 'off') out.note(`warning: ${verdict.message}`);
  if (verdict.is === 'not-told') {
    out.note(`note: the clock here was not held against that of ${name}, which could not be asked`);
  }
};

const forgetOne = async (
  session: Session,
  name: string,
  snapshot: string,
  options: PruneCommandOptions,
): Promise<number> => {
  if (hasRules(options) || options.dryRun !== undefined) {
    throw new ConfigError('--forget takes one snapshot away, and goes with none of the rules and not with --dry-run');
  }
  if (!isSnapshotName(snapshot)) {
    throw new ConfigError(`"${snapshot}" is not the name of a snapshot; \`oic snapshots ${name}\` lists them`);
  }
  const vault = await session.runtime.openVault(options.vault);
  await checkClock(session, name);
  const work = () => forget(vault, name, snapshot, new Date());
  await (/^s3:/i.test(options.vault) ? work() : withoutBackups(options.vault, name, work));
  session.out.result({ instance: name, kept: [], forgotten: [snapshot], removedVersions: 0, freedBytes: 0 }, () => [
    `forgotten ${snapshot} of ${name} in ${vault.name}`,
  ]);
  return 0;
};

/** NaN for what is no number, which the rules then refuse with all else that is wrong. */
const limitOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

/** No backup of this instance can run meanwhile, and one that was cut off is to go on first: nothing names its archives yet. */
const withoutBackups = async <T>(vault: string, name: string, work: () => Promise<T>): Promise<T> => {
  const path = journalPath(vault, 'backup', name, process.env);
  const journal = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (journal !== undefined && !journal.startsWith('{"subject":{"job":"prune"')) {
    throw new Refused(
      `nothing was forgotten: a backup of ${name} is under way or was cut off; let it end, or run \`oic backup ${name}\` again, and then prune`,
    );
  }
  const turn = await openFileJournal(path, { job: 'prune', instance: name }, Date.now);
  try {
    return await work();
  } finally {
    await turn.finish();
  }
};

const reportLines = (report: PruneReport, vault: string, isDryRun: boolean): string[] => {
  const { instance, kept, forgotten, removedVersions, freedBytes } = report;
  const [forgot, freed] = isDryRun ? ['would be forgotten', 'would be freed'] : ['forgotten', 'freed'];
  return [
    ...formatTable(
      ['KEPT', 'BECAUSE'],
      kept.map(({ snapshot, reasons }) => [snapshot, reasons.join(', ')]),
    ),
    '',
    ...forgotten.map((snapshot) => `${forgot} ${snapshot}`),
    `${count(forgotten.length, 'snapshot')} of ${instance} in ${vault} ${forgot}, ${kept.length} kept; ` +
      `${count(removedVersions, 'archive version')}, ${freedBytes} bytes ${freed}`,
  ];
};
