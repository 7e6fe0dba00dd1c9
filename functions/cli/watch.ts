/** `oic watch`: the deploy function's work on a directory. What is put into `deploy/INSTANCE/` is deployed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DropEvent } from '../core/drop/drop-event.ts';
import { dropPrefix } from '../core/keys.ts';
import { type DropServices, handleDrop } from '../jobs/deploy/handle-drop.ts';
import { type CommonOptions, openSession, withInstance } from './command.ts';
import { type DropBoxOption, leaseOptions, policyOf, stepLine } from './deploy.ts';
import type { Output } from './output.ts';
import { WAITING } from './waiting.ts';

/** How often a drop that cannot be handled yet is tried again before that is its end. */
const TRIES = 5;
const POLL_MS = 1_000;

export const watch = async (name: string, options: CommonOptions & DropBoxOption): Promise<number> => {
  const session = await openSession(options);
  const { out, runtime } = session;
  const settings = runtime.instance(name);
  const policy = policyOf(settings, false);
  const { connections } = await runtime.credentials(name);
  const dropBox = await runtime.openDropBox(options.dropBox);
  const stop = new AbortController();
  await withInstance(session, name, async (oic) => {
    const services: DropServices = {
      dropBox,
      instance: name,
      target: { oic, connections, policy },
      waiting: WAITING,
      // Drops of one code are handled one after the other, however long that takes.
      lease: leaseOptions(Number.POSITIVE_INFINITY, stop.signal),
      onStep: (step) => out.note(stepLine(step)),
    };
    out.note(
      `watching ${dropBox.name}: .iar files put into ${dropPrefix(name)} are deployed to ${name}; Ctrl-C ends it`,
    );
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
    await handleUntilStopped(services, out, settings.concurrency, stop.signal);
  });
  return 0;
};

/** Looks, handles what is new and lies still, looks again; when it is asked to end, what is under way is brought to its end. */
const handleUntilStopped = async (
  services: DropServices,
  out: Output,
  concurrency: number,
  stop: AbortSignal,
): Promise<void> => {
  /** Tries so far of each version seen that has no end yet; a version is seen once before it is tried. */
  const waiting = new Map<string, number>();
  const ended = new Set<string>();
  const underWay = new Map<string, Promise<void>>();

  const begin = (name: string, event: DropEvent, tried: number): void => {
    waiting.set(name, tried + 1);
    const work = handleOne(services, out, event, tried + 1 >= TRIES).then((isDone) => {
      underWay.delete(name);
      if (isDone) ended.add(name);
    });
    underWay.set(name, work);
  };

  while (!stop.aborted) {
    for await (const { key, versionId } of services.dropBox.listDrops(dropPrefix(services.instance))) {
      const name = `${key}\n${versionId}`;
      if (!key.toLowerCase().endsWith('.iar') || ended.has(name) || underWay.has(name)) continue;
      const tried = waiting.get(name);
      // A file that is still being copied is another version at the next look.
      if (tried === undefined) waiting.set(name, 0);
      else if (underWay.size < concurrency) begin(name, { key, versionId }, tried);
    }
    await sleep(POLL_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  await Promise.all(underWay.values());
};

/** One line of JSON a receipt. @returns false when it is to be tried again */
const handleOne = async (
  services: DropServices,
  out: Output,
  event: DropEvent,
  isLastTry: boolean,
): Promise<boolean> => {
  try {
    const result = await handleDrop(services, event, isLastTry);
    if (result.kind === 'later') {
      out.note(`${event.key} is tried again later: ${result.reason}`);
      return false;
    }
    if (result.isNew) process.stdout.write(`${JSON.stringify(result.receipt)}\n`);
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'AbortError') {
      out.note(`${event.key} was not begun; it is handled when this is started again`);
      return false;
    }
    out.note(`${event.key} could not be handled: ${error.message}`);
    return isLastTry;
  }
};
