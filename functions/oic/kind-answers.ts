/** What Oracle's listings say of projects, deployments, lookups, libraries, packages, certificates and agent groups, checked as in answers.ts. */

import * as z from 'zod/mini';
import type { IntegrationId } from '../core/integration.ts';
import type { Certificate, Deployment, Library, Lookup, Package, Project } from '../core/items.ts';
import { check, flag, isoTime, text, time } from './answers.ts';
import type { AgentGroup } from './whole-instance.ts';

const word = z.string().check(z.minLength(1));
const maybeWord = z.optional(z.nullable(word));

const saved = { lastUpdated: time, lastUpdatedBy: text };

const CHANGE = z.optional(z.nullable(z.looseObject({ by: text, date: z.optional(z.unknown()) })));

const MEMBER = z.looseObject({ id: maybeWord, code: maybeWord, version: maybeWord });
const MEMBERS = z.optional(z.nullable(z.array(MEMBER)));

const DEPLOYMENT = z.looseObject({ code: word, name: text, lastUpdated: time, integrations: MEMBERS });

export const toDeployment = (value: unknown): Deployment => {
  const { code, name, lastUpdated, integrations } = check(DEPLOYMENT, value);
  return {
    id: code,
    code,
    name: name ?? code,
    lastUpdated: isoTime(lastUpdated),
    ...(integrations && { integrations: integrations.map(memberId) }),
  };
};

const PROJECT = z.looseObject({
  id: maybeWord,
  code: word,
  name: text,
  ...saved,
  state: z.optional(z.nullable(z.looseObject({ updated: CHANGE, assets: z.optional(z.unknown()) }))),
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
    deployments: deploymentsIn(state?.assets),
  };
};

const LABELS = z.looseObject({ labelsRs: z.looseObject({ items: z.array(z.unknown()) }) });

/** Recorded in projects that have some. Told in another form they count as untold: there is a listing of their own. */
const deploymentsIn = (assets: unknown): readonly Deployment[] | undefined => {
  try {
    return check(LABELS, assets).labelsRs.items.map(toDeployment);
  } catch {
    return undefined;
  }
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

const PACKAGE = z.looseObject({ name: word, integrations: MEMBERS });

export const toPackage = (value: unknown): Package => {
  const { name, integrations } = check(PACKAGE, value);
  return { id: name, name, ...(integrations && { integrations: integrations.map(memberId) }) };
};

const memberId = ({ id, code, version }: z.infer<typeof MEMBER>): IntegrationId => {
  const told = id ?? (code && version ? `${code}|${version}` : '');
  // One with an odd version is a member all the same; that it is odd is the affair of the integration.
  if (!/^[^|]+\|[^|]+$/.test(told)) {
    throw new Error('it has not the shape Oracle documents (integrations without id)');
  }
  return told as IntegrationId;
};

const CERTIFICATE = z.record(z.string(), z.unknown());

/**
 * Its fields are those documented of one certificate; a listing was never recorded, so what has another form than expected
 * is left out. Ids are documented to have the parts `USER|X509|TRUST|NAME`.
 */
export const toCertificate = (value: unknown): Certificate => {
  const told = check(CERTIFICATE, value);
  const [id, name = id, type, category, status] = [
    told.id,
    told.name ?? told.alias,
    told.type,
    told.category,
    told.status,
  ].map(shortText);
  const [installedType, lastUpdatedBy] = [told.installedType, told.lastUpdatedBy].map(shortText);
  if (name === undefined) throw new Error('it has not the shape Oracle documents (a certificate without id and name)');
  const parts = [installedType, type, category, name];
  const ownId = id ?? (parts.includes(undefined) ? name : parts.join('|'));
  return {
    id: ownId,
    name,
    type,
    category,
    status,
    expires: timeOf(told.expires),
    lastUpdated: timeOf(told.lastUpdated),
    lastUpdatedBy,
    isOracles: (installedType ?? ownId.split('|', 1)[0])?.toUpperCase() === 'SYSTEM',
  };
};

/** Long ones are contents, not names. */
const shortText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= 500 ? value : undefined;

const timeOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? isoTime(value) : undefined;

const AGENT_GROUP = z.looseObject({ id: maybeWord, name: maybeWord });

export const toAgentGroup = (value: unknown): AgentGroup => {
  const group = check(AGENT_GROUP, value);
  const id = group.id ?? group.name;
  if (!id) throw new Error('it has not the shape Oracle documents (an agent group without id and name)');
  return { id, name: group.name ?? id };
};
