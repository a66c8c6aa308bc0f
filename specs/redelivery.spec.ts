/**
 * Redelivery and timeouts: how long a dead letter that was handed out is kept from others, and that it comes back when
 * nobody acknowledges it, each time (acknowledge document, Function; consume document, row ack_wait; rulings D1, D3, C3, C8, G8).
 */
import { bothModes, queueOf, scenario, type Chapter } from '../src/campaign/scenario.ts';
import { entries, FAIL, SUCCESS } from '../src/campaign/world.ts';

const unacknowledged = bothModes.map((mode) =>
  scenario({
    id: `redelivery/${mode}/ack-wait-15`,
    title: 'Dead letters that nobody acknowledges come back when their ack_wait has passed, and not before.',
    clauses: [
      'redelivery.not-before-ack-wait',
      'redelivery.by-ack-wait',
      'redelivery.prompt',
      'redelivery.fresh-handler',
      'payload.same-on-redelivery',
    ],
    seconds: 15,
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(3);
      const batch = await group.first({ ack_wait: 15 });
      await group.untilBack(batch.delivered, batch);
    },
  }),
);

/** Each place of a batch has a lease, and so has a batch of each size. */
const everySize = [2, 4, 5, 6, 7, 8, 9, 10].flatMap((size) =>
  (size === 10 ? bothModes : (['FIFO'] as const)).map((mode) =>
    scenario({
      id: `redelivery/${mode}/batch-of-${size}`,
      title: `All of a batch of ${size} stay leased for their ack_wait, and all come back.`,
      clauses: ['redelivery.not-before-ack-wait', 'redelivery.by-ack-wait'],
      seconds: 15,
      queues: [queueOf(mode)],
      async run({ queue }) {
        const group = await queue.group();
        await group.deadLetters(size * (mode === 'FIFO' ? 1 : 4));
        const batch = await group.batchOf(size, { ack_wait: 15 });
        await group.untilBack(batch.delivered, batch);
      },
    }),
  ),
);

/** Each way to ask for the default lease, also beside what else may be given or left out. */
const defaultLease = [
  { how: 'absent', clauses: ['consume.ack-wait.default'], query: { ack_wait: [] } },
  { how: 'absent-beside-max-msgs', clauses: ['consume.ack-wait.default'], query: { ack_wait: [], max_msgs: 2 } },
  { how: 'absent-as-all', clauses: ['consume.ack-wait.default'], query: { ack_wait: [], time_wait: [] } },
  { how: 'empty', clauses: ['consume.ack-wait.empty'], query: { ack_wait: '' } },
].map(({ how, clauses, query }) =>
  scenario({
    id: `redelivery/default/${how}`,
    title: `With ack_wait ${how}, dead letters come back after 30 s, and not before.`,
    clauses: [...clauses, 'redelivery.not-before-default', 'redelivery.by-default'],
    seconds: 30,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.first(query);
      await group.untilBack(batch.delivered, batch);
    },
  }),
);

/** Whoever leaves ack_wait out of account hands out again after the default of 30 s. */
const longerThanDefault = bothModes.map((mode) =>
  scenario({
    id: `redelivery/${mode}/longer-than-default`,
    title: 'With an ack_wait of 300 s a dead letter is not handed out again after the default of 30 s.',
    clauses: ['redelivery.not-before-ack-wait'],
    seconds: 31,
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.first({ ack_wait: 300 });
      await group.look(batch, 31);
    },
  }),
);

/** Above the default and up to the end of the range, round or not: kept to, and a late acknowledgement within it is valid. */
const longLeases = [31, 60, 97, 120, 181, 300].flatMap((wait) => [
  scenario({
    id: `redelivery/long/${wait}/returns`,
    title: `With an ack_wait of ${wait} s a dead letter comes back after that time, and not before.`,
    clauses: ['redelivery.long-lease', 'redelivery.not-before-ack-wait', 'redelivery.by-ack-wait'],
    waiting: 'certify',
    seconds: wait,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.first({ ack_wait: wait });
      await group.untilBack(batch.delivered, batch);
    },
  }),
  scenario({
    id: `redelivery/long/${wait}/acknowledged`,
    title: `With an ack_wait of ${wait} s an acknowledgement shortly before its end is valid.`,
    clauses: ['ack.in-time.valid', ...(wait > 31 ? ['ack.in-time.valid-after-30'] : [])],
    waiting: 'certify',
    seconds: wait * 0.9 + 1.5,
    async run({ queue, wait: pass }) {
      const group = await queue.group();
      await group.deadLetters(1);
      const batch = await group.first({ ack_wait: wait });
      await pass(wait * 0.9 - 0.5);
      await group.acknowledge(entries(batch.delivered));
      await group.drain();
    },
  }),
]);

