/** What an instance holds beside integrations, by the words the settings, snapshots and reports have for it. */

export type OtherKind = 'projects' | 'lookups' | 'libraries' | 'packages' | 'connections' | 'agentGroups';

export const OTHER_KIND_ORDER = [
  'projects',
  'lookups',
  'libraries',
  'packages',
  'connections',
  'agentGroups',
] as const satisfies readonly OtherKind[];

/** One of them, and several. */
export const KIND_NOUNS: Readonly<Record<OtherKind, readonly [one: string, many: string]>> = {
  projects: ['project', 'projects'],
  lookups: ['lookup', 'lookups'],
  libraries: ['library', 'libraries'],
  packages: ['package', 'packages'],
  connections: ['connection', 'connections'],
  agentGroups: ['agent group', 'agent groups'],
};

/** Whether a failure of this id is that of an integration outside projects: the ids of all else begin with their kind. */
export const isOfIntegration = (failureId: string): boolean =>
  !/ in project \S+$/.test(failureId) &&
  !Object.values(KIND_NOUNS).some(([one, many]) => failureId === many || failureId.startsWith(`${one} `));

/** "2 projects, 1 lookup", of those that were counted. */
export const describeCounts = (counts: Readonly<Partial<Record<OtherKind, number>>>): string =>
  OTHER_KIND_ORDER.flatMap((kind) => {
    const number = counts[kind];
    return number === undefined ? [] : [`${number} ${KIND_NOUNS[kind][number === 1 ? 0 : 1]}`];
  }).join(', ');

/** Which of them a backup looks at. */
export type IncludedKinds = Readonly<Record<OtherKind, boolean>>;

/** Gen 2 has no projects, so they are not asked for there, whatever the settings say. */
export const includedKinds = (include: IncludedKinds, integrationInstance: string | undefined): IncludedKinds => ({
  ...include,
  projects: include.projects && integrationInstance !== undefined,
});

/** Only these of them. */
export const onlyKinds = (isWanted: (kind: OtherKind) => boolean): IncludedKinds => ({
  projects: isWanted('projects'),
  lookups: isWanted('lookups'),
  libraries: isWanted('libraries'),
  packages: isWanted('packages'),
  connections: isWanted('connections'),
  agentGroups: isWanted('agentGroups'),
});
