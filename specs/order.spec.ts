/**
 * Acknowledging in the order of consumption: the check stops at the first dead letter of a batch that is missing or fail
 * (acknowledge document, Function, paragraph 4; rulings A4, B1 to B7).
 */
import { bothModes, queueOf, scenario, type Chapter, type Mode } from '../src/campaign/scenario.ts';
import { entries, FAIL, SUCCESS, type Batch, type Entry, type Group } from '../src/campaign/world.ts';

/** `1s` is the first of the batch marked as success, `3f` the third as fail. */
type Pattern = readonly string[];

function entriesOf(pattern: Pattern, batch: Batch): Entry[] {
  return pattern.map((part) => ({
    handler: batch.delivered[Number.parseInt(part, 10) - 1]?.handler,
    status: part.endsWith('f') ? FAIL : SUCCESS,
  }));
}

/** Enough of them that some batch is large enough, also where a NORMAL queue hands out from one partition at a time. */
async function batchOf(group: Group, size: number, mode: Mode): Promise<Batch> {
  await group.deadLetters(mode === 'FIFO' ? size : size * 4);
  return group.batchOf(size, { ack_wait: 15 });
}

const patterns: readonly {
  readonly name: string;
  readonly size: number;
  readonly pattern: Pattern;
  readonly clauses: readonly string[];
}[] = [
  // Something behind a failed one.
  {
    name: 'fail-in-the-middle',
    size: 3,
    pattern: ['1s', '2f', '3s'],
    clauses: ['ack.order.failure-stops', 'ack.order.stopped-returns'],
  },
  {
    name: 'fail-first',
    size: 3,
    pattern: ['1f', '2s', '3s'],
    clauses: ['ack.order.failure-stops', 'ack.order.stopped-returns'],
  },
  {
    name: 'fail-twice',
    size: 5,
    pattern: ['1s', '2f', '3s', '4f', '5s'],
    clauses: ['ack.order.failure-stops', 'ack.order.stopped-returns'],
  },
  {
    name: 'fail-late',
    size: 10,
    pattern: ['1s', '2s', '3s', '4s', '5s', '6s', '7s', '8s', '9f', '10s'],
    clauses: ['ack.order.failure-stops', 'ack.order.stopped-returns'],
  },
  // Something left out.
  { name: 'gap-first', size: 2, pattern: ['2s'], clauses: ['ack.order.gap', 'ack.order.gap-returns'] },
  { name: 'gap-of-two', size: 3, pattern: ['3s'], clauses: ['ack.order.gap', 'ack.order.gap-returns'] },
  { name: 'gap-in-the-middle', size: 3, pattern: ['1s', '3s'], clauses: ['ack.order.gap'] },
  { name: 'gap-then-two', size: 4, pattern: ['1s', '3s', '4s'], clauses: ['ack.order.gap'] },
  { name: 'gap-and-fail', size: 4, pattern: ['1s', '3f', '4s'], clauses: ['ack.order.gap'] },
  // The rest left out.
  {
    name: 'prefix',
    size: 3,
    pattern: ['1s'],
    clauses: ['ack.order.prefix', 'ack.order.rest-returns', 'ack.order.rest-at-once'],
  },
  {
    name: 'prefix-of-ten',
    size: 10,
    pattern: ['1s', '2s', '3s', '4s'],
    clauses: ['ack.order.prefix', 'ack.order.rest-returns'],
  },
  { name: 'prefix-with-fail', size: 4, pattern: ['1s', '2f'], clauses: ['ack.order.rest-returns'] },
  // Another order, or one twice.
  { name: 'reversed', size: 2, pattern: ['2s', '1s'], clauses: ['ack.order.reordered', 'ack.order.reordered-outcome'] },
  {
    name: 'swapped',
    size: 3,
    pattern: ['1s', '3s', '2s'],
    clauses: ['ack.order.reordered', 'ack.order.reordered-outcome'],
  },
  {
    name: 'twice',
    size: 1,
    pattern: ['1s', '1s'],
    clauses: ['ack.duplicate.counted-once', 'ack.duplicate.outcome'],
  },
  {
    name: 'twice-with-another',
    size: 2,
    pattern: ['1s', '1s', '2s'],
    clauses: ['ack.duplicate.counted-once', 'ack.duplicate.outcome'],
  },
  {
    name: 'twice-apart',
    size: 2,
    pattern: ['1s', '2s', '1s'],
    clauses: ['ack.duplicate.counted-once', 'ack.duplicate.outcome'],
  },
];

