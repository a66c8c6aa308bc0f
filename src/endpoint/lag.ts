/** How far our own stamps may be off, so that no endpoint is blamed for our being busy, or for a connection that took its time. */
import { monotonicSeconds } from '../clock/clock.ts';

const TICK_SECONDS = 0.02;
/** What is less late than this is no stall. */
const PROMPT_SECONDS = 0.005;
const KEPT_SECONDS = 400;
/** What has come is read in the next turn of the event loop; a stall that ended that long ago did not hold it up. */
const TURN_SECONDS = 1;

/** Measures how late our own timers fire. */
export interface LagMeter {
  /** Seconds for which our event loop stood still, in stalls that ended at that monotonic instant or later. */
  stalledSince(instant: number): number;
  close(): void;
}

/** @param now - Seconds on a monotonic clock. */
export function lagMeter(now: () => number = monotonicSeconds): LagMeter {
  let late: { at: number; lag: number }[] = [];
  let expected = now() + TICK_SECONDS;
  const timer = setInterval(() => {
    const at = now();
    const lag = at - expected;
    expected = at + TICK_SECONDS;
    if (lag > PROMPT_SECONDS) late.push({ at, lag });
    if (late.length > 20_000) late = late.filter((one) => one.at > at - KEPT_SECONDS);
  }, TICK_SECONDS * 1000);
  timer.unref();
  return {
    stalledSince(instant) {
      // One may be going on.
      let sum = Math.max(0, now() - expected);
      for (let index = late.length - 1; index >= 0; index -= 1) {
        const entry = late[index];
        if (entry === undefined || entry.at < instant) break;
        sum += entry.lag;
      }
      return sum;
    },
    close: () => clearInterval(timer),
  };
}

/** The way of one request out and of its answer in. */
export interface Passage {
  /** To be called when the request leaves. */
  left(): void;
  /** To be called when the head of an answer has been read. */
  headCame(): void;
  /**
   * To be asked when the answer has arrived: seconds by which the request may have left later than the passage began, or the
   * answer have been there sooner than now. At most the whole time between.
   */
  lag(): number;
}

/** To be begun when the request is stamped. */
export function passage(meter: LagMeter, now: () => number = monotonicSeconds): Passage {
  const began = now();
  let leftAt: number | undefined;
  let headCameAt: number | undefined;
  return {
    left() {
      leftAt = now();
    },
    headCame() {
      headCameAt = now();
    },
    lag() {
      const whole = now() - began;
      // A request that never left says nothing.
      const leaving = leftAt === undefined ? whole : leftAt - began;
      const arriving = meter.stalledSince(Math.max(began, (headCameAt ?? now()) - TURN_SECONDS));
      return Math.min(whole, Math.max(leaving, arriving));
    },
  };
}
