import { describe, expect, test } from 'vitest';
import type { EvidenceLine, Exchange } from '../../schemas/types.ts';
import { Short, Trouble } from '../../src/arrange/trouble.ts';
import { SignalInterrupt, startCampaign } from '../../src/campaign/campaign.ts';
import { embeddedTarget } from '../../src/campaign/embedded.ts';
import { queueOf, scenario, type Scenario } from '../../src/campaign/scenario.ts';
import { remoteTarget } from '../../src/campaign/target.ts';
import { entries } from '../../src/campaign/world.ts';
import { clockHook, type Connections } from '../../src/clock/hook.ts';
import { readEvidence } from '../../src/history/evidence.ts';
import { schemas } from '../../src/history/schemas.ts';
import { gate } from '../support/clock-hook.ts';
import { inFrontOf, ran, registerOf, sharedEmulator, type Ran } from '../support/runs.ts';
import { httpServer } from '../support/servers.ts';
import { PROJECT, settings } from '../support/settings.ts';

type Run = Scenario['run'];

function made(id: string, run: Run = () => Promise.resolve(), part: Partial<Scenario> = {}): Scenario {
  return scenario({ id, title: id, clauses: ['a.clause'], run, ...part });
}

/** Arranges a dead letter, consumes and acknowledges it. */
const oneDeadLetter: Run = async ({ queue }) => {
  const group = await queue.group();
  await group.deadLetters(1);
  const batch = await group.first();
  await group.acknowledge(entries(batch.delivered));
};

const exchangesOf = ({ lines }: Ran, id: string): Exchange[] =>
  lines.filter((line) => line.type === 'exchange').filter((line) => line.scenario === id);

const noted = (lines: readonly EvidenceLine[], id: string): string[] =>
  lines.flatMap((line) => ('scenario' in line && line.scenario === id ? [line.type] : []));

