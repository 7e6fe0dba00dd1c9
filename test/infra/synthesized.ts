/** The stacks of some settings, made in this process and without bundles, for tests to look at. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { awsRule, parseSettings } from '../../functions/settings.ts';
import { createStacks } from '../../infra/create-stacks.ts';

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

export interface Synthesized {
  readonly stack: Stack;
  readonly template: Template;
  ofType(type: string): ReadonlyMap<string, Resource>;
}

export const synthesize = (
  settings: object = SAMPLE,
): Readonly<Record<'vault' | 'lifecycle' | 'replica', Synthesized>> => {
  const app = new App({ context: { ...cdkContext, 'aws:cdk:bundling-stacks': [] } });
  createStacks(app, parseSettings(settings, 'the test', awsRule));
  const find = (id: string): Synthesized => {
    const stack = app.node.tryFindChild(id) as Stack;
    const template = Template.fromStack(stack);
    return {
      stack,
      template,
      ofType: (type) => new Map(Object.entries(template.findResources(type) as Record<string, Resource>)),
    };
  };
  return {
    get vault() {
      return find('OicVault');
    },
    get lifecycle() {
      return find('OicLifecycle');
    },
    get replica() {
      return find('OicVaultReplica');
    },
  };
};

/** The one resource of a type whose logical id matches. @throws when there is not exactly one */
export const only = (resources: ReadonlyMap<string, Resource>, logicalId: RegExp): Resource => {
  const [found, ...others] = [...resources].filter(([id]) => logicalId.test(id)).map(([, resource]) => resource);
  if (!found || others.length > 0) throw new Error(`not exactly one ${logicalId}: ${[...resources.keys()].join(', ')}`);
  return found;
};
