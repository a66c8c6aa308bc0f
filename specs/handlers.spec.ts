/**
 * Handlers: what acknowledges and what does not, because it was invented, used up, out of time, or belongs elsewhere
 * (acknowledge document, Request, table 3; consume document, row ack_wait; rulings B8, B9, C1 to C6).
 */
import { bothModes, queueOf, scenario, type Chapter } from '../src/campaign/scenario.ts';
import { entries, FAIL, SUCCESS, type Entry } from '../src/campaign/world.ts';

const invented: readonly string[] = [
  'invented',
  '',
  'eyJjZyI6Im15X2pzb25fZ3JvdXAiLCJjaSI6InJlc3QtY29uc3VtZXItMCIsImNvdW50IjowLCJvZmZzZXQiOjAsInAiOjAsInQiOiJ0ZXN0MiJ9',
  'null',
  'x'.repeat(2000),
  'äöü 😀',
];

const unknownHandlers = invented.map((handler, index) =>
  scenario({
    id: `handlers/invented/${index + 1}`,
    title: 'A handler that was never handed out acknowledges nothing.',
    clauses: ['ack.handler.invented', 'ack.handler.invented-refused'],
    seconds: 15,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(3);
      const batch = await group.first({ max_msgs: 1 });
      await group.acknowledge([{ handler, status: SUCCESS }]);
      const control = await group.first({ max_msgs: 1 });
      await group.acknowledge(entries(control.delivered));
      await group.untilBack(batch.delivered, batch);
    },
  }),
);

const altered = scenario({
  id: 'handlers/invented/altered',
  title: 'A handler that was altered acknowledges nothing.',
  clauses: ['ack.handler.invented'],
  seconds: 15,
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(2);
    const batch = await group.first({ max_msgs: 1 });
    const [handler = ''] = batch.delivered.map((one) => one.handler);
    await group.acknowledge([{ handler: `${handler}x`, status: SUCCESS }]);
    await group.acknowledge([{ handler: handler.slice(0, -4), status: SUCCESS }]);
    await group.untilBack(batch.delivered, batch);
  },
});

/** Whatever an endpoint keeps of its handlers, and how, has to last for more than one batch. */
const many = bothModes.map((mode) =>
  scenario({
    id: `handlers/many/${mode}`,
    title: 'Forty dead letters in flight at once are acknowledged batch by batch, in another order than they came.',
    clauses: [
      'consume.response.handler-unique',
      'ack.request.accepted',
      'ack.counts.success',
      'ack.acknowledged.never-returns',
    ],
    seconds: 27,
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(40);
      const batches = [await group.first({ max_msgs: 10, ack_wait: 17 })];
      for (let more = 0; more < 3; more += 1)
        batches.push(await group.consume({ max_msgs: 10, time_wait: 1, ack_wait: 17 }, { consumer: `c${more + 2}` }));
      for (const index of [1, 0, 3, 2]) {
        const { delivered = [] } = batches[index] ?? {};
        if (delivered.length > 0) await group.acknowledge(entries(delivered));
      }
      await group.watch(batches[0]!);
    },
  }),
);

const bad: Entry = { handler: 'invented', status: SUCCESS };

const mixed = bothModes.flatMap((mode) =>
  [true, false].map((badFirst) =>
    scenario({
      id: `handlers/mixed/${mode}/${badFirst ? 'invalid-first' : 'invalid-last'}`,
      title: 'Behind an invalid handler nothing counts as success.',
      clauses: badFirst ? ['ack.handler.behind-invalid', 'ack.handler.mixed'] : ['ack.handler.mixed'],
      seconds: 25,
      queues: [queueOf(mode)],
      async run({ queue }) {
        const group = await queue.group();
        await group.deadLetters(2);
        const batch = await group.first();
        await group.outcome(
          batch,
          await group.acknowledge(badFirst ? [bad, ...entries(batch.delivered)] : [...entries(batch.delivered), bad]),
        );
      },
    }),
  ),
);

const expired = [
  ...[1, 2].map((size) =>
    scenario({
      id: `handlers/expired/${size}`,
      title:
        'When ack_wait and the grace have passed a handler acknowledges nothing, and its dead letter is consumable again.',
      clauses: ['ack.handler.expired', 'ack.handler.expired-refused', 'ack.handler.late-returns'],
      waiting: 'certify',
      seconds: 48,
      async run({ queue, wait }) {
        const group = await queue.group();
        await group.deadLetters(2);
        const batch = await group.first({ max_msgs: size, ack_wait: 15 });
        // Nobody looks meanwhile: whoever detects the end of a lease only when asked must not take the late one.
        await wait(46);
        await group.acknowledge(entries(batch.delivered));
        const control = await group.first({ ack_wait: 15 });
        await group.acknowledge(entries(control.delivered));
        await group.drain();
      },
    }),
  ),
  scenario({
    id: 'handlers/late',
    title: 'Whether an acknowledgement just after ack_wait is still taken is left to the endpoint.',
    clauses: ['ack.handler.late'],
    seconds: 18,
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.deadLetters(1);
      const batch = await group.first({ ack_wait: 15 });
      await wait(16);
      await group.acknowledge(entries(batch.delivered));
      await group.drain();
    },
  }),
];

