import { describe, expect, test } from 'vitest';
import { register } from '../../specs/register.ts';
import { verdictText } from '../../src/cli/reports.ts';
import { junit } from '../../src/report/junit.ts';
import { excerpt, plain } from '../../src/report/plain.ts';
import { summary } from '../../src/report/summary.ts';
import { terminalReport } from '../../src/report/terminal.ts';
import { answer, story } from '../support/history.ts';
import { clauseVerdict, HOSTILE, hostileFinding, verdict } from '../support/verdict.ts';

/** What a terminal would obey: everything but line feeds, of C0, C1 and the marks of writing direction. */
const OBEYED = /[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029\ufeff]/u;

function terminal(of = verdict(), colour = false): string {
  return terminalReport(of, register, { colour, files: ['reports/run/verdict.json'], evidence: { histories: [] } });
}

describe('plain text', () => {
  test('keeps one line of what can be read and nothing that a terminal obeys', () => {
    expect(plain('a\u001b[31mb\u001b[0m\r\n\tc\u009b\u0000d\u202ee')).toBe('ab cde');
    expect(plain(HOSTILE)).not.toMatch(OBEYED);
  });

  test.for([
    ['::error::x', ': :error::x'],
    [' \u001b[0m::error::x', ': :error::x'],
    ['a ##[error]x ##vso[task]y ##teamcity[z]', 'a # #[error]x # #vso[task]y # #teamcity[z]'],
    ['## 5 :: 6', '## 5 :: 6'],
  ])('is no command of a CI server: %j', ([text, shown]) => {
    expect(plain(text!)).toBe(shown);
  });

  test('is cut to a length that is said', () => {
    expect(excerpt('x'.repeat(500))).toBe(`${'x'.repeat(400)}… (100 more characters)`);
  });
});

describe('nothing that an endpoint wrote is obeyed by a terminal', () => {
  test.for([
    ['the end report', terminal()],
    ['the Markdown summary', summary(verdict(), register, { histories: [] })],
    ['the JUnit file', junit(verdict(), register)],
    ['verdict.json', verdictText(verdict())],
  ] as const)('%s', ([, text]) => {
    expect(text.replaceAll('\n', '')).not.toMatch(OBEYED);
  });
});

