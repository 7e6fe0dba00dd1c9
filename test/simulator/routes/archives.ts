/** `/integrations/archive` and `/integrations/{id}/archive`: import, replace, export. */

import { readCompressed } from '../archives/zip.ts';
import { lockedRefusal } from '../holds/activation.ts';
import type { State } from '../holds/holdings.ts';
import { addArchive, replaceArchive } from '../holds/importing.ts';
import { persistedStatus } from '../holds/state.ts';
import { type Answer, emptyAnswer, jsonAnswer, Refusal } from '../http/answer.ts';
import { fileAnswer, integrationJson, integrationUrl } from '../http/wire.ts';
import type { Call, Route } from './route.ts';
import { readFile } from './uploads.ts';

export const archiveRoutes = (state: State): Route[] => [
  { method: 'GET', path: 'integrations/:id/archive', kind: 'export', handle: (call) => exportArchive(state, call) },
  {
    method: 'POST',
    path: 'integrations/archive',
    kind: 'import',
    isChange: true,
    identify,
    handle: (call) => {
      const { id } = addArchive(state, readFile(call), call.caller);
      return emptyAnswer(state.behaviour.importSuccess, { location: integrationUrl(state, id) });
    },
  },
  {
    method: 'PUT',
    path: 'integrations/archive',
    kind: 'replace',
    isChange: true,
    identify,
    handle: (call) => {
      const integration = replaceArchive(state, readFile(call), call.caller);
      const { putSuccess } = state.behaviour;
      return putSuccess === 204 ? emptyAnswer(204) : jsonAnswer(200, integrationJson(state, integration));
    },
  },
];

/** The id by the project folder, so that requests and faults can be told apart by it; undefined when there is none. */
const identify: NonNullable<Route['identify']> = (headers, body) => {
  try {
    const names = readCompressed(readFile({ headers, body })).map(({ name }) => name);
    const folder = names.flatMap((name) => /^icspackage\/project\/([^/]+)_([\d.]+)\//.exec(name) ?? []);
    return folder[1] && `${folder[1]}|${folder[2]}`;
  } catch {
    return undefined;
  }
};

const exportArchive = (state: State, { id }: Call): Answer => {
  const integration = state.find(id);
  if (integration.lock) throw lockedRefusal(integration, 423);
  if (integration.projectType === 'PREBUILT') throw new Refusal(423, `Integration ${id} is of PREBUILT type`);
  const occasion = {
    exportedAt: new Date(state.now()),
    entrySeed: state.random.below(2 ** 31),
    state: persistedStatus(integration.status),
  };
  const body = integration.archive.write(occasion, state.stamps);
  return fileAnswer(`${integration.code}_${integration.version}.iar`, body);
};
