/** Tries one of everything that a run needs from an endpoint, so that what is missing is known before the run. */
import type { Exchange } from '../../schemas/types.ts';
import type { Arrangement } from '../arrange/arrangement.ts';
import { controlledClock } from '../clock/controlled.ts';
import { clockHook } from '../clock/hook.ts';
import { monotonicSeconds, type Clock } from '../clock/clock.ts';
import { statusOf } from '../endpoint/answer.ts';
import type { Credentials } from '../endpoint/credentials.ts';
import { probe, type Probed } from './probe.ts';
import { queueOf } from './scenario.ts';
import type { Settings } from './settings.ts';
import { visit, type Visit } from './visit.ts';
import { entries, successesOf, world, type Group } from './world.ts';

/** Requests of which the round trip is measured. */
const ROUND_TRIPS = 15;

export interface Check {
  readonly name: string;
  /** What was found. */
  readonly found: string;
  /** The one thing to do; undefined where all is well. */
  readonly fix?: string;
  /** The exchange that shows it. */
  readonly shownBy?: Exchange;
}

export interface Checkup {
  readonly checks: readonly Check[];
  /** Median and longest of some round trips, in seconds; undefined where there was no answer. */
  readonly roundTrip: { readonly median: number; readonly longest: number } | undefined;
  /** How many queues a run may have at once. */
  readonly queues: number;
}

type Remote = Settings & { readonly endpoint: string };

/** Stops at the first thing that keeps a run from going on; throws nothing for what the endpoint does. */
export async function checkUp(settings: Remote, credentials: Credentials, arrangement: Arrangement): Promise<Checkup> {
  const checks: Check[] = [];
  let last: Exchange | undefined;
  const seen = (exchange: Exchange): void => {
    if (exchange.consumer !== 'tidy') last = exchange;
  };
  return visit(
    settings,
    credentials,
    async (place) => {
      const done = (more: Partial<Checkup> = {}): Checkup => ({ checks, roundTrip: undefined, queues: 1, ...more });
      const clock = await clockAt(settings, place, checks);
      if (clock === undefined) return done();
      try {
        const found = await probe({
          endpoint: place.endpoint,
          clock,
          settings,
          arrangement,
          connections: place.connections,
          credentials,
          word: wordOfNow(),
          note() {},
        });
        checks.push(...reached(settings, found, last));
        if (found.unreachable !== undefined) return done();
        const roundTrip = await roundTrips(place, settings, arrangement);
        const queues = settings.maxQueues ?? arrangement.mostQueues ?? found.freeQueues;
        if (arrangement.deletes) checks.push(...(await oneDeadLetter(place, clock, settings, arrangement, () => last)));
        return done({ roundTrip, queues });
      } finally {
        clock.close();
      }
    },
    seen,
  );
}

function wordOfNow(): string {
  return `doctor${Date.now().toString(36)}`;
}

/** The clock that the endpoint's answers are to be judged by; undefined where its hook does not work. */
async function clockAt({ clockUrl }: Remote, place: Visit, checks: Check[]): Promise<Clock | undefined> {
  if (clockUrl === undefined) return place.clock;
  try {
    const hook = clockHook(clockUrl, place.connections);
    const before = await hook.read();
    const after = await hook.advance(1);
    const moved = Math.round((after.now - before.now) * 1000) / 1000;
    if (moved < 1)
      throw new RangeError(`it was told to advance by 1 s and went from ${before.now} s to ${after.now} s`);
    const waiting = after.waiting === undefined ? ', does not tell how many polls wait' : '';
    checks.push({ name: 'clock', found: `the hook reads, and advances${waiting}` });
    return await controlledClock(hook, monotonicSeconds(), () => {});
  } catch (error) {
    checks.push({
      name: 'clock',
      found: error instanceof Error ? error.message : String(error),
      fix: 'Have GET answer {"now": seconds} and POST {"advance": seconds} the same, or leave --clock-url out.',
    });
    return undefined;
  }
}

