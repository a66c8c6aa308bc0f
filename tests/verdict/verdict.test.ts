import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { ClauseVerdict, End, Exchange, Footer, Header, Verdict } from '../../schemas/types.ts';
import verdictSchema from '../../schemas/verdict.schema.json' with { type: 'json' };
import type { Evidence, History } from '../../src/history/evidence.ts';
import { readEvidence } from '../../src/history/evidence.ts';
import type { Register } from '../../src/history/register.ts';
import { broken, held, noted, rule, undecided, type Finding, type Rule } from '../../src/rules/rule.ts';
import { judge } from '../../src/verdict/judge.ts';
import { outcomeOf, pooling, type Outcome } from '../../src/verdict/outcome.ts';
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
    counterexamples: [],
    footer: 'footer' in told && told.footer === undefined ? undefined : footer(told.footer),
    problems: told.problems ?? [],
  };
  const folded = verdictOf(evidence, told.register ?? register, rules);
  expect(isVerdict(folded) ? '' : JSON.stringify(isVerdict.errors)).toBe('');
  const pool = pooling();
  const pooled = histories.map((one): [History, Outcome] => [one, pool(outcomeOf(one, judge(one, rules)))]);
  expect(verdictOf(evidence, told.register ?? register, rules, new Map(pooled))).toEqual(folded);
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

  test.for([
    // Held by the way, or by a scenario that is there for it.
    [{ 'a/1': {} }, 'pass', '1 of its scenarios could not be arranged'],
    [{ 'a/1': { provokes: [] } }, 'not-exercised', 'a/9: no queue is left'],
  ] as const)('some of whose scenarios could not be arranged: %j', ([scenarios, expected, reason]) => {
    const unarranged = [{ scenario: 'a/9', provokes: ['must.one'], reason: 'no queue is left' }];
    const folded = verdict([says('must.one', HELD)], { scenarios, header: { unarranged, arrangement: 'preloaded' } });
    expect(folded.clauses).toMatchObject([{ id: 'must.one', verdict: expected, reason }]);
    expect(folded.scenarios).toContainEqual(
      expect.objectContaining({ id: 'a/9', verdict: 'not-exercised', reason: 'no queue is left' }),
    );
    expect(folded).toMatchObject({ arrangement: 'preloaded' });
  });

  test('that is broken carries who, what and where', () => {
    const { clauses } = verdict([saysOf('must.one', { 'a/1': [HELD], 'a/2': [BROKEN] })], {
      scenarios: { 'a/1': {}, 'a/2': {} },
    });
    expect(clauses[0]?.findings).toEqual([
      {
        scenario: 'a/2',
        expected: 'a good answer',
        observed: 'a bad one',
        exchanges: [1],
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
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

  test.for([
    [100, 100, undefined],
    [101, 100, 1],
    [250, 100, 150],
  ] as const)('that is broken %i times tells of %i and says how many it leaves out: %s', ([many, told, omitted]) => {
    const findings = Array.from({ length: many }, (_, index) => broken('a good answer', `bad ${index}`, EXCHANGE));
    const [one] = verdict([says('must.one', ...findings)]).clauses;
    expect(one?.findings.map(({ observed }) => observed)).toEqual(
      Array.from({ length: told }, (_, index) => `bad ${index}`),
    );
    expect(one?.omitted).toBe(omitted);
    expect(one).toHaveProperty('evidence', many);
    expect(Object.hasOwn(one ?? {}, 'omitted')).toBe(omitted !== undefined);
  });

  test('counts what held, what was noted and what is broken as evidence, and not what is undecided', () => {
    const [one] = verdict([says('must.one', HELD, HELD, noted('a', EXCHANGE), BROKEN, UNDECIDED, UNDECIDED)]).clauses;
    expect(one).toMatchObject({ evidence: 4, undecided: 2, notes: ['a'] });
    expect(verdict([says('must.one', HELD)]).clauses[0]).toEqual({
      id: 'must.one',
      level: 'MUST',
      verdict: 'pass',
      evidence: 1,
      undecided: 0,
      findings: [],
    });
  });

  test.for([
    ['must.one', [], 'its scenarios brought no evidence'],
    ['must.one', [UNDECIDED, UNDECIDED], '2 findings were undecided'],
    ['should.one', [], 'its scenarios brought no evidence'],
    ['info.one', [], 'nothing was observed'],
    ['info.one', [UNDECIDED], 'nothing was observed'],
  ] as const)('%s with %j was not exercised: %s', ([id, findings, reason]) => {
    expect(verdict([says(id, ...findings)]).clauses).toMatchObject([{ id, verdict: 'not-exercised', reason }]);
  });

  test('that passed, or is broken, needs no reason', () => {
    for (const finding of [HELD, BROKEN]) {
      for (const id of ['must.one', 'should.one', 'info.one']) {
        expect(verdict([says(id, finding)]).clauses[0]).not.toHaveProperty('reason');
      }
    }
  });

  test('stands where the header has it, and what is broken besides behind them', () => {
    const rules = [says('must.two', BROKEN), says('must.one', BROKEN), says('should.one', HELD), says('info.one')];
    const folded = verdict(rules, { header: { clauses: ['should.one', 'must.one'] } });
    expect(folded.clauses.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['should.one', 'pass'],
      ['must.one', 'fail'],
      ['must.two', 'fail'],
    ]);
  });

  test('tells each thing that was noted once, and not too many', () => {
    const many = Array.from({ length: 50 }, (_, index) => noted(`note ${10 + (index % 30)}`, EXCHANGE));
    const [one] = verdict([says('info.one', ...many)]).clauses;
    expect(one?.notes).toEqual(Array.from({ length: 20 }, (_, index) => `note ${10 + index}`));
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

  test('for the first reason that there is, and rather for an abort than for too little', () => {
    const reasonOf = (ends: readonly (Partial<End> | undefined)[]): string | undefined =>
      verdict([says('must.one')], {
        scenarios: Object.fromEntries(ends.map((end, index) => [`a/${index}`, { end }])),
      }).clauses[0]?.reason;
    const short: Partial<End> = { outcome: 'short', reason: 'no batch' };
    const aborted: Partial<End> = { outcome: 'aborted', blame: 'arrangement', reason: 'nothing arrived' };
    expect(reasonOf([short, { outcome: 'short' }])).toBe('a/0: no batch');
    expect(reasonOf([{ outcome: 'short' }, short])).toBe('a/0: short');
    expect(reasonOf([short, aborted, undefined])).toBe('a/1: nothing arrived');
    expect(reasonOf([undefined, aborted])).toBe('a/0 was cut off');
    expect(reasonOf([{}, short])).toBe('a/1: no batch');
  });

  test('although what was too little was undecided', () => {
    const folded = verdict([says('must.one', UNDECIDED)], scenarios({ outcome: 'short', reason: 'no batch of 3' }));
    expect(clause(folded, 'must.one')).toMatchObject({ undecided: 2, reason: 'a/1: no batch of 3' });
  });

  test('for each clause that the scenario was to provoke', () => {
    const folded = verdict([says('must.one', HELD), says('must.two', HELD), says('should.one', HELD)], {
      scenarios: { 'a/1': { provokes: ['must.two', 'should.one'], end: { outcome: 'aborted', reason: 'why' } } },
    });
    expect(folded.clauses.map(({ id, verdict, reason }) => [id, verdict, reason])).toEqual([
      ['must.one', 'pass', undefined],
      ['must.two', 'not-exercised', 'a/1: why'],
      ['should.one', 'not-exercised', 'a/1: why'],
    ]);
  });

  test('by a scenario that was not selected, nothing is missing', () => {
    const folded = verdict([saysOf('must.one', { 'a/2': [HELD] })], {
      ...scenarios({ outcome: 'aborted' }),
      header: { selection: ['a/2', 'a/2'] },
    });
    expect(clause(folded, 'must.one')?.verdict).toBe('pass');
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

describe('the blame', () => {
  test.for<readonly [string, readonly Rule[], Told, Verdict['blame']]>([
    [
      'conformant',
      [says('must.one', HELD)],
      { scenarios: { 'a/1': { end: { outcome: 'aborted', blame: 'network' }, provokes: [] } } },
      null,
    ],
    [
      'broken',
      [says('must.one', BROKEN)],
      { scenarios: { 'a/1': { end: { outcome: 'aborted', blame: 'network' } } } },
      'endpoint',
    ],
    [
      'incomplete',
      [says('must.one')],
      { scenarios: { 'a/1': { end: { outcome: 'aborted', blame: 'network' } } } },
      'network',
    ],
    ['crashed', [says('must.one', BROKEN), crashes('must.two')], {}, 'suite'],
  ])('of a run that is %s', ([, rules, told, blame]) => {
    expect(verdict(rules, told).blame).toBe(blame);
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

describe('the reasons', () => {
  const end = (outcome: End['outcome'], part: Partial<End> = {}): NonNullable<Told['scenarios']> => ({
    'a/1': { provokes: [], end: { outcome, ...part } },
    'a/2': {},
  });
  const fine = [says('must.one', HELD)];
  test.for<readonly [string, readonly Rule[], Told, readonly string[]]>([
    ['all is well', fine, {}, []],
    ['a scenario had too little', fine, { scenarios: end('short') }, []],
    [
      'clauses are open',
      [...fine, says('must.two'), says('kafka.one'), says('should.one'), says('info.one')],
      {},
      ['2 MUST clauses were not exercised'],
    ],
    ['nothing is there', [], {}, ['no clause was exercised']],
    ['only what was undecided is there', [says('should.one', UNDECIDED)], {}, ['no clause was exercised']],
    [
      'clauses are broken, and others open',
      [says('must.one', BROKEN), says('must.two'), says('should.one', BROKEN)],
      {},
      ['1 clause is broken', '1 MUST clause was not exercised'],
    ],
    [
      'clauses are broken, strictly',
      [says('must.one', BROKEN), says('should.one', BROKEN), says('info.one', BROKEN)],
      { header: { strict: true } },
      ['2 clauses are broken'],
    ],
    [
      'a rule crashed',
      [...fine, crashes('should.one')],
      {},
      ['the suite itself failed: the rule of should.one crashed: TypeError: x is undefined'],
    ],
    [
      'a scenario crashed',
      fine,
      { scenarios: end('aborted', { blame: 'suite', reason: 'TypeError: x' }) },
      ['the suite itself failed: scenario a/1 crashed: TypeError: x'],
    ],
    [
      'a scenario crashed without a word',
      fine,
      { scenarios: end('aborted', { blame: 'suite' }) },
      ['the suite itself failed: scenario a/1 crashed: '],
    ],
    ['a scenario was aborted by others', fine, { scenarios: end('aborted', { blame: 'arrangement' }) }, []],
    [
      'the register does not know a clause',
      fine,
      { header: { clauses: ['gone.one', 'must.one', 'gone.two'] } },
      ['the suite itself failed: the register does not know gone.one, gone.two'],
    ],
    [
      'another register made the evidence',
      fine,
      { header: { suite: { version: '0', register: `sha256:${'1'.repeat(64)}` } } },
      [
        'the suite itself failed: the evidence was made with another clause register; ' +
          'judge it with the version of the suite that made it',
      ],
    ],
    [
      'the file has problems',
      fine,
      {
        problems: ['line 7, the last one, is cut off', 'there is no footer'],
        footer: undefined,
        header: { selection: ['a/1', 'a/2'] },
      },
      [
        'the evidence is incomplete: line 7, the last one, is cut off',
        'the evidence is incomplete: there is no footer',
      ],
    ],
    [
      'the endpoint was down',
      fine,
      { footer: { outcome: 'unreachable', reason: 'ECONNREFUSED' }, header: { selection: ['a/1', 'a/2'] } },
      ['ECONNREFUSED'],
    ],
    [
      'the endpoint was down without a word',
      fine,
      { footer: { outcome: 'unreachable' } },
      ['the endpoint cannot be reached'],
    ],
    [
      'the run was interrupted',
      fine,
      { footer: { outcome: 'interrupted' }, header: { selection: ['a/1', 'a/2'] } },
      ['the run was interrupted'],
    ],
    [
      'scenarios did not come to their end',
      fine,
      {
        scenarios: { 'a/1': {}, 'a/2': { provokes: [], end: undefined } },
        header: { selection: ['a/1', 'a/2', 'a/3'] },
      },
      ['2 of 3 scenarios did not come to their end'],
    ],
    [
      'everything is so',
      [says('must.one', BROKEN), crashes('must.two')],
      { problems: ['cut'], footer: { outcome: 'interrupted' } },
      [
        '1 clause is broken',
        'the suite itself failed: the rule of must.two crashed: TypeError: x is undefined',
        'the evidence is incomplete: cut',
        'the run was interrupted',
        '1 MUST clause was not exercised',
      ],
    ],
  ])('where %s', ([, rules, told, reasons]) => {
    expect(verdict(rules, told).reasons).toEqual(reasons);
  });
});

describe('whether the evidence is complete', () => {
  test.for<readonly [string, Told, boolean]>([
    ['it is', {}, true],
    ['a clause is open', { header: { clauses: ['must.two'] } }, true],
    ['there are problems', { problems: ['cut'] }, false],
    ['there is no footer', { footer: undefined }, false],
    ['it was interrupted', { footer: { outcome: 'interrupted' } }, false],
    ['the endpoint was down', { footer: { outcome: 'unreachable' } }, false],
    ['a scenario is missing', { header: { selection: ['a/1', 'a/2'] } }, false],
    ['a scenario was cut off', { scenarios: { 'a/1': { end: undefined } } }, false],
    ['a scenario was aborted', { scenarios: { 'a/1': { end: { outcome: 'aborted' } } } }, true],
  ])('where %s: %s', ([, told, complete]) => {
    expect(verdict([says('must.one', HELD)], told).complete).toBe(complete);
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

  test('leaves what it is broken by, elsewhere or before, broken', () => {
    const half = rule('must.one', function* () {
      yield BROKEN;
      throw new RangeError('half way');
    });
    const folded = verdict([half]);
    expect(folded).toMatchObject({ verdict: 'nonconformant', exitCode: 70 });
    expect(clause(folded, 'must.one')).toMatchObject({ verdict: 'fail', findings: [{ observed: 'a bad one' }] });
  });

  test('in one history has crashed for all', () => {
    const sometimes = rule('must.one', ({ history }) => {
      if (history.scenario === 'a/2') throw new RangeError('now');
      return [HELD];
    });
    const folded = verdict([sometimes], { scenarios: { 'a/1': {}, 'a/2': {}, 'a/3': {} } });
    expect(clause(folded, 'must.one')).toMatchObject({
      verdict: 'not-exercised',
      evidence: 2,
      reason: 'its rule crashed',
    });
  });

  test('says nothing of a clause that does not apply', () => {
    const kafka = { present: false, reason: 'none here' };
    const told: Told = { header: { features: { ...story().history().header.features, kafka } } };
    expect(clause(verdict([crashes('kafka.one'), says('must.one', HELD)], told), 'kafka.one')).toMatchObject({
      verdict: 'not-applicable',
      reason: 'none here',
    });
  });

  test('even before its rules could look at the history has crashed them all', () => {
    const history: History = { ...story().history(), exchanges: [undefined as unknown as Exchange] };
    const { findings, crashed } = judge(history, [says('must.one', HELD), says('must.two', BROKEN)]);
    expect(findings).toEqual([]);
    expect(crashed).toEqual([
      { clause: 'must.one', reason: expect.stringMatching(/^TypeError: ./) as string },
      { clause: 'must.two', reason: expect.stringMatching(/^TypeError: ./) as string },
    ]);
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

  test.for<readonly [string, Partial<End> | undefined, string | undefined]>([
    ['completed', {}, undefined],
    ['completed with a word', { reason: 'all is well' }, 'all is well'],
    ['cut off', undefined, 'it was cut off'],
    ['aborted', { outcome: 'aborted', reason: 'nothing arrived' }, 'nothing arrived'],
    ['aborted without a word', { outcome: 'aborted' }, undefined],
  ])('that was %s says why: %j', ([, end, reason]) => {
    const [one] = verdict([says('must.one', HELD)], { scenarios: { 'a/1': { end } } }).scenarios;
    expect(one?.reason).toBe(reason);
    expect(Object.hasOwn(one ?? {}, 'reason')).toBe(reason !== undefined);
  });

  test('is judged by what was found in it, and each by its own', () => {
    const rules = [
      saysOf('must.one', { 'a/1': [BROKEN], 'a/2': [HELD], 'a/3': [UNDECIDED], 'a/4': [HELD] }),
      saysOf('should.one', { 'a/1': [BROKEN], 'a/2': [BROKEN, HELD], 'a/3': [HELD] }),
      saysOf('info.one', { 'a/4': [BROKEN, noted('it does that', EXCHANGE)] }),
    ];
    const { scenarios } = verdict(rules, { scenarios: { 'a/1': {}, 'a/2': {}, 'a/3': {}, 'a/4': {} } });
    expect(scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['a/1', 'fail'],
      ['a/2', 'warn'],
      ['a/3', 'pass'],
      ['a/4', 'pass'],
    ]);
  });

  test('stands where the selection has it', () => {
    const { scenarios } = verdict([says('must.one', HELD)], {
      scenarios: { 'a/1': {}, 'a/2': {} },
      header: { selection: ['a/2', 'a/3', 'a/1'] },
    });
    expect(scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['a/2', 'pass'],
      ['a/3', 'not-exercised'],
      ['a/1', 'pass'],
    ]);
  });

  test('whose start was never written down has no beginning', () => {
    const told = story();
    const history: History = { ...told.history(), start: undefined };
    const header = { ...history.header, suite: { version: '0.0.0', register: register.digest }, clauses: ['must.one'] };
    const evidence: Evidence = {
      header,
      histories: [{ ...history, header }],
      footer: footer(),
      counterexamples: [],
      problems: [],
    };
    const folded = verdictOf(evidence, register, [says('must.one', HELD)]);
    expect(folded.scenarios).toEqual([{ id: 'chapter/case', verdict: 'pass', startedAt: null, seconds: 0 }]);
  });

  test('that was cut off has no length', () => {
    const { scenarios } = verdict([says('must.one', HELD)], { scenarios: { 'a/1': { end: undefined } } });
    expect(scenarios[0]?.seconds).toBe(0);
  });

  test('that began later is as long as from there', () => {
    const whole = story().history();
    const history: History = { ...whole, start: whole.start && { ...whole.start, at: 12.5 } };
    const evidence: Evidence = {
      header: history.header,
      histories: [history],
      footer: footer(),
      counterexamples: [],
      problems: [],
    };
    expect(verdictOf(evidence, register, []).scenarios[0]?.seconds).toBe(77.5);
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
    expect(verdictOf(evidence, register, [])).toMatchObject({ seconds: 4.5, complete: false, undeleted: [] });
  });

  test('without a footer and without an answer took no time', () => {
    expect(verdict([], { scenarios: {}, footer: undefined }).seconds).toBe(0);
  });

  test('tells the suite, the day and the time as the header does', () => {
    const { header } = story().history();
    const { suite, startedAt, clock, endpoint, profile, seed } = verdict([says('must.one', HELD)]);
    expect({ suite, startedAt, clock, endpoint, profile, seed }).toEqual({
      suite: { version: '0.0.0', register: register.digest },
      startedAt: header.startedAt,
      clock: header.clock,
      endpoint: header.endpoint,
      profile: header.profile,
      seed: header.seed,
    });
  });

  test('counts in words', () => {
    expect(verdict([says('must.one', BROKEN)]).reasons).toEqual(['1 clause is broken']);
    expect(verdict([says('must.one', BROKEN), says('must.two', BROKEN)]).reasons).toEqual(['2 clauses are broken']);
    expect(verdict([says('must.one', HELD), says('must.two')]).reasons).toEqual(['1 MUST clause was not exercised']);
  });
});
