/** What the settings say of AWS, checked before anything is synthesized. */

import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../functions/core/errors.ts';
import { awsRule } from '../../functions/settings/aws.ts';
import { defaultSchedule } from '../../functions/settings/default-schedule.ts';
import { parseSettings } from '../../functions/settings.ts';
import { only, SAMPLE, synthesize } from './synthesized.ts';

const problemsOf = (settings: object): readonly string[] => {
  try {
    parseSettings(settings, 'cdk.json', awsRule);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

const { prod, dr, test: both } = SAMPLE.instances;
const scheduled = (schedule: string) => ({ instances: { prod: { ...prod, backup: { schedule } } } });
const secret = (name: string) => ({ instances: { dr: { ...dr, secret: name } } });
const OTHER = '999999999999';
const copied = (replica: object, more: object = {}, options: object = {}) => ({
  ...SAMPLE,
  ...{ account: '111111111111', ...more },
  vault: { replica: { account: OTHER, region: 'eu-west-1', bucket: 'acme-copies', ...replica }, ...options },
});
const vault = (options: object) => ({ ...SAMPLE, vault: options });

test('the sample has none, also with all options of the vault', () => {
  expect(problemsOf(SAMPLE)).toEqual([]);
  const objectLock = { mode: 'compliance', days: 90 };
  const keep = { daily: 90, weekly: 20, monthly: 24, yearly: 7 };
  const breakGlassRole = 'arn:aws-us-gov:iam::123456789012:role/emergencies/BreakGlass';
  expect(
    problemsOf(vault({ keep, objectLock, breakGlassRole, customerKey: true, replicaRegion: 'us-gov-west-1' })),
  ).toEqual([]);
});

describe('a problem is told with its path', () => {
  test.each([
    [{ instances: { unknown: dr } }, 'instances.unknown: is what drops for no instance are filed under'],
    [
      scheduled('cron(60 4 * * ? *)'),
      'instances.prod.backup.schedule: "cron(60 4 * * ? *)" cannot have "60" as minute',
    ],
    [scheduled('cron(15 4 ? * SUN *)'), 'leaves more than six days without a backup'],
    [
      { ...SAMPLE, people: { ['0123456789abcdef'.repeat(2)]: 'Ann'.repeat(700) } },
      'people: takes 2139 bytes, and of what functions in AWS are told 2000 are left for it',
    ],
    [
      { ...scheduled('rate(5 days)'), retentionDays: 1 },
      'instances.prod.backup.schedule: leaves 5 days between two backups, and retentionDays is 1',
    ],
    [{ ...SAMPLE, name: 'Team A' }, 'name: '],
    [{ ...SAMPLE, name: 'department-of-finance' }, 'name: '],
    [{ ...SAMPLE, logRetentionDays: 100 }, 'logRetentionDays: must be one of 1, 3, 5'],
    [{ ...SAMPLE, tags: { 'aws:owner': 'x' } }, 'tags.aws:owner: '],
    [
      { ...SAMPLE, tags: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`tag${n}`, 'x'])) },
      'tags: there are 41, and a resource in AWS takes 40 beside its own',
    ],
    [
      { ...SAMPLE, network: { vpcId: 'vpc-0a1b2c3d', subnetIds: [], securityGroupIds: ['sg-0a1b2c3d'] } },
      'network.subnetIds: must be at least 1',
    ],
    [
      {
        instances: {
          dr: { ...dr, network: { vpcId: 'vpc-1', subnetIds: ['subnet-0a1b2c3d'], securityGroupIds: ['sg-0a1b2c3d'] } },
        },
      },
      'instances.dr.network.vpcId: ',
    ],
    [scheduled('daily'), 'instances.prod.backup.schedule: "daily" must be cron('],
    [
      secret('arn:aws:secretsmanager:eu-central-1:123456789012:secret:oic/dr'),
      'instances.dr.secret: must be the name of a secret',
    ],
    [secret('oic/*'), 'instances.dr.secret: must be the name of a secret'],
    [secret('oic/prod-backup'), 'not ending in a dash and six characters'],
    [vault({ objectLock: { days: 91 } }), 'vault.objectLock.days: must be at most retentionDays (90)'],
    [vault({ objectLock: { days: 0 } }), 'vault.objectLock.days: must be at least 1'],
    [vault({ objectLock: { days: 9, mode: 'soft' } }), 'vault.objectLock.mode: must be one of governance, compliance'],
    [vault({ replicaRegion: 'Ireland' }), 'vault.replicaRegion'],
    [copied({}, { account: undefined }), 'account: is missing'],
    [copied({}, { account: OTHER }), "vault.replica.account: is the installation's own"],
    [copied({ breakGlassRole: 'arn:aws:iam::111111111111:role/X' }), `must be a role of the account ${OTHER}`],
    [copied({ key: `arn:aws:kms:eu-west-1:${OTHER}:key/1a` }), 'vault.replica.key: is for a vault with `customerKey`'],
    [copied({}, {}, { customerKey: true }), 'vault.replica.key: is missing'],
    [
      copied({ key: `arn:aws:kms:eu-west-2:${OTHER}:key/1a` }, {}, { customerKey: true }),
      `vault.replica.key: must be a key of the account ${OTHER} in eu-west-1`,
    ],
    [copied({}, {}, { replicaRegion: 'eu-west-1' }), 'vault.replicaRegion: there is `replica` already'],
    [vault({ keep: { monthly: 0 } }), 'vault.keep.monthly: must be at least 1'],
    [vault({ keep: { yearly: 1_000 } }), 'vault.keep.yearly: must be at most 100'],
    [vault({ keep: { hourly: 24 } }), 'vault.keep.hourly: is not a setting'],
    [
      vault({ breakGlassRole: 'arn:aws:iam::123456789012:role/X' }),
      'vault.breakGlassRole: is for a vault with objectLock',
    ],
    [vault({ objectLock: { days: 9 }, breakGlassRole: 'BreakGlass' }), 'vault.breakGlassRole'],
    [vault({ customerkey: true }), 'vault.customerkey: is not a setting'],
    [{ instances: { dr: { ...dr, concurrency: 2 } } }, 'instances.dr.concurrency: must be at least 3'],
  ])('%#', (settings, problem) => {
    expect(problemsOf(settings)).toEqual([expect.stringContaining(problem)]);
  });
});

