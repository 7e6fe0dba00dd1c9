/**
 * Oracle's JSON: camelCase, flags with the suffix `Flag`, times with `+0000` and no colon, links that lead back. Field
 * names are those of Oracle's schema and of answers people have published.
 */
import { ADAPTERS, type PropertySlot } from '../holds/adapters.ts';
import { isAgentRequired, slotsOf, slotValue } from '../holds/connection.ts';
import type { Connection, Integration, IntegrationStatus, State } from '../holds/holdings.ts';
import { hasSchedule } from '../holds/schedule.ts';
import { type Answer, FILE_TYPE, jsonText } from './answer.ts';

export const wireTime = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');

/** As headers carry UTF-8. */
const inBytes = (text: string): string => Buffer.from(text).toString('latin1');

/** The name without quotes, as recorded. */
export const fileAnswer = (filename: string, body: Buffer): Answer => ({
  status: 200,
  headers: { 'content-type': FILE_TYPE, 'content-disposition': `attachment; filename=${inBytes(filename)}` },
  body,
});

export const linksTo = (href: string): object[] => [
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

/** What it says that it is, which may be what it was before. */
export const shownStatus = (state: State, integration: Integration): IntegrationStatus => {
  const { lag, status } = integration;
  return lag && state.now() < lag.until ? lag.status : status;
};

/** How its last activation went; undefined when there was none, or it was taken out of service since (inferred). */
export const activationStatusOf = ({ status, activationError }: Integration): string | undefined => {
  if (status === 'ACTIVATED') return 'ACTIVATION_SUCCEEDED';
  if (status.endsWith('_INPROGRESS')) return status;
  return activationError === undefined ? undefined : 'ACTIVATION_FAILED';
};

/** One item of a listing as JSON text; made once and kept until the integration changes, unless connections are to be expanded. */
export const listedIntegration = (state: State, integration: Integration, expandsConnections: boolean): string => {
  const make = (): string => {
    const item = integrationItem(state, integration, expandsConnections);
    return jsonText(
      state.behaviour.listItems === 'short'
        ? { ...item, scope: 'Private' }
        : { ...item, dependencies: dependenciesOf(integration) },
    );
  };
  // What lags behind moves without a change.
  if (expandsConnections || integration.lag) return make();
  integration.json ??= make();
  return integration.json;
};

/** What GET of one tells. */
export const integrationJson = (state: State, integration: Integration, expandsConnections = false): string =>
  jsonText({
    ...integrationItem(state, integration, expandsConnections),
    dependencies: dependenciesOf(integration),
  });

const dependenciesOf = ({ archive: { facts } }: Integration): object => ({
  certificates: [],
  connections: facts.connections.filter(({ adapter }) => adapter !== 'collocatedics').map(({ id }) => ({ id })),
  ...(facts.calls.length > 0 && {
    integrations: facts.calls.map((id) => ({ id, code: id.split('|')[0], version: id.split('|')[1] })),
  }),
  libraries: facts.libraries.map((id) => ({ id })),
  lookups: facts.lookups.map(({ name }) => ({ name })),
});

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
    status: shownStatus(state, integration),
    projectType: integration.projectType,
    pattern,
    patternDescription: pattern,
    style: facts.isTemplate ? 'TEMPLATE' : 'FREEFORM',
    styleDescription: pattern,
    mepType: facts.mepType,
    ...stateFields(integration),
    ...(shownStatus(state, integration) === 'ACTIVATED' && {
      endPointURI: `${state.baseUrl}/ic/api/integration/v1/flows/rest/${integration.code}/${shortVersion(integration)}/`,
    }),
    endPoints: facts.connections.map((connection, index) => ({
      name: connection.name,
      role: index === 0 && !facts.isScheduled ? 'SOURCE' : 'TARGET',
      connection: endPointConnection(state, connection.id, expandsConnections),
    })),
    totalEndPoints: 0,
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
    scheduleDefinedFlag: hasSchedule(integration),
    tracingEnabledFlag: tracing.tracing,
    payloadTracingEnabledFlag: tracing.payload,
    recordEnabledFlag: tracing.recording,
    eventSubscriptionFlag: false,
  };
};

/** `01.00.0000` is `1.0` in runtime addresses. */
export const shortVersion = ({ version }: Integration): string => version.split('.').slice(0, 2).map(Number).join('.');

const endPointConnection = (state: State, id: string, isExpanded: boolean): object => {
  const connection = state.connections.get(id);
  if (isExpanded && connection) return connectionItem(state, connection);
  return { id, links: linksTo(connectionUrl(state, id)) };
};

/** Of one in a project it has a stray `/v1/` (recorded). */
const connectionUrl = (state: State, id: string): string => {
  const project = state.projectId === undefined ? '' : `projects/${encodeURIComponent(state.projectId)}/v1/`;
  return `${state.baseUrl}/ic/api/integration/v1/${project}connections/${encodeURIComponent(id)}`;
};

const MASKS = { masked: '*****', 'masked-longer': '********', absent: undefined } as const;

