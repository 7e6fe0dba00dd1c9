/** The report from a vault: after real backups of a simulated instance, and from vaults that have suffered. */

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PICTURE_DAYS } from '../../../functions/core/keys.ts';
import { makeReport, type ReportServices, writeReport } from '../../../functions/jobs/report/report.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';
import type { ObjectStore } from '../../../functions/store/object-store.ts';
import { createReportStore } from '../../../functions/store/report-store.ts';
import { createVault } from '../../../functions/store/vault.ts';
import { readPicture } from '../../core/picture/pictured.ts';
import { connectTo } from '../../oic/simulated.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { storedFile } from '../../store/stored-file.ts';
import { callingArchive } from '../calling-archive.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';

let workshop: Workshop;
let simulator: Simulator;
let oic: ReturnType<typeof connectTo>;

beforeEach(async () => {
  workshop = await openWorkshop();
  simulator = await startSimulator({});
  oic = connectTo(simulator);
  for (const code of ['ORDERS', 'INVOICES', 'STOCK']) simulator.instance.add(archiveOf(code));
});

afterEach(async () => {
  await oic.close();
  await simulator.close();
  await workshop.close();
});

const archiveOf = (code: string, marker = 'a'): Buffer => callingArchive(code, 'STOCK', marker);

/** Counts what is asked of the store. */
const servicesOn = (store: ObjectStore): ReportServices & { asked: string[] } => {
  const asked: string[] = [];
  const watched: ObjectStore = {
    ...store,
    get: (key, versionId) => {
      asked.push(`get ${key}`);
      return store.get(key, versionId);
    },
    put: (key, body, condition) => {
      asked.push(`put ${key}`);
      return store.put(key, body, condition);
    },
  };
  return {
    vault: createVault(watched, ALL_KINDS),
    reports: createReportStore(watched, 'dev'),
    now: () => new Date(),
    people: {},
    progress: { reading: () => undefined, read: () => undefined },
    asked,
  };
};

const archivesRead = (asked: readonly string[]): number => asked.filter((line) => /^get .*\.iar$/.test(line)).length;
const read = (file: string): Promise<string> => readFile(join(workshop.directory, file), 'utf8');

test('puts the page under its snapshot and as the latest, with a picture of every flow beside it', async () => {
  const { snapshot } = await workshop.backUp(oic);
  const written = await writeReport(servicesOn(workshop.store), 'dev');

  expect(written).toMatchObject({
    instance: 'dev',
    snapshot,
    key: `reports/dev/${snapshot}.html`,
    latestKey: 'reports/dev/latest.html',
    problems: [],
  });
  const html = await read(written.key);
  expect(html).toBe(await read(written.latestKey));
  expect(written.bytes).toBe(Buffer.byteLength(html));
  const links = [...html.matchAll(/href="(flows\/[0-9a-f]{64}\.svg)">([^<]+)/g)];
  expect(links.map(([, , name]) => name).sort()).toEqual(['INVOICES flow', 'ORDERS flow', 'STOCK flow']);
  for (const [, link = '', name = ''] of links) {
    expect(readPicture(await read(`reports/dev/${link}`)).texts.join(' ')).toContain(name);
  }
});

test('tells what changed, with the flow before and after in the page', async () => {
  await workshop.backUp(oic);
  simulator.instance.edit('ORDERS|01.00.0000', archiveOf('ORDERS', 'b'), 'maria@example.com');
  simulator.instance.add(archiveOf('PAYMENTS'));
  simulator.instance.remove('INVOICES|01.00.0000');
  await workshop.backUp(oic);
  await writeReport(servicesOn(workshop.store), 'dev');
  const html = await read('reports/dev/latest.html');

  expect(html).toMatch(
    /Changed <span class="count">1<\/span>[\s\S]*ORDERS flow[\s\S]*content[\s\S]*by maria@example.com/,
  );
  expect(html).toMatch(/Added <span class="count">1<\/span>[\s\S]*PAYMENTS flow/);
  expect(html).toMatch(/Removed <span class="count">1<\/span>[\s\S]*INVOICES flow/);
  const pictures = [...html.matchAll(/<svg xmlns[\s\S]*?<\/svg>/g)].map(([svg]) => readPicture(svg));
  expect(pictures.filter(({ tellings }) => tellings.some((text) => text.startsWith('changed: ')))).toHaveLength(1);
});

