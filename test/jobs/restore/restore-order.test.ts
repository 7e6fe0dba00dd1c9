/**
 * The plan that `--dry-run` prints is the order in which a restore sends its changes, whatever is in the snapshot and in
 * the target. One at a time it is that order to the step; side by side it is that order phase by phase.
 */
import { expect, test } from 'vitest';
import type { RestoreOptions, RestoreReport } from '../../../functions/jobs/restore/restore-options.ts';
import { onlyKinds } from '../../../functions/kinds/included-kinds.ts';
import { buildLibrary, buildProject } from '../../core/archive/kinds-forge.ts';
import { connectTo } from '../../oic/simulated.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import type { RecordedRequest, RequestKind } from '../../simulator/http/traffic.ts';
import { createRandom, type Random } from '../../simulator/random.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { openWorkshop } from '../workshop.ts';
import { restoringFrom } from './restore-bench.ts';

const VERSION = '01.00.0000';
type Content = 'captured' | 'edited since';

interface Place {
  readonly instance: Simulator['instance'];
  readonly whose: 'of the snapshot' | 'of the target';
  readonly content: Content;
}

/** What an integration is in both instances; each instance has it in a state of its own. */
interface Design {
  readonly code: string;
  readonly schedule: string | undefined;
  readonly calls: readonly { readonly code: string; readonly version: string }[];
}

const addIntegration = (
  { instance, whose, content }: Place,
  random: Random,
  design: Design,
  version = VERSION,
): void => {
  const { code } = design;
  // Of one code and major version one is active.
  const hasRival = instance.list().some((other) => other.code === code && other.status === 'ACTIVATED');
  const isActive = random.below(3) > 0 && !hasRival;
  const id = instance.add(
    buildSampleArchive({
      ...design,
      version,
      marker: content,
      connections: [{ id: `OF_${code}_${version}` }],
      ...(design.schedule && { scheduleParameters: { since: 'the beginning' } }),
    }),
    {
      status: isActive ? 'ACTIVATED' : 'CONFIGURED',
      scheduleState: isActive && design.schedule ? random.pick(['started', 'paused', 'stopped']) : 'stopped',
    },
  );
  // Values that are there already are not sent, so none is equal to another.
  if (design.schedule) instance.setParameters(id, { since: `${whose}, ${version}` });
};

/** Called ones have higher numbers or lower ones, so names say nothing of the order. */
const drawDesigns = (random: Random): Design[] => {
  const names = random.shuffle(['A', 'B', 'C', 'D', 'E', 'F', 'G']);
  return names.map((name, n) => ({
    code: `FLOW_${name}`,
    schedule: random.below(2) === 0 ? 'FREQ=DAILY' : undefined,
    calls: names
      .slice(0, n)
      .filter(() => random.below(4) === 0)
      .map((called) => ({ code: `FLOW_${called}`, version: VERSION })),
  }));
};

const addProject = ({ instance, content }: Place, random: Random, code: string, names: readonly string[]): void => {
  const integrations = names.map((name, n) => ({
    code: `${code}_${name}`,
    version: VERSION,
    state: random.below(3) > 0 ? 'ACTIVATED' : 'CONFIGURED',
    ...(n % 2 === 0 && { schedule: 'FREQ=DAILY' }),
    calls: names.slice(0, n).map((called) => ({ code: `${code}_${called}` })),
  }));
  instance.addProject(buildProject({ code, marker: content, integrations }));
  for (const one of integrations) {
    if (one.state !== 'ACTIVATED' || !('schedule' in one) || random.below(3) === 0) continue;
    instance.setProjectSchedule(code, `${one.code}|${VERSION}`, random.pick(['started', 'paused']));
  }
};

/** Fills both: each item is in the snapshot, in the target, or in both, there with this content or another. */
const fill = (random: Random, source: Simulator, target: Simulator): void => {
  const places = (): Place[] => {
    const captured: Place = { instance: source.instance, whose: 'of the snapshot', content: 'captured' };
    const content = random.pick<Content>(['captured', 'edited since']);
    const there: Place = { instance: target.instance, whose: 'of the target', content };
    return random.pick<Place[]>([[captured], [captured, there], [captured, there], [captured, there], [there]]);
  };
  for (const design of drawDesigns(random)) {
    for (const place of places()) addIntegration(place, random, design);
    // Another version of its major, older or newer, which one of them may have to give way to.
    if (random.below(4) > 0) continue;
    const [place] = random.shuffle(places());
    if (place) addIntegration(place, random, design, random.pick(['01.01.0000', '01.00.0001']));
  }
  for (const name of ['CODES', 'TEXTS', 'UNITS'])
    for (const { instance, content } of places()) instance.saveLookup(name, ['of', 'to'], [['1', content]]);
  for (const code of ['TOOLS', 'DATES']) {
    for (const { instance, content } of places()) {
      instance.saveLibrary(code, VERSION, buildLibrary({ code, version: VERSION, script: `'${content}'` }));
    }
  }
  for (const code of ['SHOP', 'STORE']) {
    const names = random.shuffle(['X', 'Y', 'Z']);
    for (const place of places()) addProject(place, random, code, names);
  }
};

const DO: Readonly<Partial<Record<RequestKind, string>>> = {
  'lookup-import': 'import lookup',
  'lookup-replace': 'replace lookup',
  'library-import': 'import library',
  'library-update': 'replace library',
  'project-import': 'import project',
  'project-replace': 'replace project',
  import: 'import',
  replace: 'replace',
  activate: 'activate',
  deactivate: 'deactivate',
  delete: 'delete',
  'schedule-start': 'start-schedule',
  'schedule-stop': 'stop-schedule',
  'schedule-pause': 'pause-schedule',
  'schedule-resume': 'resume-schedule',
  'schedule-parameters': 'set-parameters',
};
const READS: readonly (RequestKind | undefined)[] = ['token', 'connection-get', 'project-export'];

