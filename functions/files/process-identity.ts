/**
 * Who a process is, beyond its number: every container has a process 1, and a number is given again once its process is
 * dead. Linux tells the boot of the machine, the namespace of its numbers and the start of a process; elsewhere those are
 * empty, and a number alone says only that some process is alive.
 */
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly host: string;
  readonly boot: string;
  readonly pidNamespace: string;
  readonly pid: number;
  /** In ticks since the boot (field 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). */
  readonly start: string;
}

const orEmpty = (text: Promise<string>): Promise<string> => text.then((found) => found.trim()).catch(() => '');

/** Undefined when there is no such process, or it is dead and only not yet buried by its parent. */
const readStart = async (pid: number): Promise<string | undefined> => {
  const stat = await orEmpty(readFile(`/proc/${pid}/stat`, 'utf8'));
  // The second field is the program's name, in brackets, and may hold anything.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || state === 'Z' ? undefined : fields[18];
};

export const identifyThisProcess = async (): Promise<ProcessIdentity> => ({
  host: hostname(),
  boot: await orEmpty(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
  pidNamespace: await orEmpty(readlink('/proc/self/ns/pid')),
  pid: process.pid,
  start: (await readStart(process.pid)) ?? '',
});

const isNumberInUse = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** What this process can find out about another one: nothing about one of another machine or container. */
export const lifeOf = async (other: ProcessIdentity, here: ProcessIdentity): Promise<'alive' | 'dead' | 'unknown'> => {
  const isNear = other.host === here.host && other.boot === here.boot && other.pidNamespace === here.pidNamespace;
  if (!isNear) return 'unknown';
  if (here.start !== '') return (await readStart(other.pid)) === other.start ? 'alive' : 'dead';
  return isNumberInUse(other.pid) ? 'unknown' : 'dead';
};
