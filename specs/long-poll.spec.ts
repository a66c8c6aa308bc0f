/**
 * The long poll: it waits while nothing is consumable and answers as soon as something is (consume document, URI, table 1,
 * row time_wait; rulings D2, D4, D5, K4).
 */
import { bothModes, queueOf, scenario, type Chapter } from '../src/campaign/scenario.ts';
import { entries, FAIL } from '../src/campaign/world.ts';

const empties = [1, 2, 5, 10, 29].map((wait) =>
  scenario({
    id: `long-poll/empty/${wait}`,
    title: `With nothing to consume and time_wait=${wait} the empty answer comes after that time.`,
    clauses: ['poll.empty.not-early', 'poll.empty.by-grace', 'poll.empty.prompt'],
    seconds: wait + 1,
    queues: [queueOf(wait % 2 === 0 ? 'FIFO' : 'NORMAL')],
    async run({ queue }) {
      const group = await queue.group();
      await group.ready();
      await group.consume({ time_wait: wait });
    },
  }),
);

const longest = scenario({
  id: 'long-poll/empty/60',
  title: 'With nothing to consume and time_wait=60 the empty answer comes after that time.',
  clauses: ['poll.empty.not-early', 'poll.empty.by-grace'],
  waiting: 'certify',
  seconds: 61,
  async run({ queue }) {
    const group = await queue.group();
    await group.ready();
    await group.consume({ time_wait: 60 });
  },
});

const inFlight = bothModes.map((mode) =>
  scenario({
    id: `long-poll/in-flight/${mode}`,
    title: 'Dead letters in flight do not end the wait.',
    clauses: ['poll.in-flight-counts-as-none', 'poll.empty.not-early'],
    seconds: 8,
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(1);
      const batch = await group.first({ ack_wait: 30 });
      await group.consume({ time_wait: 5 }, { consumer: 'c2' });
      await group.consume({ time_wait: 2 }, { consumer: 'c2' });
      await group.acknowledge(entries(batch.delivered));
      await group.consume({ time_wait: 1 });
    },
  }),
);

const available = [20, 60].map((wait) =>
  scenario({
    id: `long-poll/available/${wait}`,
    title: `With a dead letter consumable a consume with time_wait=${wait} is answered at once.`,
    clauses: ['poll.available.at-once'],
    seconds: 18,
    async run({ queue, wait: pass }) {
      const group = await queue.group();
      await group.deadLetters(2);
      // From here on they count as dead letters on every endpoint (K4).
      await pass(16);
      const batch = await group.consume({ time_wait: wait, ack_wait: 15 });
      await group.acknowledge(entries(batch.delivered));
      await group.drain();
    },
  }),
);

const arrival = bothModes.flatMap((mode) =>
  [30, 60].map((wait) =>
    scenario({
      id: `long-poll/arrival/${mode}/${wait}`,
      title: 'A dead letter that arrives during the wait is returned by the waiting consume.',
      clauses: ['poll.arrival.within-wait', 'poll.arrival.prompt'],
      seconds: 6,
      queues: [queueOf(mode)],
      async run({ queue, wait: pass }) {
        const group = await queue.group();
        await group.ready();
        const [batch] = await Promise.all([
          group.consume({ time_wait: wait, ack_wait: 15 }, { consumer: 'poller' }),
          pass(3).then(() => group.deadLetters(1)),
        ]);
        await group.acknowledge(entries(batch.delivered));
        await group.drain();
      },
    }),
  ),
);

