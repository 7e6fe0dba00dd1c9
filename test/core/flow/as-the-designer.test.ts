/**
 * A flow as Oracle's designer shows it. Layouts of definitions and files are those found in real archives: of invokes,
 * labels, waits and routes in public samples, of the others as they were counted in 92 archives.
 */
import { describe, expect, test } from 'vitest';
import { openArchive } from '../../../functions/core/archive/integration-archive.ts';
import type { Flow } from '../../../functions/core/flow/flow-graph.ts';
import { readFlow } from '../../../functions/core/flow/read-flow.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { createFlowForge, type FlowForge } from './flow-forge.ts';

const read = async (make: (forge: FlowForge) => readonly string[], more = ''): Promise<Flow> => {
  const forge = createFlowForge();
  return readFlow(await openArchive(forge.archive(make(forge), { more })));
};

const start = (forge: FlowForge): string => forge.receive({ name: 'TakeOrder', connection: 'SHOP' });

/** Each step as `kind: title (detail)`. */
const told = ({ nodes }: Flow): string[] =>
  nodes.map(({ kind, title, detail }) => `${kind}: ${title}${detail && ` (${detail})`}`);

/** `A -> B` by titles; a fault is `A ~> B`. */
const paths = ({ nodes, edges }: Flow): string[] => {
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  return edges.map(({ from, to, kind }) => `${titles.get(from)} ${kind === 'fault' ? '~>' : '->'} ${titles.get(to)}`);
};

const expression = (text: string, more: Readonly<Record<string, string>> = {}): string =>
  Object.entries({ TextExpression: text, XpathExpression: text, NamespaceList: '', ...more })
    .map(([key, value]) => `${key} : ${value}\n`)
    .join('');

describe('what a step is called', () => {
  test('an invoke has the name of its endpoint, not the one the designer gave out', async () => {
    const flow = await read((forge) => [
      start(forge),
      forge.invoke({ name: 'CreateOrder', connection: 'ERP', adapter: 'erp', step: 'Oracle ERP Cloud7' }),
      forge.invoke({ name: 'CheckStock', connection: 'LOCAL', calls: 'STOCK|01.00.0000', step: 'Local3' }),
    ]);

    expect(told(flow)).toEqual([
      'trigger: TakeOrder (rest · Connection SHOP)',
      'invoke: CreateOrder (erp · Connection ERP)',
      'call: CheckStock (STOCK|01.00.0000)',
    ]);
  });

  test('an Assign of many variables is one step that tells the first three', async () => {
    const flow = await read((forge) => [start(forge), forge.assigns('InitVars', ['a', 'b', 'c', 'd', 'e', 'b'])]);

    expect(told(flow).slice(1)).toEqual(['assign: InitVars (sets a, b, c (+2))']);
    expect(paths(flow)).toEqual(['TakeOrder -> InitVars']);
    expect(flow.nodes[1]?.elements).toHaveLength(6);
  });

  test('a data stitch is called so, and a note by its words', async () => {
    const flow = await read((forge) => [
      start(forge),
      forge.step('stitch', 'stitch', 'FillOrder'),
      forge.step('stitch', 'stitch'),
      forge.hold('note', [], { type: 'note' }).replace('<p:note', '<p:note description="Ask Ms Berg first."'),
      forge.hold('note', ['<p:description>Twice a day.</p:description>'], { type: 'note' }),
    ]);

    expect(told(flow).slice(1)).toEqual([
      'assign: FillOrder (Data stitch)',
      'assign: Data stitch',
      'note: Ask Ms Berg first.',
      'note: Twice a day.',
    ]);
  });
});

