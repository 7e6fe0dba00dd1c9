/** One instance, twenty, fifty, with everything switched on: within what AWS takes, which synth does not look at. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../functions/core/errors.ts';
import { checkLimits, limitProblems } from '../../infra/limits.ts';
import { EVERY_JOB, EVERYTHING, instancesOf } from './many.ts';
import { type Synthesized, synthesize } from './synthesized.ts';

const problemsOf = (directory: string): readonly string[] => {
  try {
    checkLimits(directory, 'cdk.json');
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

const made = new Map<number, ReturnType<typeof synthesize>>();
const of = (count: number): ReturnType<typeof synthesize> => {
  const found = made.get(count) ?? synthesize({ ...EVERYTHING, instances: instancesOf(count, EVERY_JOB) });
  made.set(count, found);
  return found;
};

test.each([1, 20, 50])(
  '%i instances with everything are within all limits',
  (count) => {
    expect(problemsOf(of(count).directory)).toEqual([]);
  },
  120_000,
);

test('no policy, environment or output grows with the number of instances', () => {
  /** Sizes by what they are of, the largest of each kind. */
  const sizes = ({ resources, template }: Synthesized): Record<string, number> => {
    const largest = (type: string, part: (properties: Record<string, unknown>) => unknown): number =>
      Math.max(
        0,
        ...Object.values(resources)
          .filter(({ Type }) => Type === type)
          .map(({ Properties }) => JSON.stringify(part(Properties))?.length ?? 0),
      );
    return {
      environment: largest('AWS::Lambda::Function', ({ Environment }) => Environment),
      role: largest('AWS::IAM::Policy', ({ PolicyDocument }) => PolicyDocument),
      topic: largest('AWS::SNS::TopicPolicy', ({ PolicyDocument }) => PolicyDocument),
      queue: largest('AWS::SQS::QueuePolicy', ({ PolicyDocument }) => PolicyDocument),
      bucket: largest('AWS::S3::BucketPolicy', ({ PolicyDocument }) => PolicyDocument),
      key: largest('AWS::KMS::Key', ({ KeyPolicy }) => KeyPolicy),
      outputs: Object.keys(template.findOutputs('*')).length,
    };
  };
  for (const stack of ['vault', 'lifecycle', 'replica'] as const)
    expect(sizes(of(20)[stack])).toEqual(sizes(of(1)[stack]));
});

test('README says how many instances there is room for, and more are told as a problem of the settings', () => {
  const resources = (count: number): number => Object.keys(of(count).lifecycle.template.toJSON().Resources).length;
  const each = (resources(50) - resources(20)) / 30;
  const most = Math.floor((500 - (resources(20) - 20 * each)) / each);
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'infra', 'README.md'), 'utf8');
  expect(page).toContain(`has room for ${most} instances that are both backed up and deployed to`);
});

test('an environment that is too large is told with the function it is of', () => {
  const exclude = Array.from({ length: 120 }, (_, n) => `DEPARTMENT_${n}_SCRATCH_INTEGRATION_*`);
  const [[name = '', one] = []] = Object.entries(instancesOf(1));
  const { directory } = synthesize({ instances: { [name]: { ...one, backup: { exclude } } } });
  expect(problemsOf(directory)).toEqual([
    expect.stringMatching(
      /: OicLifecycle-department-00-production-backup has \d{4} bytes of environment, and AWS takes 4096$/,
    ),
  ]);
});

describe('each limit is looked at', () => {
  const many = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, n) => [`r${n}`, {}]));
  const statement = (count: number) => ({
    PolicyDocument: { Statement: Array.from({ length: count }, () => ({ Resource: { Ref: 'Something' } })) },
  });
  const policy = (Type: string, count: number) => ({ Resources: { P: { Type, Properties: statement(count) } } });

  test.each([
    [{ Resources: many(501) }, 'S has 501 resources, and AWS takes 500'],
    [{ Outputs: many(201) }, 'S has 201 outputs, and AWS takes 200'],
    [{ Parameters: many(201) }, 'S has 201 parameters, and AWS takes 200'],
    [policy('AWS::S3::BucketPolicy', 200), 'S: P has 35215 bytes of policy, and AWS takes 20480'],
    [policy('AWS::SQS::QueuePolicy', 50), 'S: P has 8815 bytes of policy, and AWS takes 8192'],
    [policy('AWS::SNS::TopicPolicy', 200), 'S: P has 35215 bytes of policy, and AWS takes 30720'],
    [
      {
        Resources: Object.fromEntries(
          ['P', 'Q'].map((id) => [
            id,
            { Type: 'AWS::IAM::Policy', Properties: { ...statement(30), Roles: [{ Ref: 'R' }] } },
          ]),
        ),
      },
      'S: role R has 10590 letters of policy, and AWS takes 10240',
    ],
    [
      {
        Resources: {
          F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f'.repeat(65), Layers: many(0) } },
        },
      },
      `S: ${'f'.repeat(65)} has 65 letters of name, and AWS takes 64`,
    ],
    [
      {
        Resources: {
          B: { Type: 'AWS::S3::Bucket', Properties: { LifecycleConfiguration: { Rules: Array(1_001).fill({}) } } },
        },
      },
      'S: B has 1001 lifecycle rules, and AWS takes 1000',
    ],
    [
      {
        Resources: {
          B: {
            Type: 'AWS::S3::Bucket',
            Properties: { NotificationConfiguration: { QueueConfigurations: Array(101).fill({}) } },
          },
        },
      },
      'S: B has 101 queues to tell, and AWS takes 100',
    ],
  ])('%#', (template, problem) => {
    expect(limitProblems('S', template as Parameters<typeof limitProblems>[1], 1)).toEqual([problem]);
  });

  test('the template itself', () => {
    expect(limitProblems('S', {}, 1_000_001)).toEqual(['S has 1000001 bytes of template, and AWS takes 1000000']);
  });
});

test('what it reads is what is there: every template of the assembly', () => {
  const { directory } = of(1);
  const files = globSync('*.template.json', { cwd: directory }).toSorted();
  expect(files).toHaveLength(4);
  for (const file of files) expect(readFileSync(join(directory, file), 'utf8').length).toBeGreaterThan(1_000);
});
