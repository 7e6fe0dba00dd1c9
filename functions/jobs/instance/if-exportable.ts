import { isOicError } from '../../oic/http/errors.ts';

/** Undefined for what cannot be exported: it is locked, or was deleted just now. */
export const ifExportable = async <T>(exporting: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await exporting();
  } catch (error) {
    if (isOicError(error, 'locked', 'not-found')) return undefined;
    throw error;
  }
};
