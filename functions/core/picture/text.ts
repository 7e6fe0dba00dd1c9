/**
 * Text in a picture: how wide it will be about, for no font is at hand where pictures are drawn, and cut where it does
 * not fit.
 */

/** In parts of the font's size, as the wider of the common sans-serif fonts have it. */
const widthOf = (character: string): number => {
  if (/[ ilj.,:;'|!·]/.test(character)) return 0.33;
  if (/[frtIJ()[\]-]/.test(character)) return 0.42;
  if (/[mwMW@%…<>]/.test(character)) return 0.92;
  if (/[A-Z]/.test(character)) return 0.71;
  return (character.codePointAt(0) ?? 0) < 0x1100 ? 0.61 : 1;
};

/** In pixels, rather too wide than too narrow. */
export const textWidth = (text: string, fontSize: number): number =>
  Array.from(text).reduce((sum, character) => sum + widthOf(character), 0) * fontSize;

/** The text, or its beginning with an ellipsis. */
export const fitText = (text: string, maxWidth: number, fontSize: number): string => {
  let width = 0;
  let fitting = '';
  for (const character of text) {
    width += widthOf(character) * fontSize;
    if (width > maxWidth) return `${fitting.trimEnd().slice(0, -1)}…`;
    fitting += character;
  }
  return text;
};
