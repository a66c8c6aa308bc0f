/**
 * The acknowledgement: what its request must hold, what its counters mean, and that they are true (acknowledge document,
 * Request, tables 2 and 3; Response, table 4; rulings A1 to A6, B1, B7, C9, G9, I1 to I9).
 */
import { bothModes, queueOf, scenario, type Chapter } from '../src/campaign/scenario.ts';
import { entries, FAIL, SUCCESS, type Batch, type Entry } from '../src/campaign/world.ts';

type Statuses = readonly (typeof SUCCESS | typeof FAIL)[];
const [s, f] = [SUCCESS, FAIL] as const;

/** Statuses for the first entries of a batch of `size`. */
const counts: readonly { readonly size: number; readonly statuses: Statuses; readonly clauses: readonly string[] }[] = [
  { size: 1, statuses: [s], clauses: [] },
  { size: 1, statuses: [f], clauses: ['ack.counts.all-fail'] },
  { size: 2, statuses: [s, f], clauses: ['ack.counts.success-is-first'] },
  { size: 3, statuses: [s, s, s], clauses: [] },
  { size: 3, statuses: [f, f, f], clauses: ['ack.counts.all-fail'] },
  { size: 3, statuses: [s, s, f], clauses: ['ack.counts.success-is-first'] },
  { size: 3, statuses: [s, f, f], clauses: ['ack.counts.success-is-first'] },
  { size: 3, statuses: [s], clauses: ['ack.order.prefix', 'ack.counts.fail-scope', 'ack.order.rest-returns'] },
  { size: 3, statuses: [s, s], clauses: ['ack.order.prefix', 'ack.counts.fail-scope', 'ack.order.rest-returns'] },
  { size: 3, statuses: [f], clauses: ['ack.counts.all-fail', 'ack.order.rest-returns'] },
  { size: 10, statuses: [s, s, s, s, s, s, s, s, s, s], clauses: [] },
  { size: 10, statuses: [s, s, s, s, s, s, s, f, f, f], clauses: ['ack.counts.success-is-first'] },
  { size: 10, statuses: [f, f, f, f, f, f, f, f, f, f], clauses: ['ack.counts.all-fail'] },
  // Every size that a batch can have, since any of them may be the one that is treated otherwise.
  ...[4, 5, 6, 7, 8, 9].map((size) => ({
    size,
    statuses: Array.from({ length: size }, (_, index) => (index === size - 1 ? f : s)),
    clauses: ['ack.counts.success-is-first'],
  })),
];

const counted = bothModes.flatMap((mode) =>
  counts.map(({ size, statuses, clauses }) =>
    scenario({
      id: `acknowledge/counts/${mode}/${statuses.map((status) => status[0]).join('')}-of-${size}`,
      title:
        'success counts the first entries that are success, fail the rest; the first stay gone and the rest comes back.',
      clauses: [
        'ack.request.accepted',
        'ack.counts.success',
        'ack.counts.fail',
        ...(statuses.includes(s) ? ['ack.acknowledged.never-returns'] : []),
        ...(statuses.includes(f) ? ['redelivery.after-fail'] : []),
        ...(statuses.length === size ? ['ack.counts.whole-batch'] : []),
        ...clauses,
      ],
      seconds: 25,
      queues: [queueOf(mode)],
      async run({ queue }) {
        const group = await queue.group();
        await group.deadLetters(size * (mode === 'FIFO' ? 1 : 4));
        const batch = await group.batchOf(size, { ack_wait: 15 });
        const acknowledged = await group.acknowledge(
          statuses.map((status, index) => ({ handler: batch.delivered[index]?.handler, status })),
        );
        await group.outcome(batch, acknowledged);
      },
    }),
  ),
);

const answer = scenario({
  id: 'acknowledge/answer',
  title: 'The answer to an acknowledgement is a JSON object with two whole numbers.',
  clauses: [
    'ack.response.counts',
    'ack.response.content-type',
    'ack.response.utf8',
    'ack.response.extra-members',
    'ack.response.clean-json',
    'ack.request.content-type',
  ],
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(8);
    for (const status of [SUCCESS, SUCCESS, SUCCESS]) {
      const batch = await group.first({ max_msgs: 2 });
      await group.acknowledge(entries(batch.delivered, status));
    }
    await group.drain();
  },
});

const omitted = scenario({
  id: 'acknowledge/status/omitted',
  title: 'Entries without status are accepted and count as success.',
  clauses: ['ack.request.status-optional', 'ack.request.status-omitted-succeeds'],
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(6);
    for (let round = 1; round <= 2; round += 1) {
      const batch = await group.first({ max_msgs: round });
      await group.acknowledge(batch.delivered.map(({ handler }) => ({ handler })));
    }
    await group.drain();
  },
});

