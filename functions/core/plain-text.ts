/**
 * Text from elsewhere, made fit for a sentence: Oracle's messages hold HTML, and anything may hold control characters. Takes
 * time in proportion to the text, whatever is in it.
 */
import { stripVTControlCharacters } from 'node:util';

const MAX_WORDS = 600;
/** In characters. More than a line of ours ever has, but for documents in JSON. */
const MAX_LINE = 8_000;

/** Control characters, other ends of a line, marks that turn the direction or are not seen, and halves of characters. */
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Text from elsewhere as one line that shows all there is of it, without terminal escapes, and cut. */
export const oneLine = (text: string, most = MAX_LINE): string => {
  // What is cut off may be megabytes, and is not worth a look.
  const shown = stripVTControlCharacters(text.slice(0, 2 * most)).replace(STEERING, ' ');
  return shown.length > most || text.length > 2 * most ? `${shown.slice(0, most).trimEnd()}…` : shown;
};

/** JSON as it is, but that nothing in it steers a terminal that it is shown on. */
export const visibleJson = (json: string): string =>
  json.replace(STEERING, (sign) =>
    sign === '\n' ? sign : [...Array(sign.length).keys()].map((at) => codeOf(sign, at)).join(''),
  );

const codeOf = (text: string, at: number): string => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;

const ENTITIES = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', '#39': "'" }));

const tags = (names: string): RegExp => new RegExp(`</?(?:${names})(?:\\s[^<>]*|/)?>`, 'gi');

/** Of layout only: Oracle's reasons speak of `<case>` and other elements of a flow, and those are the point (recorded). */
const LAYOUT = tags(
  'br|hr|p|div|span|b|i|u|em|strong|small|font|a|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|h[1-6]|pre|center',
);
/** What only a whole page has; in a sentence they are names of somebody's elements as well. */
const PAGE = tags('!doctype|html|head|title|body|meta|link|img|code|form|input|button|label');
const IS_PAGE = /<(?:!doctype\s+html|html)[\s>]/i;

/** Not for reading. */
const BLOCKS = [
  ['<!--', '-->'],
  ['<script', '</script>'],
  ['<style', '</style>'],
] as const;

/** In characters: more of a text is not looked at, for a sentence is all that comes out. */
const MAX_READ = 16_000;

/** Removes layout, decodes the common entities, folds white space, drops control characters, and cuts. */
export const stripHtml = (whole: string): string => {
  const text = whole.slice(0, MAX_READ);
  const isPage = IS_PAGE.test(text);
  const shown = BLOCKS.reduce(withoutBlocks, text);
  const plain = (isPage ? shown.replace(PAGE, ' ') : shown)
    .replace(LAYOUT, ' ')
    .replace(/&(#39|[a-z]+);/gi, (entity, name: string) => ENTITIES.get(name.toLowerCase()) ?? entity)
    .replace(STEERING, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > MAX_WORDS ? `${plain.slice(0, MAX_WORDS)}…` : plain;
};

/** One that does not end stays. */
const withoutBlocks = (text: string, [begin, end]: readonly [string, string]): string => {
  const find = (words: string, at: number): number => {
    const pattern = new RegExp(words, 'gi');
    pattern.lastIndex = at;
    return pattern.exec(text)?.index ?? -1;
  };
  let kept = '';
  for (let at = 0; ; ) {
    const from = find(begin, at);
    const to = from < 0 ? -1 : find(end, from + begin.length);
    if (to < 0) return kept + text.slice(at);
    kept += `${text.slice(at, from)} `;
    at = to + end.length;
  }
};

/** As one word of a command that a person pastes into a shell. */
export const shellWord = (word: string): string =>
  /^[\w./@:=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
