import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chapters } from '../../specs/chapters.ts';
import { MOST_OVERTAKINGS, slots, type Slots } from '../../src/campaign/slots.ts';
import { generated } from '../../src/programs/scenarios.ts';
import { settle } from '../support/clock-hook.ts';

/** Takes slots one after the other; returns the names of those who got theirs, in that order. */
function queueing(own: Slots, ...wishes: readonly (readonly [name: string, count: number])[]): string[] {
  const got: string[] = [];
  for (const [name, count] of wishes) void own.take(count).then(() => got.push(name));
  return got;
}

test('as many are given at once as there are', async () => {
  const own = slots(3);
  const got = queueing(own, ['a', 1], ['b', 2], ['c', 1]);
  await settle();
  expect(got).toEqual(['a', 'b']);
  expect(own.used).toBe(3);
  own.give(1);
  await settle();
  expect(got).toEqual(['a', 'b', 'c']);
});

test('what is free while somebody waits for more goes to those behind that fit', async () => {
  const own = slots(3);
  const got = queueing(own, ['a', 2], ['many', 3], ['c', 1], ['d', 1]);
  await settle();
  expect(got).toEqual(['a', 'c']);
  own.give(2);
  own.give(1);
  await settle();
  expect(got).toEqual(['a', 'c', 'd']);
});

test('whoever needs many is overtaken only so often', async () => {
  const own = slots(2);
  const few = Array.from({ length: 9 }, (_, index) => [`${index}`, 1] as const);
  const got = queueing(own, ['a', 1], ['many', 2], ...few);
  for (let turn = 0; turn < 4; turn += 1) {
    await settle();
    own.give(1);
  }
  await settle();
  expect(got).toEqual(['a', '0', '1', '2', '3']);
  own.give(1);
  await settle();
  expect(got).toEqual(['a', '0', '1', '2', '3', 'many']);
});

test('whoever had slots before goes before all others', async () => {
  const own = slots(1);
  const got = queueing(own, ['a', 1], ['b', 1]);
  void own.take(1, 'again').then(() => got.push('again'));
  await settle();
  own.give(1);
  await settle();
  expect(got).toEqual(['a', 'again']);
});

test('whoever needs more than there are gets them when nobody else has any', async () => {
  const own = slots(2);
  const got = queueing(own, ['a', 1], ['huge', 5], ['c', 1]);
  await settle();
  expect(got).toEqual(['a', 'c']);
  own.give(1);
  await settle();
  expect(got).toEqual(['a', 'c']);
  own.give(1);
  await settle();
  expect(got).toEqual(['a', 'c', 'huge']);
  expect(own.used).toBe(5);
});

describe('when the endpoint refused one more than are in use', () => {
  test('that many are all there are from now on', async () => {
    const own = slots(10);
    const got = queueing(own, ['a', 1], ['b', 1], ['refused', 1]);
    await settle();
    own.give(1);
    own.lowerTo(own.used);
    expect(own.capacity).toBe(2);
    queueing(own, ['refused again', 1]);
    await settle();
    expect(own.used).toBe(2);
    own.give(1);
    await settle();
    expect(own.used).toBe(2);
    expect(got).toEqual(['a', 'b', 'refused']);
  });

  test('there is always one left, and never more than before', () => {
    const own = slots(3);
    own.lowerTo(0);
    expect(own.capacity).toBe(1);
    own.lowerTo(5);
    expect(own.capacity).toBe(1);
  });
});

test('as many come back as there may be, where more are free again', async () => {
  const own = slots(2, 3);
  own.lowerTo(1);
  const got = queueing(own, ['a', 1], ['b', 1], ['c', 1], ['d', 1]);
  await settle();
  expect(got).toEqual(['a']);
  for (let turn = 0; turn < 5; turn += 1) own.raise();
  await settle();
  expect(own.capacity).toBe(3);
  expect(got).toEqual(['a', 'b', 'c']);
});