const omittedBeside = ['first', 'second'].map((which) =>
  scenario({
    id: `acknowledge/status/omitted/${which}-of-two`,
    title: `The ${which} of two entries has no status, the other is a success: both count as success.`,
    clauses: ['ack.request.status-optional', 'ack.request.status-omitted-succeeds'],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(4);
      const batch = await group.batchOf(2);
      await group.acknowledge(
        batch.delivered.map(({ handler }, index) =>
          (index === 0) === (which === 'first') ? { handler } : { handler, status: 'success' },
        ),
      );
      await group.drain();
    },
  }),
);

/** Statuses that are neither success nor fail; the last ones are left to the endpoint. */
const statuses: readonly { readonly value: unknown; readonly clauses: readonly string[] }[] = [
  ...['failure', 'FAIL', 'ok', 'done', 'successful', 'true', 'success fail'].map((value) => ({
    value,
    clauses: ['ack.request.status-values', 'ack.request.status-values-400'],
  })),
  ...[0, 1, true, false, ['success'], { status: 'success' }].map((value) => ({
    value,
    clauses: ['ack.request.status-values', 'ack.request.status-values-400'],
  })),
  ...['SUCCESS', 'Success', '', null].map((value) => ({ value, clauses: ['ack.request.status-variants'] })),
];

const badStatuses = statuses.map(({ value, clauses }) =>
  scenario({
    id: `acknowledge/status/${JSON.stringify(value)}`,
    title: `Status ${JSON.stringify(value)} is none of the two.`,
    clauses,
    seconds: 15,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(4);
      const batch = await group.first({ max_msgs: 1 });
      await group.acknowledge(batch.delivered.map(({ handler }) => ({ handler, status: value })));
      const control = await group.first({ max_msgs: 2 });
      await group.acknowledge(entries(control.delivered));
      await group.untilBack(batch.delivered, batch);
    },
  }),
);

/** What stands before it may count (C4), but neither it nor what stands behind it. */
const badStatusBehind = ['failure', 'ok'].map((status) =>
  scenario({
    id: `acknowledge/status/behind-a-success/${status}`,
    title: `Status ${status} behind a success is none of the two.`,
    clauses: ['ack.request.status-values'],
    seconds: 15,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(6);
      const batch = await group.batchOf(3);
      await group.acknowledge(
        batch.delivered.map(({ handler }, index) => ({ handler, status: index === 1 ? status : 'success' })),
      );
      const control = await group.first({ max_msgs: 2 });
      await group.acknowledge(entries(control.delivered));
      await group.untilBack(batch.delivered, batch);
    },
  }),
);

type Raw = (batch: Batch) => string | Buffer;
const handlerOf = (batch: Batch): string => JSON.stringify(batch.delivered[0]?.handler);

/** Requests that lack what the tables call mandatory, and others that only look odd. */
const malformed: readonly { readonly name: string; readonly clauses: readonly string[]; readonly body: Raw }[] = [
  {
    name: 'handler-missing',
    clauses: ['ack.request.handler-required'],
    body: () => '{"message":[{"status":"success"}]}',
  },
  {
    name: 'handler-missing-in-one',
    clauses: ['ack.request.handler-required'],
    body: (batch) => `{"message":[{"handler":${handlerOf(batch)},"status":"success"},{"status":"success"}]}`,
  },
  {
    name: 'handler-null',
    clauses: ['ack.request.handler-type'],
    body: () => '{"message":[{"handler":null,"status":"success"}]}',
  },
  {
    name: 'handler-number',
    clauses: ['ack.request.handler-type'],
    body: () => '{"message":[{"handler":1,"status":"success"}]}',
  },
  {
    name: 'handler-array',
    clauses: ['ack.request.handler-type'],
    body: (batch) => `{"message":[{"handler":[${handlerOf(batch)}],"status":"success"}]}`,
  },
  { name: 'message-missing', clauses: ['ack.request.message-required'], body: () => '{}' },
  {
    name: 'messages',
    clauses: ['ack.request.message-required'],
    body: (batch) => `{"messages":[{"handler":${handlerOf(batch)},"status":"success"}]}`,
  },
  {
    name: 'message-object',
    clauses: ['ack.request.message-required'],
    body: (batch) => `{"message":{"handler":${handlerOf(batch)},"status":"success"}}`,
  },
  { name: 'message-null', clauses: ['ack.request.message-required'], body: () => '{"message":null}' },
  {
    name: 'message-string',
    clauses: ['ack.request.message-required'],
    body: (batch) => `{"message":${handlerOf(batch)}}`,
  },
  {
    name: 'array',
    clauses: ['ack.request.message-required'],
    body: (batch) => `[{"handler":${handlerOf(batch)},"status":"success"}]`,
  },
  { name: 'null', clauses: ['ack.request.message-required'], body: () => 'null' },
  { name: 'empty-body', clauses: ['ack.request.json'], body: () => '' },
  { name: 'no-json', clauses: ['ack.request.json'], body: () => 'message=success' },
  {
    name: 'cut-off',
    clauses: ['ack.request.json'],
    body: (batch) => `{"message":[{"handler":${handlerOf(batch)},"status":"succ`,
  },
  {
    name: 'trailing',
    clauses: ['ack.request.json'],
    body: (batch) => `{"message":[{"handler":${handlerOf(batch)},"status":"success"}]}}`,
  },
  {
    name: 'not-utf8',
    clauses: ['ack.request.json'],
    body: () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31]),
  },
  { name: 'empty-array', clauses: ['ack.request.empty-array'], body: () => '{"message":[]}' },
];

