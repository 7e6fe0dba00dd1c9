import { describe, expect, test } from 'vitest';
import { SETTINGS_VARIABLE } from '../../functions/lambda/names.ts';
import { createFunctionRuntime } from '../../functions/runtime.ts';
import { only, type Resource, SAMPLE, synthesize } from './synthesized.ts';
import { outlinesOf } from './update/outlines.ts';
import { updateProblems } from './update/update-safety.ts';

const { lifecycle, vault } = synthesize();
const functions = lifecycle.ofType('AWS::Lambda::Function');
const aliasOf = (job: string) => {
  const [id] = [...lifecycle.ofType('AWS::Lambda::Alias').keys()].filter((key) => key.startsWith(job));
  return { Ref: id };
};
const settingsOf = ({ Properties }: Resource) =>
  createFunctionRuntime({ [SETTINGS_VARIABLE]: Properties.Environment.Variables[SETTINGS_VARIABLE] }).instance;

test('an instance has the functions its settings ask for', () => {
  expect([...functions.keys()].map((id) => id.replace(/JobFunction.*/, '')).sort()).toEqual([
    'Backupprod',
    'Backuptest',
    'Deploydr',
    'Deploytest',
    'Rehearsalprod',
    'Rehearsaltest',
    'Restoredr',
    'Restoretest',
    'Scrubprod',
    'Scrubtest',
    'Strays',
  ]);
});

test.each([...functions])('%s is Node 24 on arm64, with source maps, within the limits', (_id, { Properties }) => {
  expect(Properties).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Timeout: 900,
    Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps' } },
  });
  expect(JSON.stringify(Properties.Environment.Variables).length).toBeLessThan(4000);
});

test('a function is called as people call it', () => {
  expect([...functions.values()].map(({ Properties }) => Properties.FunctionName).toSorted()).toEqual(
    [
      ...['dr-deploy', 'dr-restore', 'prod-backup', 'prod-rehearsal', 'prod-scrub', 'strays'],
      ...['test-backup', 'test-deploy', 'test-rehearsal', 'test-restore', 'test-scrub'],
    ].map((name) => `OicLifecycle-${name}`),
  );
});

test('every function has a log group of its own that is kept for three months', () => {
  const groups = lifecycle.ofType('AWS::Logs::LogGroup');
  const used = [...functions.values()].map(({ Properties }) => Properties.LoggingConfig.LogGroup.Ref);
  expect(used.toSorted()).toEqual([...groups.keys()].toSorted());
  for (const { Properties } of groups.values()) expect(Properties.RetentionInDays).toBe(90);
});

test('what takes long is durable, what asks the instance one execution at a time, and what fails goes to a queue', () => {
  for (const [id, { Properties }] of functions) {
    const isDurable = !/^(Deploy|Strays)/.test(id);
    expect(Properties.DurableConfig !== undefined, id).toBe(isDurable);
    expect(Properties.ReservedConcurrentExecutions, id).toBe(/^(Backup|Restore)/.test(id) ? 1 : undefined);
    expect(Properties.DeadLetterConfig?.TargetArn, id).toEqual(isDurable ? expect.anything() : undefined);
  }
});

describe('a schedule', () => {
  const schedules = lifecycle.ofType('AWS::Scheduler::Schedule');

  test('is there for each instance with backup, in its time zone, else UTC', () => {
    expect(schedules.size).toBe(6);
    const timesOf = (id: RegExp) => {
      const { ScheduleExpression, ScheduleExpressionTimezone } = only(schedules, id).Properties;
      return [ScheduleExpression, ScheduleExpressionTimezone];
    };
    expect(timesOf(/^Backupprod/)).toEqual(['cron(15 4 * * ? *)', 'Europe/Berlin']);
    expect(timesOf(/^Backuptest/)).toEqual(['cron(15 4 * * ? *)', 'UTC']);
    expect(timesOf(/^Scrubtest/)).toEqual([expect.stringMatching(/^cron\(\d+ [345] \* \* \? \*\)$/), 'UTC']);
    expect(timesOf(/^Rehearsaltest/)).toEqual([expect.stringMatching(/^cron\(\d+ [345] \? \* SUN \*\)$/), 'UTC']);
  });

  test('starts the live version with the time it was meant for; what cannot be handed over goes to a queue', () => {
    expect(only(schedules, /^Backupprod/).Properties).toMatchObject({
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: aliasOf('Backupprod'),
        Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^BackupprodDeadLetters/), 'Arn'] } },
      },
    });
  });
});

