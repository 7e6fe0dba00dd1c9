/**
 * What an application or processor says in `project.xml`, in a form that is equal when it says the same: numbers which the
 * designer gives out anew when somebody saves without changing anything do not count.
 */
import { hash } from 'node:crypto';
import type { XmlNode } from '../formats/xml.ts';

const GIVEN_OUT = /\b(resource|resourcegroup|messagecontext|inbound|outbound|input|output)_\d+/g;
const MAPPING_FILE = /\b(req|resp)_[0-9a-f]{32}/g;

const withoutNumbers = (text: string): string => text.replace(GIVEN_OUT, '$1').replace(MAPPING_FILE, '$1');

/** The designer writes an element that holds nothing, or leaves it out. */
const saysSomething = ({ attributes, text, children }: XmlNode): boolean =>
  text !== '' || children.length > 0 || Object.keys(attributes).length > 0;

const plain = ({ name, attributes, text, children }: XmlNode): unknown => [
  name,
  Object.entries(attributes)
    .filter(([key]) => !key.startsWith('xmlns'))
    .map(([key, value]) => `${key}=${withoutNumbers(value)}`)
    .sort(),
  withoutNumbers(text),
  children.filter(saysSomething).map(plain),
];

export const meaningOf = (element: XmlNode): string => hash('sha256', JSON.stringify(plain(element)));
