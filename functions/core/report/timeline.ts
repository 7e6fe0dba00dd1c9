/**
 * The snapshots over time, as three charts of one time axis: how many integrations, how many bytes, how many changes. Each
 * stretches to the width of the page, so the words of its axes stand beside it and not in it; the same numbers are in a
 * table.
 */
import { snapshotTime } from '../keys.ts';
import { type Markup, markup, ready } from '../markup.ts';
import type { SnapshotPoint } from './history.ts';
import { formatBytes, formatCount, formatNumber, formatTime } from './words.ts';

const WIDTH = 1000;
const HEIGHT = 60;
/** Room above the highest value, and below the lowest of those that are not counted from zero. */
const HEAD = 8;
const FOOT = 6;

interface Chart {
  readonly title: string;
  readonly measure: (point: SnapshotPoint) => number;
  readonly format: (value: number) => string;
  readonly isBars: boolean;
}

const changesOf = ({ added, removed, changed }: SnapshotPoint): number => added + removed + changed;

const CHARTS: readonly Chart[] = [
  { title: 'Integrations', measure: ({ integrations }) => integrations, format: formatNumber, isBars: false },
  { title: 'Archives', measure: ({ bytes }) => bytes, format: formatBytes, isBars: false },
  { title: 'Changes', measure: changesOf, format: formatNumber, isBars: true },
];

/** @param points oldest first, at least one. @param older how many snapshots there are before them */
export const renderTimeline = (points: readonly SnapshotPoint[], older: number): Markup => {
  const incomplete = points.filter(({ complete }) => !complete).length;
  return markup`<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>
<p class="hint">${formatCount(points.length, 'snapshot')}${older > 0 && `, the newest of ${formatNumber(points.length + older)}`}; ${
    incomplete === 0 ? 'all complete' : `${formatNumber(incomplete)} incomplete, marked red`
  }</p>
${points.length > 1 ? renderCharts(points) : ready('<p class="card quiet">One snapshot is no line yet: from the next one on, this shows how it goes.</p>')}
${renderNumbers(points)}</section>`;
};

const renderCharts = (points: readonly SnapshotPoint[]): Markup => {
  const scale = scaleOf(points);
  const ticks = ticksOf(points, scale);
  return markup`<div class="card charts">${CHARTS.map((chart) => renderChart(chart, points, scale, ticks))}
<div class="plot" aria-hidden="true"><span></span><svg class="x">${ticks.map(({ x, label }) => markup`<text x="${round(x / 10)}%" y="13" text-anchor="${x > WIDTH * 0.93 ? 'end' : 'middle'}">${label}</text>`)}</svg></div></div>`;
};

const renderChart = (
  { title, measure, format, isBars }: Chart,
  points: readonly SnapshotPoint[],
  scale: Scale,
  ticks: readonly Tick[],
): Markup => {
  const values = points.map(measure);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [format(values[0] ?? 0), format(values.at(-1) ?? 0)];
  const label = `${title} by snapshot: ${first} in the first, ${last} in the last; least ${format(low)}, most ${format(high)}`;
  const drawn = isBars ? bars(scale, values) : area(scale, values);
  const labels = [...new Set([format(high), format(isBars ? 0 : low)])];
  return markup`<figure><figcaption><b>${title}</b> <span class="now">${last}</span> <span class="hint">${
    low === high ? 'always the same' : `${format(low)} – ${format(high)}`
  }</span></figcaption>
<div class="plot"><p class="y${labels.length === 1 && ' one'}" aria-hidden="true">${labels.map((words) => markup`<span>${words}</span>`)}</p><svg class="chart" role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${incompleteBands(
    scale,
    points,
  )}${gridLines(ticks, isBars ? HEIGHT : HEIGHT - FOOT)}${drawn}${points.map((point, index) => hover(scale, index, point))}</svg></div></figure>`;
};

interface Tick {
  readonly x: number;
  readonly label: string;
}

/** As many as have room on a phone: of days, and of hours. */
const MAX_TICKS = 5;
const MAX_LONG_TICKS = 3;
const DAY_MS = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Some snapshots, spread over the time; told by their day, or by their hour when there are only a few days. */
const ticksOf = (points: readonly SnapshotPoint[], { xs }: Scale): Tick[] => {
  const timeOf = (index: number): Date => snapshotTime(points[index]?.snapshot ?? '');
  const isShort = timeOf(points.length - 1).getTime() - timeOf(0).getTime() < 3 * DAY_MS;
  const count = Math.min(points.length, isShort ? MAX_LONG_TICKS : MAX_TICKS);
  const wanted = Array.from(
    { length: count },
    (_, n) => (xs[0] ?? 0) + (n / (count - 1)) * ((xs.at(-1) ?? 0) - (xs[0] ?? 0)),
  );
  const nearest = wanted.map((at) =>
    xs.reduce((best, x, index) => (Math.abs(x - at) < Math.abs((xs[best] ?? 0) - at) ? index : best), 0),
  );
  return [...new Set(nearest)].map((index) => {
    const time = timeOf(index);
    const day = `${MONTHS[time.getUTCMonth()]} ${time.getUTCDate()}`;
    return { x: xs[index] ?? 0, label: isShort ? `${day}, ${time.toISOString().slice(11, 16)}` : day };
  });
};

