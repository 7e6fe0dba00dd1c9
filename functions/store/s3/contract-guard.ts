/**
 * Nothing is written to a store that does not keep the contract. AWS itself is taken at its word; any other endpoint is
 * tried before the first write, by some twenty small requests. What is stored afterwards says so in its metadata, with the
 * day, the endpoint and the bucket: whoever reads such an object from there within a month, as every backup reads the last
 * manifest, need not try again.
 */
import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { isContractProbe } from '../../core/keys.ts';
import { checkContract } from '../contract.ts';
import type { ObjectStore } from '../object-store.ts';
import { StoreError } from '../store-error.ts';

/** Also the endpoints of VPCs and of China, and the European Sovereign Cloud. */
const AWS = /\.(?:amazonaws\.(?:com|com\.cn|eu)|api\.aws)$/;

const MARK = 'oic-contract';
const TRUSTED_DAYS = 30;
const DAY_MS = 86_400_000;

interface Request {
  readonly method: string;
  readonly hostname: string;
  readonly port?: number;
  readonly headers: Record<string, string>;
}

/** @param store of the same client, to try the contract on */
export const guardContract = (client: S3Client, bucket: string, store: ObjectStore, now: () => number): void => {
  let held: Promise<void> | undefined;
  let mark: string | undefined;

  const nameOf = ({ hostname, port }: Request): string => (port === undefined ? hostname : `${hostname}:${port}`);
  const digestOf = (request: Request): string =>
    createHash('sha256')
      .update(`${nameOf(request)}\n${bucket}`)
      .digest('hex')
      .slice(0, 16);

  const isTrusted = (found: string, request: Request): boolean => {
    const [day = '', digest] = found.split(' ');
    const ageMs = now() - Date.parse(day);
    return digest === digestOf(request) && ageMs >= 0 && ageMs < TRUSTED_DAYS * DAY_MS;
  };

  const tryOut = async (request: Request): Promise<void> => {
    const lacking = (await checkContract(store)).filter(({ problem }) => problem !== undefined);
    if (lacking.length === 0) {
      mark = `${new Date(now()).toISOString().slice(0, 10)} ${digestOf(request)}`;
      return;
    }
    const what = lacking.map(({ name, problem }) => `${name}: it ${problem}`).join('; ');
    throw new StoreError(
      'unfit',
      `nothing was written to ${store.name}: the store at ${nameOf(request)} does not keep what backups rely on (${what}). ` +
        'Take another store, or a version of this one that does; `oic doctor` shows the list',
    );
  };

  const requireContract = async (request: Request): Promise<void> => {
    if (mark !== undefined) return;
    held ??= tryOut(request).catch((error: unknown) => {
      // What a passing fault has said nothing about is tried again.
      if (!(error instanceof StoreError) || error.kind !== 'unfit') held = undefined;
      throw error;
    });
    await held;
  };

  client.middlewareStack.add(
    (next, context) => async (args) => {
      const request = args.request as Request;
      const { Key: key } = args.input as { readonly Key?: string };
      if (AWS.test(request.hostname) || (key !== undefined && isContractProbe(key))) return next(args);
      if (request.method !== 'GET' && request.method !== 'HEAD') await requireContract(request);
      if (context.commandName === 'PutObjectCommand' && mark !== undefined)
        request.headers[`x-amz-meta-${MARK}`] = mark;
      const answer = await next(args);
      const { Metadata: metadata } = answer.output as { readonly Metadata?: Readonly<Record<string, string>> };
      const found = metadata?.[MARK];
      if (mark === undefined && found !== undefined && isTrusted(found, request)) mark = found;
      return answer;
    },
    { step: 'build', name: 'guardContract', override: true },
  );
};
