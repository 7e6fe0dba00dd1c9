/**
 * A member of an archive as lines that mean the same whenever the member does: what changes from export to export, or
 * from instance to instance, is left out, and two files that say one item in another order or layout give the same lines.
 * Values of connections stand there as hidden, since they may be secrets: whether they differ is told, what they are is not.
 */
import { propertiesMeaning } from '../archive/content-digest.ts';
import { expressionLines } from '../archive/expression.ts';
import { isAttributesFile, isUnorderedFile, MAX_TEXT_BYTES } from '../archive/member-meaning.ts';
import {
  designAttributes,
  hasServerPaths,
  isConnectionFile,
  isStampOfConnection,
  STAMPS_OF_MAPPER,
  withoutServerPath,
} from '../archive/stamps.ts';
import { createPrefixes } from '../formats/namespace-prefixes.ts';
import { parseProperties } from '../formats/properties.ts';
import { xmlLines } from '../formats/xml-lines.ts';
import { childElements, parseXmlTree, textOf, type XmlElement, type XmlNode } from '../formats/xml-tree.ts';

export type Reader = (name: string, data: Buffer) => readonly string[] | undefined;

/**
 * Reads the two members to compare, one after the other: what a namespace is called, and which values are alike, is
 * settled between them. The reader gives undefined for a member that is no text.
 */
export const createReader = (): Reader => {
  const prefixes = createPrefixes();
  const hide = createHiding();
  return (name, data) => {
    if (data.length > MAX_TEXT_BYTES) return undefined;
    if (isAttributesFile(name)) return propertyLines(designAttributes(parseProperties(data)));
    if (isUnorderedFile(name)) return propertyLines([...parseProperties(data)]);
    if (name.endsWith('.properties')) {
      const content = propertiesMeaning(data);
      const text = decode(content) ?? content.toString('latin1');
      return expressionLines(text, prefixes) ?? jsonLines(text) ?? textLines(text);
    }
    const text = decode(data);
    if (text === undefined) return undefined;
    const tree = /^\s*</.test(text) ? parseXmlTree(text, prefixes) : undefined;
    if (tree) return xmlLines(withoutNoise(name, tree, hide));
    return jsonLines(text) ?? textLines(text);
  };
};

/** undefined: not text. */
const decode = (data: Buffer): string | undefined => {
  if (data.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return undefined;
  }
};

const propertyLines = (properties: readonly (readonly [key: string, value: string])[]): string[] =>
  properties.map(([key, value]) => `${key} = ${value}`).sort();

const textLines = (text: string): string[] => text.replace(/\n$/, '').split('\n');

const sortKeys = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** undefined when it is no JSON, or so deep that it cannot be written again. */
const jsonLines = (text: string): string[] | undefined => {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), sortKeys, 2).split('\n');
  } catch {
    return undefined;
  }
};

type Hide = (owner: string, value: string) => string;

const withoutNoise = (name: string, root: XmlElement, hide: Hide): XmlElement => {
  if (isConnectionFile(name)) return quietConnection(root, hide);
  if (hasServerPaths(name)) return quietElement(root, withoutServerPath);
  return quietElement(root, (text) => text);
};

const quietElement = (element: XmlElement, change: (text: string) => string): XmlElement => ({
  ...element,
  attributes: new Map([...element.attributes].filter(([name, value]) => !STAMPS_OF_MAPPER.get(name)?.test(value))),
  children: element.children.map((child) =>
    child.kind === 'text' ? { kind: 'text', text: change(child.text) } : quietElement(child, change),
  ),
});

const quietConnection = (root: XmlElement, hide: Hide): XmlElement => {
  const quiet = (element: XmlElement, depth: number): XmlElement => ({
    ...element,
    children: element.children.flatMap((child): XmlNode[] => {
      if (child.kind === 'text') return [child];
      if (isStampOfConnection(child.local, depth + 1)) return [];
      return [/Property$/.test(child.local) ? hiddenProperty(child, hide) : quiet(child, depth + 1)];
    }),
  });
  return quiet(root, 0);
};

/** `<name>` beside one or more values. */
const hiddenProperty = (property: XmlElement, hide: Hide): XmlElement => {
  const name = childElements(property).find(({ local }) => local === 'name');
  const owner = name ? textOf(name) : '';
  return {
    ...property,
    children: childElements(property).map((child) => {
      const value = textOf(child);
      if (child === name || value === '') return child;
      return { ...child, children: [{ kind: 'text', text: hide(`${owner} ${child.local}`, value) }] };
    }),
  };
};

const createHiding = (): Hide => {
  const first = new Map<string, string>();
  return (owner, value) => {
    const known = first.get(owner);
    if (known === undefined) first.set(owner, value);
    return known === undefined || known === value ? '(hidden)' : '(hidden, another value)';
  };
};
