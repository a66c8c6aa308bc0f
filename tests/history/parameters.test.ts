import { describe, expect, test } from 'vitest';
import { parameterNames, rangeOf, readQuery, type ParameterForm } from '../../src/history/parameters.ts';

test('the ranges and defaults are those of the documents', () => {
  expect(parameterNames.map((name) => [name, rangeOf(name)])).toEqual([
    ['max_msgs', { minimum: 1, maximum: 10, standard: 10 }],
    ['time_wait', { minimum: 1, maximum: 60, standard: 3 }],
    ['ack_wait', { minimum: 15, maximum: 300, standard: 30 }],
  ]);
});

describe('nothing given means the defaults', () => {
  test.for(['', '?'])('as %j', (search) => {
    const { parameters, unknown, standing } = readQuery(search);
    expect(parameterNames.map((name) => [parameters[name].form, parameters[name].value])).toEqual([
      ['absent', 10],
      ['absent', 3],
      ['absent', 30],
    ]);
    expect({ unknown, standing }).toEqual({ unknown: [], standing: 'legal' });
  });
});

const rows: readonly (readonly [search: string, form: ParameterForm, value: number | undefined, standing: string])[] = [
  // Each end of each range, and one step beyond.
  ['max_msgs=1', 'legal', 1, 'legal'],
  ['max_msgs=10', 'legal', 10, 'legal'],
  ['max_msgs=0', 'out-of-range', undefined, 'illegal'],
  ['max_msgs=11', 'out-of-range', undefined, 'illegal'],
  ['time_wait=1', 'legal', 1, 'legal'],
  ['time_wait=60', 'legal', 60, 'legal'],
  ['time_wait=0', 'out-of-range', undefined, 'illegal'],
  ['time_wait=61', 'out-of-range', undefined, 'illegal'],
  ['ack_wait=15', 'legal', 15, 'legal'],
  ['ack_wait=300', 'legal', 300, 'legal'],
  ['ack_wait=14', 'out-of-range', undefined, 'illegal'],
  ['ack_wait=301', 'out-of-range', undefined, 'illegal'],
  ['ack_wait=99999999999999999999999', 'out-of-range', undefined, 'illegal'],
  ['max_msgs=-1', 'negative', undefined, 'illegal'],
  ['ack_wait=-30', 'negative', undefined, 'illegal'],
  // Letters and fractions are no integers (E2) ...
  ['time_wait=abc', 'not-integer', undefined, 'illegal'],
  ['time_wait=1.5', 'not-integer', undefined, 'illegal'],
  ['time_wait=5.0', 'not-integer', undefined, 'illegal'],
  ['time_wait=0x5', 'not-integer', undefined, 'illegal'],
  ['time_wait=NaN', 'not-integer', undefined, 'illegal'],
  ['time_wait=%CF%80', 'not-integer', undefined, 'illegal'],
  ['time_wait=x5', 'not-integer', undefined, 'illegal'],
  ['time_wait=5x', 'not-integer', undefined, 'illegal'],
  ['time_wait=-1.5', 'not-integer', undefined, 'illegal'],
  ['time_wait=-5s', 'not-integer', undefined, 'illegal'],
  ['time_wait=.5', 'not-integer', undefined, 'illegal'],
  ['time_wait=s', 'not-integer', undefined, 'illegal'],
  ['time_wait=x3s', 'not-integer', undefined, 'illegal'],
  ['time_wait=3sx', 'not-integer', undefined, 'illegal'],
  ['time_wait=e1', 'not-integer', undefined, 'illegal'],
  ['time_wait=1e', 'not-integer', undefined, 'illegal'],
  ['time_wait=x1e1', 'not-integer', undefined, 'illegal'],
  ['time_wait=1e1x', 'not-integer', undefined, 'illegal'],
  ['time_wait=1e1.5', 'not-integer', undefined, 'illegal'],
  // ... but these spellings of whole numbers are left open, as is what has neither.
  ['time_wait=3s', 'odd', undefined, 'open'],
  ['time_wait=%2B5', 'odd', undefined, 'open'],
  ['time_wait=05', 'odd', undefined, 'open'],
  ['time_wait=1e1', 'odd', undefined, 'open'],
  ['time_wait=30s', 'odd', undefined, 'open'],
  ['time_wait=3S', 'odd', undefined, 'open'],
  ['time_wait=12e10', 'odd', undefined, 'open'],
  ['time_wait=1E1', 'odd', undefined, 'open'],
  ['time_wait=5%206', 'odd', undefined, 'open'],
  ['time_wait=5-3', 'odd', undefined, 'open'],
  ['time_wait=--5', 'odd', undefined, 'open'],
  ['time_wait=%EF%BC%95', 'odd', undefined, 'open'],
  // An empty one means the default, but for max_msgs nobody says so (E4).
  ['time_wait=', 'empty', 3, 'legal'],
  ['ack_wait=', 'empty', 30, 'legal'],
  ['ack_wait', 'empty', 30, 'open'],
  ['max_msgs=', 'empty', undefined, 'open'],
  ['time_wait=5&time_wait=5', 'repeated', undefined, 'open'],
  ['time_wait=5&time_wait=99', 'repeated', undefined, 'open'],
];

test.for(rows)('%s is %s, %s in force, and the query %s', ([search, form, value, standing]) => {
  const [name] = parameterNames.filter((one) => search.startsWith(one));
  const read = readQuery(`?${search}`);
  expect(read.parameters[name!]).toMatchObject({ form, value });
  expect(read.standing).toBe(standing);
  expect(read.unknown).toEqual([]);
});

test('the text is kept decoded', () => {
  expect(readQuery('').parameters.time_wait.text).toBe('');
  expect(readQuery('?time_wait=').parameters.time_wait.text).toBe('');
  expect(readQuery('?time_wait=%2B5').parameters.time_wait.text).toBe('+5');
  expect(readQuery('?max_msgs=1&max_msgs=2').parameters.max_msgs.text).toBe('1, 2');
});

describe('the standing of a whole query', () => {
  test.for([
    ['max_msgs=5&time_wait=&ack_wait=60', 'legal'],
    ['limit=5', 'open'],
    ['max_msgs=5&limit=5', 'open'],
    // What is no pair at all may be passed over, or refused as a parameter without a name.
    ['&&&', 'open'],
    ['max_msgs=5&', 'open'],
    ['?max_msgs=5&&ack_wait=60', 'open'],
    ['time_wait', 'open'],
    ['max_msgs=11&&', 'illegal'],
    // Whatever else is open, a value out of range has to be refused.
    ['max_msgs=11&time_wait=3s', 'illegal'],
    ['max_msgs=11&limit=5', 'illegal'],
    ['max_msgs=&ack_wait=14', 'illegal'],
  ] as const)('%s is %s', ([search, standing]) => {
    expect(readQuery(search).standing).toBe(standing);
  });

  test('names what the documents do not know, once each', () => {
    expect(readQuery('?limit=5&Max_Msgs=1&limit=6').unknown).toEqual(['limit', 'Max_Msgs']);
    // Members that every object has are no parameters.
    expect(readQuery('?toString=1')).toMatchObject({ unknown: ['toString'], standing: 'open' });
  });
});
