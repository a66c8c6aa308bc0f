import { describe, expect, test } from 'vitest';
import type { Answer, Exchange, Failure } from '../../schemas/types.ts';
import {
  before,
  isRecord,
  mayHaveTaken,
  mayPrecede,
  readCall,
  type AcknowledgeCall,
  type Call,
  type ConsumeCall,
} from '../../src/history/calls.ts';
import { makeTag, tagsIn } from '../../src/history/tags.ts';
import { answer, failure } from '../support/history.ts';

const GROUP = '/v1.0/p1/queues/q1/groups/g1';

interface Parts {
  readonly method?: string;
  readonly target?: string;
  readonly body?: string;
  readonly headers?: Exchange['request']['headers'];
  readonly outcome?: Answer | Failure;
  readonly lag?: number;
  readonly clock?: Exchange['clock'];
}

function call(parts: Parts = {}): Call | undefined {
  const { method = 'GET', target = `${GROUP}/deadletters`, body, headers = [], outcome = answer(200, []) } = parts;
  return readCall({
    type: 'exchange',
    scenario: 's',
    id: 7,
    consumer: 'c1',
    attempt: 1,
    request: { method, target, headers, ...(body === undefined ? {} : { body: { encoding: 'utf8', data: body } }) },
    sent: 10,
    received: 12,
    lag: parts.lag ?? 0,
    ...(parts.clock === undefined ? {} : { clock: parts.clock }),
    outcome,
  });
}

function consume(parts: Parts = {}): ConsumeCall {
  const read = call(parts);
  if (read?.kind !== 'consume') throw new TypeError(`it is a ${read?.kind}`);
  return read;
}

function acknowledge(body: string, parts: Parts = {}): AcknowledgeCall {
  const read = call({ method: 'POST', target: `${GROUP}/deadletters/ack`, body, outcome: answer(200, '{}'), ...parts });
  if (read?.kind !== 'acknowledge') throw new TypeError(`it is a ${read?.kind}`);
  return read;
}

describe('what an exchange is, its method and path say', () => {
  test.for([
    ['GET', `${GROUP}/deadletters`, 'consume'],
    ['GET', `${GROUP}/deadletters?max_msgs=1`, 'consume'],
    ['POST', `${GROUP}/deadletters/ack`, 'acknowledge'],
    ['GET', `${GROUP}/messages?max_msgs=1`, 'consume-normal'],
    ['POST', `${GROUP}/ack`, 'acknowledge-normal'],
    ['POST', '/v1.0/p1/queues/q1/messages', 'send'],
    ['GET', '/v1.0/p1/queues/q1/groups?include_deadletter=true', 'list-groups'],
    ['DELETE', GROUP, 'delete-group'],
    ['DELETE', '/v1.0/p1/queues/q1', 'delete-queue'],
    // Neither of the two calls in its documented form.
    ['POST', `${GROUP}/deadletters`, 'other'],
    ['GET', `${GROUP}/deadletters/ack`, 'other'],
    ['HEAD', `${GROUP}/deadletters`, 'other'],
    ['GET', `${GROUP}/deadletters/`, 'other'],
    ['POST', `${GROUP}/deadletters/acknowledge`, 'other'],
    // Nothing that rules look at.
    ['POST', '/v1.0/p1/queues', undefined],
    ['POST', '/v1.0/p1/queues/q1/groups', undefined],
    ['GET', '/v1.0/p1/quotas/dms', undefined],
    ['GET', `${GROUP}/subscriptions`, undefined],
    ['GET', '/v2/p1/queues/q1/groups/g1/deadletters', undefined],
    ['GET', '', undefined],
    // Neither with another method, nor anywhere else.
    ['POST', `${GROUP}/messages`, undefined],
    ['GET', `${GROUP}/ack`, undefined],
    ['GET', GROUP, undefined],
    ['DELETE', `${GROUP}/subscriptions`, undefined],
    ['DELETE', `${GROUP}?force=true`, 'delete-group'],
    ['GET', `${GROUP}/x/deadletters`, undefined],
    ['GET', `/x${GROUP}/deadletters`, undefined],
    ['GET', '/v1.0/p1/queues/q1/groups', 'list-groups'],
    ['GET', '/x/v1.0/p1/queues/q1/groups', undefined],
    ['GET', '/v1.0/p1/queues/q1/groupsize', undefined],
    ['GET', '/v1.0/p1/x/queues/q1/groups', undefined],
    ['GET', '/v1.0/p1/queues/q1/messages', undefined],
    ['POST', '/x/v1.0/p1/queues/q1/messages', undefined],
    ['POST', '/v1.0/p1/queues/q1/messages/1', undefined],
    ['POST', '/v1.0/p1/queues/q1/x/messages', undefined],
    ['GET', '/v1.0/p1/queues/q1', undefined],
    ['DELETE', '/x/v1.0/p1/queues/q1', undefined],
    ['DELETE', '/v1.0/p1/queues/q1/x', undefined],
    ['DELETE', '/v1.0/p1/queues/q1?x', undefined],
    ['DELETE', '/v1.0/p1/queues', undefined],
  ] as const)('%s %s: %s', ([method, target, kind]) => {
    expect(call({ method, target })?.kind).toBe(kind);
  });

  test('the ids of the path are kept as they were sent', () => {
    const { project, queue, group } = consume({ target: '/v1.0/p-1/queues/a%20b/groups/%2E%2E/deadletters?x=/y' });
    expect({ project, queue, group }).toEqual({ project: 'p-1', queue: 'a%20b', group: '%2E%2E' });
    expect(consume({ target: '/v1.0/p1/queues/q1/groups//deadletters' }).group).toBe('');
  });
});

