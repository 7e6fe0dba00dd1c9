/**
 * The snapshots over time, as three charts of one time axis: how many integrations, how many bytes, how many changes. Each
 * stretches to the width of the page, so its words stand beside it and not in it; the same numbers are in a table.
 */
import { snapshotTime } from './keys.ts';
import { type Markup, markup, ready } from './markup.ts';
import type { SnapshotPoint } from './report-history.ts';
import { formatBytes, formatCount, formatNumber, formatTime } from './report-words.ts';

const WIDTH = 1000;
const HEIGHT = 60;

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
  const [first, last] = [points[0], points.at(-1)].map((point) => formatTime(point?.startedAt ?? ''));
  return markup`<div class="card charts">${CHARTS.map((chart) => renderChart(chart, points))}
<p class="axis"><span>${first}</span><span>${last}</span></p></div>`;
};

const renderChart = ({ title, measure, format, isBars }: Chart, points: readonly SnapshotPoint[]): Markup => {
  const values = points.map(measure);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const scale = scaleOf(points);
  const label = `${title} by snapshot: ${format(values[0] ?? 0)} in the first, ${format(values.at(-1) ?? 0)} in the last; least ${format(low)}, most ${format(high)}`;
  const drawn = isBars ? bars(scale, values) : area(scale, values);
  return markup`<figure><figcaption><b>${title}</b> <span class="now">${format(values.at(-1) ?? 0)}</span> <span class="hint">${
    low === high ? 'always the same' : `${format(low)} – ${format(high)}`
  }</span></figcaption>
<svg class="chart" role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${incompleteBands(
    scale,
    points,
  )}${drawn}${points.map((point, index) => hover(scale, index, point))}</svg></figure>`;
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
  const room = HEIGHT - 14;
  return values.map((value) => (high === low ? (fromZero ? 0 : room / 2) : ((value - low) / (high - low)) * room));
};

const area = ({ xs }: Scale, values: readonly number[]): Markup => {
  const line = heightsOf(values, false).map(
    (height, index) => `${round(xs[index] ?? 0)} ${round(HEIGHT - 6 - height)}`,
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
  return ready(`<path class="bars" d="${path.join('')}"/><path class="stroke faint" d="M0 ${HEIGHT}H${WIDTH}"/>`);
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
