import { describe, expect, test } from 'vitest';
import { SLACK } from '../../src/history/leases.ts';
import {
  consumableAt,
  hasAppeared,
  latenessOf,
  lostBefore,
  obligationAt,
  owes,
  provesAbsence,
  RETENTION_SURE,
  returnsOf,
  touching,
  type Obligation,
} from '../../src/history/presence.ts';
import { answer, failure, story, type Story, type StoryOptions, type When } from '../support/history.ts';

/** What the last consume of a story owes for a letter. */
function owed(told: Story, place = 0): Obligation | undefined {
  const group = told.group();
  const [letter, consume] = [group.letters[place], group.consumes.at(-1)];
  if (letter === undefined || consume === undefined) throw new RangeError('the story lacks a letter or a consume');
  return obligationAt(group, letter, consume, SLACK);
}

/** `back`, `late` and `absent` of each letter, by its place, with the consume that shows it. */
function returns(told: Story): string[] {
  const group = told.group();
  return returnsOf(group, SLACK).map(
    ({ outcome, obligation, consume }) => `${group.letters.indexOf(obligation.letter)} ${outcome} ${consume.id}`,
  );
}

const EMPTY = answer(200, []);

describe('a dead letter that was never delivered', () => {
  test('has to be there 15 s after its failure was answered (K4)', () => {
    const told = story();
    told.letter([4, 5]);
    told.consume([10, 10.1], 'time_wait=1', EMPTY);
    expect(owed(told)).toMatchObject({ cause: 'arrival', must: 20, should: Infinity, delivery: undefined });
    expect(returns(told)).toEqual([]);
  });

  test.for([
    [19.9, []],
    [20, []],
    [20.1, ['0 absent 1']],
  ] as const)('is missed by an empty answer to a consume sent at %d: %j', ([sent, expected]) => {
    const told = story();
    told.letter([4, 5]);
    told.consume([sent, sent + 5], 'time_wait=5', EMPTY);
    expect(returns(told)).toEqual(expected);
  });

  test('is not missed by an answer that brings something else', () => {
    const told = story({ letters: 2 });
    told.consume([100, 101], '', [1]);
    expect(returns(told)).toEqual(['1 back 1']);
  });

  test('owes nothing to what happened to others, nor to the consume that brings it', () => {
    const told = story({ letters: 2 });
    told.consume([20, 21], '', [1]);
    told.consume([30, 31], '', [0]);
    expect(owed(told)).toMatchObject({ cause: 'arrival', delivery: undefined, acknowledgement: undefined, must: 15 });
  });

  test('is due from its own failure on, where that was after all else', () => {
    const told = story();
    told.letter([390, 400]);
    told.consume([30, 31], 'ack_wait=60', failure());
    told.consume([420, 423], '', EMPTY);
    expect(owed(told)?.must).toBe(415);
  });

  test('is missed by what was empty before it came', () => {
    const told = story({ letters: 1 });
    told.consume([20, 23], '', EMPTY);
    told.consume([24, 25], '', [0]);
    expect(returns(told)).toEqual(['0 absent 1', '0 back 2']);
  });

  test('is missed once, however often', () => {
    const told = story({ letters: 1 });
    for (const at of [100, 110, 120]) told.consume([at, at + 3], '', EMPTY);
    expect(returns(told)).toEqual(['0 absent 1']);
  });
});

