/**
 * What other programs are told of on EventBridge, on the account's default bus: source `oic-lifecycle`, one detail-type a kind.
 * The fields are a promise, written down in infra/README.md ("Events"). They are told at least once; `run` and what the event is
 * about tell a second one apart. Names, counts and sentences are in it, and nothing of any archive.
 */
import { redactDocument } from '../core/redaction.ts';
import { SERVICE } from './names.ts';
import { callSigned, type Service } from './signed-call.ts';

interface Details {
  /** A backup has ended; without a snapshot when it `failed`. */
  readonly Snapshot: {
    readonly state: 'complete' | 'incomplete' | 'failed';
    readonly snapshot: string | null;
    readonly integrations: number;
    readonly exported: number;
    readonly unchanged: number;
    readonly failures: number;
  };
  /** A drop waits for an approval, or has an end: the states of receipts. */
  readonly Drop: {
    readonly state: string;
    readonly key: string;
    readonly versionId: string;
    readonly integration: string | null;
    /** Where an approval was asked for. */
    readonly approval: { readonly answer: string | null; readonly by: string | null; readonly until: string } | null;
  };
  /** A restore has ended; `instance` is its target. */
  readonly Restore: {
    readonly state: 'done' | 'failed';
    readonly from: string;
    readonly snapshot: string | null;
    readonly created: number;
    readonly replaced: number;
    readonly activated: number;
    readonly skipped: number;
    readonly deleted: number;
    readonly failures: number;
  };
  /** A share of what is stored was read back. */
  readonly Scrub: {
    readonly state: 'done' | 'failed';
    readonly checked: number;
    readonly versions: number;
    readonly damaged: number;
    readonly healed: number;
    readonly missing: number;
  };
  /** A snapshot was restored into a simulated instance. */
  readonly Rehearsal: {
    readonly state: 'done' | 'failed';
    readonly snapshot: string | null;
    readonly restored: number;
    readonly differences: number;
  };
}

export type EventKind = keyof Details;
export type EventDetail<K extends EventKind> = Details[K] & {
  readonly instance: string;
  /** Of the function; log lines have it too. */
  readonly run: string;
  readonly message: string;
};

const EVENTS: Service = { name: 'events', variable: 'EVENTBRIDGE', protocol: '1.1' };
/** An entry takes 256 KB; the whole is in receipts, manifests and logs. */
const MAX_MESSAGE = 2_000;

/** Nobody's work depends on it: an event that cannot be sent is told to `onTrouble`, and that is all. */
export const sendEvent = async <K extends EventKind>(
  kind: K,
  detail: EventDetail<K>,
  onTrouble: (message: string) => void,
): Promise<void> => {
  const message = detail.message.slice(0, MAX_MESSAGE);
  const Detail = JSON.stringify(redactDocument({ formatVersion: 1, ...detail, message }));
  try {
    const answer = await callSigned(EVENTS, 'AWSEvents.PutEvents', { region: process.env.AWS_REGION ?? '' }, () => ({
      Entries: [{ Source: SERVICE, DetailType: kind, Detail }],
    }));
    const { FailedEntryCount, Entries } = answer as {
      FailedEntryCount?: number;
      Entries?: { ErrorMessage?: string }[];
    };
    if (FailedEntryCount) throw new Error(`AWSEvents.PutEvents was refused: ${Entries?.[0]?.ErrorMessage}`);
  } catch (error) {
    onTrouble(`the event ${kind} of ${detail.instance} was not sent: ${(error as Error).message}`);
  }
};
