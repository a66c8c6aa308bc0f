import { describe, expect, test } from 'vitest';
import type { Answer, Failure } from '../../schemas/types.ts';
import type { AcknowledgeView } from '../../src/history/acknowledgements.ts';
import {
  answer,
  failure,
  story,
  type Acknowledged,
  type Story,
  type StoryOptions,
  type When,
} from '../support/history.ts';

/** Names a handler of the batch by its place, one of another batch by `b`, and one that nobody handed out by `x`. */
type Named = number | 'b' | 'x' | readonly [number | 'b' | 'x', status: unknown];

interface Told {
  readonly told: Story;
  entries(named: readonly Named[]): readonly Acknowledged[];
}

/** Three dead letters in one batch, handed out at 10 with a lease of 30 s, and a fourth in a batch of its own. */
function batchOfThree(query = 'ack_wait=30'): Told {
  const told = story({ letters: 4 });
  const batch = told.consume([10, 10.1], query, [0, 1, 2]);
  const [other = ''] = told.consume([10.2, 10.3], query, [3]);
  const handler = (name: number | 'b' | 'x'): string =>
    name === 'b' ? other : name === 'x' ? 'invented' : (batch[name] ?? '');
  return {
    told,
    entries: (named) =>
      named.map((one) => {
        if (!(one instanceof Array)) return { handler: handler(one), status: 'success' };
        const [name, status] = one;
        return status === undefined ? { handler: handler(name) } : { handler: handler(name), status };
      }),
  };
}

function last({ told }: Told): AcknowledgeView {
  const view = told.group().acknowledgements.at(-1);
  if (view === undefined) throw new RangeError('nothing was acknowledged');
  return view;
}

/** What became of the letters by that acknowledgement, in the order of sending. */
function fates(told: Story, index = -1): string[] {
  const group = told.group();
  const view = group.acknowledgements.at(index);
  return group.letters.map((letter) => view?.fateOf(letter) ?? 'nothing');
}

