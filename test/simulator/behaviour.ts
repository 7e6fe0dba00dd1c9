/**
 * What nobody could settle about Oracle Integration from public text, one switch a fact. The defaults are the choices of
 * the decision table the simulator is built by; a client has to survive every other value as well.
 */

export type Generation = 'oic3' | 'gen2';

/** What an instance holds beside integrations. */
export type Kind =
  | 'projects'
  | 'deployments'
  | 'lookups'
  | 'libraries'
  | 'packages'
  | 'connections'
  | 'certificates'
  | 'agent-groups';

export interface Behaviour {
  // The request as a whole
  /** OIC 3 only: no `integrationInstance` in the query. */
  missingInstanceStatus: 400 | 401 | 404;
  /** OIC 3 only: an `integrationInstance` of somebody else. */
  wrongInstanceStatus: 400 | 401 | 404;
  /** A token whose owner has no role on the instance at all. */
  noRoleStatus: 401 | 403;
  /** PATCH as a real verb, instead of POST with `X-HTTP-Method-Override`. */
  patchVerb: 405 | 'accept';
  /** JSON from some 600 bytes on, when the caller takes it, as recorded; or whether it takes it or not. Never errors, never files. */
  gzip: 'when-asked' | 'unasked' | 'never';
  /** `status`, `title` and `type`, as recorded; with `detail` and `o:errorCode` beside them; or what a gateway may send. */
  errorBody: 'three-keys' | 'text-status' | 'numeric-status' | 'html' | 'empty';
  /** Of JSON that is no error. */
  jsonType: 'application/json;charset=utf-8' | 'application/json; charset=utf-8' | 'application/json';
  /** In Content-Disposition; without quotes as recorded. */
  fileNames: 'bare' | 'quoted';
  requestIdHeader: 'opc-request-id' | 'x-oracle-dms-ecid';

  // Listing
  limitOver100: 'clamp' | 'reject';
  /**
   * As recorded; spelled with hyphens, items too, as Oracle's OIC 3 pages print it; `{items}` alone, as recorded of
   * deployments; or with null for what counts.
   */
  envelope: 'camel' | 'hyphens' | 'bare' | 'nulls';
  envelopeOffset: boolean;
  /** Whether an item tells less than GET of it: no `dependencies`, but `scope` (recorded). */
  listItems: 'short' | 'as-get';
  /** Whether `offset` is obeyed, or every page is the first one. */
  offset: 'obeyed' | 'ignored';
  /** Of `orderBy=time`, which is also the default order. */
  listDirection: 'newest-first' | 'oldest-first';
  /** Versions of one code share a name: in which order do they come, and is it the same at every page? */
  nameTies: 'by-id' | 'random';

  // Archives
  badArchiveStatus: 400 | 500;
  importSuccess: 204 | 200;
  putSuccess: 200 | 204;
  putOnActive: 412 | 409 | 423 | 'accept';
  putOnLocked: 423 | 409 | 412;
  /** What a connection is that an import brought along. */
  importedConnection: 'DRAFT' | 'CONFIGURED';
  importKeepsConnections: boolean;
  importOverwritesLookups: boolean;
  /** Whether an export holds what is the instance's own: ids, dates and versions of connections, prefixes, its build. */
  stamping: 'stamps' | 'none';

