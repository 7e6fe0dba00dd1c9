/** The part of the report beside integrations, as text. */
import { describe, expect, test } from 'vitest';
import type { OtherKinds } from '../../../functions/core/kinds.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { NEVER_COVERED } from '../../../functions/core/snapshot/not-covered.ts';
import { forgeNights } from './nights.ts';
import { renderNights } from './report-forge.ts';

const [first, second] = forgeNights({ integrations: 3, nights: 2, seed: 5 }) as [Manifest, Manifest];

const wordsOf = (before: OtherKinds, after: OtherKinds): string =>
  renderNights([
    { ...first, ...before },
    { ...second, ...after },
  ])
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

const archive = (character: string) => ({
  key: 'k',
  versionId: 'v',
  bytes: 2_500,
  sha256: 'a'.repeat(64),
  contentSha256: character.repeat(64),
});

const WHOLE: OtherKinds = {
  projects: [{ id: 'SHOP', code: 'SHOP', name: 'Shop', archive: archive('1'), integrations: [] }],
  lookups: [{ id: 'CODES', name: 'CODES', lastUpdatedBy: 'maria', archive: archive('2') }],
  libraries: [],
  packages: [{ id: 'acme', name: 'acme', integrations: ['A|01.00.0000'] }],
  connections: [
    {
      id: 'ERP',
      name: 'Erp',
      adapterType: 'soap',
      status: 'CONFIGURED',
      properties: [{ name: 'url', value: 'https://x.example' }],
    },
  ],
  deployments: [
    { id: 'SHOP|V1', project: 'SHOP', code: 'V1', name: 'First', integrations: ['A|01.00.0000', 'B|01.00.0000'] },
  ],
  certificates: [
    {
      id: 'USER|X509|TRUST|PARTNER',
      name: 'PARTNER',
      type: 'X509',
      category: 'TRUST',
      status: 'CONFIGURED',
      expires: '2030-01-01T00:00:00.000Z',
    },
  ],
  agentGroups: [{ id: 'G', name: 'On premises' }],
};

describe('the report', () => {
  test('of a snapshot that looked at integrations only says nothing of other kinds', () => {
    expect(wordsOf({}, {})).not.toContain('Beside the integrations');
  });

  test('lists every kind', () => {
    const words = wordsOf(WHOLE, WHOLE);

    expect(words).toMatch(/Beside the integrations +Nothing changed\./);
    expect(words).toMatch(/1 project Name .* Shop SHOP 0 0 2\.5 kB/);
    expect(words).toMatch(/1 lookup .* CODES maria 2\.5 kB/);
    expect(words).toContain('No libraries.');
    expect(words).toMatch(/1 connection .* Erp ERP soap Configured/);
    expect(words).toMatch(/1 deployment .* First SHOP\|V1 2/);
    expect(words).toMatch(/1 certificate .* PARTNER USER\|X509\|TRUST\|PARTNER X509 TRUST Configured 2030-01-01 00:00/);
    expect(words).not.toContain('x.example');
  });

  test('tells what changed there, and by whom', () => {
    const after: OtherKinds = {
      ...WHOLE,
      projects: [],
      lookups: [{ id: 'CODES', name: 'CODES', lastUpdatedBy: 'jan', archive: archive('3') }],
      libraries: [{ id: 'L|1', code: 'L', version: '1', name: 'Tools', archive: archive('4') }],
      connections: [{ id: 'ERP', name: 'Erp', adapterType: 'soap', status: 'DRAFT', properties: [] }],
      deployments: [{ id: 'SHOP|V1', project: 'SHOP', code: 'V1', name: 'First', integrations: ['A|01.00.0000'] }],
      certificates: [{ id: 'USER|PGP|PUBLIC|NEW', name: 'NEW', type: 'PGP' }],
    };
    const words = wordsOf(WHOLE, after);

    expect(words).toMatch(/Shop project SHOP removed/);
    expect(words).toMatch(/CODES lookup content by jan/);
    expect(words).toMatch(/Tools library L\|1 added/);
    expect(words).toMatch(/First deployment SHOP\|V1 B\|01\.00\.0000 in it → none/);
    expect(words).toMatch(/NEW certificate USER\|PGP\|PUBLIC\|NEW added/);
    expect(words).toMatch(/PARTNER certificate USER\|X509\|TRUST\|PARTNER removed/);
    expect(words).toMatch(/Erp connection ERP status CONFIGURED → DRAFT · another value of url/);
  });

  test('takes names for text, whatever is in them', () => {
    const hostile: OtherKinds = { packages: [{ id: 'p', name: '<img src=x onerror=alert(1)>', integrations: [] }] };
    expect(
      renderNights([
        { ...first, packages: [] },
        { ...second, ...hostile },
      ]),
    ).not.toContain('<img src=x');
  });
});

describe('what is not in the snapshot', () => {
  const partOf = (night: Partial<Manifest>): string => {
    const words = renderNights([{ ...second, ...night }])
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ');
    return words.slice(words.lastIndexOf('Not in this snapshot'));
  };
  const all = { ...WHOLE, lookups: [] };

  test('is told once on the page, one sentence each, in a place of its own', () => {
    const page = renderNights([{ ...second, ...WHOLE }]);

    expect(page.match(/<h2[^>]*>Not in this snapshot/g)).toHaveLength(1);
    for (const { what, why, todo } of NEVER_COVERED) {
      const sentence = `<b>${what.slice(0, 1).toUpperCase()}${what.slice(1)}</b>: ${why}; ${todo}.`;
      expect(page.split(sentence)).toHaveLength(2);
    }
  });

  test.each<[string, Partial<Manifest>, RegExp]>([
    [
      'that an instance does not know of',
      { notOnInstance: ['certificates'] },
      /Certificates : this instance does not know/,
    ],
    [
      'that it refuses',
      { warnings: [{ id: 'certificates', message: 'are not in the snapshot' }] },
      /Certificates : the instance does not hand them out/,
    ],
    [
      'whose listing failed',
      { failures: [{ id: 'certificates', kind: 'timeout', message: 'listing the certificates of prod failed' }] },
      /Certificates : the instance gave no list/,
    ],
    ['that nobody asked for', {}, /Certificates : they were not asked for: `include` in the settings/],
  ])('names a kind %s, with the reason', (_, told, sentence) => {
    const { certificates: __, ...rest } = all;

    expect(partOf({ ...rest, ...told })).toMatch(sentence);
    expect(partOf({ ...all, ...told })).not.toMatch(/Certificates :/);
  });

  test('names kinds with one reason together, so that it stays short', () => {
    expect(partOf({})).toContain(
      'Projects, deployments, lookups, libraries, packages, connections, certificates, agent groups :',
    );
  });
});

test('a warning about a whole kind has it as its subject, one about an item has that', () => {
  const message =
    'are not in the snapshot, for the instance does not hand them out: listing the packages of prod failed';
  const page = renderNights([
    {
      ...second,
      warnings: [
        { id: 'packages', message },
        { id: 'agent groups', message: message.replace('packages', 'agent groups') },
        { id: 'A|01.00.0000', message: 'is locked' },
      ],
    },
  ]).replace(/<[^>]+>/g, '');

  expect(page).toContain(`Warning packages ${message}`);
  expect(page).toContain('Warning agent groups are not in the snapshot');
  expect(page).toContain('Warning A|01.00.0000 is locked');
});
