import { expect, test } from 'vitest';
import { arrangeDeadLetters, failed, start, withDeadLetters } from './client.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test('dead letters come in send order, within a response and over responses', async () => {
  const { dead } = await withDeadLetters(await start(), ...upTo(25));
  const bodies = [];
  for (let round = 0; round < 3; round++) bodies.push((await dead.consume()).bodies);
  expect(bodies).toEqual([upTo(25).slice(0, 10), upTo(25).slice(10, 20), upTo(25).slice(20)]);
});

test('later dead letters are handed out while earlier ones are in flight', async () => {
  const { dead } = await withDeadLetters(await start(), 0, 1, 2);
  expect((await dead.consume('max_msgs=1')).bodies).toEqual([0]);
  expect((await dead.consume('max_msgs=1')).bodies).toEqual([1]);
});

test('what came back is handed out before what was never handed out', async () => {
  const { dead } = await withDeadLetters(await start(), 0, 1, 2, 3);
  const first = await dead.consume('max_msgs=2');
  const second = await dead.consume('max_msgs=1');
  await dead.acknowledge(failed(second.handlers));
  await dead.acknowledge(failed(first.handlers));
  expect((await dead.consume()).bodies).toEqual([0, 1, 2, 3]);
});

test.for([
  ['FIFO', [0, 1]],
  ['NORMAL', [1, 0]],
] as const)('dead letters of a %s queue that failed as 1, 0 come as %o', async ([queue_mode, order]) => {
  const queue = await (await start()).createQueue({ queue_mode });
  const group = await queue.createGroup();
  await queue.send({ body: 0 }, { body: 1 });
  const first = await group.normal.consume('max_msgs=1');
  const second = await group.normal.consume('max_msgs=1');
  await group.normal.acknowledge(failed(second.handlers));
  await group.normal.acknowledge(failed(first.handlers));
  expect((await group.dead.consume()).bodies).toEqual(order);
});

// Bodies are JSON strings, so two bytes longer than their text.
test.for([
  ['what fits into 512 KB exactly', [262_142, 262_142], 2],
  ['one byte less than does not fit', [262_142, 262_143], 1],
  ['two of three messages of 200 KiB', [204_800, 204_800, 204_800], 2],
  ['five of six messages of 100 KiB', [102_400, 102_400, 102_400, 102_400, 102_400, 102_400], 5],
  ['a single message of 512 KB', [524_286, 1], 1],
  ['no small message that would overtake a large one', [300_000, 300_000, 1], 1],
] as const)('a response holds %s', async ([, sizes, fitting]) => {
  const client = await start();
  const queue = await client.createQueue();
  const group = await queue.createGroup();
  for (const size of sizes) await arrangeDeadLetters(queue, group, 'x'.repeat(size));
  const taken = [];
  let first: number | undefined;
  while (taken.length < sizes.length) {
    const { bodies } = await group.dead.consume();
    first ??= bodies.length;
    taken.push(...bodies.map((body) => String(body).length));
  }
  expect(first).toBe(fitting);
  expect(taken).toEqual(sizes);
});

test('attributes count towards the 512 KB of a response, and bytes are counted, not characters', async () => {
  const client = await start();
  const queue = await client.createQueue();
  const group = await queue.createGroup();
  const message = { body: 'é'.repeat(90_000), attributes: { a: 'x'.repeat(90_000) } };
  await queue.send(message);
  await queue.send(message);
  expect((await group.normal.consume()).bodies).toHaveLength(1);
  expect((await group.normal.consume()).bodies).toHaveLength(1);
});

test('a dead letter that fits when sent is delivered alone, however large', async () => {
  const client = await start();
  const queue = await client.createQueue();
  const group = await queue.createGroup();
  const message = { body: 'x'.repeat(500_000), attributes: { a: 'y'.repeat(524_288 - 500_002 - 8) } };
  expect((await queue.send(message)).status).toBe(201);
  await group.normal.acknowledge(failed((await group.normal.consume()).handlers));
  expect((await group.dead.consume()).messages).toEqual([message]);
});

test('concurrent consumes of one group get different messages', async () => {
  const { dead } = await withDeadLetters(await start(), ...upTo(50));
  const batches = await Promise.all(upTo(10).map(() => dead.consume('max_msgs=5')));
  const bodies = batches.flatMap((batch) => batch.bodies);
  expect(bodies.toSorted((a, b) => Number(a) - Number(b))).toEqual(upTo(50));
});
