/**
 * Where the boxes and lines of a picture go. Each box that holds others is laid out by itself, from the inside out, and
 * is then one box of its size: so scopes nest to any depth, and no line crosses a border it does not belong to. A line
 * between boxes of different scopes runs between the scopes.
 */

import { containerWidth, textInBox } from './box-text.ts';
import {
  inColumns,
  type Level,
  type PlacedLine,
  type Point,
  placeGraph,
  type Rectangle,
  type Size,
  type Sized,
} from './graph.ts';
import type { Box, Line, Picture } from './picture.ts';

export interface Layout extends Size {
  /** Containers before what they hold. */
  readonly boxes: readonly { readonly box: Box; readonly at: Rectangle }[];
  readonly lines: readonly PlacedLine[];
}

/** Around what a container holds; above it the title. */
const PADDING = 16;
const TITLE_HEIGHT = 30;
const GAP = 40;
const MARGIN = 16;
/** What is seen without scrolling. */
const PAGE_WIDTH = 1_100;

const LEVEL = '';

export const layOut = (picture: Picture): Layout => {
  const known = new Set(picture.boxes.map(({ id }) => id));
  const parentOf = new Map(
    picture.boxes.map(({ id, inside }) => [id, inside !== undefined && known.has(inside) ? inside : LEVEL]),
  );
  const contents = Map.groupBy(picture.boxes, ({ id }) => parentOf.get(id) ?? LEVEL);
  const lines = Map.groupBy(
    picture.lines.flatMap((line) => liftToOneLevel(line, parentOf) ?? []),
    ({ level }) => level,
  );

  const placeLevel = (id: string): { size: Size; place: (origin: Point) => Layout } => {
    const inner = new Map<string, ReturnType<typeof placeLevel>>();
    const boxes = (contents.get(id) ?? []).map((box) => {
      if (box.isContainer) inner.set(box.id, placeLevel(box.id));
      return { box, size: sizeOf(box, inner.get(box.id)?.size) };
    });
    const level = placeBoxes(boxes, distinct(lines.get(id) ?? []), picture.direction, id === LEVEL);
    return { size: level, place: (origin) => moved(level, boxes, inner, origin) };
  };

  const top = placeLevel(LEVEL);
  const { boxes, lines: placed } = top.place({ x: MARGIN, y: MARGIN });
  return { width: top.size.width + 2 * MARGIN, height: top.size.height + 2 * MARGIN, boxes, lines: placed };
};

const moved = (
  level: Level,
  boxes: readonly { readonly box: Box }[],
  inner: ReadonlyMap<string, { size: Size; place: (origin: Point) => Layout }>,
  origin: Point,
): Layout => {
  const parts = boxes.map(({ box }): Layout => {
    const found = level.rectangles.get(box.id) ?? { x: 0, y: 0, ...textInBox(box) };
    const at = { ...found, x: found.x + origin.x, y: found.y + origin.y };
    const content = inner.get(box.id);
    const held = content?.place({ x: at.x + (at.width - content.size.width) / 2, y: at.y + TITLE_HEIGHT });
    return { ...at, boxes: [{ box, at }, ...(held?.boxes ?? [])], lines: held?.lines ?? [] };
  });
  const own = level.lines.map((line) => ({
    ...line,
    points: line.points.map(({ x, y }) => ({ x: x + origin.x, y: y + origin.y })),
  }));
  return {
    width: level.width,
    height: level.height,
    boxes: parts.flatMap((part) => part.boxes),
    lines: [...own, ...parts.flatMap((part) => part.lines)],
  };
};

const sizeOf = (box: Box, content: Size | undefined): Size => {
  if (content === undefined) {
    const { width, height } = textInBox(box);
    return { width, height };
  }
  return {
    width: Math.max(content.width + 2 * PADDING, containerWidth(box)),
    height: content.height + TITLE_HEIGHT + (content.height > 0 ? PADDING : 0),
  };
};

interface Lifted extends Line {
  readonly level: string;
}

