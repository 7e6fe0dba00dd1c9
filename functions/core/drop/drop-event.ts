/** What a queue message says was dropped: S3's event notification, as it comes through SQS. */
import * as z from 'zod/mini';

export interface DropEvent {
  readonly key: string;
  readonly versionId: string;
}

const NOTIFICATION = z.looseObject({
  Records: z.array(
    z.looseObject({ s3: z.looseObject({ object: z.looseObject({ key: z.string(), versionId: z.string() }) }) }),
  ),
});

/**
 * S3 sends a test event when the notification is set up: nothing was dropped. Keys come form-encoded: a space is `+`
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
 * @throws Error when the message is something else; it does not quote it
 */
export const parseDropEvents = (body: string): DropEvent[] => {
  const message: unknown = JSON.parse(body);
  if (typeof message === 'object' && message !== null && 'Event' in message && message.Event === 's3:TestEvent')
    return [];
  const parsed = NOTIFICATION.safeParse(message);
  if (!parsed.success) {
    throw new Error(
      'the message is no event notification of a versioned bucket: look at it in the queue, and at the notification of the drop box',
    );
  }
  return parsed.data.Records.map(({ s3: { object } }) => ({
    key: decodeURIComponent(object.key.replaceAll('+', ' ')),
    versionId: object.versionId,
  }));
};
