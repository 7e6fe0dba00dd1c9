/** What the tests of installs work with: a target, a drop box in a temporary directory, and clocks that do not take long. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readArchive } from '../../../functions/core/archive/integration-archive.ts';
import type { InstallPolicy } from '../../../functions/core/plan/plan-install.ts';
import type { DropServices } from '../../../functions/jobs/deploy/handle-drop.ts';
import { install } from '../../../functions/jobs/deploy/install.ts';
import type { InstallOutcome } from '../../../functions/jobs/deploy/install-services.ts';
import { takeLease } from '../../../functions/jobs/deploy/lease.ts';
import type { ActivationWait } from '../../../functions/jobs/instance/activation-wait.ts';
import type { OicClient } from '../../../functions/oic/client.ts';
import type { ConnectionSettings } from '../../../functions/oic/http/credentials.ts';
import { createDirectoryStore } from '../../../functions/store/directory/directory-store.ts';
import { createDropBox, type DropBox } from '../../../functions/store/drop-box.ts';
import type { ObjectStore } from '../../../functions/store/object-store.ts';
import type { Simulator } from '../../simulator/server.ts';

export const POLICY: InstallPolicy = { activation: 'activate', existing: 'replace', mayDowngrade: false };

/** Fifty times as fast as life. */
export const WAITING: ActivationWait = {
  deadlineMs: 250_000,
  now: () => performance.now() * 50,
  sleep: (ms) => sleep(ms / 50),
};

export interface InstallBench {
  readonly store: ObjectStore;
  readonly dropBox: DropBox;
  install(
    oic: OicClient,
    bytes: Uint8Array,
    policy?: Partial<InstallPolicy>,
    more?: { waiting?: ActivationWait; connections?: Readonly<Record<string, ConnectionSettings>> },
  ): Promise<InstallOutcome>;
  services(
    oic: OicClient | undefined,
    instance: string,
    more?: { worker?: string; ttlMs?: number; patienceMs?: number; retries?: readonly number[] },
  ): DropServices;
  close(): Promise<void>;
}

export const openInstallBench = async (): Promise<InstallBench> => {
  const directory = await mkdtemp(join(tmpdir(), 'oic-drops-'));
  const store = createDirectoryStore(directory);
  const dropBox = createDropBox(store);
  const lease = (more: { worker?: string; ttlMs?: number; patienceMs?: number } = {}) => ({
    worker: randomUUID() as string,
    ttlMs: 30_000,
    patienceMs: 20_000,
    now: Date.now,
    elapsed: () => performance.now(),
    sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, signal && { signal }),
    ...more,
  });
  return {
    store,
    dropBox,
    install: async (oic, bytes, policy = {}, { waiting = WAITING, connections = {} } = {}) => {
      const archive = await readArchive(bytes);
      const held = await takeLease(dropBox.lease(oic.instance, archive.code), lease());
      if (!held) throw new Error('the lease is not free');
      const { undoLogOf, mayGoOn } = held;
      const services = {
        oic,
        safety: dropBox,
        undoLog: undoLogOf(),
        connections,
        waiting,
        onStep: () => undefined,
        mayGoOn,
      };
      const outcome = await install(services, { archive, bytes }, { ...POLICY, ...policy });
      await held.settle(archive.id, { wasRefused: outcome.state === 'rejected' });
      await held.release();
      return outcome;
    },
    services: (oic, instance, more) => ({
      dropBox,
      instance,
      target: oic && { oic, connections: {}, policy: POLICY },
      needsApproval: false,
      waiting: WAITING,
      lease: lease(more),
      retries: more?.retries ?? [],
      onStep: () => undefined,
    }),
    close: () => rm(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
};

/** The state promised to be the same after a roll-back: content, status, schedules, tracing of every integration. */
export const stateOf = ({ instance }: Simulator) =>
  instance
    .list()
    .map(({ id, status, schedule, tracing, contentDigest }) => ({ id, status, schedule, tracing, contentDigest }));
