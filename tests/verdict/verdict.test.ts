import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { ClauseVerdict, End, Footer, Header, Verdict } from '../../schemas/types.ts';
import verdictSchema from '../../schemas/verdict.schema.json' with { type: 'json' };
import type { Evidence, History } from '../../src/history/evidence.ts';
import { readEvidence } from '../../src/history/evidence.ts';
import type { Register } from '../../src/history/register.ts';
import { broken, held, noted, rule, undecided, type Finding, type Rule } from '../../src/rules/rule.ts';
import { judge } from '../../src/verdict/judge.ts';
import { verdictOf } from '../../src/verdict/verdict.ts';
import { footer, story } from '../support/history.ts';
import { registerOf } from '../support/runs.ts';

const register = registerOf(
  { id: 'must.one' },
  { id: 'must.two' },
  { id: 'should.one', level: 'SHOULD' },
  { id: 'info.one', level: 'INFO' },
  { id: 'kafka.one', feature: 'kafka' },
);
const isVerdict = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile<Verdict>(
  verdictSchema,
);

const EXCHANGE = { id: 1 };
const HELD = held(EXCHANGE);
const BROKEN = broken('a good answer', 'a bad one', EXCHANGE);
const UNDECIDED = undecided(EXCHANGE);

/** A rule that says the same of every history, or something of its own of each. */
function says(clause: string, ...findings: readonly Finding[]): Rule {
  return rule(clause, () => findings);
}
function saysOf(clause: string, by: Readonly<Record<string, readonly Finding[]>>): Rule {
  return rule(clause, (view) => by[view.history.scenario] ?? []);
}
function crashes(clause: string): Rule {
  return rule(clause, () => {
    throw new TypeError('x is undefined');
  });
}

interface Told {
  readonly header?: Partial<Header>;
  /** What the scenarios provoke, and how they ended; `undefined` for one that was cut off. */
  readonly scenarios?: Readonly<Record<string, { provokes?: readonly string[]; end?: Partial<End> | undefined }>>;
  readonly footer?: Partial<Footer> | undefined;
  readonly problems?: readonly string[];
  readonly register?: Register;
}

/** The verdict of a run that selected all of its scenarios and the clauses of its rules. */
function verdict(rules: readonly Rule[], told: Told = {}): Verdict {
  const { scenarios = { 'a/1': {} } } = told;
  const header: Partial<Header> = {
    suite: { version: '0.0.0', register: register.digest },
    selection: Object.keys(scenarios),
    clauses: [...new Set(rules.map(({ clause }) => clause))],
    ...told.header,
  };
  const histories = Object.entries(scenarios).map(([scenario, part]): History => {
    const { provokes = [...new Set(rules.map(({ clause }) => clause))] } = part;
    const whole = story({ scenario, provokes, header }).history();
    const end: End | undefined =
      'end' in part && part.end === undefined
        ? undefined
        : { type: 'end', scenario, outcome: 'completed', at: 9, ...part.end };
    return { ...whole, end };
  });
  const [first] = histories;
  const evidence: Evidence = {
    header: first?.header ?? story({ header }).history().header,
    histories,
    footer: 'footer' in told && told.footer === undefined ? undefined : footer(told.footer),
    problems: told.problems ?? [],
  };
  const folded = verdictOf(evidence, told.register ?? register, rules);
  expect(isVerdict(folded) ? '' : JSON.stringify(isVerdict.errors)).toBe('');
  return folded;
}

function clause(folded: Verdict, id: string): ClauseVerdict | undefined {
  return folded.clauses.find((one) => one.id === id);
}

