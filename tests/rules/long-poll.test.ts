import { describe, expect, test } from 'vitest';
import type { Answer, Bounds, Failure } from '../../schemas/types.ts';
import { SLACK } from '../../src/history/leases.ts';
import type { Finding } from '../../src/rules/rule.ts';
import { broken, findings, held, undecided } from '../support/findings.ts';
import { answer, failure, story, type Story } from '../support/history.ts';

const EMPTY = answer(200, []);
const SILENCE = failure({ cause: 'timeout', code: 'ETIMEDOUT' });

/** A 200 that brings letters by their places. */
function brings(told: Story, ...places: readonly number[]): Answer {
  const given = places.map((place) => ({ message: { body: { tag: told.tags[place] } }, handler: `p${place}` }));
  return answer(200, given);
}

/** A consume; with a lag of ours it left up to so much later, and its answer came up to so much earlier, than stamped. */
function poll(told: Story, when: Bounds, query: string, outcome: Answer | Failure, lag = 0): number {
  return told.exchange(when, { target: query === '' ? told.path : `${told.path}?${query}`, outcome, lag });
}

/** One consume that is sent at 10 to a group that has nothing. */
function lonely(query: string, received: number, outcome: Answer | Failure = EMPTY, lag = 0): Story {
  const told = story();
  poll(told, [10, received], query, outcome, lag);
  return told;
}

/** Findings without those that leave it open. */
function decided(told: Story, clause: string): readonly Finding[] {
  return findings(told, clause).filter(({ outcome }) => outcome !== 'undecided');
}

function deleteGroup(told: Story, when: Bounds, outcome: Answer | Failure): number {
  return told.exchange(when, { method: 'DELETE', target: told.path.replace(/\/deadletters$/, ''), outcome });
}

