import type { Operation } from './calls.ts';
import { createGroups, deleteGroup, listGroups } from './group-calls.ts';
import { acknowledge, consume, sendMessages } from './message-calls.ts';
import { createQueue, deleteQueue, listQueues, showQueue, showQuotas } from './queue-calls.ts';

/** What may be done at a path: operations by method. */
export type Route = ReadonlyMap<string, Operation>;

/** A path taken apart. Ids that it does not have are empty. */
export interface Target {
  readonly route: Route;
  readonly projectId: string;
  readonly queueId: string;
  readonly groupId: string;
  /** Whether it is of the two dead letter calls, and not of their neighbours. */
  readonly tested: boolean;
}

function route(operations: Readonly<Record<string, Operation>>): Route {
  return new Map(Object.entries(operations));
}

const queues = route({ GET: listQueues, POST: createQueue });
const queue = route({ GET: showQueue, DELETE: deleteQueue });
const quotas = route({ GET: showQuotas });
const group = route({ DELETE: deleteGroup });
const deadLetterAck = route({ POST: acknowledge('deadletter') });
const belowQueue = new Map([
  ['messages', route({ POST: sendMessages })],
  ['groups', route({ GET: listGroups, POST: createGroups })],
]);
const deadLetters = route({ GET: consume('deadletter') });
const belowGroup = new Map([
  ['messages', route({ GET: consume('normal') })],
  ['ack', route({ POST: acknowledge('normal') })],
  ['deadletters', deadLetters],
]);

/** Resolves a path (without query) below /v1.0; undefined when the API has no such URL. */
export function findRoute(path: string): Target | undefined {
  const [root, version, projectId = '', ...segments] = path.split('/');
  // J5: an empty segment, so a trailing slash too, makes another URL.
  if (root !== '' || version !== 'v1.0' || segments.includes('')) return undefined;
  const [collection, id = '', child = '', groupId = '', grandchild = ''] = segments;
  const target = (found: Route | undefined, queueId: string) =>
    found && {
      route: found,
      projectId,
      queueId,
      groupId,
      tested: found === deadLetters || found === deadLetterAck,
    };
  if (collection === 'quotas') return segments.length === 2 && id === 'dms' ? target(quotas, '') : undefined;
  if (collection !== 'queues') return undefined;
  if (segments.length === 1) return target(queues, '');
  if (segments.length === 2) return target(queue, id);
  if (segments.length === 3) return target(belowQueue.get(child), id);
  if (child !== 'groups') return undefined;
  if (segments.length === 4) return target(group, id);
  if (segments.length === 5) return target(belowGroup.get(grandchild), id);
  if (segments.length === 6 && grandchild === 'deadletters' && segments[5] === 'ack') return target(deadLetterAck, id);
  return undefined;
}
