/** A snapshot that is brought back in a bucket is a new object, while its archives go by when something took their place. */
import { expect, test } from 'vitest';
import { snapshotKey } from '../../../functions/core/keys.ts';
import { bringBack } from '../../../functions/jobs/vault/deleted.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { createVault } from '../../../functions/store/vault.ts';
import { createModelBucket, DAY_MS } from '../../infra/keep/lifecycle-model.ts';

const SNAPSHOT = '2026-11-01T04-15-00Z';

test('it stays with its archives, whatever class they had', async () => {
  const bucket = createModelBucket({ hidden: () => {}, removed: () => {} }, 0);
  const vault = createVault(bucket.store, ALL_KINDS);
  const start = Date.UTC(2026, 10, 1);
  const ref = { id: 'FLOW|01.00.0000', code: 'FLOW', version: '01.00.0000' } as const;
  bucket.setTime(start);
  const { key, versionId } = await vault.putArchive('dev', ref, Buffer.from('first'));
  const at = '2026-11-01T04:15:00Z';
  await vault.commitSnapshot({
    ...{ formatVersion: 1, instance: 'dev', snapshot: SNAPSHOT, startedAt: at, finishedAt: at, complete: true },
    integrations: [
      {
        ...{ ...ref, name: 'x', status: 'ACTIVATED', schedule: null },
        tracing: { tracing: false, payload: false, recording: false },
        archive: { key, versionId, bytes: 5, sha256: '0'.repeat(64), contentSha256: '0'.repeat(64) },
      },
    ],
    ...{ failures: [], warnings: [] },
  });
  await vault.putArchive('dev', ref, Buffer.from('second'));
  for (const one of [key, snapshotKey('dev', SNAPSHOT)])
    await bucket.store.marks?.tag(one, one === key ? versionId : undefined, { 'oic-keep': 'recent' });
  const TagFilters = [{ Key: 'oic-keep', Value: 'recent' }];
  const rule = { Id: 'recent', Status: 'Enabled', TagFilters, NoncurrentVersionExpiration: { NoncurrentDays: 9 } };
  bucket.setRules([{ ...rule, ExpirationInDays: 5 }]);
  const pass = (from: number, to: number): void => {
    for (let day = from; day <= to; day += 1) bucket.runLifecycle(start + day * DAY_MS);
  };
  pass(1, 7);
  expect(await vault.listSnapshots('dev')).toEqual([]);

  expect(await bringBack(vault, 'dev', SNAPSHOT)).toMatchObject({ how: 'removed', complete: true });
  pass(8, 400);

  expect(await vault.listSnapshots('dev')).toEqual([SNAPSHOT]);
  expect(bucket.has(key, versionId)).toBe(true);
});
