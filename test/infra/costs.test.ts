/** What infra/README.md says it costs: the arithmetic of its table, with what the templates really hold. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { instancesOf } from './many.ts';
import { type Synthesized, synthesize } from './synthesized.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'infra', 'README.md'), 'utf8');

const NIGHTS = 30;
const BATCH = 25;
const ARCHIVE_GB = 73e-6;

/** Of one instance: what is proportional to its integrations. Prices of us-east-1. */
const workOf = (integrations: number) => {
  const pages = Math.ceil(integrations / 100);
  const schedules = integrations / 3;
  const saved = integrations / 100;
  const seconds = 8 + 0.3 * (pages + schedules / 3 + saved);
  const operations = 8 + Math.ceil(schedules / BATCH) + Math.ceil(saved / BATCH);
  const storedGb = ARCHIVE_GB * (integrations + 196 * saved) + 90 * (1e-4 + 1e-6 * integrations);
  return {
    Lambda: seconds * NIGHTS * 0.0000133334,
    'durable operations': operations * NIGHTS * 8e-6,
    'S3 storage': storedGb * 0.023,
    'S3 requests': (20 + 2 * saved) * NIGHTS * 5e-6,
  };
};

const isOfStrays = (id: string): boolean => id.includes('unknown') || id.startsWith('Strays');

/** Metrics that alarms watch, and queues that functions ask: of the instance, and of what all instances share. */
const countsOf = ({ ofType }: Synthesized) => {
  const watched = [...ofType('AWS::CloudWatch::Alarm')].flatMap(([id, { Properties }]) =>
    Array(Properties.Metrics?.filter((one: { MetricStat?: object }) => one.MetricStat).length ?? 1).fill(id),
  );
  const asked = [...ofType('AWS::Lambda::EventSourceMapping').keys()];
  const shared = { metrics: watched.filter(isOfStrays).length, queues: asked.filter(isOfStrays).length };
  return { shared, own: { metrics: watched.length - shared.metrics, queues: asked.length - shared.queues } };
};

const { own, shared } = countsOf(synthesize({ instances: instancesOf(1) }).lifecycle);
const MINUTES = 60 * 24 * 30;

const costsOf = (integrations: number, instances: number): Record<string, number> => {
  const metrics = own.metrics * instances + shared.metrics;
  const queues = own.queues * instances + shared.queues;
  const work = Object.entries(workOf(integrations)).map(([what, cost]) => [what, cost * instances] as const);
  const rows = {
    ...Object.fromEntries(work),
    secrets: 0.4 * instances,
    alarms: 0.1 * metrics,
    metrics: 0.3 * ((12 * NIGHTS) / 720) * instances,
    queues: queues * 5 * 3 * MINUTES * 0.4e-6,
  };
  return { ...rows, sum: Object.values(rows).reduce((sum, cost) => sum + cost) };
};

/** The cells of a row, by the words its first one begins with. */
const rowOf = (what: string): readonly string[] => {
  const line = page.split('\n').find((one) => one.replaceAll('*', '').startsWith(`| ${what}`)) ?? '';
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.replaceAll('*', '').trim());
};
const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

const COLUMNS = [
  [300, 1],
  [3_000, 1],
  [10_000, 1],
  [300, 20],
] as const;

test.each(Object.keys(costsOf(300, 1)))('the row of %s is what it comes to', (what) => {
  const expected = COLUMNS.map(([integrations, instances]) =>
    dollars(costsOf(integrations, instances)[what] ?? Number.NaN),
  );
  expect(rowOf(what).slice(-COLUMNS.length)).toEqual(expected);
});

test('the numbers of alarms and queues are those of the templates', () => {
  expect(rowOf('alarms')[0]).toBe(
    `$0.10 for each metric watched: ${own.metrics} an instance, ${shared.metrics} for all`,
  );
  expect(rowOf('queues')[0]).toContain(`${own.queues} an instance, ${shared.queues} for all`);
});

test('so is what is asked for in the settings only', () => {
  const replicaMetrics = 7;
  const said = {
    'a customer key': dollars(1),
    'a NAT gateway with a fixed address': dollars(0.045 * 730 + 0.005 * 730),
    'an interface endpoint': dollars(0.01 * 730),
    'a replica': dollars(0.1 * replicaMetrics + 0.3 * 3 * replicaMetrics * (NIGHTS / 720)),
  };
  for (const [what, cost] of Object.entries(said)) expect(rowOf(what).at(-1), what).toBe(cost);
});
