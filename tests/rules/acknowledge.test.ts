import { describe, expect, test } from 'vitest';
import type { Answer, Failure } from '../../schemas/types.ts';
import { broken, findings, held, noted, undecided } from '../support/findings.ts';
import {
  answer,
  failure,
  story,
  type Acknowledged,
  type Story,
  type StoryOptions,
  type When,
} from '../support/history.ts';

const EMPTY = answer(200, []);
const [S, F] = ['success', 'fail'] as const;
/** Leaves the status out. */
const NONE = undefined;

/** Requests for the first dead letter of `batch`. */
const WELL_FORMED = '{"message":[{"handler":"h1.0","status":"success"}]}';
const UNKNOWN_MEMBER = '{"message":[{"handler":"h1.0","status":"success","more":1}]}';

interface Batch {
  readonly told: Story;
  readonly handlers: readonly string[];
  /** The entries of the batch from its first on, with these statuses. */
  as(...statuses: readonly unknown[]): Acknowledged[];
}

function handedOut(told: Story, query: string, places: readonly number[], when: When): Batch {
  const handlers = told.consume(when, query, places);
  return {
    told,
    handlers,
    as: (...statuses) =>
      statuses.map((status, place) => {
        const handler = handlers[place] ?? `beyond ${place}`;
        return status === undefined ? { handler } : { handler, status };
      }),
  };
}

/** Exchange 1 hands out all the dead letters there are, between 10 and 10.5, for 30 s. */
function batch(size = 3, query = 'ack_wait=30', options: StoryOptions = {}): Batch {
  const told = story({ letters: size, ...options });
  return handedOut(told, query, [...Array(size).keys()], [10, 10.5]);
}

/** The same behind exchanges 1 and 2: another dead letter, handed out and acknowledged as everybody should understand it. */
function batchBesideControl(size = 3): Batch {
  const told = story({ letters: size + 1 });
  told.acknowledge([5, 5.5], told.consume([4, 4.5], '', [0]), [1, 0]);
  return handedOut(
    told,
    'ack_wait=30',
    Array.from({ length: size }, (_, index) => index + 1),
    [10, 10.5],
  );
}

/** An acknowledgement word for word. */
function post(
  told: Story,
  when: When,
  body: string | undefined,
  outcome: Answer | Failure,
  contentType: string | undefined = 'application/json',
): number {
  return told.exchange(when, {
    method: 'POST',
    target: `${told.path}/ack`,
    headers: contentType === '' ? [] : [['content-type', contentType]],
    ...(body === undefined ? {} : { body }),
    outcome,
  });
}

function counts(success: number, fail: number): Answer {
  return answer(200, { success, fail });
}

/** How nothing can be said of what an acknowledgement did, or of how it is taken. */
const unsaid: readonly (readonly [string, Answer | Failure])[] = [
  ['503', answer(503)],
  ['504', answer(504)],
  ['429', answer(429)],
  ['401', answer(401)],
  ['nothing', failure()],
  ['nothing, since it never left us', failure({ cause: 'unreachable', bytesLeft: false })],
];

describe('a lawful acknowledgement is answered with 200 (A6)', () => {
  const CLAUSE = 'ack.request.accepted';
  const EXPECTED = 'an acknowledgement with valid handlers in order is answered with 200';

  test.for([
    [
      [S, S, S],
      [3, 0],
    ],
    [[S], [1, 2]],
    [
      [S, F, S],
      [1, 2],
    ],
    [
      [F, F, F],
      [0, 3],
    ],
    // What it counts is for other clauses.
    [
      [S, S, S],
      [0, 3],
    ],
  ] as const)('%j is', ([statuses, answered]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(...statuses), answered);
    expect(findings(told, CLAUSE)).toEqual([held(2)]);
  });

  test.for([
    [answer(400), 'it was answered with 400'],
    [answer(404), 'it was answered with 404'],
    [answer(500), 'it was answered with 500'],
    [answer(204), 'it was answered with 204'],
  ] as const)('any other answer breaks that', ([answered, observed]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(S, S, S), answered);
    expect(findings(told, CLAUSE)).toEqual([broken(EXPECTED, observed, 2)]);
  });

  test.for(unsaid)('answered with %s it is undecided', ([, answered]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(S, S, S), answered);
    expect(findings(told, CLAUSE)).toEqual([undecided(2)]);
  });

  test('up to the end of the lease, wherever in its interval it acted', () => {
    const [inTime, perhaps] = [batch(), batch()];
    inTime.told.acknowledge([39, 39.9], inTime.as(S), answer(400));
    expect(findings(inTime.told, CLAUSE)).toEqual([broken(EXPECTED, 'it was answered with 400', 2)]);
    perhaps.told.acknowledge([39, 40], perhaps.as(S), answer(400));
    expect(findings(perhaps.told, CLAUSE)).toEqual([]);
  });

  test.for([
    ['a gap', ([, b = '']: readonly string[]) => [{ handler: b, status: S }]],
    ['a wrong order', ([a = '', b = '']: readonly string[]) => [b, a]],
    ['an invented handler', ([a = '']: readonly string[]) => [a, 'invented']],
    ['a status that is none', ([a = '']: readonly string[]) => [{ handler: a, status: 'SUCCESS' }]],
    // Of these others speak.
    ['no status', ([a = '']: readonly string[]) => [{ handler: a }]],
    ['another member', ([a = '']: readonly string[]) => [{ handler: a, status: S, more: 1 }]],
  ] as const)('nothing is said of one with %s', ([, entries]) => {
    const { told, handlers } = batch();
    told.acknowledge([11, 11.1], entries(handlers), answer(400));
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('status is optional (I1)', () => {
  test.for([
    [answer(200, '{}'), held(2)],
    [counts(0, 1), held(2)],
    [answer(400), broken('an entry without status is accepted', 'it was answered with 400', 2)],
    [answer(503), undecided(2)],
    [failure(), undecided(2)],
  ] as const)('an entry without one is accepted', ([answered, expected]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(S, NONE), answered);
    expect(findings(told, 'ack.request.status-optional')).toEqual([expected]);
  });

  test('nothing is said where every entry has one', () => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(S, F), answer(400));
    expect(findings(told, 'ack.request.status-optional')).toEqual([]);
  });

  test.for([
    [[NONE, NONE], [2, 0], held(2)],
    [[NONE, F], [1, 1], held(2)],
    [[S, NONE], [2, 1], held(2)],
    [[NONE, NONE], [0, 2], broken('entries without status count as success: 2', 'success is 0', 2)],
    [[S, NONE, F], [1, 2], broken('entries without status count as success: 2', 'success is 1', 2)],
    [[NONE, F, NONE], [1, 2], held(2)],
  ] as const)('%j answered %j: it counts as success', ([statuses, answered, expected]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(...statuses), answered);
    expect(findings(told, 'ack.request.status-omitted-succeeds')).toEqual([expected]);
  });

  test.for([
    ['a refusal', [NONE], answer(400)],
    ['an answer without counters', [NONE], answer(200, '{}')],
    ['one that has every status', [S, S], counts(0, 2)],
    ['one of which only what stands behind a failure has none', [F, NONE], counts(0, 2)],
    ['one of which only what stands behind a failure has none,', [S, F, NONE], counts(0, 3)],
  ] as const)('%s says nothing of what it counts as', ([, statuses, answered]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(...statuses), answered);
    expect(findings(told, 'ack.request.status-omitted-succeeds')).toEqual([]);
  });
});

