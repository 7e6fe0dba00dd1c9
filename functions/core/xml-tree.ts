/**
 * An XML document as a tree, for comparing two of them by meaning: comments and namespace declarations are left out, and
 * a namespace has one prefix in both documents, whatever each calls it, also inside values that hold names (XPath, QNames).
 * A document that is not well-formed, too deep, or that has a document type is none.
 */
import { SaxesParser } from 'saxes';

export interface XmlElement {
  readonly kind: 'element';
  /** With the prefix both documents share. */
  readonly name: string;
  readonly local: string;
  /** Sorted by name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlNode[];
}

type XmlNode = XmlElement | { readonly kind: 'text'; readonly text: string };

/** One prefix for each namespace; given out while documents are read. The first document keeps its own. */
export interface Prefixes {
  /** Of an element, where an empty prefix is one. */
  ofElement(uri: string, wanted: string): string;
  /** In attribute names and in values, where it is not. */
  ofName(uri: string, wanted: string): string;
}

export const createPrefixes = (): Prefixes => {
  const allot = () => {
    const given = new Map<string, string>();
    const taken = new Set<string>();
    return (uri: string, wanted: string): string => {
      const known = given.get(uri);
      if (known !== undefined) return known;
      let prefix = wanted;
      for (let n = 2; taken.has(prefix); n++) prefix = `${wanted || 'ns'}_${n}`;
      taken.add(prefix);
      given.set(uri, prefix);
      return prefix;
    };
  };
  return { ofElement: allot(), ofName: allot() };
};

const MAX_DEPTH = 200;
const UNREADABLE = new Error('not a document to compare');

interface OpenElement extends XmlElement {
  readonly children: XmlNode[];
}

/** undefined when the text is no XML document that can be read. */
export const parseXmlTree = (text: string, prefixes: Prefixes): XmlElement | undefined => {
  const parser = new SaxesParser({ xmlns: true });
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  const refuse = (): never => {
    throw UNREADABLE;
  };
  /** `ns1:name` in a value means the namespace, where the prefix is declared. */
  const renamed = (value: string): string =>
    value.replace(/(?<![\w.-])([A-Za-z_][\w.-]*):(?=[A-Za-z_])/g, (found, prefix: string) => {
      const uri = parser.resolve(prefix);
      return uri === undefined ? found : `${prefixes.ofName(uri, prefix)}:`;
    });
  const addText = (chunk: string): void => {
    open.at(-1)?.children.push({ kind: 'text', text: renamed(chunk) });
  };
  parser.on('error', refuse);
  parser.on('doctype', refuse);
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('opentag', (tag) => {
    if (open.length === MAX_DEPTH) refuse();
    const attributes = Object.values(tag.attributes)
      .filter(({ name, prefix }) => name !== 'xmlns' && prefix !== 'xmlns')
      .map(({ uri, prefix, local, value }): [string, string] => [
        uri === '' ? local : `${prefixes.ofName(uri, prefix)}:${local}`,
        renamed(value),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const prefix = prefixes.ofElement(tag.uri, tag.prefix);
    const element: OpenElement = {
      kind: 'element',
      name: prefix === '' ? tag.local : `${prefix}:${tag.local}`,
      local: tag.local,
      attributes: new Map(attributes),
      children: [],
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    root = open.pop();
  });
  try {
    parser.write(text).close();
  } catch (error) {
    if (error === UNREADABLE) return undefined;
    throw error;
  }
  return root;
};

/** All text inside, trimmed. */
export const textOf = (element: XmlElement): string =>
  element.children
    .map((child) => (child.kind === 'text' ? child.text : textOf(child)))
    .join('')
    .trim();

export const childElements = (element: XmlElement): XmlElement[] =>
  element.children.filter((child) => child.kind === 'element');

/** The element and all below it, in the order of the document. */
export const descendants = (element: XmlElement): XmlElement[] => [
  element,
  ...childElements(element).flatMap(descendants),
];
