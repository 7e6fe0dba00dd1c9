/** For how long snapshots are kept, and how the vault is guarded and copied in AWS. */
import * as z from 'zod/mini';
import type { Keep } from '../core/snapshot/keep-classes.ts';

/** A bucket in another account, which keeps a copy of everything in the vault. */
interface ReplicaSettings {
  /** Not the installation's own: who rules that one has no say in this one. */
  readonly account: string;
  readonly region: string;
  /** Its name, which is made with the stack `OicVaultReplica`. */
  readonly bucket: string;
  /** ARN of the one role there that may remove versions and change the bucket. @default CloudFormation's own */
  readonly breakGlassRole?: string | undefined;
  /** ARN of a KMS key there, for a vault with a customer key. */
  readonly key?: string | undefined;
}

/**
 * For how long snapshots are kept, and how well the vault is guarded in AWS, beyond versions, TLS and no public access. A
 * directory vault knows none of that but `keep`, which a prune goes by.
 */
export interface VaultSettings {
  /** Of the newest so many days, weeks, months and years one snapshot each, longer than `retentionDays`. @default none */
  readonly keep?: Keep | undefined;
  /** S3 Object Lock: for so many days nobody removes a version. It cannot be switched off again. */
  readonly objectLock?:
    | {
        /** `compliance`: not even the root user can shorten it. @default 'governance' */
        readonly mode: 'governance' | 'compliance';
        readonly days: number;
      }
    | undefined;
  /** A KMS key of this account instead of S3's own (SSE-S3); it is rotated every year. @default false */
  readonly customerKey: boolean;
  /** A copy in another account. It takes the place of `replicaRegion`. */
  readonly replica?: ReplicaSettings | undefined;
  /** An AWS region, not the vault's own, that holds a second copy of everything in the vault. */
  readonly replicaRegion?: string | undefined;
  /** ARN of the one role that may remove versions and change the lock, where there is one. @default CloudFormation's own */
  readonly breakGlassRole?: string | undefined;
}

const atMost = (most: number) => z.optional(z.int().check(z.gte(1), z.lte(most)));

const ROLE_ARN = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;
const matching = (pattern: RegExp) => z.string().check(z.regex(pattern));
const REGION = matching(/^[a-z]{2}(-[a-z]+)+-\d$/);

export const VAULT = z.strictObject({
  keep: z.optional(
    z.strictObject({ daily: atMost(3_660), weekly: atMost(520), monthly: atMost(1_200), yearly: atMost(100) }),
  ),
  objectLock: z.optional(
    z.strictObject({
      mode: z._default(z.enum(['governance', 'compliance']), 'governance'),
      days: z.int().check(z.gte(1)),
    }),
  ),
  customerKey: z._default(z.boolean(), false),
  replica: z.optional(
    z.strictObject({
      account: matching(/^\d{12}$/),
      region: REGION,
      bucket: matching(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/),
      breakGlassRole: z.optional(matching(ROLE_ARN)),
      key: z.optional(matching(/^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/)),
    }),
  ),
  replicaRegion: z.optional(REGION),
  breakGlassRole: z.optional(matching(ROLE_ARN)),
});

interface Kept {
  readonly vault: VaultSettings;
  readonly retentionDays: number;
  readonly account?: string | undefined;
}

export const vaultProblems = (settings: Kept): string[] => {
  const { objectLock, breakGlassRole } = settings.vault;
  const { retentionDays } = settings;
  return [
    ...(objectLock && objectLock.days > retentionDays
      ? [`vault.objectLock.days: must be at most retentionDays (${retentionDays}), after which versions are removed`]
      : []),
    ...(breakGlassRole !== undefined && !objectLock
      ? ['vault.breakGlassRole: is for a vault with objectLock, which it may lift']
      : []),
    ...replicaProblems(settings),
  ];
};

const replicaProblems = ({ vault, account }: Kept): string[] => {
  const { replica, replicaRegion, customerKey } = vault;
  if (!replica) return [];
  const [, , , , roleAccount] = replica.breakGlassRole?.split(':') ?? [];
  const [, , , keyRegion, keyAccount] = replica.key?.split(':') ?? [];
  const isOfReplica = keyRegion === replica.region && keyAccount === replica.account;
  return [
    ...(replicaRegion === undefined ? [] : ['vault.replicaRegion: there is `replica` already; a vault has one copy']),
    ...(account === undefined ? ['account: is missing; the copy in another account is told whose vault it is of'] : []),
    ...(account === replica.account
      ? ["vault.replica.account: is the installation's own; a copy in another region of it is `replicaRegion`"]
      : []),
    ...(roleAccount !== undefined && roleAccount !== replica.account
      ? [`vault.replica.breakGlassRole: must be a role of the account ${replica.account}`]
      : []),
    ...(customerKey && replica.key === undefined
      ? ['vault.replica.key: is missing; a vault with a customer key is copied with a key of the other account']
      : []),
    ...(replica.key !== undefined && !customerKey ? ['vault.replica.key: is for a vault with `customerKey`'] : []),
    ...(replica.key !== undefined && !isOfReplica
      ? [`vault.replica.key: must be a key of the account ${replica.account} in ${replica.region}`]
      : []),
  ];
};