const gridLines = (ticks: readonly Tick[], bottom: number): Markup => {
  const down = ticks.map(({ x }) => `M${round(x)} 0V${HEIGHT}`).join('');
  return ready(`<path class="stroke faint" d="${down}M0 ${HEAD}H${WIDTH}M0 ${bottom}H${WIDTH}"/>`);
};

interface Scale {
  readonly xs: readonly number[];
  /** The room of each, to its neighbours' half way. */
  readonly rooms: readonly (readonly [from: number, to: number])[];
}

/** By time, so that a night without a snapshot is a gap. */
const scaleOf = (points: readonly SnapshotPoint[]): Scale => {
  const times = points.map(({ snapshot }) => snapshotTime(snapshot).getTime());
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const step = WIDTH / (points.length + 1);
  const inner = WIDTH - 2 * step;
  const xs = times.map((time) => (last > first ? step + ((time - first) / (last - first)) * inner : WIDTH / 2));
  const rooms = xs.map((x, index): [number, number] => {
    const [before, after] = [xs[index - 1], xs[index + 1]];
    return [before === undefined ? 0 : (before + x) / 2, after === undefined ? WIDTH : (after + x) / 2];
  });
  return { xs, rooms };
};

const round = (value: number): number => Math.round(value * 10) / 10;

/** From zero for what is counted up from nothing; else the differences of a large number would not be seen. */
const heightsOf = (values: readonly number[], fromZero: boolean): number[] => {
  const [low, high] = [fromZero ? 0 : Math.min(...values), Math.max(...values)];
  const room = HEIGHT - HEAD - (fromZero ? 0 : FOOT);
  return values.map((value) => (high === low ? (fromZero ? 0 : room / 2) : ((value - low) / (high - low)) * room));
};

const area = ({ xs }: Scale, values: readonly number[]): Markup => {
  const line = heightsOf(values, false).map(
    (height, index) => `${round(xs[index] ?? 0)} ${round(HEIGHT - FOOT - height)}`,
  );
  const [from, to] = [round(xs[0] ?? 0), round(xs.at(-1) ?? 0)];
  const path = line.join('L');
  return ready(`<path class="fill" d="M${path}L${to} ${HEIGHT}H${from}z"/><path class="stroke" d="M${path}"/>`);
};

const bars = ({ xs, rooms }: Scale, values: readonly number[]): Markup => {
  const narrowest = Math.min(...rooms.map(([from, to]) => to - from));
  const width = Math.min(Math.max(narrowest * 0.6, 3), 26);
  const path = heightsOf(values, true).map((height, index) => {
    const x = (xs[index] ?? 0) - width / 2;
    // A change among thousands is still one that is seen.
    return values[index] === 0
      ? ''
      : `M${round(x)} ${HEIGHT}v${-round(Math.max(height, 4))}h${round(width)}V${HEIGHT}z`;
  });
  return ready(`<path class="bars" d="${path.join('')}"/>`);
};

const incompleteBands = ({ rooms }: Scale, points: readonly SnapshotPoint[]): Markup => {
  const bands = rooms.flatMap(([from, to], index) =>
    points[index]?.complete === false
      ? [`<rect class="bad" x="${round(from)}" width="${round(to - from)}" height="${HEIGHT}"/>`]
      : [],
  );
  return ready(bands.join(''));
};

const hover = ({ rooms }: Scale, index: number, point: SnapshotPoint): Markup => {
  const [from, to] = rooms[index] ?? [0, 0];
  const words = `${formatTime(point.startedAt)} UTC: ${formatCount(point.integrations, 'integration')}, ${formatBytes(point.bytes)}; ${changesWords(point)}${point.complete ? '' : `; incomplete, ${formatNumber(point.failures)} failed`}`;
  return markup`<rect class="hover" x="${round(from)}" width="${round(to - from)}" height="${HEIGHT}"><title>${words}</title></rect>`;
};

const changesWords = ({ added, removed, changed }: SnapshotPoint): string =>
  `${formatNumber(added)} added, ${formatNumber(removed)} removed, ${formatNumber(changed)} changed`;

const renderNumbers = (
  points: readonly SnapshotPoint[],
): Markup => markup`<details class="numbers"><summary>The numbers</summary>
<div class="scroll" role="region" aria-label="All snapshots" tabindex="0"><table><thead><tr><th scope="col">Snapshot (UTC)</th><th scope="col">State</th><th scope="col" class="n">Integrations</th><th scope="col" class="n">Archives</th><th scope="col" class="n">Added</th><th scope="col" class="n">Removed</th><th scope="col" class="n">Changed</th><th scope="col" class="n">Failed</th></tr></thead><tbody>${points
  .toReversed()
  .map(
    (point) =>
      markup`<tr><th scope="row">${formatTime(point.startedAt)}</th><td>${point.complete ? 'complete' : 'incomplete'}</td><td class="n">${formatNumber(point.integrations)}</td><td class="n">${formatBytes(point.bytes)}</td><td class="n">${point.added}</td><td class="n">${point.removed}</td><td class="n">${point.changed}</td><td class="n">${point.failures}</td></tr>`,
  )}</tbody></table></div></details>`;
