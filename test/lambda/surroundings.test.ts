/** What every function holds its surroundings to, whether it knows the instance's secret or not. */
import { expect, test } from 'vitest';
import { redact } from '../../functions/core/redaction.ts';
import { DROP_BOX_VARIABLE, VAULT_VARIABLE } from '../../functions/lambda/names.ts';
import { openFunctionDropBox, openFunctionVault } from '../../functions/runtime.ts';

const open = [
  ['the vault', (env: NodeJS.ProcessEnv) => openFunctionVault('dev', { ...env, [VAULT_VARIABLE]: 's3://vault' })],
  ['the drop box', (env: NodeJS.ProcessEnv) => openFunctionDropBox({ ...env, [DROP_BOX_VARIABLE]: 's3://drops' })],
] as const;

test.each(open)('whoever opens %s tells nobody the session of its role', async (what, openIt) => {
  const token = `session of ${what}+/=`;
  await openIt({ AWS_SESSION_TOKEN: token });
  expect(redact(`refused: ${token}`)).toBe('refused: ***');
});

test.each(open)('nobody opens %s while TLS is switched off', async (_, openIt) => {
  const opened = async () => openIt({ NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  await expect(opened()).rejects.toThrow('unset it');
});
