/** The stacks of some settings, made in this process and without bundles, for tests to look at. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { awsRule } from '../../functions/settings/aws.ts';
import { parseSettings } from '../../functions/settings.ts';
import { createStacks } from '../../infra/create-stacks.ts';
import { stackNames } from '../../infra/installation.ts';

export const cdkContext = (
  JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'cdk.json'), 'utf8')) as { context: object }
).context;

const OIC = 'https://design.integration.eu-frankfurt-1.ocp.oraclecloud.com';
const schedule = 'cron(15 4 * * ? *)';

/** One instance of each kind: only backed up, only deployed to, both. */
export const SAMPLE = {
  instances: {
    prod: {
      url: OIC,
      integrationInstance: 'acme-prod',
      secret: 'oic/prod',
      backup: { schedule, timeZone: 'Europe/Berlin' },
    },
    dr: { url: OIC, integrationInstance: 'acme-dr', secret: 'oic/dr', deploy: {} },
    test: { url: OIC, integrationInstance: 'acme-test', secret: 'oic/test', backup: { schedule }, deploy: {} },
  },
};

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are looked at as they come
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface TemplateJson {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
}

export interface Synthesized {
  readonly stack: Stack;
  readonly template: Template;
  /** Of the stack and of those nested in it, with what they are handed in the place of parameters. */
  readonly resources: Readonly<Record<string, Resource>>;
  ofType(type: string): ReadonlyMap<string, Resource>;
}

export const readTemplate = (directory: string, file: string): TemplateJson =>
  JSON.parse(readFileSync(join(directory, file), 'utf8')) as TemplateJson;

/** The file of a nested stack's template; undefined for any other resource. */
export const nestedFile = (directory: string, { Type, Properties }: Resource): string | undefined => {
  if (Type !== 'AWS::CloudFormation::Stack') return undefined;
  const [, hash = ''] = /([0-9a-f]{64})\.json/.exec(JSON.stringify(Properties.TemplateURL)) ?? [];
  for (const manifest of globSync('*.assets.json', { cwd: directory })) {
    const { files } = JSON.parse(readFileSync(join(directory, manifest), 'utf8')) as {
      files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
    };
    if (files[hash]) return files[hash].source.path;
  }
  throw new Error(`no template of the hash ${hash}`);
};

/** All resources of a stack as if none were nested. */
export const flatResources = (directory: string, { Resources }: TemplateJson): Record<string, Resource> =>
  Object.fromEntries(
    Object.entries(Resources).flatMap(([id, resource]) => {
      const file = nestedFile(directory, resource);
      if (file === undefined) return [[id, resource] as const];
      const inner = handed(readTemplate(directory, file), resource.Properties.Parameters ?? {}) as TemplateJson;
      return Object.entries(inner.Resources);
    }),
  );

const handed = (value: unknown, parameters: Readonly<Record<string, unknown>>): unknown => {
  if (Array.isArray(value)) return value.map((one) => handed(one, parameters));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref } = value as { Ref?: string };
  if (Ref !== undefined && Object.hasOwn(parameters, Ref)) return parameters[Ref];
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, handed(inner, parameters)]));
};

/** The stacks of some settings, before they are synthesized. */
export const stacksOf = (given: object) => {
  const context = { ...cdkContext, 'aws:cdk:bundling-stacks': [], '@aws-cdk/core:stackResourceLimit': 0 };
  const app = new App({ context });
  const settings = parseSettings(given, 'the test', awsRule);
  return { app, settings, ...createStacks(app, settings) };
};

export const readStack = (app: App, stack: Stack): Synthesized => {
  const { directory } = app.synth();
  const json = readTemplate(directory, `${stack.artifactId}.template.json`);
  const resources = flatResources(directory, json);
  return {
    stack,
    template: Template.fromJSON(json),
    resources,
    ofType: (type) => new Map(Object.entries(resources).filter(([, { Type }]) => Type === type)),
  };
};

export const synthesize = (
  given: object = SAMPLE,
): Readonly<Record<'vault' | 'lifecycle' | 'replica', Synthesized>> & { readonly directory: string } => {
  const { app, settings } = stacksOf(given);
  const { directory } = app.synth();
  const names = stackNames(settings);
  const find = (id: string): Synthesized => readStack(app, app.node.findChild(id) as Stack);
  return {
    directory,
    get vault() {
      return find(names.vault);
    },
    get lifecycle() {
      return find(names.lifecycle);
    },
    get replica() {
      return find(names.replica);
    },
  };
};

/** The one resource of a type whose logical id matches. @throws when there is not exactly one */
export const only = (resources: ReadonlyMap<string, Resource>, logicalId: RegExp): Resource => {
  const [found, ...others] = [...resources].filter(([id]) => logicalId.test(id)).map(([, resource]) => resource);
  if (!found || others.length > 0) throw new Error(`not exactly one ${logicalId}: ${[...resources.keys()].join(', ')}`);
  return found;
};
