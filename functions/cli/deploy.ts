/** `oic deploy`: what the deploy function does with a drop, here with files. */

import { readFile } from 'node:fs/promises';
import { readArchive } from '../core/archive/integration-archive.ts';
import { orderByCalls } from '../core/call-order.ts';
import { ConfigError, Interrupted } from '../core/errors.ts';
import type { IntegrationId } from '../core/integration.ts';
import type { Lack } from '../core/plan/lacks.ts';
import type { InstallPolicy } from '../core/plan/plan-install.ts';
import type { Content } from '../jobs/changes/write-content.ts';
import { install, previewInstall } from '../jobs/deploy/install.ts';
import {
  type InstallOutcome,
  type InstallServices,
  LeaseLost,
  type StepReport,
} from '../jobs/deploy/install-services.ts';
import { withLease } from '../jobs/deploy/lease.ts';
import { stoppable } from '../jobs/instance/activation-wait.ts';
import { mapLimited } from '../jobs/journal/journal.ts';
import type { OicClient } from '../oic/client.ts';
import type { InstanceSettings } from '../settings.ts';
import type { DropBox } from '../store/drop-box.ts';
import { type CommonOptions, openSession, withInstance } from './command.ts';
import { commandLine } from './command-line.ts';
import { type ConsentOptions, consentTo, type Intent } from './consent.ts';
import { restLine, untilInterrupted } from './interruption.ts';
import { count, type Output } from './output.ts';
import { LEASE_MS, leaseOptions, WAITING } from './waiting.ts';

export interface DropBoxOption {
  readonly dropBox: string;
}

interface DeployOptions extends CommonOptions, DropBoxOption, Pick<ConsentOptions, 'confirm'> {
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
  /** Of a plan: what would keep it from being activated. */
  readonly lacks?: readonly Lack[];
}

type Outcome = Omit<FileResult, 'file'>;

export const deploy = async (name: string, files: readonly string[], options: DeployOptions): Promise<number> => {
  const session = await openSession(options);
  const { out, runtime } = session;
  const isDryRun = options.dryRun ?? false;
  const policy = policyOf(runtime.instance(name), options.allowDowngrade ?? false);
  const ask = consentTo(out, runtime.instance(name), isDryRun ? { confirm: name } : options, 'never');
  const { contents, results } = await readFiles(files, name);
  const dropBox = await runtime.openDropBox(options.dropBox);
  const { connections } = await runtime.credentials(name);
  const todo = inCallOrder(contents);
  const ended = new Set<string>();
  let isBegun = false;
  const commandFor = (rest: readonly string[]): string =>
    commandLine(['deploy', name, ...rest], {
      '--drop-box': options.dropBox,
      '--allow-downgrade': options.allowDowngrade,
      '--confirm': options.confirm,
    });
  const left = (): string | undefined => {
    const rest = todo.map(({ file }) => file).filter((file) => !ended.has(file));
    const goOn = commandFor(rest);
    if (rest.length === 0 || isDryRun) return undefined;
    const rested = restLine(count(todo.length, 'file'), isBegun ? ended.size : undefined, goOn);
    return isBegun ? `${rested}, and puts right what is half done` : rested;
  };
  return untilInterrupted(out, left, (stop) =>
    withInstance(session, name, async (oic) => {
      const target = { out, oic, dropBox, policy, connections, stop };
      await ask(() => intentOf(target, todo), stop);
      const arriving = new Set<IntegrationId>();
      for (const { file, content } of todo) {
        if (stop.aborted) break;
        const wasBegun = isBegun;
        isBegun = true;
        const work = isDryRun ? planOne(target, content, arriving) : installOne(target, content);
        const outcome = await work.catch((error: unknown) => failure(content, error, stop, commandFor([file])));
        if (!outcome) {
          isBegun = wasBegun;
          break;
        }
        arriving.add(content.archive.id);
        results.push({ file, ...outcome });
        // One that was put back because of the signal is still to be deployed.
        if (!stop.aborted || ['deployed', 'unchanged', 'rejected'].includes(outcome.state)) ended.add(file);
      }
      out.result({ results }, () => results.flatMap((result) => resultLines(result, isDryRun)));
      return results.every(isFine) ? 0 : 1;
    }),
  );
};

const isFine = ({ state, lacks = [] }: FileResult): boolean =>
  ['deployed', 'unchanged', 'planned'].includes(state) && lacks.length === 0;

interface Target {
  readonly out: Output;
  readonly oic: OicClient;
  readonly dropBox: DropBox;
  readonly policy: InstallPolicy;
  readonly connections: InstallServices['connections'];
  readonly stop: AbortSignal;
}

