import { describe, expect, test } from 'vitest';
import type { Answer, Failure } from '../../schemas/types.ts';
import { broken, findings, held, noted, undecided } from '../support/findings.ts';
import { answer, failure, story, type Story } from '../support/history.ts';

const EMPTY = answer(200, []);
const REFUSED = answer(400, { error_code: 'DMS.10240014', error_msg: 'no' });
const OF_NOBODY = '/v1.0/p1/queues/q1/groups/nobody/deadletters';

/** Answers that say nothing about the request (guard 1, J3). */
const SAY_NOTHING: readonly (readonly [string, Answer | Failure])[] = [
  ['401', answer(401)],
  ['429', answer(429)],
  ['503', answer(503)],
  ['no answer', failure()],
];

/** A consume that was answered, and behind it one with that query: exchanges 1 and 2. */
function beside(query: string, outcome: Answer | Failure): Story {
  const told = story();
  told.consume(1, '', EMPTY);
  told.consume(2, query, outcome);
  return told;
}

/** One consume alone: exchange 1. Later than a group may still be initialising (K6). */
function alone(query: string, outcome: Answer | Failure): Story {
  const told = story();
  told.consume(60, query, outcome);
  return told;
}

/** Each parameter outside of its range, negative, and no integer: the clause, the query and what has to become of it. */
const ILLEGAL = [
  // The nearest outside of 1 to 10, 1 to 60 and 15 to 300 (E1).
  ['consume.max-msgs.range', 'max_msgs=0', 'outside 1 to 10'],
  ['consume.max-msgs.range', 'max_msgs=11', 'outside 1 to 10'],
  ['consume.time-wait.range', 'time_wait=0', 'outside 1 to 60'],
  ['consume.time-wait.range', 'time_wait=61', 'outside 1 to 60'],
  ['consume.ack-wait.range', 'ack_wait=14', 'outside 15 to 300'],
  ['consume.ack-wait.range', 'ack_wait=301', 'outside 15 to 300'],
  ['consume.max-msgs.integer', 'max_msgs=abc', 'no integer'],
  ['consume.time-wait.integer', 'time_wait=1.5', 'no integer'],
  ['consume.ack-wait.integer', 'ack_wait=thirty', 'no integer'],
  ['consume.max-msgs.negative', 'max_msgs=-1', 'negative'],
  ['consume.time-wait.negative', 'time_wait=-3', 'negative'],
  ['consume.ack-wait.negative', 'ack_wait=-30', 'negative'],
] as const;

