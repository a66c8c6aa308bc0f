import { onTestFinished } from 'vitest';
import { startEmulator, type EmulatorOptions } from '../../src/emulator/emulator.ts';

/** An answer as it came. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The last eight digits of an error's code. */
  readonly code: string | undefined;
}

export interface Consumed extends Reply {
  readonly bodies: readonly unknown[];
  readonly messages: readonly { readonly body: unknown; readonly attributes?: unknown }[];
  readonly handlers: readonly string[];
}

export interface Acknowledged extends Reply {
  readonly counts: { readonly success: number; readonly fail: number } | undefined;
}

export interface Counters {
  readonly produced_messages: number;
  readonly consumed_messages: number;
  readonly available_messages: number;
  readonly produced_deadletters: number;
  readonly available_deadletters: number;
}

export type Entry = string | { readonly handler?: unknown; readonly status?: unknown };

/** The two calls for one kind of messages of one group. A string in an acknowledgement is a handler that succeeded. */
export interface StoreClient {
  readonly path: string;
  readonly ackPath: string;
  readonly consume: (query?: string, options?: { readonly signal?: AbortSignal }) => Promise<Consumed>;
  readonly acknowledge: (entries: readonly Entry[]) => Promise<Acknowledged>;
}

export interface GroupClient {
  readonly id: string;
  readonly path: string;
  readonly normal: StoreClient;
  readonly dead: StoreClient;
  readonly counters: () => Promise<Counters>;
}

export interface QueueClient {
  readonly id: string;
  readonly path: string;
  readonly send: (...messages: readonly { readonly body: unknown; readonly attributes?: unknown }[]) => Promise<Reply>;
  readonly createGroup: (name?: string) => Promise<GroupClient>;
}

export interface Client {
  readonly url: string;
  /** Path of the project. */
  readonly base: string;
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<Reply>;
  readonly createQueue: (settings?: object) => Promise<QueueClient>;
  /** Moves the controlled clock; resolves to what the hook answered. */
  readonly advance: (seconds: number) => Promise<{ readonly now: number; readonly waiting: number }>;
  /** Resolves when exactly `count` long polls wait. */
  readonly parked: (count: number) => Promise<void>;
}

export interface CallOptions {
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Starts an emulator, under a controlled clock unless told otherwise, that stops with the test. */
export async function start(options: EmulatorOptions = {}): Promise<Client> {
  const emulator = await startEmulator({ clock: 'controlled', ...options });
  onTestFinished(() => emulator.close());
  const base = '/v1.0/project-1';
  let queues = 0;

  async function call(method: string, path: string, options: CallOptions = {}): Promise<Reply> {
    const body = options.json === undefined ? options.body : JSON.stringify(options.json);
    const response = await fetch(emulator.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...options.headers },
      ...(body === undefined ? {} : { body }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, code: codeIn(response.status, text) };
  }

  async function clock(method: string, json?: object): Promise<{ readonly now: number; readonly waiting: number }> {
    const { text } = await call(method, '/clock', { json });
    return JSON.parse(text);
  }

  function store(path: string, ackPath: string): StoreClient {
    return {
      path,
      ackPath,
      consume: async (query = '', { signal } = {}) => {
        const reply = await call('GET', `${path}?${query}`, signal === undefined ? {} : { signal });
        const elements: { message: { body: unknown; attributes?: unknown }; handler: string }[] =
          reply.status === 200 ? JSON.parse(reply.text) : [];
        const messages = elements.map(({ message }) => message);
        return {
          ...reply,
          messages,
          bodies: messages.map(({ body }) => body),
          handlers: elements.map(({ handler }) => handler),
        };
      },
      acknowledge: async (entries) => {
        const message = entries.map((entry) => (typeof entry === 'string' ? { handler: entry } : entry));
        const reply = await call('POST', ackPath, { json: { message } });
        return { ...reply, counts: reply.status === 200 ? JSON.parse(reply.text) : undefined };
      },
    };
  }

  async function createGroup(queuePath: string, name: string): Promise<GroupClient> {
    const { text } = await call('POST', `${queuePath}/groups`, { json: { groups: [{ name }] } });
    const created: { groups: [{ id: string }] } = JSON.parse(text);
    const { id } = created.groups[0];
    const path = `${queuePath}/groups/${id}`;
    return {
      id,
      path,
      normal: store(`${path}/messages`, `${path}/ack`),
      dead: store(`${path}/deadletters`, `${path}/deadletters/ack`),
      counters: async () => {
        const { text } = await call('GET', `${queuePath}/groups?include_deadletter=True`);
        const listed: { groups: ({ id: string } & Counters)[] } = JSON.parse(text);
        return listed.groups.find((group) => group.id === id)!;
      },
    };
  }

  return {
    url: emulator.url,
    base,
    call,
    advance: (advance) => clock('POST', { advance }),
    parked: async (count) => {
      while ((await clock('GET')).waiting !== count);
    },
    createQueue: async (settings = {}) => {
      const json = {
        name: `queue-${++queues}`,
        queue_mode: 'FIFO',
        redrive_policy: 'enable',
        max_consume_count: 1,
        ...settings,
      };
      const { text } = await call('POST', `${base}/queues`, { json });
      const { id }: { id: string } = JSON.parse(text);
      const path = `${base}/queues/${id}`;
      let groups = 0;
      return {
        id,
        path,
        send: (...messages) => call('POST', `${path}/messages`, { json: { messages } }),
        createGroup: (name = `group-${++groups}`) => createGroup(path, name),
      };
    },
  };
}

function codeIn(status: number, text: string): string | undefined {
  if (status < 400 || text === '') return undefined;
  const error: { error_code?: string } = JSON.parse(text);
  return error.error_code?.slice(-8);
}

/** Everything in `handlers` as failed entries of an acknowledgement. */
export function failed(handlers: readonly string[]): Entry[] {
  return handlers.map((handler) => ({ handler, status: 'fail' }));
}

/** Sends messages with these bodies, at most ten at a time, and makes dead letters of the group of them. */
export async function arrangeDeadLetters(
  queue: QueueClient,
  group: GroupClient,
  ...bodies: readonly unknown[]
): Promise<void> {
  for (let from = 0; from < bodies.length; from += 10) {
    await queue.send(...bodies.slice(from, from + 10).map((body) => ({ body })));
    const { handlers } = await group.normal.consume();
    await group.normal.acknowledge(failed(handlers));
  }
}

/** A FIFO queue with one group and dead letters with these bodies. */
export async function withDeadLetters(client: Client, ...bodies: readonly unknown[]) {
  const queue = await client.createQueue();
  const group = await queue.createGroup();
  await arrangeDeadLetters(queue, group, ...bodies);
  return { queue, group, dead: group.dead };
}
