import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { arrangeDeadLetters, failed, start, withDeadLetters } from './client.ts';

test('a dead letter that arrives wakes a waiting consume at once', async () => {
  const client = await start();
  const { queue, group, dead } = await withDeadLetters(client);
  const poll = dead.consume('time_wait=60');
  await client.parked(1);
  await arrangeDeadLetters(queue, group, 'one', 'two');
  expect((await poll).bodies).toEqual(['one', 'two']);
  await client.parked(0);
});

test('a message that is sent wakes a waiting normal consume with all of the send', async () => {
  const client = await start();
  const queue = await client.createQueue();
  const group = await queue.createGroup();
  const poll = group.normal.consume('time_wait=60');
  await client.parked(1);
  await queue.send({ body: 0 }, { body: 1 }, { body: 2 });
  expect((await poll).bodies).toEqual([0, 1, 2]);
});

test('a failed dead letter wakes a waiting consume', async () => {
  const client = await start();
  const { dead } = await withDeadLetters(client, 'one');
  const { handlers } = await dead.consume();
  const poll = dead.consume('time_wait=60');
  await client.parked(1);
  await dead.acknowledge(failed(handlers));
  expect((await poll).bodies).toEqual(['one']);
});

test('a normal message whose lease ends as its last failure wakes a waiting dead letter consume', async () => {
  const client = await start();
  const { queue, group, dead } = await withDeadLetters(client);
  await queue.send({ body: 'one' });
  await group.normal.consume('ack_wait=15');
  const poll = dead.consume('time_wait=60');
  await client.parked(1);
  expect((await client.advance(14.999)).waiting).toBe(1);
  expect((await client.advance(0.001)).waiting).toBe(0);
  expect((await poll).bodies).toEqual(['one']);
});

test('time_wait does not delay a consume that finds something', async () => {
  const { dead } = await withDeadLetters(await start(), 'one');
  expect((await dead.consume('time_wait=60')).bodies).toEqual(['one']);
});

test('waiting consumes are served in the order in which they came, each message to one of them', async () => {
  const client = await start();
  const { queue, group, dead } = await withDeadLetters(client);
  const polls = [];
  for (let index = 0; index < 3; index++) {
    polls.push(dead.consume('time_wait=60&max_msgs=2&ack_wait=300'));
    await client.parked(index + 1);
  }
  await arrangeDeadLetters(queue, group, 0, 1, 2);
  await client.advance(59.999);
  await client.parked(1);
  await client.advance(0.001);
  expect((await Promise.all(polls)).map(({ bodies }) => bodies)).toEqual([[0, 1], [2], []]);
});

test('hundreds of waiting consumes get every message exactly once', async () => {
  const client = await start();
  const { queue, group, dead } = await withDeadLetters(client);
  const polls = Array.from({ length: 400 }, () => dead.consume('time_wait=60&max_msgs=1&ack_wait=300'));
  await client.parked(400);
  await arrangeDeadLetters(queue, group, ...Array.from({ length: 300 }, (_, index) => index));
  expect((await client.advance(0)).waiting).toBe(100);
  expect((await client.advance(60)).waiting).toBe(0);
  const bodies = (await Promise.all(polls)).flatMap((poll) => poll.bodies);
  expect(bodies.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 300 }, (_, index) => index));
});

test('a client that goes while it waits gets no lease', async () => {
  const client = await start();
  const { queue, group, dead } = await withDeadLetters(client);
  const control = new AbortController();
  const gone = dead.consume('time_wait=60', { signal: control.signal });
  await client.parked(1);
  control.abort();
  await expect(gone).rejects.toThrow('aborted');
  await client.parked(0);
  await arrangeDeadLetters(queue, group, 'one');
  expect((await dead.consume()).bodies).toEqual(['one']);
});

test.for([
  ['destroy', 'the clock moves'],
  ['end', 'the clock moves'],
  ['destroy', 'a dead letter arrives'],
] as const)('a client whose connection %ss right before %s gets no lease', async ([leave, event]) => {
  const client = await start();
  const { queue, group, dead } = await withDeadLetters(client, 'old');
  await dead.consume('ack_wait=15');
  await queue.send({ body: 'new' });
  const message = failed((await group.normal.consume()).handlers);
  const [path, body, expected] =
    event === 'the clock moves'
      ? ['/clock', JSON.stringify({ advance: 15 }), ['old']]
      : [group.normal.ackPath, JSON.stringify({ message }), ['new']];

  const { hostname, port } = new URL(client.url);
  const other = connect(Number(port), hostname);
  const poller = connect(Number(port), hostname);
  await Promise.all([once(other, 'connect'), once(poller, 'connect')]);
  poller.write(`GET ${dead.path}?time_wait=60 HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  await client.parked(1);
  // reaches the server in the same turn of its event loop as what follows, or (`end`) in the next one
  poller[leave]();
  other.write(`POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await once(other, 'data');
  other.destroy();
  expect((await dead.consume()).bodies).toEqual(expected);
});

test('many waits over one connection leave nothing behind on it', async () => {
  const client = await start();
  const { dead } = await withDeadLetters(client);
  const warning = vi.fn();
  process.on('warning', warning);
  for (let round = 0; round < 30; round++) {
    const poll = dead.consume('time_wait=1');
    await client.parked(1);
    await client.advance(1);
    await poll;
  }
  process.off('warning', warning);
  expect(warning).not.toHaveBeenCalled();
});

test.for([
  ['group', '10240405'],
  ['queue', '10240401'],
] as const)('consumes that wait when their %s is deleted are answered 404 %s', async ([what, code]) => {
  const client = await start();
  const { queue, group, dead } = await withDeadLetters(client);
  const polls = [dead.consume('time_wait=60'), group.normal.consume('time_wait=60')];
  await client.parked(2);
  await client.call('DELETE', what === 'group' ? group.path : queue.path);
  for (const poll of await Promise.all(polls)) expect(poll).toMatchObject({ status: 404, code });
  await client.parked(0);
});

test('closing the emulator ends waiting consumes', async () => {
  const { startEmulator } = await import('../../src/emulator/emulator.ts');
  const emulator = await startEmulator({ clock: 'controlled' });
  const path = `${emulator.url}/v1.0/p/queues`;
  const post = async (url: string, json: object) => {
    const reply = await fetch(url, {
      method: 'POST',
      body: JSON.stringify(json),
      headers: { 'Content-Type': 'application/json' },
    });
    return reply.text();
  };
  const { id }: { id: string } = JSON.parse(await post(path, { name: 'q' }));
  const created: { groups: [{ id: string }] } = JSON.parse(
    await post(`${path}/${id}/groups`, { groups: [{ name: 'g' }] }),
  );
  const poll = fetch(`${path}/${id}/groups/${created.groups[0].id}/deadletters?time_wait=60`);
  while (!(await (await fetch(emulator.clockUrl!)).text()).includes('"waiting":1'));
  await Promise.all([expect(poll).rejects.toThrow('fetch failed'), emulator.close(), emulator.close()]);
});
