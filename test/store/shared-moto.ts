/** The one that runs for all tests against AWS; undefined when there is no `moto_server`. Their buckets and secrets have names of their own. */
import { inject } from 'vitest';
import { clientsOf, type Moto } from './moto.ts';
import type {} from './moto-setup.ts';

export type SharedMoto = Omit<Moto, 'close'>;

export const sharedMoto = (): SharedMoto | undefined => {
  const endpoint = inject('moto');
  return endpoint === undefined ? undefined : clientsOf(endpoint);
};
