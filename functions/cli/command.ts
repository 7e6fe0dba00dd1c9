/** What every command is given: the options all of them have, and the runtime they lead to. */
import { ConfigError, isProgrammingError, unknownIn } from '../core/errors.ts';
import { type IntegrationRef, parseIntegrationId } from '../core/integration.ts';
import type { OicClient } from '../oic/client.ts';
import { createRuntime, type Runtime } from '../runtime.ts';
import { tellEverywhere } from './command-line.ts';
import { createOutput, type Output } from './output.ts';

export interface CommonOptions {
  readonly json?: boolean;
  readonly config?: string;
  readonly credentials?: string;
}

export interface Session {
  readonly out: Output;
  readonly runtime: Runtime;
}

export const openSession = async (options: CommonOptions): Promise<Session> => {
  tellEverywhere(options);
  return {
    out: createOutput(options.json ?? false),
    runtime: await createRuntime({
      configFile: options.config,
      credentialsFile: options.credentials,
      env: process.env,
    }),
  };
};

/** Runs `work` with an instance's client and closes it whatever happens. */
export const withInstance = async <T>(
  { runtime }: Session,
  name: string,
  work: (oic: OicClient) => Promise<T>,
): Promise<T> => {
  const oic = await runtime.openInstance(name);
  try {
    return await work(oic);
  } finally {
    await oic.close();
  }
};

/** @throws ConfigError saying how an id is written */
export const idArgument = (text: string): IntegrationRef => {
  const ref = parseIntegrationId(text);
  if (!ref)
    throw new ConfigError(`"${text}" is not an integration id; write CODE/VERSION, e.g. HELLO_WORLD/01.00.0000`);
  return ref;
};

/** Before a question: which of them may be done, and why the others will not be. */
export const checkEach = async <T, R>(
  items: readonly T[],
  check: (item: T) => Promise<R>,
): Promise<{ may: Array<{ item: T; found: R }>; refusals: string[] }> => {
  const may: Array<{ item: T; found: R }> = [];
  const refusals: string[] = [];
  for (const item of items) {
    try {
      may.push({ item, found: await check(item) });
    } catch (error) {
      if (!(error instanceof Error) || isProgrammingError(error)) throw error;
      refusals.push(error.message);
    }
  }
  return { may, refusals };
};

/**
 * Does each in turn; one that fails is told and does not stop the others.
 * @param stop once it is aborted none is begun
 * @returns the results of those that were begun, and the exit code
 */
export const eachInTurn = async <T, R, F>(
  { out }: Session,
  items: readonly T[],
  stop: AbortSignal,
  work: (item: T) => Promise<R>,
  failed: (item: T, message: string, isKnown: boolean) => F,
): Promise<{ results: Array<R | F>; exitCode: number }> => {
  const results: Array<R | F> = [];
  let exitCode = 0;
  for (const item of items) {
    if (stop.aborted) break;
    try {
      results.push(await work(item));
    } catch (error) {
      if (!(error instanceof Error) || isProgrammingError(error)) throw error;
      exitCode = 1;
      out.note(error.message);
      const unknown = unknownIn(error);
      results.push({
        ...failed(item, error.message, unknown === undefined),
        ...(unknown && { state: 'unknown', unknown }),
      });
    }
  }
  return { results, exitCode };
};
