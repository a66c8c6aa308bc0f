import { describe, expect, test } from 'vitest';
import type { ArrangedGroup } from '../../schemas/types.ts';
import type { Finding } from '../../src/rules/rule.ts';
import { broken, findings, held, noted } from '../support/findings.ts';
import { answer, story, type Story } from '../support/history.ts';

/** A message on the wire: JSON texts, since spellings matter. No body or no attributes: the member is not there. */
interface Wire {
  readonly body?: string;
  readonly attributes?: string;
}

function element({ body, attributes }: Wire, handler: string): string {
  const members = [
    ...(body === undefined ? [] : [`"body":${body}`]),
    ...(attributes === undefined ? [] : [`"attributes":${attributes}`]),
  ];
  return `{"message":{${members.join(',')}},"handler":"${handler}"}`;
}

/** A consume that brings what is written there. */
function brings(told: Story, at: number, ...messages: readonly Wire[]): void {
  const list = messages.map((message, index) => element(message, `h${at}.${index}`));
  told.consume(at, '', answer(200, `[${list.join(',')}]`));
}

/** The only dead letter of its group, so that it needs no tag: what was sent, and what came at 10 s, 60 s and so on. */
function sent(body: string, attributes: string | null, ...got: readonly Wire[]): Story {
  const told = story();
  told.letter([0, 0], { body, attributes });
  got.forEach((message, index) => brings(told, 10 + 50 * index, message));
  return told;
}

/** A body that was sent, and one that came back. */
function body(before: string, after: string): Story {
  return sent(before, null, { body: after });
}

/** An element without its message, which leaves the only dead letter of a group recognisable. */
function withoutMessage(before: string): Story {
  const told = sent(before, '{"a":"1"}');
  told.consume(10, '', answer(200, '[{"handler":"h"},{"message":"text","handler":"i"}]'));
  return told;
}

