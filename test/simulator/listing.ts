/**
 * One page of a list call, in Oracle's envelope. `offset` counts items from 0; a page holds at most 100, or less on a
 * server that caps lower. Pages are cut from the list as it is now: what changes between two pages shifts the rest.
 */
import { type Answer, jsonAnswer, Refusal } from './answer.ts';
import type { Behaviour } from './behaviour.ts';

const MAX_PAGE = 100;

export interface PageRequest<T> {
  /** All that match, in order. */
  readonly found: readonly T[];
  readonly query: URLSearchParams;
  readonly toJson: (item: T) => string;
  /** Where the list is, without a query. */
  readonly url: string;
  readonly behaviour: Behaviour;
  readonly pageCap: number | undefined;
}

/** @throws Refusal for a `limit` or `offset` that is no such number. */
export const pageAnswer = <T>({ found, query, toJson, url, behaviour, pageCap }: PageRequest<T>): Answer => {
  const offset = readCount(query, 'offset', 0, 0);
  const asked = readCount(query, 'limit', MAX_PAGE, 1);
  if (asked > MAX_PAGE && behaviour.limitOver100 === 'reject') throw new Refusal(400, `limit is at most ${MAX_PAGE}`);
  const limit = Math.min(asked, MAX_PAGE, pageCap ?? MAX_PAGE);
  const page = found.slice(offset, offset + limit);
  const href = `${url}?${query}`;
  const envelope = {
    hasMore: offset + page.length < found.length,
    limit,
    links: [
      { href, rel: 'self' },
      { href, rel: 'canonical' },
    ],
    ...(behaviour.envelopeOffset && { offset }),
    totalResults: found.length,
  };
  return jsonAnswer(200, `{"items":[${page.map(toJson).join(',')}],${JSON.stringify(envelope).slice(1)}`);
};

const readCount = (query: URLSearchParams, name: string, fallback: number, least: number): number => {
  const text = query.get(name);
  if (text === null) return fallback;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < least) throw new Refusal(400, `${name} must be a number of at least ${least}`);
  return count;
};
