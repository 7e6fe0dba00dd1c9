/** `oic export --kind`: one item of another kind to a file, as Oracle sends it. */
import type { Download, Kind } from '../../kinds/kind.ts';
import { type CommonOptions, openSession, withInstance } from '../command.ts';
import { targetFile, writeWhole } from '../files.ts';

export const exportKind = async (
  name: string,
  { name: kind }: Kind,
  { ending, idOf, get }: Download,
  typed: string,
  options: CommonOptions & { out?: string },
): Promise<number> => {
  const session = await openSession(options);
  const id = idOf?.(typed) ?? typed;
  const { bytes, archive } = await withInstance(session, name, (oic) => get(oic, id));
  const file = await targetFile(options.out, `${fileName(id)}${ending}`);
  await writeWhole(file, bytes);
  const { sha256 } = archive;
  session.out.result(
    { kind, id, file, bytes: bytes.length, sha256 },
    () => `${id} written to ${file} (${bytes.length} bytes)`,
  );
  return 0;
};

/** Names may hold what a file name may not. */
const fileName = (id: string): string => id.replace('|', '_').replaceAll(/[^\p{L}\p{N} _.-]/gu, '_');
