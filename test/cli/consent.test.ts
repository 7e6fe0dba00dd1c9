/** Who has to say yes before something of an instance is changed: at a terminal, by a script, and with `deploy.confirm`. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { consentTo } from '../../functions/cli/consent.ts';
import type { Output } from '../../functions/cli/output.ts';

const TAKES_AWAY = { lines: ['  - OLD|01.00.0000 is deleted'], takesAway: true };
const ADDS = { lines: ['  + NEW|01.00.0000'], takesAway: false };

interface Case {
  readonly what: string;
  readonly isGuarded?: boolean;
  readonly options?: { yes?: boolean; confirm?: string };
  readonly asks?: Parameters<typeof consentTo>[3];
  readonly intent?: typeof TAKES_AWAY;
  /** What a person answers; without one nobody is at a terminal. */
  readonly answer?: string;
  /** Asked or not, and a part of why not. */
  readonly is: 'asked' | 'not asked' | RegExp;
}

const CASES: readonly Case[] = [
  { what: 'a person types the name', answer: 'prod', is: 'asked' },
  { what: 'a person types something else', answer: 'yes', is: /"yes" is not prod; nothing was changed/ },
  { what: 'a person closes the terminal', answer: '', is: /nothing was changed/ },
  { what: 'what only adds needs no answer', intent: ADDS, answer: 'no', is: 'not asked' },
  { what: 'what only adds needs one with deploy.confirm', isGuarded: true, intent: ADDS, answer: 'prod', is: 'asked' },
  { what: '--yes answers', options: { yes: true }, answer: 'no', is: 'not asked' },
  { what: '--yes is not enough for deploy.confirm', isGuarded: true, options: { yes: true }, is: /add --confirm prod/ },
  { what: 'a script says --confirm', isGuarded: true, options: { confirm: 'prod' }, is: 'not asked' },
  { what: 'a script names another one', options: { confirm: 'Prod' }, is: /"Prod", and what would be changed is prod/ },
  { what: 'a script that says nothing may not delete by comparison', is: /then type `oic restore --yes`/ },
  { what: 'a script that said plainly what to delete may', asks: 'at a terminal', is: 'not asked' },
  { what: 'a deployment needs no answer', asks: 'never', answer: 'no', is: 'not asked' },
  { what: 'a deployment needs one with deploy.confirm', isGuarded: true, asks: 'never', answer: 'prod', is: 'asked' },
];

test.each(CASES)(
  '$what',
  async ({
    isGuarded = false,
    options = {},
    asks = { orElse: '`oic restore --yes`' },
    intent = TAKES_AWAY,
    answer,
    is,
  }) => {
    const notes: string[] = [];
    const out = { note: (line: string) => notes.push(line) } as unknown as Output;
    const input = Object.assign(new PassThrough(), { isTTY: answer !== undefined });
    input.end(answer ? `${answer}\n` : '');
    const settings = { name: 'prod', deploy: { activation: 'activate' as const, confirm: isGuarded, approval: false } };

    const asking = (async () => {
      await consentTo(out, settings, options, asks, { input, output: new PassThrough() })(() => intent);
    })();

    if (is instanceof RegExp) await expect(asking).rejects.toThrow(is);
    else {
      await asking;
      expect(notes).toEqual(is === 'asked' ? intent.lines : []);
    }
  },
);
