/**
 * Which integrations of a snapshot call which, and which share a connection: as a picture that stays legible for
 * thousands. What is called stands for itself; integrations that call the same and use the same shared connections stand
 * together as one box; a connection only one of them uses is left out. What did not fit is said below the picture, and
 * all connections are in `connections`.
 */

import type { Dependencies } from '../archive/dependencies.ts';
import type { IntegrationId } from '../integration.ts';
import type { Box, Line, Picture } from './picture.ts';

export interface MappedIntegration extends Dependencies {
  readonly id: IntegrationId;
  readonly name: string;
}

export interface UsedConnection {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly usedBy: readonly IntegrationId[];
}

export interface SnapshotMap {
  /** undefined when nothing calls and nothing is shared. */
  readonly picture: Picture | undefined;
  /** All of them, the most used first. */
  readonly connections: readonly UsedConnection[];
}

/** More boxes than these are not looked at any more. */
const MAX_CALLED = 20;
const MAX_GROUPS = 24;
const MAX_CONNECTIONS = 16;

/** The built-in way to integrations of the same instance is shared by all that call, and says nothing. */
const LOCAL_CALLS = 'collocatedics';

export const mapSnapshot = (integrations: readonly MappedIntegration[]): SnapshotMap => {
  const connections = usedConnections(integrations);
  const shared = connections.filter(({ usedBy }) => usedBy.length > 1);
  const called = calledOf(integrations);
  const calls = integrations.reduce((sum, each) => sum + each.calls.length, 0);
  const drawn: Drawn = {
    connections: new Set(shared.slice(0, MAX_CONNECTIONS).map(({ id }) => id)),
    called: new Set(called.slice(0, MAX_CALLED).map(({ id }) => id)),
  };
  const ofItsOwn = called.slice(0, MAX_CALLED).map((each) => ({ members: [each], ...endsOf(each, drawn) }));
  const groups = groupsThatFit(integrations, drawn);
  const shown = [...ofItsOwn, ...groups.slice(0, MAX_GROUPS)];

  const lines = shown.flatMap(linesOf);
  const inUse = new Set(lines.map(({ to }) => to));
  const boxes = [
    ...shown.map(groupBox),
    ...shared.filter(({ id }) => inUse.has(connectionBoxId(id))).map(connectionBox),
  ];
  const picture: Picture = {
    title: 'Who calls whom, and who shares a connection',
    description: `${count(calls, 'call')} between integrations, ${count(shared.length, 'shared connection')}`,
    boxes,
    lines,
    direction: 'right',
    notes: [
      ...leftOver(shared, MAX_CONNECTIONS, 'shared connection', 'the least used'),
      ...leftOver(called, MAX_CALLED, 'called integration', 'those with the fewest callers'),
      ...leftOver(groups, MAX_GROUPS, 'group', 'the smallest'),
    ],
  };
  return { picture: boxes.length > 0 ? picture : undefined, connections };
};

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

const leftOver = (all: readonly unknown[], max: number, noun: string, which: string): string[] =>
  all.length > max ? [`Not drawn: ${count(all.length - max, noun)}, ${which}.`] : [];

const usedConnections = (integrations: readonly MappedIntegration[]): UsedConnection[] => {
  const found = new Map<string, UsedConnection & { usedBy: IntegrationId[] }>();
  for (const { id, connections } of integrations) {
    for (const { id: connection, name, type } of connections) {
      if (type === LOCAL_CALLS) continue;
      const known = found.get(connection) ?? { id: connection, name, type, usedBy: [] };
      known.usedBy.push(id);
      found.set(connection, known);
    }
  }
  return [...found.values()].sort((a, b) => b.usedBy.length - a.usedBy.length || (a.id < b.id ? -1 : 1));
};

/** Those called by another, the most called first; also one that the snapshot does not have. */
const calledOf = (integrations: readonly MappedIntegration[]): MappedIntegration[] => {
  const byId = new Map(integrations.map((each) => [each.id, each]));
  const callers = new Map<IntegrationId, number>();
  for (const to of integrations.flatMap(({ calls }) => calls)) callers.set(to, (callers.get(to) ?? 0) + 1);
  return [...callers]
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .map(([id]) => byId.get(id) ?? { id, name: id, connections: [], calls: [] });
};

/** What has a box of its own. */
interface Drawn {
  readonly connections: ReadonlySet<string>;
  readonly called: ReadonlySet<IntegrationId>;
}

interface Ends {
  readonly calls: readonly IntegrationId[];
  /** Ids of connections. */
  readonly uses: string[];
}

interface Group extends Ends {
  readonly members: readonly MappedIntegration[];
}

const endsOf = ({ calls, connections }: MappedIntegration, drawn: Drawn): Ends => ({
  calls: calls.filter((id) => drawn.called.has(id)).sort(),
  uses: connections.flatMap(({ id }) => (drawn.connections.has(id) ? [id] : [])).sort(),
});

/** The rest, by what they call and use; callers first, then the largest. What touches nothing is not in the picture. */
const groupsOf = (
  integrations: readonly MappedIntegration[],
  drawn: Drawn,
  keyOf: (ends: Ends, integration: MappedIntegration) => readonly string[],
): Group[] => {
  const groups = new Map<string, Group & { members: MappedIntegration[]; uses: string[] }>();
  for (const integration of integrations) {
    const ends = endsOf(integration, drawn);
    if (drawn.called.has(integration.id) || ends.calls.length + ends.uses.length === 0) continue;
    const key = JSON.stringify(keyOf(ends, integration));
    const group = groups.get(key) ?? { members: [], ...ends };
    group.members.push(integration);
    group.uses = group.uses.filter((id) => ends.uses.includes(id));
    groups.set(key, group);
  }
  const calls = (group: Group): number => Math.min(group.calls.length, 1);
  return [...groups.values()].sort((a, b) => calls(b) - calls(a) || b.members.length - a.members.length);
};

/** Each by itself when there is room for that; else by all they call and use; else callers by what they call. */
const groupsThatFit = (integrations: readonly MappedIntegration[], drawn: Drawn): Group[] => {
  const single = groupsOf(integrations, drawn, (_, { id }) => [id]);
  if (single.length <= MAX_GROUPS) return single;
  const exact = groupsOf(integrations, drawn, ({ calls, uses }) => [...calls, '', ...uses]);
  if (exact.length <= MAX_GROUPS) return exact;
  return groupsOf(integrations, drawn, ({ calls, uses }) => (calls.length > 0 ? calls : ['', ...uses]));
};

const boxId = ({ members: [first] }: Group): string => `integration:${first?.id}`;
const connectionBoxId = (id: string): string => `connection:${id}`;

const linesOf = (group: Group): Line[] => [
  ...group.calls.map((id): Line => ({ from: boxId(group), to: `integration:${id}`, kind: 'next' })),
  ...group.uses.map((id): Line => ({ from: boxId(group), to: connectionBoxId(id), kind: 'uses' })),
];

const groupBox = (group: Group): Box => {
  const [first, ...others] = group.members;
  const common = { id: boxId(group), isContainer: false };
  if (others.length === 0) return { ...common, kind: 'integration', title: first?.name ?? '', detail: first?.id ?? '' };
  const title = `${group.members.length} integrations`;
  return { ...common, kind: 'group', title, detail: group.members.map(({ name }) => name).join(', ') };
};

const connectionBox = ({ id, name, type, usedBy }: UsedConnection): Box => ({
  id: connectionBoxId(id),
  kind: 'connection',
  title: name,
  detail: `${type} · used by ${usedBy.length}`,
  isContainer: false,
});
