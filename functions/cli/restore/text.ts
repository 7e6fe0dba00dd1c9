/** What came of a restore, or what it would do, as lines for people. */
import type { OtherKind } from '../../core/kinds.ts';
import { unreadyText } from '../../jobs/changes/connect.ts';
import type { RestoreReport } from '../../jobs/restore/restore-options.ts';
import type { FoundSnapshot } from '../../jobs/restore/scope.ts';
import { kindOf, RESTORED_KINDS } from '../../kinds/all-kinds.ts';
import { count } from '../output.ts';

/** Which snapshot it is and, when it is not the newest, what that one lacks. */
export const chosenLine = (found: FoundSnapshot): string => {
  const { instance, snapshot, complete, integrations } = found.manifest;
  const what = `${complete ? '' : 'incomplete '}snapshot ${snapshot} of ${instance}, ${count(integrations.length, 'integration')}`;
  return [what, ...passedOverLines(found)].join('; ');
};

/** What speaks against the snapshot that was chosen, and why one that is newer was not. */
export const passedOverLines = ({ manifest, passedOver, ahead, problems }: FoundSnapshot): string[] => [
  ...problems.map((problem) => `${manifest.snapshot} is not to be trusted: ${problem}`),
  ...passedOver.map(({ snapshot, lacks }) => {
    const more = lacks.length > SHOWN ? `, and ${lacks.length - SHOWN} more` : '';
    return `the newer ${snapshot} is incomplete and was passed over: it lacks ${lacks.slice(0, SHOWN).join(', ') || 'what it does not tell'}${more}`;
  }),
  ...(ahead === undefined ? [] : [ahead]),
];

const SHOWN = 5;

const LEFT_AS_IT_IS: readonly string[] = ['unchanged', 'skip', 'refuse'];

export const reportLines = (report: RestoreReport): string[] => {
  const { from, to, snapshot, created, replaced, activated, scheduled, skipped, deleted, failures } = report;
  const plan = report.plan.map(({ do: what, id, reason }) => `  ${what.padEnd(14)} ${id}  (${reason})`);
  if (report.dryRun) {
    const steps = report.plan.filter(({ do: what }) => !LEFT_AS_IT_IS.includes(what)).length;
    return [
      ...plan,
      `${count(steps, 'step')} planned to restore ${snapshot} of ${from} into ${to}; nothing was changed`,
      ...byHandLines(report),
      ...failureLines(report),
    ];
  }
  return [
    ...report.cycles.map(
      (cycle) =>
        `note     these call each other in a circle, so ${cycle[0]} was activated first: ${cycle.join(' -> ')}`,
    ),
    ...report.connections.map((one) => `connect  a person has to see to ${unreadyText(one)}`),
    ...byHandLines(report),
    ...failureLines(report),
    `restored ${snapshot} of ${from} into ${to}: ${created} created, ${replaced} replaced, ${activated} activated, ` +
      `${scheduled} schedules started or paused, ${skipped} skipped, ${deleted} deleted, ${failures.length} failed`,
    ...kindLines(report),
  ];
};

const kindLines = ({ kinds }: RestoreReport): string[] =>
  RESTORED_KINDS.flatMap(({ name, nouns: [, many] }) => {
    const counts = kinds[name];
    if (!counts) return [];
    const { created, replaced, skipped } = counts;
    return [`  ${many.padEnd(9)} ${created} created, ${replaced} replaced, ${skipped} skipped`];
  });

const nounOf = (kind: OtherKind | 'integrations'): string =>
  kind === 'integrations' ? 'integration' : kindOf(kind).nouns[0];

/** Each with what there is to copy from the snapshot. */
const byHandLines = ({ byHand }: RestoreReport): string[] =>
  byHand.flatMap(({ kind, id, name, todo, values }) => [
    `by hand  ${kind === 'notCovered' ? name : `${nounOf(kind)} ${id}${name === id ? '' : ` (${name})`}`}: ${todo}`,
    ...Object.entries(values).map(([label, value]) => `           ${label}: ${value || '(not in the snapshot)'}`),
  ]);

const failureLines = ({ failures }: RestoreReport): string[] => failures.map(({ message }) => `FAILED   ${message}`);
