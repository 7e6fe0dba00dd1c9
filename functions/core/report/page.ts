/**
 * The morning after a backup as one page: the state at a glance, what changed and who did it, what failed, how it went over
 * time, who calls whom, and every integration with its history. One file that loads nothing: its policy allows its own
 * style and script, by their hashes, and nothing else, whatever an instance wrote into a name.
 */
import { hash } from 'node:crypto';
import type { KindFacts } from '../kinds.ts';
import { type Markup, markup, ready } from '../markup.ts';
import type { People } from '../people.ts';
import type { SnapshotMap, UsedConnection } from '../picture/snapshot-map.ts';
import { drawPicture } from '../picture/svg.ts';
import { scheduleOf } from '../schedule.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import { isActive } from '../status.ts';
import { type ChangePictures, renderChanges, renderPicture, renderProblems } from './changes.ts';
import type { SnapshotHistory } from './history.ts';
import { renderKinds } from './kinds.ts';
import { type PictureLink, renderList } from './list.ts';
import { renderNotCovered } from './not-covered.ts';
import { REPORT_SCRIPT } from './script.ts';
import { REPORT_STYLE } from './style.ts';
import { renderTimeline } from './timeline.ts';
import { failureWords, formatBytes, formatCount, formatNumber, timeMarkup } from './words.ts';

export interface ReportContent {
  readonly manifest: Manifest;
  /** What it may hold beside integrations. */
  readonly kinds: readonly KindFacts[];
  /** Up to that manifest. */
  readonly history: SnapshotHistory;
  /** How many snapshots there are before those of the history. */
  readonly olderSnapshots: number;
  readonly map: SnapshotMap;
  /** How many integrations with an archive the map does not know of. */
  readonly notMapped: number;
  readonly changePictures: ChangePictures;
  readonly linkTo: PictureLink;
  /** What those who changed something are called. */
  readonly people: People;
  /** What went wrong when this was put together, as sentences. */
  readonly problems: readonly string[];
  readonly writtenAt: Date;
}

