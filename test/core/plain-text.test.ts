import { expect, test } from 'vitest';
import { stripHtml } from '../../functions/core/plain-text.ts';

test.each([
  [
    '<br> Integration HELLO(1.2) cannot be activated.<br/> the xpath in <case> is no boolean',
    'Integration HELLO(1.2) cannot be activated. the xpath in <case> is no boolean',
  ],
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

test('a long text is cut', () => {
  expect(stripHtml('x'.repeat(5000))).toHaveLength(601);
});
