/** Lookups outside projects: tables that translate values, whose names are their ids. */
import { readLookup } from '../core/archive/lookup-file.ts';
import { describeFindings, type SecretFinding, scanForSecrets } from '../core/archive/secret-scan.ts';
import type { Lookup } from '../core/items.ts';
import { lookupKey } from '../core/keys.ts';
import type { SnapshotLookup } from '../core/snapshot/sections.ts';
import type { Kind } from './kind.ts';

interface Seen {
  /** Cells that look like credentials; undefined when it could not be looked through. */
  readonly findings: readonly SecretFinding[] | undefined;
}

export const lookups: Kind<Lookup, Omit<SnapshotLookup, 'archive'>, Partial<Seen>> = {
  name: 'lookups',
  list: ({ oic }) => oic.listLookups(),
  archive: {
    key: (instance, { name }) => lookupKey(instance, name),
    itemsOn: (oic) => oic.listLookups(),
    export: (oic, { name }) => oic.exportLookup(name),
    mustObserve: (_item, last, scan) => scan && last?.findings === undefined,
    observe: async ({ item, scan, bytes }) => {
      if (!scan) return {};
      const held = await bytes();
      return { findings: held && scanForSecrets(await readLookup(held, item.id)) };
    },
    describe: ({ id, name }, { findings }, last) => {
      const known = findings ?? last?.findings;
      return { id, name, ...(known && { findings: known }) };
    },
    warnings: (label, { findings = [] }) => {
      const message = describeFindings(findings);
      return message === undefined ? [] : [{ id: label, message }];
    },
  },
};
