import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Progress } from '../../src/campaign/campaign.ts';
import { jsonLines, lively, quietly, type Beginning, type Live } from '../../src/cli/live.ts';
import { tracker, type Planned, type Tracker } from '../../src/cli/progress.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';
import { header } from '../support/history.ts';
import { verdict } from '../support/verdict.ts';

const started = (selection: readonly string[], queues = Infinity): Progress => ({
  kind: 'started',
  header: header({ selection: [...selection] }),
  unarranged: [],
  queues,
});
const running = (scenario: string, seconds: number): Progress => ({ kind: 'running', scenario, seconds });
const ended = (scenario: string, outcome: 'completed' | 'aborted' = 'completed'): Progress => ({
  kind: 'ended',
  scenario,
  outcome,
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A tracker whose clock is that of the fake timers. */
function tracked(plan: Readonly<Record<string, Planned>>, clock: 'wall' | 'controlled' = 'wall'): Tracker {
  return tracker(new Map(Object.entries(plan)), clock, () => Date.now() / 1000);
}

describe('the time that is left', () => {
  test('is that of the longest wait where there are queues enough', () => {
    const { hear, status } = tracked({ a: { seconds: 30, queues: 1 }, b: { seconds: 5, queues: 2 } });
    expect(status()).toBeUndefined();
    hear(started(['a', 'b']));
    expect(status()).toMatchObject({ done: 0, total: 2, secondsLeft: 30, waitingFor: undefined, share: 0 });
    hear(running('a', 30));
    hear(running('b', 5));
    vi.advanceTimersByTime(6_000);
    hear(ended('b', 'aborted'));
    expect(status()).toMatchObject({ done: 1, aborted: 1, secondsLeft: 24, waitingFor: 'a', share: 0.2 });
    vi.advanceTimersByTime(26_000);
    expect(status()).toMatchObject({ secondsLeft: 0 });
  });

  test('is what the waits force on few queues', () => {
    const { hear, status } = tracked({ a: { seconds: 10, queues: 1 }, b: { seconds: 10, queues: 2 } });
    hear(started(['a', 'b'], 2));
    expect(status()?.secondsLeft).toBe(15);
    hear(running('a', 10));
    vi.advanceTimersByTime(4_000);
    expect(status()?.secondsLeft).toBe(13);
  });

  test('goes by what others took under a controlled clock, once enough are done', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `a/${index}`);
    const { hear, status } = tracked({}, 'controlled');
    hear(started(ids));
    vi.advanceTimersByTime(5_000);
    for (const id of ids.slice(0, 19)) hear(ended(id));
    expect(status()).toMatchObject({ secondsLeft: undefined, share: 0.19 });
    hear(ended('a/19'));
    expect(status()).toMatchObject({ secondsLeft: 20, share: 0.2 });
  });

  test('does not count what was not planned', () => {
    const { hear, status } = tracked({ a: { seconds: 1, queues: 1 } });
    hear(started(['a']));
    hear(ended('programs/1/again/1', 'aborted'));
    expect(status()).toMatchObject({ done: 0, total: 1, aborted: 0 });
  });
});

const BEGINNING: Beginning = {
  banner: 'endpoint  x',
  out: '/out',
  endpoint: 'embedded',
  profile: 'gate',
  clock: 'wall',
  seed: 1,
  clauses: 2,
  scenarios: 2,
  programs: 0,
  expectedSeconds: 30,
};

/** A whole run of half a minute, told to what a terminal of that kind shows. */
function shown(of: (terminal: Terminal, tracked: Tracker) => Live, live: boolean): { out: string; err: string } {
  let [out, err] = ['', ''];
  const terminal: Terminal = {
    out: (text) => (out += text),
    err: (text) => (err += text),
    colour: false,
    live,
    columns: 60,
  };
  const one = of(terminal, tracked({ a: { seconds: 30, queues: 1 }, b: { seconds: 5, queues: 1 } }));
  one.begin(BEGINNING);
  one.hear(started(['a', 'b']));
  one.hear(running('a', 30));
  one.hear(running('b', 5));
  vi.advanceTimersByTime(15_000);
  one.hear(ended('b'));
  one.hear({ kind: 'shrinking', scenario: 'programs/1', clause: 'a.clause' });
  vi.advanceTimersByTime(15_000);
  one.hear(ended('a'));
  one.judging();
  one.end({
    report: 'CONFORMANT\n',
    verdict: verdict({ verdict: 'conformant', exitCode: 0, reasons: [] }),
    files: ['f'],
  });
  const [before, errors] = [out, err];
  vi.advanceTimersByTime(60_000);
  expect(out).toBe(before);
  return { out, err: errors };
}

