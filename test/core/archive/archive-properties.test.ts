import { describe, expect, it } from 'vitest';
import { parseProperties } from '../../../functions/core/formats/properties.ts';

const parse = (text: string): [string, string][] => [...parseProperties(Buffer.from(text, 'latin1'))];

describe('a Java properties file', () => {
  it.each([
    ['a key and a value', 'code=HELLO', 'code', 'HELLO'],
    ['a colon between them', 'code:HELLO', 'code', 'HELLO'],
    ['blanks around the separator', '  code \t=  HELLO', 'code', 'HELLO'],
    ['a blank alone as separator', 'code HELLO', 'code', 'HELLO'],
    ['separators inside a value', 'mod=ab==', 'mod', 'ab=='],
    ['escaped separators', 'smart\\:tags=app\\:one,style\\=two', 'smart:tags', 'app:one,style=two'],
    ['no value', 'state=', 'state', ''],
    ['no separator', 'state', 'state', ''],
    ['trailing blanks, which belong to the value', 'name=Hello ', 'name', 'Hello '],
    ['unicode escapes', 'name=K\\u00F6ln \\u20ac', 'name', 'Köln €'],
    ['ISO-8859-1 bytes', 'name=Köln', 'name', 'Köln'],
    ['control escapes', 'name=a\\tb\\nc', 'name', 'a\tb\nc'],
    ['an escape that means nothing', 'name=a\\qb', 'name', 'aqb'],
    ['a value over several lines', 'name=one \\\n    two\\\r\n\tthree', 'name', 'one twothree'],
    ['a hash on a continued line', 'name=one\\\n# two', 'name', 'one# two'],
    ['an even number of backslashes at the end', 'name=one\\\\\nother', 'name', 'one\\'],
    ['a continuation that never comes', 'name=one\\', 'name', 'one'],
  ])('is read with %s', (_, text, key, value) => {
    expect(parse(text)[0]).toEqual([key, value]);
  });

  it('skips comments and blank lines, whatever ends a line', () => {
    expect(parse('#Tue Aug 12 13:51:24 UTC 2025\r\n\r  ! note\n\na=1\rb=2\r\n  # more\n')).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  it('lets the last of two equal keys count', () => {
    expect(parse('a=1\na=2')).toEqual([['a', '2']]);
  });
});
