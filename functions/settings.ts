/**
 * What instances exist and what may be done to them: the context key `oic` of cdk.json, checked in one place, at synth
 * and by the command line alike, with all problems at once, each with its path.
 */

import * as z from 'zod/mini';
import { ConfigError } from './core/errors.ts';
import type { IncludedKinds } from './core/kinds.ts';
import type { People } from './core/people.ts';
import { ofEachKind } from './kinds/included-kinds.ts';
import { isLoopback } from './oic/http/design-host.ts';
import { AWS, type AwsSettings, NETWORK, type NetworkSettings } from './settings/aws.ts';
import { describeIssue } from './settings/issues.ts';
import { nameProblem, scheduleProblem, secretProblem, shareProblem, timeZoneProblem } from './settings/values.ts';
import { VAULT, type VaultSettings, vaultProblems } from './settings/vault.ts';

export interface InstanceSettings {
  readonly name: string;
  /** Scheme and host. */
  readonly url: string;
  /** Present: Oracle Integration 3. Absent: Gen 2. */
  readonly integrationInstance?: string | undefined;
  /** Name in Secrets Manager of the credentials document. */
  readonly secret: string;
  /** At most this many requests in flight. @default 8 */
  readonly concurrency: number;
  readonly backup?: BackupSettings | undefined;
  /** What a snapshot holds beside integrations. @default everything there is */
  readonly include: IncludedKinds;
  /** Whether a backup looks for credentials in lookups. @default false */
  readonly scan: boolean;
  /** Absent: the instance is only ever read. */
  readonly deploy?: DeploySettings | undefined;
  /** Where its functions in AWS run. @default as the settings say of all */
  readonly network?: NetworkSettings | undefined;
}

export interface BackupSettings {
  /** Of EventBridge Scheduler. @default each night, at a minute of its own */
  readonly schedule?: string | undefined;
  /** IANA name. @default 'UTC' */
  readonly timeZone?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  /** The share of all stored versions that is read back after each backup of the command line, such as `1/30`. @default none */
  readonly scrub?: string | undefined;
}

interface DeploySettings {
  /** `keep`: activate only what was active before. @default 'activate' */
  readonly activation: 'activate' | 'keep' | 'never';
  /** On the command line a person types the name of the instance before anything of it is changed. @default false */
  readonly confirm: boolean;
  /** What is dropped waits until somebody approves it. @default false */
  readonly approval: boolean;
}

export interface Settings extends AwsSettings {
  readonly instances: Readonly<Record<string, InstanceSettings>>;
  /** @default 90 */
  readonly retentionDays: number;
  readonly vault: VaultSettings;
  /** What people and clients are called, by user name or client id. @default {} */
  readonly people: People;
}

/** A text with a rule of its own: `problemOf` gives what is wrong, to be read after the path. */
const textWith = (problemOf: (text: string) => string | undefined) =>
  z.string().check((context) => {
    const message = problemOf(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  });

const urlProblem = (text: string): string | undefined => {
  const url = URL.parse(text);
  if (!url) return 'is not a URL';
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    return 'must begin with https: (http: is for this machine only)';
  }
  return url.username || url.password ? 'must not hold a user name or a password' : undefined;
};

const switchedOn = z._default(z.boolean(), true);
const INCLUDE = z.strictObject(ofEachKind(() => switchedOn));

const globs = z.optional(z.array(z.string().check(z.minLength(1))));

const INSTANCE = z.strictObject({
  url: textWith(urlProblem),
  integrationInstance: z.optional(z.string().check(z.minLength(1))),
  secret: textWith(secretProblem),
  concurrency: z._default(z.int().check(z.gte(1), z.lte(64)), 8),
  backup: z.optional(
    z.strictObject({
      schedule: z.optional(textWith(scheduleProblem)),
      timeZone: z.optional(textWith(timeZoneProblem)),
      include: globs,
      exclude: globs,
      scrub: z.optional(textWith(shareProblem)),
    }),
  ),
  include: z.prefault(INCLUDE, {}),
  scan: z._default(z.boolean(), false),
  deploy: z.optional(
    z.strictObject({
      activation: z._default(z.enum(['activate', 'keep', 'never']), 'activate'),
      confirm: z._default(z.boolean(), false),
      approval: z._default(z.boolean(), false),
    }),
  ),
  network: z.optional(NETWORK),
});

const days = z.int().check(z.gte(1));
const filled = z.string().check(z.minLength(1));

const SETTINGS = z.strictObject({
  instances: z.record(z.string(), INSTANCE),
  retentionDays: z._default(days, 90),
  ...AWS,
  vault: z.prefault(VAULT, {}),
  people: z._default(z.record(filled, filled), {}),
});

/** Further rules of a place: problems of settings that are well-formed, each with its path. */
export type SettingsRule = (settings: Settings) => readonly string[];

/** @param where the file, for messages. @throws ConfigError with every problem */
export const parseSettings = (value: unknown, where: string, rule: SettingsRule = () => []): Settings => {
  const parsed = SETTINGS.safeParse(value, { reportInput: true });
  const named = namedInstances(value);
  const problems = parsed.success ? [] : parsed.error.issues.flatMap(describeIssue);
  problems.push(...named.flatMap(([name]) => nameProblem(name)), ...sameInstanceTwice(named));
  if (parsed.success) {
    const { instances, ...others } = parsed.data;
    const settings: Settings = {
      ...others,
      instances: Object.fromEntries(Object.entries(instances).map(([name, found]) => [name, { name, ...found }])),
    };
    problems.push(...vaultProblems(settings), ...rule(settings));
    if (problems.length === 0) return settings;
  }
  throw new ConfigError(`the settings in ${where} cannot be used`, problems);
};

/** @throws ConfigError naming the instances there are */
export const instanceOf = (settings: Settings, name: string): InstanceSettings => {
  const found = Object.hasOwn(settings.instances, name) ? settings.instances[name] : undefined;
  if (found) return found;
  const names = Object.keys(settings.instances);
  throw new ConfigError(
    `there is no instance "${name}" in the settings; there ${names.length === 0 ? 'are none yet' : `is ${names.join(', ')}`}`,
  );
};

/** As far as they can be told apart in settings that may be broken elsewhere. */
const namedInstances = (value: unknown): (readonly [string, Readonly<Record<string, unknown>>])[] => {
  if (!isObject(value) || !isObject(value.instances)) return [];
  return Object.entries(value.instances).flatMap(([name, found]) => (isObject(found) ? [[name, found] as const] : []));
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const sameInstanceTwice = (named: ReturnType<typeof namedInstances>): string[] => {
  const seen = new Map<string, string>();
  return named.flatMap(([name, { url, integrationInstance = '' }]) => {
    const identity = `${URL.parse(String(url))?.origin ?? url}\n${integrationInstance}`;
    const other = seen.get(identity);
    seen.set(identity, name);
    return other === undefined || url === undefined
      ? []
      : [`instances.${name}: is the same instance as ${other} (one url and integrationInstance)`];
  });
};
