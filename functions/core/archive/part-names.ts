/** The names that parts of a flow have in its definition, in paths and in the names of files: `processor_12`, `req_<hash>`. */

const NAME =
  '(?:(?:application|processor|inbound|outbound|input|output|resourcegroup|resource|messagecontext)_\\d+|(?:req|resp)_[0-9a-f]{32})';
const WHOLE = new RegExp(`^${NAME}$`);
const PART = new RegExp(`(?<![A-Za-z0-9_])${NAME}(?![A-Za-z0-9])`, 'g');
const FOLDER = new RegExp(`/(${NAME})(?=/)`, 'g');

/** By name from the project's folder on: `project/PROJECT-INF/project.xml`. */
export type Members = ReadonlyMap<string, Buffer>;

export const DEFINITION = 'project/PROJECT-INF/project.xml';

export const isPartName = (name: string): boolean => WHOLE.test(name);

export const partNames = (text: string): string[] => text.match(PART) ?? [];

export type Rename = (part: string) => string;

export const renameParts = (text: string, rename: Rename): string => text.replace(PART, rename);

/**
 * In a file: the definition calls parts by name all over, others only as a folder in a path, for an element of a message may
 * be called `input_1`.
 */
export const renameIn = (file: string, text: string, rename: Rename): string =>
  file === DEFINITION ? renameParts(text, rename) : text.replace(FOLDER, (_, part: string) => `/${rename(part)}`);

/** The part's kind alone. */
export const unnumbered: Rename = (part) => part.slice(0, part.indexOf('_'));

export const masked = (text: string): string => renameParts(text, unnumbered);
