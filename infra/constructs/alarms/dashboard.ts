/** One page that answers: when was the last snapshot, what was in it, what became of the drops, does anything wait. */
import { Duration, Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { reportKey } from '../../../functions/core/keys.ts';
import type { MetricName } from '../../../functions/lambda/names.ts';
import type { Installation } from '../../installation.ts';
import type { DropBox } from '../drop-box.ts';
import type { Vault } from '../vault.ts';
import { instanceMetric, queueMetric } from './metrics.ts';

export interface DashboardProps {
  readonly installation: Installation;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly dropBox: DropBox;
  readonly vault: Vault;
  /** Of the backup functions. */
  readonly logGroups: readonly string[];
}

const BACKUP_COUNTS = ['Exported', 'Unchanged', 'ExportFailed'] as const;
const DROP_COUNTS = [
  'DropsDeployed',
  'DropsUnchanged',
  'DropsRejected',
  'DropsFailed',
  'DropsRolledBack',
  'DropsSuperseded',
] as const;

export const createDashboard = (scope: Construct, props: DashboardProps): void => {
  const { installation, sources, targets, dropBox, vault, logGroups } = props;
  const counts = (instance: string, names: readonly MetricName[]): IMetric[] =>
    names.map((name) =>
      instanceMetric(installation.settings.name, instance, name, Duration.hours(1)).with({ label: name }),
    );
  const rows: IWidget[][] = [
    ...(logGroups.length > 0 ? [[lastSnapshots(logGroups)], [morningPages(sources, vault)]] : []),
    ...sources.map((source) => [
      graph(`${source}: integrations`, counts(source, ['Integrations'])),
      graph(`${source}: exported, unchanged, failed`, counts(source, BACKUP_COUNTS)),
      graph(`${source}: seconds a backup takes`, counts(source, ['BackupSeconds'])),
    ]),
    ...targets.map((target) => [
      graph(`${target}: drops`, counts(target, DROP_COUNTS)),
      graph(`${target}: drops that wait, and dead letters`, [
        queueMetric(dropBox.queueName(target), 'ApproximateNumberOfMessagesVisible').with({ label: 'waiting' }),
        queueMetric(dropBox.deadLetterQueueName(target), 'ApproximateNumberOfMessagesVisible').with({
          label: 'dead letters',
        }),
      ]),
    ]),
  ];
  new Dashboard(scope, 'Dashboard', {
    dashboardName: Stack.of(scope).stackName,
    defaultInterval: Duration.days(14),
    widgets: rows,
  });
};

const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 8, height: 6 });

/** By key: a link would need a signature that ends within hours. */
const morningPages = (sources: readonly string[], { location }: Vault): TextWidget =>
  new TextWidget({
    markdown: [
      '### What changed last night, as a page',
      ...sources.map((source) => `    aws s3 cp ${location}/${reportKey(source)} .`),
    ].join('\n\n'),
    width: 24,
    height: 2 + Math.ceil(sources.length / 2),
  });

const lastSnapshots = (logGroups: readonly string[]): LogQueryWidget =>
  new LogQueryWidget({
    title: 'Last snapshots',
    logGroupNames: [...logGroups],
    view: LogQueryVisualizationType.TABLE,
    queryLines: [
      'filter message = "Backup finished"',
      'fields @timestamp, instance, snapshot, complete, integrations, exported, unchanged, failures',
      'sort @timestamp desc',
      'limit 20',
    ],
    width: 24,
    height: 6,
  });
