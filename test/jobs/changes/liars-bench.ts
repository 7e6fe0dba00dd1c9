/**
 * What the liars' matrix is made of: the lies, and each change in each way that it is made, told so that it can be held
 * against what the simulator holds.
 */

import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { isProgrammingError, type Unknown, unknownIn } from '../../../functions/core/errors.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { activateAndWait, deactivateAndWait } from '../../../functions/jobs/changes/activation.ts';
import { importArchive } from '../../../functions/jobs/changes/import-archive.ts';
import { importItem } from '../../../functions/jobs/changes/import-item.ts';
import { removeContent } from '../../../functions/jobs/changes/write-content.ts';
import { handleDrop } from '../../../functions/jobs/deploy/handle-drop.ts';
import type { ActivationWait } from '../../../functions/jobs/instance/activation-wait.ts';
import type { RestoreOptions } from '../../../functions/jobs/restore/restore-options.ts';
import { RESTORED_KINDS } from '../../../functions/kinds/all-kinds.ts';
import { onlyKinds } from '../../../functions/kinds/included-kinds.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { buildLibrary, buildProject } from '../../core/archive/kinds-forge.ts';
import { createLonelyTime } from '../../oic/http/virtual-time.ts';
import { connectTo } from '../../oic/simulated.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';
import type { Library } from '../../simulator/holds/holdings.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { type InstallBench, openInstallBench, stateOf } from '../deploy/install-bench.ts';
import { restoringFrom } from '../restore/restore-bench.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';

type Answer = Parameters<Simulator['faults']['add']>[0]['answer'];
type RequestKind = Simulator['requests'][number]['kind'];

export interface Lie {
  readonly name: string;
  readonly answer: Answer;
  /** Whether what was sent is done after all, so that it must not be sent again. */
  readonly isDone: boolean;
  /** @default once */
  readonly isToldAlways?: boolean;
}

const late = (seconds: number): Lie => ({
  name: `a 504 that lands ${seconds} s late`,
  answer: { status: 504, body: 'empty', landsAfterMs: seconds * 1_000 },
  isDone: true,
});
const FAILED = { title: 'Import failed', status: 'HTTP 500 Internal Server Error', 'o:errorCode': 'ICS-20099' };

export const LIES: readonly Lie[] = [
  { name: 'a 200 that did nothing', answer: { status: 200, body: 'empty' }, isDone: false },
  { name: 'a 200 with an error body', answer: { status: 200, body: FAILED }, isDone: false },
  { name: 'a 202 that never happens', answer: { status: 202, body: 'empty' }, isDone: false },
  {
    name: 'a 202 that happens a minute later',
    answer: { status: 202, body: 'empty', landsAfterMs: 60_000 },
    isDone: true,
  },
  late(1),
  late(12),
  late(60),
  { name: 'a 504 that never lands', answer: { status: 504, body: 'empty' }, isDone: false },
  {
    name: 'a 504 each time that never lands',
    answer: { status: 504, body: 'empty' },
    isDone: false,
    isToldAlways: true,
  },
  { name: 'a reset before it landed', answer: 'reset-before', isDone: false },
  { name: 'a reset after it landed', answer: 'reset-after', isDone: true },
  { name: 'a 409 after our own success', answer: { status: 409, landsAfterMs: 0 }, isDone: true },
];

/** What was said of a change. `as-before`: not done, and all of the target is as it was. */
interface Said {
  readonly how: 'done' | 'not-done' | 'as-before' | 'unknown';
  readonly words: string;
  readonly unknown?: Unknown | undefined;
}

export interface Change {
  readonly name: string;
  /** The request that is lied about. */
  readonly kind: RequestKind;
  /** What the target has before. */
  readonly prepare?: (target: Simulator) => void;
  readonly behaviour?: Partial<Behaviour>;
  readonly make: (hands: Hands) => Promise<Said>;
  readonly isDone: (target: Simulator, source: Simulator) => boolean;
}

/** What a change is made with. */
interface Hands {
  readonly oic: OicClient;
  readonly waiting: ActivationWait;
  readonly bench: InstallBench;
  readonly workshop: Workshop;
  readonly source: Source;
}

/** An instance that has one of everything, its snapshot, and what it exports. */
interface Source {
  readonly simulator: Simulator;
  readonly manifest: Manifest;
  readonly lookup: Buffer;
  readonly library: Buffer;
  readonly project: Buffer;
}

const VERSION = '01.00.0000';
const ID = `FLOW|${VERSION}`;
const EXTRA = `EXTRA|${VERSION}`;
const LOGIN = {
  securityProperties: [
    { propertyName: 'username', propertyValue: 'ann' },
    { propertyName: 'password', propertyValue: 'a password' },
  ],
};
const SETTINGS = { ORDERS: LOGIN, SHOP_REST: LOGIN };
const flow = (marker: string, code = 'FLOW') =>
  buildSampleArchive({
    code,
    version: VERSION,
    marker,
    schedule: 'FREQ=DAILY',
    connections: [{ id: 'ORDERS', type: 'erp', securityPolicy: 'USERNAME_PASSWORD_TOKEN' }],
  });
