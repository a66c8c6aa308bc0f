import { describe, expect, test } from 'vitest';
import { exponentOf, median, quantile, summaryOf } from './statistics.ts';

describe('what rounds come to', () => {
  test('the median of an odd number of values is one of them, of an even number the mean of the two in the middle', () => {
    expect(median([10, 9, 2])).toBe(9);
    expect(median([10, 9, 2, 1])).toBe(5.5);
  });

  test('a summary has the extremes and the number of rounds, whatever their order', () => {
    expect(summaryOf([3, 1, 10])).toEqual({ median: 3, least: 1, most: 10, rounds: 3 });
  });

  test('a quantile is a value that was measured', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0, 0.5, 0.99, 1].map((share) => quantile(hundred, share))).toEqual([1, 50, 99, 100]);
    expect(quantile([7], 0.99)).toBe(7);
  });

  test.for([['median', () => median([])] as const, ['quantile', () => quantile([], 0.5)] as const])(
    'of no value there is no %s',
    ([, act]) => {
      expect(act).toThrow(RangeError);
    },
  );
});

describe('how time grows with size', () => {
  const points = (seconds: (size: number) => number) =>
    [1e3, 1e4, 1e5].map((size) => ({ size, seconds: seconds(size) }));

  test.for([
    ['linear', (size: number) => 3e-5 * size, 1],
    ['quadratic', (size: number) => 1e-9 * size ** 2, 2],
    ['constant', () => 4, 0],
  ] as const)('what is %s has the exponent that it should', ([, seconds, exponent]) => {
    expect(exponentOf(points(seconds))).toBeCloseTo(exponent, 10);
  });

  test('scattered points get the exponent between them', () => {
    const exponent = exponentOf(points((size) => size * (size === 1e4 ? 1.3 : 1)));
    expect(exponent).toBeCloseTo(1, 10);
  });

  test('one size says nothing of growth', () => {
    expect(exponentOf([{ size: 10, seconds: 1 }])).toBeNaN();
  });
});