describe('the evidence of a run', () => {
  test('is, line by line, what its schema says, and reads as a whole', async () => {
    const run = await ran([made('chapter/one', oneDeadLetter), made('chapter/two', oneDeadLetter)]);
    for (const line of run.lines) expect(schemas.evidence.check(line) ? '' : schemas.evidence.problems()).toBe('');
    const { problems, histories } = readEvidence(run.lines.map((line) => JSON.stringify(line)));
    expect(problems).toEqual([]);
    expect(histories.map(({ scenario: id }) => id).toSorted()).toEqual(['chapter/one', 'chapter/two', 'probe']);
  });

  test('begins with what the run set out to do', async () => {
    const { header } = await ran(
      [made('a/short', undefined, { seconds: 1 }), made('a/long', undefined, { seconds: 9 })],
      {
        settings: { seed: 11, strict: true, only: 'a' },
        suiteVersion: '1.2.3',
      },
    );
    expect(header).toMatchObject({
      suite: { version: '1.2.3', register: registerOf({ id: 'a.clause' }).digest },
      endpoint: 'embedded',
      project: PROJECT,
      profile: 'gate',
      clock: 'controlled',
      seed: 11,
      strict: true,
      only: 'a',
      selection: ['a/long', 'a/short'],
      clauses: ['a.clause'],
      slack: { mustLate: 15, shouldLate: 5, early: 1, waitEarly: 0.5 },
      longestWait: 9,
    });
    expect(header.startedAt.slice(0, 10)).toBe(header.utcDay);
  });

  test('tells each scenario from its start to its end, arranging and tidying included', async () => {
    const one = made('chapter/one', async (world) => {
      await oneDeadLetter(world);
      await world.wait(1);
    });
    const run = await ran([one], { target: (await sharedEmulator({ clock: 'controlled' })).target });
    const types = noted(run.lines, 'chapter/one');
    expect(types[0]).toBe('start');
    expect(types.at(-1)).toBe('end');
    expect(new Set(types)).toEqual(new Set(['start', 'queue', 'group', 'dead-letter', 'exchange', 'clock', 'end']));
    expect(run.ends.get('chapter/one')).toMatchObject({ outcome: 'completed' });
    expect(run.ends.get('chapter/one')).not.toHaveProperty('blame');
    const exchanges = exchangesOf(run, 'chapter/one');
    expect(exchanges.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(exchanges.map((_, index) => index + 1));
    expect(exchanges.slice(-2).map(({ request }) => request.method)).toEqual(['DELETE', 'DELETE']);
    expect(run.footer).toMatchObject({ outcome: 'completed', undeleted: [] });
  });

  test('holds no tidying where all vanishes by itself', async () => {
    const run = await ran([made('chapter/one', oneDeadLetter)]);
    expect(exchangesOf(run, 'chapter/one').map(({ request }) => request.method)).not.toContain('DELETE');
  });

  test('gives every message a tag of its own, over all scenarios', async () => {
    const three: Run = async ({ queue }) => {
      await (await queue.group()).deadLetters(3);
    };
    const { lines } = await ran([made('a/1', three), made('a/2', three)]);
    const tags = lines.filter((line) => line.type === 'dead-letter').map(({ tag }) => tag);
    expect(new Set(tags).size).toBe(6);
  });

  test('holds no token, though every request carried one', async () => {
    const secret = 'a-token-that-nobody-may-see';
    const run = await ran([made('chapter/one', oneDeadLetter)], {
      credentials: { token: secret },
      target: { ...(await sharedEmulator({ token: secret })).target },
    });
    expect(run.ends.get('chapter/one')?.outcome).toBe('completed');
    expect(JSON.stringify(run.lines)).not.toContain(secret);
    for (const { request } of exchangesOf(run, 'chapter/one')) {
      expect(request.headers).toContainEqual(['x-auth-token', '[given]']);
    }
  });

  test('is told to whoever watches, too', async () => {
    const { progress, header } = await ran([
      made('a/good', undefined, { seconds: 2 }),
      made('a/bad', () => Promise.reject(new Short('no batch of 3'))),
    ]);
    expect(progress[0]).toEqual({ kind: 'started', header, unarranged: [], queues: 400 });
    expect(progress).toContainEqual({ kind: 'running', scenario: 'a/good', seconds: 2 });
    expect(progress).toContainEqual({ kind: 'ended', scenario: 'a/good', outcome: 'completed' });
    expect(progress).toContainEqual({ kind: 'ended', scenario: 'a/bad', outcome: 'short', reason: 'no batch of 3' });
  });
});

describe('how a scenario ends, and by whose doing', () => {
  test.for([
    ['was offered too little', new Short('no batch of 3'), { outcome: 'short', reason: 'no batch of 3' }],
    [
      'could not be arranged',
      new Trouble('arrangement', 'nothing arrived'),
      { outcome: 'aborted', blame: 'arrangement', reason: 'nothing arrived' },
    ],
    [
      'crashed',
      new TypeError('x is not a function'),
      { outcome: 'aborted', blame: 'suite', reason: 'TypeError: x is not a function' },
    ],
    ['threw what is no error', 'just text', { outcome: 'aborted', blame: 'suite', reason: 'just text' }],
  ] as const)('one that %s', async ([, error, expected]) => {
    // Whatever one does, the others go on.
    const run = await ran([made('a/1', () => Promise.reject(error)), made('a/2', oneDeadLetter)]);
    expect(run.ends.get('a/1')).toMatchObject(expected);
    expect(run.ends.get('a/2')?.outcome).toBe('completed');
    expect(run.footer.outcome).toBe('completed');
  });

  test('one whose endpoint went away while it was being arranged', async () => {
    const emulator = await sharedEmulator();
    const run = await ran(
      [
        made('a/1', async ({ queue }) => {
          await emulator.close();
          await queue.group();
        }),
      ],
      { target: emulator.target },
    );
    expect(run.ends.get('a/1')).toMatchObject({ outcome: 'aborted', blame: 'network' });
    expect(run.ends.get('a/1')?.reason).toMatch(/got no answer/);
    // Nobody can say whether the queue is still there.
    expect(run.footer.undeleted).toHaveLength(1);
  });

  test('one whose clock hook broke', async () => {
    const url = await httpServer((_asked, reply) => reply.writeHead(500).end());
    const { target } = await sharedEmulator({ clock: 'controlled' });
    let opened = 0;
    const run = await ran([made('a/1')], {
      target: {
        ...target,
        open: async () => {
          opened += 1;
          const site = await target.open();
          return opened === 1 ? site : { ...site, hook: (through: Connections) => clockHook(`${url}/clock`, through) };
        },
      },
    });
    expect(run.ends.get('a/1')).toMatchObject({ outcome: 'aborted', blame: 'endpoint' });
    expect(run.ends.get('a/1')?.reason).toMatch(/expected 200 with \{"now": seconds\}, got 500/);
  });
});

describe('a run leaves nothing behind', () => {
  test('whether its scenarios go well or not', async () => {
    const emulator = await sharedEmulator();
    const two = { queues: [queueOf('NORMAL'), queueOf('FIFO')] };
    const run = await ran(
      [
        made('a/1', oneDeadLetter, two),
        made('a/2', () => Promise.reject(new Error('crash')), two),
        made('a/3', ({ queue }) => queue.delete()),
      ],
      { target: emulator.target },
    );
    expect(await emulator.queues()).toEqual([]);
    expect(run.footer.undeleted).toEqual([]);
  });

  test('after an interrupt, which ends what is under way and starts nothing more', async () => {
    const emulator = await sharedEmulator();
    const interrupt = new AbortController();
    const polling = gate();
    const run = await ran(
      [
        made('a/polling', async ({ queue }) => {
          const group = await queue.group();
          await group.ready();
          polling.open();
          await group.consume({ time_wait: 60 });
          throw new Error('it must not get here');
        }),
        made('a/waiting', async ({ wait }) => {
          await polling.passed;
          interrupt.abort(new SignalInterrupt('SIGTERM'));
          await wait(60);
        }),
        made('b/queued', undefined, { queues: Array.from({ length: 5 }, () => queueOf('NORMAL')) }),
      ],
      { target: emulator.target, signal: interrupt.signal, settings: { maxQueues: 2 } },
    );
    expect(run.footer).toMatchObject({ outcome: 'interrupted', signal: 'SIGTERM', undeleted: [] });
    for (const id of ['a/polling', 'a/waiting', 'b/queued']) {
      expect(run.ends.get(id)).toMatchObject({
        outcome: 'aborted',
        blame: 'operator',
        reason: 'the run was interrupted',
      });
    }
    expect(exchangesOf(run, 'b/queued')).toEqual([]);
    expect(await emulator.queues()).toEqual([]);
    // The poll that was cut has an unknown effect, and is recorded as such.
    const cut = exchangesOf(run, 'a/polling').find(({ outcome }) => outcome.kind === 'failure');
    expect(cut?.outcome).toMatchObject({ cause: 'aborted', bytesLeft: true });
  });

  test('after an interrupt before it began', async () => {
    const emulator = await sharedEmulator();
    const run = await ran([made('a/1', oneDeadLetter)], {
      target: emulator.target,
      signal: AbortSignal.abort(new SignalInterrupt('SIGINT')),
    });
    expect(run.footer).toMatchObject({ outcome: 'interrupted', signal: 'SIGINT' });
    expect(await emulator.queues()).toEqual([]);
  });

  test('but says what could not be deleted', async () => {
    const emulator = await sharedEmulator();
    const url = await inFrontOf(emulator.url, ({ method, url: target }) =>
      method === 'DELETE' && !target.includes('/groups/') ? 500 : undefined,
    );
    const run = await ran([made('a/1')], { target: remoteTarget({ ...settings(), endpoint: url }) });
    expect(run.ends.get('a/1')?.outcome).toBe('completed');
    // Two of probing, and the scenario's own.
    expect(run.footer.undeleted).toHaveLength(3);
    expect(await emulator.queues()).toHaveLength(3);
  });
});

describe('a quota of queues', () => {
  const six = Array.from({ length: 6 }, (_, index) => made(`a/${index}`, oneDeadLetter));

  test('that the endpoint tells is kept to: six scenarios on two queues', async () => {
    const emulator = await sharedEmulator({ quota: 2 });
    const run = await ran(six, { target: emulator.target });
    expect([...run.ends.values()].map(({ outcome }) => outcome)).toEqual(Array(6).fill('completed'));
    const refused = run.lines.filter((line) => line.type === 'exchange' && line.request.target.endsWith('/queues'));
    expect(
      refused.every(
        (line) => line.type === 'exchange' && line.outcome.kind === 'answer' && line.outcome.status === 201,
      ),
    ).toBe(true);
  });

  test('that is lower than was thought is found out and then kept to', async () => {
    const emulator = await sharedEmulator({ quota: 2 });
    const run = await ran(six, { target: emulator.target, settings: { maxQueues: 50 } });
    expect([...run.ends.values()].map(({ outcome }) => outcome)).toEqual(Array(6).fill('completed'));
    const refusals = run.lines.filter(
      (line) => line.type === 'exchange' && line.outcome.kind === 'answer' && line.outcome.status === 403,
    );
    expect(refusals.length).toBeLessThan(10);
    expect(await emulator.queues()).toEqual([]);
  });

  test('that splits scenarios of several queues does not make them wait for one another for ever', async () => {
    const emulator = await sharedEmulator({ quota: 3 });
    const two = { queues: [queueOf('NORMAL'), queueOf('NORMAL')] };
    const run = await ran(
      Array.from({ length: 5 }, (_, index) => made(`a/${index}`, oneDeadLetter, two)),
      { target: emulator.target, settings: { maxQueues: 50 } },
    );
    expect([...run.ends.values()].map(({ outcome }) => outcome)).toEqual(Array(5).fill('completed'));
    expect(await emulator.queues()).toEqual([]);
  });

  const foreignQueue = async (url: string): Promise<string> => {
    const made = await fetch(`${url}/v1.0/${PROJECT}/queues`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"of-somebody-else"}',
    });
    expect(made.status).toBe(201);
    return ((await made.json()) as { id: string }).id;
  };

  test('that others have used up is said by each scenario, when the patience of the run is over', async () => {
    const emulator = await sharedEmulator({ quota: 1 });
    await foreignQueue(emulator.url);
    const run = await ran(six, { target: emulator.target, settings: { maxQueues: 3 }, quotaPatience: 0.5 });
    for (const end of run.ends.values()) {
      expect(end).toMatchObject({ outcome: 'aborted', blame: 'arrangement' });
      expect(end.reason).toMatch(/^the quota of queues is used up by others: /);
    }
    // Nobody tried again and again without a pause.
    const tries = run.lines.filter((line) => line.type === 'exchange' && line.request.target.endsWith('/queues'));
    expect(tries.length).toBeLessThan(2 * six.length);
    expect(await emulator.queues()).toEqual(['of-somebody-else']);
  });

  test('that others give back is waited for, and used', async () => {
    const emulator = await sharedEmulator({ quota: 1 });
    const id = await foreignQueue(emulator.url);
    const run = await ran(six, {
      target: emulator.target,
      write: (line) => {
        if (line.type === 'exchange' && line.outcome.kind === 'answer' && line.outcome.status === 400)
          void fetch(`${emulator.url}/v1.0/${PROJECT}/queues/${id}`, { method: 'DELETE' });
      },
    });
    expect([...run.ends.values()].map(({ outcome }) => outcome)).toEqual(Array(6).fill('completed'));
    expect(await emulator.queues()).toEqual([]);
  });
});

