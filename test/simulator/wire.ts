/**
 * Oracle's JSON: camelCase, flags with the suffix `Flag`, times with `+0000` and no colon, links that lead back. Field
 * names are those of Oracle's schema and of answers people have published.
 */
import type { Answer } from './answer.ts';
import { type Connection, slotsOf, slotValue } from './connection.ts';
import type { Integration, State } from './state.ts';

export const wireTime = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');

export const fileAnswer = (filename: string, body: Buffer): Answer => ({
  status: 200,
  headers: {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${filename}"`,
  },
  body,
});

const linksTo = (href: string): object[] => [
  { href, rel: 'self' },
  { href, rel: 'canonical' },
];

export const integrationUrl = (state: State, id: string): string =>
  `${state.baseUrl}/ic/api/integration/v1/integrations/${encodeURIComponent(id)}`;

/** The value `q` knows it by. */
export const styleOf = ({ archive: { facts } }: Integration): string => {
  if (facts.isScheduled) return 'freeform_scheduled';
  return facts.isTemplate ? 'template_mapmydata' : 'freeform_mapmydata';
};

const PATTERNS: Readonly<Record<string, string>> = {
  freeform_scheduled: 'Scheduled',
  template_mapmydata: 'Map Data',
  freeform_mapmydata: 'Orchestration',
};

/** One item as JSON text; made once and kept until the integration changes, unless connections are to be expanded. */
export const integrationJson = (state: State, integration: Integration, expandsConnections = false): string => {
  if (expandsConnections) return JSON.stringify(integrationItem(state, integration, true));
  integration.json ??= JSON.stringify(integrationItem(state, integration, false));
  return integration.json;
};

const integrationItem = (state: State, integration: Integration, expandsConnections: boolean): object => {
  const { facts } = integration.archive;
  const pattern = PATTERNS[styleOf(integration)];
  return {
    id: integration.id,
    code: integration.code,
    version: integration.version,
    name: facts.name,
    description: facts.description,
    keywords: facts.keywords,
    ...(facts.packageName && { packageName: facts.packageName }),
    status: integration.status,
    projectType: integration.projectType,
    pattern,
    patternDescription: pattern,
    style: facts.isTemplate ? 'TEMPLATE' : 'FREEFORM',
    styleDescription: pattern,
    mepType: facts.mepType,
    ...stateFields(integration),
    ...(integration.status === 'ACTIVATED' && {
      endPointURI: `${state.baseUrl}/ic/api/integration/v1/flows/rest/${integration.code}/${shortVersion(integration)}/`,
    }),
    endPoints: facts.connections.map((connection, index) => ({
      name: connection.name,
      role: index === 0 && !facts.isScheduled ? 'SOURCE' : 'TARGET',
      connection: endPointConnection(state, connection.id, expandsConnections),
    })),
    totalEndPoints: facts.connections.length,
    dependencies: {
      certificates: [],
      connections: facts.connections.filter(({ adapter }) => adapter !== 'collocatedics').map(({ id }) => ({ id })),
      integrations: facts.calls.map((id) => ({ id, code: id.split('|')[0], version: id.split('|')[1] })),
      libraries: facts.libraries.map((id) => ({ id })),
      lookups: facts.lookups.map(({ name }) => ({ name })),
    },
    compatible: true,
    links: linksTo(integrationUrl(state, integration.id)),
  };
};

const stateFields = (integration: Integration): object => {
  const { facts } = integration.archive;
  const { lock, tracing } = integration;
  return {
    lockedFlag: lock !== undefined,
    ...(lock && { lockedBy: lock.by, lockedDate: wireTime(lock.at) }),
    created: wireTime(integration.created),
    createdBy: integration.createdBy,
    lastUpdated: wireTime(integration.lastUpdated),
    lastUpdatedBy: integration.lastUpdatedBy,
    percentageComplete: facts.percentComplete,
    scheduleApplicableFlag: facts.isScheduled,
    scheduleDefinedFlag: facts.hasSchedule,
    tracingEnabledFlag: tracing.tracing,
    payloadTracingEnabledFlag: tracing.payload,
    recordEnabledFlag: tracing.recording,
    eventSubscriptionFlag: false,
  };
};

/** `01.00.0000` is `1.0` in runtime addresses. */
const shortVersion = ({ version }: Integration): string => version.split('.').slice(0, 2).map(Number).join('.');

const endPointConnection = (state: State, id: string, isExpanded: boolean): object => {
  const connection = state.connections.get(id);
  if (isExpanded && connection) return connectionItem(state, connection);
  return { id, links: linksTo(connectionUrl(state, id)) };
};

const connectionUrl = (state: State, id: string): string =>
  `${state.baseUrl}/ic/api/integration/v1/connections/${encodeURIComponent(id)}`;

/** Passwords are never in it, or masked. */
export const connectionItem = (state: State, connection: Connection): object => {
  const slots = slotsOf(connection).map((slot) => {
    const value =
      slot.type === 'PASSWORD' && state.behaviour.passwords === 'absent' ? undefined : slotValue(connection, slot);
    return {
      propertyName: slot.name,
      propertyGroup: slot.group,
      propertyType: slot.type,
      requiredFlag: slot.isRequired,
      ...(value !== undefined && { propertyValue: slot.type === 'PASSWORD' ? '********' : value }),
    };
  });
  return {
    id: connection.id,
    name: connection.name,
    adapterType: { name: connection.adapter, displayName: connection.adapter.toUpperCase() },
    role: connection.role,
    status: connection.status,
    percentageComplete: connection.status === 'CONFIGURED' ? 100 : 50,
    securityPolicy: connection.securityPolicy,
    connectionProperties: slots.filter(({ propertyGroup }) => propertyGroup === 'CONNECTION_PROPS'),
    securityProperties: slots.filter(({ propertyGroup }) => propertyGroup === 'CREDENTIALS'),
    agentRequired: false,
    agentSupported: true,
    ...(connection.agentGroupId && { agentGroupId: connection.agentGroupId }),
    lockedFlag: connection.lockedBy !== undefined,
    ...(connection.lockedBy && { lockedBy: connection.lockedBy }),
    lastUpdated: wireTime(connection.lastUpdated),
    lastUpdatedBy: connection.lastUpdatedBy,
    links: linksTo(connectionUrl(state, connection.id)),
  };
};

/** The body OIC 3 gives while an activation runs in the background: most of the integration is not in it. */
export const activationProgress = (integration: Integration): object => ({
  apiDeploymentInprogress: false,
  compatible: false,
  links: [],
  lockedFlag: false,
  scheduleApplicableFlag: false,
  scheduleDefinedFlag: false,
  softDeactivated: false,
  status: integration.status,
  tempCopyExists: false,
  totalEndPoints: 0,
});
