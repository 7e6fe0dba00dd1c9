/** The place of a file journal. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where a job on this machine keeps its journal: in a directory vault, else in the user's state directory. */
export const journalPath = (vault: string, job: string, instance: string, env: NodeJS.ProcessEnv): string => {
  const s3 = /^s3:\/\/(.+)$/.exec(vault);
  const state = env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  const root = s3?.[1] === undefined ? join(resolve(vault), '.journal') : join(state, 'oic-lifecycle', s3[1]);
  return join(root, `${job}-${instance}.ndjson`);
};