describe('a parameter that is not as the documents want it', () => {
  test.for(ILLEGAL)('%s: %s is rejected beside its control', ([clause, query]) => {
    expect(findings(beside(query, REFUSED), clause)).toEqual([held(2, 1)]);
  });

  test.for(ILLEGAL)('%s: %s is not to be clamped, ignored or accepted', ([clause, query, what]) => {
    expect(findings(beside(query, EMPTY), clause)).toEqual([
      broken(`${query}, ${what}, is rejected with a 4xx`, 'it was answered with 200', 2),
    ]);
  });

  test.for(ILLEGAL)('%s: %s rejected shows nothing where no lawful consume was accepted', ([clause, query]) => {
    expect(findings(alone(query, REFUSED), clause)).toEqual([undecided(1)]);
  });

  test.for(SAY_NOTHING)('is open with %s', ([, outcome]) => {
    expect(findings(beside('max_msgs=0', outcome), 'consume.max-msgs.range')).toEqual([undecided(2)]);
  });

  test('is broken by a 500, too', () => {
    expect(findings(beside('max_msgs=-1', answer(500)), 'consume.max-msgs.negative')).toEqual([
      broken('max_msgs=-1, negative, is rejected with a 4xx', 'it was answered with 500', 2),
    ]);
  });

  test.for([
    ['consume.max-msgs.range', 'max_msgs=1'],
    ['consume.max-msgs.range', 'max_msgs=10'],
    ['consume.time-wait.range', 'time_wait=1'],
    ['consume.time-wait.range', 'time_wait=60'],
    ['consume.ack-wait.range', 'ack_wait=15'],
    ['consume.ack-wait.range', 'ack_wait=300'],
    // Left to the endpoint (E2).
    ['consume.max-msgs.integer', 'max_msgs=3s'],
    ['consume.time-wait.integer', 'time_wait=%2B5'],
    ['consume.ack-wait.integer', 'ack_wait=3e1'],
    ['consume.ack-wait.range', 'ack_wait=030'],
    // The default (E4).
    ['consume.ack-wait.range', 'ack_wait='],
    ['consume.ack-wait.integer', 'ack_wait='],
  ] as const)('%s has nothing to say about %s', ([clause, query]) => {
    expect(findings(beside(query, EMPTY), clause)).toEqual([]);
    expect(findings(beside(query, REFUSED), clause)).toEqual([]);
  });

  test('is judged beside others that are in order', () => {
    const told = beside('max_msgs=0&time_wait=5&ack_wait=30', REFUSED);
    expect(findings(told, 'consume.max-msgs.range')).toEqual([held(2, 1)]);
    expect(findings(told, 'consume.time-wait.range')).toEqual([]);
    expect(findings(told, 'consume.ack-wait.range')).toEqual([]);
  });

  test('is judged beside others that are empty, which means their default (E4)', () => {
    const query = 'max_msgs=11&time_wait=&ack_wait=';
    expect(findings(beside(query, REFUSED), 'consume.max-msgs.range')).toEqual([held(2, 1)]);
    expect(findings(beside(query, EMPTY), 'consume.max-msgs.range')).toEqual([
      broken('max_msgs=11, outside 1 to 10, is rejected with a 4xx', 'it was answered with 200', 2),
    ]);
  });

  test.for([
    // Neither the default nor an error by the text (E4).
    ['consume.time-wait.range', 'time_wait=0&max_msgs='],
    ['consume.ack-wait.negative', 'ack_wait=-1&max_msgs=&time_wait='],
  ] as const)('%s is not judged beside an empty max_msgs: %s', ([clause, query]) => {
    expect(findings(beside(query, REFUSED), clause)).toEqual([]);
    expect(findings(beside(query, EMPTY), clause)).toEqual([]);
  });

  test.for([
    'max_msgs=0&time_wait=0',
    'max_msgs=0&ack_wait=-1',
    'max_msgs=0&time_wait=x',
    'max_msgs=0&time_wait=3s',
    'max_msgs=0&time_wait=3&time_wait=4',
    'max_msgs=0&colour=red',
  ])('is not credited with a rejection that something else may have caused: %s', (query) => {
    expect(findings(beside(query, REFUSED), 'consume.max-msgs.range')).toEqual([]);
  });

  test('is not judged in a group that nobody made', () => {
    const told = story();
    told.consume(1, '', EMPTY);
    told.exchange(2, { target: `${OF_NOBODY}?max_msgs=0`, outcome: EMPTY });
    expect(findings(told, 'consume.max-msgs.range')).toEqual([]);
  });
});

describe('a rejected parameter should be refused with exactly 400', () => {
  test.for(ILLEGAL)('%s: %s', ([, query]) => {
    expect(findings(beside(query, answer(400)), 'consume.invalid.status-400')).toEqual([held(2, 1)]);
    expect(findings(beside(query, answer(422)), 'consume.invalid.status-400')).toEqual([
      broken(`${query} is refused with exactly 400`, 'it was answered with 422', 2),
    ]);
  });

  test.for([404, 405, 499])('a %d is not it', (status) => {
    expect(findings(beside('ack_wait=14', answer(status)), 'consume.invalid.status-400')).toEqual([
      broken('ack_wait=14 is refused with exactly 400', `it was answered with ${status}`, 2),
    ]);
  });

  test.for([...SAY_NOTHING, ['200', EMPTY] as const, ['500', answer(500)] as const])(
    'says nothing where it was not rejected at all: %s',
    ([, outcome]) => {
      expect(findings(beside('max_msgs=0', outcome), 'consume.invalid.status-400')).toEqual([]);
    },
  );

  test('says nothing where no lawful consume was accepted', () => {
    expect(findings(alone('max_msgs=0', answer(422)), 'consume.invalid.status-400')).toEqual([]);
  });

  test.for(['max_msgs=3s', 'max_msgs=', 'max_msgs=5', 'max_msgs=1&max_msgs=2', 'colour=red', 'time_wait='])(
    'says nothing about %s',
    (query) => {
      expect(findings(beside(query, answer(422)), 'consume.invalid.status-400')).toEqual([]);
    },
  );
});

