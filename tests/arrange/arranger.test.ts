import { describe, expect, onTestFinished, test } from 'vitest';
import type { ArrangedDeadLetter, Exchange } from '../../schemas/types.ts';
import type { Arranger, MessageSpec, Noted, QueueSpec } from '../../src/arrange/arranger.ts';
import { dmsArranger } from '../../src/arrange/dms.ts';
import { QuotaRefused, Trouble } from '../../src/arrange/trouble.ts';
import { monotonicSeconds, type Clock } from '../../src/clock/clock.ts';
import { controlledClock } from '../../src/clock/controlled.ts';
import { clockHook } from '../../src/clock/hook.ts';
import { jsonOf, statusOf } from '../../src/endpoint/answer.ts';
import { endpoint, type Call, type Endpoint } from '../../src/endpoint/endpoint.ts';
import { lagMeter } from '../../src/endpoint/lag.ts';
import { allowanceFor } from '../../src/endpoint/room.ts';
import { redactor } from '../../src/endpoint/secrets.ts';
import { documented, startEmulator, type EmulatorOptions } from '../../src/emulator/emulator.ts';
import { makeTag } from '../../src/history/tags.ts';
import { schemas } from '../../src/history/schemas.ts';
import { fakeHook } from '../support/clock-hook.ts';
import { agent } from '../support/servers.ts';

interface Setting {
  readonly arranger: Arranger;
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly noted: Noted[];
  readonly exchanges: Exchange[];
  readonly interrupt: AbortController;
  deadLetters(): ArrangedDeadLetter[];
}

const project = 'p1';
const normal: QueueSpec = { mode: 'NORMAL', redrive: true, maxConsumeCount: 1 };
const fifo: QueueSpec = { ...normal, mode: 'FIFO' };

/** An arranger on an emulator of its own. */
async function onEmulator(options: EmulatorOptions = {}): Promise<Setting> {
  const emulator = await startEmulator({ clock: 'controlled', ...options });
  onTestFinished(() => emulator.close());
  const connections = agent();
  const clock = await controlledClock(clockHook(emulator.clockUrl ?? '', connections), monotonicSeconds(), () => {});
  const lag = lagMeter();
  onTestFinished(() => {
    lag.close();
    clock.close();
  });
  const exchanges: Exchange[] = [];
  const interrupt = new AbortController();
  let last = 0;
  const client = endpoint({
    url: emulator.url,
    agent: connections,
    credentials: {},
    redact: redactor([]),
    clock,
    lag,
    scenario: 'chapter/case',
    record: (exchange) => exchanges.push(exchange),
    signal: interrupt.signal,
    allowance: allowanceFor(1),
    nextId: () => (last += 1),
  });
  return setting(client, clock, exchanges, interrupt);
}

function setting(client: Endpoint, clock: Clock, exchanges: Exchange[], interrupt: AbortController): Setting {
  const noted: Noted[] = [];
  const arranger = dmsArranger({
    endpoint: client,
    clock,
    project,
    scenario: 'chapter/case',
    signal: interrupt.signal,
    note: (line) => noted.push(line),
  });
  return {
    arranger,
    endpoint: client,
    clock,
    noted,
    exchanges,
    interrupt,
    deadLetters: () => noted.filter((line) => line.type === 'dead-letter'),
  };
}

/** An arranger on an endpoint that answers what it is told, by `POST /path` with the variable parts left out. */
async function onAnswers(answer: (what: string, call: Call, times: number) => readonly [number, unknown]) {
  const clock = await controlledClock(fakeHook({ waiting: 1 }), monotonicSeconds(), () => {});
  onTestFinished(() => clock.close());
  const exchanges: Exchange[] = [];
  const times = new Map<string, number>();
  const client: Endpoint = {
    send: async (call) => {
      const what = `${call.method} ${call.target.replace(/\?.*/, '').replace(`/v1.0/${project}`, '')}`;
      times.set(what, (times.get(what) ?? 0) + 1);
      const [status, body] = answer(what, call, times.get(what) ?? 0);
      const exchange: Exchange = {
        type: 'exchange',
        scenario: 'chapter/case',
        id: exchanges.length + 1,
        consumer: call.consumer,
        attempt: 1,
        request: { method: call.method, target: call.target, headers: [] },
        sent: exchanges.length,
        received: exchanges.length + 0.5,
        lag: 0,
        outcome:
          status === 0
            ? { kind: 'failure', cause: 'broken', code: 'ECONNRESET', message: 'it broke', bytesLeft: true }
            : { kind: 'answer', status, headers: [], body: { encoding: 'utf8', data: JSON.stringify(body) } },
      };
      exchanges.push(exchange);
      return exchange;
    },
  };
  return setting(client, clock, exchanges, new AbortController());
}

