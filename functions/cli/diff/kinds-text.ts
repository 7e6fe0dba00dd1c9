/** What `oic diff` has found beside integrations, as lines for people. */
import type { ChangedItem, KindsDiff } from '../../core/diff/diff-kinds.ts';
import type { PackageDiff, ProjectDiff } from '../../core/diff/diff-projects.ts';
import type { ChangedLookup } from '../../core/diff/lookups.ts';
import { type People, personName } from '../../core/people.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';
import { count } from '../output.ts';
import { lookupLines } from './text.ts';

/** @param lookups what became of the rows of changed lookups, by name */
export const kindsDiffLines = (
  { kinds, notCompared }: KindsDiff,
  lookups: readonly ChangedLookup[],
  people: People,
): string[] => {
  const rows = new Map(lookups.map((lookup) => [lookup.name, lookup]));
  return [
    ...ALL_KINDS.flatMap(({ name, nouns: [one, many] }) => {
      const found = kinds[name];
      if (!found) return [];
      const { added, removed, changed, contentUnknown, unchanged } = found;
      return [
        ...added.map((it) => `added    ${one} ${titleOf(it)}`),
        ...removed.map((it) => `removed  ${one} ${titleOf(it)}`),
        ...changed.map((it) => `changed  ${one} ${titleOf(it)}: ${changeText(it, people, rows.get(it.id))}`),
        ...contentUnknown.map(({ id, reason }) => `unknown  ${one} ${id}: its content was not compared: ${reason}`),
        `${many}: ${added.length} added, ${removed.length} removed, ${changed.length} changed, ${unchanged} the same`,
      ];
    }),
    ...ALL_KINDS.filter(({ name }) => notCompared.includes(name)).map(
      ({ nouns }) => `${nouns[1]} not compared: only one side looked at them`,
    ),
  ];
};

const titleOf = ({ id, name }: { readonly id: string; readonly name: string }): string =>
  name === id ? id : `${id} ${name}`;

const changeText = (
  { content, facts, otherValues, lastUpdated, lastUpdatedBy }: ChangedItem,
  people: People,
  rows?: ChangedLookup,
) => {
  const parts = [
    ...(rows ? [rowText(rows)] : content ? ['content'] : []),
    ...facts.map(({ fact, from, to }) => `${fact} ${from || 'none'} -> ${to || 'none'}`),
    ...(otherValues.length > 0 ? [`another value of ${otherValues.join(', ')}`] : []),
  ].join(', ');
  if (lastUpdated === undefined) return parts;
  const by = lastUpdatedBy === undefined ? '' : ` by ${personName(lastUpdatedBy, people)}`;
  return `${parts}; updated ${lastUpdated.slice(0, 16).replace('T', ' ')}${by}`;
};

const rowText = ({ columns, rows, rowsAdded, rowsRemoved, isDescribedAnew }: ChangedLookup): string => {
  const [before, after] = [columns.from.join(', '), columns.to.join(', ')];
  const columnText = before === after ? '' : `columns ${before} -> ${after}; `;
  return `${isDescribedAnew ? 'another description; ' : ''}${columnText}${rows.from} -> ${count(rows.to, 'row')} (${rowsAdded} new, ${rowsRemoved} gone)`;
};

export const projectDiffLines = (a: string, b: string, diff: ProjectDiff): string[] => {
  const lines = [
    ...differingLines('integration', diff.integrations),
    ...differingLines('connection', diff.connections),
    ...lookupLines(diff.lookups),
    ...differingLines('file', diff.others),
  ];
  return withHeading(`project ${diff.from} (${a}) -> project ${diff.to} (${b})`, lines);
};

export const packageDiffLines = (a: string, b: string, diff: PackageDiff): string[] =>
  withHeading(
    `package ${diff.from} (${a}) -> package ${diff.to} (${b})`,
    differingLines('integration', diff.integrations),
  );

const withHeading = (heading: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [`${heading}: no difference in what they mean`] : [heading, '', ...lines];

const differingLines = (
  noun: string,
  { added, removed, changed }: PackageDiff['integrations'] | ProjectDiff['others'],
) => [
  ...added.map((name) => `added    ${noun} ${name}`),
  ...removed.map((name) => `removed  ${noun} ${name}`),
  ...changed.map((name) => `changed  ${noun} ${name}`),
];
