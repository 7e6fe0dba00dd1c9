import { expect, test } from 'vitest';
import { stripHtml } from '../../functions/core/plain-text.ts';

test.each([
  [
    '<br> Integration HELLO(1.2) cannot be activated.<br/> the xpath in <case> is no boolean',
    'Integration HELLO(1.2) cannot be activated. the xpath in <case> is no boolean',
  ],
  [
    // As Oracle documents it.
    '<br> Integration HELLO_WORLD(1.0) cannot be activated.<br> XML parsing failed because xpath expression "0.0" used in <case> is not a boolean expression',
    'Integration HELLO_WORLD(1.0) cannot be activated. XML parsing failed because xpath expression "0.0" used in <case> is not a boolean expression',
  ],
  [
    'Connection <b>ERP</b> is <font color="red">not</font> <a href="x">configured</a>:<ul><li>host</li></ul>',
    'Connection ERP is not configured : host',
  ],
  [
    'element <title> of <body> is not <code>, <label> or <input type="x">, in <route> or <otherwise/>',
    'element <title> of <body> is not <code>, <label> or <input type="x">, in <route> or <otherwise/>',
  ],
  ['x < y and <b <b>bold</b>', 'x < y and <b bold'],
  ['İ<SCRIPT>x</Script >y</script>ß<!-- z -->.', 'İ ß .'],
  ['<script>never <style>ends', '<script>never <style>ends'],
  [
    '<html><head><title>502 Bad Gateway</title><style>b{}</style></head><body><h1 class="x">Bad</h1></body></html>',
    '502 Bad Gateway Bad',
  ],
  ['a &lt;b&gt; &amp; &quot;c&quot;&nbsp;d &unknown;', 'a <b> & "c" d &unknown;'],
  ['\u001b[31mred\u0007\r\n\tand more', '[31mred and more'],
  ['<!-- hidden --><script>alert(1)</script>shown', 'shown'],
])('%j reads %j', (text, plain) => {
  expect(stripHtml(text)).toBe(plain);
});

test.each(['<!--', '<script>', '<style ', '<b ', '<a href=', '</', '&lt', '<br', ' \u0000', '<b>', '<!-- --><'])(
  'takes no longer than the text is long: a million characters of %j',
  (piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    const begun = performance.now();

    stripHtml(text);

    // One that goes with the square takes minutes.
    expect(performance.now() - begun).toBeLessThan(5_000);
  },
);

test('a long text is cut', () => {
  expect(stripHtml('x'.repeat(5000))).toHaveLength(601);
});
