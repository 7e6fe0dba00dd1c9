/** What changed between two archives of an integration, as one picture of its flow. */

import { plainMembers } from '../archive/design-digest.ts';
import { type OpenArchive, openArchive } from '../archive/integration-archive.ts';
import { DEFINITION } from '../archive/part-names.ts';
import { isDerived } from '../diff/derived-parts.ts';
import { diffArchives } from '../diff/diff-archives.ts';
import { renumber } from '../diff/pair-parts.ts';
import type { Flow, FlowEdge, FlowNode } from '../flow/flow-graph.ts';
import { readFlow } from '../flow/read-flow.ts';
import { boxOf, notesOf } from './flow-picture.ts';
import type { Box, Change, Line, Picture } from './picture.ts';

/**
 * The flow as it is now, and in it what it had before: what was added, removed and changed is marked. What is the same
 * and what differs is as `oic diff` has it.
 *
 * @throws ArchiveError when one is no archive; Refused when they are of different integrations
 */
export const flowDifferencePicture = async (a: Uint8Array, b: Uint8Array): Promise<Picture> => {
  const diff = await diffArchives(a, b);
  const [first, second] = await Promise.all([a, b].map(async (bytes) => withPlainNames(await openArchive(bytes))));
  if (!first || !second) throw new Error('two archives were opened');
  const later = renumber(first.members, second.members).members;
  const after = readFlow({ ...second, members: later });
  const members = [...diff.added, ...diff.removed, ...diff.changed]
    .map(({ member }) => member)
    .filter((member) => !isDerived(member, later.has(member) ? later : first.members));
  return compareFlows(withStepsOf(after, readFlow(first)), after, members);
};

/** Members named as in a difference. */
const withPlainNames = (archive: OpenArchive): OpenArchive => ({
  ...archive,
  projectFolder: PROJECT,
  members: plainMembers(archive),
});

const PROJECT = 'project/';
/** A file of an application or processor. */
const RESOURCE = /^project\/resources\/([^/]+)\//;

/**
 * `before` with the ids that its steps have in `after`. Applications and processors are paired already; mere structure
 * (scopes, routes, ends) has ids that the designer may give out anew, so it is paired by what it is called, too.
 */
const withStepsOf = (after: Flow, before: Flow): Flow => {
  const isStep = ({ id, elements }: FlowNode): boolean => !elements.includes(id);
  const partners = new Map<string, string>();
  let [open, candidates] = [before.nodes.filter(isStep), after.nodes.filter(isStep)];
  for (const likenessOf of LIKENESSES) {
    const byLikeness = Map.groupBy(candidates, likenessOf);
    for (const node of open) {
      const partner = byLikeness.get(likenessOf(node))?.shift();
      if (partner) partners.set(node.id, partner.id);
    }
    const taken = new Set(partners.values());
    open = open.filter(({ id }) => !partners.has(id));
    candidates = candidates.filter(({ id }) => !taken.has(id));
  }
  const kinds = new Map(after.nodes.map(({ id, kind }) => [id, kind]));
  // One number for two kinds of step, now and then, is two steps.
  const turned = before.nodes.filter((node) => !isStep(node) && kinds.has(node.id) && kinds.get(node.id) !== node.kind);
  for (const { id } of [...open, ...turned]) partners.set(id, `${id}, before`);
  const idOf = (id: string): string => partners.get(id) ?? id;
  return {
    ...before,
    nodes: before.nodes.map((node) => ({
      ...node,
      id: idOf(node.id),
      ...(node.inside !== undefined && { inside: idOf(node.inside) }),
    })),
    edges: before.edges.map((edge) => ({ ...edge, from: idOf(edge.from), to: idOf(edge.to) })),
  };
};

const LIKENESSES: readonly ((node: FlowNode) => string)[] = [
  ({ id, kind, title }) => `${id} ${kind} ${title}`,
  ({ kind, title }) => `${kind} ${title}`,
  ({ id, kind }) => `${id} ${kind}`,
];

