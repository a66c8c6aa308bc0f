import { expect, test } from 'vitest';
import { failed, start, withDeadLetters } from './client.ts';

const unknownHandler = { status: 400, code: '10542209' };

test('a lease starts when a long poll is answered, not when it arrived', async () => {
  const client = await start();
  const { queue, group, dead } = await withDeadLetters(client);
  const poll = dead.consume('time_wait=60&ack_wait=15');
  await client.parked(1);
  await client.advance(50);
  await queue.send({ body: 'one' });
  await group.normal.acknowledge(failed((await group.normal.consume()).handlers));
  const { handlers } = await poll;
  await client.advance(14.999);
  expect(await dead.acknowledge(handlers)).toMatchObject({ counts: { success: 1, fail: 0 } });
});

test.for([15, 30, 61, 300])(
  'with ack_wait %i an acknowledgement is valid until just before that, and too late then',
  async (ackWait) => {
    const client = await start();
    const { dead } = await withDeadLetters(client, 'early', 'late');
    const early = await dead.consume(`max_msgs=1&ack_wait=${ackWait}`);
    const late = await dead.consume(`max_msgs=1&ack_wait=${ackWait}`);
    await client.advance(ackWait - 0.001);
    expect(await dead.acknowledge(early.handlers)).toMatchObject({ counts: { success: 1, fail: 0 } });
    await client.advance(0.001);
    expect(await dead.acknowledge(late.handlers)).toMatchObject(unknownHandler);
    expect((await dead.consume()).bodies).toEqual(['late']);
  },
);

test('the handler of an earlier delivery does not acknowledge a later one', async () => {
  const client = await start();
  const { dead } = await withDeadLetters(client, 'one');
  const first = await dead.consume('ack_wait=15');
  await client.advance(15);
  const second = await dead.consume();
  expect(second.handlers).not.toEqual(first.handlers);
  expect(await dead.acknowledge(first.handlers)).toMatchObject(unknownHandler);
  expect(await dead.acknowledge(second.handlers)).toMatchObject({ counts: { success: 1, fail: 0 } });
});

test('handlers are unique and not empty', async () => {
  const { dead } = await withDeadLetters(await start(), ...Array.from({ length: 10 }, (_, index) => index));
  const seen = new Set<string>();
  for (let round = 0; round < 3; round++) {
    const { handlers } = await dead.consume();
    for (const handler of handlers) seen.add(handler);
    await dead.acknowledge(failed(handlers));
  }
  expect(seen.size).toBe(30);
  expect(seen).not.toContain('');
});

test('each batch has a lease of its own', async () => {
  const client = await start();
  const { dead } = await withDeadLetters(client, 'long', 'short');
  const long = await dead.consume('max_msgs=1&ack_wait=20');
  await dead.consume('max_msgs=1&ack_wait=15');
  await client.advance(15);
  expect((await dead.consume('ack_wait=300')).bodies).toEqual(['short']);
  expect(await dead.acknowledge(long.handlers)).toMatchObject({ counts: { success: 1, fail: 0 } });
});

test('under the wall clock a long poll ends on time', async () => {
  const { dead } = await withDeadLetters(await start({ clock: 'wall' }));
  const sent = performance.now();
  expect((await dead.consume('time_wait=1')).text).toBe('[]');
  expect(performance.now() - sent).toSatisfy((ms: number) => ms >= 999 && ms < 2000);
});
