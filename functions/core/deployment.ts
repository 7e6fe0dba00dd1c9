/** A part of a project that can be exported alone, by the integrations in it. */
import type { IntegrationId } from './integration.ts';

/** What an instance says of a deployment of a project. Times are ISO 8601 in UTC. */
export interface Deployment {
  /** The same as its code; unique in its project. */
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly lastUpdated?: string | undefined;
  /** undefined: it was not told. */
  readonly integrations?: readonly IntegrationId[] | undefined;
}
