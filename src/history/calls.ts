/** Exchanges read as calls: which of the documented requests each is, by its method and path alone. */
import type { Bounds, Exchange } from '../../schemas/types.ts';
import { kindOf, parseJson, parseSpelled } from './json.ts';
import { readQuery, type ReadQuery } from './parameters.ts';
import { tagsIn } from './tags.ts';

/**
 * How a call was answered: ok, 200; rejected, a 4xx that says something about the request; transient, a 4xx that says
 * nothing about it (credentials, throttling, initialisation); unknown, no answer, or unavailable, so that it may have had
 * its effect; other, any other status.
 */
export type Reply = 'ok' | 'rejected' | 'transient' | 'unknown' | 'other';

interface Base {
  readonly exchange: Exchange;
  readonly id: number;
  readonly consumer: string;
  /** Real instants on the suite's monotonic clock: what came before what is asked of them, durations are asked of the judged clock. */
  readonly left: number;
  readonly arrived: number;
  /** When the request left us, on the judged clock. */
  readonly sent: Bounds;
  /** When the answer had arrived, on the judged clock. */
  readonly received: Bounds;
  readonly project: string;
  readonly queue: string;
  readonly group: string;
  readonly status: number | undefined;
  readonly reply: Reply;
  /** The answer's body as text; undefined where there is none or it is not UTF-8. */
  readonly text: string | undefined;
  /** The answer's body as JSON; undefined where it is none. */
  readonly json: unknown;
  /** Whether the suite's own credentials were sent, others, or none. */
  readonly credentials: 'given' | 'other' | 'none';
}

export interface ConsumeCall extends Base {
  readonly kind: 'consume';
  readonly query: ReadQuery;
  readonly deliveries: readonly Delivery[];
  /** 200 with an empty array: it proves that nothing was consumable. */
  readonly empty: boolean;
  /** Bounds of the lease that it takes, in seconds from hand-out; wide open where the request leaves it open. */
  readonly lease: { readonly least: number; readonly most: number };
}

export interface Delivery {
  readonly consume: ConsumeCall;
  /** Place in the answer, from 0. */
  readonly index: number;
  /** The element as it came. */
  readonly element: unknown;
  readonly handler: string | undefined;
  readonly message: Readonly<Record<string, unknown>> | undefined;
  readonly body: unknown;
  readonly attributes: unknown;
  /** The tags in the body. */
  readonly tags: readonly string[];
  /** The same two with the spelling of numbers kept. */
  readonly spelled: { readonly body: unknown; readonly attributes: unknown };
}

export interface AcknowledgeCall extends Base {
  readonly kind: 'acknowledge';
  /** The request's body as JSON; undefined where it is none. */
  readonly request: unknown;
  /** The entries where the request has the documented form: an array of at least one object with a handler. */
  readonly entries: readonly AcknowledgeEntry[] | undefined;
  readonly contentType: string | undefined;
  /** The two counters of a 200 answer; undefined where they are not two whole numbers from 0. */
  readonly counts: { readonly success: number; readonly fail: number } | undefined;
}

export interface AcknowledgeEntry {
  readonly handler: string;
  /** success and fail are the documented two; absent is allowed; the rest is not. */
  readonly status: 'success' | 'fail' | 'absent' | 'illegal';
  readonly rawStatus: unknown;
}

/** A request to a group's paths that is neither call in its documented form, such as a wrong method. */
export interface OtherGroupCall extends Base {
  readonly kind: 'other';
  readonly method: string;
  /** Path behind the group's, with its leading slash. */
  readonly rest: string;
}

export interface NormalCall extends Base {
  readonly kind: 'consume-normal' | 'acknowledge-normal';
  /** Handlers that a normal consume handed out, or that a normal acknowledgement names. */
  readonly handlers: readonly string[];
  /** Statuses that a normal acknowledgement gives, one for each handler. */
  readonly statuses: readonly unknown[];
  /** Tags of the messages that a normal consume handed out, one for each handler. */
  readonly tags: readonly (string | undefined)[];
  /** Seconds of the lease that a normal consume takes at most. */
  readonly lease: number;
}

export interface SendCall extends Base {
  readonly kind: 'send';
  readonly tags: readonly string[];
}

export interface DeletionCall extends Base {
  readonly kind: 'delete-group' | 'delete-queue';
}

/** A deletion, whoever was asked for it. */
export interface Deletion extends Placed {
  readonly kind: 'delete-group' | 'delete-queue';
  readonly queue: string;
  readonly group: string;
  /** Whether it was said to be done; otherwise it may be. */
  readonly done: boolean;
}

export interface ListGroups extends Base {
  readonly kind: 'list-groups';
}

