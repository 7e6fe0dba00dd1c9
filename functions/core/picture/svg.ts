/**
 * A picture as SVG. Boxes are read by everybody, so nothing depends on colour alone: kinds have signs, changes have
 * signs, and each box tells all its text when it is pointed at. No script, no ids, no inline styles: it may stand in a
 * page under a strict policy.
 */
import { listed } from '../flow/words.ts';
import { escapeMarkup, type Markup, markup, ready } from '../markup.ts';
import { BESIDE_CONTAINER_TITLE, BRANCH_LINE, containerTitle, DETAIL_LINE, TITLE_LINE, textInBox } from './box-text.ts';
import type { PlacedLine, Point, Rectangle } from './graph.ts';
import { layOut } from './layout.ts';
import type { Box, Change, Picture } from './picture.ts';
import { CHANGE_SIGNS, COLOURS, PICTURE_STYLE, SIGNS } from './style.ts';
import { fitText, textWidth } from './text.ts';

/** To stand in a page that has the colours and the style. */
export const drawPicture = (picture: Picture): string => draw(picture, false).html;

/** To stand alone, with a heading and its own style. */
export const drawPictureFile = (picture: Picture): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${draw(picture, true).html}\n`;

const HEADING = { height: 58, minWidth: 420, maxWidth: 1_000 };
const NOTE_HEIGHT = 20;
/** 16 in bold. */
const BOLD_TITLE_SIZE = 17.5;

const draw = (picture: Picture, isAlone: boolean): Markup => {
  const layout = layOut(picture);
  const top = isAlone ? HEADING.height : 0;
  const footer = footerOf(picture);
  const width = Math.ceil(
    Math.max(layout.width, isAlone ? headingWidth(picture) : 0, footer.length > 0 ? HEADING.minWidth : 0),
  );
  const height = Math.ceil(top + layout.height + footer.length * NOTE_HEIGHT + (footer.length > 0 ? 8 : 0));
  const label = `${picture.title}. ${picture.description}`;
  const compared = picture.boxes.some(({ change }) => change);
  const drawn = [
    ...layout.boxes.filter(({ box }) => box.isContainer).map(({ box, at }) => drawContainer(box, at, compared)),
    ...layout.lines.map((line) => drawLine(line, picture.direction === 'right')),
    ...layout.boxes.filter(({ box }) => !box.isContainer).map(({ box, at }) => drawBox(box, at, compared)),
  ];
  const size = ready(`width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`);
  const style = ready(isAlone ? `<style>${COLOURS}svg{background:var(--ground)}${PICTURE_STYLE}</style>` : '');
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" aria-label="${label}" ${size}>${style}${
    isAlone && headingOf(picture, width)
  }<g transform="translate(0 ${top})">${drawn}</g>${footer.map((note, index) => drawNote(note, top + layout.height + index * NOTE_HEIGHT))}</svg>`;
};

const headingWidth = ({ title, description }: Picture): number => {
  const needed = Math.max(textWidth(title, BOLD_TITLE_SIZE), textWidth(description, 11)) + 40;
  return Math.min(Math.max(needed, HEADING.minWidth), HEADING.maxWidth);
};

const headingOf = ({ title, description }: Picture, width: number): Markup =>
  markup`<text class="h" x="16" y="28">${fitText(title, width - 32, BOLD_TITLE_SIZE)}</text><text class="d" x="16" y="46">${fitText(description, width - 32, 11)}</text>`;

interface Note {
  readonly text: string;
  readonly change?: Change;
}

const CHANGE_WORDS: Readonly<Record<Change, string>> = { added: 'added', removed: 'removed', changed: 'changed' };

const footerOf = ({ boxes, notes }: Picture): Note[] => {
  const changes = (['added', 'removed', 'changed'] as const).flatMap((change) => {
    const count = boxes.filter((box) => box.change === change).length;
    return count > 0 ? [{ text: `${count} ${CHANGE_WORDS[change]}`, change }] : [];
  });
  return [...changes, ...notes.map((text) => ({ text }))];
};

const drawNote = ({ text, change }: Note, y: number): Markup =>
  change
    ? markup`<g class="${change}">${changeSign(change, 24, y + 6)}<text class="d" x="40" y="${y + 10}">${text}</text></g>`
    : markup`<text class="d" x="16" y="${y + 10}">${text}</text>`;

const round = (value: number): number => Math.round(value * 10) / 10;

const changeSign = (change: Change, x: number, y: number): Markup =>
  ready(
    `<g transform="translate(${round(x)} ${round(y)})"><circle class="m" r="8"/><path class="n" d="${CHANGE_SIGNS[change]}"/></g>`,
  );

const classOf = (box: Box, compared: boolean): string =>
  [box.isContainer ? 'c' : 'b', box.kind, compared && 'compared', box.change].filter(Boolean).join(' ');

