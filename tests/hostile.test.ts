/** Hostile endpoints: what their table says, and some of them. `npm run hostile` runs the command against all. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { hostiles } from '../fixtures/hostile/hostiles.ts';
import { inspect } from './hostile/inspection.ts';
import { meet } from './hostile/meeting.ts';
import { documentOf } from './hostile/table.ts';
import { ownDirectory } from './support/directory.ts';

describe('the table of hostile endpoints', () => {
  test('has at least 45, each with a name of its own', () => {
    expect(hostiles.length).toBeGreaterThanOrEqual(45);
    expect(new Set(hostiles.map(({ name }) => name)).size).toBe(hostiles.length);
  });

  test('never lets the suite itself be to blame', () => {
    expect(hostiles.filter(({ blame }) => blame.includes('suite'))).toEqual([]);
  });

  test('is what docs/hostile.md shows; npm run hostile makes it anew', async () => {
    expect(await readFile('docs/hostile.md', 'utf8')).toBe(documentOf(hostiles));
  });
});

/** Of every kind one that is quick; .ci/run runs them all. */
const SAMPLE = [
  'connection/refused',
  'calls/bad-chunks',
  'body/html-200',
  'tls/self-signed',
  'text/refuses-to-arrange',
  'clock/backwards',
];

describe.concurrent('a hostile endpoint', { timeout: 180_000 }, () => {
  test.for(SAMPLE)('%s does no harm', async (name, { expect }) => {
    const hostile = hostiles.find((one) => one.name === name)!;
    await using directory = await ownDirectory();
    const { problems } = await inspect(hostile, await meet(hostile, directory.path));
    expect(problems).toEqual([]);
  });
});

describe('what a run left behind is wrong', () => {
  const found = hostiles.find(({ name }) => name === 'connection/refused')!;

  test('where exit code, blame, time and memory are others, a file is missing, or a text is obeyed', async () => {
    await using directory = await ownDirectory();
    const good = await meet(found, directory.path);
    const expected = { exit: [3] as const, blame: ['network'] as const, seconds: found.seconds };
    expect((await inspect(expected, good)).problems).toEqual([]);
    const wrong = async (
      part: Partial<typeof good>,
      other: Partial<Parameters<typeof inspect>[0]> = {},
    ): Promise<string> => (await inspect({ ...expected, ...other }, { ...good, ...part })).problems.join('\n');
    expect(await wrong({}, { exit: [0, 1] })).toBe('ends with exit code 3, not 0 or 1');
    expect(await wrong({}, { blame: ['endpoint', null] })).toBe('blames network, not endpoint or -');
    expect(await wrong({ seconds: found.seconds + 1 })).toMatch(/^takes .* s, more than/);
    expect(await wrong({ megabytes: 513 })).toBe('takes 513 MB, more than 512 MB');
    expect(await wrong({ out: 'a\u001b[31m' })).toBe('what it prints holds the character U+1b');
    expect(await wrong({ out: 'a\u009b' })).toBe('what it prints holds the character U+9b');
    expect(await wrong({ out: 'x h0stile-T0ken/8f2c x' })).toBe('the token stands in what it prints');
    expect(await wrong({ out: 'TypeError: x\n    at run (file.js:1:1)' })).toBe('prints a stack');
    expect(await wrong({ err: 'a warning' })).toBe('complains: "a warning"');
    expect(await wrong({ problems: ['a redirect was followed'] })).toBe('a redirect was followed');
    expect(await wrong({ exit: 70 })).toMatch(/^ends with exit code 70[^]*verdict.json says exit code 3/);
    expect(await wrong({ directory: `${directory.path}/elsewhere` })).toMatch(
      /leaves no evidence.ndjson\nleaves no valid verdict.json\nleaves no junit.xml\nleaves no summary.md\nleaves no report.html/,
    );
  });
});
