import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { putMetrics } from '../../functions/lambda/telemetry.ts';
import { only, type Resource, SAMPLE, synthesize } from './synthesized.ts';

const { lifecycle } = synthesize({ ...SAMPLE, alarmEmail: 'integration-team@example.com' });
const alarms = new Map(
  [...lifecycle.ofType('AWS::CloudWatch::Alarm').values()].map(({ Properties }) => [Properties.AlarmName, Properties]),
);
const alarmOf = (name: string): Resource['Properties'] => alarms.get(`OicLifecycle/${name}`);

test('there is an alarm for everything of which somebody must be told', () => {
  const backup = ['missing', 'failed', 'errors', 'dead-letters'].map((what) => `backup-${what}`);
  backup.push('snapshot-incomplete', 'sudden-loss');
  for (const job of ['scrub', 'rehearsal']) backup.push(`${job}-failed`, `${job}-errors`, `${job}-dead-letters`);
  const drops = ['drop-errors', 'drop-dead-letters'];
  const deploy = [...drops, 'drop-failed', 'drops-waiting', 'restore-failed', 'restore-errors', 'restore-dead-letters'];
  const names = (instance: string, kinds: string[]) => kinds.map((kind) => `OicLifecycle/${instance}/${kind}`);
  expect([...alarms.keys()].toSorted()).toEqual(
    [
      ...names('prod', backup),
      ...names('dr', deploy),
      ...names('test', [...backup, ...deploy]),
      ...names('unknown', drops),
    ].toSorted(),
  );
});

test('all go to one topic, by TLS only, which mails the address in the settings', () => {
  const [topic] = [...lifecycle.ofType('AWS::SNS::Topic').keys()];
  for (const { AlarmActions } of alarms.values()) expect(AlarmActions).toEqual([{ Ref: topic }]);
  lifecycle.template.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'integration-team@example.com',
    TopicArn: { Ref: topic },
  });
  const [{ Properties }] = [...lifecycle.ofType('AWS::SNS::TopicPolicy').values()] as [Resource];
  expect(Properties.PolicyDocument.Statement).toContainEqual(
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  );
});

describe('the topic lets itself be published to', () => {
  const [topic] = [...lifecycle.ofType('AWS::SNS::Topic').keys()];
  const [{ Properties }] = [...lifecycle.ofType('AWS::SNS::TopicPolicy').values()] as [Resource];
  const statements: readonly Record<string, unknown>[] = Properties.PolicyDocument.Statement;

  // A topic policy takes the place of the default one, so whoever is not named here is refused.
  test('by the alarms of this stack in this account, and by nobody else', () => {
    expect(Properties.Topics).toEqual([{ Ref: topic }]);
    expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([
      {
        Sid: 'AlarmsMayPublish',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: { Ref: topic },
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': expect.anything() },
        },
      },
    ]);
  });

  test('by every alarm there is: its name is of the kind the policy names', () => {
    const { Condition } = statements.find(({ Effect }) => Effect === 'Allow') as {
      Condition: { ArnLike: { 'aws:SourceArn': { 'Fn::Join': [string, (string | { Ref: string })[]] } } };
    };
    const [delimiter, parts] = Condition.ArnLike['aws:SourceArn']['Fn::Join'];
    const arn = parts.map((part) => (typeof part === 'string' ? part : part.Ref)).join(delimiter);
    expect(arn).toBe('arn:AWS::Partition:cloudwatch:AWS::Region:AWS::AccountId:alarm:OicLifecycle/*');
    for (const name of alarms.keys()) expect(name).toMatch(/^OicLifecycle\//);
  });

  test('and the stack tells its name, so that somebody can try it', () => {
    lifecycle.template.hasOutput('AlarmTopicArn', { Value: { Ref: topic } });
  });
});

test('without an address there is the topic, and nobody is mailed', () => {
  synthesize().lifecycle.template.resourceCountIs('AWS::SNS::Subscription', 0);
});

describe('no successful backup', () => {
  test('in 26 hours is alarming, and silence counts as none', () => {
    expect(alarmOf('prod/backup-missing')).toMatchObject({
      MetricName: 'BackupSucceeded',
      Statistic: 'Sum',
      Period: 3600,
      EvaluationPeriods: 26,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    expect(alarmOf('prod/backup-missing')).not.toHaveProperty('DatapointsToAlarm');
  });

  test.each([
    ['rate(6 hours)', 26],
    ['cron(15 4 ? * MON-FRI *)', 74],
  ])('is looked for as long as %s may take', (schedule, hours) => {
    const { prod } = SAMPLE.instances;
    const { lifecycle } = synthesize({ instances: { prod: { ...prod, backup: { schedule } } } });
    expect(only(lifecycle.ofType('AWS::CloudWatch::Alarm'), /backupmissing/).Properties.EvaluationPeriods).toBe(hours);
  });
});

test('a function that dies, runs out of time or has no room to run raises an alarm within ten minutes', () => {
  const watched = [...alarms.values()].flatMap(({ Metrics = [], EvaluationPeriods, Threshold }) =>
    Metrics.flatMap(({ MetricStat }: { MetricStat?: object }) =>
      MetricStat ? [{ ...MetricStat, EvaluationPeriods, Threshold }] : [],
    ),
  );
  const functions = lifecycle.ofType('AWS::Lambda::Function');
  expect(functions.size).toBe(11);
  for (const [id, { Properties }] of functions) {
    for (const MetricName of ['Errors', 'Throttles', ...(Properties.DurableConfig ? ['DurableExecutionTimedOut'] : [])])
      expect(watched, id).toContainEqual({
        Metric: { Namespace: 'AWS/Lambda', MetricName, Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }] },
        ...{ Period: 300, Stat: 'Sum', EvaluationPeriods: 1, Threshold: 0 },
      });
  }
});

