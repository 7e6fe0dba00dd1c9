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

import { END_OF_URI, END_OF_VALUE, type Name, named, type Scope, scopeIn, universalName, uriOf } from './xml-scope.ts';
import {
  BLANK,
  CDATA,
  decode,
  EXCLAMATION,
  endOfEndTag,
  endOfMarkup,
  isBlank,
  QUESTION,
  readTag,
  refuse,
  SLASH,
  type Tag,
  UNREADABLE,
} from './xml-tag.ts';

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

interface Element {
  readonly written: string;
  readonly local: string;
  /** In it and below it. */
  readonly scope: Scope;
}

const XML = 'http://www.w3.org/XML/1998/namespace';

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
    readTag(text, start, rules.leftOutAttributes, tag);
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

/** Not as `trim` does, to which a byte of UTF-8 may look like a blank. */
const trimmed = (text: string): string => {
  let [from, to] = [0, text.length];
  while (text.charCodeAt(from) <= BLANK) from += 1;
  while (to > from && text.charCodeAt(to - 1) <= BLANK) to -= 1;
  return text.slice(from, to);
};
