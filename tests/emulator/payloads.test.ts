import { expect, test } from 'vitest';
import { failed, start } from './client.ts';

async function sent(text: string) {
  const client = await start();
  const queue = await client.createQueue();
  const group = await queue.createGroup();
  const reply = await client.call('POST', `${queue.path}/messages`, { body: text });
  return { client, queue, group, reply };
}

// Texts that must come back character by character.
test.for([
  '"text"',
  '""',
  '"{\\"a\\":1}"',
  '"\\u00e9\\ud83d\\ude00é😀"',
  '"\\ud800"',
  '"\\\\\\" ] } , \\\\"',
  '"spaces  and \\t\\n \\u0000"',
  '{"a":[1,2,{"b":null}],"c":true,"d":false}',
  '[]',
  '{}',
  '[1,[2,[3]]]',
  '0',
  'true',
  'null',
  '9007199254740993',
  '123456789012345678901234567890',
  '-0',
  '1e308',
  '1E5',
  '0.10',
  '{"__proto__":{"polluted":true},"constructor":1,"":2}',
  '{"body":"inner","attributes":[1]}',
])('a body of %s comes back spelled the same, from the queue and as a dead letter', async (body) => {
  const { group, reply } = await sent(`{"messages":[{"body":${body},"attributes":{"k":${body}}}]}`);
  expect(reply.status).toBe(201);
  const expected = `[{"message":{"body":${body},"attributes":{"k":${body}}},"handler":`;
  const normal = await group.normal.consume();
  expect(normal.text.slice(0, expected.length)).toBe(expected);
  await group.normal.acknowledge(failed(normal.handlers));
  expect((await group.dead.consume()).text.slice(0, expected.length)).toBe(expected);
});

test('white space between tokens is left out, inside strings it stays', async () => {
  const { group } = await sent(
    ' {\n "messages" : [ { "attributes" : { "a" : " x " } , "body" : [ 1 , " y\\" " ] } , { "body" : 2 } ] } \r\n',
  );
  const { text, handlers } = await group.normal.consume();
  expect(text).toBe(
    `[{"message":{"body":[1," y\\" "],"attributes":{"a":" x "}},"handler":"${handlers[0]}"},` +
      `{"message":{"body":2},"handler":"${handlers[1]}"}]`,
  );
});

test('escaped member names are recognised, and of two equal ones the last counts', async () => {
  const { group } = await sent('{"messages":[{"body":1,"b\\u006fdy":2}]}');
  expect((await group.normal.consume()).messages).toEqual([{ body: 2 }]);
});

test('attributes that were not sent do not come back', async () => {
  const { group } = await sent('{"messages":[{"body":1},{"body":2,"attributes":null},{"body":3,"attributes":{}}]}');
  expect((await group.normal.consume()).messages).toEqual([{ body: 1 }, { body: 2 }, { body: 3, attributes: {} }]);
});

test('nesting of a thousand levels is carried, more than the limit refused', async () => {
  const nested = (depth: number) => `{"messages":[{"body":${'['.repeat(depth)}${']'.repeat(depth)}}]}`;
  const { client, queue, group, reply } = await sent(nested(1000));
  expect(reply.status).toBe(201);
  expect((await group.normal.consume()).text).toContain('['.repeat(1000));
  for (const depth of [1025, 100_000]) {
    const { status, code } = await client.call('POST', `${queue.path}/messages`, { body: nested(depth) });
    expect({ status, code }).toEqual({ status: 400, code: '10540012' });
  }
});

test.for([
  ['not JSON', '{"messages":', '10540012'],
  ['JSON after a byte order mark', '\ufeff{"messages":[{"body":1}]}', '10540012'],
  ['no object', '[]', '10540001'],
  ['without messages', '{}', '10540001'],
  ['without a message', '{"messages":[]}', '10540001'],
  ['a message that is no object', '{"messages":[1]}', '10540001'],
  ['a message without body', '{"messages":[{"body":1},{"attributes":{}}]}', '10540001'],
  ['attributes that are no object', '{"messages":[{"body":1,"attributes":[]}]}', '10540001'],
  ['eleven messages', `{"messages":[${Array(11).fill('{"body":1}').join(',')}]}`, '10540010'],
  ['a message one byte too large', `{"messages":[{"body":"${'x'.repeat(524_287)}"}]}`, '10540011'],
  [
    'too much in total',
    `{"messages":[${Array(2)
      .fill(`{"body":"${'x'.repeat(262_143)}"}`)
      .join(',')}]}`,
    '10540011',
  ],
  ['too many bytes', `{"messages":[{"body":"${'é'.repeat(262_144)}"}]}`, '10540011'],
] as const)('a send that is %s is refused, and nothing of it is kept', async ([, text, code]) => {
  const { group, reply } = await sent(text);
  expect(reply).toMatchObject({ status: 400, code });
  expect(await group.counters()).toMatchObject({ produced_messages: 0 });
});

test('a message of exactly 524288 bytes is accepted', async () => {
  const { group, reply } = await sent(`{"messages":[{"body":"${'x'.repeat(524_286)}"}]}`);
  expect(reply.status).toBe(201);
  expect(String((await group.normal.consume()).bodies[0])).toHaveLength(524_286);
});

test('a send answers the state of each message, with ids on request', async () => {
  const { reply } = await sent('{"messages":[{"body":1},{"body":2}]}');
  const state = { error: null, error_code: null, state: 0 };
  expect(JSON.parse(reply.text)).toEqual({ messages: [state, state] });
  const withIds = await sent('{"messages":[{"body":1}],"returnId":true}');
  expect(JSON.parse(withIds.reply.text)).toEqual({
    messages: [{ ...state, id: expect.stringMatching(/^[\da-f-]{36}$/) }],
  });
});

test('a body that is not UTF-8 is refused', async () => {
  const { client, queue } = await sent('{"messages":[{"body":1}]}');
  const body = Uint8Array.from(Buffer.from('{"messages":[{"body":"\xff"}]}', 'latin1'));
  expect(await client.call('POST', `${queue.path}/messages`, { body })).toMatchObject({
    status: 400,
    code: '10540012',
  });
});

test('a body above 2 MiB is answered 413, and the connection goes on working', async () => {
  const { client, queue } = await sent('{"messages":[{"body":1}]}');
  const body = ' '.repeat(2 * 1024 * 1024 + 1);
  expect((await client.call('POST', `${queue.path}/messages`, { body })).status).toBe(413);
  expect((await queue.send({ body: 1 })).status).toBe(201);
});
