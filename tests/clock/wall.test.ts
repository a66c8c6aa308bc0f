import { expect, onTestFinished, test, vi } from 'vitest';
import { monotonicSeconds, type Clock } from '../../src/clock/clock.ts';
import { wallClock } from '../../src/clock/wall.ts';

function clock(origin = monotonicSeconds()): Clock {
  const own = wallClock(origin);
  onTestFinished(() => own.close());
  return own;
}

test('stamps count real seconds from the origin and know no other clock', () => {
  const own = clock(monotonicSeconds() - 100);
  const stamp = own.stamp();
  expect(stamp.at).toBeGreaterThanOrEqual(100);
  expect(stamp.at).toBeLessThan(110);
  expect(stamp).not.toHaveProperty('clock');
  expect(own.now()).toBeGreaterThanOrEqual(stamp.at);
});

test('a wait lasts as long as it was asked for', async () => {
  const own = clock();
  const start = own.now();
  await own.wait(0.05);
  expect(own.now() - start).toBeGreaterThanOrEqual(0.049);
  await own.wait(-1);
  expect(own.now() - start).toBeLessThan(5);
});

test('a wait is given up when its signal aborts, with the reason', async () => {
  const own = clock();
  const interrupt = new AbortController();
  const waited = own.wait(60, interrupt.signal);
  interrupt.abort(new Error('interrupted'));
  await expect(waited).rejects.toThrow('interrupted');
});

test('closing it rejects those who wait', async () => {
  const own = clock();
  const waited = own.wait(60);
  own.close();
  await expect(waited).rejects.toThrow('the clock was closed');
});

test('an alarm rings unless it is called off', async () => {
  const own = clock();
  const [rings, silent] = [vi.fn(), vi.fn()];
  own.after(0.02, rings);
  own.after(0.01, silent)();
  await vi.waitFor(() => expect(rings).toHaveBeenCalledOnce());
  expect(silent).not.toHaveBeenCalled();
});

test('requests run at once, and stops mean nothing', async () => {
  const own = clock();
  own.stopAt([1, 2, 3]);
  const all = await Promise.all([true, false].map((mayPark) => own.during(mayPark, () => Promise.resolve(mayPark))));
  expect(all).toEqual([true, false]);
});
