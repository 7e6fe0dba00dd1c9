/**
 * What a member of an archive counts as in its design. Two members differ by meaning when this differs; the digest of the
 * design is made of it, and a difference between archives is where it is not the same.
 */
import { propertiesMeaning } from './content-digest.ts';
import { expressionLines } from './expression.ts';
import type { Prefixes } from './namespace-prefixes.ts';
import { DEFINITION, partNames, type Rename, renameIn } from './part-names.ts';
import { parseProperties } from './properties.ts';
import {
  designAttributes,
  hasServerPaths,
  isConnectionFile,
  isStampOfConnection,
  isStampOfMapper,
  withoutServerPath,
} from './stamps.ts';
import { readXmlMeaning, type XmlMeaning, type XmlRules } from './xml-meaning.ts';

/** More than any text in an export; beyond it a member counts as bytes. */
export const MAX_TEXT_BYTES = 8 * 2 ** 20;

/** @param rename what the parts of the flow are called */
export const memberMeaning = (name: string, data: Buffer, rename: Rename): Buffer | string => {
  const isProperties = name.endsWith('.properties');
  const bytes = isProperties ? propertiesMeaning(data) : data;
  if (bytes.length > MAX_TEXT_BYTES || (!isProperties && bytes.includes(0))) return bytes;
  const renamed = (text: string): string => renameIn(name, text, rename);
  if (isAttributesFile(name)) return propertyLines(designAttributes(parseProperties(bytes)), renamed);
  if (isUnorderedFile(name)) return propertyLines([...parseProperties(bytes)], renamed);
  const text = textOf(bytes);
  const lines = isProperties ? expressionLines(text, BY_NAMESPACE) : undefined;
  if (lines) return renamed(lines.join('\n'));
  const xml = isProperties ? undefined : readXml(name, text);
  if (xml) return writeXml(xml, renamed);
  return jsonMeaning(text, renamed) ?? renamed(text.replace(/\n$/, ''));
};

/** In the order in which the definition speaks of them; a part comes as often as it does. */
export const partsInOrder = (definition: Buffer): string[] => {
  const text = textOf(definition);
  return partNames(readXml(DEFINITION, text)?.values ?? text);
};

/** What Oracle says of an integration, or a project, as a whole. */
export const isAttributesFile = (name: string): boolean =>
  /(?:ics_project_attributes|oic_project)\.properties$/.test(name);

/** Java writes these from hash tables. */
export const isUnorderedFile = (name: string): boolean =>
  /^icspackage\/(?:keywords|apilibrary)\/.*\.properties$|_properties\.properties$/.test(name);

/** A character for each byte: what is looked for in texts is ASCII, whatever they are written in. */
const textOf = (bytes: Buffer): string => bytes.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');

const readXml = (name: string, text: string): XmlMeaning | undefined =>
  /^[\t\n\r ]*</.test(text) ? readXmlMeaning(text, rulesFor(name)) : undefined;

const PLAIN: XmlRules = { isLeftOutAttribute: isStampOfMapper };

const rulesFor = (name: string): XmlRules => {
  if (isConnectionFile(name)) return { ...PLAIN, isLeftOut: isStampOfConnection };
  return hasServerPaths(name) ? { ...PLAIN, text: withoutServerPath } : PLAIN;
};

const writeXml = ({ values, names, order }: XmlMeaning, renamed: (text: string) => string): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(names)}${order.length} ${renamed(values)}`), Buffer.from(order.buffer)]);

const propertyLines = (
  properties: readonly (readonly [key: string, value: string])[],
  renamed: (text: string) => string,
): string =>
  properties
    .map(([key, value]) => JSON.stringify([renamed(key), renamed(value)]))
    .sort()
    .join('\n');

/** A prefix is what it stands for; the mark is in no text of a designer's. */
const BY_NAMESPACE: Prefixes = {
  ofElement: (uri) => `\u0001${uri}\u0001`,
  ofName: (uri) => `\u0001${uri}\u0001`,
};

/** Deeper JSON counts as text. */
const MAX_JSON_DEPTH = 500;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Keys in any order; undefined when it is no JSON, or too deep. */
const jsonMeaning = (text: string, renamed: (text: string) => string): string | undefined => {
  if (!/^\s*[{[]/.test(text)) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(UTF8.decode(Buffer.from(text, 'latin1')));
  } catch {
    return undefined;
  }
  const write = (value: unknown, depth: number): string | undefined => {
    if (typeof value === 'string') return JSON.stringify(renamed(value));
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    if (depth === MAX_JSON_DEPTH) return undefined;
    const isList = Array.isArray(value);
    const items: string[] = [];
    for (const [key, each] of Object.entries(value)) {
      const item = write(each, depth + 1);
      if (item === undefined) return undefined;
      items.push(isList ? item : `${JSON.stringify(renamed(key))}:${item}`);
    }
    return isList ? `[${items.join()}]` : `{${items.sort().join()}}`;
  };
  return write(json, 0);
};
