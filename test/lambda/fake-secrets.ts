/**
 * A Secrets Manager on loopback that knows the secrets it was given, enough for a function's credentials; and as much of an SQS
 * as it takes to hide a message.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeSecrets {
  /** What a function's process needs in its environment to find it. */
  readonly env: Record<string, string>;
  /** For how long messages were to be hidden, by their receipt handles, in order. */
  readonly hidden: readonly { readonly handle: string; readonly seconds: number }[];
  close(): Promise<void>;
}

export const startFakeSecrets = async (secrets: Record<string, object>): Promise<FakeSecrets> => {
  const hidden: { handle: string; seconds: number }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { SecretId, ...asked } = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
    if (request.headers['x-amz-target'] === 'AmazonSQS.ChangeMessageVisibility') {
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
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    hidden,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
