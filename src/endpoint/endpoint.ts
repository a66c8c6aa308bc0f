import { isUtf8 } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import { request, type Dispatcher } from 'undici';
import type { Answer, Exchange, Failure, HeaderField, Payload } from '../../schemas/types.ts';
import type { Clock, Stamp } from '../clock/clock.ts';
import { carried, type Carried, type Credentials, type Whose } from './credentials.ts';
import { passage, type LagMeter } from './lag.ts';
import { room, type Allowance } from './room.ts';
import { both, redactor, type Redactor } from './secrets.ts';
import { dispatcherFor, PLAIN_TRANSPORT, type Transport } from './transport.ts';

/** Seconds on the judged clock after which an unanswered poll is given up: the longest time_wait, its MUST grace of 15 s, and some more. */
const GIVE_UP_POLL_SECONDS = 80;
/** The same for a request that has nothing to wait for. */
const GIVE_UP_SECONDS = 30;
/** 512 KB are the most that a consume may return (E9); an endpoint may escape every character of them. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** From how many bytes on an answer needs a place, of which there are so many. The second is beyond what most endpoints make of 512 KB. */
const STAGES = [
  { bytes: 128 * 1024, room: room(32) },
  { bytes: 640 * 1024, room: room(4) },
] as const;
/** Interim answers (1xx), of which none is due, before there has to be a real one. */
const MAX_INTERIM = 100;
const MAX_ATTEMPTS = 12;
/** Seconds on the judged clock after which a throttled request is repeated no more. */
const MAX_THROTTLED_SECONDS = 30;

/** One request, before it is sent. */
export interface Call {
  /** Which of the scenario's clients sends it. */
  readonly consumer: string;
  readonly method: string;
  /** Path and query behind the endpoint's URL, starting with a slash. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Set on calls that the endpoint may hold open for this many seconds. */
  readonly mayWaitSeconds?: number;
  /** Leaves our credentials out, or sends wrong ones, for the clauses about them. */
  readonly credentials?: Exclude<Whose, 'given'>;
}

export interface Endpoint {
  /** Sends one call, repeats it while the endpoint throttles, records every attempt, and resolves to the last one. Never rejects for what the endpoint does. */
  send(call: Call): Promise<Exchange>;
}

export interface EndpointOptions {
  /** URL up to, and without, /v1.0. */
  readonly url: string;
  readonly agent: Dispatcher;
  readonly credentials: Credentials;
  readonly redact: Redactor;
  readonly clock: Clock;
  readonly lag: LagMeter;
  readonly scenario: string;
  readonly record: (exchange: Exchange) => void;
  readonly signal: AbortSignal;
  /** Shared by all clients of a run. */
  readonly allowance: Allowance;
  /** Numbers the exchanges of the scenario, from 1. */
  readonly nextId: () => number;
}

/** The connections of a whole run. One request a connection at a time: a poll must not hold up what is behind it. */
export function connections(transport: Transport = PLAIN_TRANSPORT, credentials: Credentials = {}): Dispatcher {
  const options = {
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: 2_000,
    headersTimeout: (GIVE_UP_POLL_SECONDS + 20) * 1000,
    bodyTimeout: (GIVE_UP_POLL_SECONDS + 20) * 1000,
    maxResponseSize: MAX_ANSWER_BYTES,
  };
  return dispatcherFor(options, transport, credentials);
}