/** What happens elsewhere, or comes to nothing, is no dead letter of this group. */
const undisturbed = bothModes.map((mode) =>
  scenario({
    id: `long-poll/undisturbed/${mode}`,
    title:
      'A wait is not ended by what arrives, fails and is acknowledged in another group, nor by what is refused in its own.',
    clauses: ['poll.empty.not-early'],
    seconds: 28,
    queues: [queueOf(mode), queueOf(mode)],
    async run({ queues, wait: pass }) {
      const [queue, beside] = queues;
      if (queue === undefined || beside === undefined) return;
      const [group, other, elsewhere] = [await queue.group(), await queue.group(), await beside.group()];
      await Promise.all([group.ready(), other.ready(), elsewhere.ready()]);
      const meanwhile = async (): Promise<void> => {
        await pass(1);
        for (const one of [other, elsewhere]) {
          await one.deadLetters(2);
          const failed = await one.first({ ack_wait: 15 });
          await one.acknowledge(entries(failed.delivered, FAIL));
          const again = await one.first({ ack_wait: 15 });
          await one.acknowledge(entries(again.delivered));
        }
        await group.consume({ max_msgs: 11 }, { consumer: 'c2' });
        await group.acknowledge([{ handler: 'invented', status: 'success' }], { consumer: 'c2' });
      };
      await Promise.all([group.consume({ time_wait: 25, ack_wait: 15 }, { consumer: 'poller' }), meanwhile()]);
      await Promise.all([other.drain(), elsewhere.drain()]);
    },
  }),
);

const manyPollers = scenario({
  id: 'long-poll/arrival/three-pollers',
  title: 'Dead letters that arrive while several consumes wait are all returned, each to one of them.',
  clauses: ['poll.arrival.within-wait', 'concurrency.disjoint', 'delivery.all-arrive'],
  seconds: 4,
  async run({ queue, wait: pass }) {
    const group = await queue.group();
    await group.ready();
    const consumers = ['p1', 'p2', 'p3'];
    const [batches] = await Promise.all([
      Promise.all(
        consumers.map((consumer) => group.consume({ time_wait: 28, ack_wait: 60, max_msgs: 1 }, { consumer })),
      ),
      pass(1).then(() => group.deadLetters(3)),
    ]);
    // Not before all have got theirs: what is acknowledged meanwhile would excuse that another one got the same.
    for (const { delivered } of batches) await group.acknowledge(entries(delivered));
    await group.drain();
  },
});

/** Whoever is told of something that another one took has to wait on. */
const oneForThree = bothModes.map((mode) =>
  scenario({
    id: `long-poll/arrival/one-for-three/${mode}`,
    title: 'A dead letter that arrives while several consumes wait ends the wait of one of them only.',
    clauses: ['poll.empty.not-early', 'poll.empty.by-grace'],
    seconds: 27,
    queues: [queueOf(mode)],
    async run({ queue, wait: pass }) {
      const group = await queue.group();
      await group.ready();
      const [batches] = await Promise.all([
        Promise.all(
          ['p1', 'p2', 'p3'].map((consumer) => group.consume({ time_wait: 24, ack_wait: 300 }, { consumer })),
        ),
        // So late that who begins to wait anew ends later than any grace allows.
        pass(18).then(() => group.deadLetters(1)),
      ]);
      for (const { delivered } of batches) await group.acknowledge(entries(delivered));
      await group.drain();
    },
  }),
);

/** What a wait brought is leased as anything else, for as long as was asked for. */
const leasedBehind = (
  [
    { look: 20, waiting: 'gate' },
    { look: 33, waiting: 'certify' },
  ] as const
).map(({ look, waiting }) =>
  scenario({
    id: `long-poll/arrival/leased/${look}`,
    title: 'What arrived during the wait is not handed out again before the ack_wait of the consume that waited.',
    clauses: ['redelivery.not-before-ack-wait'],
    waiting,
    seconds: look + 2,
    async run({ queue, wait: pass }) {
      const group = await queue.group();
      await group.ready();
      const [batch] = await Promise.all([
        group.consume({ time_wait: 30, ack_wait: 300 }, { consumer: 'poller' }),
        pass(1).then(() => group.deadLetters(1)),
      ]);
      await group.look(batch, look);
      await group.acknowledge(entries(batch.delivered));
    },
  }),
);

