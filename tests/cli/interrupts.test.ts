import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { documented } from '../../src/emulator/behaviour.ts';
import { startEmulator, type EmulatorOptions } from '../../src/emulator/emulator.ts';
import { generated } from '../../src/programs/scenarios.ts';
import { subjects } from '../matrix/subjects.ts';
import { command, start } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';
import { speak } from '../support/terminal.ts';

const PROJECT = 'p';

interface Watched extends AsyncDisposable {
  readonly url: string;
  readonly clockUrl: string | undefined;
  /** Resolves when the endpoint has got that many requests that match; each is written as method and path. */
  asked(pattern: RegExp, times?: number): Promise<void>;
  queues(): Promise<readonly string[]>;
  makeForeign(): Promise<void>;
}

/** An emulator that tells what it is asked for, and is told what takes long. */
async function watched(
  options: EmulatorOptions = {},
  delayMs: (request: string) => number = () => 0,
  answersLateMs: (request: string) => number = () => 0,
): Promise<Watched> {
  const requests: string[] = [];
  let heard: () => void = () => {};
  const emulator = await startEmulator({
    project: PROJECT,
    ...options,
    behaviour: (now) => {
      const behaviour = { ...documented, ...options.behaviour?.(now) };
      return {
        ...behaviour,
        receive: (incoming) => {
          const request = `${incoming.method} ${incoming.path}`;
          requests.push(request);
          heard();
          return { ...behaviour.receive(incoming), delayMs: delayMs(request) };
        },
        transmit: (answer, incoming) => ({
          ...behaviour.transmit(answer, incoming),
          delayMs: answersLateMs(`${incoming.method} ${incoming.path}`),
        }),
      };
    },
  });
  const root = `${emulator.url}/v1.0/${PROJECT}/queues`;
  return {
    url: emulator.url,
    clockUrl: emulator.clockUrl,
    async asked(pattern, times = 1) {
      while (requests.filter((request) => pattern.test(request)).length < times)
        await new Promise<void>((resolve) => (heard = resolve));
    },
    async queues() {
      const { queues } = (await (await fetch(root)).json()) as { queues: { name: string }[] };
      return queues.map(({ name }) => name);
    },
    async makeForeign() {
      await fetch(root, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"name":"dmsc-of-somebody-else"}',
      });
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

async function linesOf(directory: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(directory, 'evidence.ndjson'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const CREATES = /^POST \S+\/queues$/;

/** Moments at which a run can be interrupted: what it is told, and what the endpoint has been asked for by then. */
const moments = [
  ['while it probes', 'redelivery/default', CREATES, 1],
  ['while queues are made', 'redelivery/default', CREATES, 3],
  ['while dead letters are arranged', 'redelivery/default', /^POST \S+\/messages$/, 1],
  ['while it polls', 'long-poll/empty/29', /^GET \S+\/deadletters$/, 1],
] as const;

// Beside each other, and beside the two runs below: nearly all that they do is wait.
describe.concurrent('a run that is interrupted', { timeout: 120_000 }, () => {
  test.for(moments)('%s ends its evidence and leaves no queue', async ([, only, pattern, times], { expect }) => {
    // A queue is there before an answer tells of it.
    await using endpoint = await watched(
      {},
      () => 0,
      () => 400,
    );
    await using directory = await ownDirectory();
    const where = ['--endpoint', endpoint.url, '--project', PROJECT, '--programs', '0'];
    const run = start(['run', ...where, '--only', only, '--out', directory.path]);
    await endpoint.asked(pattern, times);
    run.process.kill('SIGTERM');
    const { exitCode, err } = await run.ended;
    expect({ exitCode, err }).toEqual({ exitCode: 143, err: '' });
    const lines = await linesOf(directory.path);
    expect(lines[0]).toMatchObject({ type: 'header' });
    expect(lines.at(-1)).toMatchObject({
      type: 'footer',
      outcome: 'interrupted',
      signal: 'SIGTERM',
      undeleted: [],
    });
    expect(await endpoint.queues()).toEqual([]);
    expect((await speak('judge', join(directory.path, 'evidence.ndjson'))).exitCode).toBe(143);
  });

  test('while it looks for a shorter program leaves no queue and claims nothing about it', async ({ expect }) => {
    await using endpoint = await watched({
      clock: 'controlled',
      behaviour: subjects.get('rare/every-seventh')!.behaviour,
    });
    await using directory = await ownDirectory();
    const where = ['--endpoint', endpoint.url, '--clock-url', endpoint.clockUrl!, '--project', PROJECT];
    const what = ['--only', 'programs/*', '--programs', '40', '--seed', '2'];
    const run = start(['run', ...where, ...what, '--out', directory.path]);
    await run.says(/looking for a shorter program/);
    run.process.kill('SIGINT');
    expect((await run.ended).exitCode).toBe(130);
    const lines = await linesOf(directory.path);
    expect(lines.at(-1)).toMatchObject({ type: 'footer', outcome: 'interrupted', undeleted: [] });
    expect(lines.filter(({ type }) => type === 'counterexample')).toEqual([]);
    expect(await endpoint.queues()).toEqual([]);
  });

  test('for the second time leaves at once', async ({ expect }) => {
    await using endpoint = await watched({}, (request) => (request.startsWith('DELETE ') ? 30_000 : 0));
    await using directory = await ownDirectory();
    const where = ['--endpoint', endpoint.url, '--project', PROJECT, '--programs', '0'];
    const run = start(['run', ...where, '--only', 'long-poll/empty/29', '--out', directory.path]);
    // The probe's own queues are deleted first.
    await endpoint.asked(/^DELETE /);
    run.process.kill('SIGINT');
    await run.says(/SIGINT: ending the evidence and deleting queues/);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const second = performance.now();
    run.process.kill('SIGINT');
    expect((await run.ended).exitCode).toBe(130);
    expect(performance.now() - second).toBeLessThan(20_000);
  });

  test('while it replays a case leaves no queue either', async ({ expect }) => {
    await using directory = await ownDirectory();
    const [program] = generated({ seed: 7, count: 1, seconds: 30 }).flatMap(({ program }) => program ?? []);
    const path = join(directory.path, 'case.json');
    const about = { format: 1, suite: '0.0.0', seed: 7, scenario: 'programs/1', clause: 'delivery.all-arrive' };
    await writeFile(path, JSON.stringify({ ...about, program, original: program }));

    // On the wall clock, where a program takes its time.
    await using slow = await watched();
    const out = join(directory.path, 'replay');
    const aim = ['--endpoint', slow.url, '--project', PROJECT, '--times', '5', '--out', out];
    const replay = start(['replay', path, ...aim]);
    await slow.asked(/^GET \S+\/deadletters$/);
    replay.process.kill('SIGINT');
    const { exitCode, out: said } = await replay.ended;
    expect(exitCode).toBe(130);
    expect(said).toMatch(/the run was interrupted/);
    expect((await linesOf(out)).at(-1)).toMatchObject({ type: 'footer', outcome: 'interrupted', signal: 'SIGINT' });
    expect(await slow.queues()).toEqual([]);
  });
});

describe.concurrent('two runs at the same time', { timeout: 120_000 }, () => {
  test('against one endpoint with few queues do not disturb each other', async ({ expect }) => {
    await using endpoint = await watched({ quota: 4 });
    await using directory = await ownDirectory();
    const where = ['--endpoint', endpoint.url, '--project', PROJECT, '--programs', '0', '--seed', '7'];
    const runs = await Promise.all(
      ['one', 'other'].map((name) =>
        command(['run', ...where, '--only', 'response/bare-body/*', '--out', join(directory.path, name)]),
      ),
    );
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    for (const name of ['one', 'other']) {
      const verdict: unknown = JSON.parse(await readFile(join(directory.path, name, 'verdict.json'), 'utf8'));
      expect(verdict).toMatchObject({ verdict: 'conformant', filtered: true });
    }
    expect(await endpoint.queues()).toEqual([]);
  });
});

// Alone: one of them has to be killed within the fraction of a second in which no answer has come.
describe('a run that is killed', { timeout: 120_000 }, () => {
  test.for([
    ['under way', /^GET \S+\/deadletters$/, 3],
    ['of whose queues it knows nothing yet', CREATES, 12],
  ] as const)(
    '%s leaves evidence that can be judged, and clean deletes its queues and nobody else’s',
    async ([, pattern, times], { expect }) => {
      const late = (request: string): number => (CREATES.test(request) && times > 3 ? 400 : 0);
      await using endpoint = await watched({}, () => 0, late);
      await using directory = await ownDirectory();
      await endpoint.makeForeign();
      const where = ['--endpoint', endpoint.url, '--project', PROJECT, '--programs', '0'];
      // All of these last as long, so that none of them begins later.
      const run = start(['run', ...where, '--only', 'acknowledge/counts/*', '--out', directory.path]);
      await endpoint.asked(pattern, times);
      run.process.kill('SIGKILL');
      await run.ended;
      const left = await endpoint.queues();
      expect(left.length).toBeGreaterThan(3);

      const evidence = join(directory.path, 'evidence.ndjson');
      const known = (await readFile(evidence, 'utf8')).split('"type":"queue"').length - 1;
      expect(known > 0).toBe(times === 3);
      const judged = await speak('judge', evidence);
      expect(judged.exitCode).toBe(3);
      expect(judged.out).toMatch(/the run was cut off/);

      const cleaned = await speak('clean', evidence);
      expect(cleaned).toMatchObject({ exitCode: 0, err: '' });
      expect(cleaned.out).toContain(`in all       ${left.length - 1} queues deleted, 0 gone before, 0 not deleted`);
      expect(await endpoint.queues()).toEqual(['dmsc-of-somebody-else']);

      const again = await speak('clean', evidence);
      expect(again.exitCode).toBe(0);
      expect(again.out).toContain(`in all       0 queues deleted, ${known} gone before, 0 not deleted`);
    },
  );
});
