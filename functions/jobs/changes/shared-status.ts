/**
 * Reads integrations while they are activated. Those that are asked for in the same moment are read by one listing when that
 * takes at most half as many requests as reading each; when the listing does not add up, each is read by itself after all.
 */
import type { Integration, IntegrationId } from '../../core/integration.ts';
import type { OicClient } from '../../oic/client.ts';
import { ListingError } from '../../oic/listing.ts';
import type { SharedStatus } from '../instance/activation-wait.ts';

/** Long enough for those who began together, too short to be noticed. */
const MOMENT_MS = 20;
const PAGE_SIZE = 100;

type Listed = ReadonlyMap<IntegrationId, Integration> | undefined;

/** Those that are asked for in one moment. */
interface Gathering {
  count: number;
  /** Undefined when each is to be read by itself. */
  readonly listed: Promise<Listed>;
}

/** @param size about how many integrations the instance has. */
export const createSharedStatus = (
  oic: OicClient,
  size: number,
  sleep: (ms: number) => Promise<void>,
): SharedStatus => {
  let pages = Math.ceil(size / PAGE_SIZE);
  let gathering: Gathering | undefined;

  const list = async (): Promise<Listed> => {
    try {
      const { items, odd } = await oic.listIntegrations();
      pages = Math.ceil((items.length + odd.length) / PAGE_SIZE);
      // One that cannot be read may be one that is looked for, so nothing says any more that it is not there.
      return odd.length > 0 ? undefined : new Map(items.map((one) => [one.id, one]));
    } catch (error) {
      if (error instanceof ListingError) return undefined;
      throw error;
    }
  };

  const gather = (): Gathering => {
    const mine: Gathering = { count: 0, listed: sleep(MOMENT_MS).then(() => close(mine)) };
    return mine;
  };

  const close = ({ count }: Gathering): Promise<Listed> => {
    gathering = undefined;
    return count >= 2 * pages ? list() : Promise.resolve(undefined);
  };

  return async (id) => {
    gathering ??= gather();
    gathering.count++;
    const listed = await gathering.listed;
    return listed ? listed.get(id) : oic.getIntegration(id);
  };
};
