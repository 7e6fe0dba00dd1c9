/**
 * One project into a target. One that is there is replaced in place; where the instance does not know how, it is deleted and
 * imported, unless that would take passwords along which nobody can give back. Either way with a way back: its own archive
 * and what ran in it are kept in the vault before anything is touched, and put back when the other cannot be. What is kept
 * outlives a run that was cut off; the next one goes on, and can still go back.
 */

import { callOrderIn, inCallOrder } from '../../core/archive/project-calls.ts';
import { NotKnown } from '../../core/errors.ts';
import type { Project } from '../../core/items.ts';
import { itemKey, safetyCopyKey, undoKey } from '../../core/keys.ts';
import { passwordsLost } from '../../core/plan/plan-restore-projects.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { isMeantActive } from '../../core/status.ts';
import { projects } from '../../kinds/projects.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ConnectionSettings } from '../../oic/http/credentials.ts';
import type { Vault } from '../../store/vault.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { connect } from './connect.ts';
import { findProject, type RanBefore, startAgain, switchboardOf } from './project-switches.ts';
import { readProject } from './read-project.ts';
import { mayStillArrive, waitToLookAgain } from './second-look.ts';
import { causeText, isTroubleOfOne, RestoreTrouble } from './trouble.ts';
import {
  importProjectSettled,
  type ProjectContent,
  projectDesign,
  removeProject,
  replaceProjectSettled,
} from './write-project.ts';

/** The target's own project as it was before it was touched. */
interface Undo {
  /** The design that takes its place: what was left by a run that wanted another does not count. */
  readonly wanted: string;
  readonly copy: ArchiveRef & { readonly designSha256: string };
  /** That lose their passwords when it is deleted, and get them from the target's settings again. */
  readonly connections: ProjectContent['connections'];
  readonly active: RanBefore;
}

export interface ProjectServices {
  /** Of the target. */
  readonly oic: OicClient;
  readonly vault: Vault;
  readonly waiting: ActivationWait;
  readonly connections: Readonly<Record<string, ConnectionSettings>>;
}

/**
 * @param startsAgain what ran in the target's own runs again afterwards; else the caller sees to what is to run
 * @throws when it could not be put there; the message then says what became of the target's own
 */
export const putProject = async (
  services: ProjectServices,
  wanted: ProjectContent,
  startsAgain = false,
): Promise<void> => {
  const { oic, vault, waiting } = services;
  const { code } = wanted;
  const own = await findProject(oic, code);
  const undo = own ? await keepOwn(services, wanted, own) : await recall(vault, oic.instance, wanted);
  if (own && !undo) return;
  const orGoBack = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!undo || !isTroubleOfOne(error)) throw error;
      throw await goBack(services, code, undo, error);
    }
  };
  const was = undo?.copy.designSha256;
  const isReplaced =
    own !== undefined && (await orGoBack(() => replaceProjectSettled(oic, own, { ...wanted, was }, waiting)));
  if (own && undo && !isReplaced) await refuseLoss(services, code, undo);
  await orGoBack(async () => {
    if (own && !isReplaced) await removeProject(oic, own, waiting);
    if (!isReplaced) await importProjectSettled(oic, wanted, waiting);
    if (undo && startsAgain) await run(services, code, wanted.connections, inCallOrder(undo.active, wanted.callOrder));
  });
  if (undo) await forget(vault, oic.instance, code);
};

/** Where the target's own copy is kept. */
export const projectCopyOf = (instance: string, code: string): string => safetyCopyKey(instance, keyOf(instance, code));

const keyOf = (instance: string, code: string): string =>
  itemKey(instance, projects, { id: code, code, name: code, integrations: [] });

const undoKeyOf = (instance: string, code: string): string => undoKey(instance, keyOf(instance, code));

/** @throws RestoreTrouble when deleting it, which is all that is left, takes along what nobody can give back */
const refuseLoss = async (services: ProjectServices, code: string, { connections }: Undo): Promise<void> => {
  const { oic, vault } = services;
  const why = passwordsLost(connections, new Set(Object.keys(services.connections)));
  if (why === undefined) return;
  await forget(vault, oic.instance, code);
  throw new RestoreTrouble(`project ${code} was left as it is on ${oic.instance}: it ${why}`);
};

