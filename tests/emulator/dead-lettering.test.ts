import { expect, test } from 'vitest';
import { arrangeDeadLetters, failed, start, withDeadLetters } from './client.ts';

test('a message becomes a dead letter with its Nth failed confirmation, not before', async () => {
  const queue = await (await start()).createQueue({ max_consume_count: 3 });
  const group = await queue.createGroup();
  await queue.send({ body: 'one', attributes: { colour: 'red' } });
  for (const failures of [1, 2]) {
    await group.normal.acknowledge(failed((await group.normal.consume()).handlers));
    expect(await group.counters(), `after ${failures} failures`).toMatchObject({ produced_deadletters: 0 });
  }
  await group.normal.acknowledge(failed((await group.normal.consume()).handlers));
  expect(await group.counters()).toMatchObject({
    available_messages: 0,
    produced_deadletters: 1,
    available_deadletters: 1,
  });
  expect((await group.dead.consume()).messages).toEqual([{ body: 'one', attributes: { colour: 'red' } }]);
});

test('a lease that ends without acknowledgement is a failed confirmation', async () => {
  const client = await start();
  const queue = await client.createQueue();
  const group = await queue.createGroup();
  await queue.send({ body: 'one' });
  await group.normal.consume('ack_wait=15');
  await client.advance(14.999);
  expect(await group.counters()).toMatchObject({ produced_deadletters: 0 });
  await client.advance(0.001);
  expect((await group.dead.consume()).bodies).toEqual(['one']);
});

test('what follows the first failure of a batch becomes a dead letter too', async () => {
  const queue = await (await start()).createQueue();
  const group = await queue.createGroup();
  await queue.send({ body: 0 }, { body: 1 }, { body: 2 });
  const { handlers } = await group.normal.consume();
  await group.normal.acknowledge([handlers[0]!, ...failed(handlers.slice(1, 2))]);
  expect((await group.dead.consume()).bodies).toEqual([1, 2]);
});

test('dead letters belong to the group that produced them', async () => {
  const client = await start();
  const queue = await client.createQueue();
  const first = await queue.createGroup();
  const second = await queue.createGroup();
  await arrangeDeadLetters(queue, first, 'one');
  expect(await second.counters()).toMatchObject({ available_messages: 1, available_deadletters: 0 });
  const poll = second.dead.consume();
  await client.parked(1);
  await client.advance(3);
  expect((await poll).text).toBe('[]');
  expect((await second.normal.consume()).bodies).toEqual(['one']);
  expect((await first.dead.consume()).bodies).toEqual(['one']);
});

test('a dead letter stays one, however often it fails', async () => {
  const { group, dead } = await withDeadLetters(await start(), 'one');
  for (let round = 0; round < 5; round++) {
    const { bodies, handlers } = await dead.consume();
    expect(bodies).toEqual(['one']);
    await dead.acknowledge(failed(handlers));
  }
  expect(await group.counters()).toMatchObject({ produced_deadletters: 1, available_deadletters: 1 });
});

test('a dead letter is deleted 72 hours after it became one, whatever happened to it meanwhile', async () => {
  const client = await start();
  const { group, dead } = await withDeadLetters(client, 'failed', 'in flight', 'untouched');
  await client.advance(71 * 3600);
  await dead.acknowledge(failed((await dead.consume('max_msgs=1')).handlers));
  await client.advance(3600 - 10);
  const inFlight = await dead.consume('max_msgs=2');
  expect(inFlight.bodies).toEqual(['failed', 'in flight']);
  await client.advance(9.999);
  expect(await group.counters()).toMatchObject({ available_deadletters: 3 });
  await client.advance(0.001);
  expect(await group.counters()).toMatchObject({ available_deadletters: 0 });
  // what was in flight can still be acknowledged, and does not come back when it is not
  expect(await dead.acknowledge(inFlight.handlers.slice(0, 1))).toMatchObject({ counts: { success: 1, fail: 0 } });
  expect(await group.counters()).toMatchObject({ available_deadletters: 0 });
  const poll = dead.consume('time_wait=60');
  await client.parked(1);
  await client.advance(60);
  expect((await poll).text).toBe('[]');
});

test('deleting a group deletes its dead letters, and a new group of the same name has none', async () => {
  const client = await start();
  const queue = await client.createQueue();
  const old = await queue.createGroup('same');
  await arrangeDeadLetters(queue, old, 'one');
  const { handlers } = await old.dead.consume();
  expect((await client.call('DELETE', old.path)).status).toBe(204);
  expect(await old.dead.consume()).toMatchObject({ status: 404, code: '10240405' });
  expect(await old.dead.acknowledge(handlers)).toMatchObject({ status: 404, code: '10240405' });
  const created = await queue.createGroup('same');
  expect(await created.counters()).toMatchObject({ produced_deadletters: 0, available_messages: 0 });
  expect(await created.dead.acknowledge(handlers)).toMatchObject({ status: 400, code: '10542209' });
});

test('a queue without redrive gives failed messages back and answers a dead letter consume with [] after the wait', async () => {
  const client = await start();
  const queue = await client.createQueue({ redrive_policy: 'disable' });
  const group = await queue.createGroup();
  await queue.send({ body: 'one' });
  for (let round = 0; round < 3; round++) {
    const { bodies, handlers } = await group.normal.consume();
    expect(bodies).toEqual(['one']);
    await group.normal.acknowledge(failed(handlers));
  }
  const poll = group.dead.consume();
  await client.parked(1);
  await client.advance(3);
  expect(await poll).toMatchObject({ status: 200, text: '[]' });
});

test.for(['KAFKA_HA', 'KAFKA_HT'])('a %s queue has messages but refuses both dead letter calls', async (queue_mode) => {
  const queue = await (await start()).createQueue({ queue_mode });
  const group = await queue.createGroup();
  await queue.send({ body: 'one' });
  const { bodies, handlers } = await group.normal.consume();
  expect(bodies).toEqual(['one']);
  expect((await group.dead.consume()).status).toBe(400);
  expect((await group.dead.acknowledge(handlers)).status).toBe(400);
  expect(await group.normal.acknowledge(handlers)).toMatchObject({ counts: { success: 1, fail: 0 } });
});

test('the counters follow a message from sending to its end', async () => {
  const queue = await (await start()).createQueue();
  const group = await queue.createGroup();
  const normal = { produced_messages: 1, consumed_messages: 0, available_messages: 1 };
  const consumed = { produced_messages: 1, consumed_messages: 1, available_messages: 0 };
  await queue.send({ body: 'one' });
  expect(await group.counters()).toMatchObject({ ...normal, produced_deadletters: 0, available_deadletters: 0 });
  const { handlers } = await group.normal.consume();
  expect(await group.counters()).toMatchObject({ ...normal, produced_deadletters: 0, available_deadletters: 0 });
  await group.normal.acknowledge(failed(handlers));
  expect(await group.counters()).toMatchObject({ ...consumed, produced_deadletters: 1, available_deadletters: 1 });
  await group.dead.acknowledge((await group.dead.consume()).handlers);
  expect(await group.counters()).toMatchObject({ ...consumed, produced_deadletters: 1, available_deadletters: 0 });
});
