/** A lookup is a table that translates values between applications; its name is its id. */

/** What the listing says of a lookup. Times are ISO 8601 in UTC. */
export interface Lookup {
  readonly id: string;
  readonly name: string;
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
  /** Who has it open; an empty text when Oracle does not say who. */
  readonly lockedBy?: string | undefined;
}
