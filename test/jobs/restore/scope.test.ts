/** Which part of a snapshot `--only` and `--kind` choose, and what is refused before anything is asked of the target. */
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import type { RestoreOptions } from '../../../functions/jobs/restore/restore-options.ts';
import { checkMayRestore, selectScope } from '../../../functions/jobs/restore/scope.ts';
import { thereOf } from '../../core/plan/target-model.ts';

const integration = (code: string, version = '01.00.0000') => ({
  ...thereOf({}, version, code),
  archive: null,
  schedule: null,
});

const MANIFEST: Manifest = {
  formatVersion: 1,
  instance: 'dev',
  snapshot: '2026-09-14T08-00-00Z',
  startedAt: '2026-09-14T08:00:00.000Z',
  finishedAt: '2026-09-14T08:01:00.000Z',
  complete: true,
  integrations: [integration('ORDER'), integration('ORDER', '02.00.0000'), integration('INVOICE')],
  projects: [{ id: 'SHOP', code: 'SHOP', name: 'The shop', archive: null, integrations: [] }],
  lookups: [
    { id: 'ORDER', name: 'ORDER', archive: null },
    { id: 'My codes', name: 'My codes', archive: null },
  ],
  libraries: [{ id: 'TOOLS|1.0', code: 'TOOLS', version: '1.0', name: 'Tools', archive: null }],
  failures: [],
  warnings: [],
};

const OPTIONS: RestoreOptions = {
  only: [],
  existing: 'skip',
  mirror: false,
  activation: 'as-captured',
  allowIncomplete: false,
  dryRun: false,
  concurrency: 1,
};

const chosen = (options: Partial<RestoreOptions>): string[] => {
  const {
    integrations,
    projects = [],
    lookups = [],
    libraries = [],
  } = selectScope(MANIFEST, { ...OPTIONS, ...options });
  return [...integrations, ...projects, ...lookups, ...libraries].map(({ id }) => id);
};

const ORDERS = ['ORDER|01.00.0000', 'ORDER|02.00.0000'];
const OTHERS = ['SHOP', 'ORDER', 'My codes', 'TOOLS|1.0'];

describe('a restore', () => {
  test.each<[string, Partial<RestoreOptions>, string[]]>([
    ['of the whole', {}, [...ORDERS, 'INVOICE|01.00.0000', ...OTHERS]],
    // Without --kind patterns speak of integrations alone.
    ['of a code, in all its versions', { only: ['ORDER'] }, ORDERS],
    ['of a version', { only: ['ORDER|02.00.0000'] }, ['ORDER|02.00.0000']],
    ['of a version, written as a path', { only: ['ORDER/02.00.0000'] }, ['ORDER|02.00.0000']],
    ['by a wildcard', { only: ['*O*'] }, [...ORDERS, 'INVOICE|01.00.0000']],
    ['by a wildcard for one character', { only: ['ORDE?'] }, ORDERS],
    ['by two patterns', { only: ['INV*', 'ORDER/01*'] }, ['ORDER|01.00.0000', 'INVOICE|01.00.0000']],
    ['of a kind', { kinds: ['lookups'] }, ['ORDER', 'My codes']],
    ['of two kinds', { kinds: ['integrations', 'projects'] }, [...ORDERS, 'INVOICE|01.00.0000', 'SHOP']],
    ['of some of a kind', { kinds: ['lookups'], only: ['ORDER'] }, ['ORDER']],
    ['of one with a blank in its name', { kinds: ['lookups'], only: ['My *'] }, ['My codes']],
    ['of a library by its code', { kinds: ['libraries'], only: ['TOOLS'] }, ['TOOLS|1.0']],
    ['of a library by its version', { kinds: ['libraries'], only: ['TOOLS/1.0'] }, ['TOOLS|1.0']],
    ['of a project by its name', { kinds: ['projects'], only: ['The shop'] }, ['SHOP']],
    ['of a name in two kinds', { kinds: ['integrations', 'lookups'], only: ['ORDER'] }, [...ORDERS, 'ORDER']],
  ])('%s: %j', (_, options, ids) => {
    expect(chosen(options)).toEqual(ids);
  });

  test('leaves a section alone that the snapshot does not have, and what is not chosen', () => {
    const { lookups: _, ...manifest } = MANIFEST;

    expect(selectScope(manifest, OPTIONS).lookups).toBeUndefined();
    expect(selectScope(MANIFEST, { ...OPTIONS, only: ['ORDER'] }).lookups).toBeUndefined();
  });

  test.each<[Partial<RestoreOptions>, RegExp]>([
    [{ only: ['TYPO'] }, /holds nothing that matches/],
    // A dot is a dot.
    [{ only: ['ORDER|01.00.000.'] }, /holds nothing that matches/],
    [{ only: ['ORDER', 'SHOP'] }, /holds nothing that matches/],
    [{ kinds: ['lookups'], only: ['TOOLS'] }, /holds nothing that matches/],
    [{ kinds: ['certificates'] }, /was taken without looking at certificates/],
  ])('of %j is refused: nobody means nothing', (options, sentence) => {
    expect(() => chosen(options)).toThrow(sentence);
  });
});

describe('whether a snapshot may be restored', () => {
  const incomplete = { ...MANIFEST, complete: false };
  test.each<[string, Manifest, Partial<RestoreOptions>, RegExp | undefined]>([
    ['a complete one', MANIFEST, {}, undefined],
    ['a complete one as a mirror', MANIFEST, { mirror: true }, undefined],
    ['a part as a mirror', MANIFEST, { mirror: true, only: ['ORDER'] }, /--mirror and --only do not go together/],
    ['a kind as a mirror', MANIFEST, { mirror: true, kinds: ['lookups'] }, /--mirror and --kind do not go together/],
    ['an incomplete one', incomplete, {}, /is incomplete.*--allow-incomplete/],
    ['an incomplete one, when that is allowed', incomplete, { allowIncomplete: true }, undefined],
    ['an incomplete one as a mirror', incomplete, { mirror: true }, /so it is refused/],
    ['the same, when it is allowed', incomplete, { mirror: true, allowIncomplete: true }, /so it is refused/],
  ])('%s', (_, manifest, options, refusal) => {
    const check = () => checkMayRestore(manifest, { ...OPTIONS, ...options });

    if (refusal) expect(check).toThrow(refusal);
    else expect(check).not.toThrow();
  });
});