test('draws who calls whom and who shares a connection', async () => {
  await workshop.backUp(oic);
  const { html } = await makeReport(servicesOn(workshop.store), 'dev');
  const [map = ''] = /<svg xmlns[\s\S]*?<\/svg>/.exec(html.slice(html.indexOf('id="map"'))) ?? [];

  expect(readPicture(map).texts).toEqual(
    expect.arrayContaining(['ORDERS flow', 'STOCK flow', 'ERP Cloud', 'erp · used by 3']),
  );
});

describe('an archive is read once', () => {
  test('a second report reads none, and a night reads what changed in it', async () => {
    await workshop.backUp(oic);
    const first = servicesOn(workshop.store);
    await writeReport(first, 'dev');
    const second = servicesOn(workshop.store);
    await writeReport(second, 'dev');
    simulator.instance.edit('ORDERS|01.00.0000', { marker: 'b' });
    await workshop.backUp(oic);
    const third = servicesOn(workshop.store);
    await writeReport(third, 'dev');

    expect(archivesRead(first.asked)).toBe(3);
    expect(archivesRead(second.asked)).toBe(0);
    // Once to look at it, and both versions to compare them.
    expect(archivesRead(third.asked)).toBe(1 + 2);
  });

  test('a picture so old that a bucket would drop it before the page is drawn again', async () => {
    await workshop.backUp(oic);
    await writeReport(servicesOn(workshop.store), 'dev');
    const later = { ...servicesOn(workshop.store), now: () => new Date(Date.now() + PICTURE_DAYS * 86_400_000) };
    await writeReport(later, 'dev');

    expect(later.asked.filter((line) => /^put .*\.svg$/.test(line))).toHaveLength(3);
  });

  test('a picture that went away is drawn again, and notes nobody understands are taken again', async () => {
    await workshop.backUp(oic);
    await writeReport(servicesOn(workshop.store), 'dev');
    const [picture = ''] = (await workshop.files()).filter((file) => file.endsWith('.svg'));
    await rm(join(workshop.directory, picture));
    await workshop.store.put('reports/dev/surroundings.json', Buffer.from('{"formatVersion":7}'));
    await writeReport(servicesOn(workshop.store), 'dev');

    expect(await workshop.files()).toContain(picture);
    expect(JSON.parse(await read('reports/dev/surroundings.json'))).toMatchObject({ formatVersion: 2 });
  });
});

test('the page alone writes nothing and links to nothing', async () => {
  await workshop.backUp(oic);
  const services = servicesOn(workshop.store);
  const { html } = await makeReport(services, 'dev');

  expect(services.asked.filter((line) => line.startsWith('put'))).toEqual([]);
  expect(html).not.toContain('href="flows/');
});

describe('from a vault that has suffered', () => {
  test('an archive that is damaged is told, and the rest is there', async () => {
    await workshop.backUp(oic);
    await writeFile(await storedFile(workshop.directory, 'integrations/dev/ORDERS/01.00.0000.iar'), 'not an archive');
    const { problems, html } = await makeReport(servicesOn(workshop.store), 'dev');

    expect(problems).toEqual([expect.stringMatching(/^ORDERS\|01.00.0000: .* is damaged/)]);
    expect(html).toContain('is damaged');
    expect(html).toContain('INVOICES flow');
  });

  test('a snapshot that cannot be read is told, and the page is about the one before', async () => {
    const { snapshot } = await workshop.backUp(oic);
    await writeFile(join(workshop.directory, 'snapshots/dev/2100-01-01T00-00-00Z.json'), '{"formatVersion":1}');
    const report = await makeReport(servicesOn(workshop.store), 'dev');

    expect(report.snapshot).toBe(snapshot);
    expect(report.problems).toEqual([expect.stringContaining('2100-01-01T00-00-00Z')]);
  });

  test('without a snapshot there is no page, and how to get one is said', async () => {
    await expect(makeReport(servicesOn(workshop.store), 'dev')).rejects.toThrow('`oic backup dev` makes one');
  });
});

test('a store that fails is no reason to write a page that lacks half', async () => {
  await workshop.backUp(oic);
  const services = servicesOn({
    ...workshop.store,
    get: (key, versionId) =>
      key.endsWith('.iar') ? Promise.reject(new Error('the bucket is gone')) : workshop.store.get(key, versionId),
  });

  await expect(writeReport(services, 'dev')).rejects.toThrow('the bucket is gone');
  expect((await workshop.files()).filter((file) => file.endsWith('.html'))).toEqual([]);
});
