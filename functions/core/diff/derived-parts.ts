/**
 * Parts of an archive that nobody edits: what the designer remembers of its own windows, and what it makes anew from other
 * parts. A step in which nothing but these differs did not change.
 */
import type { Members } from '../archive/part-names.ts';
import { readElements } from '../formats/xml.ts';

const REMEMBERED =
  /(?:^|[/_])stateinfo\.(?:xml|json)$|^project\/PROJECT-INF\/(?:layout\d*|analysis|project_messages)\.json$/;

/** @param members those that hold it, before or after */
export const isDerived = (member: string, members: Members): boolean =>
  REMEMBERED.test(member) || (member.endsWith('.wsdl') && isOfRest(member, members));

/** REST has no WSDL of its own: it is made from the settings in the .jca file beside it. */
const isOfRest = (wsdl: string, members: Members): boolean => {
  const jca = members.get(`${wsdl.slice(0, -'.wsdl'.length)}.jca`);
  return jca !== undefined && readElements(jca)[0]?.attributes.adapter === 'rest';
};
