import { expect, test } from 'vitest';
import { start, withDeadLetters } from './client.ts';

test.for([
  // max_msgs: both ends, their neighbours, and what is no integer
  ['max_msgs=1', 200, undefined],
  ['max_msgs=10', 200, undefined],
  ['max_msgs=0', 400, '10540014'],
  ['max_msgs=11', 400, '10240014'],
  ['max_msgs=99999999999999999999', 400, '10240014'],
  ['max_msgs=-1', 400, '10540014'],
  ['max_msgs=abc', 400, '10540014'],
  ['max_msgs=1.5', 400, '10540014'],
  // time_wait
  ['time_wait=1', 200, undefined],
  ['time_wait=60', 200, undefined],
  ['time_wait=0', 400, '10240021'],
  ['time_wait=61', 400, '10240021'],
  ['time_wait=-1', 400, '10240021'],
  ['time_wait=3s', 400, '10540014'],
  ['time_wait=+5', 400, '10540014'],
  ['time_wait=05', 400, '10540014'],
  ['time_wait=1e1', 400, '10540014'],
  // ack_wait
  ['ack_wait=15', 200, undefined],
  ['ack_wait=300', 200, undefined],
  ['ack_wait=14', 400, '10542206'],
  ['ack_wait=301', 400, '10542206'],
  ['ack_wait=-30', 400, '10542206'],
  ['ack_wait=30s', 400, '10540014'],
  // empty and absent stand for the default
  ['', 200, undefined],
  ['max_msgs=', 200, undefined],
  ['time_wait=', 200, undefined],
  ['ack_wait=', 200, undefined],
  ['ack_wait', 200, undefined],
  ['max_msgs=&time_wait=&ack_wait=', 200, undefined],
  // the query string itself
  ['max_msgs=1&max_msgs=1', 400, '10540014'],
  ['max_msgs=&max_msgs=1', 400, '10540014'],
  ['foo=1', 400, '10540014'],
  ['MAX_MSGS=1', 400, '10540014'],
  ['max_msgs=%31', 200, undefined],
  ['m%61x_msgs=0', 400, '10540014'],
  ['max_msgs=%zz', 400, '10540014'],
  ['max_msgs=1%00', 400, '10540014'],
] as const)('a consume with "%s" is answered %i %s', async ([query, status, code]) => {
  const { dead } = await withDeadLetters(await start(), 'one');
  const reply = await dead.consume(query);
  expect(reply).toMatchObject({ status, code });
});

test('a refused consume gives no message a lease', async () => {
  const { dead } = await withDeadLetters(await start(), 'one');
  expect((await dead.consume('max_msgs=11')).status).toBe(400);
  expect((await dead.consume()).bodies).toEqual(['one']);
});

test.for(['', 'max_msgs='])('a consume with "%s" hands out ten messages at most', async (query) => {
  const { dead } = await withDeadLetters(await start(), ...Array.from({ length: 11 }, (_, index) => index));
  expect((await dead.consume(query)).bodies).toHaveLength(10);
});

test('max_msgs bounds what is handed out', async () => {
  const { dead } = await withDeadLetters(await start(), 0, 1, 2);
  expect((await dead.consume('max_msgs=2')).bodies).toEqual([0, 1]);
});

test.for([
  ['', 3],
  ['time_wait=', 3],
  ['time_wait=1', 1],
  ['time_wait=60', 60],
] as const)('a consume with "%s" that finds nothing answers [] after %i s, not before', async ([query, seconds]) => {
  const client = await start();
  const { dead } = await withDeadLetters(client);
  const poll = dead.consume(query);
  await client.parked(1);
  expect((await client.advance(seconds - 0.001)).waiting).toBe(1);
  expect((await client.advance(0.001)).waiting).toBe(0);
  expect(await poll).toMatchObject({ status: 200, text: '[]' });
});

test.for([
  ['', 30],
  ['ack_wait=', 30],
  ['ack_wait=15', 15],
  ['ack_wait=300', 300],
] as const)('a message consumed with "%s" comes back after %i s, to the millisecond', async ([query, seconds]) => {
  const client = await start();
  const { dead } = await withDeadLetters(client, 'one');
  await dead.consume(query);
  await client.advance(seconds - 10);
  const poll = dead.consume('time_wait=60');
  await client.parked(1);
  expect((await client.advance(9.999)).waiting).toBe(1);
  expect((await client.advance(0.001)).waiting).toBe(0);
  expect((await poll).bodies).toEqual(['one']);
});