test('endless slots let everybody through', async () => {
  const own = slots(Infinity);
  const got = queueing(own, ...Array.from({ length: 100 }, (_, index) => [`${index}`, 3] as const));
  await settle();
  expect(got).toHaveLength(100);
});

interface Task {
  readonly count: number;
  readonly seconds: number;
}

interface Passed {
  /** Virtual seconds until all were done. */
  readonly wall: number;
  /** Places of the tasks, in the order in which they got their slots. */
  readonly order: readonly number[];
}

/** Has tasks hold slots for their seconds, on a clock that jumps from one end to the next; `look` sees each standstill. */
async function pass(
  tasks: readonly Task[],
  own: Slots,
  look: (running: readonly Task[], waiting: readonly Task[], order: readonly number[]) => void = () => {},
): Promise<Passed> {
  const order: number[] = [];
  const running: { readonly task: Task; readonly end: number }[] = [];
  let now = 0;
  for (const [place, task] of tasks.entries()) {
    const begin = async (): Promise<void> => {
      await own.take(task.count);
      order.push(place);
      running.push({ task, end: now + task.seconds });
    };
    void begin();
  }
  for (;;) {
    await Promise.resolve();
    await Promise.resolve();
    const waiting = tasks.filter((_, place) => !order.includes(place));
    look(
      running.map(({ task }) => task),
      waiting,
      order,
    );
    running.sort((a, b) => a.end - b.end);
    const next = running.shift();
    if (next === undefined) break;
    now = next.end;
    own.give(next.task.count);
  }
  return { wall: now, order };
}

const someTasks = fc.array(
  fc.record({ count: fc.integer({ min: 1, max: 4 }), seconds: fc.integer({ min: 0, max: 40 }) }),
  {
    maxLength: 40,
  },
);

describe('whatever asks', () => {
  test('never more are given than there are, nothing that fits waits without a reason, and everybody has a turn', async () => {
    await fc.assert(
      fc.asyncProperty(someTasks, fc.integer({ min: 1, max: 9 }), async (tasks, capacity) => {
        const { order } = await pass(tasks, slots(capacity), (running, waiting, sofar) => {
          const used = running.reduce((sum, { count }) => sum + count, 0);
          expect(used <= capacity || running.length === 1).toBe(true);
          const overtaken = (task: Task): number => sofar.filter((place) => place > tasks.indexOf(task)).length;
          const idle = waiting.findIndex(({ count }) => used + count <= capacity);
          if (idle >= 0) expect(waiting.slice(0, idle).some((one) => overtaken(one) >= MOST_OVERTAKINGS)).toBe(true);
        });
        expect([...order].sort((a, b) => a - b)).toEqual(tasks.map((_, place) => place));
        for (const [turn, place] of order.entries()) {
          expect(order.slice(0, turn).filter((other) => other > place).length).toBeLessThanOrEqual(MOST_OVERTAKINGS);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** What a run has to pass, in its order. */
const ofARun = [...chapters.flatMap(({ scenarios }) => scenarios), ...generated({ seed: 7, count: 60, seconds: 30 })]
  .filter(({ waiting }) => waiting === 'gate')
  .toSorted((a, b) => b.seconds - a.seconds)
  .map(({ queues, seconds }): Task => ({ count: queues.length, seconds }));

test.for([2, 3, 5, 10, 30, 100, 400])(
  'the waits of the gate take on %i queues hardly longer than the queues force',
  async (queues) => {
    const forced = ofARun.reduce((sum, { count, seconds }) => sum + count * seconds, 0) / queues;
    const bound = Math.max(forced, ...ofARun.map(({ seconds }) => seconds));
    const { wall } = await pass(ofARun, slots(queues));
    expect(wall).toBeGreaterThanOrEqual(bound - 1e-6);
    expect(wall / bound).toBeLessThan(1.05);
  },
);
