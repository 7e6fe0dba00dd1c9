/** `oic import`, `oic activate`, `oic deactivate`, `oic delete`: the plain single changes, done safely. */

import { readArchive } from '../core/archive/integration-archive.ts';
import { ConfigError, Refused } from '../core/errors.ts';
import { isActive, isInService, isMeantActive, isUnderWay } from '../core/status.ts';
import { deactivateAndWait } from '../jobs/changes/activation.ts';
import { applyActivation } from '../jobs/changes/apply-step.ts';
import { importArchive } from '../jobs/changes/import-archive.ts';
import { removeContent } from '../jobs/changes/write-content.ts';
import { RESTORED_KINDS } from '../kinds/all-kinds.ts';
import type { OicClient } from '../oic/client.ts';
import { type CommonOptions, eachInTurn, idArgument, openSession, withInstance } from './command.ts';
import { readLocalFile } from './files.ts';
import { IMPORTED_KINDS, kindsOption, otherKindOf } from './kinds/option.ts';
import { WAITING } from './waiting.ts';

export const importFiles = async (
  name: string,
  files: readonly string[],
  options: CommonOptions & { kind?: string; vault: string },
): Promise<number> => {
  const [kind = 'integrations', ...more] = kindsOption(options.kind, IMPORTED_KINDS) ?? [];
  if (more.length > 0) throw new ConfigError('`oic import` imports one kind at a time');
  const other = RESTORED_KINDS.find((one) => one === otherKindOf(kind));
  if (other) return (await import('./kinds/import.ts')).importKind(name, other, files, options);
  const session = await openSession(options);
  return withInstance(session, name, async (oic) => {
    const { results, exitCode } = await eachInTurn(
      session,
      files,
      async (file) => {
        const bytes = await readLocalFile(file);
        const archive = await readArchive(bytes).catch((error: unknown) => {
          throw error instanceof Error ? new Refused(`${file} was not sent: ${error.message}`) : error;
        });
        const action = await importArchive(oic, archive, bytes, WAITING);
        return { file, id: archive.id, action };
      },
      (file, error) => ({ file, action: 'failed', error }),
    );
    session.out.result({ results }, () =>
      results.map((result) =>
        'id' in result ? `${result.id} ${result.action} on ${name} (${result.file})` : `${result.file} failed`,
      ),
    );
    return exitCode;
  });
};

export const activate = (name: string, ids: readonly string[], options: CommonOptions): Promise<number> =>
  changeStatus(name, ids, options, async (oic, id) => {
    const before = await oic.getIntegration(id);
    // A person who activates it has not asked for its schedule to run.
    const keepsStopped = before?.hasSchedule === true && !isActive(before);
    const step = { do: 'activate', id, reason: 'asked for', tracing: undefined, displaces: [], keepsStopped } as const;
    await applyActivation(oic, step, WAITING);
  });

export const deactivate = (name: string, ids: readonly string[], options: CommonOptions): Promise<number> =>
  changeStatus(name, ids, options, (oic, id) => deactivateAndWait(oic, id, WAITING));

const changeStatus = async (
  name: string,
  ids: readonly string[],
  options: CommonOptions,
  change: (oic: OicClient, id: `${string}|${string}`) => Promise<void>,
): Promise<number> => {
  const session = await openSession(options);
  const refs = ids.map(idArgument);
  return withInstance(session, name, async (oic) => {
    const { results, exitCode } = await eachInTurn(
      session,
      refs,
      async ({ id }) => {
        if (!(await oic.getIntegration(id)))
          throw new Refused(`${name} has no integration ${id}; \`oic list ${name}\` shows what it has`);
        await change(oic, id);
        return { id, status: (await oic.getIntegration(id))?.status ?? 'absent' };
      },
      ({ id }, error) => ({ id, status: 'failed', error }),
    );
    session.out.result({ results }, () => results.map((result) => `${result.id} ${result.status}`));
    return exitCode;
  });
};

export const deleteIntegrations = async (
  name: string,
  ids: readonly string[],
  options: CommonOptions & { deactivate?: boolean },
): Promise<number> => {
  const session = await openSession(options);
  const refs = ids.map(idArgument);
  return withInstance(session, name, async (oic) => {
    const { results, exitCode } = await eachInTurn(
      session,
      refs,
      async ({ id }) => {
        await deleteOne(oic, id, options.deactivate ?? false);
        return { id, deleted: true };
      },
      ({ id }, error) => ({ id, deleted: false, error }),
    );
    session.out.result({ results }, () =>
      results.map(({ id, deleted }) => `${id} ${deleted ? 'deleted' : 'not deleted'}`),
    );
    return exitCode;
  });
};

const deleteOne = async (oic: OicClient, id: `${string}|${string}`, mayDeactivate: boolean): Promise<void> => {
  const there = await oic.getIntegration(id);
  if (!there)
    throw new Refused(`${oic.instance} has no integration ${id}; \`oic list ${oic.instance}\` shows what it has`);
  if (isMeantActive(there) && !mayDeactivate) {
    const state = isUnderWay(there) ? 'being activated' : 'active';
    throw new Refused(
      `${id} is ${state} on ${oic.instance} and was not deleted; add --deactivate if it may be stopped`,
    );
  }
  // Also when somebody takes it out of service already: Oracle refuses to delete it meanwhile.
  if (isInService(there)) await deactivateAndWait(oic, id, WAITING);
  await removeContent(oic, id, WAITING);
};
