/**
 * What an import does to an instance: the integration arrives CONFIGURED (or INPROGRESS, when it was a draft), never
 * active and with its schedule not started; connections, lookups and libraries it brings along are created when they are missing.
 */

import { BadArchive } from '../archives/archive-facts.ts';
import { readArchive, type StoredArchive } from '../archives/stored-archive.ts';
import { Refusal } from '../http/answer.ts';
import { lockedRefusal } from './activation.ts';
import { createConnection } from './connection.ts';
import type { Connection, Integration, IntegrationStatus, State } from './holdings.ts';
import { librariesIn, saveLibrary } from './library.ts';
import { readDvm, saveLookup } from './lookup.ts';
import { isInService, stopAtOnce } from './state.ts';

/** POST: adds what is not there yet. @throws Refusal */
export const addArchive = (state: State, bytes: Uint8Array, by: string): Integration => {
  const archive = openArchive(state, bytes);
  const { id } = archive.facts;
  if (state.integrations.has(id)) throw new Refusal(409, `Integration ${id} already exists`);
  return placeArchive(state, archive, by);
};

/** PUT: exchanges what is there. @throws Refusal */
export const replaceArchive = (state: State, bytes: Uint8Array, by: string): Integration => {
  const { behaviour } = state;
  const archive = openArchive(state, bytes);
  const integration = state.integrations.get(archive.facts.id);
  if (!integration) throw new Refusal(404, `Integration ${archive.facts.id} not found; use POST to add it`);
  if (integration.lock) throw lockedRefusal(integration, behaviour.putOnLocked);
  if (isInService(integration) && behaviour.putOnActive !== 'accept') {
    throw new Refusal(
      behaviour.putOnActive,
      'Failed to save integration configuration because it is active or is in the process of being activated.',
    );
  }
  integration.archive = archive;
  integration.status = importedStatus(archive);
  integration.pending = undefined;
  integration.lag = undefined;
  stopAtOnce(integration);
  integration.scheduleDefined = undefined;
  integration.parameters = undefined;
  integration.tracing = { tracing: false, payload: false, recording: false };
  integration.activationError = undefined;
  bringAlong(state, archive, by);
  state.put(integration);
  state.updated(integration, by);
  return integration;
};

/** Puts an integration there, whatever was there before, with all it brings along. */
export const placeArchive = (
  state: State,
  archive: StoredArchive,
  by: string,
  at = state.now(),
  projectType: Integration['projectType'] = 'DEVELOPED',
): Integration => {
  const { id, code, version } = archive.facts;
  const integration: Integration = {
    id,
    code,
    version,
    projectType,
    archive,
    status: importedStatus(archive),
    lock: undefined,
    created: at,
    createdBy: by,
    lastUpdated: at,
    lastUpdatedBy: by,
    tracing: { tracing: false, payload: false, recording: false },
    schedule: 'stopped',
    scheduleMoved: undefined,
    scheduleDefined: undefined,
    parameters: undefined,
    activationError: undefined,
    pending: undefined,
    lag: undefined,
    json: undefined,
  };
  state.put(integration);
  bringAlong(state, archive, by);
  return integration;
};

const openArchive = (state: State, bytes: Uint8Array): StoredArchive => {
  try {
    return readArchive(bytes);
  } catch (error) {
    if (error instanceof BadArchive) throw new Refusal(state.behaviour.badArchiveStatus, error.message, error.code);
    throw error;
  }
};

const importedStatus = ({ facts }: StoredArchive): IntegrationStatus =>
  facts.persistedState === 'INPROGRESS' ? 'INPROGRESS' : 'CONFIGURED';

const bringAlong = (state: State, archive: StoredArchive, by: string): void => {
  const { behaviour } = state;
  for (const facts of archive.facts.connections) {
    if (state.connections.has(facts.id) && behaviour.importKeepsConnections) continue;
    const connection: Connection = createConnection(facts, by, state.now());
    if (behaviour.importedConnection === 'CONFIGURED') connection.status = 'CONFIGURED';
    state.connections.set(facts.id, connection);
  }
  for (const { name, data } of archive.facts.lookups) {
    if (state.lookups.has(name) && !behaviour.importOverwritesLookups) continue;
    saveLookup(state, { name, ...readDvm(data) }, by);
  }
  if (!behaviour.importBringsLibraries) return;
  for (const library of librariesIn(archive.members)) {
    if (state.libraries.has(`${library.code}|${library.version}`)) continue;
    saveLibrary(state, { ...library, name: library.code }, by);
  }
};
