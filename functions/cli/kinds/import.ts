/** `oic import`: integrations and items of other kinds from files; nothing is activated. */

import { basename, extname } from 'node:path';
import { readArchive } from '../../core/archive/integration-archive.ts';
import { ConfigError, Refused } from '../../core/errors.ts';
import { idOf, type OtherKind } from '../../core/kinds.ts';
import { type Imported, importArchive } from '../../jobs/changes/import-archive.ts';
import { importItem } from '../../jobs/changes/import-item.ts';
import { RESTORED_KINDS } from '../../kinds/all-kinds.ts';
import { isContainer, type RestoredKind } from '../../kinds/kind.ts';
import { type CommonOptions, eachInTurn, openSession, withInstance } from '../command.ts';
import { type ConsentOptions, consentTo } from '../consent.ts';
import { placeOf, readLocalFile } from '../files.ts';
import { commandLine, untilInterrupted } from '../interruption.ts';
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
  readonly action: Imported['action'] | 'failed';
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
  const ended = new Set<string>();
  const left = (): string | undefined => {
    const rest = files.filter((file) => !ended.has(file));
    if (rest.length === 0) return undefined;
    const { vault, confirm } = options;
    const goOn = commandLine(['import', name, ...rest], { '--kind': kind, '--vault': vault, '--confirm': confirm });
    return `Of ${count(files.length, 'file')} ${ended.size} were seen to; ${goOn} goes on`;
  };
  return untilInterrupted(out, left, async (stop) => {
    const lines = [`import into ${name}: ${count(files.length, 'file')}`, ...files.map((file) => `  ${file}`)];
    await ask(() => ({ lines, takesAway: true }), stop);
    return withInstance(session, name, async (oic) => {
      const services = { oic, waiting: WAITING, openVault: () => runtime.openVault(options.vault) };
      const importOne = async (file: string): Promise<FileResult> => {
        const ofKind = kindOf(file, kind);
        const bytes = await readLocalFile(file);
        const notSent = (error: unknown): never => {
          throw error instanceof Error ? new Refused(`${file} was not sent: ${error.message}`) : error;
        };
        if (ofKind === undefined) {
          const archive = await readArchive(bytes).catch(notSent);
          return resultOf(
            { file, kind: 'integrations', id: archive.id },
            await importArchive(services, archive, bytes),
          );
        }
        const read = await ofKind.restore.readFile(bytes, basename(file, extname(file))).catch(notSent);
        const connections = isContainer(ofKind) ? (await runtime.credentials(name)).connections : {};
        return resultOf(
          { file, kind: ofKind.name, id: idOf(ofKind, read.entry) },
          await importItem({ ...services, connections }, ofKind, read, bytes),
        );
      };
      const resultOf = (item: Pick<FileResult, 'file' | 'kind' | 'id'>, done: Imported): FileResult => ({
        ...item,
        action: done.action,
        ...(done.action === 'replaced' && { copy: placeOf(options.vault, done.copy) }),
      });
      const { results, exitCode } = await eachInTurn(
        session,
        files,
        stop,
        (file) => importOne(file).finally(() => ended.add(file)),
        (file, error): FileResult => ({
          file,
          kind: kindOf(file, kind)?.name ?? 'integrations',
          action: 'failed',
          error,
        }),
      );
      out.result({ results }, () => results.map((result) => lineOf(result, name)));
      return exitCode;
    });
  });
};

const lineOf = ({ file, id, action, copy }: FileResult, name: string): string => {
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
