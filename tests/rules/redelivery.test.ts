import { describe, expect, test } from 'vitest';
import { SLACK } from '../../src/history/leases.ts';
import type { Finding } from '../../src/rules/rule.ts';
import { broken, findings, held, noted, undecided } from '../support/findings.ts';
import { answer, failure, story, type ExchangeParts, type Story } from '../support/history.ts';

const EMPTY = answer(200, []);

/** Hands the letter out once, between 10 and 10.5: its ack_wait may run from 10 on, and runs from 10.5 on. */
function delivered(query: string, letters = 1): Story & { readonly handlers: readonly string[] } {
  const told = story({ letters });
  const handlers = told.consume(
    [10, 10.5],
    query,
    told.tags.map((_, place) => place),
  );
  return Object.assign(told, { handlers });
}

/** A consume that hands the first letter out, with instants that our late timers have blurred, or with any other part. */
function blurred(told: Story, when: readonly [number, number], parts: Partial<ExchangeParts>): void {
  const element = { message: { body: { tag: told.tags[0] } }, handler: 'again' };
  told.exchange([...when], { target: told.path, outcome: answer(200, [element]), ...parts });
}

function tooEarly(told: Story, wait: number, after: number, ...exchanges: number[]): Finding {
  return broken(
    `dead letter ${told.tags[0]} is not handed out again before ${wait} s have passed`,
    `it was handed out again at most ${after} s after it was asked for first`,
    ...exchanges,
  );
}

function missing(told: Story, due: number, after: number, ...exchanges: number[]): Finding {
  return broken(
    `dead letter ${told.tags[0]} is consumable again no later than ${due} s after its delivery`,
    `a consume sent ${after} s after its delivery came back empty`,
    ...exchanges,
  );
}

