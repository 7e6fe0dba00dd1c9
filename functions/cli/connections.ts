/** `oic connections`: what the instance's connections are, in other items and outside, and what they lack. */
import { connectionTemplate, isOraclesOwn, missingSettings } from '../core/archive/connection-template.ts';
import { idOf, labelOf } from '../core/kinds.ts';
import { personName } from '../core/people.ts';
import { mapLimited } from '../jobs/journal/journal.ts';
import { RESTORED_KINDS } from '../kinds/all-kinds.ts';
import { type ContainerKind, isContainer } from '../kinds/kind.ts';
import type { OicClient } from '../oic/client.ts';
import type { Connection } from '../oic/connection-answers.ts';
import { isOicError } from '../oic/http/errors.ts';
import { type CommonOptions, openSession, withInstance } from './command.ts';
import { count, formatTable, type Output } from './output.ts';

/** With the container that it is in, by its kind and its id. */
type Placed = Connection & { readonly in?: { readonly kind: ContainerKind; readonly id: string } };

export const connections = async (name: string, options: CommonOptions & { template?: boolean }): Promise<number> => {
  const session = await openSession(options);
  const { concurrency, integrationInstance } = session.runtime.instance(name);
  const { people } = session.runtime.settings;
  const details = await withInstance(session, name, async (oic): Promise<Placed[]> => {
    const outside = await readConnections(oic, concurrency, session.out);
    const containers = RESTORED_KINDS.filter(isContainer).filter(
      ({ isOic3Only }) => integrationInstance !== undefined || !isOic3Only,
    );
    const inside = await mapLimited(containers, 1, (kind) => readInside(oic, kind, concurrency, session.out));
    return [...outside, ...inside.flat()];
  });
  if (options.template) {
    session.out.result({ connections: connectionTemplate(details) }, () =>
      JSON.stringify({ connections: connectionTemplate(details) }, null, 2).split('\n'),
    );
    return 0;
  }
  const rows = details.map((connection) => ({
    id: connection.id,
    name: connection.name ?? connection.id,
    ...(connection.in && { [connection.in.kind.nouns[0]]: connection.in.id }),
    status: connection.status ?? 'unknown',
    missing: missingSettings(connection),
    ...(connection.lockedBy !== undefined && { lockedBy: connection.lockedBy }),
  }));
  session.out.result({ connections: rows }, () => [
    ...formatTable(
      ['ID', 'NAME', 'STATUS', 'LACKS'],
      rows.map(({ id, name, status, missing, lockedBy }, at) => [
        placeOf(id, details[at]?.in),
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

const placeOf = (id: string, place: Placed['in']): string =>
  place ? `${id} in ${place.kind.nouns[0]} ${place.id}` : id;

/** That connections of a container answer below it is inferred: where they do not, a restore cannot configure them either. */
const readInside = async (oic: OicClient, kind: ContainerKind, concurrency: number, out: Output): Promise<Placed[]> => {
  const placed: Placed[] = [];
  for (const own of (await kind.archive.itemsOn(oic)).items) {
    const id = idOf(kind, own);
    try {
      const found = await readConnections(kind.restore.container.inside(oic, own), concurrency, out);
      placed.push(...found.map((connection) => ({ ...connection, in: { kind, id } })));
    } catch (error) {
      if (!isOicError(error, 'not-found', 'forbidden')) throw error;
      out.note(`warning: the connections of ${labelOf(kind, own)} are not told: ${error.message}`);
    }
  }
  return placed;
};