describe('the code of an error that names a parameter out of its range is reported beside those of the manual', () => {
  test.for([
    ['max_msgs=11', 'max_msgs out of range: 400 with code 10240014; the manual lists 10240014 or 10540014'],
    ['time_wait=61', 'time_wait out of range: 400 with code 10240014; the manual lists 10240021'],
    ['ack_wait=14', 'ack_wait out of range: 400 with code 10240014; the manual lists 10542206'],
  ] as const)('%s', ([query, expected]) => {
    expect(findings(alone(query, REFUSED), 'consume.invalid.error-code')).toEqual([noted(expected, 1)]);
  });

  test('also where there is none', () => {
    expect(findings(alone('ack_wait=301', answer(422)), 'consume.invalid.error-code')).toEqual([
      noted('ack_wait out of range: 422 with code none; the manual lists 10542206', 1),
    ]);
  });

  test.for([...SAY_NOTHING, ['200', EMPTY] as const])('not where it was not rejected: %s', ([, outcome]) => {
    expect(findings(alone('ack_wait=301', outcome), 'consume.invalid.error-code')).toEqual([]);
  });

  test.for(['ack_wait=300', 'ack_wait=', 'ack_wait=3e1'])('not where it is in its range: %s', (query) => {
    expect(findings(alone(query, REFUSED), 'consume.invalid.error-code')).toEqual([]);
  });
});

describe('a parameter in its range', () => {
  // Both ends of each range (E1).
  const legal = [
    ['consume.max-msgs.accepted', 'max_msgs=1'],
    ['consume.max-msgs.accepted', 'max_msgs=10'],
    ['consume.time-wait.accepted', 'time_wait=1'],
    ['consume.time-wait.accepted', 'time_wait=60'],
    ['consume.ack-wait.accepted', 'ack_wait=15'],
    ['consume.ack-wait.accepted', 'ack_wait=300'],
  ] as const;

  test.for(legal)('%s: %s is accepted', ([clause, query]) => {
    expect(findings(alone(query, EMPTY), clause)).toEqual([held(1)]);
  });

  test.for(legal)('%s: %s is not to be rejected', ([clause, query]) => {
    expect(findings(alone(query, REFUSED), clause)).toEqual([
      broken(`${query} is accepted`, 'it was answered with 400', 1),
    ]);
  });

  test.for(SAY_NOTHING)('is neither with %s', ([, outcome]) => {
    expect(findings(alone('max_msgs=5', outcome), 'consume.max-msgs.accepted')).toEqual([]);
  });

  test('is accepted together with others, but not blamed for a rejection of all of them', () => {
    const query = 'max_msgs=5&time_wait=5&ack_wait=60';
    for (const part of ['max-msgs', 'time-wait', 'ack-wait']) {
      expect(findings(alone(query, EMPTY), `consume.${part}.accepted`)).toEqual([held(1)]);
      expect(findings(alone(query, REFUSED), `consume.${part}.accepted`)).toEqual([]);
    }
  });

  test.for([
    ['max_msgs=5&time_wait=5', 'max-msgs'],
    ['max_msgs=5&ack_wait=', 'max-msgs'],
    // Both answers are lawful (E6).
    ['max_msgs=5&colour=red', 'max-msgs'],
    ['max_msgs=5&time_wait=0', 'max-msgs'],
    ['time_wait=5&max_msgs=', 'time-wait'],
  ] as const)('is not blamed for a rejection that something else may have caused: %s', ([query, part]) => {
    expect(findings(alone(query, REFUSED), `consume.${part}.accepted`)).toEqual([]);
  });

  test.for(['', 'max_msgs=', 'max_msgs=3s', 'max_msgs=11', 'max_msgs=1&max_msgs=2', 'ack_wait=15'])(
    'is not what %j speaks of',
    (query) => {
      expect(findings(alone(query, EMPTY), 'consume.max-msgs.accepted')).toEqual([]);
      expect(findings(alone(query, REFUSED), 'consume.max-msgs.accepted')).toEqual([]);
    },
  );

  test('is not judged in a group that nobody made', () => {
    const told = story();
    told.exchange(60, { target: `${OF_NOBODY}?max_msgs=5`, outcome: answer(404) });
    told.exchange(61, { target: `${OF_NOBODY}?max_msgs=5`, outcome: EMPTY });
    expect(findings(told, 'consume.max-msgs.accepted')).toEqual([]);
  });
});

