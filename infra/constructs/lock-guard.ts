/**
 * What Object Lock alone does not keep anybody from: in governance mode whoever has the right lifts it, and a bucket whose
 * lifecycle, versioning or policy is changed loses what the lock no longer covers. One role may: the one of the settings,
 * else the one by which CloudFormation deploys this stack. S3's own lifecycle is no principal and goes on.
 *
 * Nobody locks anything for longer than the settings say either, for nothing could take that back in compliance mode.
 */
import { DefaultStackSynthesizer, Fn, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';

const OF_THE_BUCKET = [
  's3:DeleteBucket',
  's3:DeleteBucketPolicy',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketPolicy',
  's3:PutBucketVersioning',
  's3:PutLifecycleConfiguration',
];
const OF_VERSIONS = ['s3:BypassGovernanceRetention', 's3:DeleteObjectVersion'];

export interface LockGuard {
  /** ARN of the role that may. @default the one that deploys */
  readonly role: string | undefined;
  /** For how long versions may be locked; undefined where none are. */
  readonly lockDays: number | undefined;
}

export const guardLock = (bucket: Bucket, { role, lockDays }: LockGuard): void => {
  const ArnNotEquals = { 'aws:PrincipalArn': role ?? deployingRole(Stack.of(bucket)) };
  const deny = (sid: string, actions: string[], resource: string, more: Record<string, object> = {}): void => {
    const conditions = { ArnNotEquals, ...more };
    const about = { sid, effect: Effect.DENY, principals: [new AnyPrincipal()], actions, conditions };
    bucket.addToResourcePolicy(new PolicyStatement({ ...about, resources: [resource] }));
  };
  const objects = bucket.arnForObjects('*');
  deny('KeepTheBucketAsItIs', OF_THE_BUCKET, bucket.bucketArn);
  deny('KeepVersions', OF_VERSIONS, objects);
  if (lockDays === undefined) return;
  // A day more than a backup asks for: what is left is counted in whole days.
  const NumericGreaterThan = { 's3:object-lock-remaining-retention-days': lockDays + 1 };
  deny('LockNoLonger', ['s3:PutObjectRetention'], objects, { NumericGreaterThan });
};

const deployingRole = ({ synthesizer }: Stack): string => {
  if (synthesizer instanceof DefaultStackSynthesizer) return Fn.sub(synthesizer.cloudFormationExecutionRoleArn);
  throw new Error(
    'vault.breakGlassRole must say which role may change the lock: this stack is deployed by none of CDK',
  );
};
