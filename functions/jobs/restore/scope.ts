/** Which snapshot is meant, whether it may be restored as asked for, and which part of it. */

import { describeAhead, splitAhead } from '../../core/chain/ahead.ts';
import { ConfigError, Refused } from '../../core/errors.ts';
import type { Entry, OtherKind, OtherKinds } from '../../core/kinds.ts';
import { candidates, type SnapshotChoice } from '../../core/snapshot/choose-snapshot.ts';
import type { Manifest, SnapshotIntegration } from '../../core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import { type Vault, VaultError } from '../../store/vault.ts';
import type { RestoreOptions } from './restore-options.ts';

export interface FoundSnapshot {
  readonly manifest: Manifest;
  /** Newer ones that would fit but for what they lack, or that are not what was stored. */
  readonly passedOver: readonly PassedOver[];
  /** Those that count for nothing, as they are dated ahead: a sentence. */
  readonly ahead: string | undefined;
  /** Why it is not what was stored, as parts of sentences; empty when nothing speaks against it. */
  readonly problems: readonly string[];
}

interface PassedOver {
  readonly snapshot: string;
  /** As its failures name it. */
  readonly lacks: readonly string[];
  /** Why it is not what was stored, as parts of sentences. */
  readonly problems?: readonly string[];
}

/** @throws VaultError when there is no such snapshot */
export const findSnapshot = async (
  vault: Vault,
  instance: string,
  choice: SnapshotChoice,
  allowIncomplete: boolean,
  now: Date,
): Promise<FoundSnapshot> => {
  if (choice.by === 'name') {
    return { ...(await readTrusted(vault, instance, choice.snapshot)), passedOver: [], ahead: undefined };
  }
  const passedOver: PassedOver[] = [];
  const names = splitAhead(await vault.listSnapshots(instance), now);
  const ahead = describeAhead(instance, names.ahead, now);
  for (const name of candidates(names.due, choice)) {
    const { manifest, problems } = await readTrusted(vault, instance, name);
    const isTrusted = problems.length === 0;
    if (isTrusted && (manifest.complete || allowIncomplete)) return { manifest, problems, passedOver, ahead };
    const lacks = manifest.failures.map(({ id }) => id);
    passedOver.push({ snapshot: name, lacks, ...(!isTrusted && { problems }) });
  }
  const when = choice.by === 'time' ? ` at or before ${choice.at.toISOString()}` : '';
  const but = ahead === undefined ? '' : `. ${ahead}`;
  throw new VaultError(
    `${vault.name} holds no complete snapshot of ${instance}${when}; \`oic snapshots ${instance}\` lists what it has${but}`,
  );
};

/** @throws ManifestError for one that is of another instance or moment than its place says */
const readTrusted = async (vault: Vault, instance: string, snapshot: string) => {
  const { manifest, problems } = await vault.readManifest(instance, snapshot);
  // One that says it is another one is refused as everywhere.
  if (problems.length > 0) await vault.getSnapshot(instance, snapshot);
  return { manifest, problems };
};

/**
 * A manifest that lacks what it held would have all of that deleted, and nobody knows what it held.
 * @throws Refused
 */
export const checkMayMirror = ({ manifest, problems }: FoundSnapshot, mirror: boolean): void => {
  if (!mirror || problems.length === 0) return;
  const { instance, snapshot } = manifest;
  throw new Refused(
    `the snapshot ${snapshot} of ${instance} is not to be trusted: ${problems.join('; ')}. --mirror would delete from the target what is no longer in it, so it is refused; choose another snapshot (\`oic snapshots ${instance}\` lists them), or bring back what it was (\`oic snapshots ${instance} --deleted\`)`,
  );
};

