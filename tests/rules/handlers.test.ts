import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/rules/rule.ts';
import { broken, findings, held, noted, undecided } from '../support/findings.ts';
import {
  answer,
  failure,
  story,
  type Acknowledged,
  type Story,
  type StoryOptions,
  type When,
} from '../support/history.ts';

const EMPTY = answer(200, []);
const GROUP = '/v1.0/p1/queues/q1/groups/g1';

type Answered = Parameters<Story['acknowledge']>[2];

function success(handler: string): Acknowledged {
  return { handler, status: 'success' };
}

function fail(handler: string): Acknowledged {
  return { handler, status: 'fail' };
}

/** Consumes normal messages. */
function consumeNormal(told: Story, when: When, handlers: readonly string[]): void {
  const given = handlers.map((handler) => ({ message: { body: {} }, handler }));
  told.exchange(when, { target: `${GROUP}/messages`, outcome: answer(200, given) });
}

/** Acknowledges at the call for normal messages. */
function acknowledgeNormal(
  told: Story,
  when: When,
  entries: readonly (string | Acknowledged)[],
  outcome: ReturnType<typeof answer> | ReturnType<typeof failure>,
): void {
  const body = JSON.stringify({
    message: entries.map((entry) => (typeof entry === 'string' ? success(entry) : entry)),
  });
  told.exchange(when, { method: 'POST', target: `${GROUP}/ack`, body, outcome });
}

/** Another group on the same queue that gets these handlers. */
function otherGroup(told: Story, when: When, handlers: readonly string[]): void {
  told.add({ type: 'group', scenario: 'chapter/case', queue: 'q1', group: 'g2', ours: true, at: 0 });
  const given = handlers.map((handler) => ({ message: { body: {} }, handler }));
  told.exchange(when, { target: told.path.replace('/g1/', '/g2/'), outcome: answer(200, given) });
}

/** A story of three letters that are handed out as a, b and c between 10 and 10.5. */
function batch(query = 'ack_wait=30', options: StoryOptions = {}): Story {
  const told = story({ letters: 3, ...options });
  told.consume([10, 10.5], query, [
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ]);
  return told;
}

/** Kinds of handlers that may acknowledge nothing: a story in which `bad` is one, that ends with exchange 2, before 80. */
const kinds: readonly {
  readonly name: string;
  readonly clause: string;
  readonly must: string;
  readonly refusedClause?: string;
  readonly should?: string;
  readonly tell: () => Story;
  readonly bad: readonly [string, string];
}[] = [
  {
    name: 'an invented handler',
    clause: 'ack.handler.invented',
    must: 'a handler that was never handed out acknowledges nothing',
    refusedClause: 'ack.handler.invented-refused',
    should: 'a handler that was never handed out is refused with a 4xx',
    tell: () => {
      const told = batch('ack_wait=300');
      // The handlers that a normal acknowledgement names were not handed out by that.
      acknowledgeNormal(told, [11, 11.5], ['invented', 'too'], answer(400));
      return told;
    },
    bad: ['invented', 'too'],
  },
  {
    name: 'a handler that expired',
    clause: 'ack.handler.expired',
    must: 'a handler acknowledges nothing when ack_wait and the grace have passed',
    refusedClause: 'ack.handler.expired-refused',
    should: 'an acknowledgement after ack_wait and the grace is refused with a 4xx',
    tell: () => {
      const told = batch('ack_wait=30');
      told.consume([11, 12], '', answer(400));
      return told;
    },
    bad: ['a', 'b'],
  },
  {
    name: 'a handler that was superseded',
    clause: 'ack.handler.superseded',
    must: 'the old handler does not acknowledge a new delivery',
    tell: () => {
      const told = batch('ack_wait=30');
      told.consume([42, 42.5], 'ack_wait=300', [
        [0, 'd'],
        [1, 'e'],
        [2, 'f'],
      ]);
      return told;
    },
    bad: ['a', 'b'],
  },
  {
    name: 'the handler of another group',
    clause: 'ack.handler.other-group',
    must: 'a handler of another group acknowledges nothing',
    refusedClause: 'ack.handler.other-group-refused',
    should: 'a handler of another group or queue is refused with a 4xx',
    tell: () => {
      const told = batch('ack_wait=300');
      otherGroup(told, [11, 12], ['x', 'y', 'z']);
      return told;
    },
    bad: ['y', 'x'],
  },
  {
    name: 'the handler of a normal message',
    clause: 'ack.handler.normal',
    must: 'the handler of a normal message acknowledges nothing here',
    refusedClause: 'ack.handler.normal-refused',
    should: 'the handler of a normal message is refused with a 4xx',
    tell: () => {
      const told = batch('ack_wait=300');
      consumeNormal(told, [11, 12], ['x', 'y', 'z']);
      return told;
    },
    bad: ['y', 'x'],
  },
];
const clauses = kinds.flatMap(({ clause, refusedClause }) =>
  refusedClause === undefined ? [clause] : [clause, refusedClause],
);

