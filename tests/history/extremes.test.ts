import { expect, test } from 'vitest';
import { largest, smallest } from '../../src/history/extremes.ts';

test('the ends of a million numbers, and of none', () => {
  const many = Array.from({ length: 1_000_000 }, (_, index) => (index * 7) % 1_000_000);
  expect([largest(many), smallest(many)]).toEqual([999_999, 0]);
  expect([largest([]), smallest([])]).toEqual([-Infinity, Infinity]);
  expect([largest([], 3), largest([2], 3), largest([4], 3)]).toEqual([3, 3, 4]);
  expect([smallest([], 3), smallest([2], 3), smallest([4], 3)]).toEqual([3, 2, 3]);
});
