/** The report in a real browser, when every name in it would like to be a script. */
import { expect, test } from 'vitest';
import type { IntegrationId } from '../../functions/core/integration.ts';
import { drawPicture } from '../../functions/core/picture/svg.ts';
import type { Manifest } from '../../functions/core/snapshot/manifest.ts';
import { forgeNights } from '../core/report/nights.ts';
import { renderNights } from '../core/report/report-forge.ts';
import { describeInChromium, type Opened, rowsShown } from './chromium.ts';

const last = forgeNights({ integrations: 20, nights: 1, seed: 7 })[0] as Manifest;

describeInChromium('a report about names like scripts', (reader) => {
  const HOSTILE = [
    '<script>hacked = 1</script>',
    '</script><script>hacked = 1</script>',
    '<img src=x onerror="hacked = 1">',
    '"><svg onload="hacked = 1">',
    "' onmouseover='hacked = 1' autofocus onfocus='hacked = 1",
    'javascript:hacked = 1',
    '</title></style></textarea><iframe srcdoc="<script>parent.hacked = 1</script>">',
    '\u2028\u2029{{constructor.constructor("hacked = 1")()}}',
  ];
  const hostile = (): string => {
    const integrations = last.integrations.slice(0, HOSTILE.length).map((each, index) => {
      const name = HOSTILE[index] ?? '';
      return {
        ...each,
        id: `${name}|01.00.0000` as IntegrationId,
        code: name,
        name,
        status: name,
        lastUpdated: name,
        lastUpdatedBy: name,
      };
    });
    const before = { ...last, instance: HOSTILE[6] ?? '', integrations: integrations.slice(1) };
    const svg = drawPicture({
      title: HOSTILE[1] ?? '',
      description: HOSTILE[2] ?? '',
      boxes: HOSTILE.map((title, index) => ({
        id: `${index}`,
        kind: 'map',
        title,
        detail: title,
        element: title,
        isContainer: false,
      })),
      lines: [],
      direction: 'down',
      notes: HOSTILE,
    });
    const failures = integrations.map(({ id, name }) => ({ id, kind: 'x', message: name }));
    return renderNights(
      [before, { ...before, snapshot: '2030-01-01T00-00-00Z', complete: false, integrations, failures }],
      {
        changePictures: {
          pictures: new Map(integrations.map(({ id, name }) => [id, { svg, description: name }])),
          undrawn: 1,
        },
        problems: HOSTILE,
      },
    );
  };
  const isHacked = ({ page }: Opened): Promise<boolean> => page.evaluate(() => 'hacked' in globalThis);

  test('they are text, and can be found and sorted', async () => {
    await reader.write('hostile.html', hostile());
    const opened = await reader.open('hostile.html');
    for (const details of await opened.page.locator('details').all())
      await details.evaluate((it) => it.setAttribute('open', ''));
    await opened.page.mouse.move(300, 300);
    await opened.page.getByRole('columnheader', { name: 'Status' }).getByRole('button').click();
    await opened.page.getByRole('searchbox').fill('<img');

    await expect.poll(() => rowsShown(opened)).toEqual([HOSTILE[2]]);
    expect(opened.complaints).toEqual([]);
    expect(await isHacked(opened)).toBe(false);
    expect(await opened.page.locator('script, iframe, img').count()).toBe(1);
  });

  test('and if one came through as markup, the policy would stop it', async () => {
    const injected = HOSTILE.slice(0, 4).join('');
    await reader.write(
      'broken.html',
      hostile().replace('<main>', `<main>${injected}<link rel="stylesheet" href="x.css"><b style="color:red">`),
    );
    const opened = await reader.open('broken.html');

    await expect
      .poll(() => opened.complaints.filter((text) => /Content.Security.Policy/i.test(text)).length)
      .toBeGreaterThanOrEqual(4);
    expect(await isHacked(opened)).toBe(false);
  });
});
