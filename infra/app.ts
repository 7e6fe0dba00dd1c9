/** The CDK application: settings from cdk.json, the stacks made of them, and AWS's own rules held against them. */

import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ConfigError } from '../functions/core/errors.ts';
import { awsRule } from '../functions/settings/aws.ts';
import { parseSettings } from '../functions/settings.ts';
import { createStacks } from './create-stacks.ts';

const app = new App();
try {
  createStacks(app, parseSettings(app.node.tryGetContext('oic'), 'cdk.json (context.oic)', awsRule));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
