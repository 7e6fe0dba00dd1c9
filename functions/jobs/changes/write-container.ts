/** The writes that replace a container in an instance or take it away, settled. */
import type { IntegrationId } from '../../core/integration.ts';
import { idOf } from '../../core/kinds.ts';
import type { ContainerKind, Item } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError } from '../../oic/http/errors.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { stopContainer } from './container.ts';
import { type Sight, settle } from './settled-write.ts';
import { findItem, type ItemContent, replaceItem, writeOf } from './write-item.ts';

export interface ContainerContent extends ItemContent {
  readonly kind: ContainerKind;
  /** That are in it. */
  readonly integrations: readonly { readonly id: IntegrationId }[];
  /** That its archive brings along. */
  readonly connections: readonly { readonly id: string; readonly type: string }[];
  /** Those in it that call or are called, called first. */
  readonly callOrder: readonly IntegrationId[];
}

/**
 * Replaces what is there in place, which leaves connections their passwords. Whether one with active integrations may be
 * replaced is not known: it is sent as it is, and again with all of it stopped when that is refused. What was replaced while
 * it ran may go on as it was, so it is stopped then: afterwards nothing of the content is active.
 *
 * @param was the design of what it replaces
 * @returns false when the instance knows no such call; then nothing was changed
 */
export const replaceContainer = async (
  oic: OicClient,
  own: Item,
  content: Omit<ContainerContent, 'connections' | 'callOrder'>,
  was: string | undefined,
  waiting: ActivationWait,
): Promise<boolean> => {
  const { kind, integrations } = content;
  try {
    await replaceItem(oic, content, own, was, waiting);
  } catch (error) {
    // The item is there, so it is the call that was not found.
    if (isOicError(error, 'not-offered', 'not-found')) return false;
    if (!isOicError(error, 'conflict', 'locked') || !(await stopContainer(oic, kind, own, waiting))) throw error;
    await replaceItem(oic, content, own, was, waiting);
  }
  const ids = new Set(integrations.map(({ id }) => id));
  await stopContainer(oic, kind, own, waiting, (id) => ids.has(id));
  return true;
};

/** Nothing in it may be active when it is deleted. */
export const removeContainer = async (
  oic: OicClient,
  kind: ContainerKind,
  own: Item,
  waiting: ActivationWait,
): Promise<void> => {
  await stopContainer(oic, kind, own, waiting);
  const look = async (): Promise<Sight> => ((await findItem(oic, kind, idOf(kind, own))) ? 'before' : 'done');
  const send = () => kind.restore.container.remove(oic, own);
  await settle({ ...writeOf(oic, 'deleting', kind, own), send, look }, waiting);
};