describe('the shape of an acknowledgement, and the most it may lawfully count', () => {
  test.for([
    [[0, 1, 2], 'in-order', 3],
    [[0], 'in-order', 1],
    [[0, 1], 'in-order', 2],
    // The check stops at the first that is not acknowledged (A4).
    [[0, [1, 'fail'], 2], 'in-order', 1],
    [[[0, 'fail'], 1], 'in-order', 0],
    [[[0, undefined], 1], 'in-order', 2],
    // A message that is not named is not acknowledged either (B3).
    [[1], 'gap', 0],
    [[1, 2], 'gap', 0],
    [[0, 2], 'gap', 1],
    // An endpoint may put entries into order first (B4), and across batches nothing is said (B5).
    [[1, 0], 'reordered', 2],
    [[2, 1], 'reordered', 2],
    [[0, 2, 1], 'reordered', 3],
    [[2, 1, [0, 'fail']], 'reordered', 2],
    [[0, 'b'], 'several', 2],
    [['b', 1], 'several', 2],
    // Counters count messages (B7).
    [[0, 0], 'duplicate', 1],
    [[0, 1, 0], 'duplicate', 2],
    [['x'], 'bad', 0],
    [['x', 0], 'bad', 0],
    [[0, 'x', 1], 'bad', 1],
    [[0, 1, 'x'], 'bad', 2],
    // Before it the batch has its order (B3), unless what is missing is named elsewhere (B4).
    [[1, 'x'], 'bad', 0],
    [[0, 2, 'x'], 'bad', 1],
    [[0, 'x', 2], 'bad', 1],
    [[1, 'x', 0], 'bad', 1],
    [[1, 0, 'x'], 'bad', 2],
    [[0, 0, 'x'], 'bad', 1],
    [[1, [2, 'fail'], 'x'], 'bad', 0],
    [[[0, 'fail'], 'x'], 'bad', 0],
    // What is wrong with the handlers comes first, then what is named twice, then the batches.
    [[0, 'b', 'x', 0], 'bad', 2],
    [[1, 0, 1, 'b'], 'duplicate', 3],
    [[0, 'b', 2, 1], 'several', 4],
    // Of these only what may count is counted.
    [[0, [0, 'fail']], 'duplicate', 1],
    [['b', [1, 'fail'], [2, 'SUCCESS']], 'several', 2],
    // Case variants, the empty string and null are left to the endpoint, but nothing that says failure (I2).
    [
      [
        [0, 'SUCCESS'],
        [1, ''],
        [2, null],
      ],
      'in-order',
      3,
    ],
    [[[0, 'FAIL']], 'in-order', 0],
    [[[0, 'failure']], 'in-order', 0],
    [[[0, 1]], 'in-order', 0],
    [[[0, true]], 'in-order', 0],
    [[[0, ' success']], 'in-order', 0],
    [[[0, ['success']]], 'in-order', 0],
    [[0, [1, 'unsuccessful'], 2], 'in-order', 1],
  ] as const)('%j is %s, at most %i', ([named, shape, ceiling]) => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries(named), [0, 0]);
    expect(last(own)).toMatchObject({ shape, ceiling });
  });

  test.for([
    [[0, 2], 1, [1]],
    [[2, 1], 1, [1]],
    [[0, 0], 1, [1]],
    [['b'], 2, [2]],
    [[0, 'b'], undefined, [1, 2]],
    [[0, 'x'], undefined, [1]],
    [['x'], undefined, []],
  ] as const)('%j is of the batch %s, and names handlers of %j', ([named, batch, batches]) => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries(named), [0, 0]);
    expect(last(own).batch?.id).toBe(batch);
    expect([...last(own).batches].map(({ id }) => id)).toEqual(batches);
  });

  test('what an earlier acknowledgement named leaves no gap', () => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries([0]), [1, 0]);
    own.told.acknowledge(12, own.entries([1, 2]), [2, 0]);
    expect(last(own)).toMatchObject({ shape: 'in-order', ceiling: 2 });
  });

  test.for([
    [[0], 1, 1],
    [[0, 1], 2, 2],
    [[1], 0, 0],
    [[0, 2], 1, 1],
  ] as const)('%j has its gap before entry %i', ([named, sure, perhaps]) => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries(named), [0, 0]);
    expect(last(own).gap).toEqual({ sure, perhaps });
  });

  test.for([[[1, 0]], [[0, 0]], [[0, 'b']], [[0, 'x']]] as const)('%j has none, being in no order', ([named]) => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries(named), [0, 0]);
    expect(last(own).gap).toBeUndefined();
  });

  test.for([
    ['is over', [12, 13], { sure: 1, perhaps: 1 }],
    ['is under way', [12, 13.1], { sure: 1, perhaps: 0 }],
    ['is sent meanwhile', [13.5, 15], { sure: 1, perhaps: 0 }],
    ['is sent later', [14, 15], { sure: 0, perhaps: 0 }],
  ] as const)('a gap may be closed by another acknowledgement that %s', ([, when, gap]) => {
    const own = batchOfThree();
    const tell = [
      { at: when[0], act: () => own.told.acknowledge([...when], own.entries([0]), [1, 0]) },
      { at: 13, act: () => own.told.acknowledge([13, 14], own.entries([1]), [1, 0]) },
    ].toSorted((a, b) => a.at - b.at);
    for (const { act } of tell) act();
    const view = own.told.group().acknowledgements.find(({ call }) => call.left === 13);
    expect(view).toMatchObject({ gap, shape: gap.sure === 1 ? 'in-order' : 'gap', ceiling: gap.sure });
  });

  test('a gap of what nobody arranged is closed, too', () => {
    const told = story({ letters: 1 });
    const [first = '', second = ''] = told.consume([10, 10.1], '', [7, 8]);
    told.acknowledge(11, [first], [1, 0]);
    told.acknowledge(12, [second], [1, 0]);
    expect(told.group().acknowledgements[1]).toMatchObject({ shape: 'in-order', gap: { sure: 1, perhaps: 1 } });
  });

  test('a gap is closed by the handler of another delivery, too', () => {
    const told = story({ letters: 3 });
    const [, , third = ''] = told.consume([10, 10.1], 'ack_wait=15', [0, 1, 2]);
    told.acknowledge([27, 27.1], told.consume([26, 26.1], 'ack_wait=15', [0]), [1, 0]);
    told.acknowledge([28, 28.1], [third], [0, 1]);
    expect(told.group().acknowledgements[1]).toMatchObject({ shape: 'gap' });
    told.acknowledge([30, 30.1], told.consume([29, 29.1], 'ack_wait=15', [1]), [1, 0]);
    told.acknowledge([31, 31.1], [third], [0, 1]);
    expect(told.group().acknowledgements[3]).toMatchObject({ shape: 'in-order', gap: { sure: 1, perhaps: 1 } });
  });

  test.for([
    // Whatever became of what was named before (B2).
    [[[0]], [1, 1], answer(400), [1], 'in-order', 1],
    [[[0, 1]], [2, 0], undefined, [2], 'in-order', 1],
    [[[1]], [0, 1], undefined, [0, 2], 'in-order', 2],
    [[[1]], [0, 1], undefined, [2], 'gap', 0],
    [[[0], [1]], [1, 0], undefined, [2], 'in-order', 1],
    // A throttled one was not looked at, and one that names nothing leaves every gap.
    [[[0]], [1, 0], answer(429), [1], 'gap', 0],
    [[['x']], [0, 1], undefined, [1], 'gap', 0],
    // What was named of another batch fills no gap of this one.
    [[['b', 2]], [2, 0], undefined, [1], 'gap', 0],
    [[['b', 0]], [2, 0], undefined, [1], 'in-order', 1],
  ] as const)(
    'behind %j (%j), answered %j, %j is %s, at most %i',
    ([before, counts, refusal, named, shape, ceiling]) => {
      const own = batchOfThree();
      for (const [index, one] of before.entries()) {
        own.told.acknowledge(11 + index, own.entries(one), refusal ?? counts);
      }
      own.told.acknowledge(20, own.entries(named), [0, 0]);
      expect(last(own)).toMatchObject({ shape, ceiling });
    },
  );

  test('of handlers that are dead or superseded nothing counts (C2, C3)', () => {
    const own = batchOfThree();
    own.told.acknowledge(60, own.entries([1, 0]), [0, 2]);
    expect(last(own)).toMatchObject({ shape: 'reordered', ceiling: 0 });
    const other = batchOfThree();
    other.told.acknowledge(60, other.entries([0, 1]), [0, 2]);
    expect(last(other)).toMatchObject({ shape: 'in-order', ceiling: 0 });
  });

  test('of handlers that may be dead all count', () => {
    const own = batchOfThree();
    own.told.acknowledge(45, own.entries([0, 1]), [0, 2]);
    expect(last(own)).toMatchObject({ shape: 'in-order', ceiling: 2 });
  });

  test('a message that was handed out under two handlers at once is one message (B7)', () => {
    const told = story({ letters: 2 });
    const handlers = told.consume([10, 10.1], '', [0, 0]);
    told.acknowledge(11, handlers, [2, 0]);
    expect(told.group().acknowledgements[0]).toMatchObject({ shape: 'duplicate', ceiling: 1 });
  });

  test.for([
    [[0, 1], 'in-order', 2],
    [[1, 0], 'reordered', 2],
    [[1], 'gap', 0],
    [[0, 0], 'duplicate', 1],
  ] as const)('what nobody arranged has its place, too: %j is %s, at most %i', ([places, shape, ceiling]) => {
    const told = story({ letters: 2 });
    const handlers = told.consume([10, 10.1], '', [7, 8]);
    told.acknowledge(
      11,
      places.map((place) => handlers[place] ?? ''),
      [0, 0],
    );
    expect(told.group().acknowledgements[0]).toMatchObject({ shape, ceiling, letters: new Set() });
  });

  test('a request that has not the documented form names nothing', () => {
    const own = batchOfThree();
    own.told.exchange(11, { method: 'POST', target: `${own.told.path}/ack`, body: '{}', outcome: answer(400) });
    expect(last(own)).toMatchObject({ entries: undefined, shape: undefined, ceiling: 0, due: undefined });
    expect(fates(own.told)).toEqual(['not-settled', 'not-settled', 'not-settled', 'not-settled']);
  });

  test('a handler belongs to what was handed out before the acknowledgement left', () => {
    // A handler may lawfully be used again for a redelivery (C3).
    const told = story({ letters: 1 });
    told.consume([10, 10.1], 'ack_wait=15', [[0, 'same']]);
    told.consume([60, 60.1], 'ack_wait=15', [[0, 'same']]);
    told.acknowledge(61, ['same'], [1, 0]);
    const [entry] = told.group().acknowledgements[0]?.entries ?? [];
    expect(entry).toMatchObject({ worth: 'live' });
    expect(entry?.delivery?.consume.id).toBe(2);
  });
});

