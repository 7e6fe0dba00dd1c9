/** `oic deploy` and `oic watch`: what the deploy function does with a drop, here with files and a directory. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { readArchive } from '../core/archive.ts';
import { orderByCalls } from '../core/call-order.ts';
import { ConfigError } from '../core/config-error.ts';
import { dropPrefix } from '../core/keys.ts';
import type { InstallPolicy } from '../core/plan-install.ts';
import type { Waiting } from '../jobs/activation.ts';
import type { Content } from '../jobs/apply-step.ts';
import { type DropEvent, type DropServices, handleDrop } from '../jobs/handle-drop.ts';
import { type InstallOutcome, install, previewInstall, type StepReport } from '../jobs/install.ts';
import { type LeaseOptions, takeLease } from '../jobs/lease.ts';
import type { OicClient } from '../oic/client.ts';
import type { InstanceSettings } from '../settings.ts';
import type { DropBox } from '../store/drop-box.ts';
import { type CommonOptions, openSession, withInstance } from './command.ts';
import { count, type Output } from './output.ts';

interface DropBoxOption {
  readonly dropBox: string;
}

const WAITING: Waiting = { deadlineMs: 600_000, now: Date.now, sleep: (ms) => sleep(ms) };

/** Long enough that a slow activation does not lose it, short enough that a killed run does not block the next for long. */
const LEASE_MS = 60_000;

const leaseOptions = (patienceMs: number): LeaseOptions => ({
  worker: `${hostname()} ${process.pid} ${randomUUID()}`,
  ttlMs: LEASE_MS,
  patienceMs,
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, signal && { signal }),
});

interface DeployOptions extends CommonOptions, DropBoxOption {
  readonly dryRun?: boolean;
  readonly allowDowngrade?: boolean;
}

interface FileResult {
  readonly file: string;
  readonly id?: string;
  readonly state: InstallOutcome['state'] | 'planned';
  readonly message: string;
  readonly steps: readonly object[];
  readonly connections?: InstallOutcome['connections'];
}

export const deploy = async (name: string, files: readonly string[], options: DeployOptions): Promise<number> => {
  const session = await openSession(options);
  const { out, runtime } = session;
  const policy = policyOf(runtime.instance(name), options.allowDowngrade ?? false);
  const { contents, results } = await readFiles(files, name);
  const dropBox = await runtime.openDropBox(options.dropBox);
  const { connections } = await runtime.credentials(name);
  await withInstance(session, name, async (oic) => {
    for (const { file, content } of inCallOrder(contents)) {
      const deployOne = options.dryRun
        ? planOne(oic, content, policy)
        : installOne(out, oic, dropBox, content, policy, connections);
      results.push({ file, ...(await deployOne.catch((error: unknown) => failure(content, error))) });
    }
  });
  out.result({ results }, () => results.flatMap((result) => resultLines(result, options.dryRun ?? false)));
  return results.every(({ state }) => ['deployed', 'unchanged', 'planned'].includes(state)) ? 0 : 1;
};

/** @throws ConfigError when the instance is only read: nothing may be sent to it */
const policyOf = ({ name, deploy: settings }: InstanceSettings, mayDowngrade: boolean): InstallPolicy => {
  if (!settings)
    throw new ConfigError(
      `${name} has no \`deploy\` in the settings, so it is only read; add it if this instance may be changed`,
    );
  return { activation: settings.activation, existing: 'replace', mayDowngrade };
};

interface ReadFile {
  readonly file: string;
  readonly content: Content;
}

const readFiles = async (
  files: readonly string[],
  name: string,
): Promise<{ contents: ReadFile[]; results: FileResult[] }> => {
  const contents: ReadFile[] = [];
  const results: FileResult[] = [];
  for (const file of files) {
    try {
      const bytes = await readFile(file);
      contents.push({ file, content: { bytes, archive: await readArchive(bytes) } });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      results.push({
        file,
        state: 'rejected',
        message: `${file}: nothing was sent to ${name}: ${error.message}`,
        steps: [],
      });
    }
  }
  return { contents, results };
};

/** The called before their callers; files of one integration in the order they were given. */
const inCallOrder = (contents: readonly ReadFile[]): ReadFile[] => {
  const { order } = orderByCalls(contents.map(({ content: { archive } }) => archive));
  const place = new Map(order.map((id, index) => [id, index]));
  const placeOf = ({ content }: ReadFile): number => place.get(content.archive.id) ?? 0;
  return contents.toSorted((a, b) => placeOf(a) - placeOf(b));
};

