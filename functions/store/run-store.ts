/**
 * What runs in AWS keep in the vault beside snapshots: a marker, so that one tick of a schedule is one run, and step
 * results that are too large for the journal of a durable execution. The bucket's lifecycle removes both after days.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { runMarkerKey, runResultKey } from '../core/keys.ts';
import { type ObjectStore, PreconditionFailed } from './object-store.ts';

export interface RunStore {
  /** Of all runs that claim a tick one gets it; it gets it again when it asks again. */
  claim(tick: Date, run: string): Promise<boolean>;
  keep(run: string, step: string, text: string): Promise<KeptText>;
  read(kept: KeptText): Promise<string>;
}

export interface KeptText {
  readonly key: string;
  readonly versionId: string;
}

const compress = promisify(gzip);
const expand = promisify(gunzip);

export const createRunStore = (store: ObjectStore, instance: string): RunStore => ({
  claim: async (tick, run) => {
    const key = runMarkerKey(instance, tick);
    try {
      await store.put(key, Buffer.from(`${JSON.stringify({ run })}\n`), { ifAbsent: true });
      return true;
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
    const marker = await store.get(key);
    return (
      marker !== undefined && (JSON.parse(Buffer.from(marker.body).toString('utf8')) as { run: string }).run === run
    );
  },
  keep: async (run, step, text) => {
    const { key, versionId } = await store.put(runResultKey(instance, run, step), await compress(text));
    return { key, versionId };
  },
  read: async ({ key, versionId }) => {
    const object = await store.get(key, versionId);
    if (!object) throw new Error(`${key} version ${versionId} is gone from ${store.name}: begin the run anew`);
    return (await expand(object.body)).toString('utf8');
  },
});
