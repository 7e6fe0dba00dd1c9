/** Least privilege: all that each function may do, walked off the synthesized IAM and held against a table. */

import { Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { JobFunction } from '../../infra/constructs/job-function.ts';
import { readStack, SAMPLE, type Synthesized, stacksOf, synthesize } from './synthesized.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

const { vault, lifecycle } = synthesize();

/** As one reads it: names instead of references. */
const nameOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument]] = Object.entries(value as object) as [[string, unknown]];
  if (intrinsic === 'Fn::Join') return (argument as [string, unknown[]])[1].map(nameOf).join('');
  if (intrinsic === 'Fn::ImportValue') return (argument as string).replace(/^OicVault-(.*)Arn$/, '$1');
  const id = intrinsic === 'Fn::GetAtt' ? (argument as string[])[0] : (argument as string);
  return (id ?? '')
    .replace(/^AWS::(Partition|Region|AccountId)$/, '')
    .replace(/JobLog\w*$/, ' log')
    .replace(/DeadLetters\w*$/, ' dead letters')
    .replace(/JobFunctionAliaslive\w*$/, ' function:live')
    .replace(/JobFunction\w*$/, ' function');
};

const readable = (resource: unknown): string => nameOf(resource).replace(/^arn::(sqs|secretsmanager|kms):::/, '');

/** Every (action, resource) that the role of a function is allowed, sorted. */
const rightsOf = ({ ofType }: Synthesized, job: string): string[] => {
  const statements = [...ofType('AWS::IAM::Policy').values()]
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref.startsWith(job)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
  const rights = statements.flatMap(({ Action, Resource, Condition }) => {
    const tag = Condition?.StringEquals?.['aws:ResourceTag/oic-lifecycle'];
    const prefixes = asList(Condition?.StringLike?.['s3:prefix'] ?? tag ?? []) as string[];
    return asList(Action).flatMap((action) =>
      asList(Resource).flatMap((resource) =>
        (prefixes.length > 0 ? prefixes : ['']).map((prefix) => `${action} ${readable(resource)} ${prefix}`.trim()),
      ),
    );
  });
  return [...new Set(rights)].sort();
};

const reads = (bucket: string, ...prefixes: string[]): string[] =>
  prefixes.flatMap((prefix) => [
    `s3:GetObject ${bucket}/${prefix}/*`,
    `s3:GetObjectVersion ${bucket}/${prefix}/*`,
    `s3:ListBucketVersions ${bucket} ${prefix}/*`,
    // What was once encrypted with a key of the account.
    `kms:Decrypt key/* OicVault-${bucket}`,
  ]);
const writes = (bucket: string, ...prefixes: string[]): string[] => [
  ...reads(bucket, ...prefixes),
  ...prefixes.map((prefix) => `s3:PutObject ${bucket}/${prefix}/*`),
];
/** How long snapshots, and archives of an instance, are kept. */
const keeps = (name: string): string[] => [
  `s3:PutObjectTagging Vault/snapshots/${name}/*`,
  ...archives(name).map((prefix) => `s3:PutObjectVersionTagging Vault/${prefix}/*`),
];
/** What scrubs have noted, one object an instance. */
const notes = (name: string): string[] =>
  reads('Vault', `scrub/${name}.json`).map((right) => right.replace('.json/*', '.json*'));
const itself = (job: string): string[] => [
  `logs:CreateLogStream ${job} log`,
  `logs:PutLogEvents ${job} log`,
  'events:PutEvents arn::events:::event-bus/default',
];
const durable = (job: string): string[] => [
  `lambda:CheckpointDurableExecution ${job} function:*`,
  `lambda:GetDurableExecutionState ${job} function:*`,
  `sqs:SendMessage ${job} dead letters`,
];
const ARCHIVES = ['integrations', 'projects', 'lookups', 'libraries'];
/** Where the snapshots of all instances lie, and what they name. */
const FOLDERS = [...ARCHIVES, 'snapshots'];
/** Where the archives of an instance lie. */
const archives = (name: string): string[] => ARCHIVES.map((folder) => `${folder}/${name}`);
const held = (name: string): string[] => [...archives(name), `snapshots/${name}`];
const secret = (name: string): string => `secretsmanager:GetSecretValue secret:oic/${name}-??????`;
const drops = (name: string): string[] =>
  ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'].map(
    (action) => `sqs:${action} OicVault-drops-${name}`,
  );

