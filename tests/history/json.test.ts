import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compactBytes,
  hasLoneSurrogate,
  kindOf,
  parseJson,
  parseSpelled,
  repeatedName,
  sameJson,
  someValue,
} from '../../src/history/json.ts';

const anyJson = fc.jsonValue({ stringUnit: 'binary' });

/** The same value with the members of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, shuffled(inner)]),
  );
}

describe('two JSON values are the same', () => {
  test('whatever the order of members and the spelling of the text', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = JSON.stringify(value);
        expect(sameJson(parseJson(text), shuffled(parseJson(JSON.stringify(value, null, 2))))).toBe(true);
        expect(sameJson(parseSpelled(text), parseSpelled(text), 'spelling')).toBe(true);
        expect(sameJson(parseSpelled(text), parseSpelled(text), 'value')).toBe(true);
      }),
    );
  });

  test('only if their texts in one canonical order are', () => {
    const canonical = (value: unknown): string =>
      JSON.stringify(value, (_name, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
    fc.assert(
      fc.property(anyJson, anyJson, (a, b) => {
        const [one, other] = [parseJson(JSON.stringify(a)), parseJson(JSON.stringify(b))];
        expect(sameJson(one, other)).toBe(canonical(one) === canonical(other));
      }),
    );
  });

  test.for([
    ['0', '-0', true],
    ['1', '1.0', true],
    ['1e2', '100', true],
    ['1', '"1"', false],
    ['null', '{}', false],
    ['[]', '{}', false],
    ['[1,2]', '[2,1]', false],
    ['[1]', '[1,1]', false],
    ['{"a":1}', '{"a":1,"b":1}', false],
    ['{"a":1}', '{"b":1}', false],
    ['{"a":null}', '{}', false],
    ['{"toString":1}', '{"a":1}', false],
    ['{"__proto__":1}', '{"a":1}', false],
    // As empty as what every object has under this name.
    ['{"__proto__":{}}', '{"a":1}', false],
    ['true', '1', false],
    // JavaScript finds members in strings, and none in the rest.
    ['"ab"', '{"0":"a","1":"b"}', false],
    ['["a","b"]', '{"0":"a","1":"b"}', false],
    ['true', '{}', false],
    ['1', '{}', false],
    ['""', '[]', false],
    ['[]', '{"length":0}', false],
    ['null', 'false', false],
    // Above 2^53 two spellings become one double.
    ['9007199254740993', '9007199254740992', true],
  ] as const)('by value %s and %s: %s', ([a, b, same]) => {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(sameJson(parseJson(one), parseJson(other))).toBe(same);
      expect(sameJson(parseSpelled(one), parseSpelled(other))).toBe(same);
      expect(sameJson(parseSpelled(one), parseSpelled(other), 'value')).toBe(same);
    }
  });

  test.for([
    ['1', '1.0', false],
    ['1e2', '100', false],
    ['0', '-0', false],
    ['9007199254740993', '9007199254740992', false],
    ['{"a":[1.50]}', '{"a":[1.5]}', false],
    ['{"a":[1.50]}', '{ "a" : [ 1.50 ] }', true],
    ['12345678901234567890', '12345678901234567890', true],
    // A number is no object, however it is kept.
    ['1', '{"value":1,"text":"1"}', false],
  ] as const)('by spelling %s and %s: %s', ([a, b, same]) => {
    expect(sameJson(parseSpelled(a), parseSpelled(b), 'spelling')).toBe(same);
    expect(sameJson(parseSpelled(b), parseSpelled(a), 'spelling')).toBe(same);
  });
});

describe('parsing', () => {
  test('what is no JSON is undefined, and JSON null is not', () => {
    for (const parse of [parseJson, parseSpelled]) {
      expect(parse('')).toBeUndefined();
      expect(parse('{')).toBeUndefined();
      expect(parse('NaN')).toBeUndefined();
      expect(parse('null')).toBeNull();
    }
  });

  test('with the spelling kept finds every kind', () => {
    const kinds = ['{}', '[]', '""', '1', 'true', 'null'].map((text) => kindOf(parseSpelled(text)));
    expect(kinds).toEqual(['object', 'array', 'string', 'number', 'boolean', 'null']);
    expect(kindOf(undefined)).toBe('absent');
  });
});

describe('nesting deeper than 512 is not looked into', () => {
  const nested = (depth: number, inside = '1'): string => `${'['.repeat(depth)}${inside}${']'.repeat(depth)}`;
  const mixed = (depth: number): string => `${'{"a":['.repeat(depth / 2)}1${']}'.repeat(depth / 2)}`;

  test.for([
    ['arrays', nested(512), true],
    ['arrays, one deeper', nested(513), false],
    ['objects and arrays', mixed(512), true],
    ['objects and arrays, one deeper', `[${mixed(512)}]`, false],
    ['objects, one deeper', `${'{"a":'.repeat(513)}1${'}'.repeat(513)}`, false],
    // What was closed is not open any more.
    ['one after the other', `[${Array.from({ length: 600 }, () => '[]').join(',')}]`, true],
    ['objects, one after the other', `[${Array.from({ length: 600 }, () => '{}').join(',')}]`, true],
    ['one after the other, and then deep', `[[],[],{},${nested(511)}]`, true],
    ['one after the other, and then one deeper', `[[],[],{},${nested(512)}]`, false],
    // Within a string brackets are characters, whatever is escaped before them.
    ['a string of brackets', JSON.stringify('[{'.repeat(400)), true],
    ['a string of closing brackets before', `[${JSON.stringify(']}'.repeat(400))},${nested(511)}]`, true],
    ['a string of closing brackets before, and one deeper', `[${JSON.stringify(']'.repeat(9))},${nested(512)}]`, false],
    ['brackets behind an escaped quote', JSON.stringify(`"${'['.repeat(600)}`), true],
    ['brackets behind an escaped backslash', `["\\\\",${JSON.stringify('['.repeat(600))}]`, true],
    ['deep behind a string that ends with a backslash', nested(513, '"\\\\"'), false],
    ['deep behind a string', `["a",${nested(512)}]`, false],
  ] as const)('%s', ([, text, parsed]) => {
    for (const parse of [parseJson, parseSpelled]) expect(parse(text) !== undefined).toBe(parsed);
  });

  test('however deep it is', () => {
    for (const parse of [parseJson, parseSpelled]) expect(parse(nested(200_000))).toBeUndefined();
  });
});

describe('a repeated member name', () => {
  test('is never reported of what JSON.stringify wrote', () => {
    fc.assert(
      fc.property(anyJson, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        expect(repeatedName(JSON.stringify(value, null, indent))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('is always reported where one was put in, at any depth', () => {
    fc.assert(
      fc.property(fc.string(), anyJson, anyJson, fc.array(fc.boolean(), { maxLength: 5 }), (name, a, b, nesting) => {
        const spelled = JSON.stringify(name);
        let text = `{"before":${JSON.stringify(b)},${spelled}:${JSON.stringify(a)},${spelled}:${JSON.stringify(b)}}`;
        for (const inArray of nesting) text = inArray ? `[1,${text},"x"]` : `{"in":${text},"behind":[]}`;
        const expected = name === 'before' ? ['before'] : [name];
        expect(expected).toContain(repeatedName(text));
      }),
    );
  });

  test.for([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"a":{"b":1},"b":2}', undefined],
    ['[{"a":1},{"a":1}]', undefined],
    ['{"a":"a","b":"a"}', undefined],
    ['{"a":["a","a"],"b":{"a":1}}', undefined],
    ['{"a":"{\\"a\\":1,\\"a\\":2}"}', undefined],
    ['{"":1,"":2}', ''],
    ['{"x":{"a":1,"b":{},"a":2}}', 'a'],
    ['"a"', undefined],
    ['{"\\"":1,"\\"":2}', '"'],
    ['{"\\"x\\\\":1,"\\"x\\\\":2}', '"x\\'],
    ['{"a":":","b":":{\\"a\\":"}', undefined],
    ['{"a":[{"b":1}],"b":{"b":1},"a":2}', 'a'],
    ['{"undefined":1,"a":{},"undefined":2}', 'undefined'],
    // No object, and in the end no JSON: nothing is thrown.
    ['"a":1,"a":2', undefined],
    [':::', undefined],
    ['}}{"a":1}', undefined],
    ['{"constructor":1}', undefined],
  ] as const)('in %s is %s', ([text, name]) => {
    expect(repeatedName(text)).toBe(name);
  });
});

describe('lone surrogates', () => {
  test.for([
    ['"\\ud800"', true],
    ['"\\udc00"', true],
    ['"\\ud83d\\ude00"', false],
    ['"\\ude00\\ud83d"', true],
    ['"x\\ud83d\\ude00\\ud83d"', true],
    ['{"\\ud800":1}', true],
    ['[[{"a":["\\udfff"]}]]', true],
    ['["a",1,"\\ud800"]', true],
    ['{"a":1,"b":"\\ud800","c":"d"}', true],
    ['"€ü😀"', false],
    ['1', false],
    ['null', false],
    ['[null,{"a":null}]', false],
  ] as const)('in %s: %s', ([text, lone]) => {
    expect(hasLoneSurrogate(parseJson(text))).toBe(lone);
    expect(hasLoneSurrogate(parseSpelled(text))).toBe(lone);
  });

  test('are those that isWellFormed finds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', '\udc00'), (text, more) => {
        expect(hasLoneSurrogate([{ text: text + more }])).toBe(!(text + more).isWellFormed());
      }),
    );
  });
});

test('some value is found among the names, too, and numbers are no objects to look into', () => {
  expect(someValue(parseJson('{"a":{"b":[1]}}'), (value) => value === 'b')).toBe(true);
  expect(someValue(parseSpelled('[1]'), (value) => value === 'text')).toBe(false);
});

test('compact bytes are those of UTF-8 without whitespace', () => {
  expect(compactBytes(parseJson('{ "a" : "ü€" }'))).toBe(13);
  expect(compactBytes(undefined)).toBe(0);
  expect(compactBytes(null)).toBe(4);
});
