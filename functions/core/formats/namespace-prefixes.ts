/** What a namespace is called. Exports of one integration differ in that (`ns0`, `ns2`), and it means nothing. */

/** One prefix for each namespace, given out while documents are read: the first document keeps its own. */
export interface Prefixes {
  /** Of an element, where an empty prefix is one. */
  ofElement(uri: string, wanted: string): string;
  /** In the names of attributes and inside values, where it is not. */
  ofName(uri: string, wanted: string): string;
}

export const createPrefixes = (): Prefixes => ({ ofElement: allot(), ofName: allot() });

const allot = (): ((uri: string, wanted: string) => string) => {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  return (uri, wanted) => {
    const known = given.get(uri);
    if (known !== undefined) return known;
    let prefix = wanted;
    for (let n = 2; taken.has(prefix); n++) prefix = `${wanted || 'ns'}_${n}`;
    taken.add(prefix);
    given.set(uri, prefix);
    return prefix;
  };
};

/** Renames the prefixes of names inside a value, e.g. an XPath expression; a prefix that is not declared stays. */
export const renamePrefixes = (
  value: string,
  resolve: (prefix: string) => string | undefined,
  prefixes: Prefixes,
): string =>
  value.replace(/(?<![\w.-])([A-Za-z_][\w.-]*):(?=[A-Za-z_])/g, (found, prefix: string) => {
    const uri = resolve(prefix);
    return uri === undefined ? found : `${prefixes.ofName(uri, prefix)}:`;
  });