describe('where it went', () => {
  test.for([
    ['GET', '/v1.0/p-1/queues/q-2/groups', 'p-1', 'q-2', ''],
    ['POST', '/v1.0/p-1/queues/q-2/messages', 'p-1', 'q-2', ''],
    ['DELETE', '/v1.0/p-1/queues/q-2', 'p-1', 'q-2', ''],
    ['DELETE', '/v1.0/p-1/queues/q-2/groups/g-3', 'p-1', 'q-2', 'g-3'],
    ['DELETE', '/v1.0/p-1/queues/q-2/groups/g-3?x', 'p-1', 'q-2', 'g-3'],
    ['GET', '/v1.0/p-1/queues/q-2/groups/g-3/messages?x', 'p-1', 'q-2', 'g-3'],
    ['POST', '/v1.0/p-1/queues/q-2/groups/g-3/ack', 'p-1', 'q-2', 'g-3'],
    ['POST', '/v1.0/p-1/queues/q-2/groups/g-3/deadletters/ack?x', 'p-1', 'q-2', 'g-3'],
    ['GET', '/v1.0//queues//groups//deadletters', '', '', ''],
    ['GET', '/v1.0//queues//groups', '', '', ''],
    ['POST', '/v1.0//queues//messages', '', '', ''],
    ['DELETE', '/v1.0//queues/', '', '', ''],
  ] as const)('%s %s: project %j, queue %j, group %j', ([method, target, project, queue, group]) => {
    expect(call({ method, target })).toMatchObject({ id: 7, consumer: 'c1', project, queue, group });
  });

  test('of what is neither call, its method and the rest of the path are kept', () => {
    expect(call({ method: 'PUT', target: `${GROUP}/deadletters/x/y?z=/a` })).toMatchObject({
      kind: 'other',
      method: 'PUT',
      rest: '/deadletters/x/y',
    });
  });
});

