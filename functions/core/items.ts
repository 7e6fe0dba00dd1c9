/** What the listings of an instance say of what it holds beside integrations. Times are ISO 8601 in UTC. */
import type { IntegrationId } from './integration.ts';

/** A table that translates values between applications; its name is its id. */
export interface Lookup {
  readonly id: string;
  readonly name: string;
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
  /** Who has it open; an empty text when Oracle does not say who. */
  readonly lockedBy?: string | undefined;
}

/** One version of JavaScript functions that integrations call. Its id is `CODE|VERSION`. */
export interface Library {
  readonly id: string;
  readonly code: string;
  readonly version: string;
  readonly name: string;
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
}

/** A name under which integrations outside projects are kept together; it holds nothing of its own. */
export interface Package {
  readonly id: string;
  readonly name: string;
  /** Absent when the listing does not tell. */
  readonly integrations?: readonly IntegrationId[] | undefined;
}

/** A part of a project that can be exported alone, by the integrations in it. */
export interface Deployment {
  /** The same as its code; unique in its project. */
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly lastUpdated?: string | undefined;
  /** undefined: it was not told. */
  readonly integrations?: readonly IntegrationId[] | undefined;
}

/** A certificate, without any of its content. */
export interface Certificate {
  readonly id: string;
  readonly name: string;
  /** X509, PGP, SAML, ... */
  readonly type?: string | undefined;
  /** TRUST, IDENTITY, PUBLIC, PRIVATE, ... */
  readonly category?: string | undefined;
  readonly status?: string | undefined;
  readonly expires?: string | undefined;
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
  /** It came with the instance; nobody uploaded it, and nobody can delete it. */
  readonly isOracles: boolean;
}

/** Integrations with connections, lookups and libraries of their own, moved as one (Oracle Integration 3). */
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
