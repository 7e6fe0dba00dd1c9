/** The verbs for what an instance holds beside integrations outside projects. Reading ones; all listings complete or loud. */
import type { Integration, IntegrationId } from '../core/integration.ts';
import type { Library } from '../core/library.ts';
import type { LibraryArchive } from '../core/library-archive.ts';
import type { Lookup } from '../core/lookup.ts';
import type { LookupFile } from '../core/lookup-file.ts';
import type { Package } from '../core/package.ts';
import type { Project } from '../core/project.ts';
import type { ProjectArchive } from '../core/project-archive.ts';
import type { OicClient } from './client.ts';

interface Exported<A> {
  readonly bytes: Uint8Array;
  readonly archive: A;
}

interface ProjectIntegrations {
  listIntegrations(): Promise<readonly Integration[]>;
  /** True while the schedule submits runs; undefined when the integration has none. */
  isScheduleStarted(id: IntegrationId): Promise<boolean | undefined>;
}

interface WholeInstance {
  listProjects(): Promise<readonly Project[]>;
  /** The archive as Oracle sent it, proved to be whole and to be the one asked for. */
  exportProject(project: Project): Promise<Exported<ProjectArchive>>;
  inProject(projectId: string): ProjectIntegrations;
  listLookups(): Promise<readonly Lookup[]>;
  exportLookup(name: string): Promise<Exported<LookupFile>>;
  listLibraries(): Promise<readonly Library[]>;
  exportLibrary(id: string): Promise<Exported<LibraryArchive>>;
  listPackages(): Promise<readonly Package[]>;
  listAgentGroups(): Promise<readonly { readonly id: string; readonly name: string }[]>;
}

export type WholeClient = OicClient & WholeInstance;

export const isWholeClient = (oic: OicClient): oic is WholeClient => 'listLookups' in oic && 'listProjects' in oic;
