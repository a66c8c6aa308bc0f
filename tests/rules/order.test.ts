import { describe, expect, test } from 'vitest';
import type { Answer, Failure } from '../../schemas/types.ts';
import { broken, findings, held, noted, undecided } from '../support/findings.ts';
import { answer, failure, story, type Acknowledged, type Story, type StoryOptions } from '../support/history.ts';

const EMPTY = answer(200, []);
const [S, F] = ['success', 'fail'] as const;

/** A handler of the batch by its place, an invented one by `x`; with its status, or as success. */
type Named = number | 'x' | readonly [number | 'x', status?: unknown];

interface Batch {
  readonly told: Story;
  entries(named: readonly Named[]): Acknowledged[];
}

/** Exchange 1 hands out all the dead letters there are, between 10 and 10.5, for 30 s. */
function batch(size = 3, options: StoryOptions = {}): Batch {
  const told = story({ letters: size, ...options });
  return ofHandlers(told, told.consume([10, 10.5], 'ack_wait=30', [...Array(size).keys()]));
}

function ofHandlers(told: Story, handlers: readonly string[]): Batch {
  return {
    told,
    entries: (named) =>
      named.map((one) => {
        const [place, ...status] = one instanceof Array ? one : ([one, S] as const);
        const handler = place === 'x' ? 'invented' : (handlers[place] ?? `beyond ${place}`);
        return status[0] === undefined ? { handler } : { handler, status: status[0] };
      }),
  };
}

function counts(success: number, fail: number): Answer {
  return answer(200, { success, fail });
}