const failed = bothModes.map((mode) =>
  scenario({
    id: `redelivery/${mode}/after-fail`,
    title: 'Dead letters that were acknowledged as fail are consumable again.',
    clauses: ['redelivery.after-fail', 'redelivery.after-fail.at-once', 'redelivery.fresh-handler'],
    seconds: 0,
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(3);
      const batch = await group.first({ ack_wait: 15 });
      await group.acknowledge(entries(batch.delivered, FAIL));
      await group.untilBack(batch.delivered, batch);
    },
  }),
);

const inTime = scenario({
  id: 'redelivery/acknowledged-in-time',
  title: 'An acknowledgement shortly before the end of ack_wait is valid, and what it acknowledged stays gone.',
  clauses: ['ack.in-time.valid', 'ack.acknowledged.never-returns'],
  seconds: 28,
  async run({ queue, wait }) {
    const group = await queue.group();
    await group.deadLetters(2);
    // What is left of the lease is for answers that are slow: both calls may take 2.5 s and it is still surely in time.
    const batch = await group.first({ ack_wait: 18 });
    await wait(13);
    await group.acknowledge(entries(batch.delivered));
    await group.watch(batch);
  },
});

/** What happens to one batch says nothing about the lease of another, in its own group or beside it. */
const untouched = [
  ...[SUCCESS, FAIL].flatMap((status) =>
    bothModes.map((mode) =>
      scenario({
        id: `redelivery/${mode}/another-batch/${status}`,
        title: `A batch stays leased while another batch of its group is acknowledged as ${status}.`,
        clauses: ['redelivery.not-before-ack-wait', 'redelivery.by-ack-wait'],
        seconds: 17,
        queues: [queueOf(mode)],
        async run({ queue, wait }) {
          const group = await queue.group();
          await group.deadLetters(6);
          const one = await group.first({ max_msgs: 2 });
          const other = await group.consume({ max_msgs: 2, time_wait: 1, ack_wait: 15 }, { consumer: 'c2' });
          await wait(1);
          await group.acknowledge(entries(one.delivered, status));
          await group.untilBack(other.delivered, other);
          await group.drain();
        },
      }),
    ),
  ),
  ...[SUCCESS, FAIL].map((status) =>
    scenario({
      id: `redelivery/not-renewed/${status}`,
      title: `A late acknowledgement of another batch as ${status} does not start a lease anew.`,
      clauses: ['redelivery.not-before-ack-wait', 'redelivery.by-ack-wait'],
      seconds: 30,
      async run({ queue, wait }) {
        const group = await queue.group();
        await group.deadLetters(4);
        const one = await group.first({ max_msgs: 1, ack_wait: 30 });
        await wait(20);
        const other = await group.consume({ max_msgs: 1, time_wait: 1, ack_wait: 15 }, { consumer: 'c2' });
        await wait(7);
        await group.acknowledge(entries(other.delivered, status), { consumer: 'c2' });
        await group.untilBack(one.delivered, one);
      },
    }),
  ),
  scenario({
    id: 'redelivery/not-shortened',
    title: 'A shorter ack_wait of another consume does not shorten the lease of a batch.',
    clauses: ['redelivery.not-before-ack-wait', 'redelivery.by-ack-wait'],
    seconds: 30,
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.first({ ack_wait: 30 });
      await group.consume({ time_wait: 1, ack_wait: 15 }, { consumer: 'c2' });
      // Nobody asks meanwhile: a poll would start anew what it had shortened.
      await wait(18);
      await group.untilBack(batch.delivered, batch);
    },
  }),
  scenario({
    id: 'redelivery/another-group',
    title: 'A batch stays leased while another group of its queue fails the same messages.',
    clauses: ['redelivery.not-before-ack-wait', 'redelivery.by-ack-wait'],
    seconds: 17,
    async run({ queue, wait }) {
      const [own, other] = [await queue.group(), await queue.group()];
      const sent = await queue.send(3);
      await own.fail(sent);
      await other.fail(sent);
      const [batch, beside] = [await own.first(), await other.first()];
      await wait(1);
      await other.acknowledge(entries(beside.delivered, FAIL));
      await own.untilBack(batch.delivered, batch);
      await other.drain();
    },
  }),
];

