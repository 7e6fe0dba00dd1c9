/** Pictures as they are drawn: all of a flow is in them, nothing lies on something else, nothing in them runs. */
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openArchive } from '../../../functions/core/archive/integration-archive.ts';
import { readFlow } from '../../../functions/core/flow/read-flow.ts';
import { flowPicture } from '../../../functions/core/picture/flow-picture.ts';
import { type Layout, layOut } from '../../../functions/core/picture/layout.ts';
import type { Picture } from '../../../functions/core/picture/picture.ts';
import { drawPicture, drawPictureFile } from '../../../functions/core/picture/svg.ts';
import { rounds } from '../../rounds.ts';
import { readZip } from '../../simulator/archives/zip.ts';
import { createRandom } from '../../simulator/random.ts';
import { createFlowForge, type FlowForge, forgeRandomFlow } from '../flow/flow-forge.ts';
import { readPicture } from './pictured.ts';

/** More than a graph is laid out for. */
const STEPS = rounds(2_000, 4_000);
const DEPTH = rounds(300, 1_000);
/** As the largest one that was seen. */
const MEMBERS = rounds(250, 659);

const pictureOf = async (bytes: Uint8Array): Promise<Picture> => flowPicture(readFlow(await openArchive(bytes)));

const expectWhole = (svg: string, forge: FlowForge): void => {
  expect(readPicture(svg).elements.toSorted()).toEqual(forge.names().sort());
};

type Placed = Layout['boxes'][number];

const overlap = ({ at: a }: Placed, { at: b }: Placed): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const holds = ({ at: a }: Placed, { at: b }: Placed): boolean =>
  a.x <= b.x && a.y <= b.y && a.x + a.width >= b.x + b.width && a.y + a.height >= b.y + b.height;

const expectTidy = ({ boxes, lines, width, height }: Layout): void => {
  const byId = new Map(boxes.map((placed) => [placed.box.id, placed]));
  expect(byId.size).toBe(boxes.length);
  for (const placed of boxes) {
    const around = byId.get(placed.box.inside ?? '');
    if (around) expect(holds(around, placed), `${placed.box.id} lies in ${around.box.id}`).toBe(true);
    expect(placed.at.x >= 0 && placed.at.x + placed.at.width <= width, placed.box.id).toBe(true);
    expect(placed.at.y >= 0 && placed.at.y + placed.at.height <= height, placed.box.id).toBe(true);
  }
  for (const siblings of Map.groupBy(boxes, ({ box }) => box.inside).values()) {
    const sorted = siblings.toSorted((a, b) => a.at.y - b.at.y);
    for (const [index, placed] of sorted.entries()) {
      const below = sorted.slice(index + 1).filter(({ at }) => at.y < placed.at.y + placed.at.height);
      expect(below.filter((other) => overlap(placed, other)).map(({ box }) => `${placed.box.id} on ${box.id}`)).toEqual(
        [],
      );
    }
  }
  for (const { points } of lines) {
    for (const { x, y } of points) expect([x, y].every(Number.isFinite)).toBe(true);
  }
};

test.each(Array.from({ length: rounds(8, 25) }, (_, seed) => seed))(
  'a random flow is drawn with every application and processor once, and tidily (seed %i)',
  async (seed) => {
    const random = createRandom(seed);
    const forge = createFlowForge();
    const steps = forgeRandomFlow(forge, random, 5 + random.below(150));
    const picture = await pictureOf(forge.archive(steps));

    expectTidy(layOut(picture));
    expectWhole(drawPictureFile(picture), forge);
  },
);

test(`a flow of ${MEMBERS} members is drawn whole`, async () => {
  const forge = createFlowForge();
  const random = createRandom(659);
  const steps = forgeRandomFlow(forge, random, rounds(150, 400));
  let archive = forge.archive(steps);
  while (readZip(archive).length < MEMBERS) {
    for (let n = 0; n < 30; n++)
      steps.push(forge.map(), forge.assign('more'), forge.invoke({ name: 'More', connection: 'B' }));
    archive = forge.archive(steps);
  }
  const picture = await pictureOf(archive);

  expect(readZip(archive).length).toBeGreaterThanOrEqual(MEMBERS);
  expectTidy(layOut(picture));
  expectWhole(drawPictureFile(picture), forge);
});

