/** `cdk synth` on a fresh machine: from the repository's own cdk.json, offline, without an account, and strict. */
import { execFile, spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsRule } from '../../functions/settings/aws.ts';
import { parseSettings } from '../../functions/settings.ts';
import { createStacks } from '../../infra/create-stacks.ts';
import { rounds } from '../rounds.ts';
import { type Assembly, assemble, readAssembly } from './assembly.ts';
import { EVERY_JOB, EVERYTHING, instancesOf } from './many.ts';
import { cdkContext, SAMPLE } from './synthesized.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const CDK = join(ROOT, 'node_modules', '.bin', 'cdk');

const CFN_LINT = 'cfn-lint';
/** A shim on the path may stand for nothing. */
const hasCfnLint = spawnSync(CFN_LINT, ['--version']).status === 0;
if (!hasCfnLint)
  process.stderr.write('cfn-lint is not on the PATH (pip install cfn-lint): what it would find is not looked for\n');

/** Neither credentials nor a region, nor a proxy that leads anywhere. */
const OFFLINE = {
  PATH: process.env.PATH,
  HOME: tmpdir(),
  CI: 'true',
  // Nothing of the machine but what it compiled before.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  AWS_EC2_METADATA_DISABLED: 'true',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
};

let assembly: Assembly;
let said: string;
beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'oic-synth-'));
  const args = ['synth', '--strict', '--quiet', '--output', directory];
  const { stdout, stderr } = await run(CDK, args, { cwd: ROOT, env: OFFLINE, maxBuffer: 1 << 26 });
  said = stdout + stderr;
  assembly = await readAssembly(directory);
}, 240_000);
afterAll(() => assembly.close());

test('gives both stacks, with nothing to complain about', async () => {
  expect(said).toContain('Successfully synthesized');
  expect(said).not.toMatch(/\b(WARNING|ERROR|INFO)\b/);
  for (const stack of ['OicVault', 'OicLifecycle']) {
    expect((await stat(join(assembly.directory, `${stack}.template.json`))).size).toBeGreaterThan(1_000);
  }
});

/** It restores into a simulated instance. */
const isRehearsed = (name: string, source: string): boolean =>
  name.startsWith('Rehearsal-') && source.includes('test/simulator/');

