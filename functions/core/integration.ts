/**
 * An integration is one version of one code. Its id is `CODE|VERSION`, e.g. `HELLO_WORLD|01.00.0000`; Oracle writes the
 * pipe as it is in JSON and as `%7C` in paths.
 */
import type { ScheduleParameter } from './schedule.ts';

export type IntegrationId = `${string}|${string}`;

export interface IntegrationRef {
  readonly id: IntegrationId;
  readonly code: string;
  readonly version: string;
}

const VERSION = /^\d{2}\.\d{2}\.\d{4}$/;
/** Oracle derives codes from names: upper case, digits, `_`; a dash is seen in some. Nothing here can walk a path. */
const CODE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/;

export const isCode = (text: string): boolean => CODE.test(text) && !text.includes('..');
export const isVersion = (text: string): boolean => VERSION.test(text);

export const integrationRef = (code: string, version: string): IntegrationRef => ({
  id: `${code}|${version}`,
  code,
  version,
});

/** Reads `CODE|VERSION` or `CODE/VERSION`; undefined when the text is neither. */
export const parseIntegrationId = (text: string): IntegrationRef | undefined => {
  const cut = Math.max(text.lastIndexOf('|'), text.lastIndexOf('/'));
  const code = text.slice(0, Math.max(cut, 0));
  const version = text.slice(cut + 1);
  return isCode(code) && isVersion(version) ? integrationRef(code, version) : undefined;
};

export interface Tracing {
  readonly tracing: boolean;
  readonly payload: boolean;
  readonly recording: boolean;
}

/** What the listing says of an integration. Times are ISO 8601 in UTC. */
export interface Integration extends IntegrationRef {
  readonly name: string;
  /**
   * ACTIVATED, CONFIGURED, INPROGRESS, FAILEDACTIVATION, ACTIVATION_INPROGRESS or DEACTIVATION_INPROGRESS; others are kept
   * as they come. What they mean is in status.ts.
   */
  readonly status: string;
  /** Of its last activation; told when it is read by itself, and not by every instance. */
  readonly activationStatus?: string | undefined;
  readonly created?: string | undefined;
  readonly lastUpdated?: string | undefined;
  readonly lastUpdatedBy?: string | undefined;
  /** Who has it open in the designer; an empty text when Oracle does not say who. */
  readonly lockedBy?: string | undefined;
  /** The package it is kept in. */
  readonly packageName?: string | undefined;
  /** Delivered by Oracle: cannot be exported. */
  readonly isPrebuilt: boolean;
  /** A schedule is defined; whether it runs is another question. */
  readonly hasSchedule: boolean;
  /** What its schedule hands to each run; Oracle tells it of one integration, and of those in a listing perhaps not. */
  readonly scheduleParameters?: readonly ScheduleParameter[] | undefined;
  readonly tracing: Tracing;
}
