/**
 * Who did something, for people to read. Oracle tells a user name or, of a caller by client credentials, its client id: 32
 * hex digits (recorded in 2024), which say nothing to anybody. Programs get the id as it is.
 */

/** Names by user name or client id, as the settings have them. */
export type People = Readonly<Record<string, string>>;

export const NOBODY_NAMED: People = {};

const CLIENT_ID = /^[0-9a-f]{32}$/i;

export const personName = (id: string, people: People): string => {
  if (Object.hasOwn(people, id)) return people[id] ?? id;
  return CLIENT_ID.test(id) ? `client ${id.slice(0, 4)}…` : id;
};

/** The same one, held by a person as people know them. */
export const withHolderNamed = <T extends { readonly lockedBy?: string | undefined }>(item: T, people: People): T =>
  item.lockedBy === undefined ? item : { ...item, lockedBy: personName(item.lockedBy, people) };
