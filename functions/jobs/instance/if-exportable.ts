import { isOicError } from '../../oic/http/errors.ts';

/** Of what is locked or was deleted just now nothing can be exported. */
export const ifExportable = async <T>(exporting: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await exporting();
  } catch (error) {
    if (isOicError(error, 'locked', 'not-found')) return undefined;
    throw error;
  }
};
