/**
 * The tree of steps of a freeform flow, as nodes and edges. Steps follow each other; a switch has branches that meet
 * again; loops and scopes are nodes that hold steps; a fault handler hangs on the scope it guards. A step that is not
 * known is a node with its name, and holds its steps when it has some.
 */

import type { XmlNode } from '../formats/xml.ts';
import { elementAt, noteOf } from './definition.ts';
import type { FlowElements } from './elements.ts';
import type { FlowEdge, FlowNode } from './flow-graph.ts';
import { setting } from './processor-facts.ts';
import { endsThePath, isBookkeeping, isGlobalVariable, type StepKind, wordFor } from './words.ts';

interface Part {
  readonly nodes: FlowNode[];
  readonly edges: FlowEdge[];
}

/** Where a walk stands: the nodes whose path goes on, and the handlers found on the way that guard what is around. */
interface Walked {
  readonly open: readonly string[];
  readonly handlers: readonly XmlNode[];
}

/** @param drawn names of nodes that have their place already; those given one here are added */
export const readOrchestration = (root: XmlNode, elements: FlowElements, drawn: Set<string>): Part => {
  const nodes: FlowNode[] = [];
  const edges: FlowEdge[] = [];
  const freeId = createIds(drawn);

  const join = (from: readonly string[], to: string, kind: FlowEdge['kind'] = 'next'): void => {
    for (const id of from) edges.push({ from: id, to, kind });
  };

  /** The first step that refers to an application or processor is its place in the picture; others only point to it. */
  const place = (step: XmlNode, inside: string | undefined, given: Partial<FlowNode>): FlowNode => {
    const word = wordFor(step.name);
    const found = given.kind === 'branch' ? undefined : elements.nodeOf(elementAt(step.attributes.refUri));
    const own = found && !drawn.has(found.id) ? found : undefined;
    const again = found && !own ? { kind: word.kind, detail: againDetail(word.kind, found.title) } : {};
    const base = own ?? {
      id: freeId(`step:${step.attributes.id ?? step.name}`),
      kind: word.kind,
      title: word.title,
      detail: '',
      elements: [],
      isContainer: false,
      meaning: `${step.name} ${step.attributes.name ?? ''}`,
      ...again,
    };
    const kind = base.kind === 'other' ? word.kind : base.kind;
    const title = ownTitle(step, found ?? base) || base.title;
    // The name of a loop does not tell which kind of loop it is.
    const detail = kind === 'loop' && title !== word.title ? `${word.title} ${base.detail}`.trim() : base.detail;
    const node: FlowNode = { ...base, kind, title, detail, ...given, ...(inside !== undefined && { inside }) };
    drawn.add(node.id);
    nodes.push(node);
    return node;
  };

  /** One Assign of the designer: a label with an assignment for each variable. */
  const placeAssigns = (label: XmlNode, assignments: readonly XmlNode[], inside: string | undefined): FlowNode => {
    const members: FlowNode[] = [];
    for (const { attributes } of assignments) {
      const found = elements.nodeOf(elementAt(attributes.refUri));
      if (!found || drawn.has(found.id)) continue;
      drawn.add(found.id);
      members.push(found);
    }
    const word = wordFor('assignment');
    const node: FlowNode = {
      id: freeId(`step:${label.attributes.id ?? label.name}`),
      kind: word.kind,
      title: label.attributes.name || word.title,
      detail: setting(members.flatMap(({ id }) => elements.variablesOf(id))),
      elements: members.map(({ id }) => id),
      isContainer: false,
      meaning: members.map(({ meaning }) => meaning).join(' '),
      ...(inside !== undefined && { inside }),
    };
    drawn.add(node.id);
    nodes.push(node);
    return node;
  };

  const walk = (steps: readonly XmlNode[], inside: string | undefined, from: readonly string[]): Walked => {
    let open = from;
    let last = from;
    const handlers: XmlNode[] = [];
    for (const step of steps) {
      const word = wordFor(step.name);
      if (word.kind === 'handler') {
        handlers.push(step);
        continue;
      }
      // A path that has ended and goes on all the same would leave what follows hanging in the air.
      const before = open.length > 0 ? open : last;
      const passed = walkStep(step, inside, before);
      open = passed.open;
      handlers.push(...passed.handlers);
      last = passed.last.length > 0 ? passed.last : last;
    }
    return { open, handlers };
  };

  type Passed = Walked & { readonly last: readonly string[] };

  const walkStep = (step: XmlNode, inside: string | undefined, from: readonly string[]): Passed => {
    const steps = step.children.filter(isStep);
    if (step.name === 'label' && steps.length > 0 && steps.every(({ name }) => name === 'assignment')) {
      const node = placeAssigns(step, steps, inside);
      join(from, node.id);
      return { open: [node.id], handlers: [], last: [node.id] };
    }
    if (step.name === 'label' && steps.length === 1) return walkStep(named(steps, step), inside, from);
    if (SPLITS.has(wordFor(step.name).kind)) return walkDecision(step, steps, inside, from);
    if (steps.length > 0 || HOLDS_STEPS.has(wordFor(step.name).kind)) return walkContainer(step, steps, inside, from);
    const node = place(step, inside, {});
    join(from, node.id);
    const isOver = endsThePath(wordFor(step.name).kind) && !elements.maySkip(elementAt(step.attributes.refUri));
    return { open: isOver ? [] : [node.id], handlers: [], last: [node.id] };
  };

  const walkDecision = (
    step: XmlNode,
    branches: readonly XmlNode[],
    inside: string | undefined,
    from: readonly string[],
  ): Passed => {
    const { kind } = wordFor(step.name);
    const decision = place(step, inside, { kind });
    join(from, decision.id);
    const expressions = branches.map((branch) => elements.expressionAt(branch.attributes.refUri ?? ''));
    const ends = branches.map((branch, index) => {
      const known = expressions[index];
      const isOwn = branch.attributes.refUri?.startsWith(`${decision.id}/`) ?? true;
      const title = branch.attributes.name || known?.title;
      const node = place(branch, inside, {
        ...((isOwn || known) && { kind: 'branch' as const }),
        ...(title && { title, meaning: `${branch.name} ${title}` }),
        ...(known && known.condition !== title && { detail: known.condition }),
      });
      join([decision.id], node.id);
      return walk(branch.children.filter(isStep), inside, [node.id]);
    });
    // Without an "otherwise" the flow goes on past a switch none of whose conditions holds.
    const canPass =
      branches.length === 0 || (kind === 'decision' && expressions.every((known) => known && !known.isElse));
    return {
      open: [...ends.flatMap(({ open }) => open), ...(canPass ? [decision.id] : [])],
      handlers: ends.flatMap(({ handlers }) => handlers),
      last: [decision.id],
    };
  };

  const walkContainer = (
    step: XmlNode,
    steps: readonly XmlNode[],
    inside: string | undefined,
    from: readonly string[],
  ): Passed => {
    const container = place(step, inside, { isContainer: true });
    join(from, container.id);
    const { open, handlers } = walk(steps, container.id, []);
    const isLeft = open.length > 0 || steps.length === 0;
    const guarded = handlers.map((handler) => walkHandler(handler, inside, [container.id]));
    return {
      open: [...(isLeft ? [container.id] : []), ...guarded.flatMap((walked) => walked.open)],
      handlers: guarded.flatMap((walked) => walked.handlers),
      last: [container.id],
    };
  };

  const walkHandler = (handler: XmlNode, inside: string | undefined, guards: readonly string[]): Walked => {
    const steps = handler.children.filter(isStep);
    const node = place(handler, inside, { isContainer: steps.length > 0, kind: 'handler' });
    join(guards, node.id, 'fault');
    const { open, handlers } = walk(steps, node.id, []);
    return { open: open.length > 0 || steps.length === 0 ? [node.id] : [], handlers };
  };

  // What guards the whole flow has nothing it could hang on, and stands beside it; and so would a handler in a handler.
  let global = walk(unwrapped(root), undefined, []).handlers;
  while (global.length > 0) global = global.flatMap((handler) => walkHandler(handler, undefined, []).handlers);
  return { nodes, edges };
};

