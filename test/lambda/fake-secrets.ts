/**
 * A Secrets Manager on loopback that knows the secrets it was given, enough for a function's credentials; as much of an SQS as it
 * takes to hide a message and to send one; and an EventBridge that remembers what it was told.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeSecrets {
  /** What a function's process needs in its environment to find it. */
  readonly env: Record<string, string>;
  /** For how long messages were to be hidden, by their receipt handles, in order. */
  readonly hidden: readonly { readonly handle: string; readonly seconds: number }[];
  /** The bodies of messages that were sent. */
  readonly sent: readonly string[];
  /** What was told on EventBridge. */
  readonly events: readonly ToldEvent[];
  close(): Promise<void>;
}

interface ToldEvent {
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export const startFakeSecrets = async (secrets: Record<string, object>): Promise<FakeSecrets> => {
  const sent: string[] = [];
  const events: ToldEvent[] = [];
  const hidden: { handle: string; seconds: number }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { SecretId, ...asked } = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
    const target = request.headers['x-amz-target'];
    if (target === 'AmazonSQS.SendMessage') sent.push(String(asked.MessageBody));
    if (target === 'AWSEvents.PutEvents') {
      const [entry] = (asked as unknown as { Entries: [{ DetailType: string; Detail: string }] }).Entries;
      events.push({ kind: entry.DetailType, detail: JSON.parse(entry.Detail) });
    }
    if (target === 'AmazonSQS.SendMessage' || target === 'AWSEvents.PutEvents') {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
      return;
    }
    if (target === 'AmazonSQS.ChangeMessageVisibility') {
      hidden.push({ handle: String(asked.ReceiptHandle), seconds: Number(asked.VisibilityTimeout) });
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
      return;
    }
    const secret = secrets[String(SecretId)];
    response.writeHead(secret ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(
      JSON.stringify(
        secret ? { Name: SecretId, SecretString: JSON.stringify(secret) } : { __type: 'ResourceNotFoundException' },
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}`,
      AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${port}`,
      AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    hidden,
    sent,
    events,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