/** Answers of an endpoint on which everything goes well; one queue `q`, one group `g`, one message `t` to be had. */
function wellBehaved(what: string, call: Call): readonly [number, unknown] {
  if (what === 'POST /queues') return [201, { id: 'q' }];
  if (what === 'POST /queues/q/groups') return [201, { groups: [{ id: 'g', name: 'g1' }] }];
  if (what === 'POST /queues/q/messages') {
    const { messages } = JSON.parse(String(call.body)) as { messages: unknown[] };
    return [201, { messages: messages.map(() => ({ state: 0 })) }];
  }
  if (what.endsWith('/ack')) return [200, { success: 0, fail: 1 }];
  return [200, []];
}

let tags = 0;
function message(part: Partial<MessageSpec> = {}): MessageSpec {
  tags += 1;
  const tag = makeTag('test', 'a', tags);
  return { special: false, tag, tagged: true, body: `{"tag":"${tag}"}`, attributes: null, ...part };
}

async function blame(doing: Promise<unknown>): Promise<string> {
  const error: unknown = await doing.then(
    () => 'nothing went wrong',
    (reason: unknown) => reason,
  );
  return error instanceof Trouble ? `${error.blame}: ${error.message}` : String(error);
}

describe('a queue', () => {
  test('is noted as it was asked for, under the id that it got', async () => {
    const { arranger, noted } = await onEmulator();
    const id = await arranger.queue('one', { mode: 'FIFO', redrive: true, maxConsumeCount: 2 });
    expect(noted).toEqual([
      { type: 'queue', scenario: 'chapter/case', queue: id, mode: 'FIFO', redrive: true, maxConsumeCount: 2 },
    ]);
    expect(schemas.evidence.check(noted[0])).toBe(true);
  });

  test.for([
    [normal, { queue_mode: 'NORMAL', redrive_policy: 'enable', max_consume_count: 1 }],
    [
      { ...fifo, redrive: false },
      { queue_mode: 'FIFO', redrive_policy: 'disable' },
    ],
    // A Kafka queue knows neither member.
    [{ ...normal, mode: 'KAFKA_HA' }, { queue_mode: 'KAFKA_HA' }],
  ] as const)('of %j is asked for with no member too many', async ([spec, members]) => {
    const { arranger, exchanges } = await onEmulator();
    await arranger.queue('one', spec);
    expect(JSON.parse(exchanges[0]?.request.body?.data ?? '')).toEqual({ name: 'one', ...members });
  });

  test('that the quota refuses is told apart from other refusals', async () => {
    const { arranger, noted } = await onEmulator({ quota: 1 });
    await arranger.queue('one', normal);
    const refused = arranger.queue('two', normal);
    await expect(refused).rejects.toThrow(QuotaRefused);
    await expect(refused).rejects.toThrow('POST /v1.0/p1/queues answered 4');
    expect(noted).toHaveLength(1);
    expect(await blame(arranger.queue('one', { ...normal, maxConsumeCount: 0 }))).toMatch(/^arrangement: POST /);
  });

  test.for([
    [403, { error_code: 'DMS.10240020' }, true],
    [400, { error_msg: 'The queue quota is used up' }, true],
    // Throttling speaks of quotas, too, but passes.
    [429, { error_msg: 'rate quota' }, false],
    [500, { error_code: 'DMS.10240020' }, false],
  ] as const)('answered with %i %j: quota %s', async ([status, body, isQuota]) => {
    const { arranger } = await onAnswers(() => [status, body]);
    const error: unknown = await arranger.queue('one', normal).catch((reason: unknown) => reason);
    expect(error instanceof QuotaRefused).toBe(isQuota);
    expect(error).toBeInstanceOf(Error);
  });

  test.for([[{}], [{ id: 7 }], [{ id: '' }], [null], [[]]] as const)(
    'without an id, as in %j, is none',
    async ([body]) => {
      const { arranger, noted } = await onAnswers(() => [201, body]);
      expect(await blame(arranger.queue('one', normal))).toMatch(
        /^arrangement: POST \/v1\.0\/p1\/queues answered 201 /,
      );
      expect(noted).toEqual([]);
    },
  );

  test('that could not be asked for is the network’s fault', async () => {
    const { arranger } = await onAnswers(() => [0, undefined]);
    expect(await blame(arranger.queue('one', normal))).toBe(
      'network: POST /v1.0/p1/queues got no answer: it broke (ECONNRESET)',
    );
  });
});

