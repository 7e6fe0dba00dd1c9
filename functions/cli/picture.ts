/** `oic show --picture`: the inside of an integration, or what changed in it between two archives, as a picture. */

import { readFile } from 'node:fs/promises';
import { openArchive } from '../core/archive/integration-archive.ts';
import { ConfigError, Refused } from '../core/errors.ts';
import { readFlow } from '../core/flow/read-flow.ts';
import type { IntegrationRef } from '../core/integration.ts';
import { flowDifferencePicture } from '../core/picture/flow-difference.ts';
import { flowPicture } from '../core/picture/flow-picture.ts';
import type { Picture } from '../core/picture/picture.ts';
import { drawPictureFile } from '../core/picture/svg.ts';
import { type CommonOptions, idArgument, openSession, withInstance } from './command.ts';
import { targetFile, writeWhole } from './files.ts';
import { createOutput } from './output.ts';
import { newestSnapshot } from './restore/chosen-snapshot.ts';

export interface PictureOptions extends CommonOptions {
  readonly out?: string;
  readonly vault?: string;
}

/** @param subject a file and perhaps a later one, or an instance and an id */
export const showPicture = async (
  [first, second]: readonly [string, string | undefined],
  options: PictureOptions,
): Promise<number> => {
  const out = createOutput(options.json ?? false);
  const drawn = isFile(first) ? await drawFiles(first, second) : await drawIntegration(first, second, options);
  const file = await targetFile(options.out, drawn.fileName);
  const svg = drawPictureFile(drawn.picture);
  await writeWhole(file, svg);
  const { title, description } = drawn.picture;
  out.result(
    { file, bytes: Buffer.byteLength(svg), title, description },
    () => `${title}: ${description}; drawn in ${file}`,
  );
  return 0;
};

interface Drawn {
  readonly picture: Picture;
  readonly fileName: string;
}

const isFile = (text: string): boolean => /\.iar$/i.test(text);

const drawFiles = async (first: string, second: string | undefined): Promise<Drawn> => {
  const from = await readArchiveFile(first);
  if (second === undefined) return drawArchive(from);
  if (!isFile(second)) throw new ConfigError(`${first} and ${second}: give one .iar file, or two to compare them`);
  const to = await readArchiveFile(second);
  const { ref } = await openArchive(to);
  return { picture: await flowDifferencePicture(from, to), fileName: `${ref.code}_${ref.version}-changes.svg` };
};

const drawArchive = async (bytes: Uint8Array): Promise<Drawn> => {
  const archive = await openArchive(bytes);
  return { picture: flowPicture(readFlow(archive)), fileName: `${archive.ref.code}_${archive.ref.version}.svg` };
};

/** Checked here, so that the message names the file. */
const readArchiveFile = async (file: string): Promise<Uint8Array> => {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`${file} cannot be read (${error.code ?? 'unknown reason'})`);
  });
  await openArchive(bytes).catch((error: unknown) => {
    throw error instanceof Error ? new Refused(`${file} cannot be drawn: ${error.message}`) : error;
  });
  return bytes;
};

const drawIntegration = async (
  instance: string,
  idText: string | undefined,
  options: PictureOptions,
): Promise<Drawn> => {
  if (idText === undefined) {
    throw new ConfigError(`of what? write \`oic show ${instance} CODE/VERSION --picture\`, or name an .iar file`);
  }
  const ref = idArgument(idText);
  const session = await openSession(options);
  session.runtime.instance(instance);
  const { vault } = options;
  if (vault !== undefined) return drawArchive(await readFromVault(session, instance, ref, vault));
  const { bytes } = await withInstance(session, instance, (oic) => oic.exportIntegration(ref.id));
  return drawArchive(bytes);
};

const readFromVault = async (
  { runtime, out }: Awaited<ReturnType<typeof openSession>>,
  instance: string,
  { id }: IntegrationRef,
  location: string,
): Promise<Uint8Array> => {
  const vault = await runtime.openVault(location);
  const newest = await newestSnapshot(vault, instance, out);
  const { integrations } = await vault.getSnapshot(instance, newest);
  const archive = integrations.find((integration) => integration.id === id)?.archive;
  if (!archive) throw new Refused(`the snapshot ${newest} of ${instance} in ${vault.name} holds no archive of ${id}`);
  return vault.getArchive(archive);
};
