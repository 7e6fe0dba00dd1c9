/**
 * What an integration does, as a graph: read from the definition in its archive (`project.xml`), of either model. A
 * freeform flow is a tree of steps (`orchestration`), a template a set of wires. Every application and every processor
 * is one node, also those on no path, and what is not known here is a node with its own name: nothing is dropped, and
 * no definition is too odd to be read.
 */
import { type OpenArchive, readConnections } from '../archive/integration-archive.ts';
import { readTree, type XmlNode } from '../formats/xml.ts';
import { elementAt, textOf } from './definition.ts';
import { createElements, type FlowElements } from './elements.ts';
import type { Flow, FlowEdge, FlowNode } from './flow-graph.ts';
import { meaningOf } from './meaning.ts';
import { readOrchestration } from './orchestration.ts';
import { isBookkeeping, listed } from './words.ts';

/** Children of `icsflow` that are no steps: what they say is told at the nodes they belong to. */
const SILENT = new Set([
  'application',
  'processor',
  'orchestration',
  'globalTry',
  'wire',
  'messageContext',
  'property',
  'resourceGroup',
  'resourceRef',
]);

export const readFlow = (archive: OpenArchive): Flow => {
  const definition = archive.members.get(`${archive.projectFolder}PROJECT-INF/project.xml`);
  const { root, isWhole } = readTree(definition ?? new Uint8Array());
  const content = root?.children.find(({ name }) => name === 'icsflow')?.children ?? [];
  const elements = createElements(archive, content, readConnections(archive));
  const drawn = new Set<string>();
  const nodes: FlowNode[] = [];
  const edges: FlowEdge[] = [];

  const roots = content.filter(({ name }) => name === 'orchestration' || name === 'globalTry');
  for (const tree of roots) {
    const part = readOrchestration(tree, elements, drawn);
    nodes.push(...part.nodes);
    edges.push(...part.edges);
  }
  const wired = readWires(content, elements);
  for (const node of wired.nodes) {
    if (drawn.has(node.id)) continue;
    drawn.add(node.id);
    nodes.push(node);
  }
  const left = elements.all().filter(({ id }) => !drawn.has(id));
  nodes.push(...(isWhole && nodes.length > 0 ? withoutUnused(left) : left), ...readRest(content, elements));
  const joined = new Set(edges.map(({ from, to }) => `${from}\n${to}`));
  edges.push(...wired.edges.filter(({ from, to }) => !joined.has(`${from}\n${to}`)));
  return { name: archive.name, id: archive.ref.id, nodes: gatherLoose(nodes, edges), edges, isWhole };
};

/**
 * A wire goes from an output to an input. The trigger has both: what is wired into it is the answer it gives, drawn as a
 * node of its own, so that the picture runs from top to bottom.
 */
const readWires = (content: readonly XmlNode[], elements: FlowElements): { nodes: FlowNode[]; edges: FlowEdge[] } => {
  const nodes: FlowNode[] = [];
  const edges: FlowEdge[] = [];
  for (const wire of content.filter(({ name }) => name === 'wire')) {
    const [source, target] = [elementAt(textOf(wire, 'source')), elementAt(textOf(wire, 'target'))];
    const [from, into] = [elements.nodeOf(source), elements.nodeOf(target)];
    if (!from || !into) continue;
    const to = into.kind === 'trigger' ? elements.replyOf(into) : into;
    nodes.push(from, to);
    edges.push({ from: from.id, to: to.id, kind: 'next' });
  }
  return { nodes, edges };
};

/** Trackers belong to the whole flow. Of anything else that no step refers to nothing runs: it was left behind by editing. */
const withoutUnused = (left: readonly FlowNode[]): FlowNode[] => {
  const trackers = left.filter(({ kind }) => kind === 'track');
  const unused = left.filter(({ kind }) => kind !== 'track');
  if (unused.length === 0) return trackers;
  const node: FlowNode = {
    id: 'step:unused',
    kind: 'group',
    title: 'Used by no step',
    detail: listed(unused.map(({ title }) => title)),
    elements: unused.flatMap((each) => each.elements),
    isContainer: false,
    meaning: '',
  };
  return [...trackers, node];
};

/** What belongs to the whole flow, and every element of it nobody here has heard of. */
const readRest = (content: readonly XmlNode[], elements: FlowElements): FlowNode[] => [
  ...[elements.globals() ?? []].flat(),
  ...content
    .filter(({ name }) => !SILENT.has(name) && !isBookkeeping(name))
    .map((node, index): FlowNode => {
      const title = node.attributes.name ?? node.name;
      const id = `step:${node.name}:${node.attributes.name ?? index}`;
      return {
        id,
        kind: 'other',
        title,
        detail: node.name,
        elements: [],
        isContainer: false,
        meaning: meaningOf(node),
      };
    }),
];

const LOOSE = 'step:beside';

/** What no path touches (a tracker of business identifiers, what was left over) stands together, beside the flow. */
const gatherLoose = (nodes: readonly FlowNode[], edges: readonly FlowEdge[]): FlowNode[] => {
  const touched = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const isLoose = ({ id, inside, isContainer, kind }: FlowNode): boolean =>
    !touched.has(id) && inside === undefined && !isContainer && kind !== 'trigger' && kind !== 'schedule';
  const loose = nodes.filter(isLoose);
  if (loose.length === 0 || loose.length === nodes.length) return [...nodes];
  const beside: FlowNode = {
    id: LOOSE,
    kind: 'group',
    title: 'Beside the flow',
    detail: '',
    elements: [],
    isContainer: true,
    meaning: '',
  };
  return [...nodes.map((node) => (isLoose(node) ? { ...node, inside: LOOSE } : node)), beside];
};