describe('an object or a string comes back as the same JSON value (F3)', () => {
  const CLAUSE = 'payload.body.unchanged';
  const unchanged = (told: Story): readonly Finding[] => findings(told, CLAUSE);

  test.for([
    ['{}', '{}'],
    ['{"a":1,"b":[true,null]}', '{ "b" : [ true, null ], "a" : 1 }'],
    ['"text"', '"text"'],
    ['""', '""'],
    ['"\\u00e4\\n"', '"ä\\u000a"'],
    // Numbers are compared as doubles, and -0 is 0; their spelling is another clause.
    ['{"n":[1.0,100,-0]}', '{"n":[1,1e2,0]}'],
    ['{"n":9007199254740993}', '{"n":9007199254740992}'],
  ] as const)('%s as %s', ([before, after]) => {
    expect(unchanged(body(before, after))).toEqual([held(1)]);
  });

  test.for([
    ['{"a":true}', '{"a":false}'],
    ['{"a":true}', '{"a":true,"b":null}'],
    ['{"a":true,"b":null}', '{"a":true}'],
    ['{"a":[null,true]}', '{"a":[true,null]}'],
    ['"text"', '"Text"'],
    ['"é"', '"e\u0301"'],
    // A string must not come back parsed, nor an object as a string.
    ['{"a":true}', '"{\\"a\\":true}"'],
    ['"{}"', '{}'],
    ['"null"', 'null'],
    ['{}', '[]'],
    // The texts show what differs, also where only the kind of it does.
    ['{"n":1}', '{"n":"1"}'],
    ['{"n":[9007199254740993,-0,1.50]}', '{"n":[9007199254740993,-0,"1.50"]}'],
  ] as const)('%s not as %s', ([before, after]) => {
    const told = body(before, after);
    expect(unchanged(told)).toEqual([broken(`body ${before}`, `body ${after} of ${told.tags[0]}`, 1)]);
  });

  test.for(['[1]', '12', 'true', 'false', 'null', '"\\ud800"', '{"a":["\\udc00"]}', '{"\\ud83d":1}'])(
    'nothing is said of %s: another level, or left to the endpoint',
    (before) => {
      expect(unchanged(body(before, '"changed"'))).toEqual([]);
      expect(unchanged(body(before, before))).toEqual([]);
    },
  );

  test('nothing is said of what came back without a body', () => {
    expect(unchanged(sent('"text"', null, {}))).toEqual([]);
    expect(unchanged(withoutMessage('"text"'))).toEqual([]);
  });

  test('every delivery of every dead letter is judged', () => {
    const told = story({ letters: 2 });
    const [first, second] = told.tags;
    brings(told, 10, { body: `{"tag":"${second}"}` }, { body: `{"tag":"${first}"}` });
    brings(told, 60, { body: `{"tag":"${second}","x":true}` });
    expect(unchanged(told)).toEqual([
      held(1),
      held(1),
      broken(`body {"tag":"${second}"}`, `body {"tag":"${second}","x":true} of ${second}`, 2),
    ]);
  });

  describe('people see the part that differs', () => {
    /** Ten characters, so that places are easily counted. */
    const TEN = 'abcdefghij';
    const differ = (before: string, after: string): readonly [string, string] => {
      const told = body(JSON.stringify(before), JSON.stringify(after));
      const [finding] = unchanged(told);
      if (finding?.outcome !== 'broken') throw new TypeError('nothing was broken');
      expect(finding.observed.endsWith(` of ${told.tags[0]}`)).toBe(true);
      return [finding.expected, finding.observed.slice(0, -` of ${told.tags[0]}`.length)];
    };

    test('the whole of what is short enough, wherever the difference is', () => {
      // With its quotes it has 120 characters.
      const [before, after] = [`${TEN.repeat(11)}12345678`, `${TEN.repeat(11)}1234567X`];
      expect(differ(before, after)).toEqual([`body "${before}"`, `body "${after}"`]);
    });

    test('else from 30 characters before the first difference', () => {
      // One character more, and the difference at its very end.
      const [before, after] = [`${TEN.repeat(11)}123456789`, `${TEN.repeat(11)}12345678X`];
      expect(differ(before, after)).toEqual([`body …${`"${before}"`.slice(-32)}`, `body …${`"${after}"`.slice(-32)}`]);
    });

    test('120 characters of it, and that there is more on either side', () => {
      const [before, after] = [`${TEN.repeat(10)}x${TEN.repeat(20)}`, `${TEN.repeat(10)}y${TEN.repeat(20)}`];
      expect(differ(before, after)).toEqual([
        `body …${TEN.repeat(3)}x${TEN.repeat(8)}abcdefghi…`,
        `body …${TEN.repeat(3)}y${TEN.repeat(8)}abcdefghi…`,
      ]);
    });

    test('from the beginning where the difference is near it', () => {
      const shared = 'a'.repeat(29);
      // 30 characters are the same, the quote among them: nothing needs to be left out.
      expect(differ(shared, `${shared}${'x'.repeat(200)}`)).toEqual([
        `body "${shared}"`,
        `body "${shared}${'x'.repeat(90)}…`,
      ]);
      // One more.
      expect(differ(`a${shared}`, `a${shared}${'x'.repeat(200)}`)).toEqual([
        `body "a${shared}"`,
        `body …a${shared}${'x'.repeat(90)}…`,
      ]);
    });

    test('no more than there is', () => {
      // All of it stands in what was sent, which went on.
      const after = 'x'.repeat(150);
      expect(differ(`${after}${TEN}`, after)[1]).toBe(`body …${'x'.repeat(30)}"`);
      // And exactly up to the end.
      const [short, long] = ['x'.repeat(100), `${'x'.repeat(100)}${'y'.repeat(89)}`];
      expect(differ(short, long)[1]).toBe(`body …${'x'.repeat(30)}${'y'.repeat(89)}"`);
      expect(differ(short, `${long}y`)[1]).toBe(`body …${'x'.repeat(30)}${'y'.repeat(90)}…`);
    });
  });
});

