/**
 * The one way by which a value gets into a page or a picture. Whatever came from an instance is hostile here: a name may
 * hold markup, half a surrogate pair, a control character no XML may hold, or one that turns the reading direction.
 */

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What XML 1.0 forbids, and what makes a text read otherwise than it is written (bidirectional controls). */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing exactly those is the point
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** Good as text and within quotes as an attribute, in HTML and in XML. */
export const escapeMarkup = (text: string): string =>
  text
    .toWellFormed()
    .replace(UNPRINTABLE, '')
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

/** Markup that is ready: made by `markup`, or by code that knows what it does. */
export interface Markup {
  readonly html: string;
}

export const ready = (html: string): Markup => ({ html });

type Value = Markup | string | number | false | undefined | readonly (Markup | string)[];

const render = (value: Value): string => {
  if (value === false || value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeMarkup(String(value));
  return 'html' in value ? value.html : value.map(render).join('');
};

/** A template whose values are escaped, unless they are markup themselves; `false` and `undefined` are nothing. */
export const markup = (parts: TemplateStringsArray, ...values: readonly Value[]): Markup =>
  ready(parts.reduce((html, part, index) => html + render(values[index - 1]) + part));
