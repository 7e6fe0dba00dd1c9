/**
 * The bundles that `cdk synth` makes, run under Node with the environment and the rights of the synthesized template,
 * against simulated instances and a real S3 API and Secrets Manager on loopback.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatAnswer } from '../../functions/core/drop/approval-answer.ts';
import { formatDropEvent } from '../../functions/core/drop/drop-event.ts';
import type { Manifest } from '../../functions/core/snapshot/manifest.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { startMoto } from '../store/moto.ts';
import { type Assembly, assemble } from './assembly.ts';
import { type IamGuard, type Statement, startIamGuard } from './iam-guard.ts';

const moto = await startMoto();
afterAll(() => moto?.close());

test.runIf(process.env.CI === 'true')('is not skipped in CI', () => {
  expect(moto, "install moto_server: pip install 'moto[server]'").toBeDefined();
});

const IMPORTED: Readonly<Record<string, string>> = {
  'OicVault-VaultName': 'vault',
  'OicVault-VaultArn': 'arn:aws:s3:::vault',
  'OicVault-DropBoxName': 'drop-box',
  'OicVault-DropBoxArn': 'arn:aws:s3:::drop-box',
};
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '123456789012',
};

/** What the template says, as it is once deployed. What only AWS can make stays a name that matches nothing. */
const resolve = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== 'object' || value === null) return value;
  const { 'Fn::Join': join, 'Fn::ImportValue': name, 'Fn::GetAtt': attribute, Ref } = value as Record<string, never>;
  if (join) return (resolve(join[1]) as string[]).join(join[0]);
  if (name) return IMPORTED[name];
  if (Ref) return PSEUDO[Ref] ?? Ref;
  if (attribute) return (attribute as string[]).join('.');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
};