test('drops come one at a time, to at most two workers, and a batch may fail in part', () => {
  const source = only(lifecycle.ofType('AWS::Lambda::EventSourceMapping'), /^Deploytest/);
  expect(source.Properties).toMatchObject({
    FunctionName: aliasOf('Deploytest'),
    BatchSize: 1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 2 },
  });
  const queueName = only(vault.ofType('AWS::SQS::Queue'), /^DropBoxDropstest/).Properties.QueueName;
  expect(JSON.stringify(source.Properties.EventSourceArn)).toContain(`:${queueName}"`);
});

describe('no instance sees more requests at once than its `concurrency`', () => {
  const workersOf = (id: string, { Properties }: Resource): number =>
    id.startsWith('Deploy') ? 2 : Properties.ReservedConcurrentExecutions;

  test.each([
    ['backup', 1],
    ['backup', 8],
    ['deploy', 3],
    ['deploy', 9],
    ['both', 4],
    ['both', 8],
    ['both', 11],
    ['both', 64],
  ])('%s with %i', (kind, concurrency) => {
    const { backup, deploy, ...instance } = SAMPLE.instances.test;
    const uses = { ...(kind !== 'deploy' && { backup }), ...(kind !== 'backup' && { deploy }) };
    const one = { ...instance, ...uses, concurrency };
    const { lifecycle } = synthesize({ instances: { one, prod: SAMPLE.instances.prod } });
    const its = [...lifecycle.ofType('AWS::Lambda::Function')].filter(([id]) =>
      /^(Backup|Deploy|Restore)oneJob/.test(id),
    );

    const shares = its.map(([id, resource]) => {
      const each = settingsOf(resource).concurrency;
      expect(each, id).toBeGreaterThan(0);
      return each * workersOf(id, resource);
    });

    expect(its).toHaveLength({ backup: 1, deploy: 2, both: 3 }[kind] ?? 0);
    expect(shares.reduce((sum, share) => sum + share)).toBeLessThanOrEqual(concurrency);
  });
});

test('where nothing is backed up there is nothing to restore, and no function for it', () => {
  const { lifecycle } = synthesize({ instances: { dr: SAMPLE.instances.dr } });
  expect([...lifecycle.ofType('AWS::Lambda::Function').keys()]).toEqual([
    expect.stringMatching(/^Deploydr/),
    expect.stringMatching(/^Strays/),
  ]);
});