describe('an empty answer before time_wait is over', () => {
  const CLAUSE = 'poll.empty.not-early';

  test.for([
    // Not earlier than time_wait − 0.5 s (D4).
    [14.4, 0, [broken('an empty answer no sooner than after 5 s', 'it came after 4.4 s', 1)]],
    [14.5, 0, [held(1)]],
    [15, 0, [held(1)]],
    // With a lag the call took between 2 × lag less and all of the time between its stamps.
    [14.25, 0.25, [broken('an empty answer no sooner than after 5 s', 'it came after 4.25 s', 1)]],
    [14.5, 0.25, [undecided(1)]],
    [14.9, 0.25, [undecided(1)]],
    [15, 0.25, [held(1)]],
  ] as const)('at %d s to a poll of 5 s that was sent at 10, with a lag of %d', ([received, lag, expected]) => {
    expect(findings(lonely('time_wait=5', received, EMPTY, lag), CLAUSE)).toEqual(expected);
  });

  test('is judged by the slack that the operator has tightened', () => {
    const told = story({ header: { slack: { ...SLACK, waitEarly: 0.25 } } });
    poll(told, [10, 14.6], 'time_wait=5', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([
      broken('an empty answer no sooner than after 5 s', 'it came after 4.6 s', 1),
    ]);
  });

  test.for([
    ['a refusal', answer(400)],
    ['an unavailable endpoint', answer(503)],
    ['a broken connection', failure()],
  ] as const)('is not %s', ([, outcome]) => {
    expect(findings(lonely('time_wait=5', 11, outcome), CLAUSE)).toEqual([]);
  });

  test('is not one that brings a dead letter', () => {
    const told = story({ letters: 1 });
    told.consume([20, 20.1], 'time_wait=5', [0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test.for([
    // The default has clauses of its own.
    '',
    'time_wait=',
    // What is not ruled, or has to be rejected, owes no wait (E1, E2, E6).
    'time_wait=5s',
    'time_wait=61',
    'time_wait=5&time_wait=5',
    'time_wait=5&limit=1',
    'time_wait=5&max_msgs=11',
  ])('says nothing where the query is "%s"', (query) => {
    expect(findings(lonely(query, 11), CLAUSE)).toEqual([]);
  });

  test('says nothing of a group that was never made', () => {
    const told = story();
    told.exchange([10, 11], { target: `${told.path.replace('g1', 'g2')}?time_wait=5` });
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is judged poll by poll', () => {
    const told = story();
    poll(told, [10, 15], 'time_wait=5', EMPTY);
    poll(told, [20, 21], 'time_wait=5', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([
      held(1),
      broken('an empty answer no sooner than after 5 s', 'it came after 1 s', 2),
    ]);
  });
});

describe('an answer behind the end of time_wait', () => {
  const CLAUSE = 'poll.empty.by-grace';
  const late = (observed: string): Finding => broken('an answer when 5 s have passed', observed, 1);

  test.for([
    [15, 0, [held(1)]],
    // 15 s of grace for a MUST.
    [30, 0, [held(1)]],
    [30.1, 0, [late('it came after 20.1 s')]],
    [30, 0.25, [held(1)]],
    [30.25, 0.25, [undecided(1)]],
    [30.5, 0.25, [undecided(1)]],
    [30.75, 0.25, [late('it came after 20.25 s')]],
  ] as const)('at %d s to a poll of 5 s that was sent at 10, with a lag of %d', ([received, lag, expected]) => {
    expect(findings(lonely('time_wait=5', received, EMPTY, lag), CLAUSE)).toEqual(expected);
  });

  test.for([
    [30, []],
    [30.1, [late('it came after 20.1 s')]],
  ] as const)(
    'that brings a dead letter at %d s is no proof of the wait, but may be too late, too',
    ([at, expected]) => {
      const told = story({ letters: 1 });
      told.consume([10, at], 'time_wait=5', [0]);
      expect(findings(told, CLAUSE)).toEqual(expected);
    },
  );

  test('is judged by the slack that the operator has tightened', () => {
    const told = story({ header: { slack: { ...SLACK, mustLate: 2 } } });
    poll(told, [10, 17.1], 'time_wait=5', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([late('it came after 7.1 s')]);
  });

  test.for([
    // Effect unknown: no clause is broken or satisfied (guard 1).
    ['unavailable', answer(503)],
    ['refused', answer(400)],
    ['throttled', answer(429)],
    ['broken off', failure()],
  ] as const)('says nothing where the call was %s', ([, outcome]) => {
    expect(findings(lonely('time_wait=5', 60, outcome), CLAUSE)).toEqual([]);
  });

  test.for(['', 'time_wait='])('leaves the default to clauses of its own: "%s"', (query) => {
    expect(findings(lonely(query, 60), CLAUSE)).toEqual([]);
  });
});

describe('no answer at all', () => {
  const CLAUSE = 'poll.empty.by-grace';
  const SENT = [0, 1, 2];

  /** Polls of 5 s that nobody answered within 30 s. */
  function silent(polls = 3, outcomes: readonly (Answer | Failure)[] = []): Story {
    const told = story({ letters: 1 });
    for (let sent = 0; sent < polls; sent += 1) poll(told, [sent, sent + 30], 'time_wait=5', outcomes[sent] ?? SILENCE);
    return told;
  }

  /** Anything else that we ask of the endpoint. */
  function asks(told: Story, when: Bounds, outcome: Answer | Failure): number {
    return told.exchange(when, { method: 'POST', target: '/v1.0/p1/queues/q1/messages', body: '{}', outcome });
  }

  test('is a fault where others were answered after the bound', () => {
    const told = silent();
    const alive = asks(told, [40, 41], answer(201));
    expect(findings(told, CLAUSE)).toEqual(
      SENT.map((sent) => broken('an answer when 5 s have passed', 'there was none within 30 s', sent + 1, alive)),
    );
  });

  test('is a fault, too, where other polls bring dead letters', () => {
    const told = silent();
    told.consume([40, 41], 'time_wait=5', [0]);
    expect(findings(told, CLAUSE).map(({ outcome }) => outcome)).toEqual(['broken', 'broken', 'broken']);
  });

  test.for([
    // The bound is time_wait and 15 s: others must have been asked when that was over for the last of them, too.
    [22, 'undecided'],
    [22.1, 'broken'],
  ] as const)('is judged beside what was asked at %d s: %s', ([at, outcome]) => {
    const told = silent();
    asks(told, [at, 50], answer(201));
    expect(findings(told, CLAUSE)[2]?.outcome).toBe(outcome);
  });

  const open = SENT.map((sent) => undecided(sent + 1));

  test('is open where nobody was answered later', () => {
    const told = silent();
    asks(told, [10, 11], answer(201));
    expect(findings(told, CLAUSE)).toEqual(open);
  });

  test.for([
    ['failed', failure()],
    ['never left us', failure({ cause: 'unreachable', bytesLeft: false })],
    ['was answered 503', answer(503)],
  ] as const)('is open where what was asked later %s', ([, outcome]) => {
    const told = silent();
    asks(told, [40, 41], outcome);
    expect(findings(told, CLAUSE)).toEqual(open);
  });

  test('is open where it was only two polls: connections may be lost without a word', () => {
    const told = silent(2);
    asks(told, [40, 41], answer(201));
    expect(findings(told, CLAUSE)).toEqual(open.slice(0, 2));
  });

  test('does not count polls that broke off, or were answered, among the silent', () => {
    const brokenOff = silent(3, [failure()]);
    asks(brokenOff, [40, 41], answer(201));
    expect(findings(brokenOff, CLAUSE)).toEqual(open.slice(1));
    const refused = silent(3, [answer(400)]);
    asks(refused, [40, 41], answer(201));
    expect(findings(refused, CLAUSE)).toEqual(open.slice(1));
  });

  test('is open where a poll came back empty: then it is not the endpoint', () => {
    const told = silent();
    asks(told, [40, 41], answer(201));
    poll(told, [50, 55], 'time_wait=5', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([...open, held(5)]);
  });

  test.for([
    [20, []],
    [20.1, [undecided(1)]],
  ] as const)('says nothing where we had waited only %d s', ([waited, expected]) => {
    const told = story();
    poll(told, [0, waited], 'time_wait=5', SILENCE);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });
});

describe('an empty answer', () => {
  const CLAUSE = 'poll.empty.prompt';

  test.for([
    ['time_wait=5', 15, [held(1)]],
    // 5 s of grace for a SHOULD.
    ['time_wait=5', 20, [held(1)]],
    ['time_wait=5', 20.1, [broken('an empty answer within 5 s after 5 s', 'it came after 10.1 s', 1)]],
    ['', 18, [held(1)]],
    ['', 18.1, [broken('an empty answer within 5 s after 3 s', 'it came after 8.1 s', 1)]],
    ['time_wait=', 18, [held(1)]],
    ['time_wait=', 18.1, [broken('an empty answer within 5 s after 3 s', 'it came after 8.1 s', 1)]],
  ] as const)('to a poll with "%s" that was sent at 10 comes at %d s', ([query, received, expected]) => {
    expect(findings(lonely(query, received), CLAUSE)).toEqual(expected);
  });

  test.for([
    [20, [held(1)]],
    [20.25, [undecided(1)]],
    [20.5, [undecided(1)]],
    [20.75, [broken('an empty answer within 5 s after 5 s', 'it came after 10.25 s', 1)]],
  ] as const)('at %d s with a lag of 0.25 s', ([received, expected]) => {
    expect(findings(lonely('time_wait=5', received, EMPTY, 0.25), CLAUSE)).toEqual(expected);
  });

  test('is judged by the slack that the operator has tightened, and says so', () => {
    const told = story({ header: { slack: { ...SLACK, shouldLate: 2 } } });
    poll(told, [10, 17.1], 'time_wait=5', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([broken('an empty answer within 2 s after 5 s', 'it came after 7.1 s', 1)]);
  });

  test('is what it is about: no dead letters, no refusal', () => {
    const told = story({ letters: 1 });
    told.consume([10, 60], 'time_wait=5', [0]);
    poll(told, [100, 101], 'time_wait=5', answer(400));
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe.for([
  ['consume.time-wait.default', ''],
  ['consume.time-wait.empty', 'time_wait='],
] as const)('the default of 3 s by %s', ([clause, query]) => {
  test.for([
    [12.4, 0, [broken('an empty answer no sooner than after 3 s', 'it came after 2.4 s', 1)]],
    [12.5, 0, [held(1)]],
    [13, 0, [held(1)]],
    [28, 0, [held(1)]],
    [28.1, 0, [broken('an answer when 3 s have passed', 'it came after 18.1 s', 1)]],
    // Only one of the two bounds is open.
    [12.75, 0.25, [undecided(1)]],
    [28.25, 0.25, [undecided(1)]],
    // Both are: one call is one finding.
    [30, 9, [undecided(1)]],
  ] as const)(
    'an empty answer at %d s to a consume that was sent at 10, with a lag of %d',
    ([received, lag, expected]) => {
      expect(findings(lonely(query, received, EMPTY, lag), clause)).toEqual(expected);
    },
  );

  test('says nothing of an answer in time that brings a dead letter', () => {
    const told = story({ letters: 1 });
    told.consume([10, 10.1], query, [0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('is broken by one that brings a dead letter much too late', () => {
    const told = story({ letters: 1 });
    told.consume([10, 28.1], query, [0]);
    expect(findings(told, clause)).toEqual([broken('an answer when 3 s have passed', 'it came after 18.1 s', 1)]);
  });

  test('is open where there was no answer', () => {
    expect(findings(lonely(query, 60, SILENCE), clause)).toEqual([undecided(1)]);
  });

  test.for([answer(429), answer(503), answer(500), failure()])('says nothing of %j', (outcome) => {
    expect(findings(lonely(query, 10.1, outcome), clause)).toEqual([]);
  });

  test('is not about any other form', () => {
    for (const other of ['', 'time_wait=', 'time_wait=3', 'time_wait=3s'].filter((one) => one !== query))
      expect(findings(lonely(other, 11), clause)).toEqual([]);
  });
});

describe('a refusal', () => {
  test('of an empty time_wait breaks its clause (E4)', () => {
    expect(findings(lonely('time_wait=', 10.1, answer(400)), 'consume.time-wait.empty')).toEqual([
      broken('an empty time_wait is accepted and means 3 s', 'it was answered with 400', 1),
    ]);
  });

  test('of a consume without time_wait says nothing about the default', () => {
    expect(findings(lonely('', 10.1, answer(400)), 'consume.time-wait.default')).toEqual([]);
  });
});

describe('a poll while something is consumable', () => {
  const CLAUSE = 'poll.available.at-once';
  const slow = (told: Story, wait: number, took: string, place = 0, id = 1): Finding =>
    broken(
      `an answer well before time_wait=${wait} ends, since dead letter ${told.tags[place]} was consumable`,
      `it came after ${took}`,
      id,
    );

  test.for([
    // Less than half of time_wait (D4).
    [20, 29.9, 0, 'held'],
    [20, 30, 0, '10 s'],
    [20, 45, 0, '25 s'],
    [20, 30.25, 0.25, 'undecided'],
    [20, 30.5, 0.25, '10 s'],
    [10, 24.9, 0, 'held'],
    [10, 25, 0, '5 s'],
    [60, 49.9, 0, 'held'],
    [60, 50, 0, '30 s'],
  ] as const)('of %d s that was sent at 20 is answered at %d with a lag of %d: %s', ([wait, at, lag, expected]) => {
    const told = story({ letters: 1 });
    poll(told, [20, at], `time_wait=${wait}`, brings(told, 0), lag);
    expect(findings(told, CLAUSE)).toEqual([
      expected === 'held' ? held(1) : expected === 'undecided' ? undecided(1) : slow(told, wait, expected),
    ]);
  });

  test.for(['time_wait=9', '', 'time_wait='])('is judged from time_wait=10 on only, not with "%s"', (query) => {
    const told = story({ letters: 2 });
    told.consume([20, 20.1], query, [0]);
    told.consume([30, 42], query, [1]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test.for([
    // It counts as a dead letter 15 s after its failure was answered (K4).
    [4.9, true],
    [5, false],
    [25, false],
  ] as const)('is not late for a dead letter that failed at %d: %s', ([failed, judged]) => {
    const told = story();
    told.letter([failed, failed]);
    poll(told, [20, 35], 'time_wait=20', brings(told, 0));
    expect(findings(told, CLAUSE)).toEqual(judged ? [slow(told, 20, '15 s')] : []);
  });

  test('names the one that was due, whatever the answer brings', () => {
    const told = story();
    told.letter([15, 15]);
    told.letter([0, 0]);
    poll(told, [20, 35], 'time_wait=20', brings(told, 0));
    expect(findings(told, CLAUSE)).toEqual([slow(told, 20, '15 s', 1)]);
  });

  test('is not late for what had been settled', () => {
    const told = story({ letters: 2 });
    const handlers = told.consume([20, 20.1], '', [0]);
    told.acknowledge([21, 21.1], handlers, [1, 0]);
    poll(told, [30, 45], 'time_wait=20', brings(told, 1));
    expect(findings(told, CLAUSE)).toEqual([slow(told, 20, '15 s', 1, 3)]);
  });

  test('is not late for what is in flight', () => {
    const told = story({ letters: 1 });
    told.consume([20, 20.1], 'ack_wait=30', [0]);
    poll(told, [35, 51], 'time_wait=30', brings(told, 0));
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not late on a FIFO queue where another one that is in flight may hold up the rest (G1)', () => {
    const told = story({ letters: 2, mode: 'FIFO' });
    told.consume([20, 20.1], 'ack_wait=30', [0]);
    poll(told, [35, 51], 'time_wait=30', brings(told, 0, 1));
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('that comes back empty is judged by other clauses', () => {
    const told = story({ letters: 1 });
    poll(told, [20, 20.1], 'time_wait=20', EMPTY);
    poll(told, [30, 50], 'time_wait=20', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

test('a poll that only brings what arrived meanwhile shows nothing of what is there when it is sent', () => {
  const told = story();
  told.letter([10, 10]);
  poll(told, [0, 14], 'time_wait=30', brings(told, 0));
  poll(told, [25, 25.1], 'time_wait=30', brings(told, 0));
  poll(told, [100, 100.1], 'time_wait=30', brings(told, 0));
  expect(findings(told, 'poll.available.at-once')).toEqual([held(3)]);
});

describe('a dead letter that arrives during the wait', () => {
  const CLAUSE = 'poll.arrival.within-wait';
  const missed = (told: Story, observed: string, id = 1, place = 0): Finding =>
    broken(
      `dead letter ${told.tags[place]}, which arrived during the wait, is returned before the wait ends`,
      observed,
      id,
    );

  /** The letter fails as given while a poll of 30 s, sent at 0, is open. */
  function arriving(failed: Bounds): Story {
    const told = story();
    told.letter(failed);
    return told;
  }

  describe('and is returned', () => {
    test.for([
      ['time_wait=30', [3, 3.5], 10],
      ['', [1, 1], 2],
      ['time_wait=', [1, 1], 2],
      // However late, and whatever may have it else.
      ['time_wait=30', [3, 3.5], 29],
    ] as const)('by a poll with "%s" during the wait', ([query, [from, until], at]) => {
      const told = arriving([from, until]);
      poll(told, [0, at], query, brings(told, 0));
      expect(findings(told, CLAUSE)).toEqual([held(1)]);
    });

    test.for([
      // From 0.5 s before the end on an empty answer might have come as well (D4).
      [29.4, 0, 'held'],
      [29.5, 0, 'it came when the wait was over, 26 s after it had arrived'],
      [29.4, 0.25, 'held'],
      [29.5, 0.25, 'undecided'],
      [29.9, 0.25, 'undecided'],
      [30, 0.25, 'it came when the wait was over, 26.25 s after it had arrived'],
    ] as const)('at %d s with a lag of %d: %s', ([at, lag, expected]) => {
      const told = arriving([3, 3.5]);
      poll(told, [0, at], 'time_wait=30', brings(told, 0), lag);
      expect(findings(told, CLAUSE)).toEqual([
        expected === 'held' ? held(1) : expected === 'undecided' ? undecided(1) : missed(told, expected),
      ]);
    });

    test.for([
      // With more than 20 s between arrival and answer it was neither late to arrive (K4) nor late to be seen.
      [9.4, 'it came when the wait was over, 20.1 s after it had arrived'],
      [9.5, undefined],
      [14, undefined],
    ] as const)('when the wait is over, having arrived at %d', ([failed, observed]) => {
      const told = arriving([failed, failed]);
      poll(told, [0, 29.5], 'time_wait=30', brings(told, 0));
      expect(findings(told, CLAUSE)).toEqual([observed === undefined ? undecided(1) : missed(told, observed)]);
    });
  });

  describe('and is returned when the wait is over', () => {
    test.for([
      // More than 15 s of the poll have to be left when it fails (K4), whatever grace the answer takes itself.
      [14.9, 'it came when the wait was over, 26.1 s after it had arrived'],
      [15, undefined],
      [20, undefined],
    ] as const)('at 41, having failed at %d', ([failed, observed]) => {
      const told = arriving([failed, failed]);
      poll(told, [0, 41], 'time_wait=30', brings(told, 0));
      expect(findings(told, CLAUSE)).toEqual([observed === undefined ? undecided(1) : missed(told, observed)]);
    });

    test.for([
      [60, 'ack_wait=50'],
      [25, 'ack_wait=20'],
    ] as const)('at %d, may have been with another consumer meanwhile, with %s (D5)', ([at, lease]) => {
      const told = arriving([3, 3]);
      poll(told, [0, at], 'time_wait=60', brings(told, 0));
      told.consume([0.1, 4], `time_wait=60&${lease}`, [0]);
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test.for([
      ['broken off', failure()],
      ['answered with 503', answer(503)],
    ] as const)('may have been with a consume that was %s', ([, outcome]) => {
      const told = arriving([3, 3]);
      poll(told, [0, 60], 'time_wait=60', brings(told, 0));
      told.consume([4, 5], 'time_wait=3&ack_wait=30', outcome);
      expect(findings(told, CLAUSE)).toEqual([undecided(1)]);
    });

    test.for([
      ['FIFO', [undecided(2)]],
      ['NORMAL', ['missed']],
    ] as const)('may have been held up on FIFO by another one in flight (G1): %s', ([mode, expected]) => {
      const told = story({ letters: 1, mode });
      told.letter([3, 3]);
      told.consume([0, 0], 'ack_wait=29', [0]);
      poll(told, [1, 31], 'time_wait=30', brings(told, 0, 1));
      const late = missed(told, 'it came when the wait was over, 28 s after it had arrived', 2, 1);
      expect(findings(told, CLAUSE)).toEqual(expected.map((one) => (one === 'missed' ? late : one)));
    });
  });

  describe('and is not returned', () => {
    test.for([
      // More than 15 s of the poll have to be left (K4).
      [14.9, 'the answer was empty, 15.1 s after it had arrived'],
      [15, undefined],
      [15.1, undefined],
      [29, undefined],
    ] as const)('although it had arrived at %d', ([failed, observed]) => {
      const told = arriving([failed, failed]);
      poll(told, [0, 30], 'time_wait=30', EMPTY);
      told.consume([40, 40.1], '', [0]);
      expect(findings(told, CLAUSE)).toEqual(observed === undefined ? [] : [missed(told, observed)]);
    });

    test.for([
      // Too early an answer is another fault; the wait of one that was too late ended when it should have.
      ['time_wait=30', 18, false],
      ['time_wait=30', 18.5, false],
      ['time_wait=30', 18.6, true],
      ['time_wait=18', 28, false],
      ['time_wait=19', 28, true],
    ] as const)('by a poll with %s that came back at %d: %s', ([query, at, judged]) => {
      const told = arriving([3, 3.5]);
      poll(told, [0, at], query, EMPTY);
      told.consume([40, 40.1], '', [0]);
      expect(findings(told, CLAUSE)).toEqual(
        judged
          ? [missed(told, `the answer was empty, ${Math.round((at - 3.5) * 10) / 10} s after it had arrived`)]
          : [],
      );
    });

    test('is left open where nothing of the group ever appears: arranging failed (K4)', () => {
      const told = arriving([3, 3.5]);
      told.letter([3, 3.5]);
      poll(told, [0, 30], 'time_wait=30', EMPTY);
      expect(findings(told, CLAUSE)).toEqual([undecided(1), undecided(1)]);
    });

    test('is a fault where only another one of the group appears', () => {
      const told = arriving([3, 3.5]);
      told.letter([20, 20]);
      poll(told, [0, 30], 'time_wait=30', EMPTY);
      told.consume([40, 40.1], '', [1]);
      expect(findings(told, CLAUSE)).toEqual([missed(told, 'the answer was empty, 26.5 s after it had arrived')]);
    });

    test.for([
      ['a refusal', answer(400)],
      ['an unavailable endpoint', answer(503)],
      ['a broken connection', failure()],
    ] as const)('says nothing after %s', ([, outcome]) => {
      const told = arriving([3, 3.5]);
      poll(told, [0, 30], 'time_wait=30', outcome);
      told.consume([300, 300.1], '', [0]);
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test('says nothing where the answer brings others: it may bring fewer than there are (E8)', () => {
      const told = arriving([3, 3.5]);
      told.letter([0, 0]);
      poll(told, [0, 30], 'time_wait=30', brings(told, 1));
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test('says nothing where another consumer has it', () => {
      const told = arriving([3, 3.5]);
      poll(told, [0, 30], 'time_wait=30', EMPTY);
      told.consume([4, 4.1], 'ack_wait=60', [0]);
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test('says nothing where another consumer has had it and its lease is over: it did not just arrive', () => {
      const told = story();
      told.letter([1, 1]);
      poll(told, [0, 60], 'time_wait=60', EMPTY);
      told.consume([2, 2.1], 'ack_wait=15', [0]);
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test('says nothing where another consumer acknowledged it', () => {
      const told = arriving([3, 3.5]);
      poll(told, [0, 30], 'time_wait=30', EMPTY);
      const handlers = told.consume([4, 4.1], 'ack_wait=60', [0]);
      told.acknowledge([5, 5.1], handlers, [1, 0]);
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test('says nothing where a consume whose answer was lost may have it', () => {
      const told = arriving([3, 3.5]);
      poll(told, [0, 30], 'time_wait=30', EMPTY);
      told.consume([4, 5], 'ack_wait=60', failure());
      told.consume([200, 200.1], '', [0]);
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test('says nothing on a FIFO queue where another one is in flight (G1)', () => {
      const told = story({ letters: 1, mode: 'FIFO' });
      told.letter([23, 23.5]);
      told.consume([10, 10.1], 'ack_wait=60', [0]);
      poll(told, [20, 50], 'time_wait=30', EMPTY);
      expect(findings(told, CLAUSE)).toEqual([]);
    });
  });

  test.for([
    // The poll has to have left us before the failing acknowledgement did.
    [0.25, []],
    [0.3, [held(1)]],
  ] as const)('has to have failed behind the sending of the poll, as at %d', ([failed, expected]) => {
    const told = arriving([failed, failed]);
    poll(told, [0, 2], 'time_wait=30', brings(told, 0), 0.25);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('is judged letter by letter', () => {
    const told = story({ letters: 1 });
    told.letter([3, 3.5]);
    told.letter([4, 4.5]);
    told.letter([5, 5.5]);
    poll(told, [1, 6], 'time_wait=30', brings(told, 0, 1, 3));
    expect(findings(told, CLAUSE)).toEqual([held(1), held(1)]);
  });
});

describe('a dead letter that arrives during the wait and is returned', () => {
  const CLAUSE = 'poll.arrival.prompt';
  const slow = (took: string): Finding =>
    broken('a dead letter that arrives during the wait is returned within 3 s', `it took ${took}`, 1);

  test.for([
    ['time_wait=30', [3, 3], 6, [held(1)]],
    ['time_wait=30', [3, 3], 6.1, [slow('3.1 s')]],
    ['', [1, 1], 2, [held(1)]],
    ['time_wait=', [1, 1], 2, [held(1)]],
    // When it arrived is known up to the answer to the failing acknowledgement.
    ['time_wait=30', [3, 3.5], 6, [held(1)]],
    ['time_wait=30', [3, 3.5], 6.1, [undecided(1)]],
    ['time_wait=30', [3, 3.5], 6.5, [undecided(1)]],
    ['time_wait=30', [3, 3.5], 6.6, [slow('3.1 s')]],
  ] as const)('by a poll with "%s" after it failed at %j, at %d s', ([query, [from, until], at, expected]) => {
    const told = story();
    told.letter([from, until]);
    poll(told, [0, at], query, brings(told, 0));
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('is not one that another consumer had meanwhile (D5)', () => {
    const told = story();
    told.letter([3, 3]);
    poll(told, [0, 25], 'time_wait=60', brings(told, 0));
    told.consume([0.1, 4], 'time_wait=60&ack_wait=20', [0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is the first of those that nobody had meanwhile', () => {
    const told = story();
    told.letter([3, 3]);
    told.letter([4, 4]);
    poll(told, [0, 25], 'time_wait=60', brings(told, 0, 1));
    told.consume([0.1, 4], 'time_wait=60&ack_wait=20', [0]);
    expect(findings(told, CLAUSE)).toEqual([slow('21 s')]);
  });

  test.for([
    [1, 2, [undecided(1)]],
    // Sent when the poll was over.
    [16.1, 17, [slow('13 s')]],
  ] as const)('may have been with a consume that was lost at %d', ([left, arrived, expected]) => {
    const told = story();
    told.letter([3, 3]);
    poll(told, [0, 16], 'time_wait=30', brings(told, 0));
    told.consume([left, arrived], 'time_wait=3', failure());
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test.for([
    ['FIFO', 16, undecided(2)],
    ['FIFO', 5, held(2)],
    ['NORMAL', 16, { ...slow('13 s'), exchanges: [2] }],
  ] as const)('may be held up on FIFO by another one in flight (G1): %s at %d', ([mode, at, expected]) => {
    const told = story({ letters: 1, mode });
    told.letter([3, 3]);
    told.consume([0, 0], 'ack_wait=15', [0]);
    poll(told, [1, at], 'time_wait=30', brings(told, 0, 1));
    expect(findings(told, CLAUSE)).toEqual([expected]);
  });

  test('has ended the wait where it was the first that arrived', () => {
    const told = story();
    told.letter([20, 20]);
    told.letter([3, 3]);
    told.letter([19, 19]);
    poll(told, [0, 21], 'time_wait=30', brings(told, 0, 1, 2));
    expect(findings(told, CLAUSE)).toEqual([slow('18 s')]);
  });

  test('is not one that had arrived before', () => {
    const told = story({ letters: 1 });
    told.letter([5, 5]);
    told.letter([9, 9]);
    poll(told, [5, 10], 'time_wait=30', brings(told, 0, 1, 2));
    expect(findings(told, CLAUSE)).toEqual([held(1)]);
    const before = story({ letters: 1 });
    poll(before, [5, 10], 'time_wait=30', brings(before, 0));
    expect(findings(before, CLAUSE)).toEqual([]);
  });

  test('is not one that another consume brings', () => {
    const told = story();
    told.letter([3, 3]);
    told.letter([8, 8]);
    poll(told, [0, 9], 'time_wait=30', brings(told, 1));
    poll(told, [20, 21], 'time_wait=30', brings(told, 0));
    expect(findings(told, CLAUSE)).toEqual([held(1)]);
  });
});

describe('a poll while all that there is is in flight', () => {
  const CLAUSE = 'poll.in-flight-counts-as-none';
  const early = (took: string, id = 2): Finding =>
    broken('an empty answer no sooner than after 5 s', `it came after ${took}`, id);

  test.for([
    ['time_wait=5', 10, [held(2)]],
    ['time_wait=5', 9.4, [early('4.4 s')]],
    ['time_wait=5', 5.1, [early('0.1 s')]],
    ['', 8, [held(2)]],
    ['time_wait=', 8, [held(2)]],
  ] as const)('waits as if there were nothing: "%s", sent at 5, came back empty at %d', ([query, at, expected]) => {
    const told = story({ letters: 1 });
    told.consume([0, 0.1], 'ack_wait=30', [0]);
    poll(told, [5, at], query, EMPTY);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test.for([
    // The lease has to last until the answer is there.
    [30, [early('4 s')]],
    [30.1, []],
  ] as const)('is judged while the lease surely lasts, as at %d', ([at, expected]) => {
    const told = story({ letters: 1 });
    told.consume([0, 0.1], 'ack_wait=30', [0]);
    poll(told, [at - 4, at], 'time_wait=5', EMPTY);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('says nothing where nothing is in flight', () => {
    const told = story({ letters: 1 });
    poll(told, [5, 6], 'time_wait=5', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('says nothing where what is in flight was taken only meanwhile', () => {
    const told = story({ letters: 1 });
    poll(told, [5, 6], 'time_wait=5', EMPTY);
    told.consume([5.5, 5.6], 'ack_wait=30', [0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is judged where one of several is in flight, and where one is so once more', () => {
    const told = story({ letters: 2 });
    told.consume([0, 0.1], 'ack_wait=15', [0]);
    told.consume([40, 40.1], 'ack_wait=30', [0]);
    poll(told, [45, 46], 'time_wait=5', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([early('1 s', 3)]);
  });

  test.for([
    ['counted', [1, 0], false],
    ['refused', answer(400), false],
    ['lost', failure(), false],
    // A throttled one was not looked at.
    ['throttled', answer(429), true],
  ] as const)('is no longer judged when an acknowledgement of it was %s: %s', ([, answered, judged]) => {
    const told = story({ letters: 1 });
    const handlers = told.consume([0, 0.1], 'ack_wait=30', [0]);
    told.acknowledge([1, 1.1], handlers, answered);
    poll(told, [5, 6], 'time_wait=5', EMPTY);
    expect(findings(told, CLAUSE)).toEqual(judged ? [early('1 s', 3)] : []);
  });
});

describe('a dead letter whose lease ends during the wait', () => {
  const CLAUSE = 'poll.lease-end.returned';
  const missed = (told: Story, delivery = 1, id = 2): Finding =>
    broken(
      `dead letter ${told.tags[0]}, whose lease ended during the wait, is returned by that poll`,
      'the answer was empty',
      delivery,
      id,
    );

  /** Handed out at 20 with a lease of 15 s: it ends at 35, and by 40 somebody who waits should have it. */
  function leased(query = 'ack_wait=15', letters = 1, mode: 'NORMAL' | 'FIFO' = 'NORMAL'): Story {
    const told = story({ letters, mode });
    told.consume([20, 20], query, [0]);
    return told;
  }

  test.for([
    ['time_wait=30', 36, [held(1, 2)]],
    ['time_wait=30', 59, [held(1, 2)]],
    // No more than 1 s early: sooner is no redelivery in time but a fault of its own (D1).
    ['time_wait=30', 34, [held(1, 2)]],
    ['time_wait=30', 33.9, []],
  ] as const)('is returned by a poll with %s, sent at 30, at %d', ([query, at, expected]) => {
    const told = leased();
    poll(told, [30, at], query, brings(told, 0));
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test.for([
    [34.5, [held(1, 2)]],
    [34.4, []],
  ] as const)('is returned early by less than the operator permits, as at %d', ([at, expected]) => {
    const told = story({ letters: 1, header: { slack: { ...SLACK, early: 0.5 } } });
    told.consume([20, 20], 'ack_wait=15', [0]);
    poll(told, [30, at], 'time_wait=30', brings(told, 0));
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('may be with the one of two consumers whose answer came later', () => {
    const told = story({ letters: 1 });
    told.consume([0, 20], 'time_wait=30&ack_wait=60', [0]);
    told.consume([0.5, 1], 'ack_wait=17', [0]);
    poll(told, [16, 60], 'time_wait=44', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test.for([
    // The longer of two leases that overlapped ends by 21.5 + 60, and by 86.5 somebody who waits should have it.
    [86.5, []],
    [86.6, ['missed']],
  ] as const)('may be with either of two consumers that overlapped, until %d', ([until, expected]) => {
    const told = story({ letters: 1 });
    told.consume([20, 22], 'time_wait=30&ack_wait=55', [0]);
    told.consume([20.5, 21.5], 'ack_wait=60', [0]);
    poll(told, [60, until], 'time_wait=30', EMPTY);
    expect(findings(told, CLAUSE)).toEqual(expected.map(() => missed(told, 1, 3)));
  });

  test.for(['', 'time_wait='])('is returned by a poll with "%s"', (query) => {
    const told = leased();
    poll(told, [34, 36], query, brings(told, 0));
    expect(findings(told, CLAUSE)).toEqual([held(1, 2)]);
  });

  test.for([
    [34.9, [held(1, 2)]],
    [35, []],
    [50, []],
  ] as const)('was in flight when the poll was sent, as at %d', ([sent, expected]) => {
    const told = leased();
    poll(told, [sent, sent + 2], 'time_wait=30', brings(told, 0));
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test.for([
    ['time_wait=30', 60, true],
    // 5 s of grace for a SHOULD: by 40.
    ['time_wait=30', 40.1, true],
    ['time_wait=30', 40, false],
    ['time_wait=30', 36, false],
    // What was answered too late waited no longer than it was asked to.
    ['time_wait=10', 44, false],
    ['time_wait=11', 44, true],
  ] as const)('is missed by a poll with %s, sent at 30, that came back empty at %d: %s', ([query, at, judged]) => {
    const told = leased();
    poll(told, [30, at], query, EMPTY);
    expect(findings(told, CLAUSE)).toEqual(judged ? [missed(told)] : []);
  });

  test.for([
    ['ack_wait=30', 55, false],
    ['ack_wait=30', 55.1, true],
    ['', 55.1, true],
  ] as const)('of "%s" is missed by an empty answer at %d: %s', ([lease, at, judged]) => {
    const told = leased(lease);
    poll(told, [30, at], 'time_wait=60', EMPTY);
    expect(findings(told, CLAUSE)).toEqual(judged ? [missed(told)] : []);
  });

  test('is not missed by a poll that brings another one', () => {
    const told = leased('ack_wait=15', 2);
    poll(told, [30, 60], 'time_wait=30', brings(told, 1));
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test.for([answer(400), answer(503)])('is not missed by %j', (outcome) => {
    const told = leased();
    poll(told, [30, 60], 'time_wait=30', outcome);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test.for([
    ['before', 30],
    ['meanwhile', 50],
  ] as const)('is not judged when its acknowledgement came %s', ([, at]) => {
    const told = story({ letters: 1 });
    const handlers = told.consume([20, 20], 'ack_wait=15', [0]);
    told.acknowledge([at - 5, at - 4.9], handlers, answer(400));
    poll(told, [30, 60], 'time_wait=30', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not what came back since it was failed', () => {
    const told = story({ letters: 1 });
    const [handler = ''] = told.consume([20, 20], 'ack_wait=15', [0]);
    told.acknowledge([25, 25.1], [{ handler, status: 'fail' }], [0, 1]);
    poll(told, [30, 36], 'time_wait=30', brings(told, 0));
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is judged by its last lease', () => {
    const told = story({ letters: 1 });
    told.consume([0, 0], 'ack_wait=15', [0]);
    told.consume([20, 20], 'ack_wait=15', [0]);
    poll(told, [30, 60], 'time_wait=30', EMPTY);
    told.consume([61, 61.1], 'ack_wait=15', [0]);
    expect(findings(told, CLAUSE)).toEqual([missed(told, 2, 3)]);
  });

  test('is not judged where it was taken while the poll was open already', () => {
    const told = story({ letters: 1 });
    told.consume([29, 31], 'ack_wait=15', [0]);
    poll(told, [30, 80], 'time_wait=50', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not judged where it was taken once more while the poll was open already', () => {
    const told = story({ letters: 1 });
    told.consume([0, 0], 'ack_wait=15', [0]);
    told.consume([29, 31], 'ack_wait=15', [0]);
    poll(told, [30, 80], 'time_wait=50', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not judged where it was never taken', () => {
    const told = story({ letters: 1 });
    poll(told, [30, 60], 'time_wait=30', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not judged where it may have been settled by a handler of an earlier lease', () => {
    const told = story({ letters: 1 });
    const handlers = told.consume([0, 0], 'ack_wait=15', [0]);
    told.acknowledge([14, 34], handlers, failure());
    told.consume([20, 20], 'ack_wait=15', [0]);
    poll(told, [34, 64], 'time_wait=30', EMPTY);
    expect(decided(told, CLAUSE)).toEqual([]);
  });

  test.for([
    [45, undecided(1, 2)],
    // Sent only when the poll was over.
    [61, 'missed'],
  ] as const)('may have been taken by a consume whose answer was lost at %d', ([at, expected]) => {
    const told = leased();
    poll(told, [30, 60], 'time_wait=30', EMPTY);
    told.consume([at, at + 1], '', failure());
    expect(findings(told, CLAUSE)).toEqual([expected === 'missed' ? missed(told) : expected]);
  });

  test('may have been taken by what an endpoint takes for a consume (J5)', () => {
    const told = story({ letters: 1 });
    told.consume([0, 0], 'ack_wait=15', [0]);
    told.exchange(16, { method: 'HEAD', target: told.path, outcome: answer(200) });
    poll(told, [3, 63], 'time_wait=60', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([undecided(1, 3)]);
  });

  test('is still missed where another consume was refused meanwhile', () => {
    const told = leased();
    poll(told, [30, 60], 'time_wait=30', EMPTY);
    told.consume([45, 46], '', answer(400));
    expect(findings(told, CLAUSE)).toEqual([missed(told)]);
  });

  test('may be held up on a FIFO queue by another one in flight (G1)', () => {
    const told = leased('ack_wait=15', 2, 'FIFO');
    told.consume([21, 21], 'ack_wait=60', [1]);
    poll(told, [30, 60], 'time_wait=30', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('the lease of what a poll brings after a wait longer than ack_wait', () => {
  const CLAUSE = 'poll.lease-from-hand-out';
  const invalid = (observed: string, took = '17 s', id = 2): Finding =>
    broken(
      `an acknowledgement right after the answer is valid, though the wait took ${took} and ack_wait is 15 s`,
      observed,
      1,
      id,
    );

  /** A poll with a lease of 15 s that is sent at 0 and brings letters which had not been there before. */
  function waited(until = 17, query = 'time_wait=40', letters = 1): Story & { readonly handlers: readonly string[] } {
    const told = story();
    for (let index = 0; index < letters; index += 1) told.letter([until - 1, until - 1]);
    const handlers = told.consume(
      [0, until],
      `${query}&ack_wait=15`,
      Array.from({ length: letters }, (_, index) => index),
    );
    return Object.assign(told, { handlers });
  }

  test.for([
    [[1, 0], [held(1, 2)]],
    [[0, 1], [invalid('it counted 0 of 1')]],
    [answer(400), [invalid('it was answered with 400')]],
    [answer(500), [invalid('it was answered with 500')]],
    [answer(503), []],
    [answer(429), []],
    [failure(), []],
  ] as const)('is not over when it is acknowledged at once: %j', ([answered, expected]) => {
    const told = waited();
    told.acknowledge([17.5, 18], told.handlers, answered);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('counts all of its messages', () => {
    const told = waited(17, 'time_wait=40', 3);
    told.acknowledge([17.5, 18], told.handlers, [2, 1]);
    expect(findings(told, CLAUSE)).toEqual([invalid('it counted 2 of 3')]);
  });

  test.for(['time_wait=1', 'time_wait='])(
    'is judged where the wait was longer only because "%s" came late',
    (query) => {
      const told = waited(17, query);
      told.acknowledge([17.5, 18], told.handlers, [1, 0]);
      expect(findings(told, CLAUSE)).toEqual([held(1, 2)]);
    },
  );

  test('is judged with the default wait, too', () => {
    const told = story();
    told.letter([16, 16]);
    const handlers = told.consume([0, 17], 'ack_wait=15', [0]);
    told.acknowledge([17.5, 18], handlers, [0, 1]);
    expect(findings(told, CLAUSE)).toEqual([invalid('it counted 0 of 1')]);
  });

  test.for([
    [15, [invalid('it counted 0 of 1', '15 s')]],
    [14.9, []],
  ] as const)('is what it is about only where the wait was that long: %d', ([until, expected]) => {
    const told = waited(until);
    told.acknowledge([until + 1, until + 1.1], told.handlers, [0, 1]);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test.for([
    // It failed at 16: sooner it cannot have been handed out, but the answer may have taken its time (D2).
    [31, [invalid('it counted 0 of 1')]],
    [31.1, []],
  ] as const)('ends ack_wait after the hand-out: acknowledged by %d', ([received, expected]) => {
    const told = waited();
    told.acknowledge([received - 0.5, received], told.handlers, [0, 1]);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test.for([
    [17, [invalid('it counted 0 of 2', '16 s')]],
    [17.1, []],
  ] as const)('may have begun when the first of a batch failed, at 2: acknowledged by %d', ([received, expected]) => {
    const told = story();
    told.letter([2, 2]);
    told.letter([15, 15]);
    const handlers = told.consume([0, 16], 'time_wait=40&ack_wait=15', [0, 1]);
    told.acknowledge([16.1, received], handlers, [0, 2]);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('may have begun at any time where nobody knows when it failed', () => {
    const told = story();
    const handlers = told.consume([0, 17], 'time_wait=40&ack_wait=15', [7]);
    told.acknowledge([17.5, 18], handlers, [0, 1]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test.for([
    ['FIFO', 'ack_wait=300'],
    ['FIFO', 'ack_wait=15'],
    ['NORMAL', 'ack_wait=300'],
  ] as const)('is open where an earlier batch is unacknowledged (B6): %s, %s', ([mode, query]) => {
    const told = story({ letters: 1, mode });
    told.letter([66, 66]);
    told.consume([0, 0.1], query, [0]);
    const handlers = told.consume([50, 67], 'time_wait=40&ack_wait=15', [1]);
    told.acknowledge([67.5, 68], handlers, [0, 1]);
    expect(findings(told, CLAUSE)).toEqual([undecided(2, 3)]);
  });

  test('holds beside an earlier batch, too', () => {
    const told = story({ letters: 1 });
    told.letter([66, 66]);
    told.consume([0, 0.1], 'ack_wait=300', [0]);
    const handlers = told.consume([50, 67], 'time_wait=40&ack_wait=15', [1]);
    told.acknowledge([67.5, 68], handlers, [1, 0]);
    expect(findings(told, CLAUSE)).toEqual([held(2, 3)]);
  });

  test('is open where the group may be being deleted (G10)', () => {
    const told = waited();
    told.acknowledge([17.5, 18], told.handlers, answer(404));
    deleteGroup(told, [17.2, 19], answer(204));
    expect(findings(told, CLAUSE)).toEqual([undecided(1, 2)]);
  });

  test.for([
    // Its content type and its members are judged elsewhere (I7, I8).
    ['text/plain', {}],
    ['application/json; charset=utf-8', {}],
    ['application/json', { note: 'extra' }],
  ] as const)('is open where the request is out of the ordinary: %s, %j', ([contentType, more]) => {
    const told = waited();
    const message = told.handlers.map((handler) => ({ handler, status: 'success' }));
    told.exchange([17.5, 18], {
      method: 'POST',
      target: `${told.path}/ack`,
      headers: [['content-type', contentType]],
      body: JSON.stringify({ message, ...more }),
      outcome: answer(400),
    });
    expect(findings(told, CLAUSE)).toEqual([undecided(1, 2)]);
  });

  test('is not judged where another acknowledgement of the batch was under way', () => {
    const told = waited();
    told.acknowledge([17.5, 18.5], told.handlers, answer(400));
    told.acknowledge([17.6, 17.9], told.handlers, [1, 0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is judged by the second acknowledgement where the first was throttled (J3)', () => {
    const told = waited();
    told.acknowledge([17.5, 18], told.handlers, answer(429));
    told.acknowledge([19, 19.1], told.handlers, [0, 1]);
    expect(findings(told, CLAUSE)).toEqual([invalid('it counted 0 of 1', '17 s', 3)]);
  });

  test('is not judged by a part of the batch', () => {
    const told = waited(17, 'time_wait=40', 2);
    told.acknowledge([17.5, 18], told.handlers.slice(0, 1), [0, 1]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not judged by one that says fail', () => {
    const told = waited(17, 'time_wait=40', 2);
    const [first = '', second = ''] = told.handlers;
    told.acknowledge([17.5, 18], [first, { handler: second, status: 'fail' }], [1, 1]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not judged by one in a wrong order (B4)', () => {
    const told = waited(17, 'time_wait=40', 2);
    told.acknowledge([17.5, 18], told.handlers.toReversed(), [0, 2]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not judged by one that names a stranger, too (C4)', () => {
    const told = waited();
    told.acknowledge([17.5, 18], [...told.handlers, 'stranger'], [0, 2]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is judged by the first acknowledgement of the batch only (B8)', () => {
    const told = waited();
    told.acknowledge([17.5, 18], told.handlers, [1, 0]);
    told.acknowledge([19, 19.1], told.handlers, answer(400));
    expect(findings(told, CLAUSE)).toEqual([held(1, 2)]);
  });

  test('is not judged by an acknowledgement of another batch', () => {
    const told = waited();
    told.letter([0, 0]);
    const others = told.consume([17.1, 17.2], 'ack_wait=15', [1]);
    told.acknowledge([17.5, 18], others, [0, 1]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not judged by an acknowledgement of the delivery before, although the handler is the same (C3)', () => {
    const told = story({ letters: 1 });
    told.consume([0, 0.1], 'ack_wait=15', [[0, 'same']]);
    told.consume([1, 17], 'time_wait=40&ack_wait=15', [[0, 'same']]);
    told.acknowledge([16, 16.5], ['same'], answer(400));
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is nothing where the poll came back empty', () => {
    const told = story({ letters: 1 });
    const handlers = told.consume([0, 0.1], 'ack_wait=15', [0]);
    told.consume([1, 30], 'time_wait=29&ack_wait=15', EMPTY);
    told.acknowledge([31, 31.1], handlers, answer(400));
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

test('nothing is asked of a group that may be being deleted (G10)', () => {
  const told = story({ letters: 1 });
  deleteGroup(told, [9, 12], answer(500));
  poll(told, [10, 10.1], 'time_wait=5', EMPTY);
  for (const clause of ['poll.empty.not-early', 'poll.empty.by-grace', 'poll.empty.prompt'])
    expect(findings(told, clause)).toEqual([]);
});
