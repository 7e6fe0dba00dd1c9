/**
 * One container into a target. One that is there is replaced in place; where the instance does not know how, it is deleted and
 * imported, unless that would take passwords along which nobody can give back. Either way with a way back: its own archive
 * and what ran in it are kept in the vault before anything is touched, and put back when the other cannot be. What is kept
 * outlives a run that was cut off; the next one goes on, and can still go back.
 */

import { inCallOrder } from '../../core/archive/calls-inside.ts';
import { NotKnown } from '../../core/errors.ts';
import { itemKey, safetyCopyKey, undoKey } from '../../core/keys.ts';
import { idOf, labelOf } from '../../core/kinds.ts';
import type { OwnConnections } from '../../core/plan/connection-address.ts';
import { passwordsLost } from '../../core/plan/plan-restore-containers.ts';
import type { ArchiveRef } from '../../core/snapshot/archive-ref.ts';
import { isMeantActive } from '../../core/status.ts';
import { RESTORED_KINDS } from '../../kinds/all-kinds.ts';
import { type Item, isContainer } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import type { ConnectionSettings } from '../../oic/http/credentials.ts';
import type { Vault } from '../../store/vault.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { mapLimited } from '../journal/journal.ts';
import { connect } from './connect.ts';
import { type RanBefore, startAgain, switchboardOf } from './container.ts';
import { readContainer } from './read-container.ts';
import { mayStillArrive, waitToLookAgain } from './second-look.ts';
import { causeText, isTroubleOfOne, RestoreTrouble } from './trouble.ts';
import { type ContainerContent, removeContainer, replaceContainer } from './write-container.ts';
import { addItem, findItem, itemDesign } from './write-item.ts';

/** The target's own as it was before it was touched. */
interface Undo {
  /** The design that was to take its place: a note of a run that wanted another one does not count. */
  readonly wanted: string;
  readonly copy: ArchiveRef & { readonly designSha256: string };
  /** They lose their passwords when it is deleted, and get them again from the target's settings. */
  readonly connections: ContainerContent['connections'];
  readonly active: RanBefore;
  /** An older note does not tell. */
  readonly ownConnections?: OwnConnections | undefined;
}

export interface ContainerServices {
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
export const putContainer = async (
  services: ContainerServices,
  wanted: ContainerContent,
  startsAgain = false,
): Promise<void> => {
  const { oic, waiting } = services;
  const { kind, entry } = wanted;
  const own = await findItem(oic, kind, idOf(kind, entry));
  const undo = own ? await keepOwn(services, wanted, own) : await recall(services, wanted);
  if (own && !undo) return;
  const orGoBack = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!undo || !isTroubleOfOne(error)) throw error;
      throw await goBack(services, wanted, undo, error);
    }
  };
  const was = undo?.copy.designSha256;
  const isReplaced = own !== undefined && (await orGoBack(() => replaceContainer(oic, own, wanted, was, waiting)));
  if (own && undo && !isReplaced) await refuseLoss(services, wanted, undo);
  await orGoBack(async () => {
    if (own && !isReplaced) await removeContainer(oic, kind, own, waiting);
    if (!isReplaced) await addItem(oic, wanted, waiting);
    if (undo && startsAgain)
      await run(services, wanted, wanted.connections, { ...undo, active: inCallOrder(undo.active, wanted.callOrder) });
  });
  if (undo) await forget(services, wanted);
};

type Named = Pick<ContainerContent, 'kind' | 'entry'>;

const keyOf = ({ oic }: ContainerServices, { kind, entry }: Named): string => itemKey(oic.instance, kind, entry);

/** @throws RestoreTrouble when passwords that nobody can give back would go with it, for it can only be deleted */
const refuseLoss = async (services: ContainerServices, named: Named, { connections }: Undo): Promise<void> => {
  const { oic } = services;
  const why = passwordsLost(connections, new Set(Object.keys(services.connections)));
  if (why === undefined) return;
  await forget(services, named);
  throw new RestoreTrouble(`${labelOf(named.kind, named.entry)} was left as it is on ${oic.instance}: it ${why}`);
};

/** @returns undefined when the target's own is the wanted one already */
const keepOwn = async (services: ContainerServices, wanted: ContainerContent, own: Item): Promise<Undo | undefined> => {
  const { oic, vault } = services;
  const { bytes, archive } = await wanted.kind.archive.export(oic, own);
  if (archive.designSha256 === wanted.designSha256) return undefined;
  const earlier = await recall(services, wanted);
  // Cut off before it was replaced: what ran then may have been stopped already.
  if (earlier?.copy.designSha256 === archive.designSha256) return earlier;
  const { integrations, connections, ownConnections } = await readContainer(services, wanted.kind, own, archive, true);
  const { callOrder = [] } = await wanted.kind.archive.read(bytes, own.id);
  const key = keyOf(services, wanted);
  const stored = await vault.putAt(safetyCopyKey(oic.instance, key), bytes);
  const { sha256, contentSha256, designSha256 } = archive;
  const undo: Undo = {
    wanted: wanted.designSha256,
    copy: { ...stored, bytes: bytes.length, sha256, contentSha256, designSha256 },
    connections,
    ownConnections,
    active: inCallOrder(integrations, callOrder)
      .filter(isMeantActive)
      .map(({ id, schedule, scheduleParameters: parameters, tracing }) => ({
        id,
        schedule: schedule === 'unknown' ? null : schedule,
        parameters,
        tracing,
      })),
  };
  await vault.putAt(undoKey(oic.instance, key), Buffer.from(JSON.stringify(undo)));
  return undo;
};

