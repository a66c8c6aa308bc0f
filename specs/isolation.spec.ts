/**
 * Groups, queues and consumers beside one another (consume document, Function and URI, table 1; acknowledge document,
 * Function, paragraphs 2 and 3; rulings G5 to G7, G10, G11).
 */
import { bothModes, queueOf, scenario, type Chapter } from '../src/campaign/scenario.ts';
import { entries, type Group } from '../src/campaign/world.ts';

const groups = bothModes.flatMap((mode) => [
  scenario({
    id: `isolation/groups/${mode}`,
    title: 'A group gets its own dead letters and none of the other groups of its queue.',
    clauses: ['isolation.group'],
    seconds: 22,
    queues: [queueOf(mode)],
    async run({ queue, wait }) {
      // Neither the first nor the last of its queue.
      const [other, own, third] = [await queue.group(), await queue.group(), await queue.group()];
      await Promise.all([other.ready(), third.ready()]);
      await own.deadLetters(4);
      // From here on they count as dead letters on every endpoint (K4).
      await wait(16);
      await other.consume({ time_wait: 1 });
      await third.consume({ time_wait: 1 });
      await own.drain();
      await other.consume({ time_wait: 1 });
    },
  }),
  scenario({
    id: `isolation/normal/${mode}`,
    title: 'What failed in one group is still a normal message of the others, and no dead letter of theirs.',
    clauses: ['isolation.other-groups-normal', 'isolation.normal-queue'],
    seconds: 22,
    queues: [queueOf(mode)],
    async run({ queue, wait }) {
      const [other, own] = [await queue.group(), await queue.group()];
      await other.ready();
      const sent = await queue.sendNormal(4);
      await own.fail(sent);
      await wait(16);
      await other.consume({ time_wait: 1 });
      const normal = await other.consumeNormal({ time_wait: 3, ack_wait: 15 });
      await other.acknowledgeNormal(entries(normal.delivered));
      await own.consumeNormal({ time_wait: 1 });
      await own.drain();
      await other.consume({ time_wait: 1 });
    },
  }),
  scenario({
    id: `isolation/two-groups-one-message/${mode}`,
    title: 'What one group acknowledges stays consumable for another group that failed it, too.',
    clauses: ['isolation.acknowledged-by-own-group-only'],
    seconds: 4,
    queues: [queueOf(mode)],
    async run({ queue }) {
      const [one, two] = [await queue.group(), await queue.group()];
      const sent = await queue.send(3);
      await one.fail(sent);
      await two.fail(sent);
      await one.drain();
      await two.drain();
    },
  }),
  scenario({
    id: `isolation/leases/${mode}`,
    title: 'What one group has in flight is consumable for another group that failed it, too.',
    clauses: ['delivery.all-arrive'],
    seconds: 20,
    queues: [queueOf(mode)],
    async run({ queue, wait }) {
      const [one, two] = [await queue.group(), await queue.group()];
      const sent = await queue.send(3);
      await one.fail(sent);
      await two.fail(sent);
      const held = await one.first({ max_msgs: 1, ack_wait: 300 });
      // From here on they count as dead letters on every endpoint (K4).
      await wait(16);
      await two.drain();
      await one.acknowledge(entries(held.delivered));
      await one.drain();
    },
  }),
]);

const queuesApart = scenario({
  id: 'isolation/queues',
  title: 'A dead letter of one queue is not handed out through another.',
  clauses: ['isolation.queue'],
  seconds: 20,
  queues: [queueOf('NORMAL'), queueOf('NORMAL')],
  async run({ queues, wait }) {
    const [first, second] = queues;
    if (first === undefined || second === undefined) return;
    const [one, two] = [await first.group(), await second.group()];
    await one.deadLetters(3);
    await two.deadLetters(2);
    await wait(16);
    await two.drain();
    await one.drain();
  },
});

