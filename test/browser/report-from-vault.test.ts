/** The page that a backup has left in a vault, looked at when the instance is gone. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeReport } from '../../functions/jobs/report/report.ts';
import { createReportStore } from '../../functions/store/report-store.ts';
import { openWorkshop, type Workshop } from '../jobs/workshop.ts';
import { connectTo } from '../oic/simulated.ts';
import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import { startSimulator } from '../simulator/server.ts';
import { describeInChromium } from './chromium.ts';

describeInChromium('a report in a vault', (reader) => {
  let workshop: Workshop;

  const archiveOf = (code: string, marker = 'a'): Buffer =>
    buildSampleArchive({
      code,
      version: '01.00.0000',
      name: `${code} <script>hacked = 1</script>`,
      marker,
      connections: [{ id: 'SHOP' }, { id: 'ERP', name: 'ERP Cloud', type: 'erp' }],
      calls: code === 'STOCK' ? [] : [{ code: 'STOCK', version: '01.00.0000' }],
    });

  beforeAll(async () => {
    workshop = await openWorkshop();
    const simulator = await startSimulator({});
    const oic = connectTo(simulator);
    for (const code of ['ORDERS', 'INVOICES', 'STOCK']) simulator.instance.add(archiveOf(code));
    await workshop.backUp(oic);
    simulator.instance.edit('ORDERS|01.00.0000', archiveOf('ORDERS', 'b'), 'maria@example.com');
    await workshop.backUp(oic);
    await oic.close();
    await simulator.close();
    const reports = createReportStore(workshop.store, 'dev');
    const progress = { reading: () => undefined, read: () => undefined };
    await writeReport({ vault: workshop.vault, reports, now: () => new Date(), people: {}, progress }, 'dev');
  });
  afterAll(() => workshop.close());

  const latest = (): string => join(workshop.directory, 'reports/dev/latest.html');

  test('shows what changed in a flow when it is asked, by the keyboard', async () => {
    const { page, complaints } = await reader.open(latest());
    const summary = page.locator('summary', { hasText: 'What changed in the flow' });
    await summary.focus();
    await page.keyboard.press('Enter');

    expect(await summary.textContent()).toContain('changed: Map');
    const region = page.getByRole('region', { name: /^The flow of ORDERS/ });
    expect(await region.isVisible()).toBe(true);
    expect(await region.locator('svg .changed').count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  test('leads from every integration to the picture of its flow', async () => {
    for (const code of ['INVOICES', 'ORDERS', 'STOCK']) {
      const { page, complaints } = await reader.open(latest());
      await page.locator('#list a', { hasText: code }).click();
      await page.waitForURL(/flows\/[0-9a-f]{64}\.svg$/);

      expect(await page.locator('svg.picture text.h').textContent()).toContain(code);
      expect(await page.locator('svg.picture .b').count()).toBeGreaterThan(2);
      expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  });
});
