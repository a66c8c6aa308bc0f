import { request } from 'undici';
import { expect, test } from 'vitest';
import { emulatorHost, type Emulator } from '../../src/emulator/emulator.ts';

async function call(
  emulator: Emulator,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly json: unknown }> {
  const answer = await request(`${emulator.url}/v1.0/p1${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, json: await answer.body.json() };
}

/** Path of the dead letters of a new group. */
async function deadLetters(emulator: Emulator): Promise<string> {
  const queue = await call(emulator, 'POST', '/queues', {
    name: 'q1',
    queue_mode: 'NORMAL',
    redrive_policy: 'enable',
    max_consume_count: 1,
  });
  const { id } = queue.json as { id: string };
  const made = await call(emulator, 'POST', `/queues/${id}/groups`, { groups: [{ name: 'g1' }] });
  return `/queues/${id}/groups/${(made.json as { groups: { id: string }[] }).groups[0]?.id}/deadletters`;
}

test('emulators of one host share its port and nothing else', async () => {
  const host = emulatorHost();
  const [one, other] = [await host.start({ quota: 1 }), await host.start()];
  expect(new URL(one.url).port).toBe(new URL(other.url).port);
  await deadLetters(one);
  expect((await call(one, 'GET', '/queues')).json).toMatchObject({ total: 1 });
  expect((await call(other, 'GET', '/queues')).json).toMatchObject({ total: 0 });
  await one.close();
  await expect(call(one, 'GET', '/queues')).rejects.toThrow(/closed/);
  expect((await call(other, 'GET', '/queues')).status).toBe(200);
  await other.close();
});

test('closing one cuts its own waiting polls, and starting goes on when all were closed', async () => {
  const host = emulatorHost();
  const [one, other] = [await host.start({ clock: 'controlled' }), await host.start({ clock: 'controlled' })];
  const polls = await Promise.all(
    [one, other].map(async (emulator) => ({ emulator, path: await deadLetters(emulator) })),
  );
  const [cut, kept] = polls.map(({ emulator, path }) => call(emulator, 'GET', `${path}?time_wait=3`));
  const waiting = async ({ clock }: Emulator): Promise<void> => {
    while ((await clock?.read())?.waiting !== 1) await new Promise(setImmediate);
  };
  await Promise.all([waiting(one), waiting(other)]);
  const gone = cut?.catch(String);
  await one.close();
  expect(await gone).toMatch(/closed/);
  await other.clock?.advance(3);
  expect(await kept).toEqual({ status: 200, json: [] });
  await other.close();
  const again = await host.start();
  expect((await call(again, 'GET', '/queues')).status).toBe(200);
  await again.close();
});

test('an option out of its range is refused as by an emulator of its own', async () => {
  await expect(emulatorHost().start({ quota: -1 })).rejects.toThrow(/quota/);
});