/** Several consumers of one group, until each got nothing any more. */
const concurrent = bothModes.flatMap((mode) =>
  [2, 8].map((consumers) =>
    scenario({
      id: `isolation/concurrent/${mode}/${consumers}`,
      title: `${consumers} consumers that consume at the same time get different dead letters, and together all.`,
      clauses: ['concurrency.disjoint', 'delivery.all-arrive'],
      seconds: 4,
      queues: [queueOf(mode)],
      async run({ queue }) {
        const group = await queue.group();
        await group.deadLetters(consumers * 6);
        const consumeAll = async (name: string): Promise<void> => {
          for (let empties = 0; empties < 2;) {
            const batch = await group.consume({ max_msgs: 2, time_wait: 1, ack_wait: 30 }, { consumer: name });
            if (batch.delivered.length === 0) empties += 1;
            else await group.acknowledge(entries(batch.delivered), { consumer: name });
          }
        };
        await Promise.all(Array.from({ length: consumers }, (_, index) => consumeAll(`c${index + 1}`)));
        await group.drain();
      },
    }),
  ),
);

const burst = scenario({
  id: 'isolation/concurrent/burst',
  title: 'Many consumes at the same instant get different dead letters.',
  clauses: ['concurrency.disjoint'],
  seconds: 15,
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(12);
    const batches = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        group.consume({ max_msgs: 1, time_wait: 1, ack_wait: 15 }, { consumer: `c${index + 1}` }),
      ),
    );
    const [last] = batches.toSorted((a, b) => b.at - a.at);
    if (last !== undefined)
      await group.untilBack(
        batches.flatMap(({ delivered }) => delivered),
        last,
      );
  },
});

/** Both calls on a path that is no more. */
async function callBoth(group: Group, handler: string): Promise<void> {
  await group.consume({ time_wait: 1 });
  await group.acknowledge([{ handler, status: 'success' }]);
}

const deletions = [
  scenario({
    id: 'isolation/group-deleted',
    title: 'With a group its dead letters go: its id is rejected, and a group made anew sees none of them.',
    clauses: ['group.deleted.rejected', 'group.deleted.status-404', 'group.deleted.empties', 'delivery.all-arrive'],
    seconds: 4,
    async run({ queue }) {
      const [group, beside] = [await queue.group(), await queue.group()];
      const sent = await queue.send(3);
      await group.fail(sent);
      await beside.fail(sent);
      // Those of the other group were there before: what is missing afterwards was lost.
      const besides = await beside.first({ max_msgs: 1 });
      await beside.acknowledge(entries(besides.delivered));
      const batch = await group.first({ max_msgs: 1 });
      await group.delete();
      await callBoth(group, batch.delivered[0]?.handler ?? 'none');
      const anew = await queue.group(group.name);
      await anew.ready();
      await anew.consume({ time_wait: 1 });
      await beside.drain();
    },
  }),
  scenario({
    id: 'isolation/group-deleted/beside',
    title: 'Deleting a group ends no lease of another.',
    clauses: ['redelivery.not-before-ack-wait', 'redelivery.by-ack-wait'],
    seconds: 15,
    async run({ queue, wait }) {
      const [group, other] = [await queue.group(), await queue.group()];
      const sent = await queue.send(3);
      await group.fail(sent);
      await other.fail(sent);
      const batch = await group.first({ ack_wait: 15 });
      await wait(1);
      await other.delete();
      await group.untilBack(batch.delivered, batch);
    },
  }),
  scenario({
    id: 'isolation/queue-deleted',
    title: 'A deleted queue is rejected by both calls.',
    clauses: ['queue.deleted.rejected', 'queue.deleted.status-404'],
    queues: [queueOf('NORMAL'), queueOf('NORMAL')],
    async run({ queues }) {
      const [deleted, kept] = queues;
      if (deleted === undefined || kept === undefined) return;
      const [group, control] = [await deleted.group(), await kept.group()];
      await group.deadLetters(2);
      await control.deadLetters(1);
      const batch = await group.first({ max_msgs: 1 });
      await deleted.delete();
      await callBoth(group, batch.delivered[0]?.handler ?? 'none');
      await control.drain();
    },
  }),
];

export const chapter: Chapter = {
  name: 'isolation',
  scenarios: [...groups, queuesApart, ...concurrent, burst, ...deletions],
};
