import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { archiveKindOfKey, itemKey } from '../../../functions/core/keys.ts';
import {
  formatManifest,
  type Manifest,
  ManifestError,
  parseManifest,
} from '../../../functions/core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { libraries } from '../../../functions/kinds/libraries.ts';
import { lookups } from '../../../functions/kinds/lookups.ts';
import { projects } from '../../../functions/kinds/projects.ts';

const GOLDEN = readFileSync(join(import.meta.dirname, 'golden/manifest-1.json'), 'utf8');
const hash = 'a'.repeat(64);
const archive = { key: 'k', versionId: 'v', bytes: 1, sha256: hash, contentSha256: hash };
const state = { status: 'ACTIVATED', schedule: null, tracing: { tracing: false, payload: false, recording: false } };

const WHOLE: Manifest = {
  ...parseManifest(GOLDEN, 'here', ALL_KINDS),
  projects: [
    {
      id: 'SHOP',
      code: 'SHOP',
      name: 'Shop',
      archive,
      integrations: [
        { id: 'A|01.00.0000', code: 'A', version: '01.00.0000', name: 'A', ...state, scheduleUnknown: true },
        { id: 'B|01.00.0000', code: 'B', version: '01.00.0000', name: 'B', ...state, schedule: 'paused' },
      ],
    },
  ],
  lookups: [{ id: 'COUNTRIES', name: 'COUNTRIES', lastUpdated: '2026-01-01T00:00:00.000Z', archive: null }],
  libraries: [{ id: 'L|1.0', code: 'L', version: '1.0', name: 'L', archive }],
  packages: [{ id: 'acme', name: 'acme', integrations: ['A|01.00.0000'] }],
  connections: [{ id: 'C', name: 'C', status: 'CONFIGURED', properties: [{ name: 'url', value: 'https://x' }] }],
  deployments: [
    { id: 'SHOP|1', project: 'SHOP', code: '1', name: 'First', integrations: ['A|01.00.0000'] },
    { id: 'SHOP|2', project: 'SHOP', code: '2', name: 'Second', lastUpdated: '2026-01-01T00:00:00.000Z' },
  ],
  certificates: [{ id: 'USER|X509|TRUST|P', name: 'P', type: 'X509', expires: '2030-01-01T00:00:00.000Z' }],
  agentGroups: [{ id: 'G', name: 'Group' }],
  notOnInstance: ['robots'],
  warnings: [{ id: 'lookup COUNTRIES', message: 'is locked' }],
};

describe('a manifest of format 1', () => {
  test('from before there were other kinds reads as it did, without them', () => {
    const manifest = parseManifest(GOLDEN, 'here', ALL_KINDS);
    expect(manifest).toEqual(JSON.parse(GOLDEN));
    expect(manifest).toMatchObject({
      complete: true,
      integrations: [{ id: 'NIGHTLY|02.01.0003', schedule: 'started' }],
    });
    expect(Object.keys(manifest)).not.toContain('projects');
    expect(formatManifest(manifest)).toBe(GOLDEN);
  });

  test('reads back with all kinds in it', () => {
    expect(parseManifest(formatManifest(WHOLE), 'here', ALL_KINDS)).toEqual(WHOLE);
  });

  test('is damaged when a section of another kind is', () => {
    const broken = formatManifest(WHOLE).replace('"code": "SHOP"', '"kode": "SHOP"');
    expect(() => parseManifest(broken, 'here', ALL_KINDS)).toThrow(ManifestError);
    expect(() => parseManifest(broken, 'here', ALL_KINDS)).toThrow(/projects\.0\.code/);
  });
});

describe('keys of other kinds', () => {
  test.each([
    [
      itemKey('dev', projects, { id: 'SHOP-EU', code: 'SHOP-EU', name: 'Shop', integrations: [] }),
      'projects/dev/SHOP-EU.car',
      'projects',
    ],
    [itemKey('dev', lookups, { id: 'COUNTRIES', name: 'COUNTRIES' }), 'lookups/dev/COUNTRIES.csv', 'lookups'],
    [
      itemKey('dev', lookups, { id: 'My lookup/ä', name: 'My lookup/ä' }),
      'lookups/dev/My%20lookup%2F%C3%A4.csv',
      'lookups',
    ],
    [itemKey('dev', lookups, { id: '..', name: '..' }), 'lookups/dev/%2E..csv', 'lookups'],
    [
      itemKey('dev', libraries, { id: 'L|1.0', code: 'L', version: '1.0', name: 'L' }),
      'libraries/dev/L/1.0.jar',
      'libraries',
    ],
  ])('are %s, whatever the name, and are known again', (key, expected, kind) => {
    expect(key).toBe(expected);
    expect(archiveKindOfKey('dev', key, ALL_KINDS)).toBe(kind);
    expect(archiveKindOfKey('other', key, ALL_KINDS)).toBeUndefined();
  });

  test.each([
    'projects/dev/SHOP.txt',
    'projects/dev/a/SHOP.car',
    'lookups/dev/my lookup.csv',
    'lookups/dev/%ZZ.csv',
    'libraries/dev/L.jar',
    'snapshots/dev/x.json',
  ])('do not take %s for one of ours', (key) => {
    expect(archiveKindOfKey('dev', key, ALL_KINDS)).toBeUndefined();
  });
});