describe('what a run shows', () => {
  test('elsewhere than on a terminal is a line every ten seconds', () => {
    expect(shown(lively, false)).toEqual({
      out: [
        'endpoint  x',
        '0 of 2 scenarios done, 20 s left, waiting for a',
        'programs/1 breaks a.clause: looking for a shorter program that does',
        '1 of 2 scenarios done, 10 s left, waiting for a',
        '1 of 2 scenarios done, any moment now, waiting for a',
        'CONFORMANT',
        '',
      ].join('\n'),
      err: '',
    });
  });

  test('on a terminal is one line that is written over and cut to its width, and gone in the end', () => {
    const { out } = shown(lively, true);
    const drawn = out.split('\r\u001b[2K');
    expect(drawn).toContain('████████░░░░░░░░ 1 of 2 scenarios done, 14 s left, waiting ');
    expect(drawn).toContain('judging what was seen');
    expect(drawn.at(-1)).toBe('CONFORMANT\n');
    expect(drawn.every((line) => line.includes('\n') || line.length < 60)).toBe(true);
  });

  test('with --quiet is the result', () => {
    expect(shown(quietly, true)).toEqual({ out: 'CONFORMANT\n', err: '' });
  });

  test('with --json is a value a line, and no more lines than there is news', () => {
    const { out, err } = shown(jsonLines, true);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string });
    const { banner: _, ...known } = BEGINNING;
    expect(lines[0]).toEqual({ event: 'started', ...known });
    expect(lines[10]).toEqual({
      event: 'progress',
      done: 0,
      total: 2,
      aborted: 0,
      secondsLeft: 20,
      waitingFor: 'a',
    });
    expect(lines.filter(({ event }) => event === 'note')).toEqual([
      { event: 'note', text: 'programs/1 breaks a.clause: looking for a shorter program that does' },
    ]);
    expect(lines.at(-2)).toMatchObject({ event: 'progress', done: 2, waitingFor: null });
    expect(lines.at(-1)).toEqual({ event: 'ended', verdict: 'conformant', exitCode: 0, reasons: [], files: ['f'] });
    expect(err).toBe('');
  });

  test('with --json ends with no verdict where the suite itself failed', () => {
    let [out, err] = ['', ''];
    const terminal = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
    jsonLines({ ...terminal, colour: false, live: false, columns: 80 }, tracked({})).fail('it crashed');
    expect(JSON.parse(out)).toEqual({
      event: 'ended',
      verdict: null,
      exitCode: 70,
      reasons: ['it crashed'],
      files: [],
    });
    expect(err).toBe('it crashed\n');
  });
});

test(
  'run --json prints nothing but JSON lines, and annotations where nobody parses them',
  { timeout: 60_000 },
  async () => {
    vi.useRealTimers();
    await using directory = await ownDirectory();
    const out = `${directory.path}/run`;
    const argv = ['run', '--only', 'redelivery/again-and-again/failed', '--out', out, '--json'];
    const said = await command(argv, { env: { GITHUB_ACTIONS: 'true' } });
    const lines = said.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines[0]).toMatchObject({
      event: 'started',
      out,
      endpoint: 'embedded',
      scenarios: 1,
      expectedSeconds: null,
    });
    expect(lines.at(-1)).toMatchObject({
      event: 'ended',
      verdict: 'conformant',
      exitCode: 0,
      files: expect.arrayContaining([`${out}/verdict.json`]),
    });
    expect(said.err).toMatch(/^::notice .*\n$/);
    expect(said.exitCode).toBe(0);
  },
);
