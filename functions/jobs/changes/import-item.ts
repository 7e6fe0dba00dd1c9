/** One project, lookup or library into an instance: added when it lacks it, replaced when it differs and Oracle can. */
import { Refused } from '../../core/errors.ts';
import { personName } from '../../core/people.ts';
import { kindOf } from '../../kinds/all-kinds.ts';
import type { Vault } from '../../store/vault.ts';
import type { ImportAction } from './import-archive.ts';
import { type Plain, verbsOf, writeItem } from './item-verbs.ts';
import { findProject } from './project-switches.ts';
import { type ProjectServices, putProject } from './put-project.ts';
import { exportedDesign } from './write-content.ts';
import { importProjectSettled, type ProjectContent, projectDesign } from './write-project.ts';

/** What a file holds, by its own words. */
export type FileItem = { readonly designSha256: string } & (
  | Plain
  | ({ readonly kind: 'projects'; readonly id: string } & Pick<
      ProjectContent,
      'integrations' | 'connections' | 'callOrder'
    >)
);

interface ImportServices extends Pick<ProjectServices, 'oic' | 'connections' | 'waiting'> {
  /** Where the copy of a project that is replaced is kept; opened for that only. */
  readonly openVault: () => Promise<Vault>;
}

/** @throws Refused when it is locked, RestoreTrouble about a project that could not be replaced */
export const importItem = async (
  services: ImportServices,
  thing: FileItem,
  bytes: Uint8Array,
): Promise<ImportAction> => {
  if (thing.kind === 'projects') return importProject(services, { ...thing, code: thing.id, bytes });
  const { oic, waiting } = services;
  const { items } = thing.kind === 'lookups' ? await oic.listLookups() : await oic.listLibraries();
  const there = items.find(({ id }) => id === thing.id);
  if (!there) {
    await writeItem(oic, 'import', thing, { bytes }, waiting);
    return 'imported';
  }
  const was = await exportedDesign(verbsOf(oic, thing).export);
  if (was === thing.designSha256) return 'unchanged';
  const lockedBy = 'lockedBy' in there ? there.lockedBy : undefined;
  if (lockedBy !== undefined) {
    throw new Refused(
      `replacing ${kindOf(thing.kind).nouns[0]} ${thing.id} on ${oic.instance} was refused: ${personName(lockedBy, oic.people) || 'somebody'} has it open; ask them to close it`,
    );
  }
  await writeItem(oic, 'replace', thing, { bytes, was }, waiting);
  return 'replaced';
};

/** What ran in one that is there runs again once it is replaced. */
const importProject = async (services: ImportServices, content: ProjectContent): Promise<ImportAction> => {
  const { oic, waiting } = services;
  const there = await findProject(oic, content.code);
  if (!there) {
    await importProjectSettled(oic, content, waiting);
    return 'imported';
  }
  if ((await projectDesign(oic, there)) === content.designSha256) return 'unchanged';
  await putProject({ ...services, vault: await services.openVault() }, content, true);
  return 'replaced';
};
