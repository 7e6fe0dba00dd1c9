/**
 * What differs by meaning between two exported projects (.car) or two exported packages (.par): the integrations in them,
 * and of a project its connections, lookups and other files. What an export stamps on a file is no difference.
 */

import { readPackageArchive } from '../archive/package-archive.ts';
import { openProject, readProjectArchive } from '../archive/project-archive.ts';
import { projectDesign } from '../archive/project-design.ts';
import type { IntegrationId } from '../integration.ts';
import { diffLookups, type LookupDiff } from './lookups.ts';

interface Differing<T = string> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
  readonly changed: readonly T[];
}

export interface ProjectDiff {
  readonly from: string;
  readonly to: string;
  readonly integrations: Differing<IntegrationId>;
  readonly connections: Differing;
  readonly lookups: LookupDiff;
  /** Names of what is none of these, from `project/` on. */
  readonly others: Differing;
}

export interface PackageDiff {
  readonly from: string;
  readonly to: string;
  readonly integrations: Differing<IntegrationId>;
}

export const diffProjects = async (a: Uint8Array, b: Uint8Array): Promise<ProjectDiff> => {
  const [from, to] = [await readSide(a), await readSide(b)];
  return {
    from: from.code,
    to: to.code,
    integrations: differing(from.integrations, to.integrations),
    connections: differing(from.connections, to.connections),
    lookups: diffLookups(from.lookups, to.lookups),
    others: differing(from.others, to.others),
  };
};

export const diffPackages = async (a: Uint8Array, b: Uint8Array): Promise<PackageDiff> => {
  const [from, to] = [await readPackageArchive(a), await readPackageArchive(b)];
  const digests = (archives: typeof from.integrations): ReadonlyMap<IntegrationId, string> =>
    new Map(archives.map(({ id, designSha256 }) => [id, designSha256]));
  return {
    from: from.name ?? '',
    to: to.name ?? '',
    integrations: differing(digests(from.integrations), digests(to.integrations)),
  };
};

interface Side {
  readonly code: string;
  /** Digests by id or name. */
  readonly integrations: ReadonlyMap<IntegrationId, string>;
  readonly connections: ReadonlyMap<string, string>;
  readonly lookups: ReadonlyMap<string, Buffer>;
  readonly others: ReadonlyMap<string, string>;
}

const readSide = async (bytes: Uint8Array): Promise<Side> => {
  const { code, integrations } = await readProjectArchive(bytes);
  const { members } = await openProject(bytes);
  const design = await projectDesign(members);
  const lookups = [...design.lookups.keys()].map((name): [string, Buffer] => [
    name,
    members.get(`project/lookups/${name}.dvm`) ?? Buffer.alloc(0),
  ]);
  return {
    code,
    integrations: new Map(
      integrations.map(({ id, code: inner, version }) => [id, design.integrations.get(`${inner}_${version}`) ?? '']),
    ),
    connections: design.connections,
    lookups: new Map(lookups),
    others: design.others,
  };
};

const differing = <T extends string>(a: ReadonlyMap<T, string>, b: ReadonlyMap<T, string>): Differing<T> => ({
  added: [...b.keys()].filter((key) => !a.has(key)).sort(),
  removed: [...a.keys()].filter((key) => !b.has(key)).sort(),
  changed: [...a].flatMap(([key, digest]) => (b.has(key) && b.get(key) !== digest ? [key] : [])).sort(),
});
