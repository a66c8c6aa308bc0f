import { describe, expect, test } from 'vitest';
import type { End, Header, Program, Verdict, Waiver } from '../../schemas/types.ts';
import { schemas } from '../../src/history/schemas.ts';
import { broken, held, rule, undecided, type Finding, type Rule } from '../../src/rules/rule.ts';
import { fingerprintOf } from '../../src/verdict/fingerprint.ts';
import { verdictOf } from '../../src/verdict/verdict.ts';
import { failuresIn } from '../../src/verdict/waivers.ts';
import { footer, story } from '../support/history.ts';
import { registerOf } from '../support/runs.ts';

const register = registerOf(
  { id: 'must.one' },
  { id: 'must.two' },
  { id: 'should.one', level: 'SHOULD' },
  { id: 'info.one', level: 'INFO' },
);
const EXCHANGE = { id: 1 };
const HELD = held(EXCHANGE);
const BAD = broken('a good answer', 'a bad one', EXCHANGE);
const WORSE = broken('a good answer', 'none at all', EXCHANGE);
const PROGRAM: Program = { mode: 'NORMAL', groups: 1, seconds: 30, operations: [] };
/** The day of every story. */
const TODAY = '2026-11-21';

function waiver(part: Partial<Waiver> = {}): Waiver {
  const { clause = 'must.one' } = part;
  return {
    clause,
    fingerprint: fingerprintOf(clause, { expected: 'a good answer', observed: 'a bad one' }, false),
    kind: 'endpoint-bug',
    reason: 'it is being mended',
    issue: 'https://tracker.example/1',
    owner: 'ana',
    expires: TODAY,
    ...part,
  };
}

interface Told {
  readonly waivers?: readonly Waiver[];
  readonly header?: Partial<Header>;
  /** What the rule of a clause says of each scenario; ids that start with programs/ are generated programs. */
  readonly says: Readonly<Record<string, Readonly<Record<string, readonly Finding[]>>>>;
  readonly ends?: Readonly<Record<string, Partial<End>>>;
}

function told({ waivers = [], header, says, ends = {} }: Told): {
  readonly evidence: Parameters<typeof verdictOf>[0];
  readonly rules: readonly Rule[];
} {
  const scenarios = [...new Set(Object.values(says).flatMap((by) => Object.keys(by)))];
  const clauses = Object.keys(says);
  const whole: Partial<Header> = {
    suite: { version: '0.0.0', register: register.digest },
    selection: scenarios,
    clauses,
    ...(waivers.length === 0 ? {} : { waivers: [...waivers] }),
    ...header,
  };
  const histories = scenarios.map((scenario) => {
    const isProgram = scenario.startsWith('programs/');
    const provokes = isProgram ? [] : clauses.filter((clause) => says[clause]?.[scenario] !== undefined);
    return {
      ...story({ scenario, provokes, header: whole }).history(),
      program: isProgram ? PROGRAM : undefined,
      end: { type: 'end' as const, scenario, outcome: 'completed' as const, at: 9, ...ends[scenario] },
    };
  });
  return {
    evidence: {
      header: histories[0]?.header ?? story({ header: whole }).history().header,
      histories,
      counterexamples: [],
      footer: footer(),
      problems: [],
    },
    rules: clauses.map((clause) => rule(clause, (view) => says[clause]?.[view.history.scenario] ?? [])),
  };
}

function verdict(parts: Told): Verdict {
  const { evidence, rules } = told(parts);
  const folded = verdictOf(evidence, register, rules);
  expect(schemas.verdict.check(folded) ? '' : schemas.verdict.problems()).toBe('');
  return folded;
}

const states = (folded: Verdict): unknown => folded.waivers?.map(({ state, findings }) => [state, findings]);

