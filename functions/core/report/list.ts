/**
 * Every integration of the snapshot in one table, which is whole without the script: that only finds and sorts. There may be
 * thousands of rows: they are short, and laid out when they come into sight, which no row of a table can be; so they are
 * grids that say what they are.
 */

import { escapeMarkup, type Markup, markup, ready } from '../markup.ts';
import { type People, personName } from '../people.ts';
import { scheduleOf, scheduleWord } from '../schedule.ts';
import type { Manifest, SnapshotIntegration } from '../snapshot/manifest.ts';
import { isActive } from '../status.ts';
import type { HistoryEvent, SnapshotHistory } from './history.ts';
import { formatBytes, formatCount, formatNumber, formatStatus, formatTime } from './words.ts';

/** Where the picture of its flow lies, as seen from the page; undefined when there is none. */
export type PictureLink = (integration: SnapshotIntegration) => string | undefined;

export const renderList = (
  { integrations }: Manifest,
  history: SnapshotHistory,
  linkTo: PictureLink,
  people: People,
): Markup => {
  const hasHistory = history.points.length > 1;
  const rows = integrations
    .toSorted((a, b) => BY_NAME.compare(a.name, b.name))
    .map((integration) => renderRow(integration, history, linkTo, people));
  return markup`<section aria-labelledby="integrations"><h2 id="integrations">All integrations</h2>
${hasHistory && markup`<p class="hint">Changes are those seen in ${formatCount(history.points.length, 'snapshot')}; each can be opened.</p>`}<form class="search" role="search" hidden><label for="find">Find</label><input id="find" type="search" autocomplete="off" placeholder="name, code, status, person …"><output id="found" for="find" aria-live="polite">${formatNumber(integrations.length)}</output></form>
<div class="card"><table id="list" role="table"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Integration</th><th scope="col" role="columnheader">Status</th><th scope="col" role="columnheader">Schedule</th><th scope="col" role="columnheader">Last change (UTC)</th><th scope="col" role="columnheader" class="n">Archive</th><th scope="col" role="columnheader">Changes</th></tr></thead>
<tbody role="rowgroup">${ready(rows.join('\n'))}</tbody></table></div></section>`;
};

/** As the script sorts. */
const BY_NAME = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const toneOf = (status: string): string => {
  if (isActive({ status })) return 'good';
  return status.startsWith('FAILED') ? 'bad' : 'off';
};

const renderRow = (
  integration: SnapshotIntegration,
  history: SnapshotHistory,
  linkTo: PictureLink,
  people: People,
): string => {
  const { id, name, status, lastUpdated, lastUpdatedBy, archive } = integration;
  const href = linkTo(integration);
  const title = escapeMarkup(name);
  return [
    `<tr role="row"><th role="rowheader">${href === undefined ? title : `<a href="${escapeMarkup(href)}">${title}</a>`}<code>${escapeMarkup(id)}</code></th>`,
    `<td role="cell"><i class="${toneOf(status)}"></i>${escapeMarkup(formatStatus(status))}</td><td role="cell">${escapeMarkup(scheduleText(integration))}</td>`,
    `<td role="cell">${escapeMarkup(formatTime(lastUpdated ?? ''))}${lastUpdatedBy === undefined ? '' : `<small>${escapeMarkup(personName(lastUpdatedBy, people))}</small>`}</td>`,
    `<td role="cell" class="n" data-v="${archive?.bytes ?? 0}">${archive ? formatBytes(archive.bytes) : 'none'}</td>`,
    renderHistory(history, history.events.get(id) ?? [], people),
  ].join('');
};

/** More than these are of no use in a row. */
const MAX_EVENTS = 12;

const renderHistory = ({ points }: SnapshotHistory, events: readonly HistoryEvent[], people: People): string => {
  if (events.length === 0) return '<td role="cell" data-v="0"></td>';
  const shown = events.slice(-MAX_EVENTS).toReversed();
  const items = shown.map(({ at, words, by }) => {
    const who = by === undefined ? '' : ` by ${personName(by, people)}`;
    return `<li>${escapeMarkup(`${formatTime(points[at]?.startedAt ?? '')} ${words}${who}`)}`;
  });
  const more = events.length > shown.length ? `<li>and ${events.length - shown.length} earlier` : '';
  return `<td role="cell" data-v="${events.length}"><details><summary>${strip(points.length, events)}${events.length}×</summary><ol>${items.join('')}${more}</ol></details>`;
};

const STRIP = 96;

/** One tick for each snapshot in which something changed, at its place among all: the same place in every row. */
const strip = (count: number, events: readonly HistoryEvent[]): string => {
  const step = (STRIP - 4) / Math.max(count - 1, 1);
  const ticks = [...new Set(events.map(({ at }) => `M${Math.round(2 + at * step)} 2v10`))];
  return `<svg viewBox="0 0 ${STRIP} 14" aria-hidden="true"><path d="M1 13h${STRIP - 2}"/><path class="t" d="${ticks.join('')}"/></svg>`;
};

/** Nothing for one without a schedule. */
const scheduleText = (integration: SnapshotIntegration): string => {
  const state = scheduleOf(integration);
  return state === null ? '' : scheduleWord(state);
};
