/**
 * What a queue message says was dropped: S3's own event notification, and what EventBridge makes of it
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html, .../ev-events.html).
 */
import * as z from 'zod/mini';

export interface DropEvent {
  readonly key: string;
  readonly versionId: string;
}

const text = z.string();
const bucket = z.looseObject({ name: text });
const size = z.optional(z.number());

/** Keys come form-encoded: a space is `+`. */
const decoded = z.pipe(
  text,
  z.transform((key) => decodeURIComponent(key.replaceAll('+', ' '))),
);

const NOTIFICATION = z.pipe(
  z.looseObject({
    Records: z.array(
      z.looseObject({
        s3: z.looseObject({ bucket, object: z.looseObject({ key: decoded, versionId: text, size }) }),
      }),
    ),
  }),
  z.transform(({ Records }) => Records.map(({ s3 }) => ({ bucket: s3.bucket.name, ...s3.object }))),
);

const FROM_EVENT_BRIDGE = z.pipe(
  z.looseObject({
    source: z.literal('aws.s3'),
    detail: z.looseObject({ bucket, object: z.looseObject({ key: text, 'version-id': text, size }) }),
  }),
  z.transform(({ detail: { bucket, object } }) => [
    { bucket: bucket.name, key: object.key, versionId: object['version-id'], size: object.size },
  ]),
);

const MESSAGE = z.union([NOTIFICATION, FROM_EVENT_BRIDGE]);

/** As EventBridge tells of it: for a drop that is to be handled again. */
export const formatDropEvent = (bucket: string, { key, versionId }: DropEvent): string =>
  JSON.stringify({ source: 'aws.s3', detail: { bucket: { name: bucket }, object: { key, 'version-id': versionId } } });

/**
 * S3 sends a test event when the notification is set up: nothing was dropped. Nor is a folder, which a console makes as an
 * object of no bytes.
 * @param dropBox the bucket, without which an event is not about a drop of ours
 * @throws Error when the message is something else; it does not quote it
 */
export const parseDropEvents = (body: string, dropBox: string): DropEvent[] => {
  const message: unknown = JSON.parse(body);
  if (typeof message === 'object' && message !== null && 'Event' in message && message.Event === 's3:TestEvent')
    return [];
  const parsed = MESSAGE.safeParse(message);
  if (!parsed.success) {
    throw new Error(
      'the message is no event notification of a versioned bucket: look at it in the queue, and at the notification of the drop box',
    );
  }
  if (parsed.data.some(({ bucket }) => bucket !== dropBox)) {
    throw new Error(`the message tells of another bucket than ${dropBox}: find out who sent it, and whether they may`);
  }
  const isFolder = ({ key, size }: { key: string; size?: number | undefined }) => key.endsWith('/') && size === 0;
  return parsed.data.filter((one) => !isFolder(one)).map(({ key, versionId }) => ({ key, versionId }));
};
