import { expect, test } from 'vitest';
import { documented, type Behaviour } from '../../src/emulator/emulator.ts';
import { documentedRanges, readConsumeWithin } from '../../src/emulator/requests.ts';
import { gone } from '../../src/emulator/settlement.ts';
import { arrangeDeadLetters, failed, start, withDeadLetters, type Client } from './client.ts';

// Each fault is a few lines over the documented behaviour, and shows where it should and nowhere else.

async function faulty(behaviour: Partial<Behaviour>, ...bodies: readonly unknown[]) {
  const client = await start({ behaviour: () => behaviour });
  return { client, ...(await withDeadLetters(client, ...bodies)) };
}

async function consumeNothing(client: Client, consume: () => Promise<{ readonly text: string }>): Promise<string> {
  const poll = consume();
  await client.parked(1);
  await client.advance(60);
  return (await poll).text;
}

test('max_msgs 11 accepted', async () => {
  const ranges = { ...documentedRanges, max_msgs: { ...documentedRanges.max_msgs, most: 11 } };
  const { dead } = await faulty({ readConsume: (query) => readConsumeWithin(ranges, query) }, 1);
  expect((await dead.consume('max_msgs=11')).status).toBe(200);
  expect((await dead.consume('max_msgs=12')).status).toBe(400);
});

test('time_wait ignored', async () => {
  const { dead } = await faulty({ waitMs: () => 0 });
  expect((await dead.consume('time_wait=60')).text).toBe('[]');
});

test('long polls not woken', async () => {
  const { client, queue, group, dead } = await faulty({ wakesPoll: () => false });
  const poll = dead.consume('time_wait=60');
  await client.parked(1);
  await arrangeDeadLetters(queue, group, 'one');
  expect((await client.advance(59)).waiting).toBe(1);
  expect((await client.advance(1)).waiting).toBe(0);
  expect((await poll).bodies).toEqual(['one']);
});

test('time_wait waited out although something is there', async () => {
  const { client, dead } = await faulty(
    { waitMs: ({ timeWaitSeconds }, _available, { kind }) => (kind === 'deadletter' ? timeWaitSeconds * 1000 : 0) },
    'one',
  );
  const poll = dead.consume('time_wait=10');
  await client.parked(1);
  await client.advance(10);
  expect((await poll).bodies).toEqual(['one']);
});

test('lease half as long', async () => {
  const { client, dead } = await faulty({ leaseMs: (...given) => documented.leaseMs(...given) / 2 }, 'one');
  await dead.consume('ack_wait=30');
  await client.advance(15);
  expect((await dead.consume()).bodies).toEqual(['one']);
});

test('leases of no length', async () => {
  const { dead } = await faulty({ leaseMs: (_parameters, kind) => (kind === 'deadletter' ? 0 : 30_000) }, 'one');
  expect((await dead.consume()).bodies).toEqual(['one']);
  expect((await dead.consume()).bodies).toEqual(['one']);
});

test('never redelivered', async () => {
  const { client, dead } = await faulty(
    { fateAtLeaseEnd: (delivery, kind) => (kind === 'deadletter' ? gone : documented.fateAtLeaseEnd(delivery, kind)) },
    'one',
  );
  await dead.consume('ack_wait=15');
  await client.advance(15);
  expect(await consumeNothing(client, () => dead.consume('time_wait=60'))).toBe('[]');
});

test('redelivered late', async () => {
  const { client, dead } = await faulty({ fateAtLeaseEnd: () => ({ fate: 'back', inMs: 20_000 }) }, 'one');
  await dead.consume('ack_wait=15');
  const poll = dead.consume('time_wait=60');
  await client.parked(1);
  expect((await client.advance(34.999)).waiting).toBe(1);
  await client.advance(0.001);
  expect((await poll).bodies).toEqual(['one']);
});

test('late and repeated acknowledgements accepted', async () => {
  const { client, group, dead } = await faulty(
    {
      endedKept: () => 1000,
      checkHandler: (delivery, place) => (delivery ? undefined : documented.checkHandler(delivery, place)),
      settle: (entries, kind) =>
        kind === 'normal'
          ? documented.settle(entries, kind)
          : { success: entries.length, fail: 0, fates: new Map(entries.map(({ delivery }) => [delivery, gone])) },
    },
    'one',
  );
  const { handlers } = await dead.consume('ack_wait=15');
  await client.advance(15);
  const later = await dead.consume();
  expect(await dead.acknowledge(handlers)).toMatchObject({ counts: { success: 1 } });
  expect(await group.counters()).toMatchObject({ available_deadletters: 0 });
  expect(await dead.acknowledge(handlers)).toMatchObject({ counts: { success: 1 } });
  expect(await dead.acknowledge(later.handlers)).toMatchObject({ counts: { success: 1 } });
});

