/**
 * The tags and the markup of an XML document, one at a time: where each begins and ends, and what is written in it. The text
 * is the bytes of the document, a character each.
 */

export const UNREADABLE = new Error('not a document to compare');

export const refuse = (): never => {
  throw UNREADABLE;
};

export const CDATA = '<![CDATA[';
const TAB = 0x09;
const NEWLINE = 0x0a;
export const BLANK = 0x20;
export const EXCLAMATION = 0x21;
const QUOTE = 0x22;
const AMPERSAND = 0x26;
const APOSTROPHE = 0x27;
export const SLASH = 0x2f;
const COLON = 0x3a;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
export const QUESTION = 0x3f;

export const isBlank = (text: string, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (text.charCodeAt(at) > BLANK) return false;
  return true;
};

/** A comment, an instruction to a program, a CDATA section, or a document type that defines nothing itself. */
export const endOfMarkup = (text: string, start: number, isBeforeRoot: boolean): number => {
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

export const endOfEndTag = (text: string, start: number, name: string): number => {
  const afterName = start + 2 + name.length;
  if (!text.startsWith(name, start + 2)) refuse();
  if (text.charCodeAt(afterName) === GREATER) return afterName + 1;
  const end = text.indexOf('>', afterName);
  return end === -1 || !isBlank(text, afterName, end) ? refuse() : end + 1;
};

/** One for all tags of a document, read into one after the other. */
export interface Tag {
  name: string;
  /** Of its attributes. */
  readonly names: string[];
  readonly values: string[];
  readonly hasColon: boolean[];
  declared: Map<string, string> | undefined;
  /** Where the next thing begins. */
  end: number;
}

/** @param leftOutAttributes by name, when their value is such */
export const readTag = (
  text: string,
  start: number,
  leftOutAttributes: ReadonlyMap<string, RegExp>,
  tag: Tag,
): void => {
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
    } else if (!leftOutAttributes.get(attribute)?.test(value)) {
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

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

export const decode = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+))?;?/g, (found, hex?: string, decimal?: string, name?: string) => {
        if (!found.endsWith(';')) return refuse();
        if (name !== undefined) return ENTITIES.get(name) ?? refuse();
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        return code > 1 && code <= 0x10ffff ? bytesOf(String.fromCodePoint(code)) : refuse();
      })
    : text;

const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');
