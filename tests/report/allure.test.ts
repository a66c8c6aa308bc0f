import type { RuntimeMessage } from 'allure-js-commons/sdk';
import { describe, expect, test } from 'vitest';
import { register } from '../../specs/register.ts';
import type { ScenarioVerdict, Verdict } from '../../schemas/types.ts';
import type { History } from '../../src/history/evidence.ts';
import { allureResults, withoutAnalytics, type AllureResult } from '../../src/report/allure.ts';
import { answer, end, story, type Story } from '../support/history.ts';
import { clauseVerdict, HOSTILE, verdict } from '../support/verdict.ts';

const SCENARIO = 'redelivery/NORMAL/again';
const CLAUSE = 'redelivery.by-default';

function told(scenario = SCENARIO): Story {
  const one = story({ scenario, letters: 1, provokes: [CLAUSE] });
  one.exchange(0, { method: 'POST', target: '/v1.0/p1/queues' });
  one.consume([1, 2], 'ack_wait=15', [0]);
  one.exchange([3, 4], { target: `${one.path}?time_wait=1`, outcome: answer(500, HOSTILE) });
  return one;
}

function scenario(part: Partial<ScenarioVerdict> = {}): ScenarioVerdict {
  return { id: SCENARIO, verdict: 'pass', startedAt: '2026-11-21T00:00:00.000Z', seconds: 4, ...part };
}

function results(of: Verdict, histories: readonly History[] = [told().history()]): AllureResult[] {
  const titles = new Map([[SCENARIO, 'What it is about.']]);
  return [...allureResults({ verdict: of, register, evidence: { histories }, titles })];
}

function result(part: Partial<ScenarioVerdict>, of: Partial<Verdict> = {}, history = told().history()): AllureResult {
  const found = results(verdict({ scenarios: [scenario(part)], clauses: [], ...of }), [history]);
  return found.find(({ id }) => id === (part.id ?? SCENARIO))!;
}

function failed(...exchanges: number[]): AllureResult {
  const finding = {
    scenario: SCENARIO,
    expected: HOSTILE,
    observed: HOSTILE,
    exchanges,
    fingerprint: '0123456789abcdef',
  };
  return result(
    { verdict: 'fail' },
    { clauses: [clauseVerdict({ id: CLAUSE, verdict: 'fail', findings: [finding] })] },
  );
}

type Kind<Type extends RuntimeMessage['type']> = Extract<RuntimeMessage, { type: Type }>['data'];

function of<Type extends RuntimeMessage['type']>({ messages }: AllureResult, type: Type): Kind<Type>[] {
  return messages.filter((message) => message.type === type).map(({ data }) => data as Kind<Type>);
}

function attachments(one: AllureResult): { name: string; text: string }[] {
  return of(one, 'attachment_content').map(({ name, content }) => ({
    name,
    text: Buffer.from(content, 'base64').toString(),
  }));
}

