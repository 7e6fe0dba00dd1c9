/** Files that come as multipart/form-data: the one part that matters is called `file`, in lower case; others are let through. */

import { type Part, parseMultipart } from '../archives/multipart.ts';
import { Refusal } from '../http/answer.ts';
import type { Call, Route } from './route.ts';

type Sent = Pick<Call, 'headers' | 'body'>;

/** @throws Refusal */
export const readFile = (call: Sent): Buffer => readFilePart(call).body;

/** @throws Refusal */
export const readFilePart = (call: Sent): Part => {
  const file = readParts(call).find(({ name }) => name === 'file');
  if (!file || file.body.length === 0) throw new Refusal(400, 'No file was sent in the part "file"');
  return file;
};

/** What a client called the file, without its ending, so that requests can be told apart; undefined when there is none. */
export const fileTitle: NonNullable<Route['identify']> = (headers, body) => {
  try {
    return readFilePart({ headers, body }).filename?.replace(/\.\w+$/, '');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return undefined;
  }
};

/** The parts that are text, by name. @throws Refusal naming those that are missing */
export const readFields = (call: Sent, required: readonly string[]): ReadonlyMap<string, string> => {
  const fields = new Map(readParts(call).map(({ name, body }) => [name, body.toString('utf8')]));
  const missing = required.filter((name) => !fields.get(name));
  if (missing.length > 0) throw new Refusal(400, `Missing in the form: ${missing.join(', ')}`);
  return fields;
};

const readParts = ({ headers, body }: Sent): Part[] => {
  try {
    return parseMultipart(headers['content-type'] ?? '', body);
  } catch (error) {
    throw new Refusal(400, `No file was sent: ${error instanceof Error ? error.message : error}`);
  }
};
