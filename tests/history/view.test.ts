import { describe, expect, test } from 'vitest';
import type { Answer, ArrangedGroup, ArrangedQueue, Failure } from '../../schemas/types.ts';
import type { Call, Delivery } from '../../src/history/calls.ts';
import { makeTag } from '../../src/history/tags.ts';
import { viewOf, type GroupView, type View } from '../../src/history/view.ts';
import { answer, failure, story, type Story, type When } from '../support/history.ts';

const SCENARIO = 'chapter/case';
const QUEUES = '/v1.0/p1/queues';
const EMPTY = answer(200, []);

function aQueue(queue: string, part: Partial<ArrangedQueue> = {}): ArrangedQueue {
  return { type: 'queue', scenario: SCENARIO, queue, mode: 'NORMAL', redrive: true, maxConsumeCount: 1, ...part };
}

function aGroup(queue: string, group: string, part: Partial<ArrangedGroup> = {}): ArrangedGroup {
  return { type: 'group', scenario: SCENARIO, queue, group, ours: true, at: 0, ...part };
}

function deadLettersOf(queue: string, group: string): string {
  return `${QUEUES}/${queue}/groups/${group}/deadletters`;
}

function groupOf(view: View, id: string): GroupView {
  const group = view.groups.find((one) => one.id === id);
  if (group === undefined) throw new RangeError(`there is no group ${id}`);
  return group;
}

function callOf(view: View, id: number): Call {
  const call = view.calls.find((one) => one.id === id);
  if (call === undefined) throw new RangeError(`there is no call ${id}`);
  return call;
}

function ids(calls: readonly { readonly id: number }[]): number[] {
  return calls.map(({ id }) => id);
}

/** An answer that hands out these bodies. */
function handsOut(...bodies: readonly unknown[]): Answer {
  return answer(
    200,
    bodies.map((body, index) => ({ handler: `h${index}`, message: { body } })),
  );
}

/** The first delivery of the last consume. */
function lastDelivery(view: View): Delivery {
  const delivery = view.consumes.at(-1)?.deliveries[0];
  if (delivery === undefined) throw new RangeError('nothing was delivered');
  return delivery;
}

describe('the calls of a history', () => {
  test('stand in the order in which they left us, and of those at one instant by their number', () => {
    const told = story();
    told.exchange([3, 4], { target: told.path });
    told.exchange([1, 9], { target: told.path });
    told.exchange([3, 3.5], { target: told.path });
    told.exchange([2, 5], { target: told.path });
    expect(ids(told.view().calls)).toEqual([2, 4, 1, 3]);
    // Also where they were not written down by their numbers.
    const { exchanges, ...rest } = told.history();
    expect(ids(viewOf({ ...rest, exchanges: exchanges.toReversed() }).calls)).toEqual([2, 4, 1, 3]);
  });

  test('are kept apart by their kinds, and what is no call of ours is left out', () => {
    const told = story();
    const group = `${QUEUES}/q1/groups/g1`;
    told.exchange(1, { target: told.path });
    told.exchange(2, { method: 'POST', target: `${told.path}/ack`, body: '{}' });
    told.exchange(3, { method: 'PUT', target: told.path });
    told.exchange(4, { target: `${group}/messages` });
    told.exchange(5, { method: 'POST', target: `${group}/ack`, body: '{}' });
    told.exchange(6, { method: 'POST', target: `${QUEUES}/q1/messages`, body: '{}' });
    told.exchange(7, { target: `${QUEUES}/q1/groups` });
    told.exchange(8, { target: '/v1.0/p1/quotas/dms' });
    const view = told.view();
    expect({
      calls: ids(view.calls),
      consumes: ids(view.consumes),
      acknowledges: ids(view.acknowledges),
      others: ids(view.others),
      normals: ids(view.normals),
      sends: ids(view.sends),
    }).toEqual({
      calls: [1, 2, 3, 4, 5, 6, 7],
      consumes: [1],
      acknowledges: [2],
      others: [3],
      normals: [4, 5],
      sends: [6],
    });
    expect(view.header.project).toBe('p1');
    expect(view.history.scenario).toBe(SCENARIO);
  });
});

