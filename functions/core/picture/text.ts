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

/**
 * The text, or its beginning and its end: names that begin alike differ at the end, and a list tells there how many more
 * there are.
 */
export const fitText = (text: string, maxWidth: number, fontSize: number): string => {
  const bounded = withinBounds(text);
  if (textWidth(bounded, fontSize) <= maxWidth) return bounded;
  const characters = Array.from(bounded);
  const room = maxWidth - textWidth('…', fontSize);
  const start = fitting(characters, room * 0.55, fontSize);
  const end = fitting(characters.toReversed(), room - textWidth(start.join(''), fontSize), fontSize).toReversed();
  return `${start.join('').trimEnd()}…${end.join('').trimStart()}`;
};

/** The text on so many lines at most; what does not fit on them is cut out of the last one. */
export const wrapText = (text: string, maxWidth: number, fontSize: number, maxLines: number): string[] => {
  const lines: string[] = [];
  let rest = withinBounds(text.trim());
  while (lines.length + 1 < maxLines && textWidth(rest, fontSize) > maxWidth) {
    const line = firstLine(rest, maxWidth, fontSize);
    lines.push(line.trimEnd());
    rest = rest.slice(line.length).replace(/^ · |^\s+/, '');
  }
  return [...lines, fitText(rest, maxWidth, fontSize)];
};

/** In characters; nothing in a picture is wider, and a text may be an expression of pages. */
export const MAX_TEXT = 600;

const withinBounds = (text: string): string =>
  text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT / 2)}…${text.slice(-MAX_TEXT / 2)}` : text;

/** Where a line may end, the best first: between two facts, between words, within a name. */
const BREAKS: readonly ((before: string, after: string) => boolean)[] = [
  (_, after) => after.startsWith(' · '),
  (_, after) => /^\s/.test(after),
  (before, after) => /[_\-/,.:)]$/.test(before) || (/[a-z0-9]$/.test(before) && /^[A-Z]/.test(after)),
];

/** As much as fits, up to the best of the breaks that leave no line half empty. */
const firstLine = (text: string, maxWidth: number, fontSize: number): string => {
  const most = fitting(text, maxWidth, fontSize).join('') || Array.from(text)[0] || '';
  for (const mayBreak of BREAKS) {
    for (let at = most.length; at > most.length / 2; at--) {
      if (mayBreak(text.slice(0, at), text.slice(at, at + 3))) return text.slice(0, at);
    }
  }
  return most;
};

/** As many of these, from the first on, as fit. */
const fitting = (characters: Iterable<string>, maxWidth: number, fontSize: number): string[] => {
  const kept: string[] = [];
  let width = 0;
  for (const character of characters) {
    width += widthOf(character) * fontSize;
    if (width > maxWidth) break;
    kept.push(character);
  }
  return kept;
};
