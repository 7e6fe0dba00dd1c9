/** `oic list --kind`: what an instance has beside integrations. */

import { Refused } from '../../core/errors.ts';
import type { Entry, Fact } from '../../core/kinds.ts';
import { type People, personName } from '../../core/people.ts';
import { askInstance } from '../../jobs/instance/ask-instance.ts';
import { onlyKinds } from '../../kinds/included-kinds.ts';
import type { Kind } from '../../kinds/kind.ts';
import { readSections } from '../../kinds/read-sections.ts';
import { type CommonOptions, openSession, withInstance } from '../command.ts';
import { formatTable } from '../output.ts';

/** @param text only those whose name contains it */
export const listKind = async (
  instance: string,
  { name, nouns: [one, many], facts }: Kind,
  text: string | undefined,
  options: CommonOptions,
): Promise<number> => {
  const session = await openSession(options);
  const { concurrency } = session.runtime.instance(instance);
  const wanted = onlyKinds((each) => each === name);
  const { sections, odd } = await withInstance(session, instance, (oic) =>
    readSections(askInstance(oic, concurrency), wanted),
  );
  const warnings = (odd[name] ?? []).map(({ id, message }) => ({ id, message }));
  for (const { message } of warnings) session.out.note(`warning: ${message}`);
  const there: readonly Entry[] | undefined = sections[name];
  if (!there) {
    throw new Refused(
      `${instance} does not hand out its ${many}: it has none of that kind, or the client's role is not enough`,
    );
  }
  const found = there.filter((entry) => text === undefined || entry.name.toLowerCase().includes(text.toLowerCase()));
  const columns = facts.filter(({ only }) => only !== 'compared');
  session.out.result({ [name]: found.map(withoutArchive), ...(warnings.length > 0 && { warnings }) }, () => [
    ...formatTable(
      ['ID', 'NAME', ...columns.map((fact) => (fact.short ?? fact.name).toUpperCase())],
      found.map((entry) => [
        entry.id,
        entry.name,
        ...columns.map((fact) => cellOf(fact, entry, session.runtime.settings.people)),
      ]),
    ),
    '',
    `${found.length} ${found.length === 1 ? one : many} on ${instance}`,
  ]);
  return 0;
};

const cellOf = (fact: Fact<Entry>, entry: Entry, people: People): string => {
  if (fact.inTerminal) return fact.inTerminal(entry);
  const told = String(fact.value(entry) ?? '');
  if (fact.as === 'time') return told.slice(0, 16).replace('T', ' ');
  return fact.as === 'person' ? personName(told, people) : told;
};

/** A listing knows of none. */
const withoutArchive = (entry: object): object =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => key !== 'archive'));
