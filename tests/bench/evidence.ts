/** Synthetic evidence of any size: conformant, always the same, and as much like a run's as size allows. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Answer, EvidenceLine, Exchange } from '../../schemas/types.ts';
import { register } from '../../specs/register.ts';
import type { ScenarioLine } from '../../src/history/evidence.ts';
import { makeTag } from '../../src/history/tags.ts';
import { version } from '../../src/package.ts';
import { random } from '../support/random.ts';
import { answer, end, footer, header, start } from '../support/history.ts';
import type { Shape } from './figures.ts';

/** Exchanges of a scenario where there are many: what those of a run have on an average. */
const EXCHANGES_EACH = 21;
/** Scenarios under way at once where there are many. */
const AT_ONCE = 8;
/** Most dead letters of a batch. */
const MOST_LETTERS = 6;
/** Every so many batches the last of one is acknowledged as fail, and comes with the next batch. */
const FAILS_EACH = 4;
const TIME_WAIT_SECONDS = 1;
const GATHER_CHARACTERS = 1024 * 1024;

const HEADERS: Exchange['request']['headers'] = [['content-type', 'application/json']];
const ANSWER_HEADERS: Answer['headers'] = [
  ['Content-Type', 'application/json;charset=UTF-8'],
  ['Cache-Control', 'no-store'],
  ['Date', 'Sat, 21 Nov 2026 00:00:00 GMT'],
  ['Connection', 'keep-alive'],
  ['Keep-Alive', 'timeout=120'],
];

interface Telling {
  readonly serial: number;
  /** Odd, from 1. */
  readonly exchanges: number;
  readonly mode: 'NORMAL' | 'FIFO';
  /** When it starts, in seconds. */
  readonly from: number;
}

/**
 * The lines of the evidence of a run with at least so many exchanges: dead letters are arranged, consumed in batches and
 * acknowledged, of some batches the last as fail, and in the end nothing is left.
 */
export function* evidenceOf(shape: Shape, exchanges: number): Generator<EvidenceLine> {
  const each = shape === 'one' ? exchanges + 1 - (exchanges % 2) : EXCHANGES_EACH;
  const scenarios = Math.ceil(exchanges / each);
  yield header({
    suite: { version, register: register.digest },
    run: 'synthetic',
    selection: Array.from({ length: scenarios }, (_, serial) => scenarioOf(serial)),
    features: {
      kafka: { present: false, reason: 'synthetic' },
      counters: { present: false, reason: 'synthetic' },
      credentials: { present: false, reason: 'synthetic' },
      clock: { present: false, reason: 'synthetic' },
    },
    arrangement: 'hook',
  });
  let at = 0;
  let begun = 0;
  let telling: Generator<ScenarioLine, number>[] = [];
  while (begun < scenarios || telling.length > 0) {
    while (begun < scenarios && telling.length < AT_ONCE) {
      telling.push(scenario({ serial: begun, exchanges: each, mode: modeOf(shape, begun), from: at }));
      begun += 1;
    }
    const lasting: typeof telling = [];
    for (const one of telling) {
      const line = one.next();
      if (line.done === true) at = Math.max(at, line.value);
      else {
        yield line.value;
        lasting.push(one);
      }
    }
    telling = lasting;
  }
  yield footer({ at });
}

/** Writes that evidence as a file; returns how many exchanges there are in it. */
export function writeEvidence(path: string, shape: Shape, exchanges: number): number {
  const file = openSync(path, 'w');
  let gathered = '';
  let written = 0;
  for (const line of evidenceOf(shape, exchanges)) {
    if (line.type === 'exchange') written += 1;
    gathered += `${JSON.stringify(line)}\n`;
    if (gathered.length > GATHER_CHARACTERS) {
      writeSync(file, gathered);
      gathered = '';
    }
  }
  writeSync(file, gathered);
  closeSync(file);
  return written;
}

function scenarioOf(serial: number): string {
  return `synthetic/${serial}`;
}

function modeOf(shape: Shape, serial: number): Telling['mode'] {
  return shape === 'many' && serial % 2 === 1 ? 'FIFO' : 'NORMAL';
}

/** One scenario; returns when it ended. */
function* scenario({ serial, exchanges, mode, from }: Telling): Generator<ScenarioLine, number> {
  const scenario = scenarioOf(serial);
  const queue = `q-${serial}`;
  const group = `g-${serial}`;
  const path = `/v1.0/p1/queues/${queue}/groups/${group}/deadletters`;
  const chance = random(serial);
  let at = from;
  let id = 0;
  let letters = 0;

  const instant = (): number => {
    at += 0.001;
    return Math.round(at * 1e6) / 1e6;
  };
  const exchange = (method: string, target: string, waits: number, answered: unknown, body?: string): Exchange => {
    id += 1;
    const sent = instant();
    at += waits;
    return {
      type: 'exchange',
      scenario,
      id,
      consumer: 'c1',
      attempt: 1,
      request: {
        method,
        target,
        headers: HEADERS,
        ...(body === undefined ? {} : { body: { encoding: 'utf8', data: body } }),
      },
      sent,
      received: instant(),
      lag: 0.0002,
      outcome: { ...answer(200, answered), headers: ANSWER_HEADERS },
    };
  };
  const consume = (waits: number, given: readonly unknown[]): Exchange =>
    exchange('GET', `${path}?max_msgs=10&time_wait=${TIME_WAIT_SECONDS}&ack_wait=30`, waits, given);

  yield { ...start(scenario), at };
  yield { type: 'queue', scenario, queue, mode, redrive: true, maxConsumeCount: 1 };
  yield { type: 'group', scenario, queue, group, ours: true, at };
  let waiting: string[] = [];
  const batches = (exchanges - 1) / 2;
  for (let batch = 0; batch < batches; batch += 1) {
    const size = 1 + chance(MOST_LETTERS);
    while (waiting.length < size) {
      letters += 1;
      const tag = makeTag('synthetic', serial.toString(36), letters);
      const body = bodyOf(tag);
      waiting.push(tag);
      const failed: [number, number] = [instant(), instant()];
      yield {
        type: 'dead-letter',
        scenario,
        queue,
        group,
        tag,
        tagged: true,
        position: letters - 1,
        body,
        attributes: null,
        failed,
      };
    }
    const given = waiting.map((tag, place) => ({
      message: { body: JSON.parse(bodyOf(tag)) as unknown },
      handler: handlerOf(serial, batch, place),
    }));
    yield consume(0, given);
    const fails = batch % FAILS_EACH === 1 && batch < batches - 1;
    const message = given.map(({ handler }, place) => ({
      handler,
      status: fails && place === given.length - 1 ? 'fail' : 'success',
    }));
    const fail = fails ? 1 : 0;
    yield exchange('POST', `${path}/ack`, 0, { success: given.length - fail, fail }, JSON.stringify({ message }));
    waiting = fails ? waiting.slice(-1) : [];
  }
  yield consume(TIME_WAIT_SECONDS, []);
  yield end(scenario, { at });
  return at;
}

function bodyOf(tag: string): string {
  return JSON.stringify({ tag, note: 'arranged by dms-conformance' });
}

/** As long as those of the documents. */
function handlerOf(serial: number, batch: number, place: number): string {
  return Buffer.from(
    JSON.stringify({
      cg: `g-${serial}`,
      ci: `rest-consumer-${batch}`.padEnd(50, '-'),
      count: place,
      offset: batch,
      p: 0,
    }),
  ).toString('base64');
}
