/** How facts stand in the elements of a definition. */
import type { XmlNode } from '../formats/xml.ts';

export const childOf = (node: XmlNode, name: string): XmlNode | undefined =>
  node.children.find((child) => child.name === name);

export const textOf = (node: XmlNode | undefined, name: string): string => (node && childOf(node, name)?.text) ?? '';

/** The value of `<property name="…" value="…"/>`. */
export const propertyOf = (node: XmlNode, name: string): string =>
  node.children.find((child) => child.name === 'property' && child.attributes.name === name)?.attributes.value ?? '';

/** `application_1/outbound_2/output_9` is a place on `application_1`. */
export const elementAt = (place: string | undefined): string => place?.split('/', 1)[0] ?? '';

/** What somebody wrote into a note; of a step, or of its processor. */
export const noteOf = (node: XmlNode): string =>
  node.attributes.description ||
  textOf(node, 'description') ||
  textOf(node, 'processorDescription') ||
  propertyOf(node, 'description');