describe.skipIf(!moto)('the bundled functions', () => {
  if (!moto) return;
  const s3 = new S3Client(moto.clientConfig);
  let dev: Simulator;
  let prod: Simulator;
  let gate: Simulator;
  let assembly: Assembly;
  let guard: IamGuard;
  let said = '';

  beforeAll(async () => {
    [dev, prod, gate] = await Promise.all([
      startSimulator({ integrationInstance: 'acme-dev' }),
      startSimulator({ integrationInstance: 'acme-prod' }),
      startSimulator({ integrationInstance: 'acme-gate' }),
    ]);
    for (const target of [prod, gate]) {
      target.onRequest(() => {
        for (const connection of target.instance.connections.values()) connection.status = 'CONFIGURED';
      });
    }
    const schedule = 'cron(15 4 * * ? *)';
    const settingsOf = ({ url, integrationInstance }: Simulator, name: string) => ({
      url,
      integrationInstance,
      secret: `oic/${name}`,
    });
    assembly = await assemble({
      instances: {
        dev: { ...settingsOf(dev, 'dev'), backup: { schedule } },
        prod: { ...settingsOf(prod, 'prod'), deploy: {} },
        gate: { ...settingsOf(gate, 'gate'), deploy: { approval: true } },
      },
      vault: { objectLock: { days: 30 }, keep: { monthly: 12 } },
    });
    for (const Bucket of ['vault', 'drop-box']) {
      await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: Bucket === 'vault' }));
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    }
    const secrets = new SecretsManagerClient(moto.clientConfig);
    for (const [name, simulator] of Object.entries({ dev, prod, gate })) {
      await secrets.send(
        new CreateSecretCommand({ Name: `oic/${name}`, SecretString: JSON.stringify(simulator.credentials()) }),
      );
    }
    const policies = assembly.functions.map(({ name, statements }) => [name, resolve(statements) as Statement[]]);
    guard = await startIamGuard(moto.endpoint, Object.fromEntries(policies));
    for (let n = 0; n < 30; n++) dev.instance.add(archiveOf(n), { status: 'ACTIVATED', lastUpdated: new Date(0) });
  }, 240_000);

  afterAll(async () => {
    for (const child of processes.values()) {
      child.kill();
      await once(child, 'close');
    }
    for (const secret of [...dev.secrets(), ...prod.secrets(), ...gate.secrets()]) expect(said).not.toContain(secret);
    await Promise.all([dev.close(), prod.close(), gate.close(), guard.close(), assembly.close()]);
  });

  const archiveOf = (n: number, marker = 'a') =>
    buildSampleArchive({ code: `FLOW_${n}`, version: '01.00.0000', name: `Flow ${n}`, marker });
  const digestOf = ({ instance }: Simulator, n: number): string | undefined =>
    instance.get(`FLOW_${n}|01.00.0000`)?.contentDigest;

  const processes = new Map<string, ChildProcess>();

  /** The variables of the template, those that Lambda sets, and nothing else. */
  const startProcess = (name: string): ChildProcess => {
    const found = assembly.functions.find((one) => one.name === name);
    if (!found) throw new Error(`there is no function ${name}`);
    const env = {
      ...(resolve(found.variables) as Record<string, string>),
      AWS_ENDPOINT_URL: guard.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: name,
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    const args = [found.bundle, found.isDurable ? 'durable' : 'plain'];
    const child = fork(join(import.meta.dirname, 'run-bundle.ts'), args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
    return child;
  };

  /** One invocation, of a function that is warm when it was invoked before. @param answer to what it waits for */
  const invoke = (
    name: string,
    event: object,
    answer?: string,
  ): Promise<{ status: string; result?: unknown; error?: unknown }> => {
    const child = processes.get(name) ?? startProcess(name);
    processes.set(name, child);
    return new Promise((resolve, reject) => {
      const end = (): void => reject(new Error(`${name} ended without an answer: ${said}`));
      child.once('close', end);
      child.once('message', (result: { status: string }) => {
        child.off('close', end);
        resolve(result);
      });
      child.send({ event, answer });
    });
  };

  const sqs = async (action: string, input: object): Promise<Record<string, never>> => {
    const scope = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request';
    const headers = {
      authorization: scope,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${action}`,
    };
    const answer = await fetch(moto.endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
    return (await answer.json()) as Record<string, never>;
  };

  /** What waits in a queue, as SQS hands it to the function. */
  const receive = async (queue: string): Promise<object> => {
    const { QueueUrl } = await sqs('CreateQueue', { QueueName: queue });
    const { Messages } = await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
    const Records = (Messages as unknown as { Body: string; ReceiptHandle: string }[]).map((one, n) => ({
      messageId: `m${n}`,
      body: one.Body,
      attributes: { ApproximateReceiveCount: '1' },
      receiptHandle: one.ReceiptHandle,
      eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${queue}`,
    }));
    return { Records };
  };

  /** As SQS hands them to the function, from a queue that knows them. */
  const message = async (queue: string, ...bodies: string[]): Promise<object> => {
    const { QueueUrl } = await sqs('CreateQueue', { QueueName: queue });
    for (const MessageBody of bodies) await sqs('SendMessage', { QueueUrl, MessageBody });
    return receive(queue);
  };

  const put = async (key: string, body: Uint8Array): Promise<string> => {
    const { VersionId = '' } = await s3.send(new PutObjectCommand({ Bucket: 'drop-box', Key: key, Body: body }));
    return VersionId;
  };
  const receiptOf = async (
    instance: string,
    key: string,
    versionId: string,
  ): Promise<{ state: string; message: string }> => {
    const Key = `receipts/${instance}/${key}/${versionId}.json`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'drop-box', Key }));
    return JSON.parse((await Body?.transformToString()) ?? '');
  };

  const drop = async (key: string, archive: Uint8Array): Promise<{ state: string; message: string }> => {
    const versionId = await put(key, archive);
    const encoded = encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
    const body = JSON.stringify({
      Records: [{ s3: { bucket: { name: 'drop-box' }, object: { key: encoded, versionId } } }],
    });
    const event = await message('OicVault-drops-prod', body);
    expect(await invoke('Deploy-prod', event)).toMatchObject({ result: { batchItemFailures: [] } });
    return receiptOf('prod', key, versionId);
  };

  test('take a snapshot with the page about it, and the next night nothing but a manifest and a page', async () => {
    expect(await invoke('Backup-dev', { scheduledTime: '2026-11-23T04:15:00Z' })).toMatchObject({
      status: 'SUCCEEDED',
      result: { complete: true, integrations: 30, exported: 30 },
    });
    expect(await invoke('Backup-dev', { scheduledTime: '2026-11-23T04:15:00Z' })).toMatchObject({
      result: { skipped: expect.any(String) },
    });
    expect(await invoke('Backup-dev', { scheduledTime: '2026-11-24T04:15:00Z' })).toMatchObject({
      result: { complete: true, exported: 0, unchanged: 30 },
    });
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'vault', Prefix: 'snapshots/dev/' }));
    expect(Contents).toHaveLength(2);
    const reports = await s3.send(new ListObjectsV2Command({ Bucket: 'vault', Prefix: 'reports/dev/' }));
    expect(reports.Contents?.map(({ Key }) => Key?.replace(/\d{4}-.*Z/, 'SNAPSHOT')).toSorted()).toEqual(
      ['SNAPSHOT.html', 'SNAPSHOT.html', 'history.json', 'latest.html', 'surroundings.json'].map(
        (name) => `reports/dev/${name}`,
      ),
    );
    expect(said).toContain('"message":"Report written"');
    expect(said).toContain('"BackupSucceeded":1');
    expect(toldOf('Snapshot', 'dev')).toMatchObject({
      state: 'complete',
      integrations: 30,
      exported: 0,
      unchanged: 30,
    });
    expect(assembly.watched).toContain('dev BackupSucceeded');
  }, 30_000);

  test('give what was replaced its class, keep the newest snapshot without one, and say until when all is locked', async () => {
    const manifestOf = async (key: string): Promise<Manifest> => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'vault', Key: key }));
      return JSON.parse((await Body?.transformToString()) ?? '');
    };
    const keys = async () =>
      ((await s3.send(new ListObjectsV2Command({ Bucket: 'vault', Prefix: 'snapshots/dev/' }))).Contents ?? [])
        .flatMap(({ Key }) => Key ?? [])
        .toSorted();
    const tagOf = async (Key: string, VersionId?: string) =>
      (await s3.send(new GetObjectTaggingCommand({ Bucket: 'vault', Key, VersionId }))).TagSet;
    const archiveOfFirst = ({ integrations }: Manifest) => integrations.find(({ code }) => code === 'FLOW_0')?.archive;

    const replaced = archiveOfFirst(await manifestOf((await keys()).at(-1) ?? ''));
    dev.instance.add(archiveOf(0, 'changed'), { status: 'ACTIVATED', lastUpdated: new Date(1) });
    for (const scheduledTime of ['2026-11-25T04:15:00Z', '2026-11-26T04:15:00Z'])
      expect(await invoke('Backup-dev', { scheduledTime })).toMatchObject({ result: { complete: true } });

    const [first = '', second = '', third = '', newest = ''] = await keys();
    // Those of one day are of no class but that: what comes after them is of the same day.
    for (const key of [first, second]) expect(await tagOf(key)).toEqual([{ Key: 'oic-keep', Value: 'recent' }]);
    for (const key of [third, newest]) expect(await tagOf(key)).toEqual([]);
    expect(replaced).toBeDefined();
    if (replaced) expect(await tagOf(replaced.key, replaced.versionId)).toEqual([{ Key: 'oic-keep', Value: 'recent' }]);
    const now = archiveOfFirst(await manifestOf(newest));
    if (now) expect(await tagOf(now.key, now.versionId)).toEqual([]);

    const { integrations, startedAt } = await manifestOf(newest);
    for (const { archive } of integrations) {
      expect(Date.parse(archive?.lockedUntil ?? '') - Date.parse(startedAt)).toBeGreaterThan(29.9 * 86_400_000);
    }
  }, 240_000);

  test('read back what is stored, and restore it in rehearsal', async () => {
    expect(await invoke('Scrub-dev', { share: '1' })).toMatchObject({ result: { damaged: 0, missing: 0 } });
    expect(toldOf('Scrub', 'dev')).toMatchObject({ state: 'done', damaged: 0 });
    expect(await invoke('Rehearsal-dev', {})).toMatchObject({ result: { restored: 30, differences: 0 } });
    expect(toldOf('Rehearsal', 'dev')).toMatchObject({ state: 'done', restored: 30 });
    for (const metric of ['ScrubChecked":31', 'RehearsalSucceeded":1']) expect(said).toContain(metric);
    for (const metric of ['ScrubDamaged', 'ScrubFailed', 'RehearsalFailed'])
      expect(assembly.watched).toContain(`dev ${metric}`);
  }, 60_000);

  test('deploy what is dropped, replace it, and put it back when it does not start', async () => {
    const key = 'deploy/prod/release 7/flow (1)+ü.iar';
    expect(await drop(key, archiveOf(0))).toMatchObject({ state: 'deployed' });
    expect(prod.instance.get('FLOW_0|01.00.0000')?.status).toBe('ACTIVATED');

    expect(await drop(key, archiveOf(0, 'b'))).toMatchObject({ state: 'deployed' });
    const replaced = digestOf(prod, 0);
    expect(replaced).not.toBe(digestOf(dev, 0));

    prod.faults.failActivation('FLOW_0|01.00.0000', 'the endpoint is taken', 1);
    expect(await drop(key, archiveOf(0, 'c'))).toMatchObject({
      state: 'rolled-back',
      message: expect.stringContaining('the endpoint is taken'),
    });
    expect(digestOf(prod, 0)).toBe(replaced);
    expect(prod.instance.get('FLOW_0|01.00.0000')?.status).toBe('ACTIVATED');
    expect(said).toContain('"DropsRolledBack":1');
    expect(toldOf('Drop', 'prod')).toMatchObject({ state: 'rolled-back', key, integration: 'FLOW_0|01.00.0000' });
    expect(assembly.watched).toContain('prod DropsRolledBack');
  }, 30_000);

  test('answer what is dropped for no instance, and leave to each instance what is its own', async () => {
    const answerOf = async (key: string): Promise<string> => {
      const versionId = await put(key, archiveOf(0));
      const detail = { bucket: { name: 'drop-box' }, object: { key, 'version-id': versionId } };
      const event = await message('OicVault-drops-unknown', JSON.stringify({ source: 'aws.s3', detail }));
      expect(await invoke('Strays-unknown', event)).toMatchObject({ result: { batchItemFailures: [] } });
      return receiptOf('unknown', key, versionId).then(
        ({ message: said }) => said,
        (error: Error) => error.name,
      );
    };

    expect(await answerOf('deploy/x + y%20.iar')).toContain('put it under deploy/prod/');
    expect(await answerOf('deploy/dev/x.iar')).toContain('dev has no `deploy`');
    expect(await answerOf('deploy/prdo/x.iar')).toContain('there is no instance "prdo"');
    expect(await answerOf('deploy/prod/x.iar')).toBe('NoSuchKey');
  }, 30_000);

  /** The last one about an instance, of that kind. */
  const toldOf = (kind: string, instance: string) =>
    guard.told.filter((one) => one.kind === kind && one.detail.instance === instance).at(-1)?.detail;

  test('wait for an approval of what is dropped, which is given, refused, or comes too late', async () => {
    const queue = 'OicVault-drops-gate';
    const names = ['given', 'refused', 'late'];
    const keys = names.map((name) => `deploy/gate/${name}.iar`);
    const versions = await Promise.all(keys.map((key, n) => put(key, archiveOf(n))));
    const bodies = keys.map((key, n) => formatDropEvent('drop-box', { key, versionId: versions[n] ?? '' }));

    expect(await invoke('Deploy-gate', await message(queue, ...bodies))).toMatchObject({
      result: { batchItemFailures: [] },
    });
    const receipts = () => Promise.all(keys.map((key, n) => receiptOf('gate', key, versions[n] ?? '')));
    expect((await receipts()).map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(gate.requests).toEqual([]);
    expect(guard.begun.map(({ event }) => event)).toEqual(keys.map((key, n) => ({ key, versionId: versions[n] })));
    expect(new Set(guard.begun.map(({ name }) => name)).size).toBe(3);

    const [given, refused, late] = guard.begun.map(({ event }) => event) as [object, object, object];
    await invoke('Approval-gate', given, formatAnswer({ answer: 'approved', by: 'Grace Hopper' }));
    await invoke(
      'Approval-gate',
      refused,
      formatAnswer({ answer: 'refused', by: 'Ada Lovelace', reason: 'not today' }),
    );
    expect(toldOf('Drop', 'gate')).toMatchObject({ state: 'waiting', approval: { answer: null } });
    const lateKey = `receipts/gate/${keys[2]}/${versions[2]}.json`;
    const waiting = (await receipts())[2];
    const until = new Date(Date.now() + 500).toISOString();
    const Body = JSON.stringify({ ...waiting, approval: { until } });
    await s3.send(new PutObjectCommand({ Bucket: 'drop-box', Key: lateKey, Body }));
    expect(await invoke('Approval-gate', late)).toMatchObject({ result: { answer: 'none' } });

    expect(await invoke('Deploy-gate', await receive(queue))).toMatchObject({ result: { batchItemFailures: [] } });
    expect(await receipts()).toMatchObject([
      { state: 'deployed', approval: { answer: 'approved', by: 'Grace Hopper' } },
      { state: 'rejected', message: expect.stringContaining('Ada Lovelace refused it: not today') },
      { state: 'rejected', message: expect.stringContaining('nobody approved it') },
    ]);
    expect(gate.instance.list().map(({ id }) => id)).toEqual(['FLOW_0|01.00.0000']);
    const ends = guard.told.filter(({ detail }) => detail.instance === 'gate' && detail.state !== 'waiting');
    expect(ends.map(({ detail: { state, approval } }) => [state, (approval as { answer: string }).answer])).toEqual([
      ['deployed', 'approved'],
      ['rejected', 'refused'],
      ['rejected', 'expired'],
    ]);
    for (const metric of ['DropsDeployed', 'DropsRejected', 'ApprovalsExpired'])
      expect(said).toContain(`"${metric}":1`);
    for (const metric of ['DropsWaiting', 'ApprovalsExpired']) expect(assembly.watched).toContain(`gate ${metric}`);
  }, 60_000);

  test('restore a snapshot, after it was read as a plan', async () => {
    const plan = await invoke('Restore-prod', { from: 'dev', existing: 'replace', dryRun: true });
    expect(plan).toMatchObject({ status: 'SUCCEEDED', result: { dryRun: true, created: 0 } });
    expect(prod.instance.list()).toHaveLength(1);

    const report = await invoke('Restore-prod', { from: 'dev', existing: 'replace' });
    expect(report).toMatchObject({ status: 'SUCCEEDED', result: { created: 29, replaced: 1, failures: [] } });
    for (let n = 0; n < 30; n++) expect(digestOf(prod, n)).toBe(digestOf(dev, n));
    expect(new Set(prod.instance.list().map(({ status }) => status))).toEqual(new Set(['ACTIVATED']));

    expect(await invoke('Restore-prod', { from: 'dev', existing: 'replace' })).toMatchObject({
      result: { created: 0, replaced: 0, activated: 0 },
    });
    expect(toldOf('Restore', 'prod')).toMatchObject({ state: 'done', from: 'dev', failures: 0 });
  }, 30_000);

  test('a restore that fails ends in its metric, its event and its alarm', async () => {
    expect(await invoke('Restore-prod', { from: 'dev', snapshot: '2001-01-01T00-00-00Z' })).toMatchObject({
      status: 'FAILED',
    });
    expect(said).toContain('"RestoreFailed":1');
    expect(toldOf('Restore', 'prod')).toMatchObject({ state: 'failed', snapshot: null });
    expect(assembly.watched).toContain('prod RestoreFailed');
  }, 30_000);

  test('were refused nothing by their policies, and would have been refused what is not theirs', async () => {
    expect(guard.refused).toEqual([]);
    expect(said).not.toContain('ChangeMessageVisibility');

    const credentials = { accessKeyId: 'Deploy-prod', secretAccessKey: 'test' };
    const asDeploy = new S3Client({ ...moto.clientConfig, endpoint: guard.endpoint, credentials });
    const read = (Bucket: string, Key: string) => asDeploy.send(new GetObjectCommand({ Bucket, Key }));
    await expect(read('vault', 'integrations/dev/FLOW_1/01.00.0000.iar')).rejects.toThrow('Access Denied');
    await expect(read('drop-box', 'deploy/dev/x.iar')).rejects.toThrow('Access Denied');
    expect(guard.refused).toEqual([
      'Deploy-prod s3:GetObject arn:aws:s3:::vault/integrations/dev/FLOW_1/01.00.0000.iar',
      'Deploy-prod s3:GetObject arn:aws:s3:::drop-box/deploy/dev/x.iar',
    ]);
  });
});
