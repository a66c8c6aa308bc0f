/** What the emulator takes for its answers, as a process of its own, beside a server that does nothing but answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';
import { start } from '../support/command.ts';
import { megabytesOf, serve, ticksOf } from '../support/processes.ts';
import { PROJECT } from '../support/settings.ts';
import { repeated, type Bench } from './bench.ts';
import type { Result } from './figures.ts';
import { median, quantile } from './statistics.ts';

const AT_ONCE = 8;
/** Consumes of a round, each with an acknowledgement. */
const PAIRS = 4_000;
const POLLS = 1_000;
const DEEP = 100_000;
const SHALLOW = 100;
/** Consumes of a round from each of the two groups. */
const LOOKS = 200;
/** Dead letters that are arranged with one request, whose body may have 2 MB. */
const ARRANGED_AT_ONCE = 10_000;

/** A place to send requests to. */
interface Place {
  readonly url: string;
  readonly pid: number | undefined;
  /** Path of the dead letters. */
  readonly path: string;
}

interface Serving extends Place {
  /** Makes a group with a queue of its own; returns the path of its dead letters. */
  group(): Promise<string>;
  arrange(path: string, letters: number): Promise<void>;
  stop(): Promise<void>;
}

export async function measureEmulator(bench: Bench): Promise<Result[]> {
  return [...(await answering(bench)), ...(bench.small ? [] : await parked(bench)), await depth(bench)];
}

async function answering(bench: Bench): Promise<Result[]> {
  bench.say('requests to the emulator');
  const agent = new Agent({ allowH2: false, pipelining: 1 });
  const emulator = await serving([]);
  await emulator.arrange(emulator.path, 1);
  const sample = await consume(agent, emulator, 1);
  const acknowledged = await acknowledge(agent, emulator, sample, 'success');
  const bare = await bareServer(sample, acknowledged);
  try {
    const rounds = await repeated(1 + bench.rounds(bench.small ? 5 : 9), async (round) => {
      await emulator.arrange(emulator.path, PAIRS);
      const load = new Map<Place, Load>();
      for (const place of round % 2 === 0 ? [emulator, bare] : [bare, emulator])
        load.set(place, await pairs(agent, place));
      return { own: load.get(emulator)!, other: load.get(bare)! };
    });
    // The first round warms both up.
    const counted = rounds.slice(1);
    const ticks = counted.map(({ own, other }) => (other.ticks ?? NaN) / (own.ticks ?? NaN));
    const perSecond = median(counted.map(({ own }) => (2 * PAIRS) / own.seconds)).toFixed(0);
    return [
      {
        name: 'emulator/requests',
        values: counted.map(({ own, other }) => other.seconds / own.seconds),
        note: `${perSecond} a second`,
      },
      { name: 'emulator/processor', values: ticks.filter(Number.isFinite) },
      { name: 'emulator/p99', values: counted.map(({ own, other }) => own.p99 / other.p99) },
    ];
  } finally {
    await emulator.stop();
    bare.stop();
    await agent.destroy();
  }
}

interface Load {
  readonly seconds: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Processor time; undefined where the system does not tell. */
  readonly ticks: number | undefined;
}

/** Consumes a dead letter and acknowledges it, again and again. */
async function pairs(agent: Dispatcher, place: Place): Promise<Load> {
  const took: number[] = [];
  let left = PAIRS;
  const timed = async <T>(act: () => Promise<T>): Promise<T> => {
    const sent = performance.now();
    const came = await act();
    took.push(performance.now() - sent);
    return came;
  };
  const inTurn = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1;
      const given = await timed(() => consume(agent, place, 1));
      await timed(() => acknowledge(agent, place, given, 'success'));
    }
  };
  const before = ticksOf(place.pid);
  const begin = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, inTurn));
  const seconds = (performance.now() - begin) / 1000;
  const after = ticksOf(place.pid);
  return {
    seconds,
    p99: quantile(took, 0.99),
    ticks: before === undefined || after === undefined ? undefined : after - before,
  };
}

async function parked(bench: Bench): Promise<Result[]> {
  bench.say('polls that wait');
  const rounds = await repeated(bench.rounds(5), async () => {
    // Under a controlled clock, which tells how many wait.
    const emulator = await serving(['--clock', 'controlled']);
    const bare = await bareServer('[]', '{}');
    try {
      const own = await polls(emulator, `${emulator.path}?max_msgs=1&time_wait=60`, '/clock', () =>
        emulator.arrange(emulator.path, POLLS),
      );
      const other = await polls(bare, '/held', '/waiting', async (agent) => {
        await post(agent, `${bare.url}/wake`, {});
      });
      return { own, other };
    } finally {
      await emulator.stop();
      bare.stop();
    }
  });
  const memory = rounds.map(({ own, other }) => (own.megabytes ?? NaN) / (other.megabytes ?? NaN));
  return [
    {
      name: 'emulator/parked-memory',
      values: memory.filter(Number.isFinite),
      note: `${median(rounds.map(({ own }) => own.megabytes ?? NaN)).toFixed(0)} MB`,
    },
    {
      name: 'emulator/parked-wake',
      values: rounds.map(({ own, other }) => own.seconds / other.seconds),
      note: `${(median(rounds.map(({ own }) => own.seconds)) * 1000).toFixed(0)} ms`,
    },
  ];
}

