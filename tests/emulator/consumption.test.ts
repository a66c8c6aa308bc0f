import { expect, test } from 'vitest';
import { documented } from '../../src/emulator/behaviour.ts';
import { createConsumption, type Consumption } from '../../src/emulator/consumption.ts';
import { createLongPolls, type LongPolls } from '../../src/emulator/long-poll.ts';
import { createGroup, type Queue } from '../../src/emulator/model.ts';
import { createControlledTime, type Time, type Timer } from '../../src/emulator/time.ts';

/** The emulator without its server, and the timers that are set. */
function arrange() {
  const controlled = createControlledTime();
  const set = new Set<Timer>();
  const time: Time = {
    ...controlled,
    at: (due, fire) => {
      const timer = controlled.at(due, () => {
        set.delete(timer);
        fire();
      });
      set.add(timer);
      return timer;
    },
    cancel: (timer) => {
      controlled.cancel(timer);
      if (timer !== undefined) set.delete(timer);
    },
  };
  const polls: LongPolls = createLongPolls(time, documented, (store, parameters) =>
    consumption.take(store, parameters),
  );
  const consumption: Consumption = createConsumption(time, documented, polls.wake);
  const queue: Queue = {
    id: 'q',
    name: 'queue',
    project: { id: 'p', queues: new Map(), queueNames: new Set() },
    mode: 'FIFO',
    description: '',
    maxConsumeCount: 1,
    retentionHours: 72,
    groups: new Map(),
    legators: new Map(),
    created: 0,
    usableFrom: 0,
    produced: 0,
  };
  const group = createGroup({ id: 'g', name: 'group', queue, usableFrom: 0 });
  queue.groups.set(group.id, group);
  let number = 0;
  return {
    consumption,
    polls,
    group,
    timers: () => set.size,
    arrive: () => {
      consumption.arrive(group, { number: number++, id: '', body: '1', attributes: undefined, bytes: 1 });
    },
    parameters: { maxMessages: 10, timeWaitSeconds: 3, ackWaitSeconds: 30 },
  };
}

test('nothing is kept of a message that was acknowledged', () => {
  const { consumption, group, arrive, parameters, timers } = arrange();
  arrive();
  const fails = consumption.take(group.normal, parameters).map(({ handler }) => ({ handler, status: 'fail' as const }));
  consumption.acknowledge(group, 'normal', fails);
  const [delivery] = consumption.take(group.deadletter, parameters);
  expect(timers()).toBe(2); // its retention and its lease
  consumption.acknowledge(group, 'deadletter', [{ handler: delivery!.handler, status: 'success' }]);
  expect(timers()).toBe(0);
  expect(group.deadletter.batches.size).toBe(0);
});

test('nothing is kept of a group that was deleted', () => {
  const { consumption, group, arrive, parameters, timers } = arrange();
  for (let count = 0; count < 20; count++) arrive();
  consumption.take(group.normal, parameters);
  expect(timers()).toBe(21); // twenty retentions and a lease
  consumption.close(group);
  expect(timers()).toBe(0);
});

test('nothing is kept of a poll that was served or forgotten', () => {
  const { consumption, polls, group, arrive, parameters, timers } = arrange();
  const answers: number[] = [];
  const park = () =>
    polls.park(
      group.normal,
      { parameters, answer: (outcome) => answers.push('length' in outcome ? outcome.length : 0) },
      3000,
    );
  park();
  park().forget();
  arrive();
  consumption.wake();
  expect(answers).toEqual([1]);
  expect(polls.waiting()).toBe(0);
  expect(timers()).toBe(2); // the message's retention and its lease
});
