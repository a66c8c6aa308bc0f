import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { monotonicSeconds, type Clock } from '../../src/clock/clock.ts';
import { controlledClock } from '../../src/clock/controlled.ts';
import { ClockHookError, type ClockHook } from '../../src/clock/hook.ts';
import { fakeHook, gate, settle } from '../support/clock-hook.ts';

type Move = readonly [from: number, to: number];

async function clockOn(hook: ClockHook): Promise<Clock & { readonly moved: Move[] }> {
  const moved: Move[] = [];
  const clock = await controlledClock(hook, monotonicSeconds(), (from, to) => moved.push([from, to]));
  onTestFinished(() => clock.close());
  return Object.assign(clock, { moved });
}

describe('alarms', () => {
  test('a wait ends when the endpoint’s clock has come to its instant, without real waiting', async () => {
    const hook = fakeHook({ now: 1000 });
    const clock = await clockOn(hook);
    const start = monotonicSeconds();
    await clock.wait(72 * 3600);
    expect(clock.now()).toBe(1000 + 72 * 3600);
    expect(clock.moved).toEqual([[1000, 260_200]]);
    expect(monotonicSeconds() - start).toBeLessThan(2);
  });

  test('alarms ring in the order of their instants, each at its own', async () => {
    const clock = await clockOn(fakeHook());
    const rung: [string, number][] = [];
    const ring = (name: string) => (): void => void rung.push([name, clock.now()]);
    clock.after(9, ring('nine'));
    clock.after(2, ring('two'));
    clock.after(5, ring('five'));
    await clock.wait(10);
    expect(rung).toEqual([
      ['two', 2],
      ['five', 5],
      ['nine', 9],
    ]);
  });

  test('what rings together needs one move', async () => {
    const hook = fakeHook();
    const clock = await clockOn(hook);
    await Promise.all([clock.wait(4), clock.wait(4), clock.wait(4)]);
    expect(hook.moves).toEqual([4]);
  });

  test('a wait that an alarm begins is counted from that alarm', async () => {
    const hook = fakeHook();
    const clock = await clockOn(hook);
    await clock.wait(3);
    await clock.wait(4);
    expect(clock.moved).toEqual([
      [0, 3],
      [3, 7],
    ]);
  });

  test('an alarm that was called off neither rings nor stops the clock', async () => {
    const clock = await clockOn(fakeHook());
    const ring = vi.fn();
    const callOff = clock.after(3, ring);
    callOff();
    await clock.wait(5);
    expect(ring).not.toHaveBeenCalled();
    expect(clock.moved).toEqual([[0, 5]]);
  });

  test('a wait of nothing, or of less, ends without a move', async () => {
    const hook = fakeHook();
    const clock = await clockOn(hook);
    await clock.wait(0);
    await clock.wait(-5);
    expect(hook.moves).toEqual([]);
  });

  test('nobody moves a clock on which nobody waits', async () => {
    const hook = fakeHook({ waiting: 0 });
    const clock = await clockOn(hook);
    await clock.during(false, () => Promise.resolve());
    await clock.during(true, () => Promise.resolve());
    await settle();
    expect(hook.moves).toEqual([]);
  });

  test('a sum of floats is asked for in whole milliseconds that reach it', async () => {
    // A hook that keeps whole milliseconds would else stop just short of what is due.
    const hook = fakeHook();
    const clock = await clockOn(hook);
    await clock.wait(0.1 + 0.2);
    await clock.wait(0.0004);
    expect(hook.moves).toEqual([0.3, 0.001]);
  });
});

