/** `oic verify`: reads a snapshot back, and holds all snapshots of the instance against each other. */
import { archiveFolders, snapshotTime } from '../../core/keys.ts';
import { describeCounts } from '../../core/kinds.ts';
import { archivesIn } from '../../core/snapshot/archived-items.ts';
import { snapshotDays } from '../../core/snapshot/keep-classes.ts';
import { type Manifest, ManifestError } from '../../core/snapshot/manifest.ts';
import { type Verification, verify as verifySnapshot } from '../../jobs/vault/verify.ts';
import { type ChainVerification, verifyChain } from '../../jobs/vault/verify-chain.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import type { Rehearsal } from '../../rehearse.ts';
import type { Vault } from '../../store/vault.ts';
import { type CommonOptions, openSession } from '../command.ts';
import { kindsOption } from '../kinds/option.ts';
import { count } from '../output.ts';
import { chooseSnapshot } from '../restore/chosen-snapshot.ts';

interface VerifyOptions extends CommonOptions {
  readonly vault: string;
  readonly snapshot?: string;
  readonly kind?: string;
  readonly rehearse?: boolean;
}

const DAY_MS = 86_400_000;

export const verify = async (name: string, options: VerifyOptions): Promise<number> => {
  const kinds = kindsOption(options.kind, archiveFolders(ALL_KINDS));
  const { out, runtime } = await openSession(options);
  runtime.instance(name);
  const vault = await runtime.openVault(options.vault);
  const snapshot = await chooseSnapshot(vault, name, options.snapshot, out);
  const manifest = await readAsItIs(vault, name, snapshot);
  const { retentionDays, vault: settings } = runtime.settings;
  const isBucket = /^s3:/i.test(options.vault);
  const chain = await verifyChain(vault, name, (gone, given) => {
    const days = snapshotDays(given, { retentionDays, keep: settings.keep });
    return isBucket && Date.now() - snapshotTime(gone).getTime() > days * DAY_MS;
  });
  const bar = out.progress('checking', manifest ? archivesIn(manifest).length : 0);
  const result = await (manifest
    ? verifySnapshot(vault, manifest, bar.tick, kinds)
    : Promise.resolve(unreadable(name, snapshot))
  ).finally(bar.stop);
  const isRehearsed = options.rehearse && manifest;
  const rehearsal = isRehearsed ? await (await import('../../rehearse.ts')).rehearse(vault, manifest) : undefined;
  const told = { ...result, instance: name, snapshot };
  out.result({ ...told, chain, ...(rehearsal && { rehearsal }) }, () => [
    ...verificationLines(told, chain, vault.name),
    ...(rehearsal ? rehearsalLines(rehearsal) : []),
  ]);
  const problems = [result.damaged, result.missing, chain.broken, rehearsal?.differences ?? []];
  return problems.every(({ length }) => length === 0) ? 0 : 1;
};

/** Not refused when it is not what was stored: what is wrong with it is what is asked here. undefined when it is no manifest. */
const readAsItIs = async (vault: Vault, name: string, snapshot: string): Promise<Manifest | undefined> => {
  try {
    return (await vault.readManifest(name, snapshot)).manifest;
  } catch (error) {
    if (!(error instanceof ManifestError) || error.reason === 'unknown-format') throw error;
    return undefined;
  }
};

/** Why it cannot be read is told by the chain, whose other snapshots are checked all the same. */
const unreadable = (instance: string, snapshot: string): Verification => ({
  instance,
  snapshot,
  complete: false,
  checked: 0,
  damaged: [],
  withoutArchive: [],
  missing: [{ id: snapshot, problem: 'cannot be read, so none of its archives was checked' }],
  copies: [],
});

const verificationLines = (
  { instance, snapshot, checked, damaged, missing, withoutArchive, copies }: Verification,
  { manifests, broken }: ChainVerification,
  vault: string,
): string[] => [
  ...damaged.map(({ id, problem }) => `DAMAGED  ${id}: ${problem}`),
  ...broken.map(({ snapshot: name, problem }) => `BROKEN   snapshot ${name}: ${problem}`),
  ...missing.map(({ id, problem }) => `MISSING  ${id} ${problem}`),
  ...withoutArchive.map((id) => `warning  ${id} is in the snapshot without an archive`),
  ...copies.map(
    ({ key, problem }) =>
      `file     ${key} ${problem === 'gone' ? 'is gone' : 'was changed'}; the vault reads its own copy, which is whole, and the next backup makes this file anew`,
  ),
  `snapshot ${snapshot} of ${instance} in ${vault}: ${count(checked, 'archive')} checked, ${damaged.length} damaged` +
    (missing.length > 0 ? `, ${missing.length} missing from it` : ''),
  `${count(manifests, 'manifest')} held against each other, ${broken.length} broken`,
  ...(damaged.length > 0
    ? [
        `\`oic backup ${instance} --full\` stores anew what the instance still has as it was; older snapshots stay damaged`,
      ]
    : []),
];

const rehearsalLines = ({ restored, others, differences }: Rehearsal): string[] => [
  ...differences.map(({ id, problem }) => `DIFFERS  ${id}: ${problem}`),
  `rehearsed: ${[count(restored, 'integration'), describeCounts(others, ALL_KINDS)].filter(Boolean).join(', ')} restored into a simulated instance, ${differences.length} differ`,
];
