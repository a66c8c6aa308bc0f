import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { register } from '../../specs/register.ts';
import { judgeAlong, type Along } from '../../src/cli/along.ts';
import { linesOf } from '../../src/cli/lines.ts';
import { readEvidence } from '../../src/history/evidence.ts';
import { viewOf } from '../../src/history/view.ts';
import { timelineOf } from '../../src/report/html/timeline.ts';
import { rules } from '../../src/rules/index.ts';
import { judge } from '../../src/verdict/judge.ts';
import { outcomeOf } from '../../src/verdict/outcome.ts';
import { verdictOf } from '../../src/verdict/verdict.ts';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';

test('scenarios are judged while the file grows, as they are from the whole of it', { timeout: 60_000 }, async () => {
  await using directory = await ownDirectory();
  const out = join(directory.path, 'run');
  await command(['run', '--only', 'acknowledge/counts/*', '--programs', '5', '--out', out]);
  const whole = join(out, 'evidence.ndjson');
  const text = await readFile(whole, 'utf8');
  const path = join(directory.path, 'growing.ndjson');

  const along = judgeAlong(path, register);
  along.hear();
  await writeFile(path, '');
  // In pieces that end within lines.
  const size = Math.ceil(text.length / 7);
  for (let at = 0; at < text.length; at += size) {
    await appendFile(path, text.slice(at, at + size));
    along.hear();
    await new Promise((resolve) => void setTimeout(resolve, 80));
  }
  const { evidence, outcomes } = along.end();
  expect(evidence).toEqual(readEvidence(linesOf(whole)));
  expect(evidence.histories.length).toBeGreaterThan(20);
  // All but the probe, which has no end, and perhaps the one that ended last.
  const open = evidence.histories.filter((history) => !outcomes.has(history));
  expect(open.length).toBeLessThanOrEqual(2);
  for (const [history, outcome] of outcomes) expect(outcome).toEqual(outcomeOf(history, judge(history, rules)));
});

describe('of programs that broke nothing', () => {
  const ran = async (directory: string): Promise<string> => {
    const out = join(directory, 'run');
    await command(['run', '--only', 'programs/*', '--programs', '5', '--seed', '1', '--out', out]);
    return join(out, 'evidence.ndjson');
  };
  const toldBy = (along: Along): string[] =>
    along
      .end()
      .evidence.histories.flatMap(({ program, exchanges, scenario }) =>
        program !== undefined && exchanges.length > 0 ? [scenario] : [],
      );

  test('nothing is kept but what is shown', { timeout: 60_000 }, async () => {
    await using directory = await ownDirectory();
    const path = await ran(directory.path);
    const whole = readEvidence(linesOf(path));
    expect(toldBy(judgeAlong(path, register))).toEqual([]);
    const along = judgeAlong(path, register);
    expect(along.catchUp()).toEqual(new Map());
    const { evidence, outcomes, timelines } = along.end();
    expect(verdictOf(evidence, register, rules, outcomes)).toEqual(verdictOf(whole, register, rules));
    for (const history of whole.histories) {
      const shown = evidence.histories.find(({ scenario }) => scenario === history.scenario);
      const timeline = shown && timelines.get(shown);
      if (history.program !== undefined) expect(timeline).toEqual(timelineOf(viewOf(history)));
    }
  });

  test('all is kept where something comes late', { timeout: 60_000 }, async () => {
    await using directory = await ownDirectory();
    const path = await ran(directory.path);
    const lines = (await readFile(path, 'utf8')).split('\n');
    const late = lines.find((line) => line.includes('"type":"exchange","scenario":"programs/1"')) ?? '';
    await writeFile(path, lines.toSpliced(-2, 0, late.replace(/"id":\d+/, '"id":9999')).join('\n'));
    const whole = readEvidence(linesOf(path));
    expect(toldBy(judgeAlong(path, register))).toHaveLength(5);
    const along = judgeAlong(path, register);
    along.catchUp();
    const { evidence, outcomes } = along.end();
    expect(evidence).toEqual(whole);
    expect(verdictOf(evidence, register, rules, outcomes)).toEqual(verdictOf(whole, register, rules));
  });
});

test('what is wrong with the evidence is said at the end', async () => {
  await using directory = await ownDirectory();
  const path = join(directory.path, 'evidence.ndjson');
  const along = judgeAlong(path, register);
  await writeFile(path, '{}\n{}\n{}\n{}\n');
  along.hear();
  await vi.waitFor(() => expect(() => along.end()).toThrow(/line 1 is not a line of evidence/));
  expect(() => judgeAlong(join(directory.path, 'none'), register).end()).toThrow(/ENOENT/);
});
