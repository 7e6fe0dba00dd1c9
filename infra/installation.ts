/** What all that belongs to one installation has in common. Several may share an account and a region. */
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Settings } from '../functions/settings.ts';

export interface Installation {
  readonly settings: Settings;
  /** What the stack of the functions is called: it begins the name of every function and alarm. */
  readonly stackName: string;
  /** Of what the functions leave behind: logs, dead letters, durable state. @default AWS's own */
  readonly key: IKey | undefined;
}

/** @param settings whose `name` tells installations apart */
export const stackNames = ({ name }: Settings) => {
  const named = (stack: string): string => (name === undefined ? stack : `${stack}-${name}`);
  return { vault: named('OicVault'), lifecycle: named('OicLifecycle'), replica: named('OicVaultReplica') };
};
