/** The verbs for what an instance holds beside integrations outside projects. All listings are complete or loud. */

import type { LibraryArchive } from '../core/archive/library-archive.ts';
import type { LookupFile } from '../core/archive/lookup-file.ts';
import type { PackageArchive } from '../core/archive/package-archive.ts';
import type { ProjectArchive } from '../core/archive/project-archive.ts';
import type { Certificate, Deployment, Library, Lookup, Package, Project } from '../core/items.ts';
import type { Listing } from '../core/odd-item.ts';
import type { Connections } from './connections.ts';
import type { Taken } from './http/request.ts';
import type { PlacedIntegrations } from './integrations.ts';

/** An archive as Oracle sent it, proved to be whole and to be the one asked for. */
interface Exported<A> {
  readonly bytes: Uint8Array;
  readonly archive: A;
}

/** Oracle Integration 3 only; Gen 2 answers 404. */
export interface Projects {
  listProjects(): Promise<Listing<Project>>;
  /** By the id that the listing gives, which is its code wherever it was recorded. */
  getProject(id: string): Promise<Project | undefined>;
  /** @param projectId as the listing gives it */
  listDeployments(projectId: string): Promise<Listing<Deployment>>;
  /** The whole project, whatever its deployments hold. */
  exportProject(project: Project): Promise<Exported<ProjectArchive>>;
  /** Adds a project the instance does not have (409 `conflict` otherwise). Nothing in it is active or scheduled. */
  importProject(code: string, bytes: Uint8Array): Promise<Taken>;
  /**
   * Replaces one the instance has; its connections keep their settings. Recorded is only that Oracle's own script sends it
   * after a 409: be prepared for `not-offered` and `not-found`, by which nothing is changed, and for `conflict` while
   * something in it is active.
   */
  replaceProject(code: string, bytes: Uint8Array): Promise<Taken>;
  /** Deletes it with everything in it; one with an active integration is refused. */
  deleteProject(id: string): Promise<Taken>;
  /**
   * Oracle documents the project's integrations; that its connections answer below it as well is inferred, so be prepared
   * for `not-found`.
   *
   * @param projectId as the listing gives it
   */
  inProject(projectId: string): PlacedIntegrations & Connections;
}

export interface Lookups {
  listLookups(): Promise<Listing<Lookup>>;
  /** A locked one is refused: `locked`. */
  exportLookup(name: string): Promise<Exported<LookupFile>>;
  /** Adds a lookup the instance does not have (409 `conflict` otherwise). */
  importLookup(name: string, bytes: Uint8Array): Promise<Taken>;
  /** Replaces one the instance has (404 `not-found` otherwise). */
  replaceLookup(name: string, bytes: Uint8Array): Promise<Taken>;
}

export interface Libraries {
  listLibraries(): Promise<Listing<Library>>;
  exportLibrary(id: string): Promise<Exported<LibraryArchive>>;
  /** Adds a library version the instance does not have (409 `conflict` otherwise). */
  registerLibrary(library: Pick<Library, 'code' | 'version' | 'name'>, bytes: Uint8Array): Promise<Taken>;
  /** Replaces the code of one the instance has (404 `not-found` otherwise). */
  updateLibrary(id: string, bytes: Uint8Array): Promise<Taken>;
}

export interface Packages {
  listPackages(): Promise<Listing<Package>>;
  exportPackage(name: string): Promise<Exported<PackageArchive>>;
}

export interface AgentGroup {
  readonly id: string;
  readonly name: string;
}

export interface WholeInstance extends Projects, Lookups, Libraries, Packages {
  /** Documented for Oracle Integration 3 since 2025; who does not have it answers `not-found`. */
  listCertificates(): Promise<Listing<Certificate>>;
  listAgentGroups(): Promise<Listing<AgentGroup>>;
}