const [OLD, NEW] = [flow('old'), flow('new')];
const project = (lookups: readonly string[]) =>
  buildProject({ code: 'SHOP', lookups, integrations: [{ code: 'ORDER', version: VERSION, state: 'CONFIGURED' }] });
const RUNNING = { status: 'ACTIVATED', scheduleState: 'started' } as const;

export const openLiarsBench = async () => {
  const workshop = await openWorkshop();
  const simulator = await startSimulator();
  const oic = connectTo(simulator);
  const { instance } = simulator;
  instance.add(NEW, RUNNING);
  instance.saveLookup('CODES', ['A'], [['new']]);
  instance.saveLibrary('TEXTS', VERSION, buildLibrary({ code: 'TEXTS', version: VERSION, script: '2' }));
  instance.addProject(project(['NEW']));
  const { snapshot } = await workshop.backUp(oic, { kinds: onlyKinds(() => true) });
  const bytesOf = async (exported: Promise<{ bytes: Uint8Array }>) => Buffer.from((await exported).bytes);
  const source: Source = {
    simulator,
    manifest: await workshop.vault.getSnapshot('dev', snapshot),
    lookup: await bytesOf(oic.exportLookup('CODES')),
    library: await bytesOf(oic.exportLibrary(`TEXTS|${VERSION}`)),
    project: await bytesOf(oic.exportProject({ id: 'SHOP', code: 'SHOP', name: 'SHOP' })),
  };
  const open = [workshop, simulator, oic];
  return {
    /** One lie told to one change. */
    tell: async (change: Change, lie: Lie) => {
      const time = createLonelyTime();
      const target = await startSimulator({ now: time.now, behaviour: change.behaviour ?? {} });
      const client = connectTo(target);
      const bench = await openInstallBench();
      change.prepare?.(target);
      const before = everythingIn(target);
      const times = lie.isToldAlways ? {} : { times: 1 };
      target.faults.add({ match: { kind: change.kind, ...times }, answer: lie.answer });
      try {
        const waiting = { deadlineMs: 150_000, ...time };
        const said = await change.make({ oic: client, waiting, bench, workshop, source });
        await time.sleep(90_000);
        await target.catchUp();
        return {
          said,
          isDone: change.isDone(target, source.simulator),
          isAsBefore: JSON.stringify(everythingIn(target)) === JSON.stringify(before),
          sent: target.requests.filter(({ kind }) => kind === change.kind).length,
        };
      } finally {
        for (const it of [client, target, bench]) await it.close();
      }
    },
    close: async () => {
      for (const it of open.reverse()) await it.close();
    },
  };
};

/** What nobody has asked to change stays: connections are brought along, and stay for the next try. */
const everythingIn = (target: Simulator): object => ({
  integrations: stateOf(target),
  lookups: [...target.instance.lookups.values()].map(({ name, rows }) => ({ name, rows })),
  libraries: [...target.instance.libraries].map(([id, library]) => ({ id, content: contentOf(library) })),
  projects: target.instance.listProjects(),
});

const saidBy = async (work: Promise<unknown>): Promise<Said> => {
  try {
    await work;
    return { how: 'done', words: '' };
  } catch (error) {
    // A mistake of the bench, or of the program, is no word about the instance.
    if (!(error instanceof Error) || isProgrammingError(error)) throw error;
    const unknown = unknownIn(error);
    return { how: unknown ? 'unknown' : 'not-done', words: error.message, unknown };
  }
};

const saidByState = ({
  state,
  message,
  unknown,
}: {
  readonly state: string;
  readonly message: string;
  readonly unknown?: Unknown | undefined;
}): Said => {
  const hows: Record<string, Said['how']> = { deployed: 'done', 'rolled-back': 'as-before', unknown: 'unknown' };
  return { how: hows[state] ?? 'not-done', words: message, unknown };
};

const has = (target: Simulator, other: Simulator): boolean =>
  target.instance.get(ID)?.contentDigest === other.instance.get(ID)?.contentDigest;
const isActive = ({ instance }: Simulator): boolean => instance.get(ID)?.status === 'ACTIVATED';
const isRunning = (target: Simulator): boolean => isActive(target) && target.instance.get(ID)?.schedule === 'started';
const runsNew = (target: Simulator, source: Simulator): boolean => has(target, source) && isRunning(target);
const isConfigured = ({ instance }: Simulator): boolean => instance.connections.get('ORDERS')?.status === 'CONFIGURED';
const withOld = (status: 'ACTIVATED' | 'CONFIGURED') => (target: Simulator) => {
  target.instance.add(OLD, status === 'ACTIVATED' ? RUNNING : { status });
};

