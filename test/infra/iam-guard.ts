/**
 * IAM before a stand-in that knows none: lets through what the policies of the calling function allow, by action, resource,
 * prefix and source of events, and answers what S3 answers else. Executions that are begun, and events, it takes itself. Callers are told apart by their access key id, which is the name of the
 * function. As in S3, whoever may not list the whole bucket gets 403, not 404, for an object that is not there.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface IamGuard {
  readonly endpoint: string;
  /** What was refused: `caller action resource`. */
  readonly refused: readonly string[];
  readonly begun: readonly Begun[];
  readonly told: readonly Told[];
  close(): Promise<void>;
}

interface Call {
  readonly action: string;
  readonly resource: string;
  /** What conditions look at. */
  readonly prefix?: string | undefined;
  readonly source?: string | undefined;
  /** Answered here: what begins an execution, and what is told on EventBridge. */
  readonly taken?: Taken;
}

interface Taken {
  readonly begun?: Begun;
  readonly told?: Told;
}

interface Begun {
  readonly function: string;
  readonly name: string;
  readonly event: object;
}

interface Told {
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** `*` and `?` as IAM knows them. */
const matches = (pattern: string, text: string): boolean => {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
};

const allows = ({ Action, Resource, Condition }: Statement, { action, resource, prefix, source }: Call): boolean => {
  const [[operator, keys] = ['', {}], ...others] = Object.entries(Condition ?? {});
  if (others.length > 0 || !['', 'StringLike', 'StringEquals'].includes(operator))
    throw new Error(`not understood: ${operator}`);
  const [[key, patterns] = ['', []]] = Object.entries(keys);
  const looksAt = { 's3:prefix': prefix, 'events:source': source }[key];
  return (
    asList(Action).includes(action) &&
    asList(Resource).some((pattern) => matches(pattern, resource)) &&
    (operator === '' || (looksAt !== undefined && asList(patterns).some((pattern) => matches(pattern, looksAt))))
  );
};

/** What a request of the SDK needs. @throws when our code sends one that is not known here */
const callOf = ({ method = '', url = '', headers }: IncomingMessage, body: Buffer): Call => {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    if (target === 'AWSEvents.PutEvents') {
      const [{ Source, DetailType, Detail }] = JSON.parse(body.toString('utf8')).Entries;
      const resource = 'arn:aws:events:us-east-1:123456789012:event-bus/default';
      const told = { kind: DetailType, detail: JSON.parse(Detail) };
      return { action: 'events:PutEvents', resource, source: Source, taken: { told } };
    }
    const { SecretId, QueueUrl } = JSON.parse(body.toString('utf8')) as { SecretId: string; QueueUrl?: string };
    if (QueueUrl !== undefined) {
      const [queue] = QueueUrl.split('/').slice(-1);
      return { action: target.replace('AmazonSQS.', 'sqs:'), resource: `arn:aws:sqs:us-east-1:123456789012:${queue}` };
    }
    return {
      action: target.replace('.', ':'),
      resource: `arn:aws:secretsmanager:us-east-1:123456789012:secret:${SecretId}-AbCdEf`,
    };
  }
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  const [, invoked] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(pathname) ?? [];
  if (invoked !== undefined) {
    const resource = decodeURIComponent(invoked);
    const name = String(headers['x-amz-durable-execution-name']);
    return {
      action: 'lambda:InvokeFunction',
      resource,
      taken: { begun: { function: resource, name, event: JSON.parse(body.toString('utf8')) } },
    };
  }
  const path = decodeURIComponent(pathname.slice(1));
  const resource = `arn:aws:s3:::${path.replace(/\/$/, '')}`;
  const isBucket = !path.replace(/\/$/, '').includes('/');
  if (isBucket && method === 'GET' && searchParams.has('versions')) {
    return { action: 's3:ListBucketVersions', resource, prefix: searchParams.get('prefix') ?? undefined };
  }
  if (!isBucket && method === 'PUT' && searchParams.has('retention'))
    return { action: 's3:PutObjectRetention', resource };
  if (!isBucket && method === 'PUT' && searchParams.has('tagging')) {
    return { action: searchParams.has('versionId') ? 's3:PutObjectVersionTagging' : 's3:PutObjectTagging', resource };
  }
  if (!isBucket && method === 'PUT') return { action: 's3:PutObject', resource };
  if (!isBucket && (method === 'GET' || method === 'HEAD')) {
    return { action: searchParams.has('versionId') ? 's3:GetObjectVersion' : 's3:GetObject', resource };
  }
  throw new Error(`nobody should ask for ${method} ${url}`);
};

const DENIED = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';

export const startIamGuard = async (
  endpoint: string,
  policies: Readonly<Record<string, readonly Statement[]>>,
): Promise<IamGuard> => {
  const refused: string[] = [];
  const begun: Begun[] = [];
  const told: Told[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const [, caller = ''] = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    const statements = policies[caller] ?? [];
    const may = (call: Call): boolean => statements.some((statement) => allows(statement, call));
    const deny = (): void => void response.writeHead(403).end(request.method === 'HEAD' ? undefined : DENIED);
    try {
      const call = callOf(request, body);
      if (!may(call)) {
        refused.push(`${caller} ${call.action} ${call.resource}`);
        return deny();
      }
      if (call.taken) {
        if (call.taken.begun) begun.push(call.taken.begun);
        if (call.taken.told) told.push(call.taken.told);
        return void response.writeHead(call.taken.begun ? 202 : 200).end('{}');
      }
      const { connection: _, ...headers } = request.headers;
      const answer = await fetch(`${endpoint}${request.url}`, {
        method: request.method ?? 'GET',
        headers: headers as Record<string, string>,
        ...(body.length > 0 && { body: new Uint8Array(body) }),
      });
      const [, bucket = ''] = /^arn:aws:s3:::([^/]+)\//.exec(call.resource) ?? [];
      const maySeeAbsence = may({ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` });
      if (answer.status === 404 && bucket !== '' && !maySeeAbsence) return deny();
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      refused.push(`${caller}: ${String(error)}`);
      deny();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused,
    begun,
    told,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
