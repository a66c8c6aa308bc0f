import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../schemas/types.ts';
import { register } from '../../../specs/register.ts';
import type { Evidence } from '../../../src/history/evidence.ts';
import { html, jsonBlock } from '../../../src/report/html/markup.ts';
import { page } from '../../../src/report/html/page.ts';
import { prettyJson } from '../../../src/report/html/json-text.ts';
import { answer, footer, header, story, type Story } from '../../support/history.ts';
import { clauseVerdict, hostileFinding, HOSTILE, verdict } from '../../support/verdict.ts';
import { elementsOfPage } from '../../support/xml.ts';

const BREAKING_OUT = `${HOSTILE}</script><script>alert(1)</script></style><style>*{}</style><!-- --> <b onclick='x'> \${x}`;

function evidence(stories: readonly Story[] = [], part: Partial<Evidence['header']> = {}): Evidence {
  return {
    header: header(part),
    histories: stories.map((one) => one.history()),
    counterexamples: [],
    footer: footer(),
    problems: [],
  };
}

const made = (of: Verdict = verdict(), from: Evidence = evidence()): string => page(of, register, from);

/** A scenario in which the endpoint says whatever it likes. */
function hostileStory(scenario = 'redelivery/default/absent'): Story {
  const told = story({ scenario, letters: 1, provokes: ['redelivery.by-default'] });
  told.consume([0, 1], 'ack_wait=15', [[0, BREAKING_OUT]]);
  told.exchange(2, {
    target: `${told.path}?${BREAKING_OUT}`,
    headers: [[BREAKING_OUT, BREAKING_OUT]],
    body: BREAKING_OUT,
    outcome: { ...answer(200, BREAKING_OUT), headers: [[BREAKING_OUT, BREAKING_OUT]] },
  });
  told.consume(3, '', answer(200, [{ message: { body: BREAKING_OUT }, handler: BREAKING_OUT }]));
  return told;
}

describe('a template', () => {
  test('escapes whatever is put into it, but for markup', () => {
    expect(html`<p title="${'"<\'&>'}">${html`<b>${'<i>'}</b>`}${['<', 1, undefined]}</p>`.text).toBe(
      '<p title="&quot;&lt;&#39;&amp;&gt;"><b>&lt;i&gt;</b>&lt;1</p>',
    );
  });

  test('shows what cannot be seen, and leaves what can', () => {
    expect(html`${'a\u0000\t\u202eb\ud800c\u2028\ufeff\nä€😀中'}`.text).toBe(
      'a\\u0000\\u0009\\u202eb\\ud800c\\u2028\\ufeff\nä€😀中',
    );
  });
});

test('data in a script element cannot end it, or open a comment', () => {
  const data = { [`</script>${HOSTILE}`]: '<!--<script>\u2028' };
  const { text } = jsonBlock(data);
  expect(text).not.toMatch(/[<\p{Cc}\p{Bidi_Control}\p{Cs}\u2028]/u);
  expect(JSON.parse(text)).toEqual(data);
});

describe('JSON over several lines', () => {
  test('keeps how numbers are spelled, names that stand twice, and strings', () => {
    expect(prettyJson('{"a":1.0,"a":[1E2, {}],"b\\"{":"x, [y]: \\\\","c":[ ],"d":12345678901234567890}')).toBe(
      '{\n  "a": 1.0,\n  "a": [\n    1E2,\n    {}\n  ],\n  "b\\"{": "x, [y]: \\\\",\n  "c": [],\n  "d": 12345678901234567890\n}',
    );
  });

  test.for(['', 'no JSON', '{"a":', `${'['.repeat(600)}${']'.repeat(600)}`])('leaves %j as it is', (text) => {
    expect(prettyJson(text)).toBe(text);
  });
});

