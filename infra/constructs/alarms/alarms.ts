/**
 * Somebody is told: all alarms, on one topic. Each says what it means and names the article of the runbook, in
 * infra/README.md, that says what to do.
 */
import { ArnFormat, CfnOutput, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type CreateAlarmOptions as AlarmOptions,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlarmProps {
  /** Of one instance: it makes the alarm's name. */
  readonly instance: string;
  readonly name: string;
  /** A sentence for whoever gets the mail. */
  readonly means: string;
  /** The heading in the runbook in infra/README.md. */
  readonly article: string;
  readonly metric: IMetric;
}

export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, email: string | undefined) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'oic-lifecycle alarms', enforceSSL: true });
    this.topic.addToResourcePolicy(this.mayPublish());
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
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
      resourceName: `${stack.stackName}-*`,
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

  /** Something happened. It is told once; that it does not go on happening is no news. */
  onEvent(props: AlarmProps): void {
    this.create(props, above(0));
  }

  /** Something is so until somebody does something about it; its end is told too. */
  whileAbove(props: AlarmProps, threshold: number): void {
    this.create(props, above(threshold)).addOkAction(new SnsAction(this.topic));
  }

  /** Nothing was heard for so many hours, which is alarming in itself. The metric's period is one hour. */
  onSilence(props: AlarmProps, hours: number): void {
    const condition = {
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: hours,
      treatMissingData: TreatMissingData.BREACHING,
    };
    this.create(props, condition).addOkAction(new SnsAction(this.topic));
  }

  private create({ instance, name, means, article, metric }: AlarmProps, condition: Condition): Alarm {
    const alarm = new Alarm(this, `${instance}-${name}`, {
      alarmName: `${Stack.of(this).stackName}-${instance}-${name}`,
      alarmDescription: `${instance}: ${means} What to do: infra/README.md, "Runbook", article "${article}".`,
      metric,
      ...condition,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
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