test('nothing of verdict.json is a command of a CI server, and it says the same', () => {
  const of = verdict({ reasons: ['##[error]x', '##vso[task]y'] });
  expect(verdictText(of)).not.toMatch(/##\w*\[/);
  expect(JSON.parse(verdictText(of))).toEqual(of);
});

test('no line of the end report begins with what an endpoint wrote as a command', () => {
  const text = terminal(verdict({ reasons: ['::error::x'], undeleted: ['::error::y'] }));
  expect(text).toMatch(/: :error::y/);
  expect(text).not.toMatch(/^\s*::/m);
});

describe('the end report', () => {
  test('shows a failed clause with words, place, ruling, and the first three findings', () => {
    const text = terminal();
    expect(text).toMatch(/Failed: 1 clause\n {2}✗ redelivery\.by-default {2}MUST\n/);
    expect(text).toContain(register.clauses.get('redelivery.by-default')?.text);
    expect(text).toMatch(/acknowledge document, Function, .*; ruling D1\n/);
    expect(text.match(/in {8}redelivery\/default\/absent, exchange \d/g)).toHaveLength(3);
    expect(text).toContain('+2 more findings');
  });

  test('ends with verdict, reasons, numbers and the meaning of the exit code', () => {
    expect(terminal()).toMatch(
      /\nNONCONFORMANT {2}http:\/\/127\.0\.0\.1:8080, profile gate, in 31\.3 s\n {2}1 clause is broken\n[^]*1 passed, 1 failed, 1 warned, 1 noted, 2 not exercised, 1 not applicable\nexit code 1: nonconformant: .*\n$/,
    );
  });

  test('counts warnings as failures in a strict run', () => {
    expect(terminal(verdict({ strict: true }))).toMatch(/Failed: 2 clauses[^]*2 failed, 0 warned/);
  });

  test('groups what was not exercised by what is the same in the reasons', () => {
    const clauses = ['redelivery.by-default', 'redelivery.by-ack-wait', 'ack.order.failure-stops'].map((id, index) =>
      clauseVerdict({
        id,
        verdict: 'not-exercised',
        reason: `redelivery/scenario/${index}: GET /v1.0/p/queues/0000000${index}-0000-4000-8000-000000000000 answered 500`,
      }),
    );
    const text = terminal(verdict({ clauses }));
    expect(text.match(/answered 500/g)).toHaveLength(1);
    expect(text.match(/MUST {4}/g)).toHaveLength(3);
  });

  test('does not list every clause where nothing at all was exercised', () => {
    const clauses = [
      clauseVerdict({ id: 'redelivery.by-default', verdict: 'not-exercised', evidence: 0, reason: 'x' }),
    ];
    expect(terminal(verdict({ clauses }))).not.toMatch(/redelivery\.by-default/);
  });

  test('says of the embedded emulator that it is no certificate', () => {
    expect(terminal(verdict({ endpoint: 'embedded' }))).toMatch(/not a certificate/);
  });

  test('has colours only where they are wanted', () => {
    expect(terminal(verdict(), true)).toMatch(OBEYED);
  });
});

describe('the Markdown summary', () => {
  test('says the verdict first, then a table of what failed', () => {
    const text = summary(verdict(), register, { histories: [] });
    expect(text).toMatch(/^## ❌ nonconformant\n/);
    expect(text).toMatch(/### Failed\n\n\| clause \|[^]*\| `redelivery\.by-default`<br>MUST \|/);
    expect(text).toMatch(/### Warnings[^]*### Not exercised[^]*### 1 queue could not be deleted/);
  });

  test('fits a comment of GitHub, whatever failed: what failed stays, and what is left out is said', () => {
    const findings = [{ ...hostileFinding(1), expected: 'e'.repeat(400), observed: HOSTILE.repeat(9) }];
    const clauses = [...register.clauses.values()].map(({ id, level }) =>
      clauseVerdict({ id, level, verdict: level === 'MUST' ? 'fail' : 'warn', findings }),
    );
    const text = summary(verdict({ clauses, reasons: Array(500).fill(HOSTILE.repeat(9)) }), register, {
      histories: [],
    });
    expect(text.length).toBeLessThan(60_001);
    expect(text.length).toBeGreaterThan(50_000);
    expect(text).toMatch(/^## ❌ nonconformant\n/);
    expect(text).toContain('- +480 more');
    const failed = clauses.filter(({ verdict }) => verdict === 'fail').length;
    const shown = text.match(/<br>MUST \|/g)?.length ?? 0;
    expect(shown).toBeGreaterThan(20);
    expect(text).toMatch(
      new RegExp(
        `\\nLeft out, since .*: ${failed - shown} of ${failed} failed clauses, \\d+ of \\d+ warnings\\..*\\n$`,
      ),
    );
  });

  test('says nothing of leaving out where it does not', () => {
    expect(summary(verdict(), register, { histories: [] })).not.toMatch(/Left out/);
  });

  test('keeps what an endpoint wrote within code, and each row at its number of cells', () => {
    const lines = summary(verdict(), register, { histories: [] }).split('\n');
    for (const line of lines) expect(line.replace(/`[^`]*`/g, '')).not.toMatch(/evil\.example|@all|<b>/);
    const rows = lines.filter((line) => line.startsWith('| `redelivery.'));
    expect(rows.map((row) => row.split('|').length)).toEqual([7, 7]);
  });
});

describe('a counterexample', () => {
  const told = story({ scenario: 'programs/1/shrunk', letters: 2 });
  told.add({
    type: 'program',
    scenario: 'programs/1/shrunk',
    program: {
      mode: 'NORMAL',
      groups: 1,
      seconds: 30,
      operations: [
        { do: 'arrange', group: 1, messages: [{ body: HOSTILE }, {}] },
        { do: 'together', lanes: [[{ do: 'consume', by: 1, group: 1, query: { max_msgs: HOSTILE } }]] },
      ],
    },
  });
  told.consume(1, 'ack_wait=15', [0, 1]);
  told.acknowledge(2, ['h1.0', HOSTILE], [1, 1]);
  told.exchange(3, { target: `${told.path}?time_wait=1`, outcome: answer(500, HOSTILE) });
  const finding = {
    scenario: 'programs/1/shrunk',
    expected: HOSTILE,
    observed: HOSTILE,
    exchanges: [2],
    fingerprint: '',
  };
  const of = verdict({
    clauses: [clauseVerdict({ id: 'redelivery.by-default', verdict: 'fail', findings: [finding] })],
    counterexamples: [
      {
        scenario: 'programs/1',
        clause: 'redelivery.by-default',
        replays: 3,
        reproduced: 3,
        attempts: 20,
        again: [],
        shrunk: 'programs/1/shrunk',
        operations: 9,
        shortest: 2,
      },
    ],
  });
  const histories = [told.history()];

  test('is a program and what came of it, with nothing in it that a terminal obeys', () => {
    const cases = new Map([['programs/1', 'run/cases/programs-1.json']]);
    const text = terminalReport(of, register, { colour: false, files: [], evidence: { histories }, cases });
    expect(text.replaceAll('\n', ' ')).not.toMatch(OBEYED);
    expect(text).toContain('2 of its 9 operations are enough');
    expect(text).toMatch(/ 2\. +at the same time:\n +- c1 consumes with max_msgs=/);
    expect(text).toMatch(/ #1 +0\.0 s +c1 consume ack_wait=15 → 200, letter 1 letter 2\n/);
    expect(text).toMatch(/» +#2 +1\.0 s +c1 acknowledge 1\.1 success, .* → 200, success 1, fail 1\n/);
    expect(text).toContain('replay    npx dms-conformance replay run/cases/programs-1.json');
  });

  test('is code in the summary, whatever it holds', () => {
    const text = summary(of, register, { histories });
    const [, section = ''] = /### Counterexamples\n\n([^]*?)\n\n/.exec(text) ?? [];
    expect(section.split('\n').every((line) => line.startsWith('    '))).toBe(true);
    expect(section).toContain('programs/1 breaks redelivery.by-default');
  });

  test('that is flaky says so', () => {
    const [found] = of.counterexamples;
    const flaky = {
      ...of,
      counterexamples: [{ ...found!, reproduced: 0, shrunk: null, again: ['programs/1/again/1'] }],
    };
    const whole = [
      { ...told.history(), scenario: 'programs/1' },
      { ...told.history(), scenario: 'programs/1/again/1' },
    ];
    const text = terminalReport(flaky, register, { colour: false, files: [], evidence: { histories: whole } });
    expect(text).toMatch(/flaky: 3 replays did not break it again/);
    expect(text).toMatch(/what came of it in programs\/1\/again\/1, where nothing broke:/);
  });
});

test('the summary tells what generated programs did', () => {
  const programs = {
    count: 2,
    operations: { consume: 3 },
    acknowledgements: { gap: 1 },
    overlaps: {},
    clauses: { a: 2 },
  };
  expect(summary(verdict({ programs }), register, { histories: [] })).toMatch(
    /2 programs exercised 1 clause[^]*\| operations \| consume 3 \|\n\| acknowledgements \| gap 1 \|/,
  );
});
