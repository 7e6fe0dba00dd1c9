/**
 * The outlines of all stacks of some settings. Run by itself (`npm run outlines`), it keeps those of this release under
 * fixtures/, for the update test of the next.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nestedFile, readTemplate, synthesize } from '../synthesized.ts';
import { type Outline, type Outlines, outlineOf } from './update-safety.ts';

export const outlinesOf = (settings: object): Outlines => {
  const { directory } = synthesize(settings);
  const outlines: Record<string, Outline> = {};
  const add = (name: string, file: string): void => {
    const template = readTemplate(directory, file);
    outlines[name] = outlineOf(template);
    for (const [id, resource] of Object.entries(template.Resources)) {
      const nested = nestedFile(directory, resource);
      if (nested !== undefined) add(`${name}/${id}`, nested);
    }
  };
  for (const file of readdirSync(directory)) {
    const [, name] = /^([^.]+)\.template\.json$/.exec(file) ?? [];
    if (name !== undefined) add(name, file);
  }
  return outlines;
};

if (import.meta.main) {
  const root = join(import.meta.dirname, '..', '..', '..');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const fixtures = join(import.meta.dirname, 'fixtures');
  const last = readdirSync(fixtures).toSorted().at(-1) ?? '';
  const cases = JSON.parse(readFileSync(join(fixtures, last), 'utf8')) as { settings: object }[];
  const kept = cases.map(({ settings }) => ({ settings, stacks: outlinesOf(settings) }));
  writeFileSync(join(fixtures, `${version}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}
