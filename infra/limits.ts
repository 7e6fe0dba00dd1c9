/**
 * What AWS refuses at deployment, and neither the CDK nor its validators see: sizes and counts of the synthesized templates
 * held against the quotas. Each problem is a sentence with the number and the limit.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../functions/core/errors.ts';

/** @param directory of the assembly. @param where the settings are, for the message. @throws ConfigError with every problem */
export const checkLimits = (directory: string, where: string): void => {
  const problems = globSync('*.template.json', { cwd: directory }).flatMap((file) => {
    const text = readFileSync(join(directory, file), 'utf8');
    return limitProblems(file.replace(/(\.nested)?\.template\.json$/, ''), JSON.parse(text), Buffer.byteLength(text));
  });
  if (problems.length > 0) {
    throw new ConfigError(
      `the settings in ${where} ask for more than AWS takes; part of it may be another installation, with a \`name\``,
      problems,
    );
  }
};

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

interface TemplateJson {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: object;
  readonly Parameters?: object;
}

/** @param name of the stack, for the sentences. @param bytes of the template as it is uploaded */
export const limitProblems = (name: string, template: TemplateJson, bytes: number): string[] => {
  const resources = Object.entries(template.Resources ?? {});
  const ofType = (type: string) => resources.filter(([, { Type }]) => Type === type);
  const count = (what: object | undefined): number => Object.keys(what ?? {}).length;
  return [
    ...over(name, 'resources', count(template.Resources), 500),
    ...over(name, 'outputs', count(template.Outputs), 200),
    ...over(name, 'parameters', count(template.Parameters), 200),
    ...over(name, 'bytes of template', bytes, 1_000_000),
    ...ofType('AWS::Lambda::Function').flatMap(([id, { Properties }]) => functionProblems(name, id, Properties)),
    ...[...rolePolicies(resources)].flatMap(([role, size]) =>
      over(`${name}: role ${role}`, 'letters of policy', size, 10_240),
    ),
    ...POLICIES.flatMap(([type, limit]) =>
      ofType(type).flatMap(([id, { Properties }]) =>
        over(`${name}: ${id}`, 'bytes of policy', lengthOf(Properties?.PolicyDocument ?? Properties?.KeyPolicy), limit),
      ),
    ),
    ...ofType('AWS::S3::Bucket').flatMap(([id, { Properties }]) => bucketProblems(name, id, Properties)),
    ...ofType('AWS::CloudWatch::Dashboard').flatMap(([id, { Properties }]) =>
      over(`${name}: ${id}`, 'widgets', lengthOf(Properties?.DashboardBody, /"type":"(metric|log|text)"/g), 500),
    ),
  ];
};

/**
 * Of what a resource lets others do. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html, … of SQS, SNS
 * and KMS: their quotas.
 */
const POLICIES = [
  ['AWS::S3::BucketPolicy', 20_480],
  ['AWS::SQS::QueuePolicy', 8_192],
  ['AWS::SNS::TopicPolicy', 30_720],
  ['AWS::KMS::Key', 32_768],
] as const;

const over = (where: string, what: string, number: number, limit: number): string[] =>
  number > limit ? [`${where} has ${number} ${what}, and AWS takes ${limit}`] : [];

/** What CloudFormation puts in the place of a reference is an ARN or a name; few are longer. */
const LONGEST_REFERENCE = 160;
const PSEUDO: Readonly<Record<string, number>> = {
  'AWS::Partition': 10,
  'AWS::Region': 14,
  'AWS::AccountId': 12,
  'AWS::URLSuffix': 16,
};

/** Its letters as JSON without blanks, once it is deployed; or how often a pattern comes in it. */
const lengthOf = (value: unknown, pattern?: RegExp): number => {
  const text = JSON.stringify(filled(value)) ?? '';
  return pattern ? (text.replaceAll('\\', '').match(pattern)?.length ?? 0) : Buffer.byteLength(text);
};

const filled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value !== 'object' || value === null) return value;
  const [[intrinsic, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && intrinsic === 'Fn::Join') {
    const [delimiter, parts] = argument as [string, unknown[]];
    return parts.map(filled).join(delimiter);
  }
  if (others.length === 0 && intrinsic === 'Ref') return 'x'.repeat(PSEUDO[String(argument)] ?? LONGEST_REFERENCE);
  if (others.length === 0 && intrinsic.startsWith('Fn::')) return 'x'.repeat(LONGEST_REFERENCE);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)]));
};

const functionProblems = (name: string, id: string, properties: Resource['Properties']): string[] => {
  const { Variables = {} } = (properties?.Environment ?? {}) as { Variables?: Readonly<Record<string, unknown>> };
  const what = typeof properties?.FunctionName === 'string' ? properties.FunctionName : id;
  // Names and values, without what JSON puts between them.
  const size = Object.entries(Variables).reduce(
    (sum, [variable, value]) => sum + Buffer.byteLength(variable) + Buffer.byteLength(String(filled(value))),
    0,
  );
  return [
    ...over(`${name}: ${what}`, 'bytes of environment', size, 4_096),
    ...over(`${name}: ${what}`, 'letters of name', what.length, 64),
    ...over(`${name}: ${what}`, 'layers', ((properties?.Layers ?? []) as unknown[]).length, 5),
  ];
};

/** All inline policies of a role count together, without blanks. */
const rolePolicies = (resources: readonly (readonly [string, Resource])[]): Map<string, number> => {
  const sizes = new Map<string, number>();
  for (const [, { Type, Properties = {} }] of resources) {
    if (Type !== 'AWS::IAM::Policy') continue;
    for (const role of Properties.Roles as { readonly Ref: string }[]) {
      sizes.set(role.Ref, (sizes.get(role.Ref) ?? 0) + lengthOf(Properties.PolicyDocument));
    }
  }
  return sizes;
};

const bucketProblems = (name: string, id: string, properties: Resource['Properties']): string[] => {
  const { Rules = [] } = (properties?.LifecycleConfiguration ?? {}) as { Rules?: readonly unknown[] };
  const { QueueConfigurations = [] } = (properties?.NotificationConfiguration ?? {}) as {
    QueueConfigurations?: readonly unknown[];
  };
  return [
    ...over(`${name}: ${id}`, 'lifecycle rules', Rules.length, 1_000),
    ...over(`${name}: ${id}`, 'queues to tell', QueueConfigurations.length, 100),
  ];
};
