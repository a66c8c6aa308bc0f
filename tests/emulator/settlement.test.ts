import { expect, test } from 'vitest';
import { start, withDeadLetters, type Entry } from './client.ts';

const unknownHandler = { status: 400, code: '10542209' };

// Entries of an acknowledgement of a batch of three, by place in the batch; `-` marks a failed one.
test.for([
  // the whole batch, in order
  ['0 1 2', 3, 0, []],
  ['0 -1 2', 1, 2, [1, 2]],
  ['-0 1 2', 0, 3, [0, 1, 2]],
  ['-0 -1 -2', 0, 3, [0, 1, 2]],
  ['0 1 -2', 2, 1, [2]],
  // its beginning: the rest has failed, but only what was sent is counted
  ['0', 1, 0, [1, 2]],
  ['0 1', 2, 0, [2]],
  ['-0', 0, 1, [0, 1, 2]],
  // a gap ends the check
  ['1', 0, 1, [0, 1, 2]],
  ['0 2', 1, 1, [1, 2]],
  ['1 2', 0, 2, [0, 1, 2]],
  // so does a wrong order
  ['1 0', 0, 2, [0, 1, 2]],
  ['0 2 1', 1, 2, [1, 2]],
  ['2 1 0', 0, 3, [0, 1, 2]],
] as const)(
  'acknowledging %s of a batch of three gives success %i, fail %i, and %o back at once',
  async ([entries, success, fail, back]) => {
    const client = await start();
    const { group, dead } = await withDeadLetters(client, 0, 1, 2);
    const { handlers } = await dead.consume('ack_wait=300');
    const reply = await dead.acknowledge(
      entries.split(' ').map((entry): Entry => {
        const handler = handlers[Math.abs(Number(entry))]!;
        return { handler, status: entry.startsWith('-') ? 'fail' : 'success' };
      }),
    );
    expect(reply).toMatchObject({ status: 200, counts: { success, fail } });
    expect(await group.counters()).toMatchObject({ available_deadletters: back.length });
    const next = dead.consume('time_wait=1');
    if (back.length === 0) {
      await client.parked(1);
      await client.advance(1);
    }
    expect((await next).bodies).toEqual(back);
  },
);

test('acknowledged messages do not come back when their lease would have ended', async () => {
  const client = await start();
  const { dead } = await withDeadLetters(client, 'one', 'two');
  await dead.acknowledge((await dead.consume('ack_wait=15')).handlers);
  const poll = dead.consume('time_wait=60');
  await client.parked(1);
  await client.advance(60);
  expect((await poll).text).toBe('[]');
});

test('an entry without status counts as success', async () => {
  const { dead } = await withDeadLetters(await start(), 'one');
  const [handler] = (await dead.consume()).handlers;
  expect(await dead.acknowledge([{ handler }])).toMatchObject({ counts: { success: 1, fail: 0 } });
});

test('the rest of a batch cannot be acknowledged after its beginning was', async () => {
  const { dead } = await withDeadLetters(await start(), 0, 1);
  const { handlers } = await dead.consume();
  await dead.acknowledge(handlers.slice(0, 1));
  expect(await dead.acknowledge(handlers.slice(1))).toMatchObject(unknownHandler);
  expect((await dead.consume()).bodies).toEqual([1]);
});

test.for([
  ['success', 0],
  ['fail', 1],
] as const)('a handler acknowledged as %s cannot be used again', async ([status, back]) => {
  const { group, dead } = await withDeadLetters(await start(), 'one');
  const [handler] = (await dead.consume()).handlers;
  await dead.acknowledge([{ handler, status }]);
  expect(await dead.acknowledge([handler!])).toMatchObject(unknownHandler);
  expect(await group.counters()).toMatchObject({ available_deadletters: back });
});

test('two batches can be acknowledged in either order, each by a request of its own', async () => {
  const { dead } = await withDeadLetters(await start(), 0, 1);
  const first = await dead.consume('max_msgs=1');
  const second = await dead.consume('max_msgs=1');
  expect(await dead.acknowledge(second.handlers)).toMatchObject({ counts: { success: 1, fail: 0 } });
  expect(await dead.acknowledge(first.handlers)).toMatchObject({ counts: { success: 1, fail: 0 } });
});

interface Handlers {
  readonly batch: readonly string[];
  readonly otherBatch: string;
  readonly normal: string;
}

