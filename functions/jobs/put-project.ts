/**
 * One project into a target. Oracle knows no replacing, so a project that is there is deleted and imported, with a way back:
 * its own archive and what ran in it are kept in the vault before anything is touched, and put back when the other cannot
 * be imported. What is kept outlives a run that was cut off; the next one goes on, and can still go back.
 */
import type { IntegrationId, Tracing } from '../core/integration.ts';
import { projectKey, projectUndoKey, safetyCopyKey } from '../core/keys.ts';
import type { ArchiveRef } from '../core/manifest.ts';
import type { Project } from '../core/project.ts';
import type { ScheduleState } from '../core/schedule.ts';
import type { OicClient } from '../oic/client.ts';
import { isForAll, isOicError } from '../oic/errors.ts';
import type { Vault } from '../store/vault.ts';
import { ActivationError, activateAndWait, deactivateAndWait, type Waiting } from './activation.ts';
import { connect } from './connect.ts';
import type { ProvedThing } from './prove-things.ts';
import type { RestoreServices } from './restore.ts';
import { isArchiveTrouble, RestoreTrouble } from './restore-batches.ts';
import { ScheduleError, setSchedule } from './schedule.ts';
import { readProject } from './target-things.ts';
import { hasContent, writeSettled } from './write-content.ts';

export type WantedProjectArchive = Extract<ProvedThing, { kind: 'projects' }>;

/** The target's own project as it was before it was touched. */
interface Undo {
  /** The content that takes its place: what was left by a run that wanted another does not count. */
  readonly wanted: string;
  readonly copy: ArchiveRef;
  /** That lose their passwords when it is deleted, and get them from the target's settings again. */
  readonly connections: ProvedThing['connections'];
  readonly active: readonly {
    readonly id: IntegrationId;
    readonly schedule?: ScheduleState;
    /** Of what an earlier version has left, instead of `schedule`. */
    readonly isScheduleStarted?: boolean;
    readonly tracing: Tracing;
  }[];
}

type Services = Pick<RestoreServices, 'oic' | 'vault' | 'waiting' | 'connections'>;

/** @throws when it could not be put there; the message then says what became of the target's own */
export const putProject = async (services: Services, wanted: WantedProjectArchive): Promise<void> => {
  const { oic, vault, waiting } = services;
  const code = wanted.id;
  const bytes = await vault.getArchive(wanted.archive);
  const own = await findProject(oic, code);
  const undo = own ? await keepOwn(services, wanted, own) : await recall(vault, oic.instance, wanted);
  if (own && !undo) return;
  try {
    if (own) await removeProject(oic, own, waiting);
    await importProjectSettled(oic, { code, bytes, contentSha256: wanted.contentSha256 }, waiting.sleep);
  } catch (error) {
    if (!undo || !isTroubleOfOne(error)) throw error;
    throw await goBack(services, code, undo, error);
  }
  if (undo) await forget(vault, oic.instance, code);
};

export const findProject = async (oic: OicClient, code: string): Promise<Project | undefined> =>
  (await oic.listProjects()).find((project) => project.code === code);

/** What can be done within one project; messages say of which. */
export const switchboardOf = (oic: OicClient, { id, code }: Pick<Project, 'id' | 'code'>) => ({
  ...oic.inProject(id),
  instance: `${oic.instance} (project ${code})`,
});

/** Where the target's own copy is kept. */
export const projectCopyOf = (instance: string, code: string): string =>
  safetyCopyKey(instance, projectKey(instance, code));

const isTroubleOfOne = (error: unknown): error is Error =>
  isArchiveTrouble(error) ||
  error instanceof ActivationError ||
  error instanceof ScheduleError ||
  error instanceof RestoreTrouble ||
  (isOicError(error) && !isForAll(error));

