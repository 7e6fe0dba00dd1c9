/** The example of an event in infra/README.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @throws when there is none */
export const documentedEvent = (kind: string): Readonly<Record<string, unknown>> => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'infra', 'README.md'), 'utf8');
  const [, example] = new RegExp(`^\`${kind}\`, with [^]*?\`\`\`json\n([^]*?)\`\`\``, 'm').exec(page) ?? [];
  if (example === undefined) throw new Error(`infra/README.md has no example of the event ${kind}`);
  return JSON.parse(example);
};
