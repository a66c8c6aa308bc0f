import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestResult } from 'allure-js-commons';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCENARIOS = ['redelivery/again-and-again/failed', 'redelivery/NORMAL/ack-wait-15'];

/** Tests start real commands, one of them vitest itself. */
const SLOW = { timeout: 120_000 };

interface Result extends TestResult {
  /** Texts of all that is attached to it and its steps, by their names. */
  readonly attached: ReadonlyMap<string, string>;
}

async function resultsIn(directory: string): Promise<ReadonlyMap<string, Result>> {
  const names = await readdir(directory);
  const read = async (name: string): Promise<Result> => {
    const result = JSON.parse(await readFile(join(directory, name), 'utf8')) as TestResult;
    const all = [...result.attachments, ...result.steps.flatMap((step) => step.attachments)];
    const texts = all.map(async (one) => [one.name, await readFile(join(directory, one.source), 'utf8')] as const);
    return { ...result, attached: new Map(await Promise.all(texts)) };
  };
  const results = await Promise.all(names.filter((name) => name.endsWith('-result.json')).map(read));
  return new Map(results.map((result) => [result.name ?? '', result]));
}

/** An endpoint whose leases end after half their time, under a controlled clock. */
async function endpoint(): Promise<Readonly<Record<string, string>>> {
  const emulator = await startEmulator({
    clock: 'controlled',
    behaviour: () => ({ leaseMs: ({ ackWaitSeconds }) => ackWaitSeconds * 500 }),
  });
  onTestFinished(() => emulator.close());
  return { DMS_ENDPOINT: emulator.url, DMS_CLOCK_URL: `${emulator.url}/clock`, DMS_PROJECT: 'p1' };
}

test('the command and a plain vitest leave the same results of the same scenarios', SLOW, async () => {
  await using directory = await ownDirectory();
  const env = { ...(await endpoint()), DMS_PROGRAMS: '3', DMS_SEED: '1' };
  const out = join(directory.path, 'run');
  const ran = await command(['run', '--only', 'redelivery/*', '--out', out], { env });
  expect(ran).toMatchObject({ exitCode: 1, err: '' });
  expect(ran.out).toContain(join(out, 'allure-results'));
  const byCommand = await resultsIn(join(out, 'allure-results'));

  const cwd = join(directory.path, 'plain');
  await mkdir(cwd);
  const names = SCENARIOS.map((id) => `${id}$`).join('|');
  await promisify(execFile)(
    join(ROOT, 'node_modules/.bin/vitest'),
    ['run', '--root', ROOT, '--config', join(ROOT, 'vitest.config.ts'), '--project', 'scenarios', '-t', names],
    { cwd, env: { ...process.env, ...env, DMS_OUT: join(cwd, 'run') } },
  ).catch((error: { readonly code: number }) => expect(error.code).toBe(1));
  const byVitest = await resultsIn(join(cwd, 'allure-results'));

  expect([...byVitest.keys()].toSorted()).toEqual(SCENARIOS.toSorted());
  expect(byCommand.get('run/verdict')).toMatchObject({ status: 'failed', labels: expect.anything() });
  for (const id of SCENARIOS) {
    const [one, other] = [byCommand.get(id)!, byVitest.get(id)!];
    expect(other.historyId).toBe(one.historyId);
    expect(other.testCaseId).toBe(one.testCaseId);
    expect(other.status).toBe(one.status);
    expect(other.labels).toEqual(expect.arrayContaining(one.labels));
    expect(other.steps.map(({ name, status }) => [name, status])).toEqual(
      one.steps.map(({ name, status }) => [name, status]),
    );
    for (const { attached } of [one, other]) {
      const evidence = attached.get(`evidence of ${id}`) ?? '';
      const lines = evidence.split('\n').filter((line) => line.startsWith('{'));
      expect(lines.length).toBeGreaterThan(3);
      for (const line of lines) expect(JSON.parse(line)).toMatchObject({ scenario: id });
    }
  }
  expect(byVitest.get('redelivery/NORMAL/ack-wait-15')?.status).toBe('failed');
});

describe('report allure', () => {
  test('makes a page of the run, offline and without analytics, and results anew', SLOW, async () => {
    await using directory = await ownDirectory();
    const out = join(directory.path, 'run');
    await command(['run', '--only', SCENARIOS[0]!, '--out', out, '--seed', '1']);
    const before = await resultsIn(join(out, 'allure-results'));
    // A proxy that is not there: whatever would go to the network fails.
    const env = { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', HOME: directory.path };
    const said = await command(['report', 'allure', out], { cwd: directory.path, env });
    const path = join(out, 'allure-report', 'index.html');
    expect(said).toEqual({ exitCode: 0, out: `${path}\n`, err: '' });
    expect([...(await resultsIn(join(out, 'allure-results'))).keys()]).toEqual(
      expect.arrayContaining([...before.keys()]),
    );
    const page = await readFile(path, 'utf8');
    expect(page).not.toMatch(/googletagmanager|gtag\(|(?:src|href)="https?:/);
    const data = [...page.matchAll(/\bd\("([^"]*)",\s*"([^"]*)"\)/g)].map(([, name = '', base64 = '']) => [
      name,
      Buffer.from(base64, 'base64').toString(),
    ]);
    const results = data.filter(([name = '']) => name.startsWith('data/test-results/'));
    expect(results.find(([, text = '']) => text.includes(`"name":"${SCENARIOS[0]}"`))?.[1]).toContain(
      `evidence of ${SCENARIOS[0]}`,
    );
  });
});
