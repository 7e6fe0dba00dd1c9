/** The report as text: whole without a script, closed against whatever a name holds. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { IntegrationId } from '../../../functions/core/integration.ts';
import { mapSnapshot } from '../../../functions/core/picture/snapshot-map.ts';
import { formatBytes } from '../../../functions/core/report/words.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { forgeNights } from './nights.ts';
import { renderNights } from './report-forge.ts';

/** As a person reads it. */
const wordsOf = (html: string): string =>
  html
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ');

const nights = forgeNights({ integrations: 30, nights: 12, seed: 5 });
const last = nights.at(-1) as Manifest;
const changed = (manifest: Partial<Manifest>): Manifest[] => [...nights.slice(0, -1), { ...last, ...manifest }];

test('a complete snapshot is said to be complete, with its numbers', () => {
  const words = wordsOf(renderNights(nights));

  expect(words).toContain('The snapshot is complete');
  expect(words).toContain(`${last.integrations.length} integrations`);
  expect(words).toContain('It took 94 seconds.');
  expect(words).toContain('12 snapshots; 1 incomplete, marked red');
});

test('an incomplete snapshot says so first, and why in words', () => {
  const id: IntegrationId = 'ORDER_SYNC|01.00.0000';
  const failures = [{ id, kind: 'timeout', message: 'the export took longer than 300 seconds' }];
  const warnings = [{ id, message: 'locked by maria and cannot be exported' }];
  const words = wordsOf(
    renderNights(changed({ complete: false, failures, warnings }), { problems: ['a manifest is damaged'] }),
  );

  expect(words).toMatch(
    /incomplete: 1 integration could not be backed up[\s\S]*Failed +ORDER_SYNC\|01.00.0000 +the export/,
  );
  expect(words).toContain('locked by maria and cannot be exported');
  expect(words).toContain('a manifest is damaged');
});

test.each([
  [['A|01.00.0000', 'B|01.00.0000'], '2 integrations could'],
  [['lookup CODES'], '1 lookup could'],
  [
    ['A|01.00.0000', 'project SHOP', 'project SALES', 'library L|01.00.0000'],
    '1 integration, 2 projects and 1 library could',
  ],
  [['lookups'], 'all lookups could'],
  [['A|01.00.0000', 'agent groups'], '1 integration and all agent groups could'],
])('of failures %j it says how many of which kind', (ids, expected) => {
  const failures = ids.map((id) => ({ id, kind: 'timeout', message: 'it took too long' }));

  expect(wordsOf(renderNights(changed({ complete: false, failures })))).toContain(
    `The snapshot is incomplete: ${expected} not be backed up`,
  );
});

test('what was added, removed and changed is told with who did it', () => {
  const [first, second, third, ...others] = last.integrations;
  if (!first || !second || !third) throw new Error('too few integrations');
  const before = { ...last, integrations: [first, second, ...others] };
  const after = {
    ...last,
    snapshot: '2026-11-24T04-15-00Z',
    integrations: [
      { ...second, status: 'FAILEDACTIVATION', lastUpdatedBy: 'maria' },
      { ...third, lastUpdatedBy: 'jan' },
      ...others,
    ],
  };
  const words = wordsOf(renderNights([before, after]));

  expect(words).toMatch(new RegExp(`Added +1 .*${third.name}.* by jan`));
  expect(words).toMatch(new RegExp(`Removed +1 .*${first.name}`));
  expect(words).toMatch(new RegExp(`Changed +1 .*${second.name}.*→ Failed activation.* by maria`));
});

test('a client is told as one, or by its name, and its id is nowhere on the page', () => {
  const client = '2c1a7a5d0123456789abcdef01234567';
  const [first, ...others] = last.integrations;
  if (!first) throw new Error('too few integrations');
  const lookup = { id: 'CODES', name: 'CODES', lastUpdatedBy: client, archive: null };
  const before = { ...last, lookups: [] };
  const after = {
    ...last,
    snapshot: '2026-11-24T04-15-00Z',
    integrations: [{ ...first, status: 'FAILEDACTIVATION', lastUpdatedBy: client }, ...others],
    lookups: [lookup],
  };
  const [unnamed, named] = [
    renderNights([before, after]),
    renderNights([before, after], { people: { [client]: 'CI' } }),
  ];

  for (const [html, who] of [
    [unnamed, 'client 2c1a…'],
    [named, 'CI'],
  ] as const) {
    expect(html).not.toContain(client);
    expect(wordsOf(html)).toMatch(new RegExp(`Changed +1 .*${first.name}.* by ${who}`));
    expect(wordsOf(html)).toMatch(new RegExp(`CODES lookup.* by ${who}`));
    expect(html).toContain(`<small>${who}</small>`);
    expect(html).toMatch(new RegExp(`<ol><li>[^<]* by ${who}`));
    expect(html).toContain(`<td>${who}</td>`);
  }
});

