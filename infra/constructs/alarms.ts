/**
 * Somebody is told: all alarms, on one topic. Each says what it means and names the article of the README's runbook that
 * says what to do.
 */
import { Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type CreateAlarmOptions as AlarmOptions,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlarmProps {
  /** Of one instance: it makes the alarm's name. */
  readonly instance: string;
  readonly name: string;
  /** A sentence for whoever gets the mail. */
  readonly means: string;
  /** The heading in the README's runbook. */
  readonly article: string;
  readonly metric: IMetric;
}

export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, email: string | undefined) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'oic-lifecycle alarms', enforceSSL: true });
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
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
      alarmDescription: `${instance}: ${means} What to do: README, "Runbook", article "${article}".`,
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