describe('a string comes back as a string, and an object as an object (F3)', () => {
  const CLAUSE = 'payload.body.kind';
  const brokenBy = (before: string, after: string): Finding =>
    broken(`a body that was sent as ${before} comes back as one`, `it came back as ${after}`, 1);

  test.for([
    ['{"a":1}', '{}', held(1)],
    ['"text"', '"other"', held(1)],
    ['{"a":1}', '"{\\"a\\":1}"', brokenBy('object', 'string')],
    ['{"a":1}', '[{"a":1}]', brokenBy('object', 'array')],
    ['{"a":1}', 'null', brokenBy('object', 'null')],
    ['"{}"', '{}', brokenBy('string', 'object')],
    ['"12"', '12', brokenBy('string', 'number')],
    ['"true"', 'true', brokenBy('string', 'boolean')],
  ] as const)('%s as %s', ([before, after, finding]) => {
    expect(findings(body(before, after), CLAUSE)).toEqual([finding]);
  });

  test.for(['[1]', '12', 'true', 'null', '"\\ud800"'])('nothing is said of %s', (before) => {
    expect(findings(body(before, '{}'), CLAUSE)).toEqual([]);
  });
});

describe('an array, a number or a boolean comes back as the same value (F3)', () => {
  const CLAUSE = 'payload.body.other-kinds';
  const brokenBy = (before: string, after: string): Finding => broken(`body ${before}`, `body ${after}`, 1);

  test.for([
    ['["a",null]', '[ "a", null ]', held(1)],
    ['[]', '[]', held(1)],
    ['12.5', '12.50', held(1)],
    ['0', '-0', held(1)],
    ['false', 'false', held(1)],
    ['["a",null]', '[null,"a"]', brokenBy('["a",null]', '[null,"a"]')],
    ['[]', 'null', brokenBy('[]', 'null')],
    ['[true]', 'true', brokenBy('[true]', 'true')],
    ['true', 'false', brokenBy('true', 'false')],
    ['true', '"true"', brokenBy('true', '"true"')],
    ['false', 'null', brokenBy('false', 'null')],
  ] as const)('%s as %s', ([before, after, finding]) => {
    expect(findings(body(before, after), CLAUSE)).toEqual([finding]);
  });

  test('a number that became another one, or a string', () => {
    for (const after of ['13', '"12"']) expect(findings(body('12', after), CLAUSE)).toEqual([brokenBy('12', after)]);
  });

  test('people see the part that differs', () => {
    const [before, after] = [`["${'x'.repeat(200)}",true]`, `["${'x'.repeat(200)}",null]`];
    expect(findings(body(before, after), CLAUSE)).toEqual([
      brokenBy(`…${'x'.repeat(28)}",true]`, `…${'x'.repeat(28)}",null]`),
    ]);
  });

  test.for(['{}', '"text"', 'null', '["\\ud800"]'])('nothing is said of %s', (before) => {
    expect(findings(body(before, 'true'), CLAUSE)).toEqual([]);
  });
});

describe('numbers come back as they were spelled (F3)', () => {
  const CLAUSE = 'payload.body.number-spelling';

  test.for([
    ['{"n":[9007199254740993,1.0,1e2,-0]}', '{ "n" : [ 9007199254740993, 1.0, 1e2, -0 ] }'],
    ['7', '7'],
    ['[["x",{"n":0.10}]]', '[["x",{"n":0.10}]]'],
  ] as const)('%s as %s', ([before, after]) => {
    expect(findings(body(before, after), CLAUSE)).toEqual([held(1)]);
  });

  test.for([
    ['1.50', '1.5'],
    ['{"n":[1E+2]}', '{"n":[100]}'],
    // Above 2^53: as doubles they are the same.
    ['9007199254740993', '9007199254740992'],
    ['-0', '0'],
  ] as const)('%s not as %s', ([before, after]) => {
    expect(findings(body(before, after), CLAUSE)).toEqual([
      broken(`numbers as they were spelled: ${before}`, after, 1),
    ]);
  });

  test('people see the part that differs', () => {
    const [before, after] = [`["${'x'.repeat(200)}",1.0]`, `["${'x'.repeat(200)}",1]`];
    expect(findings(body(before, after), CLAUSE)).toEqual([
      broken(`numbers as they were spelled: …${'x'.repeat(27)}",1.0]`, `…${'x'.repeat(27)}",1]`, 1),
    ]);
  });

  test.for([
    // Without numbers there is nothing to spell, and another value is another clause.
    ['{"a":"1.0","b":[true,null]}', '{"a":"1.0","b":[true,null]}'],
    ['"1"', '"1"'],
    ['{"n":1}', '{"n":2}'],
    ['1', '"1"'],
  ] as const)('nothing is said of %s that came back as %s', ([before, after]) => {
    expect(findings(body(before, after), CLAUSE)).toEqual([]);
  });
});

