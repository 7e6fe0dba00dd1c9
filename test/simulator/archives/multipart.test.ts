import { describe, expect, test } from 'vitest';
import { parseMultipart } from './multipart.ts';

const TYPE = 'multipart/form-data; boundary=XX';
const PART = '--XX\r\ncontent-disposition: form-data; name="file"; filename="a b.iar"\r\n\r\nbytes\r\n';

describe('multipart bodies', () => {
  test('are taken apart, byte for byte', () => {
    const bytes = Buffer.from([0, 13, 10, 45, 45, 255]);
    const second = Buffer.concat([
      Buffer.from(
        '--XX\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; name="other"\r\n\r\n',
      ),
      bytes,
      Buffer.from('\r\n--XX--\r\n'),
    ]);

    const parts = parseMultipart(
      'multipart/form-data; charset=utf-8; boundary="XX"',
      Buffer.concat([Buffer.from(PART), second]),
    );

    expect(parts).toEqual([
      { name: 'file', filename: 'a b.iar', body: Buffer.from('bytes') },
      { name: 'other', filename: undefined, body: bytes },
    ]);
  });

  test.each([
    ['of another type', 'application/octet-stream', `${PART}--XX--`],
    ['without a boundary', 'multipart/form-data', `${PART}--XX--`],
    ['with another boundary', 'multipart/form-data; boundary=YY', `${PART}--XX--`],
    ['that are empty', TYPE, ''],
    ['that are never closed', TYPE, PART],
    ['that are cut in a part', TYPE, PART.slice(0, -4)],
    ['with a part without headers', TYPE, '--XX\r\nbytes\r\n--XX--'],
    ['with a part without a name', TYPE, '--XX\r\ncontent-disposition: form-data\r\n\r\nbytes\r\n--XX--'],
    ['with something behind a boundary', TYPE, '--XXX\r\n\r\nbytes\r\n--XX--'],
  ])('%s are refused', (_, type, body) => {
    expect(() => parseMultipart(type, Buffer.from(body))).toThrow();
  });
});