describe('a clause', () => {
  test.for([
    ['must.one', [HELD], 'pass', 1, 0],
    ['must.one', [HELD, BROKEN, HELD], 'fail', 3, 0],
    ['must.one', [HELD, UNDECIDED], 'pass', 1, 1],
    ['must.one', [UNDECIDED], 'not-exercised', 0, 1],
    ['must.one', [], 'not-exercised', 0, 0],
    ['should.one', [HELD], 'pass', 1, 0],
    ['should.one', [HELD, BROKEN], 'warn', 2, 0],
    ['info.one', [noted('it does that', EXCHANGE)], 'info', 1, 0],
    ['info.one', [HELD], 'info', 1, 0],
    ['info.one', [BROKEN], 'info', 1, 0],
    ['info.one', [], 'not-exercised', 0, 0],
  ] as const)('%s with %j: %s', ([id, findings, expected, evidence, open]) => {
    const [one] = verdict([says(id, ...findings)]).clauses;
    expect(one).toMatchObject({ id, verdict: expected, evidence, undecided: open });
    if (expected.startsWith('not-')) expect(one?.reason).not.toBe('');
  });

  test('that is broken carries who, what and where', () => {
    const { clauses } = verdict([saysOf('must.one', { 'a/1': [HELD], 'a/2': [BROKEN] })], {
      scenarios: { 'a/1': {}, 'a/2': {} },
    });
    expect(clauses[0]?.findings).toEqual([
      { scenario: 'a/2', expected: 'a good answer', observed: 'a bad one', exchanges: [1] },
    ]);
  });

  test('is judged in every history, also in those that were not there to provoke it', () => {
    const folded = verdict([saysOf('must.one', { 'a/1': [HELD], 'b/1': [BROKEN] }), says('must.two', HELD)], {
      scenarios: { 'a/1': { provokes: ['must.one'] }, 'b/1': { provokes: ['must.two'] } },
    });
    expect(clause(folded, 'must.one')?.verdict).toBe('fail');
  });

  test('that is broken counts although nobody set out to exercise it', () => {
    const folded = verdict([says('must.one', HELD), says('must.two', BROKEN), says('should.one', HELD)], {
      header: { clauses: ['must.one'] },
    });
    expect(folded.clauses.map(({ id }) => id)).toEqual(['must.one', 'must.two']);
    expect(folded.exitCode).toBe(1);
  });

  test('tells each thing that was noted once, and not too many', () => {
    const many = Array.from({ length: 50 }, (_, index) => noted(`note ${index % 30}`, EXCHANGE));
    const [one] = verdict([says('info.one', ...many)]).clauses;
    expect(one?.notes).toEqual(Array.from({ length: 20 }, (_, index) => `note ${index}`));
    expect(one?.evidence).toBe(50);
  });
});

describe('what could not be exercised is not passed', () => {
  const scenarios = (end: Partial<End> | undefined): Told => ({
    scenarios: { 'a/1': { end }, 'a/2': { provokes: ['must.one'] } },
  });
  const heldBesides = [saysOf('must.one', { 'a/2': [HELD] })];

  test.for([
    ['aborted', { outcome: 'aborted', blame: 'arrangement', reason: 'nothing arrived' }, 'a/1: nothing arrived'],
    ['aborted without a word', { outcome: 'aborted', blame: 'network' }, 'a/1: aborted'],
    ['cut off', undefined, 'a/1 was cut off'],
  ] as const)('by a scenario that was %s, whatever another one showed', ([, end, reason]) => {
    const folded = verdict(heldBesides, scenarios(end));
    expect(folded).toMatchObject({ verdict: 'incomplete', exitCode: 3 });
    expect(clause(folded, 'must.one')).toMatchObject({ verdict: 'not-exercised', evidence: 1, reason });
  });

  test('but a clause that is broken stays broken', () => {
    const folded = verdict(
      [saysOf('must.one', { 'a/2': [BROKEN] })],
      scenarios({ outcome: 'aborted', blame: 'network' }),
    );
    expect(folded).toMatchObject({ verdict: 'nonconformant', exitCode: 1 });
  });

  test('and clauses of other scenarios are not touched', () => {
    const folded = verdict([saysOf('must.one', { 'a/2': [HELD] })], {
      scenarios: { 'a/1': { provokes: ['must.two'], end: { outcome: 'aborted' } }, 'a/2': {} },
    });
    expect(clause(folded, 'must.one')?.verdict).toBe('pass');
    // Nobody set out to exercise must.two, so nothing is missing.
    expect(folded.exitCode).toBe(0);
  });

  test('by one that was lawfully offered too little, unless another one showed it', () => {
    const short: Partial<End> = { outcome: 'short', reason: 'no batch of 3' };
    expect(verdict(heldBesides, scenarios(short))).toMatchObject({ exitCode: 0, clauses: [{ verdict: 'pass' }] });
    expect(verdict([says('must.one')], scenarios(short))).toMatchObject({
      exitCode: 3,
      clauses: [{ verdict: 'not-exercised', reason: 'a/1: no batch of 3' }],
    });
  });

  test('an abort hides no note of what is never judged', () => {
    const folded = verdict([says('info.one', noted('it does that', EXCHANGE)), says('must.one', HELD)], {
      scenarios: { 'a/1': { provokes: ['info.one'], end: { outcome: 'aborted' } } },
    });
    expect(clause(folded, 'info.one')?.verdict).toBe('info');
  });
});

