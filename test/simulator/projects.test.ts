import { describe, expect, test } from 'vitest';
import { buildProject, type SampleProject } from '../core/archive/kinds-forge.ts';
import { readProject } from './archives/project-archive.ts';
import { itemsOf, type RawClient, sample, sendFile, useSimulators } from './http/raw-client.ts';

const start = useSimulators();

const shop = (more: Partial<SampleProject> = {}): Buffer =>
  buildProject({
    code: 'SHOP',
    name: 'Shop',
    integrations: [
      { code: 'ORDER', version: '01.00.0000', state: 'ACTIVATED', schedule: 'FREQ=DAILY' },
      { code: 'RETURN', version: '01.00.0000', state: 'CONFIGURED' },
    ],
    ...more,
  });
const ORDER = 'projects/SHOP/integrations/ORDER%7C01.00.0000';
const WHOLE = { name: 'Shop', code: 'SHOP', type: 'DEVELOPED', builtBy: '', label: '' };
const exported = (api: RawClient, json: object = WHOLE) => api('POST', 'projects/SHOP/archive', { json });
const setStatus = (api: RawClient, status: string, more = {}) =>
  api('POST', ORDER, { json: { status, ...more }, headers: { 'x-http-method-override': 'PATCH' } });
const configure = (api: RawClient) =>
  api('POST', 'projects/SHOP/connections/SHOP_REST', {
    json: {
      securityProperties: [
        { propertyName: 'username', propertyValue: 'u' },
        { propertyName: 'password', propertyValue: 'p' },
      ],
    },
    headers: { 'x-http-method-override': 'PATCH' },
  });