describe('a group', () => {
  test('is noted with the instant of its creation', async () => {
    const { arranger, noted, exchanges } = await onEmulator();
    const queue = await arranger.queue('one', normal);
    const group = await arranger.group(queue, 'g1');
    expect(noted[1]).toEqual({
      type: 'group',
      scenario: 'chapter/case',
      queue,
      group,
      ours: true,
      at: exchanges.at(-1)?.received,
    });
  });

  test('of a queue that is being initialised is asked for again until it can be had', async () => {
    const { arranger, clock } = await onEmulator({ initialisationSeconds: 3 });
    const queue = await arranger.queue('one', normal);
    const group = await arranger.group(queue, 'g1');
    expect(group).not.toBe('');
    await arranger.ready(queue, group);
    expect(clock.now()).toBeGreaterThanOrEqual(3);
  });

  test('that is refused for longer than initialisation may take is given up, with the last answer', async () => {
    const { arranger, clock, exchanges } = await onAnswers((what, call) =>
      what.endsWith('/groups')
        ? [400, { error_code: 'DMS.10240032', error_msg: 'initialising' }]
        : wellBehaved(what, call),
    );
    const queue = await arranger.queue('one', normal);
    expect(await blame(arranger.group(queue, 'g1'))).toMatch(
      /^arrangement: POST \/v1\.0\/p1\/queues\/q\/groups answered 400 .*initialising/,
    );
    expect(clock.now()).toBeGreaterThanOrEqual(20);
    expect(clock.now()).toBeLessThan(25);
    expect(exchanges.length).toBeLessThan(20);
  });

  test('that is refused for another reason is given up at once', async () => {
    const { arranger, clock } = await onAnswers((what, call) =>
      what.endsWith('/groups') ? [400, { error_code: 'DMS.10240016' }] : wellBehaved(what, call),
    );
    const queue = await arranger.queue('one', normal);
    expect(await blame(arranger.group(queue, 'g1'))).toMatch(/^arrangement: .*10240016/);
    expect(clock.now()).toBe(0);
  });
});

