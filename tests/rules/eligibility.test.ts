import { describe, expect, test } from 'vitest';
import type { ArrangedQueue } from '../../schemas/types.ts';
import { makeTag } from '../../src/history/tags.ts';
import type { Finding } from '../../src/rules/rule.ts';
import { broken, findings, held, noted, undecided } from '../support/findings.ts';
import { answer, failure, story, type Story, type When } from '../support/history.ts';

const EMPTY = answer(200, []);
const scenario = 'chapter/case';
/** Tags of messages that are not arranged as dead letters. */
const [A, B] = [makeTag('test', 'n', 1), makeTag('test', 'n', 2)];

type Outcome = ReturnType<typeof answer> | ReturnType<typeof failure>;

/** A group in a path of its own, beside the one that every story has. */
interface Place {
  readonly path: string;
  consume(when: When, outcome: Outcome, query?: string): number;
  /** A normal consume that hands out messages with these tags under these handlers. */
  normal(when: When, messages: readonly (readonly [tag: string, handler: string])[], query?: string): number;
  /** A normal acknowledgement: handlers alone failed. */
  acknowledgeNormal(
    when: When,
    entries: readonly (string | { handler: string; status: string })[],
    outcome?: Outcome,
  ): number;
  letter(): string;
}

function placeOf(told: Story, queue: string, group: string): Place {
  const path = `/v1.0/p1/queues/${queue}/groups/${group}`;
  return {
    path: `${path}/deadletters`,
    consume: (when, outcome, query = '') => told.exchange(when, { target: `${path}/deadletters${query}`, outcome }),
    normal: (when, messages, query = '') =>
      told.exchange(when, {
        target: `${path}/messages${query}`,
        outcome: answer(
          200,
          messages.map(([tag, handler]) => ({ handler, message: { body: { tag } } })),
        ),
      }),
    acknowledgeNormal: (when, entries, outcome = answer(200, { success: 0, fail: entries.length })) =>
      told.exchange(when, {
        method: 'POST',
        target: `${path}/ack`,
        body: JSON.stringify({
          message: entries.map((entry) => (typeof entry === 'string' ? { handler: entry, status: 'fail' } : entry)),
        }),
        outcome,
      }),
    letter() {
      told.letter([0, 0], { queue, group, position: 0 });
      return told.tags.at(-1) ?? '';
    },
  };
}

/** The group of the story itself. */
function own(told: Story): Place {
  return placeOf(told, 'q1', 'g1');
}

/** A second queue, q2, with a group g2. */
function beside(told: Story, part: Partial<ArrangedQueue> = {}): Place {
  told.add({
    type: 'queue',
    scenario,
    queue: 'q2',
    mode: 'NORMAL',
    redrive: true,
    maxConsumeCount: 1,
    ...part,
  });
  told.add({ type: 'group', scenario, queue: 'q2', group: 'g2', ours: true, at: 0 });
  return placeOf(told, 'q2', 'g2');
}

/** An answer that hands out messages with these tags. */
function giving(...tags: readonly string[]): Outcome {
  return answer(
    200,
    tags.map((tag, index) => ({ handler: `d${index}`, message: { body: { tag } } })),
  );
}

