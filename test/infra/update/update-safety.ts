/**
 * What an update of the stacks would do to what holds something: templates of before, cut down to what says so, held
 * against those of now.
 */
import type { TemplateJson } from '../synthesized.ts';

/** The properties whose change makes CloudFormation replace a resource: `createOnlyProperties` of its schema. */
const CREATE_ONLY: Readonly<Record<string, readonly string[]>> = {
  'AWS::CloudWatch::Alarm': ['AlarmName'],
  'AWS::CloudWatch::Dashboard': ['DashboardName'],
  'AWS::Events::EventBus': ['Name'],
  'AWS::Events::Rule': ['Name'],
  'AWS::IAM::Role': ['RoleName', 'Path'],
  'AWS::KMS::Alias': ['AliasName'],
  'AWS::KMS::Key': [],
  'AWS::Lambda::Alias': ['FunctionName', 'Name'],
  'AWS::Lambda::Function': ['FunctionName', 'PackageType', 'TenancyConfig'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::S3::Bucket': ['BucketName', 'BucketNamePrefix', 'BucketNamespace'],
  'AWS::SNS::Subscription': ['Endpoint', 'Protocol', 'TopicArn'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::Scheduler::Schedule': ['Name'],
};

/** They hold something that is gone when they are: archives, drops, events, lines, the consent to get mail. */
const STATEFUL = [
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
];

/** A name of its own: two resources of a type cannot have it at once, as they would while one takes the place of the other. */
const NAMES: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::KMS::Alias': 'AliasName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SQS::Queue': 'QueueName',
};

export interface Outline {
  /** By logical id: the type, and what of its properties means replacement. */
  readonly resources: Readonly<Record<string, readonly [type: string, fixed: Readonly<Record<string, unknown>>]>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly imports: readonly string[];
}

/** By name of the stack; of nested ones by what they are called in their parent. */
export type Outlines = Readonly<Record<string, Outline>>;

export const outlineOf = (template: TemplateJson): Outline => ({
  resources: Object.fromEntries(
    Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) => {
      const fixed = CREATE_ONLY[Type]?.flatMap((name) => (name in Properties ? [[name, Properties[name]]] : []));
      return fixed ? [[id, [Type, Object.fromEntries(fixed)]]] : [];
    }),
  ),
  exports: Object.fromEntries(
    Object.values(template.Outputs ?? {}).flatMap(({ Value, Export }) => (Export ? [[Export.Name, Value]] : [])),
  ),
  imports: [
    ...new Set(
      [...JSON.stringify(template).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].flatMap(([, name = '']) => [name]),
    ),
  ].toSorted(),
});

/** What would be lost, or keep the update from going through; each as a sentence. */
export const updateProblems = (before: Outlines, after: Outlines): string[] => [
  ...Object.entries(before).flatMap(([stack, outline]) => lost(stack, outline, after[stack])),
  ...exportsInUse(before).flatMap(([stack, name, value]) =>
    JSON.stringify(after[stack]?.exports[name]) === JSON.stringify(value)
      ? []
      : [`${stack}: the export ${name} is in use and cannot be changed or removed`],
  ),
  ...takenNames(before, after),
];

const lost = (stack: string, before: Outline, after: Outline | undefined): string[] =>
  Object.entries(before.resources).flatMap(([id, [type, fixed]]) => {
    if (!STATEFUL.includes(type)) return [];
    const [typeNow, fixedNow] = after?.resources[id] ?? [];
    if (typeNow !== type) return [`${stack}: ${type} ${id} would be removed`];
    return JSON.stringify(fixedNow) === JSON.stringify(fixed) ? [] : [`${stack}: ${type} ${id} would be replaced`];
  });

const exportsInUse = (outlines: Outlines): (readonly [string, string, unknown])[] => {
  const used = new Set(Object.values(outlines).flatMap(({ imports }) => imports));
  return Object.entries(outlines).flatMap(([stack, { exports }]) =>
    Object.entries(exports).flatMap(([name, value]) => (used.has(name) ? [[stack, name, value] as const] : [])),
  );
};

const namesIn = (outlines: Outlines): Map<string, string> =>
  new Map(
    Object.entries(outlines).flatMap(([stack, { resources }]) =>
      Object.entries(resources).flatMap(([id, [type, fixed]]) => {
        const name = fixed[NAMES[type] ?? ''];
        return name === undefined ? [] : [[`${type} ${JSON.stringify(name)}`, `${stack} ${id}`] as const];
      }),
    ),
  );

const takenNames = (before: Outlines, after: Outlines): string[] => {
  const names = namesIn(before);
  return [...namesIn(after)].flatMap(([name, owner]) => {
    const had = names.get(name);
    return had === undefined || had === owner ? [] : [`${name} is still there, as ${had}, when ${owner} is made`];
  });
};
