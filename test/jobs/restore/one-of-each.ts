/** An instance with one item of each kind that is restored, and how two instances are compared in them. */
import type { OtherKind } from '../../../functions/core/kinds.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { compare } from '../../../functions/jobs/compare/compare.ts';
import { onlyKinds } from '../../../functions/kinds/included-kinds.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import type { Vault } from '../../../functions/store/vault.ts';
import { buildLibrary, buildProject, type SampleProject } from '../../core/archive/kinds-forge.ts';
import { projectDigest, readProject } from '../../simulator/archives/project-archive.ts';
import type { Simulator, SimulatorOptions } from '../../simulator/server.ts';

const VERSION = '01.00.0000';
const NIGHTLY = `NIGHTLY|${VERSION}`;
const DAILY = { schedule: 'FREQ=DAILY' };

const shop = (marker: string, order: object): SampleProject => ({
  code: 'SHOP',
  marker,
  deployments: [],
  integrations: [
    { code: 'ORDER', version: VERSION, state: 'ACTIVATED', ...order },
    { code: 'NIGHTLY', version: VERSION, state: 'ACTIVATED', ...DAILY },
    { code: 'IDLE', version: VERSION, state: 'CONFIGURED' },
  ],
});
const SHOP = shop('captured', {});
const EDITED = shop('edited since', DAILY);
const NIGHT = { lastUpdated: new Date('2026-03-01T00:00:00.000Z') };
export const KINDS = onlyKinds(() => true);
/** What is about passwords is tested elsewhere. */
export const WITHOUT_PASSWORDS: SimulatorOptions = { behaviour: { importedConnection: 'CONFIGURED' } };

const tools = (script: string): Buffer => buildLibrary({ code: 'TOOLS', version: VERSION, script });

export const fill = ({ instance, integrationInstance }: Simulator): void => {
  instance.saveLookup('CODES', ['a', 'b'], [['1', 'captured']], NIGHT);
  instance.saveLookup('My lookup', ['a', 'b'], [['2', 'x']], NIGHT);
  instance.saveLibrary('TOOLS', VERSION, tools('captured'), NIGHT);
  if (integrationInstance === undefined) return;
  instance.addProject(buildProject(SHOP), NIGHT);
  instance.setProjectSchedule('SHOP', NIGHTLY, 'started');
};

/** The same items with other content; in the project other things run. */
export const fillEdited = (simulator: Simulator): void => {
  const { instance } = simulator;
  fill(simulator);
  instance.saveLookup('CODES', ['a', 'b'], [['1', 'edited']], NIGHT);
  instance.saveLibrary('TOOLS', VERSION, tools('edited'), NIGHT);
  instance.addProject(buildProject(EDITED), NIGHT);
  instance.setProjectSchedule('SHOP', `ORDER|${VERSION}`, 'started');
};

const markers = new Map(
  [SHOP, EDITED].map((sample) => [projectDigest(readProject(buildProject(sample)).members), sample.marker]),
);

/** By what is in it, whoever exported it and when; undefined: neither of the two. */
export const markerOf = (project: Uint8Array): string | undefined =>
  markers.get(projectDigest(readProject(Buffer.from(project)).members));

/** What the project is and what of it runs. */
export const running = ({ instance }: Simulator) => {
  const [shop] = instance.listProjects();
  return {
    marker: shop && markers.get(shop.contentDigest),
    active: shop?.integrations.filter(({ status }) => status === 'ACTIVATED').map(({ id }) => id),
    started: shop?.integrations.filter(({ schedule }) => schedule === 'started').map(({ id }) => id),
  };
};

export const AS_CAPTURED = { marker: 'captured', active: [NIGHTLY, `ORDER|${VERSION}`], started: [NIGHTLY] };

const RESTORED: readonly OtherKind[] = ['projects', 'lookups', 'libraries'];

/** What differs in what can be restored, as `oic diff` finds it. */
export const differences = async (vault: Vault, manifest: Manifest, oic: OicClient): Promise<unknown[]> => {
  const kinds = onlyKinds((kind) => RESTORED.includes(kind));
  const { diff } = await compare({ manifest }, { oic, concurrency: 4, kinds }, { integrations: true, kinds }, vault, {
    exporting: () => undefined,
    exported: () => undefined,
  });
  return [diff, ...Object.values(diff.others?.kinds ?? {})].flatMap(({ added, removed, changed, contentUnknown }) => [
    ...added,
    ...removed,
    ...changed,
    ...contentUnknown,
  ]);
};