const superseded = bothModes.map((mode) =>
  scenario({
    id: `handlers/superseded/${mode}`,
    title: 'The old handler does not acknowledge the new delivery.',
    clauses: ['ack.handler.superseded', 'redelivery.fresh-handler'],
    seconds: 30,
    queues: [queueOf(mode)],
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.deadLetters(1);
      // A short wait, since its end is the latest instant at which the lease can have begun.
      const old = await group.first({ ack_wait: 15, time_wait: 1 });
      const fresh = await group.first({ ack_wait: 15 }, { consumer: 'c2' });
      await wait(1);
      await group.acknowledge(entries(old.delivered));
      await group.untilBack(fresh.delivered, fresh);
    },
  }),
);

/** Long enough behind the redelivery that a slow answer does not blur which of the two leases it is. */
const supersededLater = bothModes.map((mode) =>
  scenario({
    id: `handlers/superseded-later/${mode}`,
    title: 'Some seconds after the redelivery the old handler acknowledges nothing, and the new one still does.',
    clauses: ['ack.handler.superseded'],
    seconds: 22,
    queues: [queueOf(mode)],
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.deadLetters(1);
      const old = await group.first({ ack_wait: 15, time_wait: 1 });
      const fresh = await group.first({ ack_wait: 15 }, { consumer: 'c2' });
      await wait(5);
      await group.acknowledge(entries(old.delivered));
      await group.acknowledge(entries(fresh.delivered), { consumer: 'c2' });
      await group.drain();
    },
  }),
);

const spent = [
  scenario({
    id: 'handlers/re-acknowledged',
    title: 'A handler that has acknowledged once is not counted again, and its dead letter stays gone.',
    clauses: ['ack.handler.re-acknowledged', 'ack.acknowledged.never-returns'],
    seconds: 25,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.first();
      await group.acknowledge(entries(batch.delivered));
      await group.acknowledge(entries(batch.delivered));
      await group.watch(batch);
    },
  }),
  scenario({
    id: 'handlers/re-acknowledged-as-fail',
    title: 'Marking an acknowledged dead letter as fail afterwards does not bring it back.',
    clauses: ['ack.acknowledged.never-returns'],
    seconds: 25,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.first();
      await group.acknowledge(entries(batch.delivered));
      await group.acknowledge(entries(batch.delivered, FAIL));
      await group.watch(batch);
    },
  }),
  scenario({
    id: 'handlers/acknowledged-after-fail',
    title: 'A handler that was acknowledged as fail is not counted as a success afterwards.',
    clauses: ['ack.handler.re-acknowledged-failed'],
    seconds: 25,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(1);
      const batch = await group.first();
      const failed = await group.acknowledge(entries(batch.delivered, FAIL));
      await group.outcome(batch, failed, await group.acknowledge(entries(batch.delivered)));
    },
  }),
];

const elsewhere = [
  scenario({
    id: 'handlers/other-group',
    title: 'A handler acknowledges nothing through another group of its queue, and its dead letter is unaffected.',
    clauses: ['ack.handler.other-group', 'ack.handler.other-group-refused'],
    seconds: 15,
    async run({ queue }) {
      const [own, other] = [await queue.group(), await queue.group()];
      const sent = await queue.send(2);
      await own.fail(sent);
      await other.fail(sent);
      const batch = await own.first();
      await other.acknowledge(entries(batch.delivered));
      const control = await other.first();
      await other.acknowledge(entries(control.delivered));
      await own.untilBack(batch.delivered, batch);
    },
  }),
  scenario({
    id: 'handlers/other-queue',
    title: 'A handler acknowledges nothing through a group of another queue, and its dead letter is unaffected.',
    clauses: ['ack.handler.other-group', 'ack.handler.other-group-refused'],
    seconds: 15,
    queues: [queueOf('NORMAL'), queueOf('FIFO')],
    async run({ queues }) {
      const [first, second] = queues;
      if (first === undefined || second === undefined) return;
      const [own, other] = [await first.group(), await second.group()];
      await own.deadLetters(2);
      await other.deadLetters(2);
      const batch = await own.first();
      await other.acknowledge(entries(batch.delivered));
      const control = await other.first();
      await other.acknowledge(entries(control.delivered));
      await own.untilBack(batch.delivered, batch);
    },
  }),
  scenario({
    id: 'handlers/normal-message',
    title: 'The handler of a normal message acknowledges nothing as a dead letter.',
    clauses: ['ack.handler.normal', 'ack.handler.normal-refused'],
    seconds: 0,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(2);
      await queue.sendNormal(1);
      const normal = await group.consumeNormal({ time_wait: 3, ack_wait: 30 });
      if (normal.delivered.length > 0) await group.acknowledge(entries(normal.delivered));
      const control = await group.first();
      await group.acknowledge(entries(control.delivered));
    },
  }),
  scenario({
    id: 'handlers/at-normal',
    title: 'The handler of a dead letter acknowledges nothing at the call for normal messages.',
    clauses: ['ack.handler.at-normal', 'ack.handler.at-normal-refused'],
    seconds: 15,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.first();
      await group.acknowledgeNormal(entries(batch.delivered));
      await group.untilBack(batch.delivered, batch);
    },
  }),
];

export const chapter: Chapter = {
  name: 'handlers',
  scenarios: [
    ...unknownHandlers,
    altered,
    ...many,
    ...mixed,
    ...expired,
    ...superseded,
    ...supersededLater,
    ...spent,
    ...elsewhere,
  ],
};