const TABLE: Readonly<Record<string, readonly string[]>> = {
  Backupprod: [
    ...itself('Backupprod'),
    ...durable('Backupprod'),
    secret('prod'),
    ...writes('Vault', ...held('prod'), 'reports/prod', 'runs/prod'),
    ...keeps('prod'),
    ...notes('prod'),
  ],
  Backuptest: [
    ...itself('Backuptest'),
    ...durable('Backuptest'),
    secret('test'),
    ...writes('Vault', ...held('test'), 'reports/test', 'runs/test'),
    ...keeps('test'),
    ...notes('test'),
  ],
  Deploytest: [
    ...itself('Deploytest'),
    secret('test'),
    ...drops('test'),
    ...reads('DropBox', 'deploy/test'),
    ...writes('DropBox', 'receipts/test', 'safety/test', 'leases/test'),
  ],
  Deploydr: [
    ...itself('Deploydr'),
    secret('dr'),
    ...drops('dr'),
    ...reads('DropBox', 'deploy/dr'),
    ...writes('DropBox', 'receipts/dr', 'safety/dr', 'leases/dr'),
  ],
  Restoredr: [
    ...itself('Restoredr'),
    ...durable('Restoredr'),
    secret('dr'),
    ...reads('Vault', ...FOLDERS),
    ...writes('Vault', 'safety/dr', 'runs/dr'),
  ],
  Restoretest: [
    ...itself('Restoretest'),
    ...durable('Restoretest'),
    secret('test'),
    ...reads('Vault', ...FOLDERS),
    ...writes('Vault', 'safety/test', 'runs/test'),
  ],
  Strays: [...itself('Strays'), ...drops('unknown'), ...writes('DropBox', 'receipts/unknown')],
  ...Object.fromEntries(
    ['prod', 'test'].flatMap((name) => [
      [
        `Scrub${name}`,
        [
          ...itself(`Scrub${name}`),
          ...durable(`Scrub${name}`),
          ...reads('Vault', ...held(name)),
          ...writes('Vault', `runs/${name}`),
          ...notes(name),
          `s3:PutObject Vault/scrub/${name}.json*`,
        ],
      ],
      [
        `Rehearsal${name}`,
        [
          ...itself(`Rehearsal${name}`),
          ...durable(`Rehearsal${name}`),
          ...reads('Vault', ...held(name)),
          ...writes('Vault', `runs/${name}`),
        ],
      ],
      ...['Scrub', 'Rehearsal'].map((job) => [
        `${job}${name}Schedule`,
        [`lambda:InvokeFunction ${job}${name} function:live`, `sqs:SendMessage ${job}${name} dead letters`],
      ]),
    ]),
  ),
  // What starts a backup.
  BackupprodSchedule: ['lambda:InvokeFunction Backupprod function:live', 'sqs:SendMessage Backupprod dead letters'],
  BackuptestSchedule: ['lambda:InvokeFunction Backuptest function:live', 'sqs:SendMessage Backuptest dead letters'],
};

test('with an approval the deploy function may begin what waits for it, which has no secret and reads no drop', () => {
  const { prod } = SAMPLE.instances;
  const approved = synthesize({ instances: { prod: { ...prod, deploy: { approval: true } } } }).lifecycle;

  expect(rightsOf(approved, 'DeployprodJobRole')).toContain('lambda:InvokeFunction DeployprodApproval function:live');
  expect(rightsOf(approved, 'DeployprodApprovalJobRole')).toEqual(
    [
      ...itself('DeployprodApproval'),
      ...durable('DeployprodApproval'),
      'sqs:SendMessage OicVault-drops-prod',
      ...writes('DropBox', 'receipts/prod'),
    ].sort(),
  );
});

