import { isRefusal, refuse, shown, type Reason, type Refusal } from './refusals.ts';
import type { Kind } from './model.ts';

export interface ConsumeParameters {
  /** Documented range 1–10. */
  readonly maxMessages: number;
  /** Documented range 1–60. */
  readonly timeWaitSeconds: number;
  /** Documented range 15–300. */
  readonly ackWaitSeconds: number;
}

/** One entry of an acknowledgement, in the order of the request. */
export interface AckEntry {
  readonly handler: string;
  readonly status: 'success' | 'fail';
}

/** Seam 1: what a request means. */
export interface RequestReading {
  /** The method that a request is carried out with, given those that its path offers. */
  readonly readMethod: (method: string, offered: readonly string[]) => string;
  /** Reads a consume's query string, without its question mark. */
  readonly readConsume: (query: string, kind: Kind) => ConsumeParameters | Refusal;
  /** Reads an acknowledgement's body, any JSON value. */
  readonly readAck: (body: unknown, kind: Kind) => readonly AckEntry[] | Refusal;
}

/** An inclusive range of integers, and the value that stands for an absent or empty parameter. */
export interface ParameterRange {
  readonly least: number;
  readonly most: number;
  readonly default: number;
}

export interface ConsumeRanges {
  readonly max_msgs: ParameterRange;
  readonly time_wait: ParameterRange;
  readonly ack_wait: ParameterRange;
}

export const documentedRanges: ConsumeRanges = {
  max_msgs: { least: 1, most: 10, default: 10 },
  time_wait: { least: 1, most: 60, default: 3 },
  ack_wait: { least: 15, most: 300, default: 30 },
};

type ParameterName = keyof ConsumeRanges;

function isParameterName(name: string): name is ParameterName {
  return name === 'max_msgs' || name === 'time_wait' || name === 'ack_wait';
}

// Of max_msgs only "too large" has a code of its own on the error code page.
const outOfRange: Readonly<Record<ParameterName, readonly [below: Reason, above: Reason]>> = {
  max_msgs: ['invalidParameter', 'tooManyMessagesAsked'],
  time_wait: ['timeWaitOutOfRange', 'timeWaitOutOfRange'],
  ack_wait: ['ackWaitOutOfRange', 'ackWaitOutOfRange'],
};

// E2: the type is Integer, so `3s`, `+5`, `05` and `1e1`, which the rulings leave open, are refused.
const integer = /^-?(?:0|[1-9]\d*)$/;

function decoded(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Reads consume parameters that keep within `ranges`; refuses unknown and repeated ones (ruling E6 leaves both open). */
export function readConsumeWithin(ranges: ConsumeRanges, query: string): ConsumeParameters | Refusal {
  const values: Partial<Record<ParameterName, number>> = {};
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decoded(equals < 0 ? part : part.slice(0, equals));
    const text = decoded(equals < 0 ? '' : part.slice(equals + 1));
    if (name === undefined || !isParameterName(name)) {
      return refuse('invalidParameter', `expected max_msgs, time_wait or ack_wait, got parameter ${shown(part)}`);
    }
    if (values[name] !== undefined) return refuse('invalidParameter', `${name} is given twice`);
    const range = ranges[name];
    if (text === '') {
      values[name] = range.default; // E4; for max_msgs, which is left open there, by analogy
      continue;
    }
    if (text === undefined || !integer.test(text)) {
      return refuse('invalidParameter', `${name} must be an integer, got ${shown(text ?? part)}`);
    }
    const value = Number(text);
    if (value < range.least || value > range.most) {
      return refuse(
        outOfRange[name][value < range.least ? 0 : 1],
        `${name} must be ${range.least} to ${range.most}, got ${shown(text)}`,
      );
    }
    values[name] = value;
  }
  return {
    maxMessages: values.max_msgs ?? ranges.max_msgs.default,
    timeWaitSeconds: values.time_wait ?? ranges.time_wait.default,
    ackWaitSeconds: values.ack_wait ?? ranges.ack_wait.default,
  };
}

/** Whether a JSON value is an object, so that its members can be looked at. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readAckEntry(entry: unknown, index: number): AckEntry | Refusal {
  if (!isObject(entry) || typeof entry.handler !== 'string') {
    return refuse('invalidFields', `message[${index}] must be an object with a string "handler", got ${shown(entry)}`);
  }
  const status = entry.status;
  if (status === undefined) return { handler: entry.handler, status: 'success' }; // I1
  if (status !== 'success' && status !== 'fail') {
    return refuse('illegalStatus', `status of message[${index}] must be success or fail, got ${shown(status)}`);
  }
  return { handler: entry.handler, status };
}

function readAck(body: unknown): readonly AckEntry[] | Refusal {
  if (!isObject(body) || !Array.isArray(body.message) || body.message.length === 0) {
    return refuse('invalidFields', 'expected an object with a non-empty array "message"'); // I3, I5
  }
  // I4: no limit of its own on the number of entries. More than ten cannot all name different messages of one batch,
  // so such a request is refused for its handlers. I7: members that are not known are ignored.
  const entries: AckEntry[] = [];
  for (const [index, item] of (body.message as readonly unknown[]).entries()) {
    const entry = readAckEntry(item, index);
    if (isRefusal(entry)) return entry;
    entries.push(entry);
  }
  return entries;
}

export const documentedRequests: RequestReading = {
  readMethod: (method) => method,
  readConsume: (query) => readConsumeWithin(documentedRanges, query),
  readAck,
};
