/** What the steps of a flow are, in words people know from the designer. Names that are not in here are kept as they are. */

export type StepKind =
  | 'trigger'
  | 'schedule'
  | 'invoke'
  | 'call'
  | 'reply'
  | 'map'
  | 'assign'
  | 'decision'
  | 'branch'
  | 'loop'
  | 'scope'
  | 'handler'
  | 'failure'
  | 'end'
  | 'wait'
  | 'file'
  | 'notify'
  | 'script'
  | 'track'
  | 'group'
  | 'other';

interface Word {
  readonly kind: StepKind;
  readonly title: string;
}

/** Types of processors and names of steps share one vocabulary; Oracle writes some in several ways. */
const WORDS: Readonly<Record<string, Word>> = {
  receive: { kind: 'trigger', title: 'Trigger' },
  pickreceive: { kind: 'trigger', title: 'Trigger' },
  schedulereceive: { kind: 'schedule', title: 'Schedule' },
  schedulereceiver: { kind: 'schedule', title: 'Schedule' },
  invoke: { kind: 'invoke', title: 'Invoke' },
  reply: { kind: 'reply', title: 'Reply' },
  transformer: { kind: 'map', title: 'Map' },
  assignment: { kind: 'assign', title: 'Assign' },
  contentbasedrouter: { kind: 'decision', title: 'Switch' },
  router: { kind: 'decision', title: 'Switch' },
  switch: { kind: 'decision', title: 'Switch' },
  parallel: { kind: 'decision', title: 'In parallel' },
  pick: { kind: 'decision', title: 'Pick' },
  route: { kind: 'branch', title: 'Route' },
  branch: { kind: 'branch', title: 'Branch' },
  for: { kind: 'loop', title: 'For each' },
  foreach: { kind: 'loop', title: 'For each' },
  while: { kind: 'loop', title: 'While' },
  loop: { kind: 'loop', title: 'Loop' },
  repeat: { kind: 'loop', title: 'Repeat' },
  try: { kind: 'scope', title: 'Scope' },
  scope: { kind: 'scope', title: 'Scope' },
  globaltry: { kind: 'scope', title: 'Scope' },
  catch: { kind: 'handler', title: 'Fault handler' },
  catchall: { kind: 'handler', title: 'Default fault handler' },
  faulthandler: { kind: 'handler', title: 'Fault handler' },
  eventhandler: { kind: 'handler', title: 'Event handler' },
  throw: { kind: 'failure', title: 'Throw a fault' },
  raiseerror: { kind: 'failure', title: 'Raise an error' },
  rethrow: { kind: 'failure', title: 'Rethrow the fault' },
  stop: { kind: 'end', title: 'End' },
  ehstop: { kind: 'end', title: 'End' },
  wait: { kind: 'wait', title: 'Wait' },
  stagefile: { kind: 'file', title: 'Stage file' },
  notification: { kind: 'notify', title: 'Notification' },
  callout: { kind: 'script', title: 'JavaScript' },
  messagetracker: { kind: 'track', title: 'Tracking' },
  activitystreamlogger: { kind: 'track', title: 'Logger' },
  logger: { kind: 'track', title: 'Logger' },
};

const ENDS = new Set<StepKind>(['reply', 'end', 'failure']);

/** The word for a type or a step; one that is not known stands for itself. */
export const wordFor = (name: string): Word =>
  (Object.hasOwn(WORDS, name.toLowerCase()) ? WORDS[name.toLowerCase()] : undefined) ?? { kind: 'other', title: name };

/** Nothing follows it. */
export const endsThePath = (kind: StepKind): boolean => ENDS.has(kind);
