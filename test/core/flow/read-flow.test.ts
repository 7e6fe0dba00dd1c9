/** What is read from a definition: every element once, the paths between them, and words people know. */
import { describe, expect, test } from 'vitest';
import { openArchive } from '../../../functions/core/archive/integration-archive.ts';
import type { Flow } from '../../../functions/core/flow/flow-graph.ts';
import { readFlow } from '../../../functions/core/flow/read-flow.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { createRandom } from '../../simulator/random.ts';
import { edited, replaceIn } from '../archive/archive-forge.ts';
import { createFlowForge, forgeRandomFlow } from './flow-forge.ts';

const flowOf = async (bytes: Uint8Array): Promise<Flow> => readFlow(await openArchive(bytes));

const titled = ({ nodes }: Flow, title: string) => {
  const found = nodes.filter((node) => node.title === title);
  expect(found, `nodes titled ${title}`).toHaveLength(1);
  return found[0];
};

/** `A -> B` by titles; a fault is `A ~> B`. */
const paths = ({ nodes, edges }: Flow): string[] => {
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  return edges.map(({ from, to, kind }) => `${titles.get(from)} ${kind === 'fault' ? '~>' : '->'} ${titles.get(to)}`);
};

const elementsOf = ({ nodes }: Flow): string[] => nodes.flatMap((node) => node.elements).sort();

test.each(['gen2', 'oic3'] as const)('reads a %s flow from its trigger to its reply', async (generation) => {
  const flow = await flowOf(
    buildSampleArchive({
      code: 'ORDER_SYNC',
      version: '01.02.0003',
      name: 'Order Sync',
      generation,
      connections: [
        { id: 'SHOP', name: 'Shop', type: 'rest' },
        { id: 'ERP', name: 'ERP Cloud', type: 'erp' },
      ],
      calls: [{ code: 'STOCK_CHECK', version: '01.00.0000' }],
    }),
  );

  expect(flow).toMatchObject({ name: 'Order Sync', id: 'ORDER_SYNC|01.02.0003', isWhole: true });
  expect(paths(flow)).toEqual(['Step0 -> Map', 'Map -> Step1', 'Step1 -> Map', 'Map -> Call0', 'Call0 -> Reply']);
  expect(titled(flow, 'Step0')).toMatchObject({ kind: 'trigger', detail: 'rest · Shop · /step/0' });
  expect(titled(flow, 'Step1')).toMatchObject({ kind: 'invoke', detail: 'erp · ERP Cloud · /step/1' });
  expect(titled(flow, 'Call0')).toMatchObject({ kind: 'call', detail: 'STOCK_CHECK|01.00.0000' });
});

test('a scheduled flow begins with its schedule and ends', async () => {
  const flow = await flowOf(buildSampleArchive({ code: 'NIGHTLY', version: '01.00.0000', schedule: 'FREQ=DAILY' }));

  expect(paths(flow)).toEqual(['Schedule -> Map', 'Map -> Step0', 'Step0 -> End']);
});

test('a template is read along its wires, and what is wired into the trigger is the reply', async () => {
  const forge = createFlowForge();
  forge.receive({ name: 'GetCountry', connection: 'LOCAL' });
  forge.map();
  forge.invoke({ name: 'Lookup', connection: 'COUNTRIES' });
  forge.map();
  const [trigger = '', request = '', invoke = '', response = ''] = forge.names();
  forge.wire(trigger, request);
  forge.wire(request, invoke);
  forge.wire(invoke, response);
  forge.wire(response, trigger);
  forge.loose('messageTracker');
  const flow = await flowOf(forge.archive(undefined));

  expect(paths(flow)).toEqual(['GetCountry -> Map', 'Map -> Lookup', 'Lookup -> Map', 'Map -> Reply']);
  expect(elementsOf(flow)).toEqual(forge.names().sort());
  expect(titled(flow, 'Tracking')?.inside).toBe(titled(flow, 'Beside the flow')?.id);
});

