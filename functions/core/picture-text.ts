/**
 * Text in a picture: how wide it will be about, for no font is at hand where pictures are drawn, and cut where it does
 * not fit.
 */

/** In parts of the font's size, as common sans-serif fonts have it. */
const widthOf = (character: string): number => {
  if (/[ilj.,:;'|!()[\]]/.test(character)) return 0.3;
  if (/[mwMW@%]/.test(character)) return 0.9;
  if (/[A-Z_…→]/.test(character)) return 0.68;
  return (character.codePointAt(0) ?? 0) < 0x1100 ? 0.56 : 1;
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
