/** What an instance says of one of its certificates, without any of its content. Times are ISO 8601 in UTC. */
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
