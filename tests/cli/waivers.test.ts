import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import evidenceSchema from '../../schemas/evidence.schema.json' with { type: 'json' };
import waiversSchema from '../../schemas/waivers.schema.json' with { type: 'json' };
import type { Verdict, Waiver } from '../../schemas/types.ts';
import { command, start } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';
import { speak, type Spoken } from '../support/terminal.ts';

/** Without ack_wait the lease of one deviant is too short, that of the other too long. */
const CLAUSE = 'consume.ack-wait.default';
const WORDS = ['--reason', 'it is being mended', '--issue', 'https://tracker.example/1', '--owner', 'ana'];

/** An endpoint of the gallery, or the emulator itself, and runs against it that concern one clause. */
async function endpoint(
  deviant?: string,
): Promise<(out: string, ...more: readonly string[]) => Promise<Spoken & { readonly verdict: Verdict }>> {
  const served = start(['emulate', '--clock', 'controlled', ...(deviant === undefined ? [] : ['--deviant', deviant])]);
  onTestFinished(async () => {
    served.process.kill('SIGTERM');
    await served.ended;
  });
  const said = await served.says(/Ctrl\+C/);
  const [, url = '', clock = ''] = /^emulator +(\S+)\nclock +(\S+)\n/m.exec(said) ?? [];
  return async (out, ...more) => {
    const where = ['--endpoint', url, '--clock-url', clock, '--project', 'p1', '--out', out];
    const spoken = await command(['run', ...where, '--only', CLAUSE, '--quiet', ...more]);
    return { ...spoken, verdict: JSON.parse(await readFile(join(out, 'verdict.json'), 'utf8')) as Verdict };
  };
}

function tally(junit: string): string {
  return /<testsuites [^>]*?(failures=[^>]*) time/.exec(junit)?.[1] ?? '';
}

