import { randomUUID } from 'node:crypto';
import { findGroup, findUsableQueue, type Call, type Operation, type Service } from './calls.ts';
import { createGroups, deleteGroup } from './group-calls.ts';
import type { Project } from './model.ts';
import { readPayloads } from './payloads.ts';
import { createQueue, deleteQueue } from './queue-calls.ts';
import { isRefusal, type Refusal } from './refusals.ts';
import { isObject } from './requests.ts';
import { jsonAnswer, type Answer } from './responses.ts';

/** Where an emulator without the neighbouring calls lets dead letters be arranged. */
export const arrangePath = '/arrange';

/** Answers a POST of one action; `text` is its body, and what that says as JSON. */
export type ArrangeHook = (project: Project, text: string, body: Readonly<Record<string, unknown>>) => Answer;

/** Dead letters come at once, without having been normal messages. */
const bury: Operation = (service, call) => {
  const queue = findUsableQueue(service, call);
  if (isRefusal(queue)) return queue;
  const group = findGroup(service, queue, call);
  if (isRefusal(group)) return group;
  const payloads = readPayloads(call.bodyText, call.body, queue.mode);
  if (isRefusal(payloads)) return payloads;
  for (const payload of payloads) {
    service.consumption.bury(group, { number: queue.produced++, id: randomUUID(), ...payload });
  }
  service.consumption.wake();
  return jsonAnswer(200, {});
};

export function createArrangeHook(service: Service): ArrangeHook {
  return (project, bodyText, body) => {
    const call = (over: Partial<Call>): Call => ({
      project,
      queueId: String(body.queue),
      groupId: String(body.group),
      query: '',
      bodyText,
      body,
      reply: { send() {}, onDisconnect() {} },
      ...over,
    });
    switch (body.action) {
      case 'create-queue': {
        const { name, mode, redrive } = body;
        const policy = redrive === true ? { redrive_policy: 'enable', max_consume_count: 1 } : {};
        return told(createQueue(service, call({ body: { name, queue_mode: mode, ...policy } })), 'queue', 'id');
      }
      case 'create-group': {
        const made = createGroups(service, call({ body: { groups: [{ name: body.name }] } }));
        return told(made, 'group', 'groups');
      }
      case 'dead-letters':
        return told(bury(service, call({})));
      // What is gone already is deleted.
      case 'delete-group':
        return orGone(deleteGroup(service, call({})), 'groupNotFound', 'queueNotFound');
      case 'delete-queue':
        return orGone(deleteQueue(service, call({})), 'queueNotFound');
      default:
        return failed({ kind: 'unsupported', reason: `there is no action ${String(body.action)}` });
    }
  };
}

/** An answer of the API in the words of the hook. */
function told(outcome: Answer | Refusal | undefined, name?: 'queue' | 'group', member?: string): Answer {
  if (outcome === undefined) return failed({ kind: 'failed', reason: 'there was no answer' });
  if (isRefusal(outcome)) {
    return failed({ kind: outcome.reason === 'quotaUsedUp' ? 'quota' : 'failed', reason: outcome.text });
  }
  if (name === undefined || member === undefined) return jsonAnswer(200, {});
  const made: unknown = JSON.parse(String(outcome.body));
  const value = isObject(made) ? made[member] : undefined;
  const id: unknown = Array.isArray(value) ? (value[0] as { id?: unknown }).id : value;
  return jsonAnswer(200, { [name]: id });
}

function orGone(outcome: Answer | Refusal | undefined, ...gone: readonly Refusal['reason'][]): Answer {
  const isGone = outcome !== undefined && isRefusal(outcome) && gone.includes(outcome.reason);
  return isGone ? jsonAnswer(200, {}) : told(outcome);
}

function failed(error: { readonly kind: string; readonly reason: string }): Answer {
  return jsonAnswer(200, { error });
}
