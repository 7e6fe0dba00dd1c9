/**
 * A Lambda function of ours, with the house's defaults set once: Node 24 on arm64, one ESM bundle made by the local
 * esbuild, JSON logs that are kept for three months, and a role that may do nothing but write them. What else it may do
 * and know it gets from the constructs that own the things, by their `grant…` methods.
 */
import { fileURLToPath } from 'node:url';
import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type Alias, Architecture, type CfnFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { INSTALLATION_VARIABLE, INSTANCE_VARIABLE, SERVICE, SETTINGS_VARIABLE } from '../../functions/lambda/names.ts';
import type { NetworkSettings } from '../../functions/settings/aws.ts';
import type { VaultSettings } from '../../functions/settings/vault.ts';
import type { InstanceSettings, Settings } from '../../functions/settings.ts';
import type { Installation } from '../installation.ts';
import { acknowledgeWildcards } from './acknowledge.ts';

export interface JobFunctionProps {
  /** Of `functions/`, without the ending. */
  readonly entry: 'approval' | 'backup' | 'deploy' | 'rehearsal' | 'restore' | 'scrub' | 'strays';
  readonly description: string;
  readonly installation: Installation;
  /** Of the one instance it works on, as far as it needs them; absent where it works on none. */
  readonly instance?: InstanceSettings;
  /** Of a function that works on one, and needs to know nothing else of it. */
  readonly instanceName?: string;
  /** Texts that are put into its bundle in the place of these variables: what has no room in an environment. */
  readonly written?: Readonly<Record<string, string>>;
  /** How the vault is kept, for a function that has to know. */
  readonly vault?: Pick<Settings, 'retentionDays'> & { readonly vault: Pick<VaultSettings, 'objectLock'> };
  /** Present: a durable function, whose executions may take so long. */
  readonly executionTimeout?: Duration;
  /** Where its lines go. @default a log group beside it */
  readonly logGroup?: LogGroup;
  /** Where the events of executions that failed go. */
  readonly deadLetters?: Queue;
  readonly reservedConcurrency?: number;
  /** @default 1024 */
  readonly memoryMb?: number;
}

export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, object>>;
  /** Why a resource of it has a wildcard. */
  readonly reason?: string;
}

const NETWORK_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

export const FUNCTION_TIMEOUT = Duration.minutes(15);

export class JobFunction extends Construct {
  readonly function: NodejsFunction;
  readonly logGroup: LogGroup;
  /** Executions of a durable function go on in the version they began in, so it is always called by this. */
  readonly live: Alias;

  constructor(scope: Construct, id: string, props: JobFunctionProps) {
    super(scope, id);
    Validations.of(this).acknowledge({
      id: 'aws-lambda:Function.DurableConfig',
      reason: 'the function is durable from its first deployment on',
    });
    const { installation } = props;
    this.logGroup = props.logGroup ?? createLog(this, installation);
    this.function = new NodejsFunction(this, 'Function', {
      functionName: nameOf(props),
      entry: fileURLToPath(new URL(`../../functions/${props.entry}.ts`, import.meta.url)),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb ?? 1024,
      timeout: FUNCTION_TIMEOUT,
      role: new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
      logGroup: this.logGroup,
      environment: { NODE_OPTIONS: '--enable-source-maps', ...settingsOf(props) },
      bundling: { ...BUNDLING, ...(props.written && { define: definitionsOf(props.written) }) },
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      ...(props.executionTimeout && {
        durableConfig: { executionTimeout: props.executionTimeout, retentionPeriod: Duration.days(30) },
      }),
      ...(props.deadLetters && { deadLetterQueue: props.deadLetters }),
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
    });
    this.live = this.function.addAlias('live');
    this.allow({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [this.logGroup.logGroupArn] });
    if (props.executionTimeout) this.allowDurableExecution();
    this.allowEvents();
    this.encrypt(props);
    const network =
      (props.instance ?? installation.settings.instances[props.instanceName ?? ''])?.network ??
      installation.settings.network;
    if (network) this.enter(network, nameOf(props));
  }

