/**
 * An XML document as a tree, for comparing two of them by meaning: comments and namespace declarations are left out, and
 * a namespace has one prefix in both documents, whatever each calls it, also inside values that hold names (XPath, QNames).
 * A document that is not well-formed, too deep, or that defines entities is none.
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { createPrefixes, type Prefixes, renamePrefixes } from './namespace-prefixes.ts';

export interface XmlElement {
  readonly kind: 'element';
  /** With the prefix both documents share. */
  readonly name: string;
  readonly local: string;
  /** Sorted by name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlNode[];
}

export type XmlNode = XmlElement | { readonly kind: 'text'; readonly text: string };

const MAX_DEPTH = 200;
const UNREADABLE = new Error('not a document to compare');

type Declared = Readonly<Record<string, string>>;

interface OpenElement extends XmlElement {
  readonly children: XmlNode[];
  readonly declared: Declared;
}

/** undefined when the text is no XML document that can be read. Blanks and a byte order mark may come before it. */
export const parseXmlTree = (text: string, prefixes: Prefixes): XmlElement | undefined => {
  const parser = new SaxesParser({ xmlns: true });
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  const refuse = (): never => {
    throw UNREADABLE;
  };
  // Not the parser's own, which still resolves by an element after that has ended.
  const resolve = (prefix: string, own?: Declared): string | undefined =>
    own?.[prefix] ?? open.findLast(({ declared }) => declared[prefix] !== undefined)?.declared[prefix];
  const renamed = (value: string, own?: Declared): string =>
    renamePrefixes(value, (prefix) => resolve(prefix, own), prefixes);
  /** A CDATA section is text like that around it. */
  const addText = (chunk: string): void => {
    const siblings = open.at(-1)?.children ?? [];
    const last = siblings.at(-1);
    if (last?.kind === 'text') siblings[siblings.length - 1] = { kind: 'text', text: last.text + renamed(chunk) };
    else siblings.push({ kind: 'text', text: renamed(chunk) });
  };
  parser.on('error', refuse);
  // One that defines nothing does no harm; what it would have defined is an error then.
  parser.on('doctype', (type) => {
    if (type.includes('[')) refuse();
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('opentag', (tag) => {
    if (open.length === MAX_DEPTH) refuse();
    const element = openElement(tag, prefixes, (value) => renamed(value, tag.ns));
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    root = open.pop();
  });
  try {
    parser.write(text.trimStart()).close();
  } catch (error) {
    if (error === UNREADABLE) return undefined;
    throw error;
  }
  return root;
};

const openElement = (tag: SaxesTagNS, prefixes: Prefixes, renamed: (value: string) => string): OpenElement => {
  const prefix = prefixes.ofElement(tag.uri, tag.prefix);
  const attributes = Object.values(tag.attributes)
    .filter((attribute) => attribute.name !== 'xmlns' && attribute.prefix !== 'xmlns')
    .map((attribute): [string, string] => [
      attribute.uri === '' ? attribute.local : `${prefixes.ofName(attribute.uri, attribute.prefix)}:${attribute.local}`,
      renamed(attribute.value),
    ]);
  return {
    kind: 'element',
    name: prefix === '' ? tag.local : `${prefix}:${tag.local}`,
    local: tag.local,
    attributes: new Map(attributes.sort(([a], [b]) => (a < b ? -1 : 1))),
    children: [],
    declared: tag.ns,
  };
};

/** All text inside, trimmed. */
export const textOf = (element: XmlElement): string => exactTextOf(element).trim();

/** All text inside, blanks and all. */
export const exactTextOf = (element: XmlElement): string =>
  element.children.map((child) => (child.kind === 'text' ? child.text : exactTextOf(child))).join('');

/** Of a document that is read by itself. */
export const parseXmlFile = (file: Buffer | undefined): XmlElement | undefined =>
  file && parseXmlTree(file.toString('utf8'), createPrefixes());

export const childElements = (element: XmlElement): XmlElement[] =>
  element.children.filter((child) => child.kind === 'element');

/** The element and all below it, in the order of the document. */
export const descendants = (element: XmlElement): XmlElement[] => [
  element,
  ...childElements(element).flatMap(descendants),
];
