/** `oic connections`: what the instance's connections are, and what they lack. */
import { connectionTemplate, missingSettings } from '../core/archive/connection-template.ts';
import { personName } from '../core/people.ts';
import { mapLimited } from '../jobs/journal/journal.ts';
import { type CommonOptions, openSession, withInstance } from './command.ts';
import { count, formatTable } from './output.ts';

export const connections = async (name: string, options: CommonOptions & { template?: boolean }): Promise<number> => {
  const session = await openSession(options);
  const { concurrency } = session.runtime.instance(name);
  const { people } = session.runtime.settings;
  const details = await withInstance(session, name, async (oic) => {
    const { items, odd } = await oic.listConnections();
    for (const { message } of odd) session.out.note(`warning: ${message}`);
    // The list may leave the properties out, so each is read by itself; one deleted meanwhile is left out.
    const found = await mapLimited(items, concurrency, ({ id }) => oic.getConnection(id));
    return found.filter((connection) => connection !== undefined);
  });
  if (options.template) {
    session.out.result({ connections: connectionTemplate(details) }, () =>
      JSON.stringify({ connections: connectionTemplate(details) }, null, 2),
    );
    return 0;
  }
  const rows = details.map((connection) => ({
    id: connection.id,
    name: connection.name ?? connection.id,
    status: connection.status ?? 'unknown',
    missing: missingSettings(connection),
    ...(connection.lockedBy !== undefined && { lockedBy: connection.lockedBy }),
  }));
  session.out.result({ connections: rows }, () => [
    ...formatTable(
      ['ID', 'NAME', 'STATUS', 'LACKS'],
      rows.map(({ id, name, status, missing, lockedBy }) => [
        id,
        name,
        lockedBy === undefined ? status : `${status}, locked${lockedBy && ` by ${personName(lockedBy, people)}`}`,
        missing.join(', '),
      ]),
    ),
    '',
    `${count(rows.length, 'connection')} on ${name}, ${rows.filter(({ status }) => status !== 'CONFIGURED').length} not configured`,
  ]);
  return 0;
};