/** The ends of a line as the two neighbours within the innermost container that holds both; none for a line into itself. */
const liftToOneLevel = (line: Line, parentOf: ReadonlyMap<string, string>): Lifted | undefined => {
  const pathTo = (id: string): string[] => {
    const path = [id];
    for (let up = parentOf.get(id); up !== undefined && up !== LEVEL && !path.includes(up); up = parentOf.get(up)) {
      path.unshift(up);
    }
    return path;
  };
  if (!parentOf.has(line.from) || !parentOf.has(line.to)) return undefined;
  const [a, b] = [pathTo(line.from), pathTo(line.to)];
  const at = a.findIndex((id, index) => id !== b[index]);
  const [from, to] = [a[at], b[at]];
  if (from === undefined || to === undefined) return undefined;
  return { ...line, from, to, level: a[at - 1] ?? LEVEL };
};

const distinct = (lines: readonly Lifted[]): Line[] => [
  ...new Map(lines.toReversed().map((line) => [`${line.from}\n${line.to}`, line])).values(),
];

/** What hangs together is one graph; graphs and single boxes are then set side by side. */
const placeBoxes = (
  boxes: readonly Sized[],
  lines: readonly Line[],
  direction: Picture['direction'],
  isTop: boolean,
): Level => {
  const groups = connected(boxes, lines);
  const graphs = groups.filter((group) => group.length > 1 || group[0]?.box.isContainer);
  const singles = groups.filter((group) => group.length === 1 && !group[0]?.box.isContainer);
  const levels = graphs.map((group) => {
    const ids = new Set(group.map(({ box }) => box.id));
    return placeGraph(
      group,
      lines.filter(({ from }) => ids.has(from)),
      direction,
    );
  });
  const loose = singles.map((group) => inColumns(group, []));
  // In time there is one story and what belongs beside it; of what depends on what there may be many, below each other.
  if (direction === 'down' && isTop)
    return onShelves([...levels, onShelves(loose, square(loose))], Number.POSITIVE_INFINITY);
  const parts = [...levels, ...loose];
  return onShelves(parts, direction === 'right' ? Math.max(PAGE_WIDTH, ...parts.map(widthOf)) : square(parts));
};

const square = (parts: readonly Size[]): number => {
  const area = parts.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  return Math.max(Math.sqrt(area) * 1.4, ...parts.map(widthOf));
};

const widthOf = ({ width }: Size): number => width;

const onShelves = (parts: readonly Level[], maxWidth: number): Level => {
  const rectangles = new Map<string, Rectangle>();
  const lines: PlacedLine[] = [];
  let [x, y, shelf, width] = [0, 0, 0, 0];
  for (const part of parts.filter((each) => each.width > 0)) {
    if (x > 0 && x + part.width > maxWidth) {
      x = 0;
      y += shelf + GAP / 2;
      shelf = 0;
    }
    const [dx, dy] = [x, y];
    for (const [id, at] of part.rectangles) rectangles.set(id, { ...at, x: at.x + dx, y: at.y + dy });
    for (const line of part.lines) {
      lines.push({ ...line, points: line.points.map((point) => ({ x: point.x + dx, y: point.y + dy })) });
    }
    x += part.width + GAP;
    shelf = Math.max(shelf, part.height);
    width = Math.max(width, x - GAP);
  }
  return { rectangles, lines, width, height: y + shelf };
};

const connected = (boxes: readonly Sized[], lines: readonly Line[]): Sized[][] => {
  const neighbours = new Map<string, string[]>(boxes.map(({ box }) => [box.id, []]));
  for (const { from, to } of lines) {
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  const groupOf = new Map<string, number>();
  let groups = 0;
  for (const { box } of boxes) {
    if (groupOf.has(box.id)) continue;
    const queue = [box.id];
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      if (groupOf.has(id)) continue;
      groupOf.set(id, groups);
      queue.push(...(neighbours.get(id) ?? []));
    }
    groups += 1;
  }
  return [...Map.groupBy(boxes, ({ box }) => groupOf.get(box.id)).values()];
};
