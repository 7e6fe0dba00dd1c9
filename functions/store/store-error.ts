/** A store could not do what it was asked. The message is a sentence for the person who has to act. */

export type StoreErrorKind =
  /** The key cannot be one: an empty, `.` or `..` part, or a name this store keeps for itself. */
  | 'bad-key'
  /** The rights are not enough. */
  | 'denied'
  /** No space left, or the quota is used up. */
  | 'full'
  /** Something else lies where a file or a directory is needed. */
  | 'blocked'
  /** The bucket or the secret does not exist. */
  | 'missing'
  /** AWS credentials or the region are not there, expired or wrong. */
  | 'credentials'
  | 'unreachable'
  /** The bucket keeps no versions. */
  | 'unversioned'
  /** The store does not do what it is asked, though it may say so. */
  | 'unfit'
  | 'failed';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}
