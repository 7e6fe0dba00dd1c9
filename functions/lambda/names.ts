/**
 * What the functions and the constructs that define them must spell alike: environment variables, metrics, dimensions.
 * Imports nothing, for both sides bundle or load it.
 */

/** The settings of one instance, as the object under `oic` in cdk.json. */
export const SETTINGS_VARIABLE = 'OIC_SETTINGS';
/** `s3://bucket`; a directory works too. */
export const VAULT_VARIABLE = 'OIC_VAULT';
export const DROP_BOX_VARIABLE = 'OIC_DROP_BOX';

/** The name of the one instance, for a function that has nothing else to do with it. */
export const INSTANCE_VARIABLE = 'OIC_INSTANCE';
/** ARN of the function (its alias) that waits for approvals. */
export const APPROVAL_VARIABLE = 'OIC_APPROVAL';
/** ARN of the queue of drops. */
export const QUEUE_VARIABLE = 'OIC_DROPS_QUEUE';

/** JSON: the name of every instance, and whether it has `deploy`. Written into the bundle, for it grows with their number. */
export const TARGETS_VARIABLE = 'OIC_TARGETS';

/** The `name` of the installation, where it has one. */
export const INSTALLATION_VARIABLE = 'OIC_INSTALLATION';

/**
 * How often a queue delivers a message before it is dead. What a drop may be tried is counted in its receipt: deliveries also
 * count when Lambda had no room for the function, and when it could not be asked at all.
 */
export const MAX_RECEIVES = 100;

/** A message is out of sight for so long at a time, and longer as long as its worker lives; then another one takes it. */
export const VISIBILITY_SECONDS = 240;

/** A backup that takes longer is stopped. */
export const BACKUP_HOURS = 6;

/** Two installations may back up instances of the same name. */
export const metricNamespace = (installation: string | undefined): string =>
  installation === undefined ? 'OicLifecycle' : `OicLifecycle/${installation}`;

export const SERVICE = 'oic-lifecycle';

/** Exactly these, in metrics and in alarms: an alarm on other dimensions watches a metric that does not exist. */
export const metricDimensions = (instance: string) => ({ service: SERVICE, instance });

export type MetricName =
  | 'BackupSucceeded'
  | 'BackupFailed'
  | 'SnapshotIncomplete'
  | 'SuddenLoss'
  | 'Integrations'
  | 'Exported'
  | 'Unchanged'
  | 'ExportFailed'
  | 'BackupSeconds'
  | 'RestoreFailed'
  | 'DropsDeployed'
  | 'DropsUnchanged'
  | 'DropsRejected'
  | 'DropsFailed'
  | 'DropsRolledBack'
  | 'DropsSuperseded'
  | 'DropsNotHandled'
  | 'ScrubChecked'
  | 'ScrubDamaged'
  | 'ScrubHealed'
  | 'ScrubMissing'
  | 'ScrubFailed'
  | 'RehearsalSucceeded'
  | 'RehearsalDiffers'
  | 'RehearsalFailed'
  | 'DropsWaiting'
  | 'ApprovalsExpired';