test('counts swapped', async () => {
  const { dead } = await faulty(
    {
      writeAcknowledged: ({ success, fail }, kind) =>
        documented.writeAcknowledged({ success: fail, fail: success }, kind),
    },
    'one',
  );
  expect((await dead.acknowledge((await dead.consume()).handlers)).counts).toEqual({ success: 0, fail: 1 });
});

test('gap accepted', async () => {
  const { dead } = await faulty(
    {
      settle: (entries, kind) => {
        if (kind === 'normal') return documented.settle(entries, kind);
        const fates = new Map(entries.map(({ delivery }) => [delivery, gone]));
        return { success: entries.length, fail: 0, fates };
      },
    },
    0,
    1,
    2,
  );
  const { handlers } = await dead.consume();
  expect((await dead.acknowledge([handlers[0]!, handlers[2]!])).counts).toEqual({ success: 2, fail: 0 });
  expect((await dead.acknowledge([handlers[1]!])).counts).toEqual({ success: 1, fail: 0 });
});

test('acknowledged message comes back', async () => {
  const { dead } = await faulty(
    {
      settle: (entries, kind) => {
        const settled = documented.settle(entries, kind);
        if ('reason' in settled) return settled;
        return {
          ...settled,
          fates: new Map([...settled.fates.keys()].map((delivery) => [delivery, { fate: 'back', inMs: 0 }])),
        };
      },
    },
    'one',
  );
  expect((await dead.acknowledge((await dead.consume()).handlers)).counts).toEqual({ success: 1, fail: 0 });
  expect((await dead.consume()).bodies).toEqual(['one']);
});

test('one message in eleven lost', async () => {
  const { dead } = await faulty(
    {
      select: (ready, parameters, store) =>
        documented
          .select(ready, parameters, store)
          .filter(({ message }) => store.kind === 'normal' || message.number % 11 !== 10),
    },
    ...Array.from({ length: 12 }, (_, index) => index),
  );
  expect((await dead.consume()).bodies).toHaveLength(10);
  expect((await dead.consume()).bodies).toEqual([11]);
});

test('other groups see the dead letters', async () => {
  const client = await start({ behaviour: () => ({ deadLetterOwners: ({ queue }) => [...queue.groups.values()] }) });
  const { queue, group } = await withDeadLetters(client);
  const other = await queue.createGroup('other');
  await arrangeDeadLetters(queue, group, 'one');
  const { bodies, handlers } = await other.dead.consume();
  expect(bodies).toEqual(['one']);
  expect(await other.dead.acknowledge(handlers)).toMatchObject({ counts: { success: 1 } });
  expect((await group.dead.consume()).bodies).toEqual(['one']);
});

test('204 for empty', async () => {
  const { client, dead } = await faulty({
    writeConsumed: (deliveries, kind) =>
      deliveries.length === 0 ? { status: 204, headers: {}, body: '' } : documented.writeConsumed(deliveries, kind),
  });
  const poll = dead.consume('time_wait=1');
  await client.parked(1);
  await client.advance(1);
  expect(await poll).toMatchObject({ status: 204, text: '' });
});

test('string bodies parsed as JSON', async () => {
  const { dead } = await faulty(
    {
      writeConsumed: (deliveries, kind) => {
        const answer = documented.writeConsumed(deliveries, kind);
        return {
          ...answer,
          body: String(answer.body).replace(/"body":("(?:[^"\\]|\\.)*")/g, (_, text) => `"body":${JSON.parse(text)}`),
        };
      },
    },
    '{"a":1}',
  );
  expect((await dead.consume()).bodies).toEqual([{ a: 1 }]);
});

test('failing prolongs the retention', async () => {
  const { client, group, dead } = await faulty({ retentionMs: () => 72 * 3_600_000 }, 'one');
  await client.advance(71 * 3600);
  await dead.acknowledge(failed((await dead.consume()).handlers));
  await client.advance(2 * 3600);
  expect(await group.counters()).toMatchObject({ available_deadletters: 1 });
});