describe('dead letters', () => {
  test.for([normal, fifo])(
    'of a $mode queue are noted with tag, text, position and the span of their failing',
    async (spec) => {
      const { arranger, noted, deadLetters, endpoint: client, exchanges } = await onEmulator();
      const queue = await arranger.queue('one', spec);
      const group = await arranger.group(queue, 'g1');
      const messages = [message(), message({ attributes: '{"a":"b"}' }), message()];
      await arranger.send(queue, messages);
      await arranger.fail(queue, group, messages);
      const failing = exchanges.filter(({ request }) => request.target.endsWith('/ack'));
      expect(deadLetters()).toEqual(
        messages.map((one, position) => ({
          type: 'dead-letter',
          scenario: 'chapter/case',
          queue,
          group,
          tag: one.tag,
          tagged: true,
          position,
          body: one.body,
          attributes: one.attributes,
          failed: [failing[0]?.clock?.sent[0], failing[0]?.clock?.received[1]],
        })),
      );
      for (const line of noted) expect(schemas.evidence.check(line)).toBe(true);
      const batch = jsonOf(
        await client.send({
          consumer: 'c1',
          method: 'GET',
          target: `/v1.0/${project}/queues/${queue}/groups/${group}/deadletters?time_wait=1`,
          mayWaitSeconds: 1,
        }),
      ) as { message: { body: unknown } }[];
      expect(batch.map(({ message: { body } }) => JSON.stringify(body))).toEqual(messages.map(({ body }) => body));
    },
  );

  test('keep their positions over several sends, of which one group fails only some', async () => {
    const { arranger, deadLetters } = await onEmulator();
    const queue = await arranger.queue('one', fifo);
    const [one, two] = [await arranger.group(queue, 'g1'), await arranger.group(queue, 'g2')];
    const [first, second] = [[message(), message()], [message()]];
    await arranger.send(queue, first);
    await arranger.fail(queue, one, first);
    await arranger.send(queue, second);
    await arranger.fail(queue, one, second);
    await arranger.fail(queue, two, [...first, ...second]);
    expect(deadLetters().map(({ group, position }) => [group, position])).toEqual([
      [one, 0],
      [one, 1],
      [one, 2],
      [two, 0],
      [two, 1],
      [two, 2],
    ]);
  });

  test('of more than ten messages take more than one request each', async () => {
    const { arranger, deadLetters, exchanges } = await onEmulator();
    const queue = await arranger.queue('one', fifo);
    const group = await arranger.group(queue, 'g1');
    const messages = Array.from({ length: 23 }, () => message());
    await arranger.send(queue, messages);
    await arranger.fail(queue, group, messages);
    const sizes = exchanges
      .filter(({ request }) => request.target.endsWith('/messages') && request.method === 'POST')
      .map(({ request }) => (JSON.parse(request.body?.data ?? '') as { messages: unknown[] }).messages.length);
    expect(sizes).toEqual([10, 10, 3]);
    expect(deadLetters().map(({ tag }) => tag)).toEqual(messages.map(({ tag }) => tag));
  });

  test('that together are larger than a request may be are sent in several', async () => {
    const { arranger, deadLetters, exchanges } = await onEmulator();
    const queue = await arranger.queue('one', fifo);
    const group = await arranger.group(queue, 'g1');
    const messages = Array.from({ length: 5 }, () => {
      const one = message();
      return { ...one, body: JSON.stringify({ tag: one.tag, load: 'x'.repeat(200_000) }) };
    });
    await arranger.send(queue, messages);
    await arranger.fail(queue, group, messages);
    const sends = exchanges.filter(({ request }) => request.method === 'POST' && request.target.endsWith('/messages'));
    expect(sends.map(statusOf)).toEqual([201, 201, 201]);
    for (const { request } of sends) expect(request.body?.data.length).toBeLessThan(524_288);
    expect(deadLetters()).toHaveLength(5);
  });

  test('of a max_consume_count of two are noted at the second failure', async () => {
    const { arranger, deadLetters } = await onEmulator();
    const queue = await arranger.queue('one', { ...normal, maxConsumeCount: 2 });
    const group = await arranger.group(queue, 'g1');
    const messages = [message(), message()];
    await arranger.send(queue, messages);
    await arranger.fail(queue, group, messages);
    expect(deadLetters()).toEqual([]);
    await arranger.fail(queue, group, messages);
    expect(
      deadLetters()
        .map(({ tag }) => tag)
        .toSorted(),
    ).toEqual(messages.map(({ tag }) => tag).toSorted());
  });

  test('whose body cannot carry a tag are recognised by being alone', async () => {
    const { arranger, deadLetters } = await onEmulator();
    const queue = await arranger.queue('one', normal);
    const group = await arranger.group(queue, 'g1');
    const bare = message({ tagged: false, body: '42' });
    await arranger.send(queue, [bare]);
    await arranger.fail(queue, group, [bare]);
    expect(deadLetters()).toMatchObject([{ tag: bare.tag, tagged: false, body: '42' }]);
  });

  test('of which the endpoint lost the bodies under way are noted all the same', async () => {
    // That is for the rules to complain of, not for arranging.
    const { arranger, deadLetters } = await onEmulator({
      behaviour: () => ({
        writeConsumed: (deliveries, kind) => {
          const answer = documented.writeConsumed(deliveries, kind);
          return {
            ...answer,
            body: Buffer.from(answer.body as string)
              .toString()
              .replaceAll(/dmsc-[0-9a-z-]+/g, 'lost'),
          };
        },
      }),
    });
    const queue = await arranger.queue('one', normal);
    const group = await arranger.group(queue, 'g1');
    const messages = [message(), message(), message()];
    await arranger.send(queue, messages);
    await arranger.fail(queue, group, messages);
    expect(deadLetters().map(({ tag }) => tag)).toEqual(messages.map(({ tag }) => tag));
  });

  test('of messages that never arrive are given up, with how many and where', async () => {
    const { arranger, clock } = await onEmulator();
    const queue = await arranger.queue('one', normal);
    // Made after the sending: it gets nothing.
    const messages = [message(), message()];
    await arranger.send(queue, messages);
    const group = await arranger.group(queue, 'late');
    expect(await blame(arranger.fail(queue, group, messages))).toBe(
      `arrangement: 2 of 2 messages that were sent did not arrive at group ${group} as normal messages`,
    );
    expect(clock.now()).toBeGreaterThan(40);
    expect(clock.now()).toBeLessThan(60);
  });

  test('name every entry of the batch as failed', async () => {
    const { arranger, exchanges } = await onEmulator();
    const queue = await arranger.queue('one', fifo);
    const group = await arranger.group(queue, 'g1');
    const messages = [message(), message()];
    await arranger.send(queue, messages);
    await arranger.fail(queue, group, messages);
    const { request } = exchanges.findLast(({ request: { target } }) => target.endsWith('/ack')) ?? {};
    expect(JSON.parse(request?.body?.data ?? '')).toEqual({
      message: [
        { handler: expect.any(String) as unknown, status: 'fail' },
        { handler: expect.any(String) as unknown, status: 'fail' },
      ],
    });
  });
});

