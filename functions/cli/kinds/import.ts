/** `oic import --kind`: items of another kind from files; what is in them is not activated. */

import { basename, extname } from 'node:path';
import { Refused } from '../../core/errors.ts';
import { idOf } from '../../core/kinds.ts';
import { importItem } from '../../jobs/changes/import-item.ts';
import { isContainer, type RestoredKind } from '../../kinds/kind.ts';
import { type CommonOptions, eachInTurn, openSession, withInstance } from '../command.ts';
import { readLocalFile } from '../files.ts';
import { WAITING } from '../waiting.ts';

export const importKind = async (
  name: string,
  kind: RestoredKind,
  files: readonly string[],
  options: CommonOptions & { readonly vault: string },
): Promise<number> => {
  const session = await openSession(options);
  const { runtime } = session;
  return withInstance(session, name, async (oic) => {
    const services = {
      oic,
      connections: isContainer(kind) ? (await runtime.credentials(name)).connections : {},
      waiting: WAITING,
      openVault: () => runtime.openVault(options.vault),
    };
    const { results, exitCode } = await eachInTurn(
      session,
      files,
      async (file) => {
        const bytes = await readLocalFile(file);
        const found = await kind.restore.readFile(bytes, basename(file, extname(file))).catch((error: unknown) => {
          throw error instanceof Error ? new Refused(`${file} was not sent: ${error.message}`) : error;
        });
        const id = idOf(kind, found.entry);
        return { file, kind: kind.name, id, action: await importItem(services, kind, found, bytes) };
      },
      (file, error) => ({ file, kind: kind.name, action: 'failed', error }),
    );
    session.out.result({ results }, () =>
      results.map((result) =>
        'id' in result ? `${result.id} ${result.action} on ${name} (${result.file})` : `${result.file} failed`,
      ),
    );
    return exitCode;
  });
};
