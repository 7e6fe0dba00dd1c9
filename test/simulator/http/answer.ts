/**
 * What the simulator answers, before it goes over the wire: in the form that is recorded, which the behaviour may vary. A
 * handler returns an Answer or throws a Refusal; refusals become Oracle's error body of three keys, in which `status` is
 * text ("HTTP 404 Not Found"), or what the behaviour wants instead.
 */
import { STATUS_CODES } from 'node:http';
import type { Behaviour } from '../behaviour.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Oracle says no. `title` is for people, `code` is one of Oracle's `ICS-...` numbers where one is known. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string | undefined;

  constructor(status: number, title: string, code?: string) {
    super(title);
    this.status = status;
    this.code = code;
  }
}

export const JSON_TYPE = 'application/json;charset=utf-8';
export const FILE_TYPE = 'application/octet-stream';

/** With keys in alphabetical order, as recorded; what has no value is left out. */
export const jsonText = (value: unknown): string => JSON.stringify(inOrder(value));

const inOrder = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOrder(inner)]));
};

/** `value` is an object, or JSON text that was made before. */
export const jsonAnswer = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': JSON_TYPE, ...headers },
  body: Buffer.from(typeof value === 'string' ? value : jsonText(value)),
});

/** What is done without a word is an empty file (recorded). */
export const emptyAnswer = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { ...(status < 300 && { 'content-type': FILE_TYPE }), ...headers },
  body: Buffer.alloc(0),
});

export const htmlAnswer = (status: number, title: string): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: Buffer.from(
    `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
  ),
});

export const refusalAnswer = ({ status, message, code }: Refusal, style: Behaviour['errorBody']): Answer => {
  const reason = STATUS_CODES[status] ?? 'Error';
  if (style === 'empty') return emptyAnswer(status);
  if (style === 'html') return htmlAnswer(status, `${status} ${reason}`);
  const section = `${Math.floor(status / 100)}.${(status % 100) + 1}`;
  const told = {
    title: message,
    type: `https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.${section}`,
  };
  if (style === 'three-keys') {
    return jsonAnswer(status, { status: `HTTP ${status} ${reason}`, ...told }, { 'content-type': 'application/json' });
  }
  return jsonAnswer(status, {
    ...told,
    detail: code ? `${code}: ${message}` : message,
    status: style === 'numeric-status' ? status : `HTTP ${status} ${reason}`,
    ...(code && { 'o:errorCode': code }),
    'o:errorDetails': [],
  });
};