test('branches meet again behind their switch, and what ends does not go on', async () => {
  const forge = createFlowForge();
  const flow = await flowOf(
    forge.archive([
      forge.receive({ name: 'Start', connection: 'A' }),
      forge.route([
        { name: 'Is new', condition: 'status = "new"', steps: [forge.invoke({ name: 'Create', connection: 'B' })] },
        { name: 'Is bad', condition: 'status = "bad"', steps: [forge.reply()] },
        { name: 'Otherwise', steps: [] },
      ]),
      forge.invoke({ name: 'After', connection: 'B' }),
    ]),
  );

  expect(paths(flow).sort()).toEqual(
    [
      'Start -> Switch',
      'Switch -> Is new',
      'Is new -> Create',
      'Switch -> Is bad',
      'Is bad -> Reply',
      'Switch -> Otherwise',
      'Create -> After',
      'Otherwise -> After',
    ].sort(),
  );
});

test('without an "otherwise" the flow passes its switch by, too', async () => {
  const forge = createFlowForge();
  const only = { name: 'Is new', condition: 'a = 1', steps: [forge.invoke({ name: 'Create', connection: 'B' })] };
  const flow = await flowOf(forge.archive([forge.route([only]), forge.invoke({ name: 'After', connection: 'B' })]));

  expect(paths(flow)).toContain('Switch -> After');
});

test('a route without a name is called by its condition, in which literals are hidden', async () => {
  const forge = createFlowForge();
  const flow = await flowOf(
    forge.archive([forge.route([{ name: '', condition: `key = "s3cret" or key = 'other'`, steps: [] }])]),
  );

  expect(flow.nodes.map(({ title }) => title)).toContain('key = "…" or key = "…"');
  expect(JSON.stringify(flow)).not.toContain('s3cret');
});

test('a fault handler hangs on the scope it guards and leads on behind it', async () => {
  const forge = createFlowForge();
  const flow = await flowOf(
    forge.archive([
      forge.hold('globalTry', [
        forge.receive({ name: 'Start', connection: 'A' }),
        forge.hold(
          'try',
          [
            forge.invoke({ name: 'Risky', connection: 'B' }),
            forge.hold('catch', [forge.step('notification', 'notification', 'Mail')], { name: 'TimedOut' }),
            forge.hold('catchAll', ['<p:rethrow/>']),
          ],
          { name: 'Attempt' },
        ),
        forge.invoke({ name: 'After', connection: 'B' }),
        forge.hold('catchAll', [forge.step('throw', 'throw', 'GiveUp')]),
      ]),
    ]),
  );

  expect(paths(flow)).toEqual([
    'Start -> Attempt',
    'Attempt ~> TimedOut',
    'Attempt ~> Default fault handler',
    'Attempt -> After',
    'TimedOut -> After',
  ]);
  expect(titled(flow, 'Risky')?.inside).toBe(titled(flow, 'Attempt')?.id);
  expect(titled(flow, 'Mail')?.inside).toBe(titled(flow, 'TimedOut')?.id);
  expect(titled(flow, 'TimedOut')?.inside).toBeUndefined();
});

test('a loop is the box of its processor and holds its steps', async () => {
  const forge = createFlowForge();
  const inner = forge.invoke({ name: 'Line', connection: 'B' });
  const flow = await flowOf(
    forge.archive([
      forge.receive({ name: 'Start', connection: 'A' }),
      forge.hold('for', [inner], { type: 'for', name: 'Each line' }),
    ]),
  );

  expect(titled(flow, 'Each line')).toMatchObject({
    kind: 'loop',
    isContainer: true,
    elements: [expect.stringMatching(/^processor_/)],
  });
  expect(titled(flow, 'Line')?.inside).toBe(titled(flow, 'Each line')?.id);
});

