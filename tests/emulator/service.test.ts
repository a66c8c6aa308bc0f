import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { start, withDeadLetters } from './client.ts';

const uuid = '075ae7da-6ce5-4966-940c-17c19fb5175e';

test('with a token set, calls without it and with another one are answered 401', async () => {
  const client = await start({ token: 'right' });
  const call = (headers: Record<string, string>) => client.call('GET', `${client.base}/queues`, { headers });
  expect(await call({})).toMatchObject({ status: 401, code: '10240103' });
  expect(await call({ 'X-Auth-Token': 'wrong' })).toMatchObject({ status: 401, code: '10240101' });
  expect((await call({ 'X-Auth-Token': 'right' })).status).toBe(200);
  expect((await client.call('GET', '/clock')).status).toBe(200);
});

test('with a project set, other projects are answered 401; without, each has its own queues', async () => {
  const closed = await start({ project: 'project-1' });
  expect((await closed.call('GET', '/v1.0/project-1/queues')).status).toBe(200);
  expect(await closed.call('GET', '/v1.0/other/queues')).toMatchObject({ status: 401, code: '10240104' });
  const open = await start();
  const { id } = await open.createQueue();
  expect(await open.call('GET', `/v1.0/other/queues/${id}`)).toMatchObject({ status: 404, code: '10240401' });
  expect(await open.call('GET', '/v1.0/a%20b/queues')).toMatchObject({ status: 400, code: '10240005' });
});

test('a queue over the quota is refused until another one is deleted', async () => {
  const client = await start({ quota: 1 });
  const { path } = await client.createQueue();
  const create = () => client.call('POST', `${client.base}/queues`, { json: { name: 'next' } });
  expect(await create()).toMatchObject({ status: 400, code: '10240020' });
  const quotas = await client.call('GET', `${client.base}/quotas/dms`);
  expect(JSON.parse(quotas.text)).toEqual({
    quotas: { resources: [{ type: 'queue', quota: 1, used: 1, min: 0, max: 500 }] },
  });
  expect(await client.call('DELETE', path)).toMatchObject({ status: 204, text: '' });
  expect((await create()).status).toBe(201);
});

test('a queue, and then its group, cannot be used until it is initialised', async () => {
  const client = await start({ initialisationSeconds: 3 });
  const queue = await client.createQueue();
  const createGroup = () => client.call('POST', `${queue.path}/groups`, { json: { groups: [{ name: 'g' }] } });
  await client.advance(2.999);
  expect(await createGroup()).toMatchObject({ status: 400, code: '10240032' });
  expect(await queue.send({ body: 1 })).toMatchObject({ status: 400, code: '10240032' });
  await client.advance(0.001);
  const group = await queue.createGroup();
  await queue.send({ body: 1 });
  await client.advance(2.999);
  expect(await group.normal.consume()).toMatchObject({ status: 404, code: '10240405' });
  await client.advance(0.001);
  expect((await group.normal.consume()).bodies).toEqual([1]);
});

test.for([
  [{}, '10540001'],
  [{ name: '' }, '10240011'],
  [{ name: 'x'.repeat(65) }, '10240011'],
  [{ name: 'a b' }, '10240007'],
  [{ name: 'taken' }, '10240017'],
  [{ name: 'q', queue_mode: 'LIFO' }, '10540001'],
  [{ name: 'q', description: 'x'.repeat(161) }, '10240013'],
  [{ name: 'q', description: '<' }, '10240010'],
  [{ name: 'q', redrive_policy: 'on' }, '10540001'],
  [{ name: 'q', redrive_policy: 'enable' }, '10240022'],
  [{ name: 'q', redrive_policy: 'enable', max_consume_count: 0 }, '10240022'],
  [{ name: 'q', redrive_policy: 'enable', max_consume_count: 101 }, '10240022'],
  [{ name: 'q', redrive_policy: 'enable', max_consume_count: '3' }, '10240022'],
  [{ name: 'q', retention_hours: 10 }, '10240028'],
  [{ name: 'q', queue_mode: 'KAFKA_HA', retention_hours: 73 }, '10240027'],
  [[], '10540001'],
] as const)('creating a queue with %j is refused with %s', async ([json, code]) => {
  const client = await start();
  await client.createQueue({ name: 'taken' });
  expect(await client.call('POST', `${client.base}/queues`, { json })).toMatchObject({ status: 400, code });
});

