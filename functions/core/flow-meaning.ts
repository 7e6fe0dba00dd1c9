/**
 * A digest of what one application or processor does: its part of `project.xml` and its files. Numbers and hashes that the
 * designer gives out anew when somebody saves without changing anything do not count, nor do its notes for itself.
 */
import { hash } from 'node:crypto';
import type { XmlNode } from './xml.ts';

export interface Resource {
  /** Below the element's folder. */
  readonly path: string;
  readonly data: Buffer;
}

const GIVEN_OUT = /\b(resource|resourcegroup|messagecontext|input|output)_\d+/g;
const MAPPING_FILE = /\b(req|resp)_[0-9a-f]{32}/g;

const withoutNumbers = (text: string): string => text.replace(GIVEN_OUT, '$1').replace(MAPPING_FILE, '$1');

const plain = (node: XmlNode): unknown => [
  node.name,
  Object.entries(node.attributes)
    .filter(([name]) => !name.startsWith('xmlns'))
    .map(([name, value]) => [name, withoutNumbers(value)])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  withoutNumbers(node.text),
  node.children.map(plain),
];

/** Java's date comment on top changes with every export. */
const withoutDate = ({ path, data }: Resource): Buffer | string =>
  path.endsWith('.properties') ? data.toString('latin1').replace(/^(#[^\n]*\n)+/, '') : data;

export const meaningOf = (element: XmlNode, files: readonly Resource[]): string => {
  const lines = files
    .filter(({ path }) => !path.endsWith('_stateinfo.xml'))
    .map((file) => `${withoutNumbers(file.path)} ${hash('sha256', withoutDate(file))}`)
    .sort();
  return hash('sha256', JSON.stringify([plain(element), lines]));
};
