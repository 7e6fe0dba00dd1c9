/**
 * What an answer that is not what we asked for says, for people. Error bodies come as Oracle JSON (`title`, `detail`,
 * `details.title`, `o:errorDetails[]`, with `status` as text such as "HTTP 404 Not Found"), as HTML from a gateway, or
 * empty; all three give a short plain sentence or nothing.
 */

import { stripHtml } from '../../core/plain-text.ts';

/** More of a body than this is not read for words. */
const MAX_BODY = 4_000;

export const looksLikeHtml = (body: string): boolean =>
  /^\s*<(!doctype html|html|head|body|\?xml[^>]*>\s*<html)/i.test(body);

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() ? value : undefined);

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** Oracle's own words in an error body, or undefined when it holds none. */
export const oracleWords = (body: string): string | undefined => {
  if (!body.trim()) return undefined;
  if (looksLikeHtml(body)) {
    const title = /<title[^>]*>([\s\S]*?)<\/title>/i.exec(body.slice(0, MAX_BODY))?.[1];
    return `an HTML page${title && stripHtml(title) ? `: ${stripHtml(title)}` : ''}`;
  }
  const json = parseJson(body);
  if (json === undefined) return stripHtml(body.slice(0, MAX_BODY)) || undefined;
  const first = [field(json, 'o:errorDetails')].flat()[0];
  const words = [
    textOf(field(json, 'title')) ?? textOf(field(field(json, 'details'), 'title')) ?? textOf(field(first, 'title')),
    textOf(field(json, 'detail')) ?? textOf(field(first, 'detail')),
    textOf(field(json, 'error_description')) ?? textOf(field(json, 'error')),
    textOf(field(json, 'o:errorCode')) ?? textOf(field(first, 'o:errorCode')),
  ].filter((part, index, all): part is string => part !== undefined && all.indexOf(part) === index);
  return words.length > 0 ? stripHtml(words.join(': ')) : textOf(field(json, 'status'));
};

/**
 * The status that an error body tells itself, whatever the answer's own is; undefined when the body is no error. Imports and
 * deletions have been answered 200 with such a body, and nothing done.
 */
export const statusOfErrorBody = (body: string): number | undefined => {
  const json = parseJson(body);
  const status = field(json, 'status');
  const told = Number(typeof status === 'string' ? /^HTTP (\d{3})\b/.exec(status)?.[1] : status);
  if (told >= 400 && told < 600) return told;
  const details = field(json, 'o:errorDetails');
  const isError = textOf(field(json, 'o:errorCode')) || (Array.isArray(details) && details.length > 0);
  return isError ? 500 : undefined;
};

/** Whether it is an error body as Oracle writes them; a gateway may answer with JSON of its own. */
export const isOracles = (body: string): boolean => {
  const json = parseJson(body);
  return ['title', 'details', 'o:errorCode', 'o:errorDetails'].some((name) => field(json, name) !== undefined);
};

/** undefined for anything that is not JSON. */
export const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
};
