/**
 * What nobody could settle about Oracle is a switch of the simulator; the client bears either form of each: flipped one at a
 * time and all at once, the whole circle comes to the same end. What the circle does not meet (locks, failed activations,
 * rivals) has its own tables, such as install-table.test.ts.
 */
import { expect, test } from 'vitest';
import { rounds } from '../rounds.ts';
import { type Behaviour, defaultBehaviour } from '../simulator/behaviour.ts';
import { createRandom } from '../simulator/random.ts';
import { goRound } from './whole-circle.ts';

/** The other values of each switch; the compiler asks for every one there is. */
const OTHERS: { readonly [Name in keyof Behaviour]: readonly Behaviour[Name][] } = {
  missingInstanceStatus: [401, 404],
  wrongInstanceStatus: [400, 404],
  noRoleStatus: [401],
  patchVerb: ['accept'],
  gzip: ['unasked', 'never'],
  errorBody: ['text-status', 'numeric-status', 'html', 'empty'],
  jsonType: ['application/json; charset=utf-8', 'application/json'],
  fileNames: ['quoted'],
  requestIdHeader: ['x-oracle-dms-ecid'],
  limitOver100: ['reject'],
  envelope: ['hyphens', 'bare', 'nulls'],
  envelopeOffset: [true],
  listItems: ['as-get'],
  offset: ['ignored'],
  listDirection: ['oldest-first'],
  nameTies: ['random'],
  badArchiveStatus: [400],
  importSuccess: [200],
  putSuccess: [204],
  putOnActive: [409, 423, 'accept'],
  putOnLocked: [409, 412],
  importedConnection: ['CONFIGURED'],
  importKeepsConnections: [false],
  importOverwritesLookups: [true],
  stamping: ['none'],
  activation: ['sync'],
  deactivation: ['sync'],
  statusLag: [120],
  activationStatus: ['absent'],
  activationMovesLastUpdated: [false],
  activationStartsSchedule: [true],
  alreadyInStateStatus: [409],
  activateLocked: [409, 412],
  failedActivationStatus: [400, 412],
  failedActivationLeaves: ['CONFIGURED'],
  failedActivationDisplaces: [false],
  draftConnectionActivation: ['succeeds'],
  inactiveCalleeActivation: ['succeeds'],
  downgrade: [412],
  displacedSchedule: [412],
  deactivateWithSchedule: ['stops'],
  activeLimit: [700],
  refusedKinds: [{ projects: 403, lookups: 404, libraries: 403, packages: 404, 'agent-groups': 403 }],
  lookupShape: ['name-first', 'untitled'],
  lookupReplaced: [200],
  importBringsLibraries: [false],
  missingPackageStatus: [404],
  packageMembers: ['unlisted'],
  agentGroupIds: ['not-given'],
  certificateEnvelope: ['bare', 'none'],
  certificateIds: ['not-given'],
  listedDeployments: ['whole', 'untold'],
  importedDeployments: ['left-behind'],
  projectConnections: [404],
  projectPut: [404, 405, 501],
  projectPutOnActive: ['accept'],
  projectPutPasswords: ['are-lost'],
  savedIntegration: ['leaves-project'],
  scheduleSuccess: [200],
  scheduleChangeMs: [60],
  missingSchedule: [404],
  pausedWord: ['PAUSED'],
  startStarted: ['accept'],
  startPaused: ['accept'],
  resume: [412],
  startParameters: ['reset'],
  listedParameters: [true],
  deleteActive: [412, 409],
  deleteLocked: [409, 412],
  passwords: ['masked-longer', 'absent'],
  propertyFlags: ['untold'],
  adapterType: ['name'],
  listedConnections: ['without-properties'],
  connectionUpdateAnswer: ['as-get'],
  connectionTest: ['changes-nothing'],
  connectionUpdate: ['configures'],
};

/** Where one form makes it impossible to get anywhere, another has to go with it. */
const COMPANIONS: Readonly<Partial<Record<keyof Behaviour, Partial<Behaviour>>>> = {
  connectionTest: { connectionUpdate: 'configures' },
  projectConnections: { importedConnection: 'CONFIGURED' },
};

const FLIPS = Object.entries(OTHERS).flatMap(([name, values]) =>
  values.map((value): [string, Partial<Behaviour>] => [
    `${name} ${JSON.stringify(value)}`,
    { ...COMPANIONS[name as keyof Behaviour], [name]: value },
  ]),
);

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const drawn = createRandom(seed)
  .shuffle([...FLIPS])
  .slice(0, rounds(4, FLIPS.length));
process.stdout.write(`flipping ${drawn.length} of ${FLIPS.length} switches with SEED=${seed}\n`);

test('the table holds every switch, and no default', () => {
  const usual = defaultBehaviour('oic3');
  expect(Object.keys(OTHERS).sort()).toEqual(Object.keys(usual).sort());
  for (const [name, values] of Object.entries(OTHERS)) {
    expect(values.length, name).toBeGreaterThan(0);
    expect(values, name).not.toContain(usual[name as keyof Behaviour]);
  }
});

test('as recorded the circle closes, and its rehearsal finds no difference', () => goRound({}, true), 60_000);

test.each(drawn)('with %s the circle closes', (_, behaviour) => goRound(behaviour), 60_000);

test.each([0, 1, 2])(
  'with all of them flipped at once it closes (choice %i)',
  (choice) => {
    const all = Object.entries(OTHERS).map(([name, values]) => [name, values[choice % values.length]]);
    return goRound({ ...Object.fromEntries(all), ...COMPANIONS.projectConnections });
  },
  60_000,
);