describe('what a handler was worth', () => {
  // Handed out between 10 and 10.1 for 30 s: alive until 40 at least, dead from 55.1 on, with 15 s of grace.
  test.for([
    [[11, 11.1], 'live'],
    [[39, 39.9], 'live'],
    [[39, 40.1], 'open'],
    [[45, 45.1], 'open'],
    [[55.1, 56], 'open'],
    [[55.2, 56], 'dead'],
    [[500, 501], 'dead'],
  ] as const)('acknowledged in %j it was %s', ([when, worth]) => {
    const own = batchOfThree();
    own.told.acknowledge(when as When, own.entries([0]), [1, 0]);
    expect(last(own).entries?.[0]?.worth).toBe(worth);
  });

  // Every endpoint may hold a lease for 30 s (D1), so a shorter one is not surely over before.
  test.for([
    [[24, 24.9], 'live'],
    [[24, 25.1], 'open'],
    [[55, 55.1], 'open'],
    [[55.2, 55.3], 'dead'],
  ] as const)('with a lease of 15 s, acknowledged in %j it was %s', ([when, worth]) => {
    const own = batchOfThree('ack_wait=15');
    own.told.acknowledge(when as When, own.entries([0]), [1, 0]);
    expect(last(own).entries?.[0]?.worth).toBe(worth);
  });

  test('an acknowledgement under way while the consume was is of unknown handlers', () => {
    const told = story({ letters: 1 });
    told.consume([10, 12], '', [[0, 'guessed']]);
    told.acknowledge([11, 13], ['guessed'], [1, 0]);
    expect(told.group().acknowledgements[0]?.entries).toMatchObject([{ worth: 'unknown', delivery: undefined }]);
  });

  test('handed out again under another handler after its lease, the old one is superseded', () => {
    const told = story({ letters: 1 });
    const [old = ''] = told.consume([10, 10.1], 'ack_wait=30', [0]);
    told.consume([41, 41.1], 'ack_wait=30', [0]);
    told.acknowledge(42, [old], [1, 0]);
    expect(told.group().acknowledgements[0]).toMatchObject({ ceiling: 0, entries: [{ worth: 'superseded' }] });
  });

  test('handed out again too early, the old one may still be good', () => {
    const told = story({ letters: 1 });
    const [old = ''] = told.consume([10, 10.1], 'ack_wait=30', [0]);
    told.consume([12, 12.1], 'ack_wait=30', [0]);
    told.acknowledge(13, [old], [1, 0]);
    expect(told.group().acknowledgements[0]?.entries?.[0]?.worth).toBe('open');
  });

  test.for([
    ['counted as success', [0], [1, 0], 'spent', 'success'],
    ['named as fail', [[0, 'fail']], [0, 1], 'spent', 'fail'],
    ['refused', [0], answer(400), 'open', undefined],
    ['lost on the way', [0], failure(), 'open', undefined],
    ['answered without counters', [0], answer(200, '{}'), 'open', undefined],
  ] as const)('after one that was %s', ([, named, answered, worth, spentAs]) => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries(named), answered);
    own.told.acknowledge(12, own.entries([0]), [1, 0]);
    expect(last(own).entries?.[0]).toMatchObject({ worth, spentAs });
  });

  test('while another acknowledgement of it is under way it is open', () => {
    const own = batchOfThree();
    own.told.acknowledge([11, 13], own.entries([0]), [1, 0]);
    own.told.acknowledge([12, 14], own.entries([0]), [1, 0]);
    expect(last(own).entries?.[0]?.worth).toBe('open');
  });

  test('the rest of a batch that was acknowledged in part is open (B2)', () => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries([0]), [1, 0]);
    own.told.acknowledge(12, own.entries([1, 2]), [2, 0]);
    expect(last(own).entries?.map(({ worth }) => worth)).toEqual(['open', 'open']);
    expect(last(own).due).toBeUndefined();
  });
});