/** What failed once has an order as it had before. */
const gapsLater = bothModes.flatMap((mode) =>
  [
    { name: 'first', size: 2, pattern: ['2s'] as const },
    { name: 'in-the-middle', size: 3, pattern: ['1s', '3s'] as const },
  ].map(({ name, size, pattern }) =>
    scenario({
      id: `order/${mode}/gap-${name}/redelivered`,
      title: `Of a batch of ${size} that came back, ${pattern.join(', ')}: what counts, and what comes back.`,
      clauses: ['ack.order.gap'],
      seconds: 25,
      queues: [queueOf(mode)],
      async run({ queue }) {
        const group = await queue.group();
        // No more than these: others could come in their place.
        await group.deadLetters(size);
        const batch = await group.batchOf(size, { ack_wait: 15 });
        await group.acknowledge(entries(batch.delivered, FAIL));
        const again = await group.batchOf(size, { ack_wait: 15 });
        await group.outcome(again, await group.acknowledge(entriesOf(pattern, again)));
      },
    }),
  ),
);

const ordered = bothModes.flatMap((mode) =>
  patterns.map(({ name, size, pattern, clauses }) =>
    scenario({
      id: `order/${mode}/${name}`,
      title: `Of a batch of ${size}, ${pattern.join(', ')}: what counts, and what comes back.`,
      clauses,
      seconds: 25,
      queues: [queueOf(mode)],
      async run({ queue }) {
        const group = await queue.group();
        const batch = await batchOf(group, size, mode);
        await group.outcome(batch, await group.acknowledge(entriesOf(pattern, batch)));
      },
    }),
  ),
);

const restLater = scenario({
  id: 'order/rest-later',
  title: 'Whether the rest of a batch can be acknowledged by a second request is left to the endpoint.',
  clauses: ['ack.order.rest-later', 'ack.counts.success-is-settled'],
  seconds: 25,
  async run({ queue }) {
    const group = await queue.group();
    const batch = await batchOf(group, 3, 'NORMAL');
    const prefix = await group.acknowledge(entriesOf(['1s'], batch));
    await group.outcome(batch, prefix, await group.acknowledge(entriesOf(['2s', '3s'], batch)));
  },
});

const twoBatches = bothModes.flatMap((mode) => [
  scenario({
    id: `order/${mode}/later-batch-first`,
    title: 'Two batches are acknowledged in the reverse order of their consumption.',
    clauses: [mode === 'NORMAL' ? 'ack.order.batches-independent' : 'ack.order.batches-on-fifo'],
    seconds: 25,
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(4);
      const first = await group.first({ max_msgs: 2 });
      const second = await group.consume({ max_msgs: 2, time_wait: 1, ack_wait: 15 });
      if (second.delivered.length > 0) await group.acknowledge(entries(second.delivered));
      await group.outcome(first, await group.acknowledge(entries(first.delivered)));
    },
  }),
  scenario({
    id: `order/${mode}/two-batches-in-one-request`,
    title: 'One request names handlers of two batches: what is counted stays gone, the rest comes back.',
    clauses: ['ack.order.mixed-batches'],
    seconds: 25,
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(4);
      const first = await group.first({ max_msgs: 2 });
      const second = await group.consume({ max_msgs: 2, time_wait: 1, ack_wait: 15 });
      const both = await group.acknowledge([...entries(first.delivered), ...entries(second.delivered)]);
      await group.outcome({ ...first, delivered: [...first.delivered, ...second.delivered] }, both);
    },
  }),
]);

export const chapter: Chapter = { name: 'order', scenarios: [...ordered, ...gapsLater, restLater, ...twoBatches] };