/** A request as the plan would call it; undefined for one that changes nothing. */
const stepOf = ({ method, kind, id = '', path }: RecordedRequest): string | undefined => {
  const project = /\/projects\/(\w+)\/(?:integrations|connections)\//.exec(path)?.[1];
  // Connections are read one by one when they are about to be used, and here they need nothing else.
  if (kind === 'connection-get') {
    return project ? `connect project ${project}` : `connect ${id.replace(/^OF_(\w+)_([\d.]+)$/, '$1|$2')}`;
  }
  if (method === 'GET' || READS.includes(kind)) return undefined;
  const name = kind === 'library-import' ? id.replace(/_([\d.]+)$/, '|$1') : id;
  return `${DO[kind] ?? `unplanned ${kind}`} ${name}${project ? ` in project ${project}` : ''}`;
};

/** @returns each step once, where it comes first. What stops in a project is part of replacing it. */
const sentSteps = (requests: readonly RecordedRequest[]): string[] => {
  const steps = new Set<string>();
  for (const request of requests) {
    const step = stepOf(request);
    const replaced = /^(?:deactivate|stop-schedule) .* in (project \w+)$/.exec(step ?? '')?.[1];
    if (step !== undefined && !(replaced && steps.has(`replace ${replaced}`))) steps.add(step);
  }
  return [...steps];
};

/** Of a project, its connections are read once for all that is activated in it. */
const plannedSteps = ({ plan }: RestoreReport): string[] => [
  ...new Set(
    plan
      .filter(({ do: what }) => !['unchanged', 'skip', 'refuse'].includes(what))
      .map(({ do: what, id }) =>
        what === 'connect' ? `connect ${id.replace(/^.* in (project \w+)$/, '$1')}` : `${what} ${id}`,
      ),
  ),
];

interface Round {
  readonly planned: readonly string[];
  readonly sent: readonly string[];
  /** Phase by phase. */
  readonly sentByPhase: readonly (readonly string[])[];
  readonly failures: RestoreReport['failures'];
}

const goRound = async (seed: number, concurrency: number): Promise<Round> => {
  const random = createRandom(seed);
  const behaviour = {
    importedConnection: 'CONFIGURED',
    inactiveCalleeActivation: 'succeeds',
    projectPutOnActive: 'accept',
  } as const;
  const workshop = await openWorkshop();
  const [source, target] = [await startSimulator(), await startSimulator({ behaviour })];
  const [from, to] = [connectTo(source), connectTo(target)];
  try {
    fill(random, source, target);
    const { snapshot } = await workshop.backUp(from, { kinds: onlyKinds(() => true) });
    const manifest = await workshop.vault.getSnapshot('dev', snapshot);
    const options: Partial<RestoreOptions> = {
      existing: random.pick(['skip', 'replace', 'replace']),
      mirror: random.below(2) === 0,
      activation: random.pick(['as-captured', 'as-captured', 'never']),
      scheduleParameters: random.below(2) === 0,
      concurrency,
    };
    const starts: number[] = [];
    const progress = { phase: () => starts.push(target.requests.length), tick: () => undefined };
    const restoreInto = restoringFrom(workshop, options, { progress });
    const run = (dryRun: boolean): Promise<RestoreReport> => restoreInto(to, manifest, { dryRun });
    const planned = plannedSteps(await run(true));
    const before = target.requests.length;
    // A plan looks at connections, as a run does.
    const sent = target.requests.filter((request) => request.method !== 'GET' && stepOf(request) !== undefined);
    expect(sent).toEqual([]);
    const report = await run(false);
    const ends = [...starts.filter((start) => start > before), target.requests.length];
    return {
      planned,
      sent: sentSteps(target.requests.slice(before)),
      sentByPhase: phasesOf(target.requests, before, ends),
      failures: report.failures.filter(({ step }) => step !== 'refuse'),
    };
  } finally {
    for (const it of [from, to, source, target, workshop]) await it.close();
  }
};

/** What is new in each. */
const phasesOf = (requests: readonly RecordedRequest[], before: number, ends: readonly number[]): string[][] => {
  const counts = ends.map((end) => sentSteps(requests.slice(before, end)));
  return counts.map((steps, n) => steps.slice(counts[n - 1]?.length ?? 0));
};

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const seeds = Array.from({ length: rounds(2, 200) }, (_, n) => seed + n);

test(`the planned order is the order in which ${seeds.length} random restores are sent (SEED=${seed})`, async () => {
  let steps = 0;
  for (const one of seeds) {
    const { planned, sent, failures } = await goRound(one, 1);
    expect(failures, `SEED=${one}`).toEqual([]);
    expect(sent, `SEED=${one}`).toEqual(planned);
    steps += sent.length;
  }
  expect(steps).toBeGreaterThan(5 * seeds.length);
}, 300_000);

test(`and side by side each phase of ${seeds.length} random restores sends what is planned in it (SEED=${seed})`, async () => {
  for (const one of seeds) {
    const { planned, sentByPhase, failures } = await goRound(one, 8);
    expect(failures, `SEED=${one}`).toEqual([]);
    let at = 0;
    for (const steps of sentByPhase) {
      expect(steps.toSorted(), `SEED=${one}`).toEqual(planned.slice(at, at + steps.length).toSorted());
      at += steps.length;
    }
    expect(at, `SEED=${one}`).toBe(planned.length);
  }
}, 300_000);
