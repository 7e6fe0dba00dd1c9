/**
 * How long a message of a queue stays out of sight. Lambda asks for a queue that hides a message for as long as a function
 * may run at most; when a worker dies, that is how long nobody else would try. So its worker hides it for minutes only,
 * again and again while it lives.
 *
 * The request is one of SQS's JSON protocol, signed by the SDK's own signer: there is no client of SQS in the bundle
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html).
 */
import type { SQSRecord } from 'aws-lambda';
import { VISIBILITY_SECONDS } from './names.ts';

export interface Visibility {
  /** It is to be tried again so many seconds from now. */
  later(seconds: number): Promise<void>;
  /** Its worker is done with it, and hides it no longer. */
  stop(): void;
}

/** @param onTrouble the message comes back later than it should: nobody needs to stop for that */
export const hideWhileAlive = (record: SQSRecord, onTrouble: (error: Error) => void): Visibility => {
  let queue: Promise<void> = Promise.resolve();
  const hideFor = (seconds: number): Promise<void> => {
    queue = queue.then(() => changeVisibility(record, seconds)).catch(onTrouble);
    return queue;
  };
  void hideFor(VISIBILITY_SECONDS);
  const beat = setInterval(() => void hideFor(VISIBILITY_SECONDS), (VISIBILITY_SECONDS / 4) * 1_000);
  return {
    later: (seconds) => {
      clearInterval(beat);
      return hideFor(seconds);
    },
    stop: () => clearInterval(beat),
  };
};

const TARGET = 'AmazonSQS.ChangeMessageVisibility';

const changeVisibility = async ({ eventSourceARN, receiptHandle }: SQSRecord, seconds: number): Promise<void> => {
  const [, partition, , region = '', account, queue] = eventSourceARN.split(':');
  const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  const endpoint =
    process.env.AWS_ENDPOINT_URL_SQS ?? process.env.AWS_ENDPOINT_URL ?? `https://sqs.${region}.${domain}`;
  const { protocol, host, hostname } = new URL(endpoint);
  const QueueUrl = `${endpoint}/${account}/${queue}`;
  const body = JSON.stringify({ QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds });
  const headers = { host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': TARGET };
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const signer = await new SecretsManagerClient({ region }).config.signer();
  const request = { method: 'POST', protocol, hostname, path: '/', headers, body };
  const signed = await signer.sign(request, { signingService: 'sqs', signingRegion: region });
  const answer = await fetch(endpoint, { method: 'POST', headers: signed.headers, body });
  if (!answer.ok) throw new Error(`${TARGET} on ${queue} was answered ${answer.status}: ${await answer.text()}`);
};
