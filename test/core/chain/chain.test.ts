import { describe, expect, test } from 'vitest';
import { describeAhead, splitAhead } from '../../../functions/core/chain/ahead.ts';
import {
  chainProblems,
  idsOf,
  type Link,
  missingSince,
  unexplainedLosses,
} from '../../../functions/core/chain/chain.ts';
import { formatPruned, parsePruned } from '../../../functions/core/chain/pruned.ts';
import { openSeal, withSeal } from '../../../functions/core/chain/seal.ts';
import { formatManifest, type Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { originProblem } from '../../../functions/core/snapshot/origin.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';

const day = (n: number): string => `2026-11-0${n}T04-15-00Z`;
const tracing = { tracing: false, payload: false, recording: false };
const manifestOf = (codes: readonly string[], more: Partial<Manifest> = {}): Manifest => ({
  formatVersion: 1,
  instance: 'dev',
  snapshot: day(2),
  startedAt: '2026-11-02T04:15:00.000Z',
  finishedAt: '2026-11-02T04:15:09.000Z',
  complete: true,
  integrations: codes.map((code) => ({
    id: `${code}|01.00.0000`,
    code,
    version: '01.00.0000',
    name: code,
    status: 'CONFIGURED',
    schedule: null,
    tracing,
    archive: null,
  })),
  failures: [],
  warnings: [],
  ...more,
});

const link = (n: number, more: Partial<Link> = {}): Link => ({
  snapshot: day(n),
  sha256: `sha of ${n}`,
  isSealed: true,
  previous: n === 1 ? undefined : { snapshot: day(n - 1), sha256: `sha of ${n - 1}` },
  problems: [],
  ...more,
});

describe('the chain of snapshots', () => {
  test.each([
    ['is whole', [link(1), link(2), link(3)], [], []],
    [
      'from before there was one has nothing to break',
      [1, 2].map((n) => link(n, { isSealed: false, previous: undefined })),
      [],
      [],
    ],
    ['goes on from snapshots that had none', [link(1, { isSealed: false, previous: undefined }), link(2)], [], []],
    ['breaks where one was removed', [link(1), link(3)], [], [[day(3), /2026-11-02T04-15-00Z before it is missing/]]],
    ['does not break where one was pruned', [link(1), link(3)], [day(2)], []],
    [
      'breaks where one was edited',
      [link(1, { sha256: 'another' }), link(2)],
      [],
      [[day(2), /2026-11-01T04-15-00Z before it is not what it was/]],
    ],
    [
      'breaks where one was stripped of its digest',
      [link(1), link(2, { isSealed: false, previous: undefined })],
      [],
      [[day(2), /no digest of its own, though 2026-11-01T04-15-00Z before it has/]],
    ],
    ['tells what is wrong with one by itself', [link(1, { problems: ['it is odd'] })], [], [[day(1), /it is odd/]]],
  ] as const)('%s', (_, links, pruned: readonly string[], expected) => {
    const problems = chainProblems(links, (snapshot) => pruned.includes(snapshot));
    expect(problems.map(({ snapshot }) => snapshot)).toEqual(expected.map(([snapshot]) => snapshot));
    for (const [at, [, words]] of expected.entries()) expect(problems[at]?.problem).toMatch(words);
  });
});

describe('what is in a snapshot no more', () => {
  test('is told by kind, and of kinds that only one of two looked at nothing is', () => {
    const before = idsOf(
      manifestOf(['A', 'B', 'C'], { lookups: [], packages: [{ id: 'p', name: 'p', integrations: [] }] }),
      ALL_KINDS,
    );
    const now = idsOf(manifestOf(['B'], { lookups: [{ id: 'NEW', name: 'NEW', archive: null }] }), ALL_KINDS);
    expect(missingSince(before, now)).toEqual({ integrations: ['A|01.00.0000', 'C|01.00.0000'] });
    expect(missingSince(now, now)).toEqual({});
  });

  test('is a loss when the snapshot does not say that it was removed', () => {
    const before = idsOf(manifestOf(['A', 'B']), ALL_KINDS);
    expect(
      unexplainedLosses(before, manifestOf(['A'], { removed: { integrations: ['B|01.00.0000'] } }), ALL_KINDS),
    ).toEqual([]);
    expect(unexplainedLosses(before, manifestOf([]), ALL_KINDS)).toEqual([
      expect.stringMatching(/^2 integrations of the snapshot before are not in it.*: A\|01.00.0000, B\|01.00.0000$/),
    ]);
    expect(
      unexplainedLosses(before, manifestOf([], { removed: { integrations: ['B|01.00.0000'] } }), ALL_KINDS),
    ).toEqual([expect.stringMatching(/^1 integration of/)]);
  });
});

describe('the seal of a manifest', () => {
  const text = formatManifest(manifestOf(['A']));
  const sha256 = 'a'.repeat(64);

  test('is its last field, and leaves the rest as it was', () => {
    const sealed = withSeal(text, sha256);
    expect(JSON.parse(sealed)).toEqual({ ...JSON.parse(text), selfSha256: sha256 });
    expect(openSeal(sealed)).toEqual({ sealed: text, sha256 });
  });

  test.each([
    ['nothing', ''],
    ['no seal', text],
    ['a seal that is not the last field', withSeal(text, sha256).replace('\n}\n', ',\n  "x": 1\n}\n')],
    ['a seal cut short', withSeal(text, 'abc')],
  ])('is not found in %s', (_, other) => {
    expect(openSeal(other)).toBeUndefined();
  });
});

test.each([
  [undefined, undefined],
  [{ url: 'https://a.example', integrationInstance: 'acme' }, undefined],
  [{ url: 'https://b.example', integrationInstance: 'acme' }, 'acme at https://b.example'],
  [{ url: 'https://a.example', integrationInstance: 'other' }, 'other at https://a.example'],
  [{ url: 'https://a.example' }, 'https://a.example'],
])('an origin of %j is another one than acme at https://a.example: %s', (earlier, words) => {
  const snapshots = [{}, { origin: earlier }, { origin: { url: 'https://a.example', integrationInstance: 'acme' } }];
  const problem = originProblem('dev', snapshots, { url: 'https://a.example', integrationInstance: 'acme' });
  const told = `are of ${words}, and the settings now say acme at https://a.example; `;
  expect(problem).toEqual(words === undefined ? undefined : expect.stringContaining(told));
});

test('what is dated more than five minutes ahead is told apart, with the command that removes it', () => {
  const now = new Date('2026-11-02T04:10:00Z');
  expect(splitAhead([day(3), day(2), day(1)], now)).toEqual({ ahead: [day(3)], due: [day(2), day(1)] });
  expect(splitAhead([day(2)], new Date(now.getTime() - 1))).toMatchObject({ ahead: [day(2)] });
  expect(describeAhead('dev', [], now)).toBeUndefined();
  expect(describeAhead('dev', [day(3)], now)).toMatch(
    /^2026-11-03T04-15-00Z of dev is dated ahead of the clock here \(2026-11-02T04:10:00.000Z\).*`oic prune dev --forget 2026-11-03T04-15-00Z` removes it$/,
  );
});

test('the list of what was pruned reads back, and of a text that is none nothing is taken', () => {
  const pruned = [{ snapshot: day(1), at: '2026-11-05T00:00:00.000Z' }];
  expect(parsePruned(formatPruned(pruned))).toEqual(pruned);
  for (const text of ['', '[]', '{"formatVersion":2,"pruned":[]}']) expect(parsePruned(text)).toBeUndefined();
});
