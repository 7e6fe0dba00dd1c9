/** Numbers, times and changes in the words of the report. */
import type { ChangedIntegration } from '../diff/diff-snapshots.ts';
import type { Tracing } from '../integration.ts';
import { isAbout, type KindFacts } from '../kinds.ts';
import { type Markup, markup } from '../markup.ts';
import type { SnapshotFailure } from '../snapshot/manifest.ts';

export const formatNumber = (value: number): string => value.toLocaleString('en-US');

/** "1 integration", "3,000 integrations" */
export const formatCount = (value: number, noun: string): string =>
  `${formatNumber(value)} ${noun}${value === 1 ? '' : 's'}`;

export const formatBytes = (bytes: number): string => {
  if (bytes < 1_000) return `${bytes} B`;
  const exponent = Math.min(Math.floor(Math.log10(bytes) / 3), 4);
  const value = bytes / 1_000 ** exponent;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${['', 'kB', 'MB', 'GB', 'TB'][exponent]}`;
};

/** `2026-11-23 04:15`, in UTC; what is no time stays as it is. */
export const formatTime = (time: string): string => time.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}).*$/s, '$1 $2');

/** To the minute, for people; the whole of it for programs. */
export const timeMarkup = (time: string): Markup => markup`<time datetime="${time}">${formatTime(time)}</time>`;

const STATUS_WORDS: Readonly<Record<string, string>> = {
  INPROGRESS: 'In progress',
  FAILEDACTIVATION: 'Failed activation',
  ACTIVATION_INPROGRESS: 'Activating',
  DEACTIVATION_INPROGRESS: 'Deactivating',
};

/** `ACTIVATED` is written `Activated`: a table of three thousand is calmer so. */
export const formatStatus = (status: string): string => {
  if (status === '') return 'unknown';
  const words = Object.hasOwn(STATUS_WORDS, status) ? STATUS_WORDS[status] : undefined;
  return words ?? `${status.slice(0, 1)}${status.slice(1).toLowerCase().replaceAll('_', ' ')}`;
};

const tracingWords = ({ tracing, payload, recording }: Tracing): string =>
  [tracing && 'on', payload && 'with payload', recording && 'recording'].filter(Boolean).join(', ') || 'off';

/** What changed, each in a few words: `content`, `status Configured → Activated`. */
export const changeWords = ({ content, status, schedule, tracing, renamed }: ChangedIntegration): string[] =>
  [
    content && 'content',
    status && `status ${formatStatus(status.from)} → ${formatStatus(status.to)}`,
    schedule && `schedule ${schedule.from ?? 'none'} → ${schedule.to ?? 'none'}`,
    tracing && `tracing ${tracingWords(tracing.from)} → ${tracingWords(tracing.to)}`,
    renamed && `renamed from ${renamed.from}`,
  ].filter((words) => words !== undefined);

/** What failed, by kind: `2 integrations, 1 project and all lookups`. */
export const failureWords = (failures: readonly Pick<SnapshotFailure, 'id'>[], kinds: readonly KindFacts[]): string => {
  const others = kinds.flatMap(({ nouns: [one, many] }) => {
    // A listing that failed is told by the name of the kind.
    if (failures.some(({ id }) => id === many)) return [`all ${many}`];
    const count = failures.filter(({ id }) => id.startsWith(`${one} `)).length;
    return count > 0 ? [`${formatNumber(count)} ${count === 1 ? one : many}`] : [];
  });
  const integrations = failures.filter(({ id }) => !kinds.some((kind) => isAbout(kind, id))).length;
  const parts = [...(integrations > 0 ? [formatCount(integrations, 'integration')] : []), ...others];
  const last = parts.pop() ?? 'nothing';
  return parts.length > 0 ? `${parts.join(', ')} and ${last}` : last;
};
