/** An instance with everything beside integrations, by the verbs of its client: it keeps state and refuses as Oracle does. */

import { readLibraryArchive } from '../../functions/core/archive/library-archive.ts';
import { readLookup } from '../../functions/core/archive/lookup-file.ts';
import { readProjectArchive } from '../../functions/core/archive/project-archive.ts';
import type { Integration } from '../../functions/core/integration.ts';
import type { OicClient } from '../../functions/oic/client.ts';
import { OicError, type OicErrorKind } from '../../functions/oic/http/errors.ts';
import { buildLibrary, buildProject, type SampleProject } from '../core/archive/kinds-forge.ts';

interface Saved {
  lastUpdated: string;
  lastUpdatedBy?: string;
}

export interface FakeWhole {
  readonly client: OicClient;
  readonly projects: Map<string, Saved & { sample: SampleProject; started: Set<string> }>;
  readonly lookups: Map<string, Saved & { text: string; lockedBy?: string }>;
  readonly libraries: Map<string, Saved & { code: string; version: string; script: string }>;
  readonly packages: Map<string, string[]>;
  /** What was asked, such as `export lookup CODES`. */
  readonly asked: string[];
  /** By what is asked, or its beginning: how it is refused. */
  readonly refusals: Map<string, OicErrorKind>;
}

const TRACING = { tracing: false, payload: false, recording: false };

export const createWholeFake = (oic: OicClient): FakeWhole => {
  const state: Omit<FakeWhole, 'client'> = {
    projects: new Map(),
    lookups: new Map(),
    libraries: new Map(),
    packages: new Map(),
    asked: [],
    refusals: new Map(),
  };
  let exports = 0;
  const refuse = (kind: OicErrorKind, what: string): never => {
    throw new OicError(kind, `${what} failed: ${kind}`, { method: 'GET', path: `/${what.replaceAll(' ', '/')}` });
  };
  const ask = (what: string): void => {
    state.asked.push(what);
    for (const [beginning, kind] of state.refusals) if (what.startsWith(beginning)) refuse(kind, what);
  };
  /** As another export of the same: later, and in another order. */
  const occasion = () => {
    exports += 1;
    return { exportedAt: new Date(Date.UTC(2026, 0, 5, 4, exports)), entrySeed: exports };
  };
  const found = <T>(map: ReadonlyMap<string, T>, id: string, what: string): T =>
    map.get(id) ?? refuse('not-found', what);

  const integrationsOf = (id: string): Integration[] => {
    const { sample, lastUpdated, started } = found(state.projects, id, 'list project');
    return (sample.integrations ?? []).map(({ code, version, state: status = 'ACTIVATED' }) => ({
      id: `${code}|${version}`,
      code,
      version,
      name: code,
      status,
      lastUpdated,
      isPrebuilt: false,
      hasSchedule: started.size > 0,
      tracing: TRACING,
    }));
  };

  const client: OicClient = {
    ...oic,
    listProjects: async () => {
      ask('list projects');
      const items = [...state.projects].map(([id, { lastUpdated, lastUpdatedBy, sample }]) => ({
        id,
        code: id,
        name: sample.name ?? id,
        lastUpdated,
        lastUpdatedBy,
      }));
      return { items, odd: [] };
    },
    exportProject: async ({ id }) => {
      ask(`export project ${id}`);
      const bytes = buildProject({ ...found(state.projects, id, 'export').sample, ...occasion() });
      return { bytes, archive: await readProjectArchive(bytes) };
    },
    inProject: (projectId) => ({
      ...oic.inProject(projectId),
      listIntegrations: async () => {
        ask(`list integrations of ${projectId}`);
        return { items: integrationsOf(projectId), odd: [] };
      },
      getSchedule: async (id) => {
        ask(`schedule of ${id} in ${projectId}`);
        return { state: found(state.projects, projectId, 'schedule').started.has(id) ? 'started' : 'stopped' };
      },
    }),
    listLookups: async () => {
      ask('list lookups');
      return { items: [...state.lookups].map(([id, { text: _, ...rest }]) => ({ id, name: id, ...rest })), odd: [] };
    },
    exportLookup: async (name) => {
      ask(`export lookup ${name}`);
      const { text, lockedBy } = found(state.lookups, name, 'export');
      if (lockedBy !== undefined) refuse('locked', `export lookup ${name}`);
      const bytes = Buffer.from(text);
      return { bytes, archive: await readLookup(bytes, name) };
    },
    listLibraries: async () => {
      ask('list libraries');
      const items = [...state.libraries].map(([id, { script: _, ...rest }]) => ({ id, name: rest.code, ...rest }));
      return { items, odd: [] };
    },
    exportLibrary: async (id) => {
      ask(`export library ${id}`);
      const bytes = buildLibrary({ ...found(state.libraries, id, 'export'), ...occasion() });
      return { bytes, archive: await readLibraryArchive(bytes) };
    },
    listPackages: async () => {
      ask('list packages');
      const items = [...state.packages].map(([id, integrations]) => ({
        id,
        name: id,
        integrations: integrations as `${string}|${string}`[],
      }));
      return { items, odd: [] };
    },
    listDeployments: async (id) => {
      ask(`list deployments of ${id}`);
      return { items: [], odd: [] };
    },
    listCertificates: async () => {
      ask('list certificates');
      return { items: [], odd: [] };
    },
    listAgentGroups: async () => {
      ask('list agent groups');
      return { items: [{ id: 'ON_PREM', name: 'On premises' }], odd: [] };
    },
  };
  return { ...state, client };
};
