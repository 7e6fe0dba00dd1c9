/** The writes that put a project into an instance or take it away, settled. */
import type { IntegrationId } from '../../core/integration.ts';
import type { Project } from '../../core/items.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError } from '../../oic/http/errors.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { findProject, stopProject } from './project-switches.ts';
import { PATIENCE_MS, type Sight, settle, type Write } from './settled-write.ts';
import { exportedDesign, sightOf } from './write-content.ts';

export interface ProjectContent {
  readonly code: string;
  readonly bytes: Uint8Array;
  readonly designSha256: string;
  /** That are in it. */
  readonly integrations: readonly { readonly id: IntegrationId }[];
  /** That its archive brings along. */
  readonly connections: readonly { readonly id: string; readonly type: string }[];
  /** Those in it that call or are called, called first. */
  readonly callOrder: readonly IntegrationId[];
}

/** Adds it. */
export const importProjectSettled = async (
  oic: OicClient,
  { code, bytes, designSha256 }: Pick<ProjectContent, 'code' | 'bytes' | 'designSha256'>,
  waiting: ActivationWait,
): Promise<void> => {
  const look = async (isTaken: boolean): Promise<Sight> => {
    const there = await findProject(oic, code);
    if (!there || isTaken) return there ? 'done' : 'before';
    return sightOf(await projectDesign(oic, there), designSha256, undefined);
  };
  return settle({ ...ofProject(oic, 'importing', code), send: () => oic.importProject(code, bytes), look }, waiting);
};

interface Replacement extends Omit<ProjectContent, 'connections' | 'callOrder'> {
  /** The design of what it replaces. */
  readonly was: string | undefined;
}

/**
 * Replaces what is there in place, which leaves connections their passwords. Whether one with active integrations may be
 * replaced is not known: it is sent as it is, and again with all of it stopped when that is refused. What was replaced while
 * it ran may go on as it was, so it is stopped then: afterwards nothing of the content is active.
 *
 * @returns false when the instance knows no such call; then nothing was changed
 */
export const replaceProjectSettled = async (
  oic: OicClient,
  project: Project,
  { code, bytes, designSha256, integrations, was }: Replacement,
  waiting: ActivationWait,
): Promise<boolean> => {
  const look = async () => sightOf(await projectDesign(oic, project), designSha256, was);
  const replace = (): Promise<void> =>
    settle({ ...ofProject(oic, 'replacing', code), send: () => oic.replaceProject(code, bytes), look }, waiting);
  try {
    await replace();
  } catch (error) {
    // It is there: not found is the call.
    if (isOicError(error, 'not-offered', 'not-found')) return false;
    if (!isOicError(error, 'conflict', 'locked') || !(await stopProject(oic, project, waiting))) throw error;
    await replace();
  }
  const ids = new Set(integrations.map(({ id }) => id));
  await stopProject(oic, project, waiting, (id) => ids.has(id));
  return true;
};

/** Nothing in it may be active when it is deleted. */
export const removeProject = async (oic: OicClient, project: Project, waiting: ActivationWait): Promise<void> => {
  await stopProject(oic, project, waiting);
  const look = async (): Promise<Sight> => ((await findProject(oic, project.code)) ? 'before' : 'done');
  await settle(
    { ...ofProject(oic, 'deleting', project.code), send: () => oic.deleteProject(project.id), look },
    waiting,
  );
};

const ofProject = (
  { instance }: OicClient,
  doing: string,
  code: string,
): Pick<Write, 'what' | 'patienceMs' | 'lookAt' | 'command'> => ({
  what: `${doing} project ${code} on ${instance}`,
  patienceMs: PATIENCE_MS.project,
  lookAt: `project ${code} on ${instance}`,
  command: `oic list ${instance} --kind projects`,
});

/** Undefined when it is gone or locked. */
export const projectDesign = (oic: OicClient, project: Project): Promise<string | undefined> =>
  exportedDesign(() => oic.exportProject(project));
