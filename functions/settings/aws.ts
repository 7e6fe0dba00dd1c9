/** What only AWS is told: how an installation there is called, guarded, connected and paid for. The command line ignores it. */
import * as z from 'zod/mini';
import { readSchedule } from './schedule-expression.ts';
import { leastConcurrency } from './share-concurrency.ts';

/** A VPC in which functions run, all three known by their ids. */
export interface NetworkSettings {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export interface AwsSettings {
  /** Tells several installations in one account and region apart; it never changes. @default there is one, without a name */
  readonly name?: string | undefined;
  /** Where it is installed; deployment into another one is refused. @default wherever whoever deploys is */
  readonly account?: string | undefined;
  readonly alarmEmail?: string | undefined;
  /** Where functions run whose instance does not say otherwise. @default in no VPC */
  readonly network?: NetworkSettings | undefined;
  /** On everything that takes tags. @default {} */
  readonly tags: Readonly<Record<string, string>>;
  /** How long CloudWatch keeps what functions log. @default 90 */
  readonly logRetentionDays: number;
  /** Keys of this account for the drop box, its queues, dead letters, alarms, logs and durable state. @default false */
  readonly customerKey: boolean;
}

/** Those that CloudWatch Logs takes (PutRetentionPolicy). */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const ids = (pattern: RegExp, most: number) =>
  z.array(z.string().check(z.regex(pattern))).check(z.minLength(1), z.maxLength(most));

/** 16 subnets and 5 security groups are what Lambda takes. */
export const NETWORK = z.strictObject({
  vpcId: z.string().check(z.regex(/^vpc-[0-9a-f]{8,17}$/)),
  subnetIds: ids(/^subnet-[0-9a-f]{8,17}$/, 16),
  securityGroupIds: ids(/^sg-[0-9a-f]{8,17}$/, 5),
});

const TAG_KEY = z.string().check(z.regex(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/iu));
const TAG_VALUE = z.string().check(z.regex(/^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u));

export const AWS = {
  name: z.optional(z.string().check(z.regex(/^[a-z][a-z0-9]{0,11}$/))),
  account: z.optional(z.string().check(z.regex(/^\d{12}$/))),
  alarmEmail: z.optional(z.string().check(z.regex(/^[^@\s]+@[^@\s]+$/))),
  network: z.optional(NETWORK),
  tags: z._default(z.record(TAG_KEY, TAG_VALUE), {}),
  logRetentionDays: z._default(z.literal(LOG_DAYS), 90),
  customerKey: z._default(z.boolean(), false),
};

/** What the rule below looks at. */
interface Installation extends AwsSettings {
  readonly instances: Readonly<
    Record<
      string,
      {
        readonly concurrency: number;
        readonly backup?: { readonly schedule?: string | undefined } | undefined;
        readonly deploy?: unknown;
      }
    >
  >;
  readonly retentionDays: number;
  readonly people: object;
}

/** What the functions in AWS need beyond what the command line does. */
export const awsRule = (settings: Installation): readonly string[] => [
  ...peopleProblem(settings.people),
  ...tagsProblem(settings.tags),
  ...Object.entries(settings.instances).flatMap(([name, instance]) => {
    const path = `instances.${name}`;
    const least = leastConcurrency(instance);
    return [
      ...retentionProblem(`${path}.backup.schedule`, instance.backup?.schedule, settings.retentionDays),
      ...(instance.concurrency < least
        ? [`${path}.concurrency: must be at least ${least}, which its functions in AWS share`]
        : []),
    ];
  }),
];

/** In bytes. A function's environment takes 4 KB, and what else is in it takes the rest. */
const MAX_PEOPLE = 2_000;

const peopleProblem = (people: object): string[] => {
  const size = Buffer.byteLength(JSON.stringify(people));
  return size > MAX_PEOPLE
    ? [`people: takes ${size} bytes, and of what functions in AWS are told ${MAX_PEOPLE} are left for it; name fewer`]
    : [];
};

/** A resource takes 50, of which some are CloudFormation's and ours. */
const MAX_TAGS = 40;

const tagsProblem = (tags: object): string[] => {
  const count = Object.keys(tags).length;
  return count > MAX_TAGS ? [`tags: there are ${count}, and a resource in AWS takes ${MAX_TAGS} beside its own`] : [];
};

const retentionProblem = (path: string, schedule: string | undefined, retentionDays: number): string[] => {
  const reading = readSchedule(schedule ?? '');
  if (reading.problem !== undefined || reading.maxGapHours <= retentionDays * 24) return [];
  const days = Math.ceil(reading.maxGapHours / 24);
  return [`${path}: leaves ${days} days between two backups, and retentionDays is ${retentionDays}`];
};
