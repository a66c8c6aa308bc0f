import { describe, expect, test } from 'vitest';
import { scenario, type Scenario } from '../../src/campaign/scenario.ts';
import { matcher, select, selectedPrograms } from '../../src/campaign/selection.ts';
import { registerOf } from '../support/runs.ts';

const { clauses } = registerOf(
  { id: 'poll.empty' },
  { id: 'poll.empty.prompt', level: 'SHOULD' },
  { id: 'lease.short', waits: 'gate' },
  { id: 'lease.long', waits: 'certify' },
  { id: 'retention.kept', waits: 'controlled', feature: 'clock' },
);

function made(id: string, waiting: Scenario['waiting'], seconds: number, ...provokes: readonly string[]): Scenario {
  return scenario({ id, title: id, clauses: provokes, waiting, seconds, run: () => Promise.resolve() });
}

const all = [
  made('poll/one', 'gate', 3, 'poll.empty'),
  made('poll/two', 'gate', 10, 'poll.empty', 'poll.empty.prompt'),
  made('lease/short', 'gate', 30, 'lease.short'),
  made('lease/long', 'certify', 300, 'lease.long'),
  made('retention/kept', 'controlled', 259_200, 'retention.kept'),
];

type Narrowing = Parameters<typeof select>[2];
const ids = (narrowing: Narrowing): string[] => select(all, clauses, narrowing).scenarios.map(({ id }) => id);
const gate: Narrowing = { profile: 'gate', clock: 'wall' };

describe('the profile says how long anybody waits', () => {
  test('gate: what waits up to 30 s; clauses that take hours are named, to be listed as not applicable', () => {
    expect(select(all, clauses, gate)).toEqual({
      scenarios: [all[2], all[1], all[0]],
      clauses: ['poll.empty', 'poll.empty.prompt', 'lease.short', 'retention.kept'],
      longestWait: 30,
    });
  });

  test('certify: what waits up to 300 s, too', () => {
    const { scenarios, clauses: wanted, longestWait } = select(all, clauses, { ...gate, profile: 'certify' });
    expect(scenarios.map(({ id }) => id)).toEqual(['lease/long', 'lease/short', 'poll/two', 'poll/one']);
    expect(wanted).toContain('lease.long');
    expect(longestWait).toBe(300);
  });

  test('a controlled clock passes any time: everything, whatever the profile, retention included', () => {
    for (const profile of ['gate', 'certify'] as const) {
      expect(ids({ profile, clock: 'controlled' })).toEqual([
        'retention/kept',
        'lease/long',
        'lease/short',
        'poll/two',
        'poll/one',
      ]);
    }
    // Hours of a clock that is moved are no wait of anybody.
    expect(select(all, clauses, { ...gate, clock: 'controlled' }).longestWait).toBe(300);
  });

  test('the longest waits come first, and equal ones in the order of their ids', () => {
    const equal = ['c/1', 'a/1', 'b/1'].map((id) => made(id, 'gate', 5));
    expect(select(equal, clauses, gate).scenarios.map(({ id }) => id)).toEqual(['a/1', 'b/1', 'c/1']);
  });
});

describe('a pattern narrows both', () => {
  test('of a scenario: it, and the clauses that it provokes', () => {
    const { scenarios, clauses: wanted } = select(all, clauses, { ...gate, only: 'poll/two' });
    expect(scenarios.map(({ id }) => id)).toEqual(['poll/two']);
    expect(wanted).toEqual(['poll.empty', 'poll.empty.prompt']);
  });

  test('of a clause: it, and the scenarios that provoke it, without their other clauses', () => {
    const { scenarios, clauses: wanted } = select(all, clauses, { ...gate, only: 'poll.empty.prompt' });
    expect(scenarios.map(({ id }) => id)).toEqual(['poll/two']);
    expect(wanted).toEqual(['poll.empty.prompt']);
  });

  test('reaches no further than the profile', () => {
    expect(select(all, clauses, { ...gate, only: 'lease*' })).toMatchObject({
      scenarios: [{ id: 'lease/short' }],
      clauses: ['lease.short'],
    });
    expect(ids({ ...gate, only: 'lease/long' })).toEqual([]);
  });

  test('that nothing matches selects nothing', () => {
    expect(select(all, clauses, { ...gate, only: 'nothing' })).toMatchObject({ scenarios: [], clauses: [] });
  });

  test('does not change the longest wait, which is a constant of the profile', () => {
    expect(select(all, clauses, { ...gate, only: 'poll/one' }).longestWait).toBe(30);
  });
});

describe('a pattern', () => {
  test.for([
    ['poll', 'poll.empty', true],
    ['poll', 'poll/one', true],
    ['poll', 'poll', true],
    ['poll', 'polling.empty', false],
    ['poll.empty', 'poll.empty.prompt', true],
    ['poll.empty', 'pollxempty', false],
    ['*.prompt', 'poll.empty.prompt', true],
    ['*.prompt', 'poll.empty.prompt.more', false],
    ['p*t', 'poll.empty.prompt', true],
    ['*', 'anything/at all', true],
    ['*empty*', 'poll.empty.prompt', true],
    ['(poll', '(poll', true],
    ['a+', 'aa', false],
    ['', 'poll', false],
  ] as const)('%j matches %s: %s', ([pattern, id, matches]) => {
    expect(matcher(pattern)(id)).toBe(matches);
  });
});

test.for([
  [undefined, 20],
  ['programs/*', 20],
  ['programs/1*', 11],
  ['programs/21', 0],
  ['poll.*', 0],
] as const)('of twenty programs, %s selects %i', ([only, count]) => {
  expect(selectedPrograms({ programs: 20, only })).toBe(count);
});