test('a queue is shown and listed as it was created', async () => {
  const client = await start();
  const queue = await client.createQueue({ name: 'orders', max_consume_count: 7, description: 'of today' });
  await queue.createGroup();
  const plain = {
    id: queue.id,
    name: 'orders',
    created: 0,
    description: 'of today',
    queue_mode: 'FIFO',
    reservation: 4320,
    max_msg_size_byte: 524_288,
    produced_messages: 0,
    group_count: 1,
    eff_date: 0,
  };
  const full = { ...plain, redrive_policy: 'enable', max_consume_count: 7 };
  expect(JSON.parse((await client.call('GET', queue.path)).text)).toEqual(plain);
  expect(JSON.parse((await client.call('GET', `${queue.path}?include_deadletter=true`)).text)).toEqual(full);
  const list = await client.call('GET', `${client.base}/queues?include_deadletter=TRUE`);
  expect(JSON.parse(list.text)).toEqual({ total: 1, queues: [full] });
});

test.for([
  ['no groups', [], '10540001'],
  ['a group without name', [{}], '10540001'],
  ['an empty name', [{ name: '' }], '10240012'],
  ['a long name', [{ name: 'x'.repeat(33) }], '10240012'],
  ['an illegal name', [{ name: 'a.b' }], '10240007'],
  ['a name that is taken', [{ name: 'new' }, { name: 'taken' }], '10240018'],
  ['a name twice', [{ name: 'new' }, { name: 'new' }], '10240018'],
  ['one group too many', [{ name: 'a' }, { name: 'b' }, { name: 'c' }], '10240019'],
] as const)('creating groups with %s is refused and creates none', async ([, groups, code]) => {
  const client = await start();
  const queue = await client.createQueue();
  await queue.createGroup('taken');
  expect(await client.call('POST', `${queue.path}/groups`, { json: { groups } })).toMatchObject({ status: 400, code });
  expect(JSON.parse((await client.call('GET', `${queue.path}/groups`)).text)).toMatchObject({
    queue_id: queue.id,
    groups: [{ name: 'taken' }],
  });
});

test('groups are listed by pages when both page parameters are valid', async () => {
  const client = await start();
  const queue = await client.createQueue();
  for (const name of ['a', 'b', 'c']) await queue.createGroup(name);
  const names = async (query: string) => {
    const listed: { groups: { name: string }[] } = JSON.parse(
      (await client.call('GET', `${queue.path}/groups?${query}`)).text,
    );
    return listed.groups.map(({ name }) => name);
  };
  expect(await names('page_size=2&current_page=2')).toEqual(['c']);
  expect(await names('page_size=2')).toEqual(['a', 'b', 'c']);
  expect(await names('page_size=0&current_page=1')).toEqual(['a', 'b', 'c']);
});

test.for([
  ['/queues/nonsense/groups/g-1/deadletters', 400, '10240015'],
  [`/queues/${uuid}/groups/g-${uuid}/deadletters`, 404, '10240401'],
  ['/queues/QUEUE/groups/nonsense/deadletters', 400, '10240016'],
  [`/queues/QUEUE/groups/${uuid}/deadletters`, 400, '10240016'],
  [`/queues/QUEUE/groups/g-${uuid}/deadletters`, 404, '10240405'],
  ['/queues/QUEUE/groups/OTHER/deadletters', 404, '10240405'],
  ['/queues/QUEUE/groups/GROUP/deadletters/', 404, '10240406'],
  ['/queues/QUEUE/groups/GROUP/deadletter', 404, '10240406'],
  ['/queues/QUEUE/groups/GROUP/messages/ack', 404, '10240406'],
  ['/queues//groups', 404, '10240406'],
  ['/queues/', 404, '10240406'],
  ['', 404, '10240406'],
  ['/quotas', 404, '10240406'],
] as const)('GET …%s is answered %i %s', async ([path, status, code]) => {
  const client = await start();
  const { queue, group } = await withDeadLetters(client);
  const other = await (await client.createQueue()).createGroup();
  const url = client.base + path.replace('QUEUE', queue.id).replace('GROUP', group.id).replace('OTHER', other.id);
  expect(await client.call('GET', url)).toMatchObject({ status, code });
});