  // Activation
  /** `async`: 200 at once, ACTIVATION_INPROGRESS for `activationMs`. `enableAsyncActivationMode=true` is always obeyed. */
  activation: 'sync' | 'async';
  /** As `activation`, with DEACTIVATION_INPROGRESS (recorded). */
  deactivation: 'sync' | 'async';
  /** So many ms `status` goes on saying what it was before an activation or deactivation that runs in the background. */
  statusLag: number;
  /** `absent`: reading an integration does not tell it, and `/activationStatus` says no more than `status`. */
  activationStatus: 'told' | 'absent';
  activationMovesLastUpdated: boolean;
  /** Whether the schedule of what becomes active is started with it. */
  activationStartsSchedule: boolean;
  alreadyInStateStatus: 412 | 409;
  activateLocked: 423 | 409 | 412;
  /** The answer when a synchronous activation fails. */
  failedActivationStatus: 500 | 400 | 412;
  failedActivationLeaves: 'FAILEDACTIVATION' | 'CONFIGURED';
  /** Whether a same-major version was already taken out of service when the activation of another one fails. */
  failedActivationDisplaces: boolean;
  draftConnectionActivation: 'fails' | 'succeeds';
  /** A local call to an integration that is not active. */
  inactiveCalleeActivation: 'fails' | 'succeeds';
  /** Activating an older minor version while a newer one of its major is active. */
  downgrade: 'displaces' | 412;
  /** A version with a running schedule is displaced by another of its major. */
  displacedSchedule: 'stops' | 412;
  deactivateWithSchedule: 412 | 'stops';
  /** Oracle documents 700 (Gen 2) and 800 (OIC 3). */
  activeLimit: number;

  // Beside integrations
  /** Kinds it hands out nothing of, and how it says so. */
  refusedKinds: Readonly<Partial<Record<Kind, 403 | 404 | 405 | 501>>>;
  /** The first line of an exported lookup: `DVM,<name>,<description>` (recorded), `<name>,<description>`, or the columns. */
  lookupShape: 'dvm' | 'name-first' | 'untitled';
  /** Of a lookup that was replaced: 204 with Location (recorded), or 200 as Oracle's page says. */
  lookupReplaced: 204 | 200;
  /** Whether libraries that an archive brings along arrive, as its lookups do. */
  importBringsLibraries: boolean;
  /** Oracle's page says 404; scripts expect 500. */
  missingPackageStatus: 500 | 404;
  packageMembers: 'listed' | 'unlisted';
  /** Documented for Gen 2 only. */
  agentGroupIds: 'given' | 'not-given';
  /** The listing is not recorded: with counters, with items alone, or without an envelope. */
  certificateEnvelope: 'counted' | 'bare' | 'none';
  certificateIds: 'given' | 'not-given';
  /** What the listing of projects tells of their deployments: all but their integrations (recorded), all, or nothing. */
  listedDeployments: 'without-integrations' | 'whole' | 'untold';
  /** Whether importing a project brings its deployments; those of one that was imported are recorded. */
  importedDeployments: 'come-along' | 'left-behind';
  /** Whether the connections of a project answer below it. */
  projectConnections: 'answer' | 404;
  /** Replacing a project in place: the answer when it goes well, or that there is no such call. Oracle's own script sends it. */
  projectPut: 200 | 404 | 405 | 501;
  /** Replacing a project while something in it is active; it goes on being active then. */
  projectPutOnActive: 412 | 'accept';
  /** Whether the connections of a replaced project keep their settings. */
  projectPutPasswords: 'stay' | 'are-lost';
  /** Whether the time of a project is that of what was saved last in it. */
  savedIntegration: 'moves-project' | 'leaves-project';

  // Schedules
  /** Of start, stop, pause and resume: 202 with links, as recorded, or 200 with nothing. */
  scheduleSuccess: 202 | 200;
  /** How long a schedule is STARTING, STOPPING, PAUSING or RESUMING, in ms. */
  scheduleChangeMs: number;
  /** A schedule that is asked for and not defined: 412 as recorded, or 404 as documented. */
  missingSchedule: 412 | 404;
  /** How a paused one is called. */
  pausedWord: 'HOLD' | 'PAUSED';
  /** Starting a schedule that runs. */
  startStarted: 412 | 'accept';
  /** Starting one that is on hold: refused as recorded. */
  startPaused: 412 | 'accept';
  /** Whether one on hold can be resumed, or has to be stopped first. */
  resume: 'accept' | 412;
  /** Whether a start leaves parameters that it does not name as they are, or sets them back to those of the design. */
  startParameters: 'kept' | 'reset';
  /** Whether a listing tells the parameters of schedules, as GET of one integration does. */
  listedParameters: boolean;

