/**
 * A mapping (.xsl) as a table: for each element of its target, what puts something there. Of two mappings, the elements for
 * which that differs.
 */
import type { Prefixes } from '../formats/namespace-prefixes.ts';
import { childElements, descendants, parseXmlTree, type XmlElement } from '../formats/xml-tree.ts';

export interface ChangedElement {
  /** Path in the target: `/execute/QueryParameters/country`. */
  readonly element: string;
  /** null: nothing is put there. */
  readonly from: string | null;
  readonly to: string | null;
}

export interface Mapping {
  /** What it maps to: `Invoke (execute)`; empty when the mapping does not say. */
  readonly target: string;
  readonly elements: ReadonlyMap<string, readonly string[]>;
}

/** undefined when the text is no stylesheet. */
export const readMapping = (text: string, prefixes: Prefixes): Mapping | undefined => {
  const root = parseXmlTree(text, prefixes);
  if (root?.local !== 'stylesheet') return undefined;
  const elements = new Map<string, string[]>();
  const put = (path: string, what: string): void => {
    const there = elements.get(path || '/');
    if (there) there.push(what);
    else elements.set(path || '/', [what]);
  };
  const xsl = root.name.slice(0, -'stylesheet'.length);
  for (const child of childElements(root)) if (child.name.startsWith(xsl)) collect(child, '', xsl, put);
  return { target: targetOf(root), elements };
};

const targetOf = (root: XmlElement): string => {
  const inside = descendants(root).find(({ local }) => local === 'mapTargets');
  const find = (local: string, attribute: string): string | undefined =>
    inside &&
    descendants(inside)
      .find((element) => element.local === local)
      ?.attributes.get(attribute);
  const file = find('schema', 'location')
    ?.replace(/^.*\//, '')
    .replace(/(?:_REQUEST)*\.\w+$/, '');
  const element = find('rootElement', 'name');
  return [file, element && `(${element})`].filter(Boolean).join(' ');
};

type Put = (path: string, what: string) => void;

/** What the names of instructions are followed by in the table: all they are told, but for mere bookkeeping. */
const told = ({ attributes }: XmlElement): string =>
  [...attributes]
    .filter(([name]) => !name.startsWith('xml:'))
    .map(([name, value]) => (name === 'select' || name === 'test' ? value : `${name}="${value}"`))
    .join(' ');

const collect = (element: XmlElement, path: string, xsl: string, put: Put): void => {
  const below = element.name.startsWith(xsl) ? followInstruction(element, path, put) : enter(element, path, put);
  for (const child of element.children) {
    if (child.kind === 'element') collect(child, below, xsl, put);
    else if (child.text.trim() !== '' || element.name === `${xsl}text`) put(below, JSON.stringify(child.text));
  }
};

/** @returns the path of what is inside */
const followInstruction = (element: XmlElement, path: string, put: Put): string => {
  const { local, attributes } = element;
  const name = attributes.get('name');
  if (local === 'template') return attributes.get('match') === '/' ? '' : `template ${told(element)} `;
  if (local === 'attribute') return `${path}/@${name}`;
  if (local === 'element') return `${path}/${name}`;
  if (local !== 'text' && local !== 'choose') put(path, `${local} ${told(element)}`.trim());
  return path;
};

const enter = (element: XmlElement, path: string, put: Put): string => {
  const below = `${path}/${element.local}`;
  for (const [name, value] of element.attributes) if (!name.startsWith('xml:')) put(`${below}/@${name}`, value);
  if (element.children.length === 0) put(below, 'empty');
  return below;
};

export const diffMappings = (a: Mapping | undefined, b: Mapping | undefined): ChangedElement[] => {
  const paths = new Set([...(a?.elements.keys() ?? []), ...(b?.elements.keys() ?? [])]);
  return [...paths].flatMap((element) => {
    const [from = null, to = null] = [a, b].map((mapping) => mapping?.elements.get(element)?.join('; '));
    return from === to ? [] : [{ element, from, to }];
  });
};
