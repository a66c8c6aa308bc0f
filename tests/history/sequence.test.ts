import { array, assert, boolean, integer, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { countBelow, Sequence } from '../../src/history/sequence.ts';

const instant = integer({ min: 0, max: 12 });
const items = array(record({ left: instant, lasts: instant, isSo: boolean() }), { maxLength: 12 }).map((all) =>
  all
    .map(({ left, lasts, isSo }) => ({ left, arrived: left + lasts, isSo }))
    .sort((one, other) => one.left - other.left),
);

test('what is found between two instants is what a look at all would find', () => {
  assert(
    property(items, instant, instant, (all, since, until) => {
      const found = new Sequence(all).someBetween(since, until, ({ isSo }) => isSo);
      expect(found).toBe(all.some(({ left, arrived, isSo }) => left < until && arrived > since && isSo));
    }),
    { numRuns: 2000 },
  );
});

test('what was over before is not looked at', () => {
  const all = Array.from({ length: 1000 }, (_, index) => ({ left: index, arrived: index + 2 }));
  let looked = 0;
  new Sequence(all).someBetween(990, 995, () => {
    looked += 1;
    return false;
  });
  expect(looked).toBe(6);
});

test('so many lie below a bound', () => {
  assert(
    property(items, instant, (all, bound) => {
      expect(countBelow(all, ({ left }) => left, bound)).toBe(all.filter(({ left }) => left < bound).length);
    }),
  );
});
