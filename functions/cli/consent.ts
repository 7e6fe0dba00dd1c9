/**
 * The question before a change: asked once everybody can see what goes away. Who is not at a terminal says the answer when
 * typing the command.
 */
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { ConfigError, Refused } from '../core/errors.ts';
import type { InstanceSettings } from '../settings.ts';
import type { Output } from './output.ts';

export interface ConsentOptions {
  /** Answers a question, but not that of an instance with `deploy.confirm`. */
  readonly yes?: boolean;
  /** The name of what is to be changed, said by a script. */
  readonly confirm?: string;
}

interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable;
}

/** What is going to be done: at least how much of what, and the name of each that goes away. */
export interface Intent {
  readonly lines: readonly string[];
  /** It deletes or replaces. */
  readonly takesAway: boolean;
}

/**
 * Returns when it may be done.
 * @param intent read when there is a question
 * @throws Refused when the answer is another, Interrupted when it is stopped
 */
export type Ask = (intent: () => Intent | Promise<Intent>, stop?: AbortSignal) => Promise<void>;

/**
 * @param asks whether one without `deploy.confirm` is asked about: `at a terminal` what a script has said plainly enough; what
 * deletes by comparison always, `orElse` a script says it by that command
 * @throws ConfigError when it would have to be asked and there is nobody to answer
 */
export const consentTo = (
  out: Output,
  { name, deploy }: Pick<InstanceSettings, 'name' | 'deploy'>,
  { yes = false, confirm }: ConsentOptions,
  asks: { readonly orElse: string } | 'at a terminal' | 'never',
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Ask => {
  const isPerson = input.isTTY === true;
  if (confirm !== undefined && confirm !== name)
    throw new ConfigError(`--confirm says "${confirm}", and what would be changed is ${name}; nothing was changed`);
  const isGuarded = deploy?.confirm === true;
  if (confirm !== undefined || (!isGuarded && (yes || asks === 'never'))) return () => Promise.resolve();
  if (!isPerson && isGuarded)
    throw new ConfigError(
      `${name} has \`deploy.confirm\` in the settings; add --confirm ${name} if it is to be changed`,
    );
  if (!isPerson && typeof asks === 'object')
    throw new ConfigError(
      `this deletes from ${name} what is not meant to be there; look with --dry-run, then type ${asks.orElse}`,
    );
  if (!isPerson) return () => Promise.resolve();
  return async (intent, stop) => {
    const { lines, takesAway } = await intent();
    if (lines.length === 0 || (!isGuarded && !takesAway)) return;
    for (const line of lines) out.note(line);
    const answer = await answerTo(`Type ${name} to go on: `, { input, output }, stop);
    if (answer.trim() !== name) throw new Refused(`"${answer.trim()}" is not ${name}; nothing was changed`);
  };
};

/** Not as a line editor: so Ctrl-C stays a signal. */
const answerTo = async (question: string, { input, output }: Terminal, stop?: AbortSignal): Promise<string> => {
  const lines = createInterface({ input, output, terminal: false });
  try {
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return await Promise.race([lines.question(question, stop ? { signal: stop } : {}), ended]);
  } catch (error) {
    stop?.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
};
