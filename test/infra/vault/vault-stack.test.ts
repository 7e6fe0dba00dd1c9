import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { flowPictureKey, PICTURE_DAYS, reportKey, snapshotName } from '../../../functions/core/keys.ts';
import type { LifecycleRule } from '../keep/lifecycle-model.ts';
import { only, type Resource, SAMPLE, synthesize } from '../synthesized.ts';
import { type DenyStatement, expectGuarded } from './guarded.ts';

const { vault } = synthesize();
const buckets = vault.ofType('AWS::S3::Bucket');
const vaultBucket = only(buckets, /^VaultBucket/).Properties;
const dropBox = only(buckets, /^DropBoxBucket/).Properties;

test('the stack cannot be deleted by mistake, and what it holds outlives it', () => {
  expect(vault.stack.terminationProtection).toBe(true);
  expect(buckets.size).toBe(3);
  for (const bucket of buckets.values()) {
    expect(bucket).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  }
});

test.each([...buckets.keys()])('%s keeps versions, is encrypted and never public', (id) => {
  expect(buckets.get(id)?.Properties).toMatchObject({
    VersioningConfiguration: { Status: 'Enabled' },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  });
});

test.each([...buckets.keys()])('%s refuses whoever comes without TLS 1.2', (id) => {
  const denies = (condition: object) =>
    Match.objectLike({ Effect: 'Deny', Action: 's3:*', Principal: { AWS: '*' }, Condition: condition });
  vault.template.hasResourceProperties('AWS::S3::BucketPolicy', {
    Bucket: { Ref: id },
    PolicyDocument: {
      Statement: Match.arrayWith([
        denies({ Bool: { 'aws:SecureTransport': 'false' } }),
        denies({ NumericLessThan: { 's3:TlsVersion': 1.2 } }),
      ]),
    },
  });
});

describe('the lifecycle of the vault', () => {
  const rulesWith = (settings: object): readonly LifecycleRule[] =>
    only(synthesize({ ...SAMPLE, ...settings }).vault.ofType('AWS::S3::Bucket'), /^VaultBucket/).Properties
      .LifecycleConfiguration.Rules;
  const rulesOf = (retentionDays: number): Record<string, LifecycleRule> =>
    Object.fromEntries(
      rulesWith({ retentionDays })
        .filter(({ TagFilters }) => !TagFilters)
        .map((rule) => [rule.Prefix ?? 'all', rule]),
    );
  /** Days by class: of snapshots, and of archives. */
  const classesWith = (settings: object, prefix: string): Record<string, unknown> =>
    Object.fromEntries(
      rulesWith(settings)
        .filter((rule) => rule.TagFilters && rule.Prefix === prefix)
        .map((rule) => {
          expect(rule.TagFilters).toMatchObject([{ Key: 'oic-keep' }]);
          return [rule.TagFilters?.[0]?.Value, rule];
        }),
    );
  const FOLDERS = ['integrations/', 'projects/', 'lookups/', 'libraries/'];

  test('nothing of the vault that has no tag ever goes, but markers below which nothing is left', () => {
    for (const prefix of [...FOLDERS, 'snapshots/']) {
      expect(rulesOf(90)[prefix]).toEqual({
        Id: `Markers-${prefix.slice(0, -1)}`,
        Status: 'Enabled',
        Prefix: prefix,
        ExpiredObjectDeleteMarker: true,
      });
    }
  });

  test('a snapshot is there for as long as the longest of its units, and never shorter than retentionDays', () => {
    const vault = { keep: { daily: 120, weekly: 20, monthly: 24, yearly: 7 } };
    const days = (settings: object) =>
      Object.fromEntries(
        Object.entries(classesWith(settings, 'snapshots/')).map(([name, rule]) => {
          expect(rule).toMatchObject({ NoncurrentVersionExpiration: { NoncurrentDays: 90 } });
          return [name, (rule as LifecycleRule).ExpirationInDays];
        }),
      );

    expect(days({ vault })).toEqual({
      recent: 90,
      day: 120,
      week: 140,
      month: 744,
      'month-week': 744,
      year: 2562,
      'year-week': 2562,
    });
    expect(new Set(Object.values(days({})))).toEqual(new Set([90]));
  });

  test('an archive of a class is there until no snapshot of that class can be brought back', () => {
    const settings = { vault: { keep: { monthly: 24 } } };
    for (const folder of FOLDERS) {
      expect(classesWith(settings, folder)).toMatchObject({
        recent: { NoncurrentVersionExpiration: { NoncurrentDays: 90 + 90 + 16 } },
        month: { NoncurrentVersionExpiration: { NoncurrentDays: 744 + 90 + 16 } },
      });
      for (const rule of Object.values(classesWith(settings, folder)))
        expect(rule).not.toHaveProperty('ExpirationInDays');
    }
  });

  test.each([1, 90])(
    'with %s days, a page goes with its snapshot, and no picture before a page that may link to it',
    (days) => {
      const rules = rulesOf(days);
      const ruleOf = (key: string) =>
        Object.entries(rules)
          .filter(([prefix]) => key.startsWith(prefix))
          .map(([, { ExpirationInDays }]) => Number(ExpirationInDays));
      const snapshot = snapshotName(new Date('2026-11-23T04:15:00Z'));

      for (const instance of Object.keys(SAMPLE.instances)) {
        expect(Math.min(...ruleOf(reportKey(instance, snapshot)))).toBe(days);
        expect(ruleOf(flowPictureKey(instance, 'a'.repeat(64)))).toEqual([days + PICTURE_DAYS]);
        expect(ruleOf(reportKey(instance))).toEqual([days + PICTURE_DAYS]);
      }
      expect(rules['reports/']).toMatchObject({ NoncurrentVersionExpiration: { NoncurrentDays: 1 } });
    },
  );

  test('markers of runs, what scrubs have noted before, and broken uploads are gone soon', () => {
    expect(rulesOf(90)).toMatchObject({
      'scrub/': { NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
      'runs/': { ExpirationInDays: 14 },
      all: { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } },
    });
  });
});

