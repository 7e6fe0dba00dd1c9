/** The page that each backup leaves: on a first night, on quiet ones, on busy ones, and when something is in its way. */

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backUp } from '../../../functions/jobs/backup/back-up.ts';
import type { BackupReport } from '../../../functions/jobs/backup/back-up-options.ts';
import { openFileJournal } from '../../../functions/jobs/journal/file-journal.ts';
import { type BackupPage, createPageWriter } from '../../../functions/jobs/report/after-backup.ts';
import { writeReport } from '../../../functions/jobs/report/report.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import type { ObjectStore } from '../../../functions/store/object-store.ts';
import { createReportStore } from '../../../functions/store/report-store.ts';
import { createVault } from '../../../functions/store/vault.ts';
import { connectTo } from '../../oic/simulated.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { callingArchive } from '../calling-archive.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';

let workshop: Workshop;
let simulator: Simulator;
let oic: ReturnType<typeof connectTo>;

beforeEach(async () => {
  workshop = await openWorkshop();
  simulator = await startSimulator({});
  oic = connectTo(simulator);
});

afterEach(async () => {
  await oic.close();
  await simulator.close();
  await workshop.close();
});

const archiveOf = (code: string, marker = 'a'): Buffer => callingArchive(code, 'FLOW_0', marker);

const lastUpdated = new Date('2026-09-17T19:23:49.887Z');
const add = (count: number, from = 0): void => {
  for (let n = from; n < from + count; n++) simulator.instance.add(archiveOf(`FLOW_${n}`), { lastUpdated });
};

interface Night {
  readonly backup: BackupReport;
  readonly page: BackupPage;
  /** What the page asked of the store, in order: `get <key>`, `put <key>`, `list <prefix>`. */
  readonly asked: readonly string[];
}

/** A backup and its page, as the command line and the function in AWS do it. */
const passNight = async (store: ObjectStore = workshop.store): Promise<Night> => {
  const asked: string[] = [];
  const noting =
    <A extends [string, ...unknown[]], R>(what: string, ask: (...args: A) => R) =>
    (...args: A): R => {
      asked.push(`${what} ${args[0]}`);
      return ask(...args);
    };
  const { get, put, list } = store;
  const watched = { ...store, get: noting('get', get), put: noting('put', put), list: noting('list', list) };
  const path = join(workshop.directory, '.journal', 'backup.ndjson');
  const journal = await openFileJournal(path, {}, Date.now);
  const now = () => new Date();
  const stores = { vault: createVault(watched, ALL_KINDS), reports: createReportStore(watched, 'dev') };
  const writer = createPageWriter({ ...stores, journal, now, people: {} }, 'dev');
  const quiet = () => undefined;
  const progress = { listed: quiet, listedKinds: quiet, done: quiet, note: quiet };
  try {
    const services = { oic, vault: stores.vault, journal, now, progress, ...writer.listening };
    const backup = await backUp(services, { full: false, filter: {}, concurrency: 8 });
    asked.length = 0;
    const page = await writer.write();
    await journal.finish();
    return { backup, page, asked };
  } finally {
    await journal.close();
  }
};

const latest = (): Promise<string> => readFile(join(workshop.directory, 'reports/dev/latest.html'), 'utf8');
const linksIn = (html: string): string[] => [...html.matchAll(/href="(flows\/[^"]+)"/g)].map(([, link = '']) => link);
const NOTES = ['put reports/dev/surroundings.json', 'put reports/dev/history.json'];

describe('on the first night', () => {
  test('the page is there under both its names, and reads neither an archive nor a manifest', async () => {
    add(40);
    const { backup, page, asked } = await passNight();

    expect(page).toEqual({
      key: `reports/dev/${backup.snapshot}.html`,
      latestKey: 'reports/dev/latest.html',
      problems: [],
    });
    expect(await latest()).toBe(await readFile(join(workshop.directory, page.key ?? ''), 'utf8'));
    expect(asked).toEqual([
      'list reports/dev/flows/',
      'get reports/dev/history.json',
      'list snapshots/dev/',
      'get reports/dev/surroundings.json',
      `put ${page.key}`,
      `put ${page.latestKey}`,
      ...NOTES,
    ]);
  });

  test('it shows all the same who calls whom, and who shares a connection', async () => {
    add(3);
    await passNight();

    expect(await latest()).toContain('2 calls between integrations, 1 shared connection');
    expect(await latest()).toContain('erp · used by 3');
  });
});

describe('on a night on which nothing changed', () => {
  test('the instance is asked for nothing more, no archive is read, and one page and its history are written', async () => {
    add(30);
    await passNight();
    const before = oic.requests();
    const { backup, page, asked } = await passNight();

    expect(oic.requests() - before).toBe(1);
    expect(backup).toMatchObject({ exported: 0, unchanged: 30 });
    expect(asked.filter((line) => line.startsWith('get '))).toEqual([
      'get reports/dev/history.json',
      'get reports/dev/surroundings.json',
    ]);
    expect(asked.filter((line) => line.startsWith('put '))).toEqual([
      `put ${page.key}`,
      `put ${page.latestKey}`,
      'put reports/dev/history.json',
    ]);
    expect(await latest()).toContain('Nothing changed.');
  });

  test('however many there were before, no more than two manifests are needed', async () => {
    add(2);
    for (let n = 0; n < 4; n++) await passNight();
    const { asked } = await passNight();

    expect(asked.filter((line) => /^get .*snapshots/.test(line))).toEqual([]);
    expect(await latest()).toContain('5 snapshots; all complete');
  });
});

