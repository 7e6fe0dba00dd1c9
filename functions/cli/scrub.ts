/** `oic scrub`: reads a share of everything that is stored back and checks it; also after a backup, by the setting. */
import { ConfigError } from '../core/errors.ts';
import { parseShare } from '../core/share.ts';
import { type Rot, type ScrubReport, scrub as scrubVault } from '../jobs/vault/scrub.ts';
import type { Vault } from '../store/vault.ts';
import { type CommonOptions, openSession } from './command.ts';
import { count, type Output } from './output.ts';

interface ScrubCommandOptions extends CommonOptions {
  readonly vault: string;
  readonly share: string;
}

interface Scrubbed extends ScrubReport {
  /** As it was asked for. */
  readonly share: string;
}

export const scrub = async (name: string, options: ScrubCommandOptions): Promise<number> => {
  const { out, runtime } = await openSession(options);
  runtime.instance(name);
  const report = await scrubShare(await runtime.openVault(options.vault), name, options.share, out);
  out.result(report, () => scrubLines(report));
  return report.damaged.length === 0 ? 0 : 1;
};

/** @throws ConfigError when the share is none */
export const scrubShare = async (vault: Vault, name: string, text: string, out: Output): Promise<Scrubbed> => {
  const share = parseShare(text);
  if (share === undefined) throw new ConfigError(`--share ${text} is not a share: write 1/30, or a number up to 1`);
  let bar: ReturnType<Output['progress']> | undefined;
  const progress = {
    begin: (versions: number): void => {
      bar = out.progress('reading back', versions);
    },
    tick: (): void => bar?.tick(),
  };
  const report = await scrubVault(vault, name, { share, now: new Date(), progress }).finally(() => bar?.stop());
  return { ...report, share: text };
};

export const scrubLines = ({ instance, checked, versions, damaged, share }: Scrubbed): string[] => [
  ...damaged.map((rot) => `DAMAGED  ${rot.id}: ${rot.problem}; ${describeWhole(rot)}`),
  `${count(checked, 'stored version')} of ${versions} of ${instance} read back (${share}), ${damaged.length} damaged`,
  ...(damaged.length > 0
    ? [`the next \`oic backup ${instance}\` exports anew what the instance still has; older snapshots stay damaged`]
    : []),
];

const describeWhole = ({ newestWhole, snapshot }: Rot): string =>
  newestWhole
    ? `named by ${snapshot}; its newest version that is whole is that of ${newestWhole.snapshot}`
    : `named by ${snapshot}; no other version of it is whole`;