describe('what else bears on the worth of a handler', () => {
  const worths = (view: AcknowledgeView | undefined): (string | undefined)[] =>
    view?.entries?.map(({ worth }) => worth) ?? [];

  /** Handed out at 10 for 30 s, in an instant. */
  function one(handler = 'h'): Story {
    const told = story({ letters: 1 });
    told.consume(10, 'ack_wait=30', [[0, handler]]);
    return told;
  }
  const worthAt = (told: Story, when: When = 11, handler = 'h'): string | undefined => {
    told.acknowledge(when, [handler], [1, 0]);
    return worths(told.group().acknowledgements.at(-1))[0];
  };

  test('the control case: it is live at 11 and dead at 56', () => {
    expect(worthAt(one())).toBe('live');
    expect(worthAt(one(), 55)).toBe('open');
    expect(worthAt(one(), 56)).toBe('dead');
  });

  test.for([
    ['while the first is under way', [12.9, 14], 'open'],
    ['when the first is over', [13, 14], 'live'],
  ] as const)('another acknowledgement of the batch that is sent %s', ([, when, worth]) => {
    const own = batchOfThree();
    own.told.acknowledge([11, 13], own.entries([0]), [1, 0]);
    own.told.acknowledge(when as When, own.entries([1]), [0, 1]);
    expect(worths(own.told.group().acknowledgements[0])).toEqual([worth]);
  });

  test('another acknowledgement of another batch, or of a malformed request, contests nothing', () => {
    const own = batchOfThree();
    own.told.acknowledge([11, 13], own.entries([0]), [1, 0]);
    own.told.acknowledge([12, 14], own.entries(['b', 'x']), [1, 1]);
    own.told.exchange([12, 14], { method: 'POST', target: `${own.told.path}/ack`, body: '{}', outcome: answer(400) });
    expect(worths(own.told.group().acknowledgements[0])).toEqual(['live']);
  });

  test.for([
    ['was lost', [50, 51], failure(), 'open'],
    ['was lost under way', [55.5, 70], failure(), 'open'],
    ['was lost at the same instant as it was handed out', [10, 51], failure(), 'open'],
    ['was answered 503', [50, 51], answer(503), 'open'],
    ['was refused', [50, 51], answer(400), 'dead'],
    ['came back empty', [50, 51], answer(200, []), 'dead'],
    // It was over, or under way, when the message was handed out, or it left only later.
    ['was lost before', [8, 9], failure(), 'dead'],
    ['was lost, and had been sent before', [9, 51], failure(), 'dead'],
    ['was lost afterwards', [57, 58], failure(), 'dead'],
  ] as const)('beside a consume that %s, in %j: %s, a dead one is %s (C3)', ([, when, outcome, worth]) => {
    const told = one();
    told.consume(when as When, '', outcome);
    expect(worthAt(told, [56, 57])).toBe(worth);
  });

  test('a consume that was lost makes a live one no less live, and a spent or an unknown one no less so', () => {
    const told = one();
    told.consume([10.5, 10.6], '', failure());
    expect(worthAt(told)).toBe('live');
    expect(worthAt(told, 12)).toBe('spent');
    expect(worthAt(told, 13, 'invented')).toBe('unknown');
  });

  test('a consume that was lost may have handed a superseded handler out again', () => {
    const told = one();
    told.consume([41, 42], '', [[0, 'new']]);
    expect(worthAt(told, 43)).toBe('superseded');
    const lost = one();
    lost.consume([41, 42], '', [[0, 'new']]);
    lost.consume([42, 42.5], '', failure());
    expect(worthAt(lost, 43)).toBe('open');
  });

  test('a consume under way may have handed the same handler out again (C3)', () => {
    const told = one();
    told.consume([56, 59], '', [[0, 'h']]);
    expect(worthAt(told, [57, 58])).toBe('open');
    const [view] = told.group().acknowledgements;
    expect([...(view?.batches ?? [])].map(({ id }) => id)).toEqual([1, 2]);
    expect(view?.batch?.id).toBe(1);
    const later = one();
    later.consume([58, 59], '', [[0, 'h']]);
    expect(worthAt(later, [57, 58])).toBe('dead');
  });

  test('a handler that is handed out while it is named is of a batch whose lease it may end', () => {
    const told = story({ letters: 1 });
    told.consume([10, 12], '', [[0, 'guessed']]);
    told.acknowledge([11, 13], ['guessed'], [0, 1]);
    const [view] = told.group().acknowledgements;
    expect([...(view?.batches ?? [])].map(({ id }) => id)).toEqual([1]);
    expect(view).toMatchObject({ batch: undefined, shape: 'bad', letters: new Set() });
    // What is acknowledged afterwards is no first acknowledgement of its batch.
    expect(worthAt(told, 14, 'guessed')).toBe('open');
  });

  // Its own lease is over when 10 + 30 has passed; before that it may be good still, however early it was handed out again.
  test.for([
    ['new', 40, 'open'],
    ['new', 40.1, 'superseded'],
    ['h', 40.1, 'live'],
  ] as const)('handed out again as %s and named at %d, it is %s', ([handler, when, worth]) => {
    const told = one();
    told.consume([38, 39], 'ack_wait=30', [[0, handler]]);
    expect(worthAt(told, when)).toBe(worth);
  });

  test('handed out again under way, it is as it was', () => {
    const told = one();
    told.consume([41, 43], 'ack_wait=30', [[0, 'new']]);
    expect(worthAt(told, [42, 44])).toBe('open');
    const before = story({ letters: 1 });
    before.consume([9, 12], 'ack_wait=15', [[0, 'h']]);
    before.consume([11, 13], 'ack_wait=15', [[0, 'new']]);
    expect(worthAt(before, [28, 29])).toBe('open');
  });

  test('a consume that brings other messages, or the same under another handler before, supersedes nothing', () => {
    const told = story({ letters: 2 });
    told.consume([1, 2], 'ack_wait=15', [[0, 'old']]);
    told.consume([50, 51], 'ack_wait=30', [[0, 'h']]);
    told.consume([52, 53], 'ack_wait=30', [[1, 'other']]);
    expect(worthAt(told, 54)).toBe('live');
  });

  test.for([
    // Nothing that counted was named in it, so the lease goes on to its end.
    ['refused', answer(400), 'open', 'dead'],
    ['throttled', answer(429), 'live', 'dead'],
    // The answer says that it was not acknowledged, so it runs out as any other (C2).
    ['counted as failed', [0, 1], 'spent', 'dead'],
    // Perhaps it was acknowledged, and then that it counts again is only unwelcome (B8).
    ['lost on the way', failure(), 'open', 'open'],
    ['counted as success', [1, 0], 'spent', 'spent'],
  ] as const)('after an acknowledgement that was %s', ([, answered, soon, late]) => {
    const told = one();
    told.acknowledge(11, ['h'], answered);
    expect(worthAt(told, 12)).toBe(soon);
    const later = one();
    later.acknowledge(11, ['h'], answered);
    expect(worthAt(later, 56)).toBe(late);
  });

  test.for([
    [answer(400), [1, 0], [0, 1], 'spent', 'success'],
    // What was counted once stays gone (guard 2), whatever was said before.
    [answer(400), [0, 1], [1, 0], 'spent', 'success'],
    [answer(400), [0, 1], answer(429), 'spent', 'fail'],
    // The second one may have failed because the first had acknowledged it.
    [failure(), [0, 1], answer(400), 'open', undefined],
    [failure(), [1, 0], [0, 1], 'spent', 'success'],
  ] as const)(
    'after several that were answered %j, %j and %j it is %s as %s',
    ([first, second, third, worth, spentAs]) => {
      const told = one();
      for (const [index, answered] of [first, second, third].entries()) told.acknowledge(11 + index, ['h'], answered);
      expect(worthAt(told, 14)).toBe(worth);
      expect(told.group().acknowledgements.at(-1)?.entries?.[0]?.spentAs).toBe(spentAs);
    },
  );

  test.for([
    // It failed for sure, whether it was said or not.
    [[{ handler: 'h', status: 'fail' }], [0, 1], 'spent', 'dead'],
    [[{ handler: 'h', status: 'fail' }], failure(), 'open', 'dead'],
    [[{ handler: 'h', status: 'fail' }], answer(200, '{}'), 'open', 'dead'],
    [[{ handler: 'h', status: 'SUCCESS' }], failure(), 'open', 'open'],
    // One that names it among others of its batch.
    [['other', 'h'], failure(), 'open', 'open'],
    [['other'], failure(), 'open', 'dead'],
    [['other', { handler: 'h', status: 'fail' }], failure(), 'open', 'dead'],
  ] as const)('named as %j and answered %j it is %s, and at last %s', ([named, answered, soon, late]) => {
    for (const [when, worth] of [
      [12, soon],
      [56, late],
    ] as const) {
      const told = story({ letters: 2 });
      told.consume(10, 'ack_wait=30', [
        [0, 'other'],
        [1, 'h'],
      ]);
      told.acknowledge(11, named, answered);
      expect(worthAt(told, when)).toBe(worth);
    }
  });

  test('named in a malformed request of which nobody knows what it did, it is never dead for sure', () => {
    for (const [outcome, late] of [
      [answer(503), 'open'],
      [answer(400), 'dead'],
    ] as const) {
      const told = one();
      told.exchange(11, { method: 'POST', target: `${told.path}/ack`, body: '{"message":{"handler":"h"}}', outcome });
      expect(worthAt(told, 56)).toBe(late);
    }
  });

  test('of two late acknowledgements both are of a dead handler (C2)', () => {
    const told = one();
    told.acknowledge(100, ['h'], [0, 1]);
    expect(worthAt(told, 101)).toBe('dead');
    expect(told.group().acknowledgements.at(-1)).toMatchObject({ ceiling: 0, entries: [{ spentAs: undefined }] });
    // Nor does it matter that nobody knows what a late one did.
    const lost = one();
    lost.acknowledge(100, ['h'], failure());
    expect(worthAt(lost, 101)).toBe('dead');
  });

  test('failed and handed out again, the old handler is superseded when its deadline has passed (C3)', () => {
    for (const [when, worth] of [
      [40, 'spent'],
      [40.1, 'superseded'],
    ] as const) {
      const told = one();
      told.acknowledge(11, [{ handler: 'h', status: 'fail' }], [0, 1]);
      told.consume(13, 'ack_wait=60', [[0, 'new']]);
      expect(worthAt(told, when)).toBe(worth);
    }
  });

  test('another acknowledgement that was throttled contests nothing', () => {
    const told = one();
    told.acknowledge([11, 13], ['h'], [1, 0]);
    told.acknowledge([12, 14], ['h'], answer(429));
    expect(worths(told.group().acknowledgements[0])).toEqual(['live']);
  });

  test('named beside others it is spent all the same', () => {
    for (const place of [0, 1]) {
      const own = batchOfThree();
      own.told.acknowledge(11, own.entries([0, 1]), [2, 0]);
      own.told.acknowledge(12, own.entries([place]), [0, 1]);
      expect(last(own).entries?.[0]).toMatchObject({ worth: 'spent', spentAs: 'success' });
    }
  });

  test('that an acknowledgement named the rest of its batch spends nothing', () => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries([1]), [0, 1]);
    own.told.acknowledge(12, own.entries([0]), [1, 0]);
    expect(last(own).entries?.[0]).toMatchObject({ worth: 'open', spentAs: undefined });
  });

  test('what nobody arranged is live, and once it was named it is open', () => {
    const told = story({ letters: 2 });
    told.consume([10, 10.1], 'ack_wait=30', [[7, 'h']]);
    expect(worthAt(told, 11)).toBe('live');
    expect(worthAt(told, 12)).toBe('open');
  });

  test('what was handed out without a handler is named by nobody', () => {
    const told = story({ letters: 1 });
    const body = { tag: told.tags[0] };
    told.exchange([10, 10.1], { target: told.path, outcome: answer(200, [{ message: { body } }]) });
    expect(worthAt(told, 11, 'undefined')).toBe('unknown');
  });
});

