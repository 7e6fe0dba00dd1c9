/**
 * The seal of a manifest: `selfSha256`, its last field, is the SHA-256 of its text without that field. Whoever changes a
 * byte of it breaks it.
 */

const END = '\n}\n';
const FIELD = ',\n  "selfSha256": "';
const SHA256_LETTERS = 64;

/** @param text as `formatManifest` writes a manifest without a seal */
export const withSeal = (text: string, sha256: string): string =>
  `${text.slice(0, -END.length)}${FIELD}${sha256}"${END}`;

/** The text that was sealed and what the seal says of it; undefined for a text that does not end with a seal. */
export const openSeal = (text: string): { readonly sealed: string; readonly sha256: string } | undefined => {
  const at = text.length - `${FIELD}"${END}`.length - SHA256_LETTERS;
  if (at < 0 || !text.startsWith(FIELD, at) || !text.endsWith(`"${END}`)) return undefined;
  const from = at + FIELD.length;
  return { sealed: text.slice(0, at) + END, sha256: text.slice(from, from + SHA256_LETTERS) };
};
