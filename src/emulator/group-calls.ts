import { randomUUID } from 'node:crypto';
import { findGroup, findQueue, findUsableQueue, isSet, queryParameter, type Operation, type Service } from './calls.ts';
import { createGroup, type Group, type Queue } from './model.ts';
import { isRefusal, refuse, shown, type Refusal } from './refusals.ts';
import { isObject } from './requests.ts';
import { jsonAnswer, noContent } from './responses.ts';

const mostGroups = 3;

function readNames(body: unknown, queue: Queue): readonly string[] | Refusal {
  if (!isObject(body) || !Array.isArray(body.groups) || body.groups.length === 0) {
    return refuse('invalidFields', 'expected an object with a non-empty array "groups"');
  }
  const names = new Set<string>();
  for (const [index, group] of (body.groups as readonly unknown[]).entries()) {
    if (!isObject(group) || typeof group.name !== 'string') {
      return refuse('invalidFields', `groups[${index}] must be an object with a string "name"`);
    }
    const { name } = group;
    if (name.length < 1 || name.length > 32) {
      return refuse('groupNameLength', `the name of a group has 1 to 32 characters, got ${shown(name)}`);
    }
    if (!/^[\w-]+$/.test(name)) {
      return refuse('illegalName', `the name of a group has letters, digits, _ and - only, got ${shown(name)}`);
    }
    if (names.has(name) || [...queue.groups.values()].some((other) => other.name === name)) {
      return refuse('groupExists', `the queue has a group named ${name} already`);
    }
    names.add(name);
  }
  if (queue.groups.size + names.size > mostGroups) {
    return refuse('tooManyGroups', `a queue has at most ${mostGroups} consumer groups`);
  }
  return [...names];
}

/** POST …/groups. A new group gets what is sent from now on; where a group starts is not documented. */
export const createGroups: Operation = (service, call) => {
  const queue = findUsableQueue(service, call);
  if (isRefusal(queue)) return queue;
  const names = readNames(call.body, queue);
  if (isRefusal(names)) return names;
  const usableFrom = service.time.now() + service.initialisationMs;
  const groups = names.map((name) => {
    const group = createGroup({ id: `g-${randomUUID()}`, name, queue, usableFrom });
    queue.groups.set(group.id, group);
    const legator = queue.legators.get(name);
    if (legator !== undefined) service.consumption.inherit(group, legator);
    return { id: group.id, name };
  });
  return jsonAnswer(201, { groups });
};

function describeGroup({ behaviour }: Service, { id, name, normal, deadletter }: Group, withDeadLetters: boolean) {
  return {
    id,
    name,
    produced_messages: normal.produced,
    // What became a dead letter or was kept for its full time counts as consumed.
    consumed_messages: normal.produced - normal.available,
    available_messages: normal.available,
    ...(withDeadLetters
      ? { produced_deadletters: deadletter.produced, available_deadletters: behaviour.countAvailable(deadletter) }
      : {}),
  };
}

function page<Item>(items: readonly Item[], query: string): readonly Item[] {
  const size = Number(queryParameter(query, 'page_size'));
  const current = Number(queryParameter(query, 'current_page'));
  const valid = Number.isSafeInteger(size) && Number.isSafeInteger(current) && size > 0 && current > 0;
  return valid ? items.slice((current - 1) * size, current * size) : items;
}

/** GET …/groups */
export const listGroups: Operation = (service, call) => {
  const queue = findUsableQueue(service, call);
  if (isRefusal(queue)) return queue;
  const withDeadLetters = isSet(call.query, 'include_deadletter');
  return jsonAnswer(200, {
    queue_id: queue.id,
    queue_name: queue.name,
    groups: page([...queue.groups.values()], call.query).map((group) => describeGroup(service, group, withDeadLetters)),
    ...(withDeadLetters ? { redrive_policy: queue.maxConsumeCount === undefined ? 'disable' : 'enable' } : {}),
  });
};

/** Deletes a group with its dead letters; its waiting polls are answered with `refusal`. */
export function removeGroup(service: Service, group: Group, refusal: Refusal): void {
  group.queue.groups.delete(group.id);
  service.consumption.close(group);
  for (const store of [group.normal, group.deadletter]) service.polls.dismiss(store, refusal);
}

/** DELETE …/groups/{group_id} */
export const deleteGroup: Operation = (service, call) => {
  const queue = findQueue(call);
  if (isRefusal(queue)) return queue;
  const group = findGroup(service, queue, call);
  if (isRefusal(group)) return group;
  const after = service.behaviour.afterDeletion('group');
  if (after === 'served') return noContent;
  if (after === 'inherited') queue.legators.set(group.name, group);
  removeGroup(service, group, refuse('groupNotFound', 'the consumer group was deleted'));
  return noContent;
};
