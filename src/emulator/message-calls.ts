import { randomUUID } from 'node:crypto';
import { findUsableGroup, findUsableQueue, type Operation, type Service } from './calls.ts';
import type { Group, Kind } from './model.ts';
import { readSend } from './payloads.ts';
import { isRefusal, refuse, type Refusal } from './refusals.ts';
import { jsonAnswer } from './responses.ts';

/** POST …/messages. All messages of a send are taken, or none; so the state of each is 0. */
export const sendMessages: Operation = (service, call) => {
  const queue = findUsableQueue(service, call);
  if (isRefusal(queue)) return queue;
  const send = readSend(call.bodyText, call.body, queue.mode);
  if (isRefusal(send)) return send;
  const states = send.payloads.map((payload) => {
    const id = randomUUID();
    const message = { number: queue.produced++, id, ...payload };
    for (const group of queue.groups.values()) service.consumption.arrive(group, message);
    return { error: null, error_code: null, state: 0, ...(send.returnId ? { id } : {}) };
  });
  service.consumption.wake();
  return jsonAnswer(201, { messages: states });
};

/** Only NORMAL and FIFO queues can have dead letters. Those that have them disabled just never have any (ruling H1). */
function checkKind({ behaviour }: Service, group: Group, kind: Kind): Refusal | undefined {
  const { mode } = group.queue;
  if (behaviour.serves(group.queue, kind)) return undefined;
  return refuse('noDeadLettersInThisMode', `a queue of mode ${mode} has no dead letters`);
}

/** GET …/messages or …/deadletters. */
export function consume(kind: Kind): Operation {
  return (service, call) => {
    const { behaviour, consumption, polls } = service;
    const group = findUsableGroup(service, call);
    if (isRefusal(group)) return group;
    const parameters = behaviour.readConsume(call.query, kind);
    if (isRefusal(parameters)) return parameters;
    const refusal = checkKind(service, group, kind);
    if (refusal !== undefined) return refusal;

    const store = group[kind];
    if (behaviour.waitMs(parameters, store.ready.size, store) <= 0) {
      const deliveries = consumption.take(store, parameters);
      if (deliveries.length > 0) return behaviour.writeConsumed(deliveries, kind);
    }
    const waitMs = behaviour.waitMs(parameters, 0, store);
    if (waitMs <= 0) return behaviour.writeConsumed([], kind);
    const { forget } = polls.park(
      store,
      {
        parameters,
        answer: (outcome) =>
          call.reply.send(
            isRefusal(outcome) ? behaviour.writeRefusal(outcome) : behaviour.writeConsumed(outcome, kind),
          ),
      },
      waitMs,
    );
    call.reply.onDisconnect(forget);
    return undefined;
  };
}

/** POST …/ack or …/deadletters/ack. */
export function acknowledge(kind: Kind): Operation {
  return (service, call) => {
    const { behaviour, consumption } = service;
    const group = findUsableGroup(service, call);
    if (isRefusal(group)) return group;
    const entries = behaviour.readAck(call.body, kind);
    if (isRefusal(entries)) return entries;
    const refusal = checkKind(service, group, kind);
    if (refusal !== undefined) return refusal;
    const counts = consumption.acknowledge(group, kind, entries);
    if (isRefusal(counts)) return counts;
    consumption.wake();
    return behaviour.writeAcknowledged(counts, kind);
  };
}