describe('what is left to the endpoint is noted (F3)', () => {
  test.for([
    ['null', 'null'],
    ['{}', 'object'],
    ['""', 'string'],
    ['0', 'number'],
  ] as const)('null that comes back as %s', ([after, kind]) => {
    expect(findings(body('null', after), 'payload.body.null')).toEqual([
      noted(`a body that is null comes back as ${kind}`, 1),
    ]);
  });

  test.for(['{}', '"null"', '[null]', '0'])('%s is not null', (before) => {
    expect(findings(body(before, 'null'), 'payload.body.null')).toEqual([]);
  });

  test.for([
    ['"\\ud800 alone"', '"\\ud800 alone"', 'unchanged'],
    ['"\\ud800 alone"', '"\ufffd alone"', 'changed'],
    ['["\\udc00"]', '[]', 'changed'],
    ['{"\\ud800":1}', '{"\\uD800":1.0}', 'unchanged'],
  ] as const)('a lone surrogate: %s as %s is %s', ([before, after, how]) => {
    expect(findings(body(before, after), 'payload.body.lone-surrogates')).toEqual([
      noted(`a lone surrogate comes back ${how}`, 1),
    ]);
  });

  test('a pair of surrogates is not alone', () => {
    expect(findings(body('"\\ud83d\\ude00"', '"😀"'), 'payload.body.lone-surrogates')).toEqual([]);
  });
});

