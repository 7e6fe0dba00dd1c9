/**
 * Where secrets may go. A connection that an archive brings along has the address that the archive says, which whoever wrote
 * the archive has chosen; so a secret of the target goes to it only with an address that the target's settings name, or that
 * the target's own connection had while it was configured.
 */
import type { ConnectionProperties, ConnectionProperty } from '../archive/connection-template.ts';
import { isSecretName } from '../harmless-value.ts';
import { hasSecretShape } from '../secret-scan.ts';

interface Setting {
  readonly propertyName: string;
  /** A text, or a file. */
  readonly propertyValue?: string | object | undefined;
}

/** As a credentials document has them. */
export interface AddressedSettings {
  readonly connectionProperties?: readonly Setting[] | undefined;
  readonly securityProperties?: readonly Setting[] | undefined;
}

/** The target's own, as they were while they were configured, before anything was sent: small enough for a journal. */
export type OwnConnections = readonly {
  readonly id: string;
  readonly addresses: readonly Pick<ConnectionProperty, 'propertyName' | 'propertyValue'>[];
}[];

/** What is to be remembered of the target's own; one that is not configured may be anybody's. */
export const ownAddresses = (connection: ConnectionProperties): OwnConnections => {
  if (connection.status !== 'CONFIGURED') return [];
  const told = propertiesOf(connection).filter(
    (one) => one.propertyValue && isAddress(one) && !hasSecretShape(one.propertyValue),
  );
  return [
    {
      id: connection.id,
      addresses: told.map(({ propertyName, propertyValue }) => ({ propertyName, propertyValue })),
    },
  ];
};

/** Names of addresses that are neither of the settings nor of the target's own connection. */
export const foreignAddresses = (
  now: ConnectionProperties,
  settings: AddressedSettings,
  own: OwnConnections,
): string[] => {
  const owned = own
    .filter(({ id }) => id === now.id)
    .flatMap(({ addresses }) => addresses.map(({ propertyName, propertyValue }) => `${propertyName} ${propertyValue}`));
  return unnamed(now, settings)
    .filter((one) => (one.propertyValue ? isAddress(one) : mayBeAddress(one)))
    .filter(({ propertyName, propertyValue }) => !owned.includes(`${propertyName} ${propertyValue}`))
    .map(({ propertyName }) => propertyName);
};

/** Of a draft: names of the addresses, told or not, without which it does not get the secrets of its settings, or is of no use. */
export const missingAddresses = (draft: ConnectionProperties, settings: AddressedSettings): string[] => {
  const isMissing = (one: ConnectionProperty) =>
    one.propertyValue || (!one.isSet && one.requiredFlag && !one.hiddenFlag);
  return unnamed(draft, settings)
    .filter((one) => isMissing(one) && isAddress(one))
    .map(({ propertyName }) => propertyName);
};

/** Those that the settings have no value for; none where the settings have no secrets. */
const unnamed = (connection: ConnectionProperties, settings: AddressedSettings): ConnectionProperty[] => {
  if (!holdsSecrets(settings)) return [];
  const named = new Set(
    [...(settings.connectionProperties ?? []), ...(settings.securityProperties ?? [])]
      .filter(({ propertyValue }) => propertyValue)
      .map(({ propertyName }) => propertyName),
  );
  return propertiesOf(connection).filter(({ propertyName }) => !named.has(propertyName));
};

/** Of a connection that an archive is going to bring along: whether its secrets could go anywhere but where the settings say. */
export const namesNoAddress = (settings: AddressedSettings): boolean =>
  holdsSecrets(settings) && !(settings.connectionProperties ?? []).some(({ propertyValue }) => propertyValue);

/** A file, such as a wallet, is one wherever it stands. */
const holdsSecrets = ({ connectionProperties = [], securityProperties = [] }: AddressedSettings): boolean =>
  securityProperties.some(({ propertyValue }) => propertyValue) ||
  connectionProperties.some(({ propertyValue }) => typeof propertyValue === 'object');

const propertiesOf = ({ connectionProperties, securityProperties }: ConnectionProperties): ConnectionProperty[] => [
  ...(connectionProperties ?? []),
  ...(securityProperties ?? []),
];

/** It has a value that is not told, for it may be a secret: by its name or type it may be an address with one in it. */
const mayBeAddress = ({ isSet, propertyName, propertyType = '' }: ConnectionProperty): boolean =>
  isSet &&
  !/password|secret|file/i.test(propertyType) &&
  (/url/i.test(propertyType) || NAMES.test(propertyName)) &&
  !isSecretName(propertyName);

const NAMES = /ur[il]|host|port\b|wsdl|endpoint|address|server|broker|bootstrap|jdbc|tns|sid\b|service_?name|gateway/i;
/** With a scheme, a domain, an IP address or a port. */
const VALUES = /:\/\/|^[\w-]+(\.[\w-]+)+(:\d+)?([/?].*)?$|:\d{2,5}\b|@/;

/** A choice among the adapter's own keys leads nowhere. */
const isAddress = ({ propertyName, propertyType = '', propertyValue, acceptableKeys }: ConnectionProperty): boolean =>
  !acceptableKeys?.length &&
  (/url/i.test(propertyType) || NAMES.test(propertyName) || VALUES.test(propertyValue ?? ''));