describe('what a function is told', () => {
  const isOfInstance = (id: string): boolean => /^(Backup|Deploy|Restore)/.test(id);
  const ofInstances = [...functions].filter(([id]) => isOfInstance(id));

  // Which instances there are stands in its bundle.
  test('is, where it works on no instance, nothing of any', () => {
    const variables = only(functions, /^Strays/).Properties.Environment.Variables;
    expect(Object.keys(variables).toSorted()).toEqual(['NODE_OPTIONS', 'OIC_DROP_BOX']);
  });

  test('is nothing but the name of its instance and the vault where it only reads what is stored', () => {
    for (const id of [/^Scrubprod/, /^Rehearsalprod/]) {
      const variables = only(functions, id).Properties.Environment.Variables;
      expect(Object.keys(variables).toSorted()).toEqual(['NODE_OPTIONS', 'OIC_INSTANCE', 'OIC_VAULT']);
      expect(variables.OIC_INSTANCE).toBe('prod');
    }
  });

  test('is the settings of its own instance, and only a function that deploys or restores may change it', () => {
    for (const [id, resource] of ofInstances) {
      const instance = settingsOf(resource);
      expect(id).toContain(instance.name);
      expect(instance.deploy !== undefined, id).toBe(!id.startsWith('Backup'));
      expect(instance.secret).toBe(`oic/${instance.name}`);
    }
  });

  test('is what people are called', () => {
    const people = { '0123456789abcdef0123456789abcdef': 'Deployment pipeline' };
    const told = [
      ...synthesize({ ...SAMPLE, people })
        .lifecycle.ofType('AWS::Lambda::Function')
        .entries(),
    ].filter(([id]) => isOfInstance(id));

    expect(told).toHaveLength(ofInstances.length);
    for (const [, { Properties }] of told) {
      const env = Properties.Environment.Variables;
      expect(createFunctionRuntime(env).connect().people).toEqual(people);
    }
  });

  test('is where the vault and the drop box are, as far as it needs them', () => {
    const variables = (job: string) => {
      const {
        NODE_OPTIONS: _,
        [SETTINGS_VARIABLE]: __,
        ...others
      } = only(functions, new RegExp(`^${job}`)).Properties.Environment.Variables;
      return others;
    };
    const OIC_VAULT = { 'Fn::Join': ['', ['s3://', { 'Fn::ImportValue': 'OicVault-VaultName' }]] };
    const OIC_DROP_BOX = { 'Fn::Join': ['', ['s3://', { 'Fn::ImportValue': 'OicVault-DropBoxName' }]] };
    expect(variables('Backupprod')).toEqual({ OIC_VAULT });
    expect(variables('Restoredr')).toEqual({ OIC_VAULT });
    expect(variables('Deploytest')).toEqual({ OIC_DROP_BOX });
  });
});

test('secrets are known by name; none is made, and no value is in a template', () => {
  for (const { template } of [lifecycle, vault]) template.resourceCountIs('AWS::SecretsManager::Secret', 0);
});

test('an instance can lose its deploy: of the other stack only the buckets are imported', () => {
  const imports = JSON.stringify(lifecycle.resources).matchAll(/"Fn::ImportValue":"([^"]+)"/g);
  expect(new Set([...imports].map(([, name]) => name))).toEqual(
    new Set(['OicVault-VaultArn', 'OicVault-VaultName', 'OicVault-DropBoxArn', 'OicVault-DropBoxName']),
  );
});

test('a second installation in the same account and region has nothing by the same name', () => {
  const [first, second] = [outlinesOf(SAMPLE), outlinesOf({ ...SAMPLE, name: 'two' })];
  expect(Object.keys(second)).toEqual(expect.arrayContaining(['OicLifecycle-two', 'OicVault-two']));
  expect(updateProblems(first, second).filter((problem) => problem.includes('is still there'))).toEqual([]);
  const exportsOf = (outlines: typeof first): string[] =>
    Object.values(outlines).flatMap((one) => Object.keys(one.exports));
  expect(exportsOf(first).filter((name) => exportsOf(second).includes(name))).toEqual([]);
  expect(exportsOf(second)).toHaveLength(4);
});

test('nor do its metrics go where those of the first one are', () => {
  const { lifecycle } = synthesize({ ...SAMPLE, name: 'two' });
  for (const { Properties } of lifecycle.ofType('AWS::Lambda::Function').values())
    expect(Properties.Environment.Variables.OIC_INSTALLATION).toBe('two');
  const watched = JSON.stringify([...lifecycle.ofType('AWS::CloudWatch::Alarm').values()]);
  expect(watched).toContain('"Namespace":"OicLifecycle/two"');
  expect(watched).not.toContain('"Namespace":"OicLifecycle"');
});