describe('a group', () => {
  test('has its own letters only, in the order of sending', () => {
    const told = story({ letters: 2 });
    told.add(aGroup('q1', 'g2'));
    told.add(aQueue('q2'));
    told.add(aGroup('q2', 'g3'));
    told.letter([0, 0], { group: 'g2', position: 9 });
    told.letter([0, 0], { group: 'g2', position: 4 });
    told.letter([0, 0], { queue: 'q2', group: 'g3' });
    // A group of another queue that has the same id.
    told.letter([0, 0], { queue: 'q2', group: 'g1' });
    const tags = told.tags;
    const view = told.view();
    const own = (id: string): string[] => groupOf(view, id).letters.map(({ arranged }) => arranged.tag);
    expect(view.groups.map(({ id }) => id)).toEqual(['g1', 'g2', 'g3']);
    expect(own('g1')).toEqual([tags[0], tags[1]]);
    expect(own('g2')).toEqual([tags[3], tags[2]]);
    expect(own('g3')).toEqual([tags[4]]);
    expect(groupOf(view, 'g3').queue.queue).toBe('q2');
  });

  test('whose queue was never arranged is none', () => {
    const told = story();
    told.add(aGroup('q9', 'g9'));
    expect(told.view().groups.map(({ id }) => id)).toEqual(['g1']);
  });

  const given = (token: string): readonly [string, string][] => [['x-auth-token', token]];
  test.for([
    ['its path', deadLettersOf('q1', 'g1'), [], true],
    ['its path, escaped', deadLettersOf('q1', '%67%31'), [], true],
    ['another group', deadLettersOf('q1', 'g2'), [], false],
    ['another queue', deadLettersOf('q2', 'g1'), [], false],
    ['what cannot be unescaped', deadLettersOf('q1', '%67%3'), [], false],
    ['another project', '/v1.0/p2/queues/q1/groups/g1/deadletters', [], false],
    ['its path with credentials that nobody gave us', deadLettersOf('q1', 'g1'), given('[given]'), false],
  ] as const)('has the calls to %s: %s', ([, target, headers, own]) => {
    const told = story();
    told.exchange([1, 2], { target, headers: [...headers] });
    told.exchange([3, 4], { method: 'POST', target: `${target}/ack`, headers: [...headers], body: '{}' });
    told.exchange([5, 6], { method: 'HEAD', target, headers: [...headers], outcome: answer(200) });
    const group = told.group();
    expect(ids(group.consumes)).toEqual(own ? [1] : []);
    expect(ids(group.acknowledgements.map(({ call }) => call))).toEqual(own ? [2] : []);
    expect(ids(group.suspects)).toEqual(own ? [3] : []);
  });

  test.for([
    ['[given]', true],
    ['[other]', false],
    ['', false],
  ] as const)('where credentials were given, has those that carry them: %j %s', ([token, own]) => {
    const features = { ...story().history().header.features, credentials: { present: true, reason: '' } };
    const told = story({ header: { features } });
    told.exchange([1, 2], { target: told.path, headers: token === '' ? [] : [...given(token)] });
    expect(ids(told.group().consumes)).toEqual(own ? [1] : []);
    expect(told.view().groupOf(callOf(told.view(), 1))?.id).toBe(own ? 'g1' : undefined);
  });
});

describe('what may have taken a lease that we never see (J5)', () => {
  test.for<readonly [string, string, Answer | Failure, boolean]>([
    ['HEAD', '', answer(200), true],
    ['GET', '/', answer(200, []), true],
    ['HEAD', '', answer(404), false],
    ['GET', '/', answer(405), false],
    ['HEAD', '', answer(429), false],
    ['GET', '/', answer(503), true],
    ['HEAD', '', answer(500), true],
    ['HEAD', '', failure(), true],
    ['HEAD', '', failure({ cause: 'unreachable', bytesLeft: false }), false],
    // None of these is taken for a consume.
    ['HEAD', '/', answer(200), false],
    ['PUT', '', answer(200), false],
    ['POST', '/', answer(200), false],
    ['GET', '/ack', answer(200), false],
    ['HEAD', '/ack', answer(200), false],
  ])('%s deadletters%s, answered %j: %s', ([method, rest, outcome, suspect]) => {
    const told = story();
    told.exchange([1, 2], { method, target: `${told.path}${rest}`, outcome });
    expect(ids(told.group().suspects)).toEqual(suspect ? [1] : []);
  });
});