describe('the page', () => {
  test('is well-formed, and nothing that an endpoint wrote is markup in it, or steers who reads it', () => {
    const hostile = verdict({
      endpoint: BREAKING_OUT,
      reasons: [BREAKING_OUT],
      scenarios: [
        { id: 'redelivery/default/absent', verdict: 'fail', reason: BREAKING_OUT, startedAt: null, seconds: 1 },
        { id: BREAKING_OUT, verdict: 'pass', startedAt: null, seconds: 1 },
      ],
    });
    const text = made(hostile, evidence([hostileStory(), hostileStory(BREAKING_OUT)], { project: BREAKING_OUT }));
    const elements = elementsOfPage(text);
    expect(elements.get('script')).toBe(2);
    expect(elements.get('b')).toBeUndefined();
    const others = text.replace(/<script>[^]*?<\/script>/, '').replaceAll('\n', '');
    expect(others).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029\ufeff]/u);
  });

  test('lets no style and script count but its own, and names nothing that could be loaded', () => {
    const text = made();
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text) ?? [];
    const digest = (element: string): string => {
      const [, content = ''] = new RegExp(`<${element}>([^]*?)</${element}>`).exec(text) ?? [];
      expect(content.length).toBeGreaterThan(1000);
      return `&#39;sha256-${createHash('sha256').update(content).digest('base64')}&#39;`;
    };
    expect(policy.split('; ')).toEqual([
      'default-src &#39;none&#39;',
      `script-src ${digest('script')}`,
      `style-src ${digest('style')}`,
      'base-uri &#39;none&#39;',
      'form-action &#39;none&#39;',
    ]);
    expect(text).not.toMatch(/\s(?:src|srcset|action|style|on[a-z]+)=|href="(?!#)|url\((?!#)|@import/);
  });

  test('has a script that can be read, and data that can be parsed', () => {
    const text = made(verdict(), evidence([hostileStory()]));
    const [, script = ''] = /<script>([^]*?)<\/script>/.exec(text) ?? [];
    expect(() => new Script(script)).not.toThrow();
    const [, data = ''] = /<script type="application\/json" id="timelines">([^]*?)<\/script>/.exec(text) ?? [];
    expect(JSON.parse(data)).toMatchObject([{ scenario: 'redelivery/default/absent', lanes: ['c1'] }]);
  });

  test('never says conformant without what is waived', () => {
    const waiver = {
      clause: 'redelivery.by-default',
      fingerprint: '0123456789abcdef',
      kind: 'endpoint-bug',
      reason: 'known since <May>',
      issue: 'https://tracker.example/1',
      owner: 'ana',
      expires: '2027-01-31',
    } as const;
    const text = made(
      verdict({
        verdict: 'conformant',
        exitCode: 0,
        waived: 1,
        clauses: [
          clauseVerdict({
            id: 'redelivery.by-default',
            verdict: 'fail',
            waived: true,
            findings: [{ ...hostileFinding(1), waived: true }],
          }),
        ],
        waivers: [
          { ...waiver, state: 'excuses', findings: 1 },
          { ...waiver, scenario: 'redelivery/a', state: 'stale', findings: 0 },
        ],
      }),
    );
    expect(text).toMatch(
      /class="verdict doubtful">\s*<h1>conformant, but for 1 waived clause<\/h1>[^]*not certifiable/,
    );
    expect(text).toMatch(/<h2>Waived: 1 clause<\/h2>/);
    expect(text).toMatch(/<strong>excuses<\/strong>[^]*known since &lt;May&gt;[^]*<strong>stale<\/strong>/);
    expect(text).toMatch(/<dt>fingerprint<\/dt>\s*<dd><code>0123456789abcdef<\/code>, waived<\/dd>/);
    expect(text).toMatch(/class="badge waived"/);
  });

  test('says the verdict first, with reasons, numbers, and whose doing it is', () => {
    const text = made();
    expect(text).toMatch(/<h1>nonconformant<\/h1>[^]*exit code 1: nonconformant: [^]*<li>1 clause is broken<\/li>/);
    expect(text).toMatch(
      /1 failed, 1 warned, 2 not exercised, 1 passed, 1 noted, 1 not applicable[^]*To blame: the endpoint\./,
    );
    expect(text).toMatch(/<dt>seed<\/dt>\s*<dd>1<\/dd>/);
    expect(text).not.toMatch(/not a certificate|INSECURE/);
    expect(made(verdict({ endpoint: 'embedded' }))).toContain('not a certificate');
    expect(made(verdict({ insecure: true }))).toMatch(/class="banner">INSECURE: /);
    expect(made(verdict({ strict: true }))).toContain('2 failed, 0 warned');
  });

  test('then what is broken, with what was expected and observed, and what is not exercised, by reason', () => {
    const text = made();
    expect(text).toMatch(
      /<h2>Failed: 1 clause<\/h2>[^]*href="#redelivery\.by-default"[^]*expected[^]*observed[^]*<h2>Warnings: 1 clause<\/h2>[^]*<h2>Not exercised: 2 clauses<\/h2>[^]*none came[^]*<h2>Not applicable: 1 clause<\/h2>[^]*<h2>Clauses<\/h2>/,
    );
  });

  test('has every clause in its chapter, with level, words, place, rulings and number of findings', () => {
    const all = verdict({
      clauses: [...register.clauses.values()].map(({ id, level }) => clauseVerdict({ id, level })),
    });
    const text = made(all);
    const rows = [...text.matchAll(/id="([^"]+)"\s+data-kind="clause"\s+data-standing="passed"\s+data-level="(\w+)"/g)];
    expect(rows.map(([, id, level]) => ({ id, level }))).toEqual(
      [...register.clauses.values()].map(({ id, level }) => ({ id, level })),
    );
    const shown = (words: string): string => html`${words}`.text;
    for (const { title } of register.chapters) expect(text).toContain(`<h3>${shown(title)}</h3>`);
    for (const clause of register.clauses.values()) expect(text).toContain(shown(clause.text));
    const ruled = register.rulings.get('D1')!;
    expect(text).toContain(`Ruling D1: ${shown(ruled.title)}`);
    expect(text).toContain(shown(ruled.reading));
    expect(text).toContain('consume document, URI, table 1, ack_wait');
    expect(text.match(/>1 finding</g)).toHaveLength(register.clauses.size);
  });

  test('says of a clause what was observed, why nothing is known, and how much stays open', () => {
    const clauses = [
      clauseVerdict({ id: 'consume.params.unknown', level: 'INFO', verdict: 'info', notes: ['it is ignored'] }),
      clauseVerdict({ id: 'redelivery.by-default', verdict: 'not-exercised', reason: 'nothing came', undecided: 3 }),
    ];
    const text = made(verdict({ clauses }));
    expect(text).toContain('<li>it is ignored</li>');
    expect(text).toContain('not exercised: nothing came');
    expect(text).toContain('3 findings that the instants leave open.');
  });

  test('lists programs, queues that are left, and scenarios in the order in which people count', () => {
    const scenario = (id: string): Verdict['scenarios'][number] => ({
      id,
      verdict: 'pass',
      startedAt: null,
      seconds: 2.25,
    });
    const text = made(
      verdict({
        programs: {
          count: 2,
          operations: { consume: 3 },
          acknowledgements: { gap: 1 },
          overlaps: {},
          clauses: { a: 2 },
        },
        undeleted: ['dmsc-left'],
        scenarios: ['programs/10', 'programs/2'].map(scenario),
      }),
    );
    expect(text).toMatch(/Generated programs: 2[^]*exercised 1 clause[^]*consume 3[^]*gap 1/);
    expect(text).toMatch(/1 queue could not be deleted[^]*dmsc-left/);
    expect(text).toMatch(/Scenarios: 2[^]*programs\/2[^]*2\.3 s[^]*programs\/10/);
  });
});

