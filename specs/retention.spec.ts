/**
 * Dead letters are kept for 72 hours and then deleted (acknowledge document, Function, paragraph 3; ruling D6). Only a
 * controlled clock can pass that time.
 */
import { bothModes, queueOf, scenario, type Chapter } from '../src/campaign/scenario.ts';
import { entries, FAIL } from '../src/campaign/world.ts';

const HOUR = 3600;

const retention = bothModes.flatMap((mode) => [
  scenario({
    id: `retention/kept/${mode}`,
    title: 'A dead letter is still consumable 71 h after it became one.',
    clauses: ['retention.kept'],
    waiting: 'controlled',
    seconds: 71 * HOUR,
    feature: 'clock',
    queues: [queueOf(mode)],
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.deadLetters(3);
      // At 71 h to the second, a bound of the ruling, the answer would not be decidable.
      await wait(71 * HOUR - 300);
      await group.drain();
    },
  }),
  scenario({
    id: `retention/deleted/${mode}`,
    title: 'A dead letter is gone 74 h after it became one.',
    clauses: ['retention.deleted'],
    waiting: 'controlled',
    seconds: 74 * HOUR,
    feature: 'clock',
    queues: [queueOf(mode)],
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.deadLetters(3);
      // One of them shows that they were there.
      const one = await group.first({ max_msgs: 1 });
      await group.acknowledge(entries(one.delivered));
      await wait(74 * HOUR + 60);
      await group.drain();
    },
  }),
  scenario({
    id: `retention/leased/${mode}`,
    title: 'A dead letter that is in flight when its time is over is gone 74 h after it became one, too.',
    clauses: ['retention.not-prolonged'],
    waiting: 'controlled',
    seconds: 74 * HOUR,
    feature: 'clock',
    queues: [queueOf(mode)],
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.deadLetters(3);
      const one = await group.first({ max_msgs: 1 });
      await group.acknowledge(entries(one.delivered));
      await wait(72 * HOUR - 120);
      await group.consume({ time_wait: 1, ack_wait: 300 });
      await wait(2 * HOUR + 180);
      await group.drain();
    },
  }),
  scenario({
    id: `retention/not-prolonged/${mode}`,
    title: 'Consuming and failing a dead letter does not make it live longer.',
    clauses: ['retention.not-prolonged'],
    waiting: 'controlled',
    seconds: 74 * HOUR,
    feature: 'clock',
    queues: [queueOf(mode)],
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.deadLetters(2);
      for (const hours of [24, 24, 22]) {
        await wait(hours * HOUR);
        const batch = await group.first({ max_msgs: 1 });
        await group.acknowledge(entries(batch.delivered, FAIL));
      }
      await wait(4 * HOUR + 60);
      await group.drain();
    },
  }),
]);

export const chapter: Chapter = { name: 'retention', scenarios: retention };