/** @throws Refused or ConfigError, with what would have to be said for it to be done */
export const checkMayRestore = (manifest: Manifest, { mirror, only, kinds, allowIncomplete }: RestoreOptions): void => {
  if (mirror && (only.length > 0 || kinds)) {
    throw new ConfigError(
      `--mirror and ${kinds ? '--kind' : '--only'} do not go together: --mirror takes away whatever the snapshot does not hold`,
    );
  }
  if (manifest.complete) return;
  const what = `the snapshot ${manifest.snapshot} of ${manifest.instance} is incomplete: ${manifest.failures.length} of what it should hold could not be backed up`;
  if (mirror) throw new Refused(`${what}; --mirror would delete them from the target, so it is refused`);
  if (!allowIncomplete)
    throw new Refused(`${what}; choose another snapshot, or add --allow-incomplete to restore the rest`);
};

/** The part of a snapshot that is to be restored; a section that is absent is not touched. */
export interface Scope extends OtherKinds {
  readonly integrations: readonly SnapshotIntegration[];
}

/** @throws ConfigError for a pattern that matches nothing, most likely a typing error; or for a kind that is not in it */
export const selectScope = (manifest: Manifest, { only, kinds }: RestoreOptions): Scope => {
  const wanted =
    kinds ??
    (only.length > 0 ? ['integrations' as const] : ['integrations' as const, ...ALL_KINDS.map(({ name }) => name)]);
  const absent = (kinds ?? []).filter((kind) => manifest[kind] === undefined);
  if (absent.length > 0) {
    throw new ConfigError(
      `the snapshot ${manifest.snapshot} of ${manifest.instance} was taken without looking at ${absent.join(', ')}`,
    );
  }
  const scope: Scope = {
    integrations: wanted.includes('integrations') ? manifest.integrations : [],
    ...Object.fromEntries(
      ALL_KINDS.filter(({ name }) => wanted.includes(name)).map(({ name }) => [name, manifest[name]]),
    ),
  };
  return only.length === 0 ? scope : narrow(manifest, scope, only);
};

interface Named extends Entry {
  readonly code?: string;
}

/** As those of integrations have. */
const isOfTwoParts = (id: string): boolean => id.split('|').length === 2;

interface Pattern {
  readonly onIntegration: (id: string) => boolean;
  readonly onOther: (text: string) => boolean;
}

const narrow = (manifest: Manifest, scope: Scope, only: readonly string[]): Scope => {
  const patterns = only.map((text) => ({ text, onIntegration: globOnId(text), onOther: glob(text), isIdle: true }));
  const select = <T extends Entry>(items: readonly T[] | undefined, matches: (pattern: Pattern, item: T) => boolean) =>
    items?.filter((item) => {
      const found = patterns.filter((pattern) => matches(pattern, item));
      for (const pattern of found) pattern.isIdle = false;
      return found.length > 0;
    });
  const ofOther = (kind: OtherKind) =>
    select<Named>(
      scope[kind],
      ({ onOther, onIntegration }, { id, name, code }) =>
        [id, name, code ?? id].some(onOther) || (isOfTwoParts(id) && onIntegration(id)),
    );
  const integrations = select(scope.integrations, ({ onIntegration }, { id }) => onIntegration(id)) ?? [];
  const narrowed: Scope = {
    integrations,
    ...Object.fromEntries(ALL_KINDS.map(({ name }) => [name, ofOther(name)])),
  };
  const idle = patterns.filter(({ isIdle }) => isIdle);
  if (idle.length > 0) {
    throw new ConfigError(
      `the snapshot ${manifest.snapshot} of ${manifest.instance} holds nothing that matches`,
      idle.map(({ text }) => `--only ${text}`),
    );
  }
  return narrowed;
};

/** `CODE/VERSION` means `CODE|VERSION`, and a code alone all of its versions. */
const globOnId = (pattern: string): ((id: string) => boolean) =>
  glob(/[|/]/.test(pattern) ? pattern.replace('/', '|') : `${pattern}|*`);

/** `*` and `?` as in file names. */
const glob = (pattern: string): ((text: string) => boolean) => {
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, (char) => ({ '*': '.*', '?': '.' })[char] ?? `\\${char}`);
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
};
