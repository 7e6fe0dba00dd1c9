/**
 * The `q` filter of the list calls: text that looks like a JavaScript object and is not one, e.g.
 * `{name: /Oracle/, status : 'CONFIGURED'}`. A quoted value is matched whole, a value between slashes is contained (it is
 * plain text, not a pattern), and all conditions hold at once. Upper and lower case differ.
 */

interface Condition {
  readonly key: string;
  readonly value: string;
  readonly match: 'exact' | 'contains';
}

/** @throws Error when the text is not of that grammar. */
const parseQuery = (text: string): Condition[] => {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) throw new Error('q must be written between braces');
  const inner = trimmed.slice(1, -1);
  const conditions: Condition[] = [];
  const pattern = /\s*([A-Za-z]+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\/((?:[^/\\]|\\.)*)\/)\s*(,|$)/y;
  let separator = ',';
  while (pattern.lastIndex < inner.length || separator === ',') {
    const found = pattern.exec(inner);
    if (!found) throw new Error('q is not a list of key: value conditions');
    const [, key = '', single, double, contained, next = ''] = found;
    const value = (single ?? double ?? contained ?? '').replace(/\\(.)/g, '$1');
    conditions.push({ key, value, match: contained === undefined ? 'exact' : 'contains' });
    separator = next;
  }
  return conditions;
};

export type Reader<T> = (item: T) => string | undefined;

/** @throws Error for a key that cannot be asked for. */
export const createFilter = <T>(text: string, readers: Readonly<Record<string, Reader<T>>>): ((item: T) => boolean) => {
  const checks = parseQuery(text).map(({ key, value, match }) => {
    const read = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (!read) throw new Error(`q knows no key ${key}`);
    return (item: T): boolean => {
      const found = read(item) ?? '';
      return match === 'exact' ? found === value : found.includes(value);
    };
  });
  return (item) => checks.every((check) => check(item));
};