describe.for([
  ['eligibility.normal', 'NORMAL', 'FIFO'],
  ['eligibility.fifo', 'FIFO', 'NORMAL'],
] as const)('%s: a %s queue', ([clause, mode, otherMode]) => {
  test('has dead letters where it hands them out', () => {
    const told = story({ letters: 2, mode });
    told.consume(1, '', [0]);
    told.consume(2, 'ack_wait=15', [1]);
    expect(findings(told, clause)).toEqual([held(1), held(2)]);
  });

  test('must not refuse a lawful consume', () => {
    const told = story({ letters: 1, mode });
    told.consume(1, '', answer(400));
    expect(findings(told, clause)).toEqual([
      broken(`a ${mode} queue has dead letters that can be consumed`, 'the consume was answered with 400', 1),
    ]);
  });

  test.for([
    ['max_msgs=11', answer(400)],
    ['time_wait=3s', answer(400)],
    ['', answer(429)],
    ['', answer(403)],
    ['', answer(503)],
    ['', failure()],
    ['', EMPTY],
  ] as const)('is not judged by a consume with "%s" that is answered with %j', ([query, outcome]) => {
    const told = story({ letters: 1, mode });
    told.consume(30, query, outcome);
    expect(findings(told, clause)).toEqual([]);
  });

  test('is not judged by what an unlawful consume hands out', () => {
    const told = story({ letters: 1, mode });
    told.consume(1, 'max_msgs=11', [0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('may refuse while the group is being deleted', () => {
    const told = story({ letters: 1, mode });
    told.exchange([29, 31], { method: 'DELETE', target: '/v1.0/p1/queues/q1/groups/g1', outcome: answer(204) });
    told.consume(30, '', answer(404));
    expect(findings(told, clause)).toEqual([]);
  });

  test('without dead letters is not judged', () => {
    const told = story({ mode });
    told.consume(1, '', answer(400));
    expect(findings(told, clause)).toEqual([]);
  });

  test('without redrive is not judged', () => {
    const told = story();
    const place = beside(told, { mode, redrive: false });
    place.consume(1, giving(place.letter()));
    expect(findings(told, clause)).toEqual([]);
  });

  test('is not judged by a queue of the other mode', () => {
    const told = story({ letters: 1, mode: otherMode });
    told.consume(1, '', [0]);
    told.consume(2, '', answer(400));
    expect(findings(told, clause)).toEqual([]);
  });
});

describe.for([
  ['eligibility.kafka.nothing', { mode: 'KAFKA_HA', redrive: false }, 'a Kafka queue hands out no dead letters'],
  ['eligibility.kafka.nothing', { mode: 'KAFKA_HT', redrive: false }, 'a Kafka queue hands out no dead letters'],
  [
    'eligibility.no-redrive.nothing',
    { mode: 'NORMAL', redrive: false },
    'a queue without redrive hands out no dead letters',
  ],
  [
    'eligibility.no-redrive.nothing',
    { mode: 'FIFO', redrive: false },
    'a queue without redrive hands out no dead letters',
  ],
] as const)('%s: a queue with %j', ([clause, part, expected]) => {
  test.for([
    [EMPTY, held(1)],
    [answer(400), held(1)],
    [answer(404), held(1)],
    [giving(A), broken(expected, 'it handed out 1', 1)],
    [giving(A, B), broken(expected, 'it handed out 2', 1)],
    [answer(500), undecided(1)],
    [answer(503), undecided(1)],
    [answer(429), undecided(1)],
    [failure(), undecided(1)],
  ] as const)('that answers with %j: %j', ([outcome, finding]) => {
    const told = story();
    beside(told, part).consume(30, outcome);
    expect(findings(told, clause)).toEqual([finding]);
  });

  test('shows nothing by what it answers to an unlawful consume, but by what it hands out', () => {
    const told = story();
    const place = beside(told, part);
    for (const outcome of [answer(400), answer(503), EMPTY]) place.consume(30, outcome, '?max_msgs=11');
    expect(findings(told, clause)).toEqual([]);
    place.consume(30, giving(A), '?max_msgs=11');
    expect(findings(told, clause)).toEqual([broken(expected, 'it handed out 1', 4)]);
  });

  test('is another one than a queue with redrive', () => {
    const told = story({ letters: 1 });
    told.consume(1, '', [0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('is another one than one with the other reason', () => {
    const told = story();
    beside(told, { redrive: false, mode: part.mode.startsWith('KAFKA') ? 'NORMAL' : 'KAFKA_HA' }).consume(1, giving(A));
    expect(findings(told, clause)).toEqual([]);
  });
});

describe('a Kafka queue', () => {
  const clause = 'eligibility.kafka.refused';
  const answeredOk = broken('a consume on a Kafka queue is refused with a 4xx', 'it was answered with 200', 2);

  test.for([
    [answer(400), [held(2, 1)]],
    [answer(404), [held(2, 1)]],
    // Accepted as well (H2).
    [EMPTY, [noted('a Kafka queue answers 200 with an empty array', 2), held(2)]],
    [giving(A), [answeredOk]],
    [answer(200, '{}'), [answeredOk]],
    [answer(500), [broken('a consume on a Kafka queue is refused with a 4xx', 'it was answered with 500', 2)]],
    [answer(429), [undecided(2)]],
    [answer(403), [undecided(2)]],
    [answer(503), [undecided(2)]],
    [failure(), [undecided(2)]],
  ] as const)('refuses a consume: %j', ([outcome, expected]) => {
    const told = story();
    const kafka = beside(told, { mode: 'KAFKA_HT', redrive: false });
    // A 404 of a group that was just made says nothing (K6), so all this is later.
    told.consume(30, '', EMPTY);
    kafka.consume(31, outcome);
    expect(findings(told, clause)).toEqual(expected);
  });

  test('is not known to refuse where no consume at all was accepted', () => {
    const told = story();
    beside(told, { mode: 'KAFKA_HA', redrive: false }).consume(30, answer(400));
    expect(findings(told, clause)).toEqual([undecided(1)]);
  });

  test('does not refuse it by refusing an unlawful one', () => {
    const told = story();
    const kafka = beside(told, { mode: 'KAFKA_HA', redrive: false });
    told.consume(30, '', EMPTY);
    for (const query of ['?max_msgs=11', '?time_wait=3s']) {
      for (const outcome of [answer(400), EMPTY]) kafka.consume(31, outcome, query);
    }
    expect(findings(told, clause)).toEqual([]);
  });

  test('may answer with an empty array also where nothing else was accepted', () => {
    const told = story();
    beside(told, { mode: 'KAFKA_HA', redrive: false }).consume(30, EMPTY);
    expect(findings(told, clause)).toEqual([noted('a Kafka queue answers 200 with an empty array', 1), held(1)]);
  });

  test('is another one than a queue without redrive', () => {
    const told = story();
    beside(told, { redrive: false }).consume(30, EMPTY);
    expect(findings(told, clause)).toEqual([]);
  });
});

describe('what a queue without redrive answers', () => {
  const clause = 'eligibility.no-redrive.answer';

  test.for([
    [EMPTY, 'without redrive: 200'],
    [answer(400), 'without redrive: 400'],
    [failure(), 'without redrive: no answer'],
  ] as const)('is noted: %j', ([outcome, observed]) => {
    const told = story();
    beside(told, { redrive: false }).consume(1, outcome);
    expect(findings(told, clause)).toEqual([noted(observed, 1)]);
  });

  test('is not noted of Kafka queues and those with redrive', () => {
    const told = story({ letters: 1 });
    told.consume(1, '', [0]);
    beside(told, { mode: 'KAFKA_HA', redrive: false }).consume(1, EMPTY);
    expect(findings(told, clause)).toEqual([]);
  });
});

describe('a path that leads nowhere', () => {
  const rows = [
    ['path.unknown-queue', 'path.unknown-queue.status-404', 'an unknown queue', '404', 'q9', 'g1'],
    ['path.unknown-group', 'path.unknown-group.status-404', 'an unknown group', '404', 'q1', 'g9'],
    ['path.malformed-id', 'path.malformed-id.status', 'a malformed id', '400 or 404', 'not%20a%20queue', 'g1'],
    ['path.malformed-id', 'path.malformed-id.status', 'a malformed id', '400 or 404', 'q1', 'not%20a%20group'],
    ['path.group-of-another-queue', undefined, 'a group of another queue', '', 'q1', 'g2'],
  ] as const;

  /** A consume that is accepted, and both calls on that path, when no group initialises any more (K6). */
  function asked(queue: string, group: string, outcome: Outcome, control = true): Story {
    const told = story({ letters: 1 });
    beside(told);
    told.consume(21, '', control ? [0] : answer(429));
    const { path } = placeOf(told, queue, group);
    told.exchange(22, { target: path, outcome });
    told.exchange(23, {
      method: 'POST',
      target: `${path}/ack`,
      body: '{"message":[{"handler":"h1.0","status":"success"}]}',
      outcome,
    });
    return told;
  }

  test.for(rows)('%s, %s', ([clause, status, what, statuses, queue, group]) => {
    const rejected = (outcome: Outcome, control = true): unknown =>
      findings(asked(queue, group, outcome, control), clause);
    for (const outcome of [answer(404), answer(400), answer(405)])
      expect(rejected(outcome)).toEqual([held(2, 1), held(3, 1)]);
    for (const outcome of [answer(429), answer(403), answer(503), failure()])
      expect(rejected(outcome)).toEqual([undecided(2), undecided(3)]);
    expect(rejected(answer(404), false)).toEqual([undecided(2), undecided(3)]);
    expect(rejected(answer(200, '[]'))).toEqual([
      broken(`${what} is rejected with a 4xx`, 'it was answered with 200', 2),
      broken(`${what} is rejected with a 4xx`, 'it was answered with 200', 3),
    ]);

    if (status === undefined) return;
    const answered = (outcome: Outcome, control = true): unknown =>
      findings(asked(queue, group, outcome, control), status);
    const wrong = (code: number): unknown => [
      broken(`${what} is answered with ${statuses}`, `it was answered with ${code}`, 2),
      broken(`${what} is answered with ${statuses}`, `it was answered with ${code}`, 3),
    ];
    expect(answered(answer(404))).toEqual([held(2, 1), held(3, 1)]);
    // For a router a path with such an id may be none, and the error codes say 400 (H4).
    expect(answered(answer(400))).toEqual(statuses === '404' ? wrong(400) : [held(2, 1), held(3, 1)]);
    expect(answered(answer(405))).toEqual(wrong(405));
    expect(answered(answer(405), false)).toEqual([]);
    expect(answered(answer(429))).toEqual([]);
    expect(answered(answer(200, '[]'))).toEqual([]);
  });

  test('is no other one', () => {
    for (const [clause, , , , queue, group] of rows) {
      const told = asked(queue, group, answer(404));
      const judging = [...new Set(rows.map(([other]) => other))].filter((other) => findings(told, other).length > 0);
      expect(judging).toEqual([clause]);
    }
  });
});

describe('with a max_consume_count of two', () => {
  const clause = 'redrive.count-reached';
  /** The tag that the first letter of a story gets. */
  const tagged = makeTag('test', 'a', 1);
  const tooFew = (tag: string, exchange: number): Finding =>
    broken('no dead letter before the 2. failure', `${tag} was handed out as one after fewer`, exchange);
  const normally = (told: Story, { path }: Place, when: When, outcome: Outcome): number =>
    told.exchange(when, { target: path.replace('/deadletters', '/messages'), outcome });

  /** A message of g2 that fails at 3 and at 8, and is looked for as a dead letter between, and at 10. */
  function failedTwice({
    between = EMPTY,
    atLast = true,
    maxConsumeCount = 2,
  }: {
    between?: Outcome | 'nobody';
    atLast?: boolean;
    maxConsumeCount?: number;
  } = {}): { told: Story; place: Place; tag: string } {
    const told = story();
    const place = beside(told, { maxConsumeCount });
    const tag = place.letter();
    place.normal([1, 2], [[tag, 'n1']]);
    place.acknowledgeNormal([3, 4], ['n1']);
    if (between !== 'nobody') place.consume([5, 6], between);
    place.normal([7, 7.5], [[tag, 'n2']]);
    place.acknowledgeNormal([8, 9], ['another', 'n2']);
    if (atLast) place.consume(10, giving(tag));
    return { told, place, tag };
  }

  test('one that failed twice is a dead letter, and was none before', () => {
    expect(findings(failedTwice().told, clause)).toEqual([held(6)]);
  });

  test('one that failed once is none yet', () => {
    const tag = makeTag('test', 'a', 1);
    for (const atLast of [true, false]) {
      expect(findings(failedTwice({ between: giving(B, tag), atLast }).told, clause)).toEqual([
        broken('no dead letter before the 2. failure', `${tag} was handed out as one after fewer`, 3),
      ]);
    }
  });

  test('the number of failures is that of the queue', () => {
    const tag = makeTag('test', 'a', 1);
    expect(findings(failedTwice({ between: giving(tag), maxConsumeCount: 3 }).told, clause)).toEqual([
      broken('no dead letter before the 3. failure', `${tag} was handed out as one after fewer`, 3),
    ]);
  });

  test.for([['nobody'], [answer(503)], [answer(429)], [failure()]] as const)(
    'is not shown where nothing was seen between the failures: %j',
    ([between]) => {
      expect(findings(failedTwice({ between }).told, clause)).toEqual([]);
    },
  );

  test('one that is handed out for the second time has not failed twice', () => {
    const { told, place, tag } = failedTwice({ between: 'nobody' });
    place.consume([7.6, 7.9], giving(tag));
    expect(findings(told, clause)).toEqual([
      broken('no dead letter before the 2. failure', `${tag} was handed out as one after fewer`, 6),
    ]);
  });

  test('is not shown by a consume that was under way at the last failure', () => {
    for (const outcome of [EMPTY, giving(makeTag('test', 'a', 1))]) {
      const { told, place } = failedTwice({ between: 'nobody' });
      place.consume([5, 8.5], outcome);
      expect(findings(told, clause)).toEqual([]);
    }
  });

  test('is not shown where it never became one', () => {
    expect(findings(failedTwice({ atLast: false }).told, clause)).toEqual([]);
  });

  test('is not shown where one failure is enough', () => {
    expect(findings(failedTwice({ maxConsumeCount: 1 }).told, clause)).toEqual([]);
  });

  test('is not shown where it was never seen as a normal message', () => {
    const told = story();
    const place = beside(told, { maxConsumeCount: 2 });
    const tag = place.letter();
    place.normal([1, 2], [[A, 'n1']]);
    place.consume([3, 4], EMPTY);
    place.consume(5, giving(tag));
    expect(findings(told, clause)).toEqual([]);
  });

  test('one failure is too few also where nobody arranged a dead letter, since it became one at once', () => {
    const told = story();
    const place = beside(told, { maxConsumeCount: 2 });
    place.normal([1, 2], [[A, 'n1']]);
    place.acknowledgeNormal([3, 4], ['n1']);
    place.consume(6, giving(A));
    place.consume(7, giving(A));
    expect(findings(told, clause)).toEqual([tooFew(A, 3)]);
    // Those are messages of the group all the same.
    expect(findings(told, 'delivery.nothing-foreign')).toEqual([]);
  });

  test('one that was handed out as a normal message only later has not failed at all', () => {
    const told = story();
    const place = beside(told, { maxConsumeCount: 2 });
    place.consume(1, giving(A));
    place.normal([2, 3], [[A, 'n1']]);
    expect(findings(told, clause)).toEqual([tooFew(A, 1)]);
  });

  test('a failure whose answer was 503 may have counted, whatever a repeat of it is answered', () => {
    const told = story();
    const place = beside(told, { maxConsumeCount: 2 });
    const tag = place.letter();
    place.normal([1, 2], [[tag, 'n1']]);
    place.acknowledgeNormal([3, 4], ['n1']);
    place.consume([5, 6], EMPTY);
    place.normal([7, 7.5], [[tag, 'n2']]);
    place.acknowledgeNormal([8, 9], ['n2'], answer(503));
    place.consume(10, giving(tag));
    place.acknowledgeNormal([11, 12], ['n2'], answer(400));
    expect(findings(told, clause)).toEqual([held(6)]);
  });

  test.for<readonly [string, (place: Place, tag: string) => unknown, Finding[]]>([
    // An acknowledgement of its batch may have failed it, too (K3).
    ['acknowledged by its batch', (place) => place.acknowledgeNormal([8, 9], ['n3']), []],
    ['acknowledged meanwhile', (place) => place.acknowledgeNormal([9.9, 11], ['n2']), []],
    ['acknowledged only later', (place) => place.acknowledgeNormal([10, 11], ['n2']), [tooFew(tagged, 4)]],
    ['not acknowledged', () => undefined, [tooFew(tagged, 4)]],
  ])('a second hand-out that was %s', ([, then, expected]) => {
    const told = story();
    const place = beside(told, { maxConsumeCount: 2 });
    const tag = place.letter();
    place.normal([1, 2], [[tag, 'n1']]);
    place.acknowledgeNormal([3, 4], ['n1']);
    place.normal(
      [5, 6],
      [
        [tag, 'n2'],
        [A, 'n3'],
      ],
    );
    place.consume([9.5, 10], giving(tag));
    then(place, tag);
    expect(findings(told, clause)).toEqual(expected);
  });

  test.for([
    // The shortest lease, of 15 s, and the second by which it may end too soon (D1): from 5 on.
    [[18, 18.9], [tooFew(tagged, 4)]],
    [[18, 19], []],
  ] as const)('a second hand-out whose lease may have ended by %j', ([when, expected]) => {
    const told = story();
    const place = beside(told, { maxConsumeCount: 2 });
    const tag = place.letter();
    place.normal([1, 2], [[tag, 'n1']]);
    place.acknowledgeNormal([3, 4], ['n1']);
    place.normal([5, 6], [[tag, 'n2']]);
    place.consume([when[0], when[1]], giving(tag));
    expect(findings(told, clause)).toEqual(expected);
  });

  test.for<readonly [string, (told: Story, place: Place) => unknown, boolean]>([
    ['whose answer was lost', (told, place) => normally(told, place, [5, 6], failure()), true],
    ['that was answered with 503', (told, place) => normally(told, place, [5, 6], answer(503)), true],
    ['that cannot be read', (told, place) => normally(told, place, [5, 6], answer(200, '{}')), true],
    ['that brought something without a tag', (_told, place) => place.normal([5, 6], [['no tag', 'n2']]), true],
    ['that brought something else', (_told, place) => place.normal([5, 6], [[A, 'n2']]), false],
    ['that was refused', (told, place) => normally(told, place, [5, 6], answer(400)), false],
    ['whose answer was lost only now', (told, place) => normally(told, place, [39, 40], failure()), false],
    [
      'of another group whose answer was lost',
      (told) => normally(told, placeOf(told, 'q2', 'g9'), [5, 6], failure()),
      false,
    ],
  ])('beside a normal consume %s it is not decided', ([, call, open]) => {
    const told = story();
    const place = beside(told, { maxConsumeCount: 2 });
    const tag = place.letter();
    place.normal([1, 2], [[tag, 'n1']]);
    place.acknowledgeNormal([3, 4], ['n1']);
    call(told, place);
    place.consume([40, 41], giving(tag));
    expect(findings(told, clause)).toEqual([open ? undecided(4) : tooFew(tag, 4)]);
  });

  test.for<readonly [string, When, boolean]>([
    ['before the first failure', [0.5, 1], false],
    ['while it was handed out first', [1.5, 6], false],
    ['as soon as it had been', [2, 6], true],
    ['until it was handed out again', [5, 7], true],
    ['while it was handed out again', [5, 7.1], false],
  ])('is shown by a look between both: %s', ([, when, shown]) => {
    const { told, place } = failedTwice({ between: 'nobody' });
    place.consume(when, EMPTY);
    expect(findings(told, clause)).toEqual(shown ? [held(5)] : []);
  });

  test('with three it is the look behind the second that shows it', () => {
    for (const [at, shown] of [
      [5.5, false],
      [8.5, true],
    ] as const) {
      const told = story();
      const place = beside(told, { maxConsumeCount: 3 });
      const tag = place.letter();
      for (const [round, from] of [4, 7, 10].entries()) {
        place.normal(from, [[tag, `n${round}`]]);
        place.acknowledgeNormal(from + 1, [`n${round}`]);
      }
      place.consume(at, EMPTY);
      place.consume(12, giving(tag));
      expect(findings(told, clause)).toEqual(shown ? [held(8)] : []);
    }
  });

  test('is not asked of a queue without redrive', () => {
    const told = story();
    const place = beside(told, { maxConsumeCount: 2, redrive: false });
    place.normal([1, 2], [[A, 'n1']]);
    place.consume(6, giving(A));
    expect(findings(told, clause)).toEqual([]);
  });

  test('another message that fails later says nothing of it', () => {
    const { told, place } = failedTwice();
    place.normal(
      [11, 12],
      [
        [A, 'n3'],
        [B, 'n4'],
      ],
    );
    place.acknowledgeNormal(13, ['n3', 'n4']);
    expect(findings(told, clause)).toEqual([held(6)]);
  });

  test('what others do with the same message says nothing of it', () => {
    const { told, tag } = failedTwice();
    told.add({ type: 'group', scenario, queue: 'q2', group: 'g3', ours: true, at: 0 });
    // Ids of groups may be unique within their queue only.
    for (const other of [placeOf(told, 'q2', 'g3'), placeOf(told, 'q1', 'g2')]) {
      other.normal([11, 12], [[tag, 'o1']]);
      other.acknowledgeNormal(13, ['o1', 'n2']);
    }
    // Nor does a handler of theirs that fails here.
    placeOf(told, 'q2', 'g2').acknowledgeNormal(14, ['o1']);
    expect(findings(told, clause)).toEqual([held(6)]);
  });

  test('a dead letter that is acknowledged as one later has not failed once more', () => {
    const { told, place } = failedTwice();
    told.exchange(11, {
      method: 'POST',
      target: `${place.path}/ack`,
      body: '{"message":[{"handler":"n2","status":"fail"}]}',
      outcome: answer(400),
    });
    expect(findings(told, clause)).toEqual([held(6)]);
  });
});

describe('a normal message that nobody acknowledged', () => {
  const clause = 'redrive.timeout-counts';
  const missed = (tag: string, ...exchanges: readonly number[]): ReturnType<typeof broken> =>
    broken(
      'a normal message that is not acknowledged in time has failed',
      `${tag} became no dead letter`,
      ...exchanges,
    );

  test('becomes a dead letter', () => {
    const told = story();
    own(told).normal([1, 2], [[A, 'n1']], '?ack_wait=15');
    own(told).consume([40, 43], EMPTY);
    own(told).consume(60, giving(B, A));
    expect(findings(told, clause)).toEqual([held(1, 3)]);
  });

  // Its lease, of 30 s at the least (D1), the grace in which that is seen, and that in which it appears (K4).
  test.for([
    ['?ack_wait=15', 62, false],
    ['?ack_wait=15', 62.1, true],
    ['', 62, false],
    ['', 62.1, true],
    ['?ack_wait=60', 92, false],
    ['?ack_wait=60', 92.1, true],
    // An unlawful one leaves it open: 300 s.
    ['?ack_wait=soon', 332, false],
    ['?ack_wait=soon', 332.1, true],
  ] as const)('consumed with "%s" is missed by an empty answer at %d: %s', ([query, at, late]) => {
    const told = story();
    own(told).normal([1, 2], [[A, 'n1']], query);
    own(told).consume([at, at + 3], EMPTY);
    expect(findings(told, clause)).toEqual(late ? [missed(A, 1, 2)] : []);
  });

  test.for<readonly [string, (told: Story) => unknown, boolean]>([
    ['nothing else', () => undefined, true],
    // It may have it, until its lease has ended and the grace is over (guard 1).
    [
      'a consume whose answer was lost',
      (told) => told.exchange([61, 62], { target: `${told.path}?ack_wait=300`, outcome: failure() }),
      false,
    ],
    ['HEAD', (told) => told.exchange([61, 62], { method: 'HEAD', target: told.path, outcome: answer(200) }), false],
    [
      'a deletion of the group',
      (told) =>
        told.exchange([61, 70], {
          method: 'DELETE',
          target: '/v1.0/p1/queues/q1/groups/g1',
          outcome: failure(),
        }),
      false,
    ],
  ])('beside %s is missed by an empty answer: %s', ([, call, expected]) => {
    const told = story();
    own(told).normal([1, 2], [[A, 'n1']], '?ack_wait=15');
    call(told);
    const id = own(told).consume([65, 68], EMPTY);
    expect(findings(told, clause)).toEqual(expected ? [missed(A, 1, id)] : []);
  });

  test.for([
    ['FIFO', false],
    ['NORMAL', true],
  ] as const)('on a %s queue is missed while another one is in flight: %s (G1)', ([mode, expected]) => {
    const told = story({ letters: 1, mode });
    own(told).normal([1, 2], [[A, 'n1']], '?ack_wait=15');
    told.consume(60, 'ack_wait=300', [0]);
    own(told).consume([65, 68], EMPTY);
    expect(findings(told, clause)).toEqual(expected ? [missed(A, 1, 3)] : []);
  });

  test.for([
    // It may have failed as soon as it was asked for, and stays for 71 h at least (D6).
    [71 * 3600 + 1, true],
    [71 * 3600 + 1.1, false],
  ] as const)('is missed by an empty answer at %d: %s', ([at, expected]) => {
    const told = story();
    own(told).normal([1, 2], [[A, 'n1']], '?ack_wait=15');
    own(told).consume(at, EMPTY);
    expect(findings(told, clause)).toEqual(expected ? [missed(A, 1, 2)] : []);
  });

  test('is not missed by an unlawful consume', () => {
    const told = story();
    own(told).normal([1, 2], [[A, 'n1']]);
    own(told).consume([100, 103], EMPTY, '?max_msgs=11');
    expect(findings(told, clause)).toEqual([]);
  });

  test('is judged for itself', () => {
    const told = story();
    own(told).normal(
      [1, 2],
      [
        [A, 'n1'],
        [B, 'n2'],
      ],
    );
    own(told).consume(60, giving(B));
    own(told).consume([100, 103], EMPTY);
    expect(findings(told, clause)).toEqual([missed(A, 1, 3), held(1, 2)]);
  });

  test('is not missed by a consume that was not answered with nothing', () => {
    const told = story();
    own(told).normal([1, 2], [[A, 'n1']]);
    for (const outcome of [giving(B), answer(429), answer(400), answer(503)]) own(told).consume(100, outcome);
    expect(findings(told, clause)).toEqual([]);
  });

  test('is another one than one that was acknowledged, or is known as a dead letter', () => {
    const told = story({ letters: 1 });
    const [tag = ''] = told.tags;
    own(told).normal(
      [1, 2],
      [
        [A, 'n1'],
        [tag, 'n2'],
      ],
    );
    own(told).acknowledgeNormal(3, [{ handler: 'n1', status: 'success' }]);
    own(told).consume([100, 103], EMPTY);
    expect(findings(told, clause)).toEqual([]);
  });

  test('is not acknowledged by what another group acknowledged, or by another kind of acknowledgement', () => {
    const told = story();
    told.add({ type: 'group', scenario, queue: 'q1', group: 'g2', ours: true, at: 0 });
    own(told).normal([1, 2], [[A, 'n1']]);
    placeOf(told, 'q1', 'g2').acknowledgeNormal(3, ['n1']);
    told.acknowledge(4, ['n1'], answer(400));
    own(told).consume([100, 103], EMPTY);
    expect(findings(told, clause)).toEqual([missed(A, 1, 4)]);
  });

  test('is missed in its own group', () => {
    const told = story();
    told.add({ type: 'group', scenario, queue: 'q1', group: 'g2', ours: true, at: 0 });
    beside(told);
    // Of another group, and of another queue with a group of that id.
    placeOf(told, 'q1', 'g2').normal([1, 2], [[A, 'n1']]);
    placeOf(told, 'q2', 'g1').normal([1, 2], [[B, 'n2']]);
    own(told).consume([100, 103], EMPTY);
    expect(findings(told, clause)).toEqual([]);
  });

  test('may have carried no tag', () => {
    const told = story();
    own(told).normal([1, 2], [['no tag', 'n1']]);
    own(told).consume([100, 103], EMPTY);
    expect(findings(told, clause)).toEqual([]);
  });

  test.for([{ maxConsumeCount: 2 }, { redrive: false }])('makes no dead letter on a queue with %j', (part) => {
    const told = story();
    const place = beside(told, part);
    place.normal([1, 2], [[A, 'n1']]);
    place.consume([100, 103], EMPTY);
    place.consume(104, giving(A));
    expect(findings(told, clause)).toEqual([]);
  });
});

describe('a normal message that failed only behind another', () => {
  const clause = 'redrive.stopped-counts';
  const YET = 'a normal message that failed only behind another became no dead letter yet';
  const BECAME = 'a normal message that failed only behind another became a dead letter';
  const FAILED_FIRST = [
    { handler: 'n1', status: 'fail' },
    { handler: 'n2', status: 'success' },
  ];

  function stopped(entries: Parameters<Place['acknowledgeNormal']>[1], outcome?: Outcome): Story {
    const told = story();
    own(told).normal(1, [['no tag', 'n0']]);
    own(told).normal(
      [1, 2],
      [
        [A, 'n1'],
        [B, 'n2'],
      ],
    );
    own(told).acknowledgeNormal(3, entries, outcome);
    return told;
  }

  test('is noted to be a dead letter, or none yet', () => {
    const told = stopped(FAILED_FIRST);
    expect(findings(told, clause)).toEqual([noted(YET, 3)]);
    own(told).consume(5, giving(A));
    expect(findings(told, clause)).toEqual([noted(YET, 3)]);
    own(told).consume(6, giving(A, B));
    expect(findings(told, clause)).toEqual([noted(BECAME, 3, 5)]);
  });

  test.for([
    ['nothing stood behind a failed one', FAILED_FIRST.toReversed()],
    ['none failed', FAILED_FIRST.map(({ handler }) => ({ handler, status: 'success' }))],
    ['the one behind failed as well', ['n1', 'n2']],
    ['it is not known', ['n1', { handler: 'invented', status: 'success' }]],
    ['it had no tag', ['n1', { handler: 'n0', status: 'success' }]],
  ] as const)('is not noted where %s', ([, entries]) => {
    expect(findings(stopped(entries), clause)).toEqual([]);
  });

  test.for([[answer(400)], [answer(503)], [failure()]] as const)(
    'is not noted where the acknowledgement was answered with %j',
    ([outcome]) => {
      expect(findings(stopped(FAILED_FIRST, outcome), clause)).toEqual([]);
    },
  );

  test('is not one of dead letters', () => {
    const told = story({ letters: 2 });
    const [first = '', second = ''] = told.consume([1, 2], '', [0, 1]);
    told.acknowledge(3, [{ handler: first, status: 'fail' }, second], [0, 2]);
    expect(findings(told, clause)).toEqual([]);
  });
});

describe('available_deadletters', () => {
  const clause = 'counters.available';
  const GROUPS = '/v1.0/p1/queues/q1/groups?include_deadletter=true';
  const wrong = (expected: number, shown: number, exchange: number): ReturnType<typeof broken> =>
    broken(`available_deadletters is ${expected}`, `it is ${shown}`, exchange);

  function look(told: Story, when: When, shown: unknown, target = GROUPS): number {
    const groups = [
      { id: 'g0', available_deadletters: 77 },
      { id: 'g1', available_deadletters: shown },
    ];
    return told.exchange(when, { target, outcome: answer(200, { groups }) });
  }

  test.for([
    [2, held(1)],
    ['2', held(1)],
    [1, wrong(2, 1, 1)],
    [0, wrong(2, 0, 1)],
    ['3', wrong(2, 3, 1)],
  ] as const)('with two dead letters is %j: %j', ([shown, expected]) => {
    const told = story({ letters: 2 });
    look(told, 20, shown);
    told.consume(21, '', [0]);
    expect(findings(told, clause)).toEqual([expected]);
  });

  test.for([
    // A failed message has 15 s to become one (K4).
    [3, []],
    [15, []],
    [15.1, [wrong(2, 0, 1)]],
    // After three days they may be gone (D6).
    [71 * 3600, [wrong(2, 0, 1)]],
    [71 * 3600 + 0.1, []],
  ] as const)('is compared at %d: %j', ([at, expected]) => {
    const told = story({ letters: 2 });
    look(told, at, 0);
    told.consume(at + 1, '', [0]);
    expect(findings(told, clause)).toEqual(expected);
  });

  test('is not decided where fewer are shown and none ever appears: arranging may have failed (K4)', () => {
    const told = story({ letters: 2 });
    look(told, 20, 1);
    look(told, 21, 2);
    told.consume([22, 25], '', EMPTY);
    look(told, 26, 1);
    look(told, 27, 3);
    told.consume([28, 30], '', EMPTY);
    look(told, 31, 1);
    expect(findings(told, clause)).toEqual([held(2), wrong(2, 3, 5), undecided(7)]);
  });

  test.for<readonly [string, (told: Story) => unknown]>([
    ['a consume whose answer was lost', (told) => told.consume(20, 'ack_wait=300', failure())],
    ['HEAD', (told) => told.exchange(20, { method: 'HEAD', target: told.path, outcome: answer(200) })],
    [
      'a deletion of the group',
      (told) => told.exchange(20, { method: 'DELETE', target: '/v1.0/p1/queues/q1/groups/g1', outcome: failure() }),
    ],
  ])('is not compared behind %s, which may have taken one', ([, call]) => {
    const told = story({ letters: 2 });
    told.acknowledge(17, told.consume(16, '', [0]), [1, 0]);
    call(told);
    look(told, 100, 0);
    expect(findings(told, clause)).toEqual([]);
    // Of those that were acknowledged nobody takes one.
    const settled = story({ letters: 1 });
    settled.acknowledge(17, settled.consume(16, '', [0]), [1, 0]);
    call(settled);
    look(settled, 100, 0);
    expect(findings(settled, clause)).toEqual([held(4)]);
  });

  test('is none where there are none', () => {
    const told = story();
    look(told, 20, 0);
    expect(findings(told, clause)).toEqual([held(1)]);
  });

  test.for([['many'], [''], [1.5], [null], [true], [[2]], [undefined]] as const)(
    'is not judged where it is no number: %j',
    ([shown]) => {
      const told = story({ letters: 2 });
      look(told, 20, shown);
      expect(findings(told, clause)).toEqual([]);
    },
  );

  test.for([
    [answer(200, { groups: [{ id: 'g2', available_deadletters: 1 }] })],
    [answer(200, { groups: [null, 'g1', 1] })],
    [answer(200, { groups: { id: 'g1', available_deadletters: 1 } })],
    [answer(200, {})],
    [answer(200, [{ id: 'g1', available_deadletters: 1 }])],
    [answer(200, 'null')],
    [answer(200, 'no JSON')],
    [answer(503, { groups: [{ id: 'g1', available_deadletters: 1 }] })],
    [failure()],
  ])('is not judged where the answer does not show it: %j', ([outcome]) => {
    const told = story({ letters: 2 });
    told.exchange(20, { target: GROUPS, ...(outcome === undefined ? {} : { outcome }) });
    expect(findings(told, clause)).toEqual([]);
  });

  test('is that of the group in its own queue', () => {
    const told = story({ letters: 2 });
    look(told, 20, 2);
    look(told, 21, 9, '/v1.0/p1/queues/q3/groups');
    expect(findings(told, clause)).toEqual([held(1)]);
  });

  test('is not judged on a queue without redrive', () => {
    const told = story({ letters: 2 });
    beside(told, { redrive: false });
    told.exchange(21, {
      target: '/v1.0/p1/queues/q2/groups',
      outcome: answer(200, { groups: [{ id: 'g2', available_deadletters: 9 }] }),
    });
    expect(findings(told, clause)).toEqual([]);
  });

  test('does not count what was acknowledged', () => {
    const told = story({ letters: 3 });
    told.acknowledge(22, told.consume([20, 21], '', [0, 1]), [2, 0]);
    look(told, 30, 1);
    expect(findings(told, clause)).toEqual([held(3)]);
    look(told, 31, 3);
    expect(findings(told, clause)).toEqual([wrong(1, 3, 4)]);
  });

  test('does not count what was acknowledged when it came a second time', () => {
    const told = story({ letters: 2 });
    const [first = ''] = told.consume([20, 21], '', [0]);
    told.acknowledge(22, [{ handler: first, status: 'fail' }], [0, 1]);
    told.acknowledge(24, told.consume(23, '', [0]), [1, 0]);
    look(told, 30, 1);
    expect(findings(told, clause)).toEqual([held(5)]);
  });

  test.for([
    // In flight, or perhaps, until its lease has ended and the grace is over: 21 + 30 + 15 (K5).
    [66, []],
    [66.1, [held(2)]],
  ] as const)('is not compared while one is in flight, as at %d', ([at, expected]) => {
    const told = story({ letters: 2 });
    told.consume([20, 21], 'ack_wait=30', [0]);
    look(told, at, 2);
    expect(findings(told, clause)).toEqual(expected);
  });

  test('is not compared while one of several leases runs', () => {
    const told = story({ letters: 2 });
    told.consume([20, 21], 'ack_wait=15', [0]);
    told.consume([80, 81], 'ack_wait=15', [0]);
    look(told, 90, 2);
    expect(findings(told, clause)).toEqual([]);
  });

  test('is not compared where nobody knows what an acknowledgement did', () => {
    const told = story({ letters: 2 });
    told.acknowledge(22, told.consume([20, 21], '', [0]), failure());
    look(told, 100, 2);
    expect(findings(told, clause)).toEqual([]);
  });

  test.for([
    ['a consume before', (told: Story) => told.consume([19, 20], '', EMPTY), true],
    ['a consume that ended meanwhile', (told: Story) => told.consume([17, 20.5], '', EMPTY), false],
    ['a consume that began meanwhile', (told: Story) => told.consume([20.5, 24], '', EMPTY), false],
    ['an acknowledgement meanwhile', (told: Story) => told.acknowledge([20.5, 24], ['x'], answer(400)), false],
    ['a consume after', (told: Story) => told.consume([21, 24], '', EMPTY), true],
  ] as const)('beside %s', ([, call, compared]) => {
    const told = story({ letters: 2 });
    call(told);
    const id = look(told, [20, 21], 2);
    expect(findings(told, clause)).toEqual(compared ? [held(id)] : []);
  });

  test('is compared with what was, not with what is delivered and acknowledged later', () => {
    const told = story({ letters: 3 });
    look(told, 20, 3);
    const [first = ''] = told.consume(21, '', [0, 1]);
    told.acknowledge(22, [first], [1, 0]);
    expect(findings(told, clause)).toEqual([held(1)]);
  });

  test('is compared whatever else is done with the queue later', () => {
    const told = story({ letters: 2 });
    look(told, 20, 2);
    own(told).normal(21, [[A, 'n1']]);
    told.exchange(22, { method: 'POST', target: '/v1.0/p1/queues/q1/messages', body: '{}', outcome: answer(200) });
    expect(findings(told, clause)).toEqual([held(1)]);
  });

  test('is not compared where a message may have failed only after that', () => {
    const told = story({ letters: 1 });
    told.letter([50, 60]);
    look(told, 55, 1);
    expect(findings(told, clause)).toEqual([]);
  });

  describe('looked at several times', () => {
    test('is that of the last look', () => {
      const told = story({ letters: 2 });
      look(told, 20, 0);
      look(told, 21, 1);
      look(told, 22, 2);
      expect(findings(told, clause)).toEqual([held(3)]);
    });

    test.for([
      ['a consume', (told: Story) => told.consume([22, 23], '', EMPTY)],
      ['a consume that ended after the next look', (told: Story) => told.consume([22, 26], '', EMPTY)],
      ['an acknowledgement', (told: Story) => told.acknowledge(23, ['x'], answer(400))],
    ] as const)('is that of the last look before %s', ([, call]) => {
      const told = story({ letters: 2 });
      look(told, 20, 0);
      look(told, 21, 1);
      call(told);
      look(told, [24, 25], 2);
      look(told, [30, 31], 2);
      told.consume(40, '', [0]);
      // What was under way at the third look leaves it open, but the fourth is the last one anyhow.
      expect(findings(told, clause)).toEqual([wrong(2, 1, 2), held(5)]);
    });

    test('is that of the last look behind all calls', () => {
      const told = story({ letters: 2 });
      told.consume([18, 19], '', EMPTY);
      look(told, 20, 0);
      look(told, 21, 2);
      told.consume([30, 33], '', EMPTY);
      expect(findings(told, clause)).toEqual([held(3)]);
    });
  });
});