describe.for(kinds)('$name', ({ clause, must, refusedClause, should = '', tell, bad: [first, second] }) => {
  test.for([
    ['a refusal', answer(400), 'held', 'held'],
    ['another one', answer(404), 'held', 'held'],
    // 200 without a success is accepted, with a warning (C1).
    ['a failure that is counted', [0, 1], 'held', 'it was answered with 200'],
    ['a success', [1, 0], 'success is 1', 'it was answered with 200'],
    ['two of them', [2, 0], 'success is 2', 'it was answered with 200'],
    ['a 200 without counters', answer(200, 'ok'), 'undecided', 'it was answered with 200'],
    ['a 429', answer(429), 'undecided', 'undecided'],
    ['a 401', answer(401), 'undecided', 'undecided'],
    ['a 503', answer(503), 'undecided', 'undecided'],
    ['a 500', answer(500), 'undecided', 'undecided'],
    ['no answer', failure(), 'undecided', 'undecided'],
  ] as const)('acknowledges nothing and is refused: %s', ([, answered, acknowledged, refused]) => {
    const finding = (verdict: string, expected: string): Finding => {
      if (verdict === 'held') return held(3);
      return verdict === 'undecided' ? undecided(3) : broken(expected, verdict, 3);
    };
    const told = tell();
    told.acknowledge([80, 80.5], [success(first)], answered);
    // The accepted acknowledgement beside which a refusal is one.
    const handlers = told.consume([90, 90.5], '', [0]);
    told.acknowledge([91, 91.5], handlers, [1, 0]);
    expect(findings(told, clause)).toEqual([finding(acknowledged, `${must}: success is at most 0`)]);
    if (refusedClause !== undefined) expect(findings(told, refusedClause)).toEqual([finding(refused, should)]);
    // And no other kind has to do with it.
    const others = clauses.filter((other) => other !== clause && other !== refusedClause);
    for (const other of others) expect(findings(told, other)).toEqual([]);
  });

  test('a refusal is none where nothing is accepted', () => {
    const told = tell();
    told.acknowledge([80, 80.5], [success(first)], answer(400));
    // That it acknowledges nothing needs no control: a 4xx always satisfies it.
    expect(findings(told, clause)).toEqual([held(3)]);
    if (refusedClause !== undefined) expect(findings(told, refusedClause)).toEqual([undecided(3)]);
  });

  test('several of them', () => {
    const told = tell();
    told.acknowledge([80, 80.5], [success(first), success(second)], [1, 1]);
    expect(findings(told, clause)).toEqual([broken(`${must}: success is at most 0`, 'success is 1', 3)]);
    if (refusedClause !== undefined)
      expect(findings(told, refusedClause)).toEqual([broken(should, 'it was answered with 200', 3)]);
  });

  test('beside a good one is judged by the count alone: both cannot have succeeded', () => {
    const told = tell();
    const [fresh = ''] = told.consume([70, 70.5], 'ack_wait=300', [0]);
    told.acknowledge([80, 80.5], [success(first), success(fresh)], [2, 0]);
    told.acknowledge([82, 82.5], [success(fresh), success(first)], answer(400));
    // The good one is of a new delivery, which makes of an expired handler a superseded one.
    const blamed =
      clause === 'ack.handler.expired' ? [] : [{ outcome: 'broken', observed: 'success is 2', exchanges: [4] }];
    expect(findings(told, clause)).toMatchObject(blamed);
    if (refusedClause !== undefined) expect(findings(told, refusedClause)).toEqual([]);
  });
});

