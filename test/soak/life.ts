/**
 * What people do to an instance, at random, and what it was like at every moment: so that a snapshot can be held against
 * the moments it was taken in.
 */

import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';
import type { Random } from '../simulator/random.ts';
import type { Simulator } from '../simulator/server.ts';

interface Moment {
  /** Undefined while it does not exist. */
  readonly digest: string | undefined;
  readonly status: string | undefined;
  readonly schedule: 'started' | 'stopped' | null;
  readonly isLocked: boolean;
}

export interface Life {
  /** Does something to some integration. */
  act(): void;
  /** Counts the acts; `momentsOf(id, since)` begins with what was so when `since` was counted. */
  clock(): number;
  momentsOf(id: string, since: number): readonly Moment[];
  /** Every id that ever was. */
  ids(): string[];
}

const MOST = 60;
const ABSENT: Moment = { digest: undefined, status: undefined, schedule: null, isLocked: false };

export const createLife = (random: Random, { instance }: Simulator): Life => {
  const history = new Map<string, { readonly at: number; readonly moment: Moment }[]>();
  let acts = 0;

  const momentOf = (id: string): Moment => {
    const now = instance.get(id);
    if (!now) return ABSENT;
    const isStarted = now.status === 'ACTIVATED' && now.schedule === 'started';
    return {
      digest: now.contentDigest,
      status: now.status,
      schedule: now.schedule === null ? null : isStarted ? 'started' : 'stopped',
      isLocked: now.lockedBy !== undefined,
    };
  };

  const add = (): string => {
    const [twin] = instance.list();
    // Now and then one that differs from another in nothing but capitals.
    const code = twin && random.next() < 0.1 ? `flow_${twin.id.slice('FLOW_'.length).split('|')[0]}` : `FLOW_${acts}`;
    if (instance.get(`${code}|01.00.0000`)) return `${code}|01.00.0000`;
    const sample = { code, version: '01.00.0000', name: `Flow ${random.below(40)} ${acts}`, marker: `${acts}` };
    const isScheduled = random.next() < 0.3;
    const status = random.next() < 0.6 ? 'ACTIVATED' : 'CONFIGURED';
    return instance.add(buildSampleArchive({ ...sample, schedule: isScheduled ? 'FREQ=DAILY' : undefined }), {
      status,
      scheduleState: random.next() < 0.5 ? 'started' : 'stopped',
    });
  };

  const change = (id: string): void => {
    const what = random.below(10);
    if (what < 4) instance.edit(id, { marker: `${acts}` });
    else if (what === 4) instance.touch(id);
    else if (what === 5) instance.remove(id);
    else if (what === 6) instance.lock(id, 'somebody@example.com');
    else if (what === 7) instance.unlock(id);
    else if (what === 8) instance.setStatus(id, random.next() < 0.5 ? 'ACTIVATED' : 'CONFIGURED');
    else instance.setSchedule(id, random.next() < 0.5 ? 'started' : 'stopped');
  };

  const act = (): void => {
    acts++;
    const [first, ...others] = instance.list().map(({ id }) => id);
    const isFew = others.length < MOST && random.next() < (others.length < MOST / 2 ? 0.4 : 0.1);
    const id = first === undefined || isFew ? add() : random.pick([first, ...others]);
    if (history.has(id)) change(id);
    history.set(id, [...(history.get(id) ?? [{ at: 0, moment: ABSENT }]), { at: acts, moment: momentOf(id) }]);
  };

  return {
    act,
    clock: () => acts,
    momentsOf: (id, since) => {
      const all = history.get(id) ?? [];
      const before = all.findLastIndex(({ at }) => at <= since);
      return all.slice(Math.max(0, before)).map(({ moment }) => moment);
    },
    ids: () => [...history.keys()],
  };
};
