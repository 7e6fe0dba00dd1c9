/** What a bucket's policy denies everybody but one role. */
import { expect } from 'vitest';

export interface DenyStatement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Principal: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Versions stay, and so does what protects them. @param more actions that are denied as well */
export const expectGuarded = (denied: readonly DenyStatement[], role: unknown, more: readonly string[] = []): void => {
  expect(denied.flatMap(({ Action }) => Action).toSorted()).toEqual([
    's3:BypassGovernanceRetention',
    's3:DeleteBucket',
    's3:DeleteBucketPolicy',
    's3:DeleteObjectVersion',
    's3:PutBucketObjectLockConfiguration',
    's3:PutBucketPolicy',
    's3:PutBucketVersioning',
    's3:PutLifecycleConfiguration',
    ...more,
  ]);
  for (const { Effect, Principal, Condition } of denied) {
    expect({ Effect, Principal }).toEqual({ Effect: 'Deny', Principal: { AWS: '*' } });
    expect(Condition?.ArnNotEquals).toEqual({ 'aws:PrincipalArn': role });
  }
};
