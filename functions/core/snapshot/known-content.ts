/** What is known of an archive's content, and whether two of them are the same: they are when their design is. */
import type { ArchiveRef } from './archive-ref.ts';

export interface Digests {
  readonly digest: string;
  /** Absent when the snapshot was taken before there was one. */
  readonly design?: string | undefined;
}

/** Its digests, or a reason why they are not known. */
export type KnownContent = Digests | { readonly unknown: string };

/** From digest to digest. */
export interface ContentChange {
  readonly from: string;
  readonly to: string;
}

export const digestsOf = ({
  contentSha256,
  designSha256,
}: Pick<ArchiveRef, 'contentSha256' | 'designSha256'>): Digests => ({
  digest: contentSha256,
  ...(designSha256 !== undefined && { design: designSha256 }),
});

/** undefined: the same, or not known. Without the design of both, what was not stored as one content differs. */
export const contentChange = (
  from: KnownContent | undefined,
  to: KnownContent | undefined,
): ContentChange | undefined => {
  if (!from || !to || 'unknown' in from || 'unknown' in to || from.digest === to.digest) return undefined;
  if (from.design !== undefined && from.design === to.design) return undefined;
  return { from: from.digest, to: to.digest };
};

/** Whether the design of `content` would decide, and is not known. */
export const lacksDesign = (content: KnownContent | undefined, other: KnownContent | undefined): boolean =>
  content !== undefined &&
  'digest' in content &&
  content.design === undefined &&
  contentChange(content, other) !== undefined;
