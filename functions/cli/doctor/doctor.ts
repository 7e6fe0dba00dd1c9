/**
 * `oic doctor`: tells apart the things that keep an instance from being backed up, in the order in which a request
 * meets them. A check that depends on a failed one is not made.
 */
import { holdClock } from '../../core/chain/clocks.ts';
import { readReplacingCutOff } from '../../jobs/changes/put-container.ts';
import { readLease, type UnderWay } from '../../jobs/deploy/lease-content.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError } from '../../oic/http/errors.ts';
import type { Runtime } from '../../runtime.ts';
import type { InstanceSettings } from '../../settings.ts';
import { type CommonOptions, openSession } from '../command.ts';
import { commandLine } from '../command-line.ts';
import { placeOf } from '../files.ts';
import { count } from '../output.ts';
import { type Check, sentence } from './check.ts';
import { checkVault } from './check-vault.ts';
import { checkWay } from './check-way.ts';

interface DoctorOptions extends CommonOptions {
  readonly vault: string;
  readonly dropBox: string;
}

export const doctor = async (name: string, options: DoctorOptions): Promise<number> => {
  const { out, runtime } = await openSession(options);
  const instance = runtime.instance(name);
  const checks = [
    ...(await checkInstance(runtime, instance)),
    ...(await checkVault(runtime, instance, options.vault)),
    ...(await checkUndone(runtime, name, options)),
  ];
  out.result({ checks }, () =>
    checks.map(({ name: check, ok, advice }) => `${ok ? 'ok  ' : 'FAIL'}  ${check.padEnd(20)} ${advice}`),
  );
  return checks.every(({ ok }) => ok) ? 0 : 1;
};

const checkInstance = async (runtime: Runtime, instance: InstanceSettings): Promise<Check[]> => {
  const way = await checkWay(new URL(instance.url));
  if (way.some(({ ok }) => !ok)) return way;
  let oic: OicClient;
  try {
    oic = await runtime.openInstance(instance.name);
  } catch (error) {
    return [...way, { name: 'secret', ok: false, advice: sentence(error) }];
  }
  try {
    const secret: Check = { name: 'secret', ok: true, advice: 'the credentials document can be read and is complete' };
    return [...way, secret, ...(await checkAccess(oic, instance))];
  } finally {
    await oic.close();
  }
};

/** One listing tells token, role and integrationInstance apart by how it is refused. */
const checkAccess = async (oic: OicClient, instance: InstanceSettings): Promise<Check[]> => {
  const isOic3 = instance.integrationInstance !== undefined;
  const token: Check = {
    name: 'token',
    ok: true,
    advice: isOic3 ? 'the identity domain gives a token for this scope' : 'accepted',
  };
  const deploy: Check = {
    name: 'deploy',
    ok: true,
    advice: instance.deploy
      ? 'the settings allow changes'
      : 'the settings have no `deploy`: this instance is only read',
  };
  try {
    const { items, odd } = await oic.listIntegrations();
    const unread = odd.length === 0 ? '' : `, and ${odd.length} that cannot be used: ${odd[0]?.message}`;
    const found = isOic3 ? [{ name: 'integrationInstance' as const, ok: true, advice: 'it is this instance' }] : [];
    return [
      token,
      { name: 'role', ok: true, advice: `lists ${count(items.length, 'integration')}${unread}` },
      ...found,
      clockCheck(instance.name, oic.serverTime()),
      deploy,
    ];
  } catch (error) {
    if (!isOicError(error)) return [token, { name: 'role', ok: false, advice: sentence(error) }];
    if (error.details.reached === false) return [{ name: 'token', ok: false, advice: error.message }];
    const { status } = error.details;
    if (isOic3 && (status === 400 || status === 404)) {
      const advice = `refused with ${status}: integrationInstance must be the "service instance" of the About page in OIC`;
      return [token, { name: 'integrationInstance', ok: false, advice }];
    }
    if (status === 401 && isOic3) {
      const advice =
        'the token is refused: give the OAuth client the role ServiceDeveloper on this instance, and check integrationInstance and the scope (that of this instance, which ends in :443/ic/api/)';
      return [token, { name: 'role', ok: false, advice }];
    }
    if (status === 401) return [{ name: 'token', ok: false, advice: error.message }];
    return [token, { name: 'role', ok: false, advice: error.message }];
  }
};

const clockCheck = (name: string, there: Date | undefined): Check => {
  const verdict = holdClock(name, new Date(), there);
  if (verdict.is === 'right') return { name: 'clock', ok: true, advice: `agrees with that of ${name}` };
  if (verdict.is === 'not-told') return { name: 'clock', ok: true, advice: `not known: ${name} does not tell its own` };
  const isOff = verdict.is === 'off';
  return {
    name: 'clock',
    ok: isOff,
    advice: `${verdict.message}: ${isOff ? 'set it right before it is an hour' : 'backups are refused until it is set right'}`,
  };
};

/** Deployments under way, and what those that were cut off have left, by their own notes; told only when there is something. */
const checkUndone = async (runtime: Runtime, name: string, { vault, dropBox }: DoctorOptions): Promise<Check[]> => {
  const failed = (advice: string): Check => ({ name: 'undone', ok: false, advice });
  try {
    const found: Check[] = [];
    const box = await runtime.openDropBox(dropBox);
    for await (const lease of box.leases(name)) {
      const { underWay, undone } = await readLease(lease, Date.now());
      if (underWay) found.push({ name: 'underWay', ok: true, advice: underWayText(lease.key, underWay) });
      for (const [id, { before, copy }] of Object.entries(undone)) {
        const was = before.find((one) => one.id === id);
        const state = was ? (was.isActive ? 'active' : 'not active') : 'not there';
        const back = copy ? `; its own archive is kept, and goes back by ${box.returnCommand(copy, name)}` : '';
        const goOn = commandLine(['deploy', name, 'FILE'], { '--drop-box': dropBox });
        found.push(
          failed(`deploying ${id} was cut off, which was ${state} before: ${goOn} with the same file goes on${back}`),
        );
      }
    }
    for (const key of await readReplacingCutOff(await runtime.openVault(vault), name)) {
      const back = commandLine(['import', name, placeOf(vault, key)], { '--vault': vault });
      found.push(
        failed(
          `replacing what is kept as ${key} was cut off: run what replaced it again; or ${back} brings it back, not active`,
        ),
      );
    }
    return found;
  } catch (error) {
    return [failed(sentence(error))];
  }
};

/** A worker names itself as the place where it runs has it: a person's machine with its process, a function its request. */
const underWayText = (key: string, { holder, takenAt, expiresAt }: UnderWay): string => {
  const code = key.slice(key.lastIndexOf('/') + 1, -'.json'.length);
  const [host, pid] = holder.split(' ');
  const by = pid === undefined ? `the function, request ${holder}` : `process ${pid} on ${host}`;
  return `deploying ${code} is under way${takenAt ? ` since ${takenAt}` : ''}, by ${by}; if that was killed, look again after ${expiresAt}`;
};