/** A client of the endpoint under test, for one scenario. */
export function endpoint(options: EndpointOptions): Endpoint {
  const { clock, lag, scenario } = options;
  const base = options.url.replace(/\/+$/, '');
  const once = async (call: Call, attempt: number): Promise<Exchange> => {
    const id = options.nextId();
    const headers = { ...call.headers };
    const own = ownHeaders(options.credentials, base, call);
    const redact = own.signature === undefined ? options.redact : both(options.redact, redactor([own.signature]));
    const sent = clock.stamp();
    const way = passage(options.agent, lag);
    const giveUp = new AbortController();
    // Not a signal made of both: that would cost more than the request.
    const stop = (): void => giveUp.abort(options.signal.reason);
    if (options.signal.aborted) stop();
    options.signal.addEventListener('abort', stop);
    const { outcome, received } = await clock
      .during(call.mayWaitSeconds !== undefined, async () => {
        if (call.mayWaitSeconds !== undefined) clock.stopAt(pollStops(clock.now(), call.mayWaitSeconds));
        const patience = call.mayWaitSeconds === undefined ? GIVE_UP_SECONDS : GIVE_UP_POLL_SECONDS;
        const cancel = clock.after(patience, (broken) => giveUp.abort(broken ?? new GivenUp(patience)));
        try {
          const outcome = await exchange(
            { ...options, agent: way.dispatcher },
            base,
            call,
            { ...headers, ...own.headers },
            giveUp,
          );
          return { outcome, received: clock.stamp() };
        } finally {
          cancel();
        }
      })
      .finally(() => options.signal.removeEventListener('abort', stop));
    const recorded: Exchange = {
      type: 'exchange',
      scenario,
      id,
      consumer: call.consumer,
      attempt,
      request: {
        method: call.method,
        target: redact.text(call.target),
        headers: [
          ...Object.entries(headers).map(([name, value]): HeaderField => [name, redact.text(value)]),
          ...own.recorded,
        ],
        ...(call.body === undefined ? {} : { body: maskedPayload(payload(Buffer.from(call.body)), redact) }),
      },
      sent: round(sent.at),
      received: round(received.at),
      ...judged(sent, received),
      lag: round(way.lag()),
      outcome: masked(outcome, redact),
    };
    options.record(recorded);
    // Whoever goes on with a handler needs it as it came; only what is written down is masked.
    return { ...recorded, outcome };
  };

  return {
    async send(call) {
      for (let attempt = 1, waited = 0; ; attempt += 1) {
        const exchange = await once(call, attempt);
        const pause = throttled(exchange);
        if (pause === undefined || attempt === MAX_ATTEMPTS || waited + pause > MAX_THROTTLED_SECONDS) return exchange;
        waited += pause;
        await reallyWait(clock, 0.05 * attempt);
        await clock.wait(pause, options.signal);
      }
    },
  };
}

/** What lets this attempt in. A signature is of the request as it goes over the wire, and of the real time. */
function ownHeaders(credentials: Credentials, base: string, call: Call): Carried {
  const url = credentials.signing === undefined ? null : URL.parse(base + call.target);
  const request = url && {
    method: call.method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: { ...call.headers, host: url.host },
    body: call.body ?? '',
  };
  return carried(credentials, call.credentials ?? 'given', request ?? undefined, new Date());
}

/** On a controlled clock a back-off first really waits, since what has to pass may not be the endpoint's time; the clock stands still meanwhile. */
export async function reallyWait(clock: Clock, seconds: number): Promise<void> {
  if (clock.kind === 'controlled') await clock.during(false, () => sleep(seconds * 1000));
}

class GivenUp extends Error {
  readonly code = 'GIVEN_UP';
  constructor(seconds: number) {
    super(`no answer within ${seconds} s`);
  }
}

class InterimFlood extends Error {
  readonly code = 'INTERIM_FLOOD';
  constructor() {
    super(`${MAX_INTERIM} interim answers and no real one`);
  }
}

/** Where a controlled clock must stop so that an answer's instant can be told from one that is just too early or too late. */
function pollStops(now: number, wait: number): number[] {
  return [wait - 0.6, wait - 0.4, wait, wait + 4.9, wait + 5.1, wait + 14.9, wait + 15.1].map((after) => now + after);
}

async function exchange(
  options: EndpointOptions,
  base: string,
  call: Call,
  sent: Record<string, string>,
  giveUp: AbortController,
): Promise<Answer | Failure> {
  const { signal } = giveUp;
  let interim = 0;
  try {
    const answer = await request(base + call.target, {
      dispatcher: options.agent,
      method: call.method as 'GET',
      headers: sent,
      ...(call.body === undefined ? {} : { body: call.body }),
      // A consume takes leases and an acknowledgement settles: neither may be sent twice behind our back.
      idempotent: false,
      responseHeaders: 'raw',
      onInfo: () => {
        interim += 1;
        if (interim === MAX_INTERIM) giveUp.abort(new InterimFlood());
      },
      signal,
    });
    const headers = fields(answer.headers as unknown as (string | Buffer)[]);
    return {
      kind: 'answer',
      status: answer.statusCode,
      headers,
      body: payload(await bodyOf(answer.body, lengthIn(headers), options.allowance, signal)),
    };
  } catch (error) {
    return failure(error, options.signal);
  }
}

