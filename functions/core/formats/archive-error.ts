/** Why bytes are not taken for an archive: of an integration, a project, a package, a library, or for a lookup. */

type ArchiveFault =
  /** Something else: a web page, an error document, nothing at all. */
  | 'not-a-zip'
  /** Begins as a zip and ends before its directory does. */
  | 'cut'
  /** A zip whose parts do not fit together, or whose contents fail their checks. */
  | 'damaged'
  /** A whole zip that holds no integration, or lacks a part without which it is none. */
  | 'not-an-integration'
  /** A whole zip or text that is not of the other kind that was expected. */
  | 'another-kind'
  /** More than one integration. */
  | 'ambiguous'
  /** Its places that name code and version do not agree. */
  | 'identity'
  /** Made to harm whoever reads it: paths that lead out, bombs, document types in XML. */
  | 'hostile';

/** The message is one sentence for a person and holds nothing of the archive but names made safe to print. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly reason: ArchiveFault;

  constructor(reason: ArchiveFault, message: string) {
    super(message);
    this.reason = reason;
  }
}

const QUOTED_LENGTH = 80;

/** Text from inside an archive, fit for a message: no control or invisible characters, cut to length. */
export const quoted = (text: string): string => {
  const clean = text.slice(0, QUOTED_LENGTH).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
  return `"${clean}${text.length > QUOTED_LENGTH ? '...' : ''}"`;
};