export type Call = ConsumeCall | AcknowledgeCall | OtherGroupCall | NormalCall | SendCall | DeletionCall | ListGroups;

/** Something with a beginning and an end on our monotonic clock. */
export interface Placed {
  readonly left: number;
  readonly arrived: number;
}

/** Whether a consume may have taken leases that we do not know of: its answer never came, or cannot be read. */
export function mayHaveTaken(consume: Pick<Base, 'reply' | 'status' | 'json'>): boolean {
  if (consume.reply === 'unknown' || consume.reply === 'other' || consume.status === 408) return true;
  return consume.reply === 'ok' && !Array.isArray(consume.json);
}

/** Whether the first was surely over when the second began, wherever in its interval the endpoint acted. */
export function before(first: Placed, second: Placed): boolean {
  return first.arrived <= second.left;
}

/** Whether the endpoint may have acted on the first before it acted on the second. */
export function mayPrecede(first: Placed, second: Placed): boolean {
  return first.left < second.arrived;
}

const GROUP_PATH = /^\/v1\.0\/([^/]*)\/queues\/([^/]*)\/groups\/([^/?]*)(\/[^?]*)?(\?.*)?$/;
const GROUPS_PATH = /^\/v1\.0\/([^/]*)\/queues\/([^/]*)\/groups(\?.*)?$/;
const MESSAGES_PATH = /^\/v1\.0\/([^/]*)\/queues\/([^/]*)\/messages$/;
const QUEUE_PATH = /^\/v1\.0\/([^/]*)\/queues\/([^/?]*)$/;

/** Reads an exchange as a call; undefined where it is none that rules look at. */
export function readCall(exchange: Exchange): Call | undefined {
  const { method, target } = exchange.request;
  const inGroup = GROUP_PATH.exec(target);
  if (inGroup !== null) {
    const [, project = '', queue = '', group = '', rest = '', search = ''] = inGroup;
    const base = readBase(exchange, project, queue, group);
    if (rest === '/deadletters' && method === 'GET') return readConsume(base, search);
    if (rest === '/deadletters/ack' && method === 'POST') return readAcknowledge(base);
    if (rest === '/messages' && method === 'GET') return readNormal(base, 'consume-normal', base.json, search);
    if (rest === '/ack' && method === 'POST') {
      const request = parseJson(requestText(exchange));
      return readNormal(base, 'acknowledge-normal', isRecord(request) ? request['message'] : undefined, search);
    }
    if (rest === '' && method === 'DELETE') return { ...base, kind: 'delete-group' };
    return rest.startsWith('/deadletters') ? { ...base, kind: 'other', method, rest } : undefined;
  }
  const inGroups = GROUPS_PATH.exec(target);
  if (inGroups !== null && method === 'GET') {
    return { ...readBase(exchange, inGroups[1] ?? '', inGroups[2] ?? '', ''), kind: 'list-groups' };
  }
  const inMessages = MESSAGES_PATH.exec(target);
  if (inMessages !== null && method === 'POST') {
    const base = readBase(exchange, inMessages[1] ?? '', inMessages[2] ?? '', '');
    return { ...base, kind: 'send', tags: tagsIn(requestText(exchange)) };
  }
  const inQueue = QUEUE_PATH.exec(target);
  return inQueue !== null && method === 'DELETE'
    ? { ...readBase(exchange, inQueue[1] ?? '', inQueue[2] ?? '', ''), kind: 'delete-queue' }
    : undefined;
}

function readBase(exchange: Exchange, project: string, queue: string, group: string): Base {
  const { outcome, lag } = exchange;
  const text = outcome.kind === 'answer' && outcome.body.encoding === 'utf8' ? outcome.body.data : undefined;
  const status = outcome.kind === 'answer' ? outcome.status : undefined;
  return {
    exchange,
    id: exchange.id,
    consumer: exchange.consumer,
    left: exchange.sent,
    arrived: exchange.received,
    // Our own timers may have been late: the request left no sooner than stamped, the answer arrived no later.
    sent: exchange.clock?.sent ?? [exchange.sent, exchange.sent + lag],
    received: exchange.clock?.received ?? [Math.max(exchange.sent, exchange.received - lag), exchange.received],
    project,
    queue,
    group,
    status,
    reply: readReply(exchange, text),
    text,
    json: text === undefined ? undefined : parseJson(text.replace(/^\ufeff/, '')),
    credentials: credentialsIn(exchange.request.headers),
  };
}

/** Evidence names headers that are credentials, but holds none of them; a token in clear comes from somebody else's recording. */
function credentialsIn(headers: Exchange['request']['headers']): Base['credentials'] {
  const first = headers.find(
    ([name, value]) => value === '[given]' || value === '[other]' || name.toLowerCase() === 'x-auth-token',
  )?.[1];
  return first === undefined ? 'none' : first === '[given]' ? 'given' : 'other';
}

