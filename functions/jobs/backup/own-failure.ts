/** Tells trouble of one item from trouble that every other one would have as well. */
import { UnstorableName } from '../../core/key-parts.ts';
import { isOicError, stopsTheRun } from '../../oic/http/errors.ts';
import { StoreError } from '../../store/store-error.ts';

/** @throws the error when it is not the item's own: the run ends */
export const failureOf = (error: unknown, label: string): { readonly kind: string; readonly message: string } => {
  if (isOicError(error) && !stopsTheRun(error)) return { kind: error.kind, message: error.message };
  if (error instanceof URIError) {
    // Half of a surrogate pair: no request can name it.
    return { kind: 'not-stored', message: `${label} could not be asked for: its name is no text; give it another one` };
  }
  const isOfItsName =
    error instanceof UnstorableName || (error instanceof StoreError && ['bad-key', 'blocked'].includes(error.kind));
  if (isOfItsName) return { kind: 'not-stored', message: `${label} could not be stored: ${error.message}` };
  throw error;
};
