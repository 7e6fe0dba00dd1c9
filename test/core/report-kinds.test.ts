/** The part of the report beside integrations, as text. */
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../functions/core/manifest.ts';
import type { OtherKinds } from '../../functions/core/manifest-kinds.ts';
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
  agentGroups: [{ id: 'G', name: 'On premises' }],
};

describe('the report', () => {
  test('of a snapshot that looked at integrations only says nothing of other kinds', () => {
    expect(wordsOf({}, {})).not.toContain('Beside the integrations');
  });

  test('lists every kind, and says which were not looked at', () => {
    const { agentGroups: _, ...some } = WHOLE;
    const words = wordsOf(some, some);

    expect(words).toMatch(/Beside the integrations +Nothing changed\./);
    expect(words).toMatch(/1 project Name .* Shop SHOP 0 0 2\.5 kB/);
    expect(words).toMatch(/1 lookup .* CODES maria 2\.5 kB/);
    expect(words).toContain('No libraries.');
    expect(words).toMatch(/1 connection .* Erp ERP soap Configured/);
    expect(words).toContain('Not looked at, so not in the snapshot: agent groups.');
    expect(words).not.toContain('x.example');
  });

  test('tells what changed there, and by whom', () => {
    const after: OtherKinds = {
      ...WHOLE,
      projects: [],
      lookups: [{ id: 'CODES', name: 'CODES', lastUpdatedBy: 'jan', archive: archive('3') }],
      libraries: [{ id: 'L|1', code: 'L', version: '1', name: 'Tools', archive: archive('4') }],
      connections: [{ id: 'ERP', name: 'Erp', adapterType: 'soap', status: 'DRAFT', properties: [] }],
    };
    const words = wordsOf(WHOLE, after);

    expect(words).toMatch(/Shop project SHOP removed/);
    expect(words).toMatch(/CODES lookup content by jan/);
    expect(words).toMatch(/Tools library L\|1 added/);
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
