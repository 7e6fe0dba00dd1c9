import { describe, expect, test } from 'vitest';
import { hideSecrets, redact, redactDocument, redactError, secretsOfUrl } from '../../functions/core/redaction.ts';
import { ENCODINGS } from '../encodings.ts';

const PEM = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC/+8x\n'.repeat(3)}-----END PRIVATE KEY-----\n`;
const SECRETS = [`p<&"'/+ =ü>s\\w`, 'W3lcome!', '8f14e45f-ceea-467f-a8a1-0c7f2b1e9d33', 'six666', PEM];
hideSecrets(SECRETS);

describe.each(SECRETS)('the secret %j', (secret) => {
  test.each(Object.entries(ENCODINGS))('is taken out as %s, with what stands around it left', (_, encode) => {
    const form = encode(secret);

    const clean = redact(`before ${form} after ${form}`);

    expect(clean).not.toContain(form);
    expect(clean).toMatch(/^before .*\*\*\*.* after .*\*\*\*/s);
  });

  test.each(['u:', 'us:', 'use:', 'user:'])('is taken out of a Basic header behind %j', (user) => {
    const clean = redact(`Authorization: Basic ${Buffer.from(user + secret).toString('base64')} was refused`);

    const left = Buffer.from(/Basic ([\w+/]*)/.exec(clean)?.[1] ?? '', 'base64').toString('latin1');
    expect(clean).toMatch(/Basic [\w+/]{0,7}\*\*\*.* was refused$/s);
    expect(left.length).toBeLessThanOrEqual(user.length);
  });
});

test('a key is taken out line by line, and folded into one line', () => {
  expect(redact('error near MIIEvQIBADANBgkqhkiG9w0BAQEFAASC/+8x')).toBe('error near ***');
  expect(redact(`got ${PEM.replaceAll('\n', ' ').trim()}.`)).toBe('got ***.');
});

test('what is shorter than six characters blanks no words, and nothing at all is no secret', () => {
  hideSecrets(['', '      ', 'the', 'abcde']);

  expect(redact('the word abcde stays the same')).toBe('the word abcde stays the same');
});

test('of tokens only the newest are kept', () => {
  for (let n = 0; n < 60; n++) hideSecrets([`token-number-${n};`], 'passing');

  expect(redact('token-number-0; token-number-59; W3lcome!')).toBe('token-number-0; *** ***');
});

test('a document keeps what says which item is meant, and its shape', () => {
  const document = {
    id: 'W3lcome!|01.00.0000',
    warnings: [{ id: 'W3lcome!', message: 'said W3lcome! twice' }],
    removed: { lookups: ['W3lcome!'] },
    count: 3,
    none: null,
    'said W3lcome!': true,
  };

  expect(redactDocument(document)).toEqual({
    ...document,
    warnings: [{ id: 'W3lcome!', message: 'said *** twice' }],
    'said W3lcome!': undefined,
    'said ***': true,
  });
});

test('an error loses it in its words, its stack and its causes, and stays the error it is', () => {
  const cause = new RangeError('inner W3lcome!');
  const error = new AggregateError([new Error('one W3lcome!')], 'outer W3lcome!', { cause });
  cause.cause = error;

  const clean = redactError(error);

  expect(clean).toBe(error);
  expect([clean.message, clean.errors[0].message, cause.message].join()).toBe('outer ***,one ***,inner ***');
  expect([clean.stack, cause.stack].join()).not.toContain('W3lcome!');
});

test('of an address the password and the query are secrets', () => {
  expect(secretsOfUrl('https://me:p%40ss@proxy.example.com:3128/x?X-Amz-Signature=abcdef0123')).toEqual([
    'p%40ss',
    'p@ss',
    'abcdef0123',
  ]);
  expect(secretsOfUrl('./vault')).toEqual([]);
});

test('takes time in proportion to the text, however many secrets there are', () => {
  hideSecrets(Array.from({ length: 300 }, (_, n) => `${n}-of-many-secrets`));
  hideSecrets(['aaaaaaaaaaaaaaaaaaaab']);
  const text = 'a'.repeat(500_000);
  const begun = performance.now();

  expect(redact(text)).toBe(text);

  // One that goes with the square, or with the number of secrets, takes far longer.
  expect(performance.now() - begun).toBeLessThan(3_000);
});
