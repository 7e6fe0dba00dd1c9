/** Texts as somebody sends them who wants to steer a terminal, forge a line, break a page, or keep a pattern busy. */
import { createRandom } from './simulator/random.ts';

const PIECES = [
  '\u001b]52;c;cm0gLXJm\u0007',
  '\u001b[2J\u001b[1;1H',
  '\u009b31m',
  '\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\',
  '\n',
  '\r',
  '\r\n',
  '\u2028',
  '\u0085',
  '\0',
  '\u0008\u0008\u0008',
  '\t',
  '\u202eexe.gpj',
  '\u2066\u2069\u061c',
  '\u200b\ufeff\u00ad',
  '\u{e0041}',
  '\ud800',
  '\udfff',
  '👩‍👩‍👧',
  'e\u0301\u0301\u0301\u0301',
  'oic: all is well',
  'ok    token',
  '{"error":"',
  '"; rm -rf /; "',
  '$(id)',
  '`id`',
  '<script>alert(1)</script>',
  '<!--',
  '<a ',
  '<title',
  '</style>',
  ']]>',
  '&amp;&#0;',
  "' onload='",
  '../../etc/passwd',
  '..\\..\\',
  'CON',
  '%00%2e%2e',
  '__proto__',
  'constructor',
  'x'.repeat(300),
  ' ',
  'a',
  'ß',
  'ﬁ',
  'İ',
];

/** @param most pieces of each; now and then one is very long */
export const hostileTexts = (count: number, seed: number, most = 8): string[] => {
  const { below } = createRandom(seed);
  return Array.from({ length: count }, () => {
    const pieces = Array.from({ length: 1 + below(most) }, () => PIECES[below(PIECES.length)] ?? '');
    return pieces.join('').repeat(below(200) === 0 ? 200 : 1);
  });
};

/** To be named by the test, so that what was found can be found again. */
export const drawSeed = (): number => Math.floor(Math.random() * 2 ** 31);
