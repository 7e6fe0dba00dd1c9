/**
 * The state of what a side holds beside integrations. An instance is asked for its listings and for as few archives as will
 * do: none of what was not saved since a snapshot of the same instance, nor of what only one side has.
 */

import { readLookup } from '../../core/archive/lookup-file.ts';
import { type KindsState, type OddItems, stateOfKinds } from '../../core/diff/diff-kinds.ts';
import { type ChangedLookup, diffTables } from '../../core/diff/lookups.ts';
import { Refused } from '../../core/errors.ts';
import type { IncludedKinds } from '../../core/kinds.ts';
import type { OddItem } from '../../core/odd-item.ts';
import { stampOf, stampOfProject } from '../../core/plan/plan-kinds.ts';
import { digestsOf, type KnownContent } from '../../core/snapshot/known-content.ts';
import type { Manifest } from '../../core/snapshot/manifest.ts';
import type { OtherKinds } from '../../core/snapshot/sections.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError } from '../../oic/http/errors.ts';
import type { Vault } from '../../store/vault.ts';
import { listKinds } from '../instance/list-kinds.ts';
import { integrationEntry, schedulesIn } from '../instance/project-schedules.ts';
import { mapLimited } from '../journal/journal.ts';

type Archived = 'projects' | 'lookups' | 'libraries';
const ARCHIVED: readonly Archived[] = ['projects', 'lookups', 'libraries'];

export interface ListedSections {
  /** As a snapshot would say it but without archives. */
  readonly sections: OtherKinds;
  /** What cannot be read; a project with such an integration is among it, as a whole. */
  readonly odd: OddItems;
}

/** What the instance has now. @throws Refused when a listing fails */
export const readSections = async (
  oic: OicClient,
  wanted: IncludedKinds,
  concurrency: number,
): Promise<ListedSections> => {
  const listed = await listKinds(oic, wanted, concurrency);
  const { failures, projects, deployments, lookups, libraries, packages, connections, certificates, agentGroups } =
    listed;
  const [failure] = failures;
  if (failure) throw new Refused(`${oic.instance} was not compared: ${failure.message}`);
  const readable = projects?.filter((project) => !project.odd);
  const oddProjects = (projects ?? []).flatMap(({ code, odd = [] }): OddItem[] =>
    odd.slice(0, 1).map(({ message }) => ({ id: code, code, names: [code], message })),
  );
  const sections: OtherKinds = {
    deployments,
    packages,
    connections,
    certificates,
    agentGroups,
    projects:
      readable &&
      (await mapLimited(readable, concurrency, async ({ integrations, ...project }) => {
        const schedules = await schedulesIn(oic, { ...project, integrations }, () => false);
        return {
          ...project,
          archive: null,
          integrations: integrations.map((it) => integrationEntry(it, schedules[it.id])),
        };
      })),
    lookups: lookups?.map((lookup) => ({ ...lookup, archive: null })),
    libraries: libraries?.map((library) => ({ ...library, archive: null })),
  };
  return { sections, odd: { ...listed.odd, projects: [...(listed.odd.projects ?? []), ...oddProjects] } };
};

export interface KindsSide {
  readonly sections: OtherKinds;
  /** Of an instance. */
  readonly odd?: OddItems;
  /** The snapshot it comes from; undefined: an instance as it is now. */
  readonly manifest?: Manifest;
  readonly oic?: OicClient;
  readonly concurrency: number;
}

/** @param other the other side, which makes it necessary to know a content */
export const readKindsState = async (side: KindsSide, other: KindsSide): Promise<KindsState> => {
  const { sections, manifest, oic, concurrency } = side;
  if (manifest || !oic) {
    const where = manifest ? `the snapshot ${manifest.snapshot}` : 'the snapshot';
    return stateOfKinds(sections, ({ archive }) =>
      archive ? digestsOf(archive) : { unknown: `${where} holds no archive of it` },
    );
  }
  const contents = new Map<object, KnownContent>();
  const work = ARCHIVED.flatMap((kind) =>
    (sections[kind] ?? []).flatMap((thing) => {
      const there = other.sections[kind]?.find(({ id }) => id === thing.id);
      if (!there) return [];
      const isSame = other.manifest?.instance === oic.instance && isUnsaved(kind, thing, there);
      if (!isSame || !there.archive) return [{ kind, thing, known: there.archive?.contentSha256 }];
      contents.set(thing, digestsOf(there.archive));
      return [];
    }),
  );
  await mapLimited(work, concurrency, async ({ kind, thing, known }) => {
    contents.set(thing, await exportContent(oic, kind, thing, known));
  });
  return stateOfKinds(sections, (thing) => contents.get(thing) ?? { unknown: 'only one side has it' });
};

type Things = { [K in Archived]: NonNullable<OtherKinds[K]>[number] };

const isUnsaved = (kind: Archived, a: Things[Archived], b: Things[Archived]): boolean => {
  const stamp = (thing: Things[Archived]): string | undefined =>
    kind === 'projects' ? stampOfProject(thing as Things['projects']) : stampOf(thing);
  return stamp(a) !== undefined && stamp(a) === stamp(b);
};

/** @param known the digest of the other side, which an older snapshot may have by another reading of the same lookup */
const exportContent = async (
  oic: OicClient,
  kind: Archived,
  thing: Things[Archived],
  known: string | undefined,
): Promise<KnownContent> => {
  try {
    if (kind === 'lookups') {
      const { archive } = await oic.exportLookup(thing.name);
      const isFormer = known !== undefined && known === archive.formerContentSha256;
      return isFormer ? { digest: known } : digestsOf(archive);
    }
    const { archive } =
      kind === 'projects' ? await oic.exportProject(thing as Things['projects']) : await oic.exportLibrary(thing.id);
    return digestsOf(archive);
  } catch (error) {
    if (isOicError(error, 'locked')) return { unknown: `locked on ${oic.instance} and cannot be exported` };
    if (isOicError(error, 'not-found')) return { unknown: `deleted on ${oic.instance} while it was compared` };
    throw error;
  }
};

/** What became of the rows of these lookups, which both sides have. */
export const compareLookups = (
  names: readonly string[],
  from: KindsSide,
  to: KindsSide,
  vault: Vault,
): Promise<ChangedLookup[]> =>
  mapLimited(names, from.concurrency, async (name) =>
    diffTables(name, await readTable(name, from, vault), await readTable(name, to, vault)),
  );

const readTable = async (name: string, { sections, oic }: KindsSide, vault: Vault) => {
  const archive = sections.lookups?.find(({ id }) => id === name)?.archive;
  const bytes = archive ? await vault.getArchive(archive) : (await oic?.exportLookup(name))?.bytes;
  if (!bytes) throw new Error(`nothing to read of the lookup ${name}`);
  return readLookup(bytes, name);
};
