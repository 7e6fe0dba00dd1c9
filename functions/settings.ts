/**
 * What instances exist and what may be done to them: the context key `oic` of cdk.json, checked in one place, at synth
 * and by the command line alike, with all problems at once, each with its path.
 */
import * as z from 'zod/mini';
import { ConfigError } from './core/config-error.ts';
import { isLoopback } from './oic/design-host.ts';

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
  /** Absent: the instance is only ever read. */
  readonly deploy?: DeploySettings | undefined;
}

export interface BackupSettings {
  readonly schedule?: string | undefined;
  /** IANA name. @default 'UTC' */
  readonly timeZone?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

export interface DeploySettings {
  /** `keep`: activate only what was active before. @default 'activate' */
  readonly activation: 'activate' | 'keep' | 'never';
}

export interface Settings {
  readonly instances: Readonly<Record<string, InstanceSettings>>;
  /** @default 90 */
  readonly retentionDays: number;
  readonly alarmEmail?: string | undefined;
}

const globs = z.optional(z.array(z.string().check(z.minLength(1))));

const INSTANCE = z.strictObject({
  url: z.string(),
  integrationInstance: z.optional(z.string().check(z.minLength(1))),
  secret: z.string().check(z.minLength(1)),
  concurrency: z._default(z.int().check(z.gte(1), z.lte(64)), 8),
  backup: z.optional(
    z.strictObject({
      schedule: z.optional(z.string()),
      timeZone: z.optional(z.string()),
      include: globs,
      exclude: globs,
    }),
  ),
  deploy: z.optional(z.strictObject({ activation: z._default(z.enum(['activate', 'keep', 'never']), 'activate') })),
});

const SETTINGS = z.strictObject({
  instances: z.record(z.string(), INSTANCE),
  retentionDays: z._default(z.int().check(z.gte(1)), 90),
  alarmEmail: z.optional(z.string().check(z.regex(/^[^@\s]+@[^@\s]+$/))),
});

/** Names go into keys, environment variables and resource names. */
const INSTANCE_NAME = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

/** @param where the file, for messages. @throws ConfigError with every problem */
export const parseSettings = (value: unknown, where: string): Settings => {
  const parsed = SETTINGS.safeParse(value);
  const problems = parsed.success ? [] : parsed.error.issues.flatMap(describeIssue);
  const instances = parsed.success
    ? Object.fromEntries(Object.entries(parsed.data.instances).map(([name, found]) => [name, { name, ...found }]))
    : {};
  problems.push(...Object.values(instances).flatMap(instanceProblems), ...sameInstanceTwice(Object.values(instances)));
  if (!parsed.success || problems.length > 0)
    throw new ConfigError(`the settings in ${where} cannot be used`, problems);
  return { ...parsed.data, instances };
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

const describeIssue = (issue: z.core.$ZodIssue): string[] => {
  const path = issue.path.join('.') || 'oic';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${issue.path.concat(key).join('.')}: is not a setting`);
    case 'invalid_type':
      return [`${path}: ${issue.input === undefined ? 'is missing' : `must be ${kindName(issue.expected)}`}`];
    case 'invalid_value':
      return [`${path}: must be one of ${issue.values.map(String).join(', ')}`];
    case 'too_small':
      return [`${path}: must be at least ${issue.minimum}${issue.origin === 'string' ? ' character long' : ''}`];
    case 'too_big':
      return [`${path}: must be at most ${issue.maximum}`];
    default:
      return [`${path}: is not valid`];
  }
};

const kindName = (expected: string): string =>
  ({ int: 'a whole number', record: 'an object', object: 'an object', array: 'a list' })[expected] ?? `a ${expected}`;

const instanceProblems = (instance: InstanceSettings): string[] => {
  const path = `instances.${instance.name}`;
  const problems: string[] = [];
  if (!INSTANCE_NAME.test(instance.name)) {
    problems.push(`${path}: a name has lower-case letters, digits and dashes, 32 at most`);
  }
  const url = URL.parse(instance.url);
  if (!url) problems.push(`${path}.url: is not a URL`);
  else if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    problems.push(`${path}.url: must begin with https: (http: is for this machine only)`);
  } else if (url.username || url.password) {
    problems.push(`${path}.url: must not hold a user name or a password`);
  }
  const timeZone = instance.backup?.timeZone;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    problems.push(`${path}.backup.timeZone: "${timeZone}" is not a time zone such as Europe/Berlin`);
  }
  return problems;
};

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

const sameInstanceTwice = (instances: readonly InstanceSettings[]): string[] => {
  const seen = new Map<string, string>();
  return instances.flatMap(({ name, url, integrationInstance = '' }) => {
    const identity = `${URL.parse(url)?.origin ?? url}\n${integrationInstance}`;
    const other = seen.get(identity);
    seen.set(identity, name);
    return other === undefined
      ? []
      : [`instances.${name}: is the same instance as ${other} (one url and integrationInstance)`];
  });
};