/** For the question before it. */
const intentOf = async (target: Target, todo: readonly ReadFile[]): Promise<Intent> => {
  const { oic, policy, connections, stop } = target;
  const plans = await mapLimited(todo, 1, ({ content: { archive } }) =>
    previewInstall({ oic, connections, waiting: stoppable(WAITING, stop) }, archive, policy, new Set()),
  );
  const doing = plans.filter(({ steps }) => steps.length > 0);
  const replaced = doing.filter(({ steps }) => steps.some((step) => step.do === 'replace')).length;
  const sum = `deploy to ${oic.instance}: ${count(doing.length, 'integration')}, of which ${replaced} replaced`;
  const lines = doing.map(({ id, steps }) => `  ${id}: ${steps.map((step) => step.do).join(', ')}`);
  return { lines: doing.length > 0 ? [sum, ...lines] : [], takesAway: replaced > 0 };
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

/** @returns undefined when it was stopped before it had changed anything */
const failure = (
  { archive: { id } }: Content,
  error: unknown,
  stop: AbortSignal,
  goOn: string,
): Outcome | undefined => {
  if (!(error instanceof Error)) throw error;
  if (stop.aborted && (error instanceof Interrupted || error.name === 'AbortError')) return undefined;
  const rest = error instanceof LeaseLost ? `. It may be half done; ${goOn} goes on` : '';
  return { id, state: 'failed', message: `${error.message}${rest}`, steps: [] };
};

/** The reason not to do anything begins with a verb, the one that there is nothing to do with a subject of its own. */
const JOINTS = { unchanged: ':', skip: '', refuse: '' } as const;

const planOne = async (
  { oic, policy, connections, stop }: Target,
  { archive }: Content,
  arriving: ReadonlySet<IntegrationId>,
): Promise<Outcome> => {
  const services = { oic, connections, waiting: stoppable(WAITING, stop) };
  const { id, verdict, reason, steps, lacks } = await previewInstall(services, archive, policy, arriving);
  const state = { install: 'planned', unchanged: 'unchanged', skip: 'unchanged', refuse: 'rejected' } as const;
  const planned = `${count(steps.length, 'step')} planned${lacks.length > 0 ? ', which would not end well' : ''}`;
  return {
    id,
    state: state[verdict],
    message: verdict === 'install' ? planned : `${id}${JOINTS[verdict]} ${reason}`,
    steps,
    ...(lacks.length > 0 && { lacks }),
  };
};

const installOne = async (
  { out, oic, dropBox, policy, connections, stop }: Target,
  content: Content,
): Promise<Outcome> => {
  const { code, id } = content.archive;
  let isTold = false;
  const onWait = (): void => {
    if (!isTold)
      out.note(`waiting for another deployment of ${code} to ${oic.instance} to end, or for its lease to expire`);
    isTold = true;
  };
  const onStep = (step: StepReport): void => out.note(stepLine(step));
  const options = leaseOptions(2 * LEASE_MS, stop, onWait);
  const outcome = await withLease(dropBox.lease(oic.instance, code), options, async (lease) => {
    const { undoLogOf, mayGoOn } = lease;
    const guarded = oic.guarded(mayGoOn);
    const undoLog = undoLogOf();
    if (Object.hasOwn(await undoLog.recall(), id))
      out.note(`deploying ${id} to ${oic.instance} was cut off before; what it left is put right`);
    const services = { oic: guarded, safety: dropBox, undoLog, connections, waiting: WAITING, onStep, mayGoOn, stop };
    const ending = await install(services, content, policy);
    await lease.settle(id, { wasRefused: ending.state === 'rejected' }).catch((error: Error) => {
      if (error instanceof LeaseLost) throw error;
      const till = 'until it is deployed again, `oic doctor` takes it for cut off';
      out.note(`warning: that deploying ${id} has ended could not be noted: ${error.message}; ${till}`);
    });
    return ending;
  });
  if (outcome) return outcome;
  throw new ConfigError(`another deployment of ${code} to ${oic.instance} is under way; try again when it has ended`);
};

export const stepLine = ({ do: what, id, reason, outcome, message }: StepReport): string =>
  `  ${outcome === 'done' ? 'done  ' : 'FAILED'} ${what.padEnd(14)} ${id}  (${message ?? reason})`;

const resultLines = ({ file, state, message, steps, lacks = [] }: FileResult, isDryRun: boolean): string[] => [
  `${state.padEnd(11)} ${file}: ${message}`,
  ...(isDryRun ? steps.map((step) => planLine(step as { do: string; id: string; reason: string })) : []),
  ...lacks.map(({ message: lack }) => `  LACKS          ${lack}`),
];

const planLine = ({ do: what, id, reason }: { do: string; id: string; reason: string }): string =>
  `  ${what.padEnd(14)} ${id}  (${reason})`;
