import type { Bounds } from '../../schemas/types.ts';

/** An instant as the suite saw it. */
export interface Stamp {
  /** Seconds on the suite's monotonic clock since the start of the run. */
  readonly at: number;
  /** Seconds on the endpoint's controlled clock, as bounds: a move may be under way. */
  readonly clock?: Bounds;
}

/**
 * The one way in which scenarios speak of time. Every unit is seconds on the clock that rules judge by: the suite's own
 * monotonic clock, or the endpoint's controlled one.
 */
export interface Clock {
  readonly kind: 'wall' | 'controlled';
  /** Latest value the judged clock may have now. */
  now(): number;
  stamp(): Stamp;
  /** Resolves when `seconds` have passed; rejects with the signal's reason when it aborts. */
  wait(seconds: number, signal?: AbortSignal): Promise<void>;
  /** Runs `act` in `seconds` unless the returned function is called before. */
  after(seconds: number, act: (broken?: Error) => void): () => void;
  /** Tells a controlled clock not to jump over these instants while a poll is open, until what it returns is called; a wall clock needs no telling. */
  stopAt(instants: readonly number[]): () => void;
  /** Runs a request; a controlled clock does not move before it is answered or, where it may park, is parked. */
  during<T>(mayPark: boolean, request: () => Promise<T>): Promise<T>;
  /** Ends the clock; what waits on it is rejected. */
  close(): void;
}

/** Seconds on a monotonic clock whose zero lies anywhere. */
export function monotonicSeconds(): number {
  return performance.now() / 1000;
}
