import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, buildConnector } from 'undici';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Answer, Exchange, Failure } from '../../schemas/types.ts';
import { monotonicSeconds, type Clock } from '../../src/clock/clock.ts';
import { controlledClock } from '../../src/clock/controlled.ts';
import { wallClock } from '../../src/clock/wall.ts';
import { errorCodeOf, inWords, jsonOf, statusOf } from '../../src/endpoint/answer.ts';
import { secretsIn, type Credentials } from '../../src/endpoint/credentials.ts';
import { endpoint, type Call, type Endpoint } from '../../src/endpoint/endpoint.ts';
import { lagMeter } from '../../src/endpoint/lag.ts';
import { allowanceFor } from '../../src/endpoint/room.ts';
import { redactor } from '../../src/endpoint/secrets.ts';
import { schemas } from '../../src/history/schemas.ts';
import { fakeHook, gate } from '../support/clock-hook.ts';
import { agent, httpServer, tcpServer } from '../support/servers.ts';

const TOKEN = 'MIIK"0\\/+secret=';

interface Client extends Endpoint {
  readonly recorded: Exchange[];
  readonly interrupt: AbortController;
}

function client(
  url: string,
  {
    clock,
    token,
    credentials = { token },
    agent: given,
  }: {
    readonly clock?: Clock;
    readonly token?: string;
    readonly credentials?: Credentials;
    readonly agent?: Agent;
  } = {},
): Client {
  const recorded: Exchange[] = [];
  const interrupt = new AbortController();
  const lag = lagMeter();
  const own = clock ?? wallClock(monotonicSeconds());
  onTestFinished(() => {
    lag.close();
    own.close();
  });
  let last = 0;
  const made = endpoint({
    url,
    agent: given ?? agent(),
    credentials,
    redact: redactor(secretsIn(credentials)),
    clock: own,
    lag,
    scenario: 'chapter/case',
    record: (exchange) => recorded.push(exchange),
    signal: interrupt.signal,
    allowance: allowanceFor(1),
    nextId: () => (last += 1),
  });
  return { ...made, recorded, interrupt };
}

const get = (part: Partial<Call> = {}): Call => ({ consumer: 'c1', method: 'GET', target: '/v1.0/p', ...part });

function answerOf({ outcome }: Exchange): Answer {
  if (outcome.kind === 'answer') return outcome;
  throw new Error(`there was no answer: ${outcome.code} ${outcome.message}`);
}

function onlyRecord([record]: readonly Exchange[]): Exchange {
  if (record === undefined) throw new Error('nothing was recorded');
  return record;
}

function failureOf({ outcome }: Exchange): Failure {
  if (outcome.kind === 'failure') return outcome;
  throw new Error(`there was an answer: ${outcome.status}`);
}

