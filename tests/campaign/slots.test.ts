import { describe, expect, test } from 'vitest';
import { slots, type Slots } from '../../src/campaign/slots.ts';
import { settle } from '../support/clock-hook.ts';

/** Takes slots one after the other; returns the names of those who got theirs, in that order. */
function queueing(own: Slots, ...wishes: readonly (readonly [name: string, count: number])[]): string[] {
  const got: string[] = [];
  for (const [name, count] of wishes) void own.take(count).then(() => got.push(name));
  return got;
}

test('as many are given at once as there are', async () => {
  const own = slots(3);
  const got = queueing(own, ['a', 1], ['b', 2], ['c', 1]);
  await settle();
  expect(got).toEqual(['a', 'b']);
  expect(own.used).toBe(3);
  own.give(1);
  await settle();
  expect(got).toEqual(['a', 'b', 'c']);
});

test('first come, first served: whoever needs many is not overtaken by those who need few', async () => {
  const own = slots(3);
  const got = queueing(own, ['a', 2], ['many', 3], ['c', 1], ['d', 1]);
  await settle();
  expect(got).toEqual(['a']);
  own.give(2);
  await settle();
  expect(got).toEqual(['a', 'many']);
  own.give(3);
  await settle();
  expect(got).toEqual(['a', 'many', 'c', 'd']);
});

test('whoever needs more than there are gets them when nobody else has any', async () => {
  const own = slots(2);
  const got = queueing(own, ['a', 1], ['huge', 5], ['c', 1]);
  await settle();
  expect(got).toEqual(['a']);
  own.give(1);
  await settle();
  expect(got).toEqual(['a', 'huge']);
  own.give(5);
  await settle();
  expect(got).toEqual(['a', 'huge', 'c']);
});

describe('when the endpoint refused one more than are in use', () => {
  test('that many are all there are from now on', async () => {
    const own = slots(10);
    const got = queueing(own, ['a', 1], ['b', 1], ['refused', 1]);
    await settle();
    own.give(1);
    own.lowerTo(own.used);
    expect(own.capacity).toBe(2);
    queueing(own, ['refused again', 1]);
    await settle();
    expect(own.used).toBe(2);
    own.give(1);
    await settle();
    expect(own.used).toBe(2);
    expect(got).toEqual(['a', 'b', 'refused']);
  });

  test('there is always one left, and never more than before', () => {
    const own = slots(3);
    own.lowerTo(0);
    expect(own.capacity).toBe(1);
    own.lowerTo(5);
    expect(own.capacity).toBe(1);
  });
});

test('endless slots let everybody through', async () => {
  const own = slots(Infinity);
  const got = queueing(own, ...Array.from({ length: 100 }, (_, index) => [`${index}`, 3] as const));
  await settle();
  expect(got).toHaveLength(100);
});
