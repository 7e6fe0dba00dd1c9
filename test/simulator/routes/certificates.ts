/**
 * `/certificates`, for Oracle Integration 3. Its parameters and the fields of one certificate are documented, an answer is
 * not recorded; so there are switches for its envelope and its ids
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-certificates-get.html).
 */

import type { Certificate, State } from '../holds/holdings.ts';
import { type Answer, jsonAnswer } from '../http/answer.ts';
import { wireTime } from '../http/wire.ts';
import { listAnswer } from './kind-listing.ts';
import type { Route } from './route.ts';

export const certificateRoutes = (state: State, pageCap: number | undefined): Route[] => [
  {
    method: 'GET',
    path: 'certificates',
    kind: 'certificate-list',
    handle: (call): Answer => {
      const items = [...state.certificates.values()];
      const toJson = (certificate: Certificate): object => certificateItem(state, certificate);
      const { certificateEnvelope } = state.behaviour;
      if (certificateEnvelope === 'bare') return jsonAnswer(200, { items: items.map(toJson) });
      if (certificateEnvelope === 'none') return jsonAnswer(200, items.map(toJson));
      return listAnswer(state, call, pageCap, { path: 'certificates', items, name: ({ name }) => name, toJson });
    },
  },
];

const certificateItem = (state: State, certificate: Certificate): object => {
  const { name, type, category, installedType, expires, lastUpdated, lastUpdatedBy, content } = certificate;
  return {
    ...(state.behaviour.certificateIds === 'given' && { id: [installedType, type, category, name].join('|') }),
    name,
    type,
    category,
    installedType,
    status: 'CONFIGURED',
    expires: wireTime(expires.getTime()),
    lastUpdated: wireTime(lastUpdated),
    lastUpdatedBy,
    content: [content],
    links: [],
  };
};