describe('a finding', () => {
  const told = story({ scenario: 'redelivery/a', letters: 1, provokes: ['redelivery.by-default'] });
  told.consume([0, 1], 'ack_wait=15', [0]);
  told.exchange(2, {
    method: 'POST',
    target: `${told.path}/ack`,
    headers: [
      ['X-Auth-Token', '[given]'],
      ['Accept', '*/*'],
    ],
    body: '{"message":[{"handler":"h1.0"}]}',
    outcome: answer(400, '{"error_code":1.0}'),
  });
  const broken = (exchanges: readonly number[], part: Partial<Verdict> = {}): Verdict =>
    verdict({
      clauses: [
        clauseVerdict({
          id: 'redelivery.by-default',
          verdict: 'fail',
          findings: [
            {
              scenario: 'redelivery/a',
              expected: 'that',
              observed: 'this',
              exchanges: [...exchanges],
              fingerprint: '0123456789abcdef',
            },
          ],
        }),
      ],
      ...part,
    });

  test('shows picture, exchanges in words and in full, and their command lines', () => {
    const text = made(broken([1, 2]), evidence([told]));
    expect(text).toMatch(/<dd>that<\/dd>[^]*<dd class="observed">this<\/dd>[^]*exchanges\s+1, 2/);
    expect(text).toMatch(/class="finding[^]*<svg role="img" aria-label="Timeline of redelivery\/a"/);
    expect(text).toMatch(/<code>#2<\/code> c1 acknowledge 1\.1 \(no status\) → 400 /);
    expect(text).toContain('{\n  &quot;error_code&quot;: 1.0\n}');
    expect(text).toContain('X-Auth-Token: [given]\nAccept: */*');
    expect(text).toContain(
      'curl -sS -i -X POST -H &quot;X-Auth-Token: $DMS_TOKEN&quot; -H &#39;Accept: */*&#39; --data-binary',
    );
    expect(text).toContain('Provoked by');
  });

  test('is named only where the same scenario broke it before, or three others have', () => {
    const finding = (scenario: string, observed: string): Verdict['clauses'][number]['findings'][number] => ({
      scenario,
      expected: 'that',
      observed,
      exchanges: [1],
      fingerprint: '0123456789abcdef',
    });
    const findings = Array.from('aabcde', (letter, index) => finding(`redelivery/${letter}`, `this ${index}`));
    const text = made(
      verdict({ clauses: [clauseVerdict({ id: 'redelivery.by-default', verdict: 'fail', findings, omitted: 30 })] }),
    );
    const [, inFull = '', named = ''] =
      /id="clauses"([^]*?)<summary>33 more findings<\/summary>([^]*?)<\/details>/.exec(text) ?? [];
    expect(inFull.match(/this \d/g)).toEqual(['this 0', 'this 2', 'this 3']);
    expect(named.match(/this \d/g)).toEqual(['this 1', 'this 4', 'this 5']);
    expect(named).toContain('+30 more');
  });

  test('of a long body says how much is cut, and gives no part of a command', () => {
    const long = story({ scenario: 'redelivery/a' });
    long.exchange(1, {
      method: 'POST',
      target: `${long.path}/ack`,
      body: 'x'.repeat(90_000),
      outcome: answer(400, 'y'.repeat(90_000)),
    });
    const text = made(broken([1]), evidence([long]));
    expect(text.match(/cut: 7\d{4} more characters are in the evidence/g)).toHaveLength(2);
    expect(text).toMatch(/# 90\d{3} characters: too long to be shown here/);
    expect(text).not.toMatch(/--data-binary/);
  });

  test.for([
    [
      'on an endpoint',
      {},
      '--endpoint &#39;http://127.0.0.1:8080&#39; --project &#39;p1&#39; --only &#39;redelivery/a&#39; --seed 1',
    ],
    [
      'on the embedded emulator',
      { endpoint: 'embedded', clock: 'controlled' },
      '--only &#39;redelivery/a&#39; --seed 1',
    ],
    [
      'behind a clock hook, in its profile, without a certificate',
      { clock: 'controlled', profile: 'certify', insecure: true },
      '--clock-url &quot;$DMS_CLOCK_URL&quot; --insecure --profile certify --only &#39;redelivery/a&#39; --seed 1',
    ],
  ] as const)('says how to see it again %s', ([, part, expected]) => {
    const text = made(broken([1], part), evidence([told]));
    expect(text).toMatch(/<h4>Again<\/h4>\s*<div class="command">\s*<pre><code>npx dms-conformance run /);
    expect(text).toContain(`${expected}</code>`);
  });

  test('of a program is replayed by its case, or by its number', () => {
    const finding = { ...hostileFinding(1), scenario: 'programs/7/shrunk' };
    const other = { ...hostileFinding(1), scenario: 'programs/8' };
    const found = {
      scenario: 'programs/7',
      clause: 'redelivery.by-default',
      replays: 3,
      reproduced: 3,
      attempts: 20,
      again: [],
      shrunk: 'programs/7/shrunk',
      operations: 9,
      shortest: 2,
    };
    const text = made(
      verdict({
        endpoint: 'embedded',
        programs: { count: 300, operations: {}, acknowledgements: {}, overlaps: {}, clauses: {} },
        counterexamples: [found],
        clauses: [clauseVerdict({ id: 'redelivery.by-default', verdict: 'fail', findings: [finding, other] })],
      }),
    );
    expect(text).toContain('<code>npx dms-conformance replay cases/programs-7.json</code>');
    expect(text).toContain('<code>npx dms-conformance run --only &#39;programs/8&#39; --seed 1 --programs 300</code>');
    expect(text).toMatch(
      /<h2>Counterexamples: 1<\/h2>[^]*programs\/7 breaks redelivery\.by-default[^]*2 of its 9 operations/,
    );
  });
});

describe('size', () => {
  const calls = (scenario: string, number: number, body: string): Story => {
    const told = story({ scenario, letters: 3 });
    for (let at = 0; at < number; at += 3) {
      const handlers = told.consume([at, at + 1], 'ack_wait=15&max_msgs=10', [0, 1, 2]);
      told.acknowledge(at + 1, handlers, [2, 1]);
      told.exchange(at + 2, { target: `${told.path}?time_wait=1`, outcome: answer(200, body) });
    }
    return told;
  };

  test('stays below 5 MB with 600 programs and 400 scenarios', () => {
    const ids = Array.from({ length: 1000 }, (_, index) =>
      index < 600 ? `programs/${index}` : `chapter/case/${index}`,
    );
    const scenarios = ids.map((id) => ({ id, verdict: 'pass' as const, startedAt: null, seconds: 1 }));
    const text = made(verdict({ scenarios }), evidence(ids.map((id) => calls(id, 15, '[]'))));
    expect(Buffer.byteLength(text)).toBeLessThan(5_000_000);
    expect(text.match(/data-timeline="\d+"/g)).toHaveLength(1000);
  });

  test('stays below 5 MB where every clause is broken a hundred times by large answers', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `chapter/case/${index}`);
    const findings = ids.map((scenario) => ({
      scenario,
      expected: 'x'.repeat(1000),
      observed: 'y'.repeat(1000),
      exchanges: [1, 2, 3, 4, 5, 6, 7, 8, 9],
      fingerprint: '0123456789abcdef',
    }));
    const clauses = [...register.clauses.keys()].map((id) =>
      clauseVerdict({ id, verdict: 'fail', evidence: 500, findings, omitted: 400 }),
    );
    const large = JSON.stringify(Array.from({ length: 200 }, (_, index) => ({ [`"<${index}>"`]: '&&&&&' })));
    const text = made(verdict({ clauses }), evidence(ids.map((id) => calls(id, 30, large))));
    expect(Buffer.byteLength(text)).toBeLessThan(5_000_000);
    expect(elementsOfPage(text).get('svg')).toBeGreaterThan(40);
  });

  test('leaves out the timelines for which there is no room, and says so', () => {
    const ids = Array.from({ length: 200 }, (_, index) => `chapter/case/${index}`);
    const scenarios = ids.map((id) => ({ id, verdict: 'pass' as const, startedAt: null, seconds: 1 }));
    const text = made(verdict({ scenarios }), evidence(ids.map((id) => calls(id, 210, '[]'))));
    expect(Buffer.byteLength(text)).toBeLessThan(5_000_000);
    expect(text).toContain('Nothing is drawn of it.');
    expect(text).toMatch(/data-timeline="0"/);
  });
});
