import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { subjects } from '../matrix/subjects.ts';
import { command } from '../support/command.ts';
import { speak } from '../support/terminal.ts';

const freshDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'dms-replay-'));

describe('a counterexample', () => {
  test('is shown with the program, the history, and the command that replays it', async () => {
    const deviant = subjects.get('rare/every-seventh')!;
    const emulator = await startEmulator({ clock: 'controlled', behaviour: deviant.behaviour });
    const out = await freshDirectory();
    const where = ['--endpoint', emulator.url, '--clock-url', emulator.clockUrl!, '--quiet'];
    const run = await command([
      'run',
      ...where,
      '--only',
      'programs/*',
      '--programs',
      '20',
      '--seed',
      '2',
      '--out',
      join(out, 'run'),
    ]);
    expect(run.exitCode).toBe(1);
    expect(run.out).toMatch(/Counterexamples: [1-3]/);
    expect(run.out).toMatch(
      /of its [0-9]+ operations are enough[^]*arrange [0-9]+ dead letters[^]*what came of it:[^]*»[^]*expected[^]*observed/,
    );
    const [, path] = /replay {4}npx dms-conformance replay (\S+)/.exec(run.out) ?? [];
    const [first] = await readdir(join(out, 'run', 'cases'));
    expect(path).toContain(join(out, 'run', 'cases'));
    expect(first).toMatch(/^programs-[0-9]+\.json$/);

    // judge tells the same from the evidence alone, and its verdict.json is the same.
    const judged = await command(['judge', join(out, 'run', 'evidence.ndjson'), '--json']);
    expect(judged.out).toBe(await readFile(join(out, 'run', 'verdict.json'), 'utf8'));

    const replayed = await command(['replay', path!, ...where, '--times', '2', '--out', join(out, 'replay')]);
    expect(replayed.out).toMatch(/was broken in 2 of 2 replays/);
    expect(replayed.exitCode).toBe(1);
    await emulator.close();

    const innocent = await command(['replay', path!, '--times', '1', '--out', join(out, 'innocent')]);
    expect(innocent.out).toMatch(/was broken in 0 of 1 replays/);
    expect(innocent.exitCode).toBe(0);
  }, 240_000);

  test.for([
    ['{', /is no case: it is not JSON/],
    ['{}', /is no case: .*format/],
    [
      JSON.stringify({
        format: 1,
        suite: '1',
        seed: 1,
        scenario: 'programs/1',
        clause: 'a',
        program: { mode: 'ODD' },
        original: {},
      }),
      /its program is not one that this version of the suite can run/,
    ],
  ] as const)('that is none is refused: %s', async ([text, message]) => {
    const path = join(await freshDirectory(), 'case.json');
    await writeFile(path, text);
    const { exitCode, err } = await speak('replay', path);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
  });

  test('that is not there is asked for', async () => {
    const { exitCode, err } = await speak('replay', '/nowhere/case.json');
    expect(exitCode).toBe(2);
    expect(err).toMatch(/cannot be read \(ENOENT\)/);
  });
});