/** @returns undefined when the target's own is the wanted one already */
const keepOwn = async (
  { oic, vault, waiting }: ProjectServices,
  wanted: ProjectContent,
  own: Project,
): Promise<Undo | undefined> => {
  const { bytes, archive } = await oic.exportProject(own);
  if (archive.designSha256 === wanted.designSha256) return undefined;
  const earlier = await recall(vault, oic.instance, wanted);
  // Cut off before it was replaced: what ran then may have been stopped already.
  if (earlier?.copy.designSha256 === archive.designSha256) return earlier;
  const { integrations, connections } = await readProject(oic, own.code, own.id, waiting, true);
  const stored = await vault.putAt(projectCopyOf(oic.instance, own.code), bytes);
  const { sha256, contentSha256, designSha256 } = archive;
  const undo: Undo = {
    wanted: wanted.designSha256,
    copy: { ...stored, bytes: bytes.length, sha256, contentSha256, designSha256 },
    connections,
    active: inCallOrder(integrations, callOrderIn(archive.integrations))
      .filter(isMeantActive)
      .map(({ id, schedule, scheduleParameters: parameters, tracing }) => ({
        id,
        schedule: schedule === 'unknown' ? null : schedule,
        parameters,
        tracing,
      })),
  };
  await vault.putAt(undoKeyOf(oic.instance, own.code), Buffer.from(JSON.stringify(undo)));
  return undo;
};

const recall = async (
  vault: Vault,
  instance: string,
  { code, designSha256 }: ProjectContent,
): Promise<Undo | undefined> => {
  const note = await vault.getAt(undoKeyOf(instance, code));
  const undo = note && (JSON.parse(Buffer.from(note).toString('utf8')) as Undo | null);
  return undo?.wanted === designSha256 ? undo : undefined;
};

/** Written over instead of removed, for which a restore has no right. */
const forget = async (vault: Vault, instance: string, code: string): Promise<void> => {
  await vault.putAt(undoKeyOf(instance, code), Buffer.from('null'));
};

/** @returns what is to be thrown: the cause, and what became of the target's own project */
const goBack = async (services: ProjectServices, code: string, undo: Undo, cause: Error): Promise<Error> => {
  const { oic, vault } = services;
  const copy = `${undo.copy.key} in ${vault.name}`;
  let isSure = true;
  try {
    await putBack(services, code, undo);
    if (mayStillArrive(cause)) {
      isSure = await waitToLookAgain(`project ${code} on ${oic.instance}`, services.waiting);
      if (isSure) await putBack(services, code, undo);
    }
  } catch (error) {
    if (!isTroubleOfOne(error)) throw error;
    return new RestoreTrouble(
      `${cause.message}. Putting back what ${oic.instance} had of it failed too: ${error.message}. Its archive is kept as ${copy}: import it in the console, or run this again`,
      { cause },
    );
  }
  await forget(vault, oic.instance, code);
  if (!isSure) {
    const read = 'the project was put back, and there was no time to look again';
    const unknown = {
      sent: causeText(cause),
      read,
      lookAt: `project ${code} on ${oic.instance}`,
      command: `oic list ${oic.instance} --kind projects`,
    };
    return new NotKnown(
      `whether ${unknown.lookAt} stays as it was is not known: ${unknown.sent}; ${read}, so what was sent may still arrive. Its own archive is kept as ${copy}. Look at it: \`${unknown.command}\``,
      unknown,
    );
  }
  // What it was caused by is found out, whatever it was.
  return new RestoreTrouble(
    `${causeText(cause)}. ${oic.instance} has its own project ${code} as before (also kept as ${copy})`,
  );
};

const putBack = async (services: ProjectServices, code: string, undo: Undo): Promise<void> => {
  const { oic, vault, waiting } = services;
  const { designSha256 } = undo.copy;
  const there = await findProject(oic, code);
  const was = there && (await projectDesign(oic, there));
  if (was !== designSha256) {
    const bytes = await vault.getArchive(undo.copy);
    const content = { code, bytes, designSha256, integrations: undo.active, was };
    if (!there) await importProjectSettled(oic, content, waiting);
    else if (!(await replaceProjectSettled(oic, there, content, waiting))) {
      throw new RestoreTrouble(`project ${code} is there with other content, and ${oic.instance} does not replace it`);
    }
  }
  await run(services, code, undo.connections, undo.active);
};

/** Brings what ran before back to where it was, connections first. */
const run = async (
  { oic, waiting, connections: settings }: ProjectServices,
  code: string,
  connections: ProjectContent['connections'],
  ranBefore: RanBefore,
): Promise<void> => {
  const project = await findProject(oic, code);
  if (!project) throw new RestoreTrouble(`the project ${code} is not listed on ${oic.instance} after it was imported`);
  const inside = switchboardOf(oic, project);
  await connect(inside, { connections }, settings, waiting);
  await startAgain(inside, ranBefore, waiting);
};
