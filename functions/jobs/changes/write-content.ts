/** The writes of integrations, settled. The exact bytes are sent, for Oracle refuses edited archives. */

import type { Archive } from '../../core/archive/integration-archive.ts';
import type { IntegrationId } from '../../core/integration.ts';
import type { OicClient } from '../../oic/client.ts';
import { isOicError } from '../../oic/http/errors.ts';
import type { ActivationWait } from '../instance/activation-wait.ts';
import { PATIENCE_MS, type Sight, settle, type Write } from './settled-write.ts';

export interface Content {
  readonly archive: Archive;
  readonly bytes: Uint8Array;
  /** The design of what it replaces; undefined: that could not be exported, or there is none. */
  readonly was?: string | undefined;
}

/** Adds one that the instance does not have. */
export const importContent = (oic: OicClient, { archive, bytes }: Content, waiting: ActivationWait): Promise<void> => {
  const { id } = archive;
  const look = async (isTaken: boolean): Promise<Sight> => {
    if (!isTaken)
      return sightOf(await exportedDesign(() => oic.exportIntegration(id)), archive.designSha256, undefined);
    return (await (waiting.sharedStatus ?? oic.getIntegration)(id)) ? 'done' : 'before';
  };
  return settle({ ...ofContent(oic, 'importing', id), send: () => oic.importIntegration(id, bytes), look }, waiting);
};

/** Replaces one that is not active. */
export const replaceContent = (
  oic: OicClient,
  { archive, bytes, was }: Content,
  waiting: ActivationWait,
): Promise<void> => {
  const { id } = archive;
  const look = async () => sightOf(await exportedDesign(() => oic.exportIntegration(id)), archive.designSha256, was);
  return settle({ ...ofContent(oic, 'replacing', id), send: () => oic.replaceIntegration(id, bytes), look }, waiting);
};

/** Takes one away that is not active. What is gone already is as wanted. */
export const removeContent = (oic: OicClient, id: IntegrationId, waiting: ActivationWait): Promise<void> => {
  const look = async (): Promise<Sight> => ((await oic.getIntegration(id)) ? 'before' : 'done');
  return settle({ ...ofContent(oic, 'deleting', id), send: () => oic.deleteIntegration(id), look }, waiting);
};

const ofContent = (
  { instance }: OicClient,
  doing: string,
  id: IntegrationId,
): Pick<Write, 'what' | 'patienceMs' | 'lookAt' | 'command'> => ({
  what: `${doing} ${id} on ${instance}`,
  patienceMs: PATIENCE_MS.content,
  lookAt: `${id} on ${instance}`,
  command: `oic show ${instance} '${id}'`,
});

type ExportOne = () => Promise<{ readonly archive: { readonly designSha256: string } }>;

/** What the instance has of it now; undefined when it is absent or locked. */
export const exportedDesign = async (exportOne: ExportOne): Promise<string | undefined> => {
  try {
    return (await exportOne()).archive.designSha256;
  } catch (error) {
    if (isOicError(error, 'not-found', 'locked')) return undefined;
    throw error;
  }
};

/** @param now,wanted,was designs; undefined: there is none that can be exported */
export const sightOf = (now: string | undefined, wanted: string, was: string | undefined): Sight => {
  if (now === wanted) return 'done';
  return now === was ? 'before' : 'unclear';
};
