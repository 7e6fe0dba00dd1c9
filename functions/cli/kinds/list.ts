/** `oic list --kind`: what an instance has beside integrations. */

import { Refused } from '../../core/errors.ts';
import { KIND_NOUNS, type OtherKind, onlyKinds } from '../../core/kinds.ts';
import { type People, personName } from '../../core/people.ts';
import type { OtherKinds } from '../../core/snapshot/sections.ts';
import { isActive } from '../../core/status.ts';
import { askInstance } from '../../jobs/instance/ask-instance.ts';
import { readSections } from '../../kinds/read-sections.ts';
import { type CommonOptions, openSession, withInstance } from '../command.ts';
import { count, formatTable } from '../output.ts';

/** @param text only those whose name contains it */
export const listKind = async (
  instance: string,
  kind: OtherKind,
  text: string | undefined,
  options: CommonOptions,
): Promise<number> => {
  const session = await openSession(options);
  const { concurrency } = session.runtime.instance(instance);
  const wanted = onlyKinds((each) => each === kind);
  const { sections, odd } = await withInstance(session, instance, (oic) =>
    readSections(askInstance(oic, concurrency), wanted),
  );
  const warnings = (odd[kind] ?? []).map(({ id, message }) => ({ id, message }));
  for (const { message } of warnings) session.out.note(`warning: ${message}`);
  if (!sections[kind]) {
    throw new Refused(
      `${instance} does not hand out its ${KIND_NOUNS[kind][1]}: it has none of that kind, or the client's role is not enough`,
    );
  }
  const isWanted = ({ name }: { readonly name: string }): boolean =>
    text === undefined || name.toLowerCase().includes(text.toLowerCase());
  const { head, rows, items } = TABLES[kind](sections, isWanted, session.runtime.settings.people);
  session.out.result({ [kind]: items, ...(warnings.length > 0 && { warnings }) }, () => [
    ...formatTable(head, rows),
    '',
    `${rows.length === 1 ? `1 ${KIND_NOUNS[kind][0]}` : `${rows.length} ${KIND_NOUNS[kind][1]}`} on ${instance}`,
  ]);
  return 0;
};

interface Listing {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly items: readonly object[];
}

type IsWanted = (item: { readonly name: string }) => boolean;

interface Saved {
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
}

const minuteOf = (time: string | undefined): string => time?.slice(0, 16).replace('T', ' ') ?? '';

const saved = ({ lastUpdated, lastUpdatedBy }: Saved, people: People): string[] => [
  minuteOf(lastUpdated),
  personName(lastUpdatedBy ?? '', people),
];

const table = <T extends { readonly id: string; readonly name: string }>(
  items: readonly T[] | undefined,
  isWanted: IsWanted,
  head: readonly string[],
  cells: (item: T) => readonly string[],
): Listing => {
  const found = (items ?? []).filter(isWanted);
  return {
    head: ['ID', 'NAME', ...head],
    rows: found.map((item) => [item.id, item.name, ...cells(item)]),
    items: found.map((item) => withoutArchive(item)),
  };
};

/** A listing knows of none. */
const withoutArchive = (item: object): object =>
  Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'archive'));

const TABLES: Readonly<Record<OtherKind, (sections: OtherKinds, isWanted: IsWanted, people: People) => Listing>> = {
  projects: ({ projects }, isWanted, people) =>
    table(projects, isWanted, ['INTEGRATIONS', 'ACTIVE', 'UPDATED', 'BY'], (it) => [
      `${it.integrations.length}`,
      `${it.integrations.filter(isActive).length}`,
      ...saved(it, people),
    ]),
  deployments: ({ deployments }, isWanted) =>
    table(deployments, isWanted, ['INTEGRATIONS', 'UPDATED'], (it) => [
      it.integrations?.join(', ') ?? '',
      minuteOf(it.lastUpdated),
    ]),
  lookups: ({ lookups }, isWanted, people) => table(lookups, isWanted, ['UPDATED', 'BY'], (it) => saved(it, people)),
  libraries: ({ libraries }, isWanted, people) =>
    table(libraries, isWanted, ['UPDATED', 'BY'], (it) => saved(it, people)),
  packages: ({ packages }, isWanted) =>
    table(packages, isWanted, ['INTEGRATIONS'], (it) => [count(it.integrations.length, 'integration')]),
  connections: ({ connections }, isWanted) =>
    table(connections, isWanted, ['ADAPTER', 'STATUS', 'SECURITY', 'AGENT GROUP'], (it) => [
      it.adapterType ?? '',
      it.status,
      it.securityPolicy ?? '',
      it.agentGroupId ?? '',
    ]),
  certificates: ({ certificates }, isWanted) =>
    table(certificates, isWanted, ['TYPE', 'CATEGORY', 'STATUS', 'EXPIRES'], (it) => [
      it.type ?? '',
      it.category ?? '',
      it.status ?? '',
      minuteOf(it.expires),
    ]),
  agentGroups: ({ agentGroups }, isWanted) => table(agentGroups, isWanted, [], () => []),
};