test('the first snapshot has nothing to compare with, and a quiet night says that nothing changed', () => {
  expect(wordsOf(renderNights([last]))).toContain('This is the first snapshot');
  expect(wordsOf(renderNights([last, { ...last, snapshot: '2026-11-24T04-15-00Z' }]))).toContain('Nothing changed.');
});

test('a snapshot without integrations, and one of times nobody understands, are pages, too', () => {
  expect(wordsOf(renderNights(changed({ integrations: [] })))).toContain('0 integrations');
  expect(wordsOf(renderNights(changed({ startedAt: 'yesterday', finishedAt: '' })))).toContain('Taken yesterday');
});

test('the table is whole without the script: every integration, its state and its history', () => {
  const html = renderNights(nights);
  const body = /<tbody role="rowgroup">([\s\S]*?)<\/tbody>/.exec(html)?.[1] ?? '';

  expect(body.match(/<tr role="row">/g)).toHaveLength(last.integrations.length);
  for (const { name, id } of last.integrations) expect(body).toContain(`>${name}<code>${id}</code>`);
  expect(body).toMatch(/<ol><li>2026-\d\d-\d\d \d\d:\d\d .* by /);
});

test('a flow that was drawn is linked from its name', () => {
  const html = renderNights(nights, { linkTo: ({ archive }) => `flows/${archive?.contentSha256}.svg` });
  const [{ name = '', archive } = {}] = last.integrations.filter((each) => each.archive);

  expect(html).toContain(`<a href="flows/${archive?.contentSha256}.svg">${name}</a>`);
});

test('it fetches nothing and allows only its own style and script, by their hashes', () => {
  const html = renderNights(nights);
  const policy =
    /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1]?.replaceAll('&#39;', "'") ?? '';
  const digest = (tag: string): string => {
    const texts = [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map(([, text = '']) => text);
    expect(texts).toHaveLength(1);
    return `'sha256-${createHash('sha256')
      .update(texts[0] ?? '')
      .digest('base64')}'`;
  };

  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `style-src ${digest('style')}`,
    `script-src ${digest('script')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(html).not.toMatch(/https?:(?!\/\/www\.w3\.org\/2000\/svg")/);
  expect(html).not.toMatch(/ style="|\son[a-z]+=|url\(|@import/);
});

describe('names like scripts', () => {
  const HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'`&\u2028\u0000\u202e\ud800';

  test('stand nowhere as markup', () => {
    const id = `X${HOSTILE}|01.00.0000` as IntegrationId;
    const hostile = last.integrations.map((each) => ({
      ...each,
      id,
      name: HOSTILE,
      status: HOSTILE,
      lastUpdated: HOSTILE,
      lastUpdatedBy: HOSTILE,
    }));
    const html = renderNights(
      changed({
        instance: HOSTILE,
        integrations: hostile,
        startedAt: HOSTILE,
        failures: [{ id, kind: HOSTILE, message: HOSTILE }],
        warnings: [{ id, message: HOSTILE }],
      }),
      {
        problems: [HOSTILE],
        map: mapSnapshot(
          ['A', 'B'].map((code) => ({
            id: `${code}|01.00.0000` as IntegrationId,
            name: HOSTILE,
            connections: [{ id: HOSTILE, name: HOSTILE, type: HOSTILE }],
            calls: [id],
          })),
        ),
        linkTo: () => HOSTILE,
      },
    );

    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<img');
    expect(html).not.toMatch(/[^\P{Cc}\n]|[\p{Cs}\u202e]/u);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html.match(/&lt;script&gt;alert/g)?.length).toBeGreaterThan(last.integrations.length);
  });
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [73_037, '73 kB'],
  [219_000_000, '219 MB'],
  [1.5e12, '1.5 TB'],
])('%i bytes are %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});
