/** What a connection still needs before an integration that uses it can be activated, and the document to fill it in. */

/** The adapter that stands for calls to integrations of the same instance: there is nothing to configure about it. */
export const LOCAL_CALLS = 'collocatedics';

export interface ConnectionProperties {
  readonly id: string;
  readonly status?: string | null | undefined;
  readonly securityPolicy?: string | null | undefined;
  readonly connectionProperties?: readonly ConnectionPropertyState[] | null | undefined;
  readonly securityProperties?: readonly ConnectionPropertyState[] | null | undefined;
}

interface ConnectionPropertyState {
  readonly propertyName: string;
  readonly propertyGroup?: string | undefined;
  readonly propertyType?: string | undefined;
  /** It has a value, which may be a secret that is not told. */
  readonly isSet: boolean;
}

/**
 * Names of the properties without a value. Oracle never gives passwords back, so an empty one says nothing once the
 * connection is CONFIGURED: such a connection lacks nothing.
 */
export const missingSettings = (connection: ConnectionProperties): string[] =>
  connection.status === 'CONFIGURED'
    ? []
    : [...(connection.connectionProperties ?? []), ...(connection.securityProperties ?? [])]
        .filter(({ isSet }) => !isSet)
        .map(({ propertyName }) => propertyName);

/** The `connections` part of the credentials document for these: every key in place, every value to fill. */
export const connectionTemplate = (connections: readonly ConnectionProperties[]): Record<string, object> =>
  Object.fromEntries(
    connections.map(({ id, securityPolicy, connectionProperties, securityProperties }) => [
      id,
      {
        ...(securityPolicy && { securityPolicy }),
        connectionProperties: (connectionProperties ?? []).map(toFill),
        securityProperties: (securityProperties ?? []).map(toFill),
      },
    ]),
  );

const toFill = ({ propertyGroup, propertyName, propertyType }: ConnectionPropertyState): object => ({
  ...(propertyGroup !== undefined && { propertyGroup }),
  propertyName,
  ...(propertyType !== undefined && { propertyType }),
  propertyValue: '',
});
