/**
 * Which connections an integration uses and which integrations it calls: read off its archive once, most often when it is
 * backed up, and kept beside the reports by the archive's content digest, since a night changes few of thousands.
 */
import * as z from 'zod/mini';
import type { IntegrationId } from '../integration.ts';
import type { Archive } from './integration-archive.ts';

export interface Dependencies {
  readonly connections: readonly { readonly id: string; readonly name: string; readonly type: string }[];
  readonly calls: readonly IntegrationId[];
}

export const dependenciesOf = ({ connections, calls }: Pick<Archive, 'connections' | 'calls'>): Dependencies => ({
  connections: connections.map(({ id, name, type }) => ({ id, name: name ?? id, type })),
  calls: calls.map(({ id }) => id),
});

/** Each connection stands there once, however many use it: `uses` are their places. */
const SURROUNDINGS = z.object({
  formatVersion: z.literal(2),
  connections: z.array(z.object({ id: z.string(), name: z.string(), type: z.string() })),
  archives: z.record(
    z.string(),
    z.object({
      uses: z.array(z.number()),
      calls: z.array(z.custom<IntegrationId>((value) => typeof value === 'string' && value.includes('|'))),
    }),
  ),
});

/** What is known already, by content digest. A text that is not ours is no harm: all is read from the archives again. */
export const parseDependencies = (text: string): Map<string, Dependencies> => {
  try {
    const { connections, archives } = SURROUNDINGS.parse(JSON.parse(text));
    return new Map(
      Object.entries(archives).map(([digest, { uses, calls }]) => [
        digest,
        { connections: uses.flatMap((place) => connections[place] ?? []), calls },
      ]),
    );
  } catch {
    return new Map();
  }
};

export const formatDependencies = (dependencies: ReadonlyMap<string, Dependencies>): string => {
  const connections: Dependencies['connections'][number][] = [];
  const places = new Map<string, number>();
  const placeOf = (connection: (typeof connections)[number]): number => {
    const key = JSON.stringify([connection.id, connection.name, connection.type]);
    const place = places.get(key) ?? connections.push(connection) - 1;
    places.set(key, place);
    return place;
  };
  const archives = [...dependencies].map(([digest, { connections, calls }]) => [
    digest,
    { uses: connections.map(placeOf), calls },
  ]);
  return `${JSON.stringify({ formatVersion: 2, connections, archives: Object.fromEntries(archives) })}\n`;
};
