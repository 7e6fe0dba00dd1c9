/**
 * One page of a list call, in Oracle's envelope. `offset` counts items from 0; a page holds at most 100, or less on a
 * server that caps lower. Pages are cut from the list as it is now: what changes between two pages shifts the rest.
 */

import type { Behaviour } from '../behaviour.ts';
import type { State } from '../holds/holdings.ts';
import { type Answer, jsonAnswer, Refusal } from '../http/answer.ts';

const MAX_PAGE = 100;

export interface PageRequest<T> {
  /** All that match, in order. */
  readonly found: readonly T[];
  readonly query: URLSearchParams;
  readonly toJson: (item: T) => string;
  /** Below the API's root, without a query. */
  readonly path: string;
  readonly state: State;
  readonly pageCap: number | undefined;
  /** @default true */
  readonly hasLinks?: boolean;
}

/** @throws Refusal for a `limit` or `offset` that is no such number. */
export const pageAnswer = <T>({
  found,
  query,
  toJson,
  path,
  state,
  pageCap,
  hasLinks = true,
}: PageRequest<T>): Answer => {
  const { behaviour } = state;
  const asked = readCount(query, 'limit', MAX_PAGE, 1);
  const offset = behaviour.offset === 'obeyed' ? readCount(query, 'offset', 0, 0) : 0;
  if (asked > MAX_PAGE && behaviour.limitOver100 === 'reject') throw new Refusal(400, `limit is at most ${MAX_PAGE}`);
  const limit = Math.min(asked, MAX_PAGE, pageCap ?? MAX_PAGE);
  const page = found.slice(offset, offset + limit).map((item) => distorted(state.oddities, toJson(item)));
  const href = `${state.baseUrl}/ic/api/integration/v1/${path}?${query}`;
  const links = [
    { href, rel: 'self' },
    { href, rel: 'canonical' },
  ];
  const counts = { hasMore: offset + page.length < found.length, totalResults: found.length };
  const extent = { limit, ...(hasLinks && { links }), ...(behaviour.envelopeOffset && { offset }) };
  return jsonAnswer(200, envelopes[behaviour.envelope](page, counts, extent));
};

interface Counts {
  readonly hasMore: boolean;
  readonly totalResults: number;
}

/** As JSON text: the items are that already. */
const envelopes: Readonly<
  Record<Behaviour['envelope'], (items: readonly string[], counts: Counts, extent: object) => string>
> = {
  camel: (items, { hasMore, totalResults }, extent) =>
    `{"hasMore":${hasMore},"items":[${items.join(',')}],${inner({ ...extent, totalResults })}}`,
  hyphens: (items, { hasMore, totalResults }, extent) =>
    `{"has-more":${hasMore},"items":[${items.map(hyphenated).join(',')}],${inner({ ...extent, 'total-results': totalResults })}}`,
  bare: (items) => `{"items":[${items.join(',')}]}`,
  nulls: (items, _, extent) =>
    `{"hasMore":null,"items":[${items.join(',')}],${inner({ ...extent, totalResults: null })}}`,
};

const inner = (value: object): string => JSON.stringify(value).slice(1, -1);

const hyphenated = (json: string): string =>
  JSON.stringify(
    JSON.parse(json, function (this: unknown, _, value: unknown) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      const spelled = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      return Object.fromEntries(Object.entries(value).map(([key, inside]) => [spelled(key), inside]));
    }),
  );

const distorted = (oddities: State['oddities'], json: string): string => {
  if (oddities.size === 0) return json;
  const item = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const { id, name, code, version } = item;
  const change = [id, name, `${code}|${version}`].map((key) => oddities.get(String(key))).find(Boolean);
  return change ? JSON.stringify(change(item)) : json;
};

const readCount = (query: URLSearchParams, name: string, fallback: number, least: number): number => {
  const text = query.get(name);
  if (text === null) return fallback;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < least) throw new Refusal(400, `${name} must be a number of at least ${least}`);
  return count;
};
