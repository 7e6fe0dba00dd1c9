/** Connections of what was imported get the target's own settings, or are told as unready: over HTTP, by the simulator's rules. */
import { describe, expect, test } from 'vitest';
import { connect } from '../../../functions/jobs/changes/connect.ts';
import type { ConnectionSettings } from '../../../functions/oic/http/credentials.ts';
import { useClients } from '../../oic/clients.ts';
import { createLonelyTime } from '../../oic/http/virtual-time.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';

const start = useClients();
const QUICK = createLonelyTime();

const LOGIN = [
  { propertyName: 'username', propertyValue: 'ann' },
  { propertyName: 'password', propertyValue: 'pass-1' },
];
const WALLET = { filename: 'wallet.zip', bytes: Buffer.from([0x50, 0x4b, 0, 255, 13, 10, 128]) };

const imported = async (
  connection: { id: string; type?: string; securityPolicy?: string },
  behaviour: Partial<Behaviour> = {},
) => {
  const { simulator, oic } = await start({ behaviour });
  const { id, type = 'rest' } = connection;
  const archive = buildSampleArchive({ code: 'USES', version: '01.00.0000', connections: [connection] });
  await oic.importIntegration('USES|01.00.0000', archive);
  const there = simulator.instance.connections.get(id);
  if (!there) throw new Error(`${id} was not imported`);
  const run = (settings: Record<string, ConnectionSettings>) =>
    connect(oic, { connections: [{ id, type }] as never }, settings, QUICK);
  const kinds = () => simulator.requests.flatMap(({ kind }) => (/connection-[^g]/.test(kind) ? [kind] : []));
  return { simulator, there, run, kinds };
};

test('one with a wallet gets its file, its settings and its agent group, and is configured', async () => {
  const { there, run, kinds } = await imported({ id: 'DB', type: 'ebs', securityPolicy: 'JDBC_OVER_SSL' });

  const unready = await run({
    DB: { agentGroupId: 'ON_PREM', securityProperties: [...LOGIN, { propertyName: 'wallet', propertyValue: WALLET }] },
  });

  expect(unready).toEqual([]);
  expect(there).toMatchObject({ status: 'CONFIGURED', agentGroupId: 'ON_PREM' });
  expect(there.attachments.get('wallet')).toEqual(WALLET.bytes);
  expect(kinds()).toEqual(['connection-attach', 'connection-update', 'connection-test']);
});

test('one that gets another policy is updated before its files have a place', async () => {
  const { there, run, kinds } = await imported({ id: 'DB', type: 'atpdatabase' });

  const unready = await run({
    DB: {
      securityPolicy: 'JDBC_OVER_SSL',
      securityProperties: [...LOGIN, { propertyName: 'wallet', propertyValue: WALLET }],
    },
  });

  expect([unready, there.status]).toEqual([[], 'CONFIGURED']);
  expect(kinds()).toEqual(['connection-update', 'connection-attach', 'connection-test']);
});

test('one that is configured is not touched', async () => {
  const { there, run, kinds } = await imported({ id: 'ERP' }, { importedConnection: 'CONFIGURED' });

  expect(await run({ ERP: { securityProperties: LOGIN } })).toEqual([]);
  expect([there.credentials.size, kinds()]).toEqual([0, []]);
});

test('one whose settings were not enough is told with what it still lacks, and without a value', async () => {
  const { run } = await imported({ id: 'EBS', type: 'ebs' });

  const [unready, ...others] = await run({ EBS: { securityProperties: LOGIN.slice(0, 1) } });

  expect(others).toEqual([]);
  expect(unready).toMatchObject({
    id: 'EBS',
    missing: ['password', 'agentGroupId'],
    problem: expect.stringMatching(/not configured: password, agentGroupId/),
    template: { agentGroupId: '', securityProperties: [{ propertyName: 'username', propertyValue: '' }, {}] },
  });
  expect(JSON.stringify(unready)).not.toContain('ann');
});

test.each(['constructor', '__proto__', 'toString'])('one called %s finds no settings that nobody wrote', async (id) => {
  const { run, kinds } = await imported({ id });

  expect(await run({})).toMatchObject([{ id, problem: expect.stringMatching(/has no settings for it/) }]);
  expect(kinds()).toEqual([]);
});

describe('one that somebody has open', () => {
  test('is not touched, and who has it open is told', async () => {
    const { there, run, kinds } = await imported({ id: 'ERP' });
    there.lockedBy = 'ann@example.com';

    expect(await run({ ERP: { securityProperties: LOGIN } })).toMatchObject([
      { problem: expect.stringMatching(/^it was not touched, for it is locked by ann@example\.com/) },
    ]);
    expect(kinds()).toEqual([]);
  });

  test('since it was read is told so beside what Oracle says', async () => {
    const { simulator, there, run } = await imported({ id: 'ERP' });
    simulator.faults.add({ match: { kind: 'connection-update', times: 1 }, answer: { status: 412 } });
    Object.defineProperty(there, 'lockedBy', {
      get: () => (simulator.requests.some(({ kind }) => kind === 'connection-update') ? 'ann@example.com' : undefined),
    });

    expect(await run({ ERP: { securityProperties: LOGIN } })).toMatchObject([
      { problem: expect.stringMatching(/updating connection ERP.*412.*; it is locked by ann@example\.com/) },
    ]);
  });
});

describe('an answer that is lost', () => {
  test.each(['connection-update', 'connection-test', 'connection-attach'] as const)(
    'is settled by reading, or by sending the same once more: %s',
    async (kind) => {
      const { simulator, there, run, kinds } = await imported({ id: 'DB', securityPolicy: 'JDBC_OVER_SSL' });
      simulator.faults.add({ match: { kind, times: 1 }, answer: 'reset-after' });

      const wallet = { propertyName: 'wallet', propertyValue: WALLET };
      expect(await run({ DB: { securityProperties: [...LOGIN, wallet] } })).toEqual([]);

      expect(there.status).toBe('CONFIGURED');
      expect(kinds().filter((one) => one === kind)).toHaveLength(kind === 'connection-attach' ? 2 : 1);
    },
  );

  test('to an update that was not done has it sent again', async () => {
    const { simulator, there, run, kinds } = await imported({ id: 'ERP' });
    there.credentials.set('password', 'old');
    simulator.faults.add({ match: { kind: 'connection-update', times: 1 }, answer: 'reset-before' });

    expect(await run({ ERP: { securityProperties: LOGIN } })).toEqual([]);

    expect(there.credentials.get('password')).toBe('pass-1');
    expect(kinds()).toEqual(['connection-update', 'connection-update', 'connection-test']);
  });
});

test('one that stays a draft after a good test is told so', async () => {
  const { run } = await imported({ id: 'ERP' }, { connectionTest: 'changes-nothing' });

  expect(await run({ ERP: { securityProperties: LOGIN } })).toMatchObject([
    { id: 'ERP', missing: [], problem: expect.stringMatching(/test succeeded, yet it is still DRAFT/) },
  ]);
});
