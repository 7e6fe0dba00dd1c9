/**
 * What a snapshot holds beside integrations: projects and their deployments, lookups, libraries, packages, connections,
 * certificates and agent groups. Each section is optional. An absent one was not looked at: switched off, refused by the instance, or older than this program
 * knew of it. It never means that there are none.
 */
import * as z from 'zod/mini';
import type { SecretFinding } from '../archive/secret-scan.ts';
import type { IntegrationId } from '../integration.ts';
import { isSnapshotName } from '../keys.ts';
import { RUN_STATES, type ScheduleFields } from '../schedule.ts';
import type { ArchiveRef } from './archive-ref.ts';

interface Saved {
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
}

export interface SnapshotProjectIntegration extends ScheduleFields {
  readonly id: IntegrationId;
  readonly code: string;
  readonly version: string;
  readonly name: string;
  readonly status: string;
  readonly lastUpdated?: string | undefined;
  readonly tracing: { readonly tracing: boolean; readonly payload: boolean; readonly recording: boolean };
}

export interface SnapshotProject extends Saved {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** null: the instance has it, the vault has no archive of it; a warning or a failure says why. */
  readonly archive: ArchiveRef | null;
  readonly integrations: readonly SnapshotProjectIntegration[];
}

export interface SnapshotLookup extends Saved {
  readonly id: string;
  readonly name: string;
  readonly archive: ArchiveRef | null;
  /** Cells that look like credentials; absent when the lookup was not looked through. */
  readonly findings?: readonly SecretFinding[] | undefined;
}

export interface SnapshotLibrary extends Saved {
  readonly id: string;
  readonly code: string;
  readonly version: string;
  readonly name: string;
  readonly archive: ArchiveRef | null;
}

export interface SnapshotPackage {
  readonly id: string;
  readonly name: string;
  readonly integrations: readonly IntegrationId[];
}

/** A definition, never a secret: of security properties not even the names are kept. */
export interface SnapshotConnection extends Saved {
  readonly id: string;
  readonly name: string;
  readonly adapterType?: string | undefined;
  readonly role?: string | undefined;
  readonly status: string;
  readonly securityPolicy?: string | undefined;
  readonly agentGroupId?: string | undefined;
  readonly properties: readonly { readonly name: string; readonly value?: string | undefined }[];
}

/** What of a project was set aside to be exported alone. The project's own archive holds all of the project. */
export interface SnapshotDeployment {
  /** `PROJECT|CODE` */
  readonly id: string;
  readonly project: string;
  readonly code: string;
  readonly name: string;
  readonly lastUpdated?: string | undefined;
  /** Absent: the instance did not tell. */
  readonly integrations?: readonly IntegrationId[] | undefined;
}

/** That there is one, never anything of its content. */
export interface SnapshotCertificate extends Saved {
  readonly id: string;
  readonly name: string;
  /** X509, PGP, SAML, ... */
  readonly type?: string | undefined;
  /** TRUST, IDENTITY, PUBLIC, PRIVATE, ... */
  readonly category?: string | undefined;
  readonly status?: string | undefined;
  /** ISO 8601 in UTC. */
  readonly expires?: string | undefined;
}

export interface SnapshotAgentGroup {
  readonly id: string;
  readonly name: string;
}

export interface OtherKinds {
  readonly projects?: readonly SnapshotProject[] | undefined;
  readonly deployments?: readonly SnapshotDeployment[] | undefined;
  readonly lookups?: readonly SnapshotLookup[] | undefined;
  readonly libraries?: readonly SnapshotLibrary[] | undefined;
  readonly packages?: readonly SnapshotPackage[] | undefined;
  readonly connections?: readonly SnapshotConnection[] | undefined;
  readonly certificates?: readonly SnapshotCertificate[] | undefined;
  readonly agentGroups?: readonly SnapshotAgentGroup[] | undefined;
}

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

export const INTEGRATION_ID = z.custom<IntegrationId>((value) => typeof value === 'string' && value.includes('|'));

export const ARCHIVE_REF = z.looseObject({
  key: z.string(),
  versionId: z.string(),
  bytes: z.number(),
  sha256,
  contentSha256: sha256,
  designSha256: z.optional(sha256),
  since: z.optional(z.string().check(z.refine(isSnapshotName))),
  lockedUntil: z.optional(z.string()),
});

export const SCHEDULE_FIELDS = {
  schedule: z.nullable(z.enum(RUN_STATES)),
  scheduleUnknown: z.optional(z.literal(true)),
  scheduleParameters: z.optional(z.array(z.looseObject({ name: z.string(), value: z.optional(z.string()) }))),
};
export const TRACING = z.looseObject({ tracing: z.boolean(), payload: z.boolean(), recording: z.boolean() });

const text = z.string();
const maybe = z.optional(text);
const saved = { lastUpdated: maybe, lastUpdatedBy: maybe };
const archive = z.nullable(ARCHIVE_REF);
const listOf = <T extends z.core.$ZodShape>(shape: T) => z.optional(z.array(z.looseObject(shape)));

export const OTHER_KINDS = {
  projects: listOf({
    id: text,
    code: text,
    name: text,
    ...saved,
    archive,
    integrations: z.array(
      z.looseObject({
        id: INTEGRATION_ID,
        code: text,
        version: text,
        name: text,
        status: text,
        lastUpdated: maybe,
        ...SCHEDULE_FIELDS,
        tracing: TRACING,
      }),
    ),
  }),
  deployments: listOf({
    id: text,
    project: text,
    code: text,
    name: text,
    lastUpdated: maybe,
    integrations: z.optional(z.array(INTEGRATION_ID)),
  }),
  lookups: listOf({
    id: text,
    name: text,
    ...saved,
    archive,
    findings: z.optional(z.array(z.looseObject({ row: z.number(), column: text, looksLike: text }))),
  }),
  libraries: listOf({ id: text, code: text, version: text, name: text, ...saved, archive }),
  packages: listOf({ id: text, name: text, integrations: z.array(INTEGRATION_ID) }),
  connections: listOf({
    id: text,
    name: text,
    adapterType: maybe,
    role: maybe,
    status: text,
    securityPolicy: maybe,
    agentGroupId: maybe,
    properties: z.array(z.looseObject({ name: text, value: maybe })),
    ...saved,
  }),
  certificates: listOf({
    id: text,
    name: text,
    type: maybe,
    category: maybe,
    status: maybe,
    expires: maybe,
    ...saved,
  }),
  agentGroups: listOf({ id: text, name: text }),
};
