import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicSeconds, type Clock } from './clock.ts';
import { ClockHookError, type ClockHook } from './hook.ts';

/** Real seconds of silence after which a poll counts as parked where the hook does not offer `waiting`. */
const QUIET_SECONDS = 0.1;
/** Real seconds after which an open poll that is neither answered nor counted as waiting no longer holds the clock. */
const PARK_PATIENCE_SECONDS = 2;

/** Readings of the hook before we sleep between them: hardly a poll needs longer until it is parked. */
const PROMPT_READINGS = 10;

/** Hooks keep whole milliseconds, our sums of floats do not: what is so near is now. */
const TINY = 1e-4;
/** Seconds that a hook may be told to advance in vain; one that keeps whole seconds needs more than one telling. */
const STUCK_SECONDS = 5;

/** Real seconds after which a clock that also ticks by itself shows it. */
const TICK_SECONDS = 0.02;

/** Whether a hook's clock also goes forward untold, as one does that adds an offset to the wall clock: then `now` is only a lower bound. */
export async function ticksByItself(hook: ClockHook): Promise<boolean> {
  const { now } = await hook.read();
  await sleep(TICK_SECONDS * 1000);
  return (await hook.read()).now > now;
}

interface Stop {
  readonly at: number;
}

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/**
 * The endpoint's clock, moved by us through its hook. It moves only when nothing can happen without it: every request
 * is answered or parked, and everybody who is left waits for an instant. Then it goes to the nearest instant that anybody
 * waits for, or to the nearest stop while polls are open.
 *
 * `origin` is the monotonic instant, in seconds, that counts as 0 in stamps; `onMove` hears of every move. Whoever makes
 * several clocks of one endpoint may ask once whether they tick.
 */