describe('what nobody put there', () => {
  test('bookkeeping is silent, and no scope stands round the flow because of it', async () => {
    const flow = await read(
      (forge) => [
        forge.hold('integrationMetadata', [], { type: 'integrationMetadata' }),
        forge.hold('typeDefinitions', [], { type: 'typeDefinitions' }),
        forge.hold('globalVariableDefinition', [], {
          type: 'globalVariableDefinition',
          properties: { variableName: 'runId' },
        }),
        forge.hold('globalTry', [start(forge), forge.map(), forge.reply()]),
      ],
      '<p:commonNamespaceMaps/>',
    );

    expect(told(flow)).toEqual([
      'trigger: TakeOrder (rest · Connection SHOP)',
      'map: Map',
      'reply: Reply (to TakeOrder)',
      'assign: Global variables (runId)',
      'group: Beside the flow',
    ]);
    expect(paths(flow)).toEqual(['TakeOrder -> Map', 'Map -> Reply']);
    expect(flow.nodes[0]?.inside).toBeUndefined();
    expect(flow.nodes[3]?.inside).toBe(flow.nodes[4]?.id);
  });

  test('what editing left behind is one box beside the flow', async () => {
    const flow = await read((forge) => {
      const steps = [start(forge), forge.reply()];
      forge.loose('transformer');
      forge.loose('wait');
      forge.loose('messageTracker');
      return steps;
    });

    expect(told(flow).slice(2)).toEqual([
      'track: Tracking',
      'group: Used by no step (Map, Wait)',
      'group: Beside the flow',
    ]);
  });
});

describe('where the flow goes on', () => {
  const skippable = (forge: FlowForge): string =>
    forge.hold('throw', [], {
      type: 'throw',
      properties: {},
      files: { 'PRECONDITIONexpr.properties': expression('status = "OK"'), 'expr.properties': expression('"E-1"') },
    });

  test('behind a throw with a condition, which is told without its literals', async () => {
    const flow = await read((forge) => [start(forge), skippable(forge), forge.reply()]);

    expect(told(flow)[1]).toBe('failure: Throw a fault (skipped if status = "…")');
    expect(paths(flow)).toEqual(['TakeOrder -> Throw a fault', 'Throw a fault -> Reply']);
  });

  test('behind a scope that only throws on a condition, by success and by its handler', async () => {
    const flow = await read((forge) => [
      start(forge),
      forge.hold('try', [skippable(forge), forge.hold('catchAll', [forge.map()])], { name: 'Check' }),
      forge.reply(),
    ]);

    expect(paths(flow)).toEqual([
      'TakeOrder -> Check',
      'Check ~> Default fault handler',
      'Check -> Reply',
      'Default fault handler -> Reply',
    ]);
  });

  test('a throw without a condition ends it', async () => {
    const flow = await read((forge) => [start(forge), forge.hold('throw', [], { type: 'throw' })]);

    expect(told(flow)[1]).toBe('failure: Throw a fault');
  });

  test('through every branch of a Parallel, and by no other way', async () => {
    const flow = await read((forge) => {
      const [one, other] = ['Left', 'Right'].map((name) =>
        forge.hold('parallelBranch', [forge.invoke({ name, connection: 'A' })], { name: `To the ${name}` }),
      );
      return [start(forge), forge.hold('parallel', [one ?? '', other ?? ''], { type: 'parallel' }), forge.reply()];
    });

    expect(told(flow)[1]).toBe('parallel: Parallel');
    expect(paths(flow)).toEqual([
      'TakeOrder -> Parallel',
      'Parallel -> To the Left',
      'To the Left -> Left',
      'Parallel -> To the Right',
      'To the Right -> Right',
      'Left -> Reply',
      'Right -> Reply',
    ]);
  });
});

