import { describe, expect, test } from 'vitest';
import type { Answer, Bounds, Exchange, Failure } from '../../schemas/types.ts';
import { SLACK } from '../../src/history/leases.ts';
import { pathStatus } from '../../src/rules/isolation.ts';
import type { Finding } from '../../src/rules/rule.ts';
import { broken, findings, held, undecided } from '../support/findings.ts';
import { answer, failure, header, story, type Story, type When } from '../support/history.ts';

const EMPTY = answer(200, []);

interface Where {
  readonly queue?: string;
  readonly group?: string;
  readonly query?: string;
  readonly headers?: Exchange['request']['headers'];
}

function pathOf({ queue = 'q1', group = 'g1', query = '' }: Where, rest: string): string {
  return `/v1.0/p1/queues/${queue}/groups/${group}${rest}${query === '' ? '' : `?${query}`}`;
}

function addQueue(told: Story, queue: string): void {
  told.add({ type: 'queue', scenario: 'chapter/case', queue, mode: 'NORMAL', redrive: true, maxConsumeCount: 1 });
}

function addGroup(told: Story, group: string, { queue = 'q1', at = 0 }: { queue?: string; at?: number } = {}): void {
  told.add({ type: 'group', scenario: 'chapter/case', queue, group, ours: true, at });
}

/** An answer that brings messages by their tags, under handlers by their places. */
function brings(tags: readonly string[]): Answer {
  return answer(
    200,
    tags.map((tag, index) => ({ message: { body: { tag } }, handler: `${tag}/${index}` })),
  );
}

/** A consume of any group; tags are what it brings. */
function consume(told: Story, when: When, where: Where, gives: readonly string[] | Answer | Failure): number {
  const outcome = gives instanceof Array ? brings(gives) : gives;
  return told.exchange(when, {
    target: pathOf(where, '/deadletters'),
    outcome,
    ...(where.headers === undefined ? {} : { headers: where.headers }),
  });
}

/** An acknowledgement through any group, with one status for all that it names. */
function acknowledge(
  told: Story,
  when: When,
  where: Where,
  handlers: readonly string[],
  outcome: Answer | Failure = answer(200, { success: handlers.length, fail: 0 }),
  status = 'success',
): number {
  return told.exchange(when, {
    method: 'POST',
    target: pathOf(where, '/deadletters/ack'),
    headers: [['content-type', 'application/json'], ...(where.headers ?? [])],
    body: JSON.stringify({ message: handlers.map((handler) => ({ handler, status })) }),
    outcome,
  });
}

/** A consume of normal messages. */
function normal(told: Story, when: When, where: Where, gives: readonly string[] | Answer | Failure): number {
  return told.exchange(when, {
    target: pathOf(where, '/messages'),
    outcome: gives instanceof Array ? brings(gives) : gives,
  });
}

function acknowledgeNormal(told: Story, when: When, where: Where, outcome: Answer): number {
  const body = JSON.stringify({ message: [{ handler: 'n', status: 'success' }] });
  return told.exchange(when, { method: 'POST', target: pathOf(where, '/ack'), body, outcome });
}

function send(told: Story, when: When, tags: readonly string[], queue = 'q1'): number {
  const body = JSON.stringify({ messages: tags.map((tag) => ({ body: { tag } })) });
  return told.exchange(when, {
    method: 'POST',
    target: `/v1.0/p1/queues/${queue}/messages`,
    body,
    outcome: answer(201),
  });
}

function deleteGroup(told: Story, when: Bounds, outcome: Answer | Failure = answer(204), group = 'g1'): number {
  return told.exchange(when, { method: 'DELETE', target: pathOf({ group }, ''), outcome });
}

function deleteQueue(told: Story, when: Bounds, outcome: Answer | Failure = answer(204)): number {
  return told.exchange(when, { method: 'DELETE', target: '/v1.0/p1/queues/q1', outcome });
}

function tagOf(told: Story, place: number): string {
  const tag = told.tags[place];
  if (tag === undefined) throw new RangeError(`the story has no letter ${place}`);
  return tag;
}

