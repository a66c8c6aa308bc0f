import { describe, expect, test } from 'vitest';
import { broken, findings, held, noted, undecided } from '../support/findings.ts';
import { answer, failure, story, type Story, type When } from '../support/history.ts';

const EMPTY = answer(200, []);
const LIMIT = 524_288;
const HEAD = { method: 'HEAD', outcome: answer(200) } as const;

/** The JSON text of a string of so many bytes, quotes included. */
function textOf(bytes: number): string {
  return JSON.stringify('x'.repeat(bytes - 2));
}

/** A story with letters whose bodies have these sizes in bytes. */
function sized(...sizes: readonly number[]): Story {
  const told = story();
  for (const size of sizes) told.letter([0, 0], { body: textOf(size) });
  return told;
}

/** An answer whose elements have these messages. */
function strangers(...messages: readonly object[]): ReturnType<typeof answer> {
  return answer(
    200,
    messages.map((message, index) => ({ handler: `s${index}`, message })),
  );
}

function lost(told: Story, place: number): string {
  return `dead letter ${told.tags[place]} is delivered`;
}

const CAME_EMPTY = 'a consume that could have brought it came back empty';

describe('that all arrive', () => {
  const clause = 'delivery.all-arrive';

  test('holds for each letter with the answer that brought it first', () => {
    const told = story({ letters: 3 });
    told.consume(5, '', [1, 0]);
    told.consume(6, '', [2]);
    expect(findings(told, clause)).toEqual([held(1), held(1), held(2)]);
  });

  test.for([
    // A failed message has 15 s to appear (K4).
    [15, false],
    [15.1, true],
  ] as const)('is broken by an empty answer to a consume sent at %d: %s', ([sent, missed]) => {
    const told = story({ letters: 2 });
    told.consume(5, '', [0]);
    told.consume([sent, sent + 3], '', EMPTY);
    expect(findings(told, clause)).toEqual([held(1), ...(missed ? [broken(lost(told, 1), CAME_EMPTY, 2)] : [])]);
  });

  test('is not decided where none of the group ever appeared: arranging may have failed (K4)', () => {
    const told = story({ letters: 2 });
    told.consume([20, 23], '', EMPTY);
    expect(findings(told, clause)).toEqual([undecided(1), undecided(1)]);
  });

  test.for<readonly [When, boolean]>([
    // Another one of the group has to have appeared by then (K4).
    [5, true],
    [[5, 20], true],
    [[5, 20.1], false],
  ])('is shown by an empty answer where another one came in %j: %s', ([when, shown]) => {
    const told = story({ letters: 2 });
    told.consume(when, '', [1]);
    told.consume([20, 23], '', EMPTY);
    expect(findings(told, clause)).toEqual([shown ? broken(lost(told, 0), CAME_EMPTY, 2) : undecided(2), held(1)]);
  });

  test('is not decided where the others came only after it', () => {
    const told = story({ letters: 2 });
    told.consume([20, 23], '', EMPTY);
    told.consume(30, '', [1]);
    expect(findings(told, clause)).toEqual([undecided(1), undecided(1), held(2)]);
  });

  test('of a single one is not decided by its coming late', () => {
    const told = story({ letters: 1 });
    told.consume([20, 23], '', EMPTY);
    told.consume(30, '', [0]);
    expect(findings(told, clause)).toEqual([undecided(1), held(2)]);
  });

  test('is broken as well where the others appeared only after the first empty answer', () => {
    const told = story({ letters: 2 });
    told.consume([20, 23], '', EMPTY);
    told.consume(30, '', [1]);
    told.consume([40, 43], '', EMPTY);
    expect(findings(told, clause)).toEqual([broken(lost(told, 0), CAME_EMPTY, 3), undecided(1), held(2)]);
  });

  test('is no more than a SHOULD for a single large message (E9)', () => {
    const told = sized(500_000, 500_001, 20);
    told.consume(5, '', [2]);
    told.consume([20, 23], '', EMPTY);
    expect(findings(told, clause)).toEqual([broken(lost(told, 0), CAME_EMPTY, 2), held(1)]);
  });

  test('is not vouched for by the letters of another group', () => {
    const told = story({ letters: 1 });
    told.add({ type: 'group', scenario: 'chapter/case', queue: 'q1', group: 'g2', ours: true, at: 0 });
    told.letter([0, 0], { group: 'g2' });
    const path = told.path.replace('g1', 'g2');
    told.exchange(5, { target: path, outcome: strangers({ body: { tag: told.tags[1] } }) });
    told.consume([20, 23], '', EMPTY);
    expect(findings(told, clause)).toEqual([undecided(2), held(1)]);
  });

  test('has nothing to do with what comes back or stays away after it was delivered', () => {
    const told = story({ letters: 1 });
    told.consume([1, 2], 'ack_wait=15', [0]);
    told.consume([50, 53], '', EMPTY);
    told.consume([60, 61], '', [0]);
    expect(findings(told, clause)).toEqual([held(1)]);
  });

  test.for([
    ['503', answer(503)],
    ['no answer', failure()],
    ['429', answer(429)],
    ['400', answer(400)],
  ] as const)('is not broken by %s', ([, outcome]) => {
    const told = story({ letters: 2 });
    told.consume(5, '', [0]);
    told.consume([20, 23], '', outcome);
    expect(findings(told, clause)).toEqual([held(1)]);
  });

  test('asks nothing where there are no dead letters', () => {
    const told = story();
    told.consume([20, 23], '', EMPTY);
    expect(findings(told, clause)).toEqual([]);
  });
});

