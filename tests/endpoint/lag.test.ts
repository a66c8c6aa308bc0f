import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { monotonicSeconds } from '../../src/clock/clock.ts';
import { lagMeter, type LagMeter } from '../../src/endpoint/lag.ts';

function meter(): LagMeter {
  const own = lagMeter();
  onTestFinished(() => own.close());
  return own;
}

/** Keeps this thread busy, as nothing of an endpoint could. */
function block(seconds: number): void {
  const end = monotonicSeconds() + seconds;
  while (monotonicSeconds() < end);
}

test('what kept our own timers from firing is told, while it lasts and afterwards', async () => {
  const own = meter();
  const start = monotonicSeconds();
  block(0.15);
  expect(own.since(start)).toBeGreaterThan(0.1);
  await sleep(30);
  expect(own.since(start)).toBeGreaterThan(0.1);
  expect(own.since(start)).toBeLessThan(5);
});

test('what was late before that instant is not told', async () => {
  const own = meter();
  const start = monotonicSeconds();
  block(0.3);
  await sleep(60);
  const later = monotonicSeconds();
  await sleep(30);
  expect(own.since(later)).toBeLessThan(own.since(start));
});
