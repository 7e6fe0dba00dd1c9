/** The second copy of the vault in an account of its own, for the day on which the first one is in the wrong hands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { archiveFolders, SNAPSHOT_FOLDER } from '../../../functions/core/keys.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { only, type Resource, SAMPLE, synthesize } from '../synthesized.ts';
import { expectGuarded } from './guarded.ts';

const OTHER = '999999999999';
const SETTINGS = {
  ...SAMPLE,
  account: '111111111111',
  vault: {
    objectLock: { days: 30 },
    customerKey: true,
    replica: {
      account: OTHER,
      region: 'eu-west-1',
      bucket: 'acme-oic-copies',
      breakGlassRole: `arn:aws:iam::${OTHER}:role/BreakGlass`,
      key: `arn:aws:kms:eu-west-1:${OTHER}:key/1234abcd`,
    },
  },
};
const { vault, replica, lifecycle } = synthesize(SETTINGS);

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Principal: { readonly AWS: unknown };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const text = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument]] = Object.entries(value as object) as [[string, unknown]];
  if (intrinsic === 'Fn::Join') return (argument as [string, unknown[]])[1].map(text).join('');
  return intrinsic === 'Ref' ? String(argument) : `<${(argument as string[])[0]}>`;
};

test('the stacks go where they belong, whoever deploys them', () => {
  expect(replica.stack).toMatchObject({ account: OTHER, region: 'eu-west-1', terminationProtection: true });
  for (const { stack } of [vault, lifecycle]) expect(stack.account).toBe('111111111111');
});

describe('the bucket there', () => {
  const bucket = only(replica.ofType('AWS::S3::Bucket'), /^Replica/);
  const policy = only(replica.ofType('AWS::S3::BucketPolicy'), /^Replica/).Properties.PolicyDocument;
  const statements = (policy.Statement as Statement[]).filter(({ Sid }) => Sid !== undefined);

  test('has the name of the settings, keeps versions, is locked and goes by the same rules', () => {
    expect(bucket).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        BucketName: 'acme-oic-copies',
        VersioningConfiguration: { Status: 'Enabled' },
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 30 } } },
      },
    });
    expect(bucket.Properties.LifecycleConfiguration).toEqual(
      only(vault.ofType('AWS::S3::Bucket'), /^VaultBucket/).Properties.LifecycleConfiguration,
    );
  });

  test('lets in the role that copies, as CloudFormation will call it, and nobody else of the first account', () => {
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    const [role = ''] = [...vault.ofType('AWS::IAM::Role').keys()].filter((id) => id.includes('Replication'));
    const copies = allowed.find(({ Sid }) => Sid === 'CopiesOfTheVault');
    expect(copies?.Action).toEqual(['s3:ObjectOwnerOverrideToBucketOwner', 's3:ReplicateObject', 's3:ReplicateTags']);
    expect(text(copies?.Principal.AWS)).toMatch(/^arn:\S+:iam::111111111111:root$/);
    const pattern = text(copies?.Condition?.ArnLike?.['aws:PrincipalArn']);
    expect(pattern).toMatch(/\*$/);
    expect(`arn:AWS::Partition:iam::111111111111:role/OicVault-${role}-1A2B3C`).toContain(pattern.slice(0, -1));
  });

  test.each([
    ['with a lock', SETTINGS],
    ['and without one', { ...SETTINGS, vault: { ...SETTINGS.vault, objectLock: undefined } }],
  ])('%s: nobody removes a version or changes the bucket but the role for it', (_, settings) => {
    const one = only(synthesize(settings).replica.ofType('AWS::S3::BucketPolicy'), /^Replica/).Properties
      .PolicyDocument;
    const denied = (one.Statement as Statement[]).filter(({ Sid = '' }) => /^Keep/.test(Sid));
    expectGuarded(denied, SETTINGS.vault.replica.breakGlassRole);
  });
});

test('what is copied belongs to the other account, and is encrypted with its key', () => {
  const { ReplicationConfiguration } = only(vault.ofType('AWS::S3::Bucket'), /^VaultBucket/).Properties;
  expect(ReplicationConfiguration.Rules).toHaveLength(7);
  for (const { Destination, DeleteMarkerReplication } of ReplicationConfiguration.Rules) {
    expect(text(Destination.Bucket)).toBe('arn:AWS::Partition:s3:::acme-oic-copies');
    expect(Destination).toMatchObject({
      Account: OTHER,
      AccessControlTranslation: { Owner: 'Destination' },
      EncryptionConfiguration: { ReplicaKmsKeyID: SETTINGS.vault.replica.key },
      Metrics: { Status: 'Enabled' },
    });
    expect(DeleteMarkerReplication).toEqual({ Status: 'Disabled' });
  }
  const statements = [...vault.ofType('AWS::IAM::Policy').values()].flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
  expect(statements).toContainEqual({ Effect: 'Allow', Action: 'kms:Encrypt', Resource: SETTINGS.vault.replica.key });
  expect(JSON.stringify(statements)).toContain('s3:ObjectOwnerOverrideToBucketOwner');
  expect(replica.ofType('AWS::KMS::Key').size).toBe(0);
});

test('an alarm is raised when something could not be copied, by any of the rules', () => {
  const alarm = ({ ofType }: typeof lifecycle): Resource['Properties'] =>
    [...ofType('AWS::CloudWatch::Alarm').values()].find(
      ({ Properties }) => Properties.AlarmName === 'OicLifecycle/vault/replication-failed',
    )?.Properties;
  const watched = alarm(lifecycle).Metrics.flatMap(
    ({ MetricStat }: { MetricStat?: { Metric: object } }) => MetricStat?.Metric ?? [],
  );
  const rules = only(vault.ofType('AWS::S3::Bucket'), /^VaultBucket/).Properties.ReplicationConfiguration.Rules;
  expect(watched).toHaveLength(rules.length);
  for (const { Id } of rules)
    expect(watched).toContainEqual({
      Namespace: 'AWS/S3',
      MetricName: 'OperationsFailedReplication',
      Dimensions: [
        { Name: 'DestinationBucket', Value: 'acme-oic-copies' },
        { Name: 'RuleId', Value: Id },
        { Name: 'SourceBucket', Value: { 'Fn::ImportValue': 'OicVault-VaultName' } },
      ],
    });
  expect(alarm(synthesize().lifecycle)).toBeUndefined();
});

describe('when the vault, its region or its account is lost', () => {
  test('the copy has all that a restore reads, and what it kept of targets', () => {
    const { Rules } = only(vault.ofType('AWS::S3::Bucket'), /^VaultBucket/).Properties.ReplicationConfiguration;
    const copied = Rules.map((rule: { Filter: { Prefix: string } }) => rule.Filter.Prefix);
    const read = [...archiveFolders(ALL_KINDS).map((folder) => `${folder}/`), SNAPSHOT_FOLDER, 'safety/', 'reports/'];
    expect(copied).toEqual(expect.arrayContaining(read));
  });

  test('the statement to take out in an emergency is there, by the name that the runbook gives it', () => {
    const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'infra', 'README.md'), 'utf8');
    const [, name = ''] = /remove the statement `(\w+)`/.exec(page) ?? [];
    expect(JSON.stringify([...replica.ofType('AWS::S3::BucketPolicy').values()])).toContain(`"Sid":"${name}"`);
  });
});
