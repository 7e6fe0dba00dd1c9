/** What changed between two archives of an integration, as marks in one picture. */
import { describe, expect, test } from 'vitest';
import { flowDifferencePicture } from '../../../functions/core/picture/flow-difference.ts';
import type { Change, Picture } from '../../../functions/core/picture/picture.ts';
import { drawPictureFile } from '../../../functions/core/picture/svg.ts';
import { rounds } from '../../rounds.ts';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { createRandom } from '../../simulator/random.ts';
import { edited, replaceIn } from '../archive/archive-forge.ts';
import { createFlowForge, forgeRandomFlow } from '../flow/flow-forge.ts';
import { readPicture } from './pictured.ts';

const marked = ({ boxes }: Picture, change: Change): string[] =>
  boxes.filter((box) => box.change === change).map(({ title }) => title);

const marks = (picture: Picture) => ({
  added: marked(picture, 'added'),
  removed: marked(picture, 'removed'),
  changed: marked(picture, 'changed'),
});

const NOTHING = { added: [], removed: [], changed: [] };

/** Always in this order, so that what is there in both has the same numbers. */
const build = (options: { extra?: boolean; wait?: boolean; value?: string; version?: string }): Buffer => {
  const forge = createFlowForge();
  const start = forge.receive({ name: 'Start', connection: 'SHOP' });
  const assign = forge.assign('order', options.value ?? '"a"');
  const create = forge.invoke({ name: 'Create', connection: 'ERP' });
  const reply = forge.reply();
  const pause = options.wait ? [forge.step('wait', 'wait', 'Pause')] : [];
  const extra = options.extra
    ? [forge.step('stageFile', 'stageFile', 'Keep'), forge.invoke({ name: 'Tell', connection: 'ERP' })]
    : [];
  const route = forge.route([
    { name: 'Is new', condition: 'a = 1', steps: [create, ...extra] },
    { name: 'Otherwise', steps: pause },
  ]);
  return forge.archive([start, assign, forge.hold('try', [route], { name: 'Attempt' }), reply], {
    version: options.version ?? '01.00.0000',
  });
};

