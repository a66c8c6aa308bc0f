/**
 * The three query parameters of the consume: the range on both sides of each boundary, what is no integer, what is left
 * out, and that a rejected consume changes nothing (consume document, URI, table 1; rulings E1 to E8).
 */
import { bothModes, queueOf, scenario, type Chapter } from '../src/campaign/scenario.ts';
import { entries, FAIL, type Query } from '../src/campaign/world.ts';

const slug = { max_msgs: 'max-msgs', time_wait: 'time-wait', ack_wait: 'ack-wait' } as const;
type Name = keyof typeof slug;
const names = Object.keys(slug) as Name[];

/** Rejected, with the part of the clause's name that says why. Some would be lawful to whoever keeps only their last 32 bits. */
const bad: Readonly<Record<Name, readonly (readonly [clause: string, values: readonly string[]])[]>> = {
  max_msgs: [
    ['range', ['0', '11', '1000', '4294967301', '99999999999999999999']],
    ['negative', ['-1', '-10']],
    ['integer', ['abc', '1.5', 'true', '0x5', '7abc', 'x7', 'NaN']],
  ],
  time_wait: [
    ['range', ['0', '61', '3600', '4294967301', '99999999999999999999']],
    ['negative', ['-1', '-3']],
    ['integer', ['abc', '2.5', 'null', '1m', '7abc', 'x7']],
  ],
  ack_wait: [
    ['range', ['0', '1', '14', '301', '86400', '4294967326', '99999999999999999999']],
    ['negative', ['-1', '-30']],
    ['integer', ['abc', '30.5', 'undefined', '30m', '20abc', 'x20']],
  ],
};

const rejected = names.flatMap((name) =>
  bad[name].flatMap(([clause, values]) =>
    values.map((value) =>
      scenario({
        id: `parameters/${slug[name]}/${clause}/${value}`,
        title: `A consume with ${name}=${value} is rejected and hands out nothing.`,
        clauses: [
          `consume.${slug[name]}.${clause}`,
          'consume.invalid.status-400',
          'consume.invalid.hands-out-nothing',
          ...(clause === 'range' ? ['consume.invalid.error-code'] : []),
        ],
        async run({ queue }) {
          const group = await queue.group();
          await group.deadLetters(3);
          // The control, by which it is known that dead letters appear here at all.
          const before = await group.first({ max_msgs: 1 });
          await group.acknowledge(entries(before.delivered));
          await group.consume({ [name]: value });
          // Whether the rejected one took a lease.
          const batch = await group.first();
          await group.acknowledge(entries(batch.delivered));
          await group.drain();
        },
      }),
    ),
  ),
);

/** Accepted: both ends of each range and what lies next to them, alone in the query. */
const good: Readonly<Record<Name, readonly number[]>> = {
  max_msgs: [1, 2, 5, 9, 10],
  time_wait: [1, 2, 30, 59, 60],
  ack_wait: [15, 16, 30, 299, 300],
};

const accepted = names.flatMap((name) =>
  good[name].map((value) =>
    scenario({
      id: `parameters/${slug[name]}/accepted/${value}`,
      title: `A consume with ${name}=${value} is accepted.`,
      clauses: [`consume.${slug[name]}.accepted`, 'consume.params.optional'],
      async run({ queue }) {
        const group = await queue.group();
        await group.deadLetters(1);
        const batch = await group.consume({ [name]: value });
        await group.acknowledge(entries(batch.delivered));
        await group.drain();
      },
    }),
  ),
);

/** Every way to leave parameters out. */
const subsets: readonly Query[] = [
  {},
  { max_msgs: 10 },
  { time_wait: 1 },
  { ack_wait: 15 },
  { max_msgs: 10, time_wait: 1 },
  { max_msgs: 10, ack_wait: 30 },
  { time_wait: 1, ack_wait: 15 },
  { ack_wait: 15, time_wait: 1, max_msgs: 10 },
];

const optional = scenario({
  id: 'parameters/optional',
  title: 'Every parameter can be left out, alone and with others, and their order is free.',
  clauses: ['consume.params.optional'],
  seconds: 12,
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(subsets.length * 2);
    for (const query of subsets) {
      const batch = await group.consume({ ...query });
      await group.acknowledge(entries(batch.delivered));
    }
    await group.drain();
  },
});

