/** Keys of the account, tags and how long logs are kept: by setting, on everything. */
import { describe, expect, test } from 'vitest';
import { only, type Resource, SAMPLE, type Synthesized, synthesize } from '../synthesized.ts';
import { outlinesOf } from '../update/outlines.ts';
import { updateProblems } from '../update/update-safety.ts';

const { vault, lifecycle } = synthesize({ ...SAMPLE, customerKey: true });

const keyOf = ({ ofType }: Synthesized) => {
  const [[id, key]] = [...ofType('AWS::KMS::Key')] as [[string, Resource]];
  return { arn: { 'Fn::GetAtt': [id, 'Arn'] }, key };
};
const principalsOf = ({ key }: ReturnType<typeof keyOf>) =>
  (key.Properties.KeyPolicy.Statement as { Principal: { Service?: unknown } }[]).flatMap(
    ({ Principal }) => Principal.Service ?? [],
  );

describe('with `customerKey`', () => {
  test('the topic, dead letters, logs and durable state have a key that rotates and outlives the stack', () => {
    const { arn, key } = keyOf(lifecycle);
    expect(key).toMatchObject({ DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } });
    for (const [type, property] of [
      ['AWS::SNS::Topic', 'KmsMasterKeyId'],
      ['AWS::SQS::Queue', 'KmsMasterKeyId'],
      ['AWS::Logs::LogGroup', 'KmsKeyId'],
    ] as const) {
      const all = [...lifecycle.ofType(type).values()];
      expect(all.length).toBeGreaterThan(0);
      for (const { Properties } of all) expect(Properties[property], type).toEqual(arn);
    }
    const durable = [...lifecycle.ofType('AWS::Lambda::Function').values()].filter(
      (one) => one.Properties.DurableConfig,
    );
    expect(durable).toHaveLength(8);
    for (const { Properties } of durable) expect(Properties.DurableConfig.KMSKeyArn).toEqual(arn);
  });

  test('so have the drop box and its queues', () => {
    const { arn } = keyOf(vault);
    const bucket = only(vault.ofType('AWS::S3::Bucket'), /^DropBoxBucket/).Properties;
    expect(bucket.BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault).toEqual({
      ...{ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn },
    });
    for (const { Properties } of vault.ofType('AWS::SQS::Queue').values())
      expect(Properties.KmsMasterKeyId).toEqual(arn);
  });

  // A service that may not use it says nothing: the alarm is on, and no mail comes.
  test('the services that write there may use it', () => {
    expect(principalsOf(keyOf(lifecycle))).toEqual([
      'cloudwatch.amazonaws.com',
      { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
    ]);
    expect(principalsOf(keyOf(vault))).toEqual(['events.amazonaws.com', 's3.amazonaws.com']);
  });

  test('so may whoever sends to a dead-letter queue', () => {
    const { arn } = keyOf(lifecycle);
    const users = [...lifecycle.ofType('AWS::IAM::Policy').values()].flatMap(({ Properties }) =>
      (Properties.PolicyDocument.Statement as { Action: unknown; Resource: unknown }[])
        .filter(({ Resource }) => JSON.stringify(Resource) === JSON.stringify(arn))
        .flatMap(({ Action }) => {
          expect(Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
          return Properties.Roles.map(({ Ref }: { Ref: string }) => Ref.replace(/(Job)?Role.*/, ''));
        }),
    );
    const nightly = ['Backup', 'Scrub', 'Rehearsal'].flatMap((job) =>
      ['prod', 'test'].flatMap((name) => [`${job}${name}`, `${job}${name}Schedule`]),
    );
    expect(users.toSorted()).toEqual([...nightly, 'Restoredr', 'Restoretest'].toSorted());
  });
});

test('keys can be switched on, and off again, and what they encrypted is still read', () => {
  const plain = outlinesOf(SAMPLE);
  const guarded = outlinesOf({ ...SAMPLE, customerKey: true, vault: { customerKey: true } });
  expect(updateProblems(plain, guarded)).toEqual([]);
  // The keys leave the template, and stay: see above.
  expect(updateProblems(guarded, plain)).toEqual([
    expect.stringMatching(/^OicLifecycle: AWS::KMS::Key \w+ would be removed$/),
    expect.stringMatching(/^OicVault: AWS::KMS::Key \w+ would be removed$/),
    expect.stringMatching(/^OicVault: AWS::KMS::Key \w+ would be removed$/),
  ]);
});

test('tags are on everything that takes them', () => {
  const tags = { costCentre: '4711', owner: 'integration team' };
  const stacks = synthesize({ ...SAMPLE, tags, vault: { replicaRegion: 'eu-west-1' } });
  const taggable = ['AWS::Lambda::Function', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::IAM::Role'];
  for (const { resources } of [stacks.vault, stacks.lifecycle, stacks.replica])
    for (const [id, { Type, Properties }] of Object.entries(resources))
      if ([...taggable, 'AWS::Logs::LogGroup', 'AWS::CloudWatch::Alarm'].includes(Type))
        expect(Properties.Tags, id).toEqual(
          expect.arrayContaining(Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))),
        );
});

test('logs are kept as long as the settings say', () => {
  const groups = synthesize({ ...SAMPLE, logRetentionDays: 400 }).lifecycle.ofType('AWS::Logs::LogGroup');
  expect(groups.size).toBe(11);
  for (const { Properties } of groups.values()) expect(Properties.RetentionInDays).toBe(400);
});
