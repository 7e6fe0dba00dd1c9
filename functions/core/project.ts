/** A project of Oracle Integration 3: integrations with connections, lookups and libraries of their own, moved as one. */

import type { Deployment } from './deployment.ts';

/** What the listing says of a project. Times are ISO 8601 in UTC. */
export interface Project {
  /** As paths name it. */
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
  /** undefined: its listing does not tell them. */
  readonly deployments?: readonly Deployment[] | undefined;
}
