/**
 * `/libraries`: list, export, register, update
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-libraries-archive-post.html).
 */

import type { Library, State } from '../holds/holdings.ts';
import { readLibrary, saveLibrary, writeLibrary } from '../holds/library.ts';
import { emptyAnswer, jsonAnswer, Refusal } from '../http/answer.ts';
import { fileAnswer, wireTime } from '../http/wire.ts';
import { listAnswer } from './kind-listing.ts';
import type { Call, Route } from './route.ts';
import { fileTitle, readFields, readFile } from './uploads.ts';

export const libraryRoutes = (state: State, pageCap: number | undefined): Route[] => [
  {
    method: 'GET',
    path: 'libraries',
    kind: 'library-list',
    handle: (call) =>
      listAnswer(state, call, pageCap, {
        path: 'libraries',
        items: [...state.libraries.values()],
        name: ({ name, id }) => `${name}\0${id}`,
        toJson: libraryItem,
      }),
  },
  {
    method: 'GET',
    path: 'libraries/:id/archive',
    kind: 'library-export',
    handle: ({ id }) => {
      const library = find(state, id);
      const bytes = writeLibrary(library, new Date(state.now()), state.random.below(2 ** 31));
      return fileAnswer(`${library.code}_${library.version}.jar`, bytes);
    },
  },
  {
    method: 'POST',
    path: 'libraries/archive',
    kind: 'library-import',
    isChange: true,
    identify: fileTitle,
    handle: (call) => {
      const fields = readFields(call, ['name', 'code', 'version', 'type']);
      const [name = '', code = '', version = ''] = ['name', 'code', 'version'].map((field) => fields.get(field));
      if (fields.get('type') !== 'API') throw new Refusal(400, 'type is API');
      if (!/^\d\d\.\d\d\.\d{4}$/.test(version)) throw new Refusal(400, `${version} is no version`);
      const id = `${code}|${version}`;
      if (state.libraries.has(id)) throw new Refusal(409, `Library ${id} already exists`);
      saveLibrary(state, { code, version, name, members: readSent(state, call) }, call.caller);
      const location = `${state.baseUrl}/ic/api/integration/v1/libraries/${encodeURIComponent(id)}`;
      return emptyAnswer(state.behaviour.importSuccess, { location });
    },
  },
  {
    method: 'POST',
    path: 'libraries/:id/archive',
    kind: 'library-update',
    isChange: true,
    handle: (call) => {
      const library = find(state, call.id);
      saveLibrary(state, { ...library, members: readSent(state, call) }, call.caller);
      return jsonAnswer(200, libraryItem(find(state, call.id)));
    },
  },
];

const find = (state: State, id: string): Library => {
  const found = state.libraries.get(id);
  if (!found) throw new Refusal(404, `Library ${id} not found`);
  return found;
};

const readSent = (state: State, call: Call): Library['members'] => {
  const file = readFile(call);
  try {
    return readLibrary(file);
  } catch {
    throw new Refusal(state.behaviour.badArchiveStatus, 'The file is no library');
  }
};

const libraryItem = ({ id, code, version, name, lastUpdated, lastUpdatedBy }: Library): object => ({
  id,
  code,
  version,
  displayName: name,
  description: '',
  libraryType: 'API',
  status: 'CONFIGURED',
  lockedFlag: false,
  lastUpdatedDate: wireTime(lastUpdated),
  lastUpdatedBy,
});
