/** What counts in a design although it is easily lost: blanks in the cells of a lookup, the digits of numbers, a robot's keys. */
import { describe, expect, test } from 'vitest';
import { memberMeaning } from '../../../functions/core/archive/member-meaning.ts';
import { projectDesign } from '../../../functions/core/archive/project-design.ts';
import { writeZip } from '../../simulator/archives/zip.ts';

const meaningOf = (name: string, text: string): string =>
  memberMeaning(name, Buffer.from(text), (part) => part).toString();

const lookup = (cell: string): string =>
  `<dvm name="L"><columns><column name="a"/></columns><rows><row>${cell}</row></rows></dvm>`;

describe('two files', () => {
  test.each([
    ['a blank at the end of a cell', 'icspackage/dvms/L.dvm', lookup('<cell>N </cell>'), lookup('<cell>N</cell>')],
    ['a cell of one blank', 'icspackage/dvms/L.dvm', lookup('<cell> </cell>'), lookup('<cell/>')],
    ['the last of twenty digits', 'a/sample.json', '{"id":12345678901234567890}', '{"id":12345678901234567891}'],
    ['how a number is written', 'a/sample.json', '{"price":1.00}', '{"price":1}'],
    ['a number and a text of it', 'a/sample.json', '{"price":1}', '{"price":"1"}'],
  ])('that differ in %s differ', (_, name, one, other) => {
    expect(meaningOf(name, one)).not.toBe(meaningOf(name, other));
  });

  test.each([
    ['white space between elements', 'icspackage/dvms/L.dvm', lookup('<cell>N</cell>'), lookup('\n  <cell>N</cell>\n')],
    ['the order of keys', 'a/sample.json', '{"a":1,"b":[1.5,2]}', '{ "b": [1.5, 2], "a": 1 }'],
  ])('that differ in %s are the same', (_, name, one, other) => {
    expect(meaningOf(name, one)).toBe(meaningOf(name, other));
  });
});

test('what a robot works with counts, when it was saved does not', async () => {
  const design = async (details: object) => {
    const data = Buffer.from(JSON.stringify({ details: JSON.stringify(details) }));
    const robots = writeZip([{ name: 'rpa_metadata.json', data }], { modified: new Date('2026-01-05') });
    return (await projectDesign(new Map([['project/rpa.zip', robots]]))).sha256;
  };
  const saved = await design({ status: 'OPEN', updatedDate: 1 });

  expect(await design({ status: 'OPEN', updatedDate: 2 })).toBe(saved);
  expect(await design({ status: 'CLOSED', updatedDate: 1 })).not.toBe(saved);
});