describe('a send', () => {
  test.for([
    ['a state other than 0', { messages: [{ state: 0 }, { state: 1, error_code: 'DMS.10540002' }] }],
    ['a state that is missing', { messages: [{ state: 0 }, {}] }],
    ['too few states', { messages: [{ state: 0 }] }],
    ['no states', {}],
    ['nothing', null],
  ] as const)('that is answered 201 with %s did not go well', async ([, body]) => {
    const { arranger } = await onAnswers((what, call) =>
      what.endsWith('/messages') ? [201, body] : wellBehaved(what, call),
    );
    const queue = await arranger.queue('one', normal);
    expect(await blame(arranger.send(queue, [message(), message()]))).toBe(
      `arrangement: POST /v1.0/p1/queues/q/messages answered 201 ${JSON.stringify(body)}`,
    );
  });

  test('that is refused says what was answered', async () => {
    const { arranger } = await onEmulator();
    const queue = await arranger.queue('one', normal);
    expect(await blame(arranger.send(queue, [message({ body: '{"not":json}' })]))).toMatch(
      /^arrangement: POST \/v1\.0\/p1\/queues\/[^ ]+\/messages answered 400 /,
    );
  });
});

describe('a normal consume whose answer is no array', () => {
  test('is an arrangement that failed', async () => {
    const { arranger } = await onAnswers((what, call) =>
      what.startsWith('GET') ? [200, { messages: [] }] : wellBehaved(what, call),
    );
    const queue = await arranger.queue('one', normal);
    const group = await arranger.group(queue, 'g1');
    expect(await blame(arranger.fail(queue, group, [message()]))).toMatch(
      /^arrangement: GET \/v1\.0\/p1\/queues\/q\/groups\/g\/messages\?\S+ answered 200 /,
    );
  });
});

describe('deleting', () => {
  test('a group and its queue succeeds, and once more is no failure for the queue', async () => {
    const { arranger } = await onEmulator();
    const queue = await arranger.queue('one', normal);
    const group = await arranger.group(queue, 'g1');
    expect(await arranger.deleteGroup(queue, group)).toBe(true);
    expect(await arranger.deleteGroup(queue, group)).toBe(false);
    expect(await arranger.deleteQueue(queue)).toBe(true);
    expect(await arranger.deleteQueue(queue)).toBe(true);
  });

  test.for([
    [204, true],
    [200, true],
    [404, true],
    [403, false],
    [500, false],
    [0, false],
  ] as const)('a queue answered with %i: %s', async ([status, gone]) => {
    const { arranger } = await onAnswers(() => [status, undefined]);
    expect(await arranger.deleteQueue('q')).toBe(gone);
  });
});

test('nothing is sent any more when the signal has aborted', async () => {
  const { arranger, exchanges, interrupt } = await onEmulator();
  interrupt.abort(new Error('interrupted'));
  await expect(arranger.queue('one', normal)).rejects.toThrow('interrupted');
  expect(exchanges).toEqual([]);
});
