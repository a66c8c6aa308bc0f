/** Chromium, as Debian and others install it; CHROMIUM names another one. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    // Its sandbox refuses to be started by root, as whom continuous integration often runs.
    args: [...QUIET, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}

/** A page, and all that must not happen in it. */
export interface Watched extends AsyncDisposable {
  readonly page: Page;
  /** Requests other than for the page itself, errors, and what the console was told. */
  readonly seen: readonly string[];
}

export async function opened(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const seen: string[] = [];
  page.on('request', (request) => {
    if (request.url() !== url.replace(/#.*$/, '')) seen.push(`requests ${request.url()}`);
  });
  page.on('console', (message) => seen.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => seen.push(String(error)));
  await page.goto(url);
  return { page, seen, [Symbol.asyncDispose]: () => context.close() };
}
