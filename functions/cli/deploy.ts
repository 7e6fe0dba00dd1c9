/** `oic deploy`: what the deploy function does with a drop, here with files. */

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { readArchive } from '../core/archive/integration-archive.ts';
import { orderByCalls } from '../core/call-order.ts';
import { ConfigError } from '../core/errors.ts';
import type { InstallPolicy } from '../core/plan/plan-install.ts';
import type { Content } from '../jobs/changes/write-content.ts';
import { install, previewInstall } from '../jobs/deploy/install.ts';
import type { InstallOutcome, StepReport } from '../jobs/deploy/install-services.ts';
import { type LeaseOptions, withLease } from '../jobs/deploy/lease.ts';
import type { OicClient } from '../oic/client.ts';
import type { InstanceSettings } from '../settings.ts';
import type { DropBox } from '../store/drop-box.ts';
import { type CommonOptions, openSession, withInstance } from './command.ts';
import { count, type Output } from './output.ts';
import { elapsed, WAITING } from './waiting.ts';

export interface DropBoxOption {
  readonly dropBox: string;
}

/** Long enough that a slow activation does not lose it, short enough that a killed run does not block the next for long. */
const LEASE_MS = 30_000;

/** @param stop ends the waiting for another holder, which then rejects */
export const leaseOptions = (patienceMs: number, stop?: AbortSignal): LeaseOptions => ({
  worker: `${hostname()} ${process.pid} ${randomUUID()}`,
  ttlMs: LEASE_MS,
  patienceMs,
  now: Date.now,
  elapsed,
  sleep: (ms, signal = stop) => sleep(ms, undefined, signal && { signal }),
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
export const policyOf = ({ name, deploy: settings }: InstanceSettings, mayDowngrade: boolean): InstallPolicy => {
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

/** Called integrations before their callers; files of one integration in the order they were given. */
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

/** The reason not to do anything begins with a verb, the one that there is nothing to do with a subject of its own. */
const JOINTS = { unchanged: ':', skip: '', refuse: '' } as const;

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
    message: verdict === 'install' ? `${count(steps.length, 'step')} planned` : `${id}${JOINTS[verdict]} ${reason}`,
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
  const onStep = (step: StepReport): void => out.note(stepLine(step));
  const outcome = await withLease(dropBox.lease(oic.instance, code), leaseOptions(2 * LEASE_MS), async (lease) => {
    const { undoLogOf, mayGoOn } = lease;
    const guarded = oic.guarded(mayGoOn);
    const undoLog = undoLogOf();
    const services = { oic: guarded, safety: dropBox, undoLog, connections, waiting: WAITING, onStep, mayGoOn };
    const ending = await install(services, content, policy);
    await lease.settle(id, { wasRefused: ending.state === 'rejected' });
    return ending;
  });
  if (outcome) return outcome;
  throw new ConfigError(`another deployment of ${code} to ${oic.instance} is under way; try again when it has ended`);
};

export const stepLine = ({ do: what, id, reason, outcome, message }: StepReport): string =>
  `  ${outcome === 'done' ? 'done  ' : 'FAILED'} ${what.padEnd(14)} ${id}  (${message ?? reason})`;

const resultLines = ({ file, state, message, steps }: FileResult, isDryRun: boolean): string[] => [
  `${state.padEnd(11)} ${file}: ${message}`,
  ...(isDryRun ? steps.map((step) => planLine(step as { do: string; id: string; reason: string })) : []),
];

const planLine = ({ do: what, id, reason }: { do: string; id: string; reason: string }): string =>
  `  ${what.padEnd(14)} ${id}  (${reason})`;