describe('that all arrive in a bounded number of rounds', () => {
  const clause = 'delivery.bounded-rounds';

  /** So many rounds, each of which brings the first letter and acknowledges it. */
  function rounds(told: Story, count: number): void {
    for (let round = 1; round <= count; round += 1) {
      const handlers = told.consume(100 + round, '', [0]);
      told.acknowledge(100.5 + round, handlers, [1, 0]);
    }
  }

  test('holds with the last answer that brought something', () => {
    const told = story({ letters: 2 });
    told.consume(1, '', [0]);
    told.consume(2, '', [1]);
    told.consume([3, 6], '', EMPTY);
    expect(findings(told, clause)).toEqual([held(2)]);
  });

  test('holds where the last one comes in the last round: 10 and three for each (E8)', () => {
    const told = story({ letters: 2 });
    rounds(told, 15);
    told.consume(200, '', [1]);
    expect(findings(told, clause)).toEqual([held(31)]);
  });

  const notWithin = (count: number, bound: number, exchange: number): ReturnType<typeof broken> =>
    broken(
      `all ${count} dead letters arrive within ${bound} rounds`,
      `after ${bound} rounds not all had come`,
      exchange,
    );

  test.for([16, 17])('is broken where the last one comes behind %d others', (others) => {
    const told = story({ letters: 2 });
    rounds(told, others);
    told.consume(200, '', [1]);
    expect(findings(told, clause)).toEqual([notWithin(2, 16, 31)]);
  });

  test.for([
    [15, []],
    [16, [notWithin(2, 16, 31)]],
    [17, [notWithin(2, 16, 31)]],
  ] as const)('where one has not come after %d: %j', ([count, expected]) => {
    const told = story({ letters: 2 });
    rounds(told, count);
    told.consume([200, 203], '', EMPTY);
    expect(findings(told, clause)).toEqual(expected);
  });

  test('leaves three more rounds for a third one', () => {
    const told = story({ letters: 3 });
    rounds(told, 18);
    told.consume(200, '', [1, 2]);
    expect(findings(told, clause)).toEqual([held(37)]);
  });

  test('is broken where one of three has not come', () => {
    const told = story({ letters: 3 });
    told.acknowledge(50.5, told.consume(50, '', [1]), [1, 0]);
    rounds(told, 19);
    expect(findings(told, clause)).toEqual([notWithin(3, 19, 37)]);
  });

  test('does not count the empty answers', () => {
    const told = story({ letters: 2 });
    for (let at = 1; at <= 20; at += 1) told.consume(at, 'time_wait=1', EMPTY);
    rounds(told, 15);
    told.consume(200, '', [1]);
    expect(findings(told, clause)).toEqual([held(51)]);
  });

  test.for([
    // The first round is at 101: 15 s before that at the latest it has to have failed.
    [85.9, 16, [notWithin(2, 16, 31)]],
    [86, 16, []],
    [86, 17, [notWithin(2, 16, 33)]],
  ] as const)(
    'counts those in which it was there for sure (K4): failed by %d, %d rounds',
    ([failed, count, expected]) => {
      const told = story({ letters: 1 });
      told.letter([85, failed]);
      rounds(told, count);
      expect(findings(told, clause)).toEqual(expected);
    },
  );

  test('does not ask that the rounds after the bound were acknowledged', () => {
    const told = story({ letters: 3 });
    rounds(told, 19);
    told.consume(200, '', [1]);
    expect(findings(told, clause)).toEqual([notWithin(3, 19, 37)]);
  });

  test('does not ask that those after the bound were acknowledged as one goes', () => {
    const told = story({ letters: 2 });
    rounds(told, 16);
    told.consume(190, '', [0]);
    told.consume(191, '', [0]);
    expect(findings(told, clause)).toEqual([notWithin(2, 16, 31)]);
  });

  test('says nothing where one came again and again because it failed', () => {
    const told = story({ letters: 2, mode: 'FIFO' });
    for (let round = 1; round <= 17; round += 1) {
      const [handler = ''] = told.consume(100 + round, 'max_msgs=1', [0]);
      const status = round < 17 ? 'fail' : 'success';
      told.acknowledge(100.5 + round, [{ handler, status }], round < 17 ? [0, 1] : [1, 0]);
    }
    told.consume(200, 'max_msgs=1', [1]);
    expect(findings(told, clause)).toEqual([]);
  });

  test.for([
    ['before the next round', 101.9, true],
    ['not before it', [101.9, 102.1], false],
  ] as const)('asks that each is acknowledged as one goes: %s', ([, when, expected]) => {
    const told = story({ letters: 2 });
    const handlers = told.consume(101, '', [0]);
    told.acknowledge(when as When, handlers, [1, 0]);
    for (let round = 2; round <= 16; round += 1) {
      told.acknowledge(100.5 + round, told.consume(100 + round, '', [0]), [1, 0]);
    }
    expect(findings(told, clause)).toEqual(expected ? [notWithin(2, 16, 31)] : []);
  });

  test('does not wait for a single large message (E9)', () => {
    const told = sized(20, 500_001, 20);
    rounds(told, 19);
    told.consume(200, '', [2]);
    expect(findings(told, clause)).toEqual([notWithin(3, 19, 37)]);
    const rest = sized(20, 500_001, 20);
    rest.consume(100, '', [0, 2]);
    expect(findings(rest, clause)).toEqual([held(1)]);
  });

  test.for([
    ['a consume whose answer was lost may have it', (told: Story) => told.consume(90, 'ack_wait=300', failure())],
    ['something that came along was not acknowledged', (told: Story) => told.consume(99, '', [0, 1])],
    [
      'something that came along was acknowledged in part',
      (told: Story) => told.acknowledge(99.5, told.consume(99, '', [0, 1]).slice(0, 1), [1, 0]),
    ],
    ['a stranger came along', (told: Story) => told.consume(99, '', [0, 7])],
    [
      'the group was being deleted',
      (told: Story) =>
        told.exchange([90, 300], {
          method: 'DELETE',
          target: '/v1.0/p1/queues/q1/groups/g1',
          outcome: failure(),
        }),
    ],
  ] as const)('says nothing where %s: the rest had no turn', ([, first]) => {
    const told = story({ letters: 3 });
    first(told);
    rounds(told, 20);
    expect(findings(told, clause)).toEqual([]);
  });

  test('says nothing where nothing was acknowledged', () => {
    const told = story({ letters: 3 });
    for (let at = 1; at <= 20; at += 1) told.consume(100 + at, '', [0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('says nothing of a single dead letter', () => {
    const told = story({ letters: 1 });
    told.consume(1, '', [0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('says nothing where nothing came', () => {
    const told = story({ letters: 2 });
    told.consume([20, 23], '', EMPTY);
    expect(findings(told, clause)).toEqual([]);
  });

  test('says nothing where there were fewer rounds than it allows', () => {
    const told = story({ letters: 2 });
    rounds(told, 3);
    expect(findings(told, clause)).toEqual([]);
  });
});

describe('the load of an answer', () => {
  const clause = 'delivery.load-limit';
  const tooMuch = (bytes: number): ReturnType<typeof broken> =>
    broken('at most 524288 bytes of bodies and attributes in one answer', `there were ${bytes}`, 1);

  test('may be the limit, which only shows where there is more', () => {
    const told = sized(LIMIT / 2, LIMIT / 2, 10);
    told.consume(1, '', [0, 1]);
    expect(findings(told, clause)).toEqual([held(1)]);
  });

  test('may not be a byte more', () => {
    const told = sized(LIMIT / 2, LIMIT / 2 + 1);
    told.consume(1, '', [0, 1]);
    expect(findings(told, clause)).toEqual([tooMuch(LIMIT + 1)]);
  });

  test('says nothing where all of the group fit into one answer', () => {
    const told = sized(LIMIT / 2, LIMIT / 2);
    told.consume(1, '', [0, 1]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('says nothing of answers that bring nothing', () => {
    const told = sized(300_000, 300_000);
    told.consume([1, 4], '', EMPTY);
    told.consume(5, '', answer(429));
    told.consume(6, '', failure());
    expect(findings(told, clause)).toEqual([]);
  });

  test('counts bytes, not characters', () => {
    const told = story();
    for (const _ of [1, 2]) told.letter([0, 0], { body: JSON.stringify('日'.repeat(100_000)) });
    told.consume(1, '', [0, 1]);
    expect(findings(told, clause)).toEqual([tooMuch(600_004)]);
  });

  test('counts attributes', () => {
    const told = story();
    for (const _ of [1, 2]) told.letter([0, 0], { body: textOf(100_000), attributes: textOf(200_000) });
    told.consume(1, '', [0, 1]);
    expect(findings(told, clause)).toEqual([tooMuch(600_000)]);
  });

  // Compact JSON counts (E9), in the shorter of two spellings where numbers have several.
  test.for([
    ['white space', `${' '.repeat(200_000)}${textOf(100_000)}`],
    ['a longer spelling than ours', `[${Array.from({ length: 30_000 }, () => '1.5000000').join(',')}]`],
    ['a shorter spelling than ours', `[${Array.from({ length: 30_000 }, () => '1e20').join(',')}]`],
  ] as const)('does not count %s', ([, body]) => {
    const told = story();
    for (const _ of [1, 2]) told.letter([0, 0], { body });
    told.consume(1, '', [0, 1]);
    expect(findings(told, clause)).toEqual([]);
  });

  test.for([
    [LIMIT, undefined, []],
    [LIMIT, null, []],
    [LIMIT + 1, undefined, [tooMuch(LIMIT + 1)]],
    [LIMIT, { a: 'b' }, [tooMuch(LIMIT + 9)]],
  ] as const)('counts what a stranger brings: %d bytes of body and attributes %j', ([bytes, attributes, expected]) => {
    const told = story({ letters: 2 });
    told.consume(1, '', strangers({ body: 'x'.repeat(bytes - 2), attributes }));
    expect(findings(told, clause)).toEqual(expected);
  });
});

describe('what did not fit', () => {
  const clause = 'delivery.load-rest-arrives';

  test('arrives later', () => {
    const told = sized(200_000, 200_000, 200_000);
    told.consume(1, '', [0, 1]);
    told.consume(2, '', [2]);
    expect(findings(told, clause)).toEqual([held(1), held(1), held(2)]);
  });

  test('must not stay away', () => {
    const told = sized(200_000, 200_000, 200_000);
    told.consume(1, '', [0, 1]);
    told.consume([20, 23], '', EMPTY);
    expect(findings(told, clause)).toEqual([held(1), held(1), broken(lost(told, 2), CAME_EMPTY, 2)]);
  });

  test('is no single large message (E9)', () => {
    const told = sized(500_001, 20_000, 20_000);
    told.consume(1, '', [1]);
    told.consume([20, 23], '', EMPTY);
    expect(findings(told, clause)).toEqual([held(1), broken(lost(told, 2), CAME_EMPTY, 2)]);
  });

  test.for([
    [LIMIT, []],
    [LIMIT + 1, [held(1), held(2)]],
  ] as const)('is only there where all together are more than the limit: %d bytes', ([bytes, expected]) => {
    const told = sized(200_000, bytes - 200_000);
    told.consume(1, '', [0]);
    told.consume(2, '', [1]);
    expect(findings(told, clause)).toEqual(expected);
  });
});

describe('a single large message', () => {
  const clause = 'delivery.single-large';

  // Where "just below the limit" begins is ours to say: 500 000 bytes.
  test.for([
    [500_000, []],
    [500_001, [held(1)]],
    [LIMIT, [held(1)]],
  ] as const)('of %d bytes', ([bytes, expected]) => {
    const told = sized(bytes, 20);
    told.consume(1, '', [0]);
    told.consume(2, '', [1]);
    expect(findings(told, clause)).toEqual(expected);
  });

  test('is measured with its attributes', () => {
    const told = story();
    told.letter([0, 0], { body: textOf(400_000), attributes: textOf(100_001) });
    told.consume(1, '', [0]);
    expect(findings(told, clause)).toEqual([held(1)]);
  });

  test('should not stay away', () => {
    const told = sized(515_000, 20);
    told.consume(1, '', [1]);
    told.consume([20, 23], '', EMPTY);
    expect(findings(told, clause)).toEqual([broken(lost(told, 0), CAME_EMPTY, 2)]);
  });
});

describe('the order in an answer of a FIFO queue', () => {
  const clause = 'fifo.order-in-answer';

  test.for([
    [[0, 1, 2], [held(1)]],
    [[0, 2], [held(1)]],
    [[1, 0], [broken('dead letters in the order of sending', 'they came as 2, 1', 1)]],
    [[0, 2, 1], [broken('dead letters in the order of sending', 'they came as 1, 3, 2', 1)]],
    // A stranger has no place in the order.
    [[0, 9, 1], [held(1)]],
    [[1, 9, 0], [broken('dead letters in the order of sending', 'they came as 2, 1', 1)]],
    [[0, 9], []],
    [[2], []],
    [[], []],
  ] as const)('with the letters at %j', ([gives, expected]) => {
    const told = story({ letters: 3, mode: 'FIFO' });
    told.consume(1, '', gives);
    expect(findings(told, clause)).toEqual(expected);
  });

  test('is judged in each answer', () => {
    const told = story({ letters: 4, mode: 'FIFO' });
    told.consume(1, '', [0, 1]);
    told.consume(2, '', [3, 2]);
    expect(findings(told, clause)).toEqual([
      held(1),
      broken('dead letters in the order of sending', 'they came as 4, 3', 2),
    ]);
  });

  test('is nobody’s promise on a NORMAL queue (G4)', () => {
    const told = story({ letters: 2 });
    told.consume(1, '', [1, 0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('is not ruled where the messages failed in another order than they were sent (G3)', () => {
    const told = story({ mode: 'FIFO' });
    told.letter([5, 6]);
    told.letter([1, 2]);
    told.consume(10, '', [1, 0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test.for([
    [[1, 2], [5, 6], true],
    [[1, 2], [2, 3], true],
    [[1, 2], [1.9, 3], false],
    [[1, 4], [2, 3], false],
    // One request failed both.
    [[1, 2], [1, 2], true],
    [[1, 2], [1, 3], false],
    [[1, 3], [2, 3], false],
  ] as const)('of those that failed in %j and %j is ruled: %s', ([first, second, ruled]) => {
    const told = story({ mode: 'FIFO' });
    told.letter([first[0], first[1]]);
    told.letter([second[0], second[1]]);
    told.consume(10, '', [1, 0]);
    expect(findings(told, clause)).toEqual(
      ruled ? [broken('dead letters in the order of sending', 'they came as 2, 1', 1)] : [],
    );
  });

  test('is not ruled where a third one surely failed before the first', () => {
    const told = story({ mode: 'FIFO' });
    told.letter([10, 11]);
    told.letter([5, 20]);
    told.letter([6, 7]);
    told.consume(30, '', [2, 0]);
    expect(findings(told, clause)).toEqual([]);
  });
});

describe('the order of first deliveries of a FIFO queue', () => {
  const clause = 'fifo.order-of-answers';
  const overtaken = (told: Story, ...exchanges: readonly number[]): ReturnType<typeof broken> =>
    broken(
      `${told.tags[0]} is delivered before ${told.tags[1]}, which was sent after it`,
      'it was delivered after it',
      ...exchanges,
    );

  function fifo(letters = 2): Story {
    return story({ letters, mode: 'FIFO' });
  }

  test('holds between neighbours of different answers', () => {
    const told = fifo(4);
    told.consume(1, '', [0]);
    told.consume(2, '', [1, 2]);
    told.consume(3, '', [3]);
    expect(findings(told, clause)).toEqual([held(1, 2), held(2, 3)]);
  });

  test('is broken where the later one came first', () => {
    const told = fifo();
    told.consume(1, '', [1]);
    told.consume(2, '', [0]);
    expect(findings(told, clause)).toEqual([overtaken(told, 1, 2)]);
  });

  test.for<[When, When, boolean]>([
    // One request that leaves as the other's answer is there comes behind it.
    [[1, 2], [2, 3], true],
    [[1, 2], [1.9, 3], false],
  ])('knows which of %j and %j came first: %s', ([first, second, known]) => {
    const inOrder = fifo();
    inOrder.consume(first, '', [0]);
    inOrder.consume(second, '', [1]);
    expect(findings(inOrder, clause)).toEqual([known ? held(1, 2) : undecided(1, 2)]);
    const reversed = fifo();
    reversed.consume(first, '', [1]);
    reversed.consume(second, '', [0]);
    expect(findings(reversed, clause)).toEqual([known ? overtaken(reversed, 1, 2) : undecided(2, 1)]);
  });

  test('is that of first deliveries only', () => {
    const told = fifo();
    told.consume(1, '', [0]);
    told.consume(2, '', [1]);
    told.consume(60, '', [0]);
    expect(findings(told, clause)).toEqual([held(1, 2)]);
  });

  test.for([
    ['both in one', [0, 1]],
    ['the first alone', [0]],
    ['the second alone', [1]],
    ['none', []],
  ] as const)('is no matter between answers that bring %s', ([, gives]) => {
    const told = fifo();
    told.consume(1, '', gives);
    expect(findings(told, clause)).toEqual([]);
  });

  test.for([
    ['no answer', failure(), true],
    ['503', answer(503), true],
    ['an array that cannot be read', answer(200, '['), true],
    ['429', answer(429), false],
    ['400', answer(400), false],
  ] as const)('stays open where a consume before got %s, which may have brought it: %s', ([, outcome, open]) => {
    const told = fifo();
    told.consume(1, '', outcome);
    told.consume(5, '', [1]);
    told.consume(6, '', [0]);
    expect(findings(told, clause)).toEqual([open ? undecided(3, 2) : overtaken(told, 2, 3)]);
  });

  test('stays open where what may have been taken for a consume came before (J5)', () => {
    const told = fifo();
    told.exchange(1, { target: told.path, ...HEAD });
    told.consume(5, '', [1]);
    told.consume(6, '', [0]);
    expect(findings(told, clause)).toEqual([undecided(3, 2)]);
  });

  test('is that of all, not of neighbours only', () => {
    const told = fifo(3);
    told.consume(5, '', [2]);
    told.consume(6, '', [0]);
    expect(findings(told, clause)).toEqual([
      broken(
        `${told.tags[0]} is delivered before ${told.tags[2]}, which was sent after it`,
        'it was delivered after it',
        1,
        2,
      ),
    ]);
    // One between them came while both did.
    const between = fifo(3);
    between.consume(5, '', [2]);
    between.consume([4, 7], '', [1]);
    between.consume(6, '', [0]);
    expect(findings(between, clause)).toEqual([
      undecided(3, 2),
      broken(
        `${between.tags[0]} is delivered before ${between.tags[2]}, which was sent after it`,
        'it was delivered after it',
        1,
        3,
      ),
    ]);
  });

  test('is not decided where one came in order and another one crosses', () => {
    const told = fifo(3);
    told.consume(1, '', [0]);
    told.consume([2, 4], '', [1]);
    told.consume([3, 5], '', [2]);
    expect(findings(told, clause)).toEqual([held(1, 2), undecided(2, 3)]);
  });

  test('tells of each answer with whom it is compared', () => {
    const told = fifo(4);
    told.consume(1, '', [0, 2]);
    told.consume(2, '', [1, 3]);
    expect(findings(told, clause)).toEqual([
      held(1, 2),
      broken(
        `${told.tags[1]} is delivered before ${told.tags[2]}, which was sent after it`,
        'it was delivered after it',
        1,
        2,
      ),
      held(1, 2),
    ]);
  });

  test('is decided where the answer that we never got can only have come after', () => {
    const told = fifo();
    told.consume(5, '', [1]);
    told.consume(5.5, '', failure());
    told.exchange(5.7, { target: told.path, ...HEAD });
    told.consume(6, '', [0]);
    expect(findings(told, clause)).toEqual([overtaken(told, 1, 4)]);
  });

  test('is nobody’s promise on a NORMAL queue, nor where they failed in another order (G3, G4)', () => {
    const normal = story({ letters: 2 });
    const shuffled = story({ mode: 'FIFO' });
    shuffled.letter([5, 6]);
    shuffled.letter([1, 2]);
    for (const told of [normal, shuffled]) {
      told.consume(10, '', [1]);
      told.consume(11, '', [0]);
      expect(findings(told, clause)).toEqual([]);
    }
  });
});

describe('after a failure on a FIFO queue', () => {
  const clause = 'fifo.after-failure';
  const overtaken = (told: Story, place: number, ...exchanges: readonly number[]): ReturnType<typeof broken> =>
    broken(
      `dead letter ${told.tags[place]}, which is consumable again, comes before all later ones`,
      'one that was sent after it came first',
      ...exchanges,
    );

  /** Four letters of which the first two came between 20 and 21; the first was acknowledged, the second failed. */
  function failed(mode: 'FIFO' | 'NORMAL' = 'FIFO'): Story {
    const told = story({ letters: 4, mode });
    const [first = '', second = ''] = told.consume([20, 21], 'ack_wait=30', [0, 1]);
    told.acknowledge(22, [first, { handler: second, status: 'fail' }], [1, 1]);
    return told;
  }

  test('the earliest that is not acknowledged comes first', () => {
    const told = failed();
    told.consume(70, '', [1, 2]);
    expect(findings(told, clause)).toEqual([held(3)]);
  });

  test.for([
    // Surely back when its lease has ended, and 15 s later: 21 + 30 + 15 (D3, G2).
    [66, false],
    [66.1, true],
  ] as const)('at %d a later one must not come before it: %s', ([at, due]) => {
    const told = failed();
    told.consume(at, '', [2]);
    expect(findings(told, clause)).toEqual(due ? [overtaken(told, 1, 1, 3)] : []);
  });

  test('a stranger at the head is no matter', () => {
    const told = failed();
    told.consume(70, '', [9, 1, 2]);
    told.consume(71, '', [9]);
    expect(findings(told, clause)).toEqual([held(3)]);
  });

  test('the last of all has nobody whom it could keep waiting', () => {
    const told = story({ letters: 1, mode: 'FIFO' });
    told.consume([20, 21], 'ack_wait=15', [0]);
    told.consume(70, '', [0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('one that was never acknowledged is not overtaken either', () => {
    const told = story({ letters: 3, mode: 'FIFO' });
    told.consume([20, 21], 'ack_wait=15', [0]);
    told.consume(70, '', [1]);
    expect(findings(told, clause)).toEqual([overtaken(told, 0, 1, 2)]);
  });

  test.for<readonly (readonly number[])[]>([[[1, 0]], [[0, 2]], [[2, 0, 1]], [[1]]])(
    'also within the answer: with two that are due, %j starts in the wrong place',
    ([gives = []]) => {
      const told = story({ letters: 4, mode: 'FIFO' });
      told.consume(20, 'ack_wait=15', [0, 1]);
      told.consume(70, '', gives);
      expect(findings(told, clause)).toEqual([overtaken(told, gives[0] === 0 ? 1 : 0, 1, 2)]);
    },
  );

  test('what may be gone after three days is overtaken by nobody (D6)', () => {
    const told = story({ mode: 'FIFO' });
    told.letter([0, 0]);
    told.letter([7200, 7200]);
    told.consume(7210, '', [0]);
    told.consume(71 * 3600, '', [1]);
    told.consume(75 * 3600, '', [1]);
    expect(findings(told, clause)).toEqual([overtaken(told, 0, 1, 2)]);
  });

  test('while the group is being deleted nobody is overtaken', () => {
    const told = failed();
    told.exchange([69, 75], { method: 'DELETE', target: '/v1.0/p1/queues/q1/groups/g1', outcome: failure() });
    told.consume(70, '', [2]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('one that blocks nobody else is no excuse', () => {
    const told = story({ letters: 3, mode: 'FIFO' });
    told.consume([20, 21], 'ack_wait=15', [0]);
    told.consume(65, 'ack_wait=300', [1]);
    told.consume(70, '', [2]);
    expect(findings(told, clause)).toEqual([overtaken(told, 0, 1, 3)]);
  });

  test('where all later ones are acknowledged there is nobody to overtake', () => {
    const told = story({ letters: 2, mode: 'FIFO' });
    const [, second = ''] = told.consume([20, 21], 'ack_wait=15', [0, 1]);
    told.acknowledge(22, [{ handler: 'h1.0', status: 'success' }, second], [2, 0]);
    told.consume(70, '', [0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('one that came several times is named with its last delivery before', () => {
    const told = story({ letters: 3, mode: 'FIFO' });
    told.consume([20, 21], 'ack_wait=15', [0]);
    told.consume(80, 'ack_wait=15', [0]);
    told.consume(150, '', [1]);
    told.consume(151, '', [0]);
    expect(findings(told, clause)).toEqual([held(2), overtaken(told, 0, 2, 3), held(4)]);
  });

  test('one that was never delivered is not one that failed', () => {
    const told = story({ letters: 3, mode: 'FIFO' });
    told.consume(70, '', [1]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('one that was acknowledged, or may have been, is not waited for', () => {
    for (const answered of [[1, 0] as const, failure()]) {
      const told = story({ letters: 3, mode: 'FIFO' });
      told.acknowledge(22, told.consume([20, 21], '', [0]), answered);
      told.consume(80, '', [1]);
      expect(findings(told, clause)).toEqual([]);
    }
  });

  test('a later one that is due does not have to wait for anybody', () => {
    const told = story({ letters: 3, mode: 'FIFO' });
    told.consume([20, 21], 'ack_wait=15', [0, 1]);
    told.consume(70, '', [0]);
    expect(findings(told, clause)).toEqual([held(2)]);
  });

  test('a first delivery shows nothing', () => {
    const told = story({ letters: 3, mode: 'FIFO' });
    told.consume([20, 21], 'ack_wait=15', [1]);
    told.consume(70, '', [0, 1]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('an empty answer shows nothing', () => {
    const told = failed();
    told.consume([70, 73], '', EMPTY);
    expect(findings(told, clause)).toEqual([]);
  });

  test('a NORMAL queue hands out as it likes (G4)', () => {
    const told = failed('NORMAL');
    told.consume(70, '', [2]);
    told.consume(71, '', [1]);
    expect(findings(told, clause)).toEqual([]);
  });
});

describe('whether a FIFO queue blocks while one is in flight', () => {
  const clause = 'fifo.in-flight';
  const BLOCKS = 'FIFO blocks while one is in flight';
  const HANDS_OUT = 'FIFO hands out later ones while earlier ones are in flight';

  /** Three letters; the first is in flight from 20 to 35 at least. */
  function inFlight(mode: 'FIFO' | 'NORMAL' = 'FIFO'): Story {
    const told = story({ letters: 3, mode });
    told.consume(10, '', EMPTY);
    told.consume([20, 21], 'ack_wait=15', [0]);
    return told;
  }

  test.for([
    [[1], HANDS_OUT],
    [[], BLOCKS],
  ] as const)('is noted where an answer meanwhile brings %j', ([gives, observed]) => {
    const told = inFlight();
    told.consume([22, 25], '', gives);
    expect(findings(told, clause)).toEqual([noted(observed, 3)]);
  });

  test.for<[When, boolean]>([
    [[21, 22], true],
    [[20.5, 22], false],
    [[31, 34.9], true],
    // Its lease may have ended.
    [[32, 35], false],
  ])('is seen by a consume in %j: %s', ([when, seen]) => {
    const told = inFlight();
    told.consume(when, '', EMPTY);
    expect(findings(told, clause)).toEqual(seen ? [noted(BLOCKS, 3)] : []);
  });

  test('is not seen where that one was being acknowledged before', () => {
    const told = inFlight();
    told.acknowledge([22, 24], ['h2.0'], [1, 0]);
    told.consume([23, 26], '', [1]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('is seen where it was acknowledged only after that', () => {
    const told = inFlight();
    told.consume([22, 25], '', [1]);
    told.acknowledge(25, ['h2.0'], [1, 0]);
    expect(findings(told, clause)).toEqual([noted(HANDS_OUT, 3)]);
  });

  test('is not seen where that consume was not answered with 200', () => {
    for (const outcome of [answer(503), answer(429), failure()]) {
      const told = inFlight();
      told.consume([22, 25], '', outcome);
      expect(findings(told, clause)).toEqual([]);
    }
  });

  test('is not seen where there was nothing else to hand out', () => {
    const told = story({ letters: 2, mode: 'FIFO' });
    told.consume([20, 21], '', [0, 1]);
    told.consume([22, 25], '', EMPTY);
    expect(findings(told, clause)).toEqual([]);
  });

  test('is not seen where nothing was handed out, or on a NORMAL queue', () => {
    const told = story({ letters: 2, mode: 'FIFO' });
    told.consume([20, 23], '', EMPTY);
    told.consume([24, 27], '', EMPTY);
    const normal = inFlight('NORMAL');
    normal.consume([22, 25], '', [1]);
    expect([...findings(told, clause), ...findings(normal, clause)]).toEqual([]);
  });
});

describe('whether a FIFO queue fills a batch', () => {
  const clause = 'fifo.full-batch';
  const FILLS = 'FIFO fills a batch';
  const SHORT = 'FIFO gives short batches';
  const all = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

  test.for([
    ['max_msgs=2', 2, 2, FILLS],
    ['max_msgs=2', 2, 1, SHORT],
    ['max_msgs=2', 3, 2, FILLS],
    ['max_msgs=3', 3, 2, SHORT],
    ['', 10, 10, FILLS],
    ['', 11, 9, SHORT],
    // A batch of one is always full; fewer than were asked for cannot fill one.
    ['max_msgs=1', 2, 1, undefined],
    ['max_msgs=3', 2, 2, undefined],
    ['', 9, 9, undefined],
    // How many were asked for is not ruled (E4, E6).
    ['max_msgs=', 3, 3, undefined],
    ['max_msgs=2&max_msgs=3', 3, 3, undefined],
  ] as const)('asked with "%s", of %d it gives %d: %s', ([query, letters, gives, observed]) => {
    const told = story({ letters, mode: 'FIFO' });
    told.consume([1, 2], 'max_msgs=2', EMPTY);
    told.consume(3, query, all(gives));
    expect(findings(told, clause)).toEqual(observed === undefined ? [] : [noted(observed, 2)]);
  });

  test.for([
    [10, 52_428, SHORT],
    [10, 52_429, undefined],
    [11, 52_428, SHORT],
  ] as const)('of %d with %d bytes each nine are all that fit, or short: %s', ([letters, bytes, observed]) => {
    const told = story({ mode: 'FIFO' });
    for (let made = 1; made <= letters; made += 1) told.letter([0, 0], { body: textOf(bytes) });
    told.consume(3, '', all(9));
    expect(findings(told, clause)).toEqual(observed === undefined ? [] : [noted(observed, 1)]);
  });

  test('is told by the first batch, while nothing is in flight', () => {
    const told = story({ letters: 4, mode: 'FIFO' });
    told.consume(1, 'max_msgs=2', [0, 1]);
    told.consume(2, 'max_msgs=2', [2]);
    expect(findings(told, clause)).toEqual([noted(FILLS, 1)]);
  });

  test('is not asked where nothing came, or on a NORMAL queue', () => {
    const told = story({ letters: 2, mode: 'FIFO' });
    told.consume([1, 4], 'max_msgs=2', EMPTY);
    const normal = story({ letters: 2 });
    normal.consume(1, 'max_msgs=2', [0, 1]);
    expect([...findings(told, clause), ...findings(normal, clause)]).toEqual([]);
  });
});