describe('a handler that was handed out', () => {
  test.for([
    // Its lease is over with its grace at 10.5 + 30 + 15; between ack_wait and that it is open (C2).
    ['ack_wait=15', 55.5, false],
    ['ack_wait=15', 55.6, true],
    ['ack_wait=60', 85.5, false],
    ['ack_wait=60', 85.6, true],
  ] as const)('with %s is expired at %d: %s', ([query, sent, expired]) => {
    const told = batch(query);
    told.acknowledge([sent, sent + 0.1], [success('a')], [1, 0]);
    expect(findings(told, 'ack.handler.expired')).toEqual(
      expired
        ? [
            broken(
              'a handler acknowledges nothing when ack_wait and the grace have passed: success is at most 0',
              'success is 1',
              2,
            ),
          ]
        : [],
    );
    expect(findings(told, 'ack.handler.expired-refused')).toEqual(
      expired
        ? [
            broken(
              'an acknowledgement after ack_wait and the grace is refused with a 4xx',
              'it was answered with 200',
              2,
            ),
          ]
        : [],
    );
  });

  test('and expired acknowledges nothing, but it may be failed', () => {
    const told = batch('ack_wait=15');
    told.acknowledge([80, 80.1], [fail('a')], [0, 1]);
    expect(findings(told, 'ack.handler.expired')).toEqual([]);
    expect(findings(told, 'ack.handler.expired-refused')).toEqual([]);
  });

  test.for([
    // The old one is good until its own lease ends, at 10.5 + 30, even if the message came again too early.
    [40.5, []],
    [40.6, [broken('the old handler does not acknowledge a new delivery: success is at most 0', 'success is 1', 3)]],
  ] as const)('and again under another one is superseded at %d', ([sent, expected]) => {
    const told = batch('ack_wait=30');
    told.consume([30, 30.5], '', [[0, 'd']]);
    told.acknowledge([sent, sent + 0.1], [success('a')], [1, 0]);
    expect(findings(told, 'ack.handler.superseded')).toEqual(expected);
  });

  test('and again under the same one has no old one (C3)', () => {
    const told = batch('ack_wait=30');
    told.consume([60, 60.5], 'ack_wait=30', [
      [1, 'b'],
      [0, 'd'],
    ]);
    told.consume([120, 120.5], 'ack_wait=30', [[1, 'b']]);
    expect(findings(told, 'ack.handler.superseded')).toEqual([held(1, 2), held(2, 3)]);
  });

  test.for([
    ['another one before', ['a', 'b', 'b']],
    ['another one in between', ['b', 'a', 'b']],
  ] as const)('nor is it said that there is none after %s', ([, handlers]) => {
    const told = story({ letters: 1 });
    for (const [index, handler] of handlers.entries())
      told.consume([100 * index, 100 * index + 0.5], 'ack_wait=15', [[0, handler]]);
    expect(findings(told, 'ack.handler.superseded')).toEqual([]);
  });

  test('and again without one, or twice in one answer, says nothing of old ones', () => {
    const told = story({ letters: 1 });
    const element = { message: { body: { tag: told.tags[0] } } };
    told.exchange([10, 10.5], { target: told.path, outcome: answer(200, [element]) });
    told.exchange([60, 60.5], { target: told.path, outcome: answer(200, [element]) });
    told.consume([120, 120.5], '', [
      [0, 'a'],
      [0, 'a'],
    ]);
    expect(findings(told, 'ack.handler.superseded')).toEqual([]);
  });

  test('in good time says nothing of any kind', () => {
    const told = batch();
    told.acknowledge([11, 11.5], [success('a'), success('b'), success('c')], [3, 0]);
    for (const clause of clauses) expect(findings(told, clause)).toEqual([]);
  });

  test('is not looked for in a request that is malformed', () => {
    const told = batch();
    told.exchange([80, 81], {
      method: 'POST',
      target: `${told.path}/ack`,
      body: '{"message":[]}',
      outcome: answer(400),
    });
    for (const clause of clauses) expect(findings(told, clause)).toEqual([]);
    expect(findings(told, 'ack.handler.mixed')).toEqual([]);
    expect(findings(told, 'ack.handler.re-acknowledged')).toEqual([]);
  });
});

