/** A library is one version of JavaScript functions that integrations call. Its id is `CODE|VERSION`. */

/** What the listing says of a library. Times are ISO 8601 in UTC. */
export interface Library {
  readonly id: string;
  readonly code: string;
  readonly version: string;
  readonly name: string;
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
}
