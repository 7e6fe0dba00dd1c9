/**
 * `npm start`: the main job, shown on two simulated instances on loopback. It types the same `oic` commands a person
 * would, into ./vault, and leaves nothing running.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatTable } from '../functions/cli/output.ts';
import type { SnapshotDiff } from '../functions/core/diff/diff-snapshots.ts';
import type { BackupReport } from '../functions/jobs/backup/back-up-options.ts';
import type { RestoreReport } from '../functions/jobs/restore/restore-options.ts';
import { buildSampleArchive } from './simulator/archives/sample-archive.ts';
import { seedSamples } from './simulator/archives/samples.ts';
import { type Simulator, startSimulator } from './simulator/server.ts';

const CLI = join(import.meta.dirname, '..', 'bin', 'oic.mjs');
/** Fixed, so that a second `npm start` finds in the vault what the first one put there. */
const SEEDED_AT = new Date('2026-11-20T18:00:00Z');

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

/** Runs the command line with `--json`, as scripts do. @throws when it fails */
const oic = async (files: string[], ...args: string[]): Promise<unknown> => {
  const child = spawn(process.execPath, [CLI, ...args, ...files, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`oic ${args.join(' ')} ended with exit code ${code}`);
  return JSON.parse(Buffer.concat(chunks).toString());
};

/** @param connections the settings each instance's own connections need, as `oic connections --template` asks for them */
const writeFiles = async (
  directory: string,
  simulators: Record<string, Simulator>,
  connections: Record<string, object> = {},
): Promise<string[]> => {
  const config = join(directory, 'settings.json');
  const credentials = join(directory, 'credentials.json');
  const each = (of: (simulator: Simulator, name: string) => object) =>
    Object.fromEntries(Object.entries(simulators).map(([name, simulator]) => [name, of(simulator, name)]));
  const instances = each(({ url, integrationInstance }) => ({ url, integrationInstance, secret: 'none', deploy: {} }));
  const documents = each((simulator, name) => ({ ...simulator.credentials(), connections: connections[name] ?? {} }));
  await writeFile(config, JSON.stringify({ instances }));
  await writeFile(credentials, JSON.stringify(documents), { mode: 0o600 });
  return ['--config', config, '--credentials', credentials];
};

const rowOf = (report: BackupReport): string[] => [
  report.instance,
  report.snapshot,
  report.complete ? 'complete' : 'INCOMPLETE',
  ...[report.integrations, report.exported, report.unchanged, report.failures.length, report.requests].map(String),
  ((Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000).toFixed(1),
];

const NEW_FLOW = 'WELCOME_NEW_EMPLOYEES|01.00.0000';

/** Three integrations are edited and one is added, with a connection both instances have. */
const workOn = ({ instance }: Simulator): void => {
  const drafts = instance.list().filter(({ status }) => status === 'CONFIGURED');
  for (const { id } of drafts.slice(0, 3)) instance.edit(id, { marker: `edited ${Date.now()}` }, 'you@example.com');
  const [code = '', version = ''] = NEW_FLOW.split('|');
  const archive = buildSampleArchive({
    code,
    version,
    name: 'Welcome new employees',
    connections: [{ id: 'HCM_CLOUD', type: 'soap' }],
  });
  instance.add(archive, { status: 'ACTIVATED', lastUpdatedBy: 'you@example.com' });
};

/** The new integration of sim-dev, exported and dropped for sim-test. */
const promote = async (files: string[], directory: string): Promise<void> => {
  const archive = join(directory, 'any name will do.iar');
  say(`$ oic export sim-dev '${NEW_FLOW}' --out 'any name will do.iar'`);
  await oic(files, 'export', 'sim-dev', NEW_FLOW, '--out', archive);
  say("$ oic deploy sim-test 'any name will do.iar'");
  await oic(files, 'deploy', 'sim-test', archive, '--drop-box', join(directory, 'drop-box'));
  const { status } = (await oic(files, 'show', 'sim-test', NEW_FLOW)) as { status: string };
  say(`sim-test has ${NEW_FLOW}, ${status}\n`);
};

/** A third, empty instance becomes what sim-dev was when its last snapshot was taken. */
const recover = async (directory: string, simulators: Record<string, Simulator>): Promise<void> => {
  const files = await writeFiles(directory, simulators);
  say(
    'The disaster: sim-dev is gone, and there is a third, empty instance, sim-dr. Its connections need their settings:\n',
  );
  say('$ oic connections sim-dev --template');
  const template = JSON.stringify(await oic(files, 'connections', 'sim-dev', '--template'));
  const { connections } = JSON.parse(
    template
      .replaceAll('"propertyValue":""', '"propertyValue":"demo"')
      .replaceAll('{"file":""}', '{"base64":"ZGVtbw=="}'),
  );
  const filled = await writeFiles(directory, simulators, { 'sim-dr': connections });
  say('$ oic restore sim-dev --to sim-dr');
  const { created, activated, scheduled, failures } = (await oic(
    filled,
    'restore',
    'sim-dev',
    '--to',
    'sim-dr',
  )) as RestoreReport;
  say(
    `${created} integrations created, ${activated} activated, ${scheduled} schedules started, ${failures.length} failed\n`,
  );
  say('$ oic diff sim-dev@latest sim-dr');
  const { added, removed, changed } = (await oic(filled, 'diff', 'sim-dev@latest', 'sim-dr')) as SnapshotDiff;
  say(`${added.length} added, ${removed.length} removed, ${changed.length} changed\n`);
};

const show = async (directory: string, dev: Simulator, test: Simulator, dr: Simulator): Promise<void> => {
  seedSamples(dev, { count: 40, seed: 1, until: SEEDED_AT });
  seedSamples(test, { count: 25, seed: 2, until: SEEDED_AT });
  const files = await writeFiles(directory, { 'sim-dev': dev, 'sim-test': test });
  const reports: BackupReport[] = [];
  const backup = async (instance: string): Promise<void> => {
    say(`$ oic backup ${instance}`);
    reports.push((await oic(files, 'backup', instance)) as BackupReport);
  };

  say('Simulated instances of Oracle Integration run on this machine, among them sim-dev and sim-test.\n');
  await backup('sim-dev');
  await backup('sim-test');
  say('\nSomebody edits three integrations of sim-dev and adds one.\n');
  workOn(dev);
  await backup('sim-dev');
  say('$ oic verify sim-dev');
  const verified = (await oic(files, 'verify', 'sim-dev')) as { checked: number; damaged: unknown[] };
  say(`${verified.checked} archives read back from the vault, ${verified.damaged.length} damaged\n`);
  await promote(files, directory);
  await recover(directory, { 'sim-dev': dev, 'sim-dr': dr });
  const head = [
    'INSTANCE',
    'SNAPSHOT',
    'STATE',
    'INTEGRATIONS',
    'EXPORTED',
    'UNCHANGED',
    'FAILED',
    'REQUESTS',
    'SECONDS',
  ];
  for (const line of formatTable(head, reports.map(rowOf))) say(line);
  say(`
The snapshots are in ./vault, the archives of sim-dev under ./vault/integrations/sim-dev.
What changed in sim-dev, as a page to open in a browser: ./vault/reports/sim-dev/latest.html

To back up your own instance, put its url and integrationInstance into cdk.json (context.oic.instances.dev) and type:

  export OIC_CREDENTIALS_DEV='{"tokenUrl":"https://idcs-….identity.oraclecloud.com/oauth2/v1/token","clientId":"…","clientSecret":"…","scope":"https://….integration.eu-frankfurt-1.ocp.oraclecloud.com:443/ic/api/"}'
  npx oic backup dev`);
};

const directory = await mkdtemp(join(tmpdir(), 'oic-demo-'));
const dev = await startSimulator({ integrationInstance: 'sim-dev' });
const test = await startSimulator({ integrationInstance: 'sim-test' });
const dr = await startSimulator({ integrationInstance: 'sim-dr' });
try {
  await show(directory, dev, test, dr);
} finally {
  await Promise.all([dev.close(), test.close(), dr.close(), rm(directory, { recursive: true, force: true })]);
}