describe('of two archives', () => {
  test('that mean the same nothing is marked', async () => {
    const picture = await flowDifferencePicture(build({}), build({}));

    expect(marks(picture)).toEqual(NOTHING);
    expect(picture.description).toBe('no step was added, removed or changed');
  });

  test('what is new is marked, and how it is reached', async () => {
    const picture = await flowDifferencePicture(build({}), build({ extra: true }));

    expect(marks(picture)).toEqual({ ...NOTHING, added: ['Keep', 'Tell'] });
    expect(picture.lines.filter(({ change }) => change === 'added')).toHaveLength(2);
  });

  test('what is gone is still there, marked, where it was', async () => {
    const picture = await flowDifferencePicture(build({ wait: true }), build({}));
    const gone = picture.boxes.find(({ title }) => title === 'Pause');

    expect(marks(picture)).toEqual({ ...NOTHING, removed: ['Pause'] });
    expect(picture.boxes.find(({ id }) => id === gone?.inside)?.title).toBe('Attempt');
    expect(picture.lines.filter(({ to, change }) => to === gone?.id && change === 'removed')).toHaveLength(1);
  });

  test('what a handler has lost is drawn in it, although it is empty now', async () => {
    const guard = (isEmpty: boolean): Buffer => {
      const forge = createFlowForge();
      const [start, mail] = [
        forge.receive({ name: 'Start', connection: 'A' }),
        forge.step('notify', 'notification', 'Mail'),
      ];
      return forge.archive([start, forge.hold('try', [forge.map(), forge.hold('catchAll', isEmpty ? [] : [mail])])]);
    };
    const forgotten = edited(
      guard(true),
      replaceIn('project.xml', /<p:processor name="[^"]*"><p:type>notification.*?<\/p:processor>/, ''),
    );
    const picture = await flowDifferencePicture(guard(false), forgotten);
    const gone = picture.boxes.find(({ title }) => title === 'Mail');

    expect(gone?.change).toBe('removed');
    expect(picture.boxes.find(({ id }) => id === gone?.inside)).toMatchObject({ kind: 'handler', isContainer: true });
    expect(readPicture(drawPictureFile(picture)).texts).toContain('Mail');
  });

  test('a change in a file of a step marks the step', async () => {
    const picture = await flowDifferencePicture(build({}), build({ value: '"b"' }));

    expect(marks(picture)).toEqual({ ...NOTHING, changed: ['Set order'] });
  });

  test('an Assign that sets one variable more is changed, and nothing is added', async () => {
    const assigning = (variables: readonly string[]): Buffer => {
      const forge = createFlowForge();
      return forge.archive([forge.receive({ name: 'Start', connection: 'A' }), forge.assigns('Init', variables)]);
    };
    const picture = await flowDifferencePicture(assigning(['a', 'b']), assigning(['c', 'a', 'b']));

    expect(marks(picture)).toEqual({ ...NOTHING, changed: ['Init'] });
  });

  test('of another version the steps are the same', async () => {
    const picture = await flowDifferencePicture(build({}), build({ version: '01.00.0001' }));

    expect(marks(picture)).toEqual(NOTHING);
    expect(picture.title).toContain('FORGED|01.00.0000 → FORGED|01.00.0001');
  });

  test('numbers the designer gave out anew are no change', async () => {
    const renumbered = edited(build({ wait: true }), (entries) =>
      entries.map(({ name, data }) => {
        const anew = (text: string): string =>
          text.replace(/\b(application|processor)_(\d+)/g, (_, kind, number) => `${kind}_${Number(number) + 500}`);
        return { name: anew(name), data: Buffer.from(anew(Buffer.from(data).toString('latin1')), 'latin1') };
      }),
    );

    expect(marks(await flowDifferencePicture(build({ wait: true }), renumbered))).toEqual(NOTHING);
  });

  test('ids of steps the designer gave out anew are no change', async () => {
    const anew = edited(build({}), replaceIn('project.xml', / id="x(\d+)"/g, ' id="y$1"'));

    expect(marks(await flowDifferencePicture(build({}), anew))).toEqual(NOTHING);
  });

  test.each<[what: string, files: Readonly<Record<string, string>>, marked: readonly string[]]>([
    ['the state of a mapper', { 'processor_3/resourcegroup_3/req_1_stateinfo.xml': '<state/>' }, []],
    ['the state of an editor', { 'processor_3/resourcegroup_3/stateinfo.json': '{}' }, []],
    ['the WSDL made for REST', { 'application_1/outbound_1/resourcegroup_1/endpoint_REQUEST.wsdl': '<wsdl/>' }, []],
    ['the WSDL of a service', { 'application_5/inbound_5/resourcegroup_5/endpoint_REQUEST.wsdl': '<wsdl/>' }, ['Pay']],
    ['the layout', { '../PROJECT-INF/layout3.json': '{"children":[{"id":"r0"}]}' }, []],
  ])('of a step in which only %s differs', async (_, files, changed) => {
    const forge = createFlowForge();
    const steps = [forge.receive({ name: 'Start', connection: 'A' }), forge.map()];
    const pay = forge.invoke({ name: 'Pay', connection: 'BANK', adapter: 'soap' });
    const before = forge.archive([...steps, pay]);
    const folder = 'icspackage/project/FORGED_01.00.0000';
    const more = Object.entries(files).map(([name, text]) => ({
      name: name.startsWith('../') ? `${folder}${name.slice(2)}` : `${folder}/resources/${name}`,
      data: Buffer.from(text),
    }));
    const picture = await flowDifferencePicture(
      before,
      edited(before, (entries) => [...entries.filter(({ name }) => more.every((one) => one.name !== name)), ...more]),
    );

    expect(forge.names()).toEqual(['application_1', 'processor_3', 'application_5']);
    expect(marks(picture)).toEqual({ ...NOTHING, changed });
    expect(picture.notes).toEqual([]);
  });

  test('an element that is empty in one and left out in the other is no change', async () => {
    const emptied = edited(
      build({ wait: true }),
      replaceIn('project.xml', '</p:processorName>', '</p:processorName><p:processorDescription/>'),
    );

    expect(marks(await flowDifferencePicture(build({ wait: true }), emptied))).toEqual(NOTHING);
  });

  test('a change outside of the flow is told below it', async () => {
    const sample = { code: 'ORDERS', version: '01.00.0000', lookups: { COUNTRIES: [['a'], ['DE']] } };
    const later = { ...sample, lookups: { COUNTRIES: [['a'], ['FR']] } };
    const picture = await flowDifferencePicture(buildSampleArchive(sample), buildSampleArchive(later));

    expect(marks(picture)).toEqual(NOTHING);
    expect(picture.description).toBe('changed outside of the steps');
    expect(picture.notes).toEqual(['Changed outside of the steps: lookup COUNTRIES.']);
  });

  test('of different integrations there is no picture', async () => {
    const other = buildSampleArchive({ code: 'OTHER', version: '01.00.0000' });

    await expect(flowDifferencePicture(build({}), other)).rejects.toThrow('different integrations');
  });
});

test('a change has a sign and a word, not only a colour', async () => {
  const svg = drawPictureFile(await flowDifferencePicture(build({ wait: true }), build({ extra: true, value: '"b"' })));
  const { tellings, texts } = readPicture(svg);

  expect(tellings.filter((text) => text.startsWith('added: '))).toHaveLength(2);
  expect(tellings.filter((text) => text.startsWith('removed: '))).toHaveLength(1);
  expect(tellings.filter((text) => text.startsWith('changed: '))).toHaveLength(1);
  expect(texts).toEqual(expect.arrayContaining(['2 added', '1 removed', '1 changed']));
  // One on each box, one on each line of the legend.
  expect(svg.match(/<circle class="m"/g)).toHaveLength(4 + 3);
});

test.each(Array.from({ length: rounds(5, 15) }, (_, seed) => seed))(
  'two random flows are one picture with every step of the later once (seed %i)',
  async (seed) => {
    const random = createRandom(seed);
    const [before, after] = [createFlowForge(), createFlowForge()];
    const earlier = before.archive(forgeRandomFlow(before, random, 5 + random.below(60)));
    const later = after.archive(forgeRandomFlow(after, random, 5 + random.below(60)));
    const picture = await flowDifferencePicture(earlier, later);
    const elementsOf = (is: (change: Change | undefined) => boolean): string[] =>
      picture.boxes.filter(({ change }) => is(change)).flatMap(({ elements }) => elements ?? []);
    const kept = elementsOf((change) => change !== 'removed');
    const removed = elementsOf((change) => change === 'removed');
    const same = elementsOf((change) => change !== 'removed' && change !== 'added');

    expect(kept).toHaveLength(after.names().length);
    expect(removed.length + same.length).toBe(before.names().length);
    expect(readPicture(drawPictureFile(picture)).elements).toHaveLength(kept.length + removed.length);
  },
);
