/** What each check of `oic doctor` says. */
import type { ContractCheck } from '../../store/contract.ts';

export interface Check {
  readonly name:
    | 'proxy'
    | 'host'
    | 'tls'
    | 'secret'
    | 'token'
    | 'role'
    | 'integrationInstance'
    | 'clock'
    | 'deploy'
    | 'underWay'
    | 'undone'
    | 'vault'
    | 'origin'
    | ContractCheck['name'];
  readonly ok: boolean;
  readonly advice: string;
}

export const sentence = (error: unknown): string =>
  error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
