/**
 * The digest of an integration's design: equal for two archives of one integration, whichever instances they come from, when
 * nothing in them differs. Parts of the flow count by where the definition speaks of them first, not by the numbers they
 * were given; files that it does not speak of count without numbers.
 */
import { createTurns, sha256 } from '../formats/hashing.ts';
import { memberMeaning, readDefinition } from './member-meaning.ts';
import { DEFINITION, type Members, type Rename, renameParts, unnumbered } from './part-names.ts';

/** SHA-256 in hex. */
export const designDigest = async (
  members: Members,
  meaning: typeof memberMeaning = memberMeaning,
): Promise<string> => {
  const inside = members.get(DEFINITION);
  const definition = inside && readDefinition(inside);
  const rename = canonicalNames(definition?.parts ?? []);
  const turns = createTurns();
  const lines: string[] = [];
  for (const [name, data] of members) {
    const counts = definition && name === DEFINITION ? definition.meaning(rename) : meaning(name, data, rename);
    lines.push(`${renameParts(name, rename)}\0${await sha256(counts)}\n`);
    await turns(data.length);
  }
  return sha256(lines.sort().join(''));
};

/** Numbered anew, in the order of the definition. */
const canonicalNames = (parts: readonly string[]): Rename => {
  const names = new Map<string, string>();
  for (const part of parts) if (!names.has(part)) names.set(part, `${unnumbered(part)}_${names.size}`);
  return (part) => names.get(part) ?? `${unnumbered(part)}_`;
};

interface Opened {
  readonly members: ReadonlyMap<string, Buffer>;
  /** `icspackage/project/<CODE>_<VERSION>/`. */
  readonly projectFolder: string;
}

/** By names without the version, which is in that of the project's folder and, cut, in that of the schedule's file. */
export const plainMembers = ({ members, projectFolder }: Opened): Members =>
  new Map(
    [...members].map(([name, data]) => [
      name.startsWith(projectFolder)
        ? `project/${name.slice(projectFolder.length)}`
        : name.replace(/^(icspackage\/schedule\/.*?)(?:_\d{2}(?:_\d{0,2}(?:_\d{0,4})?)?)?\.xml$/, '$1.xml'),
      data,
    ]),
  );