describe('a dead letter is not handed out again before its ack_wait has passed', () => {
  const CLAUSE = 'redelivery.not-before-ack-wait';

  test('a history that never asks again says nothing', () => {
    expect(findings(delivered('ack_wait=15'), CLAUSE)).toEqual([]);
  });

  // Lower bounds run from when the request was sent and have 1 s of slack (D2): 10 + 15 - 1 is 24.
  // Reckoned from when the answer had arrived it is 24.5, and between the two it is open.
  test.for([
    [23.5, 'too early'],
    [23.99, 'too early'],
    [24, 'open'],
    [24.4, 'open'],
    [24.5, 'kept'],
    [25.1, 'kept'],
  ] as const)('one that comes again at %d is %s', ([received, verdict]) => {
    const told = delivered('ack_wait=15');
    told.consume([20, received], 'time_wait=10', [0]);
    const expected = {
      'too early': [tooEarly(told, 15, Math.round((received - 10) * 100) / 100, 1, 2)],
      open: [undecided(1, 2)],
      kept: [held(1, 2)],
    };
    expect(findings(told, CLAUSE)).toEqual(expected[verdict]);
  });

  test.for([
    // The end of the lease as we know it is 25: a poll shows that it was kept only if it was open before.
    [24.99, [held(1, 2)]],
    [25, []],
  ] as const)('a redelivery that was asked for at %d', ([sent, expected]) => {
    const told = delivered('ack_wait=15');
    told.consume([sent, 25.2], '', [0]);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('the latest instant at which an answer can have arrived says whether it was too early', () => {
    const told = delivered('ack_wait=15');
    blurred(told, [20, 24.2], { lag: 1 });
    expect(findings(told, CLAUSE)).toEqual([undecided(1, 2)]);
  });

  test('the earliest instant at which an answer can have arrived says whether it was kept', () => {
    const told = delivered('ack_wait=15');
    blurred(told, [20, 25], { lag: 1 });
    expect(findings(told, CLAUSE)).toEqual([undecided(1, 2)]);
    const kept = delivered('ack_wait=15');
    blurred(kept, [20, 25.5], { lag: 1 });
    expect(findings(kept, CLAUSE)).toEqual([held(1, 2)]);
  });

  test('a delivery that is repeated in one answer came too early', () => {
    const told = story({ letters: 1 });
    told.consume([10, 10.5], 'ack_wait=15', [0, 0]);
    expect(findings(told, CLAUSE)).toEqual([tooEarly(told, 15, 0.5, 1, 1)]);
  });

  test('each lease is judged by itself', () => {
    const told = delivered('ack_wait=60');
    told.consume([20, 20.5], 'ack_wait=15', [0]);
    told.consume([34, 36], 'ack_wait=15', [0]);
    expect(findings(told, CLAUSE)).toEqual([tooEarly(told, 60, 10.5, 1, 2), held(2, 3)]);
  });

  test('each letter is judged by itself', () => {
    const told = delivered('ack_wait=15', 2);
    told.consume([12, 12.5], '', [0]);
    told.consume([20, 30], 'time_wait=15', [1]);
    expect(findings(told, CLAUSE)).toEqual([tooEarly(told, 15, 2.5, 1, 2), held(1, 3)]);
  });

  describe('as an empty answer shows', () => {
    test.for([
      // Surely behind the delivery, and complete before the lease may have ended at 10 + 15.
      ['asked for before the delivery had arrived', [10.4, 13], []],
      ['asked for as it had arrived', [10.5, 13], [held(1, 2)]],
      ['that came at the end of the lease', [22, 25], [held(1, 2)]],
      ['that came behind it', [22, 25.1], []],
    ] as const)('one %s', ([, [sent, received], expected]) => {
      const told = delivered('ack_wait=15');
      told.consume([sent, received], '', EMPTY);
      expect(findings(told, CLAUSE)).toEqual(expected);
    });

    test.for([
      ['that gave something else', [1]],
      ['that was refused', answer(400)],
      ['that was lost', failure()],
    ] as const)('but not one %s', ([, gives]) => {
      const told = delivered('ack_wait=15', 2);
      told.consume([12, 15], '', gives);
      // Letter 1 came too early where it was given.
      const about0 = findings(told, CLAUSE).filter(({ outcome }) => outcome === 'held');
      expect(about0).toEqual([]);
    });

    test('even if it comes again later, at any time', () => {
      const told = delivered('ack_wait=15');
      told.consume([12, 15], '', EMPTY);
      told.consume([40, 40.1], '', [0]);
      expect(findings(told, CLAUSE)).toEqual([held(1, 2)]);
    });

    test('rather than the poll that brought it', () => {
      const told = delivered('ack_wait=15');
      told.consume([12, 15], '', EMPTY);
      told.consume([20, 26], 'time_wait=10', [0]);
      expect(findings(told, CLAUSE)).toEqual([held(1, 2)]);
    });

    test('and besides, it may have come too early', () => {
      const told = delivered('ack_wait=15');
      told.consume([12, 15], '', EMPTY);
      told.consume([24, 24.2], '', [0]);
      expect(findings(told, CLAUSE)).toEqual([undecided(1, 3), held(1, 2)]);
    });

    test('or did: then nothing has held', () => {
      const told = delivered('ack_wait=15');
      told.consume([12, 15], '', EMPTY);
      told.consume([16, 16.2], '', [0]);
      expect(findings(told, CLAUSE)).toEqual([tooEarly(told, 15, 6.2, 1, 3)]);
    });

    test('but not if an acknowledgement may have ended the lease before', () => {
      const told = delivered('ack_wait=15', 2);
      told.acknowledge([11, 11.5], [told.handlers[0] ?? ''], [1, 0]);
      told.consume([12, 15], '', EMPTY);
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test.for([
      ['before this one', [24, 24.2], [23, 23.9], true],
      ['as this one was sent', [24, 24.2], [23, 24], true],
      ['meanwhile', [23.9, 24.2], [23, 24], false],
      // It is with whoever got it too early, or not.
      ['afterwards', [24, 24.2], [24.3, 24.9], false],
    ] as const)('but not if it may have come again: %s', ([, again, when, tells]) => {
      const told = delivered('ack_wait=15');
      told.consume([...again], '', [0]);
      told.consume([...when], '', EMPTY);
      expect(findings(told, CLAUSE)).toEqual([undecided(1, 2), ...(tells ? [held(1, 3)] : [])]);
    });

    test('but not to a request that has to be rejected (E1)', () => {
      const told = delivered('ack_wait=15');
      told.consume([12, 15], 'max_msgs=99', EMPTY);
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test.for([
      ['before', [11, 11.5], false],
      ['meanwhile', [14, 16], false],
      ['only afterwards', [15, 16], true],
    ] as const)('but not if its group may have been deleted %s', ([, when, tells]) => {
      const told = delivered('ack_wait=15');
      const target = told.path.replace('/deadletters', '');
      told.exchange([...when], { method: 'DELETE', target, outcome: answer(500) });
      told.consume([12, 15], '', EMPTY);
      expect(findings(told, CLAUSE)).toEqual(tells ? [held(1, 3)] : []);
    });

    test.for([
      ['while it was leased', [11, 11.5], false],
      ['at the same time', [14, 16], false],
      ['only afterwards', [15, 16], true],
    ] as const)('but not if a lost consume may have got it %s', ([, when, tells]) => {
      const told = delivered('ack_wait=15');
      told.consume([...when], '', failure());
      told.consume([12, 15], '', EMPTY);
      expect(findings(told, CLAUSE)).toEqual(tells ? [held(1, 3)] : []);
    });

    test.for([
      // Lost after a second, with a wait of 3 s, a lease of 30 s, and twice the grace: what it took is back at 64.
      [63.9, false],
      [64, true],
    ] as const)('nor if one may have it still that was lost before, as at %d: %s', ([sent, tells]) => {
      const told = story({ letters: 1 });
      told.consume([0, 1], 'time_wait=4&ack_wait=15', failure());
      told.consume([sent, sent + 0.5], 'ack_wait=15', [0]);
      told.consume([sent + 1, sent + 5], '', EMPTY);
      expect(findings(told, CLAUSE)).toEqual(tells ? [held(2, 3)] : []);
    });

    test('also if an acknowledgement came only afterwards', () => {
      const told = delivered('ack_wait=15');
      told.consume([12, 15], '', EMPTY);
      told.acknowledge([15, 15.5], told.handlers, [1, 0]);
      expect(findings(told, CLAUSE)).toEqual([held(1, 2)]);
    });
  });

  test('nor does a poll show it that brought it when a lost consume may have had it meanwhile', () => {
    const told = delivered('ack_wait=15');
    told.consume([12, 12.5], '', failure());
    told.consume([20, 26], 'time_wait=10', [0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  // From its sending on, an acknowledgement that names a handler of the batch may end the leases of all of it (guard 3).
  describe('unless an acknowledgement names its batch', () => {
    test.for([
      ['refused', [12, 12.5], answer(400), []],
      ['of unknown effect', [12, 12.5], answer(503), []],
      ['accepted', [12, 12.5], [0, 1], []],
      ['still under way', [12, 30], [0, 1], []],
      // It was not even looked at.
      ['throttled', [12, 12.5], answer(429), 'too early'],
      ['sent later', [15, 15.5], [0, 1], 'too early'],
    ] as const)('one that was %s', ([, when, answered, expected]) => {
      const told = delivered('ack_wait=15');
      told.acknowledge([...when], [{ handler: told.handlers[0] ?? '', status: 'fail' }], answered);
      told.consume([14, 15], '', [0]);
      // The order of the ids is that of telling: 2 is the acknowledgement.
      expect(findings(told, CLAUSE)).toEqual(expected === 'too early' ? [tooEarly(told, 15, 5, 1, 3)] : expected);
    });

    test('one that names another message of it', () => {
      const told = delivered('ack_wait=15', 2);
      told.acknowledge([12, 12.5], [{ handler: told.handlers[1] ?? '', status: 'fail' }], [0, 1]);
      told.consume([14, 15], '', [0]);
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test('one that names nothing of it changes nothing', () => {
      const told = delivered('ack_wait=15');
      told.acknowledge([12, 12.5], ['invented'], answer(400));
      told.consume([14, 15], '', [0]);
      expect(findings(told, CLAUSE)).toEqual([tooEarly(told, 15, 5, 1, 3)]);
    });
  });

  test('consumes that overlap are judged as concurrency', () => {
    const told = delivered('ack_wait=15');
    told.consume([10.4, 10.6], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('consumes that follow on one another do not overlap', () => {
    const told = delivered('ack_wait=15');
    told.consume([10.5, 10.6], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([tooEarly(told, 15, 0.6, 1, 2)]);
  });

  test.for(['', 'ack_wait=', 'ack_wait=15&ack_wait=15', 'ack_wait=15s', 'ack_wait=14'])(
    'a consume with %j is none that says its ack_wait',
    (query) => {
      const told = delivered(query);
      told.consume([11, 11.5], '', [0]);
      expect(findings(told, CLAUSE)).toEqual([]);
    },
  );
});

describe('without an ack_wait a dead letter is not handed out again within 30 s', () => {
  test.for([
    ['', 'redelivery.not-before-default', true],
    ['ack_wait=', 'redelivery.not-before-default', true],
    ['ack_wait=30', 'redelivery.not-before-default', false],
    ['max_msgs=1', 'redelivery.not-before-default', true],
    ['', 'consume.ack-wait.default', true],
    ['ack_wait=', 'consume.ack-wait.default', false],
    ['ack_wait=30', 'consume.ack-wait.default', false],
    ['', 'consume.ack-wait.empty', false],
    ['ack_wait=', 'consume.ack-wait.empty', true],
    ['ack_wait=30', 'consume.ack-wait.empty', false],
    // A lease of 30 s is not above 30 s.
    ['ack_wait=30', 'redelivery.long-lease', false],
    ['', 'redelivery.long-lease', false],
    ['ack_wait=15', 'redelivery.long-lease', false],
  ] as const)('%j under %s: %s', ([query, clause, concerns]) => {
    const early = delivered(query);
    early.consume([38, 38.9], 'ack_wait=30', [0]);
    // By the lower bound it is too early, by the upper one it is in time.
    const bothBounds = !clause.startsWith('redelivery.');
    expect(findings(early, clause)).toEqual(
      concerns ? [tooEarly(early, 30, 28.9, 1, 2), ...(bothBounds ? [held(1, 2)] : [])] : [],
    );
    const kept = delivered(query);
    kept.consume([38, 40], 'ack_wait=30', [0]);
    expect(findings(kept, clause)).toEqual(concerns ? [held(1, 2), ...(bothBounds ? [held(1, 2)] : [])] : []);
  });
});

describe('an ack_wait above 30 s is kept to', () => {
  const CLAUSE = 'redelivery.long-lease';

  test.for([
    ['ack_wait=31', 31, 39.9],
    ['ack_wait=300', 300, 308.9],
  ] as const)('%s: not before', ([query, wait, received]) => {
    const told = delivered(query);
    told.consume([received - 1, received], '', [0]);
    // 10 + 31 - 1 is 40.
    expect(findings(told, CLAUSE)).toEqual([
      tooEarly(told, wait, Math.round((received - 10) * 100) / 100, 1, 2),
      held(1, 2),
    ]);
  });

  test.for([
    // 10.5 + 31 + 15
    ['ack_wait=31', 56.5, 46],
    ['ack_wait=300', 325.5, 315],
  ] as const)('%s: and no later', ([query, due, seconds]) => {
    const absent = delivered(query);
    absent.consume([due + 0.1, due + 3], '', EMPTY);
    expect(findings(absent, CLAUSE)).toEqual([missing(absent, seconds, seconds + 0.1, 1, 2)]);
    const back = delivered(query);
    back.consume([due - 0.1, due], '', [0]);
    expect(findings(back, CLAUSE)).toEqual([held(1, 2)]);
  });

  test('an acknowledgement leaves it to other clauses', () => {
    const told = delivered('ack_wait=60');
    told.acknowledge([11, 11.5], [{ handler: told.handlers[0] ?? '', status: 'fail' }], [0, 1]);
    told.consume([100, 103], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('a dead letter that is not acknowledged is back when its lease and the grace have passed', () => {
  test.for([
    // The longer of ack_wait and 30 s, and 15 s of grace, behind the answer at 10.5 (D1).
    ['ack_wait=15', 'redelivery.by-ack-wait', 55.5, 45],
    ['ack_wait=30', 'redelivery.by-ack-wait', 55.5, 45],
    ['ack_wait=60', 'redelivery.by-ack-wait', 85.5, 75],
    ['', 'redelivery.by-default', 55.5, 45],
    ['ack_wait=', 'redelivery.by-default', 55.5, 45],
    ['', 'consume.ack-wait.default', 55.5, 45],
    ['ack_wait=', 'consume.ack-wait.empty', 55.5, 45],
  ] as const)('%j by %s', ([query, clause, due, seconds]) => {
    const back = delivered(query);
    back.consume([due - 0.1, due], '', [0]);
    expect(findings(back, clause)).toEqual([held(1, 2)]);

    // Nobody asked in between.
    const late = delivered(query);
    late.consume([due - 0.1, due + 0.1], '', [0]);
    expect(findings(late, clause)).toEqual([undecided(1, 2)]);

    const notYet = delivered(query);
    notYet.consume([due, due + 3], '', EMPTY);
    expect(findings(notYet, clause)).toEqual([]);

    const absent = delivered(query);
    absent.consume([due + 0.1, due + 3], '', EMPTY);
    expect(findings(absent, clause)).toEqual([missing(absent, seconds, seconds + 0.1, 1, 2)]);
  });

  test.for([
    ['ack_wait=30', 'redelivery.by-default'],
    ['', 'redelivery.by-ack-wait'],
    ['ack_wait=', 'redelivery.by-ack-wait'],
    ['ack_wait=', 'consume.ack-wait.default'],
    ['ack_wait=30', 'consume.ack-wait.default'],
    ['', 'consume.ack-wait.empty'],
    ['ack_wait=30', 'consume.ack-wait.empty'],
  ] as const)('%j does not concern %s', ([query, clause]) => {
    const told = delivered(query);
    told.consume([100, 103], '', EMPTY);
    told.consume([110, 110.5], '', [0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('one that a lost consume may have had meanwhile was back in time, or not', () => {
    const told = delivered('ack_wait=15');
    told.consume([50, 50.5], 'time_wait=1&ack_wait=15', failure());
    told.consume([80, 80.5], '', [0]);
    expect(findings(told, 'redelivery.by-ack-wait')).toEqual([undecided(1, 3)]);
    const back = delivered('ack_wait=15');
    back.consume([50, 50.5], 'time_wait=1&ack_wait=15', failure());
    back.consume([55, 55.5], '', [0]);
    expect(findings(back, 'redelivery.by-ack-wait')).toEqual([held(1, 3)]);
  });

  test('one that came again too early is back in time by its second lease, not by its first', () => {
    const told = delivered('ack_wait=300');
    told.consume([20, 20.5], 'ack_wait=15', [0]);
    told.consume([100, 100.5], 'ack_wait=15', [0]);
    expect(findings(told, 'redelivery.by-ack-wait')).toEqual([held(1, 2), undecided(2, 3)]);
  });

  test('one that two consumes brought at the same time came back, or not', () => {
    const told = delivered('ack_wait=15');
    told.consume([10.4, 11], 'ack_wait=15', [0]);
    expect(findings(told, 'redelivery.by-ack-wait')).toEqual([undecided(2, 1), undecided(1, 2)]);
    expect(findings(told, 'redelivery.prompt')).toEqual([]);
    const after = delivered('ack_wait=15');
    after.consume([10.5, 11], 'ack_wait=15', [0]);
    expect(findings(after, 'redelivery.by-ack-wait')).toEqual([held(1, 2)]);
  });

  test('one that was missing and then came was missing all the same', () => {
    const told = delivered('ack_wait=15');
    told.consume([60, 63], '', EMPTY);
    told.consume([70, 70.5], '', [0]);
    expect(findings(told, 'redelivery.by-ack-wait')).toEqual([missing(told, 45, 49.5, 1, 2), undecided(1, 3)]);
  });

  test('one that was never delivered has no lease', () => {
    const told = story({ letters: 1 });
    told.consume([100, 103], 'ack_wait=15', EMPTY);
    told.consume([110, 110.5], 'ack_wait=15', [0]);
    expect(findings(told, 'redelivery.by-ack-wait')).toEqual([]);
    expect(findings(told, 'redelivery.prompt')).toEqual([]);
  });

  test.for([
    // An answer tells of its own lease only: that of the second delivery is over at 60.5 + 45.
    [105, []],
    [106, ['second']],
  ] as const)('each delivery starts a new lease: missing at %d', ([sent, expected]) => {
    const told = delivered('ack_wait=15');
    told.consume([60, 60.5], 'ack_wait=15', [0]);
    told.consume([sent, sent + 3], '', EMPTY);
    expect(findings(told, 'redelivery.by-ack-wait')).toEqual([
      undecided(1, 2),
      ...expected.map(() => missing(told, 45, sent - 60.5, 2, 3)),
    ]);
  });

  test('each letter is asked for', () => {
    const told = delivered('ack_wait=15', 2);
    told.consume([50, 50.5], 'ack_wait=15', [1]);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, 'redelivery.by-ack-wait')).toEqual([missing(told, 45, 49.5, 1, 3), held(1, 2)]);
  });

  test('an acknowledgement leaves it to other clauses', () => {
    const told = delivered('ack_wait=15');
    told.acknowledge([11, 11.5], told.handlers, answer(400));
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, 'redelivery.by-ack-wait')).toEqual([]);
  });
});

describe('a dead letter with a short ack_wait should be back 5 s after it', () => {
  const CLAUSE = 'redelivery.prompt';
  const late = (told: Story, within: number, after: number, ...exchanges: number[]): Finding =>
    broken(
      `dead letter ${told.tags[0]} is consumable again within ${within} s after its delivery`,
      `a consume sent ${after} s after it came back empty`,
      ...exchanges,
    );

  test.for([
    // 10.5 + 15 + 5
    ['ack_wait=15', 30.5, 20],
    ['ack_wait=29', 44.5, 34],
  ] as const)('%s', ([query, due, seconds]) => {
    const back = delivered(query);
    back.consume([due - 0.1, due], '', [0]);
    expect(findings(back, CLAUSE)).toEqual([held(1, 2)]);

    const unwatched = delivered(query);
    unwatched.consume([due - 0.1, due + 0.1], '', [0]);
    expect(findings(unwatched, CLAUSE)).toEqual([]);

    const notYet = delivered(query);
    notYet.consume([due, due + 3], '', EMPTY);
    expect(findings(notYet, CLAUSE)).toEqual([]);

    const missed = delivered(query);
    missed.consume([due + 0.1, due + 3], '', EMPTY);
    expect(findings(missed, CLAUSE)).toEqual([late(missed, seconds, seconds + 0.1, 1, 2)]);
  });

  test('one that is missing even when it must be back is late, too', () => {
    const told = delivered('ack_wait=15');
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([late(told, 20, 49.5, 1, 2)]);
  });

  // From 30 s on the documents' own MUST is all there is (D1).
  test.for(['ack_wait=30', '', 'ack_wait=60'])('%j has no such bound', (query) => {
    const told = delivered(query);
    told.consume([200, 203], '', EMPTY);
    told.consume([204, 204.5], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  describe('and how late the latest came is told', () => {
    // The lease of 15 s is over at 25.5; what came within half a second is not worth a word.
    test.for([
      [25.5, []],
      [26, []],
      [26.25, [noted('the latest redelivery came 0.75 s after the end of its lease')]],
      [28, [noted('the latest redelivery came 2.5 s after the end of its lease')]],
    ] as const)('when a poll that was open brought it at %d', ([received, expected]) => {
      const told = delivered('ack_wait=15');
      told.consume([20, received], 'time_wait=10', [0]);
      expect(findings(told, CLAUSE)).toEqual([held(1, 2), ...expected]);
    });

    test('for the latest of several', () => {
      const told = delivered('ack_wait=15', 3);
      told.consume([20, 27], 'time_wait=10', [0]);
      told.consume([25, 29], 'time_wait=10', [1]);
      told.consume([25, 28], 'time_wait=10', [2]);
      expect(findings(told, CLAUSE)).toEqual([
        held(1, 2),
        held(1, 3),
        held(1, 4),
        noted('the latest redelivery came 3.5 s after the end of its lease'),
      ]);
    });

    test('above 30 s, too', () => {
      const told = delivered('ack_wait=60');
      told.consume([60, 72], 'time_wait=20', [0]);
      expect(findings(told, CLAUSE)).toEqual([noted('the latest redelivery came 1.5 s after the end of its lease')]);
    });
  });
});

describe('a dead letter that was acknowledged as fail', () => {
  /** Delivered in a lease that is over, with its grace, at 10.5 + 45; its failure was answered at 12.5. */
  const failed = (answered: Parameters<Story['acknowledge']>[2] = [0, 1], letters = 1): Story => {
    const told = delivered('ack_wait=30', letters);
    told.acknowledge([12, 12.5], [{ handler: told.handlers[0] ?? '', status: 'fail' }], answered);
    return told;
  };

  test.for([
    [55.5, [held(1, 2, 3)]],
    [55.6, [undecided(1, 2, 3)]],
  ] as const)('is back in time, or nobody knows, at %d', ([received, expected]) => {
    const told = failed();
    told.consume([received - 0.1, received], '', [0]);
    expect(findings(told, 'redelivery.after-fail')).toEqual(expected);
  });

  test.for([
    [55.5, false],
    [55.6, true],
  ] as const)('is missed at %d: %s', ([sent, missed]) => {
    const told = failed();
    told.consume([sent, sent + 3], '', EMPTY);
    expect(findings(told, 'redelivery.after-fail')).toEqual(missed ? [missing(told, 45, 45.1, 1, 2, 3)] : []);
  });

  test.for([
    [17.5, [held(1, 2, 3)]],
    // Nobody asked in between.
    [17.6, []],
  ] as const)('should be back within 5 s: at %d', ([received, expected]) => {
    const told = failed();
    told.consume([received - 0.1, received], '', [0]);
    expect(findings(told, 'redelivery.after-fail.at-once')).toEqual(expected);
  });

  test.for([
    [17.5, false],
    [17.6, true],
    // Missing even when it must be back.
    [60, true],
  ] as const)('should not be missing after 5 s: at %d %s', ([sent, missed]) => {
    const told = failed();
    told.consume([sent, sent + 3], '', EMPTY);
    expect(findings(told, 'redelivery.after-fail.at-once')).toEqual(
      missed
        ? [
            broken(
              `dead letter ${told.tags[0]} is consumable again within 5 s after the acknowledgement`,
              `a consume sent ${Math.round((sent - 12.5) * 100) / 100} s after it came back empty`,
              1,
              2,
              3,
            ),
          ]
        : [],
    );
  });

  describe('while that was under way', () => {
    const CLAUSES = ['redelivery.after-fail', 'redelivery.after-fail.at-once'] as const;

    test.for([
      // It may have come before it was failed.
      [12.4, [[undecided(1, 2, 3)], []]],
      [12.5, [[held(1, 2, 3)], [held(1, 2, 3)]]],
    ] as const)('came back for other reasons, or not: asked for at %d', ([sent, expected]) => {
      const told = failed();
      told.consume([sent, 13], '', [0]);
      expect(CLAUSES.map((clause) => findings(told, clause))).toEqual(expected);
    });

    test.for([
      [56.5, 'undecided'],
      [57, 'broken'],
    ] as const)('is missed for other reasons, or not: asked for at %d', ([sent, outcome]) => {
      const told = delivered('ack_wait=30');
      told.acknowledge([56, 57], [{ handler: told.handlers[0] ?? '', status: 'fail' }], [0, 1]);
      told.consume([sent, sent + 3], '', EMPTY);
      // By then its handler is out of time.
      expect(findings(told, 'redelivery.after-fail')).toEqual([]);
      const found = findings(told, 'ack.handler.late-returns');
      expect(found).toMatchObject([{ outcome, exchanges: [1, 2, 3] }]);
    });

    test('or while an earlier one of its batch was', () => {
      const told = delivered('ack_wait=30', 2);
      told.acknowledge([11, 20], [told.handlers[1] ?? ''], answer(400));
      told.acknowledge([12, 12.5], [{ handler: told.handlers[0] ?? '', status: 'fail' }], [0, 1]);
      told.consume([13, 13.5], '', [0]);
      expect(CLAUSES.map((clause) => findings(told, clause))).toEqual([[undecided(1, 3, 4)], []]);
    });
  });

  describe('should be back at once, which says nothing', () => {
    const CLAUSE = 'redelivery.after-fail.at-once';

    test.for([
      [24.9, [held(1, 2, 3)]],
      [25, []],
    ] as const)('if its lease of 15 s had ended anyway, as it may have at %d', ([received, expected]) => {
      const told = delivered('ack_wait=15');
      told.acknowledge([23, 23.5], [{ handler: told.handlers[0] ?? '', status: 'fail' }], [0, 1]);
      told.consume([24, received], '', [0]);
      expect(findings(told, CLAUSE)).toEqual(expected);
    });

    test.for([
      // Just after ack_wait it is left open what it is worth (C2).
      ['its lease had ended', [40.6, 40.7], 0],
      // Whether the rest of a batch is still good is left open, too (B2).
      ['its batch had been named before', [14, 14.5], 1],
    ] as const)('if %s when it was failed', ([, when, named]) => {
      const told = delivered('ack_wait=30', 2);
      if (named === 1) told.acknowledge([12, 12.5], [told.handlers[0] ?? ''], answer(400));
      told.acknowledge([...when], [{ handler: told.handlers[named] ?? '', status: 'fail' }], [0, 1]);
      told.consume([when[1] + 6, when[1] + 9], '', EMPTY);
      told.consume([when[1] + 10, when[1] + 10.5], '', [0, 1]);
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test('within those 5 s, also where that is later than it must be back', () => {
      const told = (sent: number): readonly Finding[] => {
        // An operator has tightened the grace to 1 s: it must be back at 10.5 + 30 + 1, and should be at 39.9 + 5.
        const one = story({ letters: 1, header: { slack: { ...SLACK, mustLate: 1 } } });
        const [handler = ''] = one.consume([10, 10.5], 'ack_wait=30', [0]);
        one.acknowledge([39.5, 39.9], [{ handler, status: 'fail' }], [0, 1]);
        one.consume([sent, sent + 3], '', EMPTY);
        expect(findings(one, 'redelivery.after-fail')).toHaveLength(1);
        return findings(one, CLAUSE);
      };
      expect(told(44.9)).toEqual([]);
      expect(told(45)).toHaveLength(1);
    });
  });

  test.for(['redelivery.after-fail', 'redelivery.after-fail.at-once'])('and nothing but that concerns %s', (clause) => {
    // The second letter was left out, and an acknowledgement that was refused did not fail anything.
    for (const told of [failed([0, 1], 2), failed(answer(400)), failed(answer(503)), delivered('ack_wait=15')]) {
      told.consume([13, 13.5], '', [0]);
      told.consume([100, 103], '', EMPTY);
      const about = findings(told, clause).flatMap(({ exchanges }) => exchanges);
      expect(about.includes(4)).toBe(false);
    }
  });

  test('is in time up to 5 s behind an acknowledgement that was answered after its lease and the grace', () => {
    const told = (answeredAt: number, received: number): readonly Finding[] => {
      const one = story({ letters: 1 });
      // Its lease and the grace are over at 10 + 45.
      const [handler = ''] = one.consume(10, 'ack_wait=30', [0]);
      one.acknowledge([54, answeredAt], [{ handler, status: 'fail' }], [0, 1]);
      one.consume([received - 0.25, received], '', [0]);
      return findings(one, 'redelivery.after-fail');
    };
    expect(told(55.5, 60.5)).toEqual([held(1, 2, 3)]);
    expect(told(55.5, 60.75)).toEqual([undecided(1, 2, 3)]);
    // What was answered in time moves nothing.
    expect(told(55, 56)).toEqual([undecided(1, 2, 3)]);
  });
});

describe('failing does not use a dead letter up', () => {
  const CLAUSE = 'redelivery.again-and-again';
  /** Hands it out so often, every 60 s from 60 s on, with a lease that is over long before the next time. */
  const failing = (times: number, maxConsumeCount = 1): Story => {
    const told = story({ letters: 1 });
    told.add({ type: 'queue', scenario: 'chapter/case', queue: 'q1', mode: 'NORMAL', redrive: true, maxConsumeCount });
    for (let time = 1; time <= times; time += 1) told.consume([60 * time, 60 * time + 0.5], 'ack_wait=15', [0]);
    return told;
  };

  // It takes max_consume_count + 2 failed consumptions to say so (G8).
  test.for([
    [3, 1, []],
    [4, 1, [held(4)]],
    [5, 1, [held(4), held(5)]],
    [4, 2, []],
    [5, 2, [held(5)]],
  ] as const)('as %d deliveries with max_consume_count %d show', ([times, count, expected]) => {
    expect(findings(failing(times, count), CLAUSE)).toEqual(expected);
  });

  test.for([1, 2, 3])('it is missed after %d of them', (times) => {
    const told = failing(times);
    told.consume([60 * times + 50, 60 * times + 53], '', EMPTY);
    const expected = broken(
      `dead letter ${told.tags[0]} comes back after each failed consumption`,
      `after ${times} of them a consume came back empty`,
      times + 1,
    );
    // What does not come back even once was not used up by failing; other clauses say that.
    expect(findings(told, CLAUSE)).toEqual(times === 1 ? [] : [expected]);
  });

  test('what came twice in one answer failed once', () => {
    const told = story({ letters: 1 });
    for (let time = 1; time <= 4; time += 1) told.consume([60 * time, 60 * time + 0.5], 'ack_wait=15', [0, 0]);
    expect(findings(told, CLAUSE)).toEqual([held(4)]);
    const once = story({ letters: 1 });
    once.consume([60, 60.5], 'ack_wait=15', [0, 0]);
    once.consume([110, 113], '', EMPTY);
    expect(findings(once, CLAUSE)).toEqual([]);
  });

  test('only what was over before counts', () => {
    const told = failing(1);
    told.consume([110, 113], '', EMPTY);
    told.consume([120, 120.5], 'ack_wait=15', [0]);
    told.consume([180, 180.5], 'ack_wait=15', [0]);
    told.consume([180.2, 180.7], 'ack_wait=15', [0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('one that should be back, but need not be, is not missed yet', () => {
    const told = failing(2);
    told.consume([141, 144], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('a redelivery carries a new handler', () => {
  const CLAUSE = 'redelivery.fresh-handler';

  test('or it does not', () => {
    const told = story({ letters: 2 });
    told.consume([10, 10.5], 'ack_wait=15', [
      [0, 'a'],
      [1, 'b'],
    ]);
    told.consume([60, 60.5], 'ack_wait=15', [
      [1, 'b'],
      [0, 'c'],
    ]);
    expect(findings(told, CLAUSE)).toEqual([
      held(1, 2),
      broken(
        'a redelivery carries a new handler',
        `dead letter ${told.tags[1]} came again with the handler that it had`,
        1,
        2,
      ),
    ]);
  });

  test('what comes twice in one answer is no redelivery', () => {
    const told = story({ letters: 1 });
    told.consume([10, 10.5], '', [
      [0, 'a'],
      [0, 'a'],
    ]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('what comes once is none either', () => {
    expect(findings(delivered(''), CLAUSE)).toEqual([]);
  });

  test('what had no handler cannot have the same', () => {
    const told = story({ letters: 1 });
    const element = { message: { body: { tag: told.tags[0] } } };
    blurred(told, [10, 10.5], { outcome: answer(200, [element]) });
    blurred(told, [60, 60.5], {});
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('what has none has no new one', () => {
    const told = story({ letters: 1 });
    const element = { message: { body: { tag: told.tags[0] } } };
    blurred(told, [10, 10.5], {});
    blurred(told, [60, 60.5], { outcome: answer(200, [element]) });
    expect(findings(told, CLAUSE)).toEqual([]);
    told.consume([120, 120.5], '', [[0, 'b']]);
    expect(findings(told, CLAUSE)).toEqual([held(1, 3)]);
  });

  test('one that it had long ago is no new one', () => {
    const told = story({ letters: 1 });
    for (const [index, handler] of ['a', 'b', 'a'].entries())
      told.consume([100 * index, 100 * index + 0.5], 'ack_wait=15', [[0, handler]]);
    expect(findings(told, CLAUSE)).toEqual([
      held(1, 2),
      broken(
        'a redelivery carries a new handler',
        `dead letter ${told.tags[0]} came again with the handler that it had`,
        1,
        3,
      ),
    ]);
  });

  test('the last of several that had it is named', () => {
    const told = story({ letters: 1 });
    for (const [index, handler] of ['a', 'a', 'a'].entries())
      told.consume([100 * index, 100 * index + 0.5], 'ack_wait=15', [[0, handler]]);
    expect(findings(told, CLAUSE).map(({ exchanges }) => exchanges)).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });
});

describe('an acknowledgement within ack_wait is valid', () => {
  const CLAUSE = 'ack.in-time.valid';
  const AFTER_30 = 'ack.in-time.valid-after-30';
  const NOTE = ' (ruling C8; the manual once told of a limit of one minute)';

  test.for([
    // 7 tenths of ack_wait behind the answer at 10.5: before, it shows nothing of the end.
    ['ack_wait=30', [31.4, 31.4], []],
    ['ack_wait=30', [31.5, 31.5], [held(1, 2)]],
    // Surely within the lease: complete at 10 + 30.
    ['ack_wait=30', [39, 39.9], [held(1, 2)]],
    ['ack_wait=30', [39, 40.1], []],
    ['', [31.5, 31.5], [held(1, 2)]],
    ['ack_wait=15', [20.9, 20.9], []],
    ['ack_wait=15', [21, 21], [held(1, 2)]],
    ['ack_wait=300', [220.4, 220.4], []],
    ['ack_wait=300', [220.5, 220.5], [held(1, 2)]],
    ['ack_wait=300', [309, 309.9], [held(1, 2)]],
  ] as const)('%j acknowledged in %j', ([query, when, expected]) => {
    const told = delivered(query);
    told.acknowledge([...when], told.handlers, [1, 0]);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test.for([
    // More than 30 s behind the answer at 10.5 (C8).
    ['ack_wait=60', [40.5, 40.6], []],
    ['ack_wait=60', [40.6, 40.7], [held(1, 2)]],
    ['ack_wait=60', [69, 69.9], [held(1, 2)]],
    ['ack_wait=60', [69, 70.1], []],
    ['ack_wait=31', [40.6, 40.9], [held(1, 2)]],
    ['ack_wait=30', [39, 40], []],
    ['ack_wait=300', [309, 309.9], [held(1, 2)]],
  ] as const)('after 30 s, too: %j acknowledged in %j', ([query, when, expected]) => {
    const told = delivered(query);
    told.acknowledge([...when], told.handlers, [1, 0]);
    expect(findings(told, AFTER_30)).toEqual(expected);
  });

  test.for([
    ['[2, 0]', [2, 0], 'held'],
    ['[1, 1]', [1, 1], 'it counted 1 of 2 successes'],
    ['[0, 2]', [0, 2], 'it counted 0 of 2 successes'],
    ['400', answer(400), 'it was answered with 400'],
    ['404', answer(404), 'it was answered with 404'],
    // What it counted is not known.
    ['a 200 without counters', answer(200, 'ok'), 'undecided'],
    // Not looked at, of unknown effect, or a fault of its own (guard 1).
    ['429', answer(429), 'undecided'],
    ['503', answer(503), 'undecided'],
    ['500', answer(500), 'undecided'],
    ['nothing', failure(), 'undecided'],
  ] as const)('or not, when it is answered with %s', ([, answered, verdict]) => {
    const told = delivered('ack_wait=60', 2);
    told.acknowledge([55, 55.5], told.handlers, answered);
    const expected = (note: string): readonly Finding[] => {
      if (verdict === 'held') return [held(1, 2)];
      if (verdict === 'undecided') return [undecided(1, 2)];
      const valid = `an acknowledgement 44.5 s after the consume is valid, since ack_wait is 60 s${note}`;
      return [broken(valid, verdict, 1, 2)];
    };
    expect(findings(told, CLAUSE)).toEqual(expected(''));
    expect(findings(told, AFTER_30)).toEqual(expected(NOTE));
  });

  test('up to the first that is acknowledged as fail', () => {
    const told = delivered('ack_wait=60', 3);
    const [a = '', b = '', c = ''] = told.handlers;
    told.acknowledge([55, 55.5], [a, { handler: b, status: 'fail' }, c], [1, 2]);
    expect(findings(told, CLAUSE)).toEqual([held(1, 2)]);
  });

  test('one that reports nothing but failures shows nothing', () => {
    const told = delivered('ack_wait=60');
    told.acknowledge([55, 55.5], [{ handler: told.handlers[0] ?? '', status: 'fail' }], [0, 1]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('one without a status only should count (I1)', () => {
    const told = delivered('ack_wait=60');
    told.acknowledge([55, 55.5], [{ handler: told.handlers[0] ?? '' }], [0, 1]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('one with members that nobody documented may be refused (I7)', () => {
    const told = delivered('ack_wait=60');
    const entry = { handler: told.handlers[0] ?? '', status: 'success', reason: 'none' };
    told.acknowledge([55, 55.5], [entry], answer(400));
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('one with a gap is judged elsewhere', () => {
    const told = delivered('ack_wait=60', 2);
    told.acknowledge([55, 55.5], told.handlers.slice(1), [0, 1]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('one while an earlier batch is in flight only should count (B6)', () => {
    const told = story({ letters: 2 });
    told.consume([9, 9.5], 'ack_wait=60', [1]);
    const handlers = told.consume([10, 10.5], 'ack_wait=60', [0]);
    told.acknowledge([55, 55.5], handlers, answer(400));
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('of one without any lease nothing is said', () => {
    const told = story({ letters: 1 });
    told.acknowledge([55, 55.5], ['invented'], answer(400));
    expect(findings(told, CLAUSE)).toEqual([]);
    expect(findings(told, AFTER_30)).toEqual([]);
  });
});

describe('an empty ack_wait is accepted', () => {
  const CLAUSE = 'consume.ack-wait.empty';
  const refused = broken('an empty ack_wait is accepted and means 30 s', 'it was answered with 400', 1);

  test.for([
    ['ack_wait=', answer(400), [refused]],
    ['ack_wait=&time_wait=5', answer(400), [refused]],
    ['ack_wait=', answer(429), []],
    ['ack_wait=', answer(503), []],
    ['ack_wait=', failure(), []],
    ['ack_wait=', EMPTY, []],
    // Not this clause's: another parameter is left open, or illegal, or ack_wait is not empty.
    ['ack_wait=&max_msgs=', answer(400), []],
    ['ack_wait=&max_msgs=11', answer(400), []],
    ['ack_wait=30', answer(400), []],
    ['', answer(400), []],
  ] as const)('%s and answer %j', ([query, answered, expected]) => {
    const told = story({ letters: 1 });
    told.consume([30, 31], query, answered);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('a group that does not exist may refuse it', () => {
    const told = story({ letters: 1 });
    told.exchange([30, 31], { target: `${told.path.replace('/g1/', '/g9/')}?ack_wait=`, outcome: answer(404) });
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});
