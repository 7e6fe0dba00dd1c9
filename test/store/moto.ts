/** The stand-in for AWS, where `moto_server` is on the PATH (`pip install 'moto[server]'`). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Moto {
  readonly endpoint: string;
  /** For any client of the SDK. */
  readonly clientConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  close(): Promise<void>;
}

const COMMAND = 'moto_server';
const START_TIMEOUT_MS = 20_000;
/** What a shell answers, also one behind a shim, when there is no such command. */
const NOT_FOUND = 127;

const findFreePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
};

const answers = async (endpoint: string): Promise<boolean> => {
  try {
    return (await fetch(`${endpoint}/moto-api/`)).ok;
  } catch {
    return false;
  }
};

/** How it ended, when it did: an exit code, or the error of starting it. */
const watchEnd = (server: ChildProcess): { reason: number | string | undefined } => {
  const end: { reason: number | string | undefined } = { reason: undefined };
  server.once('error', (error: NodeJS.ErrnoException) => {
    end.reason = error.code === 'ENOENT' ? NOT_FOUND : error.message;
  });
  server.once('exit', (code, signal) => {
    end.reason ??= code ?? signal ?? 'unknown';
  });
  return end;
};

const stop = async (server: ChildProcess): Promise<void> => {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
};

export const clientsOf = (endpoint: string): Omit<Moto, 'close'> => ({
  endpoint,
  clientConfig: { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
});

/** Undefined when there is no `moto_server`; then it says so on stderr. */
export const startMoto = async (): Promise<Moto | undefined> => {
  const port = await findFreePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = spawn(COMMAND, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const end = watchEnd(server);
  const killWithUs = () => server.kill('SIGKILL');
  process.once('exit', killWithUs);

  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(50)) {
    if (end.reason === NOT_FOUND) {
      process.removeListener('exit', killWithUs);
      process.stderr.write(
        `${COMMAND} is not on the PATH: tests against AWS are skipped (pip install 'moto[server]')\n`,
      );
      return undefined;
    }
    if (end.reason !== undefined) throw new Error(`${COMMAND} ended at once: ${end.reason}`);
    if (await answers(endpoint)) {
      return {
        ...clientsOf(endpoint),
        close: async () => {
          process.removeListener('exit', killWithUs);
          await stop(server);
        },
      };
    }
  }
  await stop(server);
  throw new Error(`${COMMAND} did not answer in time`);
};
