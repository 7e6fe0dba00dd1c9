/** Which bytes in the vault an archive is. */

export interface ArchiveRef {
  readonly key: string;
  readonly versionId: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Digest of the archive's meaning: equal for two exports of one unchanged integration. */
  readonly contentSha256: string;
  /** Digest of the design; absent in what was written before there was one. Equal content is equal design. */
  readonly designSha256?: string | undefined;
  /** The first snapshot that names this version; kept in a bucket, where it decides how long the version is. */
  readonly since?: string | undefined;
  /** So long nobody removes it, where the bucket has Object Lock: at least, and in ISO 8601. */
  readonly lockedUntil?: string | undefined;
}
