/** Which snapshot is meant, whether it may be restored as asked for, and which part of it. */
import { candidates, type SnapshotChoice } from '../core/choose-snapshot.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Manifest, SnapshotIntegration } from '../core/manifest.ts';
import { Refused } from '../core/refused.ts';
import { type Vault, VaultError } from '../store/vault.ts';
import type { RestoreOptions } from './restore.ts';

/** @throws VaultError when there is no such snapshot */
export const findSnapshot = async (
  vault: Vault,
  instance: string,
  choice: SnapshotChoice,
  allowIncomplete: boolean,
): Promise<Manifest> => {
  if (choice.by === 'name') return vault.getSnapshot(instance, choice.snapshot);
  for (const name of candidates(await vault.listSnapshots(instance), choice)) {
    const manifest = await vault.getSnapshot(instance, name);
    if (manifest.complete || allowIncomplete) return manifest;
  }
  const when = choice.by === 'time' ? ` at or before ${choice.at.toISOString()}` : '';
  throw new VaultError(
    `${vault.name} holds no complete snapshot of ${instance}${when}; \`oic snapshots ${instance}\` lists what it has`,
  );
};

/** @throws Refused or ConfigError, with what would have to be said for it to be done */
export const checkMayRestore = (manifest: Manifest, { mirror, only, allowIncomplete }: RestoreOptions): void => {
  if (mirror && only.length > 0) {
    throw new ConfigError(
      '--mirror and --only do not go together: --mirror takes away whatever the snapshot does not hold',
    );
  }
  if (manifest.complete) return;
  const what = `the snapshot ${manifest.snapshot} of ${manifest.instance} is incomplete: ${manifest.failures.length} integrations could not be backed up`;
  if (mirror) throw new Refused(`${what}; --mirror would delete them from the target, so it is refused`);
  if (!allowIncomplete)
    throw new Refused(`${what}; choose another snapshot, or add --allow-incomplete to restore the rest`);
};

/** @throws ConfigError for a pattern that matches nothing: most likely a typing error */
export const selectEntries = (manifest: Manifest, only: readonly string[]): readonly SnapshotIntegration[] => {
  if (only.length === 0) return manifest.integrations;
  const patterns = only.map((text) => ({ text, matches: globOnId(text) }));
  const idle = patterns.filter(({ matches }) => !manifest.integrations.some(({ id }) => matches(id)));
  if (idle.length > 0) {
    throw new ConfigError(
      `the snapshot ${manifest.snapshot} of ${manifest.instance} holds nothing that matches`,
      idle.map(({ text }) => `--only ${text}`),
    );
  }
  return manifest.integrations.filter(({ id }) => patterns.some(({ matches }) => matches(id)));
};

/** `*` and `?` as in file names; `CODE/VERSION` means `CODE|VERSION`, and a code alone all of its versions. */
const globOnId = (pattern: string): ((id: string) => boolean) => {
  const withVersion = /[|/]/.test(pattern) ? pattern.replace('/', '|') : `${pattern}|*`;
  const source = withVersion.replace(/[.*+?^${}()|[\]\\]/g, (char) => ({ '*': '.*', '?': '.' })[char] ?? `\\${char}`);
  const expression = new RegExp(`^${source}$`);
  return (id) => expression.test(id);
};
