/** What `oic diff` has found beside integrations, as lines for people. */
import type { ChangedItem, KindsDiff } from '../../core/diff/diff-kinds.ts';
import { type People, personName } from '../../core/people.ts';
import type { ComparedDetails } from '../../jobs/compare/compare-kinds.ts';
import { ALL_KINDS } from '../../kinds/all-kinds.ts';

/** @param details what more is known of what changed, by kind */
export const kindsDiffLines = (
  { kinds, notCompared }: KindsDiff,
  details: ComparedDetails,
  people: People,
): string[] => {
  return [
    ...ALL_KINDS.flatMap(({ name, nouns: [one, many], details: known }) => {
      const found = kinds[name];
      if (!found) return [];
      const { added, removed, changed, contentUnknown, unchanged } = found;
      const detailOf = (id: string): string | undefined => {
        const one = details[name]?.find((each) => each.name === id);
        return one && known?.text(one);
      };
      return [
        ...added.map((it) => `added    ${one} ${titleOf(it)}`),
        ...removed.map((it) => `removed  ${one} ${titleOf(it)}`),
        ...changed.map((it) => `changed  ${one} ${titleOf(it)}: ${changeText(it, people, detailOf(it.id))}`),
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
  detail?: string,
) => {
  const parts = [
    ...(detail === undefined ? (content ? ['content'] : []) : [detail]),
    ...facts.map(({ fact, from, to }) => `${fact} ${from || 'none'} -> ${to || 'none'}`),
    ...(otherValues.length > 0 ? [`another value of ${otherValues.join(', ')}`] : []),
  ].join(', ');
  if (lastUpdated === undefined) return parts;
  const by = lastUpdatedBy === undefined ? '' : ` by ${personName(lastUpdatedBy, people)}`;
  return `${parts}; updated ${lastUpdated.slice(0, 16).replace('T', ' ')}${by}`;
};
