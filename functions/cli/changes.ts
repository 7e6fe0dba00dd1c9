/** `oic activate`, `oic deactivate`, `oic delete`: the plain single changes, done safely. */

import { Refused } from '../core/errors.ts';
import type { Integration, IntegrationRef } from '../core/integration.ts';
import { isActive, isInService, isMeantActive, isUnderWay } from '../core/status.ts';
import { deactivateAndWait } from '../jobs/changes/activation.ts';
import { applyActivation } from '../jobs/changes/apply-step.ts';
import { keepBeforeDeletion } from '../jobs/changes/keep-copy.ts';
import { removeContent } from '../jobs/changes/write-content.ts';
import type { OicClient } from '../oic/client.ts';
import type { Vault } from '../store/vault.ts';
import { type CommonOptions, checkEach, eachInTurn, idArgument, openSession, withInstance } from './command.ts';
import { commandLine } from './command-line.ts';
import { type ConsentOptions, consentTo } from './consent.ts';
import { placeOf } from './files.ts';
import { restLine, untilInterrupted } from './interruption.ts';
import { count } from './output.ts';
import { WAITING } from './waiting.ts';

type ChangeOptions = CommonOptions & Pick<ConsentOptions, 'confirm'>;

export const activate = (name: string, ids: readonly string[], options: ChangeOptions): Promise<number> =>
  changeStatus('activate', name, ids, options, async (oic, id) => {
    const before = await oic.getIntegration(id);
    // A person who activates it has not asked for its schedule to run.
    const keepsStopped = before?.hasSchedule === true && !isActive(before);
    const step = { do: 'activate', id, reason: 'asked for', tracing: undefined, displaces: [], keepsStopped } as const;
    await applyActivation(oic, step, WAITING);
  });

export const deactivate = (name: string, ids: readonly string[], options: ChangeOptions): Promise<number> =>
  changeStatus('deactivate', name, ids, options, (oic, id) => deactivateAndWait(oic, id, WAITING));

const changeStatus = (
  verb: 'activate' | 'deactivate',
  name: string,
  ids: readonly string[],
  options: ChangeOptions,
  change: (oic: OicClient, id: IntegrationRef['id']) => Promise<void>,
): Promise<number> =>
  changeEach(
    { verb, name, ids, options },
    {},
    {
      check: mustBeThere,
      work: async (oic, ref) => {
        const { id } = ref;
        await mustBeThere(oic, ref);
        await change(oic, id);
        return { id, status: (await oic.getIntegration(id))?.status ?? 'absent' };
      },
      failed: ({ id }, error, isKnown) => ({ id, status: isKnown ? 'failed' : 'unknown', error }),
      line: ({ id, status }) => `${id} ${status}`,
    },
  );

interface DeleteOptions extends ChangeOptions {
  readonly deactivate?: boolean;
  readonly vault: string;
}

interface Deleted {
  readonly id: string;
  /** null when that is not known. */
  readonly deleted: boolean | null;
  /** Where its archive is kept. */
  readonly copy?: string;
  readonly error?: string;
}

export const deleteIntegrations = (name: string, ids: readonly string[], options: DeleteOptions): Promise<number> => {
  const { deactivate: mayDeactivate = false, vault: location } = options;
  let vault: Vault | undefined;
  return changeEach<Deleted>(
    { verb: 'delete', name, ids, options },
    { '--deactivate': mayDeactivate, '--vault': location },
    {
      check: (oic, ref) => mustBeDeletable(oic, ref, mayDeactivate),
      work: async (oic, ref, { runtime }) => {
        vault ??= await runtime.openVault(location);
        const copy = await deleteOne(oic, vault, ref, mayDeactivate);
        return { id: ref.id, deleted: true, copy: placeOf(location, copy) };
      },
      failed: ({ id }, error, isKnown) => ({ id, deleted: isKnown ? false : null, error }),
      line: ({ id, deleted, copy }) => {
        if (deleted === null) return `${id}: whether it was deleted is not known`;
        return deleted ? `${id} deleted; its archive is kept as ${copy}` : `${id} not deleted`;
      },
    },
  );
};

