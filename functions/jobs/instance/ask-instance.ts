/** How a job asks an instance for what it holds. */
import type { OtherKinds } from '../../core/kinds.ts';
import type { Asking } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import { mapLimited } from '../journal/journal.ts';

/** @param earlier the snapshot before: what was not saved since is not asked for again */
export const askInstance = (oic: OicClient, concurrency: number, earlier: OtherKinds = {}): Asking => ({
  oic,
  each: (items, work) => mapLimited(items, concurrency, work),
  earlier,
});
