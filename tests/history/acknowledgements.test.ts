import { describe, expect, test } from 'vitest';
import type { AcknowledgeView } from '../../src/history/acknowledgements.ts';
import { answer, failure, story, type Acknowledged, type Story, type When } from '../support/history.ts';

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
    [[2, 1, [0, 'fail']], 'reordered', 2],
    [[0, 'b'], 'several', 2],
    [['b', 1], 'several', 2],
    // Counters count messages (B7).
    [[0, 0], 'duplicate', 1],
    [[0, 1, 0], 'duplicate', 2],
    [['x'], 'bad', 0],
    [['x', 0], 'bad', 0],
    [[0, 'x', 1], 'bad', 1],
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
  ] as const)('%j is %s, at most %i', ([named, shape, ceiling]) => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries(named), [0, 0]);
    expect(last(own)).toMatchObject({ shape, ceiling });
  });

  test('what an earlier acknowledgement named leaves no gap', () => {
    const own = batchOfThree();
    own.told.acknowledge(11, own.entries([0]), [1, 0]);
    own.told.acknowledge(12, own.entries([1, 2]), [2, 0]);
    expect(last(own)).toMatchObject({ shape: 'in-order', ceiling: 2 });
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
    [[39, 40], 'live'],
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
    [[24, 25], 'live'],
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
  ] as const)('of %s nothing is said', ([, entries, when]) => {
    expect(last(alone(entries, when)).due).toBeUndefined();
  });

  test.for([
    ['another content type', 'text/plain', '{"message":[{"handler":"h1.0","status":"success"}]}'],
    ['a member beside message', 'application/json', '{"message":[{"handler":"h1.0","status":"success"}],"more":1}'],
    ['a member beside status', 'application/json', '{"message":[{"handler":"h1.0","status":"success","more":1}]}'],
  ] as const)('with %s it is not the ordinary case', ([, contentType, body]) => {
    const told = story({ letters: 1 });
    told.consume([10, 10.1], '', [0]);
    told.exchange(11, {
      method: 'POST',
      target: `${told.path}/ack`,
      headers: [['content-type', contentType]],
      body,
      outcome: answer(200, { success: 1, fail: 0 }),
    });
    expect(told.group().acknowledgements[0]?.due).toMatchObject({ successes: 1, ordinary: false });
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
      ['not-settled', 'perhaps', 'not-settled', 'not-settled'],
    ],
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
