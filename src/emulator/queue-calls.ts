import { randomUUID } from 'node:crypto';
import { findQueue, isSet, type Operation } from './calls.ts';
import { removeGroup } from './group-calls.ts';
import type { Queue, QueueMode } from './model.ts';
import { isRefusal, refuse, shown, type Refusal } from './refusals.ts';
import { isObject } from './requests.ts';
import { jsonAnswer, noContent } from './responses.ts';
import { payloadLimitBytes } from './selection.ts';

const modes: readonly QueueMode[] = ['NORMAL', 'FIFO', 'KAFKA_HA', 'KAFKA_HT'];

interface QueueSettings {
  readonly name: string;
  readonly mode: QueueMode;
  readonly description: string;
  readonly maxConsumeCount: number | undefined;
  readonly retentionHours: number;
}

function isIntegerWithin(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function isKafka(mode: QueueMode): boolean {
  return mode.startsWith('KAFKA');
}

function readName(name: unknown): string | Refusal {
  if (typeof name !== 'string') return refuse('invalidFields', `name must be a string, got ${shown(name)}`);
  if (name.length < 1 || name.length > 64) {
    return refuse('queueNameLength', `the name of a queue has 1 to 64 characters, got ${shown(name)}`);
  }
  if (!/^[\w-]+$/.test(name)) {
    return refuse('illegalName', `the name of a queue has letters, digits, _ and - only, got ${shown(name)}`);
  }
  return name;
}

function readDescription(description: unknown): string | Refusal {
  if (typeof description !== 'string') return refuse('invalidFields', 'description must be a string');
  if (description.length > 160) return refuse('descriptionLength', 'a description has at most 160 characters');
  if (/[<>]/.test(description)) return refuse('illegalDescription', 'a description must not contain < or >');
  return description;
}

function readMaxConsumeCount(policy: unknown, count: unknown, mode: QueueMode): number | undefined | Refusal {
  if (policy !== 'enable' && policy !== 'disable') {
    return refuse('invalidFields', `redrive_policy must be enable or disable, got ${shown(policy)}`);
  }
  // The policy means something for NORMAL and FIFO queues only; for others it is ignored.
  if (policy === 'disable' || isKafka(mode)) return undefined;
  if (isIntegerWithin(count, 1, 100)) return count;
  return refuse('maxConsumeCountOutOfRange', `max_consume_count must be 1 to 100, got ${shown(count)}`);
}

function readRetention(hours: unknown, mode: QueueMode): number | Refusal {
  if (hours === undefined) return 72;
  if (!isKafka(mode)) return refuse('retentionNotForThisMode', `a queue of mode ${mode} takes no retention_hours`);
  if (isIntegerWithin(hours, 1, 72)) return hours;
  return refuse('retentionOutOfRange', `retention_hours must be 1 to 72, got ${shown(hours)}`);
}

function readQueue(body: unknown): QueueSettings | Refusal {
  if (!isObject(body)) return refuse('invalidFields', 'expected an object');
  const name = readName(body.name);
  if (typeof name === 'object') return name;
  const mode = modes.find((mode) => mode === (body.queue_mode ?? 'NORMAL'));
  if (mode === undefined) {
    return refuse('invalidFields', `queue_mode must be one of ${modes.join(', ')}, got ${shown(body.queue_mode)}`);
  }
  const description = readDescription(body.description ?? '');
  if (typeof description === 'object') return description;
  const maxConsumeCount = readMaxConsumeCount(body.redrive_policy ?? 'disable', body.max_consume_count, mode);
  if (typeof maxConsumeCount === 'object') return maxConsumeCount;
  const retentionHours = readRetention(body.retention_hours, mode);
  if (typeof retentionHours === 'object') return retentionHours;
  return { name, mode, description, maxConsumeCount, retentionHours };
}

function kafkaTopic(queue: Queue) {
  return isKafka(queue.mode) ? { kafka_topic: `k-${queue.project.id}-${queue.id}` } : {};
}

/** POST …/queues */
export const createQueue: Operation = ({ time, quota, initialisationMs, behaviour }, { project, body }) => {
  const settings = readQueue(body);
  if (isRefusal(settings)) return settings;
  if (!behaviour.offersMode(settings.mode)) return refuse('invalidFields', `there is no queue_mode ${settings.mode}`);
  if (project.queueNames.has(settings.name)) {
    return refuse('queueExists', `the project has a queue named ${settings.name} already`);
  }
  if (project.queues.size >= quota) return refuse('quotaUsedUp', `the project has all its ${quota} queues`);
  const created = time.now();
  const queue: Queue = {
    ...settings,
    id: randomUUID(),
    project,
    groups: new Map(),
    legators: new Map(),
    created,
    usableFrom: created + initialisationMs,
    produced: 0,
  };
  project.queues.set(queue.id, queue);
  project.queueNames.add(queue.name);
  return jsonAnswer(201, { id: queue.id, name: queue.name, ...kafkaTopic(queue) });
};

function describeQueue(queue: Queue, withDeadLetters: boolean) {
  const { id, name, description, mode, maxConsumeCount } = queue;
  const created = Math.floor(queue.created);
  return {
    id,
    name,
    created,
    description,
    queue_mode: mode,
    reservation: queue.retentionHours * 60,
    max_msg_size_byte: payloadLimitBytes,
    produced_messages: queue.produced,
    group_count: queue.groups.size,
    eff_date: created,
    ...kafkaTopic(queue),
    ...(withDeadLetters
      ? {
          redrive_policy: maxConsumeCount === undefined ? 'disable' : 'enable',
          ...(maxConsumeCount === undefined ? {} : { max_consume_count: maxConsumeCount }),
        }
      : {}),
  };
}

/** GET …/queues */
export const listQueues: Operation = (_service, { project, query }) => {
  const withDeadLetters = isSet(query, 'include_deadletter');
  const queues = [...project.queues.values()].map((queue) => describeQueue(queue, withDeadLetters));
  return jsonAnswer(200, { total: queues.length, queues });
};

/** GET …/queues/{queue_id} */
export const showQueue: Operation = (_service, call) => {
  const queue = findQueue(call);
  return isRefusal(queue) ? queue : jsonAnswer(200, describeQueue(queue, isSet(call.query, 'include_deadletter')));
};

/** DELETE …/queues/{queue_id} */
export const deleteQueue: Operation = (service, call) => {
  const queue = findQueue(call);
  if (isRefusal(queue)) return queue;
  if (service.behaviour.afterDeletion('queue') === 'served') return noContent;
  const refusal = refuse('queueNotFound', 'the queue was deleted');
  for (const group of queue.groups.values()) removeGroup(service, group, refusal);
  queue.project.queues.delete(queue.id);
  queue.project.queueNames.delete(queue.name);
  return noContent;
};

/** GET …/quotas/dms */
export const showQuotas: Operation = ({ quota }, { project }) =>
  jsonAnswer(200, {
    quotas: { resources: [{ type: 'queue', quota, used: project.queues.size, min: 0, max: Math.max(quota, 500) }] },
  });
