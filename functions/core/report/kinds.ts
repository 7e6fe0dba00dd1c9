/** What the snapshot holds beside integrations, and what changed there since the one before. */
import { type ChangedItem, hasChanges, type KindDiff, type KindsDiff } from '../diff/diff-kinds.ts';
import { KIND_NOUNS, manyOf, OTHER_KIND_ORDER, type OtherKind } from '../kinds.ts';
import { type Markup, markup, ready } from '../markup.ts';
import { type People, personName } from '../people.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import type { OtherKinds } from '../snapshot/sections.ts';
import { isActive } from '../status.ts';
import { formatBytes, formatNumber, formatStatus, timeMarkup } from './words.ts';

/** @param changes since the snapshot before, if there is one that can be compared */
export const renderKinds = (manifest: Manifest, changes: KindsDiff | undefined, people: People): Markup => {
  const there = OTHER_KIND_ORDER.filter((kind) => manifest[kind] !== undefined);
  if (there.length === 0) return ready('');
  const empty = there.filter((kind) => manifest[kind]?.length === 0);
  return markup`<section aria-labelledby="kinds"><h2 id="kinds">Beside the integrations</h2>
${changes && hasChanges(changes) ? renderChanges(changes, people) : changes && markup`<p class="card quiet">Nothing changed.</p>`}${there.map((kind) => renderKind(kind, manifest, people))}${empty.length > 0 && markup`<p class="hint">No ${manyOf(empty)}.</p>`}</section>`;
};

const renderChanges = ({ kinds, notCompared }: KindsDiff, people: People): Markup =>
  markup`<ul class="card items">${OTHER_KIND_ORDER.flatMap((kind) => changeItems(kind, kinds[kind], people))}</ul>${notCompared.length > 0 && markup`<p class="hint">Not compared, since only one of the snapshots holds them: ${manyOf(notCompared)}.</p>`}`;

const MAX_ITEMS = 100;

const changeItems = (kind: OtherKind, diff: KindDiff | undefined, people: People): Markup[] => {
  if (!diff) return [];
  const [one, many] = KIND_NOUNS[kind];
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

interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

const renderKind = (kind: OtherKind, manifest: Manifest, people: People): Markup => {
  const { columns, rows } = TABLES[kind](manifest, people);
  const [one, many] = KIND_NOUNS[kind];
  const title = `${formatNumber(rows.length)} ${rows.length === 1 ? one : many}`;
  if (rows.length === 0) return ready('');
  return markup`<details class="numbers"><summary>${title}</summary><div class="scroll" role="region" aria-label="All ${many}" tabindex="0"><table><thead><tr><th scope="col">Name</th>${columns.map(({ title: head, isNumber }) => markup`<th scope="col"${isNumber && ready(' class="n"')}>${head}</th>`)}</tr></thead><tbody>${rows.map(
    ({ id, name, cells }) =>
      markup`<tr><th scope="row">${name}${name !== id && markup` <code>${id}</code>`}</th>${cells.map((cell, at) => markup`<td${columns[at]?.isNumber && ready(' class="n"')}>${cell}</td>`)}</tr>`,
  )}</tbody></table></div></details>`;
};

interface Row {
  readonly id: string;
  readonly name: string;
  readonly cells: readonly (Markup | string)[];
}

interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

const SAVED: readonly Column[] = [
  { title: 'Last change (UTC)' },
  { title: 'By' },
  { title: 'Archive', isNumber: true },
];

const timeCell = (time: string | undefined): Markup | string => (time === undefined ? '' : timeMarkup(time));

type Stored = NonNullable<OtherKinds['lookups']>[number];

const savedCells = (
  { lastUpdated, lastUpdatedBy, archive }: Pick<Stored, 'lastUpdated' | 'lastUpdatedBy' | 'archive'>,
  people: People,
) => [timeCell(lastUpdated), personName(lastUpdatedBy ?? '', people), archive ? formatBytes(archive.bytes) : 'none'];

const stored = (things: readonly Stored[] | undefined, people: People): Table => ({
  columns: SAVED,
  rows: (things ?? []).map((thing) => ({ ...thing, cells: savedCells(thing, people) })),
});

const TABLES: Readonly<Record<OtherKind, (manifest: Manifest, people: People) => Table>> = {
  projects: ({ projects = [] }, people) => ({
    columns: [{ title: 'Integrations', isNumber: true }, { title: 'Active', isNumber: true }, ...SAVED],
    rows: projects.map((project) => ({
      ...project,
      cells: [
        formatNumber(project.integrations.length),
        formatNumber(project.integrations.filter(isActive).length),
        ...savedCells(project, people),
      ],
    })),
  }),
  deployments: ({ deployments = [] }) => ({
    columns: [{ title: 'Integrations', isNumber: true }, { title: 'Last change (UTC)' }],
    rows: deployments.map(({ id, name, integrations, lastUpdated }) => ({
      id,
      name,
      cells: [integrations ? formatNumber(integrations.length) : '', timeCell(lastUpdated)],
    })),
  }),
  lookups: ({ lookups }, people) => stored(lookups, people),
  libraries: ({ libraries }, people) => stored(libraries, people),
  packages: ({ packages = [] }) => ({
    columns: [{ title: 'Integrations', isNumber: true }],
    rows: packages.map(({ id, name, integrations }) => ({ id, name, cells: [formatNumber(integrations.length)] })),
  }),
  connections: ({ connections = [] }) => ({
    columns: [{ title: 'Adapter' }, { title: 'Status' }, { title: 'Security policy' }, { title: 'Agent group' }],
    rows: connections.map(({ id, name, adapterType = '', status, securityPolicy = '', agentGroupId = '' }) => ({
      id,
      name,
      cells: [adapterType, formatStatus(status), securityPolicy, agentGroupId],
    })),
  }),
  certificates: ({ certificates = [] }) => ({
    columns: [{ title: 'Type' }, { title: 'Category' }, { title: 'Status' }, { title: 'Expires (UTC)' }],
    rows: certificates.map(({ id, name, type = '', category = '', status = '', expires }) => ({
      id,
      name,
      cells: [type, category, formatStatus(status), timeCell(expires)],
    })),
  }),
  agentGroups: ({ agentGroups = [] }) => ({
    columns: [],
    rows: agentGroups.map(({ id, name }) => ({ id, name, cells: [] })),
  }),
};
