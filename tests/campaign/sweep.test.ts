import { expect, test } from 'vitest';
import { dmsArrangement } from '../../src/arrange/arrangement.ts';
import { sweepAfterwards, type Swept } from '../../src/campaign/sweep.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { PROJECT, settings } from '../support/settings.ts';
import { httpServer, type Asked } from '../support/servers.ts';

interface Endpoint {
  readonly queues: Map<string, string>;
  readonly url: string;
  readonly asked: Asked[];
}

/** An endpoint that has these queues, names by ids; `instead` says what is answered with another status. */
async function having(
  queues: Readonly<Record<string, string>>,
  instead: (asked: Asked) => number | undefined = () => undefined,
): Promise<Endpoint> {
  const left = new Map(Object.entries(queues));
  const asked: Asked[] = [];
  const url = await httpServer((one, reply) => {
    asked.push(one);
    const status = instead(one);
    if (status !== undefined) return reply.writeHead(status).end('{"error_code":"DMS.10240001"}');
    if (one.method === 'GET') {
      const list = [...left].map(([id, name]) => ({ id, name }));
      return reply.end(JSON.stringify({ total: list.length, queues: list }));
    }
    return reply.writeHead(left.delete(decodeURIComponent(one.url.split('/').at(-1)!)) ? 204 : 404).end();
  });
  return { queues: left, url, asked };
}

const swept = (url: string, known: readonly string[] = []): Promise<Swept> =>
  sweepAfterwards({ ...settings(), endpoint: url }, { token: 'the-t0ken' }, dmsArrangement, { runWord: 'abc1', known });

test('what has the name of the run is deleted, known or not, and nothing else', async () => {
  const foreign = { f1: 'dmsc-abc-0-0', f2: 'dmsc-abc12-0-0', f3: 'orders', f4: 'x-dmsc-abc1-0-0', f5: 'dmsc-abc1' };
  const endpoint = await having({ own1: 'dmsc-abc1-0-0', own2: 'dmsc-abc1-probe', ...foreign });
  expect(await swept(endpoint.url, ['own1', 'gone'])).toEqual({
    deleted: ['own1', 'own2'],
    gone: ['gone'],
    kept: [],
    unlisted: undefined,
  });
  expect(Object.fromEntries(endpoint.queues)).toEqual(foreign);
  expect(endpoint.asked.map(({ headers }) => headers['x-auth-token'])).toEqual(Array(4).fill('the-t0ken'));
});

test('an id that the evidence names is left alone where its queue has the name of somebody else', async () => {
  const endpoint = await having({ theirs: 'orders' });
  const { deleted, kept } = await swept(endpoint.url, ['theirs']);
  expect(deleted).toEqual([]);
  expect(kept).toEqual([{ queue: 'theirs', reason: 'its name, orders, is none that this run gives' }]);
  expect([...endpoint.queues.keys()]).toEqual(['theirs']);
});

test('an id never reaches beyond the path of a queue', async () => {
  const endpoint = await having({});
  await swept(endpoint.url, ['../../p2/queues/x?y']);
  expect(endpoint.asked.at(-1)?.url).toBe(`/v1.0/${PROJECT}/queues/..%2F..%2Fp2%2Fqueues%2Fx%3Fy`);
});

test('where queues cannot be listed the known ones are deleted, and that others may be left is said', async () => {
  const endpoint = await having({ own1: 'dmsc-abc1-0-0' }, ({ method }) => (method === 'GET' ? 404 : undefined));
  expect(await swept(endpoint.url, ['own1'])).toEqual({
    deleted: ['own1'],
    gone: [],
    kept: [],
    unlisted: expect.stringMatching(/^GET .* answered 404/) as string,
  });
});

test('a queue that resists is said, with the answer', async () => {
  const endpoint = await having({ own1: 'dmsc-abc1-0-0' }, ({ method }) => (method === 'DELETE' ? 403 : undefined));
  const { kept } = await swept(endpoint.url);
  expect(kept).toEqual([{ queue: 'own1', reason: expect.stringMatching(/^DELETE .* answered 403/) as string }]);
});

test('an endpoint that is gone throws nothing', async () => {
  const emulator = await startEmulator();
  await emulator.close();
  const { kept, unlisted } = await swept(emulator.url, ['own1']);
  expect(kept.map(({ queue }) => queue)).toEqual(['own1']);
  expect(unlisted).toMatch(/ECONNREFUSED/);
});