describe('nothing counts as success behind one that is fail (A4)', () => {
  const CLAUSE = 'ack.order.failure-stops';
  const behind = (place: number): string =>
    `nothing counts as success behind entry ${place}, which is fail: success is at most ${place - 1}`;

  test.for([
    [[0, [1, F], 2], [1, 2], held(2)],
    [[0, [1, F], 2], [0, 3], held(2)],
    [[0, [1, F], 2], [2, 1], broken(behind(2), 'success is 2', 2)],
    [[0, [1, F], 2], [3, 0], broken(behind(2), 'success is 3', 2)],
    [[[0, F], 1, 2], [0, 3], held(2)],
    [[[0, F], 1, 2], [1, 2], broken(behind(1), 'success is 1', 2)],
    [[0, 1, [2, F], 3], [2, 2], held(2)],
    [[0, 1, [2, F], 3], [3, 1], broken(behind(3), 'success is 3', 2)],
    // The first of them stops the check.
    [[0, [1, F], 2, [3, F], 4], [2, 3], broken(behind(2), 'success is 2', 2)],
    // Where one is left out, too.
    [[0, [2, F], 3], [1, 2], held(2)],
    [[0, [2, F], 3], [2, 1], broken(behind(2), 'success is 2', 2)],
    [[0, [1, F], 2], answer(400), held(2)],
    [[0, [1, F], 2], answer(503), undecided(2)],
    [[0, [1, F], 2], failure(), undecided(2)],
    [[0, [1, F], 2], answer(200, '{}'), undecided(2)],
  ] as const)('%j answered %j', ([named, answered, expected]) => {
    const { told, entries } = batch(5);
    told.acknowledge([11, 11.1], entries(named), answered);
    expect(findings(told, CLAUSE)).toEqual([expected]);
  });

  test.for([
    // Nothing fails, or nothing else stands behind it.
    [[0, 1, 2]],
    [[0, 1, [2, F]]],
    [[0, [1, F], [2, F]]],
    [[[0, F]]],
    // One twice, which counts once (B7).
    [[0, 0]],
  ] as const)('%j says nothing of it', ([named]) => {
    const { told, entries } = batch(5);
    told.acknowledge([11, 11.1], entries(named), [named.length, 0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  // What is no success by its status alone shows nothing where it is not counted, but may not be counted behind a failure.
  test.for([
    [[0, [1, F], [2]], 1, []],
    [[0, [1, F], [2]], 2, [broken(behind(2), 'success is 2', 2)]],
    [
      [
        [0, F],
        [1, 'SUCCESS'],
      ],
      0,
      [],
    ],
    [
      [
        [0, F],
        [1, 'SUCCESS'],
      ],
      1,
      [broken(behind(1), 'success is 1', 2)],
    ],
    // Beside an invented handler others say what may count, too (C4).
    [[[0, F], 'x', 1], 0, []],
    [[[0, F], 'x', 1], 1, [broken(behind(1), 'success is 1', 2)]],
    [[0, 'x', [1, F], 2], 1, []],
  ] as const)('%j of which %i count', ([named, success, expected]) => {
    const { told, entries } = batch(5);
    told.acknowledge([11, 11.1], entries(named), [success, 1]);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  // An endpoint may put the entries into order first (B4): only those that are fail count in none.
  const none = (most: number): string => `no entry that is fail counts as success: success is at most ${most}`;
  test.for([
    [[[1, F], 0], 1, []],
    [[[1, F], 0], 2, [broken(none(1), 'success is 2', 2)]],
    [
      [
        [0, F],
        [0, F],
      ],
      0,
      [],
    ],
    [
      [
        [0, F],
        [0, F],
      ],
      1,
      [broken(none(0), 'success is 1', 2)],
    ],
    [[0, [1, F], [1, F]], 1, []],
    [[0, [1, F], [1, F]], 2, [broken(none(1), 'success is 2', 2)]],
  ] as const)('in no order, %j of which %i count', ([named, success, expected]) => {
    const { told, entries } = batch(5);
    told.acknowledge([11, 11.1], entries(named), [success, 1]);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test.for([
    ['the gap before it (B3)', [1, [2, F], 3], [11, 11.1], 'ack.order.gap', 0],
    ['that all of it is dead (C2)', [0, [1, F], 2], [80, 81], 'ack.handler.expired', 0],
  ] as const)('is not to blame where the fault is %s', ([, named, when, fault, most]) => {
    const { told, entries } = batch(4);
    told.acknowledge([...when], entries(named), [1, 2]);
    expect(findings(told, CLAUSE)).toEqual([]);
    expect(findings(told, fault)).toEqual([
      broken(expect.stringMatching(`: success is at most ${most}$`) as string, 'success is 1', 2),
    ]);
  });

  test('nor is it put to the test there', () => {
    for (const answered of [counts(0, 3), answer(400), failure()]) {
      const [gap, dead] = [batch(4), batch(3)];
      gap.told.acknowledge([11, 11.1], gap.entries([1, [2, F], 3]), answered);
      expect(findings(gap.told, CLAUSE)).toEqual([]);
      dead.told.acknowledge([80, 81], dead.entries([0, [1, F], 2]), answered);
      expect(findings(dead.told, CLAUSE)).toEqual([]);
    }
  });

  test('nor does a request that has not the documented form', () => {
    const { told } = batch();
    told.exchange([11, 11.1], { method: 'POST', target: `${told.path}/ack`, body: '{}', outcome: counts(1, 0) });
    for (const clause of [CLAUSE, 'ack.order.gap', 'ack.order.reordered', 'ack.order.reordered-outcome'])
      expect(findings(told, clause)).toEqual([]);
  });

  test('what stood behind it comes back', () => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.5], entries([0, [1, F], 2]), [1, 2]);
    told.consume([50, 50.1], '', [1, 2]);
    // The one that is fail itself is of another clause.
    expect(findings(told, 'ack.order.stopped-returns')).toEqual([held(1, 2, 3)]);
  });

  test('what stood behind it and does not come back breaks the rule', () => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.5], entries([0, [1, F], 2]), [1, 2]);
    told.consume([60.5, 63], '', EMPTY);
    expect(findings(told, 'ack.order.stopped-returns')).toEqual([
      broken(
        `dead letter ${told.tags[2]} is consumable again no later than 45 s after its delivery`,
        'a consume sent 50 s after its delivery came back empty',
        1,
        2,
        3,
      ),
    ]);
  });
});

describe('nothing counts as success behind one that was left out (B3)', () => {
  const CLAUSE = 'ack.order.gap';
  const atMost = (many: number): string =>
    `nothing counts as success behind a dead letter that was left out: success is at most ${many}`;

  test('is not asked again of what had failed with its batch (B9)', () => {
    for (const [success, expected] of [
      [2, undecided(3)],
      [0, held(3)],
    ] as const) {
      const { told, entries } = batch(4);
      told.acknowledge([11, 11.5], entries([1, 3]), [0, 2]);
      told.acknowledge([12, 12.5], entries([1, 3]), [success, 2 - success]);
      expect(findings(told, CLAUSE)).toEqual([held(2), expected]);
    }
    // One of them had not been named before.
    const { told, entries } = batch(4);
    told.acknowledge([11, 11.5], entries([1]), [0, 1]);
    told.acknowledge([12, 12.5], entries([1, 3]), [2, 0]);
    expect(findings(told, CLAUSE)).toEqual([held(2), broken(atMost(0), 'success is 2', 3)]);
  });

  test.for([
    [[1], [0, 1], held(2)],
    [[1], [1, 0], broken(atMost(0), 'success is 1', 2)],
    [[1, 2], [0, 2], held(2)],
    [[1, 2], [2, 0], broken(atMost(0), 'success is 2', 2)],
    [[0, 2], [0, 2], held(2)],
    [[0, 2], [1, 1], held(2)],
    [[0, 2], [2, 0], broken(atMost(1), 'success is 2', 2)],
    [[0, 1, 3], [3, 0], broken(atMost(2), 'success is 3', 2)],
    [[1, 2], answer(400), held(2)],
    [[1, 2], answer(503), undecided(2)],
    [[1, 2], failure(), undecided(2)],
    [[1, 2], answer(200, '[]'), undecided(2)],
  ] as const)('%j answered %j', ([named, answered, expected]) => {
    const { told, entries } = batch(4);
    told.acknowledge([11, 11.1], entries(named), answered);
    expect(findings(told, CLAUSE)).toEqual([expected]);
  });

  test.for([[[0]], [[0, 1, 2]], [[1, 0]], [[1, 1]], [[1, 'x']]] as const)('%j leaves none out', ([named]) => {
    const { told, entries } = batch(4);
    told.acknowledge([11, 11.1], entries(named), [named.length, 0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test.for([
    ['that all of it is dead (C2)', [0, 2], [80, 81], 'ack.handler.expired'],
    ['the failure before it (A4)', [[0, F], 2], [11, 11.1], 'ack.order.failure-stops'],
  ] as const)('is not to blame where the fault is %s', ([, named, when, fault]) => {
    const { told, entries } = batch();
    told.acknowledge([...when], entries(named), [1, 1]);
    expect(findings(told, CLAUSE)).toEqual([]);
    expect(findings(told, fault).map(({ outcome }) => outcome)).toEqual(['broken']);
  });

  // Whichever of both acted first, the one that names the first is no gap; the other is one only if it acted first.
  test.for([
    ['sent before the other', [11, 13], [11.5, 12]],
    ['sent behind it', [11.5, 13], [11, 12]],
  ] as const)(
    'another acknowledgement that was under way may have closed the gap of one that was %s',
    ([, own, other]) => {
      for (const answered of [counts(1, 0), counts(0, 1), answer(400), failure()]) {
        const { told, entries } = batch(2);
        const acknowledge = [
          { when: own, act: () => told.acknowledge([...own], entries([1]), answered) },
          { when: other, act: () => told.acknowledge([...other], entries([0]), [1, 0]) },
        ].toSorted((a, b) => a.when[0] - b.when[0]);
        const ids = acknowledge.map(({ act }) => act());
        const gap = ids[acknowledge.findIndex(({ when }) => when === own)] ?? 0;
        expect(findings(told, CLAUSE)).toEqual([undecided(gap)]);
      }
    },
  );

  test.for([
    [[11, 11.5], held(2)],
    [[11, 11.6], undecided(2)],
  ] as const)('but not where it was sent when %j was over', ([when, expected]) => {
    const { told, entries } = batch(2);
    told.acknowledge([...when], entries([1]), [0, 1]);
    told.acknowledge([11.5, 12], entries([0]), [1, 0]);
    expect(findings(told, CLAUSE)).toEqual([expected]);
  });

  test('nor where it was only throttled', () => {
    const { told, entries } = batch(2);
    told.acknowledge([11, 13], entries([1]), [1, 0]);
    told.acknowledge([11.5, 12], entries([0]), answer(429));
    expect(findings(told, CLAUSE)).toEqual([broken(atMost(0), 'success is 1', 2)]);
  });

  // The other may close the first gap, at 0, but not the second, at 2.
  test.for([
    [0, held(2)],
    [1, undecided(2)],
    [2, broken(atMost(1), 'success is 2', 2)],
  ] as const)('of two gaps it may close one: %i count', ([success, expected]) => {
    const { told, entries } = batch(4);
    told.acknowledge([11, 13], entries([1, 3]), [success, 1]);
    told.acknowledge([11.5, 12], entries([0]), [1, 0]);
    expect(findings(told, CLAUSE)).toEqual([expected]);
  });

  test.for([
    ['acknowledged', [27, 27.1], []],
    ['acknowledged, perhaps later,', [27, 28.5], [undecided(4)]],
    ['acknowledged only later', [29, 29.1], [broken(atMost(0), 'success is 1', 3)]],
  ] as const)(
    'a message that was %s by its next handler leaves no gap (C2: INFO in the grace)',
    ([, when, expected]) => {
      const told = story({ letters: 2 });
      const [, old = ''] = told.consume([10, 10.5], 'ack_wait=15', [0, 1]);
      const again = told.consume([26, 26.1], 'ack_wait=15', [0]);
      if (when[0] < 28) told.acknowledge([...when], again, [1, 0]);
      told.acknowledge([28, 28.1], [old], [1, 0]);
      if (when[0] > 28) told.acknowledge([...when], again, [1, 0]);
      expect(findings(told, CLAUSE)).toEqual(expected);
    },
  );

  test('a request that named its handler before it was handed out leaves the gap', () => {
    const told = story({ letters: 2 });
    told.acknowledge([5, 5.1], ['first'], answer(400));
    told.consume([10, 10.5], 'ack_wait=30', [
      [0, 'first'],
      [1, 'second'],
    ]);
    told.acknowledge([11, 11.1], ['second'], [1, 0]);
    expect(findings(told, CLAUSE)).toEqual([broken(atMost(0), 'success is 1', 3)]);
  });

  test('handlers of two answers are in no order to each other', () => {
    const told = story({ letters: 3 });
    const [, second = ''] = told.consume([10, 10.1], 'ack_wait=30', [0, 1]);
    const [third = ''] = told.consume([10.2, 10.3], 'ack_wait=30', [2]);
    told.acknowledge([11, 11.1], [second, third], [2, 0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('what was left out, and what stands behind it, comes back', () => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.5], entries([0, 2]), [1, 1]);
    told.consume([50, 50.1], '', [1, 2]);
    expect(findings(told, 'ack.order.gap-returns')).toEqual([held(1, 2, 3), held(1, 2, 3)]);
  });

  test('or else it breaks the rule, also where the request was refused', () => {
    const { told, entries } = batch(2);
    told.acknowledge([11, 11.5], entries([1]), answer(400));
    told.consume([60.5, 63], '', EMPTY);
    expect(findings(told, 'ack.order.gap-returns')).toEqual(
      told.tags.map((tag) =>
        broken(
          `dead letter ${tag} is consumable again no later than 45 s after its delivery`,
          'a consume sent 50 s after its delivery came back empty',
          1,
          2,
          3,
        ),
      ),
    );
  });
});

describe('entries out of order are not all counted (B4)', () => {
  const CLAUSE = 'ack.order.reordered';
  const EXPECTED = 'entries out of order are not all counted as success';

  test.for([
    [[1, 0], [0, 2], [held(2)]],
    [[1, 0], [1, 1], [held(2)]],
    [[1, 0], [2, 0], [broken(EXPECTED, 'success is 2 of 2', 2)]],
    [[2, 1, 0], [2, 1], [held(2)]],
    [[0, 2, 1], [3, 0], [broken(EXPECTED, 'success is 3 of 3', 2)]],
    [[1, 0], answer(400), [held(2)]],
    // Only where all of them are marked as success, and count.
    [[1, [0, F]], [2, 0], []],
    [[[1, F], 0], [2, 0], []],
    [[1, [0, 'SUCCESS']], [2, 0], []],
    [[1, [0]], [2, 0], []],
    [[1, [0, F]], answer(400), []],
    [[0, 1], [2, 0], []],
    [[1, 2], [2, 0], []],
    [[0, 0], [2, 0], []],
    [[1, 0, 'x'], [2, 1], []],
  ] as const)('%j answered %j', ([named, answered, expected]) => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.1], entries(named), answered);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test.for([
    [[39, 39.9], true],
    [[39, 40.1], false],
  ] as const)('within their lease only: acknowledged in %j', ([when, judged]) => {
    const { told, entries } = batch();
    told.acknowledge([...when], entries([1, 0]), [2, 0]);
    expect(findings(told, CLAUSE)).toEqual(judged ? [broken(EXPECTED, 'success is 2 of 2', 2)] : []);
  });

  test.for([answer(503), answer(429), answer(500), failure(), answer(200, '{}')])('it is open with %j', (answered) => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.1], entries([1, 0]), answered);
    expect(findings(told, CLAUSE)).toEqual([undecided(2)]);
  });

  test('which answer they get is reported', () => {
    const { told, entries } = batch();
    for (const [index, answered] of [counts(1, 1), answer(400), failure(), answer(200, '{}')].entries())
      told.acknowledge([11 + index, 11.1 + index], entries([1, 0]), answered);
    told.acknowledge([15, 15.1], entries([0, 1]), [0, 2]);
    expect(findings(told, 'ack.order.reordered-outcome')).toEqual([
      noted('entries out of order: 200 with success 1', 2),
      noted('entries out of order: 400', 3),
      noted('entries out of order: no answer', 4),
      noted('entries out of order: 200', 5),
    ]);
  });
});

describe('the first of a batch can be acknowledged alone (B1)', () => {
  const CLAUSE = 'ack.order.prefix';
  const alone = (many: number): string => `the first ${many} of a batch of 3 can be acknowledged alone`;

  test.for([
    [[0], [1, 0], [held(2)]],
    [[0], [1, 2], [held(2)]],
    [[0, 1], [2, 1], [held(2)]],
    [[0], [0, 1], [broken(alone(1), 'success is 0', 2)]],
    [[0, 1], [1, 1], [broken(alone(2), 'success is 1', 2)]],
    [[0, 1], [3, 0], [broken(alone(2), 'success is 3', 2)]],
    [[0, 1], answer(400), [broken(alone(2), 'it was answered with 400', 2)]],
    [[0], answer(200, '{}'), [broken(alone(1), 'it was answered with 200', 2)]],
    // The whole batch, one that fails, and one without status are for other clauses.
    [[0, 1, 2], [0, 3], []],
    [[0, [1, F]], [0, 2], []],
    [[[0, F]], [1, 0], []],
    [[0, [1]], [0, 2], []],
    [[0, 2], [0, 2], []],
  ] as const)('%j answered %j', ([named, answered, expected]) => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.1], entries(named), answered);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test.for([answer(503), answer(429), answer(500), failure()])('it is open with %j', (answered) => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.1], entries([0]), answered);
    expect(findings(told, CLAUSE)).toEqual([undecided(2)]);
  });

  test('the rest comes back by the end of the lease, and should do so within 5 s', () => {
    const { told, entries } = batch();
    told.acknowledge([11, 12], entries([0]), [1, 0]);
    // The one that is at once, and the one that takes a second more than it should.
    told.consume([13, 17], 'time_wait=60', [1]);
    told.consume([17.5, 18], 'time_wait=60', [2]);
    expect(findings(told, 'ack.order.rest-returns')).toEqual([held(1, 2, 3), held(1, 2, 4)]);
    expect(findings(told, 'ack.order.rest-at-once')).toEqual([held(1, 2, 3)]);
  });

  test('missing after 5 s it should have come', () => {
    const { told, entries } = batch(2);
    told.acknowledge([11, 12], entries([0]), [1, 0]);
    told.consume([17, 20], '', EMPTY);
    expect(findings(told, 'ack.order.rest-at-once')).toEqual([]);
    told.consume([20, 23], '', EMPTY);
    expect(findings(told, 'ack.order.rest-at-once')).toEqual([
      broken(
        `dead letter ${told.tags[1]} is consumable again within 5 s after the acknowledgement`,
        'a consume sent 8 s after it came back empty',
        1,
        2,
        4,
      ),
    ]);
    expect(findings(told, 'ack.order.rest-returns')).toEqual([]);
  });

  test('missing 15 s after its lease it breaks the rule', () => {
    const { told, entries } = batch(2);
    told.acknowledge([11, 12], entries([0]), [1, 0]);
    told.consume([60.5, 63], '', EMPTY);
    expect(findings(told, 'ack.order.rest-returns')).toEqual([
      broken(
        `dead letter ${told.tags[1]} is consumable again no later than 45 s after its delivery`,
        'a consume sent 50 s after its delivery came back empty',
        1,
        2,
        3,
      ),
    ]);
  });

  test('what is marked as fail is no rest', () => {
    const { told, entries } = batch(2);
    told.acknowledge([11, 12], entries([0, [1, F]]), [1, 1]);
    told.consume([13, 13.1], '', [1]);
    expect(findings(told, 'ack.order.rest-returns')).toEqual([]);
    expect(findings(told, 'ack.order.rest-at-once')).toEqual([]);
  });
});

