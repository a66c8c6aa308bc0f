/** report.html in a real browser: that it can be used, asks nobody for anything, and shuts nobody out. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFile, rm, writeFile, mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deviants } from '../../fixtures/deviants/gallery.ts';
import { register } from '../../specs/register.ts';
import { page as reportOf } from '../../src/report/html/page.ts';
import { generated } from '../../src/programs/scenarios.ts';
import { campaignOn, type CampaignResult } from '../support/campaign.ts';
import { launch, opened } from './browser.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PHONE = { width: 360, height: 740 };

let browser: Browser;
let directory: string;
let failing: CampaignResult;
const urls = { failing: '', passing: '' };

async function write(name: keyof typeof urls, { verdict, evidence }: CampaignResult): Promise<void> {
  const path = join(directory, `${name}.html`);
  await writeFile(path, reportOf(verdict, register, evidence));
  urls[name] = pathToFileURL(path).href;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dms-conformance-browser-'));
  browser = await launch();
  const half = deviants.find(({ name }) => name === 'leases/half')!;
  const programs = generated({ seed: 7, count: 5, seconds: 30 });
  failing = await campaignOn({
    emulator: () => ({ ...half.options, behaviour: half.behaviour }),
    scenarios: ({ id }) => /^(?:redelivery\/NORMAL|retention|parameters\/max-msgs\/range)\//.test(id),
    programs,
  });
  await write('failing', failing);
  await write('passing', await campaignOn({ scenarios: ({ id }) => id.startsWith('retention/'), programs }));
});

afterAll(async () => {
  await browser.close();
  await rm(directory, { recursive: true, force: true });
});

const CLAUSE = 'redelivery.not-before-ack-wait';
const clause = (page: Page): ReturnType<Page['locator']> => page.locator(`[id="${CLAUSE}"]`);

async function shownClauses(page: Page): Promise<string[]> {
  return page.locator('[data-kind="clause"]:not([hidden])').evaluateAll((rows) => rows.map((row) => row.id).toSorted());
}

function clausesThat(verdict: string): string[] {
  return failing.verdict.clauses
    .filter((one) => one.verdict === verdict)
    .map(({ id }) => id)
    .toSorted();
}

describe('the page', () => {
  test.for(['failing', 'passing'] as const)('of a %s run asks for nothing and complains of nothing', async (name) => {
    await using watched = await opened(browser, urls[name]);
    const { page, seen } = watched;
    await page.locator('.row').evaluateAll((rows) => rows.forEach((row) => ((row as HTMLDetailsElement).open = true)));
    await page.locator('#scenarios').evaluate((details) => ((details as HTMLDetailsElement).open = true));
    await page.waitForFunction(() => document.querySelectorAll('[data-timeline]:empty').length === 0);
    expect(await page.locator('svg[role="img"]').count()).toBeGreaterThan(5);
    expect(seen).toEqual([]);
  });

  test('asks for nothing where a server serves it, not even for an icon', async () => {
    const asked: string[] = [];
    const text = await readFile(new URL(urls.failing));
    const server = createServer(({ url = '' }, reply) => {
      asked.push(url);
      reply.writeHead(200, { 'content-type': 'text/html' }).end(text);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/report.html`;
      await using watched = await opened(browser, url);
      await watched.page.waitForTimeout(300);
      expect(watched.seen).toEqual([]);
      expect(asked).toEqual(['/report.html']);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  test('is stopped by its own policy where something of an endpoint became markup after all', async () => {
    const path = join(directory, 'broken-into.html');
    const text = await readFile(new URL(urls.failing), 'utf8');
    const evil =
      '<script>document.title = "in"</script><img src="http://127.0.0.1:9/x" onerror="document.title = \'in\'"/>';
    await writeFile(path, text.replace('<main>', `<main>${evil}`));
    await using watched = await opened(browser, pathToFileURL(path).href);
    const { page, seen } = watched;
    expect(await page.title()).toMatch(/^nonconformant: /);
    // Other than in the tests above there is something to be seen: they would see it, too.
    expect(seen.join('\n')).toMatch(/Content Security Policy/);
  });

  test('can be read where scripts are off', async () => {
    await using watched = await opened(browser, urls.failing, { javaScriptEnabled: false });
    const { page } = watched;
    await clause(page).locator('> summary').click();
    await clause(page).locator('.finding svg text.early').first().waitFor();
    expect(await page.locator('#search').isVisible()).toBe(false);
  });
});

describe('whoever looks for something', () => {
  test('filters by standing and level', async () => {
    await using watched = await opened(browser, urls.failing);
    const { page } = watched;
    expect(await shownClauses(page)).toHaveLength(failing.verdict.clauses.length);
    await page.getByRole('button', { name: /failed$/ }).click();
    expect(await shownClauses(page)).toEqual(clausesThat('fail'));
    await page.getByRole('button', { name: 'INFO' }).click();
    expect(await shownClauses(page)).toEqual([]);
    await page.getByRole('button', { name: 'MUST' }).click();
    expect(await shownClauses(page)).toEqual(clausesThat('fail'));
    expect(await page.locator('#shown').textContent()).toMatch(
      /^\d+ of \d+ clauses and \d+ of \d+ scenarios are shown$/,
    );
    await page.getByRole('button', { name: 'show all' }).click();
    expect(await shownClauses(page)).toHaveLength(failing.verdict.clauses.length);
  });

  test('searches with the keyboard alone', async () => {
    await using watched = await opened(browser, urls.failing);
    const { page } = watched;
    await page.keyboard.press('/');
    await page.keyboard.type('not-before ack_wait');
    await page.waitForFunction(() => document.querySelectorAll('.row[hidden]').length > 0);
    const shown = await shownClauses(page);
    expect(shown).toContain(CLAUSE);
    expect(shown.length).toBeLessThan(failing.verdict.clauses.length);
    await page.keyboard.press('Escape');
    expect(await shownClauses(page)).toHaveLength(failing.verdict.clauses.length);
  });

  test('opens a failure with the keyboard, and sees how much too early it was', async () => {
    await using watched = await opened(browser, urls.failing);
    const { page } = watched;
    await clause(page).locator('> summary').focus();
    await page.keyboard.press('Enter');
    const finding = clause(page).locator('.finding').first();
    await finding.locator('svg[role="img"]').waitFor();
    expect(await finding.locator('svg text.early').textContent()).toMatch(/^\d+(?:\.\d+)? s before its ack_wait ends$/);
    await finding.locator('.exchange > summary').first().click();
    await finding.getByText('curl -sS -i').first().waitFor();
  });

  test('opens everything that is broken at once, and closes it again', async () => {
    await using watched = await opened(browser, urls.failing);
    const { page } = watched;
    const open = page.locator('[data-kind="clause"][open]');
    await page.getByRole('button', { name: 'open what is broken' }).click();
    expect(await open.count()).toBe(clausesThat('fail').length + clausesThat('warn').length);
    await page.getByRole('button', { name: 'close what is broken' }).click();
    expect(await open.count()).toBe(0);
  });

  test('follows a link to what is closed, or filtered away', async () => {
    await using watched = await opened(browser, `${urls.failing}#${CLAUSE}`);
    const { page } = watched;
    expect(await clause(page).getAttribute('open')).toBe('');
    await page.getByRole('button', { name: /passed$/ }).click();
    expect(await clause(page).isVisible()).toBe(false);
    await page.locator(`main > section a[href="#${CLAUSE}"]`).first().click();
    expect(await clause(page).isVisible()).toBe(true);
    await clause(page).locator('.finding a').first().click();
    const target = page.locator('#scenarios .row[open] svg[role="img"]').first();
    await target.waitFor();
    expect(await target.isVisible()).toBe(true);
  });

  test('copies a command', async () => {
    await using watched = await opened(browser, `${urls.failing}#${CLAUSE}`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const { page } = watched;
    const command = clause(page).locator('.finding > .command').first();
    await command.getByRole('button').click();
    await command.getByRole('button', { name: 'copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^npx dms-conformance run --only 'redelivery\/[^']*' --seed 1$/);
  });
});

describe('wherever it is read', () => {
  test.for([
    ['failing', 'in light', { colorScheme: 'light' }],
    ['failing', 'in dark', { colorScheme: 'dark' }],
    ['failing', 'on a phone', { viewport: PHONE, colorScheme: 'light' }],
    ['failing', 'on a phone in the dark', { viewport: PHONE, colorScheme: 'dark' }],
    ['passing', 'in light', { colorScheme: 'light' }],
    ['passing', 'in dark', { colorScheme: 'dark' }],
  ] as const)('axe finds nothing serious in a %s run %s', async ([name, , options]) => {
    await using watched = await opened(browser, urls[name], options);
    const { page } = watched;
    // Some of everything open: what is closed is not looked at.
    for (const selector of ['[data-kind="clause"]', '.exchange', '.calls', '#scenarios', '[data-kind="scenario"]'])
      await page
        .locator(selector)
        .evaluateAll((found) => found.slice(0, 4).forEach((one) => ((one as HTMLDetailsElement).open = true)));
    await page.waitForFunction(() => document.querySelectorAll('[open] > .inside [data-timeline]:empty').length === 0);
    await page.evaluate(await readFile(AXE, 'utf8'));
    const { violations, passes } = await page.evaluate(() =>
      (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    );
    expect(
      violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .map(({ html }) => html.slice(0, 200))
              .slice(0, 3)
              .join(' ')}`,
        ),
    ).toEqual([]);
    expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['color-contrast', 'button-name']));
  });

  test('axe would find what nobody can read', async () => {
    await using watched = await opened(browser, urls.failing);
    const { page } = watched;
    await page.locator('h1').evaluate((title) => ((title as HTMLElement).style.color = '#fee'));
    await page.evaluate(await readFile(AXE, 'utf8'));
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: { run(what: string): Promise<AxeResults> } }).axe.run('h1'),
    );
    expect(violations.map(({ id, impact }) => `${id} ${impact}`)).toContain('color-contrast serious');
  });

  test('nothing is wider than a phone but pictures, which scroll by themselves', async () => {
    await using watched = await opened(browser, urls.failing, { viewport: PHONE });
    const { page } = watched;
    await page
      .locator('details')
      .evaluateAll((found) => found.forEach((one) => ((one as HTMLDetailsElement).open = true)));
    await page.waitForFunction(() => document.querySelectorAll('[data-timeline]:empty').length === 0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
    const widest = await page
      .locator('.scroll')
      .evaluateAll((found) => Math.max(...found.map((one) => one.scrollWidth)));
    expect(widest).toBeGreaterThan(PHONE.width);
  });

  test('on paper what is broken is open, with its picture, and there is nothing to press', async () => {
    await using watched = await opened(browser, urls.failing);
    const { page } = watched;
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await page.locator('[data-kind="clause"][open]').count()).toBe(
      clausesThat('fail').length + clausesThat('warn').length,
    );
    expect(await clause(page).locator('.finding svg[role="img"]').first().isVisible()).toBe(true);
    expect(await clause(page).locator('.exchange[open] pre').first().isVisible()).toBe(true);
    expect(await page.locator('button').evaluateAll((found) => found.some((one) => one.checkVisibility()))).toBe(false);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await page.locator('[data-kind="clause"][open]').count()).toBe(0);
  });
});
