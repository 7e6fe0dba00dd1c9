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
  | 'parallel'
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
  | 'note'
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
  stitch: { kind: 'assign', title: 'Data stitch' },
  contentbasedrouter: { kind: 'decision', title: 'Switch' },
  router: { kind: 'decision', title: 'Switch' },
  switch: { kind: 'decision', title: 'Switch' },
  parallel: { kind: 'parallel', title: 'Parallel' },
  parallelbranch: { kind: 'branch', title: 'Branch' },
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
  note: { kind: 'note', title: 'Note' },
};

/** Kept by the designer for itself; nothing of it runs. Both steps and types of processors. */
const BOOKKEEPING = new Set(['integrationmetadata', 'commonnamespacemaps', 'typedefinitions']);
/** Declared once for the whole flow, which never comes past them. */
const GLOBALS = new Set(['globalvariabledefinition', 'globalvariable']);

export const isBookkeeping = (name: string): boolean => BOOKKEEPING.has(name.toLowerCase());
export const isGlobalVariable = (name: string): boolean => GLOBALS.has(name.toLowerCase());

const ENDS = new Set<StepKind>(['reply', 'end', 'failure']);

/** The word for a type or a step; one that is not known stands for itself. */
export const wordFor = (name: string): Word =>
  (Object.hasOwn(WORDS, name.toLowerCase()) ? WORDS[name.toLowerCase()] : undefined) ?? { kind: 'other', title: name };

/** Nothing follows it. */
export const endsThePath = (kind: StepKind): boolean => ENDS.has(kind);

/** The first three names, and how many more there are. */
export const listed = (names: readonly string[]): string => {
  const more = names.length - 3;
  return `${names.slice(0, 3).join(', ')}${more > 0 ? ` (+${more})` : ''}`;
};

/** What a condition says, without its literals: they may be secrets, and pictures go where archives do not. */
export const withoutLiterals = (expression: string): string =>
  expression.replace(/"[^"]*"|'[^']*'/g, '"…"').replace(/\s+/g, ' ');
