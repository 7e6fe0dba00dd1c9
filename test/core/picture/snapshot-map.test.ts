/** Who calls whom and who shares a connection, for few and for thousands. */
import { expect, test } from 'vitest';
import type { IntegrationId } from '../../../functions/core/integration.ts';
import { type MappedIntegration, mapSnapshot } from '../../../functions/core/picture/snapshot-map.ts';
import { drawPictureFile } from '../../../functions/core/picture/svg.ts';
import { createRandom } from '../../simulator/random.ts';
import { readPicture } from './pictured.ts';

const integration = (name: string, uses: readonly string[], calls: readonly string[] = []): MappedIntegration => ({
  id: `${name}|01.00.0000`,
  name,
  connections: uses.map((id) => ({ id, name: id.toLowerCase(), type: 'rest' })),
  calls: calls.map((code): IntegrationId => `${code}|01.00.0000`),
});

const titled = (integrations: readonly MappedIntegration[]) => {
  const { picture } = mapSnapshot(integrations);
  const titles = new Map(picture?.boxes.map(({ id, title }) => [id, title]));
  return {
    boxes: [...titles.values()].sort(),
    lines: (picture?.lines ?? []).map(({ from, to }) => `${titles.get(from)} -> ${titles.get(to)}`).sort(),
  };
};

test('a few integrations, their calls and what they share each have a box', () => {
  const { boxes, lines } = titled([
    integration('ORDERS', ['ERP', 'OWN'], ['LOG']),
    integration('INVOICES', ['ERP'], ['LOG']),
    integration('LOG', []),
    integration('ALONE', ['ALSO_OWN']),
  ]);

  expect(boxes).toEqual(['INVOICES', 'LOG', 'ORDERS', 'erp']);
  expect(lines).toEqual(['INVOICES -> LOG', 'INVOICES -> erp', 'ORDERS -> LOG', 'ORDERS -> erp']);
});

test('a call to what the snapshot does not have is shown with its id', () => {
  expect(titled([integration('ORDERS', [], ['GONE'])]).lines).toEqual(['ORDERS -> GONE|01.00.0000']);
});

test('integrations that call each other in a circle, and one that calls itself, are drawn', () => {
  const { picture } = mapSnapshot([
    integration('A', [], ['B']),
    integration('B', [], ['A']),
    integration('C', [], ['C']),
  ]);

  expect(picture && readPicture(drawPictureFile(picture)).texts).toEqual(expect.arrayContaining(['A', 'B', 'C']));
});

test('nothing shared and nothing called is no picture, and the connections are told all the same', () => {
  const { picture, connections } = mapSnapshot([integration('A', ['X']), integration('B', ['Y'])]);

  expect(picture).toBeUndefined();
  expect(connections.map(({ id, usedBy }) => [id, usedBy])).toEqual([
    ['X', ['A|01.00.0000']],
    ['Y', ['B|01.00.0000']],
  ]);
});

test('the way to integrations of the same instance is no shared connection', () => {
  const local = { connections: [{ id: 'LOCAL', name: 'Local', type: 'collocatedics' }] };
  const { connections } = mapSnapshot([
    { ...integration('A', []), ...local },
    { ...integration('B', []), ...local },
  ]);

  expect(connections).toEqual([]);
});

test('many integrations with the same connections are one box', () => {
  const many = Array.from({ length: 100 }, (_, index) => integration(`INT_${index}`, ['ERP', 'FTP']));

  expect(titled(many)).toEqual({
    boxes: ['100 integrations', 'erp', 'ftp'],
    lines: ['100 integrations -> erp', '100 integrations -> ftp'],
  });
});

test('of three thousand the picture stays small and says what it leaves out', () => {
  const random = createRandom(3);
  const many = Array.from({ length: 3_000 }, (_, index) =>
    integration(
      `INT_${index}`,
      Array.from(new Set([0, 1, 2].map(() => `CON_${random.below(200)}`))),
      random.below(8) === 0 ? [`INT_${random.below(3_000)}`] : [],
    ),
  );
  const { picture, connections } = mapSnapshot(many);

  expect(picture?.boxes.length).toBeLessThanOrEqual(60);
  expect(picture?.notes).toHaveLength(3);
  expect(connections).toHaveLength(200);
  expect(connections.reduce((sum, { usedBy }) => sum + usedBy.length, 0)).toBe(
    many.reduce((sum, each) => sum + each.connections.length, 0),
  );
  const known = new Set(picture?.boxes.map(({ id }) => id));
  for (const { from, to } of picture?.lines ?? []) expect([known.has(from), known.has(to)]).toEqual([true, true]);
});
