/**
 * A real, headless Chromium, as the machine has it; nothing is downloaded. Without one the tests that need it are skipped
 * and say so, but not in CI, which has to have it.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';

const USUAL_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const places = process.env.CHROMIUM === undefined ? USUAL_PLACES : [process.env.CHROMIUM];
const executablePath = places.find((path) => existsSync(path));

/** undefined when there is one; else what to tell instead of testing. */
const whyNoChromium = (): string | undefined => {
  if (executablePath !== undefined) return undefined;
  const advice = `no Chromium at ${places.join(', ')}: install the package chromium, or name one in the variable CHROMIUM`;
  if (process.env.CI === 'true') throw new Error(advice);
  return advice;
};

/** The first flags are for a container; the others keep the browser from looking for its maker. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Opened {
  readonly page: Page;
  /** What the page complained of: errors on the console, exceptions, dialogs it opened. */
  readonly complaints: string[];
  /** Every address it asked for. */
  readonly requested: string[];
}

interface Reader {
  /** Puts a file where the browser finds it. */
  write(name: string, content: string): Promise<string>;
  /** @param file one that was written here, or any by its whole path */
  open(file: string, options?: BrowserContextOptions): Promise<Opened>;
  close(): Promise<void>;
}

const openReader = async (): Promise<Reader> => {
  const directory = await mkdtemp(join(tmpdir(), 'oic-pages-'));
  const browser: Browser = await chromium.launch({ executablePath: executablePath ?? '', args: FLAGS });
  return {
    write: async (name, content) => {
      await writeFile(join(directory, name), content);
      return name;
    },
    open: async (file, options = {}) => {
      const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
      const page = await context.newPage();
      const opened: Opened = { page, complaints: [], requested: [] };
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') opened.complaints.push(message.text());
      });
      page.on('pageerror', (error) => opened.complaints.push(error.message));
      page.on('dialog', (dialog) => {
        opened.complaints.push(`a dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('request', (request) => opened.requested.push(request.url()));
      await page.goto(`file://${resolve(directory, file)}`);
      return opened;
    },
    close: async () => {
      await browser.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** A group of tests with a browser; its reader may be used in tests and hooks. */
export const describeInChromium = (title: string, tests: (reader: Omit<Reader, 'close'>) => void): void => {
  const reason = whyNoChromium();
  // The runner counts what was skipped, and does not say why.
  if (reason !== undefined) process.stdout.write(`skipped: ${title}, ${reason}\n`);
  describe.skipIf(reason !== undefined)(title, () => {
    let reader: Reader | undefined;
    const opened = (): Reader => {
      if (!reader) throw new Error('the browser is not there yet');
      return reader;
    };
    beforeAll(async () => {
      reader = await openReader();
    });
    afterAll(() => reader?.close());
    tests({
      write: (name, content) => opened().write(name, content),
      open: (file, options) => opened().open(file, options),
    });
  });
};

/** The names in the list of integrations, as far as they are shown, in order. */
export const rowsShown = ({ page }: Opened): Promise<string[]> =>
  page
    .locator('#list tbody tr:not([hidden]) th')
    .evaluateAll((cells) => cells.map((cell) => cell.firstChild?.textContent ?? ''));