describe('a record', () => {
  test('holds the request as it was sent and the answer as it came', async () => {
    const url = await httpServer(({ method, url: target, headers, body }, reply) => {
      reply.writeHead(201, ['X-Case', 'Kept', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']);
      reply.end(JSON.stringify({ method, target, contentType: headers['content-type'], body }));
    });
    const own = client(`${url}/prefix/`);
    const exchange = await own.send({
      consumer: 'c2',
      method: 'POST',
      target: '/v1.0/p/queues?x=ü',
      headers: { 'Content-Type': 'application/json' },
      body: '{"a":"é"}',
    });
    expect(own.recorded).toEqual([exchange]);
    expect(schemas.evidence.check(exchange) ? '' : schemas.evidence.problems()).toBe('');
    expect(exchange).toMatchObject({
      type: 'exchange',
      scenario: 'chapter/case',
      id: 1,
      consumer: 'c2',
      attempt: 1,
      request: {
        method: 'POST',
        target: '/v1.0/p/queues?x=ü',
        headers: [['Content-Type', 'application/json']],
        body: { encoding: 'utf8', data: '{"a":"é"}' },
      },
    });
    const { status, headers } = answerOf(exchange);
    expect(status).toBe(201);
    // Names keep their case, and what came twice stands twice.
    expect(headers.filter(([name]) => /case|cookie/i.test(name))).toEqual([
      ['X-Case', 'Kept'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ]);
    expect(jsonOf(exchange)).toEqual({
      method: 'POST',
      target: '/prefix/v1.0/p/queues?x=%C3%BC',
      contentType: 'application/json',
      body: '{"a":"é"}',
    });
  });

  test('holds the instants on both sides of the endpoint’s own', async () => {
    const url = await httpServer(async (_asked, reply) => {
      await sleep(60);
      reply.end('[]');
    });
    const { sent, received, lag, ...rest } = await client(url).send(get());
    expect(received - sent).toBeGreaterThan(0.055);
    expect(sent).toBeGreaterThanOrEqual(0);
    expect(lag).toBeGreaterThanOrEqual(0);
    expect(rest).not.toHaveProperty('clock');
  });

  test('tells how late the request left, and blames no endpoint’s slowness on that', async () => {
    const url = await httpServer(async (_asked, reply) => {
      await sleep(300);
      reply.end('[]');
    });
    const connect = buildConnector({});
    const slow = new Agent({
      connect: (options, done) => void setTimeout(() => connect(options, done), 400),
    });
    onTestFinished(() => slow.destroy());
    const { sent, received, lag } = await client(url, { agent: slow }).send(get());
    expect(lag).toBeGreaterThan(0.39);
    // The endpoint had it for that long after it had left.
    expect(received - sent - lag).toBeGreaterThan(0.29);
  });

  test('holds the bounds of a controlled clock at both ends, too', async () => {
    const clock = await controlledClock(fakeHook({ now: 100, waiting: 1 }), monotonicSeconds(), () => {});
    const url = await httpServer((_asked, reply) => {
      clock.after(4, () => reply.end('[]'));
    });
    const exchange = await client(url, { clock }).send(get({ mayWaitSeconds: 10 }));
    expect(exchange.clock?.sent).toEqual([100, 100]);
    expect(exchange.clock?.received[0]).toBeGreaterThanOrEqual(104);
    expect(schemas.evidence.check(exchange)).toBe(true);
  });

  test.for([
    ['UTF-8 as text', Buffer.from('{"a":"ü€😀\u0000"}'), { encoding: 'utf8', data: '{"a":"ü€😀\u0000"}' }],
    ['a byte order mark as text', Buffer.from('\ufeff[]'), { encoding: 'utf8', data: '\ufeff[]' }],
    ['nothing as nothing', Buffer.alloc(0), { encoding: 'utf8', data: '' }],
    ['broken UTF-8 as base64', Buffer.from([0x5b, 0xff, 0x5d]), { encoding: 'base64', data: 'W/9d' }],
    // Decoding would make the same U+FFFD of either byte.
    ['an overlong slash as base64', Buffer.from([0xc0, 0xaf]), { encoding: 'base64', data: 'wK8=' }],
  ] as const)('keeps %s', async ([, bytes, body]) => {
    const url = await httpServer((_asked, reply) => reply.end(bytes));
    const exchange = await client(url).send(get({ method: 'POST', body: bytes }));
    expect(answerOf(exchange).body).toEqual(body);
    expect(exchange.request.body).toEqual(body);
  });

  test('numbers the exchanges in the order of sending, not of answering', async () => {
    const arrived = gate();
    let answerSlow = (): void => {};
    const url = await httpServer(({ url: target }, reply) => {
      if (target.endsWith('slow')) {
        answerSlow = () => reply.end('slow');
        arrived.open();
      } else reply.end('fast');
    });
    const own = client(url);
    const slow = own.send(get({ target: '/slow' }));
    await arrived.passed;
    await own.send(get({ target: '/fast' }));
    answerSlow();
    await slow;
    expect(own.recorded.map(({ id, request }) => [id, request.target])).toEqual([
      [2, '/fast'],
      [1, '/slow'],
    ]);
  });

  test('follows no redirect', async () => {
    const asked: string[] = [];
    const url = await httpServer(({ url: target }, reply) => {
      asked.push(target);
      reply.writeHead(307, { Location: '/elsewhere' }).end();
    });
    const exchange = await client(url).send(get());
    expect(statusOf(exchange)).toBe(307);
    expect(answerOf(exchange).headers).toContainEqual(['Location', '/elsewhere']);
    expect(asked).toEqual(['/v1.0/p']);
  });
});

describe('a failure', () => {
  test('to connect: nothing left us', async () => {
    const exchange = await client('http://127.0.0.1:1').send(get());
    expect(failureOf(exchange)).toMatchObject({ cause: 'unreachable', code: 'ECONNREFUSED', bytesLeft: false });
    expect(schemas.evidence.check(exchange)).toBe(true);
  });

  test('to find the host: nothing left us', async () => {
    const exchange = await client('http://nowhere.invalid').send(get());
    expect(failureOf(exchange)).toMatchObject({ cause: 'unreachable', bytesLeft: false });
  });

  test('of a connection that is closed without an answer: the effect is unknown', async () => {
    const url = await tcpServer((socket) => socket.destroy());
    expect(failureOf(await client(url).send(get()))).toMatchObject({ cause: 'broken', bytesLeft: true });
  });

  test('of a connection that is reset in the middle of the body', async () => {
    const url = await tcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"handler"', () => socket.resetAndDestroy());
    });
    expect(failureOf(await client(url).send(get()))).toMatchObject({ cause: 'broken', bytesLeft: true });
  });

  test('of an answer that is no HTTP', async () => {
    const url = await tcpServer((socket) => socket.end('220 smtp.example ready\r\n'));
    expect(failureOf(await client(url).send(get()))).toMatchObject({ cause: 'broken', bytesLeft: true });
  });

  test('of an answer that does not end: it is cut before it fills the memory', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 0x20);
    const url = await httpServer((_asked, reply) => {
      const more = (): void => {
        while (reply.write(megabyte));
        reply.once('drain', more);
      };
      more();
    });
    const exchange = await client(url).send(get());
    expect(failureOf(exchange)).toMatchObject({ cause: 'too-large', bytesLeft: true });
  });

  test.for([
    ['Content-Length', { 'Content-Length': '5000000' }],
    ['chunks', {}],
  ] as const)('of 5 MB, by %s', async ([, headers]) => {
    const url = await httpServer((_asked, reply) => reply.writeHead(200, headers).end(Buffer.alloc(5_000_000)));
    expect(failureOf(await client(url).send(get()))).toMatchObject({ cause: 'too-large' });
  });

  test('but many large answers at once take turns, and each arrives whole', async () => {
    const large = `[${' '.repeat(800_000)}]`;
    const url = await httpServer((_asked, reply) => {
      reply.write(large.slice(0, 300_000));
      setTimeout(() => reply.end(large.slice(300_000)), 20);
    });
    const own = client(url);
    const all = await Promise.all(Array.from({ length: 50 }, () => own.send(get())));
    expect(all.filter((exchange) => answerOf(exchange).body.data !== large)).toEqual([]);
  });

  test('of large answers that stall: whoever comes after they were given up has room', async () => {
    let stalls = true;
    const url = await httpServer((_asked, reply) => {
      if (stalls) reply.write(' '.repeat(900_000));
      else reply.end(' '.repeat(900_000));
    });
    const stalled = client(url);
    const open = Promise.all(Array.from({ length: 50 }, () => stalled.send(get())));
    await sleep(300);
    stalled.interrupt.abort(new Error('interrupted'));
    expect(new Set((await open).map((exchange) => failureOf(exchange).cause))).toEqual(new Set(['aborted']));
    stalls = false;
    expect(answerOf(await client(url).send(get())).body.data).toHaveLength(900_000);
  });

  test('of interim answers without end', async () => {
    const url = await tcpServer((socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(10)));
      };
      socket.on('drain', more);
      more();
    });
    expect(failureOf(await client(url).send(get()))).toMatchObject({ cause: 'broken', code: 'INTERIM_FLOOD' });
  });

  test('but some interim answers before the real one do no harm', async () => {
    const url = await tcpServer((socket) =>
      socket.write(`${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(20)}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]`),
    );
    expect(answerOf(await client(url).send(get())).body.data).toBe('[]');
  });

  test('of an answer that never comes: it is given up after 80 s of the judged clock', async () => {
    const hook = fakeHook({ waiting: 1 });
    const clock = await controlledClock(hook, monotonicSeconds(), () => {});
    const url = await httpServer(() => {});
    const exchange = await client(url, { clock }).send(get({ mayWaitSeconds: 60 }));
    expect(failureOf(exchange)).toMatchObject({ cause: 'timeout', code: 'GIVEN_UP', bytesLeft: true });
    expect(hook.now).toBe(80);
    expect(exchange.clock?.received[1]).toBe(80);
  });

  test('and nothing stops the clock for a poll that is over', async () => {
    const hook = fakeHook({ waiting: 0 });
    const clock = await controlledClock(hook, monotonicSeconds(), () => {});
    let asked = 0;
    const url = await httpServer((_asked, reply) => {
      asked += 1;
      if (asked === 1) reply.end('[]');
      else hook.waiting = 1;
    });
    const own = client(url, { clock });
    await own.send(get({ mayWaitSeconds: 10 }));
    expect(failureOf(await own.send(get({ mayWaitSeconds: 60 })))).toMatchObject({ code: 'GIVEN_UP' });
    expect(hook.moves[0]).toBeCloseTo(59.4);
  });

  test('of the run itself: an interrupt ends what is open', async () => {
    const own: Client = client(await httpServer(() => own.interrupt.abort(new Error('interrupted'))));
    expect(failureOf(await own.send(get()))).toMatchObject({ cause: 'aborted', bytesLeft: true });
  });

  test.for([
    ['a consume', get({ mayWaitSeconds: 3 })],
    ['an acknowledgement', get({ method: 'POST', body: '{"message":[]}' })],
  ] as const)('of the connection of %s: it is not sent again behind our back', async ([, call]) => {
    // The first request makes the connection one that is kept, which is where clients like to try again.
    let asked = 0;
    const url = await tcpServer((socket) => {
      asked += 1;
      if (asked === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]');
      else socket.resetAndDestroy();
    });
    const own = client(url);
    expect(statusOf(await own.send(call))).toBe(200);
    expect(failureOf(await own.send(call))).toMatchObject({ cause: 'broken', bytesLeft: true });
    await sleep(50);
    expect(asked).toBe(2);
    expect(own.recorded).toHaveLength(2);
  });
});

