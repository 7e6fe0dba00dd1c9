/**
 * What a member of an archive counts as in its design. Two members differ by meaning when this differs; the digest of the
 * design is made of it, and a difference between archives is where it is not the same.
 */

import { parseExactly } from '../formats/exact-json.ts';
import type { Prefixes } from '../formats/namespace-prefixes.ts';
import { parseProperties } from '../formats/properties.ts';
import { readXmlMeaning, type XmlMeaning, type XmlRules } from '../formats/xml-meaning.ts';
import { propertiesMeaning } from './content-digest.ts';
import { expressionLines } from './expression.ts';
import { DEFINITION, partNames, type Rename, renameIn } from './part-names.ts';
import {
  designAttributes,
  hasServerPaths,
  isConnectionFile,
  isStampOfConnection,
  STAMPS_OF_MAPPER,
  withoutServerPath,
} from './stamps.ts';

/** Twice what the largest export has in all; beyond it a member counts as bytes, so that none holds up others for long. */
export const MAX_TEXT_BYTES = 4 * 2 ** 20;

/** @param rename what the parts of the flow are called */
export const memberMeaning = (name: string, data: Buffer, rename: Rename): Buffer | string => {
  const isProperties = name.endsWith('.properties');
  const bytes = isProperties ? propertiesMeaning(data) : data;
  if (bytes.length > MAX_TEXT_BYTES || (!isProperties && bytes.includes(0))) return bytes;
  const renamed = (text: string): string => renameIn(name, text, rename);
  if (isAttributesFile(name)) return propertyLines(designAttributes(parseProperties(bytes)), renamed);
  if (isUnorderedFile(name)) return propertyLines([...parseProperties(bytes)], renamed);
  const xml = isProperties ? undefined : readXml(name, bytes);
  if (xml) return writeXml(name, xml, rename);
  const text = textOf(bytes);
  const lines = isProperties ? expressionLines(text, BY_NAMESPACE) : undefined;
  if (lines) return renamed(lines.join('\n'));
  return jsonMeaning(text, renamed) ?? renamed(text.replace(/\n$/, ''));
};

/** What the definition counts as, and its parts in the order in which it speaks of them, each as often as it does. */
export const readDefinition = (
  data: Buffer,
): { readonly parts: readonly string[]; readonly meaning: (rename: Rename) => Buffer | string } => {
  const isText = data.length <= MAX_TEXT_BYTES && !data.includes(0);
  const xml = isText ? readXml(DEFINITION, data) : undefined;
  return {
    parts: partNames(xml?.text ?? textOf(data)),
    meaning: (rename) => (xml ? writeXml(DEFINITION, xml, rename) : memberMeaning(DEFINITION, data, rename)),
  };
};

/** What Oracle says of an integration, or a project, as a whole. */
export const isAttributesFile = (name: string): boolean =>
  /(?:ics_project_attributes|oic_project)\.properties$/.test(name);

/** Java writes these from hash tables. */
export const isUnorderedFile = (name: string): boolean =>
  /^icspackage\/(?:keywords|apilibrary)\/.*\.properties$|_properties\.properties$/.test(name);

const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** A character for each byte: what is looked for in texts is ASCII, whatever they are written in. */
const textOf = (bytes: Buffer): string => withoutMark(bytes).toString('latin1');

const withoutMark = (bytes: Buffer): Buffer =>
  bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;

const readXml = (name: string, bytes: Buffer): XmlMeaning | undefined => {
  const first = bytes.findIndex((byte) => byte > BLANK);
  return bytes[first] === LESS || bytes[first] === BYTE_ORDER_MARK[0]
    ? readXmlMeaning(textOf(bytes), rulesFor(name))
    : undefined;
};

const BLANK = 0x20;
const LESS = 0x3c;

const PLAIN: XmlRules = { leftOutAttributes: STAMPS_OF_MAPPER };

const rulesFor = (name: string): XmlRules => {
  if (isConnectionFile(name)) return { ...PLAIN, isLeftOut: isStampOfConnection };
  return hasServerPaths(name) ? { ...PLAIN, text: withoutServerPath } : PLAIN;
};

const writeXml = (name: string, { text, names }: XmlMeaning, rename: Rename): string =>
  `${JSON.stringify(names)}${renameIn(name, text, rename)}`;

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
    json = parseExactly(UTF8.decode(Buffer.from(text, 'latin1')));
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