describe('the rest of a batch in a second request (B2)', () => {
  const CLAUSE = 'ack.order.rest-later';

  test.for([
    [counts(2, 0), '200 with success 2'],
    [counts(0, 2), '200 with success 0'],
    [answer(400), '400'],
    [failure(), 'no answer'],
    [answer(200, '{}'), '200'],
  ] as const)('is left to the endpoint', ([answered, observed]) => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.1], entries([0]), [1, 0]);
    told.acknowledge([12, 12.1], entries([1, 2]), answered);
    expect(findings(told, CLAUSE)).toEqual([noted(`the rest in a second request: ${observed}`, 3)]);
  });

  test.for<readonly [string, first: readonly Named[], Answer | Failure, second: readonly Named[]]>([
    ['the first was refused', [0], answer(400), [1, 2]],
    ['nobody answered the first', [0], failure(), [1, 2]],
    ['it names one for the second time', [0, 1], counts(2, 0), [1, 2]],
    ['it names all again', [0], counts(1, 0), [0, 1, 2]],
    ['it names one that nobody handed out', [0], counts(1, 0), [1, 'x']],
    ['the first named nothing of the batch', ['x'], counts(0, 1), [1, 2]],
  ])('is none where %s', ([, first, answered, second]) => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.1], entries(first), answered);
    told.acknowledge([12, 12.1], entries(second), [2, 0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is none of another batch', () => {
    const told = story({ letters: 2 });
    const [first = ''] = told.consume([10, 10.1], 'ack_wait=30', [0]);
    const [second = ''] = told.consume([10.2, 10.3], 'ack_wait=30', [1]);
    told.acknowledge([11, 11.1], [first], [1, 0]);
    told.acknowledge([12, 12.1], [second], [1, 0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is none where each names handlers of two batches', () => {
    const told = story({ letters: 4 });
    const handlers = [0, 1, 2, 3].flatMap((place) =>
      told.consume([10 + place / 10, 10.1 + place / 10], 'ack_wait=30', [place]),
    );
    told.acknowledge([11, 11.1], handlers.slice(0, 2), [2, 0]);
    told.acknowledge([12, 12.1], handlers.slice(2), [2, 0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is none where there was no first, or it has not the documented form', () => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.1], entries([0]), [1, 0]);
    told.exchange([12, 12.1], { method: 'POST', target: `${told.path}/ack`, body: '{}', outcome: answer(400) });
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is one also where a malformed request came in between', () => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.1], entries([0]), [1, 0]);
    told.exchange([12, 12.1], { method: 'POST', target: `${told.path}/ack`, body: '{}', outcome: answer(400) });
    told.acknowledge([13, 13.1], entries([1, 2]), [2, 0]);
    expect(findings(told, CLAUSE)).toEqual([noted('the rest in a second request: 200 with success 2', 4)]);
  });
});

describe('two batches', () => {
  type Second = (handlers: readonly string[]) => Acknowledged[];
  const success: Second = (handlers) => handlers.map((handler) => ({ handler, status: S }));

  /** Exchanges 1 and 2 hand out a batch each; exchange 3 acknowledges the second while the first is in flight. */
  function laterFirst(
    answered: Answer | Failure,
    entries: Second = success,
    mode: StoryOptions['mode'] = 'NORMAL',
    contentType = 'application/json',
  ): Story {
    const told = story({ letters: 4, mode });
    told.consume([10, 10.1], 'ack_wait=30', [0, 1]);
    const handlers = told.consume([10.2, 10.3], 'ack_wait=30', [2, 3]);
    told.exchange([11, 11.1], {
      method: 'POST',
      target: `${told.path}/ack`,
      headers: [['content-type', contentType]],
      body: JSON.stringify({ message: entries(handlers) }),
      outcome: answered,
    });
    return told;
  }

  const EXPECTED = 'a batch can be acknowledged while an earlier one of a NORMAL queue is not';

  test.for<readonly [Answer, ReturnType<typeof held>]>([
    [counts(2, 0), held(3)],
    [counts(1, 1), broken(EXPECTED, 'success is 1', 3)],
    [counts(0, 2), broken(EXPECTED, 'success is 0', 3)],
    [answer(400), broken(EXPECTED, 'it was answered with 400', 3)],
    [answer(200, '{}'), broken(EXPECTED, 'it was answered with 200', 3)],
  ])('of a NORMAL queue can be acknowledged in either order (B6)', ([answered, expected]) => {
    const told = laterFirst(answered);
    expect(findings(told, 'ack.order.batches-independent')).toEqual([expected]);
    expect(findings(told, 'ack.order.batches-on-fifo')).toEqual([]);
  });

  test('a part of the later one, too', () => {
    const first: Second = ([handler = '', other = '']) => [
      { handler, status: S },
      { handler: other, status: F },
    ];
    expect(findings(laterFirst(counts(1, 1), first), 'ack.order.batches-independent')).toEqual([held(3)]);
    expect(findings(laterFirst(counts(0, 2), first), 'ack.order.batches-independent')).toEqual([
      broken(EXPECTED, 'success is 0', 3),
    ]);
  });

  test.for([answer(503), answer(429), answer(500), failure()])('it is open with %j', (answered) => {
    expect(findings(laterFirst(answered), 'ack.order.batches-independent')).toEqual([undecided(3)]);
  });

  test.for([counts(0, 2), answer(400), failure()])(
    'one of which nothing could succeed says nothing, whatever is answered: %j',
    (answered) => {
      const fails: Second = (handlers) => handlers.map((handler) => ({ handler, status: F }));
      expect(findings(laterFirst(answered, fails), 'ack.order.batches-independent')).toEqual([]);
    },
  );

  test.for<readonly [string, Second, string?]>([
    ['without status', (handlers) => handlers.map((handler) => ({ handler }))],
    ['with an unknown member', (handlers) => handlers.map((handler) => ({ handler, status: S, more: 1 }))],
    ['as text/plain', success, 'text/plain'],
    ['with a gap', (handlers) => success(handlers.slice(1))],
  ])('nothing is said of one %s', ([, entries, contentType]) => {
    const told = laterFirst(answer(400), entries, 'NORMAL', contentType);
    expect(findings(told, 'ack.order.batches-independent')).toEqual([]);
  });

  test('nothing is said where there is no earlier one, or it is settled', () => {
    const told = story({ letters: 2 });
    told.acknowledge([11, 11.1], told.consume([10, 10.1], 'ack_wait=30', [0]), [1, 0]);
    told.acknowledge([13, 13.1], told.consume([12, 12.1], 'ack_wait=30', [1]), answer(400));
    expect(findings(told, 'ack.order.batches-independent')).toEqual([]);
  });

  test.for([
    [counts(2, 0), '200'],
    [counts(0, 2), '200'],
    [answer(400), '400'],
    [failure(), 'no answer'],
  ] as const)('of a FIFO queue are left to the endpoint (B6)', ([answered, observed]) => {
    const told = laterFirst(answered, success, 'FIFO');
    expect(findings(told, 'ack.order.batches-independent')).toEqual([]);
    expect(findings(told, 'ack.order.batches-on-fifo')).toEqual([noted(`a later batch first on FIFO: ${observed}`, 3)]);
  });

  test('of a FIFO queue in their order say nothing', () => {
    const told = story({ letters: 2, mode: 'FIFO' });
    told.acknowledge([11, 11.1], told.consume([10, 10.1], 'ack_wait=30', [0]), [1, 0]);
    told.acknowledge([13, 13.1], told.consume([12, 12.1], 'ack_wait=30', [1]), [1, 0]);
    expect(findings(told, 'ack.order.batches-on-fifo')).toEqual([]);
  });

  test.for([
    [counts(1, 1), '200 with 1 and 1'],
    [answer(400), '400'],
    [answer(200, '{}'), '200'],
    [failure(), 'no answer'],
  ] as const)('in one request are left to the endpoint (B5)', ([answered, observed]) => {
    const told = story({ letters: 2 });
    const [first = ''] = told.consume([10, 10.1], 'ack_wait=30', [0]);
    const [second = ''] = told.consume([10.2, 10.3], 'ack_wait=30', [1]);
    told.acknowledge([11, 11.1], [first, second], answered);
    told.acknowledge([12, 12.1], [first], [0, 1]);
    told.acknowledge([13, 13.1], ['invented', second], [0, 2]);
    expect(findings(told, 'ack.order.mixed-batches')).toEqual([
      noted(`handlers of two batches in one request: ${observed}`, 3),
    ]);
  });
});

describe('handlers of which none may count, beside others', () => {
  test.for<readonly [string, named: readonly Named[], number, ReturnType<typeof findings>]>([
    // One before it may, the invented one may not (C1).
    ['ack.handler.invented', [0, 'x'], 1, []],
    [
      'ack.handler.invented',
      [0, 'x'],
      2,
      [broken('a handler that was never handed out acknowledges nothing: success is at most 1', 'success is 2', 2)],
    ],
    ['ack.handler.invented', [0, 1], 3, []],
    // What stands behind it may not (C4); that nothing stands before it is another's fault (A4).
    ['ack.handler.behind-invalid', [0, 'x', 1], 1, [held(2)]],
    [
      'ack.handler.behind-invalid',
      [0, 'x', 1],
      2,
      [
        broken(
          'nothing counts as success behind entry 2, whose handler is invalid: success is at most 1',
          'success is 2',
          2,
        ),
      ],
    ],
    ['ack.handler.behind-invalid', [[0, F], 'x', 1], 1, []],
  ])('%s: of %j count %i', ([clause, named, success, expected]) => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.1], entries(named), [success, 1]);
    expect(findings(told, clause)).toEqual(expected);
  });

  test.for([
    [1, []],
    [
      2,
      [
        broken(
          'a handler acknowledges nothing when ack_wait and the grace have passed: success is at most 1',
          'success is 2',
          3,
        ),
      ],
    ],
  ] as const)('of a dead and a live one (C2) count %i', ([success, expected]) => {
    const told = story({ letters: 2 });
    const dead = told.consume([10, 10.5], 'ack_wait=30', [0]);
    const live = told.consume([70, 70.5], 'ack_wait=30', [1]);
    told.acknowledge([80, 81], [...dead, ...live], [success, 1]);
    expect(findings(told, 'ack.handler.expired')).toEqual(expected);
  });
});

