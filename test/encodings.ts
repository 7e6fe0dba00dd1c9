/** How a text is written by others, made apart from the program: what the canary tests look for. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MARK } from './simulator/http/identity.ts';

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const json = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Of base64, without the digits that hold bits of what stands before and behind. */
const sharedWithNobody = (text: string, before: number): string => {
  const digits = Buffer.from(text).toString('base64');
  return digits.slice(before, digits.endsWith('=') ? digits.indexOf('=') - 1 : undefined);
};

export const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 for URLs': (text) => Buffer.from(text).toString('base64url'),
  'base64 behind one letter': (text) => sharedWithNobody(`:${text}`, 2),
  'base64 behind two letters': (text) => sharedWithNobody(`::${text}`, 3),
  hex: (text) => Buffer.from(text).toString('hex'),
  'capital hex': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'URL-encoded': encodeURIComponent,
  'form-encoded': (text) => new URLSearchParams([['', text]]).toString().slice(1),
  JSON: json,
  'JSON in JSON': (text) => json(json(text)),
  XML: xml,
  'XML with quotes': (text) => xml(text).replaceAll("'", '&apos;'),
  HTML: (text) => xml(text).replaceAll("'", '&#39;'),
  'base64 in a form': (text) => new URLSearchParams([['', Buffer.from(text).toString('base64')]]).toString().slice(1),
  'base64 of URL-encoded': (text) => Buffer.from(encodeURIComponent(text)).toString('base64'),
};

/** Every way of writing these that is found in the text, as "which secret, how". */
export const findSecrets = (text: string, secrets: Readonly<Record<string, string>>): string[] =>
  Object.entries(secrets).flatMap(([name, secret]) =>
    Object.entries(ENCODINGS)
      .filter(([, encode]) => text.includes(encode(secret)))
      .map(([encoding]) => `${name}, ${encoding}`),
  );

const MARKS = ['plain', 'base64 behind one letter', 'base64 behind two letters', 'hex', 'capital hex'].map((name) =>
  ENCODINGS[name]?.(MARK),
);
const FIRST_IN_BASE64 = Buffer.from(MARK).toString('base64').slice(0, 9);

const holdsMark = (text: string): boolean =>
  text.includes(FIRST_IN_BASE64) || MARKS.some((form) => form !== undefined && text.includes(form));

/** @throws naming the files and lines that hold a secret of a simulator, in whatever form */
export const expectNoSecret = async (directory: string, said: string, given: ReadonlySet<string>): Promise<void> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const found = said.split('\n').filter(holdsMark);
  for (const file of files) {
    if (!given.has(file) && holdsMark(file + (await readFile(file, 'latin1')))) found.push(file);
  }
  if (found.length > 0) throw new Error(`a secret was written: ${found.slice(0, 5).join('\n')}`);
};