describe('a dead letter that was delivered', () => {
  /** Delivered between 20 and 20.1. */
  function delivered(query: string, options: StoryOptions = {}): Story & { readonly handlers: readonly string[] } {
    const told = story({ letters: 3, ...options });
    const handlers = told.consume([20, 20.1], query, [0, 1, 2]);
    return Object.assign(told, { handlers });
  }

  test.for([
    // Back by the end of its lease, but no endpoint has to be quicker than 30 s (D1).
    ['ack_wait=15', 65.1, 40.1],
    ['ack_wait=29', 65.1, 54.1],
    ['ack_wait=30', 65.1, Infinity],
    ['', 65.1, Infinity],
    ['ack_wait=60', 95.1, Infinity],
    ['ack_wait=300', 335.1, Infinity],
  ] as const)('with %s must be back at %d, should be at %d', ([query, must, should]) => {
    const told = delivered(query);
    told.consume([30, 31], '', EMPTY);
    const obligation = owed(told);
    expect(obligation?.cause).toBe('lease');
    expect(obligation?.must).toBeCloseTo(must, 6);
    if (should === Infinity) expect(obligation?.should).toBe(Infinity);
    else expect(obligation?.should).toBeCloseTo(should, 6);
  });

  test('is late first, then absent, then back', () => {
    const told = delivered('ack_wait=15');
    told.consume([30, 33], '', EMPTY);
    told.consume([41, 44], '', EMPTY);
    told.consume([66, 69], '', EMPTY);
    told.consume([70, 71], '', [0, 1, 2]);
    expect(returns(told).filter((one) => one.startsWith('0'))).toEqual([
      '0 back 1',
      '0 late 3',
      '0 absent 4',
      '0 back 5',
    ]);
  });

  test('by a query that leaves its lease open has up to 300 s', () => {
    const told = delivered('ack_wait=3s');
    told.consume([30, 31], '', EMPTY);
    expect(owed(told)?.must).toBeCloseTo(20.1 + 300 + 15, 6);
  });

  test('again is a stage of its own, in which it is missed, or late, anew', () => {
    const told = story({ letters: 1 });
    told.consume([19, 20], 'ack_wait=15', [0]);
    told.consume([41, 44], '', EMPTY);
    told.consume([66, 69], '', EMPTY);
    told.consume([70, 71], 'ack_wait=15', [0]);
    told.consume([92, 95], '', EMPTY);
    told.consume([117, 120], '', EMPTY);
    told.consume([121, 124], '', EMPTY);
    expect(returns(told)).toEqual(['0 back 1', '0 late 2', '0 absent 3', '0 back 4', '0 late 5', '0 absent 6']);
  });

  // The answer stands at 20: 15 s of lease and 5 s of slack make 40, 30 s and 15 s make 65.
  test.for([
    [40, []],
    [40.1, ['0 late 2']],
    [65, ['0 late 2']],
    [65.1, ['0 absent 2']],
  ] as const)('and asked for at %d is %j', ([sent, expected]) => {
    const told = story({ letters: 1 });
    told.consume([19, 20], 'ack_wait=15', [0]);
    told.consume([sent, sent + 3], '', EMPTY);
    expect(returns(told)).toEqual(['0 back 1', ...expected]);
  });

  test('is due by the delivery that was answered last', () => {
    const told = story({ letters: 1 });
    told.consume([20, 60], 'ack_wait=15', [0]);
    told.consume([25, 26], 'ack_wait=30', [0]);
    told.consume([70, 73], '', EMPTY);
    const obligation = owed(told);
    expect(obligation?.delivery?.consume.id).toBe(1);
    expect(obligation).toMatchObject({ cause: 'lease', must: 105, should: 80 });
  });

  test('after the consume, or by the consume itself, is not yet owed by it', () => {
    const told = story({ letters: 1 });
    told.consume([20, 21], '', [0]);
    told.consume([70, 71], '', [0]);
    told.consume([75, 76], '', [0]);
    const group = told.group();
    const [letter] = group.letters;
    const obligations = group.consumes.map((consume) => letter && obligationAt(group, letter, consume, SLACK));
    expect(obligations.map((one) => one?.delivery?.consume.id)).toEqual([undefined, 1, 2]);
  });

  test('by several consumes has the longest of the leases', () => {
    const told = delivered('ack_wait=300');
    told.consume([50, 50.1], 'ack_wait=15', [0]);
    told.consume([60, 61], '', EMPTY);
    expect(owed(told)?.must).toBeCloseTo(335.1, 6);
  });

  describe('and acknowledged', () => {
    type Entries = Parameters<Story['acknowledge']>[1];
    type Answered = Parameters<Story['acknowledge']>[2];
    const success = (handler = ''): { handler: string; status: string } => ({ handler, status: 'success' });
    const fail = (handler = ''): { handler: string; status: string } => ({ handler, status: 'fail' });
    const rows: readonly (readonly [
      string,
      (handlers: readonly string[]) => Entries,
      Answered,
      readonly (string | undefined)[],
    ])[] = [
      [
        'all successfully',
        ([a, b, c]) => [success(a), success(b), success(c)],
        [3, 0],
        [undefined, undefined, undefined],
      ],
      ['the first as failed', ([a]) => [fail(a)], [0, 1], ['failed', 'rest', 'rest']],
      [
        'the middle one failed',
        ([a, b, c]) => [success(a), fail(b), success(c)],
        [1, 2],
        [undefined, 'failed', 'stopped'],
      ],
      ['the first of them', ([a]) => [success(a)], [1, 0], [undefined, 'rest', 'rest']],
      ['with a gap', ([, b, c]) => [success(b), success(c)], [0, 2], ['gap', 'gap', 'gap']],
      [
        'but refused',
        ([a, b, c]) => [success(a), success(b), success(c)],
        answer(400),
        ['refused', 'refused', 'refused'],
      ],
      [
        'but counted too few',
        ([a, b, c]) => [success(a), success(b), success(c)],
        [1, 2],
        [undefined, 'uncounted', 'uncounted'],
      ],
      ['but throttled', ([a, b, c]) => [success(a), success(b), success(c)], answer(429), ['lease', 'lease', 'lease']],
      // Its effect is unknown: it may have settled what it named, and what it did not name is still there.
      ['but nobody knows', ([a]) => [success(a)], failure(), [undefined, 'uncounted', 'uncounted']],
      ['in a wrong order', ([a, b]) => [success(b), success(a)], [0, 2], ['uncounted', 'uncounted', 'rest']],
      ['in a wrong order as failed', ([a, b]) => [fail(b), fail(a)], [0, 2], ['uncounted', 'uncounted', 'rest']],
      ['all as failed', ([a, b, c]) => [fail(a), fail(b), fail(c)], [0, 3], ['failed', 'failed', 'failed']],
      [
        'behind a failed one',
        ([a, b, c]) => [fail(a), success(b), success(c)],
        [0, 3],
        ['failed', 'stopped', 'stopped'],
      ],
      [
        'before a failed one, but counted too few',
        ([a, b, c]) => [success(a), success(b), fail(c)],
        [1, 2],
        [undefined, 'uncounted', 'failed'],
      ],
      // Refused, or not: what stands behind the gap, and what was left out, comes back (B3).
      ['with a gap, refused', ([, b, c]) => [success(b), success(c)], answer(400), ['gap', 'gap', 'gap']],
      ['with a gap behind the first', ([a, , c]) => [success(a), success(c)], [1, 1], [undefined, 'gap', 'gap']],
      [
        'with a gap, but nobody knows',
        ([, b, c]) => [success(b), success(c)],
        failure(),
        ['uncounted', undefined, undefined],
      ],
      ['with a gap, throttled', ([, b, c]) => [success(b), success(c)], answer(429), ['lease', 'lease', 'lease']],
      ['one of them, refused', ([a]) => [success(a)], answer(404), ['refused', 'refused', 'refused']],
      [
        'one of them, without counters',
        ([a]) => [success(a)],
        answer(200, '{}'),
        [undefined, 'uncounted', 'uncounted'],
      ],
      // A message that is named twice may be gone although the request was refused (B7).
      ['one twice, refused', ([a]) => [success(a), success(a)], answer(400), [undefined, 'refused', 'refused']],
      ['one twice, not counted', ([a]) => [success(a), success(a)], [0, 2], ['uncounted', 'rest', 'rest']],
      ['beside an invented handler', ([a]) => [success('invented'), success(a)], [0, 2], ['uncounted', 'rest', 'rest']],
    ];

    test.for(rows)('%s', ([, entries, answered, causes]) => {
      const told = delivered('ack_wait=30');
      told.acknowledge([21, 21.1], entries(told.handlers), answered);
      told.consume([30, 33], '', EMPTY);
      expect([0, 1, 2].map((place) => owed(told, place)?.cause)).toEqual(causes);
    });

    test('as failed, or left out, should be back 5 s after the answer, and must be at the end of the lease', () => {
      const told = delivered('ack_wait=30');
      told.acknowledge([21, 22], [success(told.handlers[0]), fail(told.handlers[1])], [1, 1]);
      told.consume([30, 33], '', EMPTY);
      expect(owed(told, 1)).toMatchObject({ cause: 'failed', should: 27 });
      expect(owed(told, 2)).toMatchObject({ cause: 'rest', should: 27 });
      expect(owed(told, 2)?.must).toBeCloseTo(65.1, 6);
      expect(returns(told).toSorted()).toEqual(['0 back 1', '1 back 1', '1 late 3', '2 back 1', '2 late 3']);
    });

    test.for([
      [([a, b, c]: readonly string[]) => [fail(a), success(b), success(c)], [0, 3], [27, Infinity, Infinity]],
      [([, b]: readonly string[]) => [success(b)], [0, 1], [Infinity, Infinity, Infinity]],
      [([a]: readonly string[]) => [success(a)], answer(400), [Infinity, Infinity, Infinity]],
      [([a]: readonly string[]) => [success(a)], [0, 1], [Infinity, 27, 27]],
    ] as const)('should be back at once only as failed, or left out (D3, B1)', ([entries, answered, should]) => {
      const told = delivered('ack_wait=15');
      told.acknowledge([21, 22], entries(told.handlers), answered);
      told.consume([30, 33], '', EMPTY);
      expect([0, 1, 2].map((place) => owed(told, place)?.should)).toEqual(should);
    });

    test('more than once is owed by the last of them', () => {
      const told = delivered('ack_wait=30');
      told.acknowledge([21, 22], [success(told.handlers[0])], answer(400));
      told.acknowledge([23, 24], [fail(told.handlers[0])], [0, 1]);
      told.acknowledge([24.5, 25], [fail(told.handlers[0])], answer(429));
      told.consume([30, 33], '', EMPTY);
      expect(owed(told)).toMatchObject({ cause: 'failed', should: 29 });
      expect(owed(told)?.acknowledgement?.call.id).toBe(3);
      expect(owed(told, 1)).toMatchObject({ cause: 'rest', should: 29 });
    });

    test('by a malformed request that was refused comes back all the same (guard 3)', () => {
      const told = delivered('ack_wait=30');
      const body = JSON.stringify({ message: { handler: told.handlers[0] } });
      told.exchange([21, 22], { method: 'POST', target: `${told.path}/ack`, body, outcome: answer(400) });
      told.consume([30, 33], '', EMPTY);
      expect([0, 1, 2].map((place) => owed(told, place)?.cause)).toEqual(['refused', 'refused', 'refused']);
    });

    test('by a malformed request that was counted may be gone, and the others are left out', () => {
      const told = delivered('ack_wait=30');
      const body = JSON.stringify({ message: { handler: told.handlers[0] } });
      const outcome = answer(200, { success: 1, fail: 0 });
      told.exchange([21, 22], { method: 'POST', target: `${told.path}/ack`, body, outcome });
      told.consume([30, 33], '', EMPTY);
      expect([0, 1, 2].map((place) => owed(told, place)?.cause)).toEqual([undefined, 'rest', 'rest']);
    });

    test.for([
      [answer(400), 'refused'],
      [[0, 2], 'uncounted'],
    ] as const)('by an old handler beside a new one is owed because it was too late (C3): %j', ([answered, other]) => {
      const told = delivered('ack_wait=15');
      const [, second = ''] = told.consume([70, 71], '', [0, 1, 2]);
      told.acknowledge([72, 73], [success(told.handlers[0]), success(second)], answered);
      told.consume([75, 78], '', EMPTY);
      expect([0, 1].map((place) => owed(told, place)?.cause)).toEqual(['late', other]);
    });

    test('too late is owed because it was too late (C2)', () => {
      const told = delivered('ack_wait=15');
      told.acknowledge([80, 80.1], [success(told.handlers[0])], answer(400));
      told.consume([90, 93], '', EMPTY);
      expect(owed(told)?.cause).toBe('late');
    });

    test('by one that came only after the consume is owed as before', () => {
      const told = delivered('ack_wait=15');
      told.consume([66, 69], '', EMPTY);
      told.acknowledge([70, 70.1], [success(told.handlers[0])], [1, 0]);
      expect(returns(told)).toContain('0 absent 2');
    });

    test('by one that was under way meanwhile is not', () => {
      const told = delivered('ack_wait=15');
      told.consume([66, 69], '', EMPTY);
      told.acknowledge([68, 70], [success(told.handlers[0])], [1, 0]);
      expect(returns(told)).not.toContain('0 absent 2');
      // The other two were not named.
      expect(returns(told)).toContain('1 absent 2');
    });
  });
});