describe('a status that is neither success nor fail (I2)', () => {
  const never = 'a status that is neither success nor fail never counts as success';
  const refused = 'a status that is neither success nor fail is refused with 400';
  const foreign = [
    'failure',
    'FAIL',
    'ok',
    'successful',
    'unsuccess',
    ' success',
    'success fail',
    'true',
    0,
    1,
    true,
    false,
    [S],
    { status: S },
  ] as const;
  const variants = ['SUCCESS', 'Success', '', null] as const;

  test.for(foreign)('%j never counts as success', (status) => {
    const { told, as } = batch(1);
    told.acknowledge([11, 11.1], as(status), [1, 0]);
    expect(findings(told, 'ack.request.status-values')).toEqual([
      broken(`${never}: success is at most 0`, 'success is 1', 2),
    ]);
    expect(findings(told, 'ack.request.status-values-400')).toEqual([broken(refused, 'it was answered with 200', 2)]);
    expect(findings(told, 'ack.request.status-variants')).toEqual([]);
  });

  test.for(variants)('%j is left to the endpoint', (status) => {
    const { told, as } = batch(1);
    told.acknowledge([11, 11.1], as(status), [1, 0]);
    told.acknowledge([12, 12.1], as(status), answer(400));
    told.acknowledge([13, 13.1], as(status), failure());
    expect(findings(told, 'ack.request.status-values')).toEqual([]);
    expect(findings(told, 'ack.request.status-values-400')).toEqual([]);
    const shown = JSON.stringify(status);
    expect(findings(told, 'ack.request.status-variants')).toEqual([
      noted(`status ${shown}: 200, success 1`, 2),
      noted(`status ${shown}: 400`, 3),
      noted(`status ${shown}: no answer`, 4),
    ]);
  });

  test('the one that is a variant is named, wherever it stands', () => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(S, 'Success', S), [3, 0]);
    expect(findings(told, 'ack.request.status-variants')).toEqual([noted('status "Success": 200, success 3', 2)]);
  });

  test.for([
    [[S, 'ok', S], [1, 2], held(2)],
    [[S, 'ok', S], [0, 3], held(2)],
    // The check stops at what does not succeed (A4).
    [[S, 'ok', S], [2, 1], broken(`${never}: success is at most 1`, 'success is 2', 2)],
    // One of the entries is enough, and a variant in front of it may count.
    [['SUCCESS', 'ok'], [1, 1], held(2)],
    [['SUCCESS', 'ok'], [2, 0], broken(`${never}: success is at most 1`, 'success is 2', 2)],
    [['ok'], answer(400), held(2)],
    [['ok'], answer(503), undecided(2)],
    [['ok'], failure(), undecided(2)],
    [['ok'], answer(200, '{}'), undecided(2)],
  ] as const)('%j, answered %j', ([statuses, answered, expected]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(...statuses), answered);
    expect(findings(told, 'ack.request.status-values')).toEqual([expected]);
  });

  test.for([
    ['a gap (B3)', [11, 11.1], (as: Batch['as']) => as(S, S, 'ok').slice(1), 'ack.order.gap'],
    ['that all of it is dead (C2)', [80, 81], (as: Batch['as']) => as(S, 'ok'), 'ack.handler.expired'],
  ] as const)('is not to blame where the fault is %s', ([, when, entries, fault]) => {
    const { told, as } = batch();
    told.acknowledge([...when], entries(as), [1, 1]);
    expect(findings(told, 'ack.request.status-values')).toEqual([]);
    expect(findings(told, fault).map(({ outcome }) => outcome)).toEqual(['broken']);
  });

  test('in no order only those that have one are not counted (B4)', () => {
    for (const [success, expected] of [
      [1, held(2)],
      [2, broken(`${never}: success is at most 1`, 'success is 2', 2)],
    ] as const) {
      const { told, as } = batch();
      told.acknowledge([11, 11.1], as(S, 'ok').toReversed(), [success, 1]);
      expect(findings(told, 'ack.request.status-values')).toEqual([expected]);
    }
  });

  test.for([
    [answer(400), [held(4, 2)]],
    [answer(422), [broken(refused, 'it was answered with 422', 4)]],
    [answer(404), [broken(refused, 'it was answered with 404', 4)]],
    [counts(0, 1), [broken(refused, 'it was answered with 200', 4)]],
    [answer(503), []],
    [answer(429), []],
    [failure(), []],
  ] as const)('should be refused with 400 beside one that is accepted', ([answered, expected]) => {
    const { told, as } = batchBesideControl();
    told.acknowledge([11, 11.1], as('ok'), answered);
    expect(findings(told, 'ack.request.status-values-400')).toEqual(expected);
  });

  test('a refusal alone says nothing of its status code', () => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as('ok'), answer(400));
    expect(findings(told, 'ack.request.status-values-400')).toEqual([]);
  });

  test.for(['ack.request.status-values', 'ack.request.status-values-400', 'ack.request.status-variants'])(
    '%s says nothing of documented statuses, nor of a request without entries',
    (clause) => {
      const { told, as } = batch();
      told.acknowledge([11, 11.1], as(S, F, NONE), [3, 0]);
      post(told, [12, 12.1], '{}', counts(1, 0));
      expect(findings(told, clause)).toEqual([]);
    },
  );
});