describe('the life of a waiver', { timeout: 120_000 }, () => {
  test('red, waived, red again for another failure, fixed and stale until it is removed', async () => {
    await using directory = await ownDirectory();
    const at = (name: string): string => join(directory.path, name);
    const [early, late, fixed] = await Promise.all([
      endpoint('parameters/ack-wait/default-15'),
      endpoint('parameters/ack-wait/default-60'),
      endpoint(),
    ]);
    const file = at('waivers.yaml');

    // Red.
    const red = await early(at('red'));
    expect(red.exitCode).toBe(1);
    const [found] = red.verdict.clauses.find(({ id }) => id === CLAUSE)?.findings ?? [];
    expect(red.out).toContain(`fingerprint ${found?.fingerprint}`);

    const written = await speak(
      'waivers',
      'write',
      at('red'),
      '--kind',
      'endpoint-bug',
      ...WORDS,
      '--expires',
      '9999-12-31',
      '--out',
      file,
    );
    expect(written).toMatchObject({
      exitCode: 0,
      err: '',
      out: expect.stringMatching(/has \d+ entries\. Read them, then:/),
    });
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/# observed it was handed out again at most 15/);
    const { waivers } = parse(text) as { waivers: Waiver[] };
    expect(waivers).toContainEqual({
      clause: CLAUSE,
      fingerprint: found?.fingerprint,
      kind: 'endpoint-bug',
      reason: 'it is being mended',
      issue: 'https://tracker.example/1',
      owner: 'ana',
      expires: '9999-12-31',
    });

    // Waived: another run, other tags, the same failure. And judge, with the evidence alone, comes to the same.
    const waived = await early(at('waived'), '--waivers', file);
    expect(waived).toMatchObject({ exitCode: 0, verdict: { verdict: 'conformant', waived: waivers.length } });
    expect(waived.out).toMatch(/^CONFORMANT, BUT FOR \d+ WAIVED CLAUSES /m);
    expect(waived.out).toMatch(/^exit code 0: nothing is broken but what is waived; not certifiable$/m);
    expect(waived.out).toMatch(/~ consume\.ack-wait\.default {2}MUST[^]*?endpoint-bug: it is being mended \(https:/);
    const junit = await readFile(at('waived/junit.xml'), 'utf8');
    expect(tally(junit)).toBe('failures="0" errors="0"');
    expect(junit).toMatch(
      /<testcase name="consume\.ack-wait\.default"[^>]*>\s*<skipped[^>]*message="broken, but waived: /,
    );
    expect(await readFile(at('waived/summary.md'), 'utf8')).toMatch(/^## ⚠️ conformant, but for \d+ waived clause/);
    expect(await speak('judge', at('waived/evidence.ndjson'), '--json')).toEqual({
      exitCode: 0,
      out: await readFile(at('waived/verdict.json'), 'utf8'),
      err: '',
    });

    // A different failure of the same clause.
    const other = await late(at('other'), '--waivers', file);
    expect(other.exitCode).toBe(1);
    const broken = other.verdict.clauses.find(({ id }) => id === CLAUSE);
    expect(broken).toMatchObject({ verdict: 'fail', findings: expect.arrayContaining([expect.anything()]) });
    expect(broken).not.toHaveProperty('waived');
    for (const { observed } of broken?.findings ?? []) expect(observed).toMatch(/came back empty$/);
    expect(tally(await readFile(at('other/junit.xml'), 'utf8'))).toMatch(/^failures="[1-9]/);

    // Fixed: stale until the entry is removed.
    const stale = await fixed(at('stale'), '--waivers', file);
    expect(stale).toMatchObject({ exitCode: 4, verdict: { verdict: 'conformant' } });
    expect(stale.out).toMatch(new RegExp(`the waiver of ${CLAUSE} \\(${found?.fingerprint}\\) is stale`));
    expect(tally(await readFile(at('stale/junit.xml'), 'utf8'))).toMatch(/^failures="0" errors="1"/);
    expect((await speak('judge', at('stale/evidence.ndjson'))).exitCode).toBe(4);
    await writeFile(file, 'waivers: []\n');
    const clean = await fixed(at('clean'), '--waivers', file);
    expect(clean.exitCode).toBe(0);
    expect(clean.verdict).not.toHaveProperty('waived');
    expect(clean.verdict).not.toHaveProperty('waivers');

    // Expired: excuses nothing, and has to go though nothing fails.
    await writeFile(file, text.replaceAll('9999-12-31', '2026-01-31'));
    const expired = await early(at('expired'), '--waivers', file);
    expect(expired.exitCode).toBe(1);
    expect(expired.out).toMatch(/expired on 2026-01-31, and what it was about still fails/);
    expect((await fixed(at('expired-fixed'), '--waivers', file)).exitCode).toBe(4);

    // What a run did not put to the test is reported, and no more.
    await writeFile(file, text);
    const elsewhere = await fixed(at('elsewhere'), '--waivers', file, '--only', 'parameters/max-msgs/range/0');
    expect(elsewhere.exitCode).toBe(0);
    expect(elsewhere.out).toMatch(/^Waivers that excuse nothing: \d+\n {2}not-exercised: /m);

    // A run that is red for something new: what was excused already keeps its words.
    const next = [
      '--kind',
      'suite-bug',
      '--reason',
      'new',
      '--issue',
      'https://tracker.example/2',
      '--owner',
      'bo',
      '--expires',
      '9999-01-01',
    ];
    await speak('waivers', 'write', at('other'), ...next, '--out', at('next.yaml'));
    await speak('waivers', 'write', at('waived'), ...next, '--out', at('same.yaml'));
    const reasons = async (name: string): Promise<unknown> =>
      (parse(await readFile(at(name), 'utf8')) as { waivers: Waiver[] }).waivers.map(({ reason }) => reason);
    expect(await reasons('next.yaml')).toContain('new');
    expect(new Set((await reasons('same.yaml')) as string[])).toEqual(new Set(['it is being mended']));

    // What a file would make of a run.
    expect(await speak('waivers', 'check', file)).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/0 expired\n$/),
    });
    expect(await speak('waivers', 'check', file, at('red'))).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^excuses \d+ findings? +[^]*with these waivers exit code 0: /),
    });
    expect((await speak('waivers', 'check', file, at('clean/evidence.ndjson'))).exitCode).toBe(4);
    expect((await speak('waivers', 'check', file, at('other'))).exitCode).toBe(1);
    await writeFile(file, text.replaceAll('9999-12-31', '2026-01-31'));
    expect(await speak('waivers', 'check', file)).toMatchObject({
      exitCode: 4,
      out: expect.stringMatching(/^expired {2}/),
    });

    // Nothing that somebody wrote is overwritten.
    expect(await speak('waivers', 'write', at('red'), ...next, '--out', file)).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/is not overwritten\. Name another one with --out/),
    });
    expect((await speak('waivers', 'write', at('clean'), ...next, '--out', at('none.yaml'))).out).toMatch(
      /nothing to waive/,
    );
  });
});

