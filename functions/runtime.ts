/**
 * The composition root: settings and where things are -> clients and stores. Handlers and commands get what they need
 * from here and nowhere else.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readConnectionFiles } from './connection-files.ts';
import { ConfigError } from './core/errors.ts';
import type { People } from './core/people.ts';
import { hideSecrets, secretsOfEnvironment } from './core/redaction.ts';
import { ALL_KINDS } from './kinds/all-kinds.ts';
import { DROP_BOX_VARIABLE, SETTINGS_VARIABLE, TARGETS_VARIABLE, VAULT_VARIABLE } from './lambda/names.ts';
import { createOicClient, type OicClient } from './oic/client.ts';
import { type Credentials, type PropertyFile, parseCredentials } from './oic/http/credentials.ts';
import { RETRY_POLICY } from './oic/http/retry.ts';
import { askServerTime } from './oic/http/server-clock.ts';
import { secretsOf } from './oic/secret-values.ts';
import { type InstanceSettings, instanceOf, parseSettings, type Settings } from './settings.ts';
import { answerCallback } from './store/answer-callback.ts';
import type { ContractCheck } from './store/contract.ts';
import { createDropBox, type DropBox } from './store/drop-box.ts';
import type { ObjectStore } from './store/object-store.ts';
import { openStore, tryStore } from './store/open-store.ts';
import { createReportStore, type ReportStore } from './store/report-store.ts';
import { createRunStore, type RunStore } from './store/run-store.ts';
import { createSecretsManagerSource } from './store/secrets.ts';
import { createVault, type Vault } from './store/vault.ts';
import type { VaultUpkeep } from './store/vault-upkeep.ts';

export interface Runtime {
  readonly settings: Settings;
  instance(name: string): InstanceSettings;
  /** Reads and checks the credentials at once, so that a wrong document is known before anything is begun. */
  openInstance(name: string): Promise<OicClient>;
  /** With the files that it gives connections. */
  credentials(name: string): Promise<Credentials<PropertyFile>>;
  /** What the instance's clock says; undefined when it cannot be asked. Needs no credentials. */
  serverTime(name: string): Promise<Date | undefined>;
  openVault(location: string): Promise<Vault & VaultUpkeep>;
  /** Writes, reads and removes a small object there; of a bucket it is told what it keeps of what backups rely on. */
  tryVault(location: string, instance: string): Promise<readonly ContractCheck[]>;
  /** The reports of an instance in the vault there. */
  openReports(location: string, instance: string): Promise<ReportStore>;
  openDropBox(location: string): Promise<DropBox>;
  /** To a durable execution in AWS that waits for it. @returns false when it waits no longer */
  answerCallback(callbackId: string, result: string): Promise<boolean>;
}