describe('a feature that is absent', () => {
  const absent = { present: false, reason: 'no KAFKA_HA queue could be created' };
  const told = (): Told => ({ header: { features: { ...story().history().header.features, kafka: absent } } });

  test('makes its clauses not applicable, and nothing is missing', () => {
    const folded = verdict([says('kafka.one'), says('must.one', HELD)], told());
    expect(clause(folded, 'kafka.one')).toMatchObject({ verdict: 'not-applicable', reason: absent.reason });
    expect(folded).toMatchObject({ verdict: 'conformant', exitCode: 0, reasons: [] });
  });

  test('does not hide what was seen to be broken', () => {
    expect(verdict([says('kafka.one', BROKEN)], told()).exitCode).toBe(1);
  });

  test('alone is no conformance', () => {
    expect(verdict([says('kafka.one')], told())).toMatchObject({
      verdict: 'incomplete',
      exitCode: 3,
      reasons: ['no clause was exercised'],
    });
  });

  test('that is present has to be exercised', () => {
    expect(verdict([says('kafka.one'), says('must.one', HELD)]).exitCode).toBe(3);
  });
});

describe('the exit code', () => {
  const aborted: End['outcome'] = 'aborted';
  const crashed = { 'a/1': { end: { outcome: aborted, blame: 'suite' as const, reason: 'TypeError: x' } } };
  const open = says('must.two');
  test.for<readonly [string, number, Verdict['verdict'], readonly Rule[], Told]>([
    ['conformant', 0, 'conformant', [says('must.one', HELD)], {}],
    ['a SHOULD is broken', 0, 'conformant', [says('must.one', HELD), says('should.one', BROKEN)], {}],
    ['a SHOULD is open', 0, 'conformant', [says('must.one', HELD), says('should.one')], {}],
    ['a SHOULD is broken, strictly', 1, 'nonconformant', [says('should.one', BROKEN)], { header: { strict: true } }],
    ['an INFO is broken, strictly', 0, 'conformant', [says('info.one', BROKEN)], { header: { strict: true } }],
    ['a MUST is broken', 1, 'nonconformant', [says('must.one', BROKEN)], {}],
    ['a MUST is open', 3, 'incomplete', [says('must.one', HELD), open], {}],
    ['a MUST is broken, another open', 1, 'nonconformant', [says('must.one', BROKEN), open], {}],
    ['nothing was selected', 3, 'incomplete', [], { scenarios: {} }],
    ['nothing was found', 3, 'incomplete', [says('should.one')], {}],
    ['the endpoint was down', 3, 'incomplete', [says('must.one', HELD)], { footer: { outcome: 'unreachable' } }],
    ['the file is cut', 3, 'incomplete', [says('must.one', HELD)], { footer: undefined, problems: ['no footer'] }],
    ['the file is cut, but a MUST is broken', 1, 'nonconformant', [says('must.one', BROKEN)], { problems: ['cut'] }],
    ['a rule crashed', 70, 'incomplete', [says('must.one', HELD), crashes('must.two')], {}],
    ['a rule crashed, a MUST is broken', 70, 'nonconformant', [says('must.one', BROKEN), crashes('must.two')], {}],
    ['a scenario crashed', 70, 'incomplete', [says('must.one', HELD)], { scenarios: crashed }],
    [
      'interrupted',
      130,
      'incomplete',
      [says('must.one', HELD)],
      { footer: { outcome: 'interrupted', signal: 'SIGINT' } },
    ],
    [
      'terminated',
      143,
      'incomplete',
      [says('must.one', HELD)],
      { footer: { outcome: 'interrupted', signal: 'SIGTERM' } },
    ],
    [
      'interrupted, crashed and broken',
      130,
      'nonconformant',
      [says('must.one', BROKEN), crashes('must.two')],
      { footer: { outcome: 'interrupted', signal: 'SIGINT' } },
    ],
    ['ended without a signal', 3, 'incomplete', [says('must.one', HELD)], { footer: { outcome: 'interrupted' } }],
    [
      'another register made the evidence',
      70,
      'incomplete',
      [says('must.one', HELD)],
      { header: { suite: { version: '0', register: `sha256:${'1'.repeat(64)}` } } },
    ],
    [
      'a clause is unknown',
      70,
      'incomplete',
      [says('must.one', HELD)],
      { header: { clauses: ['must.one', 'gone.one'] } },
    ],
  ])('%s: %i', ([, exitCode, expected, rules, told]) => {
    const folded = verdict(rules, told);
    expect({ exitCode: folded.exitCode, verdict: folded.verdict }).toEqual({ exitCode, verdict: expected });
    // Whoever is not conformant hears why, and nobody else does.
    expect(folded.reasons.length > 0).toBe(expected !== 'conformant');
  });

  test('never is 0 where nothing was exercised, whatever else was so', () => {
    const signals = [undefined, 'SIGINT', 'SIGTERM'] as const;
    for (const rules of [[], [says('must.one')], [says('must.one', UNDECIDED)], [says('info.one')]]) {
      for (const strict of [true, false]) {
        for (const signal of signals) {
          const { exitCode } = verdict(rules, {
            header: { strict },
            footer: signal === undefined ? {} : { outcome: 'interrupted', signal },
          });
          expect(exitCode).not.toBe(0);
        }
      }
    }
  });
});