const limits = bothModes.flatMap((mode) => [
  scenario({
    id: `parameters/max-msgs/limit/${mode}`,
    title: 'No answer holds more dead letters than max_msgs.',
    clauses: ['consume.max-msgs.limit', 'consume.max-msgs.several', 'delivery.all-arrive'],
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(30);
      for (const max_msgs of [1, 2, 3, 7, 9, 10]) {
        const batch = await group.first({ max_msgs });
        await group.acknowledge(entries(batch.delivered));
      }
      await group.drain();
    },
  }),
  ...[true, false].map((failed) =>
    scenario({
      id: `parameters/max-msgs/returned/${mode}/${failed ? 'failed' : 'forgotten'}`,
      title: `Of ${failed ? 'failed' : 'forgotten'} dead letters that came back no answer holds more than max_msgs either.`,
      clauses: ['consume.max-msgs.limit', failed ? 'redelivery.after-fail' : 'redelivery.by-ack-wait'],
      seconds: failed ? 0 : 15,
      queues: [queueOf(mode)],
      async run({ queue }) {
        const group = await queue.group();
        await group.deadLetters(6);
        const batch = await group.first({ max_msgs: 6 });
        if (failed) await group.acknowledge(entries(batch.delivered, FAIL));
        await group.untilBack(batch.delivered, batch, { max_msgs: 2 });
      },
    }),
  ),
  scenario({
    id: `parameters/max-msgs/default/${mode}`,
    title: 'Without max_msgs an answer holds at most ten dead letters.',
    clauses: ['consume.max-msgs.default', ...(mode === 'FIFO' ? ['fifo.full-batch'] : [])],
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(25);
      const batch = await group.first();
      await group.acknowledge(entries(batch.delivered));
      await group.drain();
    },
  }),
]);

const defaultWaits = [
  { how: 'absent', clause: 'consume.time-wait.default', query: {} },
  { how: 'empty', clause: 'consume.time-wait.empty', query: { time_wait: '' } },
].map(({ how, clause, query }) =>
  scenario({
    id: `parameters/time-wait/default/${how}`,
    title: `With time_wait ${how} the empty answer comes after 3 s.`,
    clauses: [clause],
    seconds: 19,
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.ready();
      // Behind the rush of all scenarios starting, and three times: our own lateness may leave one of them undecided.
      await wait(8);
      for (let poll = 1; poll <= 3; poll += 1) await group.consume(query);
      // If none of them was answered: is anything?
      await group.ready();
    },
  }),
);

/** What the documents leave to the endpoint: noted, never failed. */
const open = (
  [
    ['max-msgs/empty', 'consume.max-msgs.empty', { max_msgs: '' }],
    ...['+5', '05', '1e1', ' 5'].map((value) => [
      `max-msgs/spelling/${value}`,
      'consume.max-msgs.spelling',
      { max_msgs: value },
    ]),
    ...['3s', '+3', '03', '1e1'].map((value) => [
      `time-wait/spelling/${value}`,
      'consume.time-wait.spelling',
      { time_wait: value },
    ]),
    ...['30s', '+20', '020', '3e1'].map((value) => [
      `ack-wait/spelling/${value}`,
      'consume.ack-wait.spelling',
      { ack_wait: value },
    ]),
    ['repeated', 'consume.params.repeated', { max_msgs: [1, 2] }],
    ['unknown', 'consume.params.unknown', { max_msgs: 1, colour: 'blue' }],
  ] as readonly (readonly [string, string, Query])[]
).map(([id, clause, query]) =>
  scenario({
    id: `parameters/open/${id}`,
    title: 'Whether this is accepted is left to the endpoint.',
    clauses: [clause],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.consume(query);
      await group.acknowledge(entries(batch.delivered));
      await group.drain();
    },
  }),
);

export const chapter: Chapter = {
  name: 'parameters',
  scenarios: [...rejected, ...accepted, optional, ...limits, ...defaultWaits, ...open],
};
