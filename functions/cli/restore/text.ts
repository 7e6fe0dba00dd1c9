/** What came of a restore, or what it would do, as lines for people. */
import type { OtherKind } from '../../core/kinds.ts';
import type { WorkByHand } from '../../core/plan/manual-steps.ts';
import { unreadyText } from '../../jobs/changes/connect.ts';
import type { RestoreReport } from '../../jobs/restore/restore-options.ts';
import type { FoundSnapshot } from '../../jobs/restore/scope.ts';
import { kindOf, RESTORED_KINDS } from '../../kinds/all-kinds.ts';
import { isOfConnection } from '../../kinds/manual-steps.ts';
import type { Intent } from '../consent.ts';
import { placeOf } from '../files.ts';
import { count } from '../output.ts';

/** Which snapshot it is, and what speaks against it. */
export const chosenLine = (manifest: FoundSnapshot['manifest'], doubts: readonly string[]): string => {
  const { instance, snapshot, complete, integrations } = manifest;
  const what = `${complete ? '' : 'incomplete '}snapshot ${snapshot} of ${instance}, ${count(integrations.length, 'integration')}`;
  return [what, ...doubts].join('; ');
};

/** What speaks against the snapshot that was chosen, and why one that is newer was not. */
export const passedOverLines = ({ manifest, passedOver, ahead, problems }: FoundSnapshot): string[] => [
  ...problems.map((problem) => `${manifest.snapshot} is not to be trusted: ${problem}`),
  ...passedOver.map(({ snapshot, lacks, problems: faults }) => {
    if (faults) return `the newer ${snapshot} is not to be trusted and was passed over: ${faults.join('; ')}`;
    const more = lacks.length > SHOWN ? `, and ${lacks.length - SHOWN} more` : '';
    return `the newer ${snapshot} is incomplete and was passed over: it lacks ${lacks.slice(0, SHOWN).join(', ') || 'what it does not tell'}${more}`;
  }),
  ...(ahead === undefined ? [] : [ahead]),
];

const SHOWN = 5;

const LEFT_AS_IT_IS: readonly string[] = ['unchanged', 'skip', 'refuse'];

/** Each item once, with what is to become of it in the end. */
export const intentOf = (plan: RestoreReport['plan'], to: string): Intent => {
  const of = (what: string) => plan.filter((step) => step.do === what);
  const [created, replaced, deleted] = [of('import'), of('replace'), of('delete')];
  const gone = new Set([...replaced, ...deleted].map(({ id }) => id));
  const stopped = of('deactivate').filter(({ id }) => !gone.has(id));
  const started = of('activate').length;
  if (created.length + gone.size + stopped.length + started === 0) return { lines: [], takesAway: false };
  return {
    lines: [
      ...created.map(({ id }) => `  + ${id}`),
      ...replaced.map(({ id }) => `  ~ ${id} is replaced`),
      ...stopped.map(({ id }) => `  - ${id} is taken out of service`),
      ...deleted.map(({ id }) => `  - ${id} is deleted`),
      `on ${to}: ${created.length} created, ${replaced.length} replaced, ${stopped.length} taken out of service, ${deleted.length} deleted; ${started} activated`,
    ],
    takesAway: gone.size + stopped.length > 0,
  };
};

const NAMED = 10;

/** What an interruption has left, and the command that goes on; undefined when all was done. */
export const leftLine = ({ left, to }: Pick<RestoreReport, 'left' | 'to'>, goOn: string): string | undefined => {
  if (left.length === 0) return undefined;
  const named = (what: string, ids: readonly string[]): string => {
    const more = ids.length > NAMED ? `, and ${ids.length - NAMED} more` : '';
    return ids.length === 0 ? '' : `; ${what} on ${to}: ${ids.slice(0, NAMED).join(', ')}${more}`;
  };
  const inactive = left.filter(({ does }) => does === 'activate' || does === 'activate-inside').map(({ id }) => id);
  const all = [...new Set(left.map(({ id }) => id))];
  const others = all.filter((id) => !inactive.includes(id));
  const off = named('not activated yet', inactive) + named('not seen to yet', others);
  return `${count(all.length, 'item')} left${off}; ${goOn} goes on`;
};

export const reportLines = (report: RestoreReport, vault: string): string[] => {
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
    ...report.connections
      .filter(({ id }) => !failures.some((failure) => failure.id === id))
      .flatMap((one) => [`connect  a person has to see to ${unreadyText(one)}`, ...valuesOf(report, one.id)]),
    ...byHandLines(report),
    ...failureLines(report),
    `restored ${snapshot} of ${from} into ${to}: ${created} created, ${replaced} replaced, ${activated} activated, ` +
      `${scheduled} schedules started or paused, ${skipped} skipped, ${deleted} deleted, ${failures.length} failed`,
    ...kindLines(report),
    ...copyLines(report, vault),
  ];
};

const copyLines = ({ copies, to }: RestoreReport, vault: string): string[] =>
  copies.length === 0
    ? []
    : [
        `what ${to} had of ${count(copies.length, 'item')} is kept, for \`oic import ${to} FILE\`:`,
        ...copies.map(({ id, key }) => `  ${id}: ${placeOf(vault, key)}`),
      ];

const kindLines = ({ kinds }: RestoreReport): string[] =>
  RESTORED_KINDS.flatMap(({ name, nouns: [, many] }) => {
    const counts = kinds[name];
    if (!counts) return [];
    const { created, replaced, skipped } = counts;
    return [`  ${many.padEnd(9)} ${created} created, ${replaced} replaced, ${skipped} skipped`];
  });

const nounOf = (kind: OtherKind | 'integrations'): string =>
  kind === 'integrations' ? 'integration' : kindOf(kind).nouns[0];

/** Each with what there is to copy from the snapshot; but what is told with its cause is not told again. */
const byHandLines = (report: RestoreReport): string[] => {
  const told = [...report.connections, ...report.failures.filter(({ step }) => step === 'connect')].map(({ id }) => id);
  return report.byHand
    .filter((work) => !isOfConnection(work) || !told.includes(work.id))
    .flatMap(({ kind, id, name, todo, values }) => [
      `by hand  ${kind === 'notCovered' ? name : `${nounOf(kind)} ${id}${name === id ? '' : ` (${name})`}`}: ${todo}`,
      ...valueLines(values),
    ]);
};

const valueLines = (values: WorkByHand['values']): string[] =>
  Object.entries(values).map(([label, value]) => `           ${label}: ${value || '(not in the snapshot)'}`);

/** What there is to copy from the snapshot for a connection. */
const valuesOf = ({ byHand }: RestoreReport, id: string): string[] =>
  byHand.filter((work) => isOfConnection(work) && work.id === id).flatMap(({ values }) => valueLines(values));

const failureLines = (report: RestoreReport): string[] =>
  report.failures.flatMap(({ id, step, message }) => [
    `FAILED   ${message}`,
    ...(step === 'connect' ? valuesOf(report, id) : []),
  ]);