describe('that all parameters are optional (E7)', () => {
  const FULL = 'max_msgs=5&time_wait=1&ack_wait=30';

  test.for(['', 'max_msgs=5', 'time_wait=1&ack_wait=30', 'max_msgs=5&time_wait='])('%j is accepted', (query) => {
    expect(findings(alone(query, EMPTY), 'consume.params.optional')).toEqual([held(1)]);
  });

  test('a consume without any is not to be rejected', () => {
    expect(findings(alone('', REFUSED), 'consume.params.optional')).toEqual([
      broken('a consume without max_msgs, time_wait, ack_wait is accepted', 'it was answered with 400', 1),
    ]);
  });

  test.for([
    ['max_msgs=5', 'time_wait, ack_wait'],
    ['time_wait=1&ack_wait=30', 'max_msgs'],
    ['max_msgs=5&time_wait=1', 'ack_wait'],
    ['max_msgs=5&time_wait=', 'ack_wait'],
  ] as const)('%s is not to be rejected where all three together are accepted', ([query, left]) => {
    const told = story();
    told.consume(60, FULL, EMPTY);
    told.consume(61, query, REFUSED);
    expect(findings(told, 'consume.params.optional')).toEqual([
      broken(`a consume without ${left} is accepted`, 'it was answered with 400', 2),
    ]);
  });

  test.for([
    ['nothing else', []],
    ['all three rejected, too', [[FULL, REFUSED]]],
    ['one that has another gap', [['time_wait=1&ack_wait=30', EMPTY]]],
    ['one that is empty', [['max_msgs=5&time_wait=1&ack_wait=', EMPTY]]],
  ] as const)('a rejection may be for what was given, beside %s', ([, others]) => {
    const told = story();
    for (const [index, [query, outcome]] of others.entries()) told.consume(60 + index, query, outcome);
    told.consume(70, 'max_msgs=5', REFUSED);
    expect(findings(told, 'consume.params.optional').filter(({ outcome }) => outcome === 'broken')).toEqual([]);
  });

  test.for([
    FULL,
    // Empty is not absent (E4).
    'max_msgs=5&time_wait=1&ack_wait=',
  ])('says nothing about %s: nothing was left out', (query) => {
    const told = story();
    told.consume(60, FULL, EMPTY);
    told.consume(61, query, REFUSED);
    told.consume(62, query, EMPTY);
    expect(findings(told, 'consume.params.optional')).toEqual([]);
  });

  test.for(['max_msgs=0', 'max_msgs=', 'max_msgs=3s', 'colour=red', 'max_msgs=1&max_msgs=2'])(
    'says nothing about %s: that may or has to be rejected',
    (query) => {
      const told = story();
      told.consume(60, FULL, EMPTY);
      told.consume(61, query, REFUSED);
      told.consume(62, query, EMPTY);
      expect(findings(told, 'consume.params.optional')).toEqual([]);
    },
  );

  test.for(SAY_NOTHING)('is neither with %s', ([, outcome]) => {
    expect(findings(alone('', outcome), 'consume.params.optional')).toEqual([]);
  });

  test('is not judged in a group that nobody made', () => {
    const told = story();
    told.exchange(60, { target: OF_NOBODY, outcome: answer(404) });
    told.exchange(61, { target: OF_NOBODY, outcome: EMPTY });
    expect(findings(told, 'consume.params.optional')).toEqual([]);
  });
});

describe('what is left to the endpoint is reported', () => {
  test.for([
    // Spellings of a whole number (E2).
    ['consume.max-msgs.spelling', 'max_msgs=05', 'max_msgs=05'],
    ['consume.max-msgs.spelling', 'max_msgs=3s', 'max_msgs=3s'],
    ['consume.time-wait.spelling', 'time_wait=%2B5', 'time_wait=+5'],
    ['consume.ack-wait.spelling', 'ack_wait=3e1', 'ack_wait=3e1'],
    // Neither the default nor an error by the text (E4).
    ['consume.max-msgs.empty', 'max_msgs=', 'max_msgs='],
    // Given more than once, or unknown (E6).
    ['consume.params.repeated', 'max_msgs=1&max_msgs=2', 'max_msgs given twice'],
    ['consume.params.repeated', 'ack_wait=15&max_msgs=1&ack_wait=15&max_msgs=1', 'max_msgs, ack_wait given twice'],
    ['consume.params.unknown', 'colour=red&max_msgs=5', 'unknown parameter'],
  ] as const)('%s: %s', ([clause, query, what]) => {
    expect(findings(alone(query, EMPTY), clause)).toEqual([noted(`${what}: 200`, 1)]);
    expect(findings(alone(query, REFUSED), clause)).toEqual([noted(`${what}: 400`, 1)]);
    expect(findings(alone(query, failure()), clause)).toEqual([noted(`${what}: no answer`, 1)]);
  });

  test.for([
    ['consume.max-msgs.spelling', 'max_msgs=5'],
    ['consume.max-msgs.spelling', 'max_msgs='],
    ['consume.max-msgs.spelling', 'time_wait=05'],
    ['consume.max-msgs.empty', ''],
    ['consume.max-msgs.empty', 'time_wait=&ack_wait='],
    ['consume.params.repeated', 'max_msgs=1&time_wait=1&ack_wait=15'],
    ['consume.params.repeated', 'colour=red&colour=red'],
    ['consume.params.unknown', 'max_msgs=1&time_wait=1&ack_wait=15'],
  ] as const)('%s has nothing to report of %j', ([clause, query]) => {
    expect(findings(alone(query, EMPTY), clause)).toEqual([]);
  });
});

