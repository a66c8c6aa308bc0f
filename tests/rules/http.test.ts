import { describe, expect, test } from 'vitest';
import type { Answer, Exchange, Failure } from '../../schemas/types.ts';
import { broken, findings, held, noted, undecided } from '../support/findings.ts';
import { answer, failure, story, type Story, type StoryOptions } from '../support/history.ts';

type Headers = Exchange['request']['headers'];

const EMPTY = answer(200, []);
const REFUSED = answer(400, { error_code: 'DMS.10240014', error_msg: 'no' });
const OF_NOBODY = '/v1.0/p1/queues/q1/groups/nobody/deadletters';
const JSON_TYPE: Headers = [['Content-Type', 'application/json']];

/** A consume that was answered, and behind it one with another method or path: exchanges 1 and 2. */
function beside(method: string, rest: string, outcome: Answer | Failure): Story {
  const told = story();
  told.consume(1, '', EMPTY);
  told.exchange(2, { method, target: told.path.replace('/deadletters', rest), outcome });
  return told;
}

/** One consume alone: exchange 1. Later than a group may still be initialising (K6). */
function alone(outcome: Answer | Failure): Story {
  const told = story();
  told.consume(60, '', outcome);
  return told;
}

describe('no input is answered with a 5xx', () => {
  test.for([500, 501, 502, 505, 511, 599])('%d is one', (status) => {
    expect(findings(alone(answer(status)), 'http.no-5xx')).toEqual([
      broken('no input is answered with a 5xx', `it was answered with ${status}`, 1),
    ]);
  });

  test.for([400, 401, 404, 429, 499])('%d is none', (status) => {
    expect(findings(alone(answer(status)), 'http.no-5xx')).toEqual([held(1)]);
  });

  test.for<readonly [string, Answer | Failure]>([
    ['503', answer(503)],
    ['504', answer(504)],
    ['no answer', failure()],
    ['no connection', failure({ bytesLeft: false })],
    // What was in order does not show what becomes of what is not.
    ['200', EMPTY],
    ['302', answer(302)],
    ['399', answer(399)],
  ])('%s says nothing', ([, outcome]) => {
    expect(findings(alone(outcome), 'http.no-5xx')).toEqual([]);
  });

  test('whichever of the two calls it is, and whichever method', () => {
    const told = story();
    told.exchange(61, { method: 'PUT', target: told.path, outcome: answer(405) });
    told.acknowledge(62, ['h'], answer(500));
    told.exchange(63, { target: OF_NOBODY, outcome: answer(404) });
    // Another call is not ours to judge.
    told.exchange(64, { method: 'POST', target: '/v1.0/p1/queues/q1/messages', outcome: answer(500) });
    expect(findings(told, 'http.no-5xx')).toEqual([
      held(3),
      broken('no input is answered with a 5xx', 'it was answered with 500', 2),
      held(1),
    ]);
  });
});

