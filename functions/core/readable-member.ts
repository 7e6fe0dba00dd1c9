/**
 * A member of an archive as lines that mean the same whenever the member does: what changes from export to export, or
 * from instance to instance, is left out, and two files that say one thing in another order or layout give the same lines.
 * Values of connections stand there as hidden, since they may be secrets: whether they differ is told, what they are is not.
 */
import { VOLATILE_KEYS } from './content-digest.ts';
import { expressionLines } from './expression.ts';
import { createPrefixes } from './namespace-prefixes.ts';
import { parseProperties } from './properties.ts';
import { xmlLines } from './xml-lines.ts';
import { childElements, parseXmlTree, textOf, type XmlElement, type XmlNode } from './xml-tree.ts';

export type Reader = (name: string, data: Buffer) => readonly string[] | undefined;

/** More than any text in an export; beyond it a member counts as bytes. */
const MAX_TEXT_BYTES = 8 * 2 ** 20;

/**
 * Reads the two members to compare, one after the other: what a namespace is called, and which values are alike, is
 * settled between them. The reader gives undefined for a member that is no text.
 */
export const createReader = (): Reader => {
  const prefixes = createPrefixes();
  const hide = createHiding();
  return (name, data) => {
    if (data.length > MAX_TEXT_BYTES) return undefined;
    if (name.endsWith('/ics_project_attributes.properties')) return propertyLines(data, VOLATILE_KEYS);
    if (/^icspackage\/(?:keywords|apilibrary)\/.*\.properties$/.test(name)) return propertyLines(data);
    const text = decode(data) ?? (name.endsWith('.properties') ? data.toString('latin1') : undefined);
    if (text === undefined) return undefined;
    if (name.endsWith('.properties')) {
      const content = text.replace(/^(?:#.*(?:\r?\n|$))+/, '');
      return expressionLines(content, prefixes) ?? jsonLines(content) ?? textLines(content);
    }
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

const propertyLines = (data: Buffer, volatile: ReadonlySet<string> = new Set()): string[] =>
  [...parseProperties(data)]
    .filter(([key]) => !volatile.has(key))
    .map(([key, value]) => `${key} = ${value}`)
    .sort();

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

/** The mapper numbers all elements anew, and lists declarations, at every change. */
const isNoiseAttribute = (name: string, value: string): boolean =>
  (name === 'xml:id' && /^id_\d+$/.test(value)) || name === 'exclude-result-prefixes';

const VOLATILE_IN_CONNECTIONS = new Set([
  'groupId',
  'securedAuditInfo',
  'lockedBy',
  'lockedDate',
  'lastUpdatedDate',
  'platformVersion',
  'attachment',
]);

type Hide = (owner: string, value: string) => string;

const withoutNoise = (name: string, root: XmlElement, hide: Hide): XmlElement => {
  if (name.startsWith('icspackage/appinstances/')) return quietConnection(root, hide);
  if (name.endsWith('_stateinfo.xml')) return quietElement(root, withoutServerPath);
  return quietElement(root, (text) => text);
};

/** The server's own directory, different at every edit. */
const withoutServerPath = (text: string): string => text.replace(/^\s*file:\S*\/itg_[^/\s]+\//, '');

const quietElement = (element: XmlElement, change: (text: string) => string): XmlElement => ({
  ...element,
  attributes: new Map([...element.attributes].filter(([name, value]) => !isNoiseAttribute(name, value))),
  children: element.children.map((child) =>
    child.kind === 'text' ? { kind: 'text', text: change(child.text) } : quietElement(child, change),
  ),
});

const quietConnection = (root: XmlElement, hide: Hide): XmlElement => {
  const quiet = (element: XmlElement): XmlElement => ({
    ...element,
    children: element.children.flatMap((child): XmlNode[] => {
      if (child.kind === 'text') return [child];
      if (VOLATILE_IN_CONNECTIONS.has(child.local) || (element === root && child.local === 'id')) return [];
      return [/Property$/.test(child.local) ? hiddenProperty(child, hide) : quiet(child)];
    }),
  });
  return quiet(root);
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