describe('a rule that crashes', () => {
  test('is named with its error, and the others still judge', () => {
    const folded = verdict([crashes('must.two'), says('must.one', HELD)]);
    expect(folded.reasons).toContain(
      'the suite itself failed: the rule of must.two crashed: TypeError: x is undefined',
    );
    expect(clause(folded, 'must.one')?.verdict).toBe('pass');
    expect(clause(folded, 'must.two')?.verdict).toBe('not-exercised');
  });

  test('in the middle of its findings has crashed', () => {
    const history = story().history();
    const half = rule('must.one', function* () {
      yield HELD;
      throw new RangeError('half way');
    });
    const { crashed } = judge(history, [half, says('must.two', HELD)]);
    expect(crashed).toEqual([{ clause: 'must.one', reason: 'RangeError: half way' }]);
  });

  test('with what is no error is told, too', () => {
    const odd = rule('must.one', () => {
      throw 'just text' as unknown as Error;
    });
    expect(judge(story().history(), [odd]).crashed).toEqual([{ clause: 'must.one', reason: 'just text' }]);
  });
});

describe('a scenario', () => {
  test.for<readonly [string, readonly Rule[], Partial<End> | undefined, boolean, string]>([
    ['nothing is broken', [says('must.one', HELD)], {}, false, 'pass'],
    ['a MUST is broken', [says('must.one', BROKEN)], {}, false, 'fail'],
    ['a SHOULD is broken', [says('should.one', BROKEN)], {}, false, 'warn'],
    ['a SHOULD is broken, strictly', [says('should.one', BROKEN)], {}, true, 'fail'],
    ['an INFO is broken', [says('info.one', BROKEN)], {}, true, 'pass'],
    ['it was aborted', [says('must.one', HELD)], { outcome: 'aborted', reason: 'why' }, false, 'not-exercised'],
    ['it was short', [says('must.one', HELD)], { outcome: 'short', reason: 'why' }, false, 'not-exercised'],
    ['it was cut off', [says('must.one', HELD)], undefined, false, 'not-exercised'],
    ['it was aborted, but a MUST is broken', [says('must.one', BROKEN)], { outcome: 'aborted' }, false, 'fail'],
  ])('in which %s', ([, rules, end, strict, expected]) => {
    const { scenarios } = verdict(rules, { header: { strict }, scenarios: { 'a/1': { end } } });
    expect(scenarios).toMatchObject([{ id: 'a/1', verdict: expected, startedAt: '2026-11-21T00:00:00.000Z' }]);
    if (expected === 'not-exercised') expect(scenarios[0]?.reason).not.toBe(undefined);
  });

  test('that was never started says so', () => {
    const { scenarios } = verdict([says('must.one', HELD)], { header: { selection: ['a/1', 'a/2'] } });
    expect(scenarios[1]).toEqual({
      id: 'a/2',
      verdict: 'not-exercised',
      reason: 'it was not started',
      startedAt: null,
      seconds: 0,
    });
  });

  test('tells its seconds, to the millisecond', () => {
    const { scenarios } = verdict([says('must.one', HELD)], { scenarios: { 'a/1': { end: { at: 1.23456 } } } });
    expect(scenarios[0]?.seconds).toBe(1.235);
  });
});

describe('the rest of a verdict', () => {
  test('is what the header and the footer say', () => {
    expect(
      verdict([says('must.one', HELD)], {
        header: { only: 'must', profile: 'certify', seed: 5, strict: true },
        footer: { at: 12.5, undeleted: ['q9'] },
      }),
    ).toMatchObject({
      filtered: true,
      complete: true,
      profile: 'certify',
      strict: true,
      endpoint: 'http://127.0.0.1:8080',
      clock: 'wall',
      seed: 5,
      seconds: 12.5,
      longestWait: 30,
      undeleted: ['q9'],
    });
    expect(verdict([says('must.one', HELD)]).filtered).toBe(false);
  });

  test('without a footer ends with the last answer, and is not complete', () => {
    const told = story({ letters: 1 });
    told.consume([3, 4.5], '', [0]);
    const evidence = readEvidence(
      told
        .lines()
        .slice(0, -1)
        .map((line) => JSON.stringify(line)),
    );
    expect(verdictOf(evidence, register, [])).toMatchObject({ seconds: 4.5, complete: false });
  });

  test('counts in words', () => {
    expect(verdict([says('must.one', BROKEN)]).reasons).toEqual(['1 clause is broken']);
    expect(verdict([says('must.one', BROKEN), says('must.two', BROKEN)]).reasons).toEqual(['2 clauses are broken']);
    expect(verdict([says('must.one', HELD), says('must.two')]).reasons).toEqual(['1 MUST clause was not exercised']);
  });
});
