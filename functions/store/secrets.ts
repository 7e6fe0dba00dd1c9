/**
 * Credentials documents from AWS Secrets Manager, one JSON document a secret. What is read is kept for five minutes,
 * and shared by all who ask meanwhile; `fresh` reads again, so that a rotated secret heals after one refusal. Deliberately
 * no message holds anything of the document.
 */
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { explainAwsError } from './aws-errors.ts';
import { awsRequests } from './aws-requests.ts';
import { StoreError } from './store-error.ts';

/** @throws StoreError, a sentence about the secret by name */
export type CredentialsSource = (options?: { readonly fresh?: boolean }) => Promise<unknown>;

const MAX_AGE_MS = 5 * 60 * 1000;

const OWN_REASONS = {
  ResourceNotFoundException: [
    'missing',
    'there is no such secret in this account and region: create it, or correct `secret` in the settings or AWS_REGION',
  ],
  InvalidRequestException: ['missing', 'the secret is about to be deleted: restore it in Secrets Manager'],
  DecryptionFailure: ['denied', 'its KMS key refuses: allow kms:Decrypt on that key'],
} as const;

const parseDocument = (secretName: string, text: string | undefined): unknown => {
  const advice = 'store the credentials document (see docs/commands.md, "Credentials") as its text';
  if (text === undefined) throw new StoreError('failed', `the secret ${secretName} holds binary data: ${advice}`);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's error would quote the document, so that it is not even kept as the cause.
    throw new StoreError('failed', `the secret ${secretName} does not hold JSON: ${advice}`);
  }
};

/** `client` is for tests and unusual endpoints. @default the SDK's own, made at the first use */
export const createSecretsManagerSource = (secretName: string, client?: SecretsManagerClient): CredentialsSource => {
  let connected = client;
  let kept: { readonly document: Promise<unknown>; readonly readAtMs: number } | undefined;

  const read = async (): Promise<unknown> => {
    const sdk = await import('@aws-sdk/client-secrets-manager');
    try {
      connected ??= new sdk.SecretsManagerClient({
        requestHandler: awsRequests(),
      });
      const { SecretString } = await connected.send(new sdk.GetSecretValueCommand({ SecretId: secretName }));
      return parseDocument(secretName, SecretString);
    } catch (error) {
      const { kind, message } = explainAwsError(error, `secretsmanager:GetSecretValue on ${secretName}`, OWN_REASONS);
      // Without its cause: an answer that cannot be read may be quoted there.
      throw new StoreError(kind, message);
    }
  };

  return ({ fresh = false } = {}) => {
    if (!fresh && kept && Date.now() - kept.readAtMs < MAX_AGE_MS) return kept.document;
    const mine = { document: read(), readAtMs: Date.now() };
    kept = mine;
    mine.document.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return mine.document;
  };
};