const recall = async (services: ContainerServices, wanted: ContainerContent): Promise<Undo | undefined> => {
  const note = await services.vault.getAt(undoKey(services.oic.instance, keyOf(services, wanted)));
  const undo = note && (JSON.parse(Buffer.from(note).toString('utf8')) as Undo | null);
  return undo?.wanted === wanted.designSha256 ? undo : undefined;
};

/** Keys of the archives kept of containers whose replacement was cut off: the instance may have lost what it had. */
export const readReplacingCutOff = async (vault: Vault, instance: string): Promise<readonly string[]> => {
  const folders = RESTORED_KINDS.filter(isContainer).map(({ name }) => safetyCopyKey(instance, `${name}/${instance}/`));
  const kept = await mapLimited(folders, 2, (folder) => vault.keysBelow(folder));
  const notes = kept.flat().filter((key) => key.endsWith('.json'));
  const undone = await mapLimited(notes, 4, async (key) => {
    const note = await vault.getAt(key);
    const undo = note && (JSON.parse(Buffer.from(note).toString('utf8')) as Undo | null);
    return undo ? [undo.copy.key] : [];
  });
  return undone.flat();
};

/** Written over, not removed: a restore has no right to remove. */
const forget = async (services: ContainerServices, named: Named): Promise<void> => {
  await services.vault.putAt(undoKey(services.oic.instance, keyOf(services, named)), Buffer.from('null'));
};

/** @returns what is to be thrown: the cause, and what became of the target's own */
const goBack = async (services: ContainerServices, named: Named, undo: Undo, cause: Error): Promise<Error> => {
  const { oic, vault } = services;
  const copy = `${undo.copy.key} in ${vault.name}`;
  const label = labelOf(named.kind, named.entry);
  let isSure = true;
  try {
    await putBack(services, named, undo);
    if (mayStillArrive(cause)) {
      isSure = await waitToLookAgain(`${label} on ${oic.instance}`, services.waiting);
      if (isSure) await putBack(services, named, undo);
    }
  } catch (error) {
    if (!isTroubleOfOne(error)) throw error;
    return new RestoreTrouble(
      `${cause.message}. Putting back what ${oic.instance} had of it failed too: ${error.message}. Its archive is kept as ${copy}: import it in the console, or run this again`,
      { cause },
    );
  }
  await forget(services, named);
  if (!isSure) {
    const read = `the ${named.kind.nouns[0]} was put back, and there was no time to look again`;
    const unknown = {
      sent: causeText(cause),
      read,
      lookAt: `${label} on ${oic.instance}`,
      command: `oic list ${oic.instance} --kind ${named.kind.name}`,
    };
    return new NotKnown(
      `whether ${unknown.lookAt} stays as it was is not known: ${unknown.sent}; ${read}, so what was sent may still arrive. Its own archive is kept as ${copy}. Look at it: \`${unknown.command}\``,
      unknown,
    );
  }
  // The target was read since, so nothing is unknown any more, whatever the cause was.
  return new RestoreTrouble(
    `${causeText(cause)}. ${oic.instance} has its own ${label} as before (also kept as ${copy})`,
  );
};

const putBack = async (services: ContainerServices, { kind, entry }: Named, undo: Undo): Promise<void> => {
  const { oic, vault, waiting } = services;
  const { designSha256 } = undo.copy;
  const there = await findItem(oic, kind, idOf(kind, entry));
  const was = there && (await itemDesign(oic, kind, there));
  if (was !== designSha256) {
    const content = { kind, entry, bytes: await vault.getArchive(undo.copy), designSha256, integrations: undo.active };
    if (!there) await addItem(oic, content, waiting);
    else if (!(await replaceContainer(oic, there, content, was, waiting))) {
      throw new RestoreTrouble(
        `${labelOf(kind, entry)} is there with other content, and ${oic.instance} does not replace it`,
      );
    }
  }
  await run(services, { kind, entry }, undo.connections, undo);
};

/** Brings what ran before back to where it was, connections first. */
const run = async (
  { oic, waiting, connections: settings }: ContainerServices,
  { kind, entry }: Named,
  connections: ContainerContent['connections'],
  { active, ownConnections }: Pick<Undo, 'active' | 'ownConnections'>,
): Promise<void> => {
  const own = await findItem(oic, kind, idOf(kind, entry));
  if (!own) {
    throw new RestoreTrouble(`the ${labelOf(kind, entry)} is not listed on ${oic.instance} after it was imported`);
  }
  const inside = switchboardOf(oic, kind, own);
  await connect(inside, { connections }, settings, waiting, ownConnections);
  await startAgain(inside, active, waiting);
};