function readReply({ outcome }: Exchange, text: string | undefined): Reply {
  if (outcome.kind === 'failure') return outcome.bytesLeft ? 'unknown' : 'transient';
  const { status } = outcome;
  if (status === 200) return 'ok';
  if (status === 503 || status === 504) return 'unknown';
  if (status < 400 || status > 499) return 'other';
  const code = /"(?:error_)?code"\s*:\s*"?(?:[^"]*\.)?([0-9]{8})\b/.exec(text ?? '')?.[1];
  const transient =
    [401, 403, 408, 429].includes(status) ||
    (status === 404 && code === '10240407') ||
    (status === 400 && code === '10240032');
  return transient ? 'transient' : 'rejected';
}

function readConsume(base: Base, search: string): ConsumeCall {
  const query = readQuery(search);
  const wait = query.parameters.ack_wait.value;
  const deliveries: Delivery[] = [];
  const call: ConsumeCall = {
    ...base,
    kind: 'consume',
    query,
    deliveries,
    empty: base.reply === 'ok' && Array.isArray(base.json) && base.json.length === 0,
    lease: wait === undefined ? { least: 0, most: 300 } : { least: wait, most: wait },
  };
  // One object instead of an array is a fault of its own (F1); what it delivers counts all the same.
  const elements =
    base.reply !== 'ok'
      ? []
      : Array.isArray(base.json)
        ? (base.json as unknown[])
        : isRecord(base.json) && 'handler' in base.json
          ? [base.json]
          : [];
  if (elements.length > 0) {
    // Only a few rules ask for spellings, and parsing again takes as long as all the rest.
    let exact: readonly unknown[] | undefined;
    const spelledOf = (index: number): Delivery['spelled'] => {
      if (exact === undefined) {
        const parsed = parseSpelled((base.text ?? '').replace(/^\ufeff/, ''));
        exact = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
      }
      const own = exact[index];
      const message = isRecord(own) && isRecord(own['message']) ? own['message'] : undefined;
      return { body: message?.['body'], attributes: message?.['attributes'] };
    };
    for (const [index, element] of elements.entries()) {
      const message = isRecord(element) && isRecord(element['message']) ? element['message'] : undefined;
      let tags: readonly string[] | undefined;
      deliveries.push({
        consume: call,
        index,
        element,
        handler: isRecord(element) && typeof element['handler'] === 'string' ? element['handler'] : undefined,
        message,
        body: message?.['body'],
        attributes: message?.['attributes'],
        get tags() {
          return (tags ??= tagsIn(message?.['body']));
        },
        get spelled() {
          return spelledOf(index);
        },
      });
    }
  }
  return call;
}

function readAcknowledge(base: Base): AcknowledgeCall {
  const request = parseJson(requestText(base.exchange));
  const list = isRecord(request) ? request['message'] : undefined;
  const wellFormed =
    Array.isArray(list) &&
    list.length > 0 &&
    list.every((entry) => isRecord(entry) && typeof entry['handler'] === 'string');
  const entries = wellFormed ? (list as Record<string, unknown>[]).map(readEntry) : undefined;
  const contentType = base.exchange.request.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const { success, fail } = (isRecord(base.json) ? base.json : {}) as { success?: unknown; fail?: unknown };
  const counts = base.reply === 'ok' && isCount(success) && isCount(fail) ? { success, fail } : undefined;
  return { ...base, kind: 'acknowledge', request, entries, contentType, counts };
}

function readEntry(entry: Record<string, unknown>): AcknowledgeEntry {
  const rawStatus = entry['status'];
  const status =
    rawStatus === 'success' || rawStatus === 'fail' ? rawStatus : rawStatus === undefined ? 'absent' : 'illegal';
  return { handler: String(entry['handler']), status, rawStatus };
}

/** The request's body as text; empty where there is none or it is not UTF-8. */
function requestText({ request }: Exchange): string {
  return request.body?.encoding === 'utf8' ? request.body.data : '';
}

function readNormal(base: Base, kind: NormalCall['kind'], list: unknown, search: string): NormalCall {
  const entries = Array.isArray(list)
    ? (list as unknown[]).filter(
        (entry): entry is Record<string, unknown> => isRecord(entry) && typeof entry['handler'] === 'string',
      )
    : [];
  return {
    ...base,
    kind,
    handlers: entries.map((entry) => String(entry['handler'])),
    statuses: entries.map((entry) => entry['status']),
    tags: entries.map((entry) => tagsIn(isRecord(entry['message']) ? entry['message']['body'] : undefined)[0]),
    lease: readQuery(search).parameters.ack_wait.value ?? 300,
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return kindOf(value) === 'object';
}