export interface RuntimeOptions {
  /** cdk.json (context key `oic`) or a file that holds that object. @default ./cdk.json */
  readonly configFile?: string | undefined;
  /** An object: instance -> credentials document. */
  readonly credentialsFile?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

export const createRuntime = async ({ configFile, credentialsFile, env }: RuntimeOptions): Promise<Runtime> => {
  checkEnvironment(env);
  const settings = await readSettings(configFile);
  const documents = credentialsFile === undefined ? undefined : await readJsonFile(credentialsFile, 'credentials file');

  const sourceOf = (settings: InstanceSettings): Reading<unknown> => {
    const { name } = settings;
    if (documents !== undefined) {
      const found = isObject(documents) && Object.hasOwn(documents, name) ? documents[name] : undefined;
      if (found === undefined) throw new ConfigError(`the credentials file ${credentialsFile} has nothing for ${name}`);
      return () => Promise.resolve(found);
    }
    const variable = credentialsVariable(name);
    const text = env[variable];
    if (text === undefined) return createSecretsManagerSource(settings.secret);
    // The parser's words would quote the document, so they are not repeated.
    return async () =>
      parseJson(text) ?? Promise.reject(new ConfigError(`the variable ${variable} does not hold JSON`));
  };

  /** What files of connections are relative to. A document in Secrets Manager has none. */
  const directoryOf = ({ name }: InstanceSettings): string | undefined => {
    if (credentialsFile !== undefined) return dirname(credentialsFile);
    return env[credentialsVariable(name)] === undefined ? undefined : '.';
  };

  const credentialsOf = (settings: InstanceSettings) => {
    const source = sourceOf(settings);
    return readCredentials(source, settings);
  };

  return {
    settings,
    instance: (name) => instanceOf(settings, name),
    credentials: async (name) => {
      const instance = instanceOf(settings, name);
      return readConnectionFiles(await credentialsOf(instance)({ fresh: false }), name, directoryOf(instance));
    },
    openInstance: async (name) => {
      const instance = instanceOf(settings, name);
      const credentials = credentialsOf(instance);
      await credentials({ fresh: false });
      return connect(instance, credentials, settings.people);
    },
    serverTime: (name) => askServerTime(instanceOf(settings, name).url),
    openVault: async (location) => createVault(await openStore(location), ALL_KINDS),
    tryVault: tryStore,
    openReports: async (location, instance) => createReportStore(await openStore(location), instance),
    openDropBox: async (location) => createDropBox(await openStore(location)),
    answerCallback,
  };
};

const checkEnvironment = (env: NodeJS.ProcessEnv): void => {
  hideSecrets(secretsOfEnvironment(env));
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return;
  throw new ConfigError(
    'NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody pose as Oracle: unset it; see NODE_EXTRA_CA_CERTS',
  );
};

type Reading<T> = (options: { readonly fresh: boolean }) => Promise<T>;

/** What is secret in the document is known as such from then on, also when it cannot be used. */
const readCredentials =
  (source: Reading<unknown>, { name, integrationInstance }: InstanceSettings): Reading<Credentials> =>
  async (options) => {
    const document = await source(options);
    hideSecrets(secretsOf(document));
    return parseCredentials(document, name, integrationInstance !== undefined);
  };

const credentialsVariable = (instance: string): string =>
  `OIC_CREDENTIALS_${instance.toUpperCase().replaceAll('-', '_')}`;

/** What a function in AWS works with: one instance, and its credentials in Secrets Manager. */
export interface FunctionRuntime {
  readonly instance: InstanceSettings;
  readonly settings: Settings;
  /**
   * Reads the credentials at the first request, so that their failure is that request's.
   * @param leftMs what time there is for a pause that the instance asks for
   */
  connect(leftMs?: () => number): OicClient;
  credentials(): Promise<Credentials<PropertyFile>>;
}

interface FunctionVault {
  readonly vault: Vault;
  readonly reports: ReportStore;
  readonly runs: RunStore;
}

/** What the construct of a function has set. @throws ConfigError when it has not */
export const valueIn = (env: NodeJS.ProcessEnv, variable: string): string => {
  const value = env[variable];
  if (!value) throw new ConfigError(`the variable ${variable} is not set: deploy the function again`);
  return value;
};

/** @throws ConfigError when the environment is not the one the construct sets */
export const createFunctionRuntime = (env: NodeJS.ProcessEnv): FunctionRuntime => {
  const settings = parseSettings(parseJson(valueIn(env, SETTINGS_VARIABLE)), SETTINGS_VARIABLE);
  const [instance, ...others] = Object.values(settings.instances);
  if (!instance || others.length > 0) throw new ConfigError(`${SETTINGS_VARIABLE} must hold exactly one instance`);
  const source = createSecretsManagerSource(instance.secret);
  const credentials = readCredentials(source, instance);
  return {
    instance,
    settings,
    connect: (leftMs) => connect(instance, credentials, settings.people, leftMs),
    credentials: async () => readConnectionFiles(await credentials({ fresh: false }), instance.name, undefined),
  };
};

/** Every instance there is, and whether it has `deploy`: for drops that are for none. @throws ConfigError when it is no JSON */
export const readTargets = (text: string | undefined): ReadonlyMap<string, boolean> => {
  const targets = parseJson(text ?? '');
  if (!isObject(targets)) throw new ConfigError(`${TARGETS_VARIABLE} is not JSON: deploy the function again`);
  return new Map(Object.entries(targets).map(([name, isTarget]) => [name, isTarget === true]));
};

/** What an instance has in the vault of a function. @throws ConfigError when the environment names none */
export const openFunctionVault = async (instance: string, env: NodeJS.ProcessEnv): Promise<FunctionVault> => {
  const store = await openFunctionStore(env, VAULT_VARIABLE);
  return {
    vault: createVault(store, ALL_KINDS),
    reports: createReportStore(store, instance),
    runs: createRunStore(store, instance),
  };
};

/** @throws ConfigError when the environment names none */
export const openFunctionDropBox = async (env: NodeJS.ProcessEnv): Promise<DropBox> =>
  createDropBox(await openFunctionStore(env, DROP_BOX_VARIABLE));

/** The first that every function does with its surroundings, so here they are held to what they must be. */
const openFunctionStore = (env: NodeJS.ProcessEnv, variable: string): Promise<ObjectStore> => {
  checkEnvironment(env);
  return openStore(valueIn(env, variable), true);
};

const connect = (
  instance: InstanceSettings,
  credentials: Reading<Credentials>,
  people: People,
  leftMs?: () => number,
): OicClient =>
  createOicClient({
    instance: instance.name,
    url: instance.url,
    integrationInstance: instance.integrationInstance,
    concurrency: instance.concurrency,
    isReadOnly: instance.deploy === undefined,
    people,
    credentials,
    retry: { ...RETRY_POLICY, leftMs },
  });

const readSettings = async (configFile: string | undefined): Promise<Settings> => {
  const file = configFile ?? 'cdk.json';
  const json = await readJsonFile(file, 'settings file');
  const context = isObject(json) && isObject(json.context) ? json.context.oic : undefined;
  const isCdkJson = isObject(json) && ('context' in json || 'app' in json);
  if (isCdkJson && context === undefined) {
    throw new ConfigError(`${file} has no settings: put them under context.oic, or name another file with --config`);
  }
  return parseSettings(isCdkJson ? context : json, file);
};

const readJsonFile = async (file: string, what: string): Promise<unknown> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown reason'})`;
    throw new ConfigError(`the ${what} ${file} ${reason}`);
  }
  const json = parseJson(text);
  if (json === undefined) throw new ConfigError(`the ${what} ${file} is not JSON`);
  return json;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
