import { expect, test } from 'vitest';
import { parseDropEvents } from '../../../functions/core/drop/drop-event.ts';

const notification = (...objects: object[]) =>
  JSON.stringify({ Records: objects.map((object) => ({ eventName: 'ObjectCreated:Put', s3: { object } })) });

test('keys are decoded as S3 encodes them', () => {
  const body = notification({
    key: 'deploy/test/my+flow+%281%29%2B%C3%BC.iar',
    versionId: 'v1',
    size: 5,
    sequencer: '00',
  });

  expect(parseDropEvents(body)).toEqual([{ key: 'deploy/test/my flow (1)+ü.iar', versionId: 'v1' }]);
});

test("S3's test event drops nothing", () => {
  expect(parseDropEvents('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"drops"}')).toEqual([]);
});

test.each(['{}', '[]', 'null', '{"Records":[{}]}', notification({ key: 'deploy/test/x.iar' })])(
  '%s is no notification of a versioned bucket',
  (body) => {
    expect(() => parseDropEvents(body)).toThrow(/no event notification of a versioned bucket/);
  },
);
