/** Lookups outside projects: tables that translate values, whose names are their ids. */
import * as z from 'zod/mini';
import { readLookup } from '../core/archive/lookup-file.ts';
import { type ChangedLookup, diffTables } from '../core/diff/lookups.ts';
import { Refused } from '../core/errors.ts';
import type { Lookup } from '../core/items.ts';
import { type Entry, SAVED } from '../core/kinds.ts';
import { describeFindings, type SecretFinding, scanForSecrets } from '../core/secret-scan.ts';
import type { Stored } from '../core/snapshot/archived-items.ts';
import { TEXT } from '../core/snapshot/sections.ts';
import { rowsOf } from './diff-lines.ts';
import type { Kind } from './kind.ts';

interface SnapshotLookup extends Entry {
  /** Cells that look like credentials; absent when the lookup was not looked through. */
  readonly findings?: readonly SecretFinding[] | undefined;
}

declare module '../core/kinds.ts' {
  interface Sections {
    readonly lookups: Stored<SnapshotLookup>;
  }
}

export const lookups: Kind<Lookup, SnapshotLookup, Pick<SnapshotLookup, 'findings'>> = {
  name: 'lookups',
  nouns: ['lookup', 'lookups'],
  fields: { findings: z.optional(z.array(z.looseObject({ row: z.number(), column: TEXT, looksLike: TEXT }))) },
  file: { ending: '.csv', parts: 1, partsOf: ({ id }) => [id] },
  facts: SAVED,
  list: ({ oic }) => oic.listLookups(),
  archive: {
    itemsOn: (oic) => oic.listLookups(),
    export: (oic, { name }) => oic.exportLookup(name),
    read: async (bytes, expected) => {
      const { name: id, contentSha256, designSha256, formerContentSha256 } = await readLookup(bytes, expected);
      return { id, contentSha256, designSha256, formerContentSha256 };
    },
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
  restore: {
    when: 'before',
    add: (oic, { id }, bytes) => oic.importLookup(id, bytes),
    replace: (oic, { id }, bytes) => oic.replaceLookup(id, bytes),
    readFile: async (bytes, fileName) => {
      // The name of a file decides nothing; it only helps to see a title in a first line that begins with it.
      const alone = await readLookup(bytes);
      const { name, ...read } = alone.name === undefined ? await readLookup(bytes, fileName) : alone;
      if (name !== undefined) return { ...read, entry: { id: name, name } };
      throw new Refused(
        'it does not tell which lookup it is: its first line must be DVM,<name>,<description>, as Oracle exports it',
      );
    },
  },
  details: {
    compare: async (from, to, id) => diffTables(id, await readLookup(from, id), await readLookup(to, id)),
    text: rowText,
  },
  download: { ending: '.csv', get: (oic, id) => oic.exportLookup(id) },
};

function rowText({ columns, rows, rowsAdded, rowsRemoved, isDescribedAnew }: ChangedLookup): string {
  const [before, after] = [columns.from.join(', '), columns.to.join(', ')];
  const columnText = before === after ? '' : `columns ${before} -> ${after}; `;
  return `${isDescribedAnew ? 'another description; ' : ''}${columnText}${rows.from} -> ${rowsOf(rows.to)} (${rowsAdded} new, ${rowsRemoved} gone)`;
}