/** @param members in which they differ */
const compareFlows = (before: Flow, after: Flow, members: readonly string[]): Picture => {
  const [earlier, later] = [before, after].map(({ nodes }) => new Map(nodes.map((node) => [node.id, node])));
  const touched = new Set(members.flatMap((member) => RESOURCE.exec(member)?.[1] ?? []));
  const removed = before.nodes.filter(({ id }) => !later?.has(id));
  // What is empty now may hold what it has lost.
  const holders = new Set(removed.map(({ inside }) => inside));
  const boxes = [
    ...after.nodes.map((node) => boxOf(node, changeOf(earlier?.get(node.id), node, touched))),
    ...removed.map((node) => boxOf(node, node.kind === 'group' ? undefined : 'removed')),
  ].map((box) => ({ ...box, isContainer: box.isContainer || holders.has(box.id) }));
  const outside = outsideOf(members, new Set(boxes.flatMap(({ elements }) => elements ?? [])));
  const gone = new Set(removed.map(({ id }) => id));
  const lines = [
    ...marked(after.edges, before.edges, 'added'),
    // A line between two steps that are still there only tells that something came between them.
    ...marked(before.edges, after.edges, 'removed').filter(
      ({ from, to, change }) => change && (gone.has(from) || gone.has(to)),
    ),
  ];
  return {
    title: `${after.name} (${before.id === after.id ? after.id : `${before.id} → ${after.id}`})`,
    description: describeChanges(boxes, outside.length > 0),
    boxes,
    lines,
    direction: 'down',
    notes: [...new Set([...outside, ...[before, after].flatMap(notesOf)])],
  };
};

const OUTSIDE: Readonly<Record<string, string>> = {
  appinstances: 'connection',
  dvms: 'lookup',
  apilibrary: 'library',
  schedule: 'schedule',
};

/** A difference may lie in none of the steps; then the picture alone would say that nothing changed. */
const outsideOf = (members: readonly string[], drawn: ReadonlySet<string>): string[] => {
  const found = members.flatMap((member) => {
    const [, folder = '', name = ''] = /^icspackage\/([^/]+)\/([^/.]+)/.exec(member) ?? [];
    if (Object.hasOwn(OUTSIDE, folder)) return [`${OUTSIDE[folder]} ${name}`];
    const [, element = ''] = RESOURCE.exec(member) ?? [];
    return drawn.has(element) || member === DEFINITION ? [] : [member.slice(member.lastIndexOf('/') + 1)];
  });
  return found.length > 0 ? [`Changed outside of the steps: ${[...new Set(found)].join(', ')}.`] : [];
};

const changeOf = (before: FlowNode | undefined, after: FlowNode, touched: ReadonlySet<string>): Change | undefined => {
  if (after.kind === 'group') return undefined;
  if (!before) return 'added';
  const isSame = (['meaning', 'title', 'detail', 'kind', 'inside'] as const).every(
    (field) => before[field] === after[field],
  );
  return isSame && !after.elements.some((element) => touched.has(element)) ? undefined : 'changed';
};

const marked = (edges: readonly FlowEdge[], others: readonly FlowEdge[], change: 'added' | 'removed'): Line[] => {
  const known = new Set(others.map(({ from, to }) => `${from}\n${to}`));
  return edges.map((edge) => (known.has(`${edge.from}\n${edge.to}`) ? edge : { ...edge, change }));
};

const describeChanges = (boxes: readonly Box[], isOutside: boolean): string => {
  const parts = (['added', 'removed', 'changed'] as const).flatMap((change) => {
    const titles = boxes.filter((box) => box.change === change).map(({ title }) => title);
    const more = titles.length > 5 ? ` and ${titles.length - 5} more` : '';
    return titles.length > 0 ? [`${change}: ${titles.slice(0, 5).join(', ')}${more}`] : [];
  });
  if (parts.length > 0) return parts.join('; ');
  return isOutside ? 'changed outside of the steps' : 'no step was added, removed or changed';
};