/** Holds requests open until all wait, and wakes them: the memory that they take, and the seconds until all are answered. */
async function polls(
  { url, pid }: Place,
  path: string,
  waiting: string,
  wake: (agent: Dispatcher) => Promise<void>,
): Promise<{ readonly megabytes: number | undefined; readonly seconds: number }> {
  const agent = new Agent({ allowH2: false, pipelining: 1 });
  try {
    await get(agent, url + waiting);
    const before = megabytesOf(pid, 'now');
    const all = Promise.all(Array.from({ length: POLLS }, () => get(agent, url + path)));
    while ((JSON.parse(await get(agent, url + waiting)) as { waiting: number }).waiting < POLLS) await sleep(20);
    const after = megabytesOf(pid, 'now');
    const begin = performance.now();
    await Promise.all([wake(agent), all]);
    return {
      megabytes: before === undefined || after === undefined ? undefined : after - before,
      seconds: (performance.now() - begin) / 1000,
    };
  } finally {
    await agent.destroy();
  }
}

/** Whether many dead letters make a consume slower: what comes goes back as failed, so that there always are as many. */
async function depth(bench: Bench): Promise<Result> {
  bench.say('consumes from a group that holds many');
  const agent = new Agent({ allowH2: false, pipelining: 1 });
  const emulator = await serving([]);
  try {
    const [deep, shallow] = [emulator.path, await emulator.group()];
    for (let made = 0; made < DEEP; made += ARRANGED_AT_ONCE) await emulator.arrange(deep, ARRANGED_AT_ONCE);
    await emulator.arrange(shallow, SHALLOW);
    const rounds = await repeated(1 + bench.rounds(bench.small ? 3 : 9), async () => {
      const [slow, quick]: [number[], number[]] = [[], []];
      for (let look = 0; look < LOOKS; look += 1) {
        for (const [path, took] of [
          [deep, slow],
          [shallow, quick],
        ] as const) {
          const place = { ...emulator, path };
          const begin = performance.now();
          const given = await consume(agent, place, 10);
          took.push(performance.now() - begin);
          await acknowledge(agent, place, given, 'fail');
        }
      }
      return median(slow) / median(quick);
    });
    return { name: 'emulator/depth', values: rounds.slice(1) };
  } finally {
    await emulator.stop();
    await agent.destroy();
  }
}

async function consume(agent: Dispatcher, { url, path }: Place, most: number): Promise<string> {
  return get(agent, `${url}${path}?max_msgs=${most}&time_wait=1&ack_wait=300`);
}

async function acknowledge(agent: Dispatcher, { url, path }: Place, given: string, status: string): Promise<string> {
  const handlers = JSON.parse(given) as { readonly handler: string }[];
  if (handlers.length === 0) throw new Error('there is no dead letter left to consume');
  return post(agent, `${url}${path}/ack`, { message: handlers.map(({ handler }) => ({ handler, status })) });
}

async function get(agent: Dispatcher, url: string): Promise<string> {
  const { statusCode, body } = await request(url, { dispatcher: agent, headersTimeout: 120_000 });
  const text = await body.text();
  if (statusCode === 200) return text;
  throw new Error(`GET ${url} was answered with ${statusCode}: ${text}`);
}

async function post(agent: Dispatcher, url: string, value: unknown): Promise<string> {
  const { statusCode, body } = await request(url, {
    dispatcher: agent,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
  const text = await body.text();
  if (statusCode === 200) return text;
  throw new Error(`POST ${url} was answered with ${statusCode}: ${text}`);
}

/** The emulator with one group that is empty. */
async function serving(options: readonly string[]): Promise<Serving> {
  const emulator = start(['emulate', '--arranging', 'hook', ...options]);
  const [, url = ''] = /^emulator +(\S+)/m.exec(await emulator.says(/Ctrl\+C/)) ?? [];
  const agent = new Agent({ allowH2: false });
  let queues = 0;
  const ask = async (action: string, members: object): Promise<Readonly<Record<string, string>>> =>
    JSON.parse(await post(agent, `${url}/arrange`, { action, project: PROJECT, ...members })) as Record<string, string>;
  const group = async (): Promise<string> => {
    queues += 1;
    const { queue = '' } = await ask('create-queue', { name: `queue-${queues}`, mode: 'NORMAL', redrive: true });
    const { group = '' } = await ask('create-group', { queue, name: 'g1' });
    return `/v1.0/${PROJECT}/queues/${queue}/groups/${group}/deadletters`;
  };
  return {
    url,
    pid: emulator.process.pid,
    path: await group(),
    group,
    async arrange(path, letters) {
      const [, queue, group] = /queues\/([^/]+)\/groups\/([^/]+)/.exec(path) ?? [];
      const messages = Array.from({ length: letters }, (_, number) => ({
        body: { tag: `bench-${number}`, note: 'arranged by dms-conformance' },
      }));
      await ask('dead-letters', { queue, group, messages });
    },
    async stop() {
      emulator.process.kill('SIGKILL');
      await emulator.ended;
      await agent.destroy();
    },
  };
}

async function bareServer(consumed: string, acknowledged: string): Promise<Place & { stop(): void }> {
  const { url, process } = await serve(new URL('bare-server.ts', import.meta.url), consumed, acknowledged);
  return {
    url,
    pid: process.pid,
    path: '/deadletters',
    stop: () => process.kill('SIGKILL'),
  };
}