describe('how it was answered', () => {
  const code = (value: unknown, member = 'error_code'): string => JSON.stringify({ [member]: value });
  test.for([
    [answer(200, []), 'ok'],
    [answer(400, code('DMS.10540010')), 'rejected'],
    [answer(404, code('DMS.10240401')), 'rejected'],
    [answer(409, ''), 'rejected'],
    [answer(499, ''), 'rejected'],
    // These say nothing about the request itself.
    [answer(401, ''), 'transient'],
    [answer(403, ''), 'transient'],
    [answer(408, ''), 'transient'],
    [answer(429, ''), 'transient'],
    [answer(404, code('DMS.10240407')), 'transient'],
    [answer(404, code(10240407, 'code')), 'transient'],
    [answer(400, code('10240032', 'code')), 'transient'],
    // The same codes with other statuses are what their statuses are.
    [answer(400, code('DMS.10240407')), 'rejected'],
    [answer(404, code('DMS.10240032')), 'rejected'],
    [answer(404, '10240407'), 'rejected'],
    // The code is found in whatever form it comes, but whole.
    [answer(404, '{"error_code":"10240407"}'), 'transient'],
    [answer(404, '{ "code" : 10240407 }'), 'transient'],
    [answer(404, '{"error":{"code":\n  "DMS.SUB.10240407"}}'), 'transient'],
    [answer(404, '{"error_code":"DMS.102404071"}'), 'rejected'],
    [answer(404, '{"error_code":"DMS.1024040"}'), 'rejected'],
    [answer(404, '{"error_code":"X10240407"}'), 'rejected'],
    [answer(404, '{"encode":"10240407"}'), 'rejected'],
    [answer(404, '{"code":"x","text":"see 10240407"}'), 'rejected'],
    [{ ...answer(404), body: { encoding: 'base64', data: '/w==' } }, 'rejected'],
    [answer(399, ''), 'other'],
    // Unavailable: the request may have had its effect.
    [answer(503, ''), 'unknown'],
    [answer(504, ''), 'unknown'],
    [failure({ cause: 'timeout' }), 'unknown'],
    [failure({ cause: 'unreachable', bytesLeft: false }), 'transient'],
    [answer(500, ''), 'other'],
    [answer(502, ''), 'other'],
    [answer(201, []), 'other'],
    [answer(204, ''), 'other'],
    [answer(302, ''), 'other'],
  ] as const)('%j is %s', ([outcome, reply]) => {
    expect(consume({ outcome }).reply).toBe(reply);
  });

  test('a status and a text there is only where an answer came', () => {
    expect(consume({ outcome: failure() })).toMatchObject({ status: undefined, text: undefined, json: undefined });
    expect(consume({ outcome: answer(404, 'gone') })).toMatchObject({ status: 404, text: 'gone', json: undefined });
    expect(consume({ outcome: answer(200, ' [1] ') })).toMatchObject({ status: 200, text: ' [1] ', json: [1] });
  });

  test('a byte order mark is one only at the beginning', () => {
    expect(consume({ outcome: answer(200, '"\ufeff"') }).json).toBe('\ufeff');
    const { deliveries } = consume({ outcome: answer(200, '\ufeff[{"handler":"h","message":{"body":1.50}}]') });
    expect(deliveries[0]).toMatchObject({ body: 1.5, spelled: { body: { text: '1.50' } } });
    const odd = consume({ outcome: answer(200, '[{"handler":"h","message":{"body":"\ufeff"}}]') });
    expect(odd.deliveries[0]?.spelled.body).toBe('\ufeff');
  });

  test('a byte order mark does not hide the JSON, but bytes that are no UTF-8 do', () => {
    expect(consume({ outcome: answer(200, '\ufeff[]') }).empty).toBe(true);
    const bytes: Answer = { kind: 'answer', status: 200, headers: [], body: { encoding: 'base64', data: 'W10=' } };
    expect(consume({ outcome: bytes })).toMatchObject({ text: undefined, json: undefined, empty: false });
  });

  test('only an empty array proves that there was nothing', () => {
    const empties = [[], {}, '', null, [null]].map(
      (body) => consume({ outcome: answer(200, JSON.stringify(body)) }).empty,
    );
    expect(empties).toEqual([true, false, false, false, false]);
    expect(consume({ outcome: answer(204, '[]') }).empty).toBe(false);
    expect(consume({ outcome: answer(200, '') }).empty).toBe(false);
  });
});

