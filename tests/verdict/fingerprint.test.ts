import { describe, expect, test } from 'vitest';
import { fingerprintOf, kindOf } from '../../src/verdict/fingerprint.ts';

/** Whether two failures of one clause are told apart. */
function differ(
  one: readonly [expected: string, observed: string],
  other: readonly [expected: string, observed: string],
  generated = false,
): boolean {
  const [first, second] = [one, other].map(([expected, observed]) =>
    fingerprintOf('a.clause', { expected, observed }, generated),
  );
  return first !== second;
}

describe('the same failure has the same fingerprint', () => {
  test.for([
    [
      'with other tags and other measured seconds',
      [
        'dead letter dmsc-tovlru1-0-1 is not handed out again before 15 s have passed',
        'it was handed out again at most 7.51 s after it was asked for first',
      ],
      [
        'dead letter dmsc-tp1hvvxg4wb-bd-12 is not handed out again before 300 s have passed',
        'it was handed out again at most 150 s after it was asked for first',
      ],
    ],
    [
      'with other ids',
      ['queue 5a7ba4d1-a4f7-4ee0-9d9b-7fa18aa4a5fb is there', 'it is not'],
      ['queue 00000000-0000-4000-8000-00000000000a is there', 'it is not'],
    ],
    [
      'of other numbers, in the same direction',
      ['success is 1, the entries before the first that is fail', 'success is 3'],
      ['success is 4, the entries before the first that is fail', 'success is 9'],
    ],
    [
      'of lists of other lengths',
      ['dead letters in the order of sending', 'they came as 2, 1, 3'],
      ['dead letters in the order of sending', 'they came as 32, 31, 33, 34, 35'],
    ],
    [
      'of other bodies',
      ['body {"t":"dmsc-a-0-1","v":[1,"}"]}', 'body "{\\"t\\"…" of dmsc-a-0-1'],
      ['body …x","v":-1}', 'body "?" of dmsc-b-7-1'],
    ],
    ['of other attributes', ['attribute "a" is "1"', 'it is missing'], ['attribute "é" is false', 'it is missing']],
  ] as const)('%s', ([, one, other]) => {
    expect(differ(one, other)).toBe(false);
  });
});

describe('another failure has another one', () => {
  test.for([
    ['by its status', ['a is accepted', 'it was answered with 400'], ['a is accepted', 'it was answered with 500']],
    [
      'by the value of a parameter',
      ['max_msgs=0, outside 1 to 10, is rejected with a 4xx', 'it was answered with 200'],
      ['max_msgs=11, outside 1 to 10, is rejected with a 4xx', 'it was answered with 200'],
    ],
    ['by being too many, not too few', ['fail is 2', 'fail is 1'], ['fail is 2', 'fail is 3']],
    ['by its words', ['it is there', 'it was no JSON'], ['it is there', 'it was a JSON object']],
  ] as const)('%s', ([, one, other]) => {
    expect(differ(one, other)).toBe(true);
  });

  test('by its clause', () => {
    const texts = { expected: 'a', observed: 'b' };
    expect(fingerprintOf('a.clause', texts, false)).not.toBe(fingerprintOf('another.clause', texts, false));
  });
});

test('in a generated program the values of parameters are by chance, and tell nothing apart', () => {
  const texts = (value: string): readonly [string, string] => [
    `max_msgs=${value}, outside 1 to 10, is rejected with a 4xx`,
    'it was answered with 200',
  ];
  expect(differ(texts('11'), texts('247'))).toBe(true);
  expect(differ(texts('11'), texts('247'), true)).toBe(false);
});

describe('what is left of a text can be read', () => {
  test.for([
    [
      'fail is 2 or 3 of dmsc-a-0-1',
      'it was answered with 503 after 2.5 s',
      'fail is # or # of TAG',
      'it was answered with 503 after # s',
    ],
    ['success is 2', 'success is 10', 'success is #', 'success is # (more)'],
    ['success is 2', 'success is 1', 'success is #', 'success is # (fewer)'],
    ['success is 2', 'success is 2', 'success is #', 'success is #'],
    ['success is 2', 'it is 1 and 3', 'success is #', 'it is # and #'],
    ['success is 2', 'it is missing', 'success is #', 'it is missing'],
    ['2 and 3 are there', '1 is', '# and # are there', '# is'],
    ['is rejected with a 4xx', 'max_msgs=11', 'is rejected with a 4xx', 'max_msgs=11'],
    ['body {"a":[1]}', 'a body … of dmsc-a-0-1', 'body …', 'a body … of TAG'],
    ['attribute "a" is -1.5e3', 'it is false', 'attribute …', 'it is false'],
  ] as const)('%s, %s', ([expected, observed, due, seen]) => {
    expect(kindOf({ expected, observed }, false)).toEqual({ expected: due, observed: seen });
  });

  test('also of a generated program', () => {
    const texts = { expected: 'time_wait=1m, max_msgs=, is rejected', observed: 'ack_wait=99 is 2' };
    expect(kindOf(texts, true)).toEqual({
      expected: 'time_wait=…, max_msgs=…, is rejected',
      observed: 'ack_wait=… is #',
    });
  });
});
