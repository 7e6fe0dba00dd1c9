/**
 * What the simulator was asked, for tests to look at: never a body, never a credential. Requests in flight are counted
 * from the arrival of the head to the end of the answer; the token endpoint and the service host are other servers in
 * reality and are left out of that count.
 */

export type RequestKind =
  | 'token'
  | 'list'
  | 'get'
  | 'export'
  | 'import'
  | 'replace'
  | 'activate'
  | 'deactivate'
  | 'update'
  | 'delete'
  | 'activation-status'
  | 'activation-errors'
  | 'schedule-get'
  | 'schedule-start'
  | 'schedule-stop'
  | 'schedule-pause'
  | 'schedule-resume'
  | 'schedule-create'
  | 'schedule-delete'
  | 'schedule-run'
  | 'schedule-parameters'
  | 'connection-list'
  | 'connection-get'
  | 'connection-update'
  | 'connection-attach'
  | 'connection-test'
  | 'connection-delete'
  | 'project-list'
  | 'project-get'
  | 'project-export'
  | 'project-import'
  | 'project-replace'
  | 'project-delete'
  | 'lookup-list'
  | 'lookup-export'
  | 'lookup-import'
  | 'lookup-replace'
  | 'library-list'
  | 'library-export'
  | 'library-import'
  | 'library-update'
  | 'package-list'
  | 'package-export'
  | 'agent-group-list'
  | 'certificate-list'
  | 'deployment-list'
  | 'service-host'
  | 'unknown';

export interface RecordedRequest {
  readonly method: string;
  /** Decoded no further than the client encoded it. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly kind: RequestKind;
  /**
   * Of what it is about; for an import of an integration as the archive says, for others as the file is called. Undefined
   * for a list.
   */
  readonly id: string | undefined;
  /** When it came, in ms of the simulator's clock. */
  readonly time: number;
  /** Whether an Authorization header came with it. */
  readonly isAuthorized: boolean;
  /** Undefined until it is answered, and for good when no answer was sent. */
  status: number | undefined;
}

export interface Stats {
  readonly maxInFlight: number;
  readonly refused429: number;
  readonly byKind: Readonly<Partial<Record<RequestKind, number>>>;
}

export interface Traffic {
  readonly requests: RecordedRequest[];
  readonly stats: () => Stats;
  readonly inFlight: () => number;
  /** Counts one more; the function it gives counts it out, once. */
  readonly enter: () => () => void;
}

export const createTraffic = (): Traffic => {
  const requests: RecordedRequest[] = [];
  let inFlight = 0;
  let maxInFlight = 0;
  return {
    requests,
    inFlight: () => inFlight,
    enter: () => {
      let isIn = true;
      inFlight += 1;
      maxInFlight = Math.max(maxInFlight, inFlight);
      return () => {
        if (isIn) inFlight -= 1;
        isIn = false;
      };
    },
    stats: () => {
      const byKind: Partial<Record<RequestKind, number>> = {};
      for (const { kind } of requests) byKind[kind] = (byKind[kind] ?? 0) + 1;
      return { maxInFlight, refused429: requests.filter(({ status }) => status === 429).length, byKind };
    },
  };
};
