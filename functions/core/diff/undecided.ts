/**
 * What two states leave open: contents that differ where an older snapshot does not tell the design, which may be one. Only
 * there the archive has to be read.
 */

import type { ArchiveKind } from '../keys.ts';
import type { OtherKind } from '../kinds.ts';
import { type KnownContent, lacksDesign } from '../snapshot/known-content.ts';
import type { InstanceState } from './diff-snapshots.ts';

/** Of a kind, by `id`. */
export interface Undecided {
  readonly kind: ArchiveKind;
  readonly id: string;
}

/** Of what `a` tells without a design, that which `b` has with another content: it may still be the same design. */
export const undecided = (a: InstanceState, b: InstanceState): Undecided[] => {
  const among = <T extends { readonly id: string; readonly content?: KnownContent | undefined }>(
    kind: ArchiveKind,
    items: readonly T[] = [],
    others: readonly T[] = [],
  ): Undecided[] => {
    const byId = new Map(others.map((other) => [other.id, other.content]));
    return items.flatMap(({ id, content }) => (lacksDesign(content, byId.get(id)) ? [{ kind, id }] : []));
  };
  return [
    ...among('integrations', a.integrations, b.integrations),
    ...otherKindsOf(a).flatMap((kind) => among(kind, a.others?.[kind], b.others?.[kind])),
  ];
};

const otherKindsOf = ({ others = {} }: InstanceState): OtherKind[] => Object.keys(others) as OtherKind[];

/** @param designs by kind and id */
export const withDesigns = (state: InstanceState, designs: ReadonlyMap<string, string>): InstanceState => {
  if (designs.size === 0) return state;
  const filled =
    (kind: ArchiveKind) =>
    <T extends { readonly id: string; readonly content?: KnownContent | undefined }>(item: T): T => {
      const design = designs.get(`${kind} ${item.id}`);
      const { content } = item;
      return design === undefined || !content || 'unknown' in content
        ? item
        : { ...item, content: { ...content, design } };
    };
  const others = Object.fromEntries(
    otherKindsOf(state).flatMap((kind) => {
      const items = state.others?.[kind];
      return items ? [[kind, items.map(filled(kind))]] : [];
    }),
  );
  return {
    ...state,
    integrations: state.integrations.map(filled('integrations')),
    ...(state.others && { others: { ...state.others, ...others } }),
  };
};
