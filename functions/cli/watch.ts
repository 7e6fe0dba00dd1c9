/** `oic watch`: the deploy function's work on a directory. What is put into `deploy/INSTANCE/` is deployed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DropEvent } from '../core/drop/drop-event.ts';
import { isStray } from '../core/drop/dropped-file.ts';
import { RETRY_SECONDS } from '../core/drop/retries.ts';
import { dropPrefix, instanceOfDrop } from '../core/keys.ts';
import { type DropResult, type DropServices, handleDrop } from '../jobs/deploy/handle-drop.ts';
import { handleStray } from '../jobs/deploy/handle-stray.ts';
import { type CommonOptions, openSession, withInstance } from './command.ts';
import { type ConsentOptions, consentTo } from './consent.ts';
import { type DropBoxOption, policyOf, stepLine } from './deploy.ts';
import type { Output } from './output.ts';
import { elapsed, leaseOptions, WAITING } from './waiting.ts';

/** From one look to the next; longer where a look itself takes long, so that looking is a fifth of the work at most. */
const POLL_MS = 150;
const POLL_SHARE = 4;
/** A file that has not changed for so long is no longer being copied. */
const STILL_MS = 300;
/** From one look to the next whether somebody has approved it. */
const APPROVAL_POLL_SECONDS = 2;

interface WatchOptions extends CommonOptions, DropBoxOption, Pick<ConsentOptions, 'confirm'> {}

export const watch = async (name: string, options: WatchOptions): Promise<number> => {
  const session = await openSession(options);
  const { out, runtime } = session;
  const settings = runtime.instance(name);
  const policy = policyOf(settings, false);
  // Once for all that will be dropped: nobody sits by when a file comes.
  await consentTo(
    out,
    settings,
    options,
    'never',
  )(() => ({
    lines: [`every file put into ${dropPrefix(name)} of ${options.dropBox} is deployed to ${name}`],
    takesAway: true,
  }));
  const { connections } = await runtime.credentials(name);
  const dropBox = await runtime.openDropBox(options.dropBox);
  const instances = Object.values(runtime.settings.instances);
  const targets = new Map(instances.map((instance) => [instance.name, instance.deploy !== undefined]));
  const stop = new AbortController();
  await withInstance(session, name, async (oic) => {
    const services = (): DropServices => ({
      dropBox,
      instance: name,
      target: { oic, connections, policy },
      needsApproval: settings.deploy?.approval ?? false,
      waiting: WAITING,
      // Drops of one code are handled one after the other, however long that takes.
      lease: leaseOptions(Number.POSITIVE_INFINITY, stop.signal),
      retries: RETRY_SECONDS,
      onStep: (step) => out.note(stepLine(step)),
    });
    const work: Work = {
      isOurs: (key) => instanceOfDrop(key) === name || isStray(key, targets),
      handle: async (event) =>
        isStray(event.key, targets)
          ? { kind: 'receipt', ...(await handleStray({ dropBox, targets, now: Date.now }, event)) }
          : handleDrop(services(), event),
    };
    out.note(
      `watching ${dropBox.name}: .iar files put into ${dropPrefix(name)} are deployed to ${name}; Ctrl-C ends it`,
    );
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
    await handleUntilStopped(() => dropBox.listDrops(), work, out, settings.concurrency, stop.signal);
  });
  return 0;
};

interface Work {
  /** Drops of other instances are left to those who watch for these. */
  readonly isOurs: (key: string) => boolean;
  readonly handle: (event: DropEvent) => Promise<DropResult>;
}

/** A version that has been seen and has no end yet. */
interface Waiting {
  readonly event: DropEvent;
  dueAt: number;
  wasTried: boolean;
}

/** Looks, handles what is new and lies still, looks again; when it is asked to end, what is under way is brought to its end. */
const handleUntilStopped = async (
  look: () => AsyncIterable<DropEvent>,
  work: Work,
  out: Output,
  concurrency: number,
  stop: AbortSignal,
): Promise<void> => {
  const waiting = new Map<string, Waiting>();
  const ended = new Set<string>();
  const underWay = new Map<string, Promise<void>>();

  const begin = (name: string, one: Waiting): void => {
    one.wasTried = true;
    const handled = handleOne(work, out, one.event).then((seconds) => {
      underWay.delete(name);
      if (seconds !== undefined) one.dueAt = elapsed() + seconds * 1_000;
      else {
        ended.add(name);
        waiting.delete(name);
      }
    });
    underWay.set(name, handled);
  };

  while (!stop.aborted) {
    const lookedAt = elapsed();
    const there = new Map<string, string>();
    for await (const { key, versionId } of look()) {
      const name = `${key}\n${versionId}`;
      if (!work.isOurs(key) || ended.has(name)) continue;
      there.set(key, name);
      if (!waiting.has(name)) {
        waiting.set(name, { event: { key, versionId }, dueAt: elapsed() + STILL_MS, wasTried: false });
      }
    }
    for (const [name, one] of waiting) {
      const isGone = !there.has(one.event.key);
      const isWhole = one.wasTried || isGone || there.get(one.event.key) === name;
      const isDue = one.dueAt <= elapsed() || (isGone && !one.wasTried);
      // While a file is copied, each look sees another version of it.
      if (!isWhole) waiting.delete(name);
      else if (isDue && !underWay.has(name) && underWay.size < concurrency) begin(name, one);
    }
    const pauseMs = Math.max(POLL_MS, POLL_SHARE * (elapsed() - lookedAt));
    await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
  }
  await Promise.all(underWay.values());
};

/** One line of JSON a receipt. @returns seconds until it is to be tried again; undefined when it has an end */
const handleOne = async ({ handle }: Work, out: Output, event: DropEvent): Promise<number | undefined> => {
  try {
    const result = await handle(event);
    if (result.kind === 'later') {
      out.note(`${event.key} is tried again in ${result.seconds} s: ${result.reason}`);
      return result.seconds;
    }
    if (result.isNew) out.record(result.receipt);
    return result.kind === 'waiting' ? APPROVAL_POLL_SECONDS : undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'AbortError') {
      out.note(`${event.key} was not begun; it is handled when this is started again`);
      return 0;
    }
    out.note(`${event.key} could not be handled: ${error.message}`);
    return RETRY_SECONDS[0];
  }
};
