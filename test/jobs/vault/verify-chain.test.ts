/** A snapshot that is missing from a bucket: had it had its time, by the class that it was given? */
import { expect, test } from 'vitest';
import { snapshotKey } from '../../../functions/core/keys.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { verifyChain } from '../../../functions/jobs/vault/verify-chain.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { createVault } from '../../../functions/store/vault.ts';
import { createModelBucket } from '../../infra/keep/lifecycle-model.ts';

test('the newest snapshot that says so is asked for the class of one that is missing', async () => {
  const bucket = createModelBucket({ hidden: () => {}, removed: () => {} }, 0);
  const vault = createVault(bucket.store, ALL_KINDS);
  const names = ['2026-10-30T04-15-00Z', '2026-10-31T04-15-00Z', '2026-11-01T04-15-00Z', '2026-11-02T04-15-00Z'];
  let previous: Manifest['previous'];
  for (const [n, snapshot] of names.entries()) {
    const [time, before = ''] = [snapshot.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'), names[n - 1]];
    const versions = [{ key: snapshotKey('dev', before || snapshot), class: 'month' as const }];
    await vault.commitSnapshot({
      ...{ formatVersion: 1, instance: 'dev', snapshot, startedAt: time, finishedAt: time, complete: true },
      ...(previous && { previous, ...(n === 2 && { handedOn: { newestComplete: before, versions } }) }),
      ...{ integrations: [], failures: [], warnings: [] },
    });
    previous = { snapshot, sha256: (await vault.readManifest('dev', snapshot)).sha256 };
  }
  for (const gone of names.slice(0, 2)) bucket.hide(snapshotKey('dev', gone));

  const asked: [string, string | undefined][] = [];
  const verdict = (mayBeGone: boolean) =>
    verifyChain(vault, 'dev', (snapshot, given) => {
      asked.push([snapshot, given]);
      return mayBeGone;
    });

  expect(await verdict(true)).toEqual({ manifests: 2, broken: [] });
  expect(asked).toEqual([['2026-10-31T04-15-00Z', 'month']]);
  expect((await verdict(false)).broken).toEqual([
    { snapshot: '2026-11-01T04-15-00Z', problem: expect.stringContaining('2026-10-31T04-15-00Z before it is missing') },
  ]);
});
