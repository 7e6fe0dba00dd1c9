/**
 * What differs by meaning between two archives of one integration, whose versions may differ: the members, with a unified
 * diff of what is text, and the same in the integration's own terms. What an export or an instance stamps on an archive is
 * no difference, nor are the numbers of parts, prefixes of namespaces and the layout of XML.
 *
 * Values of lookups and connections are never in the result: they may be secrets.
 */

import { hash } from 'node:crypto';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { plainMembers } from '../archive/design-digest.ts';
import { openArchive, readArchive } from '../archive/integration-archive.ts';
import { memberMeaning } from '../archive/member-meaning.ts';
import type { Members, Rename } from '../archive/part-names.ts';
import { Refused } from '../errors.ts';
import type { IntegrationId } from '../integration.ts';
import { diffLookups, type LookupDiff } from './lookups.ts';
import { renumber } from './pair-parts.ts';
import { createReader } from './readable-member.ts';
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
} from './terms.ts';

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
  const ids = { from: from.archive.id, to: second.archive.id };
  // However parts are paired below, what has one design has no difference.
  if (from.archive.designSha256 === second.archive.designSha256) return { ...ids, ...NO_DIFFERENCE };
  const { members, originals, rename } = renumber(from.members, second.members);
  const to: Side = { ...second, members };
  const names = [...new Set([...from.members.keys(), ...members.keys()])].sort();
  const isSame = (name: string): boolean => {
    const [one, other] = [from.members.get(name), originals.get(name)];
    return one !== undefined && other !== undefined && areAlike(name, one, other, rename);
  };
  const differing = names.filter((name) => !isSame(name));
  const only = (side: Side, other: Side): SingleMember[] =>
    differing
      .filter((name) => !other.members.has(name))
      .map((member) => ({ member, bytes: side.members.get(member)?.length ?? 0 }));
  return {
    ...ids,
    added: only(to, from),
    removed: only(from, to),
    changed: differing.flatMap((name) => describeMember(name, from.members.get(name), members.get(name)) ?? []),
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
      endpoints: each(differing, /\.jca$/, from, to, diffEndpoint),
      mappings: each(differing, /\.xsl$/, from, to, diffMapping),
      expressions: each(differing, /expr\.properties$/, from, to, diffExpression),
    },
  };
};

const NO_DIFFERENCE: Omit<ArchiveDiff, 'from' | 'to'> = {
  added: [],
  removed: [],
  changed: [],
  terms: {
    identity: [],
    connections: [],
    calls: { added: [], removed: [] },
    libraries: { added: [], removed: [] },
    lookups: { added: [], removed: [], changed: [] },
    schedule: [],
    endpoints: [],
    mappings: [],
    expressions: [],
  },
};

/** @param rename what the parts of the second are called in the first */
const areAlike = (name: string, a: Buffer, b: Buffer, rename: Rename): boolean => {
  const digest = (file: Buffer, renamed: Rename): string => hash('sha256', memberMeaning(name, file, renamed));
  return digest(a, (part) => part) === digest(b, rename);
};

type DiffFiles<T> = (name: string, a: Buffer | undefined, b: Buffer | undefined) => T[];

const each = <T>(names: readonly string[], pattern: RegExp, a: Side, b: Side, diff: DiffFiles<T>): T[] =>
  names.filter((name) => pattern.test(name)).flatMap((name) => diff(name, a.members.get(name), b.members.get(name)));

const readSide = async (bytes: Uint8Array): Promise<Side> => {
  const [archive, open] = await Promise.all([readArchive(bytes), openArchive(bytes)]);
  return { archive, members: plainMembers(open) };
};

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

const describeMember = (member: string, a: Buffer | undefined, b: Buffer | undefined): ChangedMember | undefined => {
  if (!a || !b) return undefined;
  const read = createReader();
  const [from, to] = [read(member, a)?.join('\n'), read(member, b)?.join('\n')];
  if (LOOKUP.test(member) || (from !== undefined && from === to)) return { member };
  if (from === undefined || to === undefined) return { member, from: fingerprint(a), to: fingerprint(b) };
  const diff = createTwoFilesPatch(member, member, `${from}\n`, `${to}\n`, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: MAX_EDITS,
  });
  return diff === undefined ? { member } : { member, diff };
};

const fingerprint = (data: Buffer): Fingerprint => ({ bytes: data.length, sha256: hash('sha256', data) });
