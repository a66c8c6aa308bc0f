/**
 * Arranges dead letters over the public neighbouring calls, by the recipe that holds on any conforming service:
 * queue with redrive and max_consume_count 1, group before sending, send, consume, fail every entry.
 */
import type { Bounds, Exchange } from '../../schemas/types.ts';
import { errorCodeOf, inWords, jsonOf, statusOf, strikes } from '../endpoint/answer.ts';
import { reallyWait, type Call } from '../endpoint/endpoint.ts';
import { tagsIn } from '../history/tags.ts';
import { messageText, type Arranger, type ArrangerOptions, type MessageSpec } from './arranger.ts';
import { QuotaRefused, Trouble } from './trouble.ts';

/** Seconds for which a refusal that may be initialisation is waited out (K6). */
const INITIALISATION_SECONDS = 20;
/** Seconds without a single message to fail after which arranging is given up. */
const PATIENCE_SECONDS = 40;
const MAX_REQUEST_BYTES = 500_000;

export function dmsArranger(options: ArrangerOptions): Arranger {
  const { clock, endpoint, scenario, signal, note } = options;
  const root = `/v1.0/${options.project}/queues`;
  const positions = new Map<string, number>();
  const positionOf = new Map<string, number>();
  const allowed = new Map<string, number>();
  const failures = new Map<string, number>();

  const call = async (method: string, target: string, body?: string, more: Partial<Call> = {}): Promise<Exchange> => {
    signal.throwIfAborted();
    return endpoint.send({
      consumer: 'arranger',
      method,
      target,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
      ...more,
    });
  };

  /** Repeats a call while it is refused in a way that initialisation explains. */
  const patiently = async (
    accepted: readonly number[],
    send: () => Promise<Exchange>,
    /** Whether the call may be repeated though it perhaps had its effect. */
    repeatable = true,
  ): Promise<Exchange> => {
    for (let waited = 0, pause = 0.25; ; waited += pause, pause = Math.min(2, pause * 2)) {
      const exchange = await send();
      const status = statusOf(exchange);
      if (status !== undefined && accepted.includes(status)) return exchange;
      const maybeInitialising =
        (status === 400 && errorCodeOf(exchange) === '10240032') ||
        status === 404 ||
        (repeatable && isUnavailable(exchange));
      if (!maybeInitialising || waited >= INITIALISATION_SECONDS) throw refusal(exchange);
      await reallyWait(clock, 0.02);
      await clock.wait(pause, signal);
    }
  };

  const consumeNormal = (queue: string, group: string, wait: number): Promise<Exchange> =>
    patiently([200], () =>
      call('GET', `${root}/${queue}/groups/${group}/messages?max_msgs=10&time_wait=${wait}&ack_wait=30`, undefined, {
        mayWaitSeconds: wait,
      }),
    );

  return {
    async queue(name, spec) {
      const body = JSON.stringify({
        name,
        queue_mode: spec.mode,
        ...(spec.mode.startsWith('KAFKA')
          ? {}
          : {
              redrive_policy: spec.redrive ? 'enable' : 'disable',
              ...(spec.redrive ? { max_consume_count: spec.maxConsumeCount } : {}),
            }),
      });
      let exchange = await call('POST', root, body);
      for (let again = 1; isUnavailable(exchange) && again <= 4; again += 1) {
        await reallyWait(clock, 0.1);
        await clock.wait(1, signal);
        exchange = await call('POST', root, body);
      }
      const status = statusOf(exchange);
      if (status !== undefined && status >= 400 && status < 500 && isQuota(exchange))
        throw new QuotaRefused(inWords(exchange));
      const id = member(exchange, 'id');
      if (status !== 201 || typeof id !== 'string' || id === '') throw refusal(exchange);
      allowed.set(id, spec.maxConsumeCount);
      note({ type: 'queue', scenario, queue: id, ...spec });
      return id;
    },

    async group(queue, name) {
      const exchange = await patiently([201], () =>
        call('POST', `${root}/${queue}/groups`, JSON.stringify({ groups: [{ name }] })),
      );
      const groups = member(exchange, 'groups');
      const id = Array.isArray(groups) ? (groups[0] as { id?: unknown } | undefined)?.id : undefined;
      if (typeof id !== 'string' || id === '') throw refusal(exchange);
      note({ type: 'group', scenario, queue, group: id, ours: true, at: exchange.received });
      return id;
    },

    async ready(queue, group) {
      await consumeNormal(queue, group, 1);
    },

    async send(queue, messages) {
      for (const message of messages) {
        const position = positions.get(queue) ?? 0;
        positions.set(queue, position + 1);
        positionOf.set(message.tag, position);
      }
      for (const part of portions(messages)) {
        const body = `{"messages":[${part.map(messageText).join(',')}],"returnId":false}`;
        const exchange = await patiently([201], () => call('POST', `${root}/${queue}/messages`, body), false);
        const states = member(exchange, 'messages');
        const allSent =
          Array.isArray(states) &&
          states.length === part.length &&
          states.every((entry) => Number((entry as { state?: unknown } | null)?.state) === 0);
        if (!allSent) throw refusal(exchange);
      }
    },

    requireNormal() {},

    async fail(queue, group, messages) {
      const open = new Map(messages.map((message) => [message.tag, message]));
      let hungrySince = clock.now();
      let unknown = 0;
      while (open.size > 0) {
        const consumed = await consumeNormal(queue, group, 3);
        const batch = jsonOf(consumed);
        if (!Array.isArray(batch)) throw refusal(consumed);
        if (batch.length === 0) {
          if (clock.now() - hungrySince > PATIENCE_SECONDS) {
            throw new Trouble(
              'arrangement',
              `${open.size} of ${messages.length} messages that were sent did not arrive at group ${group} as normal messages`,
            );
          }
          continue;
        }
        const entries = batch as { message?: { body?: unknown }; handler?: unknown }[];
        const acknowledged = await patiently([200], () =>
          call(
            'POST',
            `${root}/${queue}/groups/${group}/ack`,
            JSON.stringify({ message: entries.map(({ handler }) => ({ handler, status: 'fail' })) }),
          ),
        );
        hungrySince = clock.now();
        const failed = span(acknowledged);
        const known = new Set(entries.map((entry) => recognise(entry.message?.body, open)?.tag));
        unknown += entries.length - known.size + (known.has(undefined) ? 1 : 0);
        // Bodies that lost their tags under way were ours all the same: nobody else sends to this queue.
        if (unknown >= open.size) for (const tag of open.keys()) known.add(tag);
        for (const message of [...open.values()].filter(({ tag }) => known.has(tag))) {
          open.delete(message.tag);
          const times = (failures.get(group + message.tag) ?? 0) + 1;
          failures.set(group + message.tag, times);
          if (times < (allowed.get(queue) ?? 1)) continue;
          note({
            type: 'dead-letter',
            scenario,
            queue,
            group,
            tag: message.tag,
            tagged: message.tagged,
            position: positionOf.get(message.tag) ?? 0,
            body: message.body,
            attributes: message.attributes,
            failed,
          });
        }
      }
      return messages;
    },

    async deleteGroup(queue, group) {
      const status = statusOf(await call('DELETE', `${root}/${queue}/groups/${group}`));
      return status === 204 || status === 200;
    },

    async deleteQueue(queue) {
      const status = statusOf(await call('DELETE', `${root}/${queue}`));
      return status === 204 || status === 200 || status === 404;
    },
  };
}