test('runs that start at the same moment with the same seed keep apart', async () => {
  const emulator = await sharedEmulator({ quota: 8 });
  const scenarios = Array.from({ length: 6 }, (_, index) => made(`a/${index}`, oneDeadLetter));
  const runs = await Promise.all([1, 2].map(() => ran(scenarios, { target: emulator.target })));
  for (const { ends } of runs)
    expect([...ends.values()].map(({ outcome }) => outcome)).toEqual(Array(6).fill('completed'));
  const [one, other] = runs.map(({ header }) => header.run);
  expect(one).toMatch(/^[0-9a-z]+$/);
  expect(one).not.toBe(other);
  expect(await emulator.queues()).toEqual([]);
});

test('a queue that was made though the answer was an error is deleted at the end', async () => {
  const emulator = await sharedEmulator();
  const url = await httpServer(async ({ method, url: path, body }, reply) => {
    const answered = await fetch(emulator.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(method === 'POST' ? { body } : {}),
    });
    const text = await answered.text();
    return body.includes('-0-0') ? reply.writeHead(500).end('{}') : reply.writeHead(answered.status).end(text);
  });
  const run = await ran([made('a/1')], { target: remoteTarget({ ...settings(), endpoint: url }) });
  expect(run.ends.get('a/1')).toMatchObject({ outcome: 'aborted', blame: 'arrangement' });
  expect(run.footer.undeleted).toEqual([]);
  expect(await emulator.queues()).toEqual([]);
});

