/** A vault with a history: nights on which integrations were added, changed and deleted, and some backups failed. */
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { integrationRef } from '../../../functions/core/integration.ts';
import { snapshotName } from '../../../functions/core/keys.ts';
import type { SnapshotIntegration } from '../../../functions/core/snapshot/manifest.ts';
import type { Vault } from '../../../functions/store/vault.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { Random } from '../../simulator/random.ts';

export interface HistoryOptions {
  readonly random: Random;
  readonly nights: number;
  readonly integrations: number;
  /** Of the last night, whose snapshot is complete. @default far enough ahead that everything in the vault is older */
  readonly until?: Date;
}

const HOUR_MS = 3_600_000;
const TRACING = { tracing: false, payload: false, recording: false };

/** Stores one more version of an integration, as a backup does before its manifest. */
export const storeVersion = async (vault: Vault, code: string, marker: string): Promise<SnapshotIntegration> => {
  const ref = integrationRef(code, '01.00.0000');
  const bytes = buildSampleArchive({ ...ref, marker });
  const stored = await vault.putArchive('dev', ref, bytes);
  const { sha256, contentSha256 } = await readArchive(bytes);
  const archive = { ...stored, bytes: bytes.length, sha256, contentSha256 };
  return { ...ref, name: code, status: 'ACTIVATED', schedule: null, tracing: TRACING, archive };
};

export const commitSnapshot = async (
  vault: Vault,
  at: Date,
  integrations: readonly SnapshotIntegration[],
  complete = true,
): Promise<string> => {
  const snapshot = snapshotName(at);
  const times = { startedAt: at.toISOString(), finishedAt: at.toISOString() };
  const header = { formatVersion: 1, instance: 'dev', snapshot, ...times, complete } as const;
  await vault.commitSnapshot({ ...header, integrations, failures: [], warnings: [] });
  return snapshot;
};

export const makeHistory = async (vault: Vault, options: HistoryOptions): Promise<void> => {
  const { random, nights, integrations } = options;
  const present = new Map<string, SnapshotIntegration>();
  const gapsMs = Array.from({ length: nights - 1 }, () => HOUR_MS * (1 + random.below(60)));
  const until = options.until ?? new Date('2090-01-01T04:15:00Z');
  let at = new Date(until.getTime() - gapsMs.reduce((sum, gap) => sum + gap, 0));
  for (let night = 0; night < nights; night++) {
    for (let n = 0; n < integrations; n++) {
      const code = `FLOW_${n}`;
      const chance = random.next();
      if (chance < 0.1) present.delete(code);
      else if (chance < 0.4) present.set(code, await storeVersion(vault, code, `${night}`));
    }
    await commitSnapshot(vault, at, [...present.values()], night === nights - 1 || random.next() < 0.75);
    at = new Date(at.getTime() + (gapsMs[night] ?? 0));
  }
};
