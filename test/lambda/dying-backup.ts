/**
 * One invocation of the backup function in a process of its own, which dies right after an operation has ended. Arguments:
 * the file that keeps the execution, and how many operations may end.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { handler } from '../../functions/backup.ts';
import { invoke, startExecution } from './durable-service.ts';

const [, , file = '', mayEnd = ''] = process.argv;
const execution = startExecution({ scheduledTime: '2026-11-23T04:15:00Z' });

let ended = 0;
const output = await invoke(handler, execution, {
  onEnded: () => {
    writeFileSync(`${file}.new`, JSON.stringify(execution));
    renameSync(`${file}.new`, file);
    ended += 1;
    if (ended === Number(mayEnd)) process.kill(process.pid, 'SIGKILL');
  },
});
process.send?.(output);
