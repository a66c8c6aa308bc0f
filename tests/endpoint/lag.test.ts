import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { monotonicSeconds } from '../../src/clock/clock.ts';
import { lagMeter, passage, type LagMeter, type Passage } from '../../src/endpoint/lag.ts';

/** Keeps this thread busy, as nothing of an endpoint could. */
function block(seconds: number): void {
  const end = monotonicSeconds() + seconds;
  while (monotonicSeconds() < end);
}

test('what really kept our own timers from firing is told, while it lasts and afterwards', async () => {
  const own = lagMeter();
  onTestFinished(() => own.close());
  const start = monotonicSeconds();
  block(0.15);
  expect(own.stalledSince(start)).toBeGreaterThan(0.1);
  await sleep(30);
  expect(own.stalledSince(start)).toBeGreaterThan(0.1);
});

describe('on a clock of ours', () => {
  let at = 0;
  const now = (): number => at;

  /** Seconds pass, and every timer fires in time. */
  const pass = (seconds: number): void => {
    for (let tick = 0; tick < Math.round(seconds / 0.02); tick += 1) {
      at += 0.02;
      vi.advanceTimersByTime(20);
    }
  };
  /** Seconds pass in which nothing of ours runs; the timers that are due then fire. */
  const stall = (seconds: number): void => {
    at += seconds;
    pass(0.02);
  };

  beforeEach(() => {
    at = 0;
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
  });

  const meter = (): LagMeter => {
    const own = lagMeter(now);
    onTestFinished(() => own.close());
    return own;
  };

  test('stalls add up, and those that were over before are left out', () => {
    const own = meter();
    pass(1);
    expect(own.stalledSince(0)).toBeCloseTo(0, 5);
    stall(2);
    pass(1);
    stall(3);
    expect(own.stalledSince(0)).toBeCloseTo(5, 5);
    expect(own.stalledSince(at - 0.5)).toBeCloseTo(3, 5);
    pass(0.02);
    expect(own.stalledSince(at)).toBeCloseTo(0, 5);
  });

  test('a stall that is going on counts up to now', () => {
    const own = meter();
    pass(1);
    at += 4;
    expect(own.stalledSince(at)).toBeGreaterThan(3.9);
  });

  const begin = (): Passage => passage(meter(), now);

  test('what is prompt has no lag', () => {
    const way = begin();
    way.left();
    pass(3);
    way.headCame();
    expect(way.lag()).toBeCloseTo(0, 5);
  });

  test('a request that leaves late, through several stalls or a slow connection, may have left so much later', () => {
    const way = begin();
    stall(1);
    stall(1.5);
    pass(0.5);
    way.left();
    const left = at;
    expect(left).toBeGreaterThan(3);
    pass(3);
    way.headCame();
    expect(way.lag()).toBeCloseTo(left, 5);
  });

  test('stalls while the endpoint has the request are none of its answer’s', () => {
    const way = begin();
    way.left();
    pass(1);
    stall(4);
    pass(5);
    way.headCame();
    expect(way.lag()).toBeCloseTo(0, 5);
  });

  test('stalls just before the head of the answer was read, and until all of it was, may have hidden it', () => {
    const way = begin();
    way.left();
    pass(10);
    stall(4);
    way.headCame();
    stall(2);
    stall(1);
    expect(way.lag()).toBeCloseTo(7, 5);
  });

  test('a request that gets no answer may have got one while we stood still', () => {
    const way = begin();
    way.left();
    pass(10);
    stall(3);
    expect(way.lag()).toBeCloseTo(3, 5);
  });

  test('of a request that never left nothing is known', () => {
    const way = begin();
    pass(8);
    expect(way.lag()).toBeCloseTo(8, 5);
  });
});