/** Its steps are its branches. */
const SPLITS = new Set<StepKind>(['decision', 'parallel']);
const HOLDS_STEPS = new Set(['loop', 'scope']);

/** Children that only say something about their step. */
const NOT_STEPS = new Set(['property', 'description', 'resourceRef', 'resourceGroup', 'messageContextRef', 'name']);
const isStep = ({ name }: XmlNode): boolean => !NOT_STEPS.has(name) && !isBookkeeping(name) && !isGlobalVariable(name);

const ENDPOINTS = new Set<StepKind>(['trigger', 'invoke', 'call']);

/** What the step calls itself; of a step at an endpoint that is nobody's choice. */
const ownTitle = (step: XmlNode, { kind }: Pick<FlowNode, 'kind'>): string => {
  if (ENDPOINTS.has(kind)) return '';
  return step.attributes.name || (kind === 'note' ? noteOf(step) : '');
};

/** A label around one step is that step's name. */
const named = ([step]: readonly XmlNode[], { attributes: { name } }: XmlNode): XmlNode =>
  ({ ...step, attributes: { ...step?.attributes, ...(name && { name }) } }) as XmlNode;

/** The outermost scope of OIC 3 is the flow itself. */
const unwrapped = (root: XmlNode): readonly XmlNode[] => {
  const steps = root.children.filter(isStep);
  const [first, second] = steps;
  return first?.name === 'globalTry' && second === undefined ? first.children.filter(isStep) : steps;
};

const againDetail = (kind: string, title: string): string => (kind === 'reply' ? `to ${title}` : `${title}, again`);

/** Gives the id wanted, or one with a number behind it when that is taken. */
const createIds = (taken: ReadonlySet<string>): ((wanted: string) => string) => {
  const tried = new Map<string, number>();
  return (wanted) => {
    for (let id = wanted; ; ) {
      if (!taken.has(id)) return id;
      const next = (tried.get(wanted) ?? 1) + 1;
      tried.set(wanted, next);
      id = `${wanted} (${next})`;
    }
  };
};