interface Asked {
  readonly verb: 'activate' | 'deactivate' | 'delete';
  readonly name: string;
  readonly ids: readonly string[];
  readonly options: ChangeOptions;
}

interface Change<R> {
  /** @throws Refused when it will not be done; read before the question as well */
  readonly check: (oic: OicClient, ref: IntegrationRef) => Promise<unknown>;
  readonly work: (oic: OicClient, ref: IntegrationRef, session: Awaited<ReturnType<typeof openSession>>) => Promise<R>;
  readonly failed: (ref: IntegrationRef, message: string, isKnown: boolean) => R;
  readonly line: (result: R) => string;
}

/** @param goesOnWith beside the ids, what the command that goes on has to say */
const changeEach = async <R>(
  { verb, name, ids, options }: Asked,
  goesOnWith: Parameters<typeof commandLine>[1],
  { check, work, failed, line }: Change<R>,
): Promise<number> => {
  const session = await openSession(options);
  const { out } = session;
  const refs = ids.map(idArgument);
  const ask = consentTo(out, session.runtime.instance(name), options, 'never');
  const ended = new Set<IntegrationRef>();
  let isBegun = false;
  const left = (): string | undefined => {
    const rest = refs.filter((ref) => !ended.has(ref)).map(({ id }) => id);
    if (rest.length === 0) return undefined;
    const goOn = commandLine([verb, name, ...rest], { ...goesOnWith, '--confirm': options.confirm });
    return restLine(count(refs.length, 'integration'), isBegun ? ended.size : undefined, goOn);
  };
  return untilInterrupted(out, left, (stop) =>
    withInstance(session, name, async (oic) => {
      await ask(async () => {
        const { may, refusals } = await checkEach(refs, (ref) => check(oic, ref));
        const lines = [
          `${verb} on ${name}: ${count(may.length, 'integration')}`,
          ...may.map(({ item }) => `  ${item.id}`),
        ];
        return { lines: may.length > 0 ? [...refusals, ...lines] : [], takesAway: verb === 'delete' };
      }, stop);
      const doOne = (ref: IntegrationRef): Promise<R> => {
        isBegun = true;
        return work(oic, ref, session).finally(() => ended.add(ref));
      };
      const { results, exitCode } = await eachInTurn(session, refs, stop, doOne, failed);
      out.result({ results }, () => results.map(line));
      return exitCode;
    }),
  );
};

const mustBeThere = async (oic: OicClient, { id }: IntegrationRef): Promise<Integration> => {
  const there = await oic.getIntegration(id);
  if (there) return there;
  throw new Refused(`${oic.instance} has no integration ${id}; \`oic list ${oic.instance}\` shows what it has`);
};

const mustBeDeletable = async (oic: OicClient, ref: IntegrationRef, mayDeactivate: boolean): Promise<Integration> => {
  const there = await mustBeThere(oic, ref);
  if (!isMeantActive(there) || mayDeactivate) return there;
  const state = isUnderWay(there) ? 'being activated' : 'active';
  throw new Refused(
    `${ref.id} is ${state} on ${oic.instance} and was not deleted; add --deactivate if it may be stopped`,
  );
};

/** @returns the key of the copy that was kept first */
const deleteOne = async (
  oic: OicClient,
  vault: Vault,
  ref: IntegrationRef,
  mayDeactivate: boolean,
): Promise<string> => {
  const { id } = ref;
  const there = await mustBeDeletable(oic, ref, mayDeactivate);
  const copy = await keepBeforeDeletion(oic, vault, ref);
  // Also when somebody takes it out of service already: Oracle refuses to delete it meanwhile.
  if (isInService(there)) await deactivateAndWait(oic, id, WAITING);
  await removeContent(oic, id, WAITING);
  return copy;
};