describe('another method on the path of a call', () => {
  const wrong = [
    ['POST', '/deadletters'],
    ['PUT', '/deadletters'],
    ['DELETE', '/deadletters'],
    ['GET', '/deadletters/ack'],
    ['PATCH', '/deadletters/ack'],
  ] as const;

  test.for(wrong)('%s on %s is rejected, with 405 or 404', ([method, rest]) => {
    for (const status of [405, 404]) {
      const told = beside(method, rest, answer(status));
      expect(findings(told, 'http.method')).toEqual([held(2, 1)]);
      expect(findings(told, 'http.method.status-405')).toEqual([held(2, 1)]);
    }
  });

  test.for(wrong)('%s on %s should not be rejected with another status', ([method, rest]) => {
    const told = beside(method, rest, answer(400));
    expect(findings(told, 'http.method')).toEqual([held(2, 1)]);
    expect(findings(told, 'http.method.status-405')).toEqual([
      broken(`${method} on ${rest} is answered with 405 or 404`, 'it was answered with 400', 2),
    ]);
  });

  test.for(wrong)('%s on %s is not to be accepted', ([method, rest]) => {
    const told = beside(method, rest, EMPTY);
    expect(findings(told, 'http.method')).toEqual([
      broken(`${method} on ${rest} is rejected with a 4xx`, 'it was answered with 200', 2),
    ]);
    expect(findings(told, 'http.method.status-405')).toEqual([]);
  });

  test.for<readonly [string, Answer | Failure]>([
    ['401', answer(401)],
    ['429', answer(429)],
    ['503', answer(503)],
    ['no answer', failure()],
  ])('is open with %s', ([, outcome]) => {
    const told = beside('PUT', '/deadletters', outcome);
    expect(findings(told, 'http.method')).toEqual([undecided(2)]);
    expect(findings(told, 'http.method.status-405')).toEqual([]);
  });

  test('shows nothing by its rejection where no lawful consume was accepted', () => {
    const told = story();
    told.exchange(60, { method: 'PUT', target: told.path, outcome: answer(405) });
    expect(findings(told, 'http.method')).toEqual([undecided(1)]);
    expect(findings(told, 'http.method.status-405')).toEqual([]);
  });

  test.for([
    // Left to the endpoint (J5).
    ['HEAD', '/deadletters'],
    ['HEAD', '/deadletters/ack'],
    ['OPTIONS', '/deadletters'],
    ['GET', '/deadletters/'],
    ['POST', '/deadletters/ack/'],
    ['POST', '/deadletters/more'],
    // The calls themselves, and the neighbours'.
    ['GET', '/deadletters'],
    ['POST', '/deadletters/ack'],
    ['POST', '/ack'],
  ] as const)('is not %s on %s', ([method, rest]) => {
    for (const outcome of [EMPTY, answer(400)]) {
      const told = beside(method, rest, outcome);
      expect(findings(told, 'http.method')).toEqual([]);
      expect(findings(told, 'http.method.status-405')).toEqual([]);
    }
  });

  test('is not judged in a group that nobody made', () => {
    const told = story();
    told.consume(1, '', EMPTY);
    told.exchange(2, { method: 'PUT', target: OF_NOBODY, outcome: EMPTY });
    told.exchange(3, { method: 'PUT', target: OF_NOBODY, outcome: answer(400) });
    expect(findings(told, 'http.method')).toEqual([]);
    expect(findings(told, 'http.method.status-405')).toEqual([]);
  });
});

describe('the body of a 4xx should be an object', () => {
  const expected = 'the body of a 400 is a JSON object';

  test.for<readonly [string, unknown]>([
    ['it is empty', ''],
    ['it is no JSON', '<html>no</html>'],
    ['it is array', [{ code: 1, message: 'no' }]],
    ['it is string', '"no"'],
    ['it is null', 'null'],
    ['it is number', '4'],
  ])('%s', ([observed, body]) => {
    const told = alone(answer(400, body));
    expect(findings(told, 'http.error-body.object')).toEqual([broken(expected, observed, 1)]);
    // One thing is said once.
    expect(findings(told, 'http.error-body.code-and-text')).toEqual([]);
  });

  test('which bytes that are no UTF-8 are not', () => {
    const told = alone({ ...answer(400), body: { encoding: 'base64', data: '//8=' } });
    expect(findings(told, 'http.error-body.object')).toEqual([broken(expected, 'it is no JSON', 1)]);
  });

  test('of whichever members', () => {
    expect(findings(alone(answer(418, {})), 'http.error-body.object')).toEqual([held(1)]);
  });

  // The three shapes that were seen, and mixtures (J2).
  test.for([
    { error_code: 'DMS.10240014', error_msg: 'no' },
    { code: 10240014, message: 'no' },
    { code: 'DMS.10240014', message: 'no', request_id: 'r' },
    { code: 'DMS.10240014', error_msg: 'no' },
    // One of each will do, whatever else there is.
    { error_code: null, code: 'DMS.10240014', message: 'no', error_msg: [] },
    { code: null, error_code: 10240014, message: {}, error_msg: 'no' },
    { code: 'DMS.10240014', message: 'no', request_id: 7 },
  ])('with a code and a text: %j', (body) => {
    expect(findings(alone(answer(400, body)), 'http.error-body.code-and-text')).toEqual([held(1)]);
    expect(findings(alone(answer(400, body)), 'http.error-body.object')).toEqual([held(1)]);
  });

  test.for<readonly [unknown, string]>([
    [{}, 'none'],
    [{ error_code: 'DMS.10240014' }, 'error_code (string)'],
    [{ message: 'no', reason: 'none' }, 'message (string), reason (string)'],
    // Members of the right name, but of no use.
    [{ code: null, message: 'no' }, 'code (null), message (string)'],
    [{ code: 10240014, message: { text: 'no' } }, 'code (number), message (object)'],
    [
      { a: 1, b: '2', c: true, d: null, e: [], f: {} },
      'a (number), b (string), c (boolean), d (null), e (array), f (object)',
    ],
    [
      { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 },
      'a (number), b (number), c (number), d (number), e (number), f (number)',
    ],
  ])('which %j does not have', ([body, members]) => {
    const told = alone(answer(400, body));
    expect(findings(told, 'http.error-body.code-and-text')).toEqual([
      broken('an error body has a code and a text', `its members are ${members}`, 1),
    ]);
  });

  test.for<readonly [string, Answer | Failure]>([
    ['200', EMPTY],
    ['302', answer(302)],
    ['500', answer(500)],
    ['503', answer(503)],
    ['no answer', failure()],
  ])('which %s is not', ([, outcome]) => {
    expect(findings(alone(outcome), 'http.error-body.object')).toEqual([]);
    expect(findings(alone(outcome), 'http.error-body.code-and-text')).toEqual([]);
  });

  test('whatever was asked for, but not with HEAD, which has no body', () => {
    const told = story();
    told.exchange(60, { method: 'HEAD', target: told.path, outcome: answer(405) });
    told.exchange(61, { method: 'PUT', target: told.path, outcome: answer(405) });
    told.acknowledge(62, ['h'], answer(400));
    expect(findings(told, 'http.error-body.object')).toEqual([
      broken('the body of a 400 is a JSON object', 'it is empty', 3),
      broken('the body of a 405 is a JSON object', 'it is empty', 2),
    ]);
  });
});