const failure = ({ archive: { id } }: Content, error: unknown): Omit<FileResult, 'file'> => {
  if (!(error instanceof Error)) throw error;
  return { id, state: 'failed', message: error.message, steps: [] };
};

const planOne = async (
  oic: OicClient,
  { archive }: Content,
  policy: InstallPolicy,
): Promise<Omit<FileResult, 'file'>> => {
  const { id, verdict, reason, steps } = await previewInstall(oic, archive, policy, WAITING);
  const state = { install: 'planned', unchanged: 'unchanged', skip: 'unchanged', refuse: 'rejected' } as const;
  return {
    id,
    state: state[verdict],
    message: verdict === 'install' ? `${count(steps.length, 'step')} planned` : `it ${reason}`,
    steps,
  };
};

const installOne = async (
  out: Output,
  oic: OicClient,
  dropBox: DropBox,
  content: Content,
  policy: InstallPolicy,
  connections: Parameters<typeof install>[0]['connections'],
): Promise<Omit<FileResult, 'file'>> => {
  const { code, id } = content.archive;
  const lease = await takeLease(dropBox.lease(oic.instance, code), leaseOptions(2 * LEASE_MS));
  if (!lease)
    throw new ConfigError(`another deployment of ${code} to ${oic.instance} is under way; try again when it has ended`);
  try {
    const { undoLog, mayGoOn } = lease;
    const onStep = (step: StepReport): void => out.note(stepLine(step));
    const outcome = await install(
      { oic, safety: dropBox, undoLog, connections, waiting: WAITING, onStep, mayGoOn },
      content,
      policy,
    );
    await lease.settle(id);
    return outcome;
  } finally {
    await lease.release();
  }
};

const stepLine = ({ do: what, id, reason, outcome, message }: StepReport): string =>
  `  ${outcome === 'done' ? 'done  ' : 'FAILED'} ${what.padEnd(14)} ${id}  (${message ?? reason})`;

const resultLines = ({ file, state, message, steps }: FileResult, isDryRun: boolean): string[] => [
  `${state.padEnd(11)} ${file}: ${message}`,
  ...(isDryRun ? steps.map((step) => planLine(step as { do: string; id: string; reason: string })) : []),
];

const planLine = ({ do: what, id, reason }: { do: string; id: string; reason: string }): string =>
  `  ${what.padEnd(14)} ${id}  (${reason})`;

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
  await withInstance(session, name, async (oic) => {
    out.note(
      `watching ${dropBox.name}: .iar files put into ${dropPrefix(name)} are deployed to ${name}; Ctrl-C ends it`,
    );
    const services: DropServices = {
      dropBox,
      instance: name,
      target: { oic, connections, policy },
      waiting: WAITING,
      lease: leaseOptions(0),
      onStep: (step) => out.note(stepLine(step)),
    };
    await handleUntilStopped(services, settings.concurrency);
  });
  return 0;
};

/** Looks, handles what is new and lies still, looks again; ends when it is asked to, after what is under way has ended. */
const handleUntilStopped = async (services: DropServices, concurrency: number): Promise<void> => {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const seen = new Map<string, 'new' | 'handled' | number>();
  const underWay = new Set<Promise<void>>();
  while (!stop.signal.aborted) {
    for await (const { key, versionId } of services.dropBox.listDrops(dropPrefix(services.instance))) {
      if (!key.toLowerCase().endsWith('.iar')) continue;
      const event = { key, versionId };
      const name = `${key}\n${versionId}`;
      const state = seen.get(name);
      // A file that is still being copied is another version at the next look.
      if (state === undefined) seen.set(name, 'new');
      else if (state !== 'handled' && underWay.size < concurrency) {
        const tried = typeof state === 'number' ? state : 0;
        seen.set(name, 'handled');
        const work = handleOne(services, event, tried + 1 >= TRIES).then((isDone) => {
          if (!isDone) seen.set(name, tried + 1);
          underWay.delete(work);
        });
        underWay.add(work);
      }
    }
    await sleep(POLL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  await Promise.all(underWay);
};

/** One line of JSON a receipt. @returns false when it is to be tried again */
const handleOne = async (services: DropServices, event: DropEvent, isLastTry: boolean): Promise<boolean> => {
  const result = await handleDrop(services, event, isLastTry);
  if (result.kind === 'later') return false;
  if (result.isNew) process.stdout.write(`${JSON.stringify(result.receipt)}\n`);
  return true;
};
