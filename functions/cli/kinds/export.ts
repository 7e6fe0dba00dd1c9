/** `oic export --kind`: one project, lookup, library or package to a file, as Oracle sends it. */
import { Refused } from '../../core/errors.ts';
import type { OicClient } from '../../oic/client.ts';
import { type CommonOptions, openSession, withInstance } from '../command.ts';
import { targetFile, writeWhole } from '../files.ts';
import type { EXPORTED_KINDS } from './option.ts';

type Kind = Exclude<(typeof EXPORTED_KINDS)[number], 'integrations'>;

interface Found {
  readonly bytes: Uint8Array;
  readonly archive: { readonly sha256: string };
}

export const exportKind = async (
  name: string,
  kind: Kind,
  idText: string,
  options: CommonOptions & { out?: string },
): Promise<number> => {
  const session = await openSession(options);
  const id = kind === 'libraries' ? idText.replace('/', '|') : idText;
  const { bytes, archive } = await withInstance(session, name, (oic) => exportFrom(oic, kind, id));
  const file = await targetFile(options.out, fileName(kind, id));
  await writeWhole(file, bytes);
  const { sha256 } = archive;
  session.out.result(
    { kind, id, file, bytes: bytes.length, sha256 },
    () => `${id} written to ${file} (${bytes.length} bytes)`,
  );
  return 0;
};

const exportFrom = async (oic: OicClient, kind: Kind, id: string): Promise<Found> => {
  switch (kind) {
    case 'lookups':
      return oic.exportLookup(id);
    case 'libraries':
      return oic.exportLibrary(id);
    case 'packages':
      return oic.exportPackage(id);
    case 'projects': {
      const project = (await oic.listProjects()).items.find((one) => one.code === id || one.id === id);
      if (project) return oic.exportProject(project);
      throw new Refused(
        `${oic.instance} has no project ${id}; \`oic list ${oic.instance} --kind projects\` shows what it has`,
      );
    }
  }
};

const ENDINGS: Readonly<Record<Kind, string>> = {
  projects: 'car',
  lookups: 'csv',
  libraries: 'jar',
  packages: 'par',
};

/** Names may hold what a file name may not. */
const fileName = (kind: Kind, id: string): string =>
  `${id.replace('|', '_').replaceAll(/[^\p{L}\p{N} _.-]/gu, '_')}.${ENDINGS[kind]}`;