describe('a consume of which nobody knows what it took', () => {
  test.for([
    ['was lost', failure(), true],
    ['was answered 503', answer(503), true],
    ['was answered 500', answer(500), true],
    ['was answered with no array', answer(200, 'null'), true],
    ['was answered 408', answer(408), true],
    ['never left us', failure({ cause: 'unreachable', bytesLeft: false }), false],
    ['was refused', answer(400), false],
    ['was throttled', answer(429), false],
    ['came back empty', EMPTY, false],
  ] as const)('and %s, puts what is owed off by its lease: %s', ([, outcome, putOff]) => {
    const told = story({ letters: 1 });
    told.consume([30, 31], 'ack_wait=60', outcome);
    told.consume([50, 53], '', EMPTY);
    // An endpoint that has not noticed that we are gone hands out until its wait of 3 s is over, and up to 15 s later.
    expect(owed(told)?.must).toBe(putOff ? 30 + 3 + 15 + 60 + 15 : 15);
    const missed = returns(told).filter((one) => one === '0 absent 2').length;
    // One that came back empty has been missed itself already.
    expect(missed).toBe(putOff || outcome === EMPTY ? 0 : 1);
  });

  // Until the answer, or the end of the wait and 15 s of grace, it may have taken what it keeps for its lease, 30 s at least.
  test.for<readonly [string, When, string, number]>([
    ['waits for 60 s', [30, 31], 'time_wait=60&ack_wait=60', 30 + 60 + 15 + 60 + 15],
    ['waits for nobody knows how long', [30, 31], 'time_wait=3s&ack_wait=60', 30 + 60 + 15 + 60 + 15],
    ['was given up late', [30, 200], 'ack_wait=60', 200 + 60 + 15],
    ['takes a short lease', [30, 31], 'ack_wait=15', 30 + 3 + 15 + 30 + 15],
    ['takes the longest lease', [30, 31], 'ack_wait=300', 30 + 3 + 15 + 300 + 15],
    ['takes a lease of nobody knows what', [30, 31], 'ack_wait=14', 30 + 3 + 15 + 300 + 15],
  ])('and %s: %j', ([, when, query, must]) => {
    const told = story({ letters: 1 });
    told.consume(when, query, failure());
    told.consume([210, 213], '', EMPTY);
    expect(owed(told)?.must).toBe(must);
  });

  test('puts off by the latest of several, unless it was asked for only when this was answered', () => {
    const told = story({ letters: 1 });
    told.consume([30, 31], 'ack_wait=300', failure());
    told.consume([32, 33], 'ack_wait=15', failure());
    told.consume([50, 53], '', EMPTY);
    told.consume([53, 54], 'ack_wait=300', failure());
    const group = told.group();
    const [letter] = group.letters;
    const must = (place: number): number | undefined => {
      const consume = group.consumes[place];
      return letter && consume && obligationAt(group, letter, consume, SLACK)?.must;
    };
    expect(must(2)).toBe(30 + 3 + 15 + 300 + 15);
    // Nor does it put off what it owes itself.
    expect(must(0)).toBe(15);
    expect(must(1)).toBe(30 + 3 + 15 + 300 + 15);
  });

  test('puts off what was delivered before it, too, and not what has a longer lease', () => {
    const told = story({ letters: 2 });
    told.consume([19, 20], 'ack_wait=15', [0]);
    told.consume([19, 20], 'ack_wait=300', [1]);
    told.consume([22, 23], 'ack_wait=60', failure());
    told.consume([50, 53], '', EMPTY);
    expect(owed(told, 0)?.must).toBe(22 + 3 + 15 + 60 + 15);
    expect(owed(told, 1)?.must).toBe(335);
  });

  test('but only looked like one, puts off by the longest lease (J5)', () => {
    const told = story({ letters: 1 });
    told.exchange([30, 31], { method: 'HEAD', target: told.path, outcome: answer(200) });
    told.consume([50, 53], '', EMPTY);
    expect(owed(told)?.must).toBe(31 + 300 + 15);
  });

  test('is judged by the slack that is given', () => {
    const told = story({ letters: 1 });
    told.consume([30, 31], 'ack_wait=60', failure());
    const handlers = told.consume([50, 51], '', [0]);
    told.acknowledge([52, 53], handlers, [0, 1]);
    told.consume([60, 63], '', EMPTY);
    const group = told.group();
    const [letter, delivery, consume] = [group.letters[0], group.letters[0]?.deliveries[0], group.consumes[2]];
    if (letter === undefined || delivery === undefined || consume === undefined) throw new RangeError('not told so');
    // Whatever was asked of the group before.
    expect(touching(group, delivery, consume).length).toBe(1);
    expect(obligationAt(group, letter, consume, { ...SLACK, mustLate: 5 })?.must).toBe(30 + 3 + 5 + 60 + 5);
    expect(obligationAt(group, letter, consume, SLACK)?.must).toBe(30 + 3 + 15 + 60 + 15);
  });

  test('takes no SHOULD either', () => {
    const told = story({ letters: 1 });
    told.consume([20, 20.1], 'ack_wait=15', [0]);
    told.consume([21, 21.1], 'ack_wait=15', failure());
    told.consume([50, 53], '', EMPTY);
    expect(owed(told)).toMatchObject({ cause: 'lease', should: Infinity });
  });
});

