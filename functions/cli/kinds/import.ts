/** `oic import`: integrations and items of other kinds from files; nothing is activated. */

import { basename, extname } from 'node:path';
import { type Archive, readArchive } from '../../core/archive/integration-archive.ts';
import { ConfigError, Refused } from '../../core/errors.ts';
import { idOf, labelOf, type OtherKind } from '../../core/kinds.ts';
import { foreseeImport, type Imported, type ImportServices, importArchive } from '../../jobs/changes/import-archive.ts';
import { foreseeItem, type ItemServices, importItem } from '../../jobs/changes/import-item.ts';
import { RESTORED_KINDS } from '../../kinds/all-kinds.ts';
import { isContainer, type ReadFile, type RestoredKind } from '../../kinds/kind.ts';
import type { OicClient } from '../../oic/client.ts';
import { type CommonOptions, checkEach, eachInTurn, openSession, withInstance } from '../command.ts';
import { commandLine } from '../command-line.ts';
import { type ConsentOptions, consentTo, type Intent } from '../consent.ts';
import { placeOf, readLocalFile } from '../files.ts';
import { restLine, untilInterrupted } from '../interruption.ts';
import { count } from '../output.ts';
import { WAITING } from '../waiting.ts';
import { IMPORTED_KINDS, kindsOption, otherKindOf } from './option.ts';

interface ImportOptions extends CommonOptions, Pick<ConsentOptions, 'confirm'> {
  readonly kind?: string;
  readonly vault: string;
}

interface FileResult {
  readonly file: string;
  readonly kind: 'integrations' | OtherKind;
  readonly id?: string;
  readonly action: Imported['action'] | 'failed' | 'unknown';
  /** Where the target's own is kept, when it was replaced. */
  readonly copy?: string;
  readonly error?: string;
}

export const importFiles = async (name: string, files: readonly string[], options: ImportOptions): Promise<number> => {
  const [kind, ...more] = kindsOption(options.kind, IMPORTED_KINDS) ?? [];
  if (more.length > 0) throw new ConfigError('`oic import` imports one kind at a time');
  const session = await openSession(options);
  const { out, runtime } = session;
  const ask = consentTo(out, runtime.instance(name), options, 'never');
  const { vault, confirm } = options;
  const ended = new Set<string>();
  let isBegun = false;
  const left = (): string | undefined => {
    const rest = files.filter((file) => !ended.has(file));
    if (rest.length === 0) return undefined;
    const goOn = commandLine(['import', name, ...rest], { '--kind': kind, '--vault': vault, '--confirm': confirm });
    return restLine(count(files.length, 'file'), isBegun ? ended.size : undefined, goOn);
  };
  return untilInterrupted(out, left, (stop) =>
    withInstance(session, name, async (oic) => {
      await ask(() => intentOf(oic, files, kind), stop);
      const connections = async () => (await runtime.credentials(name)).connections;
      const services = { oic, waiting: WAITING, openVault: () => runtime.openVault(vault) };
      const importOne = async (file: string): Promise<FileResult> => {
        isBegun = true;
        const given = await readGiven(file, kind);
        const done = await sendGiven(given, services, connections);
        return {
          file,
          kind: given.kind?.name ?? 'integrations',
          id: given.id,
          action: done.action,
          ...(done.action === 'replaced' && { copy: placeOf(vault, done.copy) }),
        };
      };
      const { results, exitCode } = await eachInTurn(
        session,
        files,
        stop,
        (file) => importOne(file).finally(() => ended.add(file)),
        (file, error, isKnown): FileResult => ({
          file,
          kind: kindOf(file, kind)?.name ?? 'integrations',
          action: isKnown ? 'failed' : 'unknown',
          error,
        }),
      );
      out.result({ results }, () => results.map((result) => lineOf(result, name)));
      return exitCode;
    }),
  );
};

/** A file, read as what it is. */
type Given = { readonly id: string; readonly bytes: Buffer } & (
  | { readonly kind?: undefined; readonly archive: Archive }
  | { readonly kind: RestoredKind; readonly read: ReadFile }
);

/** @throws Refused when it is not what it is taken for; ConfigError when it cannot be read */
const readGiven = async (file: string, said: string | undefined): Promise<Given> => {
  const kind = kindOf(file, said);
  const bytes = await readLocalFile(file);
  try {
    if (kind === undefined) {
      const archive = await readArchive(bytes);
      return { id: archive.id, bytes, archive };
    }
    const read = await kind.restore.readFile(bytes, basename(file, extname(file)));
    return { kind, id: idOf(kind, read.entry), bytes, read };
  } catch (error) {
    throw error instanceof Error ? new Refused(`${file} was not sent: ${error.message}`) : error;
  }
};

const sendGiven = async (
  given: Given,
  services: ImportServices,
  connections: () => Promise<ItemServices['connections']>,
): Promise<Imported> => {
  if (given.kind === undefined) return importArchive(services, given.archive, given.bytes);
  const own = isContainer(given.kind) ? await connections() : {};
  return importItem({ ...services, connections: own }, given.kind, given.read, given.bytes);
};

/** What would come of it, for the question before it. */
const intentOf = async (oic: OicClient, files: readonly string[], said: string | undefined): Promise<Intent> => {
  const { may, refusals } = await checkEach(files, async (file) => {
    const given = await readGiven(file, said);
    const isOther = given.kind !== undefined;
    const foreseen = isOther ? foreseeItem(oic, given.kind, given.read) : foreseeImport(oic, given.archive);
    const label = isOther ? labelOf(given.kind, given.read.entry) : given.id;
    return { label, action: (await foreseen).action };
  });
  const of = (action: Imported['action']) => may.flatMap(({ found }) => (found.action === action ? [found.label] : []));
  const [added, replaced] = [of('imported'), of('replaced')];
  if (added.length + replaced.length === 0) return { lines: [], takesAway: false };
  return {
    lines: [
      ...refusals,
      ...added.map((label) => `  + ${label}`),
      ...replaced.map((label) => `  ~ ${label} is replaced`),
      `import into ${oic.instance}: ${added.length} added, ${replaced.length} replaced`,
    ],
    takesAway: replaced.length > 0,
  };
};

const lineOf = ({ file, id, action, copy }: FileResult, name: string): string => {
  if (action === 'unknown') return `${file}: what came of it is not known`;
  if (id === undefined) return `${file} failed`;
  return `${id} ${action} on ${name} (${file})${copy === undefined ? '' : `; what was there is kept as ${copy}`}`;
};

/** As it is said, or by its ending, as Oracle and the vault name them. @returns undefined for integrations */
const kindOf = (file: string, said: string | undefined): RestoredKind | undefined => {
  const named = said === undefined ? undefined : otherKindOf(said);
  const isMeant = (kind: RestoredKind): boolean =>
    said === undefined ? kind.file?.ending === extname(file).toLowerCase() : kind === named;
  return RESTORED_KINDS.find(isMeant);
};
