/** `npm run size`: how large each bundle is, and how long a cold Node takes to import it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { assemble } from './assembly.ts';
import { cdkContext } from './synthesized.ts';

const run = promisify(execFile);
const TRIES = 9;

/** In a process of its own each time; the median, for machines are never idle. */
const coldImportMs = async (bundle: string): Promise<number> => {
  const code = `const began = performance.now(); await import(${JSON.stringify(pathToFileURL(bundle).href)}); process.stdout.write(String(performance.now() - began)); process.exit()`;
  const times: number[] = [];
  for (let n = 0; n < TRIES; n++) {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code]);
    times.push(Number(stdout));
  }
  return times.toSorted((a, b) => a - b)[Math.floor(TRIES / 2)] ?? Number.NaN;
};

const assembly = await assemble((cdkContext as { oic: object }).oic);
process.stdout.write('function        KB minified   KB gzip   cold import ms\n');
for (const { name, bundle } of assembly.functions) {
  const bytes = await readFile(bundle);
  const row = [bytes.length / 1000, gzipSync(bytes).length / 1000, await coldImportMs(bundle)];
  process.stdout.write(`${name.padEnd(14)}${row.map((value) => value.toFixed(0).padStart(10)).join('')}\n`);
}
await assembly.close();
