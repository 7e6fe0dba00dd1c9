/** What a key may be, in every store: `/`-separated parts, none of them empty, `.` or `..`, and no NUL. */
import { isPlainKey } from '../core/keys.ts';
import { StoreError } from './store-error.ts';

/** @throws StoreError `bad-key` */
export const checkKey = (key: string): void => {
  if (!isPlainKey(key)) {
    throw new StoreError(
      'bad-key',
      `${JSON.stringify(key)} cannot be a key: a part of it is empty, ".", ".." or holds NUL`,
    );
  }
};

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['json', 'application/json'],
]);

/** So that a browser shows a page or a picture instead of saving it; whatever else there is, it saves. */
export const contentTypeOf = (key: string): string =>
  CONTENT_TYPES.get(key.slice(key.lastIndexOf('.') + 1)) ?? 'application/octet-stream';
