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
}
