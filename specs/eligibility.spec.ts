/**
 * Which queues, groups and messages have dead letters at all (consume and acknowledge documents, Function, last sentence;
 * URI, table 1; rulings H1 to H5, K1 to K3, K5).
 */
import { bothModes, queueOf, scenario, type Chapter } from '../src/campaign/scenario.ts';
import { entries, FAIL, type World } from '../src/campaign/world.ts';

const eligible = bothModes.map((mode) =>
  scenario({
    id: `eligibility/mode/${mode}`,
    title: `A ${mode} queue with redrive has dead letters that can be consumed and acknowledged.`,
    clauses: [mode === 'NORMAL' ? 'eligibility.normal' : 'eligibility.fifo'],
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(3);
      await group.drain();
    },
  }),
);

const kafka = (['KAFKA_HA', 'KAFKA_HT'] as const).map((mode) =>
  scenario({
    id: `eligibility/kafka/${mode}`,
    title: 'A Kafka queue has no dead letters.',
    clauses: ['eligibility.kafka.nothing', 'eligibility.kafka.refused'],
    feature: 'kafka',
    seconds: 3,
    queues: [queueOf(mode), queueOf('NORMAL')],
    async run({ queues }) {
      const [queue, normal] = queues;
      if (queue === undefined || normal === undefined) return;
      const [group, control] = [await queue.group(), await normal.group()];
      await group.ready();
      await queue.sendNormal([{ body: '{"t":"#"}' }]);
      await failOnce(group);
      await group.consume({ time_wait: 1 });
      await control.deadLetters(1);
      await control.drain();
    },
  }),
);

/** Consumes what there is as normal messages and fails it. */
async function failOnce(group: Awaited<ReturnType<World['queue']['group']>>): Promise<void> {
  const batch = await group.consumeNormal({ time_wait: 3, ack_wait: 15 });
  if (batch.delivered.length > 0) await group.acknowledgeNormal(entries(batch.delivered, FAIL));
}

const withoutRedrive = bothModes.map((mode) =>
  scenario({
    id: `eligibility/no-redrive/${mode}`,
    title: 'A queue without redrive has no dead letters, however often a message fails.',
    clauses: ['eligibility.no-redrive.nothing', 'eligibility.no-redrive.answer'],
    seconds: 3,
    queues: [queueOf(mode, { redrive: false })],
    async run({ queue }) {
      const group = await queue.group();
      await group.ready();
      await queue.sendNormal(2);
      for (let failure = 1; failure <= 4; failure += 1) await failOnce(group);
      await group.consume({ time_wait: 2 });
      await group.acknowledge([{ handler: 'invented', status: 'success' }]);
    },
  }),
);

const nobody = '00000000-0000-4000-8000-000000000000';

/** Ids that lead nowhere: queue and group of the path, and which of both the case is about. */
const paths: readonly {
  readonly name: string;
  readonly clauses: readonly string[];
  readonly at: (queue: string, group: string) => readonly [string, string];
}[] = [
  {
    name: 'unknown-queue',
    clauses: ['path.unknown-queue', 'path.unknown-queue.status-404'],
    at: (_queue, group) => [nobody, group],
  },
  {
    name: 'unknown-group',
    clauses: ['path.unknown-group', 'path.unknown-group.status-404'],
    at: (queue) => [queue, `g-${nobody}`],
  },
  {
    name: 'malformed-queue',
    clauses: ['path.malformed-id', 'path.malformed-id.status'],
    at: (_queue, group) => ['not%20a%20queue!', group],
  },
  {
    name: 'malformed-group',
    clauses: ['path.malformed-id', 'path.malformed-id.status'],
    at: (queue) => [queue, 'not%20a%20group!'],
  },
  {
    name: 'broken-escape-as-queue',
    clauses: ['path.malformed-id', 'path.malformed-id.status'],
    at: (_queue, group) => ['%', group],
  },
  {
    name: 'broken-escape-as-group',
    clauses: ['path.malformed-id', 'path.malformed-id.status'],
    at: (queue) => [queue, '%E0%A4'],
  },
  {
    name: 'dots-as-group',
    clauses: ['path.malformed-id', 'path.malformed-id.status'],
    at: (queue) => [queue, '%2E%2E%2Fx'],
  },
];