describe('when it happened', () => {
  test('on the wall clock our own lateness widens both instants inwards', () => {
    // The request left no sooner than stamped, and the answer arrived no later.
    expect(consume({ lag: 0.5 })).toMatchObject({ left: 10, arrived: 12, sent: [10, 10.5], received: [11.5, 12] });
    expect(consume({ lag: 30 }).received).toEqual([10, 12]);
  });

  test('on a controlled clock its bounds are the instants', () => {
    const clock = { sent: [100, 100], received: [100, 130] } satisfies Exchange['clock'];
    expect(consume({ clock, lag: 1 })).toMatchObject({ left: 10, arrived: 12, sent: [100, 100], received: [100, 130] });
  });

  test.for([
    [[0, 1], [2, 3], true, true],
    [[0, 2], [2, 3], true, true],
    [[0, 2.5], [2, 3], false, true],
    [[2, 3], [0, 2.5], false, true],
    [[2, 3], [0, 1], false, false],
    [[2, 3], [0, 2], false, false],
    [[0, 9], [2, 3], false, true],
  ] as const)('%j is before %j: %s, may precede it: %s', ([first, second, surely, maybe]) => {
    const placed = ([left, arrived]: readonly [number, number]): { left: number; arrived: number } => ({
      left,
      arrived,
    });
    expect(before(placed(first), placed(second))).toBe(surely);
    expect(mayPrecede(placed(first), placed(second))).toBe(maybe);
  });
});

