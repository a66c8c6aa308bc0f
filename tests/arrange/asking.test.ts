/** Who arranges may answer anything, or nothing; each time it has to be said whose doing that was. */
import { describe, expect, test, vi } from 'vitest';
import { Ajv2020 } from 'ajv/dist/2020.js';
import requestSchema from '../../schemas/arrange-request.schema.json' with { type: 'json' };
import type { Noted, QueueSpec } from '../../src/arrange/arranger.ts';
import { askingArranger, type Ask } from '../../src/arrange/asking.ts';
import { commandArrangement } from '../../src/arrange/command.ts';
import { hookArrangement } from '../../src/arrange/hook.ts';
import { QuotaRefused, Trouble } from '../../src/arrange/trouble.ts';
import type { Endpoint } from '../../src/endpoint/endpoint.ts';
import { wallClock } from '../../src/clock/wall.ts';
import { agent, httpServer } from '../support/servers.ts';

const NORMAL: QueueSpec = { mode: 'NORMAL', redrive: true, maxConsumeCount: 1 };
const isRequest = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(requestSchema);
const untouched: Endpoint = { send: () => Promise.reject(new TypeError('the endpoint was asked')) };

function setting(signal = new AbortController().signal) {
  const noted: Noted[] = [];
  const options = {
    endpoint: untouched,
    clock: wallClock(0),
    project: 'p1',
    scenario: 'chapter/case',
    signal,
    note: (line: Noted) => void noted.push(line),
  };
  return { noted, options };
}

function answering(...answers: readonly string[]) {
  const asked: string[] = [];
  const ask: Ask = (request) => {
    asked.push(request);
    return Promise.resolve(answers[asked.length - 1] ?? '{}');
  };
  const { noted, options } = setting();
  return { asked, noted, arranger: askingArranger(ask, 'the hook http://h/', options) };
}

const message = (body: string, attributes: string | null = null) => ({
  special: true,
  tag: 'dmsc-a-b-1',
  tagged: true,
  body,
  attributes,
});

describe('what is asked', () => {
  test('fits its schema, and numbers are spelled as the scenario spells them', async () => {
    const { asked, arranger } = answering('{"queue":"q1"}', '{"group":"g1"}');
    await arranger.queue('n', { ...NORMAL, mode: 'FIFO' });
    await arranger.group('q1', 'one');
    const messages = [message('{"n":1.50,"tag":"dmsc-a-b-1"}', '{"a":12345678901234567890}')];
    await arranger.send('q1', messages);
    await arranger.fail('q1', 'g1', messages);
    await arranger.deleteGroup('q1', 'g1');
    await arranger.deleteQueue('q1');
    expect(asked.map((text) => (JSON.parse(text) as { action: string }).action)).toEqual([
      'create-queue',
      'create-group',
      'dead-letters',
      'delete-group',
      'delete-queue',
    ]);
    for (const text of asked) expect(isRequest(JSON.parse(text)) ? [] : isRequest.errors).toEqual([]);
    expect(asked[2]).toContain('{"body":{"n":1.50,"tag":"dmsc-a-b-1"},"attributes":{"a":12345678901234567890}}');
  });

  test('and answered is written down, with what became a dead letter', async () => {
    const { noted, arranger } = answering('{"queue":"q1"}', '{"group":"g1"}');
    await arranger.queue('n', NORMAL);
    await arranger.group('q1', 'one');
    const messages = [message('{"tag":"dmsc-a-b-1"}')];
    await arranger.send('q1', messages);
    expect(await arranger.fail('q1', 'g1', messages)).toBe(messages);
    expect(noted.map(({ type }) => type)).toEqual([
      'arranging',
      'queue',
      'arranging',
      'group',
      'arranging',
      'dead-letter',
    ]);
    expect(noted.at(-1)).toMatchObject({ queue: 'q1', group: 'g1', tag: 'dmsc-a-b-1', position: 0 });
    expect(noted[4]).toMatchObject({ action: 'dead-letters', queue: 'q1', group: 'g1', done: true });
  });
});