describe('an empty answer proves nothing', () => {
  const absentAfter = (told: Story, sent = 100): string[] => {
    told.consume([sent, sent + 3], '', EMPTY);
    return returns(told);
  };

  test('unless it proves it: the control case', () => {
    expect(absentAfter(story({ letters: 1 }))).toEqual(['0 absent 1']);
  });

  test.for(['max_msgs=11', 'time_wait=3s', 'limit=1', 'max_msgs='])('to a query like %s', (query) => {
    const told = story({ letters: 1 });
    told.consume([100, 103], query, EMPTY);
    expect(returns(told)).toEqual([]);
  });

  test('if it is none, or to a consume that was sent when the letter was not yet due', () => {
    const told = story({ letters: 2 });
    told.consume([100, 103], '', [1]);
    told.consume([200, 203], '', EMPTY);
    const group = told.group();
    const [letter] = group.letters;
    const proves = (place: number, due: number): boolean | undefined => {
      const consume = group.consumes[place];
      return letter && consume && provesAbsence(group, consume, letter, due, SLACK);
    };
    expect([proves(0, 15), proves(1, 199.9), proves(1, 200)]).toEqual([false, true, false]);
  });

  test('but it does when the group was deleted only after it', () => {
    const told = story({ letters: 1 });
    told.consume([100, 103], '', EMPTY);
    const target = told.path.replace(/\/deadletters$/, '');
    told.exchange([103, 104], { method: 'DELETE', target, outcome: answer(204) });
    expect(returns(told)).toEqual(['0 absent 1']);
  });

  test.for([
    [71 * 3600 + 10, ['0 absent 1']],
    [71 * 3600 + 10.1, []],
  ] as const)('when three days may have passed since the failure at 10, as by an answer at %d s', ([at, expected]) => {
    const told = story();
    told.letter([10, 20]);
    told.consume([at - 3, at], '', EMPTY);
    expect(RETENTION_SURE).toBe(71 * 3600);
    expect(returns(told)).toEqual(expected);
  });

  test('when the group may have been deleted before', () => {
    const told = story({ letters: 1 });
    const group = told.path.replace(/\/deadletters$/, '');
    told.exchange([99, 101], { method: 'DELETE', target: group, outcome: answer(500) });
    expect(absentAfter(told)).toEqual([]);
  });

  test('when its queue was deleted while it was open', () => {
    const told = story({ letters: 1 });
    told.consume([100, 130], 'time_wait=30', EMPTY);
    told.exchange([120, 121], { method: 'DELETE', target: '/v1.0/p1/queues/q1', outcome: answer(204) });
    expect(returns(told)).toEqual([]);
  });

  test.for([
    [71 * 3600 - 10, ['0 absent 1']],
    [71 * 3600, []],
  ] as const)('when three days may have passed, as at %d s', ([sent, expected]) => {
    expect(absentAfter(story({ letters: 1 }), sent)).toEqual(expected);
  });
});