describe('a delivery', () => {
  test('is of the letter whose tag its body carries', () => {
    const told = story({ letters: 2 });
    told.consume([1, 2], '', [1, 0]);
    told.consume([50, 51], '', [1]);
    const view = told.view();
    const [first, second] = groupOf(view, 'g1').letters;
    expect(first?.deliveries.map(({ consume, index }) => [consume.id, index])).toEqual([[1, 1]]);
    expect(second?.deliveries.map(({ consume, index }) => [consume.id, index])).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(ids([...(second?.consumes ?? [])])).toEqual([1, 2]);
    expect(ids([...(first?.consumes ?? [])])).toEqual([1]);
    expect(view.letterOf(lastDelivery(view))).toBe(second);
  });

  test('is known as that letter’s to the acknowledgement that names it', () => {
    const told = story({ letters: 2 });
    const [, handler = ''] = told.consume([1, 2], '', [1, 0]);
    told.acknowledge([3, 4], [handler], [0, 1]);
    const [view] = told.group().acknowledgements;
    expect(view?.entries?.[0]?.letter?.arranged.tag).toBe(told.tags[0]);
    expect([...(view?.letters ?? [])].map(({ arranged }) => arranged.tag)).toEqual([told.tags[0]]);
  });

  test('is of its letter also where another tag stands before', () => {
    const told = story({ letters: 2 });
    told.exchange([1, 2], { target: told.path, outcome: handsOut(`dmsc-other-run-1 ${told.tags[1]}`) });
    const view = told.view();
    expect(view.letterOf(lastDelivery(view))).toBe(groupOf(view, 'g1').letters[1]);
  });

  // What cannot carry a tag is arranged alone in its group.
  test.for([
    [1, null, true],
    [1, 42, true],
    [1, 'dmsc-other-run-1', false],
    [2, null, false],
    [0, null, false],
  ] as const)('in a group of %i with the body %j is of its only letter: %s', ([letters, body, known]) => {
    const told = story({ letters });
    told.exchange([1, 2], { target: told.path, outcome: handsOut(body) });
    const view = told.view();
    const [letter] = groupOf(view, 'g1').letters;
    expect(view.letterOf(lastDelivery(view))).toBe(known ? letter : undefined);
    expect(letter?.deliveries.length ?? 0).toBe(known ? 1 : 0);
    expect(letter?.consumes.size ?? 0).toBe(known ? 1 : 0);
  });

  describe('that is of no letter of its group', () => {
    /** Two groups of one queue; the second holds the only letter. */
    function strange(): Story {
      const told = story();
      told.add(aGroup('q1', 'g2'));
      told.letter([0, 0], { group: 'g2' });
      return told;
    }
    const sentAs = (told: Story, group: string, body: unknown, queue = 'q1'): void => {
      told.exchange([1, 2], { target: `${QUEUES}/${queue}/groups/${group}/messages`, outcome: handsOut(body) });
    };
    const NORMAL = makeTag('test', 'n', 1);

    test('but of another one is the other group’s', () => {
      const told = strange();
      told.consume([10, 11], '', [0]);
      const view = told.view();
      expect(view.letterOf(lastDelivery(view))).toBeUndefined();
      expect(view.strangerOf(lastDelivery(view))).toBe('other-group');
    });

    test('is the other group’s by any of its tags', () => {
      const told = strange();
      told.exchange([10, 11], { target: told.path, outcome: handsOut([NORMAL, told.tags[0]]) });
      const view = told.view();
      expect(view.strangerOf(lastDelivery(view))).toBe('other-group');
    });

    test.for(['nobody sent this', null, NORMAL] as const)('nor of any other was not arranged: %j', (body) => {
      const told = strange();
      told.exchange([10, 11], { target: told.path, outcome: handsOut(body) });
      const view = told.view();
      expect(view.strangerOf(lastDelivery(view))).toBe('not-arranged');
    });

    test.for([
      ['the group itself', 'q1', 'g1', 'perhaps-arranged'],
      ['the group itself, escaped', 'q1', '%67%31', 'perhaps-arranged'],
      ['another group', 'q1', 'g2', 'not-arranged'],
      ['a group of another queue', 'q2', 'g1', 'not-arranged'],
    ] as const)('but that %s got as a normal message: %s %s, %s', ([, queue, group, stranger]) => {
      const told = strange();
      sentAs(told, group, NORMAL, queue);
      told.exchange([10, 11], { target: told.path, outcome: handsOut(NORMAL) });
      const view = told.view();
      expect(view.strangerOf(lastDelivery(view))).toBe(stranger);
    });

    test('but one of the normal messages of several consumes may have been arranged', () => {
      const told = strange();
      sentAs(told, 'g1', NORMAL);
      sentAs(told, 'g1', makeTag('test', 'n', 2));
      told.exchange([10, 11], { target: deadLettersOf('q1', '%67%31'), outcome: handsOut([NORMAL, told.tags[0]]) });
      const view = told.view();
      expect(view.strangerOf(lastDelivery(view))).toBe('perhaps-arranged');
    });

    test('a normal message without a tag makes nothing arranged', () => {
      const told = strange();
      sentAs(told, 'g1', 'plain');
      told.exchange([10, 11], { target: told.path, outcome: handsOut('plain') });
      const view = told.view();
      expect(view.strangerOf(lastDelivery(view))).toBe('not-arranged');
    });

    test('a normal acknowledgement hands out nothing', () => {
      const told = strange();
      told.exchange([1, 2], {
        method: 'POST',
        target: `${QUEUES}/q1/groups/g1/ack`,
        body: JSON.stringify({ message: [{ handler: 'n', message: { body: NORMAL } }] }),
      });
      told.exchange([10, 11], { target: told.path, outcome: handsOut(NORMAL) });
      const view = told.view();
      expect(view.strangerOf(lastDelivery(view))).toBe('not-arranged');
    });
  });
});

