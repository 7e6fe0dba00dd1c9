/** Certificates: that there is one, never anything of its content. */

import type { Certificate } from '../core/items.ts';
import type { Entry } from '../core/kinds.ts';
import { hasSecretShape } from '../core/secret-scan.ts';
import { MAYBE_TEXT } from '../core/snapshot/sections.ts';
import type { Kind } from './kind.ts';
import { toldOf } from './manual-steps.ts';

interface SnapshotCertificate extends Entry {
  /** X509, PGP, SAML, ... */
  readonly type?: string | undefined;
  /** TRUST, IDENTITY, PUBLIC, PRIVATE, ... */
  readonly category?: string | undefined;
  readonly status?: string | undefined;
  /** ISO 8601 in UTC. */
  readonly expires?: string | undefined;
}

declare module '../core/kinds.ts' {
  interface Sections {
    readonly certificates: SnapshotCertificate;
  }
}

export const certificates: Kind<SnapshotCertificate> = {
  name: 'certificates',
  nouns: ['certificate', 'certificates'],
  fields: { type: MAYBE_TEXT, category: MAYBE_TEXT, status: MAYBE_TEXT, expires: MAYBE_TEXT },
  facts: [
    { name: 'type', value: ({ type }) => type },
    { name: 'category', value: ({ category }) => category },
    { name: 'status', as: 'status', value: ({ status }) => status },
    { name: 'expires', as: 'time', value: ({ expires }) => expires },
  ],
  isNewer: true,
  // What an instance says of its certificates was never recorded, and there is nothing of them to back up.
  isRefusal: ({ kind }) => kind === 'unexpected-answer',
  list: async ({ oic }) => {
    const { items, odd } = await oic.listCertificates();
    return { items: items.filter(({ isOracles }) => !isOracles).map(entryOf), odd };
  },
  byHand: {
    order: 3,
    todo: (_entry, own) =>
      own
        ? undefined
        : 'upload this certificate under this name, with its key and password where it has them: Oracle does not hand them out',
    values: ({ type, category, status, expires }) => toldOf({ type, category, status, expires }),
  },
};

/** Written out field by field: nothing of its content may slip in. */
const entryOf = (certificate: Certificate): SnapshotCertificate => {
  const { id, name, type, category, status, expires, lastUpdated, lastUpdatedBy } = certificate;
  const facts = { type, category, status, expires, lastUpdated, lastUpdatedBy };
  const told = Object.entries(facts).filter(([, value]) => value !== undefined && !hasSecretShape(value));
  return { id, name, ...Object.fromEntries(told) };
};
