/**
 * The files that a credentials document gives connections, such as wallets and keystores, read before anything is begun.
 * No message holds anything of their bytes.
 */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import {
  type ConnectionSettings,
  type Credentials,
  CredentialsError,
  type PropertyFile,
  type PropertySetting,
  type WrittenFile,
} from './oic/http/credentials.ts';

/**
 * @param directory that paths are relative to; undefined where there are no files, as in Secrets Manager
 * @throws CredentialsError naming each connection and property whose file cannot be had
 */
export const readConnectionFiles = async (
  { login, connections }: Credentials,
  instance: string,
  directory: string | undefined,
): Promise<Credentials<PropertyFile>> => {
  const problems: string[] = [];

  const readOne = async (id: string, property: PropertySetting<WrittenFile>): Promise<PropertySetting> => {
    const { propertyValue: value, ...rest } = property;
    if (typeof value !== 'object') return { ...rest, propertyValue: value };
    try {
      return { ...rest, propertyValue: await fileOf(value, property.propertyName, directory) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      problems.push(`connections.${id}: its property ${property.propertyName} ${error.message}`);
      return rest;
    }
  };
  const readAll = async (id: string, settings: ConnectionSettings<WrittenFile>): Promise<ConnectionSettings> => {
    const { connectionProperties = [], securityProperties = [], ...rest } = settings;
    return {
      ...rest,
      connectionProperties: await Promise.all(connectionProperties.map((property) => readOne(id, property))),
      securityProperties: await Promise.all(securityProperties.map((property) => readOne(id, property))),
    };
  };

  const read = await Promise.all(
    Object.entries(connections).map(async ([id, settings]) => [id, await readAll(id, settings)] as const),
  );
  if (problems.length > 0) throw new CredentialsError(instance, problems.sort());
  return { login, connections: Object.fromEntries(read) };
};

/** undefined when it was left empty. @throws Error to be read after the property */
const fileOf = async (
  value: WrittenFile,
  propertyName: string,
  directory: string | undefined,
): Promise<PropertyFile | undefined> => {
  if ('base64' in value) {
    const bytes = Buffer.from(value.base64, 'base64');
    const isWhole = bytes.toString('base64').replace(/=+$/, '') === value.base64.replace(/[\s=]/g, '');
    if (!isWhole) throw new Error('is not base64');
    return bytes.length === 0 ? undefined : { filename: propertyName, bytes };
  }
  if (value.file === '') return undefined;
  if (directory === undefined) {
    throw new Error(
      `names the file ${value.file}, and a secret has none: put its bytes there, {"base64": "…"} (base64 ${value.file})`,
    );
  }
  const path = resolve(directory, value.file);
  try {
    const bytes = await readFile(path);
    if (bytes.length > 0) return { filename: basename(path), bytes };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Error(
      code === 'ENOENT'
        ? `is the file ${path}, which does not exist`
        : `is the file ${path}, which cannot be read (${code})`,
    );
  }
  throw new Error(`is the file ${path}, which is empty`);
};
