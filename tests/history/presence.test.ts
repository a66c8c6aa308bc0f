import { describe, expect, test } from 'vitest';
import { SLACK } from '../../src/history/leases.ts';
import { latenessOf, obligationAt, returnsOf, type Obligation } from '../../src/history/presence.ts';
import { answer, failure, story, type Story, type StoryOptions } from '../support/history.ts';

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

  test('the letter itself does not hold itself up', () => {
    const told = story({ letters: 1, mode: 'FIFO' });
    told.consume([20, 20.1], 'ack_wait=15', [0]);
    told.consume([41, 44], '', EMPTY);
    expect(returns(told)).toContain('0 late 2');
  });
});

describe('how late it came back', () => {
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
    told.consume([36, 37], 'time_wait=10', [0]);
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