describe('a malformed request that names handlers all the same', () => {
  /** Two messages in one batch and a third in another, named by a request of which nobody can say what it means. */
  function malformed(body: string | undefined, outcome = answer(400), handler = 'first'): Story {
    const told = story({ letters: 3 });
    told.consume([10, 10.1], '', [
      [0, handler],
      [1, 'other'],
    ]);
    told.consume([10.2, 10.3], '', [[2, 'third']]);
    told.exchange([11, 12], {
      method: 'POST',
      target: `${told.path}/ack`,
      headers: [['content-type', 'application/json']],
      outcome,
      ...(body === undefined ? {} : { body }),
    });
    return told;
  }
  const named = (told: Story): number[] => {
    const group = told.group();
    const [view] = group.acknowledgements;
    return [...(view?.letters ?? [])].map((letter) => group.letters.indexOf(letter));
  };

  test.for<readonly [string | undefined, string, readonly number[]]>([
    ['{"message":{"handler":"first"}}', 'first', [0]],
    ['"handler": first', 'first', [0]],
    ['{"message":["third", "other"]}', 'first', [1, 2]],
    // Its text is that of JSON.
    ['{"messages":[{"handler":"a\\"b"}]}', 'a"b', [0]],
    ['{"messages":[{"handler":"a"}]}', '"', []],
    ['{}', 'first', []],
    // An empty handler stands in every text, and says nothing.
    ['{}', '', []],
    [undefined, 'first', []],
  ])('%s with the handler %j names %j', ([body, handler, letters]) => {
    expect(named(malformed(body, answer(400), handler))).toEqual(letters);
  });

  test.for([
    [answer(400), 'not-settled'],
    [answer(429), 'not-settled'],
    [answer(200, { success: 1, fail: 0 }), 'perhaps'],
    [answer(503), 'perhaps'],
    [answer(500), 'perhaps'],
  ] as const)('and is answered %j leaves it %s', ([outcome, fate]) => {
    const told = malformed('{"message":{"handler":"first"}}', outcome);
    expect(fates(told)).toEqual([fate, 'not-settled', 'not-settled']);
    expect(told.group().acknowledgements[0]).toMatchObject({ entries: undefined, ceiling: 0, batch: undefined });
  });

  test('ends the leases of that batch only (guard 3)', () => {
    const told = malformed('{"message":{"handler":"first"}}');
    told.acknowledge(13, ['first', 'other'], [2, 0]);
    told.acknowledge(14, ['third'], [1, 0]);
    const [first, second, third] = told.group().acknowledgements;
    expect([...(first?.batches ?? [])].map(({ id }) => id)).toEqual([1]);
    expect(second?.entries?.map(({ worth }) => worth)).toEqual(['open', 'open']);
    // It named nothing in its place: what stands first is the first.
    expect(second?.shape).toBe('in-order');
    expect(third?.entries?.map(({ worth }) => worth)).toEqual(['live']);
  });

  test('names no batch that was asked for only after it', () => {
    const told = malformed('{"message":"anew"}');
    told.consume([12, 13], '', [[2, 'anew']]);
    expect(told.group().acknowledgements[0]?.batches).toEqual(new Set());
  });
});