test(`a flow of one line of ${STEPS} steps, too long for a graph, is drawn in columns`, async () => {
  const forge = createFlowForge();
  const picture = await pictureOf(forge.archive(Array.from({ length: STEPS }, () => forge.map())));
  const layout = layOut(picture);

  expectTidy(layout);
  expect(layout.height).toBeLessThan(5_000);
  expectWhole(drawPicture(picture), forge);
});

test(`${DEPTH} scopes in each other are drawn`, async () => {
  const forge = createFlowForge();
  const deep = Array.from({ length: DEPTH }).reduce<string>((inner) => `<p:try>${inner}</p:try>`, forge.map());

  expectWhole(drawPicture(await pictureOf(forge.archive([deep]))), forge);
});

test('a circle of wires and a wire to itself are drawn', async () => {
  const forge = createFlowForge();
  for (let n = 0; n < 3; n++) forge.invoke({ name: `Node${n}`, connection: 'A' });
  const [a = '', b = '', c = ''] = forge.names();
  for (const [from, to] of [
    [a, b],
    [b, c],
    [c, a],
    [a, a],
  ] as const)
    forge.wire(from, to);
  const picture = await pictureOf(forge.archive(undefined));

  expectTidy(layOut(picture));
  expectWhole(drawPicture(picture), forge);
});

test('an empty flow is a picture that says so', async () => {
  const picture = await pictureOf(createFlowForge().archive([]));

  expect(picture.description).toBe('an empty flow');
  expect(readPicture(drawPictureFile(picture)).texts).toContain('an empty flow');
});

test('a definition that breaks off is told below its picture', async () => {
  const forge = createFlowForge();
  const flow = readFlow(await openArchive(forge.archive([forge.map()])));

  expect(readPicture(drawPicture(flowPicture({ ...flow, isWhole: false }))).texts.join(' ')).toContain('breaks off');
});

describe('names that would like to be more than names', () => {
  const HOSTILE = [
    '</text><script>alert(1)</script>',
    '"><image href="http://example.com/x" onload="alert(1)"/>',
    "' onclick='alert(1)",
    ']]><!ENTITY x "y">&x;',
    'half a pair \ud800 and a bell \u0007 and \ufffe',
    'gnp.exe\u202etxt.svg',
    '\u2028</svg>',
  ];

  test.each(HOSTILE)('%j is drawn as text', async (name) => {
    const forge = createFlowForge();
    const steps = [forge.receive({ name, connection: 'A' }), forge.step('beam', 'wait', name)];
    const svg = drawPictureFile(await pictureOf(forge.archive(steps, { name })));
    const { tags, attributes, texts } = readPicture(svg);

    expect([...tags].sort()).toEqual(
      ['circle', 'g', 'path', 'rect', 'style', 'svg', 'text', 'title'].filter((tag) => tags.has(tag)),
    );
    expect([...attributes].filter((attribute) => /^on|href|^style$|^id$/i.test(attribute))).toEqual([]);
    expect(texts.join('')).not.toMatch(/[\p{Cc}\p{Cs}\u202e]/u);
  });
});

const corpus = process.env.OIC_ARCHIVE_CORPUS;

test.skipIf(corpus === undefined)(
  'every archive of the corpus is drawn with all that its definition names',
  async () => {
    let read = 0;
    for await (const file of glob('**/*.iar', { cwd: corpus ?? '' })) {
      const archive = await openArchive(readFileSync(join(corpus ?? '', file)));
      const definition = archive.members.get(`${archive.projectFolder}PROJECT-INF/project.xml`)?.toString() ?? '';
      const named = [...definition.matchAll(/<(?:\w+:)?(?:application|processor) name="([^"]+)"/g)].map(
        ([, name]) => name,
      );
      const picture = flowPicture(readFlow(archive));

      expectTidy(layOut(picture));
      expect(readPicture(drawPictureFile(picture)).elements.toSorted(), file).toEqual(named.sort());
      read += 1;
    }
    expect(read).toBeGreaterThan(0);
  },
);
