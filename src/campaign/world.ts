/** What a scenario has to do with: its queues, its groups, the two calls, and time. */
import type { Exchange, Features } from '../../schemas/types.ts';
import type { Arranger, MessageSpec, QueueSpec } from '../arrange/arranger.ts';
import { Short, Trouble } from '../arrange/trouble.ts';
import type { Clock } from '../clock/clock.ts';
import { inWords, jsonOf, statusOf } from '../endpoint/answer.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { makeTag, tagsIn } from '../history/tags.ts';

/** MUST grace of the rulings, in seconds, and the floor that a lease may have (D1). */
export const GRACE = 15;
export const LEASE_FLOOR = 30;
/** Consumes that are answered with no list before the first that is. */
const MOST_UNREAD = 20;

export interface World {
  readonly queues: readonly ArrangedQueueHandle[];
  /** The first queue, which most scenarios have only. */
  readonly queue: ArrangedQueueHandle;
  readonly features: Features;
  readonly project: string;
  /** Seconds on the judged clock. */
  now(): number;
  /** Waits on the judged clock. */
  wait(seconds: number): Promise<void>;
  /** A request that is none of the two calls in their documented form. */
  request(method: string, target: string, options?: RequestOptions): Promise<Exchange>;
}

export interface RequestOptions {
  readonly consumer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly credentials?: 'wrong' | 'none';
  readonly mayWaitSeconds?: number;
  /** Seconds after which the client goes, whatever it waited for. */
  readonly patienceSeconds?: number;
}

export interface ArrangedQueueHandle {
  readonly id: string;
  readonly spec: QueueSpec;
  /** Makes a consumer group; at most three a queue. A name that was free again may be given again. */
  group(name?: string): Promise<Group>;
  /** Sends messages to the queue, which some of its groups are then to fail. */
  send(messages: Messages): Promise<readonly MessageSpec[]>;
  /** Sends messages that are looked for as normal ones: every group of the queue gets them. */
  sendNormal(messages: Messages): Promise<readonly MessageSpec[]>;
  delete(): Promise<void>;
}

/** How many, or their bodies; a body that is given is wrapped so that it carries a tag, unless it is `bare`. */
export type Messages = number | readonly MessageInput[];

export interface MessageInput {
  /** JSON text of the body; `#` in it stands for the tag. Without a `#` the body carries no tag and must be alone in its group. */
  readonly body?: string;
  /** JSON text of the attributes. */
  readonly attributes?: string;
}

/** Query parameters by name; a list repeats one, an empty string leaves it empty. */
export type Query = Readonly<Record<string, string | number | readonly (string | number)[]>>;

export interface Delivered {
  readonly handler: string;
  readonly tag: string | undefined;
}

export interface Batch {
  readonly exchange: Exchange;
  readonly status: number | undefined;
  readonly delivered: readonly Delivered[];
  /** Judged instant at which the answer was there. */
  readonly at: number;
  /** Seconds that the leases of this batch last by the query. */
  readonly lease: number;
}