test.for([
  ['POST', 'deadletters', 'GET'],
  ['HEAD', 'deadletters', 'GET'],
  ['GET', 'deadletters/ack', 'POST'],
  ['PUT', 'messages', 'GET'],
] as const)('%s …/%s is answered 405 and consumes nothing', async ([method, path, allowed]) => {
  const client = await start();
  const { group, dead } = await withDeadLetters(client, 'one');
  const { status, headers } = await client.call(method, `${group.path}/${path}`);
  expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: allowed });
  expect((await dead.consume()).bodies).toEqual(['one']);
});

test('OPTIONS names the methods of a URL', async () => {
  const client = await start();
  const { status, headers } = await client.call('OPTIONS', `${client.base}/queues`);
  expect({ status, allow: headers.get('allow') }).toEqual({ status: 204, allow: 'GET, POST' });
});

test.for([
  ['application/json', 200],
  ['application/json; charset=utf-8', 200],
  ['Application/JSON ;charset=UTF-8', 200],
  ['text/plain', 415],
  ['application/json-seq', 415],
] as const)('an acknowledgement with Content-Type %s is answered %i', async ([type, status]) => {
  const client = await start();
  const { dead } = await withDeadLetters(client, 'one');
  const [handler] = (await dead.consume()).handlers;
  const json = { message: [{ handler }] };
  const reply = await client.call('POST', dead.ackPath, { json, headers: { 'Content-Type': type } });
  expect(reply.status).toBe(status);
});

test('an acknowledgement without Content-Type is accepted', async () => {
  const client = await start();
  const { dead } = await withDeadLetters(client, 'one');
  const [handler] = (await dead.consume()).handlers;
  const body = JSON.stringify({ message: [{ handler }] });
  const { hostname, port } = new URL(client.url);
  const socket = connect(Number(port), hostname);
  socket.end(
    `POST ${dead.ackPath} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const answer = (await socket.setEncoding('utf8').toArray()).join('');
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toContain('{"success":1,"fail":0}');
});

test('a client that goes in the middle of its request changes nothing', async () => {
  const client = await start();
  const { dead, group } = await withDeadLetters(client, 'one');
  const { hostname, port } = new URL(client.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`POST ${dead.ackPath} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 100\r\n\r\n{"message":`);
  await client.advance(0);
  socket.destroy();
  await client.advance(0);
  expect(await group.counters()).toMatchObject({ available_deadletters: 1 });
});

test('answers are JSON with a length, and a consume is not to be cached', async () => {
  const { dead } = await withDeadLetters(await start(), 'é');
  const { headers, text } = await dead.consume();
  expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
  expect(headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
  expect(headers.get('cache-control')).toBe('no-store');
  const refused = await dead.consume('max_msgs=0');
  expect(refused.headers.get('content-type')).toBe('application/json;charset=UTF-8');
  expect(JSON.parse(refused.text)).toEqual({
    error_code: 'DMS.10540014',
    error_msg: expect.stringContaining('max_msgs'),
  });
});

test('a new group gets what is sent from then on', async () => {
  const queue = await (await start()).createQueue();
  await queue.send({ body: 'before' });
  const group = await queue.createGroup();
  await queue.send({ body: 'after' });
  expect((await group.normal.consume()).bodies).toEqual(['after']);
});

test.for([{ quota: -1 }, { quota: 1.5 }, { initialisationSeconds: -1 }, { initialisationSeconds: Number.NaN }])(
  'starting with %j is refused',
  async (options) => {
    await expect(start(options)).rejects.toThrow(RangeError);
  },
);
