import { monotonicSeconds } from '../clock/clock.ts';

const TICK_SECONDS = 0.02;
const KEPT_SECONDS = 400;

/** Measures how late our own timers fire, so that no endpoint is blamed for our being busy. */
export interface LagMeter {
  /** Largest delay of our own timers, in seconds, since that monotonic instant. */
  since(instant: number): number;
  close(): void;
}

export function lagMeter(): LagMeter {
  let late: { at: number; lag: number }[] = [];
  let expected = monotonicSeconds() + TICK_SECONDS;
  const timer = setInterval(() => {
    const now = monotonicSeconds();
    const lag = now - expected;
    expected = now + TICK_SECONDS;
    if (lag > 0.005) late.push({ at: now, lag });
    if (late.length > 20_000) late = late.filter(({ at }) => at > now - KEPT_SECONDS);
  }, TICK_SECONDS * 1000);
  timer.unref();
  return {
    since(instant) {
      let most = Math.max(0, monotonicSeconds() - expected);
      for (let index = late.length - 1; index >= 0; index -= 1) {
        const entry = late[index];
        if (entry === undefined || entry.at < instant) break;
        most = Math.max(most, entry.lag);
      }
      return most;
    },
    close: () => clearInterval(timer),
  };
}