describe('a malformed request is rejected with a 4xx', () => {
  const clauses: readonly (readonly [
    clause: string,
    expected: string,
    concerned: readonly (string | undefined)[],
    others: readonly (string | undefined)[],
  ])[] = [
    [
      'ack.request.handler-required', // C9
      'an entry without a handler is rejected with a 4xx',
      [
        '{"message":[{"status":"success"}]}',
        '{"message":[{"handler":"h1.0","status":"success"},{"status":"success"}]}',
        '{"message":[{"handler":null},{}]}',
        '{"message":["h1.0",{}]}',
      ],
      ['{"message":[{"handler":null}]}', '{"message":[]}', '{"message":["h1.0"]}', '{}', 'no JSON', undefined],
    ],
    [
      'ack.request.handler-type', // C9
      'a handler that is no string is rejected with a 4xx',
      [
        '{"message":[{"handler":null,"status":"success"}]}',
        '{"message":[{"handler":1}]}',
        '{"message":[{"handler":["h1.0"]}]}',
        '{"message":[{"handler":"h1.0"},{"handler":true}]}',
      ],
      [
        // One that is missing is the graver fault.
        '{"message":[{"handler":null},{"status":"success"}]}',
        '{"message":[{"status":"success"}]}',
        '{"message":["h1.0",null]}',
        '{"message":{"handler":1}}',
        '{"message":[]}',
        'no JSON',
        undefined,
      ],
    ],
    [
      'ack.request.message-required', // I5
      'a body without a message array is rejected with a 4xx',
      [
        '{}',
        '{"messages":[{"handler":"h1.0","status":"success"}]}',
        '{"message":{"handler":"h1.0","status":"success"}}',
        '{"message":"h1.0"}',
        '{"message":null}',
        '[{"handler":"h1.0","status":"success"}]',
        'null',
        '"message"',
      ],
      ['{"message":[]}', '{"message":[{}]}', 'no JSON', '', undefined],
    ],
    [
      'ack.request.json', // I6
      'a body that is not JSON is rejected with a 4xx',
      ['no JSON', '', '{"message":', undefined],
      ['null', '{}', '{"message":[]}'],
    ],
    [
      'ack.request.empty-array', // I3
      'an empty message array is rejected with a 4xx',
      ['{"message":[]}', '{"message":[],"more":1}'],
      ['{"message":""}', '{"message":{"length":0}}', '{"message":[[]]}', '{}', '[]', 'no JSON', undefined],
    ],
  ];

  describe.for(clauses)('%s', ([clause, expected, concerned, others]) => {
    test.for(concerned.map((body) => ({ body })))('$body is', ({ body }) => {
      const { told } = batchBesideControl();
      post(told, [11, 11.1], body, answer(400));
      expect(findings(told, clause)).toEqual([held(4, 2)]);
    });

    test.for(concerned.map((body) => ({ body })))('$body that is accepted breaks the rule', ({ body }) => {
      const { told } = batch();
      post(told, [11, 11.1], body, counts(1, 0));
      expect(findings(told, clause)).toEqual([broken(expected, 'it was answered with 200', 2)]);
    });

    test.for([WELL_FORMED, ...others].map((body) => ({ body })))('$body is none of its matters', ({ body }) => {
      const { told } = batchBesideControl();
      post(told, [11, 11.1], body, answer(400));
      post(told, [12, 12.1], body, counts(1, 0));
      expect(findings(told, clause)).toEqual([]);
    });

    test('any 4xx will do', () => {
      const { told } = batchBesideControl();
      post(told, [11, 11.1], concerned[0], answer(415));
      expect(findings(told, clause)).toEqual([held(4, 2)]);
    });

    test('a refusal without an acknowledgement that is accepted leaves it open', () => {
      const { told } = batch();
      post(told, [11, 11.1], concerned[0], answer(400));
      expect(findings(told, clause)).toEqual([undecided(2)]);
    });

    test.for(unsaid)('answered with %s it is open', ([, answered]) => {
      const { told } = batchBesideControl();
      post(told, [11, 11.1], concerned[0], answered);
      expect(findings(told, clause)).toEqual([undecided(4)]);
    });

    test('a 500 is no rejection', () => {
      const { told } = batchBesideControl();
      post(told, [11, 11.1], concerned[0], answer(500));
      expect(findings(told, clause)).toEqual([broken(expected, 'it was answered with 500', 4)]);
    });
  });

  test.for([
    ['ack.request.handler-required', '{"message":[{"status":"success"}]}'],
    ['ack.request.empty-array', '{"message":[]}'],
  ] as const)('%s looks at acknowledgements of our groups only', ([clause, body]) => {
    const { told } = batch();
    const elsewhere = told.path.replace('/g1/', '/g2/');
    told.exchange([11, 11.1], { method: 'POST', target: `${elsewhere}/ack`, body, outcome: counts(1, 0) });
    expect(findings(told, clause)).toEqual([]);
  });
});

describe('an empty message array that is accepted (I3)', () => {
  test('may be, where it acknowledges nothing', () => {
    const { told } = batch();
    post(told, [11, 11.1], '{"message":[]}', counts(0, 0));
    expect(findings(told, 'ack.request.empty-array')).toEqual([
      noted('an empty array is answered with 200, nothing acknowledged', 2),
      held(2),
    ]);
  });

  test.for([counts(1, 0), counts(0, 1), answer(200, '{}'), answer(200, '')])('not as %j', (answered) => {
    const { told } = batch();
    post(told, [11, 11.1], '{"message":[]}', answered);
    expect(findings(told, 'ack.request.empty-array')).toEqual([
      broken('an empty message array is rejected with a 4xx', 'it was answered with 200', 2),
    ]);
  });
});

describe('what is left to the endpoint', () => {
  const names = (length: number): string[] => Array.from({ length }, (_, index) => `h1.${index}`);

  test('is more than ten entries (I4)', () => {
    const { told } = batch(10);
    told.acknowledge([11, 11.1], names(10), [10, 0]);
    told.acknowledge([12, 12.1], names(11), answer(400));
    told.acknowledge([13, 13.1], names(12), failure());
    post(told, [14, 14.1], JSON.stringify({ message: Array.from({ length: 11 }, () => ({})) }), answer(400));
    expect(findings(told, 'ack.request.more-than-ten')).toEqual([
      noted('11 entries: 400', 3),
      noted('12 entries: no answer', 4),
    ]);
  });

  test.for([
    [UNKNOWN_MEMBER, 'application/json', answer(400), [noted('unknown members: 400', 2)]],
    [UNKNOWN_MEMBER, 'application/json', counts(1, 0), [noted('unknown members: 200', 2)]],
    [UNKNOWN_MEMBER, 'application/json', failure(), [noted('unknown members: no answer', 2)]],
    [UNKNOWN_MEMBER, 'text/plain', answer(400), []],
    [WELL_FORMED, 'text/plain', answer(400), []],
    [WELL_FORMED, 'application/json', answer(400), []],
  ] as const)('are unknown members (I7): %s as %s', ([body, contentType, answered, expected]) => {
    const { told } = batch(1);
    post(told, [11, 11.1], body, answered, contentType);
    expect(findings(told, 'ack.request.extra-members')).toEqual(expected);
  });

  test.for([
    ['text/plain', counts(1, 0), [noted('text/plain: 200', 2)]],
    ['text/plain', failure(), [noted('text/plain: no answer', 2)]],
    ['application/jsonx', answer(415), [noted('application/jsonx: 415', 2)]],
    ['x-application/json', answer(415), [noted('x-application/json: 415', 2)]],
    ['', answer(400), [noted('no Content-Type: 400', 2)]],
    ['application/json', answer(400), []],
    ['application/json; charset=utf-8', answer(400), []],
    ['Application/JSON', answer(400), []],
  ] as const)('is another content type, or none (I8): %s', ([contentType, answered, expected]) => {
    const { told } = batch(1);
    post(told, [11, 11.1], WELL_FORMED, answered, contentType);
    expect(findings(told, 'ack.request.content-type-missing')).toEqual(expected);
  });

  test('beside an unknown member nothing is said of another content type', () => {
    const { told } = batch(1);
    post(told, [11, 11.1], UNKNOWN_MEMBER, answer(415), 'text/plain');
    expect(findings(told, 'ack.request.content-type-missing')).toEqual([]);
  });
});