describe('on a night on which something changed', () => {
  test('it tells so with the flow before and after, and links only to pictures that are there', async () => {
    add(5);
    await passNight();
    simulator.instance.edit('FLOW_1|01.00.0000', archiveOf('FLOW_1', 'b'), 'maria@example.com');
    simulator.instance.add(archiveOf('NEW'));
    const { asked } = await passNight();
    const html = await latest();

    expect(html).toMatch(/Changed <span class="count">1<\/span>[\s\S]*by maria@example.com/);
    expect(html.match(/What changed in the flow/g)).toHaveLength(1);
    expect(asked.filter((line) => line.endsWith('.iar'))).toHaveLength(3);
    const files = await workshop.files();
    expect(linksIn(html)).toHaveLength(2);
    for (const link of linksIn(html)) expect(files).toContain(`reports/dev/${link}`);
  });

  test('a picture that went away is not linked', async () => {
    add(2);
    await passNight();
    await writeReport(
      {
        vault: workshop.vault,
        reports: createReportStore(workshop.store, 'dev'),
        now: () => new Date(),
        people: {},
        progress: { reading: () => undefined, read: () => undefined },
      },
      'dev',
    );
    expect(linksIn(await latest())).toHaveLength(2);
    const [first = ''] = (await workshop.files()).filter((file) => file.endsWith('.svg'));
    await rm(join(workshop.directory, first));
    await passNight();

    expect(linksIn(await latest())).toHaveLength(1);
    expect(await latest()).not.toContain(first.replace('reports/dev/', ''));
  });

  test('fifty flows are drawn, and of the others is said what draws one', async () => {
    add(3);
    await passNight();
    add(53, 3);
    await passNight();

    expect((await workshop.files()).filter((file) => file.endsWith('.svg'))).toHaveLength(50);
    expect(await latest()).toMatch(
      /The flows of 3 of them are not drawn here. <code>oic show INSTANCE CODE\/VERSION --pic/,
    );
  });
});

test('in a vault from before there were pages, fifty archives are looked at in a night, and how many are left is said', async () => {
  add(60);
  await workshop.backUp(oic);
  const first = await passNight();
  expect(first.asked.filter((line) => line.endsWith('.iar'))).toHaveLength(50);
  expect(await latest()).toContain('10 archives were not looked at yet');

  const second = await passNight();
  expect(second.asked.filter((line) => line.endsWith('.iar'))).toHaveLength(10);
  expect(await latest()).not.toContain('not looked at yet');
});

describe('when something is in its way', () => {
  const failing = (isFailing: (key: string) => boolean): ObjectStore => ({
    ...workshop.store,
    put: (key, body, condition) =>
      isFailing(key) ? Promise.reject(new Error('the disk is full')) : workshop.store.put(key, body, condition),
  });

  test('the backup is what it would have been, and the problem is a sentence', async () => {
    add(2);
    const { backup, page } = await passNight(failing((key) => key.startsWith('reports/')));

    expect(backup).toMatchObject({ complete: true, exported: 2, failures: [], warnings: [] });
    expect(page).toEqual({
      key: null,
      latestKey: null,
      problems: ['the report was not written: the disk is full; `oic report dev` writes it'],
    });
    expect(await workshop.vault.listSnapshots('dev')).toEqual([backup.snapshot]);
  });

  test('the next night tells of the night without a page, too', async () => {
    add(2);
    await passNight();
    simulator.instance.edit('FLOW_1|01.00.0000', archiveOf('FLOW_1', 'b'), 'maria');
    await passNight(failing((key) => key.endsWith('.html')));
    await passNight();

    expect(await latest()).toContain('3 snapshots; all complete');
    expect(await latest()).toMatch(/<li>\d{4}-\d\d-\d\d \d\d:\d\d content by maria/);
  });

  test('a backup that was cut off between its snapshot and the page takes another one, with its page', async () => {
    add(2);
    const cut = passNight({
      ...workshop.store,
      put: (key, body, condition) =>
        key.endsWith('.html') ? new Promise(() => undefined) : workshop.store.put(key, body, condition),
    });
    await expect.poll(() => workshop.files()).toEqual(expect.arrayContaining([expect.stringMatching(/^snapshots/)]));
    expect(await Promise.race([cut, 'still at it'])).toBe('still at it');
    await rm(join(workshop.directory, '.journal', 'backup.ndjson.turns'), { recursive: true });
    const { backup } = await passNight();

    expect(await workshop.vault.listSnapshots('dev')).toEqual([backup.snapshot, expect.any(String)]);
    expect(backup.exported).toBe(0);
    expect(await latest()).toContain(backup.snapshot);
  });
});