describe('an answer that is large, but may be lawful', { timeout: 30_000 }, () => {
  test.for([
    ['Content-Length', { 'Content-Length': '3000000' }],
    ['chunks', {}],
  ] as const)('is read whole, by %s, among many', async ([, headers]) => {
    const text = 'x'.repeat(3_000_000);
    const url = await httpServer((_asked, reply) => reply.writeHead(200, headers).end(text));
    const own = client(url);
    const all = await Promise.all(Array.from({ length: 12 }, () => own.send(get())));
    expect(all.map((one) => answerOf(one).body.data === text)).toEqual(Array.from({ length: 12 }, () => true));
  });
});

describe('throttling', () => {
  /** A clock of which no pause costs real time. */
  const quickClock = (): Promise<Clock> => controlledClock(fakeHook({ waiting: 1 }), monotonicSeconds(), () => {});

  test.for([
    ['429', 429, 'slow down'],
    ['404 with code 10240407', 404, '{"error_code":"DMS.10240407"}'],
  ] as const)('%s is repeated, and every attempt is recorded', async ([, status, text]) => {
    let asked = 0;
    const url = await httpServer((_asked, reply) => {
      asked += 1;
      if (asked < 3) reply.writeHead(status, { 'Retry-After': '2' }).end(text);
      else reply.end('[]');
    });
    const own = client(url, { clock: await quickClock() });
    const last = await own.send(get());
    expect(statusOf(last)).toBe(200);
    expect(own.recorded.map((exchange) => [exchange.id, exchange.attempt, statusOf(exchange)])).toEqual([
      [1, 1, status],
      [2, 2, status],
      [3, 3, 200],
    ]);
  });

  test.for([
    [undefined, 1],
    ['3', 3],
    ['3600', 10],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 1],
    ['-5', 1],
  ] as const)('Retry-After %s means a pause of %i s', async ([asks, pause]) => {
    let asked = 0;
    const url = await httpServer((_asked, reply) => {
      asked += 1;
      if (asked === 1) reply.writeHead(429, asks === undefined ? {} : { 'Retry-After': asks }).end();
      else reply.end('[]');
    });
    const own = client(url, { clock: await quickClock() });
    await own.send(get());
    const [first, second] = own.recorded;
    expect((second?.clock?.sent[0] ?? 0) - (first?.clock?.received[1] ?? 0)).toBeCloseTo(pause, 3);
  });

  test('an endpoint that always throttles is asked twelve times', async () => {
    const url = await httpServer((_asked, reply) => reply.writeHead(429, { 'Retry-After': '0' }).end());
    // On the wall clock nothing but Retry-After makes it wait.
    const own = client(url);
    expect(statusOf(await own.send(get()))).toBe(429);
    expect(own.recorded.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('an endpoint that wants more than half a minute of patience does not get it', async () => {
    const url = await httpServer((_asked, reply) => reply.writeHead(429, { 'Retry-After': '9' }).end());
    const own = client(url, { clock: await quickClock() });
    expect(statusOf(await own.send(get()))).toBe(429);
    expect(own.recorded).toHaveLength(4);
  });

  test('another 404, or a 503, is an answer', async () => {
    for (const status of [404, 503, 400]) {
      const url = await httpServer((_asked, reply) => reply.writeHead(status).end('{"error_code":"DMS.10240401"}'));
      const own = client(url);
      expect(statusOf(await own.send(get()))).toBe(status);
      expect(own.recorded).toHaveLength(1);
    }
  });

  test('an interrupt ends the pause', async () => {
    const url = await httpServer((_asked, reply) => reply.writeHead(429, { 'Retry-After': '10' }).end());
    const own = client(url);
    const sent = own.send(get());
    await vi.waitFor(() => expect(own.recorded).toHaveLength(1));
    own.interrupt.abort(new Error('interrupted'));
    await expect(sent).rejects.toThrow('interrupted');
    expect(own.recorded).toHaveLength(1);
  });
});

describe('the token', () => {
  test('goes into the header of the request and into no record', async () => {
    let seen: string | undefined;
    const url = await httpServer(({ headers }, reply) => {
      seen = String(headers['x-auth-token']);
      reply.end('[]');
    });
    const own = client(url, { token: TOKEN });
    const exchange = await own.send(get());
    expect(seen).toBe(TOKEN);
    expect(exchange.request.headers).toEqual([['x-auth-token', '[given]']]);
    expect(JSON.stringify(own.recorded)).not.toContain('secret');
  });

  test.for([
    ['left out', 'none', undefined, []],
    ['another one', 'wrong', 'not-the-token', [['x-auth-token', '[other]']]],
  ] as const)('can be %s', async ([, credentials, arrives, headers]) => {
    let seen: unknown = 'nothing was asked';
    const url = await httpServer((asked, reply) => {
      seen = asked.headers['x-auth-token'];
      reply.end('[]');
    });
    const exchange = await client(url, { token: TOKEN }).send(get({ credentials }));
    expect(seen).toBe(arrives);
    expect(exchange.request.headers).toEqual(headers);
  });

  const escaped = JSON.stringify(TOKEN);
  test.for([
    ['as it is', TOKEN, '[redacted]'],
    ['in JSON', `{"sent":${escaped},"again":${escaped}}`, '{"sent":"[redacted]","again":"[redacted]"}'],
    ['in JSON of other writers', '{"sent":' + escaped.replaceAll('/', '\\/') + '}', '{"sent":"[redacted]"}'],
    ['in a URL', `/login?token=${encodeURIComponent(TOKEN)}`, '/login?token=[redacted]'],
  ] as const)('is masked where an endpoint echoes it %s, in body and headers', async ([, echo, masked]) => {
    const url = await httpServer((_asked, reply) => reply.writeHead(401, ['X-Echo', `< ${echo} >`]).end(echo));
    const own = client(url, { token: TOKEN });
    // Whoever sent it gets it as it came, since a handler may look like a token.
    expect(answerOf(await own.send(get())).body.data).toBe(echo);
    const answer = answerOf(onlyRecord(own.recorded));
    expect(answer.body).toEqual({ encoding: 'utf8', data: masked });
    expect(answer.headers).toContainEqual(['X-Echo', `< ${masked} >`]);
    expect(JSON.stringify(own.recorded)).not.toContain('secret');
  });

  test('is masked in bytes that are no text, and they stay as they are otherwise', async () => {
    const around = Buffer.from([0xff, 0xfe, 0x80]);
    const url = await httpServer((_asked, reply) => reply.end(Buffer.concat([around, Buffer.from(TOKEN), around])));
    const own = client(url, { token: TOKEN });
    await own.send(get());
    const { body } = answerOf(onlyRecord(own.recorded));
    expect(body.encoding).toBe('base64');
    expect(Buffer.from(body.data, 'base64')).toEqual(Buffer.concat([around, Buffer.from('[redacted]'), around]));
  });

  test('is masked in what we send ourselves, target and body', async () => {
    const url = await httpServer((_asked, reply) => reply.end());
    const { request } = await client(url, { token: TOKEN }).send(
      get({ method: 'POST', target: `/x?t=${encodeURIComponent(TOKEN)}`, headers: { a: TOKEN }, body: TOKEN }),
    );
    expect(request).toMatchObject({ target: '/x?t=[redacted]', body: { encoding: 'utf8', data: '[redacted]' } });
    expect(request.headers[0]).toEqual(['a', '[redacted]']);
  });
});

describe('answers in words', () => {
  const answered = (status: number, data: string, encoding: 'utf8' | 'base64' = 'utf8'): Exchange => ({
    type: 'exchange',
    scenario: 's',
    id: 1,
    consumer: 'c1',
    attempt: 1,
    request: { method: 'GET', target: '/v1.0/p', headers: [] },
    sent: 0,
    received: 1,
    lag: 0,
    outcome: { kind: 'answer', status, headers: [], body: { encoding, data } },
  });

  test.for([
    ['{"error_code":"DMS.10240401"}', '10240401'],
    ['{"code":10240401}', '10240401'],
    ['{"code":"DMS.00010240401"}', '10240401'],
    ['{"error_code":"DMS"}', undefined],
    ['"10240401"', undefined],
    ['null', undefined],
    ['no JSON 10240401', undefined],
  ] as const)('the error code of %s is %s', ([body, code]) => {
    expect(errorCodeOf(answered(404, body))).toBe(code);
  });

  test('JSON that is kept as base64 is read, too', () => {
    expect(jsonOf(answered(200, Buffer.from('[1]').toString('base64'), 'base64'))).toEqual([1]);
    expect(jsonOf(answered(200, '[1'))).toBeUndefined();
  });

  test('name the request and what came, or why nothing did', async () => {
    expect(inWords(answered(404, '{"error_code":"DMS.1"}'))).toBe('GET /v1.0/p answered 404 {"error_code":"DMS.1"}');
    expect(inWords(answered(204, ''))).toBe('GET /v1.0/p answered 204');
    expect(inWords(await client('http://127.0.0.1:1').send(get()))).toMatch(
      /^GET \/v1\.0\/p got no answer: .*\(ECONNREFUSED\)$/,
    );
  });
});
