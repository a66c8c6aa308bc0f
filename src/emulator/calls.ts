import type { Behaviour } from './behaviour.ts';
import type { Consumption } from './consumption.ts';
import type { LongPolls } from './long-poll.ts';
import type { Group, Project, Queue } from './model.ts';
import { isRefusal, refuse, type Refusal } from './refusals.ts';
import type { Answer } from './responses.ts';
import type { Time } from './time.ts';

/** What the calls of the API work on. */
export interface Service {
  readonly time: Time;
  readonly behaviour: Behaviour;
  readonly consumption: Consumption;
  readonly polls: LongPolls;
  /** Queues per project. */
  readonly quota: number;
  /** How long a new queue or group cannot be used, ms. */
  readonly initialisationMs: number;
}

/** One request, its path taken apart. Ids that the path does not have are empty. */
export interface Call {
  readonly project: Project;
  readonly queueId: string;
  readonly groupId: string;
  /** Without its question mark. */
  readonly query: string;
  /** Of a POST: its body as text, and what that says as JSON. */
  readonly bodyText: string;
  readonly body: unknown;
  /** For a call that answers later. */
  readonly reply: LaterReply;
}

export interface LaterReply {
  readonly send: (answer: Answer) => void;
  /** `forget` is called when the client goes before it was answered. */
  readonly onDisconnect: (forget: () => void) => void;
}

/** Carries out a call. Undefined means that the answer comes later. */
export type Operation = (service: Service, call: Call) => Answer | Refusal | undefined;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The queue a path names, in whatever state. */
export function findQueue({ project, queueId }: Call): Queue | Refusal {
  const queue = project.queues.get(queueId);
  if (queue !== undefined) return queue;
  return uuid.test(queueId)
    ? refuse('queueNotFound', 'there is no queue with this id')
    : refuse('malformedQueueId', 'a queue id is a UUID');
}

/** The queue a path names, if its creation has finished. */
export function findUsableQueue(service: Service, call: Call): Queue | Refusal {
  const queue = findQueue(call);
  if (isRefusal(queue) || service.time.now() >= queue.usableFrom) return queue;
  return refuse('queueInitialising', 'the queue is being created, try again later');
}

/** The group a path names, in whatever state. */
export function findGroup({ behaviour }: Service, queue: Queue, { groupId }: Call): Group | Refusal {
  const group = behaviour.groupFor(queue, groupId);
  if (group !== undefined) return group;
  return groupId.startsWith('g-') && uuid.test(groupId.slice(2))
    ? refuse('groupNotFound', 'the queue has no consumer group with this id')
    : refuse('malformedGroupId', 'a consumer group id is g- and a UUID');
}

/** The group a path names, if its creation and that of its queue have finished. */
export function findUsableGroup(service: Service, call: Call): Group | Refusal {
  const queue = findUsableQueue(service, call);
  if (isRefusal(queue)) return queue;
  const group = findGroup(service, queue, call);
  if (isRefusal(group) || service.time.now() >= group.usableFrom) return group;
  return refuse('groupNotFound', 'the consumer group is being created, try again later');
}

/** A query parameter of the calls that ignore what they do not know; undefined when absent. */
export function queryParameter(query: string, name: string): string | undefined {
  return new URLSearchParams(query).get(name) ?? undefined;
}

/** An optional boolean of a list call. Some clients write `True`. */
export function isSet(query: string, name: string): boolean {
  return queryParameter(query, name)?.toLowerCase() === 'true';
}