describe('what a path names', () => {
  /** The kind of place that a consume of this path is about, in a history of two queues with a group each. */
  function named(target: string): string {
    const told = story();
    told.add(aQueue('q2'));
    told.add(aGroup('q2', 'g2'));
    told.exchange([1, 2], { target, outcome: answer(404) });
    const view = told.view();
    const place = view.addressed(callOf(view, 1));
    return place.kind === 'group' ? `group ${place.group.id}` : place.kind;
  }

  test.for([
    [deadLettersOf('q1', 'g1'), 'group g1'],
    [deadLettersOf('q2', 'g2'), 'group g2'],
    [deadLettersOf('%71%31', '%67%31'), 'group g1'],
    [deadLettersOf('q1', 'g2'), 'group-of-another-queue'],
    [deadLettersOf('q1', 'g-3_X'), 'unknown-group'],
    [deadLettersOf('q-3_X', 'g1'), 'unknown-queue'],
    // Ids are made of letters, digits, - and _ (H4).
    [deadLettersOf('q1', ''), 'malformed-group'],
    [deadLettersOf('q1', 'g.1'), 'malformed-group'],
    [deadLettersOf('q1', 'g%201'), 'malformed-group'],
    [deadLettersOf('q1', '%E0%A4%A'), 'malformed-group'],
    [deadLettersOf('', 'g1'), 'malformed-queue'],
    [deadLettersOf('*', 'g1'), 'malformed-queue'],
    [deadLettersOf('q1%2F', 'g1'), 'malformed-queue'],
    ['/v1.0/p2/queues/q1/groups/g1/deadletters', 'other-project'],
    ['/v1.0//queues/q1/groups/g1/deadletters', 'other-project'],
    ['/v1.0/p2/queues/*/groups/g1/deadletters', 'other-project'],
  ] as const)('%s: %s', ([target, place]) => {
    expect(named(target)).toBe(place);
  });

  test('an id that an endpoint gave out is well-formed, whatever it looks like', () => {
    const told = story();
    told.add(aQueue('q:3'));
    told.add(aGroup('q:3', 'g:3'));
    told.exchange([1, 2], { target: deadLettersOf('q:3', 'g:3') });
    const view = told.view();
    expect(view.addressed(callOf(view, 1)).kind).toBe('group');
  });
});

