/** What `oic diff` has found, as lines for people. */
import type { ArchiveDiff, ChangedMember, Terms } from '../../core/diff/diff-archives.ts';
import type { ChangedIntegration, SnapshotDiff } from '../../core/diff/diff-snapshots.ts';
import type { ConnectionDiff, NamedChange } from '../../core/diff/terms.ts';
import type { Tracing } from '../../core/integration.ts';
import { type People, personName } from '../../core/people.ts';
import { lookupLines } from '../../kinds/diff-lines.ts';
import { count } from '../output.ts';

export const snapshotDiffLines = (a: string, b: string, diff: SnapshotDiff, people: People): string[] => {
  const { added, removed, changed, contentUnknown, unchanged, leftOut } = diff;
  return [
    ...added.map((it) => `added    ${it.id} ${it.name}: ${it.status}${scheduleText(it.schedule)}${byWhom(it, people)}`),
    ...removed.map(
      (it) => `removed  ${it.id} ${it.name}: ${it.status}${scheduleText(it.schedule)}${byWhom(it, people)}`,
    ),
    ...changed.map((it) => `changed  ${it.id} ${it.name}: ${changeText(it)}${byWhom(it, people)}`),
    ...contentUnknown.map(({ id, reason }) => `unknown  ${id}: its content was not compared: ${reason}`),
    ...(leftOut.length > 0
      ? [`${count(leftOut.length, 'integration')} not compared: the settings leave them out of a snapshot`]
      : []),
    `${a} -> ${b}: ${added.length} added, ${removed.length} removed, ${changed.length} changed, ` +
      `${contentUnknown.length} of unknown content, ${unchanged} the same`,
  ];
};

const scheduleText = (schedule: string | null): string => (schedule === null ? '' : `, schedule ${schedule}`);

const byWhom = (
  { lastUpdated, lastUpdatedBy }: Pick<ChangedIntegration, 'lastUpdated' | 'lastUpdatedBy'>,
  people: People,
): string =>
  lastUpdated === undefined
    ? ''
    : `; updated ${lastUpdated.slice(0, 16).replace('T', ' ')}${lastUpdatedBy === undefined ? '' : ` by ${personName(lastUpdatedBy, people)}`}`;

const changeText = ({
  content,
  status,
  schedule,
  scheduleParameters = [],
  tracing,
  renamed,
}: ChangedIntegration): string =>
  [
    content && 'content',
    status && `status ${status.from} -> ${status.to}`,
    schedule && `schedule ${schedule.from ?? 'none'} -> ${schedule.to ?? 'none'}`,
    ...scheduleParameters.map(({ name, from, to }) => `parameter ${name} ${from || 'none'} -> ${to || 'none'}`),
    tracing && `tracing ${tracingText(tracing.from)} -> ${tracingText(tracing.to)}`,
    renamed && `name ${renamed.from} -> ${renamed.to}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');

const tracingText = ({ tracing, payload, recording }: Tracing): string =>
  [tracing && 'tracing', payload && 'payload', recording && 'recording'].filter(Boolean).join('+') || 'off';

export const archiveDiffLines = (a: string, b: string, diff: ArchiveDiff): string[] => {
  const { from, to, added, removed, changed, terms } = diff;
  const heading = `${from} (${a}) -> ${to} (${b})`;
  if (added.length + removed.length + changed.length === 0) return [`${heading}: no difference in what they mean`];
  const texts = changed.flatMap(({ diff: text }) =>
    text === undefined ? [] : ['', ...visible(text).trimEnd().split('\n')],
  );
  return [
    heading,
    '',
    ...termLines(terms).map((line) => visible(line).replace(/\s*\n\s*/g, ' ')),
    '',
    ...added.map(({ member, bytes }) => `added    ${member} (${bytes} bytes)`),
    ...removed.map(({ member, bytes }) => `removed  ${member} (${bytes} bytes)`),
    ...changed.map((member) => `changed  ${member.member}${whyNoText(member)}`),
    ...texts,
  ];
};

const whyNoText = ({ member, diff, from, to }: ChangedMember): string => {
  if (diff !== undefined) return '';
  if (from && to) {
    return ` (no text: ${from.bytes} bytes, sha256 ${from.sha256.slice(0, 12)} -> ${to.bytes} bytes, ${to.sha256.slice(0, 12)})`;
  }
  return member.endsWith('.dvm') ? ' (the values of a lookup are not shown)' : ' (too different to show)';
};

/** Characters that turn the direction of writing can make a line read as something else. */
const visible = (text: string): string =>
  text.replace(
    /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const termLines = ({ identity, connections, calls, libraries, lookups, ...flow }: Terms): string[] => [
  ...identity.map(fieldText),
  ...connections.map(connectionText),
  ...calls.added.map((id) => `call: ${id} added`),
  ...calls.removed.map((id) => `call: ${id} removed`),
  ...libraries.added.map((id) => `library: ${id} added`),
  ...libraries.removed.map((id) => `library: ${id} removed`),
  ...lookupLines(lookups),
  ...flow.schedule.map((change) => `schedule: ${fieldText(change)}`),
  ...flow.endpoints.flatMap(({ name, properties }) =>
    properties.map((change) => `endpoint ${name}: ${fieldText(change)}`),
  ),
  ...flow.mappings.flatMap(({ member, target, elements }) =>
    elements.map(
      ({ element, from, to }) => `mapping to ${target || member}: ${fieldText({ field: element, from, to })}`,
    ),
  ),
  ...flow.expressions.map(
    ({ member, name, from, to }) => `expression ${fieldText({ field: name || member, from, to })}`,
  ),
];

const fieldText = ({ field, from, to }: NamedChange): string => `${field}: ${from || 'none'} -> ${to || 'none'}`;

const connectionText = ({ id, change, fields, properties }: ConnectionDiff): string => {
  if (change !== 'changed') {
    const facts = fields.flatMap(({ from, to }) => from || to || []);
    return `connection ${id}: ${change} (${facts.join(', ')})`;
  }
  const values = properties.length > 0 ? [`another value of ${properties.join(', ')}`] : [];
  return `connection ${id}: ${[...fields.map(fieldText), ...values].join('; ')}`;
};
