import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClockHook, HookAnswer } from '../../src/clock/hook.ts';

export interface FakeHook extends ClockHook {
  now: number;
  /** How many polls it says are parked; undefined where it does not offer that. */
  waiting: number | undefined;
  /** Seconds of each move that it was told. */
  readonly moves: number[];
  reads: number;
}

/** A clock hook without an endpoint; `part` replaces how it reads or moves. */
export function fakeHook(
  part: {
    readonly now?: number;
    readonly waiting?: number;
    /** Called before each answer to a read. */
    readonly onRead?: (hook: FakeHook) => void;
    /** How the clock takes a move; by default it goes exactly so far. */
    readonly move?: (hook: FakeHook, seconds: number) => void | Promise<void>;
    /** How the clock shows; by default as it is. */
    readonly show?: (hook: FakeHook) => number;
  } = {},
): FakeHook {
  const answer = (): HookAnswer => {
    const now = part.show?.(hook) ?? hook.now;
    return hook.waiting === undefined ? { now } : { now, waiting: hook.waiting };
  };
  const hook: FakeHook = {
    now: part.now ?? 0,
    waiting: part.waiting,
    moves: [],
    reads: 0,
    async read() {
      hook.reads += 1;
      part.onRead?.(hook);
      return answer();
    },
    async advance(seconds) {
      hook.moves.push(seconds);
      if (part.move === undefined) hook.now = Math.round((hook.now + seconds) * 1000) / 1000;
      else await part.move(hook, seconds);
      return answer();
    },
  };
  return hook;
}

/** Lets everything go on that can go on without time; a clock that wanted to move would have moved by then. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await nextTurn();
}

/** A door that stays shut until it is opened. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}
