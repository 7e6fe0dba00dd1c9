/** Certificates: that there is one, never anything of its content. */
import { hasSecretShape } from '../core/archive/secret-scan.ts';
import type { Certificate } from '../core/items.ts';
import type { SnapshotCertificate } from '../core/snapshot/sections.ts';
import type { Kind } from './kind.ts';

export const certificates: Kind<SnapshotCertificate> = {
  name: 'certificates',
  isNewer: true,
  // What an instance says of its certificates was never recorded, and there is nothing of them to back up.
  isRefusal: ({ kind }) => kind === 'unexpected-answer',
  list: async ({ oic }) => {
    const { items, odd } = await oic.listCertificates();
    return { items: items.filter(({ isOracles }) => !isOracles).map(entryOf), odd };
  },
};

/** Written out field by field: nothing of its content may slip in. */
const entryOf = (certificate: Certificate): SnapshotCertificate => {
  const { id, name, type, category, status, expires, lastUpdated, lastUpdatedBy } = certificate;
  const facts = { type, category, status, expires, lastUpdated, lastUpdatedBy };
  const told = Object.entries(facts).filter(([, value]) => value !== undefined && !hasSecretShape(value));
  return { id, name, ...Object.fromEntries(told) };
};