  allow({ actions, resources, conditions, reason }: Permission): void {
    this.function.addToRolePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [...actions],
        resources: [...resources],
        ...(conditions && { conditions }),
      }),
    );
    if (reason !== undefined) acknowledgeWildcards(this, resources, reason);
  }

  /** The secret of its instance, which exists already and is known by name only. */
  allowSecret(name: string): void {
    const resource = `secret:${name}-??????`;
    this.allow({
      actions: ['secretsmanager:GetSecretValue'],
      resources: [Stack.of(this).formatArn({ service: 'secretsmanager', resource })],
    });
  }

  tell(variable: string, value: string): void {
    this.function.addEnvironment(variable, value);
  }

  /** With the installation's key, where it has one: events that failed, and what a durable execution keeps. */
  private encrypt({ installation: { key }, deadLetters, executionTimeout }: JobFunctionProps): void {
    if (!key) return;
    const { keyArn } = key;
    if (deadLetters || executionTimeout)
      this.allow({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [keyArn] });
    // CDK's own construct does not know of it.
    if (executionTimeout) this.resource.addPropertyOverride('DurableConfig.KMSKeyArn', keyArn);
  }

  /**
   * Lambda makes network interfaces there, by the function's role; the function's own code may not
   * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html).
   */
  private enter({ subnetIds, securityGroupIds }: NetworkSettings, name: string): void {
    this.resource.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
    const reason =
      'network interfaces have no name before they are made, and no rights by resource when they are listed';
    this.allow({ actions: NETWORK_ACTIONS, resources: ['*'], reason });
    const itself = Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.function.addToRolePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: NETWORK_ACTIONS,
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': itself } },
      }),
    );
  }

  private get resource(): CfnFunction {
    return this.function.node.defaultChild as CfnFunction;
  }

  /** On the account's default bus, and under our own name only. */
  private allowEvents(): void {
    const bus = Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
    const conditions = { StringEquals: { 'events:source': SERVICE } };
    this.allow({ actions: ['events:PutEvents'], resources: [bus], conditions });
  }

  /** A policy of its own: one that names the function cannot be among those the function waits for. */
  private allowDurableExecution(): void {
    const resources = [`${this.function.functionArn}:*`];
    const policy = new Policy(this, 'DurableExecution', {
      roles: this.function.role ? [this.function.role] : [],
      statements: [
        new PolicyStatement({
          actions: ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'],
          resources,
        }),
      ],
    });
    this.live.node.addDependency(policy);
    acknowledgeWildcards(this, resources, 'the function itself, in whichever version an execution began');
  }
}

/** @param scope in whose stack it stays: what is in it goes when the stack changes */
export const createLog = (scope: Construct, { settings, key }: Installation): LogGroup =>
  new LogGroup(scope, 'Log', {
    // The days are the enumeration's values.
    retention: settings.logRetentionDays as RetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(key && { encryptionKey: key }),
  });

/** By this people call it. */
const nameOf = ({ installation, instance, instanceName = instance?.name, entry }: JobFunctionProps): string =>
  [installation.stackName, ...(instanceName === undefined ? [] : [instanceName]), entry].join('-');

/** The object under `oic` in cdk.json, with this one instance in it; and which installation it is of. */
const settingsOf = ({ installation, instance, instanceName, vault }: JobFunctionProps): Record<string, string> => {
  const { name: installationName, people } = installation.settings;
  const own = {
    ...(installationName !== undefined && { [INSTALLATION_VARIABLE]: installationName }),
    ...(instanceName !== undefined && { [INSTANCE_VARIABLE]: instanceName }),
  };
  if (!instance) return own;
  const { name, network: _, ...settings } = instance;
  return { ...own, [SETTINGS_VARIABLE]: JSON.stringify({ instances: { [name]: settings }, people, ...vault }) };
};

const definitionsOf = (written: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(written).map(([name, text]) => [`process.env.${name}`, JSON.stringify(text)]));

/**
 * The SDK is bundled, so that what runs is what was tested. What it would need to find credentials elsewhere than in a
 * function's environment stays out.
 */
const BUNDLING = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  sourceMap: true,
  sourceMapMode: SourceMapMode.DEFAULT,
  sourcesContent: false,
  bundleAwsSDK: true,
  // Packages in CommonJS require Node's own modules, which an ES module cannot by itself.
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  externalModules: ['http', 'ini', 'login', 'process', 'sso', 'web-identity'].map(
    (way) => `@aws-sdk/credential-provider-${way}`,
  ),
  esbuildArgs: {
    '--alias:mime-types': fileURLToPath(new URL('../../functions/lambda/no-mime-types.ts', import.meta.url)),
  },
};