describe('what is asked for in the settings only', () => {
  test('is not there by default', () => {
    expect(vaultBucket).not.toHaveProperty('ObjectLockEnabled');
    expect(vaultBucket).not.toHaveProperty('ReplicationConfiguration');
    vault.template.resourceCountIs('AWS::KMS::Key', 0);
  });

  const guarded = synthesize({
    ...SAMPLE,
    vault: { objectLock: { days: 30 }, customerKey: true, replicaRegion: 'eu-west-1' },
  });
  const guardedBucket = only(guarded.vault.ofType('AWS::S3::Bucket'), /^VaultBucket/).Properties;
  const copies = only(guarded.replica.ofType('AWS::S3::Bucket'), /^Replica/);

  test.each([
    ['governance', {}],
    ['compliance', { mode: 'compliance' }],
  ])('Object Lock in %s mode', (mode, more) => {
    const locked = synthesize({ ...SAMPLE, vault: { objectLock: { days: 30, ...more } } });
    locked.vault.template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: mode.toUpperCase(), Days: 30 } } },
    });
    expect(only(locked.vault.ofType('AWS::S3::Bucket'), /^DropBox/).Properties).not.toHaveProperty('ObjectLockEnabled');
  });

  test('what is locked is lifted, and the bucket changed, by one role alone', () => {
    const denied = (settings: object, id: 'vault' | 'replica', bucket: RegExp) => {
      const { ofType } = synthesize({ ...SAMPLE, vault: { replicaRegion: 'eu-west-1', ...settings } })[id];
      const { Properties } = only(ofType('AWS::S3::BucketPolicy'), bucket);
      const statements = Properties.PolicyDocument.Statement as DenyStatement[];
      return statements.filter(({ Sid }) => Sid !== undefined);
    };
    const objectLock = { days: 30 };
    const breakGlassRole = 'arn:aws:iam::123456789012:role/BreakGlass';
    expect(denied({}, 'vault', /^VaultBucketPolicy/)).toEqual([]);
    for (const [id, bucket] of [
      ['vault', /^VaultBucketPolicy/],
      ['replica', /^ReplicaPolicy/],
    ] as const) {
      const statements = denied({ objectLock, breakGlassRole }, id, bucket);
      expectGuarded(statements, breakGlassRole, ['s3:PutObjectRetention']);
      expect(statements.find(({ Action }) => Action === 's3:PutObjectRetention')?.Condition).toMatchObject({
        NumericGreaterThan: { 's3:object-lock-remaining-retention-days': 31 },
      });
      // Without one it is the role that deploys this: else nobody could ever change `retentionDays`.
      expect(denied({ objectLock }, id, bucket)[0]?.Condition?.ArnNotEquals).toEqual({
        'aws:PrincipalArn': { 'Fn::Sub': expect.stringMatching(/:role\/cdk-\w+-cfn-exec-role-/) },
      });
    }
  });

  test('a key of the account, rotated and kept', () => {
    expect(guardedBucket.BucketEncryption.ServerSideEncryptionConfiguration[0]).toMatchObject({
      BucketKeyEnabled: true,
      ServerSideEncryptionByDefault: {
        SSEAlgorithm: 'aws:kms',
        KMSMasterKeyID: { 'Fn::GetAtt': [expect.any(String), 'Arn'] },
      },
    });
    guarded.vault.template.hasResource('AWS::KMS::Key', {
      Properties: { EnableKeyRotation: true },
      DeletionPolicy: 'Retain',
    });
  });

  test('a copy in another region, guarded as the vault is, to which no deletion is copied', () => {
    expect(guarded.replica.stack).toMatchObject({ region: 'eu-west-1', terminationProtection: true });
    expect(copies).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { VersioningConfiguration: { Status: 'Enabled' }, ObjectLockEnabled: true },
    });
    const { Rules } = guardedBucket.ReplicationConfiguration;
    expect(Rules.map((rule: { Filter: { Prefix: string } }) => rule.Filter.Prefix)).toEqual([
      'integrations/',
      'snapshots/',
      'reports/',
      'safety/',
      'projects/',
      'lookups/',
      'libraries/',
    ]);
    for (const rule of Rules) {
      expect(rule).toMatchObject({ Status: 'Enabled', DeleteMarkerReplication: { Status: 'Disabled' } });
      // Both stacks make the name, each on its own: they must make the same.
      expect(rule.Destination.Bucket).toEqual({
        'Fn::Join': [
          '',
          ['arn:', { Ref: 'AWS::Partition' }, ':s3:::oicvaultreplica-', { Ref: 'AWS::AccountId' }, '-eu-west-1'],
        ],
      });
    }
    expect(copies.Properties.BucketName).toEqual({
      'Fn::Join': ['', ['oicvaultreplica-', { Ref: 'AWS::AccountId' }, '-eu-west-1']],
    });
  });
});

