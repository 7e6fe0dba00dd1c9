/** The flow of one integration as a picture. */
import type { Flow, FlowNode } from '../flow/flow-graph.ts';
import type { StepKind } from '../flow/words.ts';
import type { Box, Change, Picture } from './picture.ts';

export const flowPicture = (flow: Flow): Picture => ({
  title: `${flow.name} (${flow.id})`,
  description: describe(flow.nodes),
  boxes: flow.nodes.map((node) => boxOf(node)),
  lines: flow.edges,
  direction: 'down',
  notes: notesOf(flow),
});

export const boxOf = ({ id, kind, title, detail, elements, inside, isContainer }: FlowNode, change?: Change): Box => ({
  id,
  kind,
  title,
  detail,
  elements,
  inside,
  isContainer,
  change,
});

/** Said below the picture. */
export const notesOf = ({ isWhole }: Flow): string[] =>
  isWhole ? [] : ['The definition breaks off: there may be more to this flow than is drawn here.'];

/** What a person asks first; kinds that are not in here are counted together. */
const COUNTED: Partial<Record<StepKind, readonly [one: string, more: string]>> = {
  trigger: ['trigger', 'triggers'],
  schedule: ['schedule', 'schedules'],
  invoke: ['invoke', 'invokes'],
  call: ['call to another integration', 'calls to other integrations'],
  map: ['map', 'maps'],
  decision: ['switch', 'switches'],
  loop: ['loop', 'loops'],
  handler: ['fault handler', 'fault handlers'],
};

const describe = (nodes: readonly FlowNode[]): string => {
  const byKind = Map.groupBy(nodes, ({ kind }) => kind);
  const parts = Object.entries(COUNTED).flatMap(([kind, words]) => {
    const count = byKind.get(kind as StepKind)?.length ?? 0;
    return count > 0 ? [`${count} ${words[count === 1 ? 0 : 1]}`] : [];
  });
  const others = nodes.filter(
    ({ kind }) => !Object.hasOwn(COUNTED, kind) && kind !== 'group' && kind !== 'branch' && kind !== 'note',
  ).length;
  if (others > 0) parts.push(`${others} other ${others === 1 ? 'step' : 'steps'}`);
  return parts.length > 0 ? parts.join(', ') : 'an empty flow';
};