const roles = [...lifecycle.ofType('AWS::IAM::Role').keys()];
const roleOf = (job: string): string => (job.endsWith('Schedule') ? job : `${job}JobRole`);

test('the table names every role there is', () => {
  const named = roles.map((id) => id.replace(/(JobRole|Role)\w{8}$/, ''));
  expect(named.toSorted()).toEqual(Object.keys(TABLE).toSorted());
});

test.each(Object.entries(TABLE))('%s may do exactly what the table says', (job, rights) => {
  expect(rightsOf(lifecycle, roleOf(job))).toEqual([...new Set(rights)].sort());
});

test('no role has a managed policy or one of its own making', () => {
  for (const { ofType } of [vault, lifecycle]) {
    for (const { Properties } of ofType('AWS::IAM::Role').values()) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
      expect(Properties.Policies).toBeUndefined();
    }
  }
});

test('no action has a wildcard', () => {
  for (const { ofType } of [vault, lifecycle]) {
    for (const { Properties } of ofType('AWS::IAM::Policy').values()) {
      for (const { Effect, Action } of Properties.PolicyDocument.Statement as Statement[]) {
        expect(Effect).toBe('Allow');
        for (const action of asList(Action)) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z0-9]+$/);
      }
    }
  }
});

test('the deploy function of test does not even name prod', () => {
  expect(rightsOf(lifecycle, 'DeploytestJobRole').join('\n')).not.toMatch(/prod|\bVault/);
});

test('with Object Lock, who takes snapshots may make locks longer, and nobody else', () => {
  const locked = synthesize({ ...SAMPLE, vault: { objectLock: { days: 30 } } }).lifecycle;
  const locks = (job: string) => rightsOf(locked, job).filter((right) => right.includes('Retention'));

  expect(locks('BackupprodJobRole')).toEqual(
    held('prod')
      .map((prefix) => `s3:PutObjectRetention Vault/${prefix}/*`)
      .sort(),
  );
  for (const job of ['DeploytestJobRole', 'RestoretestJobRole']) expect(locks(job)).toEqual([]);
});

test('nothing may delete, or set a lock aside', () => {
  for (const { vault: stack, lifecycle: other } of [synthesize({ ...SAMPLE, vault: { objectLock: { days: 30 } } })])
    for (const { ofType } of [stack, other])
      for (const { Properties } of ofType('AWS::IAM::Policy').values())
        expect(JSON.stringify(Properties)).not.toMatch(/s3:(Delete|Bypass|\*)/);
});

describe('with a key of the account', () => {
  const guarded = synthesize({ ...SAMPLE, vault: { customerKey: true, replicaRegion: 'eu-west-1' } });
  const kms = (job: string) => rightsOf(guarded.lifecycle, job).filter((right) => right.startsWith('kms:'));

  test('who writes the vault may encrypt, who reads it decrypt, who does neither has no part in it', () => {
    const both = ['kms:Decrypt key/* OicVault-Vault', 'kms:GenerateDataKey key/* OicVault-Vault'];
    expect(kms('BackupprodJobRole')).toEqual(both);
    expect(kms('RestoredrJobRole')).toEqual(both);
    expect(kms('DeploytestJobRole')).toEqual(['kms:Decrypt key/* OicVault-DropBox']);
  });

  test('S3 itself may copy, and nothing more', () => {
    const [role = ''] = [...guarded.vault.ofType('AWS::IAM::Role').keys()];
    const actions = rightsOf(guarded.vault, role).map((right) => right.split(' ')[0]);
    expect(actions).toEqual([
      'kms:Decrypt',
      'kms:Encrypt',
      's3:GetObjectVersionAcl',
      's3:GetObjectVersionForReplication',
      's3:GetObjectVersionTagging',
      's3:GetReplicationConfiguration',
      's3:ListBucket',
      's3:ReplicateObject',
      's3:ReplicateTags',
    ]);
  });
});