const refusals: readonly [what: string, code: string, entries: (handlers: Handlers) => readonly Entry[]][] = [
  ['an invented handler', '10542209', () => ['bm9uZQ==']],
  ['an empty handler', '10542209', () => ['']],
  ['a valid and an invented handler', '10542209', ({ batch }) => [batch[0]!, 'bm9uZQ==']],
  ['the same handler twice', '10542209', ({ batch }) => [batch[0]!, batch[0]!]],
  ['handlers of two batches', '10542205', ({ batch, otherBatch }) => [...batch, otherBatch]],
  ['the handler of a normal message', '10542205', ({ normal }) => [normal]],
  ['no entries', '10540001', () => []],
  ['an entry without handler', '10540001', ({ batch }) => [batch[0]!, { status: 'success' }]],
  ['a handler that is null', '10540001', () => [{ handler: null }]],
  ['a handler that is a number', '10540001', () => [{ handler: 7 }]],
  ...['failure', 'FAIL', 'SUCCESS', '', null, 1, true].map((status): (typeof refusals)[number] => [
    `the status ${JSON.stringify(status)}`,
    '10540003',
    ({ batch }) => [{ handler: batch[0], status }],
  ]),
  [
    'more entries than a batch can have',
    '10542209',
    ({ batch }) => Array.from({ length: 11 }, (_, index) => batch[index % 2]!),
  ],
];

test.for(refusals)('an acknowledgement with %s is refused and changes nothing', async ([, code, entries]) => {
  const client = await start();
  const { queue, dead, group } = await withDeadLetters(client, 0, 1, 2);
  const { handlers: batch } = await dead.consume('max_msgs=2');
  const { handlers: otherBatch } = await dead.consume();
  await queue.send({ body: 'normal' });
  const { handlers: normal } = await group.normal.consume();
  const reply = await dead.acknowledge(entries({ batch, otherBatch: otherBatch[0]!, normal: normal[0]! }));
  expect(reply).toMatchObject({ status: 400, code });
  // still leased, and still valid
  const poll = dead.consume();
  await client.parked(1);
  await client.advance(3);
  expect((await poll).text).toBe('[]');
  expect(await dead.acknowledge(batch)).toMatchObject({ counts: { success: 2, fail: 0 } });
});

test.for([
  ['not JSON', '{"message":[', '10540012'],
  ['empty', '', '10540012'],
  ['null', 'null', '10540001'],
  ['an array', '[]', '10540001'],
  ['without message', '{}', '10540001'],
  ['with messages instead', '{"messages":[{"handler":"x"}]}', '10540001'],
  ['with message not an array', '{"message":{"handler":"x"}}', '10540001'],
  ['with an entry that is no object', '{"message":["x"]}', '10540001'],
  ['with an entry nested very deep', `{"message":[${'['.repeat(500_000)}${']'.repeat(500_000)}]}`, '10540001'],
  ['hidden in a prototype', '{"__proto__":{"message":[{"handler":"x"}]}}', '10540001'],
] as const)('an acknowledgement whose body is %s is refused', async ([, body, code]) => {
  const client = await start();
  const { dead } = await withDeadLetters(client);
  expect(await client.call('POST', dead.ackPath, { body })).toMatchObject({ status: 400, code });
});

test('members that are not known are ignored', async () => {
  const client = await start();
  const { dead } = await withDeadLetters(client, 'one');
  const [handler] = (await dead.consume()).handlers;
  const json = { message: [{ handler, status: 'success', note: 1 }], extra: true };
  expect((await client.call('POST', dead.ackPath, { json })).text).toBe('{"success":1,"fail":0}');
});

test('a handler is refused through another group and another queue, and stays valid', async () => {
  const client = await start();
  const { queue, dead, group } = await withDeadLetters(client, 'one');
  const { handlers } = await dead.consume();
  const otherGroup = await queue.createGroup();
  const otherQueue = await (await client.createQueue()).createGroup();
  for (const other of [otherGroup, otherQueue]) {
    expect(await other.dead.acknowledge(handlers)).toMatchObject({ status: 400, code: '10540004' });
  }
  expect(await group.normal.acknowledge(handlers)).toMatchObject({ status: 400, code: '10542205' });
  expect(await dead.acknowledge(handlers)).toMatchObject({ counts: { success: 1, fail: 0 } });
});