test('so does a drop with which a function can do nothing', () => {
  for (const instance of ['dr', 'test', 'unknown']) {
    const { Metrics, EvaluationPeriods, Threshold } = alarmOf(`${instance}/drop-errors`);
    expect({ EvaluationPeriods, Threshold }).toEqual({ EvaluationPeriods: 1, Threshold: 0 });
    const watched = Metrics.flatMap(({ MetricStat }: { MetricStat?: object }) => MetricStat ?? []);
    expect(watched).toContainEqual(
      expect.objectContaining({ Metric: expect.objectContaining({ MetricName: 'DropsNotHandled' }), Period: 300 }),
    );
  }
});

describe('each alarm says', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'infra', 'README.md'), 'utf8');
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);

  test.each([...alarms])('%s: what it means, and an article that is in the runbook', (name, { AlarmDescription }) => {
    const [, instance, article] =
      /^(\w+): .+\. What to do: infra\/README\.md, "Runbook", article "(.+)"\.$/.exec(AlarmDescription) ?? [];
    expect(name).toContain(`/${instance}/`);
    expect(headings).toContain(article);
  });
});

test('the alarms about backups say where the page about the last snapshot is', () => {
  for (const name of ['backup-missing', 'backup-failed', 'snapshot-incomplete']) {
    expect(alarmOf(`test/${name}`).AlarmDescription).toContain('reports/test/latest.html in the vault');
  }
});

describe('a metric', () => {
  /** What a function really prints. */
  const printed = (): Record<string, unknown> => {
    const out = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    onTestFinished(() => out.mockRestore());
    putMetrics('prod', { BackupSucceeded: 1, BackupSeconds: 12.5 });
    return JSON.parse(String(out.mock.calls.at(-1)?.[0]));
  };

  test('is written as the alarms and the dashboard look for it', () => {
    const emf = printed();
    const own = [...alarms.values()].flatMap((alarm) =>
      [
        alarm,
        ...(alarm.Metrics ?? []).flatMap((one: { MetricStat?: { Metric: object } }) => one.MetricStat?.Metric ?? []),
      ].filter(({ Namespace }) => Namespace === 'OicLifecycle'),
    );
    expect(own.length).toBeGreaterThan(8);
    for (const { Dimensions } of own) {
      const names = Dimensions.map(({ Name }: { Name: string }) => Name);
      expect(emf).toMatchObject({
        _aws: {
          CloudWatchMetrics: [
            { Namespace: 'OicLifecycle', Dimensions: [expect.toSatisfy((them) => isSameSet(them, names))] },
          ],
        },
      });
    }
    const prod = Object.fromEntries(
      alarmOf('prod/backup-missing').Dimensions.map(({ Name, Value }: { Name: string; Value: string }) => [
        Name,
        Value,
      ]),
    );
    expect(emf).toMatchObject(prod);
  });

  test('of a named installation is written apart', () => {
    vi.stubEnv('OIC_INSTALLATION', 'two');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(printed()).toMatchObject({ _aws: { CloudWatchMetrics: [{ Namespace: 'OicLifecycle/two' }] } });
  });

  const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
    a.toSorted().join() === b.toSorted().join();
});

test('events are told once, states also when they end', () => {
  for (const [name, { OKActions }] of alarms) {
    const isState = /(missing|dead-letters|waiting)$/.test(name);
    expect(OKActions?.length ?? 0, name).toBe(isState ? 1 : 0);
  }
});

test('the dashboard shows snapshots, backups, drops and queues of each instance', () => {
  const [{ Properties }] = [...lifecycle.ofType('AWS::CloudWatch::Dashboard').values()] as [Resource];
  expect(lifecycle.ofType('AWS::CloudWatch::Dashboard').size).toBe(1);
  const body = JSON.stringify(Properties.DashboardBody);
  for (const title of ['Last snapshots', 'prod: integrations', 'test: seconds a backup takes', 'dr: drops']) {
    expect(body).toContain(`\\"title\\":\\"${title}`);
  }
  for (const name of ['prod', 'test']) expect(body).toContain(`/reports/${name}/latest.html .`);
  expect(body).not.toContain('reports/dr/');
  for (const metric of ['Exported', 'Unchanged', 'ExportFailed', 'DropsRolledBack', 'OicVault-drops-dr']) {
    expect(body).toContain(metric);
  }
});
