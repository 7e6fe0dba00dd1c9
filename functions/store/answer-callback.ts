/** Gives a durable execution in AWS the answer that it waits for. Whether one may is up to IAM. */
import { awsErrorName, explainAwsError } from './aws-errors.ts';
import { awsRequests } from './aws-requests.ts';

/** @returns false when it waits no longer. @throws StoreError */
export const answerCallback = async (callbackId: string, result: string): Promise<boolean> => {
  const { LambdaClient, SendDurableExecutionCallbackSuccessCommand } = await import('@aws-sdk/client-lambda');
  try {
    const client = new LambdaClient({ requestHandler: awsRequests() });
    await client.send(
      new SendDurableExecutionCallbackSuccessCommand({ CallbackId: callbackId, Result: Buffer.from(result) }),
    );
    return true;
  } catch (error) {
    if (awsErrorName(error) === 'CallbackTimeoutException') return false;
    throw explainAwsError(error, 'lambda:SendDurableExecutionCallbackSuccess', {});
  }
};
