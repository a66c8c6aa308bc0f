import { describe, expect, test } from 'vitest';
import { ClockHookError, clockHook } from '../../src/clock/hook.ts';
import { agent, httpServer } from '../support/servers.ts';

test('it reads with GET and moves with POST {"advance": seconds}', async () => {
  const asked: string[] = [];
  const url = await httpServer(({ method, headers, body }, reply) => {
    asked.push(`${method} ${headers['content-type'] ?? '-'} ${String(headers['x-hook'] ?? '-')} ${body}`);
    reply.end(method === 'GET' ? '{"now":5}' : '{"now":7.5,"waiting":2,"more":true}');
  });
  const hook = clockHook(`${url}/clock`, agent(), { 'x-hook': 'yes' });
  expect(await hook.read()).toEqual({ now: 5 });
  expect(await hook.advance(2.5)).toEqual({ now: 7.5, waiting: 2 });
  expect(asked).toEqual(['GET - yes ', 'POST application/json yes {"advance":2.5}']);
});

describe('anything else is an error that names the request and what came', () => {
  test.for([
    [200, 'soon'],
    [200, '{"now":"5"}'],
    [200, '{"now":1e999}'],
    [200, '{}'],
    [200, 'null'],
    [404, '{"now":5}'],
    [204, ''],
  ] as const)('%i %s', async ([status, text]) => {
    const url = await httpServer((_request, reply) => {
      reply.writeHead(status).end(text);
    });
    const reading = clockHook(url, agent()).read();
    await expect(reading).rejects.toThrow(ClockHookError);
    await expect(reading).rejects.toThrow(
      `GET ${url}: expected 200 with {"now": seconds}, got ${status} with ${JSON.stringify(text)}`,
    );
  });
});

test('a count of parked polls that is none is taken for none', async () => {
  const url = await httpServer((_request, reply) => reply.end('{"now":1,"waiting":"2"}'));
  expect(await clockHook(url, agent()).read()).toEqual({ now: 1 });
});

test('a hook that is not there is said with its URL', async () => {
  await expect(clockHook('http://127.0.0.1:1/clock', agent()).read()).rejects.toThrow(
    /^GET http:\/\/127\.0\.0\.1:1\/clock failed: .*ECONNREFUSED/,
  );
});
