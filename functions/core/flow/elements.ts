/**
 * The applications and processors of a flow, described for people: what each is called, which connection and adapter it
 * uses, which integration it calls, what it maps to. The facts lie in `project.xml` and in the element's own folder below
 * `resources/`. Literals in expressions are left out: they may be secrets, and the picture goes where archives do not.
 */
import type { ArchiveConnection, OpenArchive } from '../archive/integration-archive.ts';
import { readLocalCall } from '../archive/local-call.ts';
import type { XmlNode } from '../formats/xml.ts';
import { childOf, noteOf, propertyOf, textOf } from './definition.ts';
import { operationOf } from './endpoint.ts';
import type { FlowNode } from './flow-graph.ts';
import { meaningOf } from './meaning.ts';
import { expressionOf, factsOf, type Resource, skipConditionOf, variablesOf } from './processor-facts.ts';
import { scheduleFacts } from './schedule-facts.ts';
import { isBookkeeping, isGlobalVariable, listed, withoutLiterals, wordFor } from './words.ts';

interface RouteExpression {
  /** The name somebody gave it, else the condition. */
  readonly title: string;
  /** Empty for the one that is taken when no other is. */
  readonly condition: string;
  readonly isElse: boolean;
}

export interface FlowElements {
  /** The node of an application or processor, by its name in `project.xml`; none for what the designer keeps for itself. */
  nodeOf(name: string): FlowNode | undefined;
  /** All of them, in the order of the file. */
  all(): readonly FlowNode[];
  /** The variables that belong to the whole flow, as one node. */
  globals(): FlowNode | undefined;
  /** The node for the answer a trigger gives. */
  replyOf(trigger: FlowNode): FlowNode;
  /** The variables that an assignment sets. */
  variablesOf(name: string): readonly string[];
  /** A throw with a condition: when that holds the flow goes on behind it. */
  maySkip(name: string): boolean;
  /** What decides for a route; undefined when the archive does not say. @param place e.g. `processor_53/output_57` */
  expressionAt(place: string): RouteExpression | undefined;
}

export const createElements = (
  archive: OpenArchive,
  content: readonly XmlNode[],
  connections: readonly ArchiveConnection[],
): FlowElements => {
  const resources = resourcesByElement(archive);
  const filesOf = (name: string): readonly Resource[] => resources.get(name) ?? [];
  const messages = readMessages(content.filter(({ name }) => name === 'application'));
  const schedule = scheduleIn(archive);
  const nodes = new Map<string, FlowNode>();
  const globals: XmlNode[] = [];
  let unnamed = 0;
  for (const element of content) {
    if (element.name !== 'application' && element.name !== 'processor') continue;
    const type = textOf(element, 'type');
    if (isGlobalVariable(type)) globals.push(element);
    if (isGlobalVariable(type) || isBookkeeping(type)) continue;
    const name = element.attributes.name || `${element.name}_without_name_${++unnamed}`;
    // Two of one name are two nodes all the same.
    const id = nodes.has(name) ? `${name} (${nodes.size})` : name;
    const described =
      element.name === 'application'
        ? describeApplication(element, filesOf(name), connections)
        : describeProcessor(element, filesOf(name), messages, schedule);
    nodes.set(id, { id, elements: [id], isContainer: false, ...described, meaning: meaningOf(element) });
  }
  return {
    nodeOf: (name) => nodes.get(name),
    all: () => [...nodes.values()],
    globals: () => (globals.length > 0 ? globalsNode(globals) : undefined),
    replyOf: ({ id, title }) => ({
      id: `step:reply:${id}`,
      kind: 'reply',
      title: 'Reply',
      detail: `to ${title}`,
      elements: [],
      isContainer: false,
      meaning: '',
    }),
    variablesOf: (name) => variablesOf(filesOf(name)),
    maySkip: (name) => skipConditionOf(filesOf(name)) !== '',
    expressionAt: (place) => {
      const [element = '', output = ''] = place.split('/');
      const file = filesOf(element).find(
        ({ path }) => path.startsWith(`${output}/`) && path.endsWith('expr.properties'),
      );
      return file && readRouteExpression(file);
    },
  };
};

const globalsNode = (variables: readonly XmlNode[]): FlowNode => ({
  id: 'step:globals',
  kind: 'assign',
  title: 'Global variables',
  detail: listed(variables.flatMap((variable) => propertyOf(variable, 'variableName') || [])),
  elements: variables.map(({ attributes }, index) => attributes.name ?? `global_without_name_${index}`),
  isContainer: false,
  meaning: variables.map(meaningOf).join(' '),
});