describe('in a network', () => {
  const network = { vpcId: 'vpc-0a1b2c3d', subnetIds: ['subnet-0a1b2c3d'], securityGroupIds: ['sg-0a1b2c3d'] };
  const { prod, dr } = SAMPLE.instances;
  const own = { ...network, subnetIds: ['subnet-0a1b2c3e', 'subnet-0a1b2c3f'] };

  test('every function runs there, or in that of its instance', () => {
    const { lifecycle } = synthesize({ instances: { prod, dr: { ...dr, network: own } }, network });
    const subnets = [...lifecycle.ofType('AWS::Lambda::Function')].map(([id, { Properties }]) => [
      id.replace(/Job.*/, ''),
      Properties.VpcConfig.SubnetIds,
      Properties.VpcConfig.SecurityGroupIds,
    ]);
    expect(subnets.toSorted()).toEqual([
      ['Backupprod', network.subnetIds, network.securityGroupIds],
      ['Deploydr', own.subnetIds, own.securityGroupIds],
      ['Rehearsalprod', network.subnetIds, network.securityGroupIds],
      ['Restoredr', own.subnetIds, own.securityGroupIds],
      ['Scrubprod', network.subnetIds, network.securityGroupIds],
      ['Strays', network.subnetIds, network.securityGroupIds],
    ]);
  });

  test('Lambda may make its interfaces, and the function itself may not', () => {
    const { lifecycle } = synthesize({ instances: { prod, dr }, network });
    const statements = [...lifecycle.ofType('AWS::IAM::Policy').values()]
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
      .filter(({ Action }) => asList(Action).includes('ec2:CreateNetworkInterface'));
    expect(statements.filter(({ Effect }) => Effect === 'Allow')).toHaveLength(6);
    const denied = statements.filter(({ Effect }) => Effect === 'Deny');
    expect(
      denied.map(({ Condition }) => nameOf(Condition?.ArnEquals?.['lambda:SourceFunctionArn'])).toSorted(),
    ).toEqual(
      ['dr-deploy', 'dr-restore', 'prod-backup', 'prod-rehearsal', 'prod-scrub', 'strays'].map(
        (name) => `arn::lambda:::function:OicLifecycle-${name}`,
      ),
    );
    for (const { Action, Resource } of statements) {
      expect(Action).toEqual(statements[0]?.Action);
      expect(Resource).toBe('*');
    }
  });
});

test('whoever scrubs or rehearses reads what the instance has, and writes notes and runs and nothing else', () => {
  const { app, settings, vault } = stacksOf(SAMPLE);
  const stack = new Stack(app, 'Trial');
  const job = (entry: 'backup' | 'restore') =>
    new JobFunction(stack, `Job${entry}`, {
      entry,
      description: 'on trial',
      installation: { settings, stackName: 'Trial', key: undefined },
    });
  vault.grantScrub(job('backup'), 'prod');
  vault.grantRehearsal(job('restore'), 'prod');
  const trial = readStack(app, stack);
  const s3 = (name: string) => rightsOf(trial, name).filter((right) => /^(s3|kms):/.test(right));

  expect(s3('Jobrestore')).toEqual(
    [...new Set([...reads('Vault', ...held('prod')), ...writes('Vault', 'runs/prod')])].sort(),
  );
  const mayWriteNotes = 's3:PutObject Vault/scrub/prod.json*';
  expect(s3('Jobbackup')).toEqual(
    [
      ...new Set([
        ...reads('Vault', ...held('prod')),
        ...writes('Vault', 'runs/prod'),
        ...notes('prod'),
        mayWriteNotes,
      ]),
    ].sort(),
  );
});