describe('the content type of an acknowledgement (I8)', () => {
  const EXPECTED = 'an acknowledgement sent as application/json is understood';

  test.for([
    [counts(1, 0), held(2)],
    [answer(503), undecided(2)],
    [failure(), undecided(2)],
    [answer(400), broken(EXPECTED, 'it was answered with 400', 2)],
    [answer(415), broken(EXPECTED, 'it was answered with 415', 2)],
    [answer(500), broken(EXPECTED, 'it was answered with 500', 2)],
  ] as const)('application/json is understood', ([answered, expected]) => {
    const { told } = batch(1);
    post(told, [11, 11.1], WELL_FORMED, answered);
    expect(findings(told, 'ack.request.content-type')).toEqual([expected]);
  });

  test.for([
    // Others of the same type were understood: it may be refused for anything else.
    [answer(400), undecided(4)],
    [answer(415), broken(EXPECTED, 'it was answered with 415', 4)],
    [answer(500), broken(EXPECTED, 'it was answered with 500', 4)],
    [answer(503), undecided(4)],
  ] as const)('beside one that is accepted only 415 blames it', ([answered, expected]) => {
    const { told, as } = batchBesideControl(1);
    told.acknowledge([11, 11.1], as(S), answered);
    expect(findings(told, 'ack.request.content-type')).toEqual([held(2), expected]);
  });

  test.for([
    // Neither this type, nor an answer that shows that it was understood, nor a group of ours.
    ['as text/plain', 'text/plain', counts(1, 0), ''],
    ['as application/json; charset=utf-8', 'application/json; charset=utf-8', counts(1, 0), ''],
    ['and refused', 'application/json', answer(400), ''],
    ['to a group that nobody made', 'application/json', counts(1, 0), '/nobody/'],
  ] as const)('one that was sent %s is no control', ([, contentType, answered, group]) => {
    const { told } = batch(1);
    const path = told.path.replace('/g1/', group || '/g1/');
    told.exchange([5, 5.1], {
      method: 'POST',
      target: `${path}/ack`,
      headers: [['content-type', contentType]],
      body: '{"message":[{"handler":"invented","status":"success"}]}',
      outcome: answered,
    });
    post(told, [11, 11.1], WELL_FORMED, answer(400));
    expect(findings(told, 'ack.request.content-type')).toEqual([broken(EXPECTED, 'it was answered with 400', 3)]);
  });

  test('is not judged where another one was sent', () => {
    const { told } = batch(1);
    post(told, [11, 11.1], WELL_FORMED, answer(415), 'text/plain');
    expect(findings(told, 'ack.request.content-type')).toEqual([]);
  });

  test.for([
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json ; charset=utf-8',
    'APPLICATION/JSON',
    'Application/Json',
    ' application/json',
    'application/json ',
  ])('%j should be understood', (contentType) => {
    const expected = `an acknowledgement sent as ${contentType} is understood`;
    for (const [answered, finding] of [
      [counts(1, 0), held(2)],
      [answer(415), broken(expected, 'it was answered with 415', 2)],
      [answer(503), undecided(2)],
    ] as const) {
      const { told } = batch(1);
      post(told, [11, 11.1], WELL_FORMED, answered, contentType);
      expect(findings(told, 'ack.request.content-type-variants')).toEqual([finding]);
    }
  });

  test.for([
    ['application/json', WELL_FORMED],
    ['application/json', UNKNOWN_MEMBER],
    ['text/plain', WELL_FORMED],
    ['application/jsonx', WELL_FORMED],
    ['application/json+x', WELL_FORMED],
    ['x-application/json', WELL_FORMED],
    ['', WELL_FORMED],
    // Whatever is wrong with it, it may be the unknown member (I7).
    ['application/json; charset=utf-8', UNKNOWN_MEMBER],
  ] as const)('%j is no variant of it', ([contentType, body]) => {
    const { told } = batch(1);
    post(told, [11, 11.1], body, answer(415), contentType);
    expect(findings(told, 'ack.request.content-type-variants')).toEqual([]);
  });
});

describe('the answer', () => {
  const COUNTS = 'an object with success and fail, both whole numbers from 0';

  test.for([
    ['{"success":1,"fail":0}', held(2)],
    ['{"success":0,"fail":0}', held(2)],
    ['{"success":0,"fail":3,"more":1}', held(2)],
    ['{"success":1}', broken(COUNTS, 'success is 1, fail is missing', 2)],
    ['{"fail":1}', broken(COUNTS, 'success is missing, fail is 1', 2)],
    ['{"success":"1","fail":0}', broken(COUNTS, 'success is "1", fail is 0', 2)],
    ['{"success":1.5,"fail":0}', broken(COUNTS, 'success is 1.5, fail is 0', 2)],
    ['{"success":1,"fail":-1}', broken(COUNTS, 'success is 1, fail is -1', 2)],
    ['{"success":1,"fail":null}', broken(COUNTS, 'success is 1, fail is null', 2)],
    [`{"success":"${'x'.repeat(80)}","fail":0}`, broken(COUNTS, `success is "${'x'.repeat(59)}, fail is 0`, 2)],
    ['[{"success":1,"fail":0}]', broken(COUNTS, 'a body that is array', 2)],
    ['null', broken(COUNTS, 'a body that is null', 2)],
    ['', broken(COUNTS, 'a body that is absent', 2)],
  ] as const)('has both counters (A3): %s', ([body, expected]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(S), answer(200, body));
    expect(findings(told, 'ack.response.counts')).toEqual([expected]);
  });

  test.for([answer(400, '{}'), answer(500, '{}'), answer(503, '{}'), failure()])(
    'has none where it is %j',
    (answered) => {
      const { told, as } = batch();
      told.acknowledge([11, 11.1], as(S), answered);
      expect(findings(told, 'ack.response.counts')).toEqual([]);
      expect(findings(told, 'ack.response.extra-members')).toEqual([]);
    },
  );

  test('may have further members', () => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(S), [1, 0]);
    told.acknowledge([12, 12.1], as(S), answer(200, { a: 1, success: 0, b: 2, fail: 1, c: 3, d: 4, e: 5, f: 6 }));
    told.acknowledge([13, 13.1], as(S), answer(200, { success: 0, fail: 1, total: 1 }));
    expect(findings(told, 'ack.response.extra-members')).toEqual([
      noted('no extra members', 2),
      noted('extra members a, b, c, d, e', 3),
      noted('extra members total', 4),
    ]);
  });

  test('says application/json (F6)', () => {
    const { told, as } = batch();
    const json = counts(1, 0);
    told.acknowledge([11, 11.1], as(S), { ...json, headers: [['Content-Type', 'application/json;charset=utf-8']] });
    told.acknowledge([12, 12.1], as(S), { ...json, headers: [['Content-Type', 'text/plain']] });
    told.acknowledge([13, 13.1], as(S), json);
    expect(findings(told, 'ack.response.content-type')).toEqual([
      held(2),
      broken('the answer says application/json', 'it says text/plain', 3),
      broken('the answer says application/json', 'it has no Content-Type', 4),
    ]);
  });

  test('has no byte order mark and no name twice (F6)', () => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(S), [1, 0]);
    told.acknowledge([12, 12.1], as(S), answer(200, '\ufeff{"success":0,"fail":1}'));
    told.acknowledge([13, 13.1], as(S), answer(200, '{"success":0,"fail":1,"fail":1}'));
    expect(findings(told, 'ack.response.clean-json')).toEqual([
      held(2),
      broken('no byte order mark', 'the answer starts with one', 3),
      broken('no member name twice in one object', '"fail" stands twice', 4),
    ]);
  });

  test('is UTF-8 (F6)', () => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(S), [1, 0]);
    told.acknowledge([12, 12.1], as(S), { ...counts(1, 0), body: { encoding: 'base64', data: '/w==' } });
    expect(findings(told, 'ack.response.utf8')).toEqual([
      held(2),
      broken('the answer is UTF-8', 'its bytes are not', 3),
    ]);
  });
});