/** In flight beside one another, batches have nothing to do with each other's leases. */
const besideShorter = scenario({
  id: 'redelivery/beside-a-shorter',
  title: 'A batch stays leased for its own ack_wait, however short that of a batch which is in flight beside it.',
  clauses: ['redelivery.not-before-ack-wait'],
  seconds: 25,
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(4);
    await group.first({ max_msgs: 2, ack_wait: 15 });
    const other = await group.consume({ max_msgs: 2, time_wait: 1, ack_wait: 300 }, { consumer: 'c2' });
    await group.look(other, 25);
  },
});

/** Each delivery has a lease of its own: what ends the first does not end the second. */
const secondLease = bothModes.map((mode) =>
  scenario({
    id: `redelivery/${mode}/second-lease`,
    title: 'A dead letter that failed early is not handed out a third time before its second lease has passed.',
    clauses: ['redelivery.not-before-ack-wait'],
    seconds: 24,
    queues: [queueOf(mode)],
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const first = await group.first({ ack_wait: 15 });
      await wait(9);
      await group.acknowledge(entries(first.delivered, FAIL));
      const second = await group.first({ ack_wait: 15 }, { consumer: 'c2' });
      await group.untilBack(second.delivered, second);
    },
  }),
);

/** An endpoint may hold every lease for 30 s (D1), so that what it wrongly kept comes back only then. */
const staysGone = [
  { name: 'ack-wait-15', query: { ack_wait: 15 }, watch: 40, seconds: 55 },
  { name: 'default', query: { ack_wait: [] }, watch: 20, seconds: 50 },
].map(({ name, query, watch, seconds }) =>
  scenario({
    id: `redelivery/stays-gone/${name}`,
    title: 'What was acknowledged stays gone, also when every lease that it may have had has ended.',
    clauses: ['ack.acknowledged.never-returns'],
    waiting: 'certify',
    seconds,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(3);
      const batch = await group.first(query);
      await group.acknowledge(entries(batch.delivered));
      await group.watch(batch, watch);
    },
  }),
);

const again = [
  scenario({
    id: 'redelivery/again-and-again/failed',
    title: 'A dead letter comes back however often it fails.',
    clauses: ['redelivery.again-and-again', 'ack.acknowledged.never-returns'],
    seconds: 25,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(1);
      for (let failure = 1; failure <= 5; failure += 1) {
        const batch = await group.first({ ack_wait: 15 });
        await group.acknowledge(entries(batch.delivered, FAIL));
      }
      const last = await group.first({ ack_wait: 15 });
      await group.acknowledge(entries(last.delivered));
      await group.watch(last);
    },
  }),
  scenario({
    id: 'redelivery/again-and-again/forgotten',
    title: 'A dead letter comes back however often its lease runs out.',
    clauses: ['redelivery.again-and-again', 'redelivery.by-ack-wait'],
    waiting: 'certify',
    seconds: 85,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(1);
      for (let round = 1; round <= 4; round += 1) await group.first({ ack_wait: 15 });
      const last = await group.first({ ack_wait: 15 });
      await group.acknowledge(entries(last.delivered));
      await group.watch(last);
    },
  }),
];

export const chapter: Chapter = {
  name: 'redelivery',
  scenarios: [
    ...unacknowledged,
    ...everySize,
    ...defaultLease,
    ...longerThanDefault,
    ...longLeases,
    ...failed,
    ...untouched,
    besideShorter,
    ...secondLease,
    inTime,
    ...staysGone,
    ...again,
  ],
};