describe('attributes come back as they were sent (F4)', () => {
  const STRINGS = 'payload.attributes.unchanged';
  const OTHERS = 'payload.attributes.other-kinds';
  const attributed = (before: string | null, after: string | undefined): Story =>
    sent('"text"', before, { body: '"text"', ...(after === undefined ? {} : { attributes: after }) });

  test.for([
    ['{"a":"1","b":""}', '{"b":"","a":"1"}', [held(1)]],
    ['{"a":"1"}', '{"a":"2"}', [broken('attribute "a" is "1"', 'it is "2"', 1)]],
    ['{"a":"1"}', '{"a":null}', [broken('attribute "a" is "1"', 'it is null', 1)]],
    ['{"a":"1","b":"2"}', '{"a":"1"}', [broken('attribute "b" is "2"', 'it is missing', 1)]],
    ['{"a":"1"}', '{"A":"1"}', [broken('attribute "a" is "1"', 'it is missing', 1)]],
    ['{"toString":"1"}', '{}', [broken('attribute "toString" is "1"', 'it is missing', 1)]],
    // Where they are no object at all, each of them is missing.
    ['{"a":"1"}', undefined, [broken('attribute "a" is "1"', 'it is missing', 1)]],
    ['{"a":"1"}', 'null', [broken('attribute "a" is "1"', 'it is missing', 1)]],
    ['{"length":"1"}', '["x"]', [broken('attribute "length" is "1"', 'it is missing', 1)]],
    // None added.
    ['{"a":"1"}', '{"a":"1","b":"2"}', [broken('no attributes but those that were sent', 'there is "b", too', 1)]],
    ['{"a":"1"}', '{"a":"1","b":true}', [broken('no attributes but those that were sent', 'there is "b", too', 1)]],
    [
      '{"a":"1"}',
      '{"a":"1","toString":"2"}',
      [broken('no attributes but those that were sent', 'there is "toString", too', 1)],
    ],
    [null, '{"x":"1","y":"2"}', [broken('no attributes but those that were sent', 'there is "x", too', 1)]],
    ['{"n":1}', '{"n":1,"b":"2"}', [broken('no attributes but those that were sent', 'there is "b", too', 1)]],
    // What was lost is said first.
    ['{"a":"1"}', '{"b":"1"}', [broken('attribute "a" is "1"', 'it is missing', 1)]],
    // Without any there is nothing to compare, and how that looks is left to the endpoint.
    [null, undefined, []],
    [null, 'null', []],
    [null, '{}', []],
    ['{}', '{}', []],
    ['{}', undefined, []],
    // Values of other kinds are another clause.
    ['{"n":true}', '{"n":false}', []],
    ['{"n":true}', '{}', []],
    ['{"n":true,"a":"1"}', '{"n":false,"a":"1"}', [held(1)]],
    // As in a body, what becomes of a lone surrogate is left to the endpoint (F3), and of all that stands beside it.
    ['{"a":"\\ud800"}', '{"a":"\ufffd"}', []],
    ['{"a":"\\ud800"}', '{"a":"\\ud800"}', []],
    ['{"\\udc00":"1"}', '{"\ufffd":"1"}', []],
    // The level of what is neither a string, nor a number, nor a boolean no ruling gives.
    ['{"a":null,"b":[],"c":{"d":"1"}}', '{}', []],
  ] as const)('with string values: %s as %s', ([before, after, expected]) => {
    expect(findings(attributed(before, after), STRINGS)).toEqual(expected);
  });

  test.for([
    ['{"n":1,"f":1.50,"t":true}', '{"t":true,"f":1.5,"n":1.0}', [held(1)]],
    ['{"t":true}', '{"t":false}', [broken('attribute "t" is true', 'it is false', 1)]],
    ['{"t":true}', '{"t":"true"}', [broken('attribute "t" is true', 'it is "true"', 1)]],
    ['{"t":true,"f":false}', '{"t":true}', [broken('attribute "f" is false', 'it is missing', 1)]],
    ['{"t":true}', undefined, [broken('attribute "t" is true', 'it is missing', 1)]],
    // Strings, and what was added, are the other clause.
    ['{"t":true,"a":"1"}', '{"t":true,"a":"2","b":true}', [held(1)]],
    ['{"a":"1"}', '{"a":"2"}', []],
    ['{"a":null,"b":[1],"c":{"d":1}}', '{"a":"null","b":"[1]"}', []],
    ['{"a":null,"t":true}', '{"t":true}', [held(1)]],
    ['{"t":true,"a":"\\ud800"}', '{"t":false}', []],
    [null, '{"b":true}', []],
    ['{}', undefined, []],
  ] as const)('with numbers and booleans: %s as %s', ([before, after, expected]) => {
    expect(findings(attributed(before, after), OTHERS)).toEqual(expected);
  });

  test('a number that became a string, or another one', () => {
    for (const after of ['"1"', '2']) {
      expect(findings(attributed('{"n":1}', `{"n":${after}}`), OTHERS)).toEqual([
        broken('attribute "n" is 1', `it is ${after}`, 1),
      ]);
    }
  });

  test('a long value is cut', () => {
    expect(findings(attributed(`{"a":"${'x'.repeat(200)}"}`, '{"a":""}'), STRINGS)).toEqual([
      broken(`attribute "a" is "${'x'.repeat(119)}…`, 'it is ""', 1),
    ]);
  });

  test('of long values people see the part that differs', () => {
    const long = 'x'.repeat(200);
    expect(findings(attributed(`{"a":"${long}y"}`, `{"a":"${long}z"}`), STRINGS)).toEqual([
      broken(`attribute "a" is …${'x'.repeat(30)}y"`, `it is …${'x'.repeat(30)}z"`, 1),
    ]);
  });

  test('an element without a message has none', () => {
    expect(findings(withoutMessage('"text"'), STRINGS)).toEqual([]);
  });
});