describe('on a FIFO queue', () => {
  const fifo = (): Story => story({ letters: 2, mode: 'FIFO' });

  test('a letter that is in flight may hold up the others (G1)', () => {
    const told = fifo();
    told.consume([20, 20.1], 'ack_wait=30', [0]);
    told.consume([30, 33], '', EMPTY);
    expect(returns(told)).toEqual(['0 back 1']);
  });

  test('on a NORMAL one it may not', () => {
    const told = story({ letters: 2 });
    told.consume([20, 20.1], 'ack_wait=30', [0]);
    told.consume([30, 33], '', EMPTY);
    expect(returns(told)).toEqual(['0 back 1', '1 absent 2']);
  });

  test('one that is settled holds up nothing', () => {
    const told = fifo();
    const handlers = told.consume([20, 20.1], 'ack_wait=30', [0]);
    told.acknowledge([21, 21.1], handlers, [1, 0]);
    told.consume([30, 33], '', EMPTY);
    expect(returns(told)).toEqual(['0 back 1', '1 absent 3']);
  });

  test.for([
    ['failed', [0, 1]],
    ['acknowledged by nobody knows what', failure()],
  ] as const)('one that was %s may still', ([, answered]) => {
    const told = fifo();
    const [handler = ''] = told.consume([20, 20.1], 'ack_wait=30', [0]);
    told.acknowledge([21, 21.1], [{ handler, status: answered instanceof Array ? 'fail' : 'success' }], answered);
    told.consume([30, 33], '', EMPTY);
    expect(returns(told).filter((one) => one.startsWith('1'))).toEqual([]);
  });

  test('one whose lease is surely over holds up nothing', () => {
    const told = fifo();
    told.consume([20, 20.1], 'ack_wait=15', [0]);
    told.consume([65, 65.05], 'time_wait=1', EMPTY);
    expect(returns(told).filter((one) => one.startsWith('1'))).toEqual([]);
    told.consume([65.2, 68], '', EMPTY);
    expect(returns(told)).toContain('1 absent 3');
  });

  test.for([
    [65, []],
    [65.1, ['1 absent 2']],
  ] as const)('one that was handed out until 20 for 30 s may hold up until 65: asked at %d, %j', ([sent, expected]) => {
    const told = fifo();
    told.consume([19, 20], 'ack_wait=15', [0]);
    told.consume([sent, sent + 3], '', EMPTY);
    expect(returns(told).filter((one) => one.startsWith('1'))).toEqual(expected);
  });

  test.for<readonly [string, When, readonly string[]]>([
    ['while this one was under way', [32, 34], []],
    ['when this one was answered', [33, 34], ['1 absent 1']],
  ])('one that was asked for %s', ([, when, expected]) => {
    const told = fifo();
    told.consume([30, 33], '', EMPTY);
    told.consume(when, '', [0]);
    expect(returns(told).filter((one) => one.startsWith('1'))).toEqual(expected);
  });

  test('what was handed out with it may hold it up', () => {
    const told = fifo();
    told.consume([20, 20.1], 'ack_wait=15', [0, 1]);
    told.consume([41, 44], '', EMPTY);
    expect(returns(told)).toEqual(['0 back 1', '1 back 1']);
  });

  test.for<readonly [string, When, readonly number[], readonly [number, number], readonly string[]]>([
    ['both were acknowledged', [21, 22], [0, 1], [2, 0], ['2 absent 3']],
    ['one was not', [21, 22], [0], [1, 0], []],
    ['one was not counted', [21, 22], [0, 1], [1, 1], []],
    ['the acknowledgement was still under way', [21, 30.1], [0, 1], [2, 0], []],
    ['the acknowledgement was just over', [21, 30], [0, 1], [2, 0], ['2 absent 3']],
  ])('of two that were handed out together, %s', ([, when, places, counts, expected]) => {
    const told = story({ letters: 3, mode: 'FIFO' });
    const handlers = told.consume([20, 20.1], '', [0, 1]);
    told.acknowledge(
      when,
      places.map((place) => handlers[place] ?? ''),
      counts,
    );
    told.consume([30, 33], '', EMPTY);
    expect(returns(told).filter((one) => one.startsWith('2'))).toEqual(expected);
  });

  test('both may be settled by acknowledgements of their own', () => {
    const told = story({ letters: 3, mode: 'FIFO' });
    for (const handler of told.consume([20, 20.1], '', [0, 1])) told.acknowledge([21, 22], [handler], [1, 0]);
    told.consume([30, 33], '', EMPTY);
    expect(returns(told)).toContain('2 absent 4');
  });

  test('one in flight holds up the others, whatever is settled besides', () => {
    const told = story({ letters: 3, mode: 'FIFO' });
    told.acknowledge([21, 22], told.consume([20, 20.1], '', [0]), [1, 0]);
    told.consume([23, 24], '', [1]);
    told.consume([30, 33], '', EMPTY);
    expect(returns(told)).not.toContain('2 absent 4');
  });

  test('what nobody arranged may hold up the others, whatever was said of it', () => {
    const told = fifo();
    const handlers = told.consume([20, 20.1], 'ack_wait=30', [7]);
    told.acknowledge([21, 22], handlers, [1, 0]);
    told.consume([30, 33], '', EMPTY);
    expect(returns(told)).toEqual([]);
    told.consume([70, 73], '', EMPTY);
    expect(returns(told)).toEqual(['0 absent 4', '1 absent 4']);
  });

  test('what this consume itself brings holds up nothing', () => {
    const told = fifo();
    told.consume([30, 33], '', [1]);
    const group = told.group();
    const [letter, consume] = [group.letters[0], group.consumes[0]];
    expect(letter && consume && owes(group, consume, letter, SLACK)).toBe(true);
  });

  test('the letter itself does not hold itself up', () => {
    const told = story({ letters: 1, mode: 'FIFO' });
    told.consume([20, 20.1], 'ack_wait=15', [0]);
    told.consume([41, 44], '', EMPTY);
    expect(returns(told)).toContain('0 late 2');
  });
});