test('names that differ in a dash alone are two instances', () => {
  const twins = { 'prod-1': both, prod1: { ...both, integrationInstance: 'acme-other' } };
  expect(problemsOf({ instances: twins })).toEqual([]);
  const { lifecycle } = synthesize({ instances: twins });
  expect(lifecycle.ofType('AWS::Lambda::Function').size).toBe(11);
});

describe('where none is given, a backup', () => {
  const times = (count: number): number[] =>
    Array.from({ length: count }, (_, n) => {
      const [, minute, hour] = /^cron\((\d+) (\d+) \* \* \? \*\)$/.exec(defaultSchedule(`instance-${n}`)) ?? [];
      return Number(hour) * 60 + Number(minute);
    });

  test('is due between three and six, and few begin at once', () => {
    for (const time of times(50)) expect(time).toSatisfy((minutes) => minutes >= 180 && minutes < 360);
    const together = Map.groupBy(times(50), (time) => Math.floor(time / 5));
    expect(Math.max(...[...together.values()].map(({ length }) => length))).toBeLessThanOrEqual(5);
  });

  test('has the schedule of its name', () => {
    const { lifecycle } = synthesize({ instances: { prod: { ...prod, backup: {} } } });
    expect(only(lifecycle.ofType('AWS::Scheduler::Schedule'), /^Backupprod/).Properties.ScheduleExpression).toBe(
      defaultSchedule('prod'),
    );
  });
});

test('an instance may be backed up and deployed to', () => {
  expect(problemsOf({ instances: { both } })).toEqual([]);
});

test('all problems are told at once, whatever their kind', () => {
  const problems = problemsOf({
    instances: {
      Prod: { ...prod, backup: { schedule: 'rate(1 days)', zone: 'UTC' } },
      dr: { ...dr, secret: undefined },
      twin: { ...dr, url: 'ftp://example.com' },
      again: { ...both, concurrency: 0 },
      double: both,
    },
    retentionDays: 0,
    alarmEmail: 'nobody',
  });

  expect(problems.map((problem) => problem.split(': ')[0]).toSorted()).toEqual([
    'alarmEmail',
    'instances.Prod',
    'instances.Prod.backup.schedule',
    'instances.Prod.backup.zone',
    'instances.again.concurrency',
    'instances.double',
    'instances.dr.secret',
    'instances.twin.url',
    'retentionDays',
  ]);
});
