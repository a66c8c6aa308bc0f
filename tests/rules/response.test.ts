import { describe, expect, test } from 'vitest';
import type { Answer, Failure } from '../../schemas/types.ts';
import { broken, findings, held, noted, undecided } from '../support/findings.ts';
import { answer, failure, story, type Story } from '../support/history.ts';

/** One consume and how it was answered; so late that a 404 is no initialisation of the group any more (K6). */
function consumed(outcome: Answer | Failure, query = '', told = story({ letters: 1 })): Story {
  told.consume([30, 31], query, outcome);
  return told;
}

/** One consume that was answered with 200 and these elements. */
function elements(list: readonly unknown[], told?: Story): Story {
  return consumed(answer(200, list), '', told);
}

/** An answer whose bytes were no UTF-8; these are ["ä"] in Latin-1. */
function latin1(status = 200): Answer {
  return { kind: 'answer', status, headers: [], body: { encoding: 'base64', data: 'WyLkIl0=' } };
}

/** JSON nested one deeper than is looked into, or just not. */
function nested(depth: number): string {
  return `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
}

function withHeaders(outcome: Answer, ...headers: Answer['headers']): Answer {
  return { ...outcome, headers };
}

const REDRIVE_OFF = {
  type: 'queue',
  scenario: 'chapter/case',
  queue: 'q2',
  mode: 'NORMAL',
  redrive: false,
  maxConsumeCount: 1,
} as const;

describe('a lawful consume of an existing group is answered with 200', () => {
  const CLAUSE = 'consume.response.status-200';
  const brokenBy = (status: number): ReturnType<typeof broken> =>
    broken('a lawful consume of an existing group is answered with 200', `it was answered with ${status}`, 1);

  test.for([
    ['200', answer(200, []), held(1)],
    // Only 200 is listed (F2).
    ['204', answer(204), brokenBy(204)],
    ['201', answer(201, []), brokenBy(201)],
    ['302', answer(302), brokenBy(302)],
    ['400', answer(400), brokenBy(400)],
    ['404', answer(404, '{"error_code":"DMS.10240401"}'), brokenBy(404)],
    ['500', answer(500), brokenBy(500)],
    ['502', answer(502), brokenBy(502)],
    // Unavailable, throttled, or about the credentials: it says nothing of the call (guard 1, J3).
    ['503', answer(503), undecided(1)],
    ['504', answer(504), undecided(1)],
    ['429', answer(429), undecided(1)],
    ['401', answer(401), undecided(1)],
    ['404 for throttling', answer(404, '{"error_code":"DMS.10240407"}'), undecided(1)],
    ['400 for initialisation', answer(400, '{"error_code":"DMS.10240032"}'), undecided(1)],
    ['nothing, after it was sent', failure(), undecided(1)],
    ['nothing, since it was not sent', failure({ cause: 'unreachable', bytesLeft: false }), undecided(1)],
  ] as const)('%s', ([, outcome, finding]) => {
    expect(findings(consumed(outcome), CLAUSE)).toEqual([finding]);
  });

  test.for(['max_msgs=11', 'ack_wait=abc', 'time_wait=3s', 'limit=1', 'max_msgs='])(
    'nothing is said of a query that has to be refused or may be, such as %s',
    (query) => {
      expect(findings(consumed(answer(400), query), CLAUSE)).toEqual([]);
      expect(findings(consumed(answer(200, []), query), CLAUSE)).toEqual([]);
    },
  );

  test('nothing is said of a group that does not exist, nor of one without dead letters', () => {
    const told = story({ letters: 1 });
    told.add(REDRIVE_OFF);
    told.add({ type: 'group', scenario: 'chapter/case', queue: 'q2', group: 'g2', ours: true, at: 0 });
    told.exchange(30, { target: '/v1.0/p1/queues/q1/groups/g9/deadletters', outcome: answer(404) });
    told.exchange(31, { target: '/v1.0/p1/queues/q2/groups/g2/deadletters', outcome: answer(400) });
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('each consume is judged for itself', () => {
    const told = story({ letters: 1 });
    told.consume(1, '', [0]);
    told.acknowledge(2, ['h1.0'], [1, 0]);
    told.consume(3, '', answer(500));
    expect(findings(told, CLAUSE)).toEqual([
      held(1),
      broken('a lawful consume of an existing group is answered with 200', 'it was answered with 500', 3),
    ]);
  });
});

describe('what was handed out stands in an array (F1)', () => {
  const CLAUSE = 'consume.response.array';
  const delivered = { message: { body: 'x' }, handler: 'h' };

  test.for([
    ['one dead letter in an array', answer(200, [delivered]), [held(1)]],
    ['several', answer(200, [delivered, delivered]), [held(1)]],
    ['an array of what is no dead letter', answer(200, [1]), [held(1)]],
    [
      'one dead letter alone',
      answer(200, delivered),
      [broken('the body of a 200 answer is a JSON array', 'it was a JSON object', 1)],
    ],
    [
      'dead letters in what is no JSON',
      answer(200, '[{"message":{"body":"x"},"handler":"h"}'),
      [broken('the body of a 200 answer is a JSON array', 'it was no JSON', 1)],
    ],
    [
      'dead letters in an object, as the list of another call',
      answer(200, { messages: [{ message: { body: 'x' }, handler: 'h' }] }),
      [broken('the body of a 200 answer is a JSON array', 'it was a JSON object', 1)],
    ],
    [
      'a handler behind whitespace',
      answer(200, '{"list":[{"handler" :"h"}]}'),
      [broken('the body of a 200 answer is a JSON array', 'it was a JSON object', 1)],
    ],
    [
      'a message that we sent, without a handler',
      answer(200, { message: { body: 'dmsc-test-a-1' } }),
      [broken('the body of a 200 answer is a JSON array', 'it was a JSON object', 1)],
    ],
    // What cannot be read may be an array.
    ['bytes that are no UTF-8', latin1(), [undecided(1)]],
    ['a handler in what is nested too deep', answer(200, `[{"handler":"h","message":${nested(512)}}]`), [undecided(1)]],
    // Whether nothing was handed out rightly is asked elsewhere (F2).
    ['an empty array', answer(200, []), []],
    ['no body', answer(200, ''), []],
    ['null', answer(200, 'null'), []],
    ['an empty object', answer(200, '{}'), []],
    ['a string that speaks of a handler', answer(200, '"handler"'), []],
    ['no JSON at all', answer(200, 'nothing'), []],
    ['nesting that is just looked into', answer(200, nested(512)), []],
    ['another status', answer(201, [delivered]), []],
  ] as const)('%s', ([, outcome, expected]) => {
    expect(findings(consumed(outcome), CLAUSE)).toEqual(expected);
  });
});

describe('an empty answer is 200 with an empty array (F2)', () => {
  const CLAUSE = 'consume.empty.array';
  const brokenBy = (what: string): ReturnType<typeof broken> => broken('an empty answer is 200 with []', what, 1);

  test.for([
    ['[]', answer(200, []), [held(1)]],
    ['[] with whitespace', answer(200, ' [ ]\n'), [held(1)]],
    ['no body', answer(200, ''), [brokenBy('its body was no body')]],
    ['no JSON', answer(200, 'nothing'), [brokenBy('its body was no JSON')]],
    ['null', answer(200, 'null'), [brokenBy('its body was a JSON null')]],
    ['{}', answer(200, '{}'), [brokenBy('its body was a JSON object')]],
    ['a string', answer(200, '""'), [brokenBy('its body was a JSON string')]],
    ['a string that speaks of a handler', answer(200, '"handler"'), [brokenBy('its body was a JSON string')]],
    ['an object that is deep', answer(200, nested(512)), [brokenBy('its body was a JSON object')]],
    ['204', answer(204), [brokenBy('it was 204')]],
    // Something was handed out: that it stands in no array is another clause (F1).
    ['a dead letter in an array', answer(200, [{ handler: 'h' }]), []],
    ['a dead letter alone', answer(200, { message: { body: 'x' }, handler: 'h' }), []],
    ['dead letters in what is no JSON', answer(200, '[{"handler":"h"}'), []],
    [
      'dead letters in an object, as the list of another call',
      answer(200, { messages: [{ message: { body: 'x' }, handler: 'h' }] }),
      [],
    ],
    ['a message that we sent, without a handler', answer(200, { message: { body: 'dmsc-test-a-1' } }), []],
    // What cannot be read may hold something: that its bytes are no UTF-8 is another clause (F6).
    ['bytes that are no UTF-8', latin1(), [undecided(1)]],
    ['what is nested too deep', answer(200, nested(513)), [undecided(1)]],
    ['an array that is nested too deep', answer(200, `[${nested(512)}]`), [undecided(1)]],
    // What is no 200 is judged as such.
    ['404', answer(404, 'null'), []],
    ['503', answer(503), []],
    ['no answer', failure(), []],
  ] as const)('%s', ([, outcome, expected]) => {
    expect(findings(consumed(outcome), CLAUSE)).toEqual(expected);
  });

  test('204 says nothing where the documents leave the call open', () => {
    for (const query of ['max_msgs=11', 'max_msgs=', 'limit=1']) {
      expect(findings(consumed(answer(204), query), CLAUSE)).toEqual([]);
    }
    const told = story({ letters: 1 });
    told.exchange(30, { target: '/v1.0/p1/queues/q1/groups/g9/deadletters', outcome: answer(204) });
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('every element has an object message', () => {
  const CLAUSE = 'consume.response.message';

  test.for([
    [{ message: {}, handler: 'h' }, undefined],
    [{ message: { body: null }, handler: 'h' }, undefined],
    [{ handler: 'h' }, 'message is absent'],
    [{ message: null, handler: 'h' }, 'message is null'],
    [{ message: '{"body":1}', handler: 'h' }, 'message is string'],
    [{ message: [{ body: 1 }], handler: 'h' }, 'message is array'],
    ['text', 'it is string'],
    [null, 'it is null'],
    [[], 'it is array'],
    [7, 'it is number'],
  ] as const)('%j: %s', ([element, observed]) => {
    const expected =
      observed === undefined ? held(1) : broken('every element has an object message', `element 1: ${observed}`, 1);
    expect(findings(elements([{ message: {}, handler: 'first' }, element]), CLAUSE)).toEqual([held(1), expected]);
  });

  test('an empty answer has no elements, and one that is no 200 is not read', () => {
    expect(findings(elements([]), CLAUSE)).toEqual([]);
    expect(findings(consumed(answer(201, [{ handler: 'h' }])), CLAUSE)).toEqual([]);
  });

  test('an object alone counts as an element', () => {
    expect(findings(consumed(answer(200, { handler: 'h' })), CLAUSE)).toEqual([
      broken('every element has an object message', 'element 0: message is absent', 1),
    ]);
  });
});

describe('every message has a body', () => {
  test.for([
    [{ body: 'x' }, held(1)],
    // Whatever it is: null is a body, too.
    [{ body: null }, held(1)],
    [{}, broken('every message has a body', 'element 0: there is no member body', 1)],
    [{ Body: 1 }, broken('every message has a body', 'element 0: there is no member body', 1)],
    // That there is no message is another clause.
    [undefined, held(1)],
  ] as const)('%j', ([message, finding]) => {
    expect(findings(elements([{ message, handler: 'h' }]), 'consume.response.body')).toEqual([finding]);
  });
});

describe('every element has a handler that is a string and not empty (C7)', () => {
  const CLAUSE = 'consume.response.handler';
  const brokenBy = (what: string): ReturnType<typeof broken> =>
    broken('every element has a handler that is a string and not empty', `element 0: ${what}`, 1);

  test.for([
    [{ handler: 'h' }, held(1)],
    // Opaque, and of any length.
    [{ handler: ' ' }, held(1)],
    [{ handler: 'x'.repeat(10_000) }, held(1)],
    [{ handler: '' }, brokenBy('handler is empty')],
    [{}, brokenBy('handler is absent')],
    [{ handler: null }, brokenBy('handler is null')],
    [{ handler: 1 }, brokenBy('handler is number')],
    [{ handler: ['h'] }, brokenBy('handler is array')],
    ['h', brokenBy('handler is absent')],
  ] as const)('%j', ([element, finding]) => {
    expect(findings(elements([element]), CLAUSE)).toEqual([finding]);
  });
});

describe('within one answer a handler names one dead letter only (C7)', () => {
  const CLAUSE = 'consume.response.handler-unique';
  const twice = (id: number): ReturnType<typeof broken> =>
    broken('every handler of an answer names one dead letter', 'one stands there twice', id);

  test.for([
    [['a', 'b'], [held(1)]],
    [['a', 'b', 'a'], [twice(1)]],
    [['a', 'a'], [twice(1)]],
    // Nothing to compare.
    [['a'], []],
    [[], []],
    // What is no handler is another clause; the rest is compared all the same.
    [['a', undefined], []],
    [[undefined, undefined], []],
    [['a', undefined, 'b'], [held(1)]],
    [['a', undefined, 'a'], [twice(1)]],
  ] as const)('%j', ([handlers, expected]) => {
    const list = handlers.map((handler) => ({ message: {}, handler }));
    expect(findings(elements(list), CLAUSE)).toEqual(expected);
  });

  describe('of two dead letters in flight at once', () => {
    const shared = (at: number, act?: (told: Story) => void): ReturnType<typeof findings> => {
      const told = story({ letters: 2 });
      told.consume(1, 'ack_wait=60', [[0, 'a']]);
      act?.(told);
      told.consume(at, 'ack_wait=60', [[1, 'a']]);
      return findings(told, CLAUSE);
    };
    const BOTH = broken(
      'every handler names one dead letter',
      'one of dmsc-test-a-1, which is in flight, was handed out for dmsc-test-a-2, too',
      1,
      2,
    );

    test('by two answers', () => expect(shared(58)).toEqual([BOTH]));
    test('not when the lease of the first may be over', () => expect(shared(60)).toEqual([]));
    test('not when the first was acknowledged', () =>
      expect(shared(58, (told) => told.acknowledge(30, ['a'], [1, 0]))).toEqual([]));
    test('not when it is one dead letter that came again', () => {
      const told = story({ letters: 1 });
      told.consume(1, 'ack_wait=60', [[0, 'a']]);
      told.consume(30, 'ack_wait=60', [[0, 'a']]);
      expect(findings(told, CLAUSE)).toEqual([]);
    });
    test('not when the two answers overlap', () => {
      const told = story({ letters: 2 });
      told.consume([1, 40], 'ack_wait=60', [[0, 'a']]);
      told.consume([30, 41], 'ack_wait=60', [[1, 'a']]);
      expect(findings(told, CLAUSE)).toEqual([]);
    });
  });

  test('over several answers it may come again (C3)', () => {
    const told = story({ letters: 2 });
    told.consume(1, '', [
      [0, 'a'],
      [1, 'b'],
    ]);
    told.consume(60, '', [
      [0, 'a'],
      [1, 'b'],
    ]);
    told.consume(120, '', [
      [0, 'a'],
      [1, 'a'],
    ]);
    expect(findings(told, CLAUSE)).toEqual([held(1), held(2), twice(3)]);
  });
});

describe('attributes', () => {
  /** A letter sent with these attributes, and what came back in the place of them. */
  function attributed(sent: string | null, got: unknown): Story {
    const told = story();
    told.letter([0, 0], { attributes: sent });
    return elements([{ message: { body: { tag: told.tags[0] }, attributes: got }, handler: 'h' }], told);
  }

  describe('that were sent come back as an object (F4)', () => {
    const CLAUSE = 'consume.response.attributes';
    const brokenBy = (kind: string): ReturnType<typeof broken> =>
      broken('attributes that were sent come back as an object', `attributes is ${kind}`, 1);

    test.for([
      ['{"a":"1"}', { a: '1' }, [held(1)]],
      // Whether they are the same is another clause.
      ['{"a":"1"}', {}, [held(1)]],
      ['{"a":"1"}', undefined, [brokenBy('absent')]],
      ['{"a":"1"}', null, [brokenBy('null')]],
      ['{"a":"1"}', '{"a":"1"}', [brokenBy('string')]],
      ['{"a":"1"}', [{ a: '1' }], [brokenBy('array')]],
      [' { "a" : "1" } ', null, [brokenBy('null')]],
      // An empty object is as good as none.
      ['{}', undefined, []],
      [' {\n} ', null, []],
      ['{}', {}, [held(1)]],
      // None were sent: what stands there is left to the endpoint.
      [null, undefined, []],
      [null, null, []],
      [null, {}, []],
      [null, 'x', []],
    ] as const)('%s as %j', ([sent, got, expected]) => {
      expect(findings(attributed(sent, got), CLAUSE)).toEqual(expected);
    });

    test('what was sent as no object need not become one', () => {
      for (const sent of ['"a"', '[1]', 'null', '7']) {
        expect(findings(attributed(sent, null), CLAUSE)).toEqual([]);
      }
    });

    test('nothing is said of a stranger, nor of an element without a message', () => {
      const told = story();
      told.letter([0, 0], { attributes: '{"a":"1"}' });
      told.letter([0, 0], { attributes: '{"a":"1"}' });
      elements([{ message: { body: 'unknown' }, handler: 'a' }, { handler: 'b' }], told);
      expect(findings(told, CLAUSE)).toEqual([]);
    });

    test('nor of a dead letter that has lost its message', () => {
      const told = story();
      // The only one of its group, so that it is recognised without its tag.
      told.letter([0, 0], { attributes: '{"a":"1"}' });
      elements([{ handler: 'h' }], told);
      expect(findings(told, CLAUSE)).toEqual([]);
    });
  });

  describe('that were not sent', () => {
    const CLAUSE = 'consume.response.no-attributes';

    test.for([
      [undefined, 'absent'],
      [null, 'null'],
      [{}, 'object'],
      ['', 'string'],
    ] as const)('leave %j: it is noted', ([got, kind]) => {
      expect(findings(attributed(null, got), CLAUSE)).toEqual([noted(`without attributes the member is ${kind}`, 1)]);
    });

    test('are not spoken of where the message is missing, too', () => {
      for (const element of [{ handler: 'h' }, { handler: 'h', message: 'text' }]) {
        expect(findings(elements([element], story({ letters: 1 })), CLAUSE)).toEqual([]);
      }
    });

    test('are not spoken of where some were sent, or nothing was', () => {
      expect(findings(attributed('{"a":"1"}', null), CLAUSE)).toEqual([]);
      expect(findings(attributed('{}', {}), CLAUSE)).toEqual([]);
      const told = story({ letters: 2 });
      told.consume(1, '', [9]);
      expect(findings(told, CLAUSE)).toEqual([]);
    });
  });
});

describe('members beyond the documented ones are noted (F5)', () => {
  test.for([
    [{ message: { body: 1, attributes: {} }, handler: 'h' }, 'no extra members'],
    [{}, 'no extra members'],
    [{ message: { body: 1, tags: [] }, handler: 'h', id: 7 }, 'extra members id, message.tags'],
    // The same name on the other level is an extra one.
    [{ message: { message: 1, handler: 1 }, handler: 'h' }, 'extra members message.message, message.handler'],
    [{ body: 1, attributes: 1, handler: 'h' }, 'extra members body, attributes'],
    // Five are enough for people.
    [{ a: 1, b: 1, c: 1, d: 1, e: 1 }, 'extra members a, b, c, d, e'],
    [{ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }, 'extra members a, b, c, d, e'],
    // What is no object has no members.
    ['text', 'no extra members'],
    [[1], 'no extra members'],
    [{ message: ['text'], handler: 'h' }, 'no extra members'],
  ] as const)('%j: %s', ([element, observed]) => {
    expect(findings(elements([element]), 'consume.response.extra-members')).toEqual([noted(observed, 1)]);
  });
});

describe('the answer says application/json (F6)', () => {
  const CLAUSE = 'consume.response.content-type';
  const brokenBy = (observed: string): ReturnType<typeof broken> =>
    broken('the answer says application/json', observed, 1);
  const typed = (type: string, name = 'Content-Type'): Answer => withHeaders(answer(200, []), [name, type]);

  test.for([
    // Any parameters, and in any case.
    ['application/json', held(1)],
    ['Application/JSON', held(1)],
    ['application/json; charset=utf-8', held(1)],
    ['application/json;charset=utf-8', held(1)],
    ['application/json ;charset=utf-8', held(1)],
    [' application/json ', held(1)],
    ['application/jsonp', brokenBy('it says application/jsonp')],
    ['application/json-seq', brokenBy('it says application/json-seq')],
    ['application/json x', brokenBy('it says application/json x')],
    ['x-application/json', brokenBy('it says x-application/json')],
    ['text/plain; application/json', brokenBy('it says text/plain; application/json')],
    ['text/html', brokenBy('it says text/html')],
    ['', brokenBy('it says ')],
  ] as const)('%j', ([type, finding]) => {
    expect(findings(consumed(typed(type)), CLAUSE)).toEqual([finding]);
  });

  test('its name may be spelled in any case, and other headers are not it', () => {
    for (const name of ['content-type', 'CONTENT-TYPE', 'Content-type']) {
      expect(findings(consumed(typed('application/json', name)), CLAUSE)).toEqual([held(1)]);
    }
    expect(findings(consumed(typed('application/json', 'X-Content-Type')), CLAUSE)).toEqual([
      brokenBy('it has no Content-Type'),
    ]);
    const among = withHeaders(answer(200, []), ['Date', 'now'], ['Content-Type', 'text/plain'], ['Server', 'x']);
    expect(findings(consumed(among), CLAUSE)).toEqual([brokenBy('it says text/plain')]);
  });

  test('nothing is said of an answer without a body, nor of one that is no 200', () => {
    expect(findings(consumed(answer(200, '')), CLAUSE)).toEqual([]);
    expect(findings(consumed(answer(404, '<html>')), CLAUSE)).toEqual([]);
    expect(findings(consumed(answer(503, '<html>')), CLAUSE)).toEqual([]);
    expect(findings(consumed(failure()), CLAUSE)).toEqual([]);
  });

  test('acknowledgements are not consumes', () => {
    const told = story({ letters: 1 });
    told.acknowledge(2, ['h'], [1, 0]);
    for (const clause of [CLAUSE, 'consume.response.utf8', 'consume.response.clean-json']) {
      expect(findings(told, clause)).toEqual([]);
    }
  });
});

describe('the answer is UTF-8 (F6)', () => {
  const CLAUSE = 'consume.response.utf8';

  test.for([
    ['a 200 that is', answer(200, ['ä😀']), [held(1)]],
    ['a 200 that is not', latin1(), [broken('the answer is UTF-8', 'its bytes are not', 1)]],
    ['an error that is', answer(404, '{"message":"ä"}'), [held(1)]],
    // An error page of somebody before the endpoint need be no JSON, so that it says nothing of JSON.
    ['an error that is not', latin1(404), []],
    ['an error page that is', answer(502, '<html>ä</html>'), []],
    ['a 200 that is no JSON', answer(200, '<html>ä</html>'), []],
    ['no body', answer(200, ''), []],
    ['no answer', failure(), []],
  ] as const)('%s', ([, outcome, expected]) => {
    expect(findings(consumed(outcome), CLAUSE)).toEqual(expected);
  });
});

describe('a byte order mark, or a member name twice in one object (F6)', () => {
  const CLAUSE = 'consume.response.clean-json';
  const mark = broken('no byte order mark', 'the answer starts with one', 1);
  const twice = (name: string): ReturnType<typeof broken> =>
    broken('no member name twice in one object', `${name} stands twice`, 1);

  test.for([
    ['[]', [held(1)]],
    ['[{"handler":"a","message":{"body":"handler"}},{"handler":"b"}]', [held(1)]],
    ['\ufeff[]', [mark]],
    // Within a string it is a character like others.
    ['["\ufeff"]', [held(1)]],
    ['[{"handler":"a","handler":"b"}]', [twice('"handler"')]],
    ['[{"message":{"body":1,"\\u0062ody":2}}]', [twice('"body"')]],
    ['[{"a\\"":1,"a\\"":2}]', [twice('"a\\""')]],
    // Both: the first thing that a client stumbles over.
    ['\ufeff[{"a":1,"a":2}]', [mark]],
    // What is no JSON is judged elsewhere.
    ['', []],
    ['[{"a":1,"a":2}', []],
    ['\ufeff', []],
  ] as const)('%j', ([text, expected]) => {
    expect(findings(consumed(answer(200, text)), CLAUSE)).toEqual(expected);
  });

  test('nothing is said of errors, of other bytes, or of no answer', () => {
    for (const outcome of [answer(404, '{"a":1,"a":2}'), answer(500, '\ufeff{}'), latin1(), failure()]) {
      expect(findings(consumed(outcome), CLAUSE)).toEqual([]);
    }
  });
});
