/** The CDK application: settings from cdk.json, the stacks made of them, and AWS's own rules and limits held against them. */

import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ConfigError } from '../functions/core/errors.ts';
import { awsRule } from '../functions/settings/aws.ts';
import { parseSettings } from '../functions/settings.ts';
import { createStacks } from './create-stacks.ts';
import { checkLimits } from './limits.ts';

const WHERE = 'cdk.json (context.oic)';
// Too many resources are told with everything else that is too much, and not by a stack trace.
const app = new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } });
try {
  createStacks(app, parseSettings(app.node.tryGetContext('oic'), WHERE, awsRule));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  try {
    app.synth();
  } finally {
    // Also when the CDK's own validators have found the same: it is told as a problem of the settings.
    checkLimits(app.outdir, WHERE);
  }
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
