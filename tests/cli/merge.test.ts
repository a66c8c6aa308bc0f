import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Header, Verdict } from '../../schemas/types.ts';
import { command } from '../support/command.ts';
import { ownDirectory, type OwnDirectory } from '../support/directory.ts';
import { speak } from '../support/terminal.ts';

/** Several runs of the built command. */
const SLOW = 120_000;

async function verdictIn(directory: string): Promise<Verdict> {
  return JSON.parse(await readFile(join(directory, 'verdict.json'), 'utf8')) as Verdict;
}

const byId = (one: { readonly id: string }, other: { readonly id: string }): number => (one.id < other.id ? -1 : 1);

/** What two runs of the same have in common: not how long it took, and not which queue had which id. */
function comparable({ verdict, exitCode, filtered, complete, reasons, clauses, scenarios, programs }: Verdict): object {
  return {
    verdict,
    exitCode,
    filtered,
    complete,
    reasons,
    // Where no clause had to be exercised they stand in the order in which they were.
    clauses: clauses
      .toSorted(byId)
      .map(({ id, level, verdict, findings }) => ({ id, level, verdict, broken: findings.length > 0 })),
    scenarios: scenarios.map(({ id, verdict }) => ({ id, verdict })),
    programs,
  };
}

describe.for([
  { only: 'order', programs: '0' },
  { only: 'programs/*', programs: '12' },
])('three parts of a run of $only', { timeout: SLOW }, ({ only, programs }) => {
  let directory: OwnDirectory;
  const run = (name: string, ...argv: string[]): ReturnType<typeof command> => {
    const out = join(directory.path, name);
    return command(['run', '--only', only, '--programs', programs, '--seed', '7', '--quiet', '--out', out, ...argv]);
  };
  const paths = (): string[] => [3, 1, 2].map((index) => join(directory.path, `${index}`));

  beforeAll(async () => {
    directory = await ownDirectory();
    await run('whole');
    for (const index of [1, 2, 3]) await run(`${index}`, '--shard', `${index}/3`);
  }, SLOW);
  afterAll(() => directory[Symbol.asyncDispose]());

  test('are each a part, and say so', async () => {
    const all = await Promise.all(paths().map(verdictIn));
    expect(all.map(({ shard, filtered, exitCode }) => [shard?.index, shard?.of, filtered, exitCode])).toEqual([
      [3, 3, true, 0],
      [1, 3, true, 0],
      [2, 3, true, 0],
    ]);
    expect(all.every(({ scenarios }) => scenarios.length > 0)).toBe(true);
    const summary = await readFile(join(directory.path, '2', 'summary.md'), 'utf8');
    expect(summary).toContain('`shard 2 of 3` narrowed what had to be exercised.');
  });

  test('make the same verdict as the whole once they are merged, and whoever judges it gets it again', async () => {
    const out = join(directory.path, 'merged');
    const said = await speak('merge', ...paths(), '--out', out);
    expect(said).toMatchObject({ exitCode: 0, err: '' });
    const merged = await verdictIn(out);
    const whole = await verdictIn(join(directory.path, 'whole'));
    expect(comparable(merged)).toEqual(comparable(whole));
    expect(merged).not.toHaveProperty('shard');
    expect((await readdir(out)).toSorted()).toEqual((await readdir(join(directory.path, 'whole'))).toSorted());
    const again = await speak('judge', join(out, 'evidence.ndjson'), '--json');
    expect(again.out).toBe(await readFile(join(out, 'verdict.json'), 'utf8'));
  });
});