/** The hash a Content-Security-Policy allows a text by. */
const allowed = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`;

const POLICY = [
  "default-src 'none'",
  `style-src ${allowed(REPORT_STYLE)}`,
  `script-src ${allowed(REPORT_SCRIPT)}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export const renderReport = (content: ReportContent): string => {
  const { manifest, kinds, history, olderSnapshots, map, notMapped, changePictures } = content;
  const { linkTo, people, problems, writtenAt } = content;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">
<title>${manifest.instance} – snapshot ${manifest.snapshot}</title><style>${ready(REPORT_STYLE)}</style></head>
<body><a class="skip" href="#integrations">To the list of integrations</a>
${renderGlance(manifest, history, problems, kinds)}
<main>${renderProblems(manifest, problems, kinds)}
${renderChanges(history.changes, history.before, changePictures, people)}
${renderTimeline(history.points, olderSnapshots)}
${renderMap(map, notMapped)}
${renderKinds(manifest, kinds, history.changes?.others, people)}
${renderList(manifest, history, linkTo, people)}
${renderNotCovered(manifest, kinds)}</main>
<footer><p>Written ${timeMarkup(writtenAt.toISOString())} UTC from the vault. All times are UTC.</p></footer>
<script>${ready(REPORT_SCRIPT)}</script></body></html>
`.html;
};

const COMPLETE = ready(
  '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="m7.5 12.5 3 3 6-6.5"/></svg>',
);
const INCOMPLETE = ready(
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3 22 20.5H2zM12 10v5M12 17.8v.1"/></svg>',
);

const renderGlance = (
  manifest: Manifest,
  { changes }: SnapshotHistory,
  problems: readonly string[],
  kinds: readonly KindFacts[],
): Markup => {
  const { instance, startedAt, complete, failures, warnings } = manifest;
  const seconds = Math.round((Date.parse(manifest.finishedAt) - Date.parse(startedAt)) / 1000);
  const took = seconds > 0 ? formatCount(seconds, 'second') : 'less than a second';
  const warned = warnings.length === 0 ? '' : `, with ${formatCount(warnings.length, 'warning')}`;
  const verdict = complete
    ? `The snapshot is complete${warned}`
    : `The snapshot is incomplete: ${failureWords(failures, kinds)} could not be backed up`;
  const hasProblems = failures.length + warnings.length + problems.length > 0;
  const sections = [
    ...(hasProblems ? [['problems', 'Failures and warnings']] : []),
    ['changes', 'Changes'],
    ['timeline', 'Timeline'],
    ['integrations', 'All integrations'],
    ['not-covered', 'Not in this snapshot'],
  ];
  return markup`<header><p class="eyebrow">Oracle Integration backup</p><h1>${instance}</h1>
<div class="card glance${complete ? '' : ' bad'}">${complete ? COMPLETE : INCOMPLETE}<div><b>${verdict}</b>Taken ${timeMarkup(startedAt)} UTC<span id="age" data-at="${startedAt}"></span>. <span class="hint">It took ${took}.</span></div></div>
${warnings.filter(({ isLoss }) => isLoss).map(({ id, message }) => markup`<p class="card loss" role="alert"><b>Much is gone:</b> ${id} ${message}</p>`)}
<p id="stale" class="card stale" hidden>This page tells of that snapshot and of nothing after it. There may be a newer page beside it, under the name latest.html; if there is none, ask why.</p>
${renderTiles(manifest, kinds, changes)}
<nav aria-label="On this page">${sections.map(([id = '', words = '']) => markup`<a href="#${id}">${words}</a>`)}</nav></header>`;
};

/** In projects and outside; one that could not be asked may run as well. */
const schedulesTile = (manifest: Manifest, kinds: readonly KindFacts[]): readonly [value: string, label: string] => {
  const inside = kinds.flatMap((kind) =>
    (manifest[kind.name] ?? []).flatMap((one) => kind.integrationsIn?.(one) ?? []),
  );
  const all = [...manifest.integrations, ...inside].map(scheduleOf);
  const unknown = all.filter((state) => state === 'unknown').length;
  const label = unknown > 0 ? `schedules running, ${formatNumber(unknown)} not known` : 'schedules running';
  return [formatNumber(all.filter((state) => state === 'started').length), label];
};

const renderTiles = (manifest: Manifest, kinds: readonly KindFacts[], changes: SnapshotHistory['changes']): Markup => {
  const { integrations } = manifest;
  const counts = changes && [
    `${formatNumber(changes.added.length)} added`,
    `${formatNumber(changes.removed.length)} removed`,
    `${formatNumber(changes.changed.length)} changed`,
  ];
  const changed = changes && changes.added.length + changes.removed.length + changes.changed.length;
  const which = counts?.filter((words) => !words.startsWith('0 '));
  const tiles: (readonly [value: string, label: string])[] = [
    [formatNumber(integrations.length), integrations.length === 1 ? 'integration' : 'integrations'],
    [formatNumber(integrations.filter(isActive).length), 'active'],
    schedulesTile(manifest, kinds),
    [formatBytes(integrations.reduce((sum, { archive }) => sum + (archive?.bytes ?? 0), 0)), 'in archives'],
  ];
  return markup`<ul class="tiles"><li class="card"><b>${changed === undefined ? '–' : formatNumber(changed)}</b><span>${changed === 1 ? 'change' : 'changes'}${which?.map((words, index) => markup`${index === 0 ? ': ' : ', '}<i>${words}</i>`)}</span></li>${tiles.map(([value, label]) => markup`<li class="card"><b>${value}</b><span>${label}</span></li>`)}</ul>`;
};

const renderMap = ({ picture, connections }: SnapshotMap, notMapped: number): Markup => {
  if (!picture && connections.length === 0 && notMapped === 0) return ready('');
  return markup`<section aria-labelledby="map"><h2 id="map">Who calls whom, and who shares a connection</h2>
${notMapped > 0 && markup`<p class="hint">${formatCount(notMapped, 'archive')} ${notMapped === 1 ? 'was' : 'were'} not looked at yet and ${notMapped === 1 ? 'is' : 'are'} not in here; <code>oic report</code> looks at all.</p>`}
${picture && renderPicture({ label: picture.title, summary: 'The picture', svg: drawPicture(picture), description: picture.description, isOpen: true })}
${connections.length > 0 && renderConnections(connections)}</section>`;
};

/** A connection may be used by thousands. */
const MAX_USERS = 30;

const renderConnections = (connections: readonly UsedConnection[]): Markup =>
  markup`<details class="numbers"><summary>All ${formatCount(connections.length, 'connection')}</summary><div class="scroll" role="region" aria-label="All connections" tabindex="0"><table><thead><tr><th scope="col">Connection</th><th scope="col">Adapter</th><th scope="col" class="n">Used by</th><th scope="col">Integrations</th></tr></thead><tbody>${connections.map(
    ({ id, name, type, usedBy }) =>
      markup`<tr><th scope="row">${name}${name !== id && markup` <code>${id}</code>`}</th><td>${type}</td><td class="n">${usedBy.length}</td><td><small>${usedBy.slice(0, MAX_USERS).join(', ')}${usedBy.length > MAX_USERS && ` and ${formatNumber(usedBy.length - MAX_USERS)} more`}</small></td></tr>`,
  )}</tbody></table></div></details>`;