describe('a consume', () => {
  test('without a query is lawful', () => {
    expect(consume().query).toMatchObject({ standing: 'legal', unknown: [] });
    expect(consume({ target: `${GROUP}/deadletters?limit=1` }).query.unknown).toEqual(['limit']);
  });

  test('takes a lease as long as its ack_wait, or one that is open', () => {
    const lease = (query: string): ConsumeCall['lease'] => consume({ target: `${GROUP}/deadletters${query}` }).lease;
    expect(lease('')).toEqual({ least: 30, most: 30 });
    expect(lease('?ack_wait=')).toEqual({ least: 30, most: 30 });
    expect(lease('?ack_wait=60')).toEqual({ least: 60, most: 60 });
    for (const open of ['?ack_wait=14', '?ack_wait=3s', '?ack_wait=30&ack_wait=60']) {
      expect(lease(open)).toEqual({ least: 0, most: 300 });
    }
  });

  test('delivers what its array holds, with the spelling of numbers beside', () => {
    const { deliveries } = consume({
      outcome: answer(
        200,
        '[{"handler":"h1","message":{"body":{"n":1.50},"attributes":{"a":"b"}}},{"handler":2},7,null]',
      ),
    });
    expect(deliveries.map(({ index, handler, body }) => [index, handler, body])).toEqual([
      [0, 'h1', { n: 1.5 }],
      [1, undefined, undefined],
      [2, undefined, undefined],
      [3, undefined, undefined],
    ]);
    expect(deliveries[0]?.attributes).toEqual({ a: 'b' });
    expect(deliveries[0]?.spelled.body).toMatchObject({ n: { text: '1.50' } });
  });

  test('that is answered with one object instead of an array delivers that one', () => {
    const { deliveries, empty } = consume({ outcome: answer(200, { handler: 'h1', message: { body: 'x' } }) });
    expect(deliveries).toMatchObject([{ index: 0, handler: 'h1', body: 'x', spelled: { body: 'x' } }]);
    expect(empty).toBe(false);
  });

  test('delivers what has no handler only where it stands in an array', () => {
    expect(consume({ outcome: answer(200, { message: { body: 'x' } }) }).deliveries).toEqual([]);
    expect(consume({ outcome: answer(200, { handler: 7 }) }).deliveries).toMatchObject([{ handler: undefined }]);
    expect(consume({ outcome: answer(200, '"handler"') }).deliveries).toEqual([]);
    expect(consume({ outcome: answer(200, [{ message: { body: 'x' } }]) }).deliveries).toMatchObject([{ body: 'x' }]);
  });

  test.for([['text'], [['x']], [null], [7]] as const)('knows no body where the message is %j', ([message]) => {
    const { deliveries } = consume({ outcome: answer(200, [{ handler: 'h', message }]) });
    expect(deliveries).toMatchObject([
      { handler: 'h', message: undefined, body: undefined, attributes: undefined, spelled: {} },
    ]);
    expect(deliveries[0]?.spelled).toEqual({ body: undefined, attributes: undefined });
  });

  test('keeps each element as it came, with its message and its attributes in both spellings', () => {
    const read = consume({ outcome: answer(200, '[7,{"handler":"h","message":{"body":"b","attributes":{"n":1e0}}}]') });
    const [first, second] = read.deliveries;
    expect(first).toMatchObject({ consume: read, element: 7, message: undefined });
    expect(second).toMatchObject({
      consume: read,
      element: { handler: 'h', message: { body: 'b', attributes: { n: 1 } } },
      message: { body: 'b', attributes: { n: 1 } },
      attributes: { n: 1 },
      spelled: { body: 'b', attributes: { n: { text: '1e0' } } },
    });
  });

  test.for([
    ['was lost', failure(), true],
    ['was answered 503', answer(503), true],
    ['was answered 504', answer(504), true],
    ['was answered 500', answer(500), true],
    ['was answered 204', answer(204), true],
    ['was answered 408', answer(408), true],
    ['was answered with an object', answer(200, '{}'), true],
    ['was answered with nothing', answer(200, ''), true],
    ['was answered with an array', answer(200, [{ handler: 'h' }]), false],
    ['came back empty', answer(200, []), false],
    ['was refused', answer(400, []), false],
    ['was throttled', answer(429), false],
    ['never left us', failure({ bytesLeft: false }), false],
  ] as const)('that %s may have taken what we do not know of: %s', ([, outcome, taken]) => {
    expect(mayHaveTaken(consume({ outcome }))).toBe(taken);
  });

  test('that was refused delivers nothing, whatever stands in the answer', () => {
    expect(consume({ outcome: answer(400, [{ handler: 'h1' }]) }).deliveries).toEqual([]);
    expect(consume({ outcome: failure() }).deliveries).toEqual([]);
  });
});

