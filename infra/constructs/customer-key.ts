/**
 * A KMS key of this account: rotated every year, and never deleted, as what it once encrypted is read with it. Functions know
 * it by its tag: by its ARN no deployment could take it away from them again.
 */
import { Aws, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

const TAG = 'oic-lifecycle';

/** @param label tells the keys of a stack apart. @param purpose what it encrypts, for people */
export const createCustomerKey = (scope: Construct, label: string, purpose: string): Key => {
  const key = new Key(scope, 'Key', {
    description: `oic-lifecycle: ${purpose}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Tags.of(key).add(TAG, tagOf(Stack.of(scope), label));
  return key;
};

const tagOf = ({ stackName }: Stack, label: string): string => `${stackName}-${label}`;

/** The keys that a stack has, or had, by that label. */
export const keysOf = (stack: Stack, label: string) => ({
  resources: [`arn:${Aws.PARTITION}:kms:${stack.region}:${stack.account}:key/*`],
  conditions: { StringEquals: { [`aws:ResourceTag/${TAG}`]: tagOf(stack, label) } },
  reason: 'every key that encrypts, or once encrypted, what is in the bucket',
});

/** A service of AWS that reads or writes, in this account, what the key encrypts. */
export const letServiceUse = (key: Key, service: string): void => {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(service)],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(key).account } },
    }),
  );
};

/** CloudWatch Logs, for the log groups whose names begin like this. */
export const letLogsUse = (key: Key, prefix: string): void => {
  const { region, account } = Stack.of(key);
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${region}:${account}:log-group:${prefix}*`,
        },
      },
    }),
  );
};