export interface Entry {
  readonly handler: unknown;
  readonly status?: unknown;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly queue: ArrangedQueueHandle;
  /** Target of the two calls, without a query. */
  readonly path: string;
  /** Arranges dead letters of this group. */
  deadLetters(messages: Messages): Promise<readonly MessageSpec[]>;
  /** Waits out the initialisation of a group that nothing is arranged in. */
  ready(): Promise<void>;
  /** The two calls for normal messages, which the suite tests only where they touch dead letters. */
  consumeNormal(query?: Query): Promise<Batch>;
  acknowledgeNormal(entries: readonly Entry[]): Promise<Exchange>;
  /** Lists the groups of the queue with their counters of dead letters. */
  counters(): Promise<Exchange>;
  /** Fails messages that were sent before, so that they become dead letters of this group. */
  fail(messages: readonly MessageSpec[]): Promise<readonly MessageSpec[]>;
  consume(query?: Query, options?: RequestOptions): Promise<Batch>;
  acknowledge(entries: readonly Entry[], options?: RequestOptions): Promise<Exchange>;
  /** Acknowledges a whole body as given, well-formed or not. */
  acknowledgeRaw(body: string | Buffer, options?: RequestOptions): Promise<Exchange>;
  /** Consumes until a non-empty batch comes, for as long as a dead letter may take to appear. */
  first(query?: Query, options?: RequestOptions): Promise<Batch>;
  /** A batch of exactly `size`; smaller ones are acknowledged away. Throws Short if the endpoint offers none. */
  batchOf(size: number, query?: Query): Promise<Batch>;
  /** Consumes and acknowledges until all that was arranged has come, or has had its time to appear (K4), and nothing is left. */
  drain(query?: Query): Promise<void>;
  /** Polls until each of these was delivered once more or its last bound has passed; what comes is acknowledged. */
  untilBack(deliveries: readonly Delivered[], from: Batch, query?: Query): Promise<void>;
  /**
   * Polls until as many of a batch are back as its acknowledgements left unacknowledged, or their last bound has passed,
   * and in any case until 10 s after the end of its lease, to see that what is gone stays gone.
   */
  outcome(from: Batch, ...acknowledgements: readonly Exchange[]): Promise<void>;
  /** Polls for `seconds` from the delivery of that batch. */
  look(from: Batch, seconds: number): Promise<void>;
  /** Polls until `seconds` after the end of that batch's lease, to see that what is gone stays gone. */
  watch(from: Batch, seconds?: number): Promise<void>;
  delete(): Promise<void>;
}

export const SUCCESS = 'success';
export const FAIL = 'fail';

/** Entries of an acknowledgement, all with one status. */
export function entries(delivered: readonly Delivered[], status: string = SUCCESS): Entry[] {
  return delivered.map(({ handler }) => ({ handler, status }));
}

export interface WorldOptions {
  readonly queues: readonly { readonly id: string; readonly spec: QueueSpec }[];
  readonly arranger: Arranger;
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly features: Features;
  readonly project: string;
  /** Words that make tags unique in the run. */
  readonly tagWords: { readonly run: string; readonly serial: string };
  readonly signal: AbortSignal;
}

