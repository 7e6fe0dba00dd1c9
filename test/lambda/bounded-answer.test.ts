import { expect, test } from 'vitest';
import { boundedAnswer } from '../../functions/lambda/bounded-answer.ts';

const LIMIT = 256_000;
const listOf = (length: number, bytes = 100) => Array.from({ length }, (_, n) => `${n}`.padEnd(bytes));

test.each([
  ['is the report itself when that is small', { created: 3, copies: listOf(200) }, 200, undefined],
  ['has the first of a long list, and how many there are', { copies: listOf(4_000), left: listOf(2) }, 100, 4_000],
  ['has fewer of them when each is large', { copies: listOf(4_000, 9_000) }, 10, 4_000],
  ['has none of them when each is huge', { copies: listOf(12, 90_000) }, 0, 12],
])('an answer %s', (_, report: { readonly copies: readonly string[] }, length, count) => {
  const answer = boundedAnswer(report);

  expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(LIMIT);
  expect(answer).toEqual({
    ...report,
    copies: report.copies.slice(0, length),
    ...(count && { cut: { copies: count } }),
  });
});