describe('an acknowledgement', () => {
  test('names handlers, each with what its status means', () => {
    const { entries } = acknowledge(
      JSON.stringify({
        message: [
          { handler: 'a', status: 'success' },
          { handler: 'b', status: 'fail' },
          { handler: 'c' },
          { handler: 'd', status: 'SUCCESS' },
          { handler: 'e', status: null },
        ],
      }),
    );
    expect(entries?.map(({ handler, status, rawStatus }) => [handler, status, rawStatus])).toEqual([
      ['a', 'success', 'success'],
      ['b', 'fail', 'fail'],
      ['c', 'absent', undefined],
      ['d', 'illegal', 'SUCCESS'],
      ['e', 'illegal', null],
    ]);
  });

  test.for([
    ['no JSON', 'handler'],
    ['an array', '[]'],
    ['no message', '{}'],
    ['an object as message', '{"message":{"handler":"a"}}'],
    ['an empty array', '{"message":[]}'],
    ['an entry without a handler', '{"message":[{"handler":"a"},{"status":"success"}]}'],
    ['a handler that is no string', '{"message":[{"handler":7}]}'],
    ['the wrong member', '{"messages":[{"handler":"a"}]}'],
    ['nothing', ''],
    ['texts as entries', '{"message":["a"]}'],
    ['null behind an entry', '{"message":[{"handler":"a"},null]}'],
  ] as const)('with %s has no entries', ([, body]) => {
    expect(acknowledge(body).entries).toBeUndefined();
  });

  test.for([
    ['{"success":2,"fail":0}', { success: 2, fail: 0 }],
    ['{"success":2,"fail":0,"more":"x"}', { success: 2, fail: 0 }],
    ['{"success":"2","fail":0}', undefined],
    ['{"success":-1,"fail":0}', undefined],
    ['{"success":1.5,"fail":0}', undefined],
    ['{"success":2}', undefined],
    ['{"fail":2}', undefined],
    ['{"success":0,"fail":0}', { success: 0, fail: 0 }],
    ['{"success":2,"fail":-1}', undefined],
    ['{"success":2,"fail":"0"}', undefined],
    ['{"success":2,"fail":0.5}', undefined],
    ['{"success":true,"fail":0}', undefined],
    ['[2,0]', undefined],
    ['null', undefined],
    ['', undefined],
  ] as const)('answered 200 with %s counts %j', ([body, counts]) => {
    expect(acknowledge('{}', { outcome: answer(200, body) }).counts).toEqual(counts);
    expect(acknowledge('{}', { outcome: answer(400, body) }).counts).toBeUndefined();
  });

  test('keeps its request as JSON, where it is text', () => {
    expect(acknowledge('{"message":7}').request).toEqual({ message: 7 });
    expect(acknowledge('{').request).toBeUndefined();
    const exchange = acknowledge('{}').exchange;
    const of = (body: Exchange['request']['body']): Call | undefined =>
      readCall({ ...exchange, request: { ...exchange.request, ...(body === undefined ? {} : { body }) } });
    const data = '{"message":[{"handler":"a"}]}';
    expect(of({ encoding: 'utf8', data })).toMatchObject({ entries: [{ handler: 'a' }] });
    expect(of({ encoding: 'base64', data })).toMatchObject({ request: undefined, entries: undefined });
    const { body: _, ...bare } = exchange.request;
    expect(readCall({ ...exchange, request: bare })).toMatchObject({ request: undefined, entries: undefined });
  });

  test('keeps its content type, whatever the case of the name', () => {
    expect(acknowledge('{}', { headers: [['Content-Type', 'text/plain']] }).contentType).toBe('text/plain');
    expect(acknowledge('{}').contentType).toBeUndefined();
    const headers: Exchange['request']['headers'] = [
      ['x-auth-token', 't'],
      ['content-type', 'text/html'],
      ['Content-Type', 'text/plain'],
    ];
    expect(acknowledge('{}', { headers }).contentType).toBe('text/html');
  });
});

