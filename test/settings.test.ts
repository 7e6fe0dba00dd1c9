import { describe, expect, test } from 'vitest';
import { ConfigError } from '../functions/core/errors.ts';
import { includedKinds } from '../functions/kinds/included-kinds.ts';
import { instanceOf, parseSettings } from '../functions/settings.ts';

const DEV = {
  url: 'https://design.integration.eu-frankfurt-1.ocp.oraclecloud.com',
  integrationInstance: 'acme-dev-fr',
  secret: 'oic/dev',
};

const problemsOf = (value: unknown): readonly string[] => {
  try {
    parseSettings(value, 'cdk.json');
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  return [];
};

test('what is left out has its default', () => {
  const settings = parseSettings({ instances: { dev: { ...DEV, deploy: {} } } }, 'cdk.json');

  expect(settings).toMatchObject({
    retentionDays: 90,
    people: {},
    instances: {
      dev: { name: 'dev', concurrency: 8, deploy: { activation: 'activate', approval: false }, scan: false },
    },
  });
  expect(instanceOf(settings, 'dev').include).toEqual({
    projects: true,
    deployments: true,
    lookups: true,
    libraries: true,
    packages: true,
    connections: true,
    certificates: true,
    agentGroups: true,
  });
  expect(instanceOf(settings, 'dev').backup).toBeUndefined();
});

describe('each mistake is told with its path', () => {
  test.each([
    ['a name with capitals', { instances: { Dev: DEV } }, 'instances.Dev: a name has'],
    [
      'http to another machine',
      { instances: { dev: { ...DEV, url: 'http://oic.example.com' } } },
      'instances.dev.url: must begin with https:',
    ],
    ['a url that is none', { instances: { dev: { ...DEV, url: 'example' } } }, 'instances.dev.url: is not a URL'],
    [
      'a password in the url',
      { instances: { dev: { ...DEV, url: 'https://me:pw@oic.example.com' } } },
      'instances.dev.url: must not hold',
    ],
    ['no secret', { instances: { dev: { url: DEV.url } } }, 'instances.dev.secret: is missing'],
    [
      'a concurrency of 0',
      { instances: { dev: { ...DEV, concurrency: 0 } } },
      'instances.dev.concurrency: must be at least 1',
    ],
    [
      'an unknown activation',
      { instances: { dev: { ...DEV, deploy: { activation: 'x' } } } },
      'instances.dev.deploy.activation: must be one of activate, keep, never',
    ],
    [
      'a time zone that is none',
      { instances: { dev: { ...DEV, backup: { timeZone: 'Mars/Base' } } } },
      'instances.dev.backup.timeZone',
    ],
    [
      'one instance under two names',
      { instances: { dev: DEV, also: { ...DEV, url: `${DEV.url}/ic/home` } } },
      'instances.also: is the same instance as dev',
    ],
    [
      'a kind there is not',
      { instances: { dev: { ...DEV, include: { robots: false } } } },
      'instances.dev.include.robots: is not a setting',
    ],
    [
      'a kind that is neither on nor off',
      { instances: { dev: { ...DEV, include: { lookups: 'no' } } } },
      'instances.dev.include.lookups: must be a boolean',
    ],
    [
      'a name that is none',
      { instances: { dev: DEV }, people: { 'ann@example.com': '' } },
      'people.ann@example.com: must be at least 1 character long',
    ],
    ['a name for nobody', { instances: { dev: DEV }, people: { '': 'Ann' } }, 'people.'],
    ['a list of people', { instances: { dev: DEV }, people: ['Ann'] }, 'people: must be an object'],
    ['an unknown key', { instances: {}, retention: 3 }, 'retention: is not a setting'],
    ['no object at all', 'dev', 'oic: must be an object'],
  ])('%s', (_, value, problem) => {
    expect(
      problemsOf(value).some((told) => told.startsWith(problem)),
      problemsOf(value).join('\n'),
    ).toBe(true);
  });
});

test('an instance that is not there is told with those that are', () => {
  const settings = parseSettings({ instances: { dev: DEV } }, 'cdk.json');

  expect(() => instanceOf(settings, 'prod')).toThrow('there is no instance "prod" in the settings; there is dev');
  expect(() => instanceOf(settings, 'constructor')).toThrow(/there is no instance/);
});

test('Gen 2 and OIC 3 on one url are two instances, as are two service instances', () => {
  expect(problemsOf({ instances: { a: DEV, b: { ...DEV, integrationInstance: 'acme-test-fr' } } })).toEqual([]);
});

test('a kind switched off leaves the others on, and Gen 2 is never asked for projects', () => {
  const { integrationInstance: _, ...gen2 } = DEV;
  const settings = parseSettings(
    { instances: { dev: { ...DEV, include: { lookups: false } }, old: { ...gen2, secret: 'oic/old' } } },
    'cdk.json',
  );
  const wanted = (name: string) => {
    const { include, integrationInstance } = instanceOf(settings, name);
    return includedKinds(include, integrationInstance);
  };

  expect(wanted('dev')).toMatchObject({ projects: true, lookups: false, libraries: true });
  expect(wanted('old')).toMatchObject({ projects: false, lookups: true, libraries: true });
});
