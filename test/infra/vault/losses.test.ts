/** The articles of the runbook about what may be lost, each tried as far as it can be without an account. */
import { hash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { defineIn } from '../../../functions/cli/program/define.ts';
import { defineInstance } from '../../../functions/cli/program/instance.ts';
import { defineReleases } from '../../../functions/cli/program/releases.ts';
import { defineSnapshots } from '../../../functions/cli/program/snapshots.ts';
import { snapshotKey } from '../../../functions/core/keys.ts';
import { bringBack, listDeleted } from '../../../functions/jobs/vault/deleted.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { createS3Store } from '../../../functions/store/s3/s3-store.ts';
import { createSecretsManagerSource } from '../../../functions/store/secrets.ts';
import { createVault } from '../../../functions/store/vault.ts';
import { sharedMoto } from '../../store/shared-moto.ts';

const SHA_OF_BYTES = hash('sha256', 'bytes');
const moto = sharedMoto();
const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'infra', 'README.md'), 'utf8');

describe.skipIf(!moto)('a secret is lost', () => {
  if (!moto) return;
  const client = new SecretsManagerClient(moto.clientConfig);
  const created = async (): Promise<string> => {
    const Name = `oic/lost-${randomUUID()}x`;
    await client.send(new CreateSecretCommand({ Name, SecretString: '{"first":true}' }));
    return Name;
  };

  test('deleted: what reads it says so, and it comes back within its window', async () => {
    const SecretId = await created();
    await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 30 }));
    await expect(createSecretsManagerSource(SecretId, client)()).rejects.toThrow('restore it in Secrets Manager');
    await client.send(new RestoreSecretCommand({ SecretId }));
    expect(await createSecretsManagerSource(SecretId, client)()).toEqual({ first: true });
  });

  test('overwritten: the last value is there as AWSPREVIOUS', async () => {
    const SecretId = await created();
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: '{"second":true}' }));
    const previous = await client.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPREVIOUS' }));
    expect(previous.SecretString).toBe('{"first":true}');
  });

  test('with its region: a replica of it is read there, under the same name', async () => {
    const SecretId = await created();
    const AddReplicaRegions = [{ Region: 'eu-west-1' }];
    await client.send(new ReplicateSecretToRegionsCommand({ SecretId, AddReplicaRegions }));
    const there = new SecretsManagerClient({ ...moto.clientConfig, region: 'eu-west-1' });
    expect(await createSecretsManagerSource(SecretId, there)()).toEqual({ first: true });
  });
});

test.skipIf(!moto)('something in the vault was deleted: it is named, and comes back whole', async () => {
  if (!moto) return;
  const client = new S3Client(moto.clientConfig);
  const Bucket = `lost-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const vault = createVault(createS3Store({ bucket: Bucket, client }), ALL_KINDS);
  const ref = { id: 'FLOW|01.00.0000', code: 'FLOW', version: '01.00.0000' } as const;
  const snapshot = '2026-11-01T04-15-00Z';
  const at = '2026-11-01T04:15:00Z';
  const { key, versionId } = await vault.putArchive('prod', ref, Buffer.from('bytes'));
  const archive = { key, versionId, bytes: 5, sha256: SHA_OF_BYTES, contentSha256: '0'.repeat(64) };
  await vault.commitSnapshot({
    ...{ formatVersion: 1, instance: 'prod', snapshot, startedAt: at, finishedAt: at, complete: true },
    integrations: [
      {
        ...{ ...ref, name: 'x', status: 'ACTIVATED', schedule: null },
        tracing: { tracing: false, payload: false, recording: false },
        archive,
      },
    ],
    ...{ failures: [], warnings: [] },
  });

  for (const Key of [key, snapshotKey('prod', snapshot)]) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  expect(await vault.listSnapshots('prod')).toEqual([]);
  expect(await listDeleted(vault, 'prod')).toMatchObject([{ snapshot, how: 'removed', complete: true }]);

  await bringBack(vault, 'prod', snapshot);
  expect(await vault.listSnapshots('prod')).toEqual([snapshot]);
  expect(Buffer.from(await vault.getArchive(archive)).toString()).toBe('bytes');
});

test('every command of ours in the page is one that there is, with options that it has', () => {
  const program = new Command('oic');
  for (const define of [defineInstance, defineSnapshots, defineReleases]) define(defineIn(program));
  const typed = [...page.replace(/\\\n/g, ' ').matchAll(/(?:`|-- |\boic )(?:oic )?(\w+) ([^`\n]*)/g)];
  const known = typed.flatMap(([, name = '', rest = '']) => {
    const command = program.commands.find((one) => one.name() === name);
    return command ? [{ command, rest }] : [];
  });
  expect(known.map(({ command }) => command.name())).toEqual(
    expect.arrayContaining(['doctor', 'snapshots', 'verify', 'restore', 'list', 'connections', 'diff']),
  );
  for (const { command, rest } of known) {
    const options = command.options.map(({ long }) => long);
    for (const [option] of rest.matchAll(/--[a-z-]+/g))
      expect(options, `oic ${command.name()} ${rest}`).toContain(option);
  }
});