describe('a handler that is named twice (B7)', () => {
  const once = (many: number): string => `a dead letter that is named twice counts once: success is at most ${many}`;

  test.for([
    [[0, 0], [1, 1], held(2)],
    [[0, 0], [0, 2], held(2)],
    [[0, 0], [2, 0], broken(once(1), 'success is 2', 2)],
    [[0, 1, 0], [2, 1], held(2)],
    [[0, 1, 0], [3, 0], broken(once(2), 'success is 3', 2)],
    [[0, 0], answer(400), held(2)],
    [[0, 0], answer(503), undecided(2)],
    [[0, 0], failure(), undecided(2)],
  ] as const)('counts once: %j answered %j', ([named, answered, expected]) => {
    const { told, entries } = batch();
    told.acknowledge([11, 11.1], entries(named), answered);
    expect(findings(told, 'ack.duplicate.counted-once')).toEqual([expected]);
  });

  test('is not to blame where all of it is dead (C2): nothing counted twice', () => {
    const { told, entries } = batch();
    told.acknowledge([80, 81], entries([0, 0, 1]), [1, 2]);
    expect(findings(told, 'ack.duplicate.counted-once')).toEqual([]);
    expect(findings(told, 'ack.handler.expired').map(({ outcome }) => outcome)).toEqual(['broken']);
    told.acknowledge([82, 83], entries([0, 0, 1]), [3, 0]);
    expect(findings(told, 'ack.duplicate.counted-once')).toEqual([broken(once(2), 'success is 3', 3)]);
  });

  test('may be accepted or refused', () => {
    const { told, entries } = batch();
    for (const [index, answered] of [counts(1, 1), answer(400), failure()].entries())
      told.acknowledge([11 + index, 11.1 + index], entries([0, 0]), answered);
    expect(findings(told, 'ack.duplicate.outcome')).toEqual([
      noted('a handler named twice: 200', 2),
      noted('a handler named twice: 400', 3),
      noted('a handler named twice: no answer', 4),
    ]);
  });

  test('is none where all are named once', () => {
    const { told, entries } = batch();
    for (const named of [[0, 1, 2], [1, 0], [1], ['x']] as const) told.acknowledge([11, 11.1], entries(named), [3, 0]);
    expect(findings(told, 'ack.duplicate.counted-once')).toEqual([]);
    expect(findings(told, 'ack.duplicate.outcome')).toEqual([]);
  });
});
