/**
 * Somebody is told: all alarms, on one topic. Each says what it means and names the article of the runbook, in
 * infra/README.md, that says what to do.
 */
import { ArnFormat, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type CreateAlarmOptions as AlarmOptions,
  ComparisonOperator,
  type IMetric,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { MetricName } from '../../../functions/lambda/names.ts';
import type { Installation } from '../../installation.ts';
import { instanceMetric } from './metrics.ts';

export interface AlarmProps {
  readonly name: string;
  /** A sentence for whoever gets the mail. */
  readonly means: string;
  /** The heading in the runbook in infra/README.md. */
  readonly article: string;
  readonly metric: IMetric;
}

export class AlarmTopic extends Construct {
  readonly topic: Topic;
  /** What the name of every alarm begins with. */
  readonly prefix: string;

  constructor(scope: Construct, id: string, { settings, stackName, key }: Installation) {
    super(scope, id);
    this.prefix = `${stackName}/`;
    const encrypted = key && { masterKey: key };
    this.topic = new Topic(this, 'Topic', { displayName: 'oic-lifecycle alarms', enforceSSL: true, ...encrypted });
    this.topic.addToResourcePolicy(this.mayPublish());
    const { alarmEmail } = settings;
    if (alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(alarmEmail));
    new CfnOutput(this, 'TopicArn', { value: this.topic.topicArn }).overrideLogicalId('AlarmTopicArn');
  }

  /**
   * `enforceSSL` gives the topic a policy, which takes the place of the one SNS gives a topic without: nobody may publish
   * until it says so, and `SnsAction` does not say it for alarms
   * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
   */
  private mayPublish(): PolicyStatement {
    const stack = Stack.of(this);
    const ownAlarms = stack.formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: `${this.prefix}*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return new PolicyStatement({
      sid: 'AlarmsMayPublish',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [this.topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': ownAlarms } },
    });
  }
}

/** The alarms of one instance, in the stack that holds what they watch. */
export class Alarms extends Construct {
  readonly instance: string;
  private readonly to: AlarmTopic;
  private readonly installation: Installation;

  constructor(scope: Construct, to: AlarmTopic, installation: Installation, instance: string) {
    super(scope, `Alarms-${instance}`);
    this.to = to;
    this.installation = installation;
    this.instance = instance;
  }

  /** What its functions count. */
  metric(name: MetricName, period = Duration.minutes(5)): Metric {
    return instanceMetric(this.installation.settings.name, this.instance, name, period);
  }

  /** Something happened. It is told once; that it does not go on happening is no news. */
  onEvent(props: AlarmProps): void {
    this.create(props, above(0));
  }

  /** Something is so until somebody does something about it; its end is told too. */
  whileAbove(props: AlarmProps, threshold: number): void {
    this.create(props, above(threshold)).addOkAction(new SnsAction(this.to.topic));
  }

  /** Nothing was heard for so many hours, which is alarming in itself. The metric's period is one hour. */
  onSilence(props: AlarmProps, hours: number): void {
    const condition = {
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: hours,
      treatMissingData: TreatMissingData.BREACHING,
    };
    this.create(props, condition).addOkAction(new SnsAction(this.to.topic));
  }

  private create({ name, means, article, metric }: AlarmProps, condition: Condition): Alarm {
    const { instance, to } = this;
    const alarm = new Alarm(this, name, {
      alarmName: `${to.prefix}${instance}/${name}`,
      alarmDescription: `${instance}: ${means} What to do: infra/README.md, "Runbook", article "${article}".`,
      metric,
      ...condition,
    });
    alarm.addAlarmAction(new SnsAction(to.topic));
    return alarm;
  }
}

type Condition = Pick<AlarmOptions, 'threshold' | 'comparisonOperator' | 'evaluationPeriods' | 'treatMissingData'>;

const above = (threshold: number): Condition => ({
  threshold,
  comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  evaluationPeriods: 1,
  treatMissingData: TreatMissingData.NOT_BREACHING,
});
