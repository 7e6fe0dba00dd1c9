/**
 * A snapshot's manifest, format 1: everything an instance holds at one moment, its state, and the exact version of each
 * archive. Written last, so a manifest that can be read is a snapshot that is whole.
 */
import * as z from 'zod/mini';
import { isSnapshotName } from '../keys.ts';
import type { IntegrationInside, KindFacts, OtherKinds } from '../kinds.ts';
import type { ArchiveRef } from './archive-ref.ts';
import { HANDED_ON, type HandedOn } from './handed-on.ts';
import { ARCHIVE_REF, INTEGRATION_FIELDS, sectionsOf } from './sections.ts';

export interface SnapshotIntegration extends IntegrationInside {
  readonly lastUpdatedBy?: string | undefined;
  /** null: the instance has it, the vault has no archive of it; a warning or a failure says why. */
  readonly archive: ArchiveRef | null;
}

/** Globs on the code; a name without a wildcard is that one code. */
export interface BackupFilter {
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

export interface SnapshotFailure {
  /** Of an integration, or another kind with its name: `project CODE`, `lookup NAME`, `library CODE|VERSION`. */
  readonly id: string;
  readonly kind: string;
  readonly message: string;
}

export interface SnapshotWarning {
  /** As in a failure, or a whole kind by its name in the plural: `lookups`, `agent groups`. */
  readonly id: string;
  readonly message: string;
  /** Much of what an earlier snapshot held is gone. */
  readonly isLoss?: true | undefined;
}

/** What a snapshot was taken from; two of the same url and service instance are one. */
export interface Origin {
  readonly url: string;
  readonly integrationInstance?: string | undefined;
  /** When the name has stood for another instance before: since when it is this one, ISO 8601. */
  readonly since?: string | undefined;
}

/** The manifest that was the newest when this one was begun, and the SHA-256 of its bytes. */
export interface PreviousSnapshot {
  readonly snapshot: string;
  readonly sha256: string;
}

export interface Manifest extends OtherKinds {
  readonly formatVersion: 1;
  readonly instance: string;
  readonly snapshot: string;
  /** Absent in what was written before manifests told it. */
  readonly origin?: Origin | undefined;
  /** Absent in a first snapshot, and as `origin`. */
  readonly previous?: PreviousSnapshot | undefined;
  /** What the previous snapshot holds and this one does not, by kind: deleted since, or left out. */
  readonly removed?: Readonly<Record<string, readonly string[]>> | undefined;
  /** The snapshots before losses that nobody has called meant so far. They stay, whatever the rules say. */
  readonly beforeLoss?: readonly string[] | undefined;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** False when an integration could not be backed up for a reason that should not be. */
  readonly complete: boolean;
  /** The globs in force, when the settings leave something out: what is not in here may still be on the instance. */
  readonly filter?: BackupFilter | undefined;
  /** Other kinds that were asked for and that this instance does not know of: an older release, or Gen 2. */
  readonly notOnInstance?: readonly string[] | undefined;
  /** In a bucket: what this snapshot takes the place of. */
  readonly handedOn?: HandedOn | undefined;
  readonly integrations: readonly SnapshotIntegration[];
  readonly failures: readonly SnapshotFailure[];
  readonly warnings: readonly SnapshotWarning[];
  /** Of the manifest's bytes without this field, which is the last one. */
  readonly selfSha256?: string | undefined;
}

/** A manifest that is not ours to read: broken, or of a format this version does not know. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly reason: 'damaged' | 'unknown-format';

  constructor(reason: ManifestError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

const MANIFEST = {
  formatVersion: z.literal(1),
  instance: z.string(),
  snapshot: z.string().check(z.refine(isSnapshotName)),
  origin: z.optional(
    z.looseObject({ url: z.string(), integrationInstance: z.optional(z.string()), since: z.optional(z.string()) }),
  ),
  previous: z.optional(z.looseObject({ snapshot: z.string().check(z.refine(isSnapshotName)), sha256: z.string() })),
  removed: z.optional(z.record(z.string(), z.array(z.string()))),
  beforeLoss: z.optional(z.array(z.string().check(z.refine(isSnapshotName)))),
  startedAt: z.string(),
  finishedAt: z.string(),
  complete: z.boolean(),
  filter: z.optional(
    z.looseObject({ include: z.optional(z.array(z.string())), exclude: z.optional(z.array(z.string())) }),
  ),
  notOnInstance: z.optional(z.array(z.string())),
  handedOn: z.optional(HANDED_ON),
  integrations: z.array(z.looseObject({ ...INTEGRATION_FIELDS, archive: z.nullable(ARCHIVE_REF) })),
  failures: z.array(z.looseObject({ id: z.string(), kind: z.string(), message: z.string() })),
  warnings: z.array(z.looseObject({ id: z.string(), message: z.string(), isLoss: z.optional(z.literal(true)) })),
  selfSha256: z.optional(z.string()),
};

/** @param where for the message: the vault and key. @param kinds whose sections are checked. @throws ManifestError */
export const parseManifest = (text: string, where: string, kinds: readonly KindFacts[]): Manifest => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ManifestError(
      'damaged',
      `the snapshot ${where} is not JSON: it was damaged or written by something else`,
    );
  }
  const format =
    typeof json === 'object' && json !== null ? (json as { formatVersion?: unknown }).formatVersion : undefined;
  if (format !== undefined && format !== 1) {
    throw new ManifestError(
      'unknown-format',
      `the snapshot ${where} has format ${JSON.stringify(format)}; this version reads format 1: use the version of oic-lifecycle that wrote it`,
    );
  }
  const parsed = z.looseObject({ ...MANIFEST, ...sectionsOf(kinds) }).safeParse(json);
  // Of its sections the types are declared by the kinds.
  if (parsed.success) return parsed.data as unknown as Manifest;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').slice(0, 3);
  throw new ManifestError(
    'damaged',
    `the snapshot ${where} is not a manifest of format 1 (wrong: ${fields.join(', ')})`,
  );
};

export const formatManifest = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`;
