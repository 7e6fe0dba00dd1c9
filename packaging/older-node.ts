/** What the program uses of the language, and Node 20 does not have yet. Loaded there only, before anything else. */

const add = (to: object, members: Readonly<Record<string, unknown>>): void => {
  for (const [name, value] of Object.entries(members)) {
    if (!(name in to)) Object.defineProperty(to, name, { value, writable: true, configurable: true });
  }
};

add(Map, {
  groupBy: <T, K>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> => {
    const groups = new Map<K, T[]>();
    let index = 0;
    for (const item of items) {
      const key = keyOf(item, index++);
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
    return groups;
  },
});

add(Array, {
  fromAsync: async <T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> => {
    const array: T[] = [];
    for await (const item of items) array.push(item);
    return array;
  },
});

add(Promise, {
  withResolvers: <T>() => {
    let settle: object = {};
    const promise = new Promise<T>((resolve, reject) => {
      settle = { resolve, reject };
    });
    return { promise, ...settle };
  },
});

add(URL, { parse: (text: string, base?: string) => (URL.canParse(text, base) ? new URL(text, base) : null) });

add(Set.prototype, {
  isSubsetOf<T>(this: Set<T>, other: ReadonlySet<T>): boolean {
    for (const item of this) if (!other.has(item)) return false;
    return true;
  },
});

type Each<T, R> = (item: T, index: number) => R;

add(Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())), {
  *map<T, R>(this: Iterable<T>, change: Each<T, R>) {
    let index = 0;
    for (const item of this) yield change(item, index++);
  },
  *filter<T>(this: Iterable<T>, isWanted: Each<T, boolean>) {
    let index = 0;
    for (const item of this) if (isWanted(item, index++)) yield item;
  },
  toArray<T>(this: Iterable<T>): T[] {
    return [...this];
  },
  some<T>(this: Iterable<T>, isIt: Each<T, boolean>): boolean {
    let index = 0;
    for (const item of this) if (isIt(item, index++)) return true;
    return false;
  },
  every<T>(this: Iterable<T>, isIt: Each<T, boolean>): boolean {
    let index = 0;
    for (const item of this) if (!isIt(item, index++)) return false;
    return true;
  },
  find<T>(this: Iterable<T>, isIt: Each<T, boolean>): T | undefined {
    let index = 0;
    for (const item of this) if (isIt(item, index++)) return item;
    return undefined;
  },
});
