/** One flow over the recorded answers, from the token on: what a night, a deployment and a restore ask, one after the other. */
import { afterEach, describe, expect, test } from 'vitest';
import { bodyOf } from './answers.ts';
import { answerNamed, closeServed, HELLO, NIGHTLY, recorded, serve } from './served.ts';

afterEach(closeServed);

/** In the order in which they are asked for. */
const FLOW = [
  '04-integrations-list-page-1',
  '05-integrations-list-last-page',
  '06-integration-get-activated',
  '08-integration-export',
  '11-integration-deactivate',
  '15-integration-replace',
  '09-integration-activate',
  '18-activation-status',
  '20-integration-delete',
  '13-integration-import',
  '31-schedule-get-active',
  '26-schedule-stop',
  '33-schedule-get-cancelled',
  '24-schedule-start',
  '34-schedule-get-412',
  '44-lookups-list',
  '41-lookup-archive',
  '42-lookup-replace',
  '43-lookup-add',
  '53-projects-list',
  '60-project-integrations',
  '61-deployments-list',
  '54-project-archive',
  '58-project-replace',
  '59-project-delete',
  '56-project-import',
  '40-connections-list',
  '38-connection-get-draft',
  '37-connection-update',
  '39-connection-test-ok',
  '45-libraries-list',
  '47-packages-list',
  '50-agentgroups-camel',
];

describe.skipIf(recorded.size === 0)('a flow over the recorded answers', () => {
  test.each([
    { replaced: 200, gzip: true },
    { replaced: 200, gzip: false },
    { replaced: 204, gzip: true },
    { replaced: 204, gzip: false },
  ])('is understood to its end: replacing answers $replaced, gzip $gzip', async ({ replaced, gzip }) => {
    const { oic, server } = await serve(FLOW, {
      gzip,
      alter: (answer) =>
        answer.request.method === 'PUT' && answer.body === null ? { ...answer, status: replaced } : answer,
    });
    const shop = oic.inProject('SHOP');

    expect((await oic.listIntegrations()).items.length).toBe(5);
    expect(await oic.getIntegration(HELLO)).toMatchObject({ id: HELLO, status: 'ACTIVATED' });
    const { bytes } = await oic.exportIntegration(HELLO);
    expect(await oic.deactivate(HELLO)).toBe('DEACTIVATION_INPROGRESS');
    await oic.replaceIntegration(HELLO, bytes);
    expect(await oic.activate(HELLO)).toBe('ACTIVATION_INPROGRESS');
    expect(await oic.getActivationStatus(HELLO)).toBe('ACTIVATION_INPROGRESS');
    await oic.deleteIntegration(HELLO);
    await oic.importIntegration(HELLO, bytes);

    expect(await shop.getSchedule(NIGHTLY)).toEqual({ state: 'started' });
    await shop.changeSchedule(NIGHTLY, 'stop');
    expect(await shop.getSchedule(NIGHTLY)).toEqual({ state: 'stopped' });
    await shop.changeSchedule(NIGHTLY, 'start');
    expect(await shop.getSchedule(NIGHTLY)).toBeUndefined();

    expect((await oic.listLookups()).items).toMatchObject([{ name: 'FOLDERS' }]);
    const lookup = (await oic.exportLookup('FOLDERS')).bytes;
    await oic.replaceLookup('FOLDERS', lookup);
    await oic.importLookup('FOLDERS', lookup);

    const [project] = (await oic.listProjects()).items;
    expect((await shop.listIntegrations()).items).toMatchObject([{ id: NIGHTLY }]);
    expect((await oic.listDeployments('SHOP')).items).toMatchObject([{ code: '01.00.0002' }]);
    const archive = (await oic.exportProject(project ?? { id: '', code: '', name: '' })).bytes;
    expect(Buffer.from(archive)).toEqual(bodyOf(answerNamed('54-project-archive')));
    await oic.replaceProject('SHOP', archive);
    await oic.deleteProject('SHOP');
    await oic.importProject('SHOP', archive);

    expect((await oic.listConnections()).items).toMatchObject([{ id: 'ACME_OM' }]);
    expect(await oic.getConnection('ACME_OM')).toMatchObject({ status: 'DRAFT' });
    await oic.updateConnection('ACME_OM', { securityPolicy: 'OAUTH_RESOURCE_OWNER_PASSWORD_CREDENTIALS' });
    await oic.testConnection('ACME_OM');
    expect((await oic.listLibraries()).items).toMatchObject([{ id: 'TEXTS|01.00.0000' }]);
    expect((await oic.listPackages()).items).toMatchObject([{ name: 'Employee' }]);
    expect((await oic.listAgentGroups()).items).toEqual([{ id: 'ON_PREM', name: 'On prem' }]);

    // One token for all, and nothing asked twice but the deployments, whose listing does not say that it has ended.
    const asked = server.seen.map((request) => request.asked);
    const twice = asked.filter((one, n) => asked.indexOf(one) < n && !/^PATCH|schedule$|integrations$/.test(one));
    expect(twice).toEqual(['GET /ic/api/integration/v1/projects/SHOP/deployments']);
    expect(server.seen).toHaveLength(FLOW.length + 2);
    for (const { query, headers } of server.seen.slice(1)) {
      expect(query.get('integrationInstance')).toBe('acme-dev');
      expect(headers.authorization).toBe('Bearer eyJ4NXQ.synthetic.token');
    }
  });
});
