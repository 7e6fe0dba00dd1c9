/** One project, lookup or library into an instance: added when it lacks it, replaced when it differs and Oracle can. */
import { KIND_NOUNS } from '../core/kinds.ts';
import { Refused } from '../core/refused.ts';
import type { OicClient } from '../oic/client.ts';
import type { Waiting } from './activation.ts';
import type { ImportAction } from './import-archive.ts';
import { findProject, importProjectSettled } from './put-project.ts';
import { type Plain, verbsOf } from './thing-verbs.ts';
import { hasContent, writeSettled } from './write-content.ts';

/** What a file holds, by its own words. */
export type FileThing = { readonly contentSha256: string } & (
  | Plain
  | { readonly kind: 'projects'; readonly id: string }
);

/** @throws Refused when it is locked, or a project that is there with other content */
export const importThing = async (
  oic: OicClient,
  thing: FileThing,
  bytes: Uint8Array,
  sleep: Waiting['sleep'],
): Promise<ImportAction> => {
  if (thing.kind === 'projects') return importProject(oic, thing, bytes, sleep);
  const verbs = verbsOf(oic, thing);
  const listed = thing.kind === 'lookups' ? await oic.listLookups() : await oic.listLibraries();
  const there = listed.find(({ id }) => id === thing.id);
  const isDone = () => hasContent(verbs.export, thing.contentSha256);
  if (!there) {
    await writeSettled(() => verbs.add(bytes), isDone, sleep);
    return 'imported';
  }
  if (await isDone()) return 'unchanged';
  const lockedBy = 'lockedBy' in there ? there.lockedBy : undefined;
  if (lockedBy !== undefined) {
    throw new Refused(
      `replacing ${KIND_NOUNS[thing.kind][0]} ${thing.id} on ${oic.instance} was refused: ${lockedBy || 'somebody'} has it open; ask them to close it`,
    );
  }
  await writeSettled(() => verbs.replace(bytes), isDone, sleep);
  return 'replaced';
};

const importProject = async (
  oic: OicClient,
  { id: code, contentSha256 }: FileThing,
  bytes: Uint8Array,
  sleep: Waiting['sleep'],
): Promise<ImportAction> => {
  const there = await findProject(oic, code);
  if (!there) {
    await importProjectSettled(oic, { code, bytes, contentSha256 }, sleep);
    return 'imported';
  }
  if (await hasContent(() => oic.exportProject(there), contentSha256)) return 'unchanged';
  throw new Refused(
    `importing project ${code} to ${oic.instance} was refused: it is there with other content, and Oracle does not replace a project; \`oic restore … --kind projects --existing replace\` does it with a way back, or delete it in the console first`,
  );
};