/** Up to ten messages and the send limit a request. */
function portions(messages: readonly MessageSpec[]): MessageSpec[][] {
  const parts: MessageSpec[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(messageText(message));
    const last = parts.at(-1);
    if (last === undefined || last.length === 10 || bytes + size > MAX_REQUEST_BYTES) {
      parts.push([message]);
      bytes = size;
    } else {
      last.push(message);
      bytes += size;
    }
  }
  return parts;
}

/** Which of the open messages a body is: by its tag, or the only one there is, since what carries no tag is sent alone. */
function recognise(body: unknown, open: ReadonlyMap<string, MessageSpec>): MessageSpec | undefined {
  const tags = tagsIn(body);
  for (const tag of tags) {
    const message = open.get(tag);
    if (message !== undefined) return message;
  }
  return tags.length === 0 && open.size === 1 ? [...open.values()][0] : undefined;
}

function span(exchange: Exchange): Bounds {
  return exchange.clock === undefined
    ? [exchange.sent, exchange.received]
    : [exchange.clock.sent[0], exchange.clock.received[1]];
}

function member(exchange: Exchange, name: string): unknown {
  const body = jsonOf(exchange);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}

function isUnavailable(exchange: Exchange): boolean {
  return [503, 504].includes(statusOf(exchange) ?? 0);
}

function isQuota(exchange: Exchange): boolean {
  return (
    errorCodeOf(exchange) === '10240020' ||
    (statusOf(exchange) !== 429 && /quota/i.test(JSON.stringify(jsonOf(exchange) ?? '')))
  );
}

function refusal(exchange: Exchange): Trouble {
  const { outcome } = exchange;
  return new Trouble(outcome.kind === 'failure' ? strikes(outcome) : 'arrangement', inWords(exchange));
}
