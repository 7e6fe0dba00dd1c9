/** The rooms of the program, and which may know which: held by layering.test.ts, drawn in functions/README.md. */

/** A room is a folder below functions/; of its files at the top each is a room of its own. */
const CORE = [
  'core/formats',
  'core/archive',
  'core/snapshot',
  'core/chain',
  'core/plan',
  'core/diff',
  'core/flow',
  'core/picture',
  'core/report',
  'core/drop',
];
const OIC = ['oic', 'oic/http'];
const JOBS = [
  'jobs/journal',
  'jobs/instance',
  'jobs/changes',
  'jobs/backup',
  'jobs/restore',
  'jobs/deploy',
  'jobs/compare',
  'jobs/report',
  'jobs/vault',
];
const CLI = ['cli', 'cli/diff', 'cli/doctor', 'cli/kinds', 'cli/program', 'cli/restore', 'cli/vault'];
const ALL_CORE = ['core', ...CORE];
/** A job is given clients and stores: it knows their shapes and their errors. */
export const GIVEN = ['oic', 'oic/http', 'store'];
const COMMON_JOBS = ['jobs/journal', 'jobs/instance', 'jobs/changes'];
/** The functions in AWS. */
export const HANDLERS = [
  'approval.ts',
  'backup.ts',
  'deploy.ts',
  'rehearsal.ts',
  'restore.ts',
  'scrub.ts',
  'strays.ts',
];
const HANDLER = ['core', 'core/snapshot', 'core/drop', 'kinds', ...JOBS, 'store', 'lambda', 'runtime.ts'];

/** Every room, and whom it may know beside itself. */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  'core/formats': [],
  'core/archive': ['core', 'core/formats'],
  'core/snapshot': ['core', 'core/archive'],
  'core/chain': ['core', 'core/snapshot'],
  'core/plan': ['core', 'core/archive', 'core/snapshot'],
  'core/diff': ['core', 'core/formats', 'core/archive', 'core/snapshot'],
  'core/flow': ['core', 'core/formats', 'core/archive'],
  'core/picture': ['core', 'core/archive', 'core/diff', 'core/flow'],
  'core/report': ['core', 'core/snapshot', 'core/diff', 'core/picture'],
  'core/drop': ['core'],
  network: ['core'],
  'oic/http': ['core', 'network'],
  oic: [...ALL_CORE, 'oic/http'],
  files: [],
  store: [...ALL_CORE, 'network', 'store/directory', 'store/s3'],
  'store/directory': ['store', 'files'],
  'store/s3': ['core', 'store'],
  kinds: [...ALL_CORE, ...OIC],
  'jobs/journal': ['core', 'files'],
  'jobs/instance': [...ALL_CORE, 'kinds', ...GIVEN, 'jobs/journal'],
  'jobs/changes': [...ALL_CORE, 'kinds', ...GIVEN, 'jobs/journal', 'jobs/instance'],
  'jobs/backup': [...ALL_CORE, 'kinds', ...GIVEN, ...COMMON_JOBS],
  'jobs/restore': [...ALL_CORE, 'kinds', ...GIVEN, ...COMMON_JOBS],
  'jobs/deploy': [...ALL_CORE, 'kinds', ...GIVEN, ...COMMON_JOBS],
  'jobs/compare': [...ALL_CORE, 'kinds', ...GIVEN, ...COMMON_JOBS],
  'jobs/report': [...ALL_CORE, 'kinds', ...GIVEN, ...COMMON_JOBS],
  'jobs/vault': [...ALL_CORE, 'kinds', ...GIVEN, ...COMMON_JOBS],
  settings: ['core', 'core/snapshot'],
  'settings.ts': ['core', 'core/snapshot', 'settings', 'kinds', 'oic/http'],
  'connection-files.ts': ['core', 'oic/http'],
  'runtime.ts': ['core', 'kinds', ...OIC, 'store', 'settings.ts', 'connection-files.ts', 'lambda'],
  lambda: ['core', 'core/drop', 'jobs/journal', 'oic/http', 'store'],
  'rehearse.ts': ['core', 'core/snapshot', 'kinds', ...OIC, ...JOBS, 'store'],
  'approval.ts': HANDLER,
  'backup.ts': HANDLER,
  'deploy.ts': HANDLER,
  'rehearsal.ts': [...HANDLER, 'rehearse.ts'],
  'restore.ts': HANDLER,
  'scrub.ts': HANDLER,
  'strays.ts': HANDLER,
  cli: [...ALL_CORE, 'kinds', ...OIC, ...JOBS, 'store', 'runtime.ts', 'settings.ts', 'cli/kinds', 'cli/restore'],
  'cli/diff': [...ALL_CORE, 'kinds', ...OIC, ...JOBS, 'store', 'cli', 'cli/kinds', 'cli/restore'],
  'cli/doctor': [...ALL_CORE, 'network', ...OIC, ...JOBS, 'store', 'runtime.ts', 'settings.ts', 'cli'],
  'cli/program': ['cli', 'cli/diff', 'cli/doctor', 'cli/kinds', 'cli/restore', 'cli/vault'],
  'cli/kinds': [...ALL_CORE, 'kinds', ...OIC, ...JOBS, 'store', 'cli'],
  'cli/restore': [...ALL_CORE, 'kinds', ...OIC, ...JOBS, 'store', 'cli', 'cli/kinds'],
  'cli/vault': [
    ...ALL_CORE,
    'kinds',
    ...OIC,
    ...JOBS,
    'store',
    'runtime.ts',
    'settings.ts',
    'cli',
    'cli/kinds',
    'cli/restore',
    'rehearse.ts',
  ],
  'cli.ts': ['core', ...CLI],
};
