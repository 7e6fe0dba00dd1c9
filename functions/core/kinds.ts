/** What an instance holds beside integrations, by the words the settings, snapshots and reports have for it. */

export type OtherKind = 'projects' | 'lookups' | 'libraries' | 'packages' | 'connections' | 'agentGroups';

/** Which of them a backup looks at. */
export type IncludedKinds = Readonly<Record<OtherKind, boolean>>;

/** Gen 2 has no projects, so they are not asked for there, whatever the settings say. */
export const includedKinds = (include: IncludedKinds, integrationInstance: string | undefined): IncludedKinds => ({
  ...include,
  projects: include.projects && integrationInstance !== undefined,
});
