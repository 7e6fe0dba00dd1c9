/**
 * What the functions and the constructs that define them must spell alike: environment variables, metrics, dimensions.
 * Imports nothing, for both sides bundle or load it.
 */

/** The settings of one instance, as the object under `oic` in cdk.json. */
export const SETTINGS_VARIABLE = 'OIC_SETTINGS';
/** `s3://bucket`; a directory works too. */
export const VAULT_VARIABLE = 'OIC_VAULT';
export const DROP_BOX_VARIABLE = 'OIC_DROP_BOX';

/** How often a queue delivers a drop before it is dead: at the last time the function must decide. */
export const MAX_RECEIVES = 3;

/** A backup that takes longer is stopped. */
export const BACKUP_HOURS = 6;

export const METRIC_NAMESPACE = 'OicLifecycle';
export const SERVICE = 'oic-lifecycle';

/** Exactly these, in metrics and in alarms: an alarm on other dimensions watches a metric that does not exist. */
export const metricDimensions = (instance: string) => ({ service: SERVICE, instance });

export type MetricName =
  | 'BackupSucceeded'
  | 'BackupFailed'
  | 'SnapshotIncomplete'
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
  | 'DropsSuperseded';