describe('what is answered', () => {
  test.for<readonly [string, string, RegExp]>([
    ['no JSON', '<html>', /answered create-queue with "<html>", which is not JSON/],
    ['an array', '[]', /does not fit schemas\/arrange-answer\.schema\.json/],
    ['an id that fits no path', '{"queue":"a/b"}', /does not fit/],
    ['an unknown member', '{"id":"q1"}', /does not fit/],
    ['no id', '{}', /without "queue"/],
    ['an error', '{"error":{"kind":"failed","reason":"disk full"}}', /failed at create-queue: disk full/],
    ['that it cannot', '{"error":{"kind":"unsupported","reason":"no FIFO"}}', /does not offer create-queue: no FIFO/],
  ])('%s is trouble with the arrangement', async ([, answer, expected]) => {
    const { noted, arranger } = answering(answer);
    const asked = arranger.queue('n', NORMAL);
    await expect(asked).rejects.toThrow(expected);
    await expect(asked).rejects.toMatchObject({ code: 'DMS_TROUBLE', blame: 'arrangement' });
    expect(noted.map(({ type }) => type)).toEqual(['arranging']);
  });

  test('that there are too many queues is no trouble: others may go', async () => {
    const { arranger } = answering('{"error":{"kind":"quota","reason":"5 is all"}}');
    await expect(arranger.queue('n', NORMAL)).rejects.toThrow(QuotaRefused);
  });

  test('that it cannot delete leaves it where it is', async () => {
    const { arranger } = answering('{"error":{"kind":"unsupported","reason":"never"}}');
    expect(await arranger.deleteQueue('q1')).toBe(false);
  });

  test('what has to fail twice cannot be had', async () => {
    const { arranger } = answering('{"queue":"q1"}');
    await arranger.queue('n', { ...NORMAL, maxConsumeCount: 2 });
    await expect(arranger.fail('q1', 'g1', [message('1')])).rejects.toThrow(Trouble);
    expect(() => arranger.requireNormal()).toThrow(/dead letters only/);
  });
});

describe('a hook', () => {
  const byHook = (url: string) => hookArrangement(url).arranger(setting().options, agent());

  test('is a POST of JSON, without the credentials of the endpoint', async () => {
    const asked: { method?: string | undefined; type?: string | undefined; token: boolean }[] = [];
    const url = await httpServer(({ method, headers }, reply) => {
      asked.push({ method, type: headers['content-type'], token: 'x-auth-token' in headers });
      reply.end('{"queue":"q1"}');
    });
    expect(await byHook(`${url}/arrange`).queue('n', NORMAL)).toBe('q1');
    expect(asked).toEqual([{ method: 'POST', type: 'application/json', token: false }]);
  });

  test('that answers anything but 200 is quoted', async () => {
    const url = await httpServer((_asked, reply) => reply.writeHead(500).end('oh no'));
    await expect(byHook(url).queue('n', NORMAL)).rejects.toThrow(/the hook .* answered 500, expected 200: oh no/);
  });

  test('that is not there is trouble with the arrangement, not with the network', async () => {
    await expect(byHook('http://127.0.0.1:1/').queue('n', NORMAL)).rejects.toMatchObject({ blame: 'arrangement' });
  });
});

describe('a command', () => {
  const by = (command: string, signal?: AbortSignal) =>
    commandArrangement(command).arranger(setting(signal).options, agent());

  test('reads the request and writes the answer', async () => {
    const echo = `node -e 'const r=JSON.parse(require("fs").readFileSync(0));console.log(JSON.stringify({queue:r.name}))'`;
    expect(await by(echo).queue('given', NORMAL)).toBe('given');
  });

  test('sees no credentials of the endpoint', async () => {
    vi.stubEnv('DMS_TOKEN', 'a-token');
    vi.stubEnv('DMS_SECRET_KEY', 'a-key');
    vi.stubEnv('DMS_PROJECT', 'p1');
    const tell = `node -e 'console.log(JSON.stringify({queue:Object.keys(process.env).filter(n=>n.startsWith("DMS_")).join(".")}))'`;
    expect(await by(tell).queue('n', NORMAL)).toBe('DMS_PROJECT');
    vi.unstubAllEnvs();
  });

  test('may leave the request unread', async () => {
    expect(await by(`echo '{"queue":"q1"}'`).queue('n', NORMAL)).toBe('q1');
  });

  test.for<readonly [string, RegExp]>([
    ['echo oops >&2; exit 3', /ended with 3, expected 0: oops/],
    ['no-such-program-here', /ended with 127/],
    ['true', /answered create-queue with ""/],
    ['yes', /wrote more than 1048576 bytes/],
  ])('%s is trouble with the arrangement', async ([command, expected]) => {
    const asked = by(command).queue('n', NORMAL);
    await expect(asked).rejects.toThrow(expected);
    await expect(asked).rejects.toMatchObject({ blame: 'arrangement' });
  });

  test('ends with what it started when the run is interrupted', async () => {
    const interrupt = new AbortController();
    const asked = by('sleep 60 & wait', interrupt.signal).queue('n', NORMAL);
    setTimeout(() => interrupt.abort(new Error('stop')), 100);
    await expect(asked).rejects.toThrow('stop');
  });
});
