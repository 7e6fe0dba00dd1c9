/** The report in a real browser: found and sorted, in light and dark, on a phone, by thousands. */
import { beforeAll, expect, test } from 'vitest';
import type { Picture } from '../../functions/core/picture/picture.ts';
import { drawPictureFile } from '../../functions/core/picture/svg.ts';
import type { Manifest } from '../../functions/core/snapshot/manifest.ts';
import { forgeNights } from '../core/report/nights.ts';
import { renderNights } from '../core/report/report-forge.ts';
import { describeInChromium, rowsShown } from './chromium.ts';
import { brightness, contrast } from './contrast.ts';
import { BODY_COLOUR, BOX_COLOUR, COLOUR_PAIRS, type ColourPair, PAGE_WIDTH, UNTIL_PAINTED } from './in-page.ts';

const HOUR_MS = 3_600_000;

const nightsBefore = (now: number, integrations: number, nights: number, hoursAgo = 9): Manifest[] =>
  forgeNights({ integrations, nights, seed: 7, lastAt: new Date(now - hoursAgo * HOUR_MS) });

describeInChromium('a report page', (reader) => {
  const nights = nightsBefore(Date.now(), 120, 20);
  const last = nights.at(-1) as Manifest;

  beforeAll(() => reader.write('report.html', renderNights(nights, { linkTo: () => 'flow.svg' })));

  test('complains of nothing and asks for nothing but itself', async () => {
    const opened = await reader.open('report.html');

    expect(opened.complaints).toEqual([]);
    expect(opened.requested.map((url) => url.replace(/^file:.*\//, ''))).toEqual(
      ['report.html', 'data:,'].slice(0, opened.requested.length),
    );
    expect(await rowsShown(opened)).toHaveLength(last.integrations.length);
  });

  test('finds rows by all the words typed, and says how many', async () => {
    const opened = await reader.open('report.html');
    await opened.page.getByRole('searchbox', { name: 'Find' }).fill('  ORDER sync ');
    const wanted = last.integrations.map(({ name }) => name).filter((name) => /order sync/i.test(name));

    await expect
      .poll(() => opened.page.locator('#found').textContent())
      .toBe(`${wanted.length} of ${last.integrations.length}`);
    expect((await rowsShown(opened)).toSorted()).toEqual(wanted.toSorted());

    await opened.page.getByRole('searchbox').fill('');
    await expect.poll(() => rowsShown(opened)).toHaveLength(last.integrations.length);
    await opened.page.getByRole('searchbox').fill('nothing is called this');
    await expect.poll(() => rowsShown(opened)).toEqual([]);
  });

  test('sorts by what is in a column, one way and the other, with the keyboard alone', async () => {
    const opened = await reader.open('report.html');
    const head = opened.page.getByRole('columnheader', { name: 'Archive' });
    const sizes = (): Promise<number[]> =>
      opened.page
        .locator('#list tbody td:nth-child(5)')
        .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('data-v'))));
    const descending = (await sizes()).toSorted((a, b) => b - a);

    await head.getByRole('button').focus();
    await opened.page.keyboard.press('Enter');
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    expect(await sizes()).toEqual(descending);

    await opened.page.keyboard.press('Space');
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    expect(await sizes()).toEqual(descending.toReversed());
    expect(await opened.page.locator('#list [aria-sort=none]').count()).toBe(5);
  });

  test('sorts names as people count', async () => {
    const opened = await reader.open('report.html');
    const names = await rowsShown(opened);

    expect(names).toEqual(names.toSorted(new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare));
    await opened.page.getByRole('columnheader', { name: 'Integration' }).getByRole('button').click();
    expect(await rowsShown(opened)).toEqual(names.toReversed());
  });

  test('shows the timeline as three charts with words for who cannot see them, and the same numbers as a table', async () => {
    const { page } = await reader.open('report.html');
    const charts = page.getByRole('img', { name: /by snapshot/ });

    expect(await charts.count()).toBe(3);
    expect(await charts.first().getAttribute('aria-label')).toMatch(/^Integrations by snapshot: \d+ in the first/);
    const boxes = await charts.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().width));
    expect(Math.min(...boxes)).toBeGreaterThan(800);
    const days = await page.locator('svg.x text').allTextContents();
    expect(days).toHaveLength(5);
    for (const day of days) expect(day).toMatch(/^[A-Z][a-z]{2} \d{1,2}$/);
    expect(await page.locator('.y').first().locator('span').allTextContents()).toEqual(
      [Math.max, Math.min].map((most) => `${most(...nights.map(({ integrations }) => integrations.length))}`),
    );
    await page.getByText('The numbers').click();
    expect(await page.getByRole('region', { name: 'All snapshots' }).getByRole('row').count()).toBe(nights.length + 1);
  });

  test('is a table, landmarks and headings to who listens to it', async () => {
    const { page } = await reader.open('report.html');

    expect(await page.getByRole('banner').count()).toBe(1);
    expect(await page.getByRole('main').count()).toBe(1);
    expect(await page.getByRole('contentinfo').count()).toBe(1);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('prod');
    const table = page.locator('#list');
    expect(await table.getByRole('row').count()).toBe(last.integrations.length + 1);
    expect(await table.getByRole('rowheader').count()).toBe(last.integrations.length);
    expect(await table.getByRole('cell').count()).toBe(5 * last.integrations.length);
  });

  test.each(['light', 'dark'] as const)(
    'can be read in %s: every text has the contrast it needs',
    async (colorScheme) => {
      const { page } = await reader.open('report.html', { colorScheme });
      const background = await page.evaluate<string>(BODY_COLOUR);

      expect(brightness(background) < 0.5).toBe(colorScheme === 'dark');
      const pairs = await page.evaluate<ColourPair[]>(COLOUR_PAIRS);
      expect(pairs.length).toBeGreaterThan(5);
      for (const { text, on, sample } of pairs) {
        expect(contrast(text, on), `${text} on ${on}: "${sample}"`).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  test('fits a phone of 360 pixels', async () => {
    const { page, complaints } = await reader.open('report.html', { viewport: { width: 360, height: 780 } });

    expect(await page.evaluate<number>(PAGE_WIDTH)).toBeLessThanOrEqual(360);
    await page.locator('#list tbody tr').last().scrollIntoViewIfNeeded();
    expect(await page.evaluate<number>(PAGE_WIDTH)).toBeLessThanOrEqual(360);
    expect(complaints).toEqual([]);
  });

  test.each([1_200, 360])('at %i pixels the words of the timeline do not lie on each other', async (width) => {
    const { page } = await reader.open('report.html', { viewport: { width, height: 900 } });
    const boxes = await page
      .locator('svg.x text')
      .evaluateAll((texts) =>
        texts.map((text) => text.getBoundingClientRect()).map(({ left, right }) => ({ left, right })),
      );

    for (const [index, { left, right }] of boxes.entries()) {
      expect(left).toBeGreaterThan(boxes[index - 1]?.right ?? 0);
      expect(right).toBeLessThan(width);
    }
  });

  test('leads to its sections by links', async () => {
    const { page } = await reader.open('report.html', { reducedMotion: 'reduce' });
    await page.getByRole('navigation').getByRole('link', { name: 'All integrations' }).click();

    expect(await page.getByRole('heading', { name: 'All integrations' }).boundingBox()).toMatchObject({
      y: expect.toSatisfy((y: number) => y >= 0 && y < 100),
    });
  });

  test('is whole without JavaScript', async () => {
    const opened = await reader.open('report.html', { javaScriptEnabled: false });

    expect(await opened.page.locator('#list tbody tr').count()).toBe(last.integrations.length);
    expect(await opened.page.getByRole('searchbox').isVisible()).toBe(false);
    expect(await opened.page.getByText('The snapshot is').isVisible()).toBe(true);
  });

  test('says how old the snapshot is when it is looked at, and when that is too old', async () => {
    await reader.write('old.html', renderNights(nightsBefore(Date.now(), 3, 2, 3 * 24 + 5)));
    const [fresh, old] = [await reader.open('report.html'), await reader.open('old.html')];

    expect(await fresh.page.locator('#age').textContent()).toBe(', 9 hours ago');
    expect(await fresh.page.locator('#stale').isVisible()).toBe(false);
    expect(await old.page.locator('#age').textContent()).toBe(', 3 days ago');
    expect(await old.page.locator('#stale').isVisible()).toBe(true);
  });

  test('opens the picture of a flow from its name, in light and dark', async () => {
    const box = { kind: 'invoke', title: 'Ask the ERP', detail: 'erp', isContainer: false } as const;
    const drawn: Picture = {
      title: 'Order sync',
      description: 'a flow',
      boxes: ['a', 'b'].map((id) => ({ id, ...box })),
      lines: [{ from: 'a', to: 'b', kind: 'next' }],
      direction: 'down',
      notes: [],
    };
    await reader.write('flow.svg', drawPictureFile(drawn));
    const opened = await reader.open('report.html');
    await opened.page.locator('#list tbody a').first().click();
    await opened.page.waitForURL(/flow\.svg$/);

    expect(await opened.page.locator('svg.picture .b').count()).toBe(2);
    expect(opened.complaints).toEqual([]);
    const fill = async (colorScheme: 'light' | 'dark'): Promise<string> => {
      await opened.page.emulateMedia({ colorScheme });
      return opened.page.evaluate<string>(BOX_COLOUR);
    };
    expect(brightness(await fill('light'))).toBeGreaterThan(0.9);
    expect(brightness(await fill('dark'))).toBeLessThan(0.2);
  });

  test('shows three thousand integrations in less than two seconds', async () => {
    await reader.write('large.html', renderNights(nightsBefore(Date.now(), 3_000, 60)));
    const took: number[] = [];
    // The machine may be busy with something else; the page is as fast as it is at its best.
    while (took.length < 5 && (took.length < 3 || Math.min(...took) >= 2_000)) {
      const { page, complaints } = await reader.open('large.html');
      took.push(await page.evaluate<number>(UNTIL_PAINTED));
      expect(complaints).toEqual([]);
      expect(await page.locator('#list tbody tr').count()).toBeGreaterThan(2_950);
      await page.context().close();
    }
    process.stdout.write(`3,000 integrations shown after ${took.map((ms) => `${Math.round(ms)} ms`).join(', ')}\n`);

    expect(Math.min(...took)).toBeLessThan(2_000);
  });
});
