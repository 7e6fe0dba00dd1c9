/** What is sent to an instance, and what comes back. */

export interface OicRequest<T> {
  /** For messages: "exporting HELLO|01.00.0000". */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A POST that changes nothing: allowed where only reading is, and repeated like a GET. */
  readonly isRead?: boolean;
  /** Below `/ic/api/integration/v1`, already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** What is asked for; a file comes as it is, JSON packed where the instance can. @default json */
  readonly accept?: 'json' | 'file';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** For one attempt, from the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  /** What the answer means. An Error thrown here makes the answer `unexpected-answer`: with a GET it is asked for again. */
  readonly read: (answer: Answer) => T | Promise<T>;
}

/** What an instance says of a change that it takes: it has been made, or it goes on (202) and its end is to be read. */
export type Taken = 'done' | 'goes-on';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** A 401, though the same token is good for others: it speaks of what was asked for. */
  readonly isOfThisAlone?: boolean;
}
