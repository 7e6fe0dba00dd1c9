/**
 * What differs by meaning between two archives of one integration, whose versions may differ: the members, with a unified
 * diff of what is text, and the same in the integration's own terms. What an export or an instance stamps on an archive is
 * no difference, nor are the numbers of parts, prefixes of namespaces and the layout of XML.
 *
 * Values of lookups and connections are never in the result: they may be secrets.
 */
import { hash } from 'node:crypto';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { openArchive, readArchive } from './archive.ts';
import { diffLookups, type LookupDiff } from './diff-lookups.ts';
import {
  type ConnectionDiff,
  diffConnections,
  diffEndpoint,
  diffExpression,
  diffIdentity,
  diffMapping,
  diffNames,
  diffSchedules,
  type EndpointDiff,
  type ExpressionDiff,
  type MappingDiff,
  type NamedChange,
  type NamesDiff,
  type Side,
} from './diff-terms.ts';
import { type Members, renumber } from './flow-parts.ts';
import type { IntegrationId } from './integration.ts';
import { createReader } from './readable-member.ts';
import { Refused } from './refused.ts';

export interface ArchiveDiff {
  readonly from: IntegrationId;
  readonly to: IntegrationId;
  readonly added: readonly SingleMember[];
  readonly removed: readonly SingleMember[];
  readonly changed: readonly ChangedMember[];
  readonly terms: Terms;
}

interface SingleMember {
  /** Its path; the project's folder, whose name holds the version, is `project/`. */
  readonly member: string;
  readonly bytes: number;
}

export interface ChangedMember {
  readonly member: string;
  /** Unified; absent when the member is no text, a lookup, or too different to tell. */
  readonly diff?: string;
  /** Of one that is no text. */
  readonly from?: Fingerprint;
  readonly to?: Fingerprint;
}

interface Fingerprint {
  readonly bytes: number;
  readonly sha256: string;
}

export interface Terms {
  /** `name`, `version`, `description`. */
  readonly identity: readonly NamedChange[];
  readonly connections: readonly ConnectionDiff[];
  /** Ids of integrations of the same instance. */
  readonly calls: NamesDiff;
  readonly libraries: NamesDiff;
  readonly lookups: LookupDiff;
  readonly schedule: readonly NamedChange[];
  readonly endpoints: readonly EndpointDiff[];
  readonly mappings: readonly MappingDiff[];
  readonly expressions: readonly ExpressionDiff[];
}

/** @throws ArchiveError when one is no archive; Refused when they are of different integrations */
export const diffArchives = async (a: Uint8Array, b: Uint8Array): Promise<ArchiveDiff> => {
  const [from, second] = await Promise.all([readSide(a), readSide(b)]);
  if (from.archive.code !== second.archive.code) {
    throw new Refused(
      `the archives are of different integrations, ${from.archive.code} and ${second.archive.code}, and were not compared; only versions of one can be`,
    );
  }
  const to: Side = { ...second, members: renumber(from.members, second.members) };
  const names = [...new Set([...from.members.keys(), ...to.members.keys()])].sort();
  const only = (side: Side, other: Side): SingleMember[] =>
    names
      .filter((name) => !other.members.has(name))
      .map((member) => ({ member, bytes: side.members.get(member)?.length ?? 0 }));
  return {
    from: from.archive.id,
    to: to.archive.id,
    added: only(to, from),
    removed: only(from, to),
    changed: names.flatMap((name) => diffMember(name, from.members.get(name), to.members.get(name)) ?? []),
    terms: {
      identity: diffIdentity(from, to),
      connections: diffConnections(from, to),
      calls: diffNames(
        from.archive.calls.map(({ id }) => id),
        to.archive.calls.map(({ id }) => id),
      ),
      libraries: diffNames(from.archive.libraries, to.archive.libraries),
      lookups: diffLookups(lookupsOf(from.members), lookupsOf(to.members)),
      schedule: diffSchedules(from.members, to.members),
      endpoints: each(names, /\.jca$/, from, to, diffEndpoint),
      mappings: each(names, /\.xsl$/, from, to, diffMapping),
      expressions: each(names, /expr\.properties$/, from, to, diffExpression),
    },
  };
};

type DiffFiles<T> = (name: string, a: Buffer | undefined, b: Buffer | undefined) => T[];

const each = <T>(names: readonly string[], pattern: RegExp, a: Side, b: Side, diff: DiffFiles<T>): T[] =>
  names.filter((name) => pattern.test(name)).flatMap((name) => diff(name, a.members.get(name), b.members.get(name)));

const readSide = async (bytes: Uint8Array): Promise<Side> => {
  const [archive, { members, projectFolder }] = await Promise.all([readArchive(bytes), openArchive(bytes)]);
  return { archive, members: new Map([...members].map(([name, data]) => [withoutVersion(name, projectFolder), data])) };
};

/** The version is in the name of the project's folder and, cut, in that of the schedule's file. */
const withoutVersion = (name: string, projectFolder: string): string =>
  name.startsWith(projectFolder)
    ? `project/${name.slice(projectFolder.length)}`
    : name.replace(/^(icspackage\/schedule\/.*?)(?:_\d{2}(?:_\d{0,2}(?:_\d{0,4})?)?)?\.xml$/, '$1.xml');

const LOOKUP = /^icspackage\/dvms\/([^/]+)\.dvm$/;

const lookupsOf = (members: Members): Map<string, Buffer> =>
  new Map(
    [...members].flatMap(([name, file]) => {
      const lookup = LOOKUP.exec(name)?.[1];
      return lookup === undefined ? [] : [[lookup, file] as const];
    }),
  );

/** The work grows with its square; beyond it the texts have little in common and a diff shows nothing. */
const MAX_EDITS = 4000;

const diffMember = (member: string, a: Buffer | undefined, b: Buffer | undefined): ChangedMember | undefined => {
  if (!a || !b || a.equals(b)) return undefined;
  const read = createReader();
  const [from, to] = [read(member, a)?.join('\n'), read(member, b)?.join('\n')];
  if (from !== undefined && from === to) return undefined;
  if (LOOKUP.test(member)) return { member };
  if (from === undefined || to === undefined) return { member, from: fingerprint(a), to: fingerprint(b) };
  const diff = createTwoFilesPatch(member, member, `${from}\n`, `${to}\n`, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: MAX_EDITS,
  });
  return diff === undefined ? { member } : { member, diff };
};

const fingerprint = (data: Buffer): Fingerprint => ({ bytes: data.length, sha256: hash('sha256', data) });
