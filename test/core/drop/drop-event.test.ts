import { expect, test } from 'vitest';
import { parseDropEvents } from '../../../functions/core/drop/drop-event.ts';

const notification = (...objects: object[]) =>
  JSON.stringify({
    Records: objects.map((object) => ({ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'drops' }, object } })),
  });

test('keys are decoded as S3 encodes them', () => {
  const body = notification({
    key: 'deploy/test/my+flow+%281%29%2B%C3%BC.iar',
    versionId: 'v1',
    size: 5,
    sequencer: '00',
  });

  expect(parseDropEvents(body, 'drops')).toEqual([{ key: 'deploy/test/my flow (1)+ü.iar', versionId: 'v1' }]);
});

test("S3's test event drops nothing", () => {
  expect(parseDropEvents('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"drops"}', 'drops')).toEqual([]);
});

test.each(['{}', '[]', 'null', '{"Records":[{}]}', notification({ key: 'deploy/test/x.iar' })])(
  '%s is no notification of a versioned bucket',
  (body) => {
    expect(() => parseDropEvents(body, 'drops')).toThrow(/no event notification of a versioned bucket/);
  },
);

test('what EventBridge tells of it has its key as it is', () => {
  const body = JSON.stringify({
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: { bucket: { name: 'drops' }, object: { key: 'deploy/x + y%20.iar', 'version-id': 'v1', size: 5 } },
  });

  expect(parseDropEvents(body, 'drops')).toEqual([{ key: 'deploy/x + y%20.iar', versionId: 'v1' }]);
});

test('a folder that was made in a console is no drop, a file of that name is', () => {
  const folder = { key: 'deploy/test/folder/', versionId: 'v1', size: 0 };

  expect(parseDropEvents(notification(folder, { ...folder, size: 1 }), 'drops')).toEqual([
    { key: 'deploy/test/folder/', versionId: 'v1' },
  ]);
});

test("an event of another bucket is nobody's drop", () => {
  const body = notification({ key: 'deploy/test/x.iar', versionId: 'v1' });

  expect(() => parseDropEvents(body, 'other')).toThrow(/another bucket than other/);
});
