/**
 * The few facts wanted from XML files in an archive. Names are matched without their prefix, which varies between exports.
 * A document type is refused: nothing of Oracle's has one, and entities are how XML does harm. XML that breaks off, or goes
 * on for too long, yields what came before; whether that is enough is for the caller to say.
 */
import { SaxesParser } from 'saxes';
import { ArchiveError } from './archive-error.ts';

/** What is wanted stands near the beginning; a bound on the rest keeps millions of tags out of memory. */
const MAX_XML_BYTES = 2 ** 20;
/** Parsed in slices, so that reading stops soon after the last fact is found. */
const SLICE_CHARS = 4096;
const BROKEN = new Error('not well-formed');

interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** An element with everything below it. */
export interface XmlNode extends XmlElement {
  readonly children: readonly XmlNode[];
  /** Its own text, trimmed. */
  readonly text: string;
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

const feed = (parser: SaxesParser, xml: Uint8Array, isDone: () => boolean, maxBytes = MAX_XML_BYTES): void => {
  parser.on('doctype', () => {
    throw new ArchiveError('hostile', 'The archive holds an XML file with a document type, which no export has.');
  });
  parser.on('error', () => {
    throw BROKEN;
  });
  const text = new TextDecoder().decode(xml.subarray(0, maxBytes));
  try {
    for (let at = 0; at < text.length && !isDone(); at += SLICE_CHARS) parser.write(text.slice(at, at + SLICE_CHARS));
  } catch (error) {
    if (error !== BROKEN) throw error;
  }
};

/** The trimmed text of the root's children of these names, the first of each; reads no further than it must. */
export const readRootChildren = (xml: Uint8Array, wanted: readonly string[]): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const parser = new SaxesParser();
  let depth = 0;
  let text = '';
  const gather = (chunk: string): void => {
    text += chunk;
  };
  parser.on('text', gather);
  parser.on('cdata', gather);
  parser.on('opentag', () => {
    depth += 1;
    text = '';
  });
  parser.on('closetag', (tag) => {
    const name = localName(tag.name);
    if (depth === 2 && wanted.includes(name) && !found.has(name)) found.set(name, text.trim());
    depth -= 1;
    text = '';
  });
  feed(parser, xml, () => found.size === wanted.length);
  return found;
};

/** Every element with its attributes, in the order of the file. */
export const readElements = (xml: Uint8Array): XmlElement[] => {
  const elements: XmlElement[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', (tag) => elements.push({ name: localName(tag.name), attributes: tag.attributes }));
  feed(parser, xml, () => false);
  return elements;
};

/** No definition of a flow comes near these bounds; a file beyond them is there to do harm. */
const MAX_TREE_BYTES = 2 ** 24;
const MAX_TREE_ELEMENTS = 200_000;
/** Deeper elements become children of the last one above, so that walking a tree never exhausts the stack. */
const MAX_TREE_DEPTH = 200;

/** The whole file as a tree; `isWhole` is false when it broke off or is beyond all bounds. */
export const readTree = (xml: Uint8Array): { readonly root: XmlNode | undefined; readonly isWhole: boolean } => {
  type Growing = XmlElement & { children: Growing[]; text: string };
  const open: Growing[] = [];
  let root: Growing | undefined;
  let elements = 0;
  let isWhole = false;
  const parser = new SaxesParser();
  const gather = (chunk: string): void => {
    const top = open.at(-1);
    if (top) top.text += chunk;
  };
  parser.on('text', gather);
  parser.on('cdata', gather);
  parser.on('opentag', (tag) => {
    const element = { name: localName(tag.name), attributes: tag.attributes, children: [], text: '' };
    open[Math.min(open.length, MAX_TREE_DEPTH) - 1]?.children.push(element);
    root ??= element;
    open.push(element);
    elements += 1;
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed) closed.text = closed.text.trim();
    isWhole = open.length === 0;
  });
  feed(parser, xml, () => elements > MAX_TREE_ELEMENTS, MAX_TREE_BYTES);
  return { root, isWhole };
};
