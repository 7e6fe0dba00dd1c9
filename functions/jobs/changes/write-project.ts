/**
 * The writes that put a project into an instance, settled: every lost answer is settled by reading, and what came of an
 * earlier try counts.
 */
import type { IntegrationId } from '../../core/integration.ts';
import type { Project } from '../../core/items.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError } from '../../oic/http/errors.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { findProject, stopProject } from './project-switches.ts';
import { hasContent, writeSettled } from './write-content.ts';

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
  sleep: ActivationWait['sleep'],
): Promise<void> => {
  const isDone = async (): Promise<boolean> => {
    const there = await findProject(oic, code);
    return there !== undefined && (await holdsProject(oic, there, designSha256));
  };
  try {
    await writeSettled(() => oic.importProject(code, bytes), isDone, sleep);
  } catch (error) {
    if (!isOicError(error, 'conflict') || !(await isDone())) throw error;
  }
};

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
  { code, bytes, designSha256, integrations }: Omit<ProjectContent, 'connections' | 'callOrder'>,
  waiting: ActivationWait,
): Promise<boolean> => {
  const replace = (): Promise<void> =>
    writeSettled(
      () => oic.replaceProject(code, bytes),
      () => holdsProject(oic, project, designSha256),
      waiting.sleep,
    );
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
  try {
    await oic.deleteProject(project.id);
  } catch (error) {
    if (!isOicError(error) || (await findProject(oic, project.code))) throw error;
  }
};

export const holdsProject = (oic: OicClient, project: Project, designSha256: string): Promise<boolean> =>
  hasContent(() => oic.exportProject(project), designSha256);
