/** Simulated instances in processes of their own: what they are told, what they tell, and how they are ended. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CredentialsDocument } from '../simulator/http/identity.ts';
import type { RecordedRequest } from '../simulator/http/traffic.ts';
import type { SimulatorOptions } from '../simulator/server.ts';

export interface InstancePlan {
  readonly count: number;
  /** `samples`: small ones of every kind. Otherwise of one size, or of real sizes when none is named. */
  readonly archives: 'samples' | { readonly bytes?: number | undefined; readonly memberBytes?: number | undefined };
  /** Of those that are not `samples`. @default 0 */
  readonly activeShare?: number;
  readonly options?: Pick<SimulatorOptions, 'latencyMs' | 'activationMs' | 'concurrencyLimit'>;
}

export interface InstanceFacts {
  readonly url: string;
  readonly tokenUrl: string;
  readonly integrationInstance: string | undefined;
  readonly credentials: CredentialsDocument;
  readonly ids: readonly string[];
  /** Active ones with a schedule, whose state a backup has to ask for. */
  readonly startedSchedules: number;
}

interface InstanceTraffic {
  readonly maxInFlight: number;
  readonly requests: readonly Pick<RecordedRequest, 'kind' | 'time' | 'status'>[];
}

export interface BenchInstance extends InstanceFacts {
  traffic(): Promise<InstanceTraffic>;
  close(): Promise<void>;
}

export const startInstance = async (plan: InstancePlan): Promise<BenchInstance> => {
  const child = fork(join(import.meta.dirname, 'simulator-process.ts'), [JSON.stringify(plan)]);
  const [facts] = (await once(child, 'message')) as [InstanceFacts];
  return {
    ...facts,
    traffic: async () => {
      child.send('traffic');
      const [traffic] = (await once(child, 'message')) as [InstanceTraffic];
      return traffic;
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
};