test('what an acknowledgement may have done to a delivery it did before the consume acted, and not where it was throttled', () => {
  const told = story({ letters: 3 });
  const handlers = told.consume([20, 20.1], '', [0, 1]);
  const [other = ''] = told.consume([20, 20.1], '', [2]);
  const [first = '', second = ''] = handlers;
  told.acknowledge([21, 22], [first], [1, 0]);
  told.acknowledge([23, 24], [second], answer(429));
  told.acknowledge([25, 26], [other], [1, 0]);
  told.acknowledge([32, 34], [second], answer(400));
  told.acknowledge([33, 34], [second], answer(400));
  told.consume([30, 33], '', EMPTY);
  const group = told.group();
  const [delivery, consume] = [group.letters[1]?.deliveries[0], group.consumes[2]];
  if (delivery === undefined || consume === undefined) throw new RangeError('the story was not told like this');
  // Whoever named one of its batch touched it.
  expect(touching(group, delivery, consume).map(({ call }) => call.id)).toEqual([3, 6]);
});

describe('what was surely consumable when a consume was sent', () => {
  /** Places of the letters that the last consume might have got. */
  function consumable(told: Story): number[] {
    const group = told.group();
    const consume = group.consumes.at(-1);
    if (consume === undefined) throw new RangeError('the story lacks a consume');
    return consumableAt(group, consume, SLACK).map(({ letter }) => group.letters.indexOf(letter));
  }

  test.for([
    [19, []],
    [19.1, [1]],
    // By 10 + 30 + 15 the lease of the other one is surely over (D1).
    [55, [1]],
    [55.1, [0, 1]],
  ] as const)('is what surely arrived, or came back, before it was sent at %d: %j', ([sent, expected]) => {
    const told = story({ letters: 1 });
    told.letter([4, 4]);
    told.consume(10, 'ack_wait=15', [0]);
    told.consume([sent, sent + 30], 'time_wait=30', EMPTY);
    expect(consumable(told)).toEqual(expected);
  });

  test('is nothing that was settled, nor on FIFO what may be held up (G1)', () => {
    for (const [mode, expected] of [
      ['NORMAL', [2]],
      ['FIFO', []],
    ] as const) {
      const told = story({ letters: 3, mode });
      const [handler = ''] = told.consume(20, 'ack_wait=300', [0, 1]);
      told.acknowledge(21, [handler], [1, 0]);
      told.consume([30, 31], '', EMPTY);
      expect(consumable(told)).toEqual(expected);
    }
  });
});