const elsewhere = paths.map(({ name, clauses, at }) =>
  scenario({
    id: `eligibility/path/${name}`,
    title: 'Both calls reject a path that leads nowhere.',
    clauses,
    async run({ queue, project, request }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.first({ max_msgs: 1 });
      const [queueId, groupId] = at(queue.id, group.id);
      const path = `/v1.0/${project}/queues/${queueId}/groups/${groupId}/deadletters`;
      await request('GET', `${path}?time_wait=1`, { mayWaitSeconds: 1 });
      await request('POST', `${path}/ack`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ message: entries(batch.delivered) }),
      });
      await group.acknowledge(entries(batch.delivered));
      await group.drain();
    },
  }),
);

const anotherQueuesGroup = scenario({
  id: 'eligibility/path/group-of-another-queue',
  title: 'Both calls reject a group in the path of another queue.',
  clauses: ['path.group-of-another-queue'],
  seconds: 4,
  queues: [queueOf('NORMAL'), queueOf('NORMAL')],
  async run({ queues, project, request }) {
    const [first, second] = queues;
    if (first === undefined || second === undefined) return;
    // A second one: where ids are unique within a queue only, the other queue has no group of its id.
    await first.group();
    const [own, other] = [await first.group(), await second.group()];
    await own.deadLetters(2);
    await other.deadLetters(1);
    const batch = await own.first({ max_msgs: 1 });
    const path = `/v1.0/${project}/queues/${second.id}/groups/${own.id}/deadletters`;
    await request('GET', `${path}?time_wait=1`, { mayWaitSeconds: 1 });
    await request('POST', `${path}/ack`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: entries(batch.delivered) }),
    });
    await own.acknowledge(entries(batch.delivered));
    await own.drain();
    await other.drain();
  },
});

const redrive = [
  scenario({
    id: 'eligibility/redrive/second-failure',
    title: 'With a max_consume_count of two, one failure makes no dead letter and the second does.',
    clauses: ['redrive.count-reached'],
    seconds: 7,
    queues: [queueOf('NORMAL', { maxConsumeCount: 2 })],
    async run({ queue, wait }) {
      const group = await queue.group();
      const sent = await queue.sendNormal(2);
      await group.fail(sent);
      await wait(2);
      await group.consume({ time_wait: 3 });
      await group.fail(sent);
      await group.drain();
    },
  }),
  scenario({
    id: 'eligibility/redrive/timed-out',
    title: 'A normal message that nobody acknowledged in time has failed.',
    clauses: ['redrive.timeout-counts'],
    seconds: 16,
    async run({ queue, wait }) {
      const group = await queue.group();
      await group.ready();
      await queue.sendNormal(1);
      await group.consumeNormal({ time_wait: 3, ack_wait: 15 });
      await wait(15);
      const batch = await group.first();
      await group.acknowledge(entries(batch.delivered));
    },
  }),
  scenario({
    id: 'eligibility/redrive/stopped',
    title: 'Whether a normal message that failed only behind another one has failed is left to the endpoint.',
    clauses: ['redrive.stopped-counts'],
    seconds: 3,
    queues: [queueOf('FIFO')],
    async run({ queue }) {
      const group = await queue.group();
      await group.ready();
      await queue.sendNormal(2);
      const batch = await group.consumeNormal({ time_wait: 3, ack_wait: 15 });
      const [first, second] = batch.delivered;
      if (first === undefined || second === undefined) return;
      await group.acknowledgeNormal([...entries([first], FAIL), ...entries([second])]);
      await group.drain();
    },
  }),
];

const counters = scenario({
  id: 'eligibility/counters',
  title: 'available_deadletters is the number of dead letters that are not yet consumed.',
  clauses: ['counters.available'],
  feature: 'counters',
  seconds: 23,
  async run({ queue, wait }) {
    const group = await queue.group();
    await group.deadLetters(6);
    // A message that failed has that long to become a dead letter (K4).
    await wait(15);
    for (let look = 1; look <= 3; look += 1) {
      await wait(1);
      await group.counters();
    }
    const batch = await group.first({ max_msgs: 2 });
    await group.acknowledge(entries(batch.delivered));
    for (let look = 1; look <= 3; look += 1) {
      await wait(1);
      await group.counters();
    }
    await group.drain();
    await group.counters();
  },
});

export const chapter: Chapter = {
  name: 'eligibility',
  scenarios: [...eligible, ...kafka, ...withoutRedrive, ...elsewhere, anotherQueuesGroup, ...redrive, counters],
};
