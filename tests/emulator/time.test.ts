import { expect, test, vi } from 'vitest';
import { createControlledTime, createWallTime } from '../../src/emulator/time.ts';

test('timers fire when due, in order, and see the clock at their own instant', () => {
  const time = createControlledTime();
  const fired: [string, number][] = [];
  const note = (name: string) => () => fired.push([name, time.now()]);
  time.at(20, note('b'));
  time.at(10, note('a'));
  time.at(20, note('c'));
  time.cancel(time.at(15, note('cancelled')));
  time.at(10, () => time.at(12, note('set on the way')));
  time.at(Infinity, note('never'));
  time.advance(19);
  expect(fired).toEqual([
    ['a', 10],
    ['set on the way', 12],
  ]);
  time.advance(1);
  expect(fired.slice(2)).toEqual([
    ['b', 20],
    ['c', 20],
  ]);
});

test('timers that are due at the same instant fire in the order in which they were set', () => {
  const time = createControlledTime();
  const fired: number[] = [];
  for (let index = 0; index < 20; index++) time.at(10, () => fired.push(index));
  time.advance(10);
  expect(fired).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test('a timer set for now waits for the next look at the clock', () => {
  const time = createControlledTime();
  const fire = vi.fn();
  time.at(0, fire);
  expect(fire).not.toHaveBeenCalled();
  time.runDue();
  expect(fire).toHaveBeenCalledOnce();
});

test('wall timers fire in order, never early, and not after stop', async () => {
  const time = createWallTime();
  const started = time.now();
  const fired: string[] = [];
  await new Promise<void>((resolve) => {
    time.at(started + 20, () => {
      fired.push('late');
      expect(time.now()).toBeGreaterThanOrEqual(started + 20);
      resolve();
    });
    time.at(started + 5, () => fired.push('early'));
    time.cancel(time.at(started + 1, () => fired.push('cancelled')));
  });
  expect(fired).toEqual(['early', 'late']);
  const fire = vi.fn();
  time.at(time.now() + 1, fire);
  time.stop();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(fire).not.toHaveBeenCalled();
});

test('a wall timer further away than setTimeout reaches does not fire early', async () => {
  const time = createWallTime();
  const fire = vi.fn();
  time.at(time.now() + 2 ** 32, fire);
  const warning = vi.fn();
  process.on('warning', warning);
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('warning', warning);
  time.stop();
  expect(warning).not.toHaveBeenCalled();
  expect(fire).not.toHaveBeenCalled();
});
