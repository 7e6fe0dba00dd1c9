/**
 * A process that takes its turn again and again, for tests that have several or kill one:
 *
 *   node turn-worker.ts DIRECTORY LOG NAME
 *
 * Writes `enter NAME` and `leave NAME` into the log, a line at once each, for as long as it has the turn.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeTurn } from '../../functions/files/turn.ts';

const [directory = '', log = '', name = ''] = process.argv.slice(2);
const tell = (what: string): void => appendFileSync(log, `${what} ${name}\n`);

for (;;) {
  const turn = await takeTurn(directory);
  if (!('isOurs' in turn)) {
    await sleep(2);
    continue;
  }
  if (!(await turn.isOurs())) throw new Error('it was taken over from a process that is alive');
  tell('enter');
  await sleep(Math.random() * 8);
  tell('leave');
  await turn.end();
}
