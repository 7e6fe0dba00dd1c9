/**
 * Putting integrations into service and taking them out, by Oracle's rules: of one code and one major version only one is
 * active, so activating 01.00.0001 takes 01.00.0000 out of service, while 02.00.0000 runs beside it
 * (https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-integrations-id-post.html).
 */
import { Refusal } from '../http/answer.ts';
import { shortVersion, shownStatus } from '../http/wire.ts';
import type { Integration, State, Tracing } from './holdings.ts';
import { finish, isInService, stopAtOnce } from './state.ts';

export interface ActivationRequest {
  readonly by: string;
  readonly tracing: Tracing;
}

export interface DeactivationRequest {
  readonly by: string;
  readonly isAsync: boolean;
  readonly stopsSchedule: boolean;
}

const major = ({ version }: Integration): string => version.slice(0, 2);

const isActive = ({ status }: Integration): boolean => status === 'ACTIVATED' || status === 'ACTIVATION_INPROGRESS';

/** Begins an activation; it ends by itself after `activationMs`. @throws Refusal */
export const activate = (state: State, integration: Integration, request: ActivationRequest): void => {
  const { behaviour } = state;
  if (integration.lock) throw lockedRefusal(integration, behaviour.activateLocked);
  if (isInService(integration)) throw notReady(integration, behaviour.alreadyInStateStatus);
  if (integration.status === 'INPROGRESS') throw notReady(integration, 412);
  refuseOverLimit(state, integration);

  const error = activationProblem(state, integration);
  const displaced = sameMajorActive(state, integration);
  refuseDisplacement(state, integration, displaced);
  if (error === undefined || behaviour.failedActivationDisplaces) {
    for (const other of displaced)
      takeOutOfService(state, other, { by: request.by, isAsync: behaviour.deactivation === 'async' });
  }

  integration.tracing = request.tracing;
  letStatusLag(state, integration);
  integration.status = 'ACTIVATION_INPROGRESS';
  integration.activationError = undefined;
  const at = state.now() + state.activationMs;
  integration.pending =
    error === undefined
      ? { status: 'ACTIVATED', at }
      : { status: behaviour.failedActivationLeaves, at, error: activationMessage(integration, error) };
  markActivation(state, integration, request.by);
};

/** @throws Refusal */
export const deactivate = (state: State, integration: Integration, request: DeactivationRequest): void => {
  const { behaviour } = state;
  if (integration.lock) throw lockedRefusal(integration, behaviour.activateLocked);
  if (integration.status !== 'ACTIVATED' || integration.pending) {
    throw new Refusal(
      behaviour.alreadyInStateStatus,
      `${quoted(integration)} is either not active, deactivation in-progress or not ready for deactivation.`,
    );
  }
  const mustStop = integration.schedule !== 'stopped' && behaviour.deactivateWithSchedule === 412;
  if (mustStop && !request.stopsSchedule) {
    throw new Refusal(412, `${named(integration)} has a schedule that is started; stop it first`);
  }
  takeOutOfService(state, integration, request);
};

/** Ends an activation now. @throws Refusal when it failed */
export const completeActivation = (state: State, integration: Integration): void => {
  finish(state, integration);
  const { activationError } = integration;
  if (activationError !== undefined) throw new Refusal(state.behaviour.failedActivationStatus, activationError);
};

export const lockedRefusal = ({ id, lock }: Integration, status: number): Refusal =>
  new Refusal(status, `Integration ${id} is locked by ${lock?.by}`);

/** Tracing belongs to an activation: Oracle's console sends the flags with each one and clears them afterwards. */
const takeOutOfService = (
  state: State,
  integration: Integration,
  { by, isAsync }: Pick<DeactivationRequest, 'by' | 'isAsync'>,
): void => {
  if (isAsync) letStatusLag(state, integration);
  integration.status = isAsync ? 'DEACTIVATION_INPROGRESS' : 'CONFIGURED';
  integration.pending = isAsync ? { status: 'CONFIGURED', at: state.now() + state.activationMs } : undefined;
  stopAtOnce(integration);
  integration.tracing = { tracing: false, payload: false, recording: false };
  markActivation(state, integration, by);
};

const markActivation = (state: State, integration: Integration, by: string): void => {
  if (state.behaviour.activationMovesLastUpdated) state.updated(integration, by);
  else state.changed(integration);
};

const sameMajorActive = (state: State, integration: Integration): Integration[] =>
  versionsOf(state, integration).filter(
    (other) => other !== integration && major(other) === major(integration) && isActive(other),
  );

const versionsOf = (state: State, { code }: Integration): Integration[] =>
  [...state.integrations.values()].filter((other) => other.code === code);

const refuseDisplacement = (state: State, integration: Integration, displaced: readonly Integration[]): void => {
  for (const other of displaced) {
    if (state.behaviour.downgrade === 412 && other.version > integration.version) {
      throw new Refusal(412, `${named(other)}, a newer version, is active`);
    }
    if (state.behaviour.displacedSchedule === 412 && other.schedule !== 'stopped') {
      throw new Refusal(412, `${named(other)} has a schedule that is started; stop it first`);
    }
  }
};

const refuseOverLimit = (state: State, integration: Integration): void => {
  const { activeLimit } = state.behaviour;
  const displaced = sameMajorActive(state, integration).length;
  const active = [...state.integrations.values()].filter(isActive).length;
  if (active - displaced >= activeLimit) {
    throw new Refusal(412, `The maximum number of active integrations (${activeLimit}) has been reached`);
  }
};

/** Why it cannot run, or undefined. */
const activationProblem = (state: State, integration: Integration): string | undefined => {
  const ordered = state.orderedFailures.get(integration.id);
  if (ordered && ordered.timesLeft > 0) {
    ordered.timesLeft -= 1;
    return ordered.message;
  }
  const { facts } = integration.archive;
  const draft = facts.connections.filter(({ id }) => state.connections.get(id)?.status !== 'CONFIGURED');
  if (state.behaviour.draftConnectionActivation === 'fails' && draft.length > 0) {
    return `Connection <b>${draft.map(({ id }) => id).join('</b>, <b>')}</b> is not configured.`;
  }
  const asleep = facts.calls.filter((id) => state.integrations.get(id)?.status !== 'ACTIVATED');
  if (state.behaviour.inactiveCalleeActivation === 'fails' && asleep.length > 0) {
    return `The called integration <b>${asleep.join('</b>, <b>')}</b> is not active.`;
  }
  return undefined;
};

const activationMessage = ({ code, version }: Integration, problem: string): string =>
  `<br> Integration ${code}(${version}) cannot be activated.<br> ${problem}`;

/** What it is now, it shows for a while. */
const letStatusLag = (state: State, integration: Integration): void => {
  const until = state.now() + state.behaviour.statusLag;
  integration.lag = state.behaviour.statusLag > 0 ? { status: shownStatus(state, integration), until } : undefined;
};

/** One sentence for three causes (recorded). */
const notReady = (integration: Integration, status: number): Refusal =>
  new Refusal(
    status,
    `${quoted(integration)} is either already active, activation in-progress or not ready for activation.`,
  );

const quoted = (integration: Integration): string => `Integration '${integration.code} | ${shortVersion(integration)}'`;

const named = ({ id }: Integration): string => `Integration ${id}`;