describe('a project', () => {
  test('is imported with nothing active, no schedule started and connections to configure', async () => {
    const { simulator, api } = await start();

    const imported = await sendFile(api, 'POST', 'projects/archive', shop());

    expect([imported.status, imported.body]).toMatchObject([200, { id: 'SHOP', code: 'SHOP', name: 'Shop' }]);
    expect(simulator.instance.listProjects()).toMatchObject([
      {
        code: 'SHOP',
        integrations: [
          { id: 'ORDER|01.00.0000', status: 'CONFIGURED', schedule: 'stopped' },
          { id: 'RETURN|01.00.0000', status: 'CONFIGURED', schedule: null },
        ],
      },
    ]);
    expect(itemsOf(await api('GET', 'projects/SHOP/connections'))).toMatchObject([
      { id: 'SHOP_REST', status: 'DRAFT' },
    ]);
    expect(itemsOf(await api('GET', 'integrations'))).toEqual([]);
    expect((await sendFile(api, 'POST', 'projects/archive', shop())).status).toBe(409);
  });

  test('is listed and read alone alike, and told otherwise by an import and by what replaces it (recorded)', async () => {
    const { api } = await start();

    const imported = await sendFile(api, 'POST', 'projects/archive', shop());
    const replaced = await sendFile(api, 'PUT', 'projects/archive', shop({ marker: 'new' }));
    const [listed] = itemsOf(await api('GET', 'projects'));
    const alone = await api('GET', 'projects/SHOP');

    const deployment = { code: 'DEPLOY001', lastUpdated: expect.any(String), name: 'Deploy' };
    const updated = { by: expect.any(String), date: expect.any(String) };
    expect(listed).toEqual(alone.body);
    expect(listed).toMatchObject({
      origin: { builtBy: 'Oracle', type: 'R' },
      state: {
        assets: { labelsRs: { items: [deployment] } },
        created: updated,
        latest: updated,
        lockStatus: false,
        locked: {},
        projectRevisionId: 1,
        status: 'CONFIGURED',
        updated,
      },
      type: 'DEVELOPED',
    });
    for (const { status, body } of [imported, replaced]) {
      expect([status, body]).toMatchObject([
        200,
        {
          cloneRestrict: 'NONE',
          origin: {},
          state: { status: 'DRAFT', assets: { labelsRs: { items: [deployment] } } },
        },
      ]);
      for (const code of ['ORDER', 'RETURN']) {
        expect(JSON.stringify(body)).toContain(JSON.stringify({ code, version: '01.00.0000' }));
      }
    }
  });

  test.each([
    [404, { projectPut: 404 }],
    [405, { projectPut: 405 }],
    [501, { projectPut: 501 }],
    [412, {}],
    [200, { projectPutOnActive: 'accept' }],
  ] as const)('answers %i to a file that is to replace it while it runs, by %j', async (status, behaviour) => {
    const { simulator, api } = await start({ behaviour });
    simulator.instance.addProject(shop());

    expect((await sendFile(api, 'PUT', 'projects/archive', shop({ marker: 'new' }))).status).toBe(status);
    expect((await sendFile(api, 'PUT', 'projects/archive', shop({ code: 'NONE' }))).status).toBe(
      status === 412 || status === 200 ? 404 : status,
    );
  });

  test('is exported with other bytes each time, with the states of now, and as a deployment when labelled', async () => {
    const { simulator, api } = await start();
    simulator.instance.addProject(shop());

    const [first, second] = [await exported(api), await exported(api)];
    const deployment = await exported(api, { ...WHOLE, label: 'DEPLOY001' });

    expect(first.headers.get('content-disposition')).toContain('SHOP.car');
    expect(first.bytes.equals(second.bytes)).toBe(false);
    expect(readProject(first.bytes).integrations.map(({ persistedState }) => persistedState)).toEqual(
      expect.arrayContaining(['ACTIVATED', 'CONFIGURED']),
    );
    expect(deployment.headers.get('content-disposition')).toContain('SHOP-DEPLOY001.car');
    expect(readProject(deployment.bytes)).toMatchObject({ code: 'SHOP', deployments: [{ code: 'DEPLOY001' }] });
  });

  test.each([
    [400, { ...WHOLE, code: 'OTHER' }],
    [400, { ...WHOLE, type: undefined }],
    [400, { ...WHOLE, label: undefined }],
    [404, { ...WHOLE, label: 'NONE' }],
  ])('answers %i to an export asked for like %j', async (status, json) => {
    const { simulator, api } = await start();
    simulator.instance.addProject(shop());

    expect((await exported(api, json)).status).toBe(status);
  });

  test('activates, schedules and deactivates what is in it by the rules outside', async () => {
    const { simulator, api } = await start();
    await sendFile(api, 'POST', 'projects/archive', shop());

    await setStatus(api, 'ACTIVATED');
    expect((await api('GET', `${ORDER}/activationErrors`)).body).toMatchObject({ hasErrors: true });
    await configure(api);
    expect((await api('POST', 'projects/SHOP/connections/SHOP_REST/test')).status).toBe(200);
    await setStatus(api, 'ACTIVATED');
    expect((await api('GET', `${ORDER}/activationStatus`)).body).toEqual({ activationStatus: 'ACTIVATED' });
    expect((await api('POST', `${ORDER}/schedule/start`, { json: { parameters: [] } })).status).toBe(202);

    expect((await api('DELETE', 'projects/SHOP')).status).toBe(423);
    expect((await setStatus(api, 'CONFIGURED')).status).toBe(412);
    expect((await setStatus(api, 'CONFIGURED', { stopScheduleForDeactivation: 'true' })).status).toBe(200);
    expect((await api('DELETE', 'projects/SHOP')).status).toBe(200);
    expect(simulator.instance.listProjects()).toEqual([]);
  });

  test.each([
    ['moves-project', true],
    ['leaves-project', false],
  ] as const)('whose integration is saved %s', async (savedIntegration, isMoved) => {
    const { simulator, api } = await start({ behaviour: { savedIntegration } });
    simulator.instance.addProject(shop(), { lastUpdated: new Date('2026-01-01') });

    await setStatus(api, 'CONFIGURED');

    const [{ state } = {}] = itemsOf(await api('GET', 'projects', { query: { orderBy: 'name' } }));
    const { updated } = state as { updated: { date: string } };
    expect(updated.date.startsWith('2026-01-01')).toBe(!isMoved);
  });

  test('is refused when it is none, missing, or the instance is of Gen 2', async () => {
    const { api } = await start();
    const { api: gen2 } = await start({ generation: 'gen2' });

    expect((await sendFile(api, 'POST', 'projects/archive', sample('HELLO'))).status).toBe(500);
    expect((await sendFile(api, 'POST', 'projects/archive', 'no zip')).status).toBe(500);
    expect((await exported(api)).status).toBe(404);
    expect((await api('GET', ORDER)).status).toBe(404);
    expect((await gen2('GET', 'projects')).status).toBe(404);
  });

  test('has connections that say which project they are of, with the stray version in their links', async () => {
    const { api } = await start();
    await sendFile(api, 'POST', 'projects/archive', shop());

    expect((await api('GET', 'projects/SHOP/connections/SHOP_REST')).body).toMatchObject({
      projectId: 'SHOP',
      scope: 'PRIVATE',
      links: [{ href: expect.stringMatching(/\/projects\/SHOP\/v1\/connections\/SHOP_REST$/) }, {}],
    });
  });

  test('may keep its connections to itself', async () => {
    const { simulator, api } = await start({ behaviour: { projectConnections: 404 } });
    simulator.instance.addProject(shop());

    expect((await api('GET', 'projects/SHOP/connections')).status).toBe(404);
  });
});