/** @returns undefined when the target's own is the wanted one already */
const keepOwn = async (
  { oic, vault }: Services,
  wanted: WantedProjectArchive,
  own: Project,
): Promise<Undo | undefined> => {
  const { bytes, archive } = await oic.exportProject(own);
  if (archive.contentSha256 === wanted.contentSha256) return undefined;
  const earlier = await recall(vault, oic.instance, wanted);
  // Cut off before it was deleted: what ran then may have been stopped already.
  if (earlier?.copy.contentSha256 === archive.contentSha256) return earlier;
  const { integrations, connections } = await readProject(oic, own.code, own.id);
  const stored = await vault.putAt(projectCopyOf(oic.instance, own.code), bytes);
  const { sha256, contentSha256 } = archive;
  const undo: Undo = {
    wanted: wanted.contentSha256,
    copy: { ...stored, bytes: bytes.length, sha256, contentSha256 },
    connections,
    active: integrations
      .filter(({ status }) => status === 'ACTIVATED')
      .map(({ id, schedule, tracing }) => ({ id, schedule: schedule === 'unknown' ? null : schedule, tracing })),
  };
  await vault.putAt(projectUndoKey(oic.instance, own.code), Buffer.from(JSON.stringify(undo)));
  return undo;
};

const recall = async (vault: Vault, instance: string, wanted: WantedProjectArchive): Promise<Undo | undefined> => {
  const note = await vault.getAt(projectUndoKey(instance, wanted.id));
  const undo = note && (JSON.parse(Buffer.from(note).toString('utf8')) as Undo | null);
  return undo?.wanted === wanted.contentSha256 ? undo : undefined;
};

/** Written over instead of removed, for which a restore has no right. */
const forget = async (vault: Vault, instance: string, code: string): Promise<void> => {
  await vault.putAt(projectUndoKey(instance, code), Buffer.from('null'));
};

/** Nothing in it may be active when it is deleted. */
const removeProject = async (oic: OicClient, project: Project, waiting: Waiting): Promise<void> => {
  const inside = switchboardOf(oic, project);
  for (const { id, status } of await oic.inProject(project.id).listIntegrations()) {
    if (status === 'ACTIVATED' || status.endsWith('_INPROGRESS')) await deactivateAndWait(inside, id, waiting);
  }
  try {
    await oic.deleteProject(project.id);
  } catch (error) {
    if (!isOicError(error) || (await findProject(oic, project.code))) throw error;
  }
};

/** Adds it, every lost answer settled by reading; what came of an earlier try counts. */
export const importProjectSettled = async (
  oic: OicClient,
  { code, bytes, contentSha256 }: { readonly code: string; readonly bytes: Uint8Array; readonly contentSha256: string },
  sleep: Waiting['sleep'],
): Promise<void> => {
  const isDone = async (): Promise<boolean> => {
    const there = await findProject(oic, code);
    return there !== undefined && (await hasContent(() => oic.exportProject(there), contentSha256));
  };
  try {
    await writeSettled(() => oic.importProject(code, bytes), isDone, sleep);
  } catch (error) {
    if (!isOicError(error, 'conflict') || !(await isDone())) throw error;
  }
};

/** @returns what is to be thrown: the cause, and what became of the target's own project */
const goBack = async (services: Services, code: string, undo: Undo, cause: Error): Promise<Error> => {
  const { oic, vault } = services;
  const copy = `${undo.copy.key} in ${vault.name}`;
  try {
    await putBack(services, code, undo);
  } catch (error) {
    if (!isTroubleOfOne(error)) throw error;
    return new RestoreTrouble(
      `${cause.message}. Putting back what ${oic.instance} had of it failed too: ${error.message}. Its archive is kept as ${copy}: import it in the console, or run the restore again`,
      { cause },
    );
  }
  await forget(vault, oic.instance, code);
  return new RestoreTrouble(
    `${cause.message}. ${oic.instance} has its own project ${code} as before (also kept as ${copy})`,
    { cause },
  );
};

const putBack = async (services: Services, code: string, { copy, connections, active }: Undo): Promise<void> => {
  const { oic, vault, waiting } = services;
  const there = await findProject(oic, code);
  if (!there) {
    const bytes = await vault.getArchive(copy);
    await importProjectSettled(oic, { code, bytes, contentSha256: copy.contentSha256 }, waiting.sleep);
  }
  const project = there ?? (await findProject(oic, code));
  if (!project) throw new RestoreTrouble(`the project ${code} is not listed on ${oic.instance} after it was imported`);
  const inside = switchboardOf(oic, project);
  await connect(inside, { connections }, services.connections, waiting.sleep);
  for (const { id, isScheduleStarted, schedule = isScheduleStarted ? 'started' : 'stopped', tracing } of active) {
    const { status } = (await inside.getIntegration(id)) ?? {};
    if (status !== 'ACTIVATED') await activateAndWait(inside, id, tracing, waiting);
    if (schedule !== null) await setSchedule(inside, id, schedule, waiting);
  }
};
