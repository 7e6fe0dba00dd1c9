import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readXmlMeaning } from '../../../functions/core/formats/xml-meaning.ts';

const meaning = (text: string) =>
  readXmlMeaning(Buffer.from(text).toString('latin1'), { leftOutAttributes: new Map() });

describe('documents of one meaning', () => {
  test.each([
    ['prefixes', '<a:x xmlns:a="u" a:b="1"/>', '<b:x xmlns:b="u" b:b="1"/>'],
    ['a prefix or the default namespace', '<a:x xmlns:a="u"><a:y/></a:x>', '<x xmlns="u"><y/></x>'],
    ['where a namespace is declared', '<x xmlns:a="u"><a:y/></x>', '<x><z:y xmlns:z="u"/></x>'],
    ['prefixes in values', '<x xmlns:a="u" s="/a:y/a:z"/>', '<x xmlns:b="u" s="/b:y/b:z"/>'],
    ['prefixes in texts', '<x xmlns:a="u">a:y</x>', '<x xmlns:b="u">b:y</x>'],
    ['order and quotes of attributes', `<x a="1" b='2'/>`, '<x b="2" a="1"/>'],
    ['blanks in tags', '<x a="1"></x>', '<x\n  a = "1"\n></x >'],
    ['blanks between elements', '<x><y/><z/></x>', '<x>\n  <y/>\t<z/>\r\n</x>\n'],
    ['an empty element', '<x></x>', '<x/>'],
    ['comments and instructions', '<x>a</x>', '<?xml version="1.0"?><!-- b --><x>a<!-- > < --><?c d?></x>'],
    ['a document type', '<x>a</x>', '<!DOCTYPE x SYSTEM "x.dtd"><x>a</x>'],
    ['entities and CDATA', '<x a="&lt;&#65;&#xe4;">&amp;&gt;</x>', '<x a="&#60;Aä"><![CDATA[&>]]></x>'],
    ['blanks around a text', '<x>\n a b </x>', '<x>a b</x>'],
    ['ends of lines', '<x>a\r\nb\rc</x>', '<x>a\nb\nc</x>'],
  ])('differ in nothing but %s', (_, one, other) => {
    expect(meaning(one)).toBeDefined();
    expect(meaning(other)).toEqual(meaning(one));
  });
});

describe('documents of another meaning', () => {
  test.each([
    ['an element', '<x><y/></x>', '<x><z/></x>'],
    ['the namespace of an element', '<a:x xmlns:a="u"/>', '<a:x xmlns:a="v"/>'],
    ['the namespace of a prefix in a value', '<x xmlns:a="u" s="a:y"/>', '<x xmlns:a="v" s="a:y"/>'],
    ['an attribute with or without a namespace', '<x xmlns:a="u" a:b="1"/>', '<x xmlns:a="u" b="1"/>'],
    ['a prefix that nothing declares', '<x s="a:y"/>', '<x s="b:y"/>'],
    ['nesting', '<x><y/><z/></x>', '<x><y><z/></y></x>'],
    ['order', '<x><y/><z/></x>', '<x><z/><y/></x>'],
    ['which of two has a value', '<x a="" b="c"/>', '<x a="c" b=""/>'],
    ['a text or a value', '<x a="b"/>', '<x>b</x>'],
    ['where texts end', '<x><y>ab</y><y>c</y></x>', '<x><y>a</y><y>bc</y></x>'],
    ['a letter beyond ASCII', '<x>à</x>', '<x>Ã</x>'],
    ['blanks inside a text', '<x>a b</x>', '<x>a  b</x>'],
    [
      'blanks in an instruction to write them',
      '<stylesheet><text> </text></stylesheet>',
      '<stylesheet><text/></stylesheet>',
    ],
    ['blanks around a text of a stylesheet', '<stylesheet><y>a</y></stylesheet>', '<stylesheet><y>a </y></stylesheet>'],
  ])('differ in %s', (_, one, other) => {
    expect(meaning(one)).toBeDefined();
    expect(meaning(other)).toBeDefined();
    expect(meaning(other)).not.toEqual(meaning(one));
  });
});

test.each([
  '',
  'text',
  '<x',
  '<x>',
  '</x>',
  '<x></y>',
  '<x/><y/>',
  '<x/>more',
  '<x a=1/>',
  '<x a="1"b="2"/>',
  '<x a="<"/>',
  '<x a="1',
  '<a:x/>',
  '<x a:b="1"/>',
  '<x>&unknown;</x>',
  '<x>&#0;</x>',
  '<x>a & b</x>',
  '<x><!-- </x>',
  '<x><![CDATA[ </x>',
  '<!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>',
  '<!DOCTYPE x [<!ENTITY e "x">]><x/>',
  '<x><!DOCTYPE x></x>',
  '<x>\u0001</x>',
])('%j is no document', (text) => {
  expect(meaning(text)).toBeUndefined();
});

it('reads what is left out, and tells nothing of it', () => {
  const rules = {
    isLeftOut: (local: string, depth: number) => local === 'id' && depth === 1,
    leftOutAttributes: new Map([['seen', /^\d$/]]),
  };
  const read = (text: string) => readXmlMeaning(text, rules);

  expect(read('<x><id>1<more xmlns:a="u" a:b="2"/></id><y seen="1"><id>3</id></y></x>')).toEqual(
    read('<x><y><id>3</id></y></x>'),
  );
  expect(read('<x><id/>a</x>')).toEqual(read('<x>a</x>'));
  expect(read('<x><id></x>')).toBeUndefined();
});

it('takes time and memory in proportion to a hostile text, however it is made', () => {
  const hostile = [
    '<a>'.repeat(100_000),
    '<a b=">"/>'.repeat(30_000),
    `<a b="${'>'.repeat(300_000)}`,
    `<x>${'<a '.repeat(100_000)}`,
    `<x>${'&'.repeat(300_000)}</x>`,
    `<x>${' '.repeat(300_000)}</x>`,
    `<x a="${'a:'.repeat(150_000)}"/>`,
    `<x>${'<!--'.repeat(75_000)}`,
    Array.from({ length: 20_000 }, (_, n) => `<a xmlns:p${n}="u">`).join(''),
    `<x>${Array.from({ length: 20_000 }, (_, n) => `<a xmlns:p${n}="u"/>`).join('')}</x>`,
    `<x ${Array.from({ length: 200_000 }, (_, n) => `a${999_999 - n}="${n}"`).join(' ')}/>`,
  ];
  const startedAt = performance.now();
  for (const text of hostile) meaning(text);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

it('is made of any text without an error', () =>
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...'<>/="\'&;:! ax-?[]\n'), { maxLength: 40 }), (characters) => {
      const text = characters.join('');
      expect(meaning(text)).toEqual(meaning(text));
    }),
    { numRuns: 2_000 },
  ));