test('lost before a consume is what may have acted before and may have taken something', () => {
  const told = story({ letters: 1 });
  told.consume([1, 2], '', failure());
  told.consume([3, 4], '', answer(400));
  told.consume([5, 8], '', answer(503));
  told.exchange(6, { method: 'HEAD', target: told.path, outcome: answer(200) });
  told.consume([7, 9], '', [0]);
  told.consume([9, 10], '', failure());
  const group = told.group();
  expect(group.consumes.map((consume) => lostBefore(group, consume).map(({ id }) => id))).toEqual([
    [],
    [1],
    [1, 4],
    [1, 3, 4],
    [1, 3, 4],
  ]);
});

test('the returns of a group are worked out once', () => {
  const told = story({ letters: 1 });
  told.consume([20, 23], '', EMPTY);
  const group = told.group();
  expect(returnsOf(group, SLACK)).toBe(returnsOf(group, SLACK));
  expect(returnsOf(group, SLACK)).toMatchObject([{ group, outcome: 'absent' }]);
});

describe('how late it came back', () => {
  /** The letter is handed out until 20 for 15 s; somebody else asks in between, and it comes back in the end. */
  function lateness(between: When | undefined, gives: Parameters<Story['consume']>[2], back: When): number | undefined {
    const told = story({ letters: 2 });
    told.consume([19, 20], 'ack_wait=15', [0]);
    if (between !== undefined) told.consume(between, 'time_wait=5', gives);
    told.consume(back, '', [0]);
    const group = told.group();
    const last = returnsOf(group, SLACK).find(
      ({ obligation, consume }) => obligation.letter === group.letters[0] && consume === group.consumes.at(-1),
    );
    return last && latenessOf(last);
  }

  // Its lease ends at 35.
  test.for<readonly [string, When | undefined, When, number | undefined]>([
    ['nobody', undefined, [39, 40], undefined],
    ['somebody', [34, 38], [38.1, 40], 5],
    ['somebody who was answered just then', [30, 35], [35.1, 40], 5],
    ['somebody who had been answered before', [30, 34.9], [36.1, 40], undefined],
    ['somebody who asked just then', [35, 38], [38.1, 40], 5],
    // A second between two polls counts as asking all the time.
    ['somebody who asked a little later', [36, 38], [38.1, 40], 5],
    ['somebody who asked only later', [36.1, 38], [38.1, 40], undefined],
    ['somebody who paused a little', [34, 38], [39, 40], 5],
    ['somebody who paused', [34, 38], [39.1, 40], undefined],
  ])('with %s asking when its lease ended (%j), and back in %j, it was late by %s', ([, between, back, expected]) => {
    expect(lateness(between, EMPTY, back)).toBe(expected);
  });

  test.for<readonly [string, Parameters<Story['consume']>[2]]>([
    ['something else', [1]],
    ['a refusal', answer(400)],
    ['nobody knows what', failure()],
  ])('is not known where somebody got %s then', ([, gives]) => {
    expect(lateness([34, 38], gives, [38.1, 40])).toBeUndefined();
  });

  test('is known from the consume alone that brought it', () => {
    expect(lateness(undefined, EMPTY, [35, 37])).toBe(2);
    expect(lateness(undefined, EMPTY, [30, 35])).toBe(0);
    expect(lateness(undefined, EMPTY, [36, 37])).toBe(2);
    expect(lateness(undefined, EMPTY, [36.1, 37])).toBeUndefined();
  });

  test('is not known where nobody asked for it for some time, whoever had asked at the end of its lease', () => {
    const told = story({ letters: 1 });
    told.consume([19, 20], 'ack_wait=30', [0]);
    told.consume([48, 52], 'time_wait=4', EMPTY);
    told.consume([100, 101], '', [0]);
    const [, back] = returnsOf(told.group(), SLACK);
    expect(back && latenessOf(back)).toBeUndefined();
  });

  test('is known from a chain of polls, of which a short one may have been sent last', () => {
    const told = story({ letters: 1 });
    told.consume([19, 20], 'ack_wait=15', [0]);
    told.consume([34, 40], 'time_wait=6', EMPTY);
    told.consume([35, 36], 'time_wait=1', EMPTY);
    told.consume([40.5, 43], 'time_wait=1', EMPTY);
    told.consume([43.5, 44], '', [0]);
    const back = returnsOf(told.group(), SLACK).at(-1);
    expect(back && latenessOf(back)).toBe(9);
  });

  test('is none where it came back too early', () => {
    const told = story({ letters: 1 });
    told.consume([19, 20], 'ack_wait=15', [0]);
    told.consume([30, 38], 'time_wait=5', EMPTY);
    told.consume([32, 33], '', [0]);
    const back = returnsOf(told.group(), SLACK).at(-1);
    expect(back && latenessOf(back)).toBe(0);
  });

  test('is none for what did not come back, and for what was acknowledged', () => {
    const told = story({ letters: 2 });
    const handlers = told.consume([19, 20], 'ack_wait=15', [0, 1]);
    told.consume([34, 36], '', EMPTY);
    told.consume([66, 69], '', EMPTY);
    const absent = returnsOf(told.group(), SLACK).find(({ outcome }) => outcome === 'absent');
    expect(absent).toMatchObject({ obligation: { cause: 'lease' } });
    expect(absent && latenessOf(absent)).toBeUndefined();
    told.acknowledge([21, 22], handlers.slice(0, 1), [0, 1]);
    told.consume([70, 71], '', [0, 1]);
    const returned = returnsOf(told.group(), SLACK).filter(({ consume }) => consume.id === 5);
    expect(returned.map(({ outcome, obligation }) => [outcome, obligation.cause])).toEqual([
      ['back', 'uncounted'],
      ['back', 'rest'],
    ]);
    expect(returned.map(latenessOf)).toEqual([undefined, undefined]);
  });

  test('is known where somebody was asking all the time since the end of the lease', () => {
    const told = story({ letters: 1 });
    told.consume([20, 20.1], 'ack_wait=15', [0]);
    told.consume([30, 37], 'time_wait=10', [0]);
    const [, back] = returnsOf(told.group(), SLACK);
    expect(back && latenessOf(back)).toBeCloseTo(1.9, 6);
  });

  test('is not known where nobody asked at the end of the lease', () => {
    const told = story({ letters: 1 });
    told.consume([20, 20.1], 'ack_wait=15', [0]);
    told.consume([36.2, 37], 'time_wait=10', [0]);
    const [, back] = returnsOf(told.group(), SLACK);
    expect(back && latenessOf(back)).toBeUndefined();
  });

  test('is nothing for what had never gone', () => {
    const told = story({ letters: 1 });
    told.consume([20, 20.1], '', [0]);
    const [first] = returnsOf(told.group(), SLACK);
    expect(first && latenessOf(first)).toBeUndefined();
  });
});

describe('whether anything of a group had appeared by then (K4)', () => {
  const appeared = (told: Story): boolean => {
    const group = told.group();
    const consume = group.consumes.find(({ empty }) => empty);
    if (consume === undefined) throw new RangeError('the story lacks an empty answer');
    return hasAppeared(group, consume);
  };

  test.for<readonly [string, When, boolean]>([
    ['was over before', [20, 21], true],
    ['came meanwhile', [20, 21.1], false],
    ['came only behind it', [24, 25], false],
  ])('a delivery that %s', ([, when, expected]) => {
    const told = story({ letters: 3 });
    told.consume([21, 24], '', answer(200, []));
    told.consume(when, '', [1]);
    told.consume(30, '', [1]);
    expect(appeared(told)).toBe(expected);
  });

  test('what was none of its dead letters does not count', () => {
    const told = story({ letters: 2 });
    told.consume(20, '', [7]);
    told.consume([21, 24], '', answer(200, []));
    expect(appeared(told)).toBe(false);
  });
});
