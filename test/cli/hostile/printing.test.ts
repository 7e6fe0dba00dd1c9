/** Whatever comes from outside is one printable line of bounded length, wherever it is shown. */
import { afterEach, expect, test, vi } from 'vitest';
import { createOutput, formatTable, say } from '../../../functions/cli/output.ts';
import { ConfigError } from '../../../functions/core/errors.ts';
import { oneLine, stripHtml } from '../../../functions/core/plain-text.ts';
import { createLog } from '../../../functions/lambda/telemetry.ts';
import { expectNoSecret } from '../../encodings.ts';
import { drawSeed, hostileTexts } from '../../hostile-texts.ts';
import { rounds } from '../../rounds.ts';
import { MARK } from '../../simulator/http/identity.ts';
import { makeTemporaryDirectory } from '../../store/temporary-directory.ts';

afterEach(() => vi.restoreAllMocks());

/** But for the end of each line: what steers a terminal, ends a line, turns it, or is not there to be seen. */
const FORBIDDEN =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]|\p{RGI_Emoji_Tag_Sequence}/v;
const LONGEST = 8_001;

const listen = (): (() => string) => {
  let heard = '';
  const write = (chunk: unknown): boolean => {
    heard += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  return () => {
    const all = heard;
    heard = '';
    return all;
  };
};

const expectLines = (heard: string, lines: number): void => {
  const all = heard.replace(/\n$/, '').split('\n');
  expect(all).toHaveLength(lines);
  for (const line of all) {
    expect(line).not.toMatch(FORBIDDEN);
    expect(line.length).toBeLessThanOrEqual(LONGEST);
  }
};

const SEED = drawSeed();

test(`a hostile text is lines that can be printed, wherever it is shown (seed ${SEED})`, () => {
  const heard = listen();
  const [plain, json] = [createOutput(false), createOutput(true)];
  const log = createLog('dev', 'run');
  for (const text of hostileTexts(rounds(150, 10_000), SEED)) {
    say(text);
    plain.note(`FAILED   ${text}`);
    plain.progress(text, 3).stop();
    expectLines(heard(), 2);

    plain.result({}, () => [text, `  ${text}`]);
    expectLines(heard(), 2);
    plain.result({}, () => text);
    expectLines(heard(), 1);

    const rows = formatTable(
      ['ID', 'NAME'],
      [
        ['A', text],
        [text, 'B'],
      ],
    );
    plain.result({}, () => rows);
    expectLines(heard(), 3);

    json.record({ text });
    const record = heard();
    expectJson(record, text);
    json.result({ [text]: 1, text }, () => '');
    const result = heard();
    expect(result.replaceAll('\n', '')).not.toMatch(FORBIDDEN);
    expect(JSON.parse(result)).toMatchObject({ text });

    log.error(text, new Error(text, { cause: new ConfigError(text) }));
    log.info('Step', { integration: text });
    for (const line of heard().trimEnd().split('\n')) {
      expect(JSON.stringify(JSON.parse(line))).toBe(line);
      expect(line).not.toMatch(FORBIDDEN);
      expect(line.length).toBeLessThan(60_000);
    }

    expect(stripHtml(text)).not.toMatch(FORBIDDEN);
  }
}, 300_000);

const expectJson = (line: string, text: string): void => {
  expect(line.slice(0, -1)).not.toMatch(FORBIDDEN);
  expect(JSON.parse(line)).toEqual({ text });
};

test('what is megabytes long is cut before it is looked at', () => {
  const begun = performance.now();

  expect(oneLine('\u001b[31m'.repeat(5_000_000))).toBe('…');
  expect(oneLine('x'.repeat(5_000_000))).toHaveLength(LONGEST);

  expect(performance.now() - begun).toBeLessThan(1_000);
});

test.each([
  ['as it is', `https://x/?token=${MARK}abc`],
  ['in base64', Buffer.from(`user:${MARK}abc`).toString('base64')],
  ['in hex', Buffer.from(MARK).toString('hex')],
])('a secret of a simulator fails the test that has it written %s', async (_, text) => {
  const directory = await makeTemporaryDirectory();

  await expect(expectNoSecret(directory, `one\n${text}`, new Set())).rejects.toThrow(/a secret was written/);
  await expectNoSecret(directory, 'nothing', new Set());
});
