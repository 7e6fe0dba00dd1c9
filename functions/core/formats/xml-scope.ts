/** What prefixes stand for in each part of an XML document, and the names and values in it with their namespaces. */
import { refuse } from './xml-tag.ts';

/** Neither can stand in XML. */
export const END_OF_VALUE = '\0';
export const END_OF_URI = '\u0001';

/** What the prefixes stand for in one part of the document, and what was read there so far. */
export interface Scope {
  readonly own: ReadonlyMap<string, string>;
  readonly around: Scope | undefined;
  readonly depth: number;
  /** Scopes below it, by what they declare. */
  readonly below: Map<string, Scope>;
  /** By prefix; undefined when that is not declared. */
  readonly uris: Map<string, string | undefined>;
  /** By name as written. */
  readonly elements: Map<string, Name>;
  readonly attributes: Map<string, Name>;
  /** Values with a colon, by what they are written as. */
  readonly values: Map<string, string>;
}

export interface Name {
  /** With the URI of its namespace. */
  readonly universal: string;
  readonly local: string;
  /** What tells its place in `names`, once it is there. */
  code: string | undefined;
}

/** Elements that declare something, one inside the other, and ways to do so that are remembered. */
const MAX_SCOPES = 100;

export const scopeIn = (around: Scope | undefined, own: ReadonlyMap<string, string> | undefined): Scope => {
  if (around && !own) return around;
  const depth = around ? around.depth + 1 : 0;
  if (depth > MAX_SCOPES) refuse();
  let declared = '';
  for (const [prefix, uri] of own ?? []) declared += prefix + END_OF_VALUE + uri + END_OF_VALUE;
  const known = around?.below.get(declared);
  if (known) return known;
  const scope: Scope = {
    own: own ?? new Map(),
    around,
    depth,
    below: new Map(),
    uris: new Map(),
    elements: new Map(),
    attributes: new Map(),
    values: new Map(),
  };
  // Real documents declare the same over and over; those that do not would only fill the memory.
  if (around && around.below.size < MAX_SCOPES) around.below.set(declared, scope);
  return scope;
};

/** @param unprefixed the namespace of a name without a prefix */
export const universalName = (name: string, unprefixed: string, scope: Scope): string => {
  const cut = name.indexOf(':');
  const uri = cut === -1 ? unprefixed : (uriOf(name.slice(0, cut), scope) ?? refuse());
  const local = cut === -1 ? name : name.slice(cut + 1);
  return uri === '' ? local : uri + END_OF_URI + local;
};

export const uriOf = (prefix: string, scope: Scope): string | undefined => {
  const known = scope.uris.get(prefix);
  if (known !== undefined || scope.uris.has(prefix)) return known;
  const uri = scope.own.get(prefix) ?? (scope.around && uriOf(prefix, scope.around));
  scope.uris.set(prefix, uri);
  return uri;
};

/** The prefix of a name inside a value. */
const PREFIX = /(?<![\w.-])([A-Za-z_][\w.-]*):(?=[A-Za-z_])/g;

/** A value with what its prefixes stand for; one that is not declared stays. */
export const named = (value: string, scope: Scope): string => {
  const known = scope.values.get(value);
  if (known !== undefined) return known;
  const told = value.replace(PREFIX, (found, prefix: string) => {
    const uri = uriOf(prefix, scope);
    return uri === undefined ? found : END_OF_URI + uri + END_OF_URI;
  });
  scope.values.set(value, told);
  return told;
};
