import { createHeap, type Heaped } from './heap.ts';

/** Something that happens at an instant, unless it is cancelled before. */
export interface Timer extends Heaped {
  readonly due: number;
  readonly order: number;
  readonly fire: () => void;
}

/**
 * The one clock and the one timer queue of an emulator. Instants and spans are milliseconds.
 * Timers fire in the order in which they fall due; those due at the same instant in the order in which they were set.
 */
export interface Time {
  readonly now: () => number;
  /** Sets a timer. An instant in the past is due at once, but never fires inside this call; `Infinity` never comes. */
  readonly at: (due: number, fire: () => void) => Timer;
  /** Cancels a timer; one that has fired, was cancelled or never was set is left alone. */
  readonly cancel: (timer: Timer | undefined) => void;
  /** Fires what has fallen due. Called before every request, so that no answer depends on how late a timer is. */
  readonly runDue: () => void;
  /** Fires nothing any more. */
  readonly stop: () => void;
}

/** Time that moves only when it is told to, from 0. */
export interface ControlledTime extends Time {
  /** Moves the clock by `spanMs` ≥ 0; each timer on the way sees the clock at its own instant. */
  readonly advance: (spanMs: number) => void;
}

// The longest delay setTimeout takes; a longer one is slept in pieces.
const longestDelayMs = 2 ** 31 - 1;

function createTimers() {
  const heap = createHeap<Timer>((a, b) => a.due < b.due || (a.due === b.due && a.order < b.order));
  let set = 0;
  return {
    heap,
    add: (due: number, fire: () => void): Timer => {
      const timer: Timer = { due, order: set++, fire, place: -1 };
      heap.add(timer);
      return timer;
    },
    takeDue: (now: number): Timer | undefined => {
      const first = heap.first();
      return first !== undefined && first.due <= now ? heap.takeFirst() : undefined;
    },
    cancel: (timer: Timer | undefined): void => {
      if (timer !== undefined) heap.remove(timer);
    },
  };
}

/** Real time, counted from 1970 but never set back. */
export function createWallTime(): Time {
  const timers = createTimers();
  const now = () => performance.timeOrigin + performance.now();
  let alarm: NodeJS.Timeout | undefined;
  let alarmAt = Infinity;
  let stopped = false;

  function runDue(): void {
    const instant = now();
    for (let timer = timers.takeDue(instant); timer !== undefined; timer = timers.takeDue(instant)) timer.fire();
  }

  // A cancelled first timer leaves its alarm set: one idle wake-up costs less than moving the alarm at every cancel.
  function setAlarm(): void {
    const due = timers.heap.first()?.due ?? Infinity;
    if (stopped || due >= alarmAt || due === Infinity) return;
    clearTimeout(alarm);
    alarmAt = due;
    alarm = setTimeout(
      () => {
        alarmAt = Infinity;
        runDue();
        setAlarm();
      },
      Math.min(Math.max(Math.ceil(due - now()), 0), longestDelayMs),
    );
  }

  return {
    now,
    at: (due, fire) => {
      const timer = timers.add(due, fire);
      if (due < alarmAt) setAlarm();
      return timer;
    },
    cancel: timers.cancel,
    runDue,
    stop: () => {
      stopped = true;
      clearTimeout(alarm);
    },
  };
}

/** Time that stands still between calls of `advance`. */
export function createControlledTime(): ControlledTime {
  const timers = createTimers();
  let now = 0;

  function runUntil(target: number): void {
    for (let timer = timers.takeDue(target); timer !== undefined; timer = timers.takeDue(target)) {
      now = Math.max(now, timer.due);
      timer.fire();
    }
    now = target;
  }

  return {
    now: () => now,
    at: timers.add,
    cancel: timers.cancel,
    runDue: () => runUntil(now),
    stop: () => {},
    advance: (spanMs) => runUntil(now + spanMs),
  };
}
