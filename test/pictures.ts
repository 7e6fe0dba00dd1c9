/**
 * `npm run pictures`: makes the pictures of the README anew, docs/page.png and docs/flow.svg, from the vault that
 * `npm start` left behind and from an integration made up here. Needs Chromium, as the tests of the page do.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createFlowForge } from './core/flow/flow-forge.ts';

const root = join(import.meta.dirname, '..');
/** What stands on the first screens of the page: the state of the night and what changed. */
const HEIGHT = 930;

const photographPage = async (): Promise<void> => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  const page = await browser.newPage({ viewport: { width: 1200, height: HEIGHT } });
  await page.goto(`file://${join(root, 'vault/reports/sim-dev/latest.html')}`);
  await page.screenshot({ path: join(root, 'docs/page.png') });
  await browser.close();
};

const payroll = (): Buffer => {
  const { archive, receive, map, invoke, route, assign, reply } = createFlowForge();
  const bank = [map(), invoke({ name: 'Send to the bank', connection: 'BANK_SFTP', adapter: 'ftp' })];
  const portal = [invoke({ name: 'Tell the portal', connection: 'PORTAL' })];
  return archive(
    [
      receive({ name: 'Payroll is due', connection: 'HCM_CLOUD', adapter: 'soap' }),
      assign('period', '"2026-11"'),
      invoke({ name: 'Read the payslips', connection: 'ERP_CLOUD', adapter: 'erp' }),
      route([
        { name: 'There are some', condition: '$payslips > 0', steps: bank },
        { name: 'Nothing to pay', steps: portal },
      ]),
      reply(),
    ],
    { code: 'EXPORT_PAYROLL', name: 'Export payroll to the bank' },
  );
};

const drawFlow = async (): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'oic-pictures-'));
  const archive = join(directory, 'sample.iar');
  writeFileSync(archive, payroll());
  const cli = join(root, 'bin', 'oic.mjs');
  const { status } = spawnSync(process.execPath, [cli, 'show', archive, '--picture', '--out', 'docs/flow.svg'], {
    cwd: root,
    stdio: 'inherit',
  });
  rmSync(directory, { recursive: true });
  if (status !== 0) throw new Error(`oic show ended with exit code ${status}`);
};

await photographPage();
await drawFlow();