describe('a dead letter that is delivered again has the payload that it had (F7)', () => {
  const CLAUSE = 'payload.same-on-redelivery';

  test('one that is delivered once has nothing to be compared with', () => {
    expect(findings(sent('"a"', null, { body: '"b"' }), CLAUSE)).toEqual([]);
    expect(findings(story({ letters: 1 }), CLAUSE)).toEqual([]);
  });

  test('each later delivery is compared with the first, not with what was sent', () => {
    const told = sent('"a"', null, { body: '"b"' }, { body: '"b"' }, { body: '"a"' }, { body: '"b"' });
    const again = (body: string): string => `{"body":"${body}","attributes":{}}`;
    expect(findings(told, CLAUSE)).toEqual([
      held(1, 2),
      broken(`dead letter ${told.tags[0]} comes again as it was: ${again('b')}`, again('a'), 1, 3),
      held(1, 4),
    ]);
  });

  test.for([
    [{ body: '{"a":1,"b":2}' }, { body: '{"b":2.0,"a":1}' }],
    [
      { body: '"x"', attributes: '{"a":"1","n":1}' },
      { body: '"x"', attributes: '{"n":1,"a":"1"}' },
    ],
    // No attributes are absent, null or an empty object (F4).
    [{ body: '"x"' }, { body: '"x"', attributes: 'null' }],
    [
      { body: '"x"', attributes: 'null' },
      { body: '"x"', attributes: '{}' },
    ],
    [{ body: 'null' }, { body: 'null' }],
  ] as const)('%j as %j', ([before, after]) => {
    expect(findings(sent('"x"', null, before, after), CLAUSE)).toEqual([held(1, 2)]);
  });

  // The texts show what differs, be it in the attributes, and how each kind of value was written.
  test.for([
    [
      { body: '{"a":true}' },
      { body: '"{\\"a\\":true}"' },
      '{"body":{"a":true},"attributes":{}}',
      '{"body":"{\\"a\\":true}","attributes":{}}',
    ],
    [
      { body: '{"n":1.0}' },
      { body: '{"n":"1.0"}' },
      '{"body":{"n":1.0},"attributes":{}}',
      '{"body":{"n":"1.0"},"attributes":{}}',
    ],
    [{ body: '"x"' }, {}, '{"body":"x","attributes":{}}', '{"attributes":{}}'],
    [{}, { body: 'null' }, '{"attributes":{}}', '{"body":null,"attributes":{}}'],
    [
      { body: '"x"', attributes: '{"a":"1"}' },
      { body: '"x"' },
      '{"body":"x","attributes":{"a":"1"}}',
      '{"body":"x","attributes":{}}',
    ],
    [
      { body: '"x"' },
      { body: '"x"', attributes: '{"a":"1"}' },
      '{"body":"x","attributes":{}}',
      '{"body":"x","attributes":{"a":"1"}}',
    ],
    [
      { body: '"x"', attributes: '{"a":"1"}' },
      { body: '"x"', attributes: '{"a":"2"}' },
      '{"body":"x","attributes":{"a":"1"}}',
      '{"body":"x","attributes":{"a":"2"}}',
    ],
  ] as const)('%j not as %j', ([before, after, first, second]) => {
    const told = sent('"x"', null, before, after);
    expect(findings(told, CLAUSE)).toEqual([
      broken(`dead letter ${told.tags[0]} comes again as it was: ${first}`, second, 1, 2),
    ]);
  });

  test('people see the part that differs', () => {
    const told = sent('"x"', null, { body: `"${'x'.repeat(200)}y"` }, { body: `"${'x'.repeat(200)}z"` });
    expect(findings(told, CLAUSE)).toEqual([
      broken(
        `dead letter ${told.tags[0]} comes again as it was: …${'x'.repeat(30)}y","attributes":{}}`,
        `…${'x'.repeat(30)}z","attributes":{}}`,
        1,
        2,
      ),
    ]);
  });

  // F7 goes no further than F3 and F4: what is a SHOULD there, or left to the endpoint, is no MUST here.
  test.for([
    ['[1]', null],
    ['12', null],
    ['true', null],
    ['null', null],
    ['"\\ud800"', null],
    ['"x"', '{"n":1}'],
    ['"x"', '{"a":"1","t":true}'],
    ['"x"', '{"a":"\\ud800"}'],
    ['"x"', '{"\\ud800":"1"}'],
  ] as const)('nothing is said of %s with the attributes %s', ([before, attributes]) => {
    const first = { body: before, attributes: attributes ?? '{}' };
    expect(findings(sent(before, attributes, first, first), CLAUSE)).toEqual([]);
    expect(findings(sent(before, attributes, first, { body: '"changed"' }), CLAUSE)).toEqual([]);
  });

  test('of a text with string attributes everything is asked', () => {
    const first = { body: '{"n":[1,null]}', attributes: '{"a":"1","b":""}' };
    expect(findings(sent(first.body, first.attributes, first, first), CLAUSE)).toEqual([held(1, 2)]);
  });

  test('letters are not compared with each other', () => {
    const told = story({ letters: 2 });
    told.consume(10, '', [0, 1]);
    told.consume(60, '', [1, 0]);
    expect(findings(told, CLAUSE)).toEqual([held(1, 2), held(1, 2)]);
  });
});

