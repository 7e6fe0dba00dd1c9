/** `oic snapshots`: what the vault holds of an instance. */

import { describeAhead, splitAhead } from '../../core/chain/ahead.ts';
import { ConfigError } from '../../core/errors.ts';
import { isSnapshotName } from '../../core/keys.ts';
import { archivesIn } from '../../core/snapshot/archived-items.ts';
import { ManifestError } from '../../core/snapshot/manifest.ts';
import { bringBack, listDeleted } from '../../jobs/vault/deleted.ts';
import type { Vault } from '../../store/vault.ts';
import type { VaultUpkeep } from '../../store/vault-upkeep.ts';
import { type CommonOptions, openSession } from '../command.ts';
import { formatTable, type Output } from '../output.ts';

interface SnapshotsOptions extends CommonOptions {
  readonly vault: string;
  readonly deleted?: boolean;
  readonly bringBack?: string;
}

export const snapshots = async (name: string, options: SnapshotsOptions): Promise<number> => {
  const { out, runtime } = await openSession(options);
  runtime.instance(name);
  const vault = await runtime.openVault(options.vault);
  if (options.bringBack !== undefined) return returnOne(out, vault, name, options.bringBack);
  if (options.deleted) return showDeleted(out, vault, name);
  const names = await vault.listSnapshots(name);
  const now = new Date();
  const { ahead } = splitAhead(names, now);
  const passedOver = describeAhead(name, ahead, now);
  if (passedOver !== undefined) out.note(`warning: ${passedOver}`);
  const found: SnapshotRow[] = [];
  for (const snapshot of names) {
    const row = await describeSnapshot(vault, name, snapshot);
    found.push(ahead.includes(snapshot) ? { ...row, ahead: true } : row);
  }
  const doubtful = found.filter(({ problem }) => problem !== undefined);
  for (const { snapshot, state, problem } of doubtful) {
    const why = state === 'untrusted' ? `the snapshot ${snapshot} is not to be trusted: ${problem}` : problem;
    out.note(`warning: ${why}; \`oic snapshots ${name} --deleted\` shows whether what it was can be brought back`);
  }
  out.result({ snapshots: found }, () =>
    found.length === 0
      ? `${vault.name} holds no snapshot of ${name} yet; \`oic backup ${name}\` makes one`
      : formatTable(
          ['SNAPSHOT', 'STATE', 'INTEGRATIONS', 'BYTES', 'FAILED', 'WARNINGS'],
          found.map((row) => [
            row.snapshot,
            row.ahead ? `${row.state}, dated ahead` : row.state,
            `${row.integrations}`,
            `${row.bytes}`,
            `${row.failures}`,
            `${row.warnings}`,
          ]),
        ),
  );
  return doubtful.length > 0 ? 1 : 0;
};

const returnOne = async (out: Output, vault: Vault & VaultUpkeep, name: string, snapshot: string): Promise<number> => {
  if (!isSnapshotName(snapshot)) {
    throw new ConfigError(
      `"${snapshot}" is not the name of a snapshot; \`oic snapshots ${name} --deleted\` lists them`,
    );
  }
  const broughtBack = await bringBack(vault, name, snapshot);
  out.result({ broughtBack }, () => [
    `brought back ${snapshot} of ${name} in ${vault.name}; \`oic verify ${name} --snapshot ${snapshot}\` checks that its archives are there`,
  ]);
  return 0;
};

const showDeleted = async (out: Output, vault: Vault & VaultUpkeep, name: string): Promise<number> => {
  const deleted = (await listDeleted(vault, name)).map((one) => ({
    ...one,
    command: `oic snapshots ${name} --bring-back ${one.snapshot}`,
  }));
  out.result({ deleted }, () =>
    deleted.length === 0
      ? `${vault.name} holds no snapshot of ${name} that was removed or overwritten`
      : [
          ...formatTable(
            ['SNAPSHOT', 'STATE', 'INTEGRATIONS', 'WHAT', 'WHEN', 'BACK BY'],
            deleted.map(({ snapshot, complete, integrations, how, at, command }) => [
              snapshot,
              complete ? 'complete' : 'incomplete',
              `${integrations}`,
              how,
              at ?? 'not known',
              command,
            ]),
          ),
        ],
  );
  return 0;
};

interface SnapshotRow {
  readonly snapshot: string;
  /** `untrusted`: it is not the one that was stored there; it was edited, damaged, moved or copied. */
  readonly state: 'complete' | 'incomplete' | 'untrusted' | 'unreadable';
  readonly complete: boolean;
  /** Dated ahead of the clock here, so it counts for nothing. */
  readonly ahead?: true;
  readonly integrations: number;
  readonly bytes: number;
  readonly failures: number;
  readonly warnings: number;
  readonly problem?: string;
}

const describeSnapshot = async (vault: Vault, name: string, snapshot: string): Promise<SnapshotRow> => {
  try {
    const { manifest, problems } = await vault.readManifest(name, snapshot);
    const { integrations, failures, warnings } = manifest;
    const isTrusted = problems.length === 0;
    const complete = manifest.complete && isTrusted;
    return {
      snapshot,
      state: isTrusted ? (complete ? 'complete' : 'incomplete') : 'untrusted',
      complete,
      integrations: integrations.length,
      bytes: archivesIn(manifest).reduce((sum, archive) => sum + (archive?.bytes ?? 0), 0),
      failures: failures.length,
      warnings: warnings.length,
      ...(!isTrusted && { problem: problems.join('; ') }),
    };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const nothing = { integrations: 0, bytes: 0, failures: 0, warnings: 0 };
    return { snapshot, state: 'unreadable', complete: false, ...nothing, problem: error.message };
  }
};