const returnedDuring = [
  scenario({
    id: 'long-poll/lease-end',
    title: 'A dead letter whose lease ends during the wait is returned by the waiting consume.',
    clauses: ['poll.lease-end.returned', 'redelivery.not-before-ack-wait'],
    seconds: 19,
    async run({ queue, wait: pass }) {
      const group = await queue.group();
      await group.deadLetters(1);
      const batch = await group.first({ ack_wait: 15 });
      await pass(3);
      const again = await group.consume({ time_wait: 60, ack_wait: 15 }, { consumer: 'poller' });
      await group.acknowledge(entries(again.delivered));
      await group.untilBack(again.delivered.length > 0 ? [] : batch.delivered, batch);
    },
  }),
  scenario({
    id: 'long-poll/lease-end/three-pollers',
    title: 'Dead letters whose lease ends while several consumes wait go to one of them each; the others wait on.',
    clauses: ['concurrency.disjoint', 'redelivery.not-before-ack-wait', 'poll.empty.not-early'],
    seconds: 30,
    async run({ queue, wait: pass }) {
      const group = await queue.group();
      await group.deadLetters(2);
      await group.first({ ack_wait: 15 });
      await pass(3);
      const batches = await Promise.all(
        ['p1', 'p2', 'p3'].map((consumer) => group.consume({ max_msgs: 1, time_wait: 25, ack_wait: 60 }, { consumer })),
      );
      for (const { delivered } of batches) await group.acknowledge(entries(delivered));
      await group.drain();
    },
  }),
  scenario({
    id: 'long-poll/failed-during',
    title: 'A dead letter that is failed by another consumer during the wait comes back.',
    clauses: ['redelivery.after-fail'],
    seconds: 4,
    async run({ queue, wait: pass }) {
      const group = await queue.group();
      await group.deadLetters(1);
      const batch = await group.first({ ack_wait: 15 });
      await Promise.all([
        group
          .consume({ time_wait: 20, ack_wait: 15 }, { consumer: 'poller' })
          .then((again) => group.acknowledge(entries(again.delivered), { consumer: 'poller' })),
        pass(2).then(() => group.acknowledge(entries(batch.delivered, FAIL))),
      ]);
      await group.drain();
    },
  }),
];

const handOut = scenario({
  id: 'long-poll/lease-from-hand-out',
  title: 'After a wait longer than ack_wait the acknowledgement is still valid.',
  clauses: ['poll.lease-from-hand-out'],
  seconds: 23,
  async run({ queue, wait: pass }) {
    const group = await queue.group();
    await group.ready();
    await Promise.all([
      group
        .consume({ time_wait: 40, ack_wait: 15 }, { consumer: 'poller' })
        .then((batch) => group.acknowledge(entries(batch.delivered), { consumer: 'poller' })),
      pass(20).then(() => group.deadLetters(1)),
    ]);
    await group.drain();
  },
});

/** Nobody knows whether an endpoint notices that a client has gone, but what it hands out to nobody is leased, not lost. */
const abandoned = scenario({
  id: 'long-poll/abandoned',
  title: 'Dead letters that arrive after a waiting client has gone are not lost.',
  clauses: ['delivery.all-arrive'],
  waiting: 'certify',
  seconds: 71,
  async run({ queue, wait: pass }) {
    const group = await queue.group();
    await group.deadLetters(1);
    const first = await group.first();
    await group.acknowledge(entries(first.delivered));
    await group.consume({ time_wait: 5, ack_wait: 15 }, { consumer: 'gone', patienceSeconds: 1 });
    await group.deadLetters(2);
    // By then the wait is over, and so is every lease that it may have brought.
    await pass(68);
    await group.drain();
  },
});

export const chapter: Chapter = {
  name: 'long-poll',
  scenarios: [
    ...empties,
    longest,
    ...inFlight,
    ...available,
    ...arrival,
    ...undisturbed,
    manyPollers,
    ...oneForThree,
    ...leasedBehind,
    ...returnedDuring,
    handOut,
    abandoned,
  ],
};