describe('the result of a scenario', () => {
  test.for([
    ['passed', { verdict: 'pass' }, 'completed'],
    ['passed', { verdict: 'warn' }, 'completed'],
    ['failed', { verdict: 'fail' }, 'completed'],
    ['broken', { verdict: 'not-exercised', reason: 'x' }, 'aborted'],
    ['skipped', { verdict: 'not-exercised', reason: 'x' }, 'short'],
  ] as const)('is %s where its verdict is %j and it ended as %s', ([status, part, outcome]) => {
    const history = { ...told().history(), end: end(SCENARIO, { outcome }) };
    expect(result(part, {}, history)).toMatchObject({ status, id: SCENARIO, chapter: 'redelivery' });
  });

  test('is skipped where it was never started, and broken where it was cut off', () => {
    const of = verdict({ scenarios: [scenario({ verdict: 'not-exercised', startedAt: null, reason: 'not started' })] });
    expect(results(of, [])[1]).toMatchObject({ status: 'skipped', message: 'not started' });
    expect(results(of, [{ ...told().history(), end: undefined }])[1]).toMatchObject({ status: 'broken' });
  });

  test('has its clauses as tags, the weightiest as severity, and the title with their places as description', () => {
    const [{ labels, description } = {}] = of(result({}), 'metadata');
    expect(labels).toEqual(
      expect.arrayContaining([
        { name: 'feature', value: 'redelivery' },
        { name: 'story', value: 'NORMAL/again' },
        { name: 'severity', value: 'critical' },
        { name: 'tag', value: CLAUSE },
      ]),
    );
    expect(description).toMatch(
      /^What it is about\.\n\n- `redelivery\.by-default` \(MUST\): .*\*acknowledge document, /,
    );
  });

  test('has the same history in every run and on every endpoint; a program has it within its seed', () => {
    const other = { seed: 2, endpoint: 'https://other.example', profile: 'certify', startedAt: '2027-01-01T00:00:00Z' };
    const history = (id: string, of: Partial<Verdict>): (string | undefined)[] => {
      const [{ historyId, testCaseId } = {}] = of_(result({ id, verdict: 'fail' }, of, told(id).history()));
      return [historyId, testCaseId];
    };
    const of_ = (one: AllureResult): Kind<'metadata'>[] => of(one, 'metadata');
    expect(history(SCENARIO, {})[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(history(SCENARIO, other as Partial<Verdict>)).toEqual(history(SCENARIO, {}));
    expect(history('redelivery/other', {})).not.toEqual(history(SCENARIO, {}));
    expect(history('programs/1', { seed: 2 })).not.toEqual(history('programs/1', { seed: 1 }));
    expect(of(result({}), 'metadata')[0]?.parameters?.map(({ name, excluded }) => [name, excluded])).toEqual([
      ['endpoint', true],
      ['profile', true],
      ['clock', true],
      ['seed', true],
    ]);
  });

  test('has its calls as steps with their instants; of what passed, by their paths', () => {
    const steps = of(result({}), 'step_start');
    expect(steps.map(({ name }) => name)).toEqual([
      'arranged: 1 queue, 1 group, 1 dead letter; 1 request beside the calls below',
      '#2 c1 GET …/deadletters?ack_wait=15 → 200',
      '#3 c1 GET …/deadletters?time_wait=1 → 500',
    ]);
    const began = Date.parse('2026-11-21T00:00:00.000Z');
    expect(steps[1]?.start).toBe(began + 1000);
    expect(of(result({}), 'step_stop')[1]?.stop).toBe(began + 2000);
  });

  test('whose failures are all waived is skipped, and says so', () => {
    const waived = result({ verdict: 'fail', waived: true });
    expect(waived).toMatchObject({ status: 'skipped', message: expect.stringContaining('what is broken is waived') });
    const run = results(verdict({ verdict: 'conformant', exitCode: 0, waived: 2, reasons: [] }), []).at(0);
    expect(run).toMatchObject({ id: 'run/verdict', message: expect.stringContaining('not certifiable') });
  });

  test('has the calls that a finding rests on as failed steps, with the whole exchange within', () => {
    const one = failed(3);
    const at = one.messages.findIndex(
      ({ type, data }) => type === 'step_start' && data.name.startsWith('#3 c1 consume'),
    );
    expect(one.messages.slice(at, at + 3).map(({ type }) => type)).toEqual([
      'step_start',
      'attachment_content',
      'step_stop',
    ]);
    expect(of(one, 'step_stop').map(({ status }) => status)).toEqual(['passed', 'passed', 'failed']);
    const [{ text } = { text: '' }] = attachments(one);
    expect(JSON.parse(text)).toMatchObject({
      request: { method: 'GET', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:8080\/v1\.0\/.*time_wait=1$/) },
      response: { status: 500, body: { truncated: false } },
    });
  });

  test('shows nothing of an endpoint that a terminal or a page would obey', () => {
    const one = failed(3);
    const shown = [one.message, ...of(one, 'step_start').map(({ name }) => name), of(one, 'metadata')[0]?.description];
    expect(shown.join('').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(one.message).toMatch(/^redelivery\.by-default \(MUST\): [^]*\n {2}observed {3}/);
  });

  test('has its own evidence attached, in whole lines and within bounds, what a finding rests on before the rest', () => {
    const much = told();
    for (let at = 10; at < 400; at += 1)
      much.exchange(at, { target: much.path, outcome: answer(200, 'x'.repeat(900)) });
    const history = much.history();
    const passed = attachments(result({}, {}, history)).at(-1);
    expect(passed?.name).toBe(`evidence of ${SCENARIO}`);
    expect(passed?.text.length).toBeLessThan(4_500);
    const lines = passed?.text.trimEnd().split('\n') ?? [];
    expect(lines.at(-1)).toMatch(
      /^\d+ of \d+ lines are left out: grep '"redelivery\/NORMAL\/again"' evidence\.ndjson$/,
    );
    const kept = lines.slice(0, -1).map((line) => JSON.parse(line) as { scenario: string });
    expect(kept.length).toBeGreaterThan(4);
    expect(kept.every(({ scenario }) => scenario === SCENARIO)).toBe(true);
    const finding = {
      scenario: SCENARIO,
      expected: 'x',
      observed: 'y',
      exchanges: [390],
      fingerprint: '0123456789abcdef',
    };
    const clauses = [clauseVerdict({ id: CLAUSE, verdict: 'fail', findings: [finding] })];
    expect(attachments(result({ verdict: 'fail' }, { clauses }, history)).at(-1)?.text).toContain('"id":390,');
  });
});

describe('beside the scenarios', () => {
  test.for([
    ['passed', { verdict: 'conformant', exitCode: 0 }],
    ['failed', { verdict: 'nonconformant', exitCode: 1 }],
    ['broken', { verdict: 'incomplete', exitCode: 3 }],
  ] as const)('the run as a whole is a result, %s where it ends as %j', ([status, part]) => {
    expect(results(verdict(part), [])[0]).toMatchObject({ id: 'run/verdict', status });
  });

  test('programs are one result together, and those that did not pass one each', () => {
    const scenarios = [
      scenario({ id: 'programs/1' }),
      scenario({ id: 'programs/2', verdict: 'fail' }),
      scenario({ id: 'programs/2/again/1', verdict: 'fail' }),
      scenario({ id: 'programs/2/shrunk', verdict: 'fail' }),
      scenario({ id: 'programs/3', verdict: 'not-exercised', reason: 'x' }),
    ];
    const all = results(verdict({ scenarios }), []);
    expect(all.map(({ id, status }) => [id, status])).toEqual([
      ['run/verdict', 'failed'],
      ['programs', 'failed'],
      ['programs/2', 'failed'],
      ['programs/3', 'skipped'],
    ]);
    expect(all[1]?.message).toBe('1 of 3 programs broke a clause\n1 of 3 programs could not be carried out');
  });
});

describe("Allure's page", () => {
  const page = (script: string): string => `<html><head><title>x</title></head><body>${script}</body></html>`;
  const analytics =
    '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>\n<script>\nfunction gtag(){x.push(arguments);}\ngtag("js");\n</script>';

  test('loses its analytics, keeps its own script, and may ask for nothing', () => {
    const stripped = withoutAnalytics(page(`<script src="data:text/javascript;base64,eA=="></script>${analytics}`));
    expect(stripped).not.toMatch(/gtag|google|https:/);
    expect(stripped).toContain('<script src="data:text/javascript;base64,eA=="></script>');
    expect(stripped).toMatch(/<head><meta http-equiv="Content-Security-Policy" content="default-src data: blob:/);
  });

  test('is refused where it has no place for a policy', () => {
    expect(() => withoutAnalytics(`<html>${analytics}</html>`)).toThrow(/cannot be kept from asking/);
  });

  test.for(['<script type="module">gtag("js")</script>', '<link rel="x" href="https://fonts.example/x">'])(
    'is refused where it holds %s',
    (script) => {
      expect(() => withoutAnalytics(page(script))).toThrow(/cannot be kept from asking/);
    },
  );
});