export async function controlledClock(
  hook: ClockHook,
  origin: number,
  onMove: (from: number, to: number, at: number) => void,
  ticking?: boolean,
): Promise<Clock> {
  let ticks = ticking ?? (await ticksByItself(hook));
  let knownAt = monotonicSeconds();
  let known = (await hook.read()).now;
  let target: number | undefined;
  /** Bounds of instants while a move was under way: how far it went only its answer says. */
  const open = new Set<[number, number]>();
  let move: Promise<void> | undefined;
  let closed: Error | undefined;
  let openPolls = 0;
  let openCalls = 0;
  let stuck = 0;
  let changes = 0;
  let driving = false;
  const alarms = new Set<Alarm>();
  const stops = new Set<Stop>();

  const latest = (): number => (target ?? known) + (ticks ? monotonicSeconds() - knownAt : 0);

  const changed = (): void => {
    changes += 1;
    if (!driving) {
      driving = true;
      // A turn of the event loop later everybody who can go on without the clock has done so.
      setImmediate(() => void drive().catch(fail));
    }
  };
  const fail = (error: unknown): void => {
    driving = false;
    closed ??= error instanceof Error ? error : new ClockHookError(String(error));
    for (const alarm of alarms) alarm.ring();
  };

  const learn = (now: number, askedAt: number): void => {
    if (now < known - 1e-9) {
      throw new ClockHookError(
        `the clock hook went backwards, from ${known} s to ${now} s; its clock must only go forward`,
      );
    }
    known = now;
    // It said so at some instant since we asked.
    knownAt = askedAt;
  };

  const everyPollIsParked = async (): Promise<boolean> => {
    const before = changes;
    const start = monotonicSeconds();
    for (let readings = 1; openPolls > 0 && changes === before; readings += 1) {
      const askedAt = monotonicSeconds();
      const { now, waiting } = await hook.read();
      // One that counts whole seconds ticks too seldom to be seen at first.
      if (now > known + TINY) ticks = true;
      learn(now, askedAt);
      if (waiting === undefined) {
        await sleep(QUIET_SECONDS * 1000);
        return changes === before;
      }
      if (waiting >= openPolls || monotonicSeconds() - start > PARK_PATIENCE_SECONDS) return changes === before;
      await (readings > PROMPT_READINGS ? sleep(1) : new Promise(setImmediate));
    }
    return changes === before;
  };

  const nextInstant = (): number | undefined => {
    let next = Infinity;
    for (const { at } of alarms) next = Math.min(next, at);
    for (const stop of stops) {
      if (stop.at <= known + TINY) stops.delete(stop);
      else if (openPolls > 0) next = Math.min(next, stop.at);
    }
    return next === Infinity ? undefined : next;
  };

  const drive = async (): Promise<void> => {
    while (closed === undefined) {
      if (openCalls > 0) break;
      const seen = changes;
      if (openPolls > 0 && !(await everyPollIsParked())) {
        if (openCalls > 0) break;
        await new Promise(setImmediate);
        continue;
      }
      if (changes !== seen) continue;
      const next = nextInstant();
      if (next === undefined) break;
      if (next > known + TINY) {
        const from = known;
        // Hooks are asked for whole milliseconds: a sum of floats must not stop just short of what is due.
        const step = Math.max(Math.ceil((next - known) * 1000 - 1e-6) / 1000, stuck > 0 ? 1 : 0.001);
        target = known + step;
        const askedAt = monotonicSeconds();
        const advanced = hook.advance(step);
        move = advanced.then(
          () => undefined,
          () => undefined,
        );
        try {
          learn((await advanced).now, askedAt);
          for (const bounds of open) bounds[1] = Math.max(bounds[1], known);
        } finally {
          open.clear();
          target = undefined;
          move = undefined;
        }
        onMove(from, known, monotonicSeconds() - origin);
        stuck = known > from ? 0 : stuck + step;
        if (stuck > STUCK_SECONDS) {
          throw new ClockHookError(`the clock hook stays at ${known} s though it was told to advance by ${stuck} s`);
        }
      }
      for (const alarm of [...alarms].filter(({ at }) => at <= known + TINY)) {
        alarms.delete(alarm);
        alarm.ring();
      }
      await new Promise(setImmediate);
    }
    driving = false;
  };

  const alarmAt = (at: number, ring: () => void): (() => void) => {
    const alarm: Alarm = { at, ring };
    alarms.add(alarm);
    changed();
    return () => void alarms.delete(alarm);
  };

  return {
    kind: 'controlled',
    now: latest,
    stamp() {
      const clock: [number, number] = [known, latest()];
      if (target !== undefined) open.add(clock);
      return { at: monotonicSeconds() - origin, clock };
    },
    wait: (seconds, signal) =>
      new Promise((resolve, reject) => {
        if (closed !== undefined) return reject(closed);
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const stop = (): void => {
          forget();
          reject(signal?.reason as Error);
        };
        const forget = alarmAt(latest() + Math.max(0, seconds), () => {
          signal?.removeEventListener('abort', stop);
          if (closed === undefined) resolve();
          else reject(closed);
        });
        signal?.addEventListener('abort', stop, { once: true });
      }),
    after: (seconds, act) => alarmAt(latest() + Math.max(0, seconds), () => act(closed)),
    stopAt(instants) {
      const own = instants.filter((at) => at > known).map((at): Stop => ({ at }));
      for (const stop of own) stops.add(stop);
      return () => {
        for (const stop of own) stops.delete(stop);
      };
    },
    async during(mayPark, request) {
      if (closed !== undefined) throw closed;
      if (mayPark) openPolls += 1;
      else openCalls += 1;
      changed();
      try {
        const answer = await request();
        // Whoever was answered while the clock moved goes on when it stands: what he sends next has one instant then.
        await move;
        return answer;
      } finally {
        if (mayPark) openPolls -= 1;
        else openCalls -= 1;
        changed();
      }
    },
    close() {
      fail(new Error('the clock was closed'));
    },
  };
}