const tellingOf = ({ title, detail, kind, change, elements = [] }: Box): string =>
  [
    change && `${CHANGE_WORDS[change]}: `,
    title,
    detail && ` (${detail})`,
    ` – ${kind}`,
    elements.length > 0 && `, ${listed(elements)}`,
  ]
    .filter(Boolean)
    .join('');

const open = (box: Box, compared: boolean): Markup =>
  markup`<g class="${classOf(box, compared)}"${box.elements !== undefined && box.elements.length > 0 && markup` data-elements="${box.elements.join(' ')}"`}><title>${tellingOf(box)}</title>`;

const rectangle = ({ x, y, width, height }: Rectangle, radius: number): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${radius}"/>`;

const sign = (kind: Box['kind'], x: number, y: number): string =>
  `<path class="s" transform="translate(${round(x)} ${round(y)})" d="${SIGNS[kind]}"/>`;

const drawLines = (lines: readonly string[], style: 't' | 'd', x: number, y: number, step: number): Markup[] =>
  lines.map(
    (line, index) => markup`<text class="${style}" x="${round(x)}" y="${round(y + index * step)}">${line}</text>`,
  );

const drawBox = (box: Box, at: Rectangle, compared: boolean): Markup => {
  const { x, y, width, height } = at;
  const mark = box.change && changeSign(box.change, x + width - 3, y + 3);
  const { title, detail } = textInBox(box);
  if (box.kind === 'branch') {
    const lines = drawLines(title, 't', x + width / 2, y + 17, BRANCH_LINE);
    return markup`${open(box, compared)}${ready(rectangle(at, Math.min(height / 2, 16)))}${lines}${mark}</g>`;
  }
  const tile = ready(
    `${rectangle(at, 10)}<rect class="i" x="${round(x + 9)}" y="${round(y + 9)}" width="28" height="28" rx="7"/>${sign(box.kind, x + 15, y + 15)}`,
  );
  const isShort = title.length + detail.length === 1;
  const titles = drawLines(title, 't', x + 46, y + (isShort ? 27.5 : 20), TITLE_LINE);
  const details = drawLines(detail, 'd', x + 46, y + 19 + title.length * TITLE_LINE, DETAIL_LINE);
  return markup`${open(box, compared)}${tile}${titles}${details}${mark}</g>`;
};

const drawContainer = (box: Box, at: Rectangle, compared: boolean): Markup => {
  const { x, y, width } = at;
  const title = fitText(containerTitle(box), width - BESIDE_CONTAINER_TITLE, 13.5);
  const mark = box.change && changeSign(box.change, x + width - 3, y + 3);
  return markup`${open(box, compared)}${ready(`${rectangle(at, 12)}${sign(box.kind, x + 11, y + 8)}`)}<text class="t" x="${round(x + 34)}" y="${round(y + 20)}">${title}</text>${mark}</g>`;
};

const ARROW = 7;

const drawLine = ({ points, kind, change }: PlacedLine, isCurved: boolean): Markup => {
  const [last, before] = [points.at(-1), points.at(-2)];
  if (!last || !before) return ready('');
  const classes = escapeMarkup([kind, change].filter(Boolean).join(' '));
  const path = isCurved ? curve(points) : corners(points);
  const length = Math.hypot(last.x - before.x, last.y - before.y) || 1;
  // A curve arrives level; a line arrives as it was going.
  const [dx, dy] = isCurved
    ? [Math.sign(last.x - before.x) || 1, 0]
    : [(last.x - before.x) / length, (last.y - before.y) / length];
  const tip = (along: number, across: number): string =>
    `${round(last.x - dx * along - dy * across)} ${round(last.y - dy * along + dx * across)}`;
  return ready(
    `<path class="l ${classes}" d="${path}"/><path class="a ${classes}" d="M${tip(0, 0)}L${tip(ARROW, 3.5)}L${tip(ARROW, -3.5)}z"/>`,
  );
};

const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;

const curve = (points: readonly Point[]): string =>
  points.reduce((path, point, index) => {
    const previous = points[index - 1];
    if (!previous) return `M${at(point)}`;
    const middle = (previous.x + point.x) / 2;
    return `${path}C${at({ x: middle, y: previous.y })} ${at({ x: middle, y: point.y })} ${at(point)}`;
  }, '');

const RADIUS = 8;

/** Straight, with rounded corners. */
const corners = (points: readonly Point[]): string =>
  points.reduce((path, point, index) => {
    const [previous, next] = [points[index - 1], points[index + 1]];
    if (!previous) return `M${at(point)}`;
    if (!next) return `${path}L${at(point)}`;
    return `${path}L${at(towards(point, previous))}Q${at(point)} ${at(towards(point, next))}`;
  }, '');

const towards = (from: Point, to: Point): Point => {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
};
