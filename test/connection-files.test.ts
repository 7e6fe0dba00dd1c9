/** Files that a credentials document gives connections: read at once, exact, and never repeated in a message. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConnectionFiles } from '../functions/connection-files.ts';
import { CredentialsError, parseCredentials } from '../functions/oic/http/credentials.ts';

const WALLET = Buffer.from([0x50, 0x4b, 3, 4, 0, 255, 13, 10, 128]);

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oic-files-'));
  await writeFile(join(directory, 'wallet.zip'), WALLET);
  await writeFile(join(directory, 'empty.zip'), '');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const credentialsWith = (...values: unknown[]) =>
  parseCredentials(
    {
      basic: { username: 'u', password: 'p' },
      connections: {
        DB: {
          agentGroupId: 'ON_PREM',
          connectionProperties: [{ propertyName: 'host', propertyType: 'STRING', propertyValue: 'db.example.com' }],
          securityProperties: values.map((propertyValue, at) => ({ propertyName: `key${at}`, propertyValue })),
        },
      },
    },
    'dev',
    false,
  );

const problemsOf = async (promise: Promise<unknown>): Promise<readonly string[]> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof CredentialsError) return error.problems;
    throw error;
  }
  return [];
};

test('files and bytes are both read, beside what is text', async () => {
  const credentials = credentialsWith({ file: 'wallet.zip' }, { base64: WALLET.toString('base64') }, 'text');

  const { connections } = await readConnectionFiles(credentials, 'dev', directory);

  expect(connections.DB).toEqual({
    agentGroupId: 'ON_PREM',
    connectionProperties: [{ propertyName: 'host', propertyType: 'STRING', propertyValue: 'db.example.com' }],
    securityProperties: [
      { propertyName: 'key0', propertyValue: { filename: 'wallet.zip', bytes: WALLET } },
      { propertyName: 'key1', propertyValue: { filename: 'key1', bytes: WALLET } },
      { propertyName: 'key2', propertyValue: 'text' },
    ],
  });
});

test('base64 may be broken into lines and go without its end', async () => {
  const base64 = WALLET.toString('base64');
  const credentials = credentialsWith({ base64: `${base64.slice(0, 4)}\n${base64.slice(4).replaceAll('=', '')}\n` });

  const { connections } = await readConnectionFiles(credentials, 'dev', undefined);

  expect(connections.DB?.securityProperties?.[0]?.propertyValue).toMatchObject({ bytes: WALLET });
});

test('what was left empty, as in a template, is no file', async () => {
  const { connections } = await readConnectionFiles(credentialsWith({ file: '' }, { base64: '' }), 'dev', undefined);

  expect(connections.DB?.securityProperties?.map(({ propertyValue }) => propertyValue)).toEqual([undefined, undefined]);
});

test('every file that cannot be had is named, with its connection and property and without its bytes', async () => {
  const values = [{ file: 'gone.zip' }, { file: '.' }, { file: 'empty.zip' }, { base64: 'not-base-64 of mine' }];

  expect(await problemsOf(readConnectionFiles(credentialsWith(...values), 'dev', directory))).toEqual([
    `connections.DB: its property key0 is the file ${join(directory, 'gone.zip')}, which does not exist`,
    `connections.DB: its property key1 is the file ${directory}, which cannot be read (EISDIR)`,
    `connections.DB: its property key2 is the file ${join(directory, 'empty.zip')}, which is empty`,
    'connections.DB: its property key3 is not base64',
  ]);
});

test('a document in Secrets Manager cannot name a file, and is told how to hold its bytes', async () => {
  expect(await problemsOf(readConnectionFiles(credentialsWith({ file: 'wallet.zip' }), 'dev', undefined))).toEqual([
    expect.stringMatching(/key0 names the file wallet\.zip, and a secret has none.*\{"base64"/),
  ]);
});

test.each([[7], [{ path: 'x' }], [{ file: 'a', base64: 'b' }], [null]])(
  'a value that is neither text nor file is refused without repeating it: %j',
  (value) => {
    expect(() => credentialsWith(value)).toThrow(
      /connections\.DB\.securityProperties\.0\.propertyValue: must be a text, or of a file \{"file": "path"\}/,
    );
  },
);