describe('a Content-Type on the consume', () => {
  const clause = 'consume.request.content-type';

  /** A consume without one, and one with it: exchanges 1 and 2. */
  function typed(
    outcome: Answer | Failure,
    { query = '', headers = JSON_TYPE, plain = EMPTY }: { query?: string; headers?: Headers; plain?: Answer } = {},
  ): Story {
    const told = story();
    told.consume(60, '', plain);
    told.exchange(61, { target: `${told.path}${query}`, headers, outcome });
    return told;
  }

  test.for(['Content-Type', 'content-type', 'CONTENT-TYPE'])('does not break it: %s', (name) => {
    const headers: Headers = [
      ['Accept', '*/*'],
      [name, 'application/json'],
    ];
    expect(findings(typed(EMPTY, { headers }), clause)).toEqual([held(2, 1)]);
    expect(findings(typed(answer(415), { headers }), clause)).toEqual([
      broken('a Content-Type does not break the consume', 'with one it was answered with 415', 2, 1),
    ]);
  });

  test.for([400, 302, 500])('is not to be answered with %d where one without it is accepted (I9)', (status) => {
    expect(findings(typed(answer(status)), clause)).toEqual([
      broken('a Content-Type does not break the consume', `with one it was answered with ${status}`, 2, 1),
    ]);
  });

  test.for<readonly [string, Answer | Failure]>([
    ['401', answer(401)],
    ['429', answer(429)],
    ['503', answer(503)],
    ['no answer', failure()],
    ['no connection', failure({ bytesLeft: false })],
  ])('is not judged by %s', ([, outcome]) => {
    expect(findings(typed(outcome), clause)).toEqual([]);
  });

  test('is not blamed where a consume without it is rejected, too', () => {
    expect(findings(typed(answer(415), { plain: REFUSED }), clause)).toEqual([]);
  });

  test('is not its own control', () => {
    const told = story();
    told.exchange(60, { target: told.path, headers: JSON_TYPE });
    told.exchange(61, { target: told.path, headers: JSON_TYPE, outcome: answer(415) });
    expect(findings(told, clause)).toEqual([]);
  });

  test('is not looked for in other headers', () => {
    expect(findings(typed(REFUSED, { headers: [['Accept', 'application/json']] }), clause)).toEqual([]);
  });

  test.for(['?max_msgs=0', '?colour=red', '?max_msgs='])(
    'is not blamed for a rejection that something else may have caused: %s',
    (query) => {
      expect(findings(typed(REFUSED, { query }), clause)).toEqual([]);
    },
  );

  test('is judged only in groups that were made', () => {
    const told = story();
    told.exchange(60, { target: OF_NOBODY });
    told.exchange(61, { target: told.path, headers: JSON_TYPE, outcome: REFUSED });
    told.consume(62, '', EMPTY);
    told.exchange(63, { target: OF_NOBODY, headers: JSON_TYPE, outcome: answer(404) });
    expect(findings(told, clause)).toEqual([
      broken('a Content-Type does not break the consume', 'with one it was answered with 400', 2, 3),
    ]);
  });
});

