/**
 * The whole circle once: an instance of every kind is backed up, verified, restored into an empty one and restored again;
 * then a file is deployed over what runs there, twice. Whatever form Oracle's answers have, the end is the same.
 */
import { expect } from 'vitest';
import { verify } from '../../functions/jobs/vault/verify.ts';
import { onlyKinds } from '../../functions/kinds/included-kinds.ts';
import type { OicClient } from '../../functions/oic/client.ts';
import { rehearse } from '../../functions/rehearse.ts';
import { buildLibrary, buildProject } from '../core/archive/kinds-forge.ts';
import { connectTo } from '../oic/simulated.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import type { Behaviour, Kind } from '../simulator/behaviour.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { openInstallBench } from './deploy/install-bench.ts';
import { changesIn } from './requests.ts';
import { restoringFrom } from './restore/restore-bench.ts';
import { openWorkshop } from './workshop.ts';

const VERSION = '01.00.0000';
const LAST_YEAR = { lastUpdated: new Date('2025-11-28') };
const LOGIN = [
  { propertyName: 'username', propertyValue: 'ann' },
  { propertyName: 'password', propertyValue: 'a password' },
];
const SETTINGS = { ORDERS: { securityProperties: LOGIN }, SHOP_REST: { securityProperties: LOGIN } };
const ORDERS = [{ id: 'ORDERS', type: 'erp', securityPolicy: 'USERNAME_PASSWORD_TOKEN' }];

const flow = (code: string, more: Partial<Parameters<typeof buildSampleArchive>[0]> = {}) =>
  buildSampleArchive({ code, version: VERSION, connections: ORDERS, ...more });
const daily = (code: string, more = {}) => flow(code, { schedule: 'FREQ=DAILY', ...more });

const fill = ({ instance }: Simulator): void => {
  instance.add(flow('CALLEE'), { status: 'ACTIVATED', ...LAST_YEAR });
  instance.add(flow('CALLER', { calls: [{ code: 'CALLEE', version: VERSION }] }), {
    status: 'ACTIVATED',
    tracing: { tracing: true },
    ...LAST_YEAR,
  });
  instance.add(flow('DRAFT', { state: 'INPROGRESS' }), LAST_YEAR);
  instance.add(daily('RUNS'), { status: 'ACTIVATED', scheduleState: 'started', ...LAST_YEAR });
  instance.add(daily('HELD', { scheduleParameters: { lastExecutionTime: '2026-01-01' } }), {
    status: 'ACTIVATED',
    scheduleState: 'paused',
    ...LAST_YEAR,
  });
  instance.saveLookup(
    'COUNTRIES',
    ['Code', 'Name', 'Currency', 'Zone'],
    [['DE', 'Germany', 'EUR', 'Berlin']],
    LAST_YEAR,
  );
  instance.saveLibrary('TEXTS', VERSION, buildLibrary({ code: 'TEXTS', version: VERSION }), LAST_YEAR);
  instance.addProject(
    buildProject({
      code: 'SHOP',
      integrations: [
        { code: 'ORDER', version: VERSION, calls: [{ code: 'STOCK' }] },
        { code: 'STOCK', version: VERSION },
        { code: 'NIGHTLY', version: VERSION, schedule: 'FREQ=DAILY' },
      ],
    }),
    LAST_YEAR,
  );
  instance.setProjectSchedule('SHOP', `NIGHTLY|${VERSION}`, 'started');
};

/** What is to be the same in the end, of the kinds that the instance hands out. */
const stateOf = ({ instance }: Simulator, refused: Behaviour['refusedKinds']): object => {
  const unless = <T>(kind: Kind, state: T): T | undefined => (refused[kind] === undefined ? state : undefined);
  return {
    integrations: instance.list().map(({ id, status, schedule, tracing }) => ({ id, status, schedule, tracing })),
    contents: instance.list().map(({ contentDigest }) => contentDigest),
    lookups: unless(
      'lookups',
      [...instance.lookups.values()].map(({ name, columns, rows }) => ({ name, columns, rows })),
    ),
    libraries: unless('libraries', [...instance.libraries.keys()]),
    projects: unless('projects', instance.listProjects()),
  };
};

/** @param behaviour of both instances. @param rehearses also restore into the instance of `verify --rehearse` */
export const goRound = async (behaviour: Partial<Behaviour> = {}, rehearses = false): Promise<void> => {
  const workshop = await openWorkshop();
  const bench = await openInstallBench();
  const [source, target] = [await startSimulator({ behaviour }), await startSimulator({ behaviour })];
  const [from, to] = [connectTo(source), connectTo(target, { instance: 'dr' })];
  try {
    fill(source);
    await backUpTwice(workshop, from, source);
    if (rehearses) expect((await rehearse(workshop.vault, await newest(workshop))).differences).toEqual([]);
    await restoreTwice(workshop, to, source, target, behaviour.refusedKinds ?? {});
    await deployTwice(bench, to, target);
  } finally {
    for (const it of [from, to, source, target, bench, workshop]) await it.close();
  }
};

type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

const backUpTwice = async (workshop: Workshop, from: OicClient, source: Simulator): Promise<void> => {
  const kinds = onlyKinds(() => true);
  const report = await workshop.backUp(from, { kinds });
  expect(report).toMatchObject({ complete: true, failures: [], integrations: 5, exported: 5 });
  expect(await verify(workshop.vault, await newest(workshop), () => undefined)).toMatchObject({ damaged: [] });

  const exportsBefore = source.requests.filter(({ kind }) => kind === 'export').length;
  expect(await workshop.backUp(from, { kinds })).toMatchObject({ complete: true, exported: 0, unchanged: 5 });
  expect(source.requests.filter(({ kind }) => kind === 'export')).toHaveLength(exportsBefore);
  expect(changesIn(source)).toEqual([]);
};

const newest = async ({ vault }: Workshop) => vault.getSnapshot('dev', (await vault.listSnapshots('dev'))[0] ?? '');

const restoreTwice = async (
  workshop: Workshop,
  oic: OicClient,
  source: Simulator,
  target: Simulator,
  refused: Behaviour['refusedKinds'],
): Promise<void> => {
  const manifest = await newest(workshop);
  const restoreInto = restoringFrom(workshop, { existing: 'replace', concurrency: 4 }, { connections: SETTINGS });
  const run = () => restoreInto(oic, manifest);
  expect(await run()).toMatchObject({ failures: [], connections: [], created: 5 });
  expect(stateOf(target, refused)).toEqual(stateOf(source, refused));

  const asked = target.requests.length;
  expect(await run()).toMatchObject({ failures: [], created: 0, replaced: 0, activated: 0, scheduled: 0 });
  expect(changesIn(target, asked)).toEqual([]);
};

const deployTwice = async (
  bench: Awaited<ReturnType<typeof openInstallBench>>,
  oic: OicClient,
  { instance, requests }: Simulator,
): Promise<void> => {
  for (const [code, schedule] of [
    ['HELD', 'paused'],
    ['RUNS', 'started'],
  ] as const) {
    const bytes = daily(code, { marker: 'the new one' });
    expect(await bench.install(oic, bytes, {}, { connections: SETTINGS }), code).toMatchObject({ state: 'deployed' });
    expect(instance.get(`${code}|${VERSION}`)).toMatchObject({ status: 'ACTIVATED', schedule });
    const before = requests.length;
    expect(await bench.install(oic, bytes, {}, { connections: SETTINGS }), `${code} again`).toMatchObject({
      state: 'unchanged',
    });
    expect(requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
  }
};
