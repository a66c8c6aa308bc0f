import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compact, elementsOf, membersOf } from '../../src/emulator/json-text.ts';

test('compacting gives what JSON.stringify gives without indentation', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\t', '\n'), (value, indentation) => {
      expect(compact(JSON.stringify(value, undefined, indentation)).text).toBe(JSON.stringify(value));
    }),
  );
});

test('members and elements are found whatever their values are', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()), (object, array) => {
      const members = membersOf(JSON.stringify(object));
      expect([...members]).toEqual(Object.entries(object).map(([name, value]) => [name, JSON.stringify(value)]));
      expect(elementsOf(JSON.stringify(array))).toEqual(array.map((value) => JSON.stringify(value)));
    }),
  );
});

test.for([
  ['1', 0],
  ['"[["', 0],
  ['[]', 1],
  ['{"a":[[]],"b":[]}', 3],
] as const)('%s is nested %i deep', ([text, depth]) => {
  expect(compact(text).depth).toBe(depth);
});