describe('a file that cannot be used is refused before anything is run', () => {
  const GOOD = {
    clause: CLAUSE,
    fingerprint: '0123456789abcdef',
    kind: 'endpoint-bug',
    reason: 'r',
    issue: 'https://tracker.example/1',
    owner: 'ana',
    expires: '2027-01-31',
  };
  test.for([
    [
      'an unknown clause',
      [{ ...GOOD, clause: 'consume.ack-wait.defalt' }],
      /line 1\): there is no clause consume\.ack-wait\.defalt\. Did you mean consume\.ack-wait\.default\?/,
    ],
    [
      'an unknown scenario',
      [{ ...GOOD, scenario: 'redelivery/default/absnt' }],
      /there is no scenario redelivery\/default\/absnt\. Did you mean redelivery\/default\/absent\?/,
    ],
    [
      'a clause that fails no run',
      [{ ...GOOD, clause: 'consume.params.unknown' }],
      /consume\.params\.unknown is INFO, so it never fails a run/,
    ],
    [
      'an entry that is there twice',
      [GOOD, { ...GOOD, reason: 'other' }],
      /it is about the same failure as the entry of line 1/,
    ],
    [
      'one that is part of another',
      [{ ...GOOD, scenario: 'redelivery/default/absent' }, GOOD],
      /same failure as the entry of line 1/,
    ],
    ['a day that there is not', [{ ...GOOD, expires: '2027-02-30' }], /there is no day 2027-02-30/],
    ['an unknown member', [{ ...GOOD, onwer: 'ana' }], /there is an unknown member "onwer"\. Did you mean "owner"\?/],
    [
      'a missing member',
      [{ ...GOOD, owner: undefined }],
      /it does not fit: \/waivers\/0 must have required property 'owner'/,
    ],
    [
      'an unknown kind',
      [{ ...GOOD, kind: 'bug' }],
      /it does not fit: \/waivers\/0\/kind must be equal to one of the allowed values/,
    ],
    ['an issue that is no link', [{ ...GOOD, issue: 'DMS-1' }], /\/waivers\/0\/issue must match pattern/],
    ['no list', { [CLAUSE]: GOOD }, /\/waivers must be array/],
  ] as const)('%s', async ([, waivers, message]) => {
    await using directory = await ownDirectory();
    const file = join(directory.path, 'waivers.json');
    await writeFile(file, JSON.stringify({ waivers }));
    const out = join(directory.path, 'run');
    for (const argv of [
      ['run', '--waivers', file, '--out', out, '--quiet'],
      ['waivers', 'check', file],
    ]) {
      const { exitCode, err } = await speak(...argv);
      expect(err).toMatch(message);
      expect(exitCode).toBe(2);
    }
    await expect(readFile(join(out, 'evidence.ndjson'))).rejects.toThrow('ENOENT');
  });

  test('also where it is YAML, with the line', async () => {
    await using directory = await ownDirectory();
    const file = join(directory.path, 'waivers.yaml');
    const entry = Object.entries(GOOD).map(
      ([name, value], index) => `${index === 0 ? '  - ' : '    '}${name}: ${value}`,
    );
    await writeFile(
      file,
      ['waivers:', ...entry, ...entry.map((line) => line.replace('endpoint-bug', 'typo')), ''].join('\n'),
    );
    expect((await speak('waivers', 'check', file)).err).toMatch(
      /\(line 11, column 11\): it does not fit: \/waivers\/1\/kind/,
    );
    await writeFile(file, '# nothing yet\n');
    expect((await speak('waivers', 'check', file)).err).toMatch(/it holds nothing\. Expected at least 'waivers: \[\]'/);
    expect((await speak('waivers', 'check', join(directory.path, 'none.yaml'))).err).toMatch(
      /cannot be read \(ENOENT\)/,
    );
  });

  test('as is an entry that cannot be made', async () => {
    await using directory = await ownDirectory();
    const out = join(directory.path, 'run');
    const { exitCode } = await command(['run', '--only', 'parameters/max-msgs/range/0', '--out', out, '--quiet']);
    expect(exitCode).toBe(0);
    expect((await speak('waivers', 'write', out, '--kind', 'bug', ...WORDS, '--expires', '2027-01-31')).exitCode).toBe(
      2,
    );
    expect((await speak('waivers', 'write', out)).err).toMatch(/required option '--kind <kind>' not specified/);
  });
});

test('evidence and verdict hold waivers as the file does', () => {
  const { properties, required } = waiversSchema.properties.waivers.items;
  expect(evidenceSchema.$defs.waiver).toMatchObject({ properties, required, additionalProperties: false });
});