const malformedRequests = malformed.map(({ name, clauses, body }) =>
  scenario({
    id: `acknowledge/request/${name}`,
    title: 'A request that lacks what is mandatory is rejected and settles nothing.',
    clauses: [...clauses, ...(clauses[0] === 'ack.request.empty-array' ? [] : ['http.error-body.object'])],
    seconds: 15,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(4);
      const batch = await group.first({ max_msgs: 1 });
      await group.acknowledgeRaw(body(batch));
      const control = await group.first({ max_msgs: 2 });
      await group.acknowledge(entries(control.delivered));
      await group.untilBack(batch.delivered, batch);
    },
  }),
);

const refusedSettlesNothing = bothModes.map((mode) =>
  scenario({
    id: `acknowledge/refused/${mode}`,
    title: 'An acknowledgement that is refused settles nothing: what it named comes back.',
    clauses: ['ack.refused.settles-nothing', 'ack.refused.leases', 'ack.refused.error-code'],
    seconds: 15,
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(3);
      const batch = await group.first();
      // Refused by every endpoint that keeps I2: a status that nobody may take for success.
      await group.acknowledge(entries(batch.delivered, 'failure'));
      await group.untilBack(batch.delivered, batch);
    },
  }),
);

const moreThanTen = scenario({
  id: 'acknowledge/request/more-than-ten',
  title: 'Whether more than ten entries are accepted is left to the endpoint.',
  clauses: ['ack.request.more-than-ten'],
  seconds: 25,
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(2);
    const batch = await group.first();
    const invented = Array.from({ length: 11 }, (_, index): Entry => ({
      handler: `invented-${index}`,
      status: SUCCESS,
    }));
    await group.outcome(batch, await group.acknowledge([...entries(batch.delivered), ...invented]));
  },
});

/** Header fields of the acknowledgement. */
const types: readonly { readonly type: string | undefined; readonly clause: string }[] = [
  { type: 'application/json', clause: 'ack.request.content-type' },
  { type: 'application/json; charset=utf-8', clause: 'ack.request.content-type-variants' },
  { type: 'application/json;charset=UTF-8', clause: 'ack.request.content-type-variants' },
  { type: 'Application/JSON', clause: 'ack.request.content-type-variants' },
  { type: 'text/plain', clause: 'ack.request.content-type-missing' },
  { type: undefined, clause: 'ack.request.content-type-missing' },
];

const contentTypes = types.map(({ type, clause }) =>
  scenario({
    id: `acknowledge/content-type/${type ?? 'none'}`,
    title: `An acknowledgement sent ${type === undefined ? 'without a content type' : `as ${type}`} is understood, as far as the manual says so.`,
    clauses: [clause],
    seconds: 1,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.first();
      await group.acknowledge(entries(batch.delivered), {
        headers: type === undefined ? {} : { 'content-type': type },
      });
      const rest = await group.consume({ time_wait: 1, ack_wait: 15 });
      await group.acknowledge(entries(rest.delivered));
    },
  }),
);

const extraMembers = scenario({
  id: 'acknowledge/request/extra-members',
  title: 'Whether unknown members are accepted is left to the endpoint.',
  clauses: ['ack.request.extra-members'],
  seconds: 1,
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(2);
    const batch = await group.first();
    await group.acknowledge(batch.delivered.map(({ handler }) => ({ handler, status: SUCCESS, colour: 'blue' })));
    const rest = await group.consume({ time_wait: 1, ack_wait: 15 });
    await group.acknowledge(entries(rest.delivered));
  },
});

export const chapter: Chapter = {
  name: 'acknowledge',
  scenarios: [
    ...counted,
    answer,
    omitted,
    ...omittedBeside,
    ...badStatuses,
    ...badStatusBehind,
    ...malformedRequests,
    ...refusedSettlesNothing,
    moreThanTen,
    ...contentTypes,
    extraMembers,
  ],
};
