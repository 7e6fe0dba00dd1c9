/** Begins the durable execution that waits for somebody to approve a drop; of the same drop there is one. */
import { hash } from 'node:crypto';
import type { DropEvent } from '../core/drop/drop-event.ts';
import { awsErrorName } from '../store/aws-errors.ts';
import { awsRequests } from '../store/aws-requests.ts';

/** @param functionArn of the alias. @throws Error of the SDK */
export const startApproval = async (functionArn: string, { key, versionId }: DropEvent): Promise<void> => {
  const { LambdaClient, InvokeCommand } = await import('@aws-sdk/client-lambda');
  const client = new LambdaClient({ requestHandler: awsRequests() });
  const begin = new InvokeCommand({
    FunctionName: functionArn,
    InvocationType: 'Event',
    // Its name takes 64 letters, digits and dashes.
    DurableExecutionName: hash('sha256', `${key}\n${versionId}`),
    Payload: JSON.stringify({ key, versionId }),
  });
  await client.send(begin).catch((error: unknown) => {
    if (awsErrorName(error) !== 'DurableExecutionAlreadyStartedException') throw error;
  });
};
