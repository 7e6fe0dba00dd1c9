/** The target's own archive, kept in `safety/` of the vault before it is replaced or deleted: nothing leaves without a copy. */
import type { IntegrationRef } from '../../core/integration.ts';
import { itemKey, safetyCopyKey } from '../../core/keys.ts';
import type { Entry } from '../../core/kinds.ts';
import type { RestoredKind } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError, stopsTheRun } from '../../oic/http/errors.ts';
import type { Vault } from '../../store/vault.ts';
import { RestoreTrouble } from './trouble.ts';

/** @returns its key. @throws RestoreTrouble when it cannot be exported, so that it must stay; StoreError when the vault does not take it */
export const keepBeforeDeletion = async (oic: OicClient, vault: Vault, ref: IntegrationRef): Promise<string> => {
  const { bytes } = await oic.exportIntegration(ref.id).catch((error: unknown) => {
    if (!isOicError(error) || stopsTheRun(error)) throw error;
    throw new RestoreTrouble(
      `${ref.id} was not deleted from ${oic.instance}, for no copy of it can be kept: ${error.message}`,
    );
  });
  return vault.keepSafe(oic.instance, ref, bytes);
};

/** Where the copy of an item of another kind is kept. */
export const copyKeyOf = (
  instance: string,
  { kind, entry }: { readonly kind: RestoredKind; readonly entry: Entry },
): string => safetyCopyKey(instance, itemKey(instance, kind, entry));