describe('the counters of a lawful acknowledgement', () => {
  test.for([
    [[S, S, S], [3, 0], [held(2)]],
    [[S, F, S], [1, 2], [held(2)]],
    [[F, F, F], [0, 3], [held(2)]],
    // Which of both is off, other clauses say.
    [[S, S, S], [2, 1], [held(2)]],
    [[S, S, S], [3, 1], [broken('success and fail add up to 3', 'they are 3 and 1', 2)]],
    [[S, F, S], [1, 1], [broken('success and fail add up to 3', 'they are 1 and 1', 2)]],
    // Only where the whole batch is named.
    [[S, S], [2, 7], []],
    [[S], [1, 2], []],
  ] as const)('add up to the batch (A2): %j answered %j', ([statuses, answered, expected]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(...statuses), answered);
    expect(findings(told, 'ack.counts.whole-batch')).toEqual(expected);
  });

  const leading = (many: number): string => `success is ${many}, the entries before the first that is fail`;

  test.for([
    [[S, S, S], [3, 0], held(2)],
    [[S, F, S], [1, 2], held(2)],
    [[F, S], [0, 2], held(2)],
    [[S], [1, 2], held(2)],
    [[S, S, S], [2, 1], broken(leading(3), 'success is 2', 2)],
    [[S, F, S], [2, 1], broken(leading(1), 'success is 2', 2)],
    [[F, S], [1, 1], broken(leading(0), 'success is 1', 2)],
    [[S], [0, 1], broken(leading(1), 'success is 0', 2)],
  ] as const)('count the leading successes (A2, B1): %j answered %j', ([statuses, answered, expected]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(...statuses), answered);
    expect(findings(told, 'ack.counts.success')).toEqual([expected]);
  });

  // Of k entries of a batch of n, s of them leading successes: k − s, or n − s, and nothing else (A2).
  test.for([
    [[S, S, S], 0, held(2)],
    [[S, S, S], 1, broken('fail is 0', 'fail is 1', 2)],
    [[S, F, S], 2, held(2)],
    [[S, F, S], 1, broken('fail is 2', 'fail is 1', 2)],
    [[S], 0, held(2)],
    [[S], 2, held(2)],
    [[S], 1, broken('fail is 0 or 2', 'fail is 1', 2)],
    [[S], 3, broken('fail is 0 or 2', 'fail is 3', 2)],
    [[S, F], 1, held(2)],
    [[S, F], 2, held(2)],
    [[S, F], 0, broken('fail is 1 or 2', 'fail is 0', 2)],
    [[F], 1, held(2)],
    [[F], 3, held(2)],
    [[F], 2, broken('fail is 1 or 3', 'fail is 2', 2)],
  ] as const)('count the rest as fail: %j answered with %i', ([statuses, fail, expected]) => {
    const { told, as } = batch();
    const successes = statuses.findIndex((status) => status === F);
    told.acknowledge([11, 11.1], as(...statuses), [successes === -1 ? statuses.length : successes, fail]);
    expect(findings(told, 'ack.counts.fail')).toEqual([expected]);
  });

  const [OF_REQUEST, OF_BATCH] = ['fail counts the rest of the request', 'fail counts the rest of the batch'];
  test.for([
    [[S], [1, 0], [noted(OF_REQUEST, 2)]],
    [[S], [1, 2], [noted(OF_BATCH, 2)]],
    [[S, F], [1, 1], [noted(OF_REQUEST, 2)]],
    [[S, F], [1, 2], [noted(OF_BATCH, 2)]],
    // Neither of both.
    [[S], [1, 7], []],
    [[S, F], [1, 0], []],
    // Where the request names the whole batch there is no telling.
    [[S, F, F], [1, 2], []],
    [[S, S, S], [3, 0], []],
  ] as const)('which rest fail counts is left to the endpoint: %j answered %j', ([statuses, answered, expected]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(...statuses), answered);
    expect(findings(told, 'ack.counts.fail-scope')).toEqual(expected);
  });

  describe.for(['ack.counts.whole-batch', 'ack.counts.success', 'ack.counts.fail', 'ack.counts.fail-scope'])(
    'of them %s says nothing',
    (clause) => {
      test.for([
        ['was refused', [S, S, S], answer(400)],
        ['has no counters', [S, S, S], answer(200, '{}')],
        ['nobody answered', [S, S, S], failure()],
        // What it counts as is only a SHOULD (I1).
        ['leaves a status out', [S, NONE, S], counts(0, 1)],
        ['has a status that is none', [S, 'SUCCESS', S], counts(0, 1)],
      ] as const)('where it %s', ([, statuses, answered]) => {
        const { told, as } = batch();
        told.acknowledge([11, 11.1], as(...statuses), answered);
        expect(findings(told, clause)).toEqual([]);
      });
    },
  );

  const allFail = 'an acknowledgement that marks all as fail is answered with 200 and success 0';
  test.for([
    [[F, F, F], counts(0, 3), [held(2)]],
    [[F], counts(0, 1), [held(2)]],
    [[F], counts(0, 3), [held(2)]],
    [[F, F, F], counts(1, 2), [broken(allFail, 'success is 1', 2)]],
    [[F, F, F], answer(400), [broken(allFail, 'it was answered with 400', 2)]],
    [[F, F, F], answer(500), [broken(allFail, 'it was answered with 500', 2)]],
    [[F, F, F], answer(503), [undecided(2)]],
    [[F, F, F], answer(429), [undecided(2)]],
    [[F, F, F], failure(), [undecided(2)]],
    [[F, F, S], answer(400), []],
    [[F, NONE], answer(400), []],
    [[S, F], answer(400), []],
    [[S], answer(400), []],
  ] as const)('are 0 and all where all is marked as fail (A5): %j answered %j', ([statuses, answered, expected]) => {
    const { told, as } = batch();
    told.acknowledge([11, 11.1], as(...statuses), answered);
    expect(findings(told, 'ack.counts.all-fail')).toEqual(expected);
  });
});

