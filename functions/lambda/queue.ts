/** What the functions ask of a queue of SQS, by its ARN. */
import { callSigned, type Service } from './signed-call.ts';

const SQS: Service = { name: 'sqs', variable: 'SQS', protocol: '1.0' };

export const changeVisibility = (queueArn: string, receiptHandle: string, seconds: number): Promise<void> =>
  callQueue('ChangeMessageVisibility', queueArn, { ReceiptHandle: receiptHandle, VisibilityTimeout: seconds });

export const sendMessage = (queueArn: string, body: string): Promise<void> =>
  callQueue('SendMessage', queueArn, { MessageBody: body });

const callQueue = async (action: string, queueArn: string, input: object): Promise<void> => {
  const [, partition, , region = '', account, queue] = queueArn.split(':');
  await callSigned(SQS, `AmazonSQS.${action}`, { region, partition }, (endpoint) => ({
    QueueUrl: `${endpoint}/${account}/${queue}`,
    ...input,
  }));
};