describe('the drop box', () => {
  test('tells the queue of each instance with deploy what is dropped for it, and nothing else', () => {
    const told = dropBox.NotificationConfiguration.QueueConfigurations.map(
      (one: {
        Event: string;
        Filter: { S3Key: { Rules: { Value: string }[] } };
        Queue: { 'Fn::GetAtt': [string] };
      }) => [
        one.Event,
        ...one.Filter.S3Key.Rules.map(({ Value }) => Value),
        vault.ofType('AWS::SQS::Queue').get(one.Queue['Fn::GetAtt'][0])?.Properties.QueueName,
      ],
    );
    expect(told).toEqual([
      ['s3:ObjectCreated:*', 'deploy/dr/', 'OicVault-drops-dr'],
      ['s3:ObjectCreated:*', 'deploy/test/', 'OicVault-drops-test'],
    ]);
  });

  test('is made after the policies by which S3 may send to its queues: of this account, and of this one bucket', () => {
    const [id = ''] = [...buckets.keys()].filter((key) => key.startsWith('DropBoxBucket'));
    // As CloudFormation names a bucket: stack and logical id, then twelve random letters.
    const name = `oicvault-${id.toLowerCase()}`;
    expect(name.length).toBeLessThan(63 - 13);
    const policies = [...vault.ofType('AWS::SQS::QueuePolicy')].filter(([id]) => /^DropBoxDrops(dr|test)/.test(id));
    expect(policies).toHaveLength(2);
    for (const [policy, { Properties }] of policies) {
      const allowed = Properties.PolicyDocument.Statement.filter(
        ({ Effect }: { Effect: string }) => Effect === 'Allow',
      );
      expect(allowed).toEqual([
        {
          Effect: 'Allow',
          Principal: { Service: 's3.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: expect.anything(),
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${name}*`]] } },
          },
        },
      ]);
      expect(only(buckets, /^DropBoxBucket/).DependsOn).toContain(policy);
    }
  });

  test('tells of everything below deploy/ once more, for what is dropped for no instance', () => {
    expect(dropBox.NotificationConfiguration.EventBridgeConfiguration).toEqual({ EventBridgeEnabled: true });
    const [[rule, { Properties }]] = [...vault.ofType('AWS::Events::Rule')] as [[string, Resource]];
    const [bucket] = [...buckets.keys()].filter((key) => key.startsWith('DropBoxBucket'));
    const queues = [...vault.ofType('AWS::SQS::Queue')].filter(
      ([, one]) => one.Properties.QueueName === 'OicVault-drops-unknown',
    );
    const arn = { 'Fn::GetAtt': [queues[0]?.[0], 'Arn'] };
    expect(Properties).toMatchObject({
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [{ Ref: bucket }] }, object: { key: [{ prefix: 'deploy/' }] } },
      },
      State: 'ENABLED',
      Targets: [{ Arn: arn }],
    });
    vault.template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      Queues: [{ Ref: queues[0]?.[0] }],
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: arn,
            Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [rule, 'Arn'] } } },
          },
        ]),
      },
    });
  });

  test('a message is hidden for the least that Lambda takes, delivered often, and kept two weeks when it is dead', () => {
    const queues = vault.ofType('AWS::SQS::Queue');
    for (const target of ['dr', 'test', 'unknown']) {
      expect(only(queues, new RegExp(`^DropBoxDrops${target}`)).Properties).toMatchObject({
        VisibilityTimeout: 900,
        RedrivePolicy: { maxReceiveCount: 100 },
      });
      expect(only(queues, new RegExp(`^DropBoxDeadLetters${target}`)).Properties).toMatchObject({
        MessageRetentionPeriod: 14 * 24 * 3600,
      });
    }
  });

  test('receipts outlive whatever may wait in a queue, and leases are never removed while they count', () => {
    const { Rules } = only(synthesize({ ...SAMPLE, retentionDays: 3 }).vault.ofType('AWS::S3::Bucket'), /^DropBox/)
      .Properties.LifecycleConfiguration;
    expect(Rules).toContainEqual(expect.objectContaining({ Prefix: 'receipts/', ExpirationInDays: 30 }));
    for (const rule of Rules) if (rule.Prefix !== 'receipts/') expect(rule).not.toHaveProperty('ExpirationInDays');
  });
});
