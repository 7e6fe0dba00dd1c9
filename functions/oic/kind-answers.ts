/** What Oracle's listings say of projects, lookups, libraries, packages and agent groups, checked as in answers.ts. */
import * as z from 'zod/mini';
import type { IntegrationId } from '../core/integration.ts';
import type { Library } from '../core/library.ts';
import type { Lookup } from '../core/lookup.ts';
import type { Package } from '../core/package.ts';
import type { Project } from '../core/project.ts';
import { check, flag, isoTime, text, time } from './answers.ts';
import type { AgentGroup } from './whole-instance.ts';

const word = z.string().check(z.minLength(1));
const maybeWord = z.optional(z.nullable(word));

const saved = { lastUpdated: time, lastUpdatedBy: text };

const CHANGE = z.optional(z.nullable(z.looseObject({ by: text, date: z.optional(z.unknown()) })));

const PROJECT = z.looseObject({
  id: maybeWord,
  code: word,
  name: text,
  ...saved,
  state: z.optional(z.nullable(z.looseObject({ updated: CHANGE }))),
});

/** Who saved it and when stands in `state.updated`, by answers people have published. */
export const toProject = (value: unknown): Project => {
  const { id, code, name, lastUpdated, lastUpdatedBy, state } = check(PROJECT, value);
  const date = state?.updated?.date;
  return {
    id: id ?? code,
    code,
    name: name ?? code,
    lastUpdated: isoTime(typeof date === 'string' || typeof date === 'number' ? date : lastUpdated),
    lastUpdatedBy: state?.updated?.by ?? lastUpdatedBy ?? undefined,
  };
};

const LOOKUP = z.looseObject({ name: word, ...saved, lockedFlag: flag, lockedBy: text });

export const toLookup = (value: unknown): Lookup => {
  const { name, lastUpdated, lastUpdatedBy, lockedFlag, lockedBy } = check(LOOKUP, value);
  return {
    id: name,
    name,
    lastUpdated: isoTime(lastUpdated),
    lastUpdatedBy: lastUpdatedBy ?? undefined,
    lockedBy: lockedFlag ? (lockedBy ?? '') : undefined,
  };
};

const LIBRARY = z.looseObject({ code: word, version: word, displayName: text, lastUpdatedDate: time, ...saved });

/** Name and time have other fields here than elsewhere, by Oracle's page. */
export const toLibrary = (value: unknown): Library => {
  const { code, version, displayName, lastUpdatedDate, lastUpdated, lastUpdatedBy } = check(LIBRARY, value);
  return {
    id: `${code}|${version}`,
    code,
    version,
    name: displayName ?? code,
    lastUpdated: isoTime(lastUpdatedDate ?? lastUpdated),
    lastUpdatedBy: lastUpdatedBy ?? undefined,
  };
};

const MEMBER = z.looseObject({ id: maybeWord, code: maybeWord, version: maybeWord });
const PACKAGE = z.looseObject({ name: word, integrations: z.optional(z.nullable(z.array(MEMBER))) });

export const toPackage = (value: unknown): Package => {
  const { name, integrations } = check(PACKAGE, value);
  return { id: name, name, ...(integrations && { integrations: integrations.map(memberId) }) };
};

const memberId = ({ id, code, version }: z.infer<typeof MEMBER>): IntegrationId => {
  const told = id ?? (code && version ? `${code}|${version}` : '');
  // One with an odd version is a member all the same; that it is odd is the affair of the integration.
  if (!/^[^|]+\|[^|]+$/.test(told)) {
    throw new Error('it has not the shape Oracle documents (integrations of a package without id)');
  }
  return told as IntegrationId;
};

const AGENT_GROUP = z.looseObject({ id: maybeWord, name: maybeWord });

export const toAgentGroup = (value: unknown): AgentGroup => {
  const group = check(AGENT_GROUP, value);
  const id = group.id ?? group.name;
  if (!id) throw new Error('it has not the shape Oracle documents (an agent group without id and name)');
  return { id, name: group.name ?? id };
};