describe('where a handler comes from', () => {
  test('one that a normal message and another group share comes from the other group', () => {
    const told = batch();
    consumeNormal(told, [11, 11.5], ['x']);
    otherGroup(told, [12, 12.5], ['y', 'x']);
    told.acknowledge([20, 20.5], [success('x')], answer(400));
    expect(findings(told, 'ack.handler.other-group')).toEqual([held(4)]);
    expect(findings(told, 'ack.handler.normal')).toEqual([]);
  });

  test('one of several normal messages', () => {
    const told = batch();
    consumeNormal(told, [11, 11.5], ['w']);
    consumeNormal(told, [12, 12.5], ['x', 'y']);
    told.acknowledge([20, 20.5], [success('y')], answer(400));
    expect(findings(told, 'ack.handler.normal')).toEqual([held(4)]);
  });
});

describe('behind an invalid handler nothing counts as success', () => {
  const CLAUSE = 'ack.handler.behind-invalid';
  const expected = (place: number): string =>
    `nothing counts as success behind entry ${place}, whose handler is invalid`;

  test.for([
    ['a refusal', answer(400), [held(2)]],
    ['nothing counted', [0, 2], [held(2)]],
    ['one counted', [1, 1], [broken(`${expected(1)}: success is at most 0`, 'success is 1', 2)]],
    ['a 503', answer(503), [undecided(2)]],
    ['a 429', answer(429), [undecided(2)]],
    ['no answer', failure(), [undecided(2)]],
    ['no counters', answer(200, 'ok'), [undecided(2)]],
  ] as const)('%s', ([, answered, findingsOf]) => {
    const told = batch();
    told.acknowledge([12, 12.5], [success('invalid'), success('a')], answered);
    expect(findings(told, CLAUSE)).toEqual(findingsOf);
  });

  test.for([
    // What stands in order before it may count (C4).
    [1, [held(2)]],
    [2, [broken(`${expected(2)}: success is at most 1`, 'success is 2', 2)]],
  ] as const)('with one before it and %d counted', ([count, findingsOf]) => {
    const told = batch();
    told.acknowledge([12, 12.5], [success('a'), success('invalid'), success('b')], [count, 3 - count]);
    expect(findings(told, CLAUSE)).toEqual(findingsOf);
  });

  test.for([
    ['no invalid one', [success('a'), success('b')]],
    ['a valid one before it only', [success('a'), success('invalid')]],
    ['one behind it that is failed', [success('invalid'), fail('a')]],
    ['nothing but invalid ones', [success('invalid'), success('more')]],
  ] as const)('which says nothing of %s', ([, entries]) => {
    const told = batch();
    told.acknowledge([12, 12.5], entries, [0, 2]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('and nothing of one behind it whose time is over', () => {
    const told = batch();
    told.acknowledge([100, 100.5], [success('invalid'), success('a')], [0, 2]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('what an endpoint makes of one valid and one invalid handler is told', () => {
  test.for([
    [['invalid', 'a'], [0, 2], 'an invalid handler first: 200 with 0 and 2'],
    [['invalid', 'a'], answer(400), 'an invalid handler first: 400'],
    [['a', 'invalid'], [1, 1], 'an invalid handler last: 200 with 1 and 1'],
    [['a', 'b', 'invalid'], answer(404), 'an invalid handler last: 404'],
    [['a', 'invalid', 'b'], [1, 2], 'an invalid handler in between: 200 with 1 and 2'],
    [['invalid', 'a', 'more'], answer(400), 'an invalid handler first: 400'],
    [['a', 'invalid'], failure(), 'an invalid handler last: no answer'],
    [['a', 'invalid'], answer(200, 'ok'), 'an invalid handler last: 200'],
    [['a', 'b'], [2, 0], undefined],
    [['invalid', 'more'], answer(400), undefined],
  ] as const)('%j', ([handlers, answered, told]) => {
    const one = batch();
    one.acknowledge([12, 12.5], handlers, answered);
    expect(findings(one, 'ack.handler.mixed')).toEqual(told === undefined ? [] : [noted(told, 2)]);
  });
});

describe('whether an acknowledgement just after ack_wait is still taken is told', () => {
  test.for([
    // Its lease of 30 s is over at 10.5 + 30, and so is its grace at 10.5 + 45.
    [40.5, [1, 0], undefined],
    [40.6, [1, 0], 'an acknowledgement just after ack_wait: 200 with success 1'],
    [55.5, [0, 1], 'an acknowledgement just after ack_wait: 200 with success 0'],
    [55.6, [0, 1], undefined],
    [50, answer(400), 'an acknowledgement just after ack_wait: 400'],
    [50, answer(200, 'ok'), 'an acknowledgement just after ack_wait: 200'],
    [50, failure(), 'an acknowledgement just after ack_wait: no answer'],
    [12, [1, 0], undefined],
  ] as const)('sent at %d', ([sent, answered, told]) => {
    const one = batch('ack_wait=30');
    one.acknowledge([sent, sent + 0.4], [success('a')], answered);
    expect(findings(one, 'ack.handler.late')).toEqual(told === undefined ? [] : [noted(told, 2)]);
  });

  test('with a short ack_wait from its own end on', () => {
    const told = batch('ack_wait=15');
    told.acknowledge([26, 26.4], [success('a')], answer(400));
    expect(findings(told, 'ack.handler.late')).toEqual([noted('an acknowledgement just after ack_wait: 400', 2)]);
  });

  test('not of a handler that nobody handed out', () => {
    const told = batch('ack_wait=30');
    told.acknowledge([50, 50.4], [success('invented')], answer(400));
    expect(findings(told, 'ack.handler.late')).toEqual([]);
  });
});

describe('a dead letter whose acknowledgement came too late is consumable again', () => {
  const CLAUSE = 'ack.handler.late-returns';
  const late = (answered: Answered = answer(400)): Story => {
    const told = batch('ack_wait=15', { letters: 3 });
    told.acknowledge([80, 80.5], [success('a')], answered);
    return told;
  };

  test.for([
    // It had to be there since 10.5 + 30 + 15; nobody asked until the acknowledgement, so 5 s more show nothing else.
    [85.5, [held(1, 2, 3)]],
    [85.6, [undecided(1, 2, 3)]],
  ] as const)('at %d', ([received, expected]) => {
    for (const answered of [answer(400), [0, 1] as const]) {
      const told = late(answered);
      told.consume([received - 0.1, received], '', [0]);
      expect(findings(told, CLAUSE)).toEqual(expected);
    }
  });

  test('or it is missing', () => {
    const told = late();
    told.consume([90, 93], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([
      broken(
        `dead letter ${told.tags[0]} is consumable again no later than 45 s after its delivery`,
        'a consume sent 79.5 s after its delivery came back empty',
        1,
        2,
        3,
      ),
    ]);
  });

  test('one that was acknowledged in time is not late', () => {
    const told = batch('ack_wait=15');
    told.acknowledge([20, 20.5], [success('a')], answer(400));
    told.consume([90, 93], '', EMPTY);
    told.consume([94, 94.5], '', [0, 1, 2]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('it may have been taken if its effect is unknown', () => {
    const told = late(failure());
    told.consume([90, 93], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe.for([
  [
    'ack.handler.re-acknowledged',
    success,
    [1, 0],
    'a handler that has acknowledged is not counted as a success again',
    'ack.handler.re-acknowledged-failed',
  ],
  [
    'ack.handler.re-acknowledged-failed',
    fail,
    [0, 1],
    'a handler that was acknowledged as fail is not counted as a success',
    'ack.handler.re-acknowledged',
  ],
] as const)('%s', ([clause, status, counts, expected, other]) => {
  const spent = (): Story => {
    const told = batch();
    told.acknowledge([12, 12.5], [status('a')], counts);
    return told;
  };

  test.for([
    ['a refusal', answer(400), [held(3)]],
    // 10542209 is one of them (B8, B9).
    ['a failure that is counted', [0, 1], [held(3)]],
    ['a success', [1, 0], [broken(expected, 'success is 1', 3)]],
    ['no counters', answer(200, 'ok'), [undecided(3)]],
    ['a 429', answer(429), [undecided(3)]],
    ['a 503', answer(503), [undecided(3)]],
    ['no answer', failure(), [undecided(3)]],
  ] as const)('%s', ([, answered, findingsOf]) => {
    const told = spent();
    told.acknowledge([14, 14.5], [success('a')], answered);
    expect(findings(told, clause)).toEqual(findingsOf);
    expect(findings(told, other)).toEqual([]);
  });

  test('says nothing of one that is named as fail again', () => {
    const told = spent();
    told.acknowledge([14, 14.5], [fail('a')], [0, 1]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('says nothing of one that is named beside a fresh one', () => {
    const told = spent();
    told.acknowledge([14, 14.5], [success('a'), success('b')], [2, 0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('says nothing of one that is named once', () => {
    expect(findings(spent(), clause)).toEqual([]);
  });

  test.for([
    ['was lost', [13, 13.2], failure(), 'open'],
    ['was lost before it was handed out', [9, 10], failure(), 'spent'],
    ['may bring it again meanwhile', [13, 14.2], [[0, 'a']], 'open'],
    ['brought others meanwhile', [13, 14.2], [[1, 'x']], 'spent'],
  ] as const)('when a consume %s', ([, when, gives, worth]) => {
    const told = spent();
    told.consume([...when], '', gives);
    told.acknowledge([14, 14.5], [success('a')], [1, 0]);
    // What was acknowledged is never handed out again, what was failed is, perhaps under the same handler (B9, C3).
    const open = worth === 'open' && clause === 'ack.handler.re-acknowledged-failed';
    expect(findings(told, clause)).toEqual(open ? [] : [broken(expected, 'success is 1', 4)]);
  });

  test('says nothing while the first may be under way', () => {
    const told = batch();
    told.acknowledge([12, 15], [status('a')], counts);
    told.acknowledge([14, 14.5], [success('a')], [1, 0]);
    expect(findings(told, clause)).toEqual([]);
  });
});

describe('at the call for normal messages', () => {
  const CLAUSE = 'ack.handler.at-normal';
  const REFUSED = 'ack.handler.at-normal-refused';
  const counted = (successes: number): ReturnType<typeof answer> =>
    answer(200, { success: successes, fail: 2 - successes });
  const acknowledges = (found: string, ...ids: number[]): Finding =>
    broken('the handler of a dead letter acknowledges nothing at the call for normal messages', found, ...ids);
  const taken = (...ids: number[]): Finding =>
    broken(
      'the handler of a dead letter is refused with a 4xx at the call for normal messages',
      'it was answered with 200',
      ...ids,
    );
  /** With an acknowledgement of normal messages that is accepted. */
  const withNormal = (): Story => {
    const told = batch();
    consumeNormal(told, [11, 11.5], ['n']);
    acknowledgeNormal(told, [12, 12.5], ['n'], answer(200, { success: 1, fail: 0 }));
    return told;
  };

  test.for([
    ['a refusal', answer(400), [held(4)], [held(4)]],
    ['nothing counted', counted(0), [held(4)], [taken(4)]],
    ['a success', counted(1), [acknowledges('success is 1', 4)], [taken(4)]],
    ['two of them', counted(2), [acknowledges('success is 2', 4)], [taken(4)]],
    // What it counted is not known.
    ['a 200 without counters', answer(200, 'ok'), [undecided(4)], [taken(4)]],
    ['a 200 with something else for a counter', answer(200, { success: '1' }), [undecided(4)], [taken(4)]],
    ['a 429', answer(429), [undecided(4)], [undecided(4)]],
    ['a 429 with counters', answer(429, { success: 1, fail: 1 }), [undecided(4)], [undecided(4)]],
    ['a 503', answer(503), [undecided(4)], [undecided(4)]],
    ['a 503 with counters', answer(503, { success: 0, fail: 2 }), [undecided(4)], [undecided(4)]],
    ['a 500', answer(500), [undecided(4)], [undecided(4)]],
    ['no answer', failure(), [undecided(4)], [undecided(4)]],
  ] as const)('the handlers of dead letters: %s', ([, outcome, findingsOf, refused]) => {
    const told = withNormal();
    acknowledgeNormal(told, [20, 20.5], ['a', 'b'], outcome);
    expect(findings(told, CLAUSE)).toEqual(findingsOf);
    expect(findings(told, REFUSED)).toEqual(refused);
  });

  test.for([
    ['one that was never handed out', ['invented']],
    ['one of each', ['a', 'invented']],
    ['a normal one beside one', ['a', 'n']],
    ['nothing', []],
  ] as const)('says nothing of %s', ([, handlers]) => {
    const told = withNormal();
    acknowledgeNormal(told, [20, 20.5], handlers, counted(1));
    expect(findings(told, CLAUSE)).toEqual([]);
    expect(findings(told, REFUSED)).toEqual([]);
  });

  test.for([
    ['a refusal', answer(400), [held(4)], [held(4)]],
    ['nothing counted', counted(0), [held(4)], []],
    // It may be the normal message that it counted once more.
    ['a success', counted(1), [undecided(4)], []],
  ] as const)('handlers that normal messages had before: %s', ([, outcome, findingsOf, refused]) => {
    const told = batch();
    consumeNormal(told, [11, 11.5], ['a', 'b']);
    acknowledgeNormal(told, [12, 12.5], ['a', 'b'], counted(0));
    acknowledgeNormal(told, [20, 20.5], ['a', 'b'], outcome);
    expect(findings(told, CLAUSE)).toEqual(findingsOf);
    expect(findings(told, REFUSED)).toEqual(refused);
  });

  test('handlers that normal messages have as well say nothing', () => {
    const told = batch();
    consumeNormal(told, [11, 11.5], ['a', 'b']);
    acknowledgeNormal(told, [20, 20.5], ['a', 'b'], answer(400));
    expect(findings(told, CLAUSE)).toEqual([]);
    expect(findings(told, REFUSED)).toEqual([]);
  });

  test('a refusal is none where nothing is accepted there', () => {
    const told = batch();
    told.acknowledge([11, 11.5], [success('b')], [0, 1]);
    consumeNormal(told, [12, 12.5], ['n']);
    acknowledgeNormal(told, [13, 13.5], ['n'], answer(400));
    acknowledgeNormal(told, [20, 20.5], ['a'], answer(400));
    // That it acknowledges nothing needs no control: a 4xx always satisfies it.
    expect(findings(told, CLAUSE)).toEqual([held(5)]);
    expect(findings(told, REFUSED)).toEqual([undecided(5)]);
  });

  test.for([
    ['one', [fail('a')]],
    ['one behind another', [success('a'), fail('b')]],
    ['one before another', [fail('a'), success('b')]],
    ['one that does not say', [{ handler: 'a' }]],
  ] as const)('says nothing of what is named as a failure: %s', ([, entries]) => {
    for (const outcome of [counted(0), counted(1), answer(400)]) {
      const told = withNormal();
      acknowledgeNormal(told, [20, 20.5], entries, outcome);
      expect(findings(told, CLAUSE)).toEqual([]);
      expect(findings(told, REFUSED)).toEqual([]);
    }
  });

  test('says nothing of one that normal messages share', () => {
    const told = withNormal();
    consumeNormal(told, [13, 13.5], ['a']);
    acknowledgeNormal(told, [20, 20.5], ['a'], counted(1));
    expect(findings(told, CLAUSE)).toEqual([]);
    expect(findings(told, REFUSED)).toEqual([]);
  });

  test.for([
    [10.4, []],
    [10.5, [taken(4)]],
  ] as const)('what is sent at %d names what had been handed out, or not', ([sent, expected]) => {
    const told = withNormal();
    acknowledgeNormal(told, [sent, 20], ['a'], counted(0));
    expect(findings(told, REFUSED)).toEqual(expected);
  });

  test('says nothing of what the call for dead letters is told', () => {
    const told = batch();
    told.acknowledge([12, 12.5], [success('a')], [1, 0]);
    expect(findings(told, CLAUSE)).toEqual([]);
    expect(findings(told, REFUSED)).toEqual([]);
  });

  test('the handlers of another group', () => {
    const told = withNormal();
    otherGroup(told, [13, 13.5], ['x', 'y']);
    acknowledgeNormal(told, [20, 20.5], ['x'], counted(1));
    expect(findings(told, CLAUSE)).toEqual([acknowledges('success is 1', 5)]);
    expect(findings(told, REFUSED)).toEqual([taken(5)]);
  });

  test('an answer that cannot be read does no harm', () => {
    for (const body of ['ok', 'null', '[]', '7']) {
      const told = withNormal();
      acknowledgeNormal(told, [20, 20.5], ['a'], answer(200, body));
      expect(findings(told, CLAUSE)).toHaveLength(1);
      expect(findings(told, REFUSED)).toEqual([taken(4)]);
    }
  });
});