describe('the group that a call in good standing is about', () => {
  test('is the one that its path names', () => {
    const told = story();
    told.exchange([1, 2], { target: told.path });
    const view = told.view();
    expect(view.groupOf(callOf(view, 1))).toBe(view.groups[0]);
  });

  test.for([
    ['an unknown group', deadLettersOf('q1', 'g9'), []],
    ['a queue without dead letters', deadLettersOf('q2', 'g2'), []],
    ['somebody with credentials that we were not given', deadLettersOf('q1', 'g1'), [['x-auth-token', '[given]']]],
  ] as const)('is none for %s', ([, target, headers]) => {
    const told = story();
    told.add(aQueue('q2', { redrive: false }));
    told.add(aGroup('q2', 'g2'));
    told.exchange([1, 2], { target, headers: headers.map(([name, value]) => [name, value]) });
    const view = told.view();
    expect(view.groupOf(callOf(view, 1))).toBeUndefined();
  });

  test('is the one that its path names whatever token is sent where we were given none', () => {
    const told = story();
    told.exchange([1, 2], { target: told.path, headers: [['x-auth-token', '[other]']] });
    const view = told.view();
    expect(view.groupOf(callOf(view, 1))?.id).toBe('g1');
  });
});

describe('a deletion', () => {
  const GROUP = `${QUEUES}/q1/groups/g1`;
  interface Deleted {
    readonly target?: string;
    readonly when?: When;
    readonly outcome?: Answer | Failure;
  }
  function deleted(told: Story, { target = GROUP, when = [10, 12], outcome = answer(204) }: Deleted = {}): void {
    told.exchange(when, { method: 'DELETE', target, outcome });
  }
  /** What a consume of g1 at that time is about, by the deletions before. */
  function placeOf(told: Story, when: When): { kind: string; own: boolean; good: boolean } {
    const id = told.exchange(when, { target: told.path });
    const view = told.view();
    const call = callOf(view, id);
    return {
      kind: view.addressed(call).kind,
      own: ids(groupOf(view, 'g1').consumes).includes(id),
      good: view.groupOf(call) !== undefined,
    };
  }
  const STILL_THERE = { kind: 'group', own: true, good: true };
  const PERHAPS = { kind: 'being-deleted', own: true, good: false };

  test.for<readonly [string, Deleted, When, object]>([
    ['of the group, over when the call left', {}, [12, 13], { kind: 'deleted-group', own: false, good: false }],
    [
      'of the queue, over when the call left',
      { target: `${QUEUES}/q1` },
      [12, 13],
      { kind: 'deleted-queue', own: false, good: false },
    ],
    // Wherever in their intervals the endpoint acted on the two.
    ['under way when the call left', {}, [11.9, 13], PERHAPS],
    ['under way when the call was answered', {}, [5, 10.1], PERHAPS],
    ['that left when the call had been answered', {}, [5, 10], STILL_THERE],
    ['of another group', { target: `${QUEUES}/q1/groups/g2` }, [20, 21], STILL_THERE],
    ['of a group of that id in another queue', { target: `${QUEUES}/q2/groups/g1` }, [20, 21], STILL_THERE],
    ['of another queue', { target: `${QUEUES}/q2` }, [20, 21], STILL_THERE],
    ['answered 200', { outcome: answer(200) }, [20, 21], { kind: 'deleted-group', own: false, good: false }],
    ['answered 299', { outcome: answer(299) }, [20, 21], { kind: 'deleted-group', own: false, good: false }],
    // Nobody knows what these did.
    ['answered 199', { outcome: answer(199) }, [20, 21], PERHAPS],
    ['answered 300', { outcome: answer(300) }, [20, 21], PERHAPS],
    ['answered 500', { outcome: answer(500) }, [20, 21], PERHAPS],
    ['answered 503', { outcome: answer(503) }, [20, 21], PERHAPS],
    ['that was lost', { outcome: failure() }, [20, 21], PERHAPS],
    // One that was refused has deleted nothing.
    ['answered 404', { outcome: answer(404) }, [20, 21], STILL_THERE],
    ['answered 429', { outcome: answer(429) }, [20, 21], STILL_THERE],
    ['that never left us', { outcome: failure({ bytesLeft: false }) }, [20, 21], STILL_THERE],
  ])('%s: %j', ([, part, when, place]) => {
    const told = story();
    deleted(told, part);
    expect(placeOf(told, when)).toEqual(place);
  });

  test('that is sure counts behind one that is not', () => {
    const told = story();
    deleted(told, { outcome: answer(500) });
    deleted(told, { target: `${QUEUES}/q1`, when: [14, 15] });
    expect(placeOf(told, [15, 16]).kind).toBe('deleted-queue');
  });

  test('of a queue takes its groups, known or not, and no other', () => {
    const told = story();
    deleted(told, { target: `${QUEUES}/q1` });
    told.exchange([20, 21], { target: deadLettersOf('q1', 'g9') });
    told.exchange([20, 21], { target: deadLettersOf('q9', 'g1') });
    const view = told.view();
    expect(view.addressed(callOf(view, 2)).kind).toBe('deleted-queue');
    expect(view.addressed(callOf(view, 3)).kind).toBe('unknown-queue');
  });

  test('is told to the groups that it may have taken', () => {
    const told = story();
    told.add(aGroup('q1', 'g2'));
    told.add(aQueue('q2'));
    told.add(aGroup('q2', 'g3'));
    deleted(told);
    deleted(told, { target: `${QUEUES}/q1/groups/%67%31` });
    deleted(told, { target: `${QUEUES}/q1`, outcome: failure() });
    deleted(told, { target: `${QUEUES}/q1`, outcome: answer(403) });
    deleted(told, { target: `${QUEUES}/q1/groups/g2`, outcome: answer(409) });
    deleted(told, { target: `${QUEUES}/q2/groups/g1` });
    deleted(told, { target: `${QUEUES}/q2/groups/g3` });
    const view = told.view();
    const sent = [1, 2, 3, 7].map((id) => callOf(view, id).left);
    expect(view.groups.map(({ id, deletions }) => [id, deletions.map(({ left }) => left)])).toEqual([
      ['g1', sent.slice(0, 3)],
      ['g2', sent.slice(2, 3)],
      ['g3', sent.slice(3)],
    ]);
  });

  test.for<readonly [string, readonly Deleted[], boolean, boolean]>([
    ['none', [], true, true],
    ['one that may be over', [{ when: [2, 12.5], outcome: answer(503) }], false, false],
    ['one that was under way', [{ when: [12.5, 14] }], false, false],
    ['one that came later', [{ when: [13, 14] }], true, true],
  ])('with %s, an acknowledgement still has its due: %s', ([, deletions, due, alone]) => {
    const told = story({ letters: 2 });
    told.consume([1, 2], 'ack_wait=300', [0]);
    const [second = ''] = told.consume([3, 4], 'ack_wait=300', [1]);
    for (const one of deletions) deleted(told, one);
    told.acknowledge([12, 13], [second], [1, 0]);
    expect(told.group().acknowledgements[0]?.dueAlone !== undefined).toBe(alone);
    expect(told.group().acknowledgements[0]?.due).toBeUndefined();
    const other = story({ letters: 1 });
    const [only = ''] = other.consume([1, 2], 'ack_wait=300', [0]);
    for (const one of deletions) deleted(other, one);
    other.acknowledge([12, 13], [only], [1, 0]);
    expect(other.group().acknowledgements[0]?.due !== undefined).toBe(due);
  });

  test('takes from an acknowledgement only what was due', () => {
    const told = story({ letters: 1 });
    const [handler = ''] = told.consume([1, 2], '', [0]);
    deleted(told, { outcome: failure() });
    told.acknowledge([12, 13], [handler], [1, 0]);
    const group = told.group();
    const [view] = group.acknowledgements;
    expect(view).toMatchObject({ shape: 'in-order', ceiling: 1, due: undefined, dueAlone: undefined });
    expect(group.letters.map((letter) => view?.fateOf(letter))).toEqual(['settled']);
  });

  test('that is surely over leaves no acknowledgement to its group', () => {
    const told = story({ letters: 1 });
    const [handler = ''] = told.consume([1, 2], '', [0]);
    deleted(told);
    told.acknowledge([12, 13], [handler], [1, 0]);
    expect(told.group().acknowledgements).toEqual([]);
  });
});

