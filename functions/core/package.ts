/** A package is a name under which integrations outside projects are kept together; it holds nothing of its own. */
import type { IntegrationId } from './integration.ts';

/** What the listing says of a package. */
export interface Package {
  readonly id: string;
  readonly name: string;
  /** Absent when the listing does not tell. */
  readonly integrations?: readonly IntegrationId[] | undefined;
}
