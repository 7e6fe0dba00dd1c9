/** What stands in a box, on which lines, and how much room that takes: short texts take little, long ones are seldom cut. */
import type { Box } from './picture.ts';
import { MAX_TEXT, textWidth, wrapText } from './text.ts';

export interface BoxText {
  readonly width: number;
  readonly height: number;
  readonly title: readonly string[];
  readonly detail: readonly string[];
}

/** 13 in bold, which is wider. */
const TITLE_SIZE = 14.5;
const DETAIL_SIZE = 11;
const BRANCH_SIZE = 12;
export const TITLE_LINE = 17;
export const DETAIL_LINE = 14;
export const BRANCH_LINE = 15;
/** Beside the texts: the sign, and the margins. */
const BESIDE = 56;
const MAX_LINES = 2;
/** Of a note all is read. */
const NOTE_LINES = 6;
/** Wide boxes make wide pictures, so a box is wider only for what does not fit on its lines. */
const WIDTHS = { usual: 232, widest: 330 };
const LEAST_HEIGHT = 46;

const withoutBlanks = (text: string): string => text.replace(/[\s·]/g, '');

const fitsIn = (text: string, width: number, size: number, lines: number): boolean =>
  text.length <= MAX_TEXT && withoutBlanks(wrapText(text, width, size, lines).join('')) === withoutBlanks(text);

const widthFor = (texts: readonly (readonly [text: string, size: number, lines: number])[], beside: number): number => {
  for (let width = WIDTHS.usual; width < WIDTHS.widest; width += 14) {
    if (texts.every(([text, size, lines]) => fitsIn(text, width - beside, size, lines))) return width;
  }
  return WIDTHS.widest;
};

export const textInBox = ({ kind, title, detail }: Box): BoxText => {
  if (kind === 'branch') return textInBranch(title);
  const lines = kind === 'note' ? NOTE_LINES : MAX_LINES;
  const width = widthFor(
    [
      [title, TITLE_SIZE, lines],
      [detail, DETAIL_SIZE, MAX_LINES],
    ],
    BESIDE,
  );
  const titles = wrapText(title, width - BESIDE, TITLE_SIZE, lines);
  const details = detail === '' ? [] : wrapText(detail, width - BESIDE, DETAIL_SIZE, MAX_LINES);
  const height = 15 + titles.length * TITLE_LINE + details.length * DETAIL_LINE;
  return { width, height: Math.max(height, LEAST_HEIGHT), title: titles, detail: details };
};

const textInBranch = (text: string): BoxText => {
  const widest = widthFor([[text, BRANCH_SIZE, MAX_LINES]], 28);
  const title = wrapText(text, widest - 28, BRANCH_SIZE, MAX_LINES);
  const needed = Math.max(...title.map((line) => Math.ceil(textWidth(line, BRANCH_SIZE)))) + 28;
  return { width: Math.min(Math.max(needed, 64), widest), height: 11 + title.length * BRANCH_LINE, title, detail: [] };
};

const CONTAINER_SIZE = 13.5;
/** Beside the title of a container. */
export const BESIDE_CONTAINER_TITLE = 46;
const WIDEST_CONTAINER_TITLE = 460;

export const containerTitle = ({ title, detail }: Box): string => (detail ? `${title} · ${detail}` : title);

/** What a container needs for its title; it is as wide as what it holds if that is wider. */
export const containerWidth = (box: Box): number =>
  Math.max(
    WIDTHS.usual,
    Math.min(Math.ceil(textWidth(containerTitle(box), CONTAINER_SIZE)), WIDEST_CONTAINER_TITLE) +
      BESIDE_CONTAINER_TITLE,
  );