describe('merge refuses', { timeout: SLOW }, () => {
  let directory: OwnDirectory;
  const at = (name: string): string => join(directory.path, name);
  /** A copy of a part with another header, or with other lines. */
  async function altered(
    from: string,
    change: (header: Header) => unknown,
    lines = (all: readonly string[]): readonly string[] => all,
  ): Promise<string> {
    const path = at(`altered-${Math.random()}`);
    await cp(at(from), path, { recursive: true });
    const file = join(path, 'evidence.ndjson');
    const [first = '', ...rest] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const header = change(JSON.parse(first) as Header);
    await writeFile(file, [JSON.stringify(header), ...lines(rest), ''].join('\n'));
    return path;
  }
  const refused = async (...paths: string[]): Promise<string> => {
    const { exitCode, err } = await speak('merge', ...paths, '--out', at('out'));
    expect(exitCode).toBe(2);
    await expect(readdir(at('out'))).rejects.toThrow(/ENOENT/);
    return err;
  };

  beforeAll(async () => {
    directory = await ownDirectory();
    const argv = ['run', '--only', 'order/NORMAL/gap*', '--seed', '7', '--quiet'];
    for (const index of [1, 2]) await command([...argv, '--shard', `${index}/2`, '--out', at(`${index}`)]);
    await command([...argv, '--out', at('whole')]);
  }, SLOW);
  afterAll(() => directory[Symbol.asyncDispose]());

  test('what is missing, and what is there twice', async () => {
    expect(await refused(at('1'))).toMatch(/Shard 2\/2 is missing\. Expected the directories of all 2 parts/);
    expect(await refused(at('1'), at('2'), at('1'))).toMatch(/Shard 1\/2 is there twice: .* and /);
  });

  test.for([
    ['another suite', { suite: { version: '9.9.9', register: `sha256:${'0'.repeat(64)}` } }, /suite is .*9\.9\.9/],
    ['another endpoint', { endpoint: 'http://other.example' }, /endpoint is "http:\/\/other\.example", not "embedded"/],
    ['another profile', { profile: 'certify' }, /profile is "certify", not "gate"/],
    ['another seed', { seed: 8 }, /seed is 8, not 7/],
    ['another strictness', { strict: true }, /strict is true, not false/],
    ['another pattern', { only: 'order/*' }, /only is "order\/\*", not /],
    ['an unchecked certificate', { insecure: true }, /insecure is true, not none/],
  ] as const)('parts with %s', async ([, part, message]) => {
    const other = await altered('2', (header) => ({ ...header, ...part }));
    expect(await refused(at('1'), other)).toMatch(message);
  });

  test('parts whose endpoint offered something else, and other numbers of parts', async () => {
    const without = await altered('2', (header) => ({
      ...header,
      features: { ...header.features, kafka: { present: false, reason: 'x' } },
    }));
    expect(await refused(at('1'), without)).toMatch(/feature kafka is false, not true/);
    const three = await altered('2', (header) => ({ ...header, shard: { ...header.shard, of: 3 } }));
    expect(await refused(at('1'), three)).toMatch(/number of parts is 3, not 2/);
  });

  test('parts that do not make up the whole', async () => {
    const less = await altered('2', (header) => ({ ...header, selection: header.selection.slice(1) }));
    expect(await refused(at('1'), less)).toMatch(/do not make up the whole: order\/NORMAL\/gap.* is in none/);
  });

  test('what is no part, no evidence, or was cut off', async () => {
    expect(await refused(at('whole'))).toMatch(
      /is no part: it is the evidence of a whole run\. Expected runs with --shard/,
    );
    expect(await refused(at('nothing'))).toMatch(/evidence\.ndjson cannot be read \(ENOENT\)/);
    const garbage = await altered('2', () => ({ type: 'x' }));
    expect(await refused(garbage)).toMatch(/is no evidence: it has no header/);
    const cut = await altered(
      '2',
      (header) => header,
      (lines) => lines.slice(0, -1),
    );
    expect(await refused(at('1'), cut)).toMatch(/has no footer: the run was cut off\. Run shard 2\/2 again/);
  });

  test('to clean up after a merged run: each part has what it left', async () => {
    await speak('merge', at('1'), at('2'), '--out', at('merged'));
    expect(await speak('clean', join(at('merged'), 'evidence.ndjson'))).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/was merged\. Expected the evidence of one part/),
    });
    expect(await speak('merge', at('merged'))).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/is the evidence of a merged run/),
    });
  });
});

test('a part of an interrupted run makes the whole incomplete', { timeout: SLOW }, async () => {
  await using directory = await ownDirectory();
  const at = (name: string): string => join(directory.path, name);
  const argv = ['run', '--only', 'order/NORMAL/gap*', '--seed', '7', '--quiet'];
  for (const index of [1, 2]) await command([...argv, '--shard', `${index}/2`, '--out', at(`${index}`)]);
  const file = join(at('2'), 'evidence.ndjson');
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replace('"outcome":"completed","undeleted"', '"outcome":"interrupted","signal":"SIGTERM","undeleted"'),
  );
  const { exitCode } = await speak('merge', at('1'), at('2'), '--out', at('merged'));
  expect(exitCode).toBe(143);
});

describe('--shard', () => {
  test.for([
    [['--shard', '1/3'], /--shard: a part of a run without a seed\. Expected --seed too, the same for all parts/],
    [
      ['--shard', '0/3', '--seed', '1'],
      /--shard: expected a part and how many there are, counted from 1, such as 1\/3/,
    ],
    [['--shard', '4/3', '--seed', '1'], /counted from 1, such as 1\/3 to 3\/3, got "4\/3"/],
    [['--shard', '3', '--seed', '1'], /counted from 1/],
    [
      ['--shard', '9/9', '--seed', '1', '--only', 'order/NORMAL/gap*'],
      /nothing is left for this part\. There are \d+ scenarios and programs in all/,
    ],
  ] as const)('%j is refused', async ([argv, message]) => {
    await using directory = await ownDirectory();
    const said = await speak('run', ...argv, '--out', join(directory.path, 'run'));
    expect(said).toMatchObject({ exitCode: 2, out: '', err: expect.stringMatching(message) });
  });
});
