/**
 * What a restore does with each item of another kind that has an archive, decided without touching the target. The rule is that
 * of integrations: what is missing is imported; what is there with other content is left, or replaced when that is asked for.
 * Once everything was done, planning again yields `unchanged` only.
 */

import type { OtherKind } from '../kinds.ts';
import type { OwnConnections } from './connection-address.ts';
import type { InstallPlan } from './plan-install.ts';

export interface WantedItem {
  readonly kind: OtherKind;
  /** Of a project its code, for its id may differ between instances. */
  readonly id: string;
  /** As people read it: `lookup CODES`. */
  readonly label: string;
  readonly designSha256: string;
}

export interface TargetItem {
  readonly id: string;
  /** undefined when it could not be exported: it is locked, or was deleted just now. */
  readonly designSha256: string | undefined;
  readonly lockedBy?: string | undefined;
  /** That are in it. */
  readonly ownConnections?: OwnConnections | undefined;
}

export interface ItemPlan {
  readonly kind: OtherKind;
  readonly id: string;
  /** As people read it: `lookup CODES`. */
  readonly label: string;
  readonly do: 'import' | 'replace' | 'unchanged' | 'skip' | 'refuse';
  readonly reason: string;
  /** What is to be done with the integrations in it, once it is there. */
  readonly inside?: readonly InstallPlan[];
}

/** @param refusalOf why one that is there may not be replaced, as far as its kind knows */
export const planItem = (
  wanted: WantedItem,
  there: TargetItem | undefined,
  existing: 'skip' | 'replace',
  refusalOf: () => string | undefined = () => undefined,
): ItemPlan => {
  const plan = (what: ItemPlan['do'], reason: string): ItemPlan => ({
    kind: wanted.kind,
    id: wanted.id,
    label: wanted.label,
    do: what,
    reason,
  });
  if (!there) return plan('import', 'the target does not have it');
  if (there.designSha256 === wanted.designSha256) return plan('unchanged', 'the target has it with this content');
  if (existing === 'skip') return plan('skip', 'is there with other content, which is left as it is');
  if (there.lockedBy !== undefined) {
    return plan('refuse', `is locked: ${there.lockedBy || 'somebody'} has it open; ask them to close it`);
  }
  if (there.designSha256 === undefined) {
    return plan('refuse', 'cannot be exported from the target, so no copy of it could be kept; try again later');
  }
  const refusal = refusalOf();
  if (refusal !== undefined) return plan('refuse', refusal);
  return plan('replace', 'the target has it with other content');
};
