/**
 * What runs in AWS keep in the vault beside snapshots: a marker, so that one tick of a schedule is one run, and step
 * results that are too large for the journal of a durable execution. The bucket's lifecycle removes both after days.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { runMarkerKey, runResultKey } from '../core/keys.ts';
import { type ObjectStore, PreconditionFailed, type PutCondition } from './object-store.ts';

export interface RunStore {
  /**
   * Of all runs that claim a tick one gets it; it gets it again when it asks again. So does another one once that run has
   * failed, or was begun before `abandonedBefore` and never ended: it was stopped, or took too long.
   */
  claim(tick: Date, run: string, abandonedBefore: Date): Promise<boolean>;
  /** Notes how the run that has the tick ended. Written over, not removed: functions have no right to delete. */
  settle(tick: Date, run: string, ending: 'done' | 'failed'): Promise<void>;
  keep(run: string, step: string, text: string): Promise<KeptText>;
  read(kept: KeptText): Promise<string>;
}

export interface KeptText {
  readonly key: string;
  readonly versionId: string;
}

const compress = promisify(gzip);
const expand = promisify(gunzip);

interface Marker {
  readonly run: string;
  /** Absent while it runs. */
  readonly ending?: 'done' | 'failed';
}

const markerBody = (marker: Marker): Buffer => Buffer.from(`${JSON.stringify(marker)}\n`);

/** @returns false when somebody else was first */
const putMarker = async (
  store: ObjectStore,
  key: string,
  marker: Marker,
  condition: PutCondition,
): Promise<boolean> => {
  try {
    await store.put(key, markerBody(marker), condition);
    return true;
  } catch (error) {
    if (error instanceof PreconditionFailed) return false;
    throw error;
  }
};

const readMarker = async (store: ObjectStore, key: string) => {
  const found = await store.get(key);
  return found && { ...found, marker: JSON.parse(Buffer.from(found.body).toString('utf8')) as Marker };
};

export const createRunStore = (store: ObjectStore, instance: string): RunStore => ({
  claim: async (tick, run, abandonedBefore) => {
    const key = runMarkerKey(instance, tick);
    if (await putMarker(store, key, { run }, { ifAbsent: true })) return true;
    const found = await readMarker(store, key);
    if (!found) return false;
    const { marker, lastModified, etag } = found;
    if (marker.run === run) return true;
    const isFree = marker.ending === 'failed' || (marker.ending === undefined && lastModified < abandonedBefore);
    return isFree && putMarker(store, key, { run }, { ifMatch: etag });
  },
  settle: async (tick, run, ending) => {
    const key = runMarkerKey(instance, tick);
    const found = await readMarker(store, key);
    if (found?.marker.run === run) await putMarker(store, key, { run, ending }, { ifMatch: found.etag });
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