describe('a consume hands out dead letters of its group and nothing that was never sent (G6)', () => {
  const CLAUSE = 'delivery.nothing-foreign';
  const foreign = (index: number, what: string, id: number): Finding =>
    broken('only dead letters that were arranged in this group', `element ${index} is none of them: ${what}`, id);

  test('what was arranged there is held, the rest is named', () => {
    const told = story({ letters: 2 });
    brings(told, 10, { body: `"${told.tags[1]}"` }, { body: '{"a":"stranger"}' }, { body: `"${told.tags[0]}"` });
    brings(told, 20, {});
    expect(findings(told, CLAUSE)).toEqual([
      held(1),
      foreign(1, '{"a":"stranger"}', 1),
      held(1),
      foreign(0, 'nothing', 2),
    ]);
  });

  test('a tag that nobody sent is foreign', () => {
    const told = story({ letters: 2 });
    brings(told, 10, { body: '"dmsc-test-b-1"' });
    expect(findings(told, CLAUSE)).toEqual([foreign(0, '"dmsc-test-b-1"', 1)]);
  });

  test('an empty answer holds nothing', () => {
    const told = story({ letters: 2 });
    told.consume(10, '', []);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('what belongs to another group is another clause', () => {
    const told = story({ letters: 2 });
    told.add({ type: 'group', scenario: 'chapter/case', queue: 'q1', group: 'g2', ours: true, at: 0 });
    told.letter([0, 0], { group: 'g2' });
    told.consume(10, '', [2]);
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('a message of the normal queue may have become a dead letter without our doing', () => {
    const told = story({ letters: 2 });
    const group = told.path.replace(/\/deadletters$/, '');
    told.exchange(5, {
      target: `${group}/messages`,
      outcome: answer(200, [{ message: { body: 'dmsc-test-b-1' }, handler: 'n' }]),
    });
    brings(told, 10, { body: '"dmsc-test-b-1"' });
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('nothing is said of a group that others may use, too', () => {
    const told = story({ letters: 2 });
    const theirs: ArrangedGroup = {
      type: 'group',
      scenario: 'chapter/case',
      queue: 'q1',
      group: 'g2',
      ours: false,
      at: 0,
    };
    told.add(theirs);
    told.letter([0, 0], { group: 'g2' });
    told.exchange(10, {
      target: '/v1.0/p1/queues/q1/groups/g2/deadletters',
      outcome: answer(200, [
        { message: { body: told.tags[2] }, handler: 'a' },
        { message: { body: 'stranger' }, handler: 'b' },
      ]),
    });
    expect(findings(told, CLAUSE)).toEqual([]);
  });

  test('a long body is cut', () => {
    const told = story({ letters: 2 });
    brings(told, 10, { body: `"${'x'.repeat(200)}"` });
    expect(findings(told, CLAUSE)).toEqual([foreign(0, `"${'x'.repeat(119)}…`, 1)]);
  });
});