describe('what has to be answered', () => {
  /** The only batch there is, so that no other one can be outstanding. */
  function alone(entries: (handlers: readonly string[]) => readonly (string | Acknowledged)[], when: When = 11): Told {
    const told = story({ letters: 3 });
    const handlers = told.consume([10, 10.1], 'ack_wait=30', [0, 1, 2]);
    told.acknowledge(when, entries(handlers), [0, 0]);
    return { told, entries: () => [] };
  }
  const success = (handler = ''): Acknowledged => ({ handler, status: 'success' });
  const fail = (handler = ''): Acknowledged => ({ handler, status: 'fail' });

  test.for([
    [
      'the whole batch',
      ([a, b, c]: readonly string[]) => [success(a), success(b), success(c)],
      { successes: 3, sent: 3 },
    ],
    ['its first part', ([a, b]: readonly string[]) => [success(a), success(b)], { successes: 2, sent: 2 }],
    [
      'success, fail, success',
      ([a, b, c]: readonly string[]) => [success(a), fail(b), success(c)],
      { successes: 1, sent: 3 },
    ],
    ['all failed', ([a, b, c]: readonly string[]) => [fail(a), fail(b), fail(c)], { successes: 0, sent: 3 }],
  ] as const)('of %s', ([, entries, due]) => {
    const view = last(alone(entries));
    expect(view.due).toEqual({ ...due, batchSize: 3, statusOmitted: false, ordinary: true });
    expect(view.dueAlone).toBeUndefined();
  });

  test('a status that is left out is said', () => {
    expect(last(alone(([a = '']) => [{ handler: a }])).due).toMatchObject({ successes: 1, statusOmitted: true });
  });

  test.for([
    ['a gap', ([, b]: readonly string[]) => [success(b)], 11],
    ['a wrong order', ([a, b]: readonly string[]) => [success(b), success(a)], 11],
    ['a message twice', ([a]: readonly string[]) => [success(a), success(a)], 11],
    ['an invented handler', ([a]: readonly string[]) => [success(a), success('invented')], 11],
    ['an illegal status', ([a = '']: readonly string[]) => [{ handler: a, status: 'SUCCESS' }], 11],
    ['a lease that may be over', ([a]: readonly string[]) => [success(a)], 41],
    [
      'an illegal status behind a legal one',
      ([a = '', b = '']: readonly string[]) => [success(a), { handler: b, status: null }],
      11,
    ],
  ] as const)('of %s nothing is said', ([, entries, when]) => {
    expect(last(alone(entries, when)).due).toBeUndefined();
  });

  test.for([
    ['no content type', undefined, '{"message":[{"handler":"h1.0","status":"success"}]}'],
    ['a charset', 'application/json; charset=utf-8', '{"message":[{"handler":"h1.0","status":"success"}]}'],
    ['another content type', 'text/plain', '{"message":[{"handler":"h1.0","status":"success"}]}'],
    ['a member beside message', 'application/json', '{"message":[{"handler":"h1.0","status":"success"}],"more":1}'],
    ['a member beside status', 'application/json', '{"message":[{"handler":"h1.0","status":"success","more":1}]}'],
  ] as const)('with %s it is not the ordinary case', ([, contentType, body]) => {
    const told = story({ letters: 1 });
    told.consume([10, 10.1], '', [0]);
    told.exchange(11, {
      method: 'POST',
      target: `${told.path}/ack`,
      headers: contentType === undefined ? [] : [['content-type', contentType]],
      body,
      outcome: answer(200, { success: 1, fail: 0 }),
    });
    expect(told.group().acknowledgements[0]?.due).toMatchObject({ successes: 1, ordinary: false });
  });

  test('a status that is left out behind others is said, too', () => {
    const view = last(alone(([a = '', b = '']) => [success(a), { handler: b }]));
    expect(view.due).toMatchObject({ successes: 2, sent: 2, statusOmitted: true, ordinary: true });
  });

  // How many entries there may be is not said (I4), but a batch has ten at most.
  test.for([
    [10, 10],
    [11, undefined],
  ] as const)('of %i entries: %s successes', ([many, successes]) => {
    const told = story({ letters: 11 });
    const handlers = told.consume([10, 10.1], '', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    told.acknowledge(11, handlers.slice(0, many), [many, 0]);
    expect(told.group().acknowledgements[0]?.due?.successes).toBe(successes);
  });

  test('of a message that was handed out again meanwhile nothing is said, whatever stands beside it', () => {
    const told = story({ letters: 2 });
    const handlers = told.consume([10, 10.1], '', [0, 1]);
    told.consume([12, 13], '', [0]);
    told.acknowledge(14, handlers, [2, 0]);
    const [view] = told.group().acknowledgements;
    expect(view?.entries?.map(({ worth }) => worth)).toEqual(['open', 'live']);
    expect({ due: view?.due, dueAlone: view?.dueAlone }).toEqual({ due: undefined, dueAlone: undefined });
  });

  test('with a member beside the status of one entry it is not the ordinary case either', () => {
    const view = last(alone(([a = '', b = '']) => [success(a), { ...success(b), more: 1 } as Acknowledged]));
    expect(view.due).toMatchObject({ successes: 2, ordinary: false });
  });

  test('while an earlier batch is in flight it is only due alone (B6)', () => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries(['b']), [1, 0]);
    expect(last(own).due).toBeUndefined();
    expect(last(own).dueAlone).toMatchObject({ successes: 1, sent: 1, batchSize: 1 });
  });

  test('behind an earlier batch that is settled it is due', () => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries([0, 1, 2]), [3, 0]);
    own.told.acknowledge(12, own.entries(['b']), [1, 0]);
    expect(last(own).due).toMatchObject({ successes: 1 });
  });

  test('behind an earlier batch of which a part is open it is not', () => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries([0, 1]), [2, 0]);
    own.told.acknowledge(12, own.entries(['b']), [1, 0]);
    expect(last(own).due).toBeUndefined();
  });

  test('behind an earlier batch whose leases are surely over it is due', () => {
    const told = story({ letters: 2 });
    told.consume([10, 10.1], 'ack_wait=15', [0]);
    const [handler = ''] = told.consume([60, 60.1], 'ack_wait=30', [1]);
    told.acknowledge(61, [handler], [1, 0]);
    expect(told.group().acknowledgements[0]?.due).toMatchObject({ successes: 1 });
  });
});