describe('a waiver excuses what it is about', () => {
  test('so that the run is not red, and says so', () => {
    const folded = verdict({ says: { 'must.one': { 'a/1': [BAD, BAD, HELD] } }, waivers: [waiver()] });
    expect(folded).toMatchObject({
      verdict: 'conformant',
      waived: 1,
      exitCode: 0,
      reasons: ['1 clause is broken and waived'],
      clauses: [{ id: 'must.one', verdict: 'fail', waived: true, findings: [{ waived: true }, { waived: true }] }],
      scenarios: [{ id: 'a/1', verdict: 'fail', waived: true }],
    });
    expect(states(folded)).toEqual([['excuses', 2]]);
  });

  test('and no other failure of the same clause, which is shown first', () => {
    const folded = verdict({ says: { 'must.one': { 'a/1': [BAD], 'a/2': [WORSE] } }, waivers: [waiver()] });
    expect(folded).toMatchObject({ verdict: 'nonconformant', exitCode: 1, reasons: ['1 clause is broken'] });
    expect(folded).not.toHaveProperty('waived');
    expect(folded.clauses[0]).not.toHaveProperty('waived');
    expect(folded.clauses[0]?.findings.map(({ observed }) => observed)).toEqual(['none at all', 'a bad one']);
    expect(folded.scenarios).toMatchObject([
      { id: 'a/1', waived: true },
      { id: 'a/2', verdict: 'fail' },
    ]);
    expect(folded.scenarios[1]).not.toHaveProperty('waived');
    expect(states(folded)).toEqual([['excuses', 1]]);
  });

  test('and no other clause', () => {
    const says = { 'must.one': { 'a/1': [BAD] }, 'must.two': { 'a/1': [BAD] } };
    expect(verdict({ says, waivers: [waiver()] })).toMatchObject({ exitCode: 1, waived: 1 });
  });

  test('also behind the findings that the verdict leaves out', () => {
    const many = Array.from({ length: 150 }, () => BAD);
    const excused = verdict({ says: { 'must.one': { 'a/1': many } }, waivers: [waiver()] });
    expect(excused).toMatchObject({ exitCode: 0, clauses: [{ omitted: 50, waived: true }] });
    const worse = verdict({ says: { 'must.one': { 'a/1': [...many, WORSE] } }, waivers: [waiver()] });
    expect(worse).toMatchObject({
      exitCode: 1,
      clauses: [{ omitted: 51, findings: { 0: { observed: 'none at all' } } }],
    });
  });

  test('in one scenario only, where it names one', () => {
    const waivers = [waiver({ scenario: 'a/1' })];
    expect(verdict({ says: { 'must.one': { 'a/1': [BAD], 'a/2': [HELD] } }, waivers })).toMatchObject({ exitCode: 0 });
    expect(verdict({ says: { 'must.one': { 'a/1': [BAD], 'a/2': [BAD] } }, waivers })).toMatchObject({ exitCode: 1 });
    expect(verdict({ says: { 'must.one': { 'a/1': [BAD], 'programs/1': [BAD] } }, waivers })).toMatchObject({
      exitCode: 1,
    });
  });

  test('in all generated programs, where it names these', () => {
    const waivers = [waiver({ scenario: 'programs/*' })];
    const says = { 'must.one': { 'a/1': [HELD], 'programs/1': [BAD], 'programs/1/shrunk': [BAD] } };
    expect(verdict({ says, waivers })).toMatchObject({ exitCode: 0, waived: 1 });
    expect(verdict({ says: { 'must.one': { 'a/1': [BAD] } }, waivers })).toMatchObject({ exitCode: 1 });
  });

  test('in programs whatever the values that chance chose', () => {
    const [one, other] = ['11', '247'].map((value) => broken(`max_msgs=${value} is rejected`, 'it is not', EXCHANGE));
    if (one === undefined || other === undefined || one.outcome !== 'broken') throw new TypeError('nothing is broken');
    const waivers = [waiver({ fingerprint: fingerprintOf('must.one', one, true) })];
    expect(verdict({ says: { 'must.one': { 'programs/1': [other] } }, waivers })).toMatchObject({ exitCode: 0 });
    expect(verdict({ says: { 'must.one': { 'a/1': [one] } }, waivers })).toMatchObject({ exitCode: 1 });
    const { evidence, rules } = told({
      says: { 'must.one': { 'a/1': [one], 'programs/1': [one], 'programs/2': [other] } },
    });
    const failures = failuresIn(evidence, register, rules, { eachScenario: false });
    expect(failures.map(({ fingerprint, findings }) => [fingerprint === waivers[0]?.fingerprint, findings])).toEqual([
      [false, 1],
      [true, 2],
    ]);
  });

  test.for([
    [true, 'warn', 1, 1, 0],
    [false, 'warn', undefined, 0, 0],
  ] as const)('a SHOULD where strict is %s', ([strict, expected, waived, without, exitCode]) => {
    const says = { 'should.one': { 'a/1': [BAD] } };
    expect(verdict({ says, header: { strict } }).exitCode).toBe(without);
    const folded = verdict({ says, header: { strict }, waivers: [waiver({ clause: 'should.one' })] });
    expect(folded).toMatchObject({ exitCode, clauses: [{ verdict: expected, waived: true }] });
    expect(folded.waived).toBe(waived);
  });
});