test('what nobody here has heard of is a node with its name, and holds what it holds', async () => {
  const forge = createFlowForge();
  const flow = await flowOf(
    forge.archive(
      [
        forge.step('beamUp', 'transporter'),
        forge.hold('wormhole', [forge.map()], { type: 'gravity' }),
        '<p:singularity id="s1"/>',
      ],
      { more: '<p:tachyon name="t1"/>' },
    ),
  );

  expect(flow.nodes.map(({ title }) => title).sort()).toEqual(
    ['transporter', 'gravity', 'Map', 'singularity', 't1', 'Beside the flow'].sort(),
  );
  expect(titled(flow, 'gravity')?.isContainer).toBe(true);
});

test('a second reference to the same application is not the application a second time', async () => {
  const forge = createFlowForge();
  const invoke = forge.invoke({ name: 'Twice', connection: 'B' });
  const flow = await flowOf(forge.archive([invoke, invoke.replace(/ id="[^"]*"/, ' id="again"')]));

  expect(elementsOf(flow)).toEqual(forge.names());
  expect(titled(flow, 'Invoke')).toMatchObject({ detail: 'Twice, again' });
});

test('two elements of one name are both there', async () => {
  const forge = createFlowForge();
  forge.loose('wait');
  const [name = ''] = forge.names();
  const flow = await flowOf(
    forge.archive(undefined, {
      more: `<p:processor name="${name}"><p:type>wait</p:type></p:processor><p:processor><p:type>wait</p:type></p:processor>`,
    }),
  );

  expect(elementsOf(flow)).toHaveLength(3);
});

describe('definitions nobody should trust', () => {
  test.each([
    ['cut off in the middle of the flow', /<p:orchestration>[\s\S]*$/, ''],
    ['without a flow', /<r:icsflow[\s\S]*<\/r:icsflow>/, ''],
    ['with a reference to nothing', /refUri="processor_\d+"/, 'refUri="processor_999/../x"'],
    ['with an empty reference', /refUri="processor_\d+"/, 'refUri=""'],
  ])('%s are read as far as they go', async (_, from, to) => {
    const forge = createFlowForge();
    const archive = forge.archive([forge.receive({ name: 'Start', connection: 'A' }), forge.map(), forge.reply()]);
    const flow = await flowOf(edited(archive, replaceIn('project.xml', from, to)));

    expect(flow.isWhole).toBe(!String(from).includes('$'));
    expect(new Set(flow.nodes.map(({ id }) => id)).size).toBe(flow.nodes.length);
  });

  test('ten thousand scopes in each other exhaust nothing and lose nothing', async () => {
    const forge = createFlowForge();
    const deep = Array.from({ length: 10_000 }).reduce<string>((inner) => `<p:try>${inner}</p:try>`, forge.map());
    const flow = await flowOf(forge.archive([deep]));

    expect(flow.nodes.filter(({ kind }) => kind === 'scope')).toHaveLength(10_000);
    expect(elementsOf(flow)).toEqual(forge.names());
  });
});

test.each(Array.from({ length: rounds(15, 40) }, (_, seed) => seed))(
  'a random flow has every application and processor once, and joins only what is there (seed %i)',
  async (seed) => {
    const random = createRandom(seed);
    const forge = createFlowForge();
    const steps = forgeRandomFlow(forge, random, 5 + random.below(120));
    for (let loose = random.below(3); loose > 0; loose--) forge.loose('messageTracker');
    const flow = await flowOf(forge.archive(steps, { prefix: random.pick(['p', 'ns2', 'flow']) }));

    expect(elementsOf(flow)).toEqual(forge.names().sort());
    const ids = new Set(flow.nodes.map(({ id }) => id));
    expect(ids.size).toBe(flow.nodes.length);
    for (const { from, to } of flow.edges) expect([ids.has(from), ids.has(to)]).toEqual([true, true]);
    for (const { inside } of flow.nodes) if (inside !== undefined) expect(ids).toContain(inside);
  },
);
