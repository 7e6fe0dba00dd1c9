/** `oic connections`: what the instance's connections are, in projects and outside, and what they lack. */
import { connectionTemplate, isOraclesOwn, missingSettings } from '../core/archive/connection-template.ts';
import { personName } from '../core/people.ts';
import { mapLimited } from '../jobs/journal/journal.ts';
import type { OicClient } from '../oic/client.ts';
import type { Connection } from '../oic/connection-answers.ts';
import { isOicError } from '../oic/http/errors.ts';
import { type CommonOptions, openSession, withInstance } from './command.ts';
import { count, formatTable, type Output } from './output.ts';

type Placed = Connection & { readonly project?: string };

export const connections = async (name: string, options: CommonOptions & { template?: boolean }): Promise<number> => {
  const session = await openSession(options);
  const { concurrency, integrationInstance } = session.runtime.instance(name);
  const { people } = session.runtime.settings;
  const details = await withInstance(session, name, async (oic): Promise<Placed[]> => {
    const outside = await readConnections(oic, concurrency, session.out);
    // Gen 2 has no projects.
    return integrationInstance === undefined
      ? outside
      : [...outside, ...(await readInProjects(oic, concurrency, session.out))];
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
    ...(connection.project !== undefined && { project: connection.project }),
    status: connection.status ?? 'unknown',
    missing: missingSettings(connection),
    ...(connection.lockedBy !== undefined && { lockedBy: connection.lockedBy }),
  }));
  session.out.result({ connections: rows }, () => [
    ...formatTable(
      ['ID', 'NAME', 'STATUS', 'LACKS'],
      rows.map(({ id, name, project, status, missing, lockedBy }) => [
        project === undefined ? id : `${id} in project ${project}`,
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

const readConnections = async (
  oic: Pick<OicClient, 'listConnections' | 'getConnection'>,
  concurrency: number,
  out: Output,
): Promise<Connection[]> => {
  const { items, odd } = await oic.listConnections();
  for (const { message } of odd) out.note(`warning: ${message}`);
  // The list may leave the properties out, so each is read by itself; one deleted meanwhile is left out.
  const found = await mapLimited(
    items.filter((one) => !isOraclesOwn(one)),
    concurrency,
    ({ id }) => oic.getConnection(id),
  );
  return found.filter((connection) => connection !== undefined);
};

/** That connections of a project answer below it is inferred: where they do not, a restore cannot configure them either. */
const readInProjects = async (oic: OicClient, concurrency: number, out: Output): Promise<Placed[]> => {
  const placed: Placed[] = [];
  for (const { id, code } of (await oic.listProjects()).items) {
    try {
      const found = await readConnections(oic.inProject(id), concurrency, out);
      placed.push(...found.map((connection) => ({ ...connection, project: code })));
    } catch (error) {
      if (!isOicError(error, 'not-found', 'forbidden')) throw error;
      out.note(`warning: the connections of project ${code} are not told: ${error.message}`);
    }
  }
  return placed;
};
