import { createHeap, type Heap, type Heaped } from './heap.ts';
import type { Timer } from './time.ts';
import type { Refusal } from './refusals.ts';
import type { ConsumeParameters } from './requests.ts';

export type QueueMode = 'NORMAL' | 'FIFO' | 'KAFKA_HA' | 'KAFKA_HT';

/** Which of a group's two kinds of messages: those of the queue, or those that failed too often. */
export type Kind = 'normal' | 'deadletter';

/** A message as it was sent; all groups share it. */
export interface Message {
  /** Position in the queue's send order, from 0. */
  readonly number: number;
  readonly id: string;
  /** JSON text. */
  readonly body: string;
  /** JSON text of an object; undefined when none was sent. */
  readonly attributes: string | undefined;
  /** UTF-8 length of compact body and attributes, the size that all limits speak of. */
  readonly bytes: number;
}

/** One message in one group's store. It is consumable while it is in the store's heap. */
export interface Entry extends Heaped {
  readonly message: Message;
  readonly store: Store;
  /** Decides who is handed out first. */
  readonly order: number;
  /** Failed confirmations so far. */
  failures: number;
  /** Acknowledged, moved or past its retention: it must not come back. */
  gone: boolean;
  retention: Timer | undefined;
}

/** One message handed out once, under one handler. */
export interface Delivery {
  readonly handler: string;
  readonly entry: Entry;
  readonly batch: Batch;
  /** Place in its batch, from 0. */
  readonly position: number;
  /** The first instant at which an acknowledgement is too late, ms. */
  expiresAt: number;
  /** How its lease ended; undefined while it is in flight. */
  ended: 'acknowledged' | 'failed' | 'expired' | undefined;
}

/** What one response handed out. */
export interface Batch {
  readonly store: Store;
  /** What its consume asked for, which its leases hang on. */
  readonly parameters: ConsumeParameters;
  readonly deliveries: readonly Delivery[];
  /** Fires when the first of its leases ends that are left. */
  timer: Timer | undefined;
}

/** A consume that waits for something to become consumable. */
export interface Poll {
  readonly parameters: ConsumeParameters;
  readonly answer: (outcome: readonly Delivery[] | Refusal) => void;
  timer: Timer | undefined;
}

/** The messages of one kind that one group has. */
export interface Store {
  readonly kind: Kind;
  readonly group: Group;
  readonly ready: Heap<Entry>;
  /** Batches of which something is in flight. */
  readonly batches: Set<Batch>;
  /** Waiting polls, longest waiting first. */
  readonly polls: Set<Poll>;
  /** Deliveries that ended and whose handlers are still known, oldest first; see LeaseKeeping. */
  readonly ended: Delivery[];
  /** Messages that ever entered. */
  produced: number;
  /** Messages that have not left: consumable or in flight. */
  available: number;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly queue: Queue;
  readonly normal: Store;
  readonly deadletter: Store;
  /** Before this instant (ms) the group is still being created. */
  readonly usableFrom: number;
}

export interface Queue {
  readonly id: string;
  readonly name: string;
  readonly project: Project;
  readonly mode: QueueMode;
  readonly description: string;
  /** Failed confirmations that make a dead letter, 1–100; undefined when dead letters are not enabled. */
  readonly maxConsumeCount: number | undefined;
  /** Only shown: normal messages are kept as long as dead letters in every mode. */
  readonly retentionHours: number;
  readonly groups: Map<string, Group>;
  /** Deleted groups whose dead letters go to the next one of their name; no documented behaviour leaves any. */
  readonly legators: Map<string, Group>;
  /** Instant of creation, ms. */
  readonly created: number;
  readonly usableFrom: number;
  /** Messages ever sent to the queue. */
  produced: number;
}

export interface Project {
  readonly id: string;
  readonly queues: Map<string, Queue>;
  readonly queueNames: Set<string>;
}

/** A group without messages. */
export function createGroup(identity: Pick<Group, 'id' | 'name' | 'queue' | 'usableFrom'>): Group {
  const group: Group = {
    ...identity,
    get normal() {
      return normal;
    },
    get deadletter() {
      return deadletter;
    },
  };
  const normal = createStore('normal', group);
  const deadletter = createStore('deadletter', group);
  return group;
}

function createStore(kind: Kind, group: Group): Store {
  return {
    kind,
    group,
    ready: createHeap((a, b) => a.order < b.order),
    batches: new Set(),
    polls: new Set(),
    ended: [],
    produced: 0,
    available: 0,
  };
}
