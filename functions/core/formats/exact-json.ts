/**
 * JSON whose numbers keep every digit they are written with: `JSON.parse` makes one number of 12345678901234567890 and
 * 12345678901234567891, and of 1 and 1.00.
 */

/** As `JSON.parse`, but that a number is the text it is written as, behind a mark that no text of people begins with. */
export const parseExactly = (
  text: string,
  reviver: (key: string, value: unknown) => unknown = (_, value) => value,
): unknown =>
  JSON.parse(text, ((key: string, value: unknown, context?: { readonly source?: string }) =>
    reviver(key, typeof value === 'number' ? `${MARK}${context?.source ?? String(value)}` : value)) as Parameters<
    typeof JSON.parse
  >[1]);

const MARK = '\u0001';