const scheduleIn = ({ members }: OpenArchive): string => {
  const file = [...members].find(([name]) => /^icspackage\/schedule\/[^/]+\.xml$/.test(name))?.[1];
  return file ? scheduleFacts(file) : '';
};

const resourcesByElement = ({ members, projectFolder }: OpenArchive): ReadonlyMap<string, Resource[]> => {
  const folder = `${projectFolder}resources/`;
  const found = new Map<string, Resource[]>();
  for (const [name, data] of members) {
    if (!name.startsWith(folder)) continue;
    const cut = name.indexOf('/', folder.length);
    if (cut === -1) continue;
    const element = name.slice(folder.length, cut);
    const files = found.get(element) ?? [];
    files.push({ path: name.slice(cut + 1), data });
    found.set(element, files);
  }
  return found;
};

type Description = Pick<FlowNode, 'kind' | 'title' | 'detail'>;

/** Named as its endpoint, which somebody named; the step's own name is given out by the designer: `REST2`. */
const describeApplication = (
  element: XmlNode,
  files: readonly Resource[],
  connections: readonly ArchiveConnection[],
): Description => {
  const adapter = childOf(element, 'adapter');
  const code = textOf(adapter, 'code');
  const side = childOf(element, 'outbound') ?? childOf(element, 'inbound');
  const connection = connections.find(({ id }) => id === code);
  const title = textOf(adapter, 'name') || code || element.attributes.name || 'Application';
  const settings = files.filter(({ path }) => path.endsWith('.jca')).map(({ data }) => data);
  const call = settings.flatMap((jca) => readLocalCall(jca) ?? [])[0];
  if (call) return { kind: 'call', title, detail: [call.code, call.version].filter(Boolean).join('|') };
  const isTrigger = textOf(element, 'role') === 'source' || childOf(element, 'outbound') !== undefined;
  const type = connection?.type ?? (textOf(side, 'binding') || textOf(adapter, 'type'));
  const operation = settings.map(operationOf).find(Boolean) ?? '';
  const detail = [type, connection?.name ?? code, operation].filter(Boolean).join(' · ');
  return { kind: isTrigger ? 'trigger' : 'invoke', title, detail };
};

/** For each message context who receives it: the call it is the request of, or the answer of the trigger. */
const readMessages = (applications: readonly XmlNode[]): ReadonlyMap<string, string> => {
  const receivers = new Map<string, string>();
  for (const application of applications) {
    const name = textOf(childOf(application, 'adapter'), 'name');
    for (const side of application.children) {
      if (side.name !== 'outbound' && side.name !== 'inbound') continue;
      for (const input of side.children.filter((child) => child.name === 'input')) {
        const context = childOf(input, 'messageContextRef')?.attributes.refUri;
        const role = textOf(input, 'role');
        const receiver = side.name === 'inbound' ? name : `the ${role === 'fault' ? 'fault answer' : 'reply'}`;
        if (context !== undefined && receiver) receivers.set(context, receiver);
      }
    }
  }
  return receivers;
};

const describeProcessor = (
  element: XmlNode,
  files: readonly Resource[],
  messages: ReadonlyMap<string, string>,
  schedule: string,
): Description => {
  const type = textOf(element, 'type');
  const { kind, title } = wordFor(type || element.attributes.name || 'processor');
  const ownName = textOf(element, 'processorName');
  if (kind === 'map') {
    const context = childOf(childOf(element, 'output') ?? element, 'messageContextRef')?.attributes.refUri ?? '';
    const receiver = messages.get(context);
    return { kind, title: ownName || (receiver ? `Map to ${receiver}` : title), detail: ownName ? title : '' };
  }
  if (kind === 'schedule') return { kind, title: ownName || title, detail: schedule || (ownName ? title : '') };
  if (kind === 'note') return { kind, title: noteOf(element) || title, detail: noteOf(element) ? title : '' };
  const detail = factsOf(kind, element, files);
  // An unknown type is told also where the element has a name of its own.
  const unknown = kind === 'other' ? type : '';
  return { kind, title: ownName || title, detail: detail || unknown || (ownName ? title : '') };
};

const readRouteExpression = (file: Resource): RouteExpression | undefined => {
  const fields = expressionOf(file);
  const [name, text] = [fields.get('ExpressionName') ?? '', fields.get('TextExpression') ?? ''];
  const isElse = fields.get('XpathExpression') === 'true' || text === 'Else';
  const condition = isElse ? '' : withoutLiterals(text);
  const title = name || withoutLiterals(text);
  return title ? { title, condition, isElse } : undefined;
};