describe('a waiver that excuses nothing', () => {
  test.for([
    ['is stale where its clause holds', { 'must.one': { 'a/1': [HELD] } }, {}, 'stale', 4],
    ['is stale where its clause breaks in another way', { 'must.one': { 'a/1': [WORSE] } }, {}, 'stale', 1],
    ['is stale in the scenario it names', { 'must.one': { 'a/1': [HELD] } }, { scenario: 'a/1' }, 'stale', 4],
    ['is not in one that was not run', { 'must.one': { 'a/1': [HELD] } }, { scenario: 'a/2' }, 'not-exercised', 0],
    [
      'is not in one that decided nothing',
      { 'must.one': { 'a/1': [HELD], 'a/2': [undecided(EXCHANGE)] } },
      { scenario: 'a/2' },
      'not-exercised',
      0,
    ],
    [
      'is not in one that was about another clause',
      { 'must.one': { 'a/1': [HELD] }, 'must.two': { 'a/2': [HELD] } },
      { scenario: 'a/2' },
      'not-exercised',
      0,
    ],
    [
      'is stale in one that decided it beside others',
      { 'must.one': { 'a/1': [HELD], 'a/2': [HELD] }, 'must.two': { 'a/2': [HELD] } },
      { scenario: 'a/2' },
      'stale',
      4,
    ],
    ['is not where its clause was not asked for', { 'must.two': { 'a/1': [HELD] } }, {}, 'not-exercised', 0],
    ['is not where nothing is decided', { 'must.one': { 'a/1': [undecided(EXCHANGE)] } }, {}, 'not-exercised', 3],
    ['is not about programs', { 'must.one': { 'programs/1': [HELD] } }, { scenario: 'programs/*' }, 'not-exercised', 0],
    [
      'is unknown where the register has no such clause',
      { 'must.one': { 'a/1': [HELD] } },
      { clause: 'x.y' },
      'unknown',
      4,
    ],
  ] as const)('%s', ([, says, part, state, exitCode]) => {
    const about = waiver(part);
    const folded = verdict({ says, waivers: [about] });
    expect(states(folded)).toEqual([[state, 0]]);
    expect(folded.exitCode).toBe(exitCode);
    expect(folded.reasons.some((reason) => reason.includes(`waiver of ${about.clause}`))).toBe(
      state !== 'not-exercised',
    );
  });

  test.for([
    ['short', { outcome: 'short', reason: 'too little' }],
    ['aborted', { outcome: 'aborted', blame: 'arrangement', reason: 'no queue' }],
  ] as const)('is not stale while a scenario that might show it was %s', ([, end]) => {
    const says = { 'must.one': { 'a/1': [HELD], 'a/2': [] } };
    expect(states(verdict({ says, waivers: [waiver()] }))).toEqual([['stale', 0]]);
    expect(states(verdict({ says, waivers: [waiver()], ends: { 'a/2': end } }))).toEqual([['not-exercised', 0]]);
    const named = verdict({ says, waivers: [waiver({ scenario: 'a/1' })], ends: { 'a/1': end } });
    expect(states(named)).toEqual([['not-exercised', 0]]);
  });

  test.for([
    ['must.one', 'stale'],
    ['must*', 'stale'],
    ['a/1', 'not-exercised'],
  ] as const)('in a run of --only %s is %s', ([only, state]) => {
    const folded = verdict({ says: { 'must.one': { 'a/1': [HELD] } }, waivers: [waiver()], header: { only } });
    expect(states(folded)).toEqual([[state, 0]]);
  });

  test('is not stale in a part of a run, since another part may show it', () => {
    const says = { 'must.one': { 'a/1': [HELD] } };
    const shard = { index: 1, of: 2, selection: ['a/1', 'a/2'], clauses: ['must.one'] };
    expect(states(verdict({ says, waivers: [waiver()], header: { shard } }))).toEqual([['not-exercised', 0]]);
    expect(states(verdict({ says, waivers: [waiver()] }))).toEqual([['stale', 0]]);
  });

  test('is not stale where the run was cut short', () => {
    const { evidence, rules } = told({ says: { 'must.one': { 'a/1': [HELD] } }, waivers: [waiver()] });
    const interrupted = { ...evidence, footer: footer({ outcome: 'interrupted', signal: 'SIGINT' }) };
    expect(verdictOf(interrupted, register, rules)).toMatchObject({
      exitCode: 130,
      waivers: [{ state: 'not-exercised' }],
    });
  });
});