export function world(options: WorldOptions): World {
  const { arranger, clock, endpoint, project, signal } = options;
  let tags = 0;

  const specs = (messages: Messages): MessageSpec[] => {
    const inputs = typeof messages === 'number' ? Array.from({ length: messages }, (): MessageInput => ({})) : messages;
    return inputs.map(({ body = '{"tag":"#","note":"arranged by dms-conformance"}', attributes }) => {
      tags += 1;
      const tag = makeTag(options.tagWords.run, options.tagWords.serial, tags);
      return {
        special: typeof messages !== 'number',
        tag,
        tagged: body.includes('#'),
        body: body.replaceAll('#', tag),
        attributes: attributes ?? null,
      };
    });
  };

  const request: World['request'] = (method, target, { consumer = 'c1', ...rest } = {}) => {
    signal.throwIfAborted();
    return endpoint.send({ consumer, method, target, ...rest });
  };

  const handle = (id: string, spec: QueueSpec): ArrangedQueueHandle => {
    let groups = 0;
    const queue: ArrangedQueueHandle = {
      id,
      spec,
      async group(name) {
        groups += 1;
        const chosen = name ?? `g${groups}`;
        return group(queue, await arranger.group(id, chosen), chosen);
      },
      async send(messages) {
        const sent = specs(messages);
        await arranger.send(id, sent);
        return sent;
      },
      async sendNormal(messages) {
        arranger.requireNormal();
        return this.send(messages);
      },
      async delete() {
        await arranger.deleteQueue(id);
      },
    };
    return queue;
  };

  const group = (queue: ArrangedQueueHandle, id: string, name: string): Group => {
    const path = `/v1.0/${project}/queues/${queue.id}/groups/${id}/deadletters`;

    // What has been arranged here and what has come, so that draining knows what to wait for.
    const arranged = new Set<string>();
    const seen = new Set<string>();
    const untagged = 'untagged';
    let arrangedAt = -Infinity;
    /** The last consume, as long as none was answered with a list. */
    let unread: Exchange | undefined;
    let listed = false;
    const failHere = async (messages: readonly MessageSpec[]): Promise<readonly MessageSpec[]> => {
      const failed = await arranger.fail(queue.id, id, messages);
      for (const { tag, tagged } of failed) arranged.add(tagged ? tag : untagged);
      arrangedAt = clock.now();
      // So that it can be told whether a poll that is open hears of them soon (D4).
      clock.stopAt([2.9, 3.1].map((after) => arrangedAt + after));
      return failed;
    };

    /** If nothing of a group ever appeared it was the arranging that failed (K4): what it was to show is not exercised. */
    const nothingAppeared = (): void => {
      if (arranged.size > 0 && seen.size === 0) {
        if (unread !== undefined)
          throw new Trouble('endpoint', `no consume was answered with a list: ${inWords(unread)}`);
        throw new Trouble('arrangement', `none of the ${arranged.size} dead letters that were arranged appeared`);
      }
    };

    const consumeAt = async (target: string, query: Query, more: RequestOptions): Promise<Batch> => {
      const exchange = await request('GET', target + queryText(query), {
        mayWaitSeconds: secondsOf(query['time_wait'], 3),
        headers: { 'content-type': 'application/json' },
        ...more,
      });
      const lease = secondsOf(query['ack_wait'], 30);
      const at = clock.now();
      listed ||= statusOf(exchange) === 200 && Array.isArray(jsonOf(exchange));
      unread = listed ? undefined : exchange;
      const delivered = deliveredIn(exchange);
      for (const { tag } of delivered) seen.add(tag ?? untagged);
      if (delivered.length > 0)
        clock.stopAt([lease - 1.1, lease - 0.9, lease, lease + GRACE].map((after) => at + after));
      return { exchange, status: statusOf(exchange), delivered, at, lease };
    };

    const consume: Group['consume'] = (query = {}, more = {}) => consumeAt(path, query, more);
    const normalPath = path.replace(/\/deadletters$/, '');
    const acknowledgeRaw: Group['acknowledgeRaw'] = (body, more) =>
      request('POST', `${path}/ack`, { headers: { 'content-type': 'application/json' }, body, ...more });
    const acknowledge: Group['acknowledge'] = (given, more) => acknowledgeRaw(JSON.stringify({ message: given }), more);

    /** Polls until an instant, acknowledging away what comes, and for as long as `more` says so. */
    const pollUntil = async (instant: number, query: Query, more: (batch: Batch) => boolean): Promise<void> => {
      for (;;) {
        const sentAt = clock.now();
        const left = Math.ceil(instant - sentAt);
        // Short polls, since only an empty answer to one that was sent late enough shows that something is late.
        const batch = await consume(
          { time_wait: Math.max(1, Math.min(left > 60 ? 10 : 4, left)), ack_wait: 15, ...query },
          { consumer: 'watch' },
        );
        if (batch.delivered.length > 0) await acknowledge(entries(batch.delivered), { consumer: 'watch' });
        if (!more(batch)) return;
        if (sentAt > instant) return;
        // Answers that come at once, as errors do, must not become a flood.
        if (clock.now() - sentAt < 0.2) await clock.wait(batch.delivered.length > 0 ? 0.1 : 0.5, signal);
      }
    };

    return {
      id,
      name,
      queue,
      path,
      async deadLetters(messages) {
        return failHere(await queue.send(messages));
      },
      ready: () => arranger.ready(queue.id, id),
      async consumeNormal(query = {}) {
        arranger.requireNormal();
        return consumeAt(`${normalPath}/messages`, query, {});
      },
      async acknowledgeNormal(given) {
        arranger.requireNormal();
        return request('POST', `${normalPath}/ack`, {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ message: given }),
        });
      },
      counters: () => request('GET', `/v1.0/${project}/queues/${queue.id}/groups?include_deadletter=true`),
      fail: failHere,
      consume,
      acknowledge,
      acknowledgeRaw,
      async first(query = {}, more = {}) {
        // A failed one may come back only at the end of its lease (D3), a new one after the grace (K4).
        const patience = clock.now() + LEASE_FLOOR + GRACE;
        for (let tries = 1; ; tries += 1) {
          const sentAt = clock.now();
          const batch = await consume({ ack_wait: 15, time_wait: 5, ...query }, more);
          if (batch.delivered.length > 0) return batch;
          // Whoever answers with something else than lists will not do better for being asked for longer.
          if (sentAt > patience || (unread !== undefined && tries >= MOST_UNREAD)) break;
          if (clock.now() - sentAt < 0.2) await clock.wait(0.5, signal);
        }
        nothingAppeared();
        throw new Short(`no dead letter appeared within ${LEASE_FLOOR + GRACE} s`);
      },
      async batchOf(size, query = {}) {
        for (let tries = 1; tries <= 40; tries += 1) {
          const batch = await this.first({ max_msgs: size, ...query }).catch((error: unknown) => {
            throw error instanceof Short ? new Short(`the endpoint offered no batch of ${size}`) : error;
          });
          if (batch.delivered.length === size) return batch;
          await acknowledge(entries(batch.delivered));
        }
        throw new Short(`the endpoint offered no batch of ${size}`);
      },
      async drain(query = {}) {
        // Whoever hands out for ever what was acknowledged is judged by that; it must not keep us here.
        const mostRounds = 20 + 4 * arranged.size;
        for (let empties = 0, rounds = 0; rounds < mostRounds; rounds += 1) {
          const sentAt = clock.now();
          const missing = [...arranged].some((tag) => !seen.has(tag));
          const batch = await consume({ time_wait: missing ? 5 : 1, ack_wait: 15, ...query });
          empties = batch.delivered.length > 0 ? 0 : empties + 1;
          if (batch.delivered.length > 0) await acknowledge(entries(batch.delivered));
          else if (empties >= 2 && (!missing || sentAt > arrangedAt + GRACE)) break;
          else if (clock.now() - sentAt < 0.2) await clock.wait(0.5, signal);
        }
        nothingAppeared();
      },
      async untilBack(deliveries, from, query = {}) {
        const missing = new Set(deliveries.map(({ tag }) => tag));
        await pollUntil(from.at + Math.max(from.lease, LEASE_FLOOR) + GRACE, query, (batch) => {
          for (const { tag } of batch.delivered) missing.delete(tag);
          return missing.size > 0;
        });
      },
      async outcome(from, ...acknowledgements) {
        const settled = acknowledgements.reduce((sum, exchange) => sum + successesOf(exchange), 0);
        const open = new Set(from.delivered.map(({ tag }) => tag));
        if (open.size > settled) {
          await pollUntil(from.at + Math.max(from.lease, LEASE_FLOOR) + GRACE, {}, (batch) => {
            for (const { tag } of batch.delivered) open.delete(tag);
            return open.size > settled;
          });
        }
        await this.watch(from);
      },
      look: (from, seconds) => pollUntil(from.at + seconds, {}, () => clock.now() < from.at + seconds),
      async watch(from, seconds = 10) {
        await this.look(from, from.lease + seconds);
      },
      async delete() {
        await arranger.deleteGroup(queue.id, id);
      },
    };
  };

  const queues = options.queues.map(({ id, spec }) => handle(id, spec));
  return {
    queues,
    get queue() {
      const [first] = queues;
      if (first === undefined) throw new RangeError('this scenario asked for no queue');
      return first;
    },
    features: options.features,
    project,
    now: () => clock.now(),
    wait: (seconds) => clock.wait(seconds, signal),
    request,
  };
}

function queryText(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one: string | number) => `${name}=${encodeURIComponent(one)}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** What a parameter of whole seconds will be taken for; only steers our own waiting. */
function secondsOf(value: Query[string] | undefined, standard: number): number {
  const seconds = Number(value === '' ? standard : (value ?? standard));
  return Number.isFinite(seconds) && seconds > 0 && seconds <= 300 ? seconds : standard;
}

/** What the endpoint says it acknowledged; only steers how long is waited for the rest. */
export function successesOf(exchange: Exchange): number {
  const body = jsonOf(exchange);
  const success = statusOf(exchange) === 200 ? (body as { success?: unknown } | null)?.success : 0;
  return typeof success === 'number' && Number.isInteger(success) && success > 0 ? success : 0;
}

function deliveredIn(exchange: Exchange): Delivered[] {
  const body = jsonOf(exchange);
  if (!Array.isArray(body)) return [];
  return body.flatMap((element: unknown) => {
    const { handler, message } = (element ?? {}) as { handler?: unknown; message?: { body?: unknown } | null };
    return typeof handler === 'string' ? [{ handler, tag: tagsIn(message?.body)[0] }] : [];
  });
}
