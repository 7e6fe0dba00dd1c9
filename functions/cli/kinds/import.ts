/** `oic import --kind`: projects, lookups and libraries from files; what is in a project is not activated. */

import { basename, extname } from 'node:path';
import { readLibraryArchive } from '../../core/archive/library-archive.ts';
import { readLookup } from '../../core/archive/lookup-file.ts';
import { readProjectArchive } from '../../core/archive/project-archive.ts';
import { callOrderIn } from '../../core/archive/project-calls.ts';
import { Refused } from '../../core/errors.ts';
import { type FileItem, importItem } from '../../jobs/changes/import-item.ts';
import { type CommonOptions, eachInTurn, openSession, withInstance } from '../command.ts';
import { readLocalFile } from '../files.ts';
import { WAITING } from '../waiting.ts';
import type { IMPORTED_KINDS } from './option.ts';

type Kind = Exclude<(typeof IMPORTED_KINDS)[number], 'integrations'>;

export const importKind = async (
  name: string,
  kind: Kind,
  files: readonly string[],
  options: CommonOptions & { readonly vault: string },
): Promise<number> => {
  const session = await openSession(options);
  const { runtime } = session;
  return withInstance(session, name, async (oic) => {
    const services = {
      oic,
      connections: kind === 'projects' ? (await runtime.credentials(name)).connections : {},
      waiting: WAITING,
      openVault: () => runtime.openVault(options.vault),
    };
    const { results, exitCode } = await eachInTurn(
      session,
      files,
      async (file) => {
        const bytes = await readLocalFile(file);
        const thing = await readItem(kind, bytes, file).catch((error: unknown) => {
          throw error instanceof Error ? new Refused(`${file} was not sent: ${error.message}`) : error;
        });
        return { file, kind, id: thing.id, action: await importItem(services, thing, bytes) };
      },
      (file, error) => ({ file, kind, action: 'failed', error }),
    );
    session.out.result({ results }, () =>
      results.map((result) =>
        'id' in result ? `${result.id} ${result.action} on ${name} (${result.file})` : `${result.file} failed`,
      ),
    );
    return exitCode;
  });
};

/** Whose the file is, as it tells itself. */
const readItem = async (kind: Kind, bytes: Buffer, file: string): Promise<FileItem> => {
  if (kind === 'lookups') {
    // The name of a file decides nothing; it only helps to see a title in a first line that begins with it.
    const alone = await readLookup(bytes);
    const { name, designSha256 } =
      alone.name === undefined ? await readLookup(bytes, basename(file, extname(file))) : alone;
    if (name !== undefined) return { kind, id: name, designSha256 };
    throw new Refused(
      'it does not tell which lookup it is: its first line must be DVM,<name>,<description>, as Oracle exports it',
    );
  }
  if (kind === 'projects') {
    const { code, designSha256, integrations, connections } = await readProjectArchive(bytes);
    return { kind, id: code, designSha256, integrations, connections, callOrder: callOrderIn(integrations) };
  }
  const { code, version, designSha256 } = await readLibraryArchive(bytes);
  if (code === undefined || version === undefined) {
    throw new Refused('it does not tell which library and version it is: register it in the console');
  }
  return { kind, id: `${code}|${version}`, designSha256, library: { code, version, name: code } };
};