describe('a waiver whose day is over', () => {
  const expired = [waiver({ expires: '2026-11-20' })];

  test('excuses nothing', () => {
    const folded = verdict({ says: { 'must.one': { 'a/1': [BAD] } }, waivers: expired });
    expect(folded).toMatchObject({
      exitCode: 1,
      reasons: [
        '1 clause is broken',
        expect.stringMatching(/expired on 2026-11-20, and what it was about still fails$/),
      ],
      scenarios: [{ verdict: 'fail' }],
    });
    expect(folded.scenarios[0]).not.toHaveProperty('waived');
    expect(states(folded)).toEqual([['expired', 1]]);
  });

  test('has to be taken away though nothing fails', () => {
    const folded = verdict({ says: { 'must.one': { 'a/1': [HELD] } }, waivers: expired });
    expect(folded).toMatchObject({ verdict: 'conformant', exitCode: 4, waivers: [{ state: 'expired' }] });
    expect(folded.reasons).toEqual([expect.stringMatching(/expired on 2026-11-20$/)]);
  });

  test('comes before what was not exercised', () => {
    const says = { 'must.one': { 'a/1': [HELD] }, 'must.two': { 'a/1': [] } };
    expect(verdict({ says })).toMatchObject({ exitCode: 3 });
    expect(verdict({ says, waivers: expired })).toMatchObject({ verdict: 'incomplete', exitCode: 4 });
  });
});

describe('the failures of a run', () => {
  const says = {
    'must.one': { 'programs/1': [BAD], 'a/1': [BAD, BAD, WORSE], 'a/2': [BAD] },
    'must.two': { 'programs/1': [BAD], 'programs/2': [BAD] },
    'should.one': { 'a/1': [BAD] },
    'info.one': { 'a/1': [BAD] },
  };
  const seen = (parts: Partial<Told>, eachScenario = false): unknown => {
    const { evidence, rules } = told({ says, ...parts });
    return failuresIn(evidence, register, rules, { eachScenario }).map(
      ({ clause, scenario, first, findings, scenarios, waiver: known }) => [
        `${clause} ${scenario ?? ''} ${first.scenario} ${first.observed}`,
        findings,
        scenarios,
        known !== undefined,
      ],
    );
  };

  test('are told by clause and fingerprint; what only programs show is about programs', () => {
    expect(seen({})).toEqual([
      ['must.one  a/1 a bad one', 4, 3, false],
      ['must.one  a/1 none at all', 1, 1, false],
      ['must.two programs/* programs/1 a bad one', 2, 1, false],
    ]);
  });

  test('are told by scenario, too, where that is wanted', () => {
    expect(seen({}, true)).toEqual([
      ['must.one a/1 a/1 a bad one', 2, 1, false],
      ['must.one a/1 a/1 none at all', 1, 1, false],
      ['must.one a/2 a/2 a bad one', 1, 1, false],
      ['must.one programs/* programs/1 a bad one', 1, 1, false],
      ['must.two programs/* programs/1 a bad one', 2, 1, false],
    ]);
  });

  test('are those of a SHOULD in a strict run only', () => {
    expect(seen({ header: { strict: true } })).toEqual([
      ['must.one  a/1 a bad one', 4, 3, false],
      ['must.one  a/1 none at all', 1, 1, false],
      ['should.one  a/1 a bad one', 1, 1, false],
      ['must.two programs/* programs/1 a bad one', 2, 1, false],
    ]);
  });

  test('know the waiver that excuses all of them already', () => {
    expect(seen({ waivers: [waiver()] })).toContainEqual(['must.one  a/1 a bad one', 4, 3, true]);
    expect(seen({ waivers: [waiver({ scenario: 'a/1' })] })).toContainEqual(['must.one  a/1 a bad one', 4, 3, false]);
    expect(seen({ waivers: [waiver({ expires: '2026-11-20' })] })).toContainEqual([
      'must.one  a/1 a bad one',
      4,
      3,
      false,
    ]);
  });
});
