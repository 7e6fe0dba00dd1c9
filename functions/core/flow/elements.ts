/**
 * The applications and processors of a flow, described for people: what each is called, which connection and adapter it
 * uses, which integration it calls, what it maps to. The facts lie in `project.xml` and in the element's own folder below
 * `resources/`. Literals in expressions are left out: they may be secrets, and the picture goes where archives do not.
 */
import type { ArchiveConnection, OpenArchive } from '../archive/integration-archive.ts';
import { readCall } from '../archive/local-call.ts';
import { parseProperties } from '../formats/properties.ts';
import type { XmlNode } from '../formats/xml.ts';
import type { FlowNode } from './flow-graph.ts';
import { meaningOf } from './meaning.ts';
import { type StepKind, wordFor } from './words.ts';

interface Resource {
  /** Below the element's folder. */
  readonly path: string;
  readonly data: Buffer;
}

interface RouteExpression {
  readonly title: string;
  /** Taken when no other is. */
  readonly isElse: boolean;
}

export interface FlowElements {
  /** The node of an application or processor, by its name in `project.xml`. */
  nodeOf(name: string): FlowNode | undefined;
  /** All of them, in the order of the file. */
  all(): readonly FlowNode[];
  /** The node for the answer a trigger gives. */
  replyOf(trigger: FlowNode): FlowNode;
  /** What decides for a route; undefined when the archive does not say. @param place e.g. `processor_53/output_57` */
  expressionAt(place: string): RouteExpression | undefined;
}

const childOf = (node: XmlNode, name: string): XmlNode | undefined =>
  node.children.find((child) => child.name === name);
const textOf = (node: XmlNode | undefined, name: string): string => (node && childOf(node, name)?.text) ?? '';
const propertyOf = (node: XmlNode, name: string): string =>
  node.children.find((child) => child.name === 'property' && child.attributes.name === name)?.attributes.value ?? '';

export const createElements = (
  archive: OpenArchive,
  content: readonly XmlNode[],
  connections: readonly ArchiveConnection[],
): FlowElements => {
  const resources = resourcesByElement(archive);
  const applications = content.filter(({ name }) => name === 'application');
  const messages = readMessages(applications);
  const nodes = new Map<string, FlowNode>();
  let unnamed = 0;
  for (const element of content) {
    if (element.name !== 'application' && element.name !== 'processor') continue;
    const name = element.attributes.name || `${element.name}_without_name_${++unnamed}`;
    // Two of one name are two nodes all the same.
    const id = nodes.has(name) ? `${name} (${nodes.size})` : name;
    const files = resources.get(name) ?? [];
    const described =
      element.name === 'application'
        ? describeApplication(element, files, connections)
        : describeProcessor(element, files, messages);
    nodes.set(id, { id, element: id, isContainer: false, ...described, meaning: meaningOf(element) });
  }
  return {
    nodeOf: (name) => nodes.get(name),
    all: () => [...nodes.values()],
    replyOf: ({ id, title }) => ({
      id: `step:reply:${id}`,
      kind: 'reply',
      title: 'Reply',
      detail: `to ${title}`,
      isContainer: false,
      meaning: '',
    }),
    expressionAt: (place) => {
      const [element = '', output = ''] = place.split('/');
      const file = (resources.get(element) ?? []).find(
        ({ path }) => path.startsWith(`${output}/`) && path.endsWith('expr.properties'),
      );
      return file && readRouteExpression(file.data);
    },
  };
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
  const call = files.flatMap(({ path, data }) => (path.endsWith('.jca') ? (readCall(data) ?? []) : []))[0];
  if (call) return { kind: 'call', title, detail: call.id };
  const isTrigger = textOf(element, 'role') === 'source' || childOf(element, 'outbound') !== undefined;
  const type = connection?.type ?? (textOf(side, 'binding') || textOf(adapter, 'type'));
  const detail = [type, connection?.name ?? code].filter(Boolean).join(' · ');
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
): Description => {
  const type = textOf(element, 'type');
  const { kind, title } = wordFor(type || element.attributes.name || 'processor');
  const ownName = textOf(element, 'processorName');
  if (kind === 'map') {
    const context = childOf(childOf(element, 'output') ?? element, 'messageContextRef')?.attributes.refUri ?? '';
    const receiver = messages.get(context);
    return { kind, title: ownName || (receiver ? `Map to ${receiver}` : title), detail: ownName ? title : '' };
  }
  const detail = DETAILS[kind]?.(element, files) ?? '';
  // An unknown type is told also where the element has a name of its own.
  const unknown = kind === 'other' ? type : '';
  return { kind, title: ownName || title, detail: detail || unknown || (ownName ? title : '') };
};

const DETAILS: Partial<Record<StepKind, (element: XmlNode, files: readonly Resource[]) => string>> = {
  assign: (_, files) => {
    const variables = files
      .filter(({ path }) => path.endsWith('expr.properties'))
      .flatMap(({ data }) => readExpression(data).get('VariableName') || []);
    return variables.length > 0 ? `sets ${[...new Set(variables)].join(', ')}` : '';
  },
  decision: (element) => {
    const routes = element.children.filter(({ name }) => name === 'output').length;
    return routes > 0 ? `${routes} route${routes === 1 ? '' : 's'}` : '';
  },
  wait: (element) =>
    ['hours', 'minutes', 'seconds']
      .map((unit) => [propertyOf(element, unit), unit] as const)
      .filter(([value]) => value !== '' && value !== '0')
      .map(([value, unit]) => `${value} ${unit}`)
      .join(' '),
  script: (element) => propertyOf(element, 'operation').split('/').slice(-2).join(' '),
  track: (element) =>
    (childOf(element, 'trackingVariableGroup')?.children ?? [])
      .map((variable) => textOf(variable, 'name'))
      // The designer fills the unused ones with these.
      .filter((name) => name !== '' && !/^tracking_var_\d+$/.test(name))
      .join(', '),
};

const MAX_EXPRESSION_BYTES = 2 ** 16;

/** `Key : value` lines, which Java's format happens to cover; some files of this name hold JSON, and then no key is found. */
const readExpression = (data: Buffer): ReadonlyMap<string, string> =>
  data.length > MAX_EXPRESSION_BYTES ? new Map() : parseProperties(data);

const readRouteExpression = (data: Buffer): RouteExpression | undefined => {
  const expression = readExpression(data);
  const [name, text] = [expression.get('ExpressionName') ?? '', expression.get('TextExpression') ?? ''];
  const title = name || text.replace(/"[^"]*"|'[^']*'/g, '"…"');
  const isElse = expression.get('XpathExpression') === 'true' || text === 'Else';
  return title ? { title, isElse } : undefined;
};
