import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import { readProjectArchive } from '../../../functions/core/archive/project-archive.ts';
import { diffArchives } from '../../../functions/core/diff/diff-archives.ts';
import { diffProjects } from '../../../functions/core/diff/diff-projects.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import { buildProject } from '../../core/archive/kinds-forge.ts';
import { fullArchive } from '../../core/archive/stamped.ts';
import { connectTo } from '../../oic/simulated.ts';
import { type Simulator, startSimulator } from '../server.ts';
import { readZip } from './zip.ts';

const ID = 'FULL|01.00.0000';
let simulators: Simulator[];
let clients: OicClient[];

beforeEach(async () => {
  simulators = [
    await startSimulator(),
    await startSimulator(),
    await startSimulator({ behaviour: { stamping: 'none' } }),
  ];
  clients = simulators.map((each) => connectTo(each));
});
afterEach(async () => {
  for (const it of [...clients, ...simulators]) await it.close();
});

const textIn = (archive: Uint8Array, ending: string): string =>
  Buffer.from(readZip(archive).find(({ name }) => name.endsWith(ending))?.data ?? '').toString('utf8');

describe('an instance that stamps', () => {
  test('exports an integration with what is its own, the same each time, and means what was imported', async () => {
    const full = fullArchive();
    for (const { instance } of simulators) instance.add(full);
    const [first, second, plain] = await Promise.all(clients.map((oic) => oic.exportIntegration(ID)));
    const again = await clients[0]?.exportIntegration(ID);
    if (!first || !second || !plain || !again) throw new Error('four were exported');

    for (const [ending, pattern] of [
      ['ERP.xml', /<id>.*?<\/id>/],
      ['ERP.xml', /<groupId>.*?<\/groupId>/],
      ['ERP.xml', /<lastUpdatedDate>.*?<\/lastUpdatedDate>/],
      ['project.xml', /xmlns:\w+/],
    ] as const) {
      const found = [first, second, plain].map(({ bytes }) => pattern.exec(textIn(bytes, ending))?.[0]);
      expect(new Set(found).size, String(pattern)).toBe(3);
    }
    expect(textIn(first.bytes, 'project.xml')).toMatch(/>\n$/);
    expect(again.archive.contentSha256).toBe(first.archive.contentSha256);
    expect(second.archive.contentSha256).not.toBe(first.archive.contentSha256);
    expect(plain.archive.contentSha256).toBe((await readArchive(full)).contentSha256);
    for (const { bytes, archive } of [first, second]) {
      expect(archive.designSha256).toBe(plain.archive.designSha256);
      const { added, removed, changed } = await diffArchives(full, bytes);
      expect({ added, removed, changed }).toEqual({ added: [], removed: [], changed: [] });
    }
  });

  test('stamps over what another one has stamped, so that integrations can be compared', async () => {
    simulators[0]?.instance.add(fullArchive());
    const exported = await clients[0]?.exportIntegration(ID);
    for (const { instance } of simulators.slice(1)) instance.add(exported?.bytes ?? Buffer.alloc(0));

    expect(new Set(simulators.map(({ instance }) => instance.get(ID)?.contentDigest)).size).toBe(1);
    expect((await clients[1]?.exportIntegration(ID))?.archive.contentSha256).not.toBe(exported?.archive.contentSha256);
  });

  test.each(['nested', 'flat'] as const)('exports projects (%s) so, too', async (layout) => {
    const bytes = buildProject({
      code: 'SHOP',
      integrations: [{ code: 'A', version: '01.00.0000' }],
      lookups: ['CODES'],
      layout,
    });
    for (const oic of clients) await oic.importProject('SHOP', bytes);
    const [first, second, plain] = await Promise.all(
      clients.map(async (oic) => {
        const [project] = (await oic.listProjects()).items;
        if (!project) throw new Error('one was imported');
        return oic.exportProject(project);
      }),
    );
    if (!first || !second || !plain) throw new Error('three were exported');

    expect(second.archive.contentSha256).not.toBe(first.archive.contentSha256);
    const robots = [first, second, plain].map(
      ({ bytes: car }) =>
        /updatedDate\D*(\d+)/.exec(
          textIn(
            readZip(car).find(({ name }) => name.endsWith('rpa.zip'))?.data ?? Buffer.alloc(0),
            'rpa_metadata.json',
          ),
        )?.[1],
    );
    expect(new Set(robots).size).toBe(3);
    const design = (await readProjectArchive(bytes)).designSha256;
    const nothing = { added: [], removed: [], changed: [] };
    for (const { archive, bytes: exported } of [first, second, plain]) {
      expect(archive.designSha256).toBe(design);
      expect(await diffProjects(bytes, exported)).toEqual({
        from: 'SHOP',
        to: 'SHOP',
        integrations: nothing,
        connections: nothing,
        lookups: nothing,
        others: nothing,
      });
    }
  });
});
