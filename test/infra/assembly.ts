/** What `cdk synth` leaves on disk: templates, and the bundles that would be uploaded. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cdkContext, flatResources, type Resource, readTemplate } from './synthesized.ts';

interface DeployedFunction {
  /** `Backup-dev` and the like. */
  readonly name: string;
  readonly bundle: string;
  readonly isDurable: boolean;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Of all policies of its role. */
  readonly statements: readonly object[];
}

export interface Assembly {
  readonly directory: string;
  readonly functions: readonly DeployedFunction[];
  /** Metrics of ours that an alarm watches, as `instance metric`. */
  readonly watched: ReadonlySet<string>;
  close(): Promise<void>;
}

const ROOT = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** Runs the app as the CDK's command line does, with these settings instead of those in cdk.json. */
export const assemble = async (settings: object): Promise<Assembly> => {
  const directory = await mkdtemp(join(tmpdir(), 'oic-cdk-'));
  const context = { ...cdkContext, oic: settings };
  // What CloudFormation finds in the templates is for `cdk synth` to say.
  const env = {
    ...process.env,
    CDK_OUTDIR: directory,
    CDK_CONTEXT_JSON: JSON.stringify(context),
    CDK_VALIDATION: 'false',
  };
  await run(process.execPath, [join(ROOT, 'infra', 'app.ts')], { cwd: ROOT, env, maxBuffer: 1 << 26 });
  return readAssembly(directory);
};

export const readAssembly = async (directory: string): Promise<Assembly> => {
  const readJson = async (file: string) => JSON.parse(await readFile(join(directory, file), 'utf8'));
  const Resources = flatResources(directory, readTemplate(directory, 'OicLifecycle.template.json'));
  const { files } = (await readJson('OicLifecycle.assets.json')) as {
    files: Record<string, { source: { path: string } }>;
  };
  const functions = Object.values(Resources).flatMap(({ Type, Properties }): DeployedFunction[] => {
    if (Type !== 'AWS::Lambda::Function') return [];
    const asset = files[Properties.Code.S3Key.replace(/\.zip$/, '')];
    const [, doing = '', instance = ''] =
      /^(Takes|Deploys|Restores|Answers|Waits|Checks|Rehearses).* (\S+)$/.exec(Properties.Description) ?? [];
    return [
      {
        name: `${JOBS[doing]}-${instance}`,
        bundle: join(directory, asset?.source.path ?? '', 'index.mjs'),
        isDurable: Properties.DurableConfig !== undefined,
        variables: Properties.Environment.Variables,
        statements: statementsOf(Resources, Properties.Role['Fn::GetAtt'][0]),
      },
    ];
  });
  const watched = new Set(Object.values(Resources).flatMap(watchedBy));
  return { directory, functions, watched, close: () => rm(directory, { recursive: true, force: true }) };
};

/** By the first word of what a function says that it does. */
const JOBS: Readonly<Record<string, string>> = {
  Takes: 'Backup',
  Deploys: 'Deploy',
  Restores: 'Restore',
  Answers: 'Strays',
  Waits: 'Approval',
  Checks: 'Scrub',
  Rehearses: 'Rehearsal',
};

const watchedBy = ({ Type, Properties }: Resource): string[] => {
  if (Type !== 'AWS::CloudWatch::Alarm') return [];
  const metrics = [
    Properties,
    ...(Properties.Metrics ?? []).flatMap(
      ({ MetricStat }: { MetricStat?: { Metric: object } }) => MetricStat?.Metric ?? [],
    ),
  ];
  return metrics.flatMap(({ MetricName, Dimensions = [] }) =>
    Dimensions.filter(({ Name }: { Name: string }) => Name === 'instance').map(
      ({ Value }: { Value: string }) => `${Value} ${MetricName}`,
    ),
  );
};

const statementsOf = (resources: Readonly<Record<string, Resource>>, role: string): object[] =>
  Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
