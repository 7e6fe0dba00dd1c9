import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { isDesignHostFor } from '../../../functions/oic/http/design-host.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { connectTo, failureOf } from '../simulated.ts';

const SERVICE = 'https://acme-dev-fr.integration.eu-frankfurt-1.ocp.oraclecloud.com';
const DESIGN = 'https://design.integration.eu-frankfurt-1.ocp.oraclecloud.com';

describe('the design host of a service host', () => {
  test.each([
    [SERVICE, DESIGN, true],
    [SERVICE, `${DESIGN}/ic/api/integration/v1/integrations?x=1`, true],
    [
      'https://a.integration.us-langley-1.ocp.oraclegovcloud.com',
      'https://design.integration.us-langley-1.ocp.oraclegovcloud.com',
      true,
    ],
    ['http://127.0.0.1:8001', 'http://127.0.0.1:8002', true],
    [SERVICE, 'https://design.integration.us-phoenix-1.ocp.oraclecloud.com', false],
    [SERVICE, 'https://design.integration.eu-frankfurt-1.ocp.oraclegovcloud.com', false],
    [SERVICE, `${DESIGN}.attacker.example`, false],
    [SERVICE, 'https://attacker.example', false],
    [SERVICE, 'https://other.integration.eu-frankfurt-1.ocp.oraclecloud.com', false],
    [SERVICE, DESIGN.replace('https:', 'http:'), false],
    [SERVICE, `${DESIGN}:8443`, false],
    [SERVICE, DESIGN.replace('https://', 'https://me:pw@'), false],
    [SERVICE, 'http://127.0.0.1:8001', false],
    ['http://127.0.0.1:8001', 'https://attacker.example', false],
    ['https://oic.example.com', 'https://design.example.com', false],
  ])('%s -> %s: %s', (from, to, isAllowed) => {
    expect(isDesignHostFor(new URL(from), new URL(to))).toBe(isAllowed);
  });
});

describe('a redirect', () => {
  let simulator: Simulator | undefined;
  afterEach(() => simulator?.close());

  test('from the service host to the design host is followed with method, body and token', async () => {
    simulator = await startSimulator({ serviceHostRedirect: true });
    const { buildSampleArchive } = await import('../../simulator/archives/sample-archive.ts');
    const oic = connectTo(simulator, { url: simulator.serviceUrl ?? '' });

    await oic.importIntegration('HELLO|01.00.0000', buildSampleArchive({ code: 'HELLO', version: '01.00.0000' }));
    await oic.listIntegrations();
    await oic.close();

    expect(simulator.instance.get('HELLO|01.00.0000')).toBeDefined();
    expect(simulator.requests.filter(({ kind }) => kind === 'service-host')).toHaveLength(1);
  });

  test.each([
    'https://attacker.example',
    `${DESIGN}.attacker.example`,
    'https://design.integration.us-phoenix-1.ocp.oraclecloud.com',
  ])('to %s takes no token along', async (redirect) => {
    simulator = await startSimulator();
    simulator.faults.add({ match: { kind: 'list' }, answer: { redirect } });
    const port = Number(new URL(simulator.url).port);
    const reached: string[] = [];
    // Oracle's names lead to the simulator here, over plain TCP, so that every host that is approached is seen.
    const oic = connectTo(simulator, {
      url: SERVICE,
      connect: (options, callback) => {
        reached.push(options.hostname);
        const socket = connect(port, '127.0.0.1', () => callback(null, socket));
      },
    });

    const error = await failureOf(oic.listIntegrations());
    await oic.close();

    expect(error).toMatchObject({ kind: 'rejected' });
    expect(error.message).toContain('nothing was sent there');
    expect(new Set(reached)).toEqual(new Set([new URL(SERVICE).hostname, '127.0.0.1']));
  });
});
