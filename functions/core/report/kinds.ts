/** What the snapshot holds beside integrations, and what changed there since the one before. */
import { type ChangedItem, hasChanges, type KindDiff, type KindsDiff } from '../diff/diff-kinds.ts';
import { type Entry, type Fact, type KindFacts, manyOf } from '../kinds.ts';
import { type Markup, markup, ready } from '../markup.ts';
import { type People, personName } from '../people.ts';
import type { Stored } from '../snapshot/archived-items.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import { formatBytes, formatNumber, formatStatus, timeMarkup } from './words.ts';

/** @param changes since the snapshot before, if there is one that can be compared */
export const renderKinds = (
  manifest: Manifest,
  kinds: readonly KindFacts[],
  changes: KindsDiff | undefined,
  people: People,
): Markup => {
  const there = kinds.filter(({ name }) => manifest[name] !== undefined);
  if (there.length === 0) return ready('');
  const empty = there.filter(({ name }) => manifest[name]?.length === 0);
  return markup`<section aria-labelledby="kinds"><h2 id="kinds">Beside the integrations</h2>
${changes && hasChanges(changes) ? renderChanges(changes, kinds, people) : changes && markup`<p class="card quiet">Nothing changed.</p>`}${there.map((kind) => renderKind(kind, manifest[kind.name] ?? [], people))}${empty.length > 0 && markup`<p class="hint">No ${manyOf(empty)}.</p>`}</section>`;
};

const renderChanges = ({ kinds: diffs, notCompared }: KindsDiff, kinds: readonly KindFacts[], people: People): Markup =>
  markup`<ul class="card items">${kinds.flatMap((kind) => changeItems(kind, diffs[kind.name], people))}</ul>${notCompared.length > 0 && markup`<p class="hint">Not compared, since only one of the snapshots holds them: ${manyOf(kinds.filter(({ name }) => notCompared.includes(name)))}.</p>`}`;

const MAX_ITEMS = 100;

const changeItems = ({ nouns: [one, many] }: KindFacts, diff: KindDiff | undefined, people: People): Markup[] => {
  if (!diff) return [];
  const items = [
    ...diff.added.map((it) => changeItem('added', one, it, ['added'], people)),
    ...diff.removed.map((it) => changeItem('removed', one, it, ['removed'], people)),
    ...diff.changed.map((it) => changeItem('changed', one, it, changeWords(it), people)),
  ];
  const more = items.length - MAX_ITEMS;
  return more > 0
    ? [...items.slice(0, MAX_ITEMS), markup`<li>and ${formatNumber(more)} more changes of ${many}</li>`]
    : items;
};

const changeItem = (
  change: 'added' | 'removed' | 'changed',
  noun: string,
  { id, name, lastUpdated, lastUpdatedBy }: Pick<ChangedItem, 'id' | 'name' | 'lastUpdated' | 'lastUpdatedBy'>,
  words: readonly string[],
  people: People,
): Markup => {
  const by =
    change !== 'removed' &&
    (lastUpdated ?? lastUpdatedBy) !== undefined &&
    markup`<span class="by">${lastUpdatedBy !== undefined && `by ${personName(lastUpdatedBy, people)} `}${lastUpdated !== undefined && timeMarkup(lastUpdated)}</span>`;
  return markup`<li class="${change}"><div><b>${name}</b> ${noun}${name !== id && markup` <code>${id}</code>`}<br><span class="what">${words.join(' · ')}</span>${by}</div></li>`;
};

const changeWords = ({ content, facts, otherValues }: ChangedItem): string[] => [
  ...(content ? ['content'] : []),
  ...facts.map(({ fact, from, to }) => `${fact} ${from || 'none'} → ${to || 'none'}`),
  ...(otherValues.length > 0 ? [`another value of ${otherValues.join(', ')}`] : []),
];

const renderKind = (kind: KindFacts, entries: readonly Entry[], people: People): Markup => {
  const [one, many] = kind.nouns;
  const columns = columnsOf(kind, people);
  if (entries.length === 0) return ready('');
  return markup`<details class="numbers"><summary>${formatNumber(entries.length)} ${entries.length === 1 ? one : many}</summary><div class="scroll" role="region" aria-label="All ${many}" tabindex="0"><table><thead><tr><th scope="col">Name</th>${columns.map(({ title, isNumber }) => markup`<th scope="col"${isNumber && ready(' class="n"')}>${title}</th>`)}</tr></thead><tbody>${entries.map(
    (entry) =>
      markup`<tr><th scope="row">${entry.name}${entry.name !== entry.id && markup` <code>${entry.id}</code>`}</th>${columns.map(({ cell, isNumber }) => markup`<td${isNumber && ready(' class="n"')}>${cell(entry)}</td>`)}</tr>`,
  )}</tbody></table></div></details>`;
};

interface Column {
  readonly title: string;
  readonly isNumber: boolean;
  readonly cell: (entry: Entry) => Markup | string;
}

const columnsOf = ({ facts, file }: KindFacts, people: People): Column[] => [
  ...facts
    .filter(({ only }) => only !== 'compared')
    .map((fact) => ({
      title: `${fact.name.slice(0, 1).toUpperCase()}${fact.name.slice(1)}${fact.as === 'time' ? ' (UTC)' : ''}`,
      isNumber: fact.as === 'number',
      cell: (entry: Entry) => cellOf(fact, entry, people),
    })),
  ...(file ? [ARCHIVE] : []),
];

const ARCHIVE: Column = {
  title: 'Archive',
  isNumber: true,
  cell: (entry) => {
    const { archive } = entry as Stored<Entry>;
    return archive ? formatBytes(archive.bytes) : 'none';
  },
};

const cellOf = ({ as, value }: Fact<Entry>, entry: Entry, people: People): Markup | string => {
  const told = value(entry);
  if (typeof told === 'number') return formatNumber(told);
  if (as === 'status') return formatStatus(told ?? '');
  if (told === undefined) return '';
  if (as === 'time') return timeMarkup(told);
  return as === 'person' ? personName(told, people) : told;
};
