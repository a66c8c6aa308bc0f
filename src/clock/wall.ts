import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicSeconds, type Clock } from './clock.ts';

/** The suite's own clock, for any endpoint. `origin` is the monotonic instant, in seconds, that counts as 0. */
export function wallClock(origin: number): Clock {
  const closed = new AbortController();
  const now = (): number => monotonicSeconds() - origin;
  return {
    kind: 'wall',
    now,
    stamp: () => ({ at: now() }),
    async wait(seconds, signal) {
      const until = AbortSignal.any(signal === undefined ? [closed.signal] : [closed.signal, signal]);
      try {
        await sleep(Math.max(0, seconds) * 1000, undefined, { signal: until });
      } catch (error) {
        throw until.aborted ? until.reason : error;
      }
    },
    after(seconds, act) {
      const timer = setTimeout(() => act(), Math.max(0, seconds) * 1000);
      return () => clearTimeout(timer);
    },
    stopAt: () => () => {},
    during: (_mayPark, request) => request(),
    close: () => closed.abort(new Error('the clock was closed')),
  };
}