describe('a bundle', () => {
  const MAX_BYTES = 1_800_000;

  test('is no larger than 1.8 MB, and is there for each function', async () => {
    expect(assembly.functions.map(({ name }) => name).toSorted()).toEqual([
      'Backup-dev',
      'Backup-test',
      'Deploy-test',
      'Rehearsal-dev',
      'Rehearsal-test',
      'Restore-test',
      'Scrub-dev',
      'Scrub-test',
      'Strays-unknown',
    ]);
    for (const { name, bundle } of assembly.functions) {
      expect((await stat(bundle)).size, name).toBeLessThan(MAX_BYTES);
    }
  });

  // That it is told all it asks for is seen where the bundles are run.
  test('is told nothing that it does not ask for', async () => {
    for (const { name, bundle, variables } of assembly.functions) {
      const asked = new Set([...(await readFile(bundle, 'utf8')).matchAll(/\bOIC_[A-Z_]+\b/g)].map(([word]) => word));
      const set = Object.keys(variables).filter((variable) => variable.startsWith('OIC_'));
      expect([...asked], name).toEqual(expect.arrayContaining(set));
    }
  });

  test('holds no simulator but that of rehearsals, no command line, and nothing that only development needs', async () => {
    const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const program = await Promise.all(
      globSync('functions/**/*.ts', { cwd: ROOT }).map((file) => readFile(join(ROOT, file), 'utf8')),
    );
    const tools = Object.keys(devDependencies).filter((name) => !program.some((text) => text.includes(`'${name}`)));
    expect(tools).toContain('esbuild');
    for (const { name, bundle } of assembly.functions) {
      const { sources } = JSON.parse(await readFile(`${bundle}.map`, 'utf8')) as { sources: string[] };
      const own = sources.map((source) => source.replace(/^(\.\.\/)+/, ''));
      expect(
        own.filter((source) => /\/functions\/(cli\/|cli\.ts)|\/test\//.test(source) && !isRehearsed(name, source)),
        name,
      ).toEqual([]);
      for (const dependency of tools) {
        expect(
          own.filter((source) => source.includes(`node_modules/${dependency}/`)),
          name,
        ).toEqual([]);
      }
      expect(own.some((source) => source.endsWith('functions/settings.ts'))).toBe(true);
    }
  });
});

/** As infra/app.ts does it, in this process and without bundles. */
const withEverything = (count: number): App => {
  const app = new App({ context: { ...cdkContext, 'aws:cdk:bundling-stacks': [] } });
  createStacks(app, parseSettings({ ...EVERYTHING, instances: instancesOf(count, EVERY_JOB) }, 'the test', awsRule));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
};

describe.each(rounds([1], [1, 20, 50]))('with everything that settings can ask for, %i instances', (count) => {
  const app = withEverything(count);
  test('have nothing that the validators of the CDK, its warnings or cdk-nag complain about', async () => {
    app.synth();
    const { pluginReports } = JSON.parse(await readFile(join(app.outdir, 'validation-report.json'), 'utf8'));
    expect(pluginReports).toEqual([]);
  }, 300_000);

  test.skipIf(!hasCfnLint)(
    'have nothing that cfn-lint complains about',
    async () => {
      const templates = globSync('*.template.json', { cwd: app.outdir }).map((file) => join(app.outdir, file));
      const args = [
        '--format',
        'parseable',
        '--regions',
        'eu-central-1',
        '--ignore-checks',
        'W3005',
        '--',
        ...templates,
      ];
      const lint = run(CFN_LINT, args, { maxBuffer: 1 << 26 });
      const { stdout } = await lint.catch((error: { stdout: string }) => error);
      // Its schema of a durable function is older than that of the CDK.
      const isKnown = (line: string): boolean =>
        line.includes("E3002:Additional properties are not allowed ('KMSKeyArn'");
      expect(stdout.split('\n').filter((line) => line !== '' && !isKnown(line))).toEqual([]);
    },
    300_000,
  );
});

describe('cdk-nag', () => {
  const everything = () => withEverything(1);
  const findings = (app: App): string[] =>
    new AwsSolutionsChecks(app).validateScope(app).violations.map(({ ruleName }) => ruleName);

  test('would find a permission too wide', () => {
    const app = everything();
    const stack = app.node.findChild('OicLifecycle');
    const role = new Role(stack, 'Stray', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const statements = [new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] })];
    new Policy(stack, 'StrayPolicy', { roles: [role], statements });

    expect(findings(app)).toEqual(['AwsSolutions-IAM5[Resource::*]']);
  });

  test('is answered with a reason wherever it is contradicted, finding by finding', () => {
    const answers = everything()
      .node.findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === 'aws:cdk:acknowledged-rules')
      .flatMap(({ data }) => Object.entries(data as Record<string, string>));
    expect(answers.length).toBeGreaterThan(10);
    for (const [rule, reason] of answers) {
      expect(reason, rule).toMatch(/\w+( \S+){3,}/);
      expect(rule).toMatch(/AwsSolutions-(IAM5\[Resource::.+\]|S1|SQS3)$|DurableConfig$/);
    }
  });
});

test('settings that are wrong end the synthesis with all problems at once, as sentences', async () => {
  const { instances } = SAMPLE;
  const wrong = {
    instances: {
      prod: { ...instances.prod, secret: undefined, backup: { schedule: 'cron(0 2 * *)' } },
      test: { ...instances.test, concurency: 3 },
      twin: { ...instances.test, backup: { timeZone: 'Europe/Berlin' } },
    },
  };

  const failure = await assemble(wrong).then(
    () => undefined,
    (error: { code: number; stderr: string }) => error,
  );

  expect(failure?.code).toBe(2);
  expect(failure?.stderr).not.toMatch(/\n\s+at /);
  for (const problem of [
    'instances.prod.secret: is missing',
    'instances.prod.backup.schedule: "cron(0 2 * *)" must have six fields',
    'instances.test.concurency: is not a setting',
    'instances.twin: is the same instance as test',
  ]) {
    expect(failure?.stderr).toContain(`- ${problem}`);
  }
});

test('what only AWS needs is asked for too', () => {
  const settings = { instances: { one: { ...SAMPLE.instances.test, concurrency: 3 } } };
  const problem = 'instances.one.concurrency: must be at least 4, which its functions';
  expect(() => parseSettings(settings, 'cdk.json', awsRule)).toThrow(problem);
  expect(() => parseSettings(settings, 'cdk.json')).not.toThrow();
});
