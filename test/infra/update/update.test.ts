/** Templates of now over those of each release before: nothing that holds something is lost, and the update goes through. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { outlinesOf } from './outlines.ts';
import { type Outline, type Outlines, updateProblems } from './update-safety.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const releases = readdirSync(FIXTURES).flatMap((file) =>
  (JSON.parse(readFileSync(join(FIXTURES, file), 'utf8')) as { settings: object; stacks: Outlines }[]).map(
    ({ settings, stacks }, n) => ({ release: `${file.replace(/\.json$/, '')}, settings ${n + 1}`, settings, stacks }),
  ),
);

test.each(releases)('over $release: nothing that holds something is replaced or removed', ({ settings, stacks }) => {
  expect(updateProblems(stacks, outlinesOf(settings))).toEqual([]);
});

describe('an update is found out that', () => {
  const queue = (QueueName: string): Outline['resources'][string] => ['AWS::SQS::Queue', { QueueName }];
  const outline = (resources: Outline['resources'], exports = {}, imports: string[] = []): Outline => ({
    resources,
    exports,
    imports,
  });

  test.each([
    ['removes', outline({}), 'A: AWS::SQS::Queue Q would be removed'],
    ['renames', outline({ Q: queue('other') }), 'A: AWS::SQS::Queue Q would be replaced'],
    ['moves', outline({ R: queue('q') }), 'A: AWS::SQS::Queue Q would be removed'],
    ['turns into something else', outline({ Q: ['AWS::SNS::Topic', {}] }), 'A: AWS::SQS::Queue Q would be removed'],
  ])('%s what holds something', (_, now, problem) => {
    expect(updateProblems({ A: outline({ Q: queue('q') }) }, { A: now })).toContain(problem);
  });

  test('gives a name away that is still in use', () => {
    const alarm = (AlarmName: string): Outline['resources'][string] => ['AWS::CloudWatch::Alarm', { AlarmName }];
    const before = { A: outline({ X: alarm('x') }) };
    expect(updateProblems(before, { A: outline({}), B: outline({ Y: alarm('x') }) })).toEqual([
      'AWS::CloudWatch::Alarm "x" is still there, as A X, when B Y is made',
    ]);
    expect(updateProblems(before, { A: outline({}), B: outline({ Y: alarm('y') }) })).toEqual([]);
  });

  test('takes away or changes an export that another stack imports, but not one that none does', () => {
    const before = { A: outline({}, { used: 1, unused: 2 }), B: outline({}, {}, ['used']) };
    const problem = 'A: the export used is in use and cannot be changed or removed';
    expect(updateProblems(before, { A: outline({}), B: outline({}) })).toEqual([problem]);
    expect(updateProblems(before, { A: outline({}, { used: 3 }), B: outline({}) })).toEqual([problem]);
    expect(updateProblems(before, { A: outline({}, { used: 1 }), B: outline({}) })).toEqual([]);
  });
});
