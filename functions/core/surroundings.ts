/**
 * Which connections an integration uses and which integrations it calls: read off its archive once, most often when it is
 * backed up, and kept beside the reports by the archive's content digest, since a night changes few of thousands.
 */
import * as z from 'zod/mini';
import type { Archive } from './archive.ts';
import type { IntegrationId } from './integration.ts';

export interface Surroundings {
  readonly connections: readonly { readonly id: string; readonly name: string; readonly type: string }[];
  readonly calls: readonly IntegrationId[];
}

export const surroundingsOf = ({ connections, calls }: Pick<Archive, 'connections' | 'calls'>): Surroundings => ({
  connections: connections.map(({ id, name, type }) => ({ id, name: name ?? id, type })),
  calls: calls.map(({ id }) => id),
});

const SURROUNDINGS = z.object({
  formatVersion: z.literal(1),
  archives: z.record(
    z.string(),
    z.object({
      connections: z.array(z.object({ id: z.string(), name: z.string(), type: z.string() })),
      calls: z.array(z.custom<IntegrationId>((value) => typeof value === 'string' && value.includes('|'))),
    }),
  ),
});

/** What is known already, by content digest. A text that is not ours is no harm: all is read from the archives again. */
export const parseSurroundings = (text: string): Map<string, Surroundings> => {
  try {
    return new Map(Object.entries(SURROUNDINGS.parse(JSON.parse(text)).archives));
  } catch {
    return new Map();
  }
};

export const formatSurroundings = (archives: ReadonlyMap<string, Surroundings>): string =>
  `${JSON.stringify({ formatVersion: 1, archives: Object.fromEntries(archives) })}\n`;
