/** What can be read in a box: names whole where there is room, else their beginning and their end. */
import { describe, expect, test } from 'vitest';
import { containerWidth, textInBox } from '../../../functions/core/picture/box-text.ts';
import type { Box } from '../../../functions/core/picture/picture.ts';
import { fitText } from '../../../functions/core/picture/text.ts';
import { rounds } from '../../rounds.ts';
import { createRandom } from '../../simulator/random.ts';

const box = (title: string, detail = '', kind: Box['kind'] = 'invoke'): Box => ({
  id: 'a',
  kind,
  title,
  detail,
  isContainer: false,
});

test.each([
  ['Map', ['Map'], { width: 232, height: 46 }],
  ['GenerateRandomNumber', ['GenerateRandom', 'Number'], { width: 232, height: 49 }],
  ['LTF FIN IN INT-01 Delivery Report', ['LTF FIN IN INT-01', 'Delivery Report'], { width: 232, height: 49 }],
])('%s stands on the lines %j', (title, lines, size) => {
  expect(textInBox(box(title))).toMatchObject({ ...size, title: lines });
});

test('a box becomes wider before anything in it is cut', () => {
  const { width, title } = textInBox(box('RetrieveSupplierInvoiceAttachmentsForApproval'));

  expect(width).toBeGreaterThan(232);
  expect(title.join('')).toBe('RetrieveSupplierInvoiceAttachmentsForApproval');
});

test('names that begin alike can be told from each other, however long they are', () => {
  const names = ['Create', 'Update', 'Delete'].map((end) => `LTF FIN IN INT-01 ${'Delivery Report '.repeat(6)}${end}`);
  const drawn = names.map((name) => textInBox(box(name)).title.join(' '));

  for (const [index, end] of ['Create', 'Update', 'Delete'].entries()) {
    expect(drawn[index]).toMatch(new RegExp(`^LTF FIN IN INT-01 .*….*${end}$`));
  }
});

test('a line ends between two facts, or else between two words', () => {
  expect(textInBox(box('TakeOrder', 'rest · Connection SHOP · POST /orders/{id}')).detail).toEqual([
    'rest · Connection SHOP',
    'POST /orders/{id}',
  ]);
  expect(textInBox(box('Read all of the payslipsOfNovember')).title).toEqual(['Read all of the', 'payslipsOfNovember']);
});

test('a note is read to its end', () => {
  const words = 'Ask Ms Berg before you change anything below: the bank calls at six, and nobody is there until eight.';

  expect(textInBox(box(words, '', 'note')).title.join(' ')).toBe(words);
});

test('a condition stands in its branch on two lines', () => {
  expect(textInBox(box('order_status_of_the_shop = "…" and order_total > 500', '', 'branch')).title).toHaveLength(2);
});

test('a scope that holds little is as wide as its name', () => {
  expect(containerWidth(box('Send all of the invoices of the night to the bank'))).toBeGreaterThan(350);
  expect(containerWidth(box('Attempt'))).toBe(232);
});

describe.each(Array.from({ length: rounds(5, 40) }, (_, seed) => seed))('with seed %i', (seed) => {
  test('a text is cut only in a box that is as wide as any', () => {
    const random = createRandom(seed);
    const words = Array.from({ length: 1 + random.below(9) }, () =>
      random.pick(['Order', 'ORDER_', 'to ', '漢字', 'ä', '😀', 'x'.repeat(random.below(60)), ' · ', '/']),
    );
    const { width, title } = textInBox(box(words.join('')));

    if (title.join('').includes('…')) expect(width).toBeGreaterThanOrEqual(330);
    expect(title.length).toBeLessThanOrEqual(2);
  });
});

test('a text of pages costs no more than its two ends', () => {
  const pages = 'a1 '.repeat(1_000_000);
  const began = performance.now();

  expect(fitText(pages, 400, 11).length).toBeLessThan(200);
  expect(textInBox(box(pages, pages)).title).toHaveLength(2);
  expect(performance.now() - began).toBeLessThan(1_000);
});
