/** What a connection still needs before an integration that uses it can be activated, and the document to fill it in. */

/** The adapter that stands for calls to integrations of the same instance: there is nothing to configure about it. */
export const LOCAL_CALLS = 'collocatedics';

/** Oracle's own, such as the one for local calls: on every instance, and nobody's to configure. */
export const isOraclesOwn = ({ id }: { readonly id: string }): boolean => id.startsWith('PRESEEDED_');

export interface ConnectionProperties {
  readonly id: string;
  readonly status?: string | null | undefined;
  readonly securityPolicy?: string | null | undefined;
  readonly agentGroupId?: string | undefined;
  /** It reaches its system only through a connectivity agent. */
  readonly agentRequired?: boolean | undefined;
  readonly connectionProperties?: readonly ConnectionProperty[] | null | undefined;
  readonly securityProperties?: readonly ConnectionProperty[] | null | undefined;
}

/** A property as Oracle tells it (recorded); the flags are absent in older forms. */
export interface ConnectionProperty {
  readonly propertyName: string;
  readonly propertyGroup?: string | undefined;
  readonly propertyType?: string | undefined;
  /** There when it has one that is no secret. */
  readonly propertyValue?: string | undefined;
  readonly requiredFlag?: boolean | undefined;
  readonly hiddenFlag?: boolean | undefined;
  /** What a choice may be. */
  readonly acceptableKeys?: readonly string[] | undefined;
  readonly defaultPropertyValue?: string | undefined;
  /** It has a value, which may be a secret that is not told, or a file. */
  readonly isSet: boolean;
}

/** Stands for the agent group among the names of missing settings. */
const AGENT_GROUP = 'agentGroupId';

/** Oracle shows a password as `*****` (recorded); such a text says that there is a value and never is one. */
export const isMask = (value: string): boolean => /^\*{5,}$/.test(value);

/**
 * Names of what is required and not set. A CONFIGURED connection lacks nothing, whatever it shows of its passwords. Where
 * Oracle does not tell what is required, everything that is not set counts.
 */
export const missingSettings = (connection: ConnectionProperties): string[] => {
  if (connection.status === 'CONFIGURED') return [];
  const { connectionProperties, securityProperties, agentRequired, agentGroupId } = connection;
  return [
    ...[...(connectionProperties ?? []), ...(securityProperties ?? [])]
      .filter(({ isSet, requiredFlag = true, hiddenFlag = false }) => !isSet && requiredFlag && !hiddenFlag)
      .map(({ propertyName }) => propertyName),
    ...(agentRequired && !agentGroupId ? [AGENT_GROUP] : []),
  ];
};

/**
 * The `connections` part of the credentials document for these: every key in place, with the values Oracle told and its
 * defaults; what is secret, and what has no value, is left to fill. What stays empty is not sent.
 */
export const connectionTemplate = (connections: readonly ConnectionProperties[]): Record<string, object> =>
  Object.fromEntries(
    connections.map(({ id, securityPolicy, agentGroupId, agentRequired, ...properties }) => [
      id,
      {
        ...(securityPolicy && { securityPolicy }),
        ...((agentGroupId || agentRequired) && { agentGroupId: agentGroupId ?? '' }),
        connectionProperties: (properties.connectionProperties ?? []).filter(isForPeople).map(toFill),
        securityProperties: (properties.securityProperties ?? []).filter(isForPeople).map(toFill),
      },
    ]),
  );

/** For what is kept or sent on: a report shall not hold what an instance told of its connections. */
export const withoutValues = <T extends ConnectionProperties>(connection: T): T => ({
  ...connection,
  connectionProperties: connection.connectionProperties?.map(withoutValue),
  securityProperties: connection.securityProperties?.map(withoutValue),
});

const withoutValue = ({ propertyValue: _, ...rest }: ConnectionProperty): ConnectionProperty => rest;

const isForPeople = ({ hiddenFlag, propertyValue }: ConnectionProperty): boolean =>
  hiddenFlag !== true || propertyValue !== undefined;

/** Beside what is sent stand `requiredFlag` and `acceptableKeys`, for whoever fills it in. */
const toFill = (property: ConnectionProperty): object => {
  const { propertyGroup, propertyName, propertyType, requiredFlag, acceptableKeys } = property;
  return {
    ...(propertyGroup !== undefined && { propertyGroup }),
    propertyName,
    ...(propertyType !== undefined && { propertyType }),
    ...(requiredFlag !== undefined && { requiredFlag }),
    ...(acceptableKeys && { acceptableKeys }),
    propertyValue: valueToFill(property),
  };
};

/** `FILE` is never more than a file; `URL_OR_FILE` may have an address. */
const valueToFill = ({
  propertyType = '',
  propertyValue,
  defaultPropertyValue,
  isSet,
}: ConnectionProperty): unknown => {
  const isFile = /file/i.test(propertyType) && !(propertyValue && /url/i.test(propertyType));
  // A default must not take the place of a value that is set and not told, such as a password.
  return isFile ? { file: '' } : (propertyValue ?? (isSet ? '' : (defaultPropertyValue ?? '')));
};