/** OpenSSL also names its source files; what people need is one part of it. */
const OPENSSL = /^[0-9A-F]+:error:[0-9A-F]+:SSL routines:[^:]*:([^:]+):.*$/s;
/** The body of an answer; `length` is what its Content-Length says. */
async function bodyOf(
  stream: Dispatcher.ResponseData['body'],
  length: number | undefined,
  run: Allowance,
  signal: AbortSignal,
): Promise<Buffer> {
  if (length !== undefined && length <= STAGES[0].bytes) return Buffer.from(await stream.arrayBuffer());
  const parts: Buffer[] = [];
  let size = 0;
  const leave: (() => void)[] = [];
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      for (let stage = STAGES[leave.length]; stage !== undefined && size > stage.bytes; stage = STAGES[leave.length]) {
        leave.push(await stage.room(run).enter(signal));
      }
    }
    return Buffer.concat(parts, size);
  } finally {
    for (const one of leave) one();
  }
}

function lengthIn(headers: readonly HeaderField[]): number | undefined {
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return length === undefined ? undefined : Number(length);
}

function failure(error: unknown, interrupted: AbortSignal): Failure {
  const {
    name: kind,
    code,
    message = String(error),
  } = (error ?? {}) as { name?: unknown; code?: string | number; message?: string };
  const name = String(code ?? (kind === 'HTTPParserError' ? 'HPE_UNKNOWN' : 'UNKNOWN'));
  const cause: Failure['cause'] = interrupted.aborted
    ? 'aborted'
    : name === 'GIVEN_UP' || /TIMEOUT/.test(name)
      ? 'timeout'
      : name === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || name === 'ANSWERS_TOO_LARGE'
        ? 'too-large'
        : 'broken';
  // What a proxy refuses has not left it.
  const unreachable =
    /^Proxy (?:response|Authentication)/.test(message) ||
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS.*|CERT_.*|UNABLE_TO_.*|HOSTNAME_MISMATCH|.*_CERT.*|ERR_SSL.*|EPROTO)$/.test(
      name,
    );
  return {
    kind: 'failure',
    cause: unreachable ? 'unreachable' : cause,
    code: name,
    message: (message || name).replace(OPENSSL, 'TLS: $1').slice(0, 500),
    bytesLeft: !unreachable,
  };
}

/** Seconds to wait before a throttled request is repeated (J3); undefined if it was not throttled. */
function throttled({ outcome }: Exchange): number | undefined {
  if (outcome.kind !== 'answer') return undefined;
  const busy = outcome.status === 429 || (outcome.status === 404 && /10240407/.test(outcome.body.data));
  if (!busy) return undefined;
  const asked = Number(outcome.headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1]);
  return Number.isFinite(asked) && asked >= 0 ? Math.min(asked, 10) : 1;
}

function fields(raw: readonly (string | Buffer)[]): HeaderField[] {
  const pairs: HeaderField[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    pairs.push([String(raw[index]), String(raw[index + 1])]);
  }
  return pairs;
}

function payload(bytes: Buffer): Payload {
  return isUtf8(bytes)
    ? { encoding: 'utf8', data: bytes.toString('utf8') }
    : { encoding: 'base64', data: bytes.toString('base64') };
}

/** An outcome as it may be written down. */
function masked(outcome: Answer | Failure, redact: Redactor): Answer | Failure {
  if (outcome.kind === 'failure') return { ...outcome, message: redact.text(outcome.message) };
  return {
    ...outcome,
    headers: outcome.headers.map(([name, value]): HeaderField => [name, redact.text(value)]),
    body: maskedPayload(outcome.body, redact),
  };
}

/** Secrets are ASCII, so that text shows them as bytes do. */
function maskedPayload({ encoding, data }: Payload, redact: Redactor): Payload {
  return encoding === 'utf8'
    ? { encoding, data: redact.text(data) }
    : payload(redact.bytes(Buffer.from(data, encoding)));
}

function judged(sent: Stamp, received: Stamp): Pick<Exchange, 'clock'> {
  if (sent.clock === undefined || received.clock === undefined) return {};
  return {
    clock: {
      sent: [round(sent.clock[0]), round(sent.clock[1])],
      received: [round(received.clock[0]), round(received.clock[1])],
    },
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