/** Those of an install: with a way back. */
const installs: readonly Omit<Change, 'make'>[] = [
  { name: 'import', kind: 'import', isDone: isActive },
  {
    name: 'replace',
    kind: 'replace',
    prepare: withOld('ACTIVATED'),
    isDone: runsNew,
  },
  { name: 'deactivate', kind: 'deactivate', prepare: withOld('ACTIVATED'), isDone: runsNew },
  { name: 'activate', kind: 'activate', prepare: withOld('ACTIVATED'), isDone: runsNew },
  { name: 'stop a schedule', kind: 'schedule-stop', prepare: withOld('ACTIVATED'), isDone: runsNew },
  { name: 'start a schedule', kind: 'schedule-start', prepare: withOld('ACTIVATED'), isDone: runsNew },
  { name: 'configure a connection', kind: 'connection-update', isDone: isActive },
  { name: 'test a connection', kind: 'connection-test', isDone: isActive },
  {
    name: 'delete what could not be activated',
    kind: 'delete',
    prepare: ({ faults }) => faults.failActivation(ID, 'the mapping is broken'),
    isDone: () => false,
  },
];

const deploy: Change['make'] = async ({ oic, waiting, bench }) =>
  saidByState(await bench.install(oic, NEW, {}, { waiting, connections: SETTINGS }));

const drop: Change['make'] = async ({ oic, waiting, bench }) => {
  const key = 'deploy/dev/flow.iar';
  const { versionId } = await bench.store.put(key, NEW);
  const services = bench.services(oic, 'dev');
  const target = services.target && { ...services.target, connections: SETTINGS };
  const result = await handleDrop({ ...services, target, waiting }, { key, versionId });
  if (result.kind === 'later') return { how: 'not-done', words: result.reason };
  return saidByState(result.receipt);
};

const restores =
  (options: Partial<RestoreOptions>): Change['make'] =>
  async ({ oic, waiting, workshop, source }) => {
    const restoreInto = restoringFrom(workshop, options, { waiting, connections: SETTINGS });
    const { failures, connections } = await restoreInto(oic, source.manifest);
    const unknown = failures.find((failure) => failure.unknown)?.unknown;
    const words = [...failures.map(({ message }) => message), ...connections.map(({ problem }) => problem)].join('; ');
    return { how: unknown ? 'unknown' : words ? 'not-done' : 'done', words, unknown };
  };
const INTEGRATIONS = { kinds: ['integrations'], activation: 'never' } as const;
const RUN = { kinds: ['integrations'] } as const;
const MIRROR = { mirror: true, activation: 'never' } as const;
const [LOOKUPS, LIBRARIES, PROJECTS] = [
  { kinds: ['lookups'] },
  { kinds: ['libraries'] },
  { kinds: ['projects'], activation: 'never' },
] as const;
const REPLACE = { existing: 'replace' } as const;

const addOldItems = ({ instance }: Simulator): void => {
  instance.saveLookup('CODES', ['A'], [['old']]);
  instance.saveLibrary('TEXTS', VERSION, buildLibrary({ code: 'TEXTS', version: VERSION, script: '1' }));
  instance.addProject(project(['OLD']));
};
const hasLookup = ({ instance }: Simulator): boolean => instance.lookups.get('CODES')?.rows[0]?.[0] === 'new';
const hasLibrary = (target: Simulator, source: Simulator): boolean => {
  const [mine, theirs] = [target, source].map(({ instance }) => instance.libraries.get(`TEXTS|${VERSION}`));
  return mine !== undefined && theirs !== undefined && contentOf(mine) === contentOf(theirs);
};
const contentOf = ({ members }: Pick<Library, 'members'>) => members.find(({ name }) => name.endsWith('.js'))?.crc32;
const hasProject = (target: Simulator, source: Simulator): boolean =>
  target.instance.listProjects()[0]?.contentDigest === source.instance.listProjects()[0]?.contentDigest;

/** Of what is no integration: by restore and by hand. */
const ITEMS = [
  { name: 'import a lookup', kind: 'lookup-import', of: 'lookup', isDone: hasLookup },
  { name: 'replace a lookup', kind: 'lookup-replace', of: 'lookup', prepare: addOldItems, isDone: hasLookup },
  { name: 'import a library', kind: 'library-import', of: 'library', isDone: hasLibrary },
  { name: 'replace a library', kind: 'library-update', of: 'library', prepare: addOldItems, isDone: hasLibrary },
  { name: 'import a project', kind: 'project-import', of: 'project', isDone: hasProject },
  { name: 'replace a project', kind: 'project-replace', of: 'project', prepare: addOldItems, isDone: hasProject },
  {
    name: 'delete a project to replace it',
    kind: 'project-delete',
    of: 'project',
    prepare: addOldItems,
    behaviour: { projectPut: 405 },
    isDone: hasProject,
  },
] as const;
const KIND_OPTIONS = { lookup: LOOKUPS, library: LIBRARIES, project: PROJECTS };

