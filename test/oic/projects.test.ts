import { describe, expect, test } from 'vitest';
import { toProject } from '../../functions/oic/kind-answers.ts';
import { buildProject, type SampleProject } from '../core/archive/kinds-forge.ts';
import { useClients } from './clients.ts';
import { failureOf } from './simulated.ts';

const start = useClients();
const ORDER = 'ORDER|01.00.0000';
const shop = (more: Partial<SampleProject> = {}): Buffer =>
  buildProject({
    code: 'SHOP',
    name: 'The shop',
    integrations: [{ code: 'ORDER', version: '01.00.0000', state: 'ACTIVATED', schedule: 'FREQ=DAILY' }],
    ...more,
  });
const MONDAY = new Date('2026-09-14T08:00:00.000Z');
const SAVED = { lastUpdated: MONDAY, lastUpdatedBy: 'ada' };
const TOLD = { lastUpdated: MONDAY.toISOString(), lastUpdatedBy: 'ada' };

describe('who saved a project, and when', () => {
  test.each([
    ['in its state, as it is recorded', { state: { updated: { by: 'ada', date: '2026-09-14T08:00:00.000+0000' } } }],
    [
      'in its state and at the top: the state counts',
      { ...TOLD, lastUpdatedBy: 'eve', state: { updated: { by: 'ada' } } },
    ],
    ['at the top alone', TOLD],
    ['at the top, where its state is null', { ...TOLD, state: null }],
  ])('is read where it stands %s', (_, told) => {
    expect(toProject({ code: 'SHOP', id: 'SHOP', name: 'The shop', ...told })).toMatchObject(TOLD);
  });
});

describe('projects', () => {
  test('are listed, and each exported whole with its content known', async () => {
    const { simulator, oic } = await start();
    simulator.instance.addProject(shop(), SAVED);

    const [project, ...more] = (await oic.listProjects()).items;
    expect(more).toEqual([]);
    const deployment = { id: 'DEPLOY001', code: 'DEPLOY001', name: 'Deploy', lastUpdated: TOLD.lastUpdated };
    expect(project).toEqual({ id: 'SHOP', code: 'SHOP', name: 'The shop', ...TOLD, deployments: [deployment] });
    if (!project) throw new Error('no project');
    const [first, second] = [await oic.exportProject(project), await oic.exportProject(project)];

    expect(first.archive).toMatchObject({ code: 'SHOP', integrations: [{ id: ORDER }], rezipped: false });
    expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(false);
    expect(first.archive.contentSha256).toBe(second.archive.contentSha256);
  });

  test('are exported from an instance that is only read, and repeated like anything that is read', async () => {
    const { simulator, oic } = await start({}, { isReadOnly: true });
    simulator.instance.addProject(shop());
    simulator.faults.add({ match: { kind: 'project-export', times: 2 }, answer: { status: 503 } });

    const { archive } = await oic.exportProject({ id: 'SHOP', code: 'SHOP', name: 'The shop' });

    expect(archive.code).toBe('SHOP');
    expect(simulator.stats().byKind['project-export']).toBe(3);
  });

  test.each(['cut-clean', 'html-200'] as const)('never come out of an answer that is %s', async (answer) => {
    const { simulator, oic } = await start();
    simulator.instance.addProject(shop());
    simulator.faults.add({ match: { kind: 'project-export' }, answer });

    const failure = await failureOf(oic.exportProject({ id: 'SHOP', code: 'SHOP', name: 'The shop' }));

    expect(failure).toMatchObject({ kind: 'unexpected-answer' });
    expect(failure.message).toMatch(/exporting project SHOP on dev failed: the answer cannot be used/);
  });

  test('are refused when the archive is of another project', async () => {
    const { simulator, oic } = await start();
    simulator.instance.addProject(shop());
    simulator.instance.editProject('SHOP', shop({ code: 'STOCK' }));

    const failure = await failureOf(oic.exportProject({ id: 'SHOP', code: 'SHOP', name: 'The shop' }));

    expect(failure.message).toMatch(/it is the archive of project STOCK/);
  });

  test('are imported, run and deleted', async () => {
    const { simulator, oic } = await start({ behaviour: { importedConnection: 'CONFIGURED' } });
    await oic.importProject('SHOP', shop());
    expect(await failureOf(oic.importProject('SHOP', shop()))).toMatchObject({ kind: 'conflict' });

    const inShop = oic.inProject('SHOP');
    expect((await inShop.listIntegrations()).items).toMatchObject([
      { id: ORDER, status: 'CONFIGURED', hasSchedule: true },
    ]);
    await inShop.activate(ORDER, { tracing: true, payload: false, recording: false });
    expect(await inShop.getActivationStatus(ORDER)).toBe('ACTIVATED');
    expect(await inShop.getIntegration(ORDER)).toMatchObject({ status: 'ACTIVATED', tracing: { tracing: true } });
    await inShop.changeSchedule(ORDER, 'start');
    expect(await inShop.getSchedule(ORDER)).toEqual({ state: 'started' });
    expect(await failureOf(oic.deleteProject('SHOP'))).toMatchObject({ kind: 'locked' });

    await inShop.changeSchedule(ORDER, 'stop');
    await inShop.deactivate(ORDER);
    await oic.deleteProject('SHOP');
    expect(simulator.instance.listProjects()).toEqual([]);
    expect(await inShop.getIntegration(ORDER)).toBeUndefined();
  });

  test('have connections of their own to configure before anything in them runs', async () => {
    const { oic } = await start();
    await oic.importProject('SHOP', shop());
    const inShop = oic.inProject('SHOP');

    await inShop.activate(ORDER);
    expect(await inShop.getActivationErrors(ORDER)).toMatch(/SHOP_REST.*not configured/);
    await inShop.updateConnection('SHOP_REST', {
      securityProperties: [
        { propertyName: 'username', propertyValue: 'u' },
        { propertyName: 'password', propertyValue: 'p' },
      ],
    });
    await inShop.testConnection('SHOP_REST');
    await inShop.activate(ORDER);

    expect(await inShop.getActivationStatus(ORDER)).toBe('ACTIVATED');
    expect(await oic.getConnection('SHOP_REST')).toBeUndefined();
  });

  test('have connections that take files and agent groups as those outside do', async () => {
    const { oic } = await start();
    await oic.importProject('SHOP', shop());
    const inShop = oic.inProject('SHOP');

    await inShop.updateConnection('SHOP_REST', { securityPolicy: 'JDBC_OVER_SSL', agentGroupId: 'ON_PREM' });
    await inShop.attachToConnection('SHOP_REST', 'wallet', { filename: 'w.zip', bytes: Buffer.from('wallet') });

    const { agentGroupId, securityProperties } = (await inShop.getConnection('SHOP_REST')) ?? {};
    expect(agentGroupId).toBe('ON_PREM');
    expect(securityProperties?.at(-1)).toMatchObject({ propertyName: 'wallet', isSet: true });
    expect((await failureOf(inShop.testConnection('SHOP_REST'))).message).toMatch(
      /testing connection SHOP_REST in project SHOP .*not configured: username, password/,
    );
  });

  test('are nothing that Gen 2 has', async () => {
    const { oic } = await start({ generation: 'gen2' });

    expect(await failureOf(oic.listProjects())).toMatchObject({ kind: 'not-found' });
  });
});
