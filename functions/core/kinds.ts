/** What an instance holds beside integrations, by the words the settings, snapshots and reports have for it. */

export const OTHER_KIND_ORDER = [
  'projects',
  'deployments',
  'lookups',
  'libraries',
  'packages',
  'connections',
  'certificates',
  'agentGroups',
] as const;

export type OtherKind = (typeof OTHER_KIND_ORDER)[number];

/** One of them, and several. */
export const KIND_NOUNS: Readonly<Record<OtherKind, readonly [one: string, many: string]>> = {
  projects: ['project', 'projects'],
  deployments: ['deployment', 'deployments'],
  lookups: ['lookup', 'lookups'],
  libraries: ['library', 'libraries'],
  packages: ['package', 'packages'],
  connections: ['connection', 'connections'],
  certificates: ['certificate', 'certificates'],
  agentGroups: ['agent group', 'agent groups'],
};

/** Whether a failure of this id is that of an integration outside projects: the ids of all else begin with their kind. */
export const isOfIntegration = (failureId: string): boolean =>
  !/ in project \S+$/.test(failureId) &&
  !Object.values(KIND_NOUNS).some(([one, many]) => failureId === many || failureId.startsWith(`${one} `));

/** "projects, lookups" */
export const manyOf = (kinds: readonly OtherKind[]): string => kinds.map((kind) => KIND_NOUNS[kind][1]).join(', ');

/** One value for each of them. */
export const ofEachKind = <T>(make: (kind: OtherKind) => T): Readonly<Record<OtherKind, T>> =>
  Object.fromEntries(OTHER_KIND_ORDER.map((kind) => [kind, make(kind)])) as Record<OtherKind, T>;

/** "2 projects, 1 lookup", of those that were counted. */
export const describeCounts = (counts: Readonly<Partial<Record<OtherKind, number>>>): string =>
  OTHER_KIND_ORDER.flatMap((kind) => {
    const number = counts[kind];
    return number === undefined ? [] : [`${number} ${KIND_NOUNS[kind][number === 1 ? 0 : 1]}`];
  }).join(', ');

/** Which of them a backup looks at. */
export type IncludedKinds = Readonly<Record<OtherKind, boolean>>;

/** Gen 2 has no projects, so they and their deployments are not asked for there, whatever the settings say. */
export const includedKinds = (include: IncludedKinds, integrationInstance: string | undefined): IncludedKinds =>
  onlyKinds((kind) => include[kind] && (integrationInstance !== undefined || !OF_PROJECTS.includes(kind)));

const OF_PROJECTS: readonly OtherKind[] = ['projects', 'deployments'];

/** Only these of them. */
export const onlyKinds = (isWanted: (kind: OtherKind) => boolean): IncludedKinds => ofEachKind(isWanted);