describe('an answer holds no more than max_msgs', () => {
  /** One consume that hands out so many. */
  function handsOut(query: string, count: number): Story {
    const told = story({ letters: 12 });
    told.consume(
      60,
      query,
      Array.from({ length: count }, (_, place) => place),
    );
    return told;
  }

  test.for([
    ['max_msgs=3', 1, [held(1)]],
    ['max_msgs=3', 3, [held(1)]],
    ['max_msgs=3', 4, [broken('at most 3 dead letters in one answer', 'there were 4', 1)]],
    ['max_msgs=10', 10, [held(1)]],
    ['max_msgs=10', 11, [broken('at most 10 dead letters in one answer', 'there were 11', 1)]],
    // An empty answer keeps any bound.
    ['max_msgs=3', 0, []],
    // Whatever was asked for, never more than ten (E1); less than that says nothing.
    ['', 10, []],
    ['', 11, [broken('at most 10 dead letters in one answer', 'there were 11', 1)]],
    ['max_msgs=', 10, []],
    ['max_msgs=', 11, [broken('at most 10 dead letters in one answer', 'there were 11', 1)]],
    ['max_msgs=11', 10, []],
    ['max_msgs=11', 11, [broken('at most 10 dead letters in one answer', 'there were 11', 1)]],
    ['max_msgs=2s', 3, []],
    ['max_msgs=1&max_msgs=2', 3, []],
    ['max_msgs=0', 1, []],
    ['max_msgs=-1', 11, [broken('at most 10 dead letters in one answer', 'there were 11', 1)]],
  ] as const)('%j with %d', ([query, count, expected]) => {
    expect(findings(handsOut(query, count), 'consume.max-msgs.limit')).toEqual(expected);
  });

  test('and in a group that nobody made it is not judged', () => {
    const told = story();
    told.exchange(60, {
      target: `${OF_NOBODY}?max_msgs=1`,
      outcome: answer(200, [{ handler: 'a' }, { handler: 'b' }]),
    });
    told.exchange(61, {
      target: OF_NOBODY,
      outcome: answer(
        200,
        Array.from('abcdefghijk', (handler) => ({ handler })),
      ),
    });
    expect(findings(told, 'consume.max-msgs.limit')).toEqual([]);
    expect(findings(told, 'consume.max-msgs.default')).toEqual([]);
  });

  test.for([
    ['', 10, [held(1)]],
    ['', 1, [held(1)]],
    ['', 11, [broken('without max_msgs at most 10 dead letters in one answer', 'there were 11', 1)]],
    ['', 0, []],
    ['max_msgs=10', 10, []],
    ['max_msgs=10', 11, []],
    // Perhaps the default, perhaps an error (E4).
    ['max_msgs=', 11, []],
  ] as const)('nor, by default, more than ten: %j with %d', ([query, count, expected]) => {
    expect(findings(handsOut(query, count), 'consume.max-msgs.default')).toEqual(expected);
  });

  test.for([
    [10, []],
    [11, [held(1)]],
  ] as const)('of which %d dead letters are evidence: %j', ([letters, expected]) => {
    const told = story({ letters });
    told.consume(60, '', [0, 1, 2]);
    expect(findings(told, 'consume.max-msgs.default')).toEqual(expected);
  });

  describe('and what could not come then is no evidence of the default:', () => {
    const clause = 'consume.max-msgs.default';

    test('what was acknowledged', () => {
      const told = story({ letters: 11 });
      const gone = told.consume(60, 'max_msgs=10', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      told.acknowledge(61, gone, [10, 0]);
      told.consume(62, '', [10]);
      expect(findings(told, clause)).toEqual([]);
    });

    // By the documents it is back with the end of its lease; the grace is what an endpoint may take beyond that.
    test.for([
      [90, []],
      [90.1, [held(2)]],
    ] as const)('what was in flight: at %d', ([at, expected]) => {
      const told = story({ letters: 11 });
      told.consume([60, 60.1], 'max_msgs=1', [0]);
      told.consume(at, '', [1]);
      expect(findings(told, clause)).toEqual(expected);
    });

    test('but what comes all the same counts', () => {
      const told = story({ letters: 11 });
      const [handler = ''] = told.consume(60, 'max_msgs=1', [0]);
      told.acknowledge(61, [{ handler, status: 'fail' }], [0, 1]);
      told.consume(62, '', [0]);
      expect(findings(told, clause)).toEqual([held(3)]);
    });

    test.for([
      [59.9, []],
      [60, [held(1)]],
    ] as const)('what was not there yet: at %d', ([at, expected]) => {
      const told = story({ letters: 10 });
      told.letter([59, 60]);
      told.consume(at, '', [0]);
      expect(findings(told, clause)).toEqual(expected);
    });

    test('what one in flight may hold up on a FIFO queue (G1)', () => {
      const told = story({ letters: 13, mode: 'FIFO' });
      told.consume(60, 'max_msgs=1', [0]);
      told.consume(61, '', [1]);
      told.consume(120, '', [0]);
      expect(findings(told, clause)).toEqual([held(3)]);
    });
  });

  test.for([...SAY_NOTHING, ['400', REFUSED] as const])('and %s has no number at all', ([, outcome]) => {
    const told = story({ letters: 12 });
    told.consume(60, '', outcome);
    expect(findings(told, 'consume.max-msgs.default')).toEqual([]);
    expect(findings(told, 'consume.max-msgs.limit')).toEqual([]);
  });
});

describe('how many come in one answer is reported', () => {
  test.for([
    ['NORMAL', [[0, 1]], ['NORMAL: several dead letters come in one answer']],
    ['FIFO', [[0], [1, 2]], ['FIFO: several dead letters come in one answer']],
    ['NORMAL', [[0], [1]], ['NORMAL: one dead letter an answer']],
    ['FIFO', [[0]], ['FIFO: one dead letter an answer']],
    ['NORMAL', [[]], []],
    ['NORMAL', [], []],
  ] as const)('for a %s queue with answers %j: %j', ([mode, answers, expected]) => {
    const told = story({ mode, letters: 3 });
    for (const [index, gives] of answers.entries()) told.consume(60 + index, '', gives);
    expect(findings(told, 'consume.max-msgs.several')).toEqual(expected.map((observed) => noted(observed)));
  });

  test('but not of a group that has one alone', () => {
    const told = story({ letters: 1 });
    told.consume(60, '', [0]);
    expect(findings(told, 'consume.max-msgs.several')).toEqual([]);
  });
});

describe('a rejected consume hands out nothing', () => {
  const clause = 'consume.invalid.hands-out-nothing';

  /** How it is blamed for a missing letter. */
  const blamed = (told: Story, place: number, ...exchanges: readonly number[]) =>
    broken(
      'a rejected consume leases no dead letter, so that the next one gets them',
      `dead letter ${told.tags[place]} could not be consumed after it`,
      ...exchanges,
    );

  test('so that the next one gets what was there', () => {
    const told = story({ letters: 2 });
    told.consume(20, 'max_msgs=0', REFUSED);
    told.consume(21, '', [0, 1]);
    expect(findings(told, clause)).toEqual([held(1, 2), held(1, 2)]);
  });

  test.for([
    [24.9, [held(1, 2)]],
    [25, []],
  ] as const)('what is back only after the shortest lease may have been leased meanwhile: at %d', ([at, expected]) => {
    const told = story({ letters: 1 });
    told.consume([10, 10.5], 'ack_wait=14', REFUSED);
    told.consume([20, at], '', [0]);
    expect(findings(told, clause)).toEqual(expected);
  });

  test('and is blamed for what is missing behind it, where others are there', () => {
    const told = story({ letters: 2 });
    told.consume(20, 'max_msgs=0', REFUSED);
    told.consume(21, '', [1]);
    told.consume([22, 25], '', EMPTY);
    expect(findings(told, clause)).toEqual([blamed(told, 0, 1, 3), held(1, 2)]);
  });

  test('and is not blamed where nothing was ever there: then arranging failed (K4)', () => {
    const told = story({ letters: 2 });
    told.consume(20, 'max_msgs=0', REFUSED);
    told.consume([21, 24], '', EMPTY);
    expect(findings(told, clause)).toEqual([undecided(1, 2), undecided(1, 2)]);
  });

  test('and is not blamed where others came only later: by then nothing had appeared (K4)', () => {
    const told = story({ letters: 2 });
    told.consume(20, 'max_msgs=0', REFUSED);
    told.consume([21, 24], '', EMPTY);
    told.consume(60, '', [0, 1]);
    expect(findings(told, clause)).toEqual([undecided(1, 2), undecided(1, 2)]);
  });

  test('and is blamed as soon as another had appeared, which is not the first time that one is missing', () => {
    const told = story({ letters: 2 });
    told.consume(20, 'max_msgs=0', REFUSED);
    told.consume([21, 24], '', EMPTY);
    told.consume(40, '', [1]);
    told.consume([41, 44], '', EMPTY);
    told.consume([45, 48], '', EMPTY);
    expect(findings(told, clause)).toEqual([blamed(told, 0, 1, 4), undecided(1, 2)]);
  });

  test('and is not blamed where another came meanwhile, perhaps later', () => {
    const told = story({ letters: 2 });
    told.consume(20, 'max_msgs=0', REFUSED);
    told.consume([21, 24], '', EMPTY);
    told.consume([22, 24], '', [1]);
    expect(findings(told, clause)).toEqual([undecided(1, 2), held(1, 3)]);
  });

  test('and is not blamed for what became a dead letter after it', () => {
    const told = story({ letters: 1 });
    told.consume(20, 'max_msgs=0', REFUSED);
    told.consume(21, '', [0]);
    told.letter([400, 400]);
    told.consume([416, 419], '', EMPTY);
    expect(findings(told, clause)).toEqual([held(1, 2)]);
  });

  test.for([
    [30, []],
    [30.1, [held(1, 2)]],
  ] as const)('nor is it credited with that: rejected at %d', ([at, expected]) => {
    const told = story();
    told.letter([30, 30.1]);
    told.consume(at, 'max_msgs=0', REFUSED);
    told.consume(31, '', [0]);
    expect(findings(told, clause)).toEqual(expected);
  });

  // It may have leased for the default of 30 s, or for at most 300 s, with 15 s of grace (D1).
  test.for([
    ['max_msgs=0', 65, true],
    ['max_msgs=0', 65.1, false],
    ['max_msgs=0&ack_wait=15', 65, true],
    ['max_msgs=0&ack_wait=15', 65.1, false],
    ['max_msgs=0&ack_wait=100', 135, true],
    ['max_msgs=0&ack_wait=100', 135.1, false],
    ['ack_wait=301', 335, true],
    ['ack_wait=301', 335.1, false],
  ] as const)('and is blamed no longer than it may have leased anything: %s until %d', ([query, at, blame]) => {
    const told = story({ letters: 2 });
    told.consume([19.9, 20], query, REFUSED);
    told.consume(20, '', [1]);
    told.consume([at, at + 3], '', EMPTY);
    expect(findings(told, clause)).toEqual([blame ? blamed(told, 0, 1, 3) : undecided(1, 3), held(1, 2)]);
  });

  // It was missing for another reason: a lease lasts for 15 s at least.
  test.for([
    [34.9, false],
    [35, true],
  ] as const)('and is not blamed for what came sooner than a lease would have let it: at %d', ([at, blame]) => {
    const told = story({ letters: 2 });
    told.consume([20, 20.5], 'max_msgs=0', REFUSED);
    told.consume(21, '', [1]);
    told.consume([22, 25], '', EMPTY);
    told.consume([26, at], '', [0]);
    const first = blame ? [blamed(told, 0, 1, 3)] : [undecided(1, 3), held(1, 4)];
    expect(findings(told, clause)).toEqual([...first, held(1, 2)]);
  });

  test('and of several the last is blamed whose lease may still run', () => {
    const told = story({ letters: 2 });
    told.consume(20, 'max_msgs=0&ack_wait=300', REFUSED);
    told.consume(25, 'ack_wait=14', REFUSED);
    told.consume(28, 'max_msgs=0', REFUSED);
    told.consume(30, '', [1]);
    told.consume([100, 103], '', EMPTY);
    expect(findings(told, clause)).toEqual([blamed(told, 0, 2, 5), held(3, 4)]);
  });

  test('says nothing about what an answer that never came may have taken before it', () => {
    const told = story({ letters: 1 });
    told.consume(10, '', failure());
    told.consume(20, 'max_msgs=0', REFUSED);
    told.consume(21, '', [0]);
    expect(findings(told, clause)).toEqual([]);
  });

  describe('and has none in its body', () => {
    const given = 'a rejected consume hands out nothing';
    const there = 'there were dead letters in the 400';

    test.for<readonly [string, unknown]>([
      ['an array', [{ handler: 'h', message: { body: {} } }]],
      ['behind others', [null, 'x', { handler: 'h' }]],
      ['one alone', { handler: 'h', message: { body: {} } }],
    ])('%s', ([, body]) => {
      const told = story({ letters: 2 });
      told.consume(20, 'max_msgs=0', answer(400, body));
      told.consume(21, '', [0]);
      told.consume([22, 25], '', EMPTY);
      // What is missing then is with the first.
      expect(findings(told, clause)).toEqual([broken(given, there, 1)]);
    });

    test('each of several', () => {
      const told = story();
      told.consume(60, 'max_msgs=0', answer(400, [{ handler: 'h' }]));
      told.consume(61, 'ack_wait=0', answer(422, [{ handler: 'i' }]));
      expect(findings(told, clause)).toEqual([broken(given, there, 1), broken(given, there.replace('400', '422'), 2)]);
    });

    test.for<readonly [string, unknown]>([
      ['an empty array', []],
      ['errors', [{ code: 'DMS.10240014', message: 'no' }, null, 1, ['handler']]],
      ['a handler that is no string', [{ handler: 1 }, { handler: null }]],
      ['an error with a handler of its own', { code: 'DMS.10240014', message: 'no', handler: 'ConsumeHandler' }],
      ['an error with an object', { code: 'DMS.10240014', message: { text: 'no' } }],
      ['no JSON', '<html>handler</html>'],
      ['nothing', ''],
    ])('as is not %s', ([, body]) => {
      const told = story({ letters: 1 });
      told.consume(20, 'max_msgs=0', answer(400, body));
      told.consume(21, '', [0]);
      expect(findings(told, clause)).toEqual([held(1, 2)]);
    });

    test('which is not asked of one that is lawful, or was accepted', () => {
      const told = story({ letters: 1 });
      told.consume(60, '', answer(400, [{ handler: 'h' }]));
      told.consume(61, 'max_msgs=0', answer(200, [{ handler: 'h' }]));
      expect(findings(told, clause)).toEqual([]);
    });
  });

  test.for([
    [15, 0],
    [15.1, 1],
  ] as const)('what just became a dead letter need not be there for 15 s (K4): at %d', ([at, missing]) => {
    const told = story({ letters: 2 });
    told.consume(5, 'max_msgs=0', REFUSED);
    told.consume(6, '', [1]);
    told.consume([at, at + 3], '', EMPTY);
    expect(findings(told, clause)).toEqual([...(missing === 0 ? [] : [blamed(told, 0, 1, 3)]), held(1, 2)]);
  });

  test('several are named by the last before, and counted from the first', () => {
    const told = story({ letters: 2 });
    told.consume(20, 'max_msgs=0', REFUSED);
    told.consume(25, 'ack_wait=14', REFUSED);
    told.consume(30, '', [0]);
    told.consume(35, '', [1]);
    told.consume(36, 'ack_wait=14', REFUSED);
    expect(findings(told, clause)).toEqual([held(2, 3)]);
  });

  test.for([
    ['was consumed before', 10, 10.1],
    ['was consumed meanwhile', 10, 20.5],
  ] as const)('says nothing about what %s', ([, sent, received]) => {
    const told = story({ letters: 1 });
    told.consume([sent, received], '', [0]);
    told.consume([20, 20.1], 'max_msgs=0', REFUSED);
    expect(findings(told, clause)).toEqual([]);
  });

  test('says nothing about what was missing before it already', () => {
    const told = story({ letters: 2 });
    told.consume([20, 23], '', EMPTY);
    told.consume(24, 'max_msgs=0', REFUSED);
    told.consume([25, 28], '', EMPTY);
    told.consume(60, '', [1]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('says nothing about what comes back when its lease is over', () => {
    const told = story({ letters: 1 });
    told.consume(5, 'ack_wait=15', [0]);
    told.consume(19, 'max_msgs=0', REFUSED);
    told.consume(21, '', [0]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('says nothing about what one in flight may hold up on a FIFO queue (G1)', () => {
    const told = story({ letters: 2, mode: 'FIFO' });
    told.consume(20, 'max_msgs=0', REFUSED);
    told.consume(21, 'max_msgs=1', [0]);
    told.consume([22, 25], '', EMPTY);
    expect(findings(told, clause)).toEqual([held(1, 2)]);
  });

  test.for([
    ['a lawful one that was rejected', '', REFUSED],
    ['one that may be rejected (E6)', 'colour=red', REFUSED],
    ['one that was accepted', 'max_msgs=0', EMPTY],
    ['one that met an unavailable endpoint', 'max_msgs=0', answer(503)],
    ['one that was throttled', 'max_msgs=0', answer(429)],
  ] as const)('is not said of %s', ([, query, outcome]) => {
    const told = story({ letters: 2 });
    told.consume(20, query, outcome);
    told.consume(21, '', [1]);
    told.consume([22, 25], '', EMPTY);
    expect(findings(told, clause)).toEqual([]);
  });

  test('is said of each group alone', () => {
    const told = story({ letters: 1 });
    const scenario = 'chapter/case';
    told.add({ type: 'group', scenario, queue: 'q1', group: 'g2', ours: true, at: 0 });
    told.letter([0, 0], { group: 'g2' });
    told.exchange(20, { target: '/v1.0/p1/queues/q1/groups/g2/deadletters?max_msgs=0', outcome: REFUSED });
    told.consume(21, '', [0]);
    expect(findings(told, clause)).toEqual([]);
  });
});
