import { isUtf8 } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { Answer, Exchange, Failure, HeaderField, Payload } from '../../schemas/types.ts';
import type { Clock, Stamp } from '../clock/clock.ts';
import { carried, type Carried, type Credentials, type Whose } from './credentials.ts';
import { passage, type LagMeter, type Passage } from './lag.ts';
import type { Allowance } from './room.ts';
import { both, redactor, type Redactor } from './secrets.ts';
import { send, type Outgoing } from './sending.ts';
import { dispatcherFor, PLAIN_TRANSPORT, type Transport } from './transport.ts';

/** Seconds on the judged clock after which an unanswered poll is given up: the longest time_wait, its MUST grace of 15 s, and some more. */
const GIVE_UP_POLL_SECONDS = 80;
/** The same for a request that has nothing to wait for. */
const GIVE_UP_SECONDS = 30;
/** 512 KB are the most that a consume may return (E9); an endpoint may escape every character of them. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
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
  /** Seconds on the judged clock after which it is given up; by default 80 s for what may wait, and 30 s for anything else. */
  readonly patienceSeconds?: number;
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
    const way = passage(lag);
    const wait = call.mayWaitSeconds;
    const { outcome, received } = await clock.during(wait !== undefined, async () => {
      const jumpOver = wait === undefined ? undefined : clock.stopAt(pollStops(clock.now(), wait));
      const outgoing = {
        url: base + call.target,
        method: call.method,
        headers: { ...headers, ...own.headers },
        body: call.body,
      };
      const patience = call.patienceSeconds ?? (wait === undefined ? GIVE_UP_SECONDS : GIVE_UP_POLL_SECONDS);
      const outcome = await exchange(options, outgoing, way, patience);
      jumpOver?.();
      return { outcome, received: clock.stamp() };
    });
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

/** Where a controlled clock must stop so that an answer's instant can be told from one that is just too early or too late. */
function pollStops(now: number, wait: number): number[] {
  return [wait - 0.6, wait - 0.4, wait, wait + 4.9, wait + 5.1, wait + 14.9, wait + 15.1].map((after) => now + after);
}

/** Sends it, and gives it up after so many seconds on the judged clock, or when the run is interrupted. */
async function exchange(
  { agent, allowance, clock, signal }: EndpointOptions,
  outgoing: Outgoing,
  way: Passage,
  patience: number,
): Promise<Answer | Failure> {
  try {
    signal.throwIfAborted();
    const sending = send(agent, outgoing, way, allowance);
    const cancel = clock.after(patience, (broken) => sending.giveUp(broken ?? new GivenUp(patience)));
    const stop = (): void => sending.giveUp(signal.reason as Error);
    signal.addEventListener('abort', stop);
    try {
      const { status, headers, body } = await sending.answer;
      return { kind: 'answer', status, headers: [...headers], body: payload(body) };
    } finally {
      signal.removeEventListener('abort', stop);
      cancel();
    }
  } catch (error) {
    return failure(error, signal);
  }
}

/** OpenSSL also names its source files; what people need is one part of it. */
const OPENSSL = /^[0-9A-F]+:error:[0-9A-F]+:SSL routines:[^:]*:([^:]+):.*$/s;
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
