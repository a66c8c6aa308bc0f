import { expect, test } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { start, withDeadLetters } from './client.ts';

test('controlled time stands still until it is told to move, by fractions too', async () => {
  const client = await start();
  const read = async () => JSON.parse((await client.call('GET', '/clock')).text) as unknown;
  expect(await read()).toEqual({ now: 0, waiting: 0 });
  expect(await client.advance(0.25)).toEqual({ now: 0.25, waiting: 0 });
  expect(await client.advance(2)).toEqual({ now: 2.25, waiting: 0 });
  expect(await client.advance(0)).toEqual({ now: 2.25, waiting: 0 });
  expect(await read()).toEqual({ now: 2.25, waiting: 0 });
});

test('one long advance does what many short ones do, in the order in which it falls due', async () => {
  const client = await start();
  const { dead } = await withDeadLetters(client, 'one');
  await dead.consume('ack_wait=15');
  const empty = dead.consume('time_wait=10');
  await client.parked(1);
  const served = dead.consume('time_wait=16&ack_wait=20');
  await client.parked(2);
  // at 10 s the first poll ends, at 15 s the lease, which serves the second poll, whose lease ends at 35 s
  expect(await client.advance(34.999)).toEqual({ now: 34.999, waiting: 0 });
  expect((await empty).bodies).toEqual([]);
  const { handlers } = await served;
  expect(await dead.acknowledge(handlers)).toMatchObject({ counts: { success: 1, fail: 0 } });
});

test('the answer to what fell due is on its way before the hook answers', async () => {
  const client = await start();
  const { dead } = await withDeadLetters(client);
  const events: string[] = [];
  const poll = dead.consume('time_wait=1').then(() => events.push('poll'));
  await client.parked(1);
  const moved = client.advance(1).then(() => events.push('hook'));
  await Promise.all([poll, moved]);
  expect(events).toEqual(['poll', 'hook']);
});

test.for(['{"advance":-1}', '{"advance":"1"}', '{"advance":null}', '{"advance":1e999}', '{}', '[]', '', 'x'])(
  'the hook refuses %s and time stands still',
  async (body) => {
    const client = await start();
    expect((await client.call('POST', '/clock', { body })).status).toBe(400);
    expect((await client.advance(0)).now).toBe(0);
  },
);

test('the hook takes no other methods', async () => {
  const { status, headers } = await (await start()).call('DELETE', '/clock');
  expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'GET, POST' });
});

test('under the wall clock there is no hook', async () => {
  await using stack = new AsyncDisposableStack();
  const emulator = await startEmulator();
  stack.defer(() => emulator.close());
  expect(emulator.clockUrl).toBeUndefined();
  expect((await fetch(`${emulator.url}/clock`)).status).toBe(404);
});
