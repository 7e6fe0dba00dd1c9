/** The part of `oic doctor` about the vault: whether it can be written, what a bucket keeps, and whose snapshots it holds. */
import { originOf, originProblem } from '../../core/snapshot/origin.ts';
import { newestOrigin } from '../../jobs/vault/newest-origin.ts';
import type { Runtime } from '../../runtime.ts';
import type { InstanceSettings } from '../../settings.ts';
import type { ContractCheck } from '../../store/contract.ts';
import type { Vault } from '../../store/vault.ts';
import { count } from '../output.ts';
import { type Check, sentence } from './check.ts';

/** Really writes, for what may be written is not always what can be. */
export const checkVault = async (runtime: Runtime, instance: InstanceSettings, location: string): Promise<Check[]> => {
  const { name } = instance;
  try {
    const vault = await runtime.openVault(location);
    const { length } = await vault.listSnapshots(name);
    const kept = await runtime.tryVault(location, name);
    const advice = `${vault.name} was written, read and cleared again; it holds ${count(length, 'snapshot')} of ${name}`;
    return [
      { name: 'vault', ok: true, advice },
      ...kept.map((check) => contractCheck(vault.name, check)),
      ...(await checkOrigin(vault, instance)),
    ];
  } catch (error) {
    return [{ name: 'vault', ok: false, advice: sentence(error) }];
  }
};

const contractCheck = (vault: string, { name, problem }: ContractCheck): Check => ({
  name,
  ok: problem === undefined,
  advice: problem === undefined ? 'kept' : `${vault} ${problem}; backups rely on it: mend that, or take another store`,
});

/** Nothing when no snapshot tells of which instance it is. */
const checkOrigin = async (vault: Vault, instance: InstanceSettings): Promise<Check[]> => {
  const origin = await newestOrigin(vault, instance.name);
  if (!origin) return [];
  const problem = originProblem(instance.name, [{ origin }], originOf(instance));
  const advice = problem ?? 'the snapshots in the vault are of the instance that the settings name';
  return [{ name: 'origin', ok: problem === undefined, advice }];
};
