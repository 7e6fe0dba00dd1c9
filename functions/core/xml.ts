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

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

const feed = (parser: SaxesParser, xml: Uint8Array, isDone: () => boolean): void => {
  parser.on('doctype', () => {
    throw new ArchiveError('hostile', 'The archive holds an XML file with a document type, which no export has.');
  });
  parser.on('error', () => {
    throw BROKEN;
  });
  const text = new TextDecoder().decode(xml.subarray(0, MAX_XML_BYTES));
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