describe('what a step does', () => {
  test.each([
    ['rest', 'execute', { HttpVerb: 'POST', ResourceURI: '/orders/{id}/lines' }, 'POST /orders/{id}/lines'],
    ['rest', 'execute', { HttpVerb: 'GET', ResourceURI: '/orders?code=s3cret' }, 'GET /orders'],
    [
      'rest',
      'execute',
      { ResourceURI: '/fscmRestApi/resources/11.13.18.05/items2' },
      '/fscmRestApi/resources/11.13.18.05/items2',
    ],
    ['rest', 'execute', { ResourceURI: '/hooks/team/glpat-a1b2c3d4e5f6g7h8' }, '/hooks/team/…'],
    ['soap', 'mergeItem', {}, 'mergeItem'],
    ['atpdatabase', 'SelectOrders', {}, 'SelectOrders'],
    ['ftp', 'execute', {}, ''],
  ])('an endpoint of %s with operation %s and %j', async (adapter, operation, settings, words) => {
    const flow = await read((forge) => [
      start(forge),
      forge.invoke({ name: 'Target', connection: 'ERP', adapter, operation, settings }),
    ]);

    expect(told(flow)[1]).toBe(`invoke: Target (${[adapter, 'Connection ERP', words].filter(Boolean).join(' · ')})`);
  });

  const condition = { 'expr.properties': expression('count < 3 and state != "s3cret"') };
  const lines = { 'expr.properties': expression('/order/lines/line', { VariableName: 'current' }) };
  const jca = (operation: string) => ({
    'file.jca': `<adapter-config><endpoint-interaction operation="${operation}"/></adapter-config>`,
  });

  test.each([
    ['while', { files: condition }, 'loop: While (count < 3 and state != "…")'],
    ['while', { files: condition, name: 'Retry' }, 'loop: Retry (While count < 3 and state != "…")'],
    ['for', { files: lines }, 'loop: For each (/order/lines/line as current)'],
    ['for', { files: lines, name: 'Lines' }, 'loop: Lines (For each /order/lines/line as current)'],
    ['wait', { properties: { hours: '0', minutes: '5' } }, 'wait: Wait (5 minutes)'],
    ['wait', { files: { 'expr.properties': expression('"PT1H30S"') } }, 'wait: Wait (1 hour 30 seconds)'],
    ['wait', { files: { 'expr.properties': '{"hours":"0","minutes":1}' } }, 'wait: Wait (1 minute)'],
    ['wait', { files: { 'expr.properties': expression('$pause') } }, 'wait: Wait ($pause)'],
    ['stageFile', { properties: { operation: 'Write' } }, 'file: Stage file (Write file)'],
    ['stageFile', { files: jca('Read') }, 'file: Stage file (Read file)'],
    ['stageFile', { files: jca('ListFiles') }, 'file: Stage file (List files)'],
    ['stageFile', { files: jca('Unzip') }, 'file: Stage file (Unzip file)'],
    ['stageFile', { files: jca('Shred') }, 'file: Stage file (Shred)'],
    ['stageFile', {}, 'file: Stage file'],
  ])('%s with %j', async (step, described, words) => {
    const flow = await read((forge) => [start(forge), forge.hold(step, [], { type: step, ...described })]);

    expect(told(flow)[1]).toBe(words);
  });

  test('a branch somebody named tells its condition, too', async () => {
    const flow = await read((forge) => [
      start(forge),
      forge.route([
        { name: 'Is new', condition: 'status = "new"', steps: [] },
        { name: 'Otherwise', steps: [] },
      ]),
    ]);

    expect(told(flow).slice(2)).toEqual(['branch: Is new (status = "…")', 'branch: Otherwise']);
  });

  test.each([
    ['FREQ=DAILY', 'every day'],
    ['FREQ=MINUTELY;INTERVAL=15;', 'every 15 minutes'],
    ['FREQ=HOURLY;BYMINUTE=30', 'every hour at minute 30'],
    ['FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=5', 'every week on Mon, Thu at 02:05'],
    ['FREQ=MONTHLY;BYMONTHDAY=1,-1;BYHOUR=6,18', 'every month on day 1, the last day at 06:00, 18:00'],
    ['whenever it rains', 'whenever it rains'],
  ])('a schedule of %s', async (schedule, words) => {
    const archive = buildSampleArchive({ code: 'NIGHTLY', version: '01.00.0000', schedule });

    expect(told(readFlow(await openArchive(archive)))[0]).toBe(`schedule: Schedule (${words})`);
  });
});