describe('whether another batch is outstanding (B6)', () => {
  type Mode = NonNullable<StoryOptions['mode']>;
  /** Tells of another batch, and acknowledges one that was handed out at 20 for 300 s: 'due', or 'alone' beside the other. */
  function dueBeside(
    other: (told: Story) => void,
    options: { readonly mode?: Mode; readonly at?: number } = {},
  ): string {
    const { mode = 'NORMAL', at = 22 } = options;
    const told = story({ letters: 3, mode });
    other(told);
    const [handler = ''] = told.consume([20, 21], 'ack_wait=300', [2]);
    told.acknowledge([at, at + 1], [handler], [1, 0]);
    const view = told.group().acknowledgements.at(-1);
    if (view?.due !== undefined && view.dueAlone !== undefined) return 'both';
    return view?.due === undefined ? (view?.dueAlone === undefined ? 'nothing' : 'alone') : 'due';
  }
  const batch =
    (when: When, query = 'ack_wait=30') =>
    (told: Story): void => {
      told.consume(when, query, [
        [0, 'a'],
        [1, 'b'],
      ]);
    };

  test('the control case: beside nothing it is due', () => {
    expect(dueBeside(() => undefined)).toBe('due');
  });

  test.for<readonly [string, When, number, string]>([
    ['was over', [9, 10], 22, 'alone'],
    ['was under way when this was asked for', [9, 25], 26, 'alone'],
    ['was asked for while this was under way', [20.9, 25], 26, 'alone'],
    ['was asked for when this was there', [21, 21.5], 22, 'due'],
    // Its leases end at 10 + 30, and 15 s of grace later for sure.
    ['is perhaps over', [9, 10], 55, 'alone'],
    ['is surely over', [9, 10], 55.1, 'due'],
  ])('beside one that %s: %j, acknowledged at %d: %s', ([, when, at, expected]) => {
    expect(dueBeside(batch(when), { at })).toBe(expected);
    // No endpoint has to be quicker than 30 s (D1).
    expect(dueBeside(batch(when, 'ack_wait=15'), { at })).toBe(expected);
  });

  test.for<readonly [string, Answer | Failure, string, number, string]>([
    ['was lost', failure(), 'ack_wait=30', 22, 'alone'],
    ['was lost', failure(), 'ack_wait=15', 55, 'alone'],
    ['was lost', failure(), 'ack_wait=15', 55.1, 'due'],
    ['was lost', failure(), 'ack_wait=60', 85, 'alone'],
    ['was lost', failure(), 'ack_wait=60', 85.1, 'due'],
    ['was answered 500', answer(500), '', 22, 'alone'],
    ['was refused', answer(400), '', 22, 'due'],
    ['came back empty', answer(200, []), '', 22, 'due'],
  ])('beside a consume that %s (%j, %s), acknowledged at %d: %s', ([, outcome, query, at, expected]) => {
    for (const mode of ['NORMAL', 'FIFO'] as const) {
      expect(dueBeside((told) => told.consume([9, 10], query, outcome), { mode, at })).toBe(expected);
    }
  });

  test('beside its own consume it is due', () => {
    const told = story({ letters: 1 });
    const [handler = ''] = told.consume([1, 2], '', [0]);
    told.consume([3, 4], '', answer(400));
    told.acknowledge(5, [handler], [1, 0]);
    expect(told.group().acknowledgements[0]?.due).toBeDefined();
  });

  type Entries = Parameters<Story['acknowledge']>[1];
  type Answered = Parameters<Story['acknowledge']>[2];
  const failed: Entries = [
    { handler: 'a', status: 'fail' },
    { handler: 'b', status: 'fail' },
  ];
  test.for<readonly [string, When, Entries, Answered, string]>([
    ['acknowledged', 11, ['a', 'b'], [2, 0], 'due'],
    ['named as failed', 11, failed, [0, 2], 'due'],
    ['named and counted as failed', 11, ['a', 'b'], [0, 2], 'due'],
    ['acknowledged in part', 11, ['a'], [1, 0], 'alone'],
    ['acknowledged in its other part', 11, ['b'], [0, 1], 'alone'],
    ['refused', 11, ['a', 'b'], answer(400), 'alone'],
    ['throttled', 11, ['a', 'b'], answer(429), 'alone'],
    ['acknowledged, but nobody knows', 11, ['a', 'b'], failure(), 'alone'],
    ['acknowledged without counters', 11, ['a', 'b'], answer(200, '{}'), 'alone'],
    ['acknowledged meanwhile', [11, 22.5], ['a', 'b'], [2, 0], 'alone'],
    ['acknowledged just before', [11, 22], ['a', 'b'], [2, 0], 'due'],
  ])('beside one that was %s', ([, when, entries, answered, expected]) => {
    for (const mode of ['NORMAL', 'FIFO'] as const) {
      const told = (one: Story): void => {
        batch([9, 10])(one);
        one.acknowledge(when, entries, answered);
      };
      expect(dueBeside(told, { mode })).toBe(expected);
    }
  });

  test('beside one that was acknowledged by parts', () => {
    const told = (one: Story): void => {
      batch([9, 10])(one);
      one.acknowledge(11, ['a'], [1, 0]);
      one.acknowledge(12, ['b'], [1, 0]);
    };
    expect(dueBeside(told)).toBe('due');
  });

  test('on FIFO one that was never acknowledged may hold up the rest for ever, on NORMAL only while it is in flight', () => {
    expect(dueBeside(batch([9, 10]), { mode: 'FIFO', at: 100 })).toBe('alone');
    expect(dueBeside(batch([9, 10]), { mode: 'NORMAL', at: 100 })).toBe('due');
  });
});

