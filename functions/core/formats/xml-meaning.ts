/**
 * An XML document as what it means, written so that two documents of one meaning give the same: comments, declarations of
 * namespaces, the order of attributes, white space between elements and prefixes, also those inside values (XPath, QNames),
 * do not count. It expands no entity but the five of XML.
 *
 * The text is the bytes of the document, a character each: all that is looked for is ASCII, whatever UTF-8 is in between.
 *
 * Every file of every archive comes through here when it is read, so this is one pass over the text, by hand, that makes
 * nothing of an element but a few numbers and the values as they stand.
 */

export interface XmlMeaning {
  /**
   * The document: `<` and the place of an element in `names`, `@` and that of an attribute with its value, `=` and a text,
   * each ended by a zero; `>` ends an element.
   */
  readonly text: string;
  /** Of elements and attributes, with their namespaces, in the order they come first. */
  readonly names: readonly string[];
}

export interface XmlRules {
  /** Elements left out with all that is in them. @param depth 1 right below the root */
  readonly isLeftOut?: (local: string, depth: number) => boolean;
  /** Attributes left out, by name as written, when their value is such. */
  readonly leftOutAttributes: ReadonlyMap<string, RegExp>;
  /** What a text counts as. */
  readonly text?: (text: string) => string;
}

/** What the prefixes stand for in one part of the document, and what was read there so far. */
interface Scope {
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

interface Name {
  /** With the URI of its namespace. */
  readonly universal: string;
  readonly local: string;
  /** What tells its place in `names`, once it is there. */
  code: string | undefined;
}

interface Element {
  readonly written: string;
  readonly local: string;
  /** In it and below it. */
  readonly scope: Scope;
}

const UNREADABLE = new Error('not a document to compare');

const refuse = (): never => {
  throw UNREADABLE;
};

const XML = 'http://www.w3.org/XML/1998/namespace';
const CDATA = '<![CDATA[';
const TAB = 0x09;
const NEWLINE = 0x0a;
const BLANK = 0x20;
const EXCLAMATION = 0x21;
const QUOTE = 0x22;
const AMPERSAND = 0x26;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const COLON = 0x3a;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;

/** Neither can stand in XML. */
const END_OF_VALUE = '\0';
const END_OF_URI = '\u0001';

/** Elements that declare something, one inside the other, and ways to do so that are remembered. */
const MAX_SCOPES = 100;

/** @param source its bytes as latin1; undefined when they are no XML document */
export const readXmlMeaning = (source: string, rules: XmlRules): XmlMeaning | undefined => {
  const text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
  if (text.includes(END_OF_VALUE) || text.includes(END_OF_URI)) return undefined;
  try {
    return read(text, rules);
  } catch (error) {
    if (error === UNREADABLE) return undefined;
    throw error;
  }
};

/** Of a lookup: to whoever looks a value up, a blank in it is a part of it. */
const CELL = 'cell';

const read = (text: string, rules: XmlRules): XmlMeaning => {
  const writer = createWriter();
  const outside = scopeIn(undefined, new Map([['xml', XML]]));
  const tag: Tag = { name: '', names: [], values: [], hasColon: [], declared: undefined, end: 0 };
  const open: Element[] = [];
  let parent: Element | undefined;
  let root: Element | undefined;
  let isStylesheet = false;
  /** While inside of an element that is left out: how many are around it. */
  let leftOutAt = Number.POSITIVE_INFINITY;
  let pending = '';
  const flush = (): void => {
    const isText = !isBlank(pending, 0, pending.length);
    if (!parent && isText) refuse();
    const isExact = parent?.local === (isStylesheet ? 'text' : CELL);
    if (parent && open.length <= leftOutAt && (isText || isExact)) {
      const told = named(isStylesheet || isExact ? pending : trimmed(pending), parent.scope);
      writer.text(rules.text?.(told) ?? told);
    }
    pending = '';
  };
  let at = 0;
  for (let start = text.indexOf('<'); start !== -1; start = text.indexOf('<', at)) {
    const next = text.charCodeAt(start + 1);
    const isMarkup = next === EXCLAMATION || next === QUESTION;
    if (start > at) {
      const counts =
        isMarkup || pending !== '' || parent?.local === 'text' || parent?.local === CELL || !isBlank(text, at, start);
      if (counts) pending += decode(text.slice(at, start));
    }
    if (isMarkup) {
      at = endOfMarkup(text, start, root === undefined);
      if (text.startsWith(CDATA, start)) pending += text.slice(start + CDATA.length, at - 3);
      continue;
    }
    if (pending !== '') flush();
    if (next === SLASH) {
      at = endOfEndTag(text, start, parent?.written ?? refuse());
      open.pop();
      parent = open.at(-1);
      if (open.length < leftOutAt) writer.end();
      else if (open.length === leftOutAt) leftOutAt = Number.POSITIVE_INFINITY;
      continue;
    }
    if (!parent && root) refuse();
    readTag(text, start, rules, tag);
    at = tag.end;
    const isEmpty = text.charCodeAt(at - 2) === SLASH;
    const scope = scopeIn(parent?.scope ?? outside, tag.declared);
    const name = writer.elementName(tag.name, scope);
    if (open.length <= leftOutAt) {
      if (parent && rules.isLeftOut?.(name.local, open.length)) {
        if (!isEmpty) leftOutAt = open.length;
      } else {
        writer.start(name, tag, scope);
        if (isEmpty) writer.end();
      }
    }
    if (isEmpty && root) continue;
    const element = { written: tag.name, local: name.local, scope };
    if (!root) {
      root = element;
      isStylesheet = element.local === 'stylesheet' || element.local === 'transform';
    }
    if (!isEmpty) {
      open.push(element);
      parent = element;
    }
  }
  pending += text.slice(at);
  flush();
  if (!root || parent) refuse();
  return writer.meaning();
};

const scopeIn = (around: Scope | undefined, own: ReadonlyMap<string, string> | undefined): Scope => {
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

const createWriter = () => {
  const names: string[] = [];
  const byUniversal = new Map<string, Name>();
  let text = '';
  const nameOf = (written: string, unprefixed: string, scope: Scope): Name => {
    const universal = universalName(written, unprefixed, scope);
    let name = byUniversal.get(universal);
    if (!name) {
      name = { universal, local: written.slice(written.indexOf(':') + 1), code: undefined };
      byUniversal.set(universal, name);
    }
    return name;
  };
  const codeOf = (name: Name): string => {
    name.code ??= `${(names.push(name.universal) - 1).toString(36)}${END_OF_VALUE}`;
    return name.code;
  };
  const attributeName = (written: string, scope: Scope): Name => {
    let name = scope.attributes.get(written);
    if (!name) {
      name = nameOf(written, '', scope);
      scope.attributes.set(written, name);
    }
    return name;
  };
  const resolved: Name[] = [];
  return {
    elementName: (written: string, scope: Scope): Name => {
      let name = scope.elements.get(written);
      if (!name) {
        name = nameOf(written, uriOf('', scope) ?? '', scope);
        scope.elements.set(written, name);
      }
      return name;
    },
    start: (element: Name, tag: Tag, scope: Scope): void => {
      text += `<${codeOf(element)}`;
      const { names: written, values, hasColon } = tag;
      const order: number[] = [];
      for (let at = 0; at < written.length; at++) {
        resolved[at] = attributeName(written[at] ?? '', scope);
        order.push(at);
      }
      const universal = (at: number): string => resolved[at]?.universal ?? '';
      if (order.length > 1) order.sort((a, b) => (universal(a) < universal(b) ? -1 : 1));
      for (const at of order) {
        const value = values[at] ?? '';
        text += `@${codeOf(resolved[at] ?? element)}${hasColon[at] ? named(value, scope) : value}${END_OF_VALUE}`;
      }
    },
    text: (told: string): void => {
      text += `=${told}${END_OF_VALUE}`;
    },
    end: (): void => {
      text += '>';
    },
    meaning: (): XmlMeaning => ({ text, names }),
  };
};

const isBlank = (text: string, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (text.charCodeAt(at) > BLANK) return false;
  return true;
};

/** Not as `trim` does, to which a byte of UTF-8 may look like a blank. */
const trimmed = (text: string): string => {
  let [from, to] = [0, text.length];
  while (text.charCodeAt(from) <= BLANK) from += 1;
  while (to > from && text.charCodeAt(to - 1) <= BLANK) to -= 1;
  return text.slice(from, to);
};

/** A comment, an instruction to a program, a CDATA section, or a document type that defines nothing itself. */
const endOfMarkup = (text: string, start: number, isBeforeRoot: boolean): number => {
  const endAfter = (begin: string, end: string): number | undefined => {
    if (!text.startsWith(begin, start)) return undefined;
    const found = text.indexOf(end, start + begin.length);
    return found === -1 ? refuse() : found + end.length;
  };
  const end = endAfter('<!--', '-->') ?? endAfter('<?', '?>') ?? endAfter(CDATA, ']]>');
  if (end !== undefined) return end;
  const typeEnd = isBeforeRoot ? endAfter('<!DOCTYPE', '>') : undefined;
  return typeEnd === undefined || text.slice(start, typeEnd).includes('[') ? refuse() : typeEnd;
};

const endOfEndTag = (text: string, start: number, name: string): number => {
  const afterName = start + 2 + name.length;
  if (!text.startsWith(name, start + 2)) refuse();
  if (text.charCodeAt(afterName) === GREATER) return afterName + 1;
  const end = text.indexOf('>', afterName);
  return end === -1 || !isBlank(text, afterName, end) ? refuse() : end + 1;
};

/** One for all tags of a document, read into one after the other. */
interface Tag {
  name: string;
  /** Of its attributes. */
  readonly names: string[];
  readonly values: string[];
  readonly hasColon: boolean[];
  declared: Map<string, string> | undefined;
  /** Where the next thing begins. */
  end: number;
}

const readTag = (text: string, start: number, rules: XmlRules, tag: Tag): void => {
  let at = endOfName(text, start + 1);
  tag.name = text.slice(start + 1, at);
  tag.declared = undefined;
  let count = 0;
  for (;;) {
    const begin = endOfBlanks(text, at);
    const code = text.charCodeAt(begin);
    const isEmpty = code === SLASH && text.charCodeAt(begin + 1) === GREATER;
    if (code === GREATER || isEmpty) {
      tag.names.length = count;
      tag.end = begin + (isEmpty ? 2 : 1);
      return;
    }
    if (begin === at) refuse();
    at = endOfName(text, begin);
    const attribute = text.slice(begin, at);
    at = endOfBlanks(text, at);
    if (text.charCodeAt(at) !== EQUALS) refuse();
    at = endOfBlanks(text, at + 1);
    const quote = text.charCodeAt(at);
    if (quote !== QUOTE && quote !== APOSTROPHE) refuse();
    const valueAt = ++at;
    let isCoded = false;
    let hasColon = false;
    for (let each = text.charCodeAt(at); each !== quote; each = text.charCodeAt(++at)) {
      if (each === COLON) hasColon = true;
      else if (each === AMPERSAND || each === TAB || each === NEWLINE) isCoded = true;
      else if (each === LESS || Number.isNaN(each)) refuse();
    }
    const written = text.slice(valueAt, at);
    const value = isCoded ? decode(written.replace(/[\t\n]/g, ' ')) : written;
    at += 1;
    if (attribute.startsWith('xmlns') && (attribute.length === 5 || attribute.charCodeAt(5) === COLON)) {
      tag.declared ??= new Map();
      tag.declared.set(attribute.slice(6), value);
    } else if (!rules.leftOutAttributes.get(attribute)?.test(value)) {
      tag.names[count] = attribute;
      tag.values[count] = value;
      tag.hasColon[count] = hasColon || isCoded;
      count += 1;
    }
  }
};

const endOfBlanks = (text: string, from: number): number => {
  let at = from;
  for (let code = text.charCodeAt(at); code === BLANK || code === NEWLINE || code === TAB; ) {
    code = text.charCodeAt(++at);
  }
  return at;
};

const endOfName = (text: string, from: number): number => {
  let at = from;
  while (isOfName(text.charCodeAt(at))) at += 1;
  return at === from ? refuse() : at;
};

const isOfName = (code: number): boolean => OF_NAME[code] === 1;

const OF_NAME = Uint8Array.from({ length: 256 }, (_, code) =>
  code > BLANK && !'=>/<"\'&'.includes(String.fromCharCode(code)) ? 1 : 0,
);

/** @param unprefixed the namespace of a name without a prefix */
const universalName = (name: string, unprefixed: string, scope: Scope): string => {
  const cut = name.indexOf(':');
  const uri = cut === -1 ? unprefixed : (uriOf(name.slice(0, cut), scope) ?? refuse());
  const local = cut === -1 ? name : name.slice(cut + 1);
  return uri === '' ? local : uri + END_OF_URI + local;
};

const uriOf = (prefix: string, scope: Scope): string | undefined => {
  const known = scope.uris.get(prefix);
  if (known !== undefined || scope.uris.has(prefix)) return known;
  const uri = scope.own.get(prefix) ?? (scope.around && uriOf(prefix, scope.around));
  scope.uris.set(prefix, uri);
  return uri;
};

/** The prefix of a name inside a value. */
const PREFIX = /(?<![\w.-])([A-Za-z_][\w.-]*):(?=[A-Za-z_])/g;

/** A value with what its prefixes stand for; one that is not declared stays. */
const named = (value: string, scope: Scope): string => {
  const known = scope.values.get(value);
  if (known !== undefined) return known;
  const told = value.replace(PREFIX, (found, prefix: string) => {
    const uri = uriOf(prefix, scope);
    return uri === undefined ? found : END_OF_URI + uri + END_OF_URI;
  });
  scope.values.set(value, told);
  return told;
};

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

const decode = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+))?;?/g, (found, hex?: string, decimal?: string, name?: string) => {
        if (!found.endsWith(';')) return refuse();
        if (name !== undefined) return ENTITIES.get(name) ?? refuse();
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        return code > 1 && code <= 0x10ffff ? bytesOf(String.fromCodePoint(code)) : refuse();
      })
    : text;

const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');