describe('what was acknowledged never returns (G9)', () => {
  const CLAUSE = 'ack.acknowledged.never-returns';
  const again = (tag = ''): string => `dead letter ${tag}, which was acknowledged, is never consumed again`;

  test.for([
    ['at once', [12, 12.1]],
    // The acknowledgement's answer had just arrived.
    ['right after its answer', [11.5, 12]],
    ['hours later', [9999, 9999.1]],
  ] as const)('one that does, %s, breaks the rule', ([, when]) => {
    const { told, as } = batch(2);
    told.acknowledge([11, 11.5], as(S, S), [2, 0]);
    told.consume(when as When, '', [1]);
    expect(findings(told, CLAUSE)).toEqual([broken(again(told.tags[1]), 'it was handed out again', 2, 3)]);
  });

  test('one that a consume brings which may have been answered before does not', () => {
    const { told, as } = batch(1);
    told.acknowledge([11, 11.5], as(S), [1, 0]);
    told.consume([11.4, 12], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('blames the first consume that brings it, also where another one looked for it in vain', () => {
    const { told, as } = batch(1);
    told.acknowledge([11, 11.5], as(S), [1, 0]);
    told.consume([12, 12.1], '', [0]);
    told.consume([50, 60], '', EMPTY);
    told.consume([70, 70.1], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([broken(again(told.tags[0]), 'it was handed out again', 2, 3)]);
  });

  // Handed out by 10.5 for 30 s: looked for until 10 s past that, less the second by which a poll may be early.
  test.for([
    [49.4, []],
    [49.5, [held(2, 3)]],
    [400, [held(2, 3)]],
  ] as const)('an empty answer at %d shows that it does not: %j', ([at, expected]) => {
    const { told, as } = batch(1);
    told.acknowledge([11, 11.5], as(S), [1, 0]);
    told.consume([48, at], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  // With a lease of 15 s it is over by 25.5, and its 10 s by 35.5.
  test.for([
    [[37, 40], []],
    [[40.9, 45], []],
    [[42, 45], [held(2, 3)]],
  ] as const)(
    'an empty answer shows it only to a consume that was sent behind the acknowledgement: %j',
    ([when, expected]) => {
      const { told, as } = batch(1, 'ack_wait=15');
      if (when[0] < 41) told.consume([...when], '', EMPTY);
      told.acknowledge([41, 42], as(S), [1, 0]);
      if (when[0] > 41) told.consume([...when], '', EMPTY);
      for (const clause of [CLAUSE, 'ack.counts.success-is-settled']) expect(findings(told, clause)).toEqual(expected);
    },
  );

  test('one that was named twice is told once (B7)', () => {
    const { told, as } = batch(1);
    told.acknowledge([11, 11.5], [...as(S), ...as(S)], [1, 1]);
    told.consume([12, 12.1], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([broken(again(told.tags[0]), 'it was handed out again', 2, 3)]);
  });

  test('wherever in its interval that answer arrived', () => {
    const { told, as } = batch(1);
    told.acknowledge([11, 11.5], as(S), [1, 0]);
    const clock = { sent: [48, 48], received: [49, 50] } satisfies Parameters<Story['exchange']>[1]['clock'];
    told.exchange([48, 50], { target: told.path, outcome: EMPTY, clock });
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('the lease is that of its own batch', () => {
    const { told, as } = batch(1, 'ack_wait=300');
    told.acknowledge([11, 11.5], as(S), [1, 0]);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
    told.consume([320, 323], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([held(2, 4)]);
  });

  test('of two batches in one request each has its own', () => {
    const told = story({ letters: 2 });
    const [short = ''] = told.consume([10, 10.1], 'ack_wait=30', [0]);
    const [long = ''] = told.consume([10.2, 10.3], 'ack_wait=300', [1]);
    told.acknowledge([11, 11.5], [short, long], [2, 0]);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([held(3, 4)]);
    told.consume([320, 323], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([held(3, 4), held(3, 5)]);
  });

  test.for([
    ['brings another one', 'ack_wait=30', [1]],
    ['need not be answered', 'max_msgs=11', EMPTY],
    ['is refused', '', answer(400)],
  ] as const)('a consume that %s shows nothing', ([, query, gives]) => {
    const told = story({ letters: 2 });
    const { as } = handedOut(told, 'ack_wait=30', [0], [10, 10.5]);
    told.acknowledge([11, 11.5], as(S), [1, 0]);
    told.consume([60, 63], query, gives);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('only what was counted has to stay gone', () => {
    const { told, as } = batch(3);
    told.acknowledge([11, 11.5], as(S, F, S), [1, 2]);
    told.consume([12, 12.1], '', [1, 2]);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([held(2, 4)]);
  });

  test.for([
    ['was refused', [S], answer(400)],
    ['nobody answered', [S], failure()],
    ['counted nothing', [S], counts(0, 1)],
    ['has no counters', [S], answer(200, '{}')],
  ] as const)('nothing has to after one that %s', ([, statuses, answered]) => {
    const { told, as } = batch(1);
    told.acknowledge([11, 11.5], as(...statuses), answered);
    told.consume([12, 12.1], '', [0]);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('a request that names no dead letter of ours, or none at all, says nothing', () => {
    const told = story({ letters: 2 });
    const { as } = handedOut(told, 'ack_wait=30', [7], [10, 10.5]);
    told.acknowledge([11, 11.5], [...as(S)], [1, 0]);
    told.acknowledge([12, 12.5], ['invented'], [1, 0]);
    post(told, [13, 13.5], '{}', counts(1, 0));
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('as many stay gone as were counted (guard 2)', () => {
  const CLAUSE = 'ack.counts.success-is-settled';

  /** Three dead letters, of which the second and the first are acknowledged in that order; which of them is counted is open (B4). */
  function reordered(success: number): Batch {
    const own = batch(3);
    const [first = '', second = ''] = own.handlers;
    own.told.acknowledge([11, 11.5], [second, first], [success, 2 - success]);
    return own;
  }

  test('one of two may return where one was counted, and looking for more in vain shows that it holds', () => {
    const { told } = reordered(1);
    told.consume([12, 12.1], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([]);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([held(2, 4)]);
  });

  test('both may not', () => {
    const { told } = reordered(1);
    told.consume([12, 12.1], '', [0]);
    told.consume([12.2, 12.3], '', [1]);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([
      broken('1 of the 2 dead letters that were named stay gone', '2 were handed out again', 2, 4, 3),
    ]);
  });

  test('none may where both were counted', () => {
    const { told } = reordered(2);
    told.consume([12, 12.1], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([
      broken('2 of the 2 dead letters that were named stay gone', '1 were handed out again', 2, 3),
    ]);
  });

  test('all may where none was counted', () => {
    const { told } = reordered(0);
    told.consume([12, 12.1], '', [0, 1]);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('a consume that brings several of them is told once', () => {
    const { told } = reordered(2);
    told.consume([12, 12.1], '', [0, 1]);
    expect(findings(told, CLAUSE)).toEqual([
      broken('2 of the 2 dead letters that were named stay gone', '2 were handed out again', 2, 3),
    ]);
  });

  test.for([
    [['invented'], [1, 0], 0],
    [['h1.0', 'invented'], [2, 0], 1],
    [['h1.0', 'h1.0'], [2, 0], 1],
    [['h1.0'], [2, 0], 1],
  ] as const)('no more stay gone than were named: %j answered %j', ([named, answered, most]) => {
    const { told } = batch(1);
    told.acknowledge([11, 11.5], named, answered);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([
      broken(`no more than the dead letters that were named count as success: ${most}`, `success is ${answered[0]}`, 2),
    ]);
  });

  // Both were handed out by 10.5 for 30 s: looked for until 10 s past that, less the second by which a poll may be early.
  test.for([
    ['', 49.4, []],
    ['', 49.5, [held(2, 3)]],
    ['max_msgs=11', 60, []],
  ] as const)('an empty answer to %j at %d shows: %j', ([query, at, expected]) => {
    const { told } = reordered(1);
    told.consume([48, at], query, EMPTY);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('others may, and what was handed out before it was answered', () => {
    const { told } = reordered(2);
    told.consume([11.2, 11.6], '', [0]);
    told.consume([12, 12.1], '', [2]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('a dead letter that is named twice counts as one', () => {
    const { told, handlers } = batch(2);
    const [first = '', second = ''] = handlers;
    told.acknowledge([11, 11.5], [first, first, second], [2, 1]);
    told.consume([12, 12.1], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([
      broken('2 of the 2 dead letters that were named stay gone', '1 were handed out again', 2, 3),
    ]);
  });

  test('an invented handler stands for none', () => {
    const { told, handlers } = batch(1);
    told.acknowledge([11, 11.5], [...handlers, 'invented'], [1, 1]);
    expect(findings(told, CLAUSE)).toEqual([]);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([held(2, 3)]);
    told.consume([70, 70.1], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([
      broken('1 of the 1 dead letters that were named stay gone', '1 were handed out again', 2, 4),
    ]);
  });

  test('a poll that comes back empty during a lease shows nothing, nor does one that brings another', () => {
    const { told } = reordered(2);
    told.consume([20, 23], '', EMPTY);
    told.consume([60, 60.1], '', [2]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('of several leases the longest has to be over', () => {
    const told = story({ letters: 2 });
    const [short = ''] = told.consume([10, 10.1], 'ack_wait=30', [0]);
    const [long = ''] = told.consume([10.2, 10.3], 'ack_wait=300', [1]);
    told.acknowledge([11, 11.5], [short, long], [2, 0]);
    told.consume([100, 103], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
    told.consume([330, 333], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([held(3, 5)]);
  });

  test.for([
    [
      'of which we arranged none',
      (told: Story, handlers: readonly string[]) => told.acknowledge([11, 11.5], handlers, [2, 0]),
    ],
    ['in a request that has not the documented form', (told: Story) => post(told, [11, 11.5], '{}', counts(1, 0))],
    [
      'that nobody answered for',
      (told: Story, handlers: readonly string[]) => told.acknowledge([11, 11.5], handlers, failure()),
    ],
  ] as const)('nothing is said of messages %s', ([, acknowledge]) => {
    const told = story({ letters: 2 });
    const handlers = told.consume([10, 10.1], 'ack_wait=30', [0, 7]);
    acknowledge(told, handlers);
    told.consume([12, 12.1], '', [0]);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('the ones that were acknowledged are the first (A1)', () => {
  const CLAUSE = 'ack.counts.success-is-first';

  test('the rest comes back, and they stay gone', () => {
    const { told, as } = batch(3);
    told.acknowledge([11, 11.5], as(S, F, S), [1, 2]);
    told.consume([12, 12.1], '', [1]);
    told.consume([41, 41.1], '', [2]);
    expect(findings(told, CLAUSE)).toEqual([held(2, 3), held(2, 4)]);
  });

  test('one of the first that comes again breaks it', () => {
    const { told, as } = batch(3);
    told.acknowledge([11, 11.5], as(S, S, F), [2, 1]);
    told.consume([41, 41.1], '', [1]);
    expect(findings(told, CLAUSE)).toEqual([
      broken('the first 2 are acknowledged', `${told.tags[1]} among them came again`, 2, 3),
    ]);
  });

  // Handed out by 10.5 for 30 s: back by 55.5, with 15 s of grace.
  test.for([
    [55.5, []],
    [55.6, [1, 2]],
  ] as const)('a rest that is not there for a consume sent at %d breaks it', ([sent, missing]) => {
    const { told, as } = batch(3);
    told.acknowledge([11, 11.5], as(S), [1, 0]);
    told.consume([sent, sent + 3], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual(
      missing.map((place) =>
        broken('all but the first 1 are consumable again', `${told.tags[place]} did not come again`, 2, 3),
      ),
    );
  });

  // Back by 55.5; later, and nobody had asked in between: that says neither that it was in time nor that it was not.
  test.for([
    [55.5, held(2, 3)],
    [55.6, undecided(2, 3)],
    [500, undecided(2, 3)],
  ] as const)('a rest that comes back at %d', ([at, expected]) => {
    const { told, as } = batch(2);
    told.acknowledge([11, 11.5], as(S, F), [1, 1]);
    told.consume([50, at], '', [1]);
    expect(findings(told, CLAUSE)).toEqual([expected]);
    expect(findings(told, 'redelivery.after-fail').map(({ outcome }) => outcome)).toEqual([expected.outcome]);
  });

  test('one of several counts says nothing of the others', () => {
    const told = story({ letters: 4 });
    const one = handedOut(told, 'ack_wait=30', [0, 1], [10, 10.5]);
    told.acknowledge([11, 11.5], one.as(S, F), [1, 1]);
    const other = handedOut(told, 'ack_wait=30', [2, 3], [12, 12.5]);
    told.acknowledge([13, 13.5], other.as(F, F), [0, 2]);
    told.consume([50, 50.1], '', [3]);
    expect(findings(told, CLAUSE)).toEqual([]);
    told.consume([51, 51.1], '', [1]);
    expect(findings(told, CLAUSE)).toEqual([held(2, 6)]);
  });

  test.for([
    ['all were counted', [S, S, S], counts(3, 0)],
    ['none was counted', [F, S, S], counts(0, 3)],
    ['it was refused', [S, F, S], answer(400)],
    ['nobody answered', [S, F, S], failure()],
    ['its answer is not fixed', [S, 'SUCCESS', F], counts(1, 2)],
  ] as const)('where %s nothing is said', ([, statuses, answered]) => {
    const { told, as } = batch(3);
    told.acknowledge([11, 11.5], as(...statuses), answered);
    told.consume([60, 60.1], '', [0]);
    told.consume([61, 64], '', EMPTY);
    told.consume([70, 70.1], '', [1, 2]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('a message that we did not arrange cannot be followed', () => {
    const told = story({ letters: 2 });
    const { as } = handedOut(told, 'ack_wait=30', [7, 0], [10, 10.5]);
    told.acknowledge([11, 11.5], as(S, F), [1, 1]);
    told.consume([12, 12.1], '', [7, 0]);
    expect(findings(told, CLAUSE)).toEqual([held(2, 3)]);
  });

  test('a request that has not the documented form says nothing', () => {
    const { told } = batch(3);
    post(told, [11, 11.5], '{"message":["h1.0"]}', counts(1, 2));
    told.consume([60, 60.1], '', [0, 1]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('a refused acknowledgement (guard 3)', () => {
  const refused = (): Batch => {
    const own = batch(2);
    own.told.acknowledge([11, 11.5], own.as(S, S), answer(400));
    return own;
  };

  test('settles nothing: what it named comes back', () => {
    const { told } = refused();
    told.consume([50, 50.1], '', [0, 1]);
    expect(findings(told, 'ack.refused.settles-nothing')).toEqual([held(1, 2, 3), held(1, 2, 3)]);
  });

  test('that does not come back by 15 s after the lease breaks the rule', () => {
    const { told } = refused();
    told.consume([55.5, 58], '', EMPTY);
    expect(findings(told, 'ack.refused.settles-nothing')).toEqual([]);
    told.consume([60.5, 63], '', EMPTY);
    expect(findings(told, 'ack.refused.settles-nothing')).toEqual(
      told.tags.map((tag) =>
        broken(
          `dead letter ${tag} is consumable again no later than 45 s after its delivery`,
          'a consume sent 50 s after its delivery came back empty',
          1,
          2,
          4,
        ),
      ),
    );
  });

  test('is none where the request was only throttled, or counted', () => {
    for (const answered of [answer(429), counts(0, 2)]) {
      const { told, as } = batch(2);
      told.acknowledge([11, 11.5], as(S, S), answered);
      told.consume([20, 20.1], '', [0]);
      told.consume([60.5, 63], '', EMPTY);
      for (const clause of ['ack.refused.settles-nothing', 'ack.refused.leases'])
        expect(findings(told, clause)).toEqual([]);
    }
  });

  // The lease ends at 40 at the earliest.
  test.for([
    [20, 'a refused acknowledgement ended the leases of its batch'],
    [38, 'a refused acknowledgement ended the leases of its batch'],
    [40, 'a refused acknowledgement left the leases as they were'],
    [41, 'a refused acknowledgement left the leases as they were'],
  ] as const)('may end the leases of its batch: back at %d, when somebody had always asked', ([at, observed]) => {
    const { told } = refused();
    told.consume([12, 18], 'time_wait=6', EMPTY);
    told.consume([18, at], 'time_wait=60', [0]);
    expect(findings(told, 'ack.refused.leases')).toEqual([noted(observed, 4)]);
  });

  test.for([
    ['nobody', []],
    ['somebody who asked before it was refused', [[11.4, 12]]],
    ['somebody who asked behind the lease', [[39, 40.1]]],
  ] as const)('says nothing of the leases where %s asked', ([, polls]) => {
    const { told } = refused();
    for (const poll of polls) told.consume([...poll], '', EMPTY);
    told.consume([60, 60.1], '', [0, 1]);
    expect(findings(told, 'ack.refused.leases')).toEqual([]);
  });

  test.for([
    ['somebody asked to its end', [39, 40], [60, 60.1], true],
    ['the consume itself asked before its end', undefined, [39.9, 60], true],
    ['the consume itself asked at its end', undefined, [40, 60], false],
  ] as const)('left the leases as they were where %s', ([, poll, back, asked]) => {
    const { told } = refused();
    if (poll !== undefined) told.consume([...poll], '', EMPTY);
    told.consume([...back], 'time_wait=60', [0]);
    expect(findings(told, 'ack.refused.leases')).toEqual(
      asked ? [noted('a refused acknowledgement left the leases as they were', poll === undefined ? 3 : 4)] : [],
    );
  });

  test('of which another one comes back is asked for in vain by nobody', () => {
    const { told } = refused();
    told.consume([20, 20.1], '', [1]);
    told.consume([60, 60.1], '', [0]);
    expect(findings(told, 'ack.refused.leases')).toEqual([
      noted('a refused acknowledgement ended the leases of its batch', 3),
    ]);
  });

  test('of which nothing comes back says nothing of the leases', () => {
    const { told } = refused();
    told.consume([20, 23], '', EMPTY);
    told.consume([60, 63], '', EMPTY);
    expect(findings(told, 'ack.refused.leases')).toEqual([]);
  });

  test('has its code reported (J2)', () => {
    const { told, as } = batch(2);
    told.acknowledge([11, 11.5], as(S), answer(400, { error_code: 'DMS.10542209' }));
    told.acknowledge([12, 12.5], as(S), answer(404));
    told.acknowledge([13, 13.5], as(S), answer(401, { error_code: 'DMS.10240101' }));
    told.acknowledge([14, 14.5], as(S), [1, 0]);
    told.acknowledge([15, 15.5], as(S), answer(503));
    expect(findings(told, 'ack.refused.error-code')).toEqual([
      noted('400 with code 10542209', 2),
      noted('404 with code none', 3),
    ]);
  });
});