describe('an open call', () => {
  test('holds the clock until it is answered', async () => {
    const hook = fakeHook();
    const clock = await clockOn(hook);
    const answer = gate();
    const call = clock.during(false, () => answer.passed);
    const waited = clock.wait(10);
    await settle();
    expect(hook.moves).toEqual([]);
    answer.open();
    await Promise.all([call, waited]);
    expect(hook.moves).toEqual([10]);
  });

  test('that begins where another ends still holds it', async () => {
    const hook = fakeHook();
    const clock = await clockOn(hook);
    const [first, second] = [gate(), gate()];
    const calls = clock.during(false, () => first.passed).then(() => clock.during(false, () => second.passed));
    const waited = clock.wait(10);
    first.open();
    await settle();
    expect(hook.moves).toEqual([]);
    second.open();
    await Promise.all([calls, waited]);
    expect(hook.moves).toEqual([10]);
  });

  test('passes on what it comes to, and lets go of the clock if it fails', async () => {
    const clock = await clockOn(fakeHook());
    expect(await clock.during(false, () => Promise.resolve('answer'))).toBe('answer');
    await expect(clock.during(false, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await clock.wait(1);
    expect(clock.now()).toBe(1);
  });
});

describe('an open poll', () => {
  test('holds the clock until the endpoint has parked it', async () => {
    const hook = fakeHook({ waiting: 0 });
    const clock = await clockOn(hook);
    const answer = gate();
    const poll = clock.during(true, () => answer.passed);
    clock.after(3, () => answer.open());
    await vi.waitFor(() => expect(hook.reads).toBeGreaterThan(8));
    expect(hook.moves).toEqual([]);
    hook.waiting = 1;
    await poll;
    expect(clock.moved).toEqual([[0, 3]]);
  });

  test('waits for the other one to be parked, too', async () => {
    const hook = fakeHook({ waiting: 1 });
    const clock = await clockOn(hook);
    const answer = gate();
    const polls = Promise.all([clock.during(true, () => answer.passed), clock.during(true, () => answer.passed)]);
    clock.after(3, () => answer.open());
    await vi.waitFor(() => expect(hook.reads).toBeGreaterThan(8));
    expect(hook.moves).toEqual([]);
    hook.waiting = 2;
    await polls;
    expect(hook.moves).toEqual([3]);
  });

  test('that the endpoint never counts as waiting does not hold the clock for ever', async () => {
    // Such as one whose answer was lost, or of a hook that counts something else: 2 s of patience.
    const hook = fakeHook({ waiting: 0 });
    const clock = await clockOn(hook);
    const answer = gate();
    clock.after(3, () => answer.open());
    await clock.during(true, () => answer.passed);
    expect(hook.moves).toEqual([3]);
  });

  test('counts as parked after a quiet moment where the hook does not say', async () => {
    const hook = fakeHook();
    const clock = await clockOn(hook);
    const answer = gate();
    const start = monotonicSeconds();
    clock.after(3, () => answer.open());
    await clock.during(true, () => answer.passed);
    expect(hook.moves).toEqual([3]);
    expect(monotonicSeconds() - start).toBeGreaterThan(0.09);
  });

  test('is asked about anew when something happened in that moment', async () => {
    const answer = gate();
    const late = gate();
    let call: Promise<void> | undefined;
    const hook = fakeHook({
      // The first three reads are the clock's own, when it starts.
      onRead: ({ reads }) => {
        if (reads === 4) call = clock.during(false, () => late.passed);
      },
    });
    const clock = await clockOn(hook);
    clock.after(3, () => answer.open());
    const poll = clock.during(true, () => answer.passed);
    await vi.waitFor(() => expect(call).toBeDefined());
    // Longer than the quiet moment: had it not noticed, the clock would have moved over the open call.
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(hook.moves).toEqual([]);
    late.open();
    await Promise.all([call, poll]);
    expect(hook.moves).toEqual([3]);
  });

  test('that the endpoint answers by a move of the clock goes on when that move is over, and before the next one', async () => {
    const answer = gate();
    const hook = fakeHook({
      waiting: 1,
      move: (own, seconds) => {
        own.now += seconds;
        if (own.now >= 4) {
          own.waiting = 0;
          answer.open();
        }
      },
    });
    const clock = await clockOn(hook);
    clock.stopAt([4]);
    const waited = clock.wait(20);
    await clock.during(true, () => answer.passed);
    // What comes next has one instant: not one between the two sides of a move.
    expect(clock.stamp().clock).toEqual([4, 4]);
    await waited;
    expect(clock.moved).toEqual([
      [0, 4],
      [4, 20],
    ]);
  });
});

describe('stops', () => {
  test('are kept while a poll is open', async () => {
    const hook = fakeHook({ waiting: 1 });
    const clock = await clockOn(hook);
    const answer = gate();
    clock.stopAt([7, 3, 50]);
    clock.after(10, () => answer.open());
    await clock.during(true, () => answer.passed);
    expect(clock.moved).toEqual([
      [0, 3],
      [3, 7],
      [7, 10],
    ]);
  });

  test('are jumped over while none is', async () => {
    const clock = await clockOn(fakeHook());
    clock.stopAt([3, 7]);
    await clock.wait(10);
    expect(clock.moved).toEqual([[0, 10]]);
  });

  test('are none when they were taken back', async () => {
    const clock = await clockOn(fakeHook({ waiting: 1 }));
    const answer = gate();
    const takeBack = clock.stopAt([3, 7]);
    clock.stopAt([5, 7]);
    takeBack();
    clock.after(10, () => answer.open());
    await clock.during(true, () => answer.passed);
    expect(clock.moved).toEqual([
      [0, 5],
      [5, 7],
      [7, 10],
    ]);
  });

  test('alone move nothing', async () => {
    const hook = fakeHook();
    const clock = await clockOn(hook);
    clock.stopAt([3]);
    await settle();
    expect(hook.moves).toEqual([]);
  });

  test('in the past are none', async () => {
    const hook = fakeHook({ now: 100, waiting: 1 });
    const clock = await clockOn(hook);
    const answer = gate();
    clock.stopAt([99, 100]);
    clock.after(1, () => answer.open());
    await clock.during(true, () => answer.passed);
    expect(hook.moves).toEqual([1]);
  });
});

describe('stamps', () => {
  test('hold both sides of a move that is under way', async () => {
    const moving = gate();
    const hook = fakeHook({
      move: async (own, seconds) => {
        await moving.passed;
        own.now += seconds;
      },
    });
    const clock = await clockOn(hook);
    expect(clock.stamp().clock).toEqual([0, 0]);
    const waited = clock.wait(10);
    await settle();
    expect(clock.stamp().clock).toEqual([0, 10]);
    expect(clock.now()).toBe(10);
    moving.open();
    await waited;
    expect(clock.stamp().clock).toEqual([10, 10]);
  });

  test('reach as far as the hook says it went, which may be further than it was told', async () => {
    const moving = gate();
    const hook = fakeHook({
      now: 0.6,
      show: ({ now }) => Math.floor(now),
      move: async (own, seconds) => {
        await moving.passed;
        own.now += seconds;
      },
    });
    const clock = await clockOn(hook);
    const waited = clock.wait(2.4);
    await settle();
    const { clock: bounds } = clock.stamp();
    moving.open();
    await waited;
    expect(bounds).toEqual([0, 3]);
  });

  test('count real seconds from the origin', async () => {
    const origin = monotonicSeconds() - 50;
    const clock = await controlledClock(fakeHook(), origin, () => {});
    onTestFinished(() => clock.close());
    expect(clock.stamp().at).toBeGreaterThanOrEqual(50);
    expect(clock.stamp().at).toBeLessThan(60);
  });

  test('widen with real time where the hook ticks by itself', async () => {
    const hook = fakeHook({ now: 500, show: ({ now }) => now + monotonicSeconds() - start });
    const start = monotonicSeconds();
    const clock = await clockOn(hook);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const [least = 0, most = 0] = clock.stamp().clock ?? [];
    expect(most - least).toBeGreaterThan(0.05);
    await clock.wait(10);
    expect(hook.now).toBeGreaterThan(509.9);
    expect(clock.now()).toBeGreaterThanOrEqual(510);
  });

  test('widen from when it was seen to tick, by one that counts too coarsely to show it at once', async () => {
    const hook = fakeHook({ now: 500, waiting: 0 });
    const clock = await clockOn(hook);
    const held = gate();
    const poll = clock.during(true, () => held.passed);
    await settle();
    hook.now += 1;
    await vi.waitFor(() => expect(clock.now()).toBeGreaterThanOrEqual(501));
    await new Promise((resolve) => setTimeout(resolve, 60));
    held.open();
    await poll;
    await new Promise((resolve) => setTimeout(resolve, 60));
    const [least = 0, most = 0] = clock.stamp().clock ?? [];
    expect(most - least).toBeGreaterThan(0.05);
  });

  test('are as somebody found out before', async () => {
    const hook = fakeHook({ now: 500 });
    const clock = await controlledClock(hook, monotonicSeconds(), () => {}, true);
    onTestFinished(() => clock.close());
    await new Promise((resolve) => setTimeout(resolve, 60));
    const [least = 0, most = 0] = clock.stamp().clock ?? [];
    expect(most - least).toBeGreaterThan(0.05);
    expect(hook.reads).toBe(1);
  });

  test('do not widen where it stands still', async () => {
    const clock = await clockOn(fakeHook({ now: 500 }));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(clock.stamp().clock).toEqual([500, 500]);
  });
});

describe('a wait', () => {
  test('is given up when its signal aborts, with the reason, and holds the clock no longer', async () => {
    const hook = fakeHook();
    const clock = await clockOn(hook);
    const held = gate();
    const call = clock.during(false, () => held.passed);
    const interrupt = new AbortController();
    const waited = clock.wait(5, interrupt.signal);
    const other = clock.wait(20);
    interrupt.abort(new Error('interrupted'));
    await expect(waited).rejects.toThrow('interrupted');
    held.open();
    await Promise.all([call, other]);
    expect(hook.moves).toEqual([20]);
  });

  test('is not begun when its signal has aborted', async () => {
    const hook = fakeHook();
    const clock = await clockOn(hook);
    await expect(clock.wait(5, AbortSignal.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
    await settle();
    expect(hook.moves).toEqual([]);
  });

  test('is rejected when the clock is closed, and so is every later one', async () => {
    const clock = await clockOn(fakeHook({ move: () => new Promise(() => {}) }));
    const waited = clock.wait(5);
    clock.close();
    await expect(waited).rejects.toThrow('the clock was closed');
    await expect(clock.wait(1)).rejects.toThrow('the clock was closed');
    await expect(clock.during(false, () => Promise.resolve())).rejects.toThrow('the clock was closed');
  });
});

describe('a hook that is not what it should be', () => {
  test('keeps whole seconds: it is told again until it moves', async () => {
    const hook = fakeHook({
      move: (own, seconds) => {
        own.now += Math.floor(seconds);
      },
    });
    const clock = await clockOn(hook);
    await clock.wait(0.4);
    expect(hook.now).toBe(1);
    await clock.wait(2.5);
    expect(hook.now).toBe(4);
  });

  test('goes backwards: nobody can be judged by it', async () => {
    const clock = await clockOn(
      fakeHook({
        now: 100,
        move: (own) => {
          own.now = 40;
        },
      }),
    );
    const waits = await Promise.allSettled([clock.wait(5), clock.wait(50)]);
    for (const wait of waits) {
      expect(wait).toMatchObject({ status: 'rejected', reason: expect.any(ClockHookError) as unknown });
      expect(wait).toHaveProperty('reason.message', expect.stringContaining('from 100 s to 40 s'));
    }
    await expect(clock.during(true, () => Promise.resolve())).rejects.toThrow(ClockHookError);
  });

  test('goes backwards between two reads while a poll is open', async () => {
    const hook = fakeHook({
      now: 100,
      waiting: 0,
      onRead: (own) => {
        if (own.reads > 3) own.now = 99;
      },
    });
    const clock = await clockOn(hook);
    const waited = clock.wait(5);
    void clock.during(true, () => new Promise(() => {}));
    await expect(waited).rejects.toThrow(/went backwards/);
  });

  test('does not move: it is given up instead of being told for ever', async () => {
    const hook = fakeHook({ now: 7, move: () => {} });
    const clock = await clockOn(hook);
    await expect(clock.wait(1)).rejects.toThrow(/stays at 7 s though it was told to advance/);
    expect(hook.moves.length).toBeLessThan(10);
  });

  test('breaks: who waits hears its own words', async () => {
    const clock = await clockOn(fakeHook({ move: () => Promise.reject(new ClockHookError('POST /clock failed')) }));
    await expect(clock.wait(1)).rejects.toThrow('POST /clock failed');
  });

  test('cannot be read: there is no clock', async () => {
    const hook = fakeHook({
      onRead: () => {
        throw new ClockHookError('GET /clock failed');
      },
    });
    await expect(controlledClock(hook, 0, () => {})).rejects.toThrow('GET /clock failed');
  });
});