/** As GET gives it: what has no value is an absent key, a password is masked. */
export const connectionItem = (state: State, connection: Connection): ConnectionItem => {
  const { behaviour, projectId } = state;
  const { adapter, role, securityPolicy, agentGroupId, lockedBy } = connection;
  const adapterName = { displayName: ADAPTERS[adapter]?.displayName ?? adapter, links: [], name: adapter };
  const isConfigured = connection.status === 'CONFIGURED';
  const items = (isOfGroup: (group: PropertySlot['group']) => boolean): object[] =>
    slotsOf(connection)
      .filter(({ group }) => isOfGroup(group))
      .map((slot) => propertyItem(state, connection, slot));
  const users = state.integrations.values().filter(({ archive }) => uses(archive.facts, connection.id));
  const active = [...users].map(({ status }) => status === 'ACTIVATED');
  return {
    adapterType: behaviour.adapterType === 'object' ? { ...adapterName, type: 'PREINSTALLED' } : adapter,
    ...(agentGroupId && { agentGroupId }),
    agentRequired: isAgentRequired(connection),
    agentSupported: isAgentRequired(connection),
    connectionProperties: items((group) => group === 'CONNECTION_PROPS'),
    created: wireTime(connection.created),
    createdBy: connection.createdBy,
    hasOverride: false,
    id: connection.id,
    lastUpdated: wireTime(connection.lastUpdated),
    lastUpdatedBy: connection.lastUpdatedBy,
    links: linksTo(connectionUrl(state, connection.id)),
    ...(lockedBy !== undefined && { lockedBy, lockedDate: wireTime(connection.lastUpdated) }),
    lockedFlag: lockedBy !== undefined,
    metadataDownloadState: isConfigured ? 'COMPLETE' : 'NOT_STARTED',
    metadataDownloadSupportedFlag: true,
    name: connection.name,
    percentageComplete: isConfigured ? 100 : 50,
    privateEndpoint: false,
    privateEndpointSupported: false,
    ...(projectId !== undefined && { projectId, scope: 'PRIVATE' }),
    refreshedStatus: isConfigured ? 'COMPLETE' : 'NOT_STARTED',
    role,
    securityPolicy,
    securityPolicyInfo: [
      {
        scope: role,
        securityPolicy,
        securityProperties: slotsOf(connection)
          .filter(({ group }) => group !== 'CONNECTION_PROPS')
          .map((slot) => describedSlot(state, slot)),
      },
    ],
    securityProperties: items((group) => group !== 'CONNECTION_PROPS'),
    status: connection.status,
    testStatus: false,
    usage: active.length,
    usageActive: active.filter(Boolean).length,
  };
};

type ConnectionItem = Readonly<Record<string, unknown>> & {
  readonly securityProperties: readonly object[];
  readonly connectionProperties: readonly object[];
};

const uses = ({ connections }: Integration['archive']['facts'], id: string): boolean =>
  connections.some((used) => used.id === id);

const GET_ALONE = [
  'createdBy',
  'lockedBy',
  'lockedDate',
  'metadataDownloadState',
  'metadataDownloadSupportedFlag',
  'projectId',
  'refreshedStatus',
];

/** As an update answers: without some of it, no policies, no password, and `created` is now (recorded). */
export const updatedConnectionItem = (state: State, connection: Connection): object => {
  const shown = state.behaviour.connectionUpdateAnswer;
  if (shown === 'as-get') return connectionItem(state, connection);
  const item = connectionItem({ ...state, behaviour: { ...state.behaviour, passwords: 'absent' } }, connection);
  const rest = Object.entries(item).filter(([key]) => !GET_ALONE.includes(key));
  return { ...Object.fromEntries(rest), created: wireTime(state.now()), securityPolicyInfo: [] };
};

const propertyItem = (state: State, connection: Connection, slot: PropertySlot): object => {
  const value = slotValue(connection, slot);
  const propertyValue = slot.type === 'PASSWORD' && value ? MASKS[state.behaviour.passwords] : value;
  const isTold = state.behaviour.propertyFlags === 'told';
  return {
    ...describedSlot(state, slot),
    ...(isTold && { hasAttachment: connection.attachments.has(slot.name) }),
    ...(propertyValue !== undefined && { propertyValue }),
  };
};

/** A property without what a connection has for it. */
const describedSlot = (state: State, slot: PropertySlot): object => {
  const identity = { propertyGroup: slot.group, propertyName: slot.name, propertyType: slot.type };
  if (state.behaviour.propertyFlags === 'untold') return identity;
  return {
    ...(slot.keys && {
      acceptableKeys: slot.keys.map(([keyName, displayName]) => ({ displayName, keyName, scope: 'SOURCE_AND_TARGET' })),
    }),
    ...(slot.defaultValue !== undefined && { defaultPropertyValue: slot.defaultValue }),
    displayName: slot.displayName,
    hasAttachment: false,
    hiddenFlag: slot.isHidden,
    ...identity,
    requiredFlag: slot.isRequired,
  };
};

/** The body OIC 3 gives while an activation or deactivation runs in the background (recorded): nine keys of no meaning but one. */
export const activationProgress = (integration: Integration): object => ({
  apiDeploymentInprogress: false,
  compatible: false,
  links: [],
  lockedFlag: false,
  scheduleApplicableFlag: false,
  scheduleDefinedFlag: false,
  status: integration.status,
  tempCopyExists: false,
  totalEndPoints: 0,
});