describe('what is left to the endpoint is reported', () => {
  test.for<readonly [Headers, string]>([
    [[], 'no Cache-Control on the consume'],
    [[['Content-Type', 'application/json']], 'no Cache-Control on the consume'],
    [
      [
        ['Date', 'today'],
        ['Cache-Control', 'no-store'],
      ],
      'Cache-Control: no-store',
    ],
    [[['cache-control', 'public, max-age=60']], 'Cache-Control: public, max-age=60'],
  ])('whether an answer may be stored: %j', ([headers, expected]) => {
    expect(findings(alone({ ...EMPTY, headers }), 'http.cache')).toEqual([noted(expected, 1)]);
  });

  test.for<readonly [string, Answer | Failure]>([
    ['400', REFUSED],
    ['no answer', failure()],
  ])('but not where nothing was handed out: %s', ([, outcome]) => {
    expect(findings(alone(outcome), 'http.cache')).toEqual([]);
  });

  test('nor of an acknowledgement, which is a POST', () => {
    const told = story();
    told.acknowledge(60, ['h'], [1, 0]);
    expect(findings(told, 'http.cache')).toEqual([]);
  });

  test.for([
    ['HEAD', '/deadletters'],
    ['HEAD', '/deadletters/ack'],
    ['GET', '/deadletters/'],
    ['POST', '/deadletters/ack/'],
  ] as const)('how %s %s is answered', ([method, rest]) => {
    expect(findings(beside(method, rest, answer(405)), 'http.head')).toEqual([noted(`${method} ${rest}: 405`, 2)]);
    expect(findings(beside(method, rest, failure()), 'http.head')).toEqual([noted(`${method} ${rest}: no answer`, 2)]);
  });

  test.for([
    ['PUT', '/deadletters'],
    ['GET', '/deadletters/ack'],
    ['GET', '/deadletters'],
    ['GET', '/deadletters/more'],
  ] as const)('but not %s %s', ([method, rest]) => {
    expect(findings(beside(method, rest, answer(405)), 'http.head')).toEqual([]);
  });
});