describe('an endpoint that cannot be tested', () => {
  test('because nobody listens: no scenario is started, and the footer says why', async () => {
    const run = await ran([made('a/1')], {
      target: remoteTarget({ ...settings(), endpoint: 'http://127.0.0.1:1/dms/' }),
    });
    expect(run.header).toMatchObject({ endpoint: 'http://127.0.0.1:1/dms', selection: ['a/1'] });
    expect(noted(run.lines, 'a/1')).toEqual([]);
    expect(run.footer).toMatchObject({ outcome: 'unreachable', undeleted: [] });
    expect(run.footer.reason).toMatch(/^the endpoint cannot be reached: GET .*ECONNREFUSED.*Check the URL/);
  });

  test.for([
    [undefined, 'Give a token in DMS_TOKEN or --token-file, an access key'],
    ['wrong', 'Check the token and the project id.'],
  ] as const)('because it refuses the token %s', async ([token, advice]) => {
    const { target } = await sharedEmulator({ token: 'right' });
    const run = await ran([made('a/1')], { target, credentials: token === undefined ? {} : { token } });
    expect(run.footer.outcome).toBe('unreachable');
    expect(run.footer.reason).toContain('the endpoint refuses our credentials: GET ');
    expect(run.footer.reason).toContain(advice);
  });

  test('because nothing can be arranged on it, which makes nothing not applicable', async () => {
    const url = await httpServer((_asked, reply) => reply.writeHead(404).end('{"error_code":"DMS.10240001"}'));
    const run = await ran([made('a/1')], { target: remoteTarget({ ...settings(), endpoint: url }) });
    expect(run.footer.outcome).toBe('unreachable');
    expect(run.footer.reason).toMatch(/^dead letters cannot be arranged: POST \/v1\.0\/p1\/queues answered 404 /);
    expect(run.header.features).toMatchObject({ kafka: { present: true }, counters: { present: true } });
    expect(noted(run.lines, 'a/1')).toEqual([]);
  });

  test('because its clock hook is none', async () => {
    const { url } = await sharedEmulator();
    const run = await ran([made('a/1')], {
      target: remoteTarget({ ...settings({ clockUrl: `${url}/clock` }), endpoint: url }),
    });
    expect(run.footer).toMatchObject({ outcome: 'unreachable' });
    expect(run.footer.reason).toMatch(/\/clock: expected 200 with \{"now": seconds\}, got 404/);
  });
});