const imports =
  (of: (typeof ITEMS)[number]['of']): Change['make'] =>
  async ({ oic, waiting, workshop, source }) => {
    const bytes = source[of];
    const services = { oic, waiting, connections: SETTINGS, openVault: async () => workshop.vault };
    const kind = RESTORED_KINDS.find(({ nouns: [one] }) => one === of);
    if (!kind) throw new Error(`no kind of ${of}`);
    return saidBy(importItem(services, kind, await kind.restore.readFile(bytes, 'CODES'), bytes));
  };

const importsNew: Change['make'] = async ({ oic, waiting, workshop }) => {
  const services = { oic, waiting, openVault: async () => workshop.vault };
  return saidBy(importArchive(services, await readArchive(NEW), NEW));
};

export const WAYS: Readonly<Record<string, readonly Change[]>> = {
  deploy: installs.map((change) => ({ ...change, make: deploy })),
  drop: installs.slice(0, 4).map((change) => ({ ...change, make: drop })),
  restore: [
    { name: 'import', kind: 'import', make: restores(INTEGRATIONS), isDone: has },
    {
      name: 'replace',
      kind: 'replace',
      prepare: withOld('CONFIGURED'),
      make: restores({ ...INTEGRATIONS, ...REPLACE }),
      isDone: has,
    },
    {
      name: 'delete',
      kind: 'delete',
      prepare: ({ instance }) => {
        instance.add(flow('extra', 'EXTRA'), { status: 'CONFIGURED' });
        instance.add(NEW, RUNNING);
      },
      make: restores(MIRROR),
      isDone: ({ instance }) => instance.get(EXTRA) === undefined,
    },
    { name: 'activate', kind: 'activate', make: restores(RUN), isDone: isActive },
    {
      name: 'deactivate',
      kind: 'deactivate',
      prepare: withOld('ACTIVATED'),
      make: restores({ ...RUN, ...REPLACE }),
      isDone: runsNew,
    },
    { name: 'start a schedule', kind: 'schedule-start', make: restores(RUN), isDone: isRunning },
    {
      name: 'stop a schedule',
      kind: 'schedule-stop',
      prepare: withOld('ACTIVATED'),
      make: restores({ ...RUN, ...REPLACE }),
      isDone: runsNew,
    },
    { name: 'configure a connection', kind: 'connection-update', make: restores(RUN), isDone: isConfigured },
    { name: 'test a connection', kind: 'connection-test', make: restores(RUN), isDone: isConfigured },
    ...ITEMS.map(({ of, ...change }) => ({ ...change, make: restores({ ...KIND_OPTIONS[of], ...REPLACE }) })),
  ],
  'by hand': [
    {
      name: 'import',
      kind: 'import',
      make: importsNew,
      isDone: has,
    },
    {
      name: 'replace',
      kind: 'replace',
      prepare: withOld('CONFIGURED'),
      make: importsNew,
      isDone: has,
    },
    {
      name: 'delete',
      kind: 'delete',
      prepare: withOld('CONFIGURED'),
      make: ({ oic, waiting }) => saidBy(removeContent(oic, ID, waiting)),
      isDone: ({ instance }) => instance.get(ID) === undefined,
    },
    {
      name: 'activate',
      kind: 'activate',
      prepare: withOld('CONFIGURED'),
      make: ({ oic, waiting }) => saidBy(activateAndWait(oic, ID, undefined, waiting)),
      isDone: isActive,
    },
    {
      name: 'activate where the status is late and all that is told',
      kind: 'activate',
      prepare: withOld('CONFIGURED'),
      behaviour: { activation: 'async', activationStatus: 'absent', statusLag: 9_000 },
      make: ({ oic, waiting }) => saidBy(activateAndWait(oic, ID, undefined, waiting)),
      isDone: isActive,
    },
    ...(['deactivate', 'schedule-stop'] as const).map(
      (kind): Change => ({
        name: kind === 'deactivate' ? 'deactivate' : 'stop a schedule',
        kind,
        prepare: withOld('ACTIVATED'),
        make: ({ oic, waiting }) => saidBy(deactivateAndWait(oic, ID, waiting)),
        isDone: ({ instance }) => instance.get(ID)?.status === 'CONFIGURED',
      }),
    ),
    ...ITEMS.map(({ of, ...change }) => ({ ...change, make: imports(of) })),
  ],
};
