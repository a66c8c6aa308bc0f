/**
 * All dead letters arrive, whatever their number and size, and those of a FIFO queue in order (consume document, Function
 * and URI, table 1, row max_msgs; rulings E8, E9, G1 to G3, K4).
 */
import { bothModes, queueOf, scenario, type Chapter } from '../src/campaign/scenario.ts';
import { entries, FAIL } from '../src/campaign/world.ts';

const all = bothModes.flatMap((mode) =>
  [10, 40, 110].map((count) =>
    scenario({
      id: `delivery/all/${mode}/${count}`,
      title: `All of ${count} dead letters arrive, none twice.`,
      clauses: [
        'delivery.all-arrive',
        'delivery.bounded-rounds',
        ...(mode === 'FIFO' ? ['fifo.order-in-answer', ...(count > 10 ? ['fifo.order-of-answers'] : [])] : []),
      ],
      seconds: count === 40 ? 18 : 2,
      queues: [queueOf(mode)],
      async run({ queue, wait }) {
        const group = await queue.group();
        await group.deadLetters(count);
        // Rounds without one count only from when it is surely there (K4).
        if (count === 40) await wait(16);
        await group.drain();
      },
    }),
  ),
);

const oneByOne = bothModes.map((mode) =>
  scenario({
    id: `delivery/one-by-one/${mode}`,
    title: 'All arrive when each is consumed and acknowledged alone.',
    clauses: ['delivery.all-arrive', ...(mode === 'FIFO' ? ['fifo.order-of-answers'] : [])],
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(12);
      await group.drain({ max_msgs: 1 });
    },
  }),
);

/** What was there and was not handed out is not leased to anybody. */
const theRest = bothModes.map((mode) =>
  scenario({
    id: `delivery/the-rest/${mode}`,
    title: 'A consume that takes some of many leaves the rest to others.',
    clauses: ['delivery.all-arrive', ...(mode === 'FIFO' ? ['fifo.order-of-answers'] : [])],
    seconds: 18,
    queues: [queueOf(mode)],
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.deadLetters(8);
      // From here on they count as dead letters on every endpoint (K4).
      await wait(16);
      const batch = await group.first({ max_msgs: 2, ack_wait: 300 });
      // On FIFO what is in flight may hold up the rest (G1).
      if (mode === 'FIFO') await group.acknowledge(entries(batch.delivered));
      await group.drain({ max_msgs: 3 });
    },
  }),
);

const filler = (bytes: number): string => `{"t":"#","fill":"${'x'.repeat(bytes)}"}`;

const loads = (
  [
    { name: 'three-of-200k', sizes: [200_000, 200_000, 200_000] },
    { name: 'six-of-100k', sizes: [100_000, 100_000, 100_000, 100_000, 100_000, 100_000] },
    { name: 'mixed', sizes: [400_000, 1000, 200_000, 1000, 300_000, 1000] },
  ] as const
).flatMap(({ name, sizes }) =>
  bothModes.map((mode) =>
    scenario({
      id: `delivery/load/${name}/${mode}`,
      title: 'Bodies of one answer are at most 512 KB, and what did not fit comes later.',
      clauses: [
        'delivery.load-limit',
        'delivery.load-rest-arrives',
        ...(mode === 'FIFO' ? ['fifo.order-of-answers'] : []),
      ],
      queues: [queueOf(mode)],
      async run({ queue }) {
        const group = await queue.group();
        await group.deadLetters(sizes.map((bytes) => ({ body: filler(bytes) })));
        await group.drain();
      },
    }),
  ),
);

const bytesCount = scenario({
  id: 'delivery/load/bytes',
  title: 'Bytes count for the load of an answer, not characters.',
  clauses: ['delivery.load-limit'],
  // A NORMAL queue may hand out from one partition at a time, which keeps answers small.
  queues: [queueOf('FIFO')],
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(Array.from({ length: 4 }, () => ({ body: `{"t":"#","fill":"${'日'.repeat(50_000)}"}` })));
    await group.drain();
  },
});

const attributesCount = scenario({
  id: 'delivery/load/attributes',
  title: 'Attributes count for the load of an answer.',
  clauses: ['delivery.load-limit'],
  queues: [queueOf('FIFO')],
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(
      Array.from({ length: 3 }, () => ({
        body: filler(60_000),
        attributes: JSON.stringify({ a: 'y'.repeat(150_000) }),
      })),
    );
    await group.drain();
  },
});

const singleLarge = scenario({
  id: 'delivery/load/single',
  title: 'A single message just below the limit of sending is delivered.',
  clauses: ['delivery.single-large'],
  seconds: 19,
  async run({ queue, wait }) {
    const group = await queue.group();
    await group.deadLetters([{ body: filler(515_000) }, {}]);
    await group.drain();
    await wait(15);
    await group.drain();
  },
});

const fifo = [
  scenario({
    id: 'delivery/fifo/unlike',
    title: 'On a FIFO queue neither size nor kind nor attributes of a message let it overtake another.',
    clauses: ['fifo.order-in-answer', 'fifo.order-of-answers'],
    queues: [queueOf('FIFO')],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters([
        { body: filler(900) },
        { body: '"z #"', attributes: '{"priority":"1"}' },
        { body: filler(10), attributes: '{"priority":"9","a":"b"}' },
        {},
        { body: '{"priority":9,"t":"#"}' },
        { body: filler(3000) },
        { body: '"a #"' },
        {},
        { body: filler(1), attributes: '{}' },
      ]);
      for (const max_msgs of [1, 3, 2]) {
        const batch = await group.first({ max_msgs });
        await group.acknowledge(entries(batch.delivered));
      }
      await group.drain();
    },
  }),
  scenario({
    id: 'delivery/fifo/after-failure',
    title: 'On a FIFO queue the next consume starts at the earliest dead letter that is not acknowledged.',
    clauses: ['fifo.after-failure'],
    queues: [queueOf('FIFO')],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(6);
      const batch = await group.first({ max_msgs: 3 });
      const [first, second] = batch.delivered;
      await group.acknowledge([
        { handler: first?.handler, status: 'success' },
        ...(second === undefined ? [] : [{ handler: second.handler, status: FAIL }]),
      ]);
      await group.untilBack(batch.delivered.slice(1), batch);
      await group.drain();
    },
  }),
  scenario({
    id: 'delivery/fifo/after-lease-end',
    title: 'On a FIFO queue nothing overtakes a dead letter whose lease has run out.',
    clauses: ['fifo.after-failure', 'redelivery.by-ack-wait'],
    waiting: 'certify',
    seconds: 48,
    queues: [queueOf('FIFO')],
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.deadLetters(5);
      await group.first({ max_msgs: 2 });
      await wait(46);
      const again = await group.first({ max_msgs: 1 });
      await group.acknowledge(entries(again.delivered));
      await group.drain();
    },
  }),
  scenario({
    id: 'delivery/fifo/in-flight',
    title:
      'Whether later dead letters come while earlier ones are in flight is left to the endpoint; their order is not.',
    clauses: ['fifo.in-flight'],
    seconds: 17,
    queues: [queueOf('FIFO')],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(6);
      const batch = await group.first({ max_msgs: 2 });
      const later = await group.consume({ max_msgs: 2, time_wait: 1, ack_wait: 15 }, { consumer: 'c2' });
      await group.untilBack([...batch.delivered, ...later.delivered], batch);
      await group.drain();
    },
  }),
];

export const chapter: Chapter = {
  name: 'delivery',
  scenarios: [...all, ...oneByOne, ...theRest, ...loads, bytesCount, attributesCount, singleLarge, ...fifo],
};
