import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { EvidenceLine } from '../../schemas/types.ts';
import { openEvidence } from '../../src/campaign/evidence-file.ts';
import { EvidenceError, evidenceReader, LateLine, readEvidence } from '../../src/history/evidence.ts';
import { ownDirectory } from '../support/directory.ts';
import { end, footer, header, start, story } from '../support/history.ts';

const texts = (lines: readonly EvidenceLine[]): string[] => lines.map((line) => JSON.stringify(line));

function whole(): string[] {
  const told = story({ letters: 2 });
  told.consume([1, 2], '', [0, 1]);
  return texts(told.lines());
}

test('a whole file is a header, the histories of its scenarios, and a footer', () => {
  const { header: head, histories, footer: foot, problems } = readEvidence([...whole(), '']);
  expect(head.project).toBe('p1');
  expect(foot).toEqual(footer());
  expect(problems).toEqual([]);
  expect(histories).toHaveLength(1);
  expect(histories[0]).toMatchObject({
    scenario: 'chapter/case',
    start: { type: 'start' },
    queues: [{ queue: 'q1' }],
    groups: [{ group: 'g1' }],
    deadLetters: [{ position: 0 }, { position: 1 }],
    exchanges: [{ id: 1 }],
    end: { outcome: 'completed' },
  });
});

test('lines of scenarios that overlapped are put apart again', () => {
  const { histories } = readEvidence(
    texts([header(), start('a/1'), start('b/1'), end('b/1'), end('a/1', { outcome: 'short' }), footer()]),
  );
  expect(histories.map(({ scenario, end: ended }) => [scenario, ended?.outcome])).toEqual([
    ['a/1', 'short'],
    ['b/1', 'completed'],
  ]);
});

test('moves of the clock are part of the history, and only they', () => {
  const told = story();
  const move = { type: 'clock', scenario: 'chapter/case', from: 0, to: 3600, at: 1 } as const;
  told.add(move);
  const [history] = readEvidence(texts(told.lines())).histories;
  expect(history?.moves).toEqual([move]);
  expect(history?.exchanges).toEqual([]);
});

test('a history has the header of its run, and may lack its start', () => {
  const own = header({ seed: 7 });
  const { histories } = readEvidence(texts([own, end('a/1'), footer()]));
  expect(histories).toEqual([
    {
      header: own,
      scenario: 'a/1',
      start: undefined,
      queues: [],
      groups: [],
      deadLetters: [],
      exchanges: [],
      arrangings: [],
      moves: [],
      end: end('a/1'),
    },
  ]);
});

describe('a run that was killed', () => {
  test('leaves a last line that is cut off: it is left out and said', () => {
    const lines = whole();
    for (const keep of [1, 20, lines[6]!.length - 1]) {
      const { histories, problems } = readEvidence([...lines.slice(0, 6), lines[6]!.slice(0, keep)]);
      expect(problems).toEqual(['line 7, the last one, is cut off', 'there is no footer: the run was cut off']);
      expect(histories[0]).toMatchObject({ deadLetters: [{}, {}], exchanges: [], end: undefined });
    }
  });

  test('leaves no footer: that is said', () => {
    const { problems, footer: foot } = readEvidence(whole().slice(0, -1));
    expect(problems).toEqual(['there is no footer: the run was cut off']);
    expect(foot).toBeUndefined();
  });
});

describe('what is no evidence is refused, with the line', () => {
  test.for([
    ['nothing', [], /^the first line is not the header of a run/],
    ['an empty file', [''], /^the first line is not the header of a run/],
    ['garbage alone', ['garbage'], /^line 1 is not a line of evidence: it is not JSON/],
    ['a file without its header', texts([start('a/1'), end('a/1'), footer()]), /^the first line is not the header/],
    ['a second header', texts([header(), start('a/1'), header(), footer()]), /^there is a second header/],
    ['an empty line in the middle', [JSON.stringify(header()), '', JSON.stringify(footer())], /^line 2 is not a line/],
    [
      'a cut line in the middle',
      [JSON.stringify(header()), '{"type":"start","sc', JSON.stringify(footer())],
      /^line 2 is not a line of evidence: it is not JSON/,
    ],
    [
      'JSON that is no line of evidence, even as the last one',
      [JSON.stringify(header()), '{"type":"remark"}'],
      /^line 2 is not a line of evidence: /,
    ],
    [
      'a member too many',
      [JSON.stringify({ ...header(), token: 'secret' }), JSON.stringify(footer())],
      /^line 1 is not a line of evidence: /,
    ],
    [
      'a wider slack than the rulings allow',
      texts([header({ slack: { mustLate: 16, shouldLate: 5, early: 1, waitEarly: 0.5 } }), footer()]),
      /^line 1 is not a line of evidence: .*15/,
    ],
    ['a later format', [JSON.stringify({ ...header(), format: 2 })], /^line 1 is not a line of evidence: /],
  ] as const)('%s', ([, lines, message]) => {
    expect(() => readEvidence(lines)).toThrow(EvidenceError);
    expect(() => readEvidence(lines)).toThrow(message);
  });

  test('a message says what was expected, and the error that it is one of evidence', () => {
    const expected = 'Expected a file evidence.ndjson that a run wrote.';
    for (const [lines, message] of [
      [['garbage'], `line 1 is not a line of evidence: it is not JSON. ${expected}`],
      [[], `the first line is not the header of a run. ${expected}`],
      [texts([header(), header()]), 'there is a second header. Expected the evidence of one run.'],
    ] as const) {
      expect(() => readEvidence(lines)).toThrow(expect.objectContaining({ message, code: 'DMS_EVIDENCE' }) as Error);
    }
  });

  test('a message has up to 300 characters of what was wrong', () => {
    // A line that fits none of the nine kinds has more to say.
    const lines = [JSON.stringify(header()), '{}', JSON.stringify(footer())];
    expect(() => readEvidence(lines)).toThrow(
      /^line 2 is not a line of evidence: .{300}\. Expected a file evidence\.ndjson that a run wrote\.$/s,
    );
  });

  test('a message does not repeat a whole line', () => {
    const huge = JSON.stringify({ type: 'start', scenario: 'x'.repeat(100_000) });
    expect(() => readEvidence([JSON.stringify(header()), huge, JSON.stringify(footer())])).toThrow(/^.{1,600}$/s);
  });
});