  // The rest
  deleteActive: 423 | 412 | 409;
  deleteLocked: 423 | 409 | 412;
  /** What GET shows of a password: five asterisks (recorded), another mask, or nothing. */
  passwords: 'masked' | 'masked-longer' | 'absent';
  /** The flags, acceptable keys and defaults of a connection's properties (recorded). */
  propertyFlags: 'told' | 'untold';
  /** An object (recorded) or its name. */
  adapterType: 'object' | 'name';
  /** Not recorded. */
  listedConnections: 'whole' | 'without-properties';
  /** The answer to an update has less than GET gives, and no password (recorded). */
  connectionUpdateAnswer: 'less' | 'as-get';
  /** Documented: a good test makes a connection CONFIGURED. */
  connectionTest: 'configures' | 'changes-nothing';
  /** Whether saving the last missing property is enough, or a successful test is needed too. */
  connectionUpdate: 'stays-draft-until-tested' | 'configures';
}

export const defaultBehaviour = (generation: Generation): Behaviour => ({
  missingInstanceStatus: 400,
  wrongInstanceStatus: 401,
  noRoleStatus: 403,
  patchVerb: 405,
  gzip: 'when-asked',
  errorBody: 'three-keys',
  jsonType: 'application/json;charset=utf-8',
  fileNames: 'bare',
  requestIdHeader: 'opc-request-id',
  limitOver100: 'clamp',
  envelope: 'camel',
  envelopeOffset: false,
  listItems: 'short',
  offset: 'obeyed',
  listDirection: 'newest-first',
  nameTies: 'by-id',
  badArchiveStatus: 500,
  importSuccess: 204,
  putSuccess: 200,
  putOnActive: 412,
  putOnLocked: 423,
  importedConnection: 'DRAFT',
  importKeepsConnections: true,
  importOverwritesLookups: false,
  stamping: 'stamps',
  activation: generation === 'oic3' ? 'async' : 'sync',
  deactivation: generation === 'oic3' ? 'async' : 'sync',
  statusLag: 0,
  activationStatus: generation === 'oic3' ? 'told' : 'absent',
  activationMovesLastUpdated: true,
  activationStartsSchedule: false,
  alreadyInStateStatus: 412,
  activateLocked: 423,
  failedActivationStatus: 500,
  failedActivationLeaves: 'FAILEDACTIVATION',
  failedActivationDisplaces: true,
  draftConnectionActivation: 'fails',
  inactiveCalleeActivation: 'fails',
  downgrade: 'displaces',
  displacedSchedule: 'stops',
  deactivateWithSchedule: 412,
  activeLimit: generation === 'oic3' ? 800 : 700,
  refusedKinds: {},
  lookupShape: 'dvm',
  lookupReplaced: 204,
  importBringsLibraries: true,
  missingPackageStatus: 500,
  packageMembers: 'listed',
  agentGroupIds: 'given',
  certificateEnvelope: 'counted',
  certificateIds: 'given',
  listedDeployments: 'without-integrations',
  importedDeployments: 'come-along',
  projectConnections: 'answer',
  projectPut: 200,
  projectPutOnActive: 412,
  projectPutPasswords: 'stay',
  savedIntegration: 'moves-project',
  deleteActive: 423,
  deleteLocked: 423,
  scheduleSuccess: 202,
  scheduleChangeMs: 0,
  missingSchedule: 412,
  pausedWord: 'HOLD',
  startStarted: 412,
  startPaused: 412,
  resume: 'accept',
  startParameters: 'kept',
  listedParameters: false,
  passwords: 'masked',
  propertyFlags: 'told',
  adapterType: 'object',
  listedConnections: 'whole',
  connectionUpdateAnswer: 'less',
  connectionTest: 'configures',
  connectionUpdate: 'stays-draft-until-tested',
});
