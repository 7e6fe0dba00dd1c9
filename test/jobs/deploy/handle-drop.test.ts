import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DropEvent } from '../../../functions/core/drop/drop-event.ts';
import { type DropResult, handleDrop } from '../../../functions/jobs/deploy/handle-drop.ts';
import { LeaseLost } from '../../../functions/jobs/deploy/install-services.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { connectTo } from '../../oic/simulated.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { type InstallBench, openInstallBench } from './install-bench.ts';

let bench: InstallBench;
let simulator: Simulator;
let oic: OicClient;
beforeEach(async () => {
  bench = await openInstallBench();
  simulator = await startSimulator({ activationMs: 5 });
  oic = connectTo(simulator);
});
afterEach(async () => {
  await oic.close();
  await simulator.close();
  await bench.close();
});

const archiveOf = (code: string, marker: string) => buildSampleArchive({ code, version: '01.00.0000', marker });
const drop = async (key: string, bytes: Uint8Array | string): Promise<DropEvent> => {
  const { versionId } = await bench.store.put(key, Buffer.from(bytes));
  return { key, versionId };
};
/** As a person copies a file, with its time. */
const copied = async (key: string, bytes: Uint8Array, time: Date): Promise<DropEvent> => {
  const path = join(bench.store.name, key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  await utimes(path, time, time);
  return { key, versionId: (await bench.store.head(key))?.versionId ?? '' };
};
/** @param retries none: it is the last try */
const handle = (event: DropEvent, retries: readonly number[] = []) =>
  handleDrop(bench.services(oic, 'dev', { retries }), event);
const stateIn = (result: DropResult): string => (result.kind === 'receipt' ? result.receipt.state : result.kind);
const writes = (): number =>
  simulator.requests.filter(({ method, kind }) => method !== 'GET' && kind !== 'token').length;
/** Connections an import brings along are drafts; here everything is configured. */
const configureAll = (): void => {
  simulator.onRequest(() => {
    for (const connection of simulator.instance.connections.values()) connection.status = 'CONFIGURED';
  });
};

describe('a drop', () => {
  test.each([
    'deploy/dev/X (5).iar',
    'deploy/dev/myfile.iar',
    'deploy/dev/a folder/and + another/ünïcödé 名前.iar',
    'deploy/dev/OTHER_99.99.9999.iar',
    'deploy/dev/shouting.IAR',
  ])('is known by what is inside, whatever it is called: %s', async (key) => {
    configureAll();

    const result = await handle(await drop(key, archiveOf('FLOW', 'a')));

    expect(result).toMatchObject({
      kind: 'receipt',
      isNew: true,
      receipt: { state: 'deployed', id: 'FLOW|01.00.0000', key },
    });
    expect(simulator.instance.get('FLOW|01.00.0000')?.status).toBe('ACTIVATED');
  });

  test('leaves a receipt beside it that tells each step', async () => {
    configureAll();
    const event = await drop('deploy/dev/flow.iar', archiveOf('FLOW', 'a'));

    await handle(event);

    const receipt = await bench.store.get(`receipts/dev/deploy/dev/flow.iar/${event.versionId}.json`);
    expect(JSON.parse(Buffer.from(receipt?.body ?? '').toString())).toMatchObject({
      formatVersion: 1,
      instance: 'dev',
      ...event,
      state: 'deployed',
      id: 'FLOW|01.00.0000',
      startedAt: expect.stringMatching(/Z$/),
      finishedAt: expect.stringMatching(/Z$/),
      steps: [{ do: 'import' }, { do: 'connect' }, { do: 'activate' }],
    });
  });

  test('whose event comes twice is handled once', async () => {
    configureAll();
    const event = await drop('deploy/dev/flow.iar', archiveOf('FLOW', 'a'));
    await handle(event);
    const done = simulator.requests.length;

    expect(await handle(event)).toMatchObject({ kind: 'receipt', isNew: false, receipt: { state: 'deployed' } });
    expect(simulator.requests.length).toBe(done);
  });

  test('whose event comes twice at once is handled once', async () => {
    configureAll();
    const event = await drop('deploy/dev/flow.iar', archiveOf('FLOW', 'a'));

    const results = await Promise.all([handle(event), handle(event), handle(event)]);

    expect(results.map(stateIn)).toEqual(['deployed', 'deployed', 'deployed']);
    expect(results.filter((result) => result.kind === 'receipt' && result.isNew)).toHaveLength(1);
    expect(simulator.requests.filter(({ kind }) => kind === 'import')).toHaveLength(1);
  });

  test('of the same content under another name is unchanged', async () => {
    configureAll();
    await handle(await drop('deploy/dev/flow.iar', archiveOf('FLOW', 'a')));
    const done = writes();

    expect(stateIn(await handle(await drop('deploy/dev/again.iar', archiveOf('FLOW', 'a'))))).toBe('unchanged');
    expect(writes()).toBe(done);
  });

  test('that comes after a newer one of its key is superseded', async () => {
    configureAll();
    const older = await drop('deploy/dev/flow.iar', archiveOf('FLOW', 'a'));
    const newer = await drop('deploy/dev/flow.iar', archiveOf('FLOW', 'b'));

    expect(stateIn(await handle(newer))).toBe('deployed');
    expect(stateIn(await handle(older))).toBe('superseded');
    expect(simulator.requests.filter(({ kind }) => kind === 'import' || kind === 'replace')).toHaveLength(1);
  });

  test('that is older than one handled under another name is superseded', async () => {
    configureAll();
    const older = await drop('deploy/dev/monday.iar', archiveOf('FLOW', 'a'));
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // times of objects are whole seconds
    const newer = await drop('deploy/dev/tuesday.iar', archiveOf('FLOW', 'b'));

    expect(stateIn(await handle(newer))).toBe('deployed');
    const result = await handle(older);

    expect(result).toMatchObject({
      kind: 'receipt',
      receipt: { state: 'superseded', message: expect.stringContaining('tuesday.iar') },
    });
  });

  test('with a file of 2099 does not make later ones superseded, under its key or another', async () => {
    configureAll();
    const future = await copied('deploy/dev/flow.iar', archiveOf('FLOW', 'a'), new Date('2099-06-01'));
    expect(stateIn(await handle(future))).toBe('deployed');

    expect(stateIn(await handle(await drop('deploy/dev/other.iar', archiveOf('FLOW', 'b'))))).toBe('deployed');
    expect(stateIn(await handle(await drop('deploy/dev/flow.iar', archiveOf('FLOW', 'c'))))).toBe('deployed');
    const again = await copied('deploy/dev/third.iar', archiveOf('FLOW', 'd'), new Date('2099-01-01'));
    expect(stateIn(await handle(again))).toBe('deployed');
  });

  test('that was replaced at its key is superseded, whatever the times of the two files say', async () => {
    configureAll();
    const future = await copied('deploy/dev/flow.iar', archiveOf('FLOW', 'a'), new Date('2099-06-01'));
    const now = await drop('deploy/dev/flow.iar', archiveOf('FLOW', 'b'));

    expect(stateIn(await handle(future))).toBe('superseded');
    expect(stateIn(await handle(now))).toBe('deployed');
  });

  test('that was withdrawn before it was handled is rejected, and nothing is sent', async () => {
    const event = await drop('deploy/dev/flow.iar', archiveOf('FLOW', 'a'));
    await bench.store.delete(event.key);

    expect(await handle(event)).toMatchObject({
      receipt: { state: 'rejected', message: expect.stringContaining('withdrawn') },
    });
    expect(writes()).toBe(0);
  });

  test('that was withdrawn, or replaced, when it was half done is brought to its end', async () => {
    configureAll();
    for (const then of ['delete', 'replace'] as const) {
      simulator.instance.add(archiveOf('FLOW', `${then} old`), { status: 'ACTIVATED' });
      const event = await drop(`deploy/dev/${then}.iar`, archiveOf('FLOW', `${then} new`));
      const services = bench.services(oic, 'dev', { retries: [60], patienceMs: 50 });
      // The drop box goes away after the first change, and with it the right to go on.
      let isGone = false;
      const guarded = () =>
        oic.guarded(async () => {
          if (isGone) throw new LeaseLost('the drop box is away');
          isGone = true;
        });
      const target = services.target && { ...services.target, oic: { ...oic, guarded } };
      expect(await handleDrop({ ...services, target }, event)).toMatchObject({ kind: 'later' });
      expect(simulator.instance.get('FLOW|01.00.0000')?.status).toBe('CONFIGURED');
      if (then === 'delete') await bench.store.delete(event.key);
      else await bench.store.put(event.key, Buffer.from('junk'));

      expect(stateIn(await handle(event))).toBe('deployed');
      expect(simulator.instance.get('FLOW|01.00.0000')?.status).toBe('ACTIVATED');
    }
  });

  test('dropped again after another one is deployed again', async () => {
    configureAll();
    for (const marker of ['a', 'b', 'a']) {
      expect(stateIn(await handle(await drop('deploy/dev/flow.iar', archiveOf('FLOW', marker))))).toBe('deployed');
    }
  });
});

describe('a drop that cannot be deployed', () => {
  test.each([
    ['text', 'deploy/dev/x.iar', 'just text', /not a zip/],
    ['nothing', 'deploy/dev/x.iar', '', /empty/],
    ['a drop for another instance', 'deploy/prod/x.iar', 'x', /is not a drop for it/],
  ])('because it is %s is rejected with the reason, and nothing is sent', async (_, key, content, reason) => {
    const result = await handle(await drop(key, content));

    expect(result).toMatchObject({
      kind: 'receipt',
      receipt: { state: 'rejected', message: expect.stringMatching(reason) },
    });
    expect(simulator.requests).toEqual([]);
  });

  test('because it is too large is rejected unread', async () => {
    const event = await drop('deploy/dev/x.iar', archiveOf('FLOW', 'a'));
    const services = bench.services(oic, 'dev');
    const head = async (key: string, versionId: string) => {
      const found = await bench.dropBox.headDrop(key, versionId);
      return found && { ...found, bytes: 101 * 1024 * 1024 };
    };

    const result = await handleDrop({ ...services, dropBox: { ...bench.dropBox, headDrop: head } }, event);

    expect(result).toMatchObject({ receipt: { state: 'rejected', message: expect.stringContaining('at most') } });
    expect(simulator.requests).toEqual([]);
  });

  test('because the instance has no `deploy` is rejected', async () => {
    const event = await drop('deploy/dev/x.iar', archiveOf('FLOW', 'a'));

    const result = await handleDrop(bench.services(undefined, 'dev'), event);

    expect(result).toMatchObject({
      receipt: { state: 'rejected', message: expect.stringContaining('no `deploy` in the settings') },
    });
    expect(simulator.requests).toEqual([]);
  });

  test('because what is there is locked is rejected with the name of the holder', async () => {
    simulator.instance.add(archiveOf('FLOW', 'a'), { lockedBy: 'bob@example.com' });

    const result = await handle(await drop('deploy/dev/x.iar', archiveOf('FLOW', 'b')));

    expect(result).toMatchObject({
      receipt: { state: 'rejected', message: expect.stringContaining('bob@example.com') },
    });
    expect(writes()).toBe(0);
  });

  test('because the instance is away is left for later, and failed at the last try', async () => {
    const event = await drop('deploy/dev/x.iar', archiveOf('FLOW', 'a'));
    const away = simulator.faults.add({ match: { kind: 'list' }, answer: { status: 503 } });

    const twice = [60, 120];
    expect(await handle(event, twice)).toMatchObject({
      kind: 'later',
      seconds: 60,
      reason: expect.stringContaining('503'),
    });
    expect(await handle(event, twice)).toMatchObject({ kind: 'later', seconds: 120 });
    expect(await handle(event, twice)).toMatchObject({
      receipt: { state: 'failed', tries: 3, message: expect.stringContaining('503') },
    });
    const other = await drop('deploy/dev/y.iar', archiveOf('FLOW', 'a'));
    expect(await handle(other, twice)).toMatchObject({ kind: 'later' });
    away();
    configureAll();
    expect(stateIn(await handle(other, twice))).toBe('deployed');
  });
});

test('two drops of one integration at once are deployed one after the other', async () => {
  configureAll();
  simulator.instance.add(archiveOf('FLOW', 'old'), { status: 'ACTIVATED' });
  const first = await drop('deploy/dev/one.iar', archiveOf('FLOW', 'a'));
  const second = await drop('deploy/dev/two.iar', archiveOf('FLOW', 'b'));

  const results = await Promise.all([handle(first), handle(second)]);

  expect(results.map(stateIn)).toEqual(['deployed', 'deployed']);
  const order = simulator.requests
    .filter(({ method, kind }) => method !== 'GET' && kind !== 'token')
    .map(({ kind }) => kind);
  expect(order).toEqual(['deactivate', 'replace', 'activate', 'deactivate', 'replace', 'activate']);
});

const TWICE = rounds(25, 100);

test(`${2 * TWICE} drops at once are all deployed, within the concurrency and in the order of their versions`, async () => {
  configureAll();
  const events = await Promise.all(
    Array.from({ length: TWICE }, async (_, n) => {
      const key = `deploy/dev/${n}.iar`;
      return [await drop(key, archiveOf(`FLOW_${n}`, 'a')), await drop(key, archiveOf(`FLOW_${n}`, 'b'))];
    }),
  );

  const results = await Promise.all(events.flat().map((event) => handle(event)));

  const states = results.map(stateIn);
  expect(states.filter((_, n) => n % 2 === 1)).toEqual(Array(TWICE).fill('deployed'));
  expect(new Set(states.filter((_, n) => n % 2 === 0))).toEqual(new Set(['superseded']));
  expect(simulator.instance.list().filter(({ status }) => status === 'ACTIVATED')).toHaveLength(TWICE);
  expect(simulator.stats().maxInFlight).toBeLessThanOrEqual(8);
  for (const secret of simulator.secrets()) expect(JSON.stringify(results)).not.toContain(secret);
}, 60_000);