test('a reader tells which history has ended as soon as two lines follow, and keeps it to the end', () => {
  const reader = evidenceReader();
  const told = texts([header(), start('a/1'), end('a/1'), start('a/2'), end('a/2'), footer()]).map((line) =>
    reader.add(line),
  );
  expect(told.map((history) => history?.scenario)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    'a/1',
    undefined,
  ]);
  const { histories } = reader.end();
  expect(histories.map(({ scenario }) => scenario)).toEqual(['a/1', 'a/2']);
  expect(histories[0]).toBe(told[4]);
});

test('a history to which a line is added behind its end is another one', () => {
  const reader = evidenceReader();
  const lines = texts([header(), start('a/1'), end('a/1'), start('a/2'), start('a/2'), end('a/1'), footer()]);
  const [ended] = lines.map((line) => reader.add(line)).filter((history) => history !== undefined);
  const [history] = reader.end().histories;
  expect(ended?.scenario).toBe('a/1');
  expect(history).not.toBe(ended);
});

describe('a file of evidence', () => {
  test('holds its header at once and every line within a moment, in a directory that is made for it', async () => {
    await using directory = await ownDirectory();
    const own = openEvidence(join(directory.path, 'reports', 'run'));
    own.write(header());
    expect(readFileSync(own.path, 'utf8')).toBe(`${texts([header()]).join('\n')}\n`);
    own.write(start('ü/€😀'));
    const both = `${texts([header(), start('ü/€😀')]).join('\n')}\n`;
    await vi.waitFor(() => expect(readFileSync(own.path, 'utf8')).toBe(both));
    own.write(footer());
    own.close();
    expect(readFileSync(own.path, 'utf8')).toBe(`${both}${texts([footer()]).join('\n')}\n`);
  });

  test('holds lines of every length, in their order', async () => {
    await using directory = await ownDirectory();
    const lines = [1, 100_000, 200_000, 3, 600_000, 5, 170_000].map((length, index) =>
      start(`a/${index}`, ['é\u2028𝄞'.repeat(length)]),
    );
    const file = openEvidence(directory.path);
    for (const line of lines) file.write(line);
    file.close();
    expect(readFileSync(file.path, 'utf8').split('\n')).toEqual([...texts(lines), '']);
  });

  test('is never written over', async () => {
    await using directory = await ownDirectory();
    openEvidence(directory.path).close();
    expect(() => openEvidence(directory.path)).toThrow(/EEXIST/);
  });
});

describe('what is read while it is written', () => {
  const lines = texts([header(), start('a/1'), end('a/1'), start('b/1'), end('b/1')]);

  test('is held back until it is known that more follows', () => {
    const reader = evidenceReader();
    expect(lines.flatMap((line) => reader.add(line)?.scenario ?? [])).toEqual(['a/1']);
    expect(reader.goOn().map(({ scenario }) => scenario)).toEqual(['b/1']);
    reader.add(JSON.stringify(footer()));
    expect(reader.end().histories.map(({ scenario }) => scenario)).toEqual(['a/1', 'b/1']);
  });

  test('can be let go of where it has ended: how it began and ended is kept', () => {
    const told = story({ letters: 1 });
    told.consume([1, 2], '', [0]);
    const reader = evidenceReader();
    for (const line of texts(told.lines())) reader.add(line);
    const [history] = [...reader.goOn(), ...reader.end().histories];
    expect(history?.exchanges).toHaveLength(1);
    const kept = reader.forget(history!);
    expect(reader.end().histories).toEqual([kept]);
    expect(kept).toEqual({
      ...history,
      queues: [],
      groups: [],
      deadLetters: [],
      exchanges: [],
      arrangings: [],
      moves: [],
    });
  });

  test('is not to be let go of where more of it follows', () => {
    const reader = evidenceReader();
    for (const line of lines) reader.add(line);
    for (const history of reader.goOn()) reader.forget(history);
    reader.add(JSON.stringify(start('b/1')));
    expect(() => reader.goOn()).toThrow(LateLine);
  });
});
