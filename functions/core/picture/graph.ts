/** One level of a picture, laid out by dagre: boxes in ranks, lines routed between the ranks. */
import { Graph, layout } from '@dagrejs/dagre';
import type { Box, Line, Picture } from './picture.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `x` and `y` are the upper left corner. */
export interface Rectangle extends Point, Size {}

export interface Sized {
  readonly box: Box;
  readonly size: Size;
}

export interface PlacedLine extends Line {
  /** From the border of one box to the border of the other. */
  readonly points: readonly Point[];
}

export interface Level extends Size {
  readonly rectangles: ReadonlyMap<string, Rectangle>;
  readonly lines: readonly PlacedLine[];
}

const SPACING = { down: { ranks: 36, boxes: 28 }, right: { ranks: 110, boxes: 16 } };
/** More in one graph takes long and is no picture any more: columns take no time. */
const MAX_GRAPH = 3_000;
const ROWS = 40;
const COLUMN_GAP = 24;
const ROW_GAP = 14;

export const placeGraph = (boxes: readonly Sized[], lines: readonly Line[], direction: Picture['direction']): Level => {
  if (boxes.length + lines.length > MAX_GRAPH) return inColumns(boxes, lines);
  const graph = new Graph<object, Size & Partial<Point>, { weight: number; points?: Point[] }>();
  const { ranks, boxes: nodesep } = SPACING[direction];
  const turned = direction === 'down' ? { rankdir: 'TB', rankalign: 'top' } : { rankdir: 'LR' };
  graph.setGraph({ ...turned, ranksep: ranks, nodesep, edgesep: nodesep / 2 });
  for (const { box, size } of boxes) graph.setNode(box.id, { ...size });
  const arriving = Map.groupBy(lines, ({ to }) => to);
  for (const line of lines) {
    graph.setEdge(line.from, line.to, { weight: weightOf(line, arriving.get(line.to)?.length ?? 0) });
  }
  try {
    layout(graph);
  } catch {
    // A shape the layout cannot take is still shown.
    return inColumns(boxes, lines);
  }
  const rectangles = new Map(
    boxes.map(({ box, size }): [string, Rectangle] => {
      const { x = 0, y = 0 } = graph.node(box.id);
      return [box.id, { x: x - size.width / 2, y: y - size.height / 2, ...size }];
    }),
  );
  const route = direction === 'down' ? createDownRouter(rectangles) : createRightRouter(rectangles);
  return fromOrigin(
    rectangles,
    lines.flatMap((line) => {
      const [from, to] = [rectangles.get(line.from), rectangles.get(line.to)];
      return from && to ? [{ ...line, points: route(from, to, graph.edge(line.from, line.to)?.points ?? []) }] : [];
    }),
  );
};

/** Heavy lines are short and straight: a branch stays close to its switch, and the slack is where branches meet again. */
const weightOf = ({ kind }: Line, arriving: number): number => (kind === 'fault' ? 1 : arriving > 1 ? 2 : 10);

/** One below the other, and the next column beside it when one is full. */
export const inColumns = (boxes: readonly Sized[], lines: readonly Line[]): Level => {
  const rectangles = new Map<string, Rectangle>();
  let x = 0;
  for (let start = 0; start < boxes.length; start += ROWS) {
    const column = boxes.slice(start, start + ROWS);
    let y = 0;
    for (const { box, size } of column) {
      rectangles.set(box.id, { x, y, ...size });
      y += size.height + ROW_GAP;
    }
    x += Math.max(...column.map(({ size }) => size.width)) + COLUMN_GAP;
  }
  return fromOrigin(
    rectangles,
    lines.flatMap((line) => {
      const [from, to] = [rectangles.get(line.from), rectangles.get(line.to)];
      return from && to ? [{ ...line, points: [bottomOf(from), topOf(to)] }] : [];
    }),
  );
};

const bottomOf = ({ x, y, width, height }: Rectangle): Point => ({ x: x + width / 2, y: y + height });
const topOf = ({ x, y, width }: Rectangle): Point => ({ x: x + width / 2, y });

type Router = (from: Rectangle, to: Rectangle, points: readonly Point[]) => readonly Point[];

/** From side to side, and level past the boxes of a rank between: where that is, the layout's own points tell. */
const createRightRouter = (rectangles: ReadonlyMap<string, Rectangle>): Router => {
  const ranks = new Map([...rectangles.values()].map((at) => [Math.round(at.x + at.width / 2), at]));
  return (from, to, points) => {
    if (to.x <= from.x + from.width) return points;
    const passing = points.slice(1, -1).flatMap(({ x, y }) => {
      const rank = ranks.get(Math.round(x));
      return rank
        ? [
            { x: rank.x, y },
            { x: rank.x + rank.width, y },
          ]
        : [];
    });
    return [{ x: from.x + from.width, y: from.y + from.height / 2 }, ...passing, { x: to.x, y: to.y + to.height / 2 }];
  };
};

/** Straight down, across only between two ranks: there nothing is in the way, however tall a box is. */
const createDownRouter = (rectangles: ReadonlyMap<string, Rectangle>): Router => {
  const bands = bandsOf([...rectangles.values()]);
  const bandAt = (y: number): number => bands.findLastIndex(({ top }) => top <= y + 0.5);
  return (from, to, points) => {
    const [first, last] = [bandAt(from.y), bandAt(to.y)];
    if (first >= last) return points;
    const path = [bottomOf(from)];
    for (let band = first; band < last; band++) {
      const next = bands[band + 1]?.top ?? to.y;
      const between = ((bands[band]?.bottom ?? 0) + next) / 2;
      const x =
        band + 1 === last ? topOf(to).x : (points.find((point) => Math.abs(point.y - next) < 0.5)?.x ?? topOf(to).x);
      path.push({ x: path.at(-1)?.x ?? x, y: between }, { x, y: between });
    }
    return [...path, topOf(to)];
  };
};

/** The ranks, from top to bottom; all boxes of one begin at the same height. */
const bandsOf = (rectangles: readonly Rectangle[]): { top: number; bottom: number }[] => {
  const bands: { top: number; bottom: number }[] = [];
  for (const { y, height } of rectangles.toSorted((a, b) => a.y - b.y)) {
    const band = bands.at(-1);
    if (band && y - band.top < 0.5) band.bottom = Math.max(band.bottom, y + height);
    else bands.push({ top: y, bottom: y + height });
  }
  return bands;
};

const fromOrigin = (rectangles: ReadonlyMap<string, Rectangle>, lines: readonly PlacedLine[]): Level => {
  let [left, top, right, bottom] = [0, 0, 0, 0];
  const corners = [...rectangles.values()].flatMap(({ x, y, width, height }) => [
    { x, y },
    { x: x + width, y: y + height },
  ]);
  const [first] = corners;
  if (first) [left, top, right, bottom] = [first.x, first.y, first.x, first.y];
  for (const { x, y } of [...corners, ...lines.flatMap(({ points }) => points)]) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  const moved = ({ x, y }: Point): Point => ({ x: x - left, y: y - top });
  return {
    rectangles: new Map([...rectangles].map(([id, at]) => [id, { ...at, ...moved(at) }])),
    lines: lines.map((line) => ({ ...line, points: line.points.map(moved) })),
    width: right - left,
    height: bottom - top,
  };
};