describe('who has no business here', () => {
  const feature = { present: true, reason: '' };
  const ours: Headers = [['X-Auth-Token', '[given]']];
  const other: Headers = [['X-Auth-Token', '[other]']];
  const FOREIGN = '/v1.0/p2/queues/q1/groups/g1/deadletters';

  const guarded: StoryOptions = {
    header: { features: { kafka: feature, counters: feature, credentials: feature, clock: feature } },
  };

  interface Stranger {
    readonly clause: string;
    readonly expected: string;
    readonly headers: Headers;
    readonly target?: string;
  }

  const strangers: readonly Stranger[] = [
    { clause: 'auth.missing-token', expected: 'without credentials neither call succeeds', headers: [] },
    { clause: 'auth.wrong-token', expected: 'with wrong credentials neither call succeeds', headers: other },
    {
      clause: 'auth.other-project',
      expected: 'under another project neither call succeeds',
      headers: ours,
      target: FOREIGN,
    },
  ];

  /** A consume of ours, and one of a stranger: exchanges 1 and 2. */
  function visited({ headers, target }: Omit<Stranger, 'clause' | 'expected'>, outcome: Answer | Failure): Story {
    const told = story(guarded);
    told.exchange(60, { target: told.path, headers: ours });
    told.exchange(61, { target: target ?? told.path, headers, outcome });
    return told;
  }

  describe.for(strangers)('$clause', ({ clause, expected, ...stranger }) => {
    test('is broken by a success', () => {
      expect(findings(visited(stranger, EMPTY), clause)).toEqual([broken(expected, 'it was answered with 200', 2)]);
    });

    test('of an acknowledgement, too', () => {
      const told = story(guarded);
      told.exchange(60, {
        method: 'POST',
        target: `${stranger.target ?? told.path}/ack`,
        headers: [...JSON_TYPE, ...stranger.headers],
        body: '{"message":[{"handler":"h","status":"success"}]}',
        outcome: answer(200, { success: 0, fail: 1 }),
      });
      expect(findings(told, clause)).toEqual([broken(expected, 'it was answered with 200', 1)]);
    });

    test.for([400, 401, 403, 404, 499])('holds with %d', (status) => {
      expect(findings(visited(stranger, answer(status)), clause)).toEqual([held(2)]);
    });

    test('is open where ours were not accepted either', () => {
      const told = story(guarded);
      told.exchange(60, { target: told.path, headers: ours, outcome: answer(401) });
      told.exchange(61, { target: stranger.target ?? told.path, headers: stranger.headers, outcome: answer(401) });
      expect(findings(told, clause)).toEqual([undecided(2)]);
    });

    test.for<readonly [string, Answer | Failure]>([
      ['302', answer(302)],
      ['399', answer(399)],
      ['500', answer(500)],
      ['503', answer(503)],
      ['no answer', failure()],
      ['no connection', failure({ bytesLeft: false })],
      // A 4xx that is no rejection (H6, J3, K6).
      ['408', answer(408)],
      ['429', answer(429)],
      ['404 with 10240407', answer(404, { error_code: 'DMS.10240407' })],
      ['400 with 10240032', answer(400, { error_code: 'DMS.10240032' })],
    ])('is open with %s', ([, outcome]) => {
      expect(findings(visited(stranger, outcome), clause)).toEqual([undecided(2)]);
    });

    test('says nothing about the others', () => {
      const told = story(guarded);
      told.exchange(60, { target: told.path, headers: ours });
      for (const { clause: another, headers, target = told.path } of strangers)
        if (another !== clause) told.exchange(61, { target, headers });
      expect(findings(told, clause)).toEqual([]);
    });

    test('is not asked for where nobody gave credentials (H6)', () => {
      const told = story();
      told.consume(60, '', EMPTY);
      told.exchange(61, { target: stranger.target ?? told.path, headers: stranger.headers });
      expect(findings(told, clause)).toEqual([]);
    });

    test('is not asked of other calls', () => {
      const told = story(guarded);
      told.exchange(60, { method: 'PUT', target: stranger.target ?? told.path, headers: stranger.headers });
      expect(findings(told, clause)).toEqual([]);
    });
  });

  test('is known by the credentials first, whatever the project', () => {
    for (const [headers, clause] of [
      [[], 'auth.missing-token'],
      [other, 'auth.wrong-token'],
    ] as const) {
      const told = visited({ headers: [...headers], target: FOREIGN }, answer(401));
      expect(findings(told, clause)).toEqual([held(2)]);
      expect(findings(told, 'auth.other-project')).toEqual([]);
    }
  });

  const status = 'missing or wrong credentials are answered with 401 or 403';

  test.for([
    [401, []],
    [403, []],
    [401, other],
    [403, other],
  ] as const)('should be told so with 401 or 403: %d for %j', ([code, headers]) => {
    expect(findings(visited({ headers: [...headers] }, answer(code)), 'auth.status')).toEqual([held(2)]);
  });

  test.for([401, 403])('should be told so, but %d shows nothing where ours were not accepted either', (code) => {
    const told = story(guarded);
    told.exchange(60, { target: told.path, headers: ours, outcome: answer(401) });
    told.exchange(61, { target: told.path, outcome: answer(code) });
    expect(findings(told, 'auth.status')).toEqual([undecided(2)]);
  });

  test.for([200, 302, 400, 402, 404, 500])('should not be answered with %d', (code) => {
    for (const headers of [[], other]) {
      expect(findings(visited({ headers }, answer(code)), 'auth.status')).toEqual([
        broken(status, `it was answered with ${code}`, 2),
      ]);
    }
  });

  test.for<readonly [string, Answer | Failure]>([
    ['408', answer(408)],
    ['429', answer(429)],
    ['503', answer(503)],
    ['504', answer(504)],
    ['no answer', failure()],
    ['no connection', failure({ bytesLeft: false })],
    ['404 with 10240407 (J3)', answer(404, { error_code: 'DMS.10240407' })],
    ['400 with 10240032 (K6)', answer(400, { error_code: 'DMS.10240032' })],
  ])('is told nothing by %s', ([, outcome]) => {
    expect(findings(visited({ headers: [] }, outcome), 'auth.status')).toEqual([]);
  });

  test('is told nothing while the group may still be initialising (K6)', () => {
    const told = story(guarded);
    told.exchange(2, { target: told.path, outcome: answer(404) });
    told.exchange(3, { target: told.path, headers: ours });
    expect(findings(told, 'auth.status')).toEqual([]);
    expect(findings(told, 'auth.missing-token')).toEqual([undecided(1)]);
  });

  test('is neither who has our credentials nor who asks for another project', () => {
    const told = story(guarded);
    told.exchange(60, { target: told.path, headers: ours, outcome: REFUSED });
    told.exchange(61, { target: FOREIGN, headers: ours, outcome: answer(404) });
    expect(findings(told, 'auth.status')).toEqual([]);
  });

  test('is nobody where nobody gave credentials', () => {
    expect(findings(alone(EMPTY), 'auth.status')).toEqual([]);
  });
});
