/** Allure's page of a run in a real browser: it shows the run, and asks nobody for anything. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';
import { launch, opened } from './browser.ts';

const SCENARIO = 'acknowledge/answer';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

test('the page that `report allure` makes shows the scenario, and sends no request', async () => {
  await using directory = await ownDirectory();
  const out = join(directory.path, 'run');
  await command(['run', '--only', SCENARIO, '--out', out, '--seed', '1']);
  const made = await command(['report', 'allure', out], { cwd: directory.path, env: { HOME: directory.path } });
  expect(made).toMatchObject({ exitCode: 0, err: '' });
  await using watched = await opened(browser, pathToFileURL(join(out, 'allure-report', 'index.html')).href);
  const { page, seen } = watched;
  await page.getByText('acknowledge', { exact: true }).first().click();
  await page.getByText(SCENARIO).first().click();
  await page.getByText(`evidence of ${SCENARIO}`).first().waitFor();
  // What it carries along, it takes out of itself.
  expect(seen.filter((one) => !/^requests (?:data|blob):/.test(one))).toEqual([]);
});
