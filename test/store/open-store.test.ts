import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../functions/store/open-store.ts';
import { bytes } from './contents.ts';
import { makeTemporaryDirectory } from './temporary-directory.ts';

describe('opening a store', () => {
  it.each(['vault', 'a directory/with: colon', './s3'])('takes %j as a directory', async (name) => {
    const location = join(await makeTemporaryDirectory(), name);
    const store = await openStore(location);
    await store.put('key', bytes('x'));

    expect(store.name).toBe(location);
    expect(await readFile(join(location, 'key'), 'utf8')).toBe('x');
  });

  it.each(['s3://acme-vault', 's3://acme-vault/'])('takes %s as a bucket', async (location) => {
    expect((await openStore(location)).name).toBe('s3://acme-vault');
  });

  it.each([
    ['s3://acme-vault/oic', 'a store is a whole bucket, without a prefix'],
    ['s3://', 'write s3://BUCKET'],
    ['s3://Acme_Vault', 'write s3://BUCKET'],
    ['https://acme-vault.s3.amazonaws.com', 'write a directory or s3://BUCKET'],
    ['file:///srv/vault', 'write a directory or s3://BUCKET'],
    ['', 'a store needs a directory or s3://BUCKET'],
  ])('refuses %j and says what to write', async (location, message) => {
    await expect(openStore(location)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining(message),
    });
  });
});
