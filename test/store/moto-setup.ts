/** One stand-in for AWS for all tests that take it: to start it costs more than most of them. */
import type { TestProject } from 'vitest/node';
import { type Moto, startMoto } from './moto.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where it is; undefined when there is no `moto_server`. */
    moto: string | undefined;
  }
}

let moto: Moto | undefined;

export const setup = async (project: TestProject): Promise<void> => {
  moto = await startMoto();
  project.provide('moto', moto?.endpoint);
};

export const teardown = async (): Promise<void> => moto?.close();
