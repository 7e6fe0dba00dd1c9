/**
 * The SDK tries some passing answers of S3 again, such as SlowDown, and takes others for final, such as OperationAborted
 * or a busy key service (its list: THROTTLING_ERROR_CODES in @smithy/core). Here all of them are tried again alike.
 */
import type { S3Client } from '@aws-sdk/client-s3';
import { isPassingAnswer } from '../aws-errors.ts';

export const retryPassingAnswers = (client: S3Client): void => {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        // What the SDK's own retry, which is around this, goes by.
        if (isPassingAnswer(error)) Object.assign(error as Error, { $retryable: { throttling: true } });
        throw error;
      }
    },
    { step: 'deserialize', priority: 'high', name: 'retryPassingAnswers', override: true },
  );
};
