/** A bucket to back up to, where `moto_server` is on the PATH, and a count of what is asked of it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startMoto } from '../store/moto.ts';

export interface BenchBucket {
  readonly location: string;
  /** What a program needs to find it. */
  readonly env: NodeJS.ProcessEnv;
  /** Method and query of each request since it was last asked. */
  requests(): readonly string[];
  close(): Promise<void>;
}

/** It may lock, and so keeps versions. undefined where there is no `moto_server`. */
export const openBucket = async (): Promise<BenchBucket | undefined> => {
  const moto = await startMoto();
  if (!moto) return undefined;
  const seen: string[] = [];
  const server = createServer((incoming: IncomingMessage, outgoing) => {
    seen.push(`${incoming.method} ${new URL(incoming.url ?? '', moto.endpoint).search}`);
    const { method, headers } = incoming;
    const onward = request(`${moto.endpoint}${incoming.url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new S3Client(moto.clientConfig);
  await client.send(new CreateBucketCommand({ Bucket: 'bench', ObjectLockEnabledForBucket: true }));
  client.destroy();
  const { accessKeyId, secretAccessKey } = moto.clientConfig.credentials;
  return {
    location: 's3://bench',
    env: {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: moto.clientConfig.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    requests: () => seen.splice(0),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await moto.close();
    },
  };
};