describe('what became of the messages', () => {
  test.for([
    // The first N of a sequence in order (A1).
    [
      [0, 1, 2],
      [3, 0],
      ['settled', 'settled', 'settled', 'not-settled'],
    ],
    [
      [0, 1, 2],
      [2, 1],
      ['settled', 'settled', 'not-settled', 'not-settled'],
    ],
    [
      [0, 1, 2],
      [0, 3],
      ['not-settled', 'not-settled', 'not-settled', 'not-settled'],
    ],
    [
      [0, 2],
      [1, 1],
      ['settled', 'not-settled', 'not-settled', 'not-settled'],
    ],
    [[0], [1, 0], ['settled', 'not-settled', 'not-settled', 'not-settled']],
    // Elsewhere only sure where all that could be were counted.
    [
      [1, 0],
      [2, 0],
      ['settled', 'settled', 'not-settled', 'not-settled'],
    ],
    [
      [1, 0],
      [1, 1],
      ['perhaps', 'perhaps', 'not-settled', 'not-settled'],
    ],
    [
      [0, 'b'],
      [2, 0],
      ['settled', 'not-settled', 'not-settled', 'settled'],
    ],
    [
      [0, 'b'],
      [1, 1],
      ['perhaps', 'not-settled', 'not-settled', 'perhaps'],
    ],
    [
      [2, [1, 'fail'], 0],
      [2, 1],
      ['settled', 'not-settled', 'settled', 'not-settled'],
    ],
    // Behind an invalid handler nothing is settled; before it, what stands in the order of its batch is (C4).
    [
      [0, 'x', 1],
      [1, 2],
      ['settled', 'not-settled', 'not-settled', 'not-settled'],
    ],
    [
      [1, 'x'],
      [1, 1],
      ['not-settled', 'not-settled', 'not-settled', 'not-settled'],
    ],
    [
      [1, 'x', 0],
      [1, 2],
      ['not-settled', 'perhaps', 'not-settled', 'not-settled'],
    ],
    [
      [0, 1, 'x'],
      [2, 1],
      ['settled', 'settled', 'not-settled', 'not-settled'],
    ],
    [
      [0, 1, 'x'],
      [1, 2],
      ['settled', 'not-settled', 'not-settled', 'not-settled'],
    ],
    [
      [0, 'x', 1],
      [2, 1],
      ['settled', 'not-settled', 'not-settled', 'not-settled'],
    ],
    [
      ['x', 0],
      [1, 1],
      ['not-settled', 'not-settled', 'not-settled', 'not-settled'],
    ],
    [
      [0, 'b', 'x'],
      [2, 1],
      ['settled', 'not-settled', 'not-settled', 'perhaps'],
    ],
    [
      ['b', 1, 'x'],
      [2, 1],
      ['not-settled', 'perhaps', 'not-settled', 'settled'],
    ],
    // What says failure is not settled, and where all the others were counted, they are.
    [
      [0, ['b', 'fail']],
      [1, 1],
      ['settled', 'not-settled', 'not-settled', 'not-settled'],
    ],
    [
      [0, 'b', [1, 'fail']],
      [1, 2],
      ['perhaps', 'not-settled', 'not-settled', 'perhaps'],
    ],
    [
      [0, 1, 0],
      [1, 2],
      ['perhaps', 'perhaps', 'not-settled', 'not-settled'],
    ],
    [
      [0, 0],
      [1, 1],
      ['settled', 'not-settled', 'not-settled', 'not-settled'],
    ],
    [
      [0, 'b'],
      [0, 2],
      ['not-settled', 'not-settled', 'not-settled', 'not-settled'],
    ],
    [[0, 0], answer(429), ['not-settled', 'not-settled', 'not-settled', 'not-settled']],
    [['b', 0], answer(503), ['perhaps', 'not-settled', 'not-settled', 'perhaps']],
    // A refused one settles nothing (guard 3), but a message that is named twice may be gone (B7).
    [[0, 1], answer(400), ['not-settled', 'not-settled', 'not-settled', 'not-settled']],
    [[0, 0], answer(400), ['perhaps', 'not-settled', 'not-settled', 'not-settled']],
    [[0], answer(429), ['not-settled', 'not-settled', 'not-settled', 'not-settled']],
    // An unknown effect leaves both open.
    [[0], failure(), ['perhaps', 'not-settled', 'not-settled', 'not-settled']],
    [[0], answer(503), ['perhaps', 'not-settled', 'not-settled', 'not-settled']],
    [[0], answer(500), ['perhaps', 'not-settled', 'not-settled', 'not-settled']],
    [[0], answer(200, '{"success":"1"}'), ['perhaps', 'not-settled', 'not-settled', 'not-settled']],
  ] as const)('acknowledged as %j and answered %j: %j', ([named, answered, expected]) => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries(named), answered);
    expect(fates(own.told)).toEqual(expected);
  });

  test('a request that never left us did nothing', () => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries([0]), failure({ cause: 'unreachable', bytesLeft: false }));
    expect(fates(own.told)[0]).toBe('not-settled');
  });
});

describe('a batch that came again', () => {
  /** A batch of two that failed, and came again under other handlers. */
  function cameAgain(): { readonly told: Story; readonly first: readonly string[]; readonly again: readonly string[] } {
    const told = story({ letters: 2 });
    const first = told.consume(1, 'ack_wait=30', [0, 1]);
    told.acknowledge(
      2,
      first.map((handler) => ({ handler, status: 'fail' })),
      [0, 2],
    );
    return { told, first, again: told.consume(3, 'ack_wait=30', [0, 1]) };
  }

  test('stands there unnamed anew: its second alone has a gap before it', () => {
    const { told, again } = cameAgain();
    told.acknowledge(4, again.slice(1), [0, 1]);
    expect(told.group().acknowledgements.at(-1)).toMatchObject({ shape: 'gap', ceiling: 0, due: undefined });
  });

  test('is perhaps named by old handlers: nothing is due for its second then, and it may count', () => {
    const { told, first, again } = cameAgain();
    told.acknowledge(
      4,
      first.map((handler) => ({ handler, status: 'fail' })),
      [0, 2],
    );
    told.acknowledge(5, again.slice(1), [0, 1]);
    expect(told.group().acknowledgements.at(-1)).toMatchObject({ shape: 'in-order', ceiling: 1, due: undefined });
  });
});