describe('the initialisation of a group that was just made (K6)', () => {
  /** How the last call was answered. */
  function replyOf(told: Story): string | undefined {
    return told.view().calls.at(-1)?.reply;
  }
  /** A group that was made at 100. */
  function made(): Story {
    const told = story();
    told.add(aGroup('q1', 'g2', { at: 100 }));
    return told;
  }
  const path = deadLettersOf('q1', 'g2');

  test.for<readonly [string, When, Answer, string]>([
    ['at once', 100, answer(404), 'transient'],
    ['after 19.9 s', [119.9, 125], answer(404), 'transient'],
    ['after 20 s', [120, 125], answer(404), 'rejected'],
    ['but with 400', 100, answer(400), 'rejected'],
    ['but with 400/10240032', 100, answer(400, { error_code: 'DMS.10240032' }), 'transient'],
    ['but with 500', 100, answer(500), 'other'],
  ])('lets a 404 say nothing: %s', ([, when, outcome, reply]) => {
    const told = made();
    told.exchange(when, { target: path, outcome });
    expect(replyOf(told)).toBe(reply);
  });

  test.for<readonly [string, When, When, string]>([
    ['before', [101, 102], [102, 103], 'rejected'],
    ['while the 404 was under way', [101, 104], [103.9, 105], 'transient'],
    ['only after it', [106, 107], [103, 105], 'transient'],
  ])('is over as soon as the group answered: %s', ([, answered, when, reply]) => {
    const told = made();
    told.exchange(answered, { target: path, outcome: EMPTY });
    const id = told.exchange(when, { target: path, outcome: answer(404) });
    expect(callOf(told.view(), id).reply).toBe(reply);
  });

  test('is over by the first of several answers, whichever was asked for first', () => {
    const told = made();
    told.exchange([101, 110], { target: path, outcome: EMPTY });
    told.exchange([102, 103], { target: path, outcome: EMPTY });
    told.exchange([104, 115], { target: path, outcome: EMPTY });
    told.exchange([105, 106], { target: path, outcome: answer(404) });
    expect(callOf(told.view(), 4).reply).toBe('rejected');
  });

  test('is not over by what was refused, nor by the answer of another group', () => {
    const told = made();
    told.exchange([101, 102], { target: path, outcome: answer(400) });
    told.exchange([101, 102], { target: told.path, outcome: EMPTY });
    told.exchange([105, 106], { target: path, outcome: answer(404) });
    expect(replyOf(told)).toBe('transient');
  });

  test('concerns no group that nobody made', () => {
    const told = made();
    told.exchange([101, 102], { target: deadLettersOf('q1', 'g9'), outcome: answer(404) });
    expect(replyOf(told)).toBe('rejected');
  });

  test('lets an acknowledgement that was answered with 404 do nothing', () => {
    const told = story({ letters: 1 });
    told.acknowledge(1, ['h'], answer(404));
    expect(told.group().acknowledgements[0]?.call.reply).toBe('transient');
  });
});
