/** The desk that the tests of a file type at, and the instances that they type about. */
import { afterEach, beforeEach, expect } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/server.ts';
import { type Desk, openDesk } from './typed.ts';

/** The desk of the test that runs. */
export interface CurrentDesk extends Omit<Desk, 'close'> {
  /** An instance that lasts as long as the test, and whose secrets must never be said here. */
  startInstance(options?: SimulatorOptions): Promise<Simulator>;
}

/** One desk for each test of a file. */
export const useDesk = (): CurrentDesk => {
  let current: Desk | undefined;
  const started: Simulator[] = [];
  beforeEach(async () => {
    current = await openDesk();
  });
  afterEach(async () => {
    for (const simulator of started.splice(0).reverse()) {
      for (const secret of simulator.secrets()) expect(current?.said()).not.toContain(secret);
      await simulator.close();
    }
    await current?.close();
  });
  const now = (): Desk => {
    if (!current) throw new Error('a desk is there while a test runs');
    return current;
  };
  return {
    get directory() {
      return now().directory;
    },
    said: () => now().said(),
    oic: (...args) => now().oic(...args),
    answering: (...args) => now().answering(...args),
    start: (...args) => now().start(...args),
    startInto: (...args) => now().startInto(...args),
    startInstance: async (options) => {
      const simulator = await startSimulator(options);
      started.push(simulator);
      return simulator;
    },
    write: (file, content) => now().write(file, content),
    setVariable: (name, value) => now().setVariable(name, value),
    configure: (instances, more) => now().configure(instances, more),
  };
};