describe('calls for normal messages', () => {
  test('a consume tells handlers, tags and lease', () => {
    const tag = makeTag('r', 's', 1);
    expect(
      call({
        target: `${GROUP}/messages?ack_wait=15`,
        outcome: answer(200, [{ handler: 'n1', message: { body: { tag } } }, { handler: 'n2' }, { message: {} }]),
      }),
    ).toMatchObject({ kind: 'consume-normal', handlers: ['n1', 'n2'], tags: [tag, undefined], lease: 15 });
  });

  test('an acknowledgement tells handlers and statuses', () => {
    expect(
      call({
        method: 'POST',
        target: `${GROUP}/ack`,
        body: '{"message":[{"handler":"n1","status":"fail"},{"handler":"n2"}]}',
      }),
    ).toMatchObject({ kind: 'acknowledge-normal', handlers: ['n1', 'n2'], statuses: ['fail', undefined] });
  });

  test.for([
    ['', 30],
    ['?ack_wait=', 30],
    ['?ack_wait=60', 60],
    // Whatever it may mean: 300 s at most.
    ['?ack_wait=3s', 300],
    ['?ack_wait=301', 300],
  ] as const)('a consume with %j takes a lease of %i s at most', ([query, lease]) => {
    expect(call({ target: `${GROUP}/messages${query}` })).toMatchObject({ lease });
  });

  test('a consume tells one tag for each handler, the first, and nothing of what has no handler', () => {
    const [one, two] = [makeTag('r', 's', 1), makeTag('r', 's', 2)];
    const list = [
      { message: { body: one } },
      { handler: 7, message: { body: one } },
      null,
      'x',
      { handler: 'n1', message: { body: [two, one] }, status: 'success' },
      { handler: 'n2', message: two },
      { handler: 'n3', message: { body: 'plain' } },
    ];
    expect(call({ target: `${GROUP}/messages`, outcome: answer(200, list) })).toMatchObject({
      handlers: ['n1', 'n2', 'n3'],
      statuses: ['success', undefined, undefined],
      tags: [two, undefined, undefined],
    });
    const object = answer(200, { handler: 'n1', message: {} });
    expect(call({ target: `${GROUP}/messages`, outcome: object })).toMatchObject({
      handlers: [],
      statuses: [],
      tags: [],
    });
  });

  test.for(['', '{', '[]', 'null', '{"message":{"handler":"n1"}}', '{"messages":[{"handler":"n1"}]}'])(
    'an acknowledgement of %j names nothing',
    (body) => {
      expect(
        call({ method: 'POST', target: `${GROUP}/ack`, body, outcome: answer(200, [{ handler: 'n' }]) }),
      ).toMatchObject({ kind: 'acknowledge-normal', handlers: [], statuses: [], tags: [], lease: 30 });
    },
  );

  test('what was sent, or acknowledged, without a body names nothing', () => {
    expect(call({ method: 'POST', target: `${GROUP}/ack` })).toMatchObject({ handlers: [] });
    expect(call({ method: 'POST', target: '/v1.0/p1/queues/q1/messages' })).toMatchObject({ tags: [] });
  });

  test('a send tells the tags of its messages', () => {
    const [one, two] = [makeTag('r', 's', 1), makeTag('r', 's', 2)];
    const body = JSON.stringify({ messages: [{ body: { tag: one } }, { body: `x ${two}` }] });
    expect(call({ method: 'POST', target: '/v1.0/p1/queues/q1/messages', body })).toMatchObject({ tags: [one, two] });
  });
});

test('credentials are told as given, another one, or none', () => {
  const token = (headers: Exchange['request']['headers']): string => consume({ headers }).credentials;
  expect(token([['authorization', '[given]']])).toBe('given');
  expect(token([['authorization', '[other]']])).toBe('other');
  expect(token([['x-tenant', '[redacted]']])).toBe('none');
  expect(token([['x-auth-token', '[given]']])).toBe('given');
  expect(token([['X-Auth-Token', '[other]']])).toBe('other');
  expect(token([['content-type', 'application/json']])).toBe('none');
  // The first of several; a token in clear is somebody else's.
  expect(
    token([
      ['x-auth-token', '[given]'],
      ['x-auth-token', '[other]'],
    ]),
  ).toBe('given');
  expect(
    token([
      ['x-auth-token', '[other]'],
      ['x-auth-token', '[given]'],
    ]),
  ).toBe('other');
  expect(token([['x-auth-token', '']])).toBe('other');
});

describe('tags', () => {
  test('are found in any body, once each and whole', () => {
    const [one, eleven] = [makeTag('r1', 's', 1), makeTag('r1', 's', 11)];
    expect(tagsIn({ a: [one, { [eleven]: one }] })).toEqual([one, eleven]);
    expect(tagsIn(`<${eleven}>`)).toEqual([eleven]);
  });

  test('are not found where there is none', () => {
    for (const body of [undefined, null, 42, '', {}, 'dmsc-', 'dmsc-R-s-1', 'dmsc-r-s-'])
      expect(tagsIn(body)).toEqual([]);
  });
});

test('a record is an object of JSON, and neither an array nor null', () => {
  expect([{}, { a: 1 }].map(isRecord)).toEqual([true, true]);
  expect([[], null, undefined, '', 7, true].map(isRecord)).toEqual([false, false, false, false, false, false]);
});