function reached({ endpoint }: Remote, found: Probed, last: Exchange | undefined): Check[] {
  const shownBy = last === undefined ? {} : { shownBy: last };
  const { unreachable, features } = found;
  if (unreachable !== undefined) {
    // The probe's sentence ends with what to do.
    const [, what = unreachable, fix = 'See the README, "What the endpoint has to offer".'] =
      /^(.*?\S)\. ((?:Check|Give|Expected|It|Its|Name)\b.*)$/s.exec(unreachable) ?? [];
    const status = last === undefined ? undefined : statusOf(last);
    const name =
      last?.outcome.kind === 'failure' ? 'reach' : status === 401 || status === 403 ? 'credentials' : 'arrange';
    return [{ name, found: what, fix, ...shownBy }];
  }
  const optional = ([name, { present, reason }]: [string, { present: boolean; reason: string }]): Check => ({
    name,
    found: present ? reason : `${reason}: what depends on it is not applicable`,
  });
  return [
    { name: 'reach', found: `${endpoint} answers` },
    ...Object.entries(features)
      .filter(([name]) => name !== 'clock')
      .map(optional),
  ];
}

async function roundTrips(
  { endpoint }: Visit,
  { project }: Settings,
  { hasNeighbours }: Arrangement,
): Promise<Checkup['roundTrip']> {
  const target = `/v1.0/${project}${hasNeighbours ? '/quotas/dms' : '/queues/doctor/groups/doctor/deadletters?max_msgs=0'}`;
  const seconds: number[] = [];
  for (let turn = 0; turn < ROUND_TRIPS; turn += 1) {
    const { sent, received } = await endpoint.send({ consumer: 'tidy', method: 'GET', target });
    seconds.push(received - sent);
  }
  seconds.sort((a, b) => a - b);
  return { median: seconds[ROUND_TRIPS >> 1] ?? 0, longest: seconds.at(-1) ?? 0 };
}

/** Arranges one dead letter, consumes and acknowledges it, and deletes the queue. */
async function oneDeadLetter(
  { endpoint, connections }: Visit,
  clock: Clock,
  settings: Remote,
  arrangement: Arrangement,
  last: () => Exchange | undefined,
): Promise<Check[]> {
  const { signal } = new AbortController();
  const { project } = settings;
  const arranger = arrangement.arranger(
    { endpoint, clock, project, scenario: 'doctor', signal, note() {} },
    connections,
  );
  const checks: Check[] = [];
  const spec = queueOf('NORMAL');
  const word = wordOfNow();
  const failed = (name: string, found: string, fix: string): Check[] => {
    const shownBy = last();
    return [...checks, { name, found, fix, ...(shownBy === undefined ? {} : { shownBy }) }];
  };
  let id: string | undefined;
  try {
    const started = clock.now();
    let group: Group;
    try {
      id = await arranger.queue(`dmsc-${word}-0`, spec);
      const scene = world({
        queues: [{ id, spec }],
        arranger,
        endpoint,
        clock,
        features: { kafka: ABSENT, counters: ABSENT, credentials: ABSENT, clock: ABSENT },
        project,
        tagWords: { run: word, serial: '0' },
        signal,
      });
      group = await scene.queue.group();
      await group.deadLetters(1);
    } catch (error) {
      const hint = arrangement.hasNeighbours ? 'the README, "What the endpoint has to offer"' : 'docs/arranging.md';
      return failed('arrange', error instanceof Error ? error.message : String(error), `Compare with ${hint}.`);
    }
    const took = Math.round((clock.now() - started) * 100) / 100;
    checks.push({ name: 'arrange', found: `a queue, a group and a dead letter within ${took} s` });
    const batch = await group
      .first()
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (typeof batch === 'string')
      return failed('consume', batch, 'Have the consume answer 200 with an array that holds the dead letter.');
    checks.push({ name: 'consume', found: '200 with the dead letter' });
    const acknowledged = await group.acknowledge(entries(batch.delivered));
    if (successesOf(acknowledged) !== batch.delivered.length) {
      return failed(
        'acknowledge',
        `expected 200 with {"success":1,"fail":0}, got ${statusOf(acknowledged) ?? 'no answer'}`,
        'Have the acknowledgement count the handler that it names.',
      );
    }
    return [...checks, { name: 'acknowledge', found: '200, and it counts as success' }];
  } finally {
    if (id !== undefined) await arranger.deleteQueue(id).catch(() => false);
  }
}

const ABSENT = { present: false, reason: '' };