describe('optional neighbouring features', () => {
  test('that are there are found, each with the reason', async () => {
    const { header } = await ran([made('a/1')], { target: embeddedTarget(PROJECT) });
    expect(header.features).toEqual({
      kafka: { present: true, reason: 'a KAFKA_HA queue could be created' },
      counters: { present: true, reason: 'listing groups shows available_deadletters' },
      credentials: { present: true, reason: 'credentials were given: the token' },
      clock: { present: true, reason: 'a clock hook was given' },
    });
  });

  test('that are absent leave nothing to run', async () => {
    const { target } = await sharedEmulator();
    const run = await ran(
      [
        made('a/1'),
        made('a/tokens', undefined, { feature: 'credentials' }),
        made('a/hours', undefined, { feature: 'clock' }),
      ],
      { target },
    );
    expect(run.header.selection).toEqual(['a/1']);
    expect(run.header.features).toMatchObject({
      kafka: { present: true },
      credentials: { present: false, reason: 'no credentials were given to the suite' },
      clock: { present: false, reason: expect.stringContaining('no clock hook was given') as unknown },
    });
    expect([...run.ends.keys()]).toEqual(['a/1']);
  });

  test('that an endpoint refuses are absent, with what it answered', async () => {
    const emulator = await sharedEmulator();
    const url = await inFrontOf(emulator.url, ({ body, url: target }) =>
      body.includes('KAFKA') ? 400 : target.includes('include_deadletter') ? 404 : undefined,
    );
    const run = await ran([made('a/kafka', undefined, { feature: 'kafka' }), made('a/1')], {
      target: remoteTarget({ ...settings(), endpoint: url }),
    });
    expect(run.header.features.kafka).toMatchObject({
      present: false,
      reason: expect.stringContaining('POST /v1.0/p1/queues answered 400') as unknown,
    });
    expect(run.header.features.counters.present).toBe(false);
    expect(run.header.selection).toEqual(['a/1']);
    expect(run.ends.get('a/1')?.outcome).toBe('completed');
  });

  test('are found where there is a place for one queue only, and the quota is not told', async () => {
    const emulator = await sharedEmulator({ quota: 1 });
    const url = await inFrontOf(emulator.url, ({ url: target }) => (target.includes('/quotas/') ? 404 : undefined));
    const { header } = await ran([made('a/1')], {
      target: remoteTarget({ ...settings(), endpoint: url }),
      settings: { maxQueues: 1 },
    });
    expect(header.features).toMatchObject({
      kafka: { present: true, reason: 'a KAFKA_HA queue could be created' },
      counters: { present: true, reason: 'listing groups shows available_deadletters' },
    });
  });

  test('are probed under a name of their own, before the first scenario, and tidied away', async () => {
    const { lines } = await ran([made('a/1')]);
    const probing = lines.findLastIndex((line) => line.type === 'exchange' && line.scenario === 'probe');
    expect(probing).toBeGreaterThan(0);
    expect(lines.findIndex((line) => line.type === 'start')).toBeGreaterThan(probing);
  });
});

test('a campaign can be run scenario by scenario, in any order', async () => {
  const lines: EvidenceLine[] = [];
  const scenarios = [made('a/1', oneDeadLetter), made('a/2', oneDeadLetter)];
  const campaign = await startCampaign({
    settings: settings(),
    target: embeddedTarget(PROJECT),
    credentials: {},
    scenarios,
    register: registerOf({ id: 'a.clause' }),
    suiteVersion: '0.0.0',
    write: (line) => lines.push(line),
  });
  expect(campaign.unreachable).toBeUndefined();
  const second = await campaign.run(scenarios[1]!);
  expect(second).toMatchObject({ scenario: 'a/2', end: { outcome: 'completed' }, deadLetters: [{}] });
  await campaign.run(scenarios[0]!);
  await campaign.finish();
  const written = readEvidence(lines.map((line) => JSON.stringify(line)));
  expect(written.histories.find(({ scenario: id }) => id === 'a/2')).toEqual(second);
});
