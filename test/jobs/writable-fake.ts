/** The instance of whole-fake.ts with its writes: it refuses as Oracle does what is there already, missing or active. */

import { readLookup } from '../../functions/core/archive/lookup-file.ts';
import { readProjectArchive } from '../../functions/core/archive/project-archive.ts';
import { readZip } from '../../functions/core/formats/zip.ts';
import type { IntegrationId } from '../../functions/core/integration.ts';
import type { OicClient } from '../../functions/oic/client.ts';
import { OicError, type OicErrorKind } from '../../functions/oic/http/errors.ts';
import { buildProject, type SampleProject } from '../core/archive/kinds-forge.ts';
import { createWholeFake, type FakeWhole } from './whole-fake.ts';

export interface WritableFake extends FakeWhole {
  /** Samples by what they mean, so that an import finds the one whose archive it is given. */
  know(...samples: SampleProject[]): Promise<void>;
  /** Writes so far, such as `import lookup CODES`. */
  readonly writes: string[];
}

export const createWritableFake = (oic: OicClient): WritableFake => {
  const fake = createWholeFake(oic);
  const { projects, lookups, libraries, refusals } = fake;
  const writes: string[] = [];
  const known = new Map<string, SampleProject>();
  let saves = 0;

  const refuse = (kind: OicErrorKind, what: string): never => {
    throw new OicError(kind, `${what} failed: ${kind}`, { method: 'POST', path: `/${what.replaceAll(' ', '/')}` });
  };
  const refuseAsOrdered = (what: string): void => {
    for (const [beginning, kind] of refusals) if (what.startsWith(beginning)) refuse(kind, what);
  };
  const write = (what: string, isThere: boolean, mustBeThere: boolean): void => {
    refuseAsOrdered(what);
    if (isThere && !mustBeThere) refuse('conflict', what);
    if (!isThere && mustBeThere) refuse('not-found', what);
    writes.push(what);
  };
  const saved = () => ({ lastUpdated: new Date(Date.UTC(2026, 5, 1, 0, 0, ++saves)).toISOString() });

  const statusOf = (projectId: string, id: IntegrationId): string | undefined =>
    projects.get(projectId)?.sample.integrations?.find((it) => `${it.code}|${it.version}` === id)?.state ?? 'ACTIVATED';
  const setStatus = (projectId: string, id: IntegrationId, state: string): void => {
    const project = projects.get(projectId);
    if (!project) return;
    const integrations = project.sample.integrations?.map((it) =>
      `${it.code}|${it.version}` === id ? { ...it, state } : it,
    );
    project.sample = { ...project.sample, ...(integrations && { integrations }) };
  };

  const inProject: OicClient['inProject'] = (projectId) => {
    const inside = fake.client.inProject(projectId);
    const change = async (id: IntegrationId, verb: string, from: string, to: string): Promise<string> => {
      const status = statusOf(projectId, id);
      if (status !== from) refuse('conflict', `${verb} ${id}`);
      if (verb === 'deactivate' && projects.get(projectId)?.started.has(id)) refuse('conflict', `deactivate ${id}`);
      write(`${verb} ${id} in ${projectId}`, projects.has(projectId), true);
      setStatus(projectId, id, to);
      return to;
    };
    return {
      ...inside,
      getIntegration: async (id) => (await inside.listIntegrations()).items.find((it) => it.id === id),
      getActivationErrors: async () => undefined,
      activate: (id) => change(id, 'activate', 'CONFIGURED', 'ACTIVATED'),
      deactivate: (id) => change(id, 'deactivate', 'ACTIVATED', 'CONFIGURED'),
      changeSchedule: async (id, verb) => {
        write(`${verb} ${id} in ${projectId}`, projects.has(projectId), true);
        const started = projects.get(projectId)?.started;
        if (verb === 'start') started?.add(id);
        else started?.delete(id);
      },
    };
  };

  const client: OicClient = {
    ...fake.client,
    inProject,
    importProject: async (code, bytes) => {
      const { contentSha256 } = await readProjectArchive(bytes);
      const sample = known.get(contentSha256) ?? refuse('rejected', `import project ${code}`);
      write(`import project ${code}`, projects.has(code), false);
      const integrations = (sample.integrations ?? []).map((it) => ({ ...it, state: 'CONFIGURED' }));
      projects.set(code, { ...saved(), sample: { ...sample, integrations }, started: new Set() });
    },
    replaceProject: async (code, bytes) => {
      refuseAsOrdered(`replace project ${code}`);
      const { contentSha256 } = await readProjectArchive(bytes);
      const sample = known.get(contentSha256) ?? refuse('rejected', `replace project ${code}`);
      const isThere = projects.has(code);
      if (isThere && (await inProject(code).listIntegrations()).items.some(({ status }) => status === 'ACTIVATED')) {
        refuse('conflict', `replace project ${code}`);
      }
      write(`replace project ${code}`, isThere, true);
      const integrations = (sample.integrations ?? []).map((it) => ({ ...it, state: 'CONFIGURED' }));
      projects.set(code, { ...saved(), sample: { ...sample, integrations }, started: new Set() });
    },
    deleteProject: async (id) => {
      const isActive = (await inProject(id).listIntegrations()).items.some(({ status }) => status === 'ACTIVATED');
      if (isActive) refuse('locked', `delete project ${id}`);
      write(`delete project ${id}`, projects.has(id), true);
      projects.delete(id);
    },
    importLookup: async (name, bytes) => {
      await readLookup(bytes, name);
      write(`import lookup ${name}`, lookups.has(name), false);
      lookups.set(name, { ...saved(), text: Buffer.from(bytes).toString() });
    },
    replaceLookup: async (name, bytes) => {
      write(`replace lookup ${name}`, lookups.has(name), true);
      lookups.set(name, { ...saved(), text: Buffer.from(bytes).toString() });
    },
    registerLibrary: async ({ code, version }, bytes) => {
      const id = `${code}|${version}`;
      const script = await scriptIn(bytes);
      write(`register library ${id}`, libraries.has(id), false);
      libraries.set(id, { ...saved(), code, version, script });
    },
    updateLibrary: async (id, bytes) => {
      const script = await scriptIn(bytes);
      write(`update library ${id}`, libraries.has(id), true);
      const [code = '', version = ''] = id.split('|');
      libraries.set(id, { ...saved(), code, version, script });
    },
  };
  return {
    ...fake,
    client,
    writes,
    know: async (...samples) => {
      for (const sample of samples) known.set((await readProjectArchive(buildProject(sample))).contentSha256, sample);
    },
  };
};

const scriptIn = async (bytes: Uint8Array): Promise<string> => {
  const { members } = await readZip(bytes);
  const text = [...members].find(([name]) => name.endsWith('.js'))?.[1].toString() ?? '';
  return /return (.*); \}/.exec(text)?.[1] ?? '';
};
