/** What tests put into stores and read out of them. */
import type { ObjectStore } from '../../functions/store/object-store.ts';

export const collect = async <T>(entries: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
};

export const bytes = (text: string): Uint8Array => Buffer.from(text);

export const textOf = async (store: ObjectStore, key: string, versionId?: string): Promise<string | undefined> => {
  const object = await store.get(key, versionId);
  return object && Buffer.from(object.body).toString();
};

export const KEY = 'integrations/prod/HELLO_WORLD/01.00.0000.iar';
