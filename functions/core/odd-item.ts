/** What a listing told in a form that cannot be read. Nothing may be concluded from it but that it is there. */
export interface OddItem {
  /** `CODE|VERSION` as it was told, else its code, its name or its id, else its place in the listing. */
  readonly id: string;
  /** Which one, where, and what is odd about it. */
  readonly message: string;
  readonly code: string | undefined;
  /** All that it may be known by; empty when it tells nothing of itself. */
  readonly names: readonly string[];
}

/** What a listing told: all that is there, each exactly once, what is odd apart from the rest. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly odd: readonly OddItem[];
}

/** Longer ones than this are cut: they are for people to read. */
const MAX_NAME = 200;

/** What something that cannot be read may be known by, the best first. */
export const namesOf = (value: unknown): Pick<OddItem, 'code' | 'names'> => {
  if (typeof value !== 'object' || value === null) return { code: undefined, names: [] };
  const told = value as Readonly<Record<string, unknown>>;
  const [code, version, name, id] = [told.code, told.version, told.name, told.id].map(wordOf);
  const best = code !== undefined && version !== undefined ? `${code}|${version}` : code;
  return { code, names: [...new Set([best, name, id].filter((text) => text !== undefined))] };
};

const wordOf = (value: unknown): string | undefined =>
  (typeof value === 'string' && value.trim() !== '') || typeof value === 'number'
    ? String(value).slice(0, MAX_NAME)
    : undefined;

/** Whether it tells of itself what fits the item of that id; a code without a version fits every version. */
export const isNamed = ({ names }: OddItem, id: string): boolean =>
  names.some((name) => name === id || id.startsWith(`${name}|`));

/** Whether it may be the item of that id: what tells nothing of itself may be any. */
const mayBe = (odd: OddItem, id: string): boolean => odd.names.length === 0 || isNamed(odd, id);

/**
 * Of what a side seems to lack: what it does lack, and what nobody can say, since it may be there in a form that cannot be
 * read. What is odd and fits none of it is told as well.
 */
export const splitAbsent = <T extends { readonly id: string }>(absent: readonly T[], odd: readonly OddItem[] = []) => {
  const found = absent.map((item) => ({ item, one: odd.find((each) => mayBe(each, item.id)) }));
  const fitting = new Set(found.map(({ one }) => one));
  return {
    absent: found.flatMap(({ item, one }) => (one ? [] : [item])),
    unknown: [
      ...found.flatMap(({ item, one }) => (one ? [{ id: item.id, reason: one.message }] : [])),
      ...odd.filter((one) => !fitting.has(one)).map(({ id, message }) => ({ id, reason: message })),
    ],
  };
};

/** What was listed and, of what was known before, that which an odd item may be: better that than nothing. */
export const withKnown = <T extends { readonly id: string }>(
  listed: readonly T[],
  before: readonly T[] | undefined,
  odd: readonly OddItem[] | undefined,
): readonly T[] => {
  if (!before || !odd || odd.length === 0) return listed;
  const ids = new Set(listed.map(({ id }) => id));
  return [...listed, ...before.filter(({ id }) => !ids.has(id) && odd.some((one) => mayBe(one, id)))];
};