describe.for([
  ['isolation.group', 'group'],
  ['isolation.queue', 'queue'],
] as const)('dead letters beside one another: %s', ([clause, other]) => {
  /** The second group, of the same queue or of another one. */
  const second = { group: 'g2', queue: other === 'group' ? 'q1' : 'q2' };

  /** The first group has two dead letters, the second as many as told, made behind them. */
  function twoGroups(letters = 0): Story {
    const told = story({ letters: 2 });
    if (other === 'queue') addQueue(told, 'q2');
    addGroup(told, 'g2', second);
    for (let index = 0; index < letters; index += 1) told.letter([0, 0], second);
    return told;
  }

  const foreign = (told: Story, element: number, place: number, id: number): Finding =>
    broken(
      'only dead letters of group g2',
      `element ${element} is ${told.tags[place]}, a dead letter of another ${other}`,
      id,
    );

  test('each gets its own', () => {
    const told = twoGroups(1);
    consume(told, 20, {}, [tagOf(told, 0)]);
    consume(told, 21, second, [tagOf(told, 2)]);
    consume(told, 22, second, []);
    expect(findings(told, clause)).toEqual([held(1), held(2), held(3)]);
  });

  test.for([
    // An explicitly failed one counts as a dead letter 15 s after the answer (K4), and until it is settled.
    [3, 17.9, []],
    [3, 18, []],
    [3, 18.1, [held(1)]],
    [20, 10, []],
  ] as const)('are put to the test while the other has one: failed at %d, consumed at %d', ([failed, at, expected]) => {
    const told = story();
    if (other === 'queue') addQueue(told, 'q2');
    addGroup(told, 'g2', second);
    told.letter([failed - 1, failed]);
    consume(told, [at, at + 1], second, []);
    expect(findings(told, clause)).toEqual(expected);
  });

  test('are not put to the test while the only one of the other is in flight, or settled', () => {
    const told = story({ letters: 1 });
    if (other === 'queue') addQueue(told, 'q2');
    addGroup(told, 'g2', second);
    const handlers = told.consume(20, 'ack_wait=300', [0]);
    consume(told, [21, 22], second, []);
    told.acknowledge(23, handlers, [1, 0]);
    consume(told, [400, 401], second, []);
    expect(findings(told, clause).filter(({ exchanges }) => exchanges[0] !== 1)).toEqual([]);
  });

  test('are not put to the test where the group of the other may be gone (G10)', () => {
    const told = twoGroups();
    deleteGroup(told, [18, 19]);
    consume(told, [20, 21], second, []);
    expect(findings(told, clause)).toEqual([]);
  });

  test('are named by the tag that is of the other', () => {
    const told = twoGroups();
    consume(told, 10, second, [`dmsc-old-a-1 ${tagOf(told, 1)}`]);
    expect(findings(told, clause)).toEqual([foreign(told, 0, 1, 1)]);
  });

  test('none is handed out to the other', () => {
    const told = twoGroups();
    consume(told, 10, second, [tagOf(told, 1)]);
    expect(findings(told, clause)).toEqual([foreign(told, 0, 1, 1)]);
  });

  test('a foreign one is found among its own', () => {
    const told = twoGroups(1);
    consume(told, 10, second, [tagOf(told, 2), tagOf(told, 0), tagOf(told, 1)]);
    expect(findings(told, clause)).toEqual([foreign(told, 1, 0, 1)]);
  });

  test('a foreign one is found beside several groups', () => {
    const told = twoGroups();
    const third = { group: 'g3', queue: 'q1' };
    addGroup(told, 'g3', third);
    told.letter([0, 0], third);
    consume(told, 10, second, [tagOf(told, 0)]);
    expect(findings(told, clause)).toEqual([foreign(told, 0, 0, 1)]);
  });

  test('a group with which there is no other says nothing', () => {
    const told = story({ letters: 1 });
    consume(told, 20, {}, [tagOf(told, 0)]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('a group beside one that has no dead letters says nothing', () => {
    const told = twoGroups();
    consume(told, 20, {}, [tagOf(told, 0)]);
    expect(findings(told, clause)).toEqual([]);
  });

  test.for([answer(400), answer(429), answer(503), failure()])(
    'a consume without an answer says nothing: %j',
    (outcome) => {
      const told = twoGroups();
      consume(told, 20, second, outcome);
      expect(findings(told, clause)).toEqual([]);
    },
  );

  test('a message that both failed is that of both', () => {
    const told = twoGroups();
    told.letter([0, 0], { ...second, tag: tagOf(told, 0) });
    consume(told, 20, second, [tagOf(told, 0)]);
    expect(findings(told, clause)).toEqual([held(1)]);
  });

  test('a message that both failed cannot show whose it is', () => {
    const told = story({ letters: 1 });
    if (other === 'queue') addQueue(told, 'q2');
    addGroup(told, 'g2', second);
    told.letter([0, 0], { ...second, tag: tagOf(told, 0) });
    consume(told, 20, second, [tagOf(told, 0)]);
    expect(findings(told, clause)).toEqual([]);
  });

  test('what nobody has arranged is no foreign dead letter', () => {
    const told = twoGroups();
    consume(told, 20, second, ['stranger']);
    expect(findings(told, clause)).toEqual([held(1)]);
  });

  test('what the group got as a normal message may have become its own dead letter', () => {
    const told = twoGroups();
    normal(told, 5, second, [tagOf(told, 0)]);
    consume(told, 60, second, [tagOf(told, 0)]);
    expect(findings(told, clause).filter(({ outcome }) => outcome === 'broken')).toEqual([]);
  });
});

test('a dead letter of another queue is not one of another group of the queue, and the other way round', () => {
  const told = story({ letters: 1 });
  addGroup(told, 'g2');
  addQueue(told, 'q2');
  addGroup(told, 'g3', { queue: 'q2' });
  told.letter([0, 0], { queue: 'q2', group: 'g3' });
  consume(told, 20, { group: 'g2' }, [tagOf(told, 1)]);
  consume(told, 21, { group: 'g2' }, [tagOf(told, 0)]);
  const of = (kind: string, place: number, id: number): Finding =>
    broken('only dead letters of group g2', `element 0 is ${told.tags[place]}, a dead letter of another ${kind}`, id);
  expect(findings(told, 'isolation.group')).toEqual([held(1), of('group', 0, 2)]);
  expect(findings(told, 'isolation.queue')).toEqual([of('queue', 1, 1), held(2)]);
});

describe('a message that two groups failed', () => {
  const CLAUSE = 'isolation.acknowledged-by-own-group-only';
  const g2 = { group: 'g2' };

  /** Both failed the first message; the second one is a dead letter of the second group alone. */
  function shared(): Story {
    const told = story({ letters: 1 });
    addGroup(told, 'g2');
    told.letter([0, 0], { group: 'g2', tag: tagOf(told, 0) });
    told.letter([0, 0], { group: 'g2' });
    return told;
  }

  /** The first group consumes it as exchange 1 and acknowledges it as 2. */
  function acknowledged(told: Story, when: When = 22, outcome?: Answer | Failure, status?: string): void {
    const handlers = told.consume(20, '', [0]);
    acknowledge(told, when, {}, handlers, outcome, status);
  }

  const gone = (told: Story, id: number): Finding =>
    broken(`${told.tags[0]} stays consumable for the other group`, 'it was not there', 2, id);

  test('is still there when the other one has acknowledged it', () => {
    const told = shared();
    acknowledged(told);
    consume(told, 30, g2, [tagOf(told, 0)]);
    expect(findings(told, CLAUSE)).toEqual([held(2, 3)]);
  });

  test('is not gone when the other one has acknowledged it', () => {
    const told = shared();
    acknowledged(told);
    consume(told, [30, 33], g2, []);
    consume(told, 40, g2, [tagOf(told, 2)]);
    expect(findings(told, CLAUSE)).toEqual([gone(told, 3)]);
  });

  test.for([
    // Due by 10 + 15 + 5, as a SHOULD, and by 10 + 30 + 15, as a MUST (D1): this clause is one of MUST.
    [50, []],
    [56, [4]],
  ] as const)('is gone only when it MUST be back, not at %d', ([at, expected]) => {
    const told = shared();
    acknowledged(told);
    consume(told, 10, { ...g2, query: 'ack_wait=15' }, [tagOf(told, 0), tagOf(told, 2)]);
    consume(told, [at, at + 3], g2, []);
    expect(findings(told, CLAUSE)).toEqual(expected.map((id) => gone(told, id)));
  });

  test.for([
    ['fails it', answer(200, { success: 0, fail: 1 }), 'fail'],
    ['is refused', answer(400), 'success'],
    ['may have acknowledged it', failure(), 'success'],
  ] as const)('is not in question where the other one %s', ([, outcome, status]) => {
    const told = shared();
    acknowledged(told, 22, outcome, status);
    consume(told, 30, g2, [tagOf(told, 0)]);
    consume(told, [40, 43], g2, []);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test.for([
    [[22, 30], [held(2, 3)]],
    [[22, 30.1], []],
    [[31, 32], []],
  ] as const)('has to have been acknowledged before the consume at 30, not in %j', ([[left, arrived], expected]) => {
    const told = shared();
    acknowledged(told, [left, arrived]);
    consume(told, [30, 32], g2, [tagOf(told, 0)]);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('is not in question where its own group acknowledged it', () => {
    const told = story({ letters: 1 });
    addGroup(told, 'g2');
    told.letter([0, 0], { group: 'g2' });
    acknowledged(told);
    consume(told, [30, 33], {}, []);
    consume(told, 40, g2, [tagOf(told, 1)]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not in question where the other one acknowledges what nobody has arranged', () => {
    const told = shared();
    consume(told, 20, {}, ['dmsc-other-run-1']);
    acknowledge(told, 22, {}, ['dmsc-other-run-1/0']);
    consume(told, 30, g2, [tagOf(told, 2)]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is another one where its group is of another queue', () => {
    const told = story({ letters: 1 });
    addQueue(told, 'q2');
    addGroup(told, 'g2', { queue: 'q2' });
    told.letter([0, 0], { queue: 'q2', group: 'g2', tag: tagOf(told, 0) });
    acknowledged(told);
    consume(told, 30, { ...g2, queue: 'q2' }, [tagOf(told, 0)]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('a dead letter as a normal message of its group', () => {
  const CLAUSE = 'isolation.normal-queue';
  const again = (tag: string, id = 1): Finding =>
    broken('a dead letter is no longer handed out as a normal message', `${tag} was`, id);

  /** The first letter failed between 2 and 3, the second one between 6 and 7. */
  function failed(): Story {
    const told = story();
    told.letter([2, 3]);
    told.letter([6, 7]);
    return told;
  }

  test.for([
    ['nothing', []],
    ['another message', ['other']],
  ] as const)('is not handed out where the answer brings %s', ([, tags]) => {
    const told = failed();
    normal(told, 20, {}, tags);
    expect(findings(told, CLAUSE)).toEqual([held(1)]);
  });

  test('is handed out', () => {
    const told = failed();
    normal(told, 20, {}, ['other', tagOf(told, 1)]);
    expect(findings(told, CLAUSE)).toEqual([again(tagOf(told, 1))]);
  });

  test.for([
    // 5 s of grace for a SHOULD, from the answer to the failing acknowledgement.
    [8, 0, []],
    [8.1, 0, [0]],
    [8.1, 1, ['held']],
    [12, 1, ['held']],
    [12.1, 1, [1]],
  ] as const)('may be so for 5 s: at %d, letter %d', ([at, place, expected]) => {
    const told = failed();
    normal(told, at, {}, [tagOf(told, place)]);
    expect(findings(told, CLAUSE)).toEqual(expected.map((one) => (one === 'held' ? held(1) : again(tagOf(told, one)))));
  });

  test('has less time where the operator says so', () => {
    const told = story({ header: { slack: { ...SLACK, shouldLate: 2 } } });
    told.letter([2, 3]);
    normal(told, 5.1, {}, [tagOf(told, 0)]);
    expect(findings(told, CLAUSE)).toEqual([again(tagOf(told, 0))]);
  });

  test.for([answer(400), answer(503), failure()])('is not looked for in %j', (outcome) => {
    const told = failed();
    normal(told, 20, {}, outcome);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not looked for in the answer to a normal acknowledgement', () => {
    const told = failed();
    acknowledgeNormal(told, 20, {}, answer(200, { success: 1, fail: 0 }));
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test.for([
    ['another group', { group: 'g2' }],
    ['a group that was never made', { group: 'g9' }],
    ['a group of that name on another queue', { queue: 'q2' }],
  ] as const)('may be a message of %s', ([, where]) => {
    const told = failed();
    addGroup(told, 'g2');
    addQueue(told, 'q2');
    addGroup(told, 'g3', { queue: 'q2' });
    normal(told, 20, where, [tagOf(told, 0)]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('a message that one group failed', () => {
  const CLAUSE = 'isolation.other-groups-normal';
  const g2 = { group: 'g2' };
  const missed = (told: Story, id: number, place = 0): Finding =>
    broken('other groups still get the message as a normal one', `group g2 did not get ${told.tags[place]}`, id);

  /** Two groups; two messages are sent at 1 as exchange 1, and the first group fails both between 2 and 3. */
  function failed(made = 0): Story {
    const told = story();
    addGroup(told, 'g2', { at: made });
    told.letter([2, 3]);
    told.letter([2, 3]);
    send(told, 1, told.tags);
    return told;
  }

  test('is still a normal one for the other', () => {
    const told = failed();
    normal(told, 10, g2, [tagOf(told, 1), tagOf(told, 0)]);
    expect(findings(told, CLAUSE)).toEqual([held(2), held(2)]);
  });

  test('is missing for the other', () => {
    const told = failed();
    normal(told, 10, g2, [tagOf(told, 1)]);
    normal(told, [20, 23], g2, []);
    expect(findings(told, CLAUSE)).toEqual([missed(told, 3), held(2)]);
  });

  test.for([
    [2.9, []],
    [3, []],
    [3.1, [held(2), held(2)]],
  ] as const)('is put to the test only once the first group has failed it, as got at %d', ([at, expected]) => {
    const told = failed();
    normal(told, at, g2, told.tags);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('is not missed where it was handed out before, nor is that the proof of it', () => {
    const told = failed();
    normal(told, 2.5, g2, told.tags);
    normal(told, [10, 13], g2, []);
    expect(findings(told, CLAUSE)).toEqual([]);
    normal(told, 40, g2, told.tags);
    expect(findings(told, CLAUSE)).toEqual([held(4), held(4)]);
  });

  test.for([
    ['broken off', failure()],
    ['unavailable', answer(503)],
    ['answered with 500', answer(500)],
    ['answered with no array', answer(200, {})],
  ] as const)('may be with an earlier consume that was %s (guard 1)', ([, outcome]) => {
    const told = failed();
    normal(told, [5, 6], g2, outcome);
    normal(told, [11, 14], g2, []);
    expect(findings(told, CLAUSE)).toEqual([undecided(3), undecided(3)]);
  });

  test.for([
    [5, {}],
    [5, { group: 'g3' }],
    [14, g2],
  ] as const)('is not with a lost consume at %d of %j', ([at, where]) => {
    const told = failed();
    addGroup(told, 'g3');
    normal(told, [at, at + 1], where, failure());
    normal(told, [11, 14], g2, []);
    expect(findings(told, CLAUSE)).toEqual([missed(told, 3, 0), missed(told, 3, 1)]);
  });

  test('is not with a consume that was refused, nor with one that brought others', () => {
    const told = failed();
    normal(told, 5, g2, answer(400));
    normal(told, 6, g2, ['other']);
    normal(told, [11, 14], g2, []);
    expect(findings(told, CLAUSE)).toEqual([missed(told, 4, 0), missed(told, 4, 1)]);
  });

  test('is not owed by a group that is being deleted (G10)', () => {
    const told = failed();
    deleteGroup(told, [9, 12], answer(204), 'g2');
    normal(told, [10, 11], g2, []);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  describe('on a FIFO queue', () => {
    /** The group gets the first of two messages at 10, as exchange 2. */
    function first(): Story {
      const told = story({ mode: 'FIFO' });
      addGroup(told, 'g2');
      told.letter([2, 3]);
      told.letter([2, 3]);
      send(told, 1, told.tags);
      normal(told, 10, g2, [tagOf(told, 0)]);
      return told;
    }

    const settle = (
      told: Story,
      when: When,
      outcome = answer(200, { success: 1, fail: 0 }),
      where: Where = g2,
    ): number =>
      told.exchange(when, {
        method: 'POST',
        target: pathOf(where, '/ack'),
        body: JSON.stringify({ message: [{ handler: `${told.tags[0]}/0`, status: 'success' }] }),
        outcome,
      });

    test('may be held up by an earlier one in flight (G1)', () => {
      const told = first();
      normal(told, [11, 14], g2, []);
      expect(findings(told, CLAUSE)).toEqual([held(2), undecided(3)]);
    });

    test('is missing when the earlier one is acknowledged, whatever was empty before', () => {
      const told = first();
      normal(told, [11, 14], g2, []);
      settle(told, 15);
      normal(told, [16, 19], g2, []);
      expect(findings(told, CLAUSE)).toEqual([held(2), missed(told, 5, 1)]);
    });

    test('may still be held up when the earlier one was acknowledged in vain, too late, or elsewhere', () => {
      const told = first();
      settle(told, 11, answer(400));
      settle(told, 12, answer(200, { success: 1, fail: 0 }), {});
      settle(told, [13, 16.1]);
      normal(told, [16, 19], g2, []);
      normal(told, [16, 19], g2, []);
      expect(findings(told, CLAUSE)).toEqual([held(2), undecided(6)]);
    });
  });

  test('may come later than an empty answer', () => {
    const told = failed();
    normal(told, [10, 13], g2, []);
    normal(told, 20, g2, told.tags);
    expect(findings(told, CLAUSE)).toEqual([held(3), held(3)]);
  });

  test.for([
    // It is put to the test only once the first group has failed it.
    [3, []],
    [3.1, [0, 1]],
  ] as const)('is missed by an empty answer to what was sent at %d', ([at, expected]) => {
    const told = failed();
    normal(told, [at, at + 3], g2, []);
    expect(findings(told, CLAUSE)).toEqual(expected.map((place) => missed(told, 2, place)));
  });

  test.for([
    ['other messages', brings(['other'])],
    ['something else than an array', answer(200, {})],
    ['no JSON', answer(200, 'oops')],
    ['a refusal', answer(400, [])],
    ['no answer', failure()],
  ] as const)('is not missed by %s', ([, outcome]) => {
    const told = failed();
    normal(told, 10, g2, outcome);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not missed by a normal acknowledgement', () => {
    const told = failed();
    acknowledgeNormal(told, 10, g2, EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test.for([
    ['the group that failed it', {}],
    ['a group that was never made', { group: 'g9' }],
    ['a group of that name on another queue', { group: 'g2', queue: 'q2' }],
  ] as const)('is not missed by %s', ([, where]) => {
    const told = failed();
    addQueue(told, 'q2');
    normal(told, [10, 13], where, []);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not missed where nobody asked', () => {
    expect(findings(failed(), CLAUSE)).toEqual([]);
  });

  test.for([
    [0.9, [0, 1]],
    [1, []],
    [1.5, []],
  ] as const)('is owed to groups that were there when it was sent at 1, as one made at %d', ([made, expected]) => {
    const told = failed(made);
    normal(told, [10, 13], g2, []);
    expect(findings(told, CLAUSE)).toEqual(expected.map((place) => missed(told, 2, place)));
  });

  test('is owed beside other messages that were sent', () => {
    const told = failed();
    send(told, 4, ['other']);
    normal(told, [10, 13], g2, []);
    expect(findings(told, CLAUSE)).toEqual([missed(told, 3, 0), missed(told, 3, 1)]);
  });

  test('is not owed where only another queue was sent it after the group was made', () => {
    const told = failed(2);
    addQueue(told, 'q2');
    send(told, 4, told.tags, 'q2');
    normal(told, [10, 13], g2, []);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not owed where it was never seen to be sent', () => {
    const told = story();
    addGroup(told, 'g2');
    told.letter([2, 3]);
    send(told, 1, ['other']);
    normal(told, [10, 13], g2, []);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is not owed to groups of another queue', () => {
    const told = story();
    addQueue(told, 'q2');
    addGroup(told, 'g2', { queue: 'q2' });
    told.letter([2, 3]);
    send(told, 1, told.tags);
    normal(told, [10, 13], { ...g2, queue: 'q2' }, []);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('is another one where it was sent to another queue, too, and failed there', () => {
    const told = story();
    addQueue(told, 'q2');
    addGroup(told, 'g2', { queue: 'q2' });
    told.letter([2, 3]);
    send(told, 1, told.tags);
    send(told, 1, told.tags, 'q2');
    normal(told, [10, 13], { ...g2, queue: 'q2' }, []);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('consumers of one group at the same time', () => {
  const CLAUSE = 'concurrency.disjoint';
  const both = (told: Story, apart: string, place = 0, first = 1, second = 2): Finding =>
    broken(
      'consumers of a group that consume at the same time get different dead letters',
      `both got ${told.tags[place]}, at most ${apart} apart`,
      first,
      second,
    );

  test('get different dead letters', () => {
    const told = story({ letters: 4 });
    told.consume([10, 11], '', [0, 1]);
    told.consume([10.5, 11.5], '', [2, 3]);
    expect(findings(told, CLAUSE)).toEqual([held(1, 2)]);
  });

  test('get the same one', () => {
    const told = story({ letters: 4 });
    told.consume([10, 11], '', [0, 1]);
    told.consume([10.5, 11.5], '', [2, 1]);
    expect(findings(told, CLAUSE)).toEqual([both(told, '1.5 s', 1)]);
  });

  test('are compared pair by pair', () => {
    const told = story({ letters: 4 });
    told.consume([10, 11], '', [0]);
    told.consume([10.5, 11.5], '', [1]);
    told.consume([10.6, 11.6], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([held(1, 2), both(told, '1.6 s', 0, 1, 3), held(2, 3)]);
  });

  test.for([
    [11, []],
    [10.9, [held(1, 2)]],
  ] as const)('have to overlap: the second is sent at %d, when the first was over at 11', ([sent, expected]) => {
    const told = story({ letters: 2 });
    told.consume([10, 11], '', [0]);
    told.consume([sent, 12], '', [1]);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('that got nothing say nothing', () => {
    const told = story({ letters: 2 });
    told.consume([10, 11], '', [0]);
    told.consume([10, 13], '', []);
    told.consume([10, 13], '', answer(503));
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('of two groups are no consumers of one', () => {
    const told = story({ letters: 1 });
    addGroup(told, 'g2');
    told.letter([0, 0], { group: 'g2', tag: tagOf(told, 0) });
    consume(told, [10, 11], {}, [tagOf(told, 0)]);
    consume(told, [10, 11], { group: 'g2' }, [tagOf(told, 0)]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('get strangers, of which nobody knows whether they are the same', () => {
    const told = story({ letters: 2 });
    told.consume([10, 11], '', [8]);
    told.consume([10, 11], '', [9]);
    expect(findings(told, CLAUSE).filter(({ outcome }) => outcome === 'broken')).toEqual([]);
  });

  describe('may get the same one where a lease ended between them', () => {
    test.for([
      // Leases end no more than 1 s early (D1): from 14 s on one of 15 s may have been over.
      ['ack_wait=15', [10, 23.9], 'ack_wait=15', [10, 10.1], '13.9 s'],
      ['ack_wait=15', [10, 24], 'ack_wait=15', [10, 10.1], undefined],
      ['ack_wait=15', [10, 10.1], 'ack_wait=15', [10, 23.9], '13.9 s'],
      ['ack_wait=15', [10, 10.1], 'ack_wait=15', [10, 24], undefined],
      // The endpoint may have acted at either end of both.
      ['ack_wait=15', [10, 20], 'ack_wait=15', [12, 23.9], '13.9 s'],
      ['ack_wait=15', [10, 20], 'ack_wait=15', [12, 24], undefined],
      // Which of them came first nobody knows: the shorter lease counts.
      ['ack_wait=60', [10, 24], 'ack_wait=15', [10, 10.1], undefined],
      ['ack_wait=15', [10, 24], 'ack_wait=60', [10, 10.1], undefined],
      ['ack_wait=60', [10, 24], 'ack_wait=60', [10, 10.1], '14 s'],
      ['', [10, 24], '', [10, 10.1], '14 s'],
      // What is odd leaves the lease open (E2).
      ['ack_wait=30s', [10, 11], '', [10, 10.1], undefined],
    ] as const)('%s in %j and %s in %j: %s', ([one, [a, b], other, [c, d], apart]) => {
      const told = story({ letters: 1 });
      told.consume([a, b], one, [0]);
      told.consume([c, d], other, [0]);
      expect(findings(told, CLAUSE)).toEqual([apart === undefined ? undecided(1, 2) : both(told, apart)]);
    });

    test('by the slack that the operator has tightened', () => {
      const told = story({ letters: 1, header: { slack: { ...SLACK, early: 0.25 } } });
      told.consume([10, 24.5], 'ack_wait=15', [0]);
      told.consume([10, 10.1], 'ack_wait=15', [0]);
      expect(findings(told, CLAUSE)).toEqual([both(told, '14.5 s')]);
    });
  });

  describe('may get the same one where an acknowledgement came between them', () => {
    test.for([
      ['the first', [10, 11], [10.5, 13], 0],
      ['the second', [10, 13], [10.5, 11], 1],
    ] as const)('of %s batch', ([, [a, b], [c, d], named]) => {
      const told = story({ letters: 1 });
      const handlers = [told.consume([a, b], '', [0]), told.consume([c, d], '', [0])];
      told.acknowledge([11.5, 11.6], [{ handler: handlers[named]?.[0] ?? '', status: 'fail' }], [0, 1]);
      expect(findings(told, CLAUSE)).toEqual([undecided(1, 2)]);
    });

    test.for([
      [12.9, [undecided(1, 2)]],
      [13, ['broken']],
      [14, ['broken']],
    ] as const)('unless it left us at %d, when the last answer was there at 13', ([at, expected]) => {
      const told = story({ letters: 1 });
      const handlers = told.consume([10, 11], '', [0]);
      told.consume([10.5, 13], '', [0]);
      told.acknowledge([at, at + 0.1], handlers, [0, 1]);
      expect(findings(told, CLAUSE)).toEqual(expected.map((one) => (one === 'broken' ? both(told, '3 s') : one)));
    });

    test('unless it is one of another batch', () => {
      const told = story({ letters: 2 });
      const handlers = told.consume([9, 9.1], '', [1]);
      told.consume([10, 11], '', [0]);
      told.consume([10.5, 13], '', [0]);
      told.acknowledge([11.5, 11.6], handlers, [1, 0]);
      expect(findings(told, CLAUSE)).toEqual([both(told, '3 s', 0, 2, 3)]);
    });
  });
});

describe('a group that was made anew', () => {
  const CLAUSE = 'group.deleted.empties';
  const g2 = { group: 'g2' };
  const seen = (told: Story, place: number, id = 2): Finding =>
    broken('a group made anew sees no dead letter of the deleted one', `it got ${told.tags[place]}`, id);

  /** A group with two dead letters is deleted from 5 to 6, as exchange 1; another one is made later. */
  function anew(made = 7, outcome: Answer | Failure = answer(204)): Story {
    const told = story({ letters: 2 });
    deleteGroup(told, [5, 6], outcome);
    addGroup(told, 'g2', { at: made });
    return told;
  }

  test('sees nothing of the deleted one', () => {
    const told = anew();
    told.letter([9, 9], g2);
    consume(told, [10, 13], g2, []);
    consume(told, 30, g2, [tagOf(told, 2)]);
    expect(findings(told, CLAUSE)).toEqual([held(2), held(3)]);
  });

  test.for([
    ['fails the same message itself', (told: Story) => told.letter([9, 9], { ...g2, tag: tagOf(told, 0) })],
    ['got the same message as a normal one', (told: Story) => normal(told, 9, g2, [tagOf(told, 0)])],
  ] as const)('may have a dead letter of its own where it %s', ([, arrange]) => {
    const told = anew();
    arrange(told);
    consume(told, 30, g2, [tagOf(told, 0)]);
    expect(findings(told, CLAUSE).filter(({ outcome }) => outcome === 'broken')).toEqual([]);
    consume(told, 31, g2, [tagOf(told, 0), tagOf(told, 1)]);
    expect(findings(told, CLAUSE).filter(({ outcome }) => outcome === 'broken')).toMatchObject([
      { observed: `it got ${told.tags[1]}` },
    ]);
  });

  test('sees one of the deleted one', () => {
    const told = anew();
    told.letter([9, 9], g2);
    consume(told, 30, g2, [tagOf(told, 2), tagOf(told, 1)]);
    expect(findings(told, CLAUSE)).toEqual([seen(told, 1)]);
  });

  test.for([answer(400), answer(503), failure()])('says nothing by %j', (outcome) => {
    const told = anew();
    consume(told, 30, g2, outcome);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test.for([
    [5.9, []],
    [6, [held(2)]],
    [7, [held(2)]],
  ] as const)('is one that was made when the other was surely gone, as at %d', ([made, expected]) => {
    const told = anew(made);
    consume(told, 30, g2, []);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test.for([
    [answer(200), true],
    [answer(299), true],
    [answer(300), false],
    [answer(500), false],
    [answer(503), false],
    [answer(404), false],
    [failure(), false],
  ] as const)('says nothing unless the other was surely deleted, as by %j: %s', ([outcome, judged]) => {
    const told = anew(7, outcome);
    consume(told, 30, g2, []);
    expect(findings(told, CLAUSE)).toEqual(judged ? [held(2)] : []);
  });

  test('says nothing where the other had no dead letters', () => {
    const told = story();
    deleteGroup(told, [5, 6]);
    addGroup(told, 'g2', { at: 7 });
    consume(told, 30, g2, []);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('says nothing where no group was deleted', () => {
    const told = story({ letters: 2 });
    addGroup(told, 'g2', { at: 7 });
    consume(told, 30, g2, []);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('says nothing of a group of another queue', () => {
    const told = story({ letters: 2 });
    deleteGroup(told, [5, 6]);
    addQueue(told, 'q2');
    addGroup(told, 'g2', { queue: 'q2', at: 7 });
    consume(told, 30, { ...g2, queue: 'q2' }, []);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe.for([
  ['group', deleteGroup],
  ['queue', deleteQueue],
] as const)('a deleted %s', ([what, remove]) => {
  const REJECTED = `${what}.deleted.rejected`;
  const STATUS = `${what}.deleted.status-404`;
  const accepted = (status: number, id: number): Finding =>
    broken(`a deleted ${what} is rejected with a 4xx`, `it was answered with ${status}`, id);
  const wrongStatus = (status: number, id: number): Finding =>
    broken(`a deleted ${what} is answered with 404`, `it was answered with ${status}`, id);

  /** Consumed as exchange 1, which is the control, and deleted as 2. */
  function deleted(outcome: Answer | Failure = answer(204)): Story {
    const told = story({ letters: 1 });
    told.consume([1, 1.1], '', [0]);
    remove(told, [5, 6], outcome);
    return told;
  }

  test('is rejected by both calls, and with 404', () => {
    const told = deleted();
    acknowledge(told, 10, {}, ['h'], answer(404));
    consume(told, 11, {}, answer(404));
    expect(findings(told, REJECTED)).toEqual([held(4, 1), held(3, 1)]);
    expect(findings(told, STATUS)).toEqual([held(4, 1), held(3, 1)]);
  });

  test('is rejected, but with another status', () => {
    const told = deleted();
    consume(told, 10, {}, answer(400));
    acknowledge(told, 11, {}, ['h'], answer(409));
    expect(findings(told, REJECTED)).toEqual([held(3, 1), held(4, 1)]);
    expect(findings(told, STATUS)).toEqual([wrongStatus(400, 3), wrongStatus(409, 4)]);
  });

  test('is accepted', () => {
    const told = deleted();
    consume(told, [10, 13], {}, []);
    acknowledge(told, 14, {}, ['h'], answer(200, { success: 0, fail: 1 }));
    consume(told, 15, {}, answer(500));
    expect(findings(told, REJECTED)).toEqual([accepted(200, 3), accepted(500, 5), accepted(200, 4)]);
    expect(findings(told, STATUS)).toEqual([]);
  });

  test.for([answer(401), answer(429), answer(503), failure()])('is left open by %j', (outcome) => {
    const told = deleted();
    consume(told, 10, {}, outcome);
    acknowledge(told, 11, {}, ['h'], outcome);
    expect(findings(told, REJECTED)).toEqual([undecided(3), undecided(4)]);
    expect(findings(told, STATUS)).toEqual([]);
  });

  test('is left open where no consume of the history was accepted', () => {
    const told = story();
    consume(told, 1, {}, answer(400));
    remove(told, [5, 6]);
    consume(told, 30, {}, answer(404));
    expect(findings(told, REJECTED)).toEqual([undecided(3)]);
    expect(findings(told, STATUS)).toEqual([]);
  });

  test.for([answer(500), answer(503), answer(404), failure()])('is none where the deletion came to %j', (outcome) => {
    const told = deleted(outcome);
    consume(told, 10, {}, answer(404));
    consume(told, [11, 14], {}, []);
    expect(findings(told, REJECTED)).toEqual([]);
    expect(findings(told, STATUS)).toEqual([]);
  });

  test.for([
    [5.9, []],
    [6, [held(3, 1)]],
  ] as const)('is so when the deletion was answered at 6, not for what was sent at %d', ([sent, expected]) => {
    const told = deleted();
    consume(told, [sent, 7], {}, answer(404));
    expect(findings(told, REJECTED)).toEqual(expected);
    expect(findings(told, STATUS)).toEqual(expected);
  });

  test.for(['max_msgs=11', 'limit=1', 'ack_wait=30s'])(
    'says nothing of a consume that may be refused anyway: %s',
    (query) => {
      const told = deleted();
      consume(told, 10, { query }, answer(404));
      expect(findings(told, REJECTED)).toEqual([]);
      expect(findings(told, STATUS)).toEqual([]);
    },
  );

  test('says nothing of an acknowledgement that has to be refused anyway', () => {
    const told = deleted();
    acknowledge(told, 10, {}, [], answer(404));
    expect(findings(told, REJECTED)).toEqual([]);
    expect(findings(told, STATUS)).toEqual([]);
  });

  test('is asked with the credentials of the suite, where it has any', () => {
    const { features } = header();
    const credentials = { present: true, reason: 'a test says so' };
    const told = story({ letters: 1, header: { features: { ...features, credentials } } });
    const given: Where = { headers: [['X-Auth-Token', '[given]']] };
    consume(told, [1, 1.1], given, [tagOf(told, 0)]);
    remove(told, [5, 6]);
    consume(told, 10, given, answer(404));
    consume(told, 11, {}, answer(404));
    consume(told, 12, { headers: [['X-Auth-Token', '[other]']] }, answer(404));
    expect(findings(told, REJECTED)).toEqual([held(3, 1)]);
    expect(findings(told, STATUS)).toEqual([held(3, 1)]);
  });

  test('is not asked with credentials that the suite was not given', () => {
    const told = deleted();
    consume(told, 10, { headers: [['X-Auth-Token', '[other]']] }, answer(404));
    consume(told, 11, { headers: [['X-Auth-Token', '[given]']] }, answer(404));
    expect(findings(told, REJECTED).filter(({ exchanges }) => exchanges.includes(4))).toEqual([]);
  });

  test('is no other path', () => {
    const told = deleted();
    consume(told, 10, { queue: 'q9' }, answer(404));
    consume(told, 11, { queue: 'q!' }, answer(404));
    expect(findings(told, REJECTED)).toEqual([]);
    expect(findings(told, STATUS)).toEqual([]);
  });
});

test('a deleted group is not a deleted queue, and the other way round', () => {
  for (const [remove, other] of [
    [deleteGroup, 'queue'],
    [deleteQueue, 'group'],
  ] as const) {
    const told = story({ letters: 1 });
    told.consume([1, 1.1], '', [0]);
    remove(told, [5, 6]);
    consume(told, 10, {}, EMPTY);
    consume(told, 11, {}, answer(400));
    expect(findings(told, `${other}.deleted.rejected`)).toEqual([]);
    expect(findings(told, `${other}.deleted.status-404`)).toEqual([]);
  }
});

test('a path that may be rejected with either of two statuses', () => {
  const told = story({ letters: 1 });
  told.consume([1, 1.1], '', [0]);
  for (const status of [400, 404, 409]) consume(told, 10, { group: 'g!' }, answer(status));
  const judge = pathStatus(['malformed-queue', 'malformed-group'], [400, 404], 'a malformed id');
  expect([...judge(told.view())]).toEqual([
    held(2, 1),
    held(3, 1),
    broken('a malformed id is answered with 400 or 404', 'it was answered with 409', 4),
  ]);
});
